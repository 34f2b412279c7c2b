//! Named sets of states.

use crate::StateId;
use std::collections::BTreeMap;

/// Named sets of states of a model: goals, failures, where a run starts.
///
/// ```
/// use dunamis_mdp::{Labels, StateId};
/// let mut labels = Labels::default();
/// labels.add(Labels::INITIAL, [StateId::new(0)]);
/// labels.add("goal", [StateId::new(4), StateId::new(2), StateId::new(4)]);
/// assert_eq!(labels.get("goal"), Some([StateId::new(2), StateId::new(4)].as_slice()));
/// assert_eq!(labels.names().collect::<Vec<_>>(), ["goal", "init"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(BTreeMap<Box<str>, Vec<StateId>>);

impl Labels {
    /// The label of the states in which a run may start, by the custom of model checkers.
    pub const INITIAL: &'static str = "init";

    /// Gives states a label, in addition to those that have it already; no state at all makes a label that nobody has.
    /// $`O(k \log k)`$ for a label of $`k`$ states.
    pub fn add(&mut self, label: &str, states: impl IntoIterator<Item = StateId>) {
        let members = self.0.entry(label.into()).or_default();
        members.extend(states);
        members.sort_unstable();
        members.dedup();
    }

    /// The states of a label, ascending; `None` when there is no such label.
    pub fn get(&self, label: &str) -> Option<&[StateId]> {
        self.0.get(label).map(Vec::as_slice)
    }

    /// The labels in alphabetical order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.keys().map(|name| &**name)
    }

    /// The labels in alphabetical order, each with its states in ascending order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[StateId])> {
        self.0.iter().map(|(name, states)| (&**name, states.as_slice()))
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The states in ascending order, each with its labels in alphabetical order; states without labels are left out.
    pub fn by_state(&self) -> BTreeMap<StateId, Vec<&str>> {
        let mut labels = BTreeMap::<StateId, Vec<&str>>::new();
        for (name, states) in self.iter() {
            for &state in states {
                labels.entry(state).or_default().push(name);
            }
        }
        labels
    }
}
