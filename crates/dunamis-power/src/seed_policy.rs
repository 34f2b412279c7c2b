//! How A behaves while H learns.

use crate::PowerError;
use dunamis_mdp::{Agent, JointModel, StateId, StochasticPolicy};

/// A's policy at the time when H learns `[Harris & Suo 2022, part 2]`: the first step of two-agent POWER.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SeedPolicy {
    /// Uniform over A's actions at each joint state: the published choice.
    #[default]
    Uniform,
    /// Always the action `stay`.
    Stay,
    /// A given policy of A over joint states.
    Given(StochasticPolicy),
}

impl SeedPolicy {
    /// The policy for a joint model.
    ///
    /// # Errors
    ///
    /// [`PowerError::NoStay`] when A lacks `stay` somewhere, [`PowerError::Model`] when a given policy has another layout.
    pub fn resolve(&self, joint: &JointModel) -> Result<StochasticPolicy, PowerError> {
        let available = joint.available(Agent::A);
        match self {
            SeedPolicy::Uniform => Ok(StochasticPolicy::uniform(available)),
            SeedPolicy::Given(policy) => {
                let probabilities = policy.probabilities().to_vec();
                Ok(StochasticPolicy::new(available, joint.states(), joint.actions(Agent::A), probabilities)?)
            }
            SeedPolicy::Stay => {
                let stay = joint.actions(Agent::A).get("stay");
                let mut marked = vec![false; available.len()];
                for s in (0..joint.states().len()).map(StateId::new) {
                    let pair = stay.and_then(|stay| available.find(s, dunamis_mdp::ActionId::new(stay)));
                    let missing = || PowerError::NoStay { state: joint.states()[s.index()].to_owned() };
                    marked[pair.ok_or_else(missing)?] = true;
                }
                Ok(StochasticPolicy::uniform_over(available, &marked))
            }
        }
    }
}
