//! The kinds of agents between which the discussion of uniform goals is about.

use crate::{
    Behavior, ContextMixture, Features, FeaturizedGoals, GoalBounds, GoalError, GoalLaw, GoalSampler, GoalSet,
    SamplerSettings,
};
use dunamis_sampling::FiniteSupport;
use num_traits::ToPrimitive;
use std::sync::Arc;

/// Kinds of agents that may have come out of training, each with a name:
///
/// | name | behavior |
/// |---|---|
/// | `random` | all actions alike |
/// | `uniform goals` | a uniformly random compatible goal `[Krakovna & Kramár 2023]` |
/// | `featurized goals` | a compatible goal with uniformly random weights of the features |
/// | `seeks` and a feature | this feature alone as a goal, compatible or not |
/// | `goals by context` | in every region one of the features as a goal, all alike; see [`ContextMixture::fitted`] for other weights |
/// | `actor and critic` | an actor with a featurized compatible goal and a critic with a uniform one, which disagree where training did not tell them apart |
///
/// `weights` bounds the weights of the features, and `regions` has the number of each state's region.
///
/// # Errors
///
/// As for [`GoalSampler::new`], [`FeaturizedGoals::new`] and [`ContextMixture::new`].
pub fn agent_kinds(
    goals: &GoalSet,
    features: &Features,
    weights: &GoalBounds,
    regions: Vec<usize>,
    settings: &SamplerSettings,
) -> Result<Vec<(String, Behavior)>, GoalError> {
    let uniform: GoalLaw = Arc::new(GoalSampler::new(goals, settings)?);
    let featurized: GoalLaw = Arc::new(FeaturizedGoals::new(goals, features, weights, settings)?);
    let alone = |values: &Vec<_>| -> Result<GoalLaw, GoalError> {
        let goal = values.iter().map(|x: &dunamis_mdp::Rational| x.to_f64().unwrap_or(f64::NAN)).collect();
        Ok(Arc::new(FiniteSupport::new(vec![goal])?))
    };
    let seekers = features.values().iter().map(alone).collect::<Result<Vec<GoalLaw>, _>>()?;
    let mut kinds = vec![
        ("random".into(), Behavior::Random),
        ("uniform goals".into(), Behavior::Goals(Arc::clone(&uniform))),
        ("featurized goals".into(), Behavior::Goals(Arc::clone(&featurized))),
    ];
    for (name, law) in features.names().iter().zip(&seekers) {
        kinds.push((format!("seeks {name}"), Behavior::Goals(Arc::clone(law))));
    }
    kinds.push(("goals by context".into(), Behavior::Contexts(ContextMixture::new(regions, seekers)?)));
    let disagreeing = Behavior::ActorCritic { actor: featurized, critic: uniform, step: 1.0 };
    kinds.push(("actor and critic".into(), disagreeing));
    Ok(kinds)
}
