// What changes along an axis: α, mean POWER, and POWER of the chosen state.

/** The runs along the axis below the charts, all else as it is now. */
function runsAlong() {
  const { along, place } = view;
  return DATA.axes[along].values.map((_, index) => RUN_AT.get(place.map((at, axis) => (axis === along ? index : at)).join()));
}

/** One chart: curves with error bars, over the positions of the axis. */
function chart({ title, curves, extent, x, here, marks, top, bottom, left, right }) {
  const y = linear(extent, [bottom, top]);
  const line = (values) => {
    let path = "";
    values.forEach((value, index) => {
      const gap = index === 0 || !Number.isFinite(values[index - 1]);
      if (Number.isFinite(value)) path += `${gap ? "M" : "L"}${x(index)} ${y(value)}`;
    });
    return path;
  };
  const drawn = curves.flatMap(({ tone, values, errors, thin }) => {
    const path = svg("path", { class: `line line-${tone}${thin ? " thin" : ""}`, d: line(values) });
    const dots = values.flatMap((value, index) => (Number.isFinite(value) ? [svg("circle", { class: `dot-${tone}`, cx: x(index), cy: y(value), r: thin ? 2 : 3 })] : []));
    const bars = (errors ?? []).flatMap((error, index) => (error > 0 && Number.isFinite(values[index])
      ? [svg("path", { class: `line line-${tone} whisker`, d: `M${x(index)} ${y(values[index] - error)}V${y(values[index] + error)}` })] : []));
    return [path, ...bars, ...dots];
  });
  const zero = extent[0] < 0 && extent[1] > 0 ? [svg("path", { class: "zero", d: `M${left} ${y(0)}H${right}` })] : [];
  return [...valueAxis(extent, y, left, right, 4), ...baseAxis(marks, x, bottom, top), ...zero,
    svg("path", { class: "axis", d: `M${left} ${top}V${bottom}H${right}` }), svg("path", { class: "here", d: `M${x(here)} ${top}V${bottom}` }), ...drawn,
    svgText({ x: left, y: top - 8, "font-size": 13 }, title)];
}

function updateSweep(changed) {
  const panel = byId("sweep-panel");
  panel.hidden = DATA.axes.length === 0;
  if (panel.hidden) return;
  if (changed !== null && !["place", "along", "state", "quantity"].some((key) => changed.has(key))) return;
  const axis = DATA.axes[view.along];
  const runs = runsAlong();
  const [width, left, right] = [520, 58, 504];
  const spread = axis.numbers === null || axis.numbers.length < 2 ? null : linear(union([extentOf(axis.numbers)]), [left + 10, right - 10]);
  const x = spread === null ? linear([0, Math.max(1, runs.length - 1)], [left + 20, right - 20]) : (index) => spread(axis.numbers[index]);
  // Labels that would touch the one before are left out.
  let free = -Infinity;
  const marks = axis.values.flatMap((label, index) => {
    const room = 7 * Math.min(14, label.length) / 2 + 3;
    if (x(index) - room < free) return [];
    free = x(index) + room;
    return [{ value: index, label: label.length > 14 ? `${label.slice(0, 13)}…` : label }];
  });
  const reach = ({ values, errors }) => values.flatMap((value, index) => [value - (errors?.[index] || 0), value + (errors?.[index] || 0)]);
  const numbers = (of) => runs.map((run) => of(run) ?? NaN);
  const parts = [];
  let top = 26;
  const place = (height) => ({ x, here: view.place[view.along], marks, left, right, top, bottom: top + height });
  const hasAlpha = runs.some((run) => run.alignment !== null);
  if (hasAlpha) {
    const raw = { tone: "alpha", values: numbers((run) => run.alignment?.alpha), errors: numbers((run) => run.alignment?.std_error) };
    const corrected = { tone: "alpha-corrected", values: numbers((run) => run.alignment?.noise_corrected), errors: numbers((run) => run.alignment?.noise_corrected_std_error) };
    const extent = union([raw, corrected].map((curve) => extentOf([...reach(curve), 0])));
    parts.push(...chart({ ...place(130), title: "alignment α", curves: [raw, corrected], extent: padded(extent, 0.06) }));
    top += 130 + 58;
  }
  const shown = quantity();
  const ids = [...new Set(runs.flatMap((run) => Object.keys(run.quantities)))];
  const curves = ids.map((id) => ({ tone: QUANTITIES[id].tone, values: numbers((run) => run.quantities[id]?.average) }));
  const state = active();
  const stateIn = (run) => (state === null ? undefined : run.model.index.get(view.run.model.states[state]));
  const own = { tone: shown.tone, thin: true, values: numbers((run) => run.quantities[shown.id]?.mean[stateIn(run)]), errors: numbers((run) => run.quantities[shown.id]?.stdError[stateIn(run)]) };
  const all = [...curves, ...(state === null ? [] : [own])];
  const extent = union(all.map((curve) => extentOf(reach(curve))));
  parts.push(...chart({ ...place(150), title: "mean POWER over all states", curves: all, extent: padded(extent, 0.08) }));
  const bottom = top + 150;
  const root = svg("svg", { viewBox: `0 0 ${width} ${bottom + 42}`, role: "img", "aria-label": `alignment and mean POWER against ${axis.label}; the table of runs below has the numbers` },
    ...parts, svg("text", { x: (left + right) / 2, y: bottom + 36, "font-size": 13, "text-anchor": "middle" }, axis.label));
  root.style.maxWidth = `${width * 1.35}px`;
  root.style.cursor = "pointer";
  root.addEventListener("click", (event) => {
    const box = root.getBoundingClientRect();
    const at = (event.clientX - box.left) * (width / box.width);
    const away = runs.map((_, index) => Math.abs(x(index) - at));
    goTo(view.along, away.indexOf(Math.min(...away)));
  });
  byId("sweep").replaceChildren(root);
  byId("sweep-title").textContent = `${hasAlpha ? "Alignment and " : ""}POWER by ${axis.label}`;
  const key = (tone, text) => html("span", null, html("span", { class: `key-${tone}` }, "● "), ...typeset(text), "\u2003");
  byId("sweep-note").replaceChildren(
    ...(hasAlpha ? [key("alpha", "α"), key("alpha-corrected", "α without sampling noise"), html("br")] : []),
    ...ids.map((id) => key(QUANTITIES[id].tone, QUANTITIES[id].label)),
    html("br"), state === null ? "Point at a state to add its own curve. " : `Thin: ${stateName(view.run.model, state)}. `,
    "Bars are one standard error. Click to go to a run.");
}
