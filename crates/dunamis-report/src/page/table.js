// The table of all states: what the map shows, for those who read rather than look.

const PAGE = 200;
const table = { sort: 0, down: false, page: 0, filter: "" };

/** States in the order and the selection of the table. */
function tableStates(run) {
  const { model } = run;
  const wanted = table.filter.toLowerCase();
  const states = model.states.map((_, state) => state).filter((state) => wanted === "" || model.states[state].toLowerCase().includes(wanted));
  if (table.sort > 0) {
    const values = Object.values(run.quantities).flatMap(({ mean, stdError }) => [mean, stdError])[table.sort - 1];
    // What is no number comes last in either direction.
    const rank = (state) => (Number.isNaN(values[state]) ? Infinity : table.down ? -values[state] : values[state]);
    states.sort((s, t) => (rank(s) === rank(t) ? s - t : rank(s) - rank(t)));
  } else if (table.down) {
    states.reverse();
  }
  return states;
}

/** Every run in one file, with what differs between them in front. */
function allRuns() {
  const keys = DATA.axes.map((axis) => axis.keys.join(" = ") || axis.label);
  const width = Math.max(...RUNS.map((run) => columns(run).length));
  const header = columns(RUNS.find((run) => columns(run).length === width));
  const rows = RUNS.filter((run) => columns(run).every((name, index) => header[index] === name)).flatMap((run) => {
    const values = run.place.map((at, axis) => DATA.axes[axis].values[at]);
    return records(run).map((record) => [...values, ...record, ...Array(width - record.length).fill("")]);
  });
  return csv([[...keys, ...header], ...rows]);
}

function drawTable() {
  const { run } = view;
  const names = columns(run);
  const numbers = names.slice(run.agents === 1 ? 3 : 5);
  const states = tableStates(run);
  table.page = Math.max(0, Math.min(table.page, Math.ceil(states.length / PAGE) - 1));
  const first = table.page * PAGE;
  const shown = states.slice(first, first + PAGE);
  const values = Object.values(run.quantities).flatMap(({ mean, stdError }) => [mean, stdError]);
  const heading = (name, index) => {
    const sorted = table.sort === index;
    const arrow = sorted ? (table.down ? " ↓" : " ↑") : "";
    const sort = () => {
      Object.assign(table, { sort: index, down: sorted ? !table.down : index > 0, page: 0 });
      drawTable();
      byId(`sort-${index}`).focus();
    };
    return html("th", { scope: "col", class: index === 0 ? null : "number", "aria-sort": sorted ? (table.down ? "descending" : "ascending") : null },
      html("button", { type: "button", id: `sort-${index}`, onclick: sort }, name + arrow));
  };
  const row = (state) => html("tr", { "data-state": state, class: state === active() ? "active" : null },
    html("th", { scope: "row" }, run.model.states[state]), ...values.map((numbers) => html("td", { class: "digits" }, exact(numbers[state]))));
  const body = html("tbody", null, ...shown.map(row));
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (line !== null) choose(Number(line.dataset.state));
  });
  const turn = (pages) => () => {
    table.page += pages;
    drawTable();
  };
  const range = states.length === 0 ? "no state" : `${grouped(first + 1)}–${grouped(first + shown.length)} of ${grouped(states.length)}`;
  byId("table-rows").replaceChildren(html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of all states" },
    html("table", null, html("thead", null, html("tr", null, ...["state", ...numbers].map(heading))), body)));
  byId("table-pages").replaceChildren(
    html("button", { type: "button", disabled: table.page === 0, onclick: turn(-1), "aria-label": "previous rows" }, "‹"), html("span", { class: "number" }, range),
    html("button", { type: "button", disabled: first + PAGE >= states.length, onclick: turn(1), "aria-label": "next rows" }, "›"));
}

/** The table is drawn when it is opened, so that it costs nothing before. */
function updateTable(changed) {
  if (!byId("table-panel").open) return;
  if (changed === null || changed.has("run")) drawTable();
  else if (changed.has("state")) {
    for (const line of byId("table-rows").querySelectorAll("tr[data-state]")) line.classList.toggle("active", Number(line.dataset.state) === active());
  }
}

function startTable() {
  const filter = html("input", { type: "search", placeholder: "part of a name", "aria-label": "Show states whose name contains" });
  filter.addEventListener("input", () => {
    Object.assign(table, { filter: filter.value, page: 0 });
    drawTable();
  });
  const one = copyButton("Copy as CSV", () => csv([columns(view.run), ...records(view.run)]));
  one.id = "copy-csv";
  const all = RUNS.length > 1 ? copyButton("Copy all runs as CSV", allRuns) : null;
  byId("table").append(html("div", { class: "tools" }, filter, html("span", { class: "tools", id: "table-pages" }), one, all), html("div", { id: "table-rows" }));
  byId("table-panel").addEventListener("toggle", () => updateTable(null));
}
