//! Figure 1: the running example.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::{CASE_STUDY, LEFT, RIGHT, about, case_study, options_table};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{Group, group};

/// Figure 1.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig1",
        "The right half offers more than the left",
        "Turner et al. (2021), optimal policies tend to seek power, figure 1",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| options_table(runs.options("★")?),
};

const GROUPS: &[Group] = &[group(&["ℓ◁", "ℓ↖", "ℓ↙"], LEFT, "left"), group(&["r▷", "r↗", "r↘"], RIGHT, "right")];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let options = runs.options("★")?;
    let best = options.visit_distributions.iter().filter(|f| f.non_dominated).count();
    let best_recurrent = options.recurrent_distributions.iter().filter(|d| d.non_dominated).count();
    Ok(format!(
        "From ★ an agent has {} visit distributions, {best} of them strictly best for some reward, and {} recurrent state \
         distributions, {best_recurrent} of them strictly best for some reward.",
        options.visit_distributions.len(),
        options.recurrent_distributions.len(),
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(case_study(runs, GROUPS, &BTreeSet::new())?.figure())
}
