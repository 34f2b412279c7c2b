//! The normal law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, SMALLEST, parameter};
use crate::{RewardError, StreamRng};

/// The normal law with this mean and standard deviation; `normal` in a config.
///
/// A draw is $`\mathtt{mean} + \mathtt{std\_dev}\sqrt{-2\ln(1-u_1)}\cos 2\pi u_2`$ for two uniform numbers
/// [Box & Muller 1958], so it is never more than 8.6 standard deviations from the mean. The law is unbounded: results that
/// assume bounded rewards do not apply to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Normal {
    mean: f64,
    std_dev: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    mean: f64,
    std_dev: f64,
}

impl TryFrom<Parameters> for Normal {
    type Error = RewardError;

    fn try_from(Parameters { mean, std_dev }: Parameters) -> Result<Self, RewardError> {
        Self::new(mean, std_dev)
    }
}

impl Normal {
    /// The normal law with mean `mean` and standard deviation `std_dev`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless the mean has size at most 1e100 and the standard deviation lies between 1e-100
    /// and 1e100.
    pub fn new(mean: f64, std_dev: f64) -> Result<Self, RewardError> {
        Ok(Self {
            mean: parameter("normal", "mean", mean, -LARGEST, LARGEST)?,
            std_dev: parameter("normal", "std_dev", std_dev, SMALLEST, LARGEST)?,
        })
    }
}

impl Univariate for Normal {
    fn name(&self) -> &'static str {
        "normal"
    }

    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn variance(&self) -> Option<f64> {
        Some(self.std_dev * self.std_dev)
    }

    fn support(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn reflection(&self) -> Option<Reflection> {
        Some(Reflection::about(self.mean))
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        self.mean + self.std_dev * standard_normal(rng)
    }
}

/// One draw from the normal law with mean 0 and variance 1; takes two 64-bit words.
pub fn standard_normal(rng: &mut StreamRng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.uniform())
}
