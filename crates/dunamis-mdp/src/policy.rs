//! Policies: which action to take where.

use crate::{AvailableActions, ModelError, StateId};
use std::ops::Range;

/// One action for every state: the number of the chosen state-action pair, shape |S|.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeterministicPolicy {
    pair: Vec<u32>,
}

impl DeterministicPolicy {
    /// A policy from one pair per state.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`] unless there is one pair for each state and it belongs to that state.
    pub fn new(available: &AvailableActions, pair: Vec<u32>) -> Result<Self, ModelError> {
        let own = |(s, &pair): (usize, &u32)| available.pairs(StateId::new(s)).contains(&(pair as usize));
        if pair.len() == available.states() && pair.iter().enumerate().all(own) {
            Ok(DeterministicPolicy { pair })
        } else {
            Err(ModelError::Length { what: "the policy", expected: available.states(), actual: pair.len() })
        }
    }

    /// The chosen state-action pair of every state.
    pub fn pairs(&self) -> &[u32] {
        &self.pair
    }

    /// The same policy as probabilities.
    pub fn to_stochastic(&self, available: &AvailableActions) -> StochasticPolicy {
        let mut probability = vec![0.0; available.len()];
        for &pair in &self.pair {
            probability[pair as usize] = 1.0;
        }
        StochasticPolicy { probability }
    }
}

/// A distribution over the available actions of every state, as one array over state-action pairs, shape |SA|.
#[derive(Clone, Debug, PartialEq)]
pub struct StochasticPolicy {
    probability: Vec<f64>,
}

impl StochasticPolicy {
    /// A policy from the probability of every pair.
    ///
    /// `states` and `actions` are only used to name the place of an error.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`], [`ModelError::PolicyProbability`] or [`ModelError::PolicySum`] (tolerance 1e-9).
    pub fn new(
        available: &AvailableActions,
        states: &crate::Names,
        actions: &crate::Names,
        probability: Vec<f64>,
    ) -> Result<Self, ModelError> {
        if probability.len() != available.len() {
            let (expected, actual) = (available.len(), probability.len());
            return Err(ModelError::Length { what: "the policy", expected, actual });
        }
        for s in 0..available.states() {
            let pairs = available.pairs(StateId::new(s));
            if let Some(pair) = pairs.clone().find(|&pair| !(0.0..=1.0).contains(&probability[pair])) {
                return Err(ModelError::PolicyProbability {
                    state: states[s].into(),
                    action: actions[available.action(pair).index()].into(),
                    probability: probability[pair],
                });
            }
            let sum: f64 = probability[pairs].iter().sum();
            if (sum - 1.0).abs() > crate::builder::ROW_SUM_TOLERANCE {
                return Err(ModelError::PolicySum { state: states[s].into(), sum });
            }
        }
        Ok(StochasticPolicy { probability })
    }

    /// A policy from a list of states, actions and probabilities; actions that are not listed get 0. `states` and `actions`
    /// are those of `available`.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, with the number of the entry where it is one.
    pub fn from_entries(
        states: &crate::Names,
        actions: &crate::Names,
        available: &AvailableActions,
        entries: &[(&str, &str, f64)],
    ) -> Result<Self, (Option<usize>, ModelError)> {
        let mut probability = vec![0.0; available.len()];
        let mut said: Vec<Option<usize>> = vec![None; available.len()];
        for (k, &(state, action, value)) in entries.iter().enumerate() {
            let here = |problem| (Some(k), problem);
            let s =
                states.get(state).map(StateId::new).ok_or_else(|| here(ModelError::unknown_state(state, states)))?;
            let pair = crate::json::find_pair(states, actions, available, s, action).map_err(here)?;
            if said[pair].replace(k).is_some() {
                let (place, key) = (format!("the policy at `{state}`"), action.to_owned());
                return Err(here(ModelError::DuplicateKey { place, key }));
            }
            if !(0.0..=1.0).contains(&value) {
                let (state, action) = (state.to_owned(), action.to_owned());
                return Err(here(ModelError::PolicyProbability { state, action, probability: value }));
            }
            probability[pair] = value;
        }
        let silent = |s: &usize| available.pairs(StateId::new(*s)).all(|pair| said[pair].is_none());
        if let Some(s) = (0..states.len()).find(silent) {
            return Err((None, ModelError::PolicyIncomplete { state: states[s].into() }));
        }
        Self::new(available, states, actions, probability).map_err(|problem| {
            let first = match &problem {
                ModelError::PolicySum { state, .. } => entries.iter().position(|(known, _, _)| known == state),
                _ => None,
            };
            (first, problem)
        })
    }

    /// Uniform over the available actions of each state.
    pub fn uniform(available: &AvailableActions) -> Self {
        Self::weighted(available, |_, pairs, probability| {
            let share = 1.0 / pairs.len() as f64;
            probability[pairs].fill(share);
        })
    }

    /// Uniform over the pairs that `accepted` marks; at a state without any, uniform over all.
    ///
    /// # Panics
    ///
    /// If `accepted` does not have one entry per pair.
    pub fn uniform_over(available: &AvailableActions, accepted: &[bool]) -> Self {
        assert_eq!(accepted.len(), available.len(), "one mark per state-action pair");
        Self::weighted(available, |_, pairs, probability| {
            let count = accepted[pairs.clone()].iter().filter(|&&marked| marked).count();
            let share = 1.0 / if count == 0 { pairs.len() } else { count } as f64;
            for pair in pairs {
                if count == 0 || accepted[pair] {
                    probability[pair] = share;
                }
            }
        })
    }

    fn weighted(available: &AvailableActions, mut fill: impl FnMut(StateId, Range<usize>, &mut [f64])) -> Self {
        let mut probability = vec![0.0; available.len()];
        for s in (0..available.states()).map(StateId::new) {
            fill(s, available.pairs(s), &mut probability);
        }
        StochasticPolicy { probability }
    }

    /// A policy without any check, for rules that may do nothing at a state; [`StochasticPolicy::new`] is for all others.
    pub fn unchecked(probability: Vec<f64>) -> Self {
        StochasticPolicy { probability }
    }

    /// The probability of every state-action pair.
    pub fn probabilities(&self) -> &[f64] {
        &self.probability
    }
}
