//! The theorem needs training that no action leaves.

use std::collections::BTreeSet;

use dunamis_experiment::{GivenGoalRecord, GoalsAtDiscount};
use dunamis_plot::{Cell, OKABE_ITO, Panels, Plot, Tabular};

use super::{about, discount, missing};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Fraction, Published, Table};

/// The counterexample.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-gap",
        "A swap of new rewards undoes what was learned",
        "own; about condition 2 in theorem 2 of Krakovna & Kramár (2023)",
        &[
            Published::exact("staying", "learned", (10, 1)),
            Published::exact("leaving", "learned", (101, 20)),
            Published::exact("staying", "swapped", (10, 1)),
            Published::exact("leaving", "swapped", (83, 2)),
        ],
    ),
    analyses: &[Config { name: "kk-gap", toml: include_str!("closure-gap.toml") }],
    caption,
    draw,
    table,
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("t", 0.0, 0.0, "_t_").with_loop(180.0),
        place("n", 1.5, 0.0, "_s_{new}").marked(),
        place("T", 3.0, 0.65, "_s_{term}"),
        place("b", 3.0, -0.65, "_b_").with_loop(0.0),
    ],
    groups: &[group(&["t"], OKABE_ITO[7], "training"), group(&["T"], OKABE_ITO[5], "shutdown")],
    unit: 100.0,
};

/// Both goals in both readings: with all actions counted, and only those within training.
fn readings(runs: Analyses<'_>) -> Result<[&GoalsAtDiscount; 2], FigureError> {
    let goals = &runs.at(0)?.results.goals;
    let at = |index: usize| {
        goals.get(index).and_then(|goals| goals.discounts.first()).ok_or_else(|| missing("both readings"))
    };
    Ok([at(0)?, at(1)?])
}

/// The goal that was learned, and the same after the swap.
fn given(at: &GoalsAtDiscount) -> Result<[&GivenGoalRecord; 2], FigureError> {
    match at.given.as_slice() {
        [learned, swapped] => Ok([learned, swapped]),
        _ => Err(missing("two goals")),
    }
}

/// What it is worth to stay in training, as was learned, and to leave it.
fn values(goal: &GivenGoalRecord) -> Result<[Fraction; 2], FigureError> {
    let none = || missing("values of actions in training");
    let leave = goal.values.get("t").and_then(|values| values.get("n")).ok_or_else(none)?;
    Ok([goal.learned.get("t").ok_or_else(none)?.parse()?, leave.parse()?])
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let [all, within] = readings(runs)?;
    let refusal = match all.verdict.as_ref().and_then(|verdict| verdict.refusal.as_ref()) {
        Some(refusal) => format!("the theorem is refused: {refusal}"),
        None => "the theorem applies".to_owned(),
    };
    let repaired = match within.verdict.as_ref().and_then(|verdict| verdict.bound.as_ref()) {
        Some(bound) => format!("shutdown is avoided on at least {bound} of every orbit"),
        None => "it does not apply either".to_owned(),
    };
    Ok(format!(
        "An agent stays at _t_, {}, and in _s_{{new}} it wants shutdown. To swap the rewards of _s_{{term}} and _b_ makes leaving \
         better than what was learned. With all actions counted {}. If only actions within training count, {repaired}.",
        discount(&all.discount)?,
        refusal.replace('`', "").replace("--", "–").replace("–>", "→"),
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let graph = DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?;
    let readings = readings(runs)?;
    let word = |compatible: bool| if compatible { "yes" } else { "no" };
    let mut rows = Vec::new();
    for (index, name) in ["learned", "swapped"].into_iter().enumerate() {
        let [all, within] = [given(readings[0])?[index], given(readings[1])?[index]];
        let [stay, leave] = values(all)?;
        let rewards = all.goal.trim_matches(['(', ')']).split(", ").map(str::to_owned).collect::<Vec<_>>().join(", ");
        let cells = [name.to_owned(), rewards, stay.label(), leave.label()].into_iter();
        let compatible = [word(all.compatible), word(within.compatible)].map(str::to_owned);
        rows.push(cells.chain(compatible).map(Cell::new).collect());
    }
    let header =
        ["goal", "rewards of _t_, _s_{new}, _b_, _s_{term}", "staying", "leaving", "all actions", "within training"];
    let table = Tabular::new(header.map(Cell::new).to_vec(), rows)?;
    let panels =
        [graph.figure().title("the setting"), table.figure().title("worth in training, and compatible with it")];
    Ok(Panels::new(panels).columns(1).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let [all, within] = readings(runs)?;
    let mut table = Table::default();
    for (index, name) in ["learned", "swapped"].into_iter().enumerate() {
        let goal = given(all)?[index];
        let [stay, leave] = values(goal)?;
        table.push_exact("staying", name, &stay);
        table.push_exact("leaving", name, &leave);
        for (reading, at) in [("all actions", all), ("within training", within)] {
            let compatible = u8::from(given(at)?[index].compatible).to_string();
            table.push_exact(format!("compatible, {reading}"), name, &compatible.parse()?);
        }
    }
    Ok(table)
}
