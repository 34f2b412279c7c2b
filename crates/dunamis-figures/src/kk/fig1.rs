//! Figure 1: two goals that are the same in training.

use std::collections::BTreeMap;

use dunamis_experiment::GivenGoalRecord;
use dunamis_plot::{GridDiagram, OKABE_ITO, Panels, Plot};

use super::avoid::prediction;
use super::{about, discount, goals, middle, missing, only, std_error};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::caption::with_error;
use crate::{Config, FigureError, Table};

/// Figure 1.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-fig1",
        "The coin or the end of the level",
        "Krakovna & Kramár (2023), power-seeking for trained agents, figure 1: a run to a coin of our own",
        &[],
    ),
    analyses: &[Config { name: "kk-coin-run", toml: include_str!("coin-run.toml") }],
    caption,
    draw,
    table,
};

/// The actions at a cell, as arrows.
const ARROWS: [(&str, &str); 5] = [("up", "↑"), ("down", "↓"), ("left", "←"), ("right", "→"), ("stay", "·")];

/// A goal that rewards the states of a label.
fn goal<'a>(runs: Analyses<'a>, label: &str) -> Result<&'a GivenGoalRecord, FigureError> {
    let found = only(runs, 0)?.given.iter().find(|given| given.goal == label);
    found.ok_or_else(|| missing(&format!("goal `{label}`")))
}

/// The states of a label, by cell, in a new level or in training.
fn cells<'a>(
    runs: Analyses<'a>,
    label: Option<&str>,
    trained: bool,
) -> Result<BTreeMap<(usize, usize), &'a str>, FigureError> {
    let record = goals(runs, 0)?;
    let has = |label: &str, state: &String| record.labels.get(label).is_some_and(|members| members.contains(state));
    let states = record.rewards.iter().filter(|state| has("train", state) == trained);
    let states = states.filter(|state| label.is_none_or(|label| has(label, state)));
    states.map(|state| Ok((cell(state)?, state.as_str()))).collect()
}

/// The row and column of a state `(row, column)`.
fn cell(state: &str) -> Result<(usize, usize), FigureError> {
    let numbers =
        state.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).and_then(|rest| rest.split_once(", "));
    let cell = numbers.and_then(|(row, column)| Some((row.parse().ok()?, column.parse().ok()?)));
    cell.ok_or_else(|| missing(&format!("a cell of state `{state}`")))
}

/// The arrows of a goal's optimal actions at a state.
fn arrows(goal: &GivenGoalRecord, state: &str) -> String {
    let taken =
        |action: &str| goal.choices.get(state).is_some_and(|choices| choices.iter().any(|choice| choice == action));
    ARROWS.iter().filter(|(action, _)| taken(action)).map(|&(_, arrow)| arrow).collect()
}

/// A level with the optimal actions of a goal.
fn level(runs: Analyses<'_>, trained: bool, goal: &GivenGoalRecord) -> Result<GridDiagram, FigureError> {
    let open = cells(runs, None, trained)?;
    let first = open.keys().fold((usize::MAX, usize::MAX), |(r, c), cell| (r.min(cell.0), c.min(cell.1)));
    let last = open.keys().fold((0, 0), |(r, c), cell| (r.max(cell.0), c.max(cell.1)));
    let columns = first.1..=last.1;
    let plan = (first.0..=last.0).map(|row| columns.clone().map(|column| open.contains_key(&(row, column))).collect());
    let mut diagram = GridDiagram::new(plan.collect())?;
    let marks = [("coin", "C", OKABE_ITO[0]), ("end", "E", OKABE_ITO[4])];
    let agent = if trained { ("init", "A", OKABE_ITO[5]) } else { ("new", "A", OKABE_ITO[5]) };
    let mut marked = Vec::new();
    for (label, letter, color) in marks.into_iter().chain([agent]) {
        for &(row, column) in cells(runs, Some(label), trained)?.keys() {
            diagram = diagram.marker(row - first.0, column - first.1, letter, color)?;
            marked.push((row, column));
        }
    }
    for (&(row, column), state) in &open {
        if !marked.contains(&(row, column)) {
            diagram = diagram.text(row - first.0, column - first.1, arrows(goal, state))?;
        }
    }
    Ok(diagram)
}

/// What a goal does at the start of the new level, in words.
fn at_the_start(runs: Analyses<'_>, goal: &GivenGoalRecord) -> Result<String, FigureError> {
    let start = cells(runs, Some("new"), false)?.into_values().next().unwrap_or_default();
    Ok(goal.choices.get(start).map_or_else(String::new, |choices| choices.join(" or ")))
}

/// How likely each action is optimal at the start of the new level, in words.
fn drawn(runs: Analyses<'_>) -> Result<String, FigureError> {
    let action = |(actions, value, error): (String, f64, f64)| {
        format!("{actions} with probability {}", with_error(value, error))
    };
    Ok(chances(runs)?.into_iter().map(action).collect::<Vec<_>>().join(", "))
}

/// Actions at the start of the new level, the probability that each is optimal, and its standard error.
fn chances(runs: Analyses<'_>) -> Result<Vec<(String, f64, f64)>, FigureError> {
    let prediction = prediction(only(runs, 0)?)?;
    let known =
        prediction.actions.iter().filter_map(|action| Some((action.actions.join(" or "), action.chance.as_ref()?)));
    Ok(known.map(|(actions, chance)| (actions, middle(chance), std_error(chance))).collect())
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let (coin, end) = (goal(runs, "coin")?, goal(runs, "end")?);
    let trained = cells(runs, None, true)?;
    let same = trained.values().all(|state| coin.choices.get(*state) == end.choices.get(*state));
    let which = match (coin.compatible, end.compatible) {
        (true, true) => "both are compatible with training",
        (true, false) => "only the coin is compatible with training",
        (false, true) => "only the end is compatible with training",
        (false, false) => "neither is compatible with training",
    };
    Ok(format!(
        "Optimal moves of an agent _A_ that wants the coin _C_ or the end _E_ of the level, {}. {} in training, and {which}. \
         In the new level, from where it starts, the one goal goes {} and the other {}. What is optimal there for a goal drawn uniformly \
         from all that are compatible is {}.",
        discount(&only(runs, 0)?.discount)?,
        if same { "They are the same at every cell" } else { "They differ" },
        at_the_start(runs, coin)?,
        at_the_start(runs, end)?,
        drawn(runs)?,
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let (coin, end) = (goal(runs, "coin")?, goal(runs, "end")?);
    let panels = [
        level(runs, true, coin)?.figure().title("training"),
        level(runs, false, coin)?.figure().title("new level, goal: the coin"),
        level(runs, false, end)?.figure().title("new level, goal: the end"),
    ];
    Ok(Panels::new(panels).columns(1).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for label in ["coin", "end"] {
        let goal = goal(runs, label)?;
        table.push_exact("compatible", label, &u8::from(goal.compatible).to_string().parse()?);
        for (state, choices) in &goal.choices {
            for (action, _) in ARROWS {
                let optimal = u8::from(choices.iter().any(|choice| choice == action));
                table.push_exact(format!("{action} is optimal for {label}"), state, &optimal.to_string().parse()?);
            }
        }
    }
    for (actions, value, error) in chances(runs)? {
        table.push("optimal for a drawn goal", actions, value, error);
    }
    Ok(table)
}
