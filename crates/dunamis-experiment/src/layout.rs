//! The layout of a gridworld as figures need it.

use dunamis_envs::Grid;
use serde::{Deserialize, Serialize};

/// A cell as (row, column), from 0 at the top left.
pub type Cell = (usize, usize);

/// The positions of H and A.
pub type CellPair = (Cell, Cell);

/// A grid and its open cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridLayout {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// The open cells, in the order of the states of one agent; all others are walls.
    pub cells: Vec<Cell>,
}

impl From<&Grid> for GridLayout {
    fn from(grid: &Grid) -> Self {
        GridLayout { rows: grid.rows(), columns: grid.columns(), cells: grid.cells().to_vec() }
    }
}

impl GridLayout {
    /// Whether every cell lies on the grid, and none is listed twice.
    pub(crate) fn is_consistent(&self) -> bool {
        let inside = self.cells.iter().all(|&(row, column)| row < self.rows && column < self.columns);
        let mut sorted = self.cells.clone();
        sorted.sort_unstable();
        inside && sorted.windows(2).all(|pair| pair[0] < pair[1])
    }
}
