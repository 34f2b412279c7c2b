// The map: a heat map of one agent, or a block for each position of the other agent.

/** The drawing now in place. */
let map = null;

/** Where every state lies: cells of one grid, or of blocks in a grid. Positions count cells from the top left. */
function layout(model, agent) {
  const { rows, columns } = model.grid;
  const places = model.states.map((_, state) => {
    const cells = model.cells(state);
    const [own, other] = cells.length === 2 && agent === "a" ? [cells[1], cells[0]] : [cells[0], cells[1] ?? null];
    return { own, other };
  });
  const joint = places.length > 0 && places[0].other !== null;
  const across = joint ? columns * columns : columns;
  const down = joint ? rows * rows : rows;
  const side = Math.max(4, Math.min(64, Math.floor(660 / across)));
  const gap = joint ? Math.max(3, Math.round(side * 0.55)) : 0;
  const [left, top] = joint ? [30, 30] : [2, 2];
  const block = (cell) => [left + cell[1] * (columns * side + gap), top + cell[0] * (rows * side + gap)];
  const origin = ({ own, other }) => {
    const [x, y] = joint ? block(other) : [left, top];
    return [x + own[1] * side, y + own[0] * side];
  };
  const steps = ({ own, other }) => (joint ? [other[0] * rows + own[0], other[1] * columns + own[1]] : own);
  const size = [left + (joint ? columns : 1) * columns * side + (joint ? (columns - 1) * gap : 0) + 2,
    top + (joint ? rows : 1) * rows * side + (joint ? (rows - 1) * gap : 0) + 2];
  return { joint, side, rows, columns, block, origin, steps, places, size, down, across };
}

/** Draws the cells of a model; colors come later. */
function drawCells(model, agent) {
  const plan = layout(model, agent);
  const { side, rows, columns, joint } = plan;
  const digits = side >= 30;
  const groups = new Map();
  const parts = [];
  if (joint) {
    const [own, other] = agent === "a" ? ["A", "H"] : ["H", "A"];
    const named = (text, x, y, turn) => svgText({ class: "soft", x, y, "font-size": 12, "text-anchor": "middle", transform: turn ? `rotate(-90 ${x} ${y})` : null }, text);
    for (let k = 0; k < columns; k += 1) parts.push(named(String(k), plan.block([0, k])[0] + (columns * side) / 2, 25));
    for (let k = 0; k < rows; k += 1) parts.push(named(String(k), 25, plan.block([k, 0])[1] + (rows * side) / 2, true));
    parts.push(named(`block: column of ${other}`, plan.size[0] / 2, 10), named(`block: row of ${other}`, 10, plan.size[1] / 2, true));
    plan.words = `One block for each position of ${other}, outlined in red; the cells of a block are the positions of ${own}.`;
  } else {
    plan.words = "One cell for each position of the agent.";
  }
  const cells = plan.places.map((place, state) => {
    const key = joint ? place.other.join() : String(place.own[0]);
    let group = groups.get(key);
    if (group === undefined) {
      group = svg("g", { role: "row" });
      groups.set(key, group);
      parts.push(group);
      if (joint) {
        const [x, y] = plan.block(place.other);
        group.append(svg("rect", { class: "empty", x, y, width: columns * side, height: rows * side }));
      }
    }
    const [x, y] = plan.origin(place);
    const cell = svg("rect", { id: `cell-${state}`, class: "cell", role: "gridcell", x, y, width: side, height: side, "data-state": state });
    group.append(cell);
    return cell;
  });
  const texts = digits ? plan.places.map((place) => {
    const [x, y] = plan.origin(place);
    return svg("text", { x: x + side / 2, y: y + side / 2, "font-size": Math.min(15, side * 0.28), "text-anchor": "middle", "dominant-baseline": "central", "pointer-events": "none", "aria-hidden": "true" });
  }) : [];
  const outlines = !joint ? [] : [...groups.keys()].map((key) => {
    const other = key.split(",").map(Number);
    const [x, y] = plan.block(other);
    const inset = side * 0.06;
    return svg("rect", { class: "other", "stroke-width": Math.max(1.3, side * 0.11), x: x + other[1] * side + inset, y: y + other[0] * side + inset, width: side - 2 * inset, height: side - 2 * inset, "pointer-events": "none" });
  });
  const rim = svg("rect", { class: "rim", visibility: "hidden" });
  const ring = svg("rect", { id: "ring", class: "ring", visibility: "hidden" });
  const root = svg("svg", { viewBox: `0 0 ${plan.size[0]} ${plan.size[1]}`, role: "grid", tabindex: 0, "aria-readonly": "true", "aria-rowcount": groups.size },
    ...parts, ...texts, ...outlines, rim, ring);
  root.style.maxWidth = `${Math.max(plan.size[0] * 1.15, 300)}px`;
  root.dataset.drawing = joint ? "blocks" : "heat-map";
  root.dataset.cells = cells.length > 2000 ? "many" : "few";
  const mark = (state) => {
    for (const [frame, out, width] of [[rim, 0.5, 5], [ring, 0.5, 2.2]]) {
      frame.setAttribute("visibility", state === null ? "hidden" : "visible");
      if (state === null) continue;
      const [x, y] = plan.origin(plan.places[state]);
      const box = { x: x - out, y: y - out, width: side + 2 * out, height: side + 2 * out, "stroke-width": width };
      for (const [name, value] of Object.entries(box)) frame.setAttribute(name, value);
    }
  };
  const at = new Map(plan.places.map((place, state) => [plan.steps(place).join(), state]));
  /** The next state in a direction, over walls and gaps; by whole blocks if asked for. */
  const next = (state, [down, right], far) => {
    const [rowStep, columnStep] = far && joint ? [down * rows, right * columns] : [down, right];
    let [row, column] = plan.steps(plan.places[state]);
    for (;;) {
      [row, column] = [row + rowStep, column + columnStep];
      if (row < 0 || column < 0 || row >= plan.down || column >= plan.across) return state;
      if (at.has(`${row},${column}`)) return at.get(`${row},${column}`);
    }
  };
  const paint = ({ mean }, scale) => cells.forEach((cell, state) => {
    const color = colorOf(mean[state], scale);
    cell.setAttribute("fill", color === null ? "none" : rgb(color));
    cell.classList.toggle("none", color === null);
    if (texts.length > 0) {
      texts[state].textContent = color === null ? "–" : fixed(mean[state], 3);
      texts[state].style.fill = color === null ? "var(--ink)" : inkOn(color);
    }
  });
  return { root, cells, mark, next, paint, words: plan.words, keys: joint ? "Arrow keys go from cell to cell, with Shift from block to block. Coordinates are (row, column) from the top left." : "Arrow keys go from cell to cell. Coordinates are (row, column) from the top left." };
}

/** Connects a map with the pointer and the keyboard. */
function listen(drawing) {
  const { root } = drawing;
  const stateOf = (event) => {
    const cell = event.target.closest("[data-state]");
    return cell === null ? null : Number(cell.dataset.state);
  };
  root.addEventListener("pointermove", (event) => {
    show({ pointed: stateOf(event) });
    tip(event, stateOf(event));
  });
  root.addEventListener("pointerleave", (event) => {
    show({ pointed: null });
    tip(event, null);
  });
  root.addEventListener("click", (event) => {
    const state = stateOf(event);
    if (state !== null) show({ chosen: state });
  });
  root.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Escape") show({ chosen: null, pointed: null });
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      choose(event.key === "Home" ? 0 : drawing.cells.length - 1);
    }
    if (direction === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const from = active();
    choose(from === null ? 0 : drawing.next(from, direction, event.shiftKey));
  });
}

/** Draws the map anew where it has to be, and colors it. */
function updateMap(changed) {
  const { run } = view;
  const shown = quantity();
  const key = [DATA.models.indexOf(run.model), run.model.grid === null ? "" : shown.agent].join();
  if (map === null || map.key !== key) {
    map = { ...(run.model.grid === null ? drawBars(run.model) : drawCells(run.model, shown.agent)), key };
    listen(map);
    byId("map").replaceChildren(map.root);
    changed = null;
  }
  const scale = scaleOf(shown.id, scaleRuns());
  if (changed === null || ["run", "quantity", "scale"].some((name) => changed.has(name))) {
    byId("map-title").replaceChildren(...typeset(shown.label), ` at every ${run.agents === 2 ? "joint state" : "state"}`);
    byId("map-note").textContent = `${shown.note} ${map.words}`;
    byId("map-keys").textContent = map.keys;
    map.root.setAttribute("aria-label", `${shown.spoken} at ${run.model.states.length} states. ${map.words}`);
    map.paint(shown, scale);
    const { bar, mark } = colorBar(scale, `${shown.label}, in units of reward`);
    byId("legend").replaceChildren(bar);
    map.bar = mark;
  }
  const state = active();
  byId("readout").replaceChildren(...(state === null ? ["Point at a cell."]
    : [`${stateName(run.model, state)}: `, ...typeset(shown.label), " ", html("span", { class: "number" }, withError(shown.mean[state], shown.stdError[state]))]));
  map.mark(state);
  map.bar(state === null ? NaN : shown.mean[state]);
  if (state === null) {
    map.root.removeAttribute("aria-activedescendant");
  } else {
    map.cells[state].setAttribute("aria-label", described(state));
    map.root.setAttribute("aria-activedescendant", `cell-${state}`);
  }
}
