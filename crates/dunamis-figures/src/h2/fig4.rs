//! Figure 4: alignment, same rewards.

use super::{ALIGNED, SAMPLES};
use crate::alignment_plot::AlignmentFigure;
use crate::figure::About;
use crate::published::{Published, PublishedError};
use crate::quantity::Quantity;

/// Figure 4: alignment, same rewards.
pub(crate) const FIGURE: AlignmentFigure = AlignmentFigure {
    about: About {
        id: "h2-fig4",
        title: "Instrumental alignment with the same rewards, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 4",
        experiments: &[ALIGNED],
        published: &[Published::new(Quantity::Alpha, 1.0, 3, SAMPLES, PublishedError::Scaled)],
    },
    marked: &[],
    contrast: None,
};
