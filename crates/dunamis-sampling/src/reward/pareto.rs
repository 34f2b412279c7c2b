//! The Pareto law.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, SMALLEST, parameter};
use crate::{RewardError, StreamRng};

/// The smallest shape: the largest draw, $`\mathtt{scale}\cdot 2^{53/\mathtt{shape}}`$, stays finite.
const SMALLEST_SHAPE: f64 = 0.1;

/// The Pareto law on $`[\mathtt{scale}, \infty)`$ with $`\Pr(X > x) = (\mathtt{scale}/x)^\mathtt{shape}`$; `pareto` in a config.
///
/// A draw is $`\mathtt{scale}\,(1-u)^{-1/\mathtt{shape}}`$ for one uniform number $`u`$. The mean is infinite for
/// `shape <= 1` and the variance for `shape <= 2`: POWER then has no finite value or no standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Pareto {
    scale: f64,
    shape: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    scale: f64,
    shape: f64,
}

impl TryFrom<Parameters> for Pareto {
    type Error = RewardError;

    fn try_from(Parameters { scale, shape }: Parameters) -> Result<Self, RewardError> {
        Self::new(scale, shape)
    }
}

impl Pareto {
    /// The Pareto law with smallest value `scale` and tail index `shape`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless the scale lies between 1e-100 and 1e100 and the shape between 0.1 and 1e100.
    pub fn new(scale: f64, shape: f64) -> Result<Self, RewardError> {
        Ok(Self {
            scale: parameter("pareto", "scale", scale, SMALLEST, LARGEST)?,
            shape: parameter("pareto", "shape", shape, SMALLEST_SHAPE, LARGEST)?,
        })
    }
}

impl Univariate for Pareto {
    fn name(&self) -> &'static str {
        "pareto"
    }

    fn mean(&self) -> Option<f64> {
        (self.shape > 1.0).then(|| self.scale * (self.shape / (self.shape - 1.0)))
    }

    fn variance(&self) -> Option<f64> {
        let excess = self.shape - 1.0;
        (self.shape > 2.0).then(|| self.scale * self.scale / excess * (self.shape / excess) / (self.shape - 2.0))
    }

    fn support(&self) -> (f64, f64) {
        (self.scale, f64::INFINITY)
    }

    fn reflection(&self) -> Option<Reflection> {
        None
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        self.scale * libm::pow(1.0 - rng.uniform(), -1.0 / self.shape)
    }
}
