//! Figure 6: a cycle among the ends changes nothing.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::{COLOR_A, COLOR_B, about, bounds, copies, table_of};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Published};

/// Figure 6.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig6-cycle",
        "Two ends at hand, or four after waiting, one of them a cycle",
        "Turner (2022), a scaling law for instrumental convergence, figure 6",
        &[Published::exact("bound", "wait", (2, 3))],
    ),
    analyses: &[Config { name: "scale-cycle", toml: include_str!("cycle.toml") }],
    caption,
    draw,
    table: |runs| table_of(runs, "wait"),
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("start", 0.0, 0.0, "start").marked(),
        place("A", -1.6, -1.15, "_A_").with_loop(270.0),
        place("B", -0.7, -1.15, "_B_").with_loop(270.0),
        place("Wait", 1.5, -0.45, "wait"),
        place("C", 0.5, -1.5, "_C_").with_loop(270.0),
        place("D", 1.3, -1.5, "_D_"),
        place("D'", 1.3, -2.5, "_D′_").with_loop(0.0),
        place("E", 2.1, -1.5, "_E_").with_loop(270.0),
        place("F", 2.9, -1.5, "_F_").with_loop(270.0),
    ],
    groups: &[group(&["A", "B"], COLOR_A, ""), group(&["C", "D", "D'", "E", "F"], COLOR_B, "")],
    unit: 105.0,
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("wait")?;
    let (count, bound, _) = bounds(comparison)?;
    let written = |record: &dunamis_experiment::RecurrentDistributionRecord| {
        let part = |(state, p): (&String, &String)| if p == "1" { state.clone() } else { format!("{p} {state}") };
        record.distribution.iter().map(part).collect::<Vec<_>>().join(" + ").replace('\'', "′")
    };
    let waiting = runs
        .options("start")?
        .recurrent_distributions
        .iter()
        .filter(|record| record.actions.iter().any(|action| action == "Wait"));
    Ok(format!(
        "Waiting can end in {} recurrent state distributions: {}. They contain {} of the {} ends at hand, so that waiting is \
         optimal on at least {} of every orbit.",
        comparison.size_b,
        waiting.map(written).collect::<Vec<_>>().join(", "),
        copies(count),
        comparison.size_a,
        bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?.figure())
}
