//! Figure 4: POWER of one agent in the maze while the discount grows.

use super::PATIENCE;
use crate::figure::About;
use crate::power_map::Shown;
use crate::view::View;
use crate::view_figure::ViewFigure;

/// Figure 4: POWER of one agent in the maze while the discount grows.
pub(crate) const FIGURE: ViewFigure = ViewFigure {
    about: About {
        id: "h1-fig4",
        title: "POWER of one agent in the maze while its discount grows",
        source: "Harris & Suo (2022), part 1, figure 4",
        experiments: &[],
        published: &[],
    },
    sweeps: &[PATIENCE],
    view: View::Map(Shown::Mean),
    states: &[],
    remark: "POWER at each cell of the maze at several discounts, on one color scale; the animation has all of them.",
};
