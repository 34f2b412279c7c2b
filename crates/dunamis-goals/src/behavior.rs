//! Kinds of agents, as laws over policies.

use crate::{ContextMixture, GoalError};
use dunamis_mdp::TransitionModel;
use dunamis_sampling::{RewardDistribution, StreamRng};
use std::sync::Arc;

/// A law over goals, shared.
pub type GoalLaw = Arc<dyn RewardDistribution>;

/// A kind of agent: a law over policies, of which every agent has one for life.
#[derive(Clone, Debug)]
pub enum Behavior {
    /// All actions alike, always.
    Random,
    /// A goal drawn from a law, followed everywhere.
    Goals(GoalLaw),
    /// Actor and critic with goals of their own, drawn independently.
    ///
    /// The actor has learned to follow its goal $`\theta_A`$, by a policy $`\pi_A`$. Then it takes one step of natural policy
    /// gradient on the advantages that the critic finds in $`\pi_A`$ for another goal $`\theta_C`$ `[Kakade 2001]`:
    ///
    /// ```math
    /// \pi(\cdot|s) \text{ chooses by } Q^*_{\theta_A}(s, \cdot) + \eta \left( Q^{\pi_A}_{\theta_C}(s, \cdot) - V^{\pi_A}_{\theta_C}(s) \right)
    /// ```
    ///
    /// with both goals scaled to a spread of 1. For a Boltzmann actor that is $`\pi \propto \pi_A\, e^{\eta A/\tau}`$. With
    /// $`\eta = 0`$ the critic has no say.
    ActorCritic {
        /// The law of the actor's goal.
        actor: GoalLaw,
        /// The law of the critic's goal.
        critic: GoalLaw,
        /// The size $`\eta`$ of the step.
        step: f64,
    },
    /// Another goal in each region.
    Contexts(ContextMixture),
}

impl Behavior {
    /// How many goals one policy takes.
    pub(crate) fn goals(&self) -> usize {
        match self {
            Behavior::Random => 0,
            Behavior::Goals(_) => 1,
            Behavior::ActorCritic { .. } => 2,
            Behavior::Contexts(mixture) => mixture.weights().len(),
        }
    }

    /// Checks that laws and regions belong to a model.
    pub(crate) fn check(&self, model: &TransitionModel) -> Result<(), GoalError> {
        let expected = model.states().len();
        let fits = |actual| if expected == actual { Ok(()) } else { Err(GoalError::Dimension { expected, actual }) };
        match self {
            Behavior::Random => Ok(()),
            Behavior::Goals(law) => fits(law.states()),
            Behavior::ActorCritic { actor, critic, step } => {
                fits(actor.states())?;
                fits(critic.states())?;
                if step.is_finite() && *step >= 0.0 { Ok(()) } else { Err(GoalError::Step { value: *step }) }
            }
            Behavior::Contexts(mixture) => {
                fits(mixture.regions().len())?;
                mixture.components().iter().try_for_each(|law| fits(law.states()))
            }
        }
    }

    /// The same with laws of the rewards of some states alone, where these are cheaper to draw.
    pub(crate) fn marginal(&self, states: &[usize]) -> Self {
        let of = |law: &GoalLaw| law.marginal(states).unwrap_or_else(|| Arc::clone(law));
        match self {
            Behavior::Random => Behavior::Random,
            Behavior::Goals(law) => Behavior::Goals(of(law)),
            Behavior::ActorCritic { actor, critic, step } => {
                Behavior::ActorCritic { actor: of(actor), critic: of(critic), step: *step }
            }
            Behavior::Contexts(mixture) => Behavior::Contexts(mixture.with_laws(of)),
        }
    }

    /// Draws the goals of one policy, in their order.
    pub(crate) fn draw(&self, rng: &mut StreamRng, goals: &mut [Vec<f64>]) -> Result<(), GoalError> {
        match self {
            Behavior::Random => {}
            Behavior::Goals(law) => law.sample(rng, &mut goals[0])?,
            Behavior::ActorCritic { actor, critic, .. } => {
                actor.sample(rng, &mut goals[0])?;
                critic.sample(rng, &mut goals[1])?;
            }
            Behavior::Contexts(mixture) => mixture.draw(rng, goals)?,
        }
        Ok(())
    }
}
