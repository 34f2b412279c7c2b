//! Figure 2: POWER of one nearly myopic agent in the maze, which is figure 1 of part 3.

use crate::figure::About;
use crate::h3;
use crate::heat_map::HeatMapFigure;

/// The same experiment and values as figure 1 of part 3.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h1-fig2",
        title: "POWER(_s_, _γ_ = 0.01) of one agent in the maze",
        source: "Harris & Suo (2022), part 1, figure 2",
        ..h3::fig1::FIGURE.about
    },
    ..h3::fig1::FIGURE
};
