// Where the numbers come from: runs, configs, versions, and how to make them again; and what the words mean.

const WORDS = [
  ["POWER", "How much an agent can expect to get in a state of whatever it may come to want: the optimal value of the state, averaged over many random reward functions, without the reward of the state itself, and normalized so that it is in units of reward per step."],
  ["standard error", "How far an estimate from samples is typically off, written after ±. Numbers without one are exact, or say so."],
  ["γ, discount", "How much the next step counts, from 0 to 1. Near 0 an agent is short-sighted; near 1 it looks far ahead."],
];

const JOINT_WORDS = [
  ["H and A", "Two agents that move at the same time. H learns first, while A follows a seed policy; then H stays as it is and A learns the best answer to it."],
  ["alignment α", "Correlation over all states of POWER of H and POWER of A. Above 0, what is good for one is good for the other; below 0, one gains power where the other loses it: they are instrumentally misaligned."],
  ["without sampling noise", "Few samples push the raw α away from what many would give. This estimate takes the noise out of the covariances; compare it between runs."],
  ["β, correlation", "Correlation of the rewards of H and A in each state: 1 is the same goal, 0 are independent goals."],
  ["collision", "What happens when both would stand in one cell: none (they may), leak (the probability is lost), renormalize (such moves are drawn again), block (both stay)."],
];

/** A word for how a run was computed. */
function sampled(run) {
  if (run.samples === null) return "exact";
  const goal = run.untilSe === null ? "" : `, until a standard error of ${run.untilSe}${run.untilSeReached ? "" : ", which was not reached"}`;
  return `${grouped(run.samples)} ${run.sampling === null ? "" : `${run.sampling} `}samples, seed ${run.seed}${goal}`;
}

/** The values of the axes at a run. */
const settings = (run) => run.place.map((at, axis) => `${DATA.axes[axis].label} = ${DATA.axes[axis].values[at]}`).join(", ");

function runsTable() {
  const joint = RUNS.some((run) => run.alignment !== null);
  const header = [...DATA.axes.map((axis) => axis.label), ...(joint ? ["α", "α without noise"] : []), "mean POWER", "samples", "seed", "solver error at most", "run"];
  const row = (run) => {
    const means = Object.values(run.quantities).filter(({ id }) => !id.endsWith("seed"));
    const errors = [run.solverError, ...(run.agents === 2 ? [run.solverErrorA] : [])];
    const cells = [
      ...run.place.map((at, axis) => DATA.axes[axis].values[at]),
      ...(!joint ? [] : run.alignment === null ? ["–", "–"] : [withError(run.alignment.alpha, run.alignment.std_error), withError(run.alignment.noise_corrected, run.alignment.noise_corrected_std_error)]),
      means.map(({ average }) => fixed(average, 4)).join(" (H), ") + (means.length > 1 ? " (A)" : ""),
      run.samples === null ? "exact" : grouped(run.samples), run.seed ?? "–",
      errors.map((error) => (error === null ? "unknown" : tiny(error))).join(", "), run.key.slice(0, 12),
    ];
    return html("tr", { "data-key": run.key }, ...cells.map((cell) => html("td", { class: "number" }, String(cell))));
  };
  return html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Runs" }, html("table", { id: "runs" },
    html("thead", null, html("tr", null, ...header.map((name) => html("th", { scope: "col", class: "number" }, name)))), html("tbody", null, ...RUNS.map(row))));
}

function updateOrigin(changed) {
  if (changed !== null && !changed.has("run")) return;
  const { run } = view;
  for (const line of byId("runs").querySelectorAll("tr[data-key]")) line.classList.toggle("active", line.dataset.key === run.key);
  // Runs of a sweep have their settings in their names.
  const named = RUNS.length === 1 || RUNS.some(({ name }) => name !== run.name);
  const graph = run.graphSamples === null ? "" : ` A’s problem: ${grouped(run.graphSamples)} samples on functional graphs, ${grouped(run.generalSamples)} by general solvers.`;
  byId("origin-run").replaceChildren(
    html("p", null, `${run.name}${named ? "" : ` (${settings(run)})`}: ${sampled(run)}, solved by ${run.kernel}.${graph} dunamis ${run.dunamisVersion}, numerics ${run.numericsVersion}, streams ${run.streamVersion}.`),
    run.description === null ? "" : html("p", { class: "note" }, run.description),
    html("details", null, html("summary", null, "Its config, with all defaults spelled out"), html("pre", { id: "config" }, run.config)),
    html("p", null, "To compute this run again, save the config as ", html("code", null, "run.toml"), " and call ", html("code", null, "dunamis run run.toml"), ". ", copyButton("Copy config", () => run.config)),
    html("p", { class: "note" }, `Key of the run: ${run.key}`));
}

function startOrigin() {
  const words = [...WORDS, ...(RUNS.some((run) => run.agents === 2) ? JOINT_WORDS : [])];
  byId("words").append(...words.flatMap(([word, meaning]) => [html("dt", null, word), html("dd", null, meaning)]));
  byId("origin").append(runsTable(), html("p", { class: "note" }, "A mean over states is the plain mean of the estimates. The standard errors of states are not independent, so it has none here; it is at most as far off as they are on average."),
    html("div", { id: "origin-run" }),
    ...(DATA.command === null ? [] : [html("p", null, "This page was made by ", html("code", { id: "command" }, DATA.command))]),
    html("p", { class: "note" }, `dunamis ${DATA.version}. Everything is in this file; it loads and sends nothing.`));
}
