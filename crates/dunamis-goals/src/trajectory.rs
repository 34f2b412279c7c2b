//! What an agent was seen to do.

use crate::GoalError;
use dunamis_mdp::{StateId, TransitionModel};
use dunamis_sampling::StreamRng;
use serde::Serialize;

/// States and actions, one after the other, until a horizon or until play leaves the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trajectory {
    states: Vec<usize>,
    pairs: Vec<usize>,
}

impl Trajectory {
    /// The trajectory that takes these state-action pairs, each in the state where the one before may lead.
    ///
    /// # Errors
    ///
    /// [`GoalError::PairOutOfRange`], and [`GoalError::BrokenTrajectory`] where a pair cannot follow on the one before.
    pub fn new(model: &TransitionModel, pairs: Vec<usize>) -> Result<Self, GoalError> {
        let available = model.available();
        if let Some(&pair) = pairs.iter().find(|&&pair| pair >= available.len()) {
            return Err(GoalError::PairOutOfRange { pair, pairs: available.len() });
        }
        let states: Vec<usize> = pairs.iter().map(|&pair| available.state(pair).index()).collect();
        for (step, (pair, next)) in pairs.iter().zip(states.iter().skip(1)).enumerate() {
            if !model.row(*pair).0.iter().any(|state| *state as usize == *next) {
                return Err(GoalError::BrokenTrajectory { step: step + 1 });
            }
        }
        Ok(Trajectory { states, pairs })
    }

    /// What a policy, given by the probability of each pair, does from a state on, for at most `horizon` steps.
    pub(crate) fn sample(
        model: &TransitionModel,
        probability: &dyn Fn(usize) -> f64,
        start: StateId,
        horizon: u64,
        rng: &mut StreamRng,
    ) -> Self {
        let (mut state, mut trajectory) = (start, Trajectory { states: Vec::new(), pairs: Vec::new() });
        for _ in 0..horizon {
            let own = model.available().pairs(state);
            let last = own.end - 1;
            let mut left = rng.uniform();
            let pair = own
                .clone()
                .find(|&pair| {
                    left -= probability(pair);
                    left < 0.0
                })
                .unwrap_or(last);
            trajectory.states.push(state.index());
            trajectory.pairs.push(pair);
            let (next, chances) = model.row(pair);
            let mut left = rng.uniform();
            let reached = next.iter().zip(chances).find(|(_, p)| {
                left -= **p;
                left < 0.0
            });
            match (reached, next.last()) {
                (Some((&next, _)), _) => state = StateId::new(next as usize),
                // Rounding may leave a little of 1 where no mass leaks.
                (None, Some(&next)) if model.leak(pair) == 0.0 => state = StateId::new(next as usize),
                _ => break,
            }
        }
        trajectory
    }

    /// What was done in some of the states.
    pub(crate) fn within(&self, inside: impl Fn(usize) -> bool) -> Self {
        let steps = self.states.iter().zip(&self.pairs).filter(|(state, _)| inside(**state));
        let (states, pairs) = steps.map(|(state, pair)| (*state, *pair)).unzip();
        Trajectory { states, pairs }
    }

    /// The states in which actions were taken.
    pub fn states(&self) -> &[usize] {
        &self.states
    }

    /// The state-action pairs that were taken.
    pub fn pairs(&self) -> &[usize] {
        &self.pairs
    }

    /// Number of actions.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}
