//! Figure 7: the recurrent state distributions of the running example.

use std::collections::BTreeSet;

use dunamis_plot::{Color, OKABE_ITO, Plot, Region};

use super::{CASE_STUDY, PLACES, about, case_study, options_table, written};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};

/// Figure 7.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig7",
        "The cycles that can be reached from ★",
        "Turner et al. (2021), optimal policies tend to seek power, figure 7",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| options_table(runs.options("★")?),
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let all = &runs.options("★")?.recurrent_distributions;
    let list = |wanted: bool| {
        all.iter().filter(|record| record.non_dominated == wanted).map(written).collect::<Vec<_>>().join(", ")
    };
    let best = all.iter().filter(|record| record.non_dominated).count();
    Ok(format!(
        "RSD(★) has {} elements, one for each cycle that can be reached. {best} are non-dominated (blue): {}. Dominated (gray): \
         {}.",
        all.len(),
        list(true),
        list(false)
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut graph = case_study(runs, &[], &BTreeSet::new())?;
    // Dominated ones first, behind those that they are mixtures of.
    let mut all: Vec<_> = runs.options("★")?.recurrent_distributions.iter().collect();
    all.sort_by_key(|record| (record.non_dominated, std::cmp::Reverse(record.distribution.len())));
    for record in all {
        let color = if record.non_dominated { OKABE_ITO[4] } else { Color::SOFT_INK };
        let members = (0..PLACES.len()).filter(|&index| record.distribution.contains_key(PLACES[index].state()));
        graph = graph.region(Region::new(members, color))?;
    }
    Ok(graph.figure())
}
