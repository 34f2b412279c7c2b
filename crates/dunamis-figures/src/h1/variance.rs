//! Variance of POWER over samples.

use super::FAR_SIGHTED;
use crate::figure::About;
use crate::power_map::Shown;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Variance of POWER over samples.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h1-variance",
        title: "Variance of POWER over rewards, _γ_ = 0.99",
        source: "what the incumbent draws beside part 1",
        experiments: &[FAR_SIGHTED],
        published: &[],
    },
    sweeps: &[],
    view: View::Map(Shown::Variance),
    states: &[],
    remark: "Variance over samples of POWER of a far-sighted agent at each cell of the maze.",
};
