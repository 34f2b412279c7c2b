//! Figure 9: alignment while rewards become the same.

use super::CORRELATION;
use crate::figure::About;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Figure 9: alignment while rewards become the same.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h2-fig9",
        title: "Alignment while rewards become the same, _γ_ = 0.6",
        source: "Harris & Suo (2022), part 2, figure 9",
        experiments: &[],
        published: &[],
    },
    sweeps: &[CORRELATION],
    view: View::Alignment { rewards: true },
    states: &[],
    remark: "Left: rewards of both agents at one joint state, a point for each of the first samples. Right: POWER of both agents at each joint state, with the least-squares line.",
};
