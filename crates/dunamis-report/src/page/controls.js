// Sliders, choices and the theme.

/** Goes to a value of an axis. */
function goTo(axis, index) {
  if (view.place[axis] === index) return;
  show({ place: view.place.map((at, other) => (other === axis ? index : at)), along: axis });
  const { alignment } = view.run;
  const { spoken, average } = quantity();
  speak(`${settings(view.run)}: mean ${spoken} ${fixed(average, 4)}${alignment === null ? "" : `, alignment ${withError(alignment.alpha, alignment.std_error)}`}`);
}

/** A slider over an axis, with a button that plays it. */
function slider(axis, index) {
  const id = `slider-${index}`;
  const last = axis.values.length - 1;
  const input = html("input", { type: "range", id, min: 0, max: last, step: 1, value: 0 });
  const output = html("output", { for: id, class: "number" });
  const play = html("button", { type: "button", class: "play", id: `play-${index}` });
  let timer = 0;
  const label = () => {
    play.textContent = timer === 0 ? "▶" : "❚❚";
    play.setAttribute("aria-label", timer === 0 ? `play ${axis.label}` : "pause");
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    label();
  };
  const step = () => {
    if (view.place[index] >= last) stop();
    else goTo(index, view.place[index] + 1);
  };
  play.addEventListener("click", () => {
    if (timer !== 0) return stop();
    if (view.place[index] >= last) goTo(index, 0);
    else step();
    timer = setInterval(step, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1500 : 700);
    label();
  });
  input.addEventListener("input", () => {
    if (timer !== 0) stop();
    goTo(index, Number(input.value));
  });
  label();
  const update = () => {
    const at = view.place[index];
    input.value = at;
    input.setAttribute("aria-valuetext", `${axis.label} ${axis.values[at]}`);
    output.textContent = axis.values[at];
  };
  watch((changed) => changed.has("place") && update());
  update();
  return html("div", { class: "slider" }, html("label", { for: id, title: axis.keys.join(", ") }, axis.label), input, output, play);
}

/** A choice of one of few. */
function segments(legend, name, options, chosen, change) {
  const inputs = options.map(([value, label]) => {
    const input = html("input", { type: "radio", name, value });
    input.checked = value === chosen;
    input.addEventListener("change", () => change(value));
    return html("label", null, input, ...typeset(label));
  });
  return html("fieldset", { id: `choice-${name}` }, html("legend", null, legend), html("span", { class: "segments" }, ...inputs));
}

/** The choices that the run has. */
function updateChoices(changed) {
  if (changed !== null && !changed.has("run") && !changed.has("quantity") && !changed.has("along")) return;
  const quantities = Object.values(view.run.quantities).map(({ id, label }) => [id, label]);
  const key = [quantities.map(([id]) => id), view.quantity, view.along].join();
  const box = byId("choices");
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  const focused = document.activeElement instanceof HTMLInputElement ? [document.activeElement.name, document.activeElement.value] : null;
  box.replaceChildren(
    ...(quantities.length > 1 ? [segments("Show", "quantity", quantities, view.quantity, (quantity) => show({ quantity }))] : []),
    ...(RUNS.length > 1 ? [segments("Scale of", "scale", [["all", "all runs"], ["own", "this run"]], view.scale, (scale) => show({ scale }))] : []),
    ...(DATA.axes.length > 1 ? [segments("Charts over", "along", DATA.axes.map((axis, index) => [String(index), axis.label]), String(view.along), (index) => show({ along: Number(index) }))] : []));
  if (focused !== null) [...box.querySelectorAll("input")].find((input) => input.name === focused[0] && input.value === focused[1])?.focus();
}

function startTheme() {
  const button = byId("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const now = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const label = () => { button.textContent = now() === "dark" ? "☀ Light colors" : "☾ Dark colors"; };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = now() === "dark" ? "light" : "dark";
    label();
  });
  dark.addEventListener("change", label);
  label();
}
