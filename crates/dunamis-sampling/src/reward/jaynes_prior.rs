//! Jaynes's prior, cut into bins.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Univariate;
use super::marginal::Reflection;
use crate::StreamRng;

/// The number of bins: those between 100 points.
const BINS: usize = 99;

/// The probability of all bins up to each one.
static CUMULATIVE: LazyLock<[f64; BINS]> = LazyLock::new(|| {
    let density = |bin: usize| {
        let middle = (bin as f64 + 0.5) / BINS as f64;
        1.0 / (middle * (1.0 - middle))
    };
    let total: f64 = (0..BINS).map(density).sum();
    let mut sum = 0.0;
    let mut cumulative = std::array::from_fn(|bin| {
        sum += density(bin);
        sum / total
    });
    cumulative[BINS - 1] = 1.0;
    cumulative
});

/// The law with density proportional to $`1/(x(1-x))`$ on $`[0, 1]`$, which has no finite mass, as `POWERplay` draws from it:
/// constant on each of 99 bins of equal width, in proportion to the density in the middle of the bin; `jaynes-prior` in a
/// config `[POWERplay 2022]`.
///
/// A draw finds the bin of one uniform number $`u`$ and goes as far into it as $`u`$ lies within its probability.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JaynesPrior {}

impl JaynesPrior {
    /// The probability of a bin.
    fn mass(bin: usize) -> f64 {
        CUMULATIVE[bin] - if bin == 0 { 0.0 } else { CUMULATIVE[bin - 1] }
    }
}

impl Univariate for JaynesPrior {
    fn name(&self) -> &'static str {
        "jaynes-prior"
    }

    fn mean(&self) -> Option<f64> {
        Some(0.5)
    }

    fn variance(&self) -> Option<f64> {
        let width = 1.0 / BINS as f64;
        let about_center = |bin: usize| (bin as f64 + 0.5) * width - 0.5;
        let second = |bin: usize| Self::mass(bin) * (about_center(bin).powi(2) + width * width / 12.0);
        Some((0..BINS).map(second).sum())
    }

    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn reflection(&self) -> Option<Reflection> {
        Some(Reflection::of_interval(0.0, 1.0))
    }

    fn sample(&self, rng: &mut StreamRng) -> f64 {
        let u = rng.uniform();
        let bin = CUMULATIVE.partition_point(|&sum| sum <= u).min(BINS - 1);
        let before = if bin == 0 { 0.0 } else { CUMULATIVE[bin - 1] };
        ((bin as f64 + (u - before) / (CUMULATIVE[bin] - before)) / BINS as f64).min(1.0)
    }
}
