//! The incumbent's arithmetic, for comparisons with published numbers only.
//!
//! The published figures were computed in single precision, by value iteration in place over the states in the order of
//! their labels, starting from 0 and stopping when no value changes by more than a relative $`10^{-4}`$ per sweep. At
//! $`\gamma = 0.99`$ this leaves values about 0.9 % too low, and unevenly so. Ties are exact equalities of single-precision
//! numbers and are split in proportion to the mass of each action's row; an action that exists somewhere else in the model
//! competes with value 0 where it is not available. Everything here repeats that, and nothing else in this crate uses it.

use crate::best_reply::Lane;
use crate::estimate::PowerSum;
use crate::multi_agent::{Sums, check as check_joint};
use crate::single_agent::check;
use crate::stream::{Sample, show, sum_over_samples};
use crate::{MultiAgentPower, MultiAgentSettings, Observer, PowerError, PowerEstimate, Sampling};
use dunamis_mdp::{Agent, Discount, JointModel, MarkovChain, Names, StochasticPolicy, TransitionModel};
use dunamis_sampling::{CorrelatedRewards, RewardDistribution};
use std::sync::Arc;

/// Largest relative change per sweep at which the incumbent stops.
pub const RELATIVE_CHANGE: f32 = 1e-4;

/// What the incumbent adds to a denominator: the smallest positive single.
const TINY: f32 = f32::from_bits(1);

/// POWER of one agent in the incumbent's arithmetic, from the same samples as [`crate::estimate`].
///
/// # Errors
///
/// As for [`crate::estimate`], and [`PowerError::PublishedDiscount`] for a discount of 0.
pub fn estimate(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    discount: &Discount,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<PowerEstimate, PowerError> {
    sampling.check()?;
    let n = check(model, law)?;
    let discount = positive(discount)?;
    let rows = Rows::of_model(model, model.actions().len());
    let add = |sum: &mut PowerSum, rewards: &mut Vec<f64>, chunk| {
        for sample in chunk {
            law.sample(&mut sampling.stream(sample), rewards)?;
            let singles = singles(rewards, sample)?;
            let power = power_of(&rows.iterate(&singles, discount), &singles, discount);
            show(observer, sample, Sample::SingleAgent { rewards, power: &power });
            sum.push(&power, f64::NAN);
        }
        Ok(())
    };
    let empty = || PowerSum::new(n, sampling.method);
    let (sum, samples) = sum_over_samples(sampling, observer, empty, || vec![0.0; n], add)?;
    Ok(PowerEstimate { solver_error: f64::NAN, ..sum.sampled(samples, sampling) })
}

/// Two-agent POWER in the incumbent's arithmetic, from the same samples as [`crate::estimate_multi_agent`]. The incumbent
/// knows one round only, whatever the settings say.
///
/// # Errors
///
/// As for [`crate::estimate_multi_agent`], and [`PowerError::PublishedDiscount`] for a discount of 0.
pub fn estimate_multi_agent(
    joint: &Arc<JointModel>,
    law: &CorrelatedRewards,
    settings: &MultiAgentSettings,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<MultiAgentPower, PowerError> {
    sampling.check()?;
    let n = check_joint(joint, law)?;
    let (discount_h, discount_a) = (positive(&settings.discount_h)?, positive(&settings.discount_a)?);
    let seed_policy = settings.seed_policy.resolve(joint)?;
    let model_h = joint.induced(Agent::H, &seed_policy);
    let rows_h = Rows::of_model(&model_h, joint.actions(Agent::H).len());
    let add = |sums: &mut Sums, (rewards_h, rewards_a): &mut (Vec<f64>, Vec<f64>), chunk| {
        for sample in chunk {
            law.sample(&mut sampling.stream(sample), rewards_h, rewards_a)?;
            let drawn = (&*rewards_h, &*rewards_a);
            let (rewards_h, rewards_a) = (singles(rewards_h, sample)?, singles(rewards_a, sample)?);
            let value_h_seed = rows_h.iterate(&rewards_h, discount_h);
            let policy_h = joint.lift(Agent::H, &model_h, &rows_h.greedy(&value_h_seed));
            let model_a = joint.induced(Agent::A, &policy_h);
            let rows_a = Rows::of_model(&model_a, joint.actions(Agent::A).len());
            let value_a = rows_a.iterate(&rewards_a, discount_a);
            let policy_a = joint.lift(Agent::A, &model_a, &rows_a.greedy(&value_a));
            let evaluate = |policy_a: &StochasticPolicy, rewards: &[f32], discount: f32| {
                let chain = joint.chain(&policy_h, policy_a);
                power_of(&Rows::of_chain(&chain, joint.states()).iterate(rewards, discount), rewards, discount)
            };
            let power_a_seed =
                if settings.seed_baseline { evaluate(&seed_policy, &rewards_a, discount_a) } else { Vec::new() };
            let lane = Lane {
                power_h: evaluate(&policy_a, &rewards_h, discount_h),
                power_a: power_of(&value_a, &rewards_a, discount_a),
                power_h_seed: power_of(&value_h_seed, &rewards_h, discount_h),
                power_a_seed,
                error_h: f64::NAN,
                error_a: f64::NAN,
                general: true,
                ending: None,
            };
            show(observer, sample, lane.sample(drawn.0, drawn.1));
            sums.push(&lane, 1.0);
        }
        Ok(())
    };
    let empty = || Sums::new(n, settings.seed_baseline, sampling.method);
    let (sums, samples) = sum_over_samples(sampling, observer, empty, || (vec![0.0; n], vec![0.0; n]), add)?;
    Ok(sums.finish(None, |means, _| PowerEstimate::sampled(means, samples, sampling, f64::NAN)))
}

fn positive(discount: &Discount) -> Result<f32, PowerError> {
    let discount = discount.value() as f32;
    if discount > 0.0 && discount < 1.0 { Ok(discount) } else { Err(PowerError::PublishedDiscount) }
}

fn singles(rewards: &[f64], sample: u64) -> Result<Vec<f32>, PowerError> {
    let finite = |&reward: &f64| Some(reward as f32).filter(|reward| reward.is_finite());
    rewards.iter().map(finite).collect::<Option<_>>().ok_or(PowerError::NotANumber { sample })
}

fn power_of(value: &[f32], rewards: &[f32], discount: f32) -> Vec<f64> {
    let scale = (1.0 - discount) / discount;
    value.iter().zip(rewards).map(|(v, r)| f64::from(scale * (v - r))).collect()
}

/// Rows in single precision, with the states in the order of their labels.
struct Rows {
    order: Vec<usize>,
    /// First row of each state, and one past the last.
    pairs: Vec<usize>,
    /// First entry of each row, and one past the last.
    entries: Vec<usize>,
    next: Vec<u32>,
    probability: Vec<f32>,
    /// Whether the incumbent sees an unavailable action, of value 0, at a state.
    zero_row: Vec<bool>,
}

impl Rows {
    fn of_model(model: &TransitionModel, actions: usize) -> Self {
        let pairs: Vec<usize> = model.available().starts().iter().map(|&start| start as usize).collect();
        let zero_row = pairs.windows(2).map(|w| w[1] - w[0] < actions).collect();
        let matrix = model.matrix();
        Rows {
            order: label_order(model.states()),
            pairs,
            entries: matrix.indptr().raw_storage().to_vec(),
            next: matrix.indices().to_vec(),
            probability: matrix.data().iter().map(|&p| p as f32).collect(),
            zero_row,
        }
    }

    fn of_chain(chain: &MarkovChain, states: &Names) -> Self {
        let matrix = chain.matrix();
        Rows {
            order: label_order(states),
            pairs: (0..=chain.states()).collect(),
            entries: matrix.indptr().raw_storage().to_vec(),
            next: matrix.indices().to_vec(),
            probability: matrix.data().iter().map(|&p| p as f32).collect(),
            zero_row: vec![false; chain.states()],
        }
    }

    fn ahead(&self, row: usize, value: &[f32]) -> f32 {
        let entries = self.entries[row]..self.entries[row + 1];
        self.next[entries.clone()].iter().zip(&self.probability[entries]).map(|(&s, p)| p * value[s as usize]).sum()
    }

    fn best(&self, s: usize, value: &[f32]) -> f32 {
        let least = if self.zero_row[s] { 0.0 } else { f32::NEG_INFINITY };
        (self.pairs[s]..self.pairs[s + 1]).map(|row| self.ahead(row, value)).fold(least, f32::max)
    }

    /// Value iteration in place, with the incumbent's stopping rule.
    fn iterate(&self, rewards: &[f32], discount: f32) -> Vec<f32> {
        let mut value = vec![0.0_f32; rewards.len()];
        // The rule stops at every discount below 1; the cap is for values that oscillate around 0.
        for _ in 0..1_000_000 {
            let mut change = 0.0_f32;
            for &s in &self.order {
                let (old, new) = (value[s], rewards[s] + discount * self.best(s, &value));
                change = change.max(((old - new) / (old + TINY)).abs());
                value[s] = new;
            }
            if change <= RELATIVE_CHANGE {
                break;
            }
        }
        value
    }

    /// The policy over all exactly best rows of each state, in proportion to their mass.
    fn greedy(&self, value: &[f32]) -> StochasticPolicy {
        let mut probability = vec![0.0; self.entries.len() - 1];
        for s in 0..value.len() {
            let (rows, best) = (self.pairs[s]..self.pairs[s + 1], self.best(s, value));
            let mut total = 0.0;
            for row in rows.clone() {
                if self.ahead(row, value) == best {
                    let mass: f32 = self.probability[self.entries[row]..self.entries[row + 1]].iter().sum();
                    probability[row] = f64::from(mass);
                    total += f64::from(mass);
                }
            }
            // Where the best row is an unavailable one, the incumbent's policy does nothing, and so does this one.
            for row in rows.filter(|_| total > 0.0) {
                probability[row] /= total;
            }
        }
        StochasticPolicy::unchecked(probability)
    }
}

/// The states sorted by label: the incumbent's order of sweeps.
fn label_order(states: &Names) -> Vec<usize> {
    let mut order: Vec<usize> = (0..states.len()).collect();
    order.sort_by(|&a, &b| states[a].cmp(&states[b]));
    order
}
