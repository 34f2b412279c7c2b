//! How many samples, which, and when they are enough: [`Sampling`].

use crate::PowerError;
use dunamis_sampling::{SamplingMethod, Seed, StreamRng};

/// The samples of an estimate.
///
/// ```
/// use dunamis_power::Sampling;
/// use dunamis_sampling::{SamplingMethod, Seed};
///
/// let plain = Sampling::new(10_000, Seed::new(0));
/// let careful = plain.with_method(SamplingMethod::Sobol).until(1e-3);
/// assert_eq!((careful.samples, careful.until), (10_000, Some(1e-3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sampling {
    /// Number of samples; with `until`, the most.
    pub samples: u64,
    /// The seed of their streams.
    pub seed: Seed,
    /// How they are spread.
    pub method: SamplingMethod,
    /// Stop as soon as no standard error is larger than this, if it is given.
    ///
    /// Standard errors are looked at after 1,024 samples, and then whenever a quarter more of them have been drawn, rounded
    /// up to a multiple of 1,024; with Sobol sequences whenever their number has doubled. A largest standard error of 0 does not stop:
    /// it says that no sample has differed yet, not that none will.
    pub until: Option<f64>,
}

impl Sampling {
    /// This number of independent samples.
    pub const fn new(samples: u64, seed: Seed) -> Self {
        Sampling { samples, seed, method: SamplingMethod::Independent, until: None }
    }

    /// The same number, spread otherwise.
    pub const fn with_method(self, method: SamplingMethod) -> Self {
        Sampling { method, ..self }
    }

    /// At most as many, until no standard error is larger than `std_error`.
    pub const fn until(self, std_error: f64) -> Self {
        Sampling { until: Some(std_error), ..self }
    }

    /// The stream of a sample.
    pub(crate) fn stream(&self, sample: u64) -> StreamRng {
        self.method.stream(self.seed, sample)
    }

    /// Whether there can be so many samples.
    ///
    /// # Errors
    ///
    /// [`PowerError::NoSamples`], or [`PowerError::HalfPair`] for an odd number of antithetic samples.
    pub fn check(&self) -> Result<(), PowerError> {
        match self.method {
            _ if self.samples == 0 => Err(PowerError::NoSamples),
            SamplingMethod::Antithetic if self.samples % 2 == 1 => Err(PowerError::HalfPair { samples: self.samples }),
            _ => Ok(()),
        }
    }

    /// Whether so large a standard error is small enough.
    pub(crate) fn is_reached(&self, std_error: f64) -> bool {
        self.until.is_some_and(|target| 0.0 < std_error && std_error <= target)
    }

    /// When standard errors are looked at again after `done`, a multiple of `step`.
    pub(crate) fn next_look(&self, done: u64, step: u64) -> u64 {
        match self.method {
            SamplingMethod::Sobol => 2 * done,
            _ => done + (done / 4).next_multiple_of(step),
        }
    }
}
