//! Figure 1: POWER of one nearly myopic agent counts the exits of a cell.

use super::MAZE;
use crate::figure::About;
use crate::heat_map::HeatMapFigure;
use crate::published::{Published, PublishedError};
use crate::quantity::{CellClass, Quantity};

/// At low discount POWER approaches d/(d + 1) in a cell of d exits, staying included.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h3-fig1",
        title: "POWER(_s_, _γ_ = 0.01) of one agent in the maze",
        source: "Harris & Suo (2022), part 3, figure 1",
        experiments: &[MAZE],
        published: &[
            row(Quantity::Least(CellClass::DeadEnd), 0.667),
            row(Quantity::Greatest(CellClass::DeadEnd), 0.669),
            row(Quantity::Least(CellClass::Corridor), 0.748),
            row(Quantity::Greatest(CellClass::Corridor), 0.753),
            row(Quantity::Least(CellClass::Junction), 0.800),
            row(Quantity::Greatest(CellClass::Junction), 0.802),
        ],
    },
    remark: "POWER of a nearly myopic agent at each cell of the maze. As _γ_ tends to 0 it tends to 2/3 in dead ends, 3/4 in \
             corridors and 4/5 at junctions: the expected greatest of as many rewards as there are moves.",
};

const fn row(quantity: Quantity, value: f64) -> Published {
    Published::new(quantity, value, 3, 20_000, PublishedError::Scaled)
}
