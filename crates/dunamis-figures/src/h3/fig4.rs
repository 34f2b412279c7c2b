//! Figure 4: alignment, short-sighted, overlap allowed.

use super::{ALPHA_ERROR, S1, S2, SHORT_SIGHTED, alpha};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;

/// Figure 4: alignment, short-sighted, overlap allowed.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h3-fig4",
        title: "Instrumental alignment, _γ_ = 0.1, agents may overlap",
        source: "Harris & Suo (2022), part 3, figure 4",
        experiments: &[SHORT_SIGHTED],
        published: &[alpha(-0.54, ALPHA_ERROR)],
    },
    marked: &[S1, S2],
    contrast: None,
};
