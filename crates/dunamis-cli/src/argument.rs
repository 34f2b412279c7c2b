//! How single arguments are read: into values that cannot be wrong.

use dunamis_power::PowerError;
use dunamis_sampling::{Correlation, MethodError, RewardError, SamplingMethod};
use std::num::{NonZeroU32, NonZeroUsize};

/// Why a text is not what an argument needs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArgumentError {
    /// Not a number.
    #[error("`{text}` is not a number")]
    NotANumber {
        /// The text.
        text: String,
    },
    /// Not a whole number from 0 to 2^64 - 1.
    #[error("`{text}` is no number of samples: write a whole number such as `10000`")]
    NotACount {
        /// The text.
        text: String,
    },
    /// No thread at all, or no number of threads.
    #[error("`{text}` is no number of threads: choose at least 1")]
    Threads {
        /// The text.
        text: String,
    },
    /// No round at all, or no number of rounds.
    #[error("`{text}` is no number of rounds: choose at least 1, the published order")]
    Rounds {
        /// The text.
        text: String,
    },
    /// A number that is no such law's parameter, or no correlation.
    #[error(transparent)]
    Reward(#[from] RewardError),
    /// Too few samples.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// No way to spread samples.
    #[error(transparent)]
    SamplingMethod(#[from] MethodError),
    /// Not a standard error that can be reached.
    #[error("`{text}` is no standard error: write a number above 0 such as `1e-3`")]
    StdError {
        /// The text.
        text: String,
    },
}

/// A correlation β from -1 to 1.
pub(crate) fn correlation(text: &str) -> Result<Correlation, ArgumentError> {
    let value = text.parse().map_err(|_| ArgumentError::NotANumber { text: text.into() })?;
    Ok(Correlation::new(value)?)
}

/// A number of samples, at least 1; `10_000` is allowed.
pub(crate) fn samples(text: &str) -> Result<u64, ArgumentError> {
    match text.replace('_', "").parse() {
        Ok(0) => Err(PowerError::NoSamples.into()),
        Ok(samples) => Ok(samples),
        Err(_) => Err(ArgumentError::NotACount { text: text.into() }),
    }
}

/// How samples are spread.
pub(crate) fn sampling_method(text: &str) -> Result<SamplingMethod, ArgumentError> {
    Ok(text.parse()?)
}

/// A standard error above 0.
pub(crate) fn std_error(text: &str) -> Result<f64, ArgumentError> {
    let std_error = text.parse().ok().filter(|std_error: &f64| *std_error > 0.0 && std_error.is_finite());
    std_error.ok_or_else(|| ArgumentError::StdError { text: text.into() })
}

/// A number of rounds of replies, at least 1.
pub(crate) fn rounds(text: &str) -> Result<NonZeroU32, ArgumentError> {
    text.parse().map_err(|_| ArgumentError::Rounds { text: text.into() })
}

/// A number of threads, at least 1.
pub(crate) fn threads(text: &str) -> Result<NonZeroUsize, ArgumentError> {
    text.parse().map_err(|_| ArgumentError::Threads { text: text.into() })
}

/// One name, commas and all, or several between commas.
pub(crate) fn names(text: &str, is_name: impl Fn(&str) -> bool) -> Vec<String> {
    if is_name(text) { vec![text.to_owned()] } else { text.split(',').map(|name| name.trim().to_owned()).collect() }
}
