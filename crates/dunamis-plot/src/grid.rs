//! A rectangle of cells, each with a finite value or none.

use crate::PlotError;
use crate::color::{Extent, finite};

/// A rectangle of `rows × columns` cells, each with a finite value or none; at least one cell each way.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    columns: usize,
    cells: Vec<Option<f64>>,
}

impl Grid {
    /// A grid from its rows, top to bottom.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without cells, [`PlotError::Ragged`] for rows of different lengths, [`PlotError::NotFinite`] for
    /// a value that is infinite or not a number.
    pub fn from_rows(rows: Vec<Vec<Option<f64>>>) -> Result<Self, PlotError> {
        let columns = rows.first().map_or(0, Vec::len);
        if columns == 0 {
            return Err(PlotError::Empty { plot: "grid", what: "cells" });
        }
        let mut cells = Vec::with_capacity(rows.len() * columns);
        for (row, values) in rows.into_iter().enumerate() {
            if values.len() != columns {
                return Err(PlotError::Ragged { row, found: values.len(), expected: columns });
            }
            for (column, value) in values.iter().enumerate() {
                finite(value.unwrap_or(0.0), || format!("row {row}, column {column}"))?;
            }
            cells.extend(values);
        }
        Ok(Self { columns, cells })
    }

    /// A grid whose cell at row `r` and column `c` is `value(r, c)`.
    ///
    /// # Errors
    ///
    /// Those of [`from_rows`](Self::from_rows).
    pub fn from_fn(
        rows: usize,
        columns: usize,
        value: impl Fn(usize, usize) -> Option<f64>,
    ) -> Result<Self, PlotError> {
        Self::from_rows((0..rows).map(|row| (0..columns).map(|column| value(row, column)).collect()).collect())
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.cells.len() / self.columns
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The value of a cell; `None` where the cell is empty or outside.
    pub fn get(&self, row: usize, column: usize) -> Option<f64> {
        if column < self.columns { self.cells.get(row * self.columns + column).copied().flatten() } else { None }
    }

    /// Row, column and value of the cells that have one, row by row.
    pub fn values(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let place =
            |(index, value): (usize, &Option<f64>)| value.map(|v| (index / self.columns, index % self.columns, v));
        self.cells.iter().enumerate().filter_map(place)
    }

    /// The extent of the values, or `None` where all cells are empty.
    pub(crate) fn extent(&self) -> Result<Option<Extent>, PlotError> {
        Extent::of(self.values().map(|(_, _, value)| value))
    }

    /// Passes a cell on that the grid has.
    pub(crate) fn cell(&self, (row, column): (usize, usize)) -> Result<(usize, usize), PlotError> {
        if row < self.rows() && column < self.columns {
            Ok((row, column))
        } else {
            Err(PlotError::OutsideGrid { row, column, rows: self.rows(), columns: self.columns })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_named() {
        let nan = Grid::from_rows(vec![vec![Some(1.0), None], vec![None, Some(f64::NAN)]]);
        insta::assert_snapshot!(nan.unwrap_err(), @"row 1, column 1 is `NaN`; leave out what has no finite value");
        let ragged = Grid::from_rows(vec![vec![None, None], vec![None]]);
        insta::assert_snapshot!(ragged.unwrap_err(), @"row 1 has 1 columns where row 0 has 2; fill absent ones with `None`");
        insta::assert_snapshot!(Grid::from_fn(0, 3, |_, _| None).unwrap_err(), @"grid has no cells; give at least one");
        let grid = Grid::from_fn(2, 3, |_, _| None).unwrap();
        insta::assert_snapshot!(grid.cell((2, 0)).unwrap_err(), @"row 2, column 0 is outside the grid of 2 × 3 cells; name a cell inside it");
    }

    #[test]
    fn cells_by_row_and_column() {
        let grid = Grid::from_fn(2, 3, |r, c| (c != 1).then_some((10 * r + c) as f64)).unwrap();
        assert_eq!((grid.rows(), grid.columns()), (2, 3));
        assert_eq!((grid.get(1, 2), grid.get(1, 1), grid.get(0, 3), grid.get(2, 0)), (Some(12.0), None, None, None));
        assert_eq!(grid.values().count(), 4);
    }
}
