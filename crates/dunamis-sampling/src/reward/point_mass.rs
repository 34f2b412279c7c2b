//! The law of a known reward.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, parameter};
use crate::{RewardError, StreamRng};

/// One value with certainty; `point-mass` in a config.
///
/// A draw takes nothing from the stream.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct PointMass {
    value: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    value: f64,
}

impl TryFrom<Parameters> for PointMass {
    type Error = RewardError;

    fn try_from(Parameters { value }: Parameters) -> Result<Self, RewardError> {
        Self::new(value)
    }
}

impl PointMass {
    /// The law of a reward that is always `value`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless the value has size at most 1e100.
    pub fn new(value: f64) -> Result<Self, RewardError> {
        Ok(Self { value: parameter("point-mass", "value", value, -LARGEST, LARGEST)? })
    }
}

impl Univariate for PointMass {
    fn name(&self) -> &'static str {
        "point-mass"
    }

    fn mean(&self) -> Option<f64> {
        Some(self.value)
    }

    fn variance(&self) -> Option<f64> {
        Some(0.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.value, self.value)
    }

    fn reflection(&self) -> Option<Reflection> {
        Some(Reflection::of_interval(self.value, self.value))
    }

    fn sample(&self, _: &mut StreamRng) -> f64 {
        self.value
    }
}
