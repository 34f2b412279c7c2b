//! Figure 1: POWER of one agent on an open grid.

use super::GRID;
use crate::figure::About;
use crate::heat_map::HeatMapFigure;
use crate::published::{Published, PublishedError};
use crate::quantity::Quantity;

/// The center has the most POWER, corners the least.
pub(crate) const FIGURE: HeatMapFigure = HeatMapFigure {
    about: About {
        id: "h1-fig1",
        title: "POWER(_s_, _γ_ = 0.6) of one agent on an open grid",
        source: "Harris & Suo (2022), part 1, figure 1",
        experiments: &[GRID],
        published: &[
            row((0, 0), 0.805),
            row((0, 2), 0.805),
            row((2, 0), 0.807),
            row((2, 2), 0.806),
            row((0, 1), 0.835),
            row((1, 0), 0.835),
            row((1, 2), 0.836),
            row((2, 1), 0.837),
            row((1, 1), 0.862),
        ],
    },
    remark: "POWER at each cell of an open grid: the center can be left in four directions, corners in two.",
};

/// Cells of a kind are alike by symmetry; which of them has which published value is not known.
const fn row(cell: (usize, usize), value: f64) -> Published {
    let row = Published::new(Quantity::Cell(cell), value, 3, 50_000, PublishedError::Scaled);
    row.with_note("published values of one kind of cell are put to its cells in reading order")
}
