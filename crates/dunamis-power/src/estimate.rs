//! POWER with its warrant.

use crate::moments::Moments;
use crate::stream::Sum;
use dunamis_sampling::Seed;

/// Where an estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warrant {
    /// A mean over independent samples, with standard errors.
    Sampled {
        /// Number of samples.
        samples: u64,
        /// The seed of the streams that drew them.
        seed: Seed,
    },
    /// The expectation over all reward vectors of a finite law; standard errors are 0.
    Exact,
}

/// POWER at every state, in units of reward.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerEstimate {
    /// Estimates: shape |S|.
    pub mean: Vec<f64>,
    /// Their standard errors: shape |S|; NaN for a single sample.
    pub std_error: Vec<f64>,
    /// Sampled or exact.
    pub warrant: Warrant,
    /// Bound on what solver tolerance and rounding may have changed in any sample's POWER.
    pub solver_error: f64,
}

impl PowerEstimate {
    pub(crate) fn sampled(power: &Moments, samples: u64, seed: Seed, solver_error: f64) -> Self {
        let std_error = power.std_error();
        PowerEstimate { mean: power.mean.clone(), std_error, warrant: Warrant::Sampled { samples, seed }, solver_error }
    }

    pub(crate) fn exact(mean: Vec<f64>, solver_error: f64) -> Self {
        PowerEstimate { std_error: vec![0.0; mean.len()], mean, warrant: Warrant::Exact, solver_error }
    }
}

/// POWER of one agent, summed over samples.
pub(crate) struct PowerSum {
    power: Moments,
    solver_error: f64,
}

impl PowerSum {
    pub(crate) fn new(states: usize) -> Self {
        PowerSum { power: Moments::new(states), solver_error: 0.0 }
    }

    /// Adds one sample; `solver_error` bounds what is wrong with it.
    pub(crate) fn push(&mut self, power: &[f64], solver_error: f64) {
        self.power.push(power, 1.0);
        self.solver_error = self.solver_error.max(solver_error);
    }

    pub(crate) fn sampled(&self, samples: u64, seed: Seed) -> PowerEstimate {
        PowerEstimate::sampled(&self.power, samples, seed, self.solver_error)
    }

    pub(crate) fn exact(self) -> PowerEstimate {
        PowerEstimate::exact(self.power.mean, self.solver_error)
    }
}

impl Sum for PowerSum {
    fn merge(&mut self, _: u64, other: &Self) {
        self.power.merge(&other.power);
        self.solver_error = self.solver_error.max(other.solver_error);
    }
}
