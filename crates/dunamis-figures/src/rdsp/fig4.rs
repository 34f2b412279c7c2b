//! Figure 4: most rewards avoid the state without options.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::about;
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{Group, group};
use crate::optsp::{CASE_STUDY, case_study};
use crate::published::Published;
use crate::scale::{COLOR_A, COLOR_B, bounds, bounds_table, copies, orbit_sentences};

/// Figure 4.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "rdsp-fig4",
        "Most rewards avoid ∅",
        "Turner & Tadepalli (2022), parametrically retargetable decision-makers, figure 4",
        &[Published::exact("bound", "avoid ∅", (3, 4))],
    ),
    analyses: &[CASE_STUDY],
    caption,
    draw,
    table: |runs| bounds_table(runs.comparison("avoid ∅")?),
};

const GROUPS: &[Group] =
    &[group(&["∅"], COLOR_A, "_A_"), group(&["ℓ↖", "ℓ↙"], COLOR_B, "_B_"), group(&["r↗", "r↘"], COLOR_B, "_B_")];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("avoid ∅")?;
    let (count, bound, _) = bounds(comparison)?;
    Ok(format!(
        "The {} recurrent state distributions that avoid ∅ (_B_) contain {} of the one that does not (_A_): avoiding ∅ is optimal for \
         average reward on at least {} of every orbit.{}",
        comparison.size_b,
        copies(count),
        bound.label(),
        orbit_sentences(comparison, "∅", "avoiding it")?
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(case_study(runs, GROUPS, &BTreeSet::new())?.figure())
}
