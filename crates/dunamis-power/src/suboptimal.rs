//! POWER of decision-makers who are not optimal.

use crate::estimate::PowerSum;
use crate::optimality_probability::Optimality;
use crate::single_agent::check;
use crate::stream::{Observer, Sample, show, sum_over_samples};
use crate::{PowerError, PowerEstimate, Sampling};
use dunamis_mdp::{StochasticPolicy, TransitionModel};
use dunamis_sampling::RewardDistribution;
use dunamis_solve::{ChainLimit, GainBias, PolicyEvaluation, SolveError};
use std::sync::Arc;

/// What a decision-maker does who is given a reward: a policy for each reward vector, shape |S|.
pub type DecisionMaker<'a> = dyn Fn(&[f64]) -> Result<StochasticPolicy, PowerError> + Sync + 'a;

/// POWER of a decision-maker `pol` at every state `[Turner et al. 2021, Def. C.1]`, from sampled rewards:
///
/// ```math
/// \mathrm{POWER}^{\mathrm{pol}}_{\mathcal D}(s, \gamma) = \mathbb E_{R \sim \mathcal D,\; a \sim \mathrm{pol}(R)(s),\; s' \sim T(s,a)}
///   \lim_{\gamma^* \to \gamma} (1 - \gamma^*)\, V^{\mathrm{pol}(R)}_R(s', \gamma^*) .
/// ```
///
/// Average reward and Blackwell optimality both stand for $`\gamma \to 1`$, the gain. Optimal decision-makers have the usual
/// POWER, all others at most that.
///
/// # Errors
///
/// As for [`estimate`](crate::estimate); [`PowerError::Solve`] for a policy of another model, and whatever the decision-maker
/// returns.
pub fn estimate_suboptimal(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    optimality: &Optimality,
    decide: &DecisionMaker<'_>,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<PowerEstimate, PowerError> {
    sampling.check()?;
    let n = check(model, law)?;
    let add = |sum: &mut PowerSum, rewards: &mut Vec<f64>, chunk| {
        for sample in chunk {
            law.sample(&mut sampling.stream(sample), rewards)?;
            if rewards.iter().any(|reward| !reward.is_finite()) {
                return Err(PowerError::NotANumber { sample });
            }
            let (power, error) = power_of(model, rewards, optimality, &decide(rewards)?)?;
            show(observer, sample, Sample::SingleAgent { rewards, power: &power });
            sum.push(&power, error);
        }
        Ok(())
    };
    let empty = || PowerSum::new(n, sampling.method);
    let (sum, samples) = sum_over_samples(sampling, observer, empty, || vec![0.0; n], add)?;
    Ok(sum.sampled(samples, sampling))
}

/// What a policy gets from the next state on, at every state, with a bound on the error.
fn power_of(
    model: &TransitionModel,
    rewards: &[f64],
    optimality: &Optimality,
    policy: &StochasticPolicy,
) -> Result<(Vec<f64>, f64), PowerError> {
    let (expected, actual) = (model.available().len(), policy.probabilities().len());
    if expected != actual {
        return Err(SolveError::Length { what: "the policy", expected, actual }.into());
    }
    let chain = model.chain(policy);
    match optimality {
        Optimality::Discounted(discount) => {
            let evaluation = PolicyEvaluation::default().evaluate(&chain, rewards, discount)?;
            let scale = 1.0 - discount.value();
            let ahead = |state: usize| {
                let (next, probability) = chain.row(state);
                let terms = next.iter().zip(probability).map(|(&next, p)| p * evaluation.value[next as usize]);
                scale * terms.sum::<f64>()
            };
            Ok(((0..rewards.len()).map(ahead).collect(), scale * evaluation.bounds.gap()))
        }
        // The gain does not change in a step.
        Optimality::Blackwell | Optimality::Average => {
            let limit = GainBias::of_chain(&ChainLimit::new(&chain)?, rewards)?;
            Ok((limit.gain, limit.gain_error))
        }
    }
}
