//! Gridworlds of any size.

use super::{check_states, hash, unit};
use crate::{EnvError, Move, Noise};
use dunamis_mdp::{ImplicitMdp, Number};

/// The open gridworld of [`Grid::model`](crate::Grid::model), state for state and action for action, without storing it: cells in
/// reading order, moves that stay inside the grid, noise that draws a move at random. The reward of a cell is uniform on [0, 1), a
/// hash of seed and cell.
#[derive(Clone, Debug, PartialEq)]
pub struct ImplicitGrid {
    rows: u64,
    columns: u64,
    seed: u64,
    /// By the set of available moves, bit k for the k-th of [`Move::ALL`] but staying.
    tables: Vec<Table>,
}

/// What may happen where some set of moves is available.
#[derive(Clone, Debug, Default, PartialEq)]
struct Table {
    /// Ordered like [`Move::ALL`].
    moves: Vec<Move>,
    /// Probabilities of the moves that are carried out, by the one that is chosen; in ascending order of their targets.
    carried_out: Vec<Vec<(Move, f64)>>,
}

/// The moves in the order of the numbers of their targets.
const ASCENDING: [Move; 5] = [Move::Up, Move::Left, Move::Stay, Move::Right, Move::Down];

impl ImplicitGrid {
    /// A grid with so many rows and columns, and noise of a level.
    ///
    /// # Errors
    ///
    /// [`EnvError::TooSmall`], [`EnvError::TooLarge`], [`EnvError::Probability`].
    pub fn new(rows: u64, columns: u64, noise: impl Into<Number>, seed: u64) -> Result<Self, EnvError> {
        check_states(u128::from(rows) * u128::from(columns))?;
        let noise = Noise::new(noise)?;
        let table = |open: usize| {
            let moves: Vec<Move> =
                Move::ALL.into_iter().filter(|&to| to == Move::Stay || open & (1 << to as usize) != 0).collect();
            let mut carried_out = Vec::with_capacity(moves.len());
            for probabilities in noise.table(&moves)? {
                let of = |to| Some(probabilities[moves.iter().position(|&other| other == to)?].value());
                let row = ASCENDING.into_iter().filter_map(|to| Some((to, of(to)?)));
                carried_out.push(row.filter(|&(_, probability)| probability > 0.0).collect());
            }
            Ok(Table { moves, carried_out })
        };
        let tables = (0..16).map(table).collect::<Result<_, EnvError>>()?;
        Ok(ImplicitGrid { rows, columns, seed: hash(seed, 0), tables })
    }

    /// The table of a state.
    #[inline]
    fn table(&self, state: u64) -> &Table {
        let (row, column) = (state / self.columns, state % self.columns);
        let open = [row > 0, row + 1 < self.rows, column > 0, column + 1 < self.columns];
        &self.tables[open.iter().rev().fold(0, |set, &is_open| 2 * set + usize::from(is_open))]
    }

    /// The move of an action of a state.
    pub fn move_of(&self, state: u64, action: usize) -> Option<Move> {
        self.table(state).moves.get(action).copied()
    }

    /// The name of a state: its cell, such as `(0, 3)`.
    pub(super) fn state_name(&self, state: u64) -> String {
        format!("({}, {})", state / self.columns, state % self.columns)
    }

    pub(super) fn state(&self, name: &str) -> Option<u64> {
        let (row, column) = name.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
        let (row, column) = (row.trim().parse::<u64>().ok()?, column.trim().parse::<u64>().ok()?);
        (row < self.rows && column < self.columns).then(|| row * self.columns + column)
    }
}

impl ImplicitMdp for ImplicitGrid {
    fn states(&self) -> u64 {
        self.rows * self.columns
    }

    #[inline]
    fn actions(&self, state: u64) -> usize {
        self.table(state).moves.len()
    }

    #[inline]
    fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
        for &(to, probability) in &self.table(state).carried_out[action] {
            let next = match to {
                Move::Up => state - self.columns,
                Move::Down => state + self.columns,
                Move::Left => state - 1,
                Move::Right => state + 1,
                Move::Stay => state,
            };
            visit(next, probability);
        }
        unit(hash(self.seed, state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grid;

    #[test]
    fn rows_are_those_of_the_stored_gridworld() {
        for (rows, columns, noise) in
            [(1, 1, "0"), (1, 5, "1/3"), (4, 1, "0.2"), (3, 4, "0"), (5, 3, "0.1"), (2, 2, "1")]
        {
            let noise: Number = noise.parse().unwrap();
            let implicit = ImplicitGrid::new(rows, columns, noise.clone(), 7).unwrap();
            let grid = Grid::new(rows as usize, columns as usize).unwrap();
            let model = grid.model(&Noise::new(noise).unwrap()).unwrap();
            let stored = implicit.stored().unwrap();
            assert_eq!(stored.model().matrix(), model.matrix());
            for pair in 0..model.available().len() {
                let state = model.available().state(pair);
                let action = pair - model.available().pairs(state).start;
                assert_eq!(stored.model().available().state(pair), state);
                let name = &model.actions()[model.available().action(pair).index()];
                assert_eq!(implicit.move_of(state.index() as u64, action).unwrap().name(), name);
                assert_eq!(implicit.state_name(state.index() as u64), model.states()[state.index()]);
                assert_eq!(implicit.state(&model.states()[state.index()]), Some(state.index() as u64));
                assert!((0.0..1.0).contains(&stored.reward().at(state.index(), pair)));
            }
        }
    }

    #[test]
    fn sizes_are_checked() {
        assert!(matches!(ImplicitGrid::new(0, 5, 0.0, 0), Err(EnvError::TooSmall { .. })));
        assert!(matches!(ImplicitGrid::new(u64::MAX, u64::MAX, 0.0, 0), Err(EnvError::TooLarge { .. })));
        assert!(matches!(ImplicitGrid::new(5, 5, 1.5, 0), Err(EnvError::Probability { .. })));
        let largest = ImplicitGrid::new(1 << 26, 1 << 27, 0.0, 0).unwrap();
        assert_eq!((largest.states(), largest.actions(largest.states() - 1)), (1 << 53, 3));
    }
}
