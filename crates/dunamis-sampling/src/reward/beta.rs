//! The beta law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{Reflection, parameter};
use super::normal::standard_normal;
use crate::{RewardError, StreamRng};

/// The range of both shape parameters: outside it the acceptance test of the sampler loses its digits.
const SHAPES: (f64, f64) = (1e-9, 1e9);

/// The beta law on $`[0, 1]`$ with density proportional to $`x^{\alpha-1}(1-x)^{\beta-1}`$; `beta` in a config.
///
/// A draw is $`X/(X+Y)`$ for independent gamma variates $`X`$ of shape $`\alpha`$ and then $`Y`$ of shape $`\beta`$, each
/// by the method of [Marsaglia & Tsang 2000]; logarithms are carried, so that shapes near 0 do not underflow.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Beta {
    alpha: f64,
    beta: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    alpha: f64,
    beta: f64,
}

impl TryFrom<Parameters> for Beta {
    type Error = RewardError;

    fn try_from(Parameters { alpha, beta }: Parameters) -> Result<Self, RewardError> {
        Self::new(alpha, beta)
    }
}

impl Beta {
    /// The beta law with shape parameters `alpha` and `beta`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless both lie between 1e-9 and 1e9.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, RewardError> {
        let (low, high) = SHAPES;
        Ok(Self {
            alpha: parameter("beta", "alpha", alpha, low, high)?,
            beta: parameter("beta", "beta", beta, low, high)?,
        })
    }
}

impl Univariate for Beta {
    fn name(&self) -> &'static str {
        "beta"
    }

    fn mean(&self) -> Option<f64> {
        Some(self.alpha / (self.alpha + self.beta))
    }

    fn variance(&self) -> Option<f64> {
        let sum = self.alpha + self.beta;
        Some((self.alpha / sum) * (self.beta / sum) / (sum + 1.0))
    }

    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn reflection(&self) -> Option<Reflection> {
        (self.alpha == self.beta).then(|| Reflection::of_interval(0.0, 1.0))
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        let log_x = log_gamma_variate(self.alpha, rng);
        let log_y = log_gamma_variate(self.beta, rng);
        1.0 / (1.0 + libm::exp(log_y - log_x))
    }
}

/// The logarithm of a gamma variate of this shape and scale 1.
fn log_gamma_variate(shape: f64, rng: &mut StreamRng) -> f64 {
    // A variate of shape a < 1 is one of shape a + 1 times U^(1/a).
    let boost = if shape < 1.0 { libm::log(1.0 - rng.uniform()) / shape } else { 0.0 };
    let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = standard_normal(rng);
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        let log_v = libm::log(v);
        if libm::log(1.0 - rng.uniform()) < 0.5 * x * x + d * (1.0 - v + log_v) {
            return libm::log(d) + log_v + boost;
        }
    }
}
