//! Figure 5: two against four is as good as one against two.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::{COLOR_A, COLOR_B, about, bounds, copies, table_of};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Published};

/// Figure 5.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig5-double",
        "Two ends at hand, or wait and choose among four",
        "Turner (2022), a scaling law for instrumental convergence, figure 5",
        &[Published::exact("bound", "wait", (2, 3))],
    ),
    analyses: &[Config { name: "scale-double", toml: include_str!("double.toml") }],
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
        place("D", 1.3, -1.5, "_D_").with_loop(270.0),
        place("E", 2.1, -1.5, "_E_").with_loop(270.0),
        place("F", 2.9, -1.5, "_F_").with_loop(270.0),
    ],
    groups: &[group(&["A", "B"], COLOR_A, ""), group(&["C", "D", "E", "F"], COLOR_B, "")],
    unit: 105.0,
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("wait")?;
    let (count, bound, _) = bounds(comparison)?;
    Ok(format!(
        "The {} ends after waiting contain {} of the {} ends at hand: waiting is optimal on at least {} of every orbit, as \
         with one end against two.",
        comparison.size_b,
        copies(count),
        comparison.size_a,
        bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?.figure())
}
