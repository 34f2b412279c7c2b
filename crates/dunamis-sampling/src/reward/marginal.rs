//! The law of the reward of one state: what all such laws offer ([`Univariate`]), and the choice among them ([`Marginal`]).

use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::{Bernoulli, Beta, Exponential, JaynesPrior, Normal, Pareto, PointMass, Uniform};
use crate::{RewardError, StreamRng};

/// The largest size of a location parameter and of a scale: beyond it variances and sums would overflow.
pub(super) const LARGEST: f64 = 1e100;

/// The smallest scale or rate, for the same reason.
pub(super) const SMALLEST: f64 = 1e-100;

/// What a law on $`\mathbb R`$ offers.
///
/// Draws use only operations that are the same on every machine: the four basic ones, square roots, and the software
/// logarithm, exponential, power and cosine of the `libm` crate, never those of the operating system.
pub trait Univariate: Debug + Send + Sync {
    /// The name of the distribution in a config.
    fn name(&self) -> &'static str;

    /// The mean, or `None` if it is infinite.
    fn mean(&self) -> Option<f64>;

    /// The variance, or `None` if it is infinite or undefined.
    fn variance(&self) -> Option<f64>;

    /// The smallest closed interval that carries the law; infinite ends where it is unbounded.
    fn support(&self) -> (f64, f64);

    /// The reflection that leaves the law as it is, if the law is symmetric.
    fn reflection(&self) -> Option<Reflection>;

    /// One draw.
    fn sample(&self, rng: &mut StreamRng) -> f64;

    /// Fills `rewards` with what as many calls of [`sample`](Self::sample) would give.
    fn fill(&self, rng: &mut StreamRng, rewards: &mut [f64]) {
        for reward in rewards {
            *reward = self.sample(rng);
        }
    }

    /// Whether the law is symmetric about its mean.
    fn is_symmetric(&self) -> bool {
        self.reflection().is_some()
    }
}

/// The map $`x \mapsto 2c - x`$ about a center $`c`$, kept within the support against rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reflection {
    sum: f64,
    low: f64,
    high: f64,
}

impl Reflection {
    /// The reflection about the middle of the interval from `low` to `high`: $`x \mapsto \mathtt{low} + \mathtt{high} - x`$.
    pub fn of_interval(low: f64, high: f64) -> Self {
        Self { sum: low + high, low, high }
    }

    /// The reflection of the whole line about `center`.
    pub fn about(center: f64) -> Self {
        Self { sum: 2.0 * center, low: f64::NEG_INFINITY, high: f64::INFINITY }
    }

    /// The point that stays where it is.
    pub fn center(self) -> f64 {
        self.sum / 2.0
    }

    /// The mirror image of `reward`.
    #[inline]
    pub fn apply(self, reward: f64) -> f64 {
        (self.sum - reward).max(self.low).min(self.high)
    }
}

/// The law of the reward of one state, as a config selects it by its `distribution` key.
///
/// ```
/// use dunamis_sampling::{Marginal, Seed, Univariate};
///
/// let marginal: Marginal = toml::from_str("distribution = 'beta'\nalpha = 2\nbeta = 5")?;
/// assert_eq!(marginal.mean(), Some(2.0 / 7.0));
/// assert!((0.0..=1.0).contains(&marginal.sample(&mut Seed::new(1).stream(0))));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "distribution", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Marginal {
    /// Uniform on an interval.
    Uniform(Uniform),
    /// The beta law on $`[0, 1]`$.
    Beta(Beta),
    /// The normal (Gaussian) law.
    Normal(Normal),
    /// 1 with a given probability, else 0.
    Bernoulli(Bernoulli),
    /// The Pareto (power) law.
    Pareto(Pareto),
    /// The exponential law.
    Exponential(Exponential),
    /// Density proportional to 1/(x(1-x)), in bins.
    JaynesPrior(JaynesPrior),
    /// One value with certainty.
    PointMass(PointMass),
}

impl Marginal {
    /// Uniform on $`[0, 1]`$, the law of most published results.
    pub const UNIT: Self = Self::Uniform(Uniform::UNIT);

    fn law(&self) -> &dyn Univariate {
        match self {
            Self::Uniform(law) => law,
            Self::Beta(law) => law,
            Self::Normal(law) => law,
            Self::Bernoulli(law) => law,
            Self::Pareto(law) => law,
            Self::Exponential(law) => law,
            Self::JaynesPrior(law) => law,
            Self::PointMass(law) => law,
        }
    }

    /// The only value the law takes, if there is only one.
    pub fn constant(&self) -> Option<f64> {
        let (low, high) = self.support();
        (low == high).then_some(low)
    }
}

impl Default for Marginal {
    fn default() -> Self {
        Self::UNIT
    }
}

impl Univariate for Marginal {
    fn name(&self) -> &'static str {
        self.law().name()
    }

    fn mean(&self) -> Option<f64> {
        self.law().mean()
    }

    fn variance(&self) -> Option<f64> {
        self.law().variance()
    }

    fn support(&self) -> (f64, f64) {
        self.law().support()
    }

    fn reflection(&self) -> Option<Reflection> {
        self.law().reflection()
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        self.law().sample(rng)
    }

    fn fill(&self, rng: &mut StreamRng, rewards: &mut [f64]) {
        self.law().fill(rng, rewards);
    }
}

/// Lets `value` through if it is a number from `low` to `high`.
pub(super) fn parameter(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<f64, RewardError> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(RewardError::Parameter { distribution, parameter, value, low, high })
    }
}
