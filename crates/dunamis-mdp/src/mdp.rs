//! Markov decision processes: a model and a reward.

use crate::{ModelError, Reward, RewardKind, TransitionModel};
use std::sync::Arc;

/// A transition model with a reward. The model is shared: thousands of reward functions cost thousands of vectors, not models.
///
/// What "optimal" means is not part of it: solvers take a [`Criterion`](crate::Criterion).
#[derive(Clone, Debug, PartialEq)]
pub struct Mdp {
    model: Arc<TransitionModel>,
    reward: Reward,
}

impl Mdp {
    /// Joins a model and a reward.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`] when the reward was made for a model of another size.
    pub fn new(model: impl Into<Arc<TransitionModel>>, reward: Reward) -> Result<Self, ModelError> {
        let model = model.into();
        let expected = match reward.kind() {
            RewardKind::State => model.states().len(),
            RewardKind::StateAction | RewardKind::FoldedTransitions => model.available().len(),
        };
        let actual = reward.values().len();
        if expected != actual {
            return Err(ModelError::Length { what: "the reward", expected, actual });
        }
        Ok(Mdp { model, reward })
    }

    /// The rewardless part.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// The reward.
    pub fn reward(&self) -> &Reward {
        &self.reward
    }

    /// The same model with another reward.
    ///
    /// # Errors
    ///
    /// As for [`Mdp::new`].
    pub fn with_reward(&self, reward: Reward) -> Result<Self, ModelError> {
        Mdp::new(Arc::clone(&self.model), reward)
    }
}
