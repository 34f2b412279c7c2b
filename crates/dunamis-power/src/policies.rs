//! The policies that two-agent POWER is computed from.

use crate::best_reply::BestReply;
use crate::{MultiAgentSettings, PowerError};
use dunamis_mdp::{JointModel, StochasticPolicy};
use std::sync::Arc;

/// H's and A's policies for one pair of reward vectors, after all steps of
/// [`estimate_multi_agent`](crate::estimate_multi_agent); ties are uniform.
///
/// # Errors
///
/// [`PowerError::States`] for rewards of another number of states, and as for
/// [`estimate_multi_agent`](crate::estimate_multi_agent).
pub fn policies(
    joint: &Arc<JointModel>,
    settings: &MultiAgentSettings,
    rewards_h: &[f64],
    rewards_a: &[f64],
) -> Result<(StochasticPolicy, StochasticPolicy), PowerError> {
    let model = joint.states().len();
    if let Some(rewards) = [rewards_h, rewards_a].into_iter().find(|rewards| rewards.len() != model) {
        return Err(PowerError::States { law: rewards.len(), model });
    }
    BestReply::new(joint, &MultiAgentSettings { seed_baseline: false, ..settings.clone() })?
        .policies(rewards_h, rewards_a)
}
