//! Values laid out as the cells of a gridworld.

use crate::table::{WIDTH, decimals};
use dunamis_envs::Grid;
use dunamis_mdp::StateId;
use std::fmt::Write;

/// The values of all states at their cells, with three decimals; walls are `#`. Grids too wide for [`WIDTH`] are cut into
/// bands of columns.
pub(crate) fn heat_map(grid: &Grid, values: &[f64]) -> String {
    let text = |row, column| grid.state_at((row, column)).map(|state: StateId| decimals(values[state.index()], 3));
    let cells: Vec<Vec<Option<String>>> =
        (0..grid.rows()).map(|row| (0..grid.columns()).map(|column| text(row, column)).collect()).collect();
    let width = cells.iter().flatten().flatten().map(String::len).max().unwrap_or(0);
    let width = width.max(grid.columns().saturating_sub(1).to_string().len());
    let label = grid.rows().saturating_sub(1).to_string().len();
    let band = ((WIDTH - label) / (width + 1)).max(1);
    let mut map = String::new();
    for start in (0..grid.columns()).step_by(band) {
        let columns = start..(start + band).min(grid.columns());
        if start > 0 {
            map.push('\n');
        }
        map.push_str(&" ".repeat(label));
        for column in columns.clone() {
            let _ = write!(map, " {column:>width$}");
        }
        map.push('\n');
        for (row, cells) in cells.iter().enumerate() {
            let _ = write!(map, "{row:>label$}");
            for cell in &cells[columns.clone()] {
                map.push(' ');
                map.push_str(&cell.as_ref().map_or_else(|| "#".repeat(width), |value| format!("{value:>width$}")));
            }
            map.push('\n');
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_at_their_cells() {
        let grid: Grid = "..#\n.#.\n".parse().unwrap();
        insta::assert_snapshot!(heat_map(&grid, &[0.5, 0.25, 1.0, -0.125]), @r"
               0      1      2
        0  0.500  0.250 ######
        1  1.000 ###### -0.125
        ");
    }

    #[test]
    fn wide_grids_are_cut_into_bands() {
        let grid = Grid::new(2, 20).unwrap();
        let map = heat_map(&grid, &[0.5; 40]);
        assert!(map.lines().all(|line| line.len() <= WIDTH), "{map}");
        assert_eq!(map.matches("0.500").count(), 40);
    }
}
