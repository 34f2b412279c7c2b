//! Figure 8: alignment, independent rewards.

use super::{INDEPENDENT, SAMPLES};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;
use crate::published::{Published, PublishedError};
use crate::quantity::Quantity;

/// Figure 8: alignment, independent rewards.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h2-fig8",
        title: "Instrumental alignment with independent rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 8",
        experiments: &[INDEPENDENT],
        published: &[Published::new(Quantity::Alpha, -0.509, 3, SAMPLES, PublishedError::Scaled)
            .with_note("the published value is the correlation of POWER as printed, rounded to three decimals")],
    },
    marked: &[],
    contrast: None,
};
