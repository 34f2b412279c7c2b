// The chosen state: where everyone is, and every number with the digits of the file.

/** A small map with the agents on it. */
function miniature(model, state) {
  const { rows, columns, cells } = model.grid;
  const side = 100 / Math.max(rows, columns);
  const agents = model.cells(state);
  const together = agents.length === 2 && agents[0].join() === agents[1].join();
  const agent = (cell, index) => {
    const shift = together ? (index === 0 ? -0.2 : 0.2) * side : 0;
    const at = { x: (cell[1] + 0.5) * side + shift, y: (cell[0] + 0.5) * side };
    const letter = agents.length === 2 && side > 7 ? svg("text", { ...at, class: "agent-letter", "font-size": side * 0.55 }, "HA"[index]) : null;
    return [svg("circle", { class: index === 0 ? "agent-h" : "agent-a", cx: at.x, cy: at.y, r: side * 0.42 }), letter];
  };
  return svg("svg", { viewBox: `-1 -1 ${columns * side + 2} ${rows * side + 2}`, role: "img", "aria-label": stateName(model, state) },
    ...cells.map(([row, column]) => svg("rect", { class: "empty", x: column * side + 0.4, y: row * side + 0.4, width: side - 0.8, height: side - 0.8 })),
    ...agents.flatMap(agent));
}

function updateState() {
  const { run } = view;
  const { model } = run;
  const state = active();
  const box = byId("state");
  if (state === null) {
    const { mean, label } = quantity();
    const known = model.states.map((_, s) => s).filter((s) => Number.isFinite(mean[s]));
    const best = (sign) => known.reduce((found, s) => (found === null || sign * mean[s] > sign * mean[found] ? s : found), null);
    const link = (s) => (s === null ? "none" : html("button", { type: "button", class: "link", onclick: () => choose(s) }, stateName(model, s)));
    box.replaceChildren(html("p", { class: "extremes" }, "Point at the map or the plot, or walk through them with the arrow keys: each marks the same state in the other. Click to keep a state."),
      html("p", { class: "extremes" }, "Highest ", ...typeset(label), ": ", link(best(1)), ". Lowest: ", link(best(-1)), "."));
    return;
  }
  const rows = Object.values(run.quantities).map(({ id, label, tone, mean, stdError }) => html("tr", { "data-quantity": id },
    html("th", { scope: "row" }, html("span", { class: `key-${tone}` }, "● "), ...typeset(label)),
    html("td", { class: "digits" }, exact(mean[state])), html("td", { class: "digits" }, exact(stdError[state]))));
  box.replaceChildren(html("div", { class: "state" }, model.grid === null ? html("span") : miniature(model, state),
    html("div", null, html("h3", null, stateName(model, state)),
      html("table", { id: "state-table" }, html("thead", null, html("tr", null, html("th"), html("th", { scope: "col", class: "number" }, "mean"), html("th", { scope: "col", class: "number" }, "standard error"))), html("tbody", null, ...rows)))));
}
