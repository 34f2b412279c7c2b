//! Layouts of gridworlds: which cells are open, and which state each of them is.

use crate::{EnvError, MAX_STATES, Move};
use dunamis_mdp::StateId;
use std::fmt;
use std::str::FromStr;

/// How many cells of a grid that is recognized by its names may be walls for each open one.
const SPARSEST: usize = 1_000;

/// The cell of a name such as `(0, 3)`, in exactly that form.
fn cell(name: &str) -> Option<(usize, usize)> {
    let (row, column) = name.strip_prefix('(')?.strip_suffix(')')?.split_once(", ")?;
    let (row, column) = (row.parse().ok()?, column.parse().ok()?);
    (name == format!("({row}, {column})")).then_some((row, column))
}

/// The layout of a gridworld. Open cells are the states, numbered row by row from the top left unless the grid is that of a
/// model with another order ([`Grid::of_names`]); walls are no states.
///
/// The text form has one line per row, with `#` for a wall and `.` for an open cell; empty lines at the end do not count.
///
/// ```
/// use dunamis_envs::{Grid, Rectangle};
/// let ring = Grid::new(3, 3)?.cut(Rectangle::new((1, 1), (1, 1)))?;
/// assert_eq!(ring.to_string(), "...\n.#.\n...\n");
/// assert_eq!(ring, "...\n.#.\n...".parse()?);
/// assert_eq!(ring.cells().len(), 8);
/// # Ok::<(), dunamis_envs::EnvError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    rows: usize,
    columns: usize,
    /// Open cells (row, column) by state.
    cells: Vec<(usize, usize)>,
    /// States by cell, in row-major order.
    states: Vec<Option<StateId>>,
}

/// A rectangle of cells, spanned by two opposite corners that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    corners: [(usize, usize); 2],
}

impl Rectangle {
    /// The rectangle with two opposite corners (row, column), in any order.
    pub fn new(corner: (usize, usize), opposite: (usize, usize)) -> Self {
        Rectangle { corners: [corner, opposite] }
    }

    /// Whether a cell belongs to it.
    pub fn contains(&self, (row, column): (usize, usize)) -> bool {
        let [(r0, c0), (r1, c1)] = self.corners;
        (r0.min(r1)..=r0.max(r1)).contains(&row) && (c0.min(c1)..=c0.max(c1)).contains(&column)
    }
}

impl Grid {
    /// A grid of open cells.
    ///
    /// # Errors
    ///
    /// [`EnvError::TooSmall`] without a row or column, [`EnvError::TooLarge`] beyond [`MAX_STATES`] cells.
    pub fn new(rows: usize, columns: usize) -> Result<Self, EnvError> {
        let cells = rows as u128 * columns as u128;
        for (what, value) in [("the number of rows", rows), ("the number of columns", columns)] {
            if value == 0 {
                return Err(EnvError::TooSmall { what, value, least: 1 });
            }
        }
        if cells > u128::from(MAX_STATES) {
            return Err(EnvError::TooLarge { what: "cells", count: cells, limit: MAX_STATES });
        }
        Self::from_open(rows, columns, &vec![true; rows * columns])
    }

    /// The grid without a rectangle of cells; the remaining states are numbered anew.
    ///
    /// # Errors
    ///
    /// [`EnvError::CornerOutside`], or [`EnvError::NoOpenCell`] when nothing is left.
    pub fn cut(&self, rectangle: Rectangle) -> Result<Self, EnvError> {
        let (rows, columns) = (self.rows, self.columns);
        if let Some(&(row, column)) = rectangle.corners.iter().find(|&&(r, c)| r >= rows || c >= columns) {
            return Err(EnvError::CornerOutside { row, column, rows, columns });
        }
        let cell = |index: usize| (index / columns, index % columns);
        let keep = self.states.iter().enumerate().map(|(i, state)| state.is_some() && !rectangle.contains(cell(i)));
        Self::from_open(rows, columns, &keep.collect::<Vec<_>>())
    }

    /// Numbers the open cells of a grid of at least one row and column.
    fn from_open(rows: usize, columns: usize, open: &[bool]) -> Result<Self, EnvError> {
        let mut cells = Vec::new();
        let mut states = vec![None; open.len()];
        for index in (0..open.len()).filter(|&index| open[index]) {
            states[index] = Some(StateId::new(cells.len()));
            cells.push((index / columns, index % columns));
        }
        if cells.is_empty() {
            return Err(EnvError::NoOpenCell { rows, columns });
        }
        Ok(Grid { rows, columns, cells, states })
    }

    /// The grid on which states with names such as `(0, 3)` lie, in whatever order; `None` if a name is no cell, or the cells
    /// are so far apart that they are no gridworld.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let cells = names.into_iter().map(cell).collect::<Option<Vec<_>>>()?;
        let rows = cells.iter().map(|&(row, _)| row).max()?.checked_add(1)?;
        let columns = cells.iter().map(|&(_, column)| column).max()?.checked_add(1)?;
        let area = rows.checked_mul(columns).filter(|&area| area / SPARSEST <= cells.len())?;
        let mut states = vec![None; area];
        for (s, &(row, column)) in cells.iter().enumerate() {
            if states[row * columns + column].replace(StateId::new(s)).is_some() {
                return None;
            }
        }
        Some(Grid { rows, columns, cells, states })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The open cells (row, column), by state.
    pub fn cells(&self) -> &[(usize, usize)] {
        &self.cells
    }

    /// The cell (row, column) of a state.
    ///
    /// # Panics
    ///
    /// If the state is not of this grid.
    pub fn cell(&self, state: StateId) -> (usize, usize) {
        self.cells[state.index()]
    }

    /// The state at a cell (row, column); `None` at walls and outside the grid.
    pub fn state_at(&self, (row, column): (usize, usize)) -> Option<StateId> {
        if row < self.rows && column < self.columns { self.states[row * self.columns + column] } else { None }
    }

    /// Where a move leads; `None` when a wall or the edge is in the way, so that the move is not available.
    pub fn target(&self, state: StateId, to: Move) -> Option<StateId> {
        self.state_at(to.target(self.cell(state))?)
    }
}

impl FromStr for Grid {
    type Err = EnvError;

    /// # Errors
    ///
    /// [`EnvError::EmptyMap`], [`EnvError::UnknownCharacter`], [`EnvError::RaggedMap`], [`EnvError::NoOpenCell`] or
    /// [`EnvError::TooLarge`], for the first place in reading order.
    fn from_str(text: &str) -> Result<Self, EnvError> {
        let text = text.trim_end_matches(['\r', '\n']);
        let mut open = Vec::with_capacity(text.len());
        let (mut rows, mut columns) = (0, 0);
        for (row, line) in text.split('\n').enumerate() {
            let start = open.len();
            for (column, found) in line.strip_suffix('\r').unwrap_or(line).chars().enumerate() {
                open.push(match found {
                    '.' => true,
                    '#' => false,
                    _ => return Err(EnvError::UnknownCharacter { line: row + 1, column: column + 1, found }),
                });
            }
            let cells = open.len() - start;
            if row == 0 {
                columns = cells;
            }
            if cells != columns {
                return Err(EnvError::RaggedMap { line: row + 1, cells, expected: columns });
            }
            rows = row + 1;
        }
        if open.is_empty() {
            return Err(EnvError::EmptyMap);
        }
        if open.len() as u64 > MAX_STATES {
            return Err(EnvError::TooLarge { what: "cells", count: open.len() as u128, limit: MAX_STATES });
        }
        Self::from_open(rows, columns, &open)
    }
}

/// The map, with a line feed after every row.
impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.states.chunks(self.columns) {
            let line: String = row.iter().map(|state| if state.is_some() { '.' } else { '#' }).collect();
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
