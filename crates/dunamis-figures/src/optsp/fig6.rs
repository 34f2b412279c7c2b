//! Figure 6: an involution of states that embeds visit distributions.

use super::{CASE_STUDY, about, embedding_caption, embedding_diagram, embedding_table};
use crate::analysis_figure::AnalysisFigure;

/// Figure 6.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig6",
        "What can be done on the left can be done on the right",
        "Turner et al. (2021), optimal policies tend to seek power, figure 6",
        &[],
    ),
    analyses: &[CASE_STUDY],
    caption: |runs| embedding_caption(runs, NAME, ["going left", "going right"]),
    draw: |runs| embedding_diagram(runs, NAME),
    table: |runs| embedding_table(runs, NAME),
};

const NAME: &str = "left into right";
