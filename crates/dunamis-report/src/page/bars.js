// The map of a model without a grid: a bar for each state, with its standard error.

/** Draws the bars of a model; lengths and colors come later. */
function drawBars(model) {
  const [width, height, top] = [680, 24, 24];
  const longest = Math.max(...model.states.map((name) => name.length));
  const left = Math.min(240, 24 + 7.2 * longest);
  const right = width - 90;
  const bottom = top + model.states.length * height;
  const short = (name) => (7.2 * name.length > left - 12 ? `${name.slice(0, Math.floor((left - 20) / 7.2))}…` : name);
  const axis = svg("g", { "aria-hidden": "true" });
  const rows = model.states.map((name, state) => {
    const y = top + state * height;
    const bar = svg("rect", { x: left, y: y + 3, height: height - 6, width: 0 });
    const whisker = svg("path", { class: "axis", "stroke-width": 1.3 });
    const text = svg("text", { x: right + 8, y: y + height / 2, "font-size": 12, "dominant-baseline": "central" });
    const cell = svg("g", { id: `cell-${state}`, class: "cell", role: "option", "data-state": state },
      svg("rect", { x: 0, y, width, height, fill: "transparent" }),
      svg("text", { x: left - 8, y: y + height / 2, "font-size": 13, "text-anchor": "end", "dominant-baseline": "central" }, short(name)), bar, whisker, text);
    return { cell, bar, whisker, text, y };
  });
  const ring = svg("rect", { id: "ring", class: "ring", visibility: "hidden", "stroke-width": 2, x: 1, width: width - 2, height });
  const root = svg("svg", { viewBox: `0 0 ${width} ${bottom + 6}`, role: "listbox", tabindex: 0 }, axis, ...rows.map(({ cell }) => cell), ring);
  root.style.maxWidth = `${width}px`;
  root.dataset.drawing = "bars";
  const mark = (state) => {
    ring.setAttribute("visibility", state === null ? "hidden" : "visible");
    if (state !== null) ring.setAttribute("y", rows[state].y);
  };
  const next = (state, [down]) => Math.min(rows.length - 1, Math.max(0, state + down));
  const paint = ({ mean, stdError }, scale) => {
    // Bars begin at 0, so that their lengths compare.
    const extent = [Math.min(0, scale[0]), Math.max(0, scale[1])];
    const x = linear(extent, [left, right]);
    axis.replaceChildren(...ticks(extent[0], extent[1], 6).flatMap(({ value, label }) => [
      svg("line", { class: "gridline", x1: x(value), x2: x(value), y1: top - 4, y2: bottom }),
      svg("text", { class: "soft", x: x(value), y: 12, "font-size": 12, "text-anchor": "middle" }, label)]));
    rows.forEach(({ bar, whisker, text, y }, state) => {
      const color = colorOf(mean[state], scale);
      const [from, to] = color === null ? [left, left] : [x(0), x(mean[state])].sort((a, b) => a - b);
      bar.setAttribute("x", from);
      bar.setAttribute("width", Math.max(0, to - from));
      bar.setAttribute("fill", color === null ? "none" : rgb(color));
      const error = color === null || !(stdError[state] > 0) ? null : [mean[state] - stdError[state], mean[state] + stdError[state]].map(x);
      const middle = y + height / 2;
      whisker.setAttribute("d", error === null ? "" : `M${error[0]} ${middle}H${error[1]}M${error[0]} ${middle - 4}v8M${error[1]} ${middle - 4}v8`);
      text.textContent = color === null ? "undefined" : rounded(mean[state], stdError[state]);
    });
  };
  return { root, cells: rows.map(({ cell }) => cell), mark, next, paint, words: "One bar for each state, with a whisker of one standard error to each side.", keys: "Arrow keys go from state to state." };
}
