//! The Bernoulli law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{Reflection, parameter};
use crate::{RewardError, StreamRng};

/// 1 with the given probability, else 0; `bernoulli` in a config.
///
/// A draw is 1 if one uniform number is below the probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Bernoulli {
    probability: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    probability: f64,
}

impl TryFrom<Parameters> for Bernoulli {
    type Error = RewardError;

    fn try_from(Parameters { probability }: Parameters) -> Result<Self, RewardError> {
        Self::new(probability)
    }
}

impl Bernoulli {
    /// The law of a reward that is 1 with this probability, else 0.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless the probability lies between 0 and 1.
    pub fn new(probability: f64) -> Result<Self, RewardError> {
        Ok(Self { probability: parameter("bernoulli", "probability", probability, 0.0, 1.0)? })
    }
}

impl Univariate for Bernoulli {
    fn name(&self) -> &'static str {
        "bernoulli"
    }

    fn mean(&self) -> Option<f64> {
        Some(self.probability)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.probability * (1.0 - self.probability))
    }

    fn support(&self) -> (f64, f64) {
        (f64::from(u8::from(self.probability == 1.0)), f64::from(u8::from(self.probability > 0.0)))
    }

    fn reflection(&self) -> Option<Reflection> {
        let (low, high) = self.support();
        (low == high || self.probability == 0.5).then(|| Reflection::of_interval(low, high))
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        f64::from(u8::from(rng.uniform() < self.probability))
    }
}
