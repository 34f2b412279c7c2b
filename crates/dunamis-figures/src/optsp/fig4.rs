//! Figure 4: an involution of states that embeds visit distributions.

use super::{CASE_STUDY, about, embedding_caption, embedding_diagram, embedding_table};
use crate::analysis_figure::AnalysisFigure;

/// Figure 4.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig4",
        "What can be done from _ℓ_{↙} can be done from _r_{↘}",
        "Turner et al. (2021), optimal policies tend to seek power, figure 4",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption: |runs| embedding_caption(runs, NAME, ["_ℓ_{↙}", "_r_{↘}"]),
    draw: |runs| embedding_diagram(runs, NAME),
    table: |runs| embedding_table(runs, NAME),
};

const NAME: &str = "ℓ↙ into r↘";
