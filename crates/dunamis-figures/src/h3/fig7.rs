//! Figure 7: alignment, short-sighted, no overlap.

use super::{ALPHA_ERROR, S1, S2, SHORT_SIGHTED_APART, alpha};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;

/// Figure 7: alignment, short-sighted, no overlap.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h3-fig7",
        title: "Instrumental alignment, _γ_ = 0.1, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 7",
        experiments: &[SHORT_SIGHTED_APART],
        published: &[alpha(-0.45, ALPHA_ERROR)],
    },
    marked: &[S1, S2],
    contrast: None,
};
