//! A goal as the reward of a model, without rounding.

use crate::GoalError;
use dunamis_mdp::{Number, Rational, Reward, TransitionModel};

/// The reward of each state.
pub(crate) fn exact_reward(model: &TransitionModel, goal: &[Rational]) -> Result<Reward, GoalError> {
    let numbers = goal.iter().map(|reward| Number::from_rational(reward.clone())).collect::<Result<Vec<_>, _>>();
    Ok(Reward::state(model, numbers.map_err(|source| GoalError::LongReward { source })?)?)
}
