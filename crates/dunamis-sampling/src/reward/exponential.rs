//! The exponential law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, SMALLEST, parameter};
use crate::{RewardError, StreamRng};

/// The exponential law on $`[0, \infty)`$ with $`\Pr(X > x) = e^{-\mathtt{rate}\,x}`$; `exponential` in a config.
///
/// A draw is $`-\ln(1-u)/\mathtt{rate}`$ for one uniform number $`u`$, so it is never more than 37 times the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Exponential {
    rate: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    rate: f64,
}

impl TryFrom<Parameters> for Exponential {
    type Error = RewardError;

    fn try_from(Parameters { rate }: Parameters) -> Result<Self, RewardError> {
        Self::new(rate)
    }
}

impl Exponential {
    /// The exponential law with mean `1 / rate`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless the rate lies between 1e-100 and 1e100.
    pub fn new(rate: f64) -> Result<Self, RewardError> {
        Ok(Self { rate: parameter("exponential", "rate", rate, SMALLEST, LARGEST)? })
    }
}

impl Univariate for Exponential {
    fn name(&self) -> &'static str {
        "exponential"
    }

    fn mean(&self) -> Option<f64> {
        Some(1.0 / self.rate)
    }

    fn variance(&self) -> Option<f64> {
        Some(1.0 / (self.rate * self.rate))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn reflection(&self) -> Option<Reflection> {
        None
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        // Subtracting from 0 rather than negating gives 0, not -0, for u = 0.
        (0.0 - libm::log(1.0 - rng.uniform())) / self.rate
    }
}
