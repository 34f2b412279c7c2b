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
//! The logarithm of a mean over $`N`$ draws is too low on average. To first order that is by $`\tfrac 1 2 (1/N_{\mathrm{eff}} - 1/N)`$, where
//! $`N_{\mathrm{eff}} = (\sum_i L_i)^2 / \sum_i L_i^2`$ policies make up most of the sum; but where few do, as when the goals that explain what
//! was done are rare, more draws may still find much better ones. So the mean is also told from half of the draws: if all of them
//! gain a lot on that, the likelihood is only a lower bound in effect. The standard error that the draws leave is that of groups of
//! them, because trajectories share the policies.

use crate::Belief;
use crate::belief::{GROUPS, Mixture};
use serde::Serialize;

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
    /// The standard error of the mean that is due to the draws of policies; 0 when these are all there are, NaN for fewer than two.
    pub draws_std_error: f64,
    /// By about how much the mean is too low because of the draws, to first order.
    pub draws_bias: f64,
    /// The mean from half of the draws.
    pub halved: f64,
    /// The number of policies $`N_{\mathrm{eff}}`$ that make up the likelihood: the smallest of a trajectory.
    pub effective: f64,
}

impl LogLikelihood {
    /// Of trajectories under a belief.
    pub fn new(belief: &Belief) -> Self {
        let (count, policies) = (belief.mixtures.len() as f64, belief.policies as f64);
        let logs: Vec<f64> = belief.mixtures.iter().map(Mixture::log_likelihood).collect();
        let mean = Estimate::of(&logs);
        let effective: Vec<f64> = belief.mixtures.iter().map(Mixture::effective).collect();
        let smallest = effective.iter().copied().fold(f64::INFINITY, f64::min);
        if belief.exact {
            let (trajectories, halved) = (logs, mean.mean);
            return LogLikelihood {
                trajectories,
                mean,
                draws_std_error: 0.0,
                draws_bias: 0.0,
                halved,
                effective: smallest,
            };
        }
        // Groups share their policies over all trajectories.
        let mut shares = vec![0.0; GROUPS.min(belief.policies)];
        for mixture in &belief.mixtures {
            for (sum, share) in shares.iter_mut().zip(mixture.shares()) {
                *sum += share / count;
            }
        }
        let halved = if belief.policies > 1 {
            belief.mixtures.iter().map(Mixture::halved).sum::<f64>() / count
        } else {
            f64::NAN
        };
        LogLikelihood {
            mean,
            draws_std_error: Estimate::of(&shares).std_error,
            draws_bias: effective.iter().map(|own| (1.0 / own - 1.0 / policies) / 2.0).sum::<f64>() / count,
            halved,
            effective: smallest,
            trajectories: logs,
        }
    }

    /// Of trajectories in several places, with the standard error over places.
    pub(crate) fn pooled(parts: &[&LogLikelihood]) -> Self {
        let count = parts.len() as f64;
        let mean = |of: &dyn Fn(&LogLikelihood) -> f64| parts.iter().map(|part| of(part)).sum::<f64>() / count;
        let means: Vec<f64> = parts.iter().map(|part| part.mean.mean).collect();
        let squares: f64 = parts.iter().map(|part| part.draws_std_error * part.draws_std_error).sum();
        LogLikelihood {
            trajectories: parts.iter().flat_map(|part| part.trajectories.iter().copied()).collect(),
            mean: Estimate::of(&means),
            draws_std_error: squares.sqrt() / count,
            draws_bias: mean(&|part| part.draws_bias),
            halved: mean(&|part| part.halved),
            effective: parts.iter().map(|part| part.effective).fold(f64::INFINITY, f64::min),
        }
    }
}
