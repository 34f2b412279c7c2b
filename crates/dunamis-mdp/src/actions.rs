//! Which actions are available where: the layout that models and policies share.

use crate::{ActionId, StateId};
use std::ops::Range;

/// The state-action pairs of a model or of one agent, grouped by state.
///
/// Pair `k` of state `s` has the number `pairs(s).start + k`; rewards, policies and matrix rows are indexed by that number.
#[derive(Clone, Debug, PartialEq)]
pub struct AvailableActions {
    /// First pair of each state, and one past the last: length |S| + 1.
    start: Vec<u32>,
    action: Vec<ActionId>,
}

impl AvailableActions {
    /// Groups the actions of each state, in order.
    pub(crate) fn from_states(states: impl IntoIterator<Item = Vec<ActionId>>) -> Self {
        let mut start = vec![0];
        let mut action = Vec::new();
        for actions in states {
            action.extend(actions);
            start.push(u32::try_from(action.len()).expect("fewer than 2^32 state-action pairs"));
        }
        AvailableActions { start, action }
    }

    /// Takes over arrays that were checked.
    pub(crate) fn from_arrays(start: Vec<u32>, action: Vec<ActionId>) -> Self {
        AvailableActions { start, action }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.start.len() - 1
    }

    /// Number of state-action pairs.
    pub fn len(&self) -> usize {
        self.action.len()
    }

    /// Whether there is no pair at all.
    pub fn is_empty(&self) -> bool {
        self.action.is_empty()
    }

    /// The numbers of the pairs of a state.
    pub fn pairs(&self, state: StateId) -> Range<usize> {
        self.start[state.index()] as usize..self.start[state.index() + 1] as usize
    }

    /// The state of a pair. $`O(\log |S|)`$.
    pub fn state(&self, pair: usize) -> StateId {
        StateId::new(self.start.partition_point(|&start| start as usize <= pair) - 1)
    }

    /// The actions available at a state.
    pub fn at(&self, state: StateId) -> &[ActionId] {
        &self.action[self.pairs(state)]
    }

    /// The action of a pair.
    pub fn action(&self, pair: usize) -> ActionId {
        self.action[pair]
    }

    /// The pair of a state and an action, if the action is available there.
    pub fn find(&self, state: StateId, action: ActionId) -> Option<usize> {
        self.pairs(state).find(|&pair| self.action[pair] == action)
    }

    /// First pair of each state, and one past the last: length |S| + 1.
    pub fn starts(&self) -> &[u32] {
        &self.start
    }
}
