// The rollout player: what agents do under the policies of one sample, one step after the other.

const player = { timer: 0, rollout: 0, step: 0 };

/** The states of the walk that is played. */
const walk = () => view.run.rollouts[player.rollout].states;

function stopRollout() {
  clearInterval(player.timer);
  player.timer = 0;
}

/** Goes to a step of the walk, which is then the chosen state everywhere. */
function stepTo(step) {
  player.step = step;
  show({ chosen: walk()[step], pointed: null });
  drawRollout();
}

function playRollout() {
  if (player.timer !== 0) {
    stopRollout();
    drawRollout();
    return;
  }
  const last = walk().length - 1;
  stepTo(player.step >= last ? 0 : player.step + 1);
  player.timer = setInterval(() => {
    if (player.step + 1 >= last) stopRollout();
    stepTo(Math.min(last, player.step + 1));
  }, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1200 : 500);
  drawRollout();
}

/** What changes from step to step. */
function drawRollout() {
  const states = walk();
  const slider = byId("rollout-step");
  slider.max = states.length - 1;
  slider.value = player.step;
  slider.setAttribute("aria-valuetext", `step ${player.step}: ${stateName(view.run.model, states[player.step])}`);
  const { rewards, leaves } = view.run.rollouts[player.rollout];
  const names = rewards.length === 2 ? [" of H", " of A"] : [""];
  byId("rollout-at").textContent = `step ${player.step} of ${states.length - 1}`;
  const end = leaves && player.step === states.length - 1 ? ` The walk ends here: the next move ${rewards.length === 2 ? "is a collision, or else " : ""}leaves the model, and nothing more is gained.` : "";
  byId("rollout-rewards").textContent = `Here the reward${rewards.map((own, agent) => `${names[agent]} is ${fixed(own[player.step], 3)}`).join(", that")}.${end}`;
  byId("rollout-play").textContent = player.timer === 0 ? "▶" : "❚❚";
  byId("rollout-play").setAttribute("aria-label", player.timer === 0 ? "play the rollout" : "pause");
}

function updateRollout(changed) {
  if (changed !== null && !changed.has("run")) return;
  const { rollouts } = view.run;
  stopRollout();
  const panel = byId("rollout");
  panel.hidden = rollouts.length === 0;
  if (panel.hidden) return;
  Object.assign(player, { rollout: Math.min(player.rollout, rollouts.length - 1), step: 0 });
  const select = html("select", { id: "rollout-choice", "aria-label": "rollout" }, ...rollouts.map(({ sample }, index) => html("option", { value: index }, `sample ${sample}`)));
  select.value = player.rollout;
  select.addEventListener("change", () => {
    stopRollout();
    player.rollout = Number(select.value);
    stepTo(0);
  });
  const slider = html("input", { type: "range", id: "rollout-step", min: 0, step: 1, "aria-label": "step" });
  slider.addEventListener("input", () => {
    stopRollout();
    stepTo(Number(slider.value));
  });
  panel.replaceChildren(html("span", null, "Play what is done in"), select,
    html("button", { type: "button", class: "play", id: "rollout-play", onclick: playRollout }), slider, html("output", { id: "rollout-at", for: "rollout-step", class: "number" }),
    html("p", { class: "note", id: "rollout-rewards" }));
  drawRollout();
}
