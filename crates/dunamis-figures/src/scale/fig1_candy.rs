//! Figure 1: waiting has twice as many ways of being optimal as candy.

use std::collections::BTreeSet;

use super::{COLOR_A, COLOR_B, about, bounds, copies, orbit_sentences, table_of};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Published};
use dunamis_plot::Plot;

/// The analysis of the candy model.
pub(crate) const CANDY: Config = Config { name: "scale-candy", toml: include_str!("candy.toml") };

/// Figure 1.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig1-candy",
        "Candy now, or wait and then choose",
        "Turner (2022), a scaling law for instrumental convergence, figure 1",
        &[Published::exact("bound", "wait", (2, 3))],
    ),
    analyses: &[CANDY],
    caption,
    draw,
    table: |runs| table_of(runs, "wait"),
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("start", 0.0, 0.0, "start").marked(),
        place("candy", 1.3, -0.55, "candy").with_loop(0.0),
        place("wait", 1.3, 0.55, "wait"),
        place("choc", 2.75, 1.05, "choc").with_loop(0.0),
        place("hug", 2.75, 0.05, "hug").with_loop(0.0),
    ],
    groups: &[group(&["candy"], COLOR_A, "_A_").below(), group(&["choc", "hug"], COLOR_B, "_B_")],
    unit: 110.0,
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("wait")?;
    let (count, bound, _) = bounds(comparison)?;
    Ok(format!(
        "Eating the candy ends in {} recurrent state distribution (_A_), waiting in {} (_B_), which contain {} of _A_: on at \
         least {} of every orbit of rewards over the four states after the choice, waiting is optimal for average \
         reward.{}",
        comparison.size_a,
        comparison.size_b,
        copies(count),
        bound.label(),
        orbit_sentences(comparison, "candy", "waiting")?
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?.figure())
}
