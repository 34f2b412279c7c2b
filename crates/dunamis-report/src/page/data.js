// The data of the page: runs, their models, and what is known of every state.

const DATA = JSON.parse(byId("data").textContent);

/** What the columns of a run mean. `agent` is whose number it is; `tone` its color in charts. */
const QUANTITIES = {
  power: { label: "POWER", spoken: "POWER", column: ["mean", "std_error"], agent: "h", tone: "h",
    note: "POWER: how much an agent can expect to get of whatever it may come to want, from each state on." },
  power_h: { label: "POWER_H", spoken: "POWER of H", column: ["power_h", "power_h_se"], agent: "h", tone: "h",
    note: "POWER of H, the agent that learned first and then stays as it is, in the presence of A." },
  power_a: { label: "POWER_A", spoken: "POWER of A", column: ["power_a", "power_a_se"], agent: "a", tone: "a",
    note: "POWER of A, the agent that learned second and answers H’s policy as well as it can." },
  power_h_seed: { label: "H before A learns", spoken: "POWER of H before A learns", column: ["power_h_seed", "power_h_seed_se"], agent: "h", tone: "h-seed",
    note: "The baseline of H: its optimal value while A still follows its seed policy." },
  power_a_seed: { label: "A before it learns", spoken: "POWER of A before it learns", column: ["power_a_seed", "power_a_seed_se"], agent: "a", tone: "a-seed",
    note: "The baseline of A: what its seed policy would get against H, before A learns." },
};

/** The runs, with their numbers unpacked. */
const RUNS = DATA.runs.map((run) => ({
  ...run,
  model: DATA.models[run.model],
  quantities: Object.fromEntries(run.quantities.map(({ id, mean, stdError }) => {
    const numbers = doubles(mean);
    // Standard errors are unpacked when a run is first shown, so that the page opens sooner.
    let errors = null;
    const lazily = { get stdError() { return (errors ??= doubles(stdError)); } };
    return [id, Object.assign(lazily, QUANTITIES[id], { id, mean: numbers, average: meanOf(numbers) })];
  })),
}));

for (const model of DATA.models) {
  const states = model.states;
  model.index = new Map(states.map((name, state) => [name, state]));
  const cells = model.positions === null ? 0 : model.positions.length / states.length;
  /** Cells [row, column] of the agents in a state: one, two, or none without a grid. */
  model.cells = (state) => {
    const found = [];
    for (let k = 0; k < cells; k += 2) found.push(model.positions.slice(cells * state + k, cells * state + k + 2));
    return found;
  };
}

function meanOf(numbers) {
  let sum = 0;
  for (const x of numbers) sum += x;
  return sum / numbers.length;
}

// Where nothing is sampled there is no error of α.
for (const { samples, alignment } of RUNS) {
  if (samples === null && alignment !== null) Object.assign(alignment, { std_error: 0, noise_corrected_std_error: 0 });
}

/** The least and the greatest finite number, or `null`. */
function extentOf(numbers) {
  let [low, high] = [Infinity, -Infinity];
  for (const x of numbers) {
    if (Number.isFinite(x)) [low, high] = [Math.min(low, x), Math.max(high, x)];
  }
  return low <= high ? [low, high] : null;
}

/** The union of extents, widened about a single number. */
function union(extents) {
  const known = extents.filter((extent) => extent !== null);
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
  const half = high - low > Math.abs(high) * 1e-9 ? 0 : Math.max(Math.abs(high) * 0.05, 1e-6);
  return [low - half, high + half];
}

/** An extent with some room around it. */
const padded = ([low, high], part) => [low - part * (high - low), high + part * (high - low)];

for (const run of RUNS) {
  for (const quantity of Object.values(run.quantities)) quantity.extent = extentOf(quantity.mean);
}

/** The extent of a quantity over some runs. */
const scaleOf = (id, runs) => union(runs.map((run) => run.quantities[id]?.extent ?? null));

/** What a state is called in words. */
function stateName(model, state) {
  const cells = model.cells(state).map((cell) => `(${cell.join(", ")})`);
  if (cells.length === 2) return `H at ${cells[0]}, A at ${cells[1]}`;
  return cells.length === 1 ? `cell ${cells[0]}` : model.states[state];
}

/** The columns of `power.csv` of a run. */
function columns(run) {
  const places = run.agents === 1 ? ["row", "col"] : ["h_row", "h_col", "a_row", "a_col"];
  return ["state", ...places, ...Object.values(run.quantities).flatMap((quantity) => quantity.column)];
}

/** The records of `power.csv` of a run, without the header. */
function records(run) {
  const places = run.agents === 1 ? 2 : 4;
  return run.model.states.map((name, state) => {
    const cells = run.model.cells(state).flat().map(String);
    const numbers = Object.values(run.quantities).flatMap(({ mean, stdError }) => [exact(mean[state]), exact(stdError[state])]);
    return [name, ...(cells.length > 0 ? cells : Array(places).fill("")), ...numbers];
  });
}
