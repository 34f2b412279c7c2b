//! How well a kind of agent predicts what was done: log-likelihoods of trajectories.
//!
//! Whoever believes that an agent is one of a kind expects its actions with the probability
//!
//! ```math
//! L(\tau) = \mathbb E_\pi \prod_t \pi(a_t|s_t) \approx \frac 1 N \sum_{i=1}^N \prod_t \pi_i(a_t|s_t) ,
//! ```
//!
//! a mixture over goals that stay the same along a trajectory: what was done early tells about the goal, and this about what is
//! done later. Chance that the model has of itself is the same for every belief and left out.
//!
//! The logarithm of a mean over $`N`$ draws is too low on average, by $`\tfrac 1 2 (1/N_{\mathrm{eff}} - 1/N)`$ to first order, with
//! $`N_{\mathrm{eff}} = (\sum_i L_i)^2 / \sum_i L_i^2`$ the number of policies that make up most of the sum. This is told and not
//! corrected: where it is not small, too few policies were drawn for the length of the trajectories. The standard error that the
//! draws leave is that of the infinitesimal jackknife: trajectories share the policies.

use crate::policy_bank::log_mean;
use crate::{PolicyBank, Trajectory};
use rayon::prelude::*;
use serde::Serialize;

/// Trajectories whose likelihoods are held at once.
const WAVE: usize = 64;

/// A mean with its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error; NaN for one observation.
    pub std_error: f64,
}

impl Estimate {
    /// Of independent observations.
    pub fn of(numbers: &[f64]) -> Self {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
        Estimate { mean, std_error: (squares / (n - 1.0) / n).sqrt() }
    }

    /// By what one set of observations exceeds another on average, when both are of the same trajectories.
    pub fn of_differences(numbers: &[f64], others: &[f64]) -> Self {
        let differences: Vec<f64> = numbers.iter().zip(others).map(|(x, y)| x - y).collect();
        Self::of(&differences)
    }
}

/// Log-likelihoods of trajectories under one belief, in nats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogLikelihood {
    /// For each trajectory.
    pub trajectories: Vec<f64>,
    /// Their mean, with the standard error over trajectories.
    pub mean: Estimate,
    /// The standard error of the mean that is due to the draws of policies; 0 when these are all there are.
    pub draws_std_error: f64,
    /// By about how much the mean is too low because of the draws, at least 0.
    pub draws_bias: f64,
    /// The number of policies $`N_{\mathrm{eff}}`$ that make up the likelihood: the smallest of a trajectory.
    pub effective: f64,
}

impl LogLikelihood {
    /// Of trajectories under the belief that a bank of policies stands for. $`O(N)`$ for each action.
    pub fn new(bank: &PolicyBank, trajectories: &[Trajectory]) -> Self {
        let (count, policies) = (trajectories.len() as f64, bank.len() as f64);
        let mut logs = Vec::with_capacity(trajectories.len());
        // For each policy its likelihood in units of the mixture's, summed over trajectories.
        let mut influence = vec![0.0; bank.len()];
        let (mut bias, mut effective) = (0.0, f64::INFINITY);
        for wave in trajectories.chunks(WAVE) {
            let parts: Vec<(f64, Vec<f64>)> = wave.par_iter().map(|trajectory| parts(bank, trajectory)).collect();
            for (log, parts) in parts {
                logs.push(log);
                let squares: f64 = parts.iter().map(|x| x * x).sum();
                let own = policies * policies / squares;
                bias += (1.0 / own - 1.0 / policies) / 2.0;
                effective = effective.min(own);
                influence.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
            }
        }
        let squares: f64 = influence.iter().map(|sum| (sum / count - 1.0) * (sum / count - 1.0)).sum();
        let drawn = if bank.is_exact() { 0.0 } else { 1.0 };
        LogLikelihood {
            mean: Estimate::of(&logs),
            draws_std_error: drawn * squares.sqrt() / policies,
            draws_bias: drawn * bias / count,
            effective,
            trajectories: logs,
        }
    }
}

impl LogLikelihood {
    /// Of trajectories in several places, with the standard error over places.
    pub(crate) fn pooled(parts: &[&LogLikelihood]) -> Self {
        let count = parts.len() as f64;
        let means: Vec<f64> = parts.iter().map(|part| part.mean.mean).collect();
        let squares: f64 = parts.iter().map(|part| part.draws_std_error * part.draws_std_error).sum();
        LogLikelihood {
            trajectories: parts.iter().flat_map(|part| part.trajectories.iter().copied()).collect(),
            mean: Estimate::of(&means),
            draws_std_error: squares.sqrt() / count,
            draws_bias: parts.iter().map(|part| part.draws_bias).sum::<f64>() / count,
            effective: parts.iter().map(|part| part.effective).fold(f64::INFINITY, f64::min),
        }
    }
}

/// The log-likelihood of a trajectory, and the likelihood under each policy in units of the mixture's.
fn parts(bank: &PolicyBank, trajectory: &Trajectory) -> (f64, Vec<f64>) {
    let logs = bank.log_likelihoods(trajectory);
    let mixture = log_mean(&logs);
    (mixture, logs.into_iter().map(|log| libm::exp(log - mixture)).collect())
}
