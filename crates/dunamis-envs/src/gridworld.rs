//! Gridworlds: an agent that walks from cell to cell.

use crate::{EnvError, Grid, Move, Noise};
use dunamis_mdp::{Number, StateId, TransitionModel};

impl Grid {
    /// The transition model of one agent on this grid, in time linear in the number of cells.
    ///
    /// The states are the open cells, named `(row, column)` and in the order of [`Grid::cells`]. The actions of a state are,
    /// in this order, `up`, `down`, `left` and `right`, each only where its target is an open cell, and `stay`
    /// `[Harris & Suo 2022, part 1]`.
    ///
    /// # Errors
    ///
    /// None in practice: a grid and a noise always make a model.
    pub fn model(&self, noise: &Noise) -> Result<TransitionModel, EnvError> {
        let mut builder = TransitionModel::builder();
        for (row, column) in self.cells() {
            builder.state(&format!("({row}, {column})"))?;
        }
        // At most 16 sets of moves are available, each with its own table of probabilities.
        let mut tables: [Option<Vec<Vec<Number>>>; 16] = Default::default();
        for state in (0..self.cells().len()).map(StateId::new) {
            let (moves, targets): (Vec<Move>, Vec<StateId>) =
                Move::ALL.into_iter().filter_map(|to| Some((to, self.target(state, to)?))).unzip();
            let open = moves.iter().filter(|&&to| to != Move::Stay).fold(0, |open, &to| open | 1 << to as usize);
            let table = match &mut tables[open] {
                Some(table) => table,
                empty => empty.insert(noise.table(&moves)?),
            };
            for (chosen, row) in moves.iter().zip(table) {
                for (&target, probability) in targets.iter().zip(row).filter(|(_, p)| p.value() > 0.0) {
                    builder.transition(state, chosen.name(), target, probability.clone())?;
                }
            }
        }
        Ok(builder.build()?)
    }
}
