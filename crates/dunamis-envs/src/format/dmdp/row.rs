//! What files of rows are written from.

use super::super::FormatError;
use super::MappedMdp;
use crate::{ImplicitGarnet, ImplicitGrid, Move};
use dunamis_mdp::{ImplicitMdp, Mdp, StateId};

/// What the masses of a row may miss 1 by.
pub(super) const ROW_SUM_TOLERANCE: f64 = 1e-9;

/// A model whose rows can be written to a file of [`Format::Dmdp`](crate::Format::Dmdp): its actions have names.
pub trait RowSource: ImplicitMdp {
    /// The names of all actions, each one once.
    fn action_names(&self) -> Vec<String>;

    /// Which of these names an action of a state has; different ones for different actions.
    fn action_id(&self, state: u64, action: usize) -> usize;

    /// Mass that an action loses for ever, where its row has so much: what it lacks of 1, unless that is rounding.
    fn lost(&self, _state: u64, _action: usize, mass: f64) -> f64 {
        let lost = 1.0 - mass;
        if lost > ROW_SUM_TOLERANCE { lost } else { 0.0 }
    }
}

impl RowSource for Mdp {
    fn action_names(&self) -> Vec<String> {
        self.model().actions().iter().map(Into::into).collect()
    }

    fn action_id(&self, state: u64, action: usize) -> usize {
        self.model().available().at(StateId::new(state as usize))[action].index()
    }

    fn lost(&self, state: u64, action: usize, _: f64) -> f64 {
        self.model().leak(self.model().available().pairs(StateId::new(state as usize)).start + action)
    }
}

impl RowSource for ImplicitGrid {
    fn action_names(&self) -> Vec<String> {
        Move::ALL.map(|to| to.name().into()).into()
    }

    fn action_id(&self, state: u64, action: usize) -> usize {
        self.move_of(state, action).map_or(0, |to| to as usize)
    }
}

impl RowSource for ImplicitGarnet {
    fn action_names(&self) -> Vec<String> {
        (0..self.actions(0)).map(|action| format!("a{action}")).collect()
    }

    fn action_id(&self, _: u64, action: usize) -> usize {
        action
    }
}

impl RowSource for MappedMdp {
    fn action_names(&self) -> Vec<String> {
        MappedMdp::action_names(self).to_vec()
    }

    fn action_id(&self, state: u64, action: usize) -> usize {
        self.list(state).and_then(|list| list.get(action)).map_or(usize::MAX, |&id| id as usize)
    }

    fn lost(&self, state: u64, action: usize, _: f64) -> f64 {
        self.lost_mass(state, action).unwrap_or(f64::NAN)
    }
}

/// A row as it is written.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) next: Vec<u32>,
    /// The bits of probabilities.
    pub(super) probability: Vec<u64>,
    pub(super) lost: f64,
    pub(super) reward: f64,
}

impl Row {
    /// Takes a row from a model, in place of the one before.
    pub(super) fn read(&mut self, source: &impl RowSource, state: u64, action: usize) -> Result<(), FormatError> {
        self.next.clear();
        self.probability.clear();
        let states = source.states();
        let (mut outside, mut mass, mut wrong) = (None, 0.0, None);
        self.reward = source.row(state, action, |next, probability| {
            outside = outside.or((next >= states).then_some(next));
            wrong = wrong.or((!(0.0..=1.0).contains(&probability)).then_some(probability));
            mass += probability;
            self.next.push(next as u32);
            self.probability.push(probability.to_bits());
        });
        self.lost = source.lost(state, action, mass);
        let refuse = |found: String, expected: String| Err(FormatError::Row { state, action, found, expected });
        if let Some(next) = outside {
            return refuse(format!("the successor {next}"), format!("states below {states}"));
        }
        if let Some(probability) = wrong.or((!(0.0..=1.0).contains(&self.lost)).then_some(self.lost)) {
            return refuse(format!("the probability {probability}"), "one in [0, 1]".into());
        }
        // A sum of numbers in [0, 1] is a number.
        if (mass + self.lost - 1.0).abs() > ROW_SUM_TOLERANCE {
            return refuse(format!("probabilities with the sum {}", mass + self.lost), "1, lost mass included".into());
        }
        if !self.reward.is_finite() {
            return refuse(format!("the reward {}", self.reward), "a finite one".into());
        }
        Ok(())
    }
}
