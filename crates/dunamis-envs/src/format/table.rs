//! Models whose choices come in the order of their states.

use super::choices::sum;
use dunamis_mdp::{ModelError, Names, Number, Rows, TransitionModel};

/// Rows on their way into a model: branches of a choice, choices of a state, states one after the other.
pub(super) struct Table {
    actions: Names,
    rows: Rows,
    /// Those of the choice that is being read.
    branches: Vec<(usize, Number)>,
}

impl Default for Table {
    fn default() -> Self {
        let rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
        Table { actions: Names::default(), rows, branches: Vec::new() }
    }
}

impl Table {
    /// The same with actions that are known already, in this order.
    pub(super) fn with_actions(actions: Names) -> Self {
        Table { actions, ..Table::default() }
    }

    /// States read so far.
    pub(super) fn states(&self) -> usize {
        self.rows.pairs.len() - 1
    }

    /// Adds a branch to the choice that is being read.
    pub(super) fn branch(&mut self, next: usize, probability: Number) {
        self.branches.push((next, probability));
    }

    /// Ends a choice. Branches to one state add up, and those of probability 0 are none.
    pub(super) fn choice(&mut self, action: &str) {
        let action = self.actions.intern(action);
        self.numbered_choice(action);
    }

    /// Ends a choice whose action has this number.
    pub(super) fn numbered_choice(&mut self, action: usize) {
        if !self.branches.is_sorted_by(|a, b| a.0 < b.0) {
            self.branches.sort_by_key(|&(next, _)| next);
        }
        for alike in self.branches.chunk_by(|a, b| a.0 == b.0) {
            let total;
            let probability = match alike {
                [(_, probability)] => probability,
                several => {
                    total = sum(several.iter().map(|(_, probability)| probability));
                    &total
                }
            };
            if probability.value() == 0.0 {
                continue;
            }
            if !probability.is_double() {
                self.rows.exact.push((self.rows.next.len(), probability.clone()));
            }
            // What is no state is refused with the whole model.
            self.rows.next.push(u32::try_from(alike[0].0).unwrap_or(u32::MAX));
            self.rows.probability.push(probability.value());
        }
        self.branches.clear();
        self.rows.actions.push(u32::try_from(action).unwrap_or(u32::MAX));
        self.rows.starts.push(self.rows.next.len());
    }

    /// Ends a state.
    pub(super) fn state(&mut self) -> Result<(), ModelError> {
        let pairs = u32::try_from(self.rows.actions.len());
        self.rows.pairs.push(pairs.map_err(|_| ModelError::TooLarge { what: "state-action pairs" })?);
        Ok(())
    }

    /// The model of these states.
    pub(super) fn model(self, states: Names) -> Result<TransitionModel, ModelError> {
        TransitionModel::from_rows(states, self.actions, self.rows)
    }
}
