//! Figure 3: POWER of one far-sighted agent in the maze.

use super::FAR_SIGHTED;
use crate::figure::About;
use crate::heat_map::HeatMapFigure;

/// Far-sighted, POWER gathers about the middle of the maze.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h1-fig3",
        title: "POWER(_s_, _γ_ = 0.99) of one agent in the maze",
        source: "Harris & Suo (2022), part 1, figure 3",
        experiments: &[FAR_SIGHTED],
        published: &[],
    },
    remark: "POWER of a far-sighted agent at each cell of the maze: what counts is how soon all the rest can be reached.",
};
