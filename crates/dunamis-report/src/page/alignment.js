// The alignment plot: a point for each joint state, POWER of H against POWER of A.

const PLOT = { width: 520, height: 400, left: 58, right: 508, top: 12, bottom: 352 };
let plot = null;

/** What an α says, in a sentence. */
function meaning({ alpha, std_error: stdError }) {
  if (alpha === null) return "α is not defined here: POWER of one agent is the same at all states.";
  if (stdError === null) return "The standard error of α is unknown, so its sign may be chance.";
  if (Math.abs(alpha) <= 2 * stdError) return "α is not clearly different from 0: POWER of one agent says little of the other’s.";
  return alpha < 0 ? "Below 0: where A has more POWER, H tends to have less. The line is the least-squares fit."
    : "Above 0: where A has more POWER, H tends to have more. The line is the least-squares fit.";
}

/** α in words: raw and without sampling noise, each with its standard error. */
function updateAlpha(alignment) {
  const row = (name, text, title) => html("tr", { title }, html("th", { scope: "row" }, name), html("td", { class: "number" }, text));
  byId("alpha-note").textContent = meaning(alignment);
  byId("alpha").replaceChildren(html("table", { id: "alpha-table" }, html("tbody", null,
    row("α", withError(alignment.alpha, alignment.std_error), "Pearson correlation of the POWERs of H and A over all states"),
    row("α without sampling noise", withError(alignment.noise_corrected, alignment.noise_corrected_std_error), "The same, with the part of the covariances that is noise of the samples taken out"),
    row("rank correlation", alignment.rank === null ? "not defined" : fixed(alignment.rank, 3), "Spearman: a few extreme states cannot move it"))));
}

function drawPlot(run) {
  const { width, height, left, right, top, bottom } = PLOT;
  const [h, a] = [run.quantities.power_h, run.quantities.power_a];
  const runs = scaleRuns().filter((other) => other.agents === 2);
  const extent = (id) => padded(scaleOf(id, runs), 0.04);
  const [wide, high] = [extent("power_h"), extent("power_a")];
  const [x, y] = [linear(wide, [left, right]), linear(high, [bottom, top])];
  const points = run.model.states.map((_, state) => {
    const known = Number.isFinite(h.mean[state]) && Number.isFinite(a.mean[state]);
    return known ? [x(h.mean[state]), y(a.mean[state])] : null;
  });
  const size = Math.max(1.6, Math.min(5, 90 / Math.sqrt(points.length)));
  const dots = points.map((point, state) => (point === null ? null : svg("circle", { class: "point", cx: point[0], cy: point[1], r: size, "data-state": state })));
  const { slope, intercept } = run.alignment;
  const fit = slope === null || intercept === null ? null
    : svg("path", { class: "fit", "clip-path": "url(#frame)", d: `M${left} ${y(intercept + slope * wide[0])}L${right} ${y(intercept + slope * wide[1])}` });
  const cross = svg("path", { class: "ring", "stroke-width": 1.5 });
  const rim = svg("circle", { class: "rim", r: size + 3, "stroke-width": 4.5, visibility: "hidden" });
  const here = svg("circle", { id: "point-ring", class: "ring", r: size + 3, "stroke-width": 2, visibility: "hidden" });
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "application", tabindex: 0, "aria-roledescription": "scatter plot" },
    svg("defs", null, svg("clipPath", { id: "frame" }, svg("rect", { x: left, y: top, width: right - left, height: bottom - top }))),
    ...valueAxis(high, y, left, right, 6), ...baseAxis(ticks(wide[0], wide[1], 6), x, bottom, top),
    svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }),
    svgText({ x: (left + right) / 2, y: height - 6, "font-size": 13, "text-anchor": "middle" }, "POWER_H"),
    svgText({ x: 14, y: (top + bottom) / 2, "font-size": 13, "text-anchor": "middle", transform: `rotate(-90 14 ${(top + bottom) / 2})` }, "POWER_A"),
    ...dots, fit, cross, rim, here);
  root.style.maxWidth = `${width * 1.35}px`;
  const mark = (state) => {
    const point = state === null ? null : points[state];
    for (const ring of [rim, here]) {
      ring.setAttribute("visibility", point === null ? "hidden" : "visible");
      if (point !== null) {
        ring.setAttribute("cx", point[0]);
        ring.setAttribute("cy", point[1]);
      }
    }
    const bars = point === null ? [] : [[h.stdError[state], h.mean[state], x], [a.stdError[state], a.mean[state], y]];
    const ends = bars.map(([error, mean, scale]) => (error > 0 ? [scale(mean - error), scale(mean + error)] : null));
    cross.setAttribute("d", `${ends[0] ? `M${ends[0][0]} ${point[1]}H${ends[0][1]}` : ""}${ends[1] ? `M${point[0]} ${ends[1][0]}V${ends[1][1]}` : ""}`);
  };
  /** The state whose point is nearest to the pointer, if any is near. */
  const nearest = (event) => {
    const box = root.getBoundingClientRect();
    const zoom = width / box.width;
    const at = [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
    let [best, distance] = [null, 18 ** 2];
    points.forEach((point, state) => {
      const away = point === null ? Infinity : (point[0] - at[0]) ** 2 + (point[1] - at[1]) ** 2;
      if (away < distance) [best, distance] = [state, away];
    });
    return best;
  };
  root.addEventListener("pointermove", (event) => {
    const state = nearest(event);
    show({ pointed: state });
    tip(event, state);
  });
  root.addEventListener("pointerleave", (event) => {
    show({ pointed: null });
    tip(event, null);
  });
  root.addEventListener("click", (event) => {
    const state = nearest(event);
    if (state !== null) show({ chosen: state });
  });
  const order = ({ mean }) => points.map((_, state) => state).filter((state) => points[state] !== null).sort((s, t) => mean[s] - mean[t] || s - t);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show({ chosen: null, pointed: null });
    const [by, step] = { ArrowLeft: [h, -1], ArrowRight: [h, 1], ArrowDown: [a, -1], ArrowUp: [a, 1] }[event.key] ?? [null, 0];
    if (by === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const states = order(by);
    const at = states.indexOf(active());
    choose(states[Math.min(states.length - 1, Math.max(0, at + step))]);
  });
  const alpha = withError(run.alignment.alpha, run.alignment.std_error);
  root.setAttribute("aria-label", `POWER of H against POWER of A at ${points.length} states; alignment ${alpha}. Left and right arrows go along POWER of H, up and down along POWER of A.`);
  return { root, mark };
}

function updateAlignment(changed) {
  const { run } = view;
  const panel = byId("alignment-panel");
  panel.hidden = run.alignment === null;
  if (panel.hidden) {
    plot = null;
    return;
  }
  if (plot === null || changed === null || changed.has("run") || changed.has("scale")) {
    const focused = plot !== null && plot.root === document.activeElement;
    plot = drawPlot(run);
    byId("alignment").replaceChildren(plot.root);
    if (focused) plot.root.focus();
    updateAlpha(run.alignment);
  }
  plot.mark(active());
}
