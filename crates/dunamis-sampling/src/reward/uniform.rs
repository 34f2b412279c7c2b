//! The uniform law on an interval.

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::{LARGEST, Reflection, parameter};
use crate::{RewardError, STREAMS, Seed, StreamRng};

/// Uniform on $`[\mathtt{low}, \mathtt{high}]`$; `uniform` in a config.
///
/// A draw is $`\mathtt{low} + (\mathtt{high} - \mathtt{low})\,u`$, never more than `high`, for one uniform number $`u`$.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parameters")]
pub struct Uniform {
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    low: f64,
    high: f64,
}

impl TryFrom<Parameters> for Uniform {
    type Error = RewardError;

    fn try_from(Parameters { low, high }: Parameters) -> Result<Self, RewardError> {
        Self::new(low, high)
    }
}

impl Uniform {
    /// Uniform on $`[0, 1]`$.
    pub const UNIT: Self = Self { low: 0.0, high: 1.0 };

    /// The uniform law from `low` to `high`.
    ///
    /// # Errors
    ///
    /// [`RewardError::Parameter`] unless both are numbers of size at most 1e100, and [`RewardError::Interval`] unless
    /// `low < high`.
    pub fn new(low: f64, high: f64) -> Result<Self, RewardError> {
        let low = parameter("uniform", "low", low, -LARGEST, LARGEST)?;
        let high = parameter("uniform", "high", high, -LARGEST, LARGEST)?;
        if low < high { Ok(Self { low, high }) } else { Err(RewardError::Interval { low, high }) }
    }

    /// Fills `rewards[s][l]` with the reward of state `s` in stream `first + l` of the seed, where all states have this law.
    pub fn fill_streams(&self, seed: Seed, first: u64, rewards: &mut [[f64; STREAMS]]) {
        seed.fill_uniform_streams(first, rewards);
        if *self != Self::UNIT {
            rewards.as_flattened_mut().iter_mut().for_each(|reward| *reward = self.scale(*reward));
        }
    }

    #[inline]
    fn scale(&self, uniform: f64) -> f64 {
        (self.low + (self.high - self.low) * uniform).min(self.high)
    }
}

impl Univariate for Uniform {
    fn name(&self) -> &'static str {
        "uniform"
    }

    fn mean(&self) -> Option<f64> {
        Some(f64::midpoint(self.low, self.high))
    }

    fn variance(&self) -> Option<f64> {
        let width = self.high - self.low;
        Some(width * width / 12.0)
    }

    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    fn reflection(&self) -> Option<Reflection> {
        Some(Reflection::of_interval(self.low, self.high))
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        self.scale(rng.uniform())
    }

    fn fill(&self, rng: &mut StreamRng, rewards: &mut [f64]) {
        rng.fill_uniform(rewards);
        if *self != Self::UNIT {
            for reward in rewards {
                *reward = self.scale(*reward);
            }
        }
    }
}
