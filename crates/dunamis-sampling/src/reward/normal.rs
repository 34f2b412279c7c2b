//! The normal law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, SMALLEST, parameter};
use crate::{RewardError, StreamRng};

/// The normal law with this mean and standard deviation; `normal` in a config.
///
/// A draw is $`\mathtt{mean} + \mathtt{std\_dev}\sqrt{-2\ln(1-u_1)}\cos 2\pi u_2`$ for two uniform numbers
/// [Box & Muller 1958], so it is never more than 8.6 standard deviations from the mean. From streams that are not
/// [independent](StreamRng::is_independent) a draw is the quantile of one uniform number. The law is unbounded: results that
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
        let standard = if rng.is_independent() { standard_normal(rng) } else { quantile(rng.uniform()) };
        self.mean + self.std_dev * standard
    }
}

/// One draw from the normal law with mean 0 and variance 1; takes two 64-bit words.
pub fn standard_normal(rng: &mut StreamRng) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - rng.uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * rng.uniform())
}

/// The quantile of the standard normal law in the middle of a cell of the uniform numbers, so that 0 has one too.
///
/// Two steps of Halley's method from a rational approximation [Hastings 1955, sheet 68] whose error is below 4.5e-4.
fn quantile(uniform: f64) -> f64 {
    // The smaller tail, which has all its digits.
    let tail = if uniform < 0.5 { uniform } else { 1.0 - CELL - uniform } + CELL / 2.0;
    let t = (-2.0 * libm::log(tail)).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let mut x = t - numerator / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..2 {
        let density = libm::exp(-0.5 * x * x) / std::f64::consts::TAU.sqrt();
        let step = (0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2) - tail) / density;
        x += step / (1.0 - 0.5 * x * step);
    }
    if uniform < 0.5 { -x } else { x }
}

/// The distance of uniform numbers from each other.
const CELL: f64 = f64::EPSILON / 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_the_distribution_function() {
        for uniform in [0.0, CELL, 1e-12, 1e-3, 0.02, 0.3, 0.499_999, 0.5, 0.7, 0.975, 1.0 - CELL] {
            let uniform = (uniform / CELL).floor() * CELL;
            let (x, p) = (quantile(uniform), uniform + CELL / 2.0);
            let tail = 0.5 * libm::erfc(x.abs() * std::f64::consts::FRAC_1_SQRT_2);
            let expected = if x < 0.0 { p } else { 1.0 - CELL - uniform + CELL / 2.0 };
            assert!((tail / expected - 1.0).abs() < 1e-13, "{uniform}: {x}");
            assert!((quantile(1.0 - CELL - uniform) + x).abs() < 1e-12, "odd");
        }
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-13);
    }
}
