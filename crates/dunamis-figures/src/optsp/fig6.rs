//! Figure 6: an involution of states that embeds visit distributions.

use std::collections::BTreeSet;

use dunamis_plot::{Dash, Edge, OKABE_ITO, Plot};

use super::{CASE_STUDY, PLACES, about, case_study, embedding, embedding_table, swaps};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};

/// Figure 6.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig6",
        "What can be done on the left can be done on the right",
        "Turner et al. (2021), optimal policies tend to seek power, figure 6",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| embedding_table(runs, NAME),
};

const NAME: &str = "left into right";

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let embedding = embedding(runs, NAME)?;
    let strict = if embedding.strict {
        " More can be done there that is strictly best for some reward, and so the converse does not hold."
    } else {
        ""
    };
    Ok(format!(
        "The involution {} takes all {} non-dominated visit distributions of going left to some of the {} of going right, \
         so that going right has at least as much POWER as going left on at least half of every orbit, for every discount.{strict}",
        swaps(embedding),
        embedding.size_from,
        embedding.size_into,
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut graph = case_study(runs, &[], &BTreeSet::new())?;
    let place = |state: &str| PLACES.iter().position(|place| place.state() == state);
    for (one, other) in embedding(runs, NAME)?.involutions.first().into_iter().flatten() {
        if let (Some(one), Some(other)) = (place(one), place(other)) {
            for (from, to) in [(one, other), (other, one)] {
                graph = graph.edge(Edge::new(from, to).dashed(Dash::Dashed).color(OKABE_ITO[2]))?;
            }
        }
    }
    Ok(graph.figure())
}
