//! Figure 9: alignment, far-sighted, overlap allowed.

use super::{ALPHA_ERROR_FAR_SIGHTED, EARLY_STOP, FAR_SIGHTED, FAR_SIGHTED_APART, alpha, far_sighted_contrast};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;
use crate::published::PublishedError;

/// Figure 9: alignment, far-sighted, overlap allowed.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h3-fig9",
        title: "Instrumental alignment, _γ_ = 0.99, agents may overlap",
        source: "Harris & Suo (2022), part 3, figure 9",
        experiments: &[FAR_SIGHTED, FAR_SIGHTED_APART],
        published: &[alpha(-0.32, PublishedError::Known(ALPHA_ERROR_FAR_SIGHTED)).with_note(EARLY_STOP)],
    },
    marked: &[],
    contrast: Some(far_sighted_contrast(0, 1)),
};
