//! Figure 4: an involution of states that embeds visit distributions.

use std::collections::BTreeSet;

use dunamis_plot::{Dash, Edge, OKABE_ITO, Plot};

use super::{CASE_STUDY, PLACES, about, case_study, embedding, embedding_table, swaps};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};

/// Figure 4.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig4",
        "What can be done from _ℓ_{↙} can be done from _r_{↘}",
        "Turner et al. (2021), optimal policies tend to seek power, figure 4",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| embedding_table(runs, NAME),
};

const NAME: &str = "ℓ↙ into r↘";

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let embedding = embedding(runs, NAME)?;
    let strict = if embedding.strict {
        " More can be done there that is strictly best for some reward, and so the converse does not hold."
    } else {
        ""
    };
    Ok(format!(
        "The involution {} takes all {} non-dominated visit distributions of _ℓ_{{↙}} to some of the {} of _r_{{↘}}, \
         so that _r_{{↘}} has at least as much POWER as _ℓ_{{↙}} on at least half of every orbit, for every discount.{strict}",
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
