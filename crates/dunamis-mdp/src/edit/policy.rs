//! Edits of policies.

use super::selection::places;
use super::{EditError, EditProblem, Selection};
use crate::{Agent, AvailableActions, ModelError, Names, Number, StateId, StochasticPolicy};

/// A list of edits of a policy; see the [module](crate::edit).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyPatch {
    /// The edits, in order.
    pub edits: Vec<PolicyEdit>,
}

/// One edit of a policy.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyEdit {
    /// Sets the distribution at states.
    Set {
        /// Where.
        states: Selection,
        /// Actions with their probabilities; all others get 0.
        distribution: Vec<(String, Number)>,
    },
    /// Mixes another policy in.
    Mix {
        /// What the caller knows it by.
        policy: String,
        /// Its weight.
        weight: Number,
    },
    /// Follows a policy of one agent over its places, wherever the other agent is.
    Lift {
        /// What the caller knows it by.
        policy: String,
    },
}

/// Where a policy is edited: the layout of one agent's actions.
#[derive(Clone, Copy, Debug)]
pub struct PolicyLayout<'a> {
    /// The states.
    pub states: &'a Names,
    /// The actions of the agent.
    pub actions: &'a Names,
    /// Which it has where.
    pub available: &'a AvailableActions,
    /// The agent of a joint model.
    pub agent: Option<Agent>,
}

/// States, actions and probabilities, as a policy file has them.
pub type PolicyEntries = Vec<(String, String, f64)>;
impl PolicyPatch {
    /// Carries the edits out, in order. `mixed` finds the policies that are mixed in, `lifted` the entries of those that are
    /// lifted.
    ///
    /// # Errors
    ///
    /// The first edit that cannot be carried out, as [`ModelError::Edit`], or what the callers' functions say.
    pub fn apply<E: From<ModelError>>(
        &self,
        layout: PolicyLayout<'_>,
        policy: StochasticPolicy,
        mut mixed: impl FnMut(&str) -> Result<StochasticPolicy, E>,
        mut lifted: impl FnMut(&str) -> Result<PolicyEntries, E>,
    ) -> Result<StochasticPolicy, E> {
        let mut policy = policy;
        for (i, edit) in self.edits.iter().enumerate() {
            let here = |problem: EditProblem| ModelError::Edit(Box::new(EditError { edit: i, problem }));
            policy = match edit {
                PolicyEdit::Set { states, distribution } => layout.set(&policy, states, distribution).map_err(here)?,
                PolicyEdit::Mix { policy: other, weight } => {
                    let other = mixed(other)?;
                    policy.mixed(&other, weight.value()).map_err(|error| here(error.into()))?
                }
                PolicyEdit::Lift { policy } => {
                    let entries = lifted(policy)?;
                    layout.lift(&entries).map_err(here)?
                }
            };
        }
        Ok(policy)
    }
}

impl PolicyLayout<'_> {
    /// The policy with other probabilities at some states.
    ///
    /// # Errors
    ///
    /// [`EditProblem::Nowhere`], or [`EditProblem::Model`] when the states have no such actions or the probabilities are no
    /// distribution.
    pub fn set(
        self,
        policy: &StochasticPolicy,
        states: &Selection,
        distribution: &[(String, Number)],
    ) -> Result<StochasticPolicy, EditProblem> {
        let PolicyLayout { states: names, actions, available, .. } = self;
        let mut probability = policy.probabilities().to_vec();
        let (states, _) = states.find(names.iter())?;
        for state in states.iter() {
            let s = StateId::new(names.get(state).unwrap_or_default());
            probability[available.pairs(s)].fill(0.0);
            for (action, value) in distribution {
                probability[crate::json::find_pair(names, actions, available, s, action)?] = value.value();
            }
        }
        Ok(StochasticPolicy::new(available, names, actions, probability)?)
    }

    /// The policy that follows a policy of one agent over its places, wherever the other agent is; for a model of one agent,
    /// the policy itself.
    ///
    /// # Errors
    ///
    /// [`EditProblem::Model`] when it says nothing about a place, or an action is not available there.
    pub fn lift(self, entries: &[(String, String, f64)]) -> Result<StochasticPolicy, EditProblem> {
        let PolicyLayout { states, actions, available, agent } = self;
        let mut all = Vec::new();
        for state in states.iter() {
            let place = match (agent, places(state)) {
                (Some(Agent::H), Some((h, _))) => h,
                (Some(Agent::A), Some((_, a))) => a,
                _ => state,
            };
            let before = all.len();
            let here = entries.iter().filter(|(from, _, probability)| from == place && *probability != 0.0);
            all.extend(here.map(|(_, action, probability)| (state, action.as_str(), *probability)));
            if all.len() == before {
                return Err(ModelError::PolicyIncomplete { state: place.into() }.into());
            }
        }
        Ok(StochasticPolicy::from_entries(states, actions, available, &all).map_err(|(_, problem)| problem)?)
    }
}

impl StochasticPolicy {
    /// The policy that at every step follows `other` with probability `weight`, and else this one.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`] for a policy of another layout, [`ModelError::PolicyProbability`] for a weight outside [0, 1].
    pub fn mixed(&self, other: &StochasticPolicy, weight: f64) -> Result<Self, ModelError> {
        let (expected, actual) = (self.probabilities().len(), other.probabilities().len());
        if expected != actual {
            return Err(ModelError::Length { what: "the policy", expected, actual });
        }
        if !(0.0..=1.0).contains(&weight) {
            let (state, action) = ("every state".into(), "the other policy's".into());
            return Err(ModelError::PolicyProbability { state, action, probability: weight });
        }
        let mix = |(a, b): (&f64, &f64)| (1.0 - weight) * a + weight * b;
        Ok(StochasticPolicy::unchecked(self.probabilities().iter().zip(other.probabilities()).map(mix).collect()))
    }
}
