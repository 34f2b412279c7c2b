// What the page shows now: one object, and those who want to know when it changes.

const view = {
  /** Index of the value on each axis. */
  place: DATA.axes.map(() => 0),
  run: RUNS[0], // The runs are in the order of their places.
  quantity: Object.keys(RUNS[0].quantities)[0],
  /** Whether colors and axes are those of all runs or of the one shown. */
  scale: "all",
  /** Which axis charts have below. */
  along: 0,
  /** The state under the pointer, and the one that was chosen; `null` for none. */
  pointed: null,
  chosen: null,
};

const RUN_AT = new Map(RUNS.map((run) => [run.place.join(), run]));
const listeners = [];

/** Asks to be told what changed: a set of the keys above, and "state" when another state is to be marked. */
const watch = (listener) => listeners.push(listener);

/** The state to mark. */
const active = () => view.pointed ?? view.chosen;

/** Changes what is shown. */
function show(change) {
  const before = { ...view, state: active() };
  Object.assign(view, change);
  if (change.place) {
    view.run = RUN_AT.get(view.place.join());
    if (view.run.model !== before.run.model) {
      // A state keeps its name where the other model has one of that name.
      const same = (state) => (state === null ? null : view.run.model.index.get(before.run.model.states[state]) ?? null);
      [view.pointed, view.chosen] = [null, same(before.chosen)];
    }
    if (!(view.quantity in view.run.quantities)) view.quantity = Object.keys(view.run.quantities)[0];
  }
  const after = { ...view, state: active() };
  const changed = new Set(Object.keys(after).filter((key) => after[key] !== before[key]));
  if (changed.size > 0) for (const listener of listeners) listener(changed);
}

/** The quantity that is shown. */
const quantity = () => view.run.quantities[view.quantity];

/** The runs that share a scale. */
const scaleRuns = () => (view.scale === "all" ? RUNS : [view.run]);

/** A state and its number in words. */
function described(state) {
  const { spoken, mean, stdError } = quantity();
  return `${stateName(view.run.model, state)}: ${spoken} ${withError(mean[state], stdError[state])}`;
}

/** Chooses a state by keyboard, and says what is there. */
function choose(state) {
  show({ chosen: state, pointed: null });
  speak(described(state));
}

/** The label beside the pointer. */
function tip(event, state) {
  const box = byId("tip");
  box.hidden = state === null;
  if (state === null) return;
  const lines = Object.values(view.run.quantities).map(({ label, mean, stdError }) =>
    html("div", null, ...typeset(label), " ", html("span", { class: "number" }, withError(mean[state], stdError[state]))));
  box.replaceChildren(html("b", null, stateName(view.run.model, state)), ...lines);
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, innerWidth - width - 8);
  const above = event.clientY + 16 + height > innerHeight;
  box.style.left = `${Math.max(4, left)}px`;
  box.style.top = `${above ? event.clientY - height - 10 : event.clientY + 16}px`;
}
