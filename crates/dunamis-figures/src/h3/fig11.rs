//! Figure 11: alignment, far-sighted, no overlap.

use super::{ALPHA_ERROR_FAR_SIGHTED_APART, EARLY_STOP, FAR_SIGHTED, FAR_SIGHTED_APART, alpha, far_sighted_contrast};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;
use crate::published::PublishedError;

/// Figure 11: alignment, far-sighted, no overlap.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h3-fig11",
        title: "Instrumental alignment, _γ_ = 0.99, agents may not overlap",
        source: "Harris & Suo (2022), part 3, figure 11",
        experiments: &[FAR_SIGHTED_APART, FAR_SIGHTED],
        published: &[alpha(-0.45, PublishedError::Known(ALPHA_ERROR_FAR_SIGHTED_APART)).with_note(EARLY_STOP)],
    },
    marked: &[],
    contrast: Some(far_sighted_contrast(1, 0)),
};
