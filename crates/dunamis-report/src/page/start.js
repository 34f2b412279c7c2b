// The start: everything is drawn once, and then whenever it changes.

/** One sentence about what is on this page. */
function about() {
  const one = (texts) => new Set(texts).size === 1;
  const [first] = RUNS;
  const parts = [];
  parts.push(one(RUNS.map((run) => run.environment)) ? `${first.environment}` : "several environments");
  parts.push(first.agents === 2 ? "two agents" : "one agent");
  if (one(RUNS.map((run) => run.model.states.length))) parts.push(`${grouped(first.model.states.length)} ${first.agents === 2 ? "joint states" : "states"}`);
  if (one(RUNS.map((run) => run.reward)) && first.reward !== "") parts.push(`rewards ${first.reward}`);
  if (RUNS.length > 1) parts.push(`${RUNS.length} runs over ${DATA.axes.map((axis) => axis.label).join(" × ")}`);
  parts.push(one(RUNS.map(sampled)) ? `${sampled(first)}${RUNS.length > 1 && first.samples !== null ? " for each run" : ""}` : "samples as in the table of runs");
  return `${parts.join(" · ")}.`;
}

byId("about").textContent = about();
document.body.dataset.agents = Math.max(...RUNS.map((run) => run.agents));
// Without an alignment plot there is room beside the map.
if (RUNS.every((run) => run.alignment === null)) byId("charts").prepend(byId("state-panel"));
startTheme();
byId("sliders").append(...DATA.axes.map(slider));
byId("controls").hidden = DATA.axes.length === 0 && Object.keys(RUNS[0].quantities).length === 1;
startTable();
startOrigin();
const updates = [updateChoices, updateMap, updateAlignment, updateSweep, updateState, updateRollout, updateTable, updateOrigin];
for (const update of updates) {
  update(null);
  watch(update);
}
