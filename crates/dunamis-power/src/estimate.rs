//! POWER with its warrant.

use crate::Sampling;
use crate::ledger::Bytes;
use crate::moments::Means;
use crate::stream::Sum;
use dunamis_sampling::{SamplingMethod, Seed};
use dunamis_solve::Lanes;

/// Where an estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warrant {
    /// A mean over samples, with standard errors.
    Sampled {
        /// Number of samples.
        samples: u64,
        /// The seed of the streams that drew them.
        seed: Seed,
        /// How they were spread.
        method: SamplingMethod,
    },
    /// The expectation over all reward vectors of a finite law; standard errors are 0.
    Exact,
}

/// POWER at every state, in units of reward.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerEstimate {
    /// Estimates: shape |S|.
    pub mean: Vec<f64>,
    /// Their standard errors: shape |S|; NaN for a single sample or pair, or where only one replicate has samples.
    pub std_error: Vec<f64>,
    /// Sampled or exact.
    pub warrant: Warrant,
    /// Bound on what solver tolerance and rounding may have changed in any sample's POWER.
    pub solver_error: f64,
}

impl PowerEstimate {
    pub(crate) fn sampled(power: &Means, samples: u64, sampling: &Sampling, solver_error: f64) -> Self {
        let warrant = Warrant::Sampled { samples, seed: sampling.seed, method: sampling.method };
        PowerEstimate { mean: power.moments.mean.clone(), std_error: power.std_error(), warrant, solver_error }
    }

    pub(crate) fn exact(mean: Vec<f64>, solver_error: f64) -> Self {
        PowerEstimate { std_error: vec![0.0; mean.len()], mean, warrant: Warrant::Exact, solver_error }
    }

    /// The largest standard error over states; not a number if they are not known.
    pub fn largest_std_error(&self) -> f64 {
        self.std_error.iter().copied().max_by(f64::total_cmp).unwrap_or(f64::NAN)
    }
}

/// POWER of one agent, summed over samples.
pub(crate) struct PowerSum {
    power: Means,
    /// The first of a pair whose second is still to come.
    half: Option<Vec<f64>>,
    solver_error: f64,
}

impl PowerSum {
    pub(crate) fn new(states: usize, method: SamplingMethod) -> Self {
        PowerSum { power: Means::new(states, method), half: None, solver_error: 0.0 }
    }

    /// Adds one sample; `solver_error` bounds what is wrong with it.
    pub(crate) fn push(&mut self, power: &[f64], solver_error: f64) {
        self.solver_error = self.solver_error.max(solver_error);
        if self.power.method() != SamplingMethod::Antithetic {
            self.power.push(power, 1.0);
        } else if let Some(mut pair) = self.half.take() {
            average(&mut pair, power);
            self.power.push(&pair, 1.0);
        } else {
            self.half = Some(power.to_vec());
        }
    }

    /// Adds all lanes of a tile: power is `scale` times what is ahead, and so are errors.
    pub(crate) fn push_tile(&mut self, ahead: &[Lanes], error: &Lanes, scale: f64) {
        self.solver_error = error.iter().fold(self.solver_error, |largest, error| largest.max(scale * error));
        self.power.push_tile(ahead, scale);
    }

    pub(crate) fn sampled(&self, samples: u64, sampling: &Sampling) -> PowerEstimate {
        PowerEstimate::sampled(&self.power, samples, sampling, self.solver_error)
    }

    pub(crate) fn exact(self) -> PowerEstimate {
        PowerEstimate::exact(self.power.moments.mean, self.solver_error)
    }
}

/// Turns a vector into the mean of two.
pub(crate) fn average(mean: &mut [f64], other: &[f64]) {
    for (mean, other) in mean.iter_mut().zip(other) {
        *mean = 0.5 * (*mean + other);
    }
}

impl Sum for PowerSum {
    fn merge(&mut self, chunk: u64, other: &Self) {
        self.power.merge(chunk, &other.power);
        self.solver_error = self.solver_error.max(other.solver_error);
    }

    fn largest_std_error(&self) -> f64 {
        self.power.largest_std_error()
    }

    fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        // Chunks have whole pairs.
        self.power.transfer(bytes)?;
        bytes.number(&mut self.solver_error)
    }
}
