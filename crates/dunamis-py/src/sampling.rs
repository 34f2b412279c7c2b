//! How many samples, which, and when they are enough, with the names and defaults of the command line.

use crate::error::{Failure, Result};
use crate::interrupt::Watch;
use crate::number;
use crate::reward_law::RewardLaw;
use dunamis_experiment::{DEFAULT_MOST_SAMPLES, DEFAULT_SAMPLES};
use dunamis_power::{Observer, PowerEstimate, Sampling, Warrant};
use dunamis_sampling::{SamplingMethod, Seed};
use pyo3::prelude::*;

/// The arguments `samples`, `sampling`, `until_se`, `seed` and `keep_samples`.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) sampling: Sampling,
    /// Whether they are asked for, even where an exact expectation is possible.
    pub(crate) asked_for: bool,
    /// How many of the first are kept one by one.
    pub(crate) kept: u64,
}

impl Samples {
    /// Arguments of Python.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] or [`Failure::In`].
    pub(crate) fn new(
        samples: Option<&Bound<'_, PyAny>>,
        sampling: Option<&str>,
        until_se: Option<f64>,
        seed: u64,
        keep_samples: u64,
        law: &RewardLaw,
    ) -> Result<Self> {
        if let Some(target) = until_se.filter(|target| !(*target > 0.0 && target.is_finite())) {
            return Err(Failure::argument("until_se", format!("is {target}, but must be above 0, such as 1e-3")));
        }
        let asked_for = samples.is_some() || sampling.is_some() || until_se.is_some() || keep_samples > 0;
        let parse = |name: &str| name.parse().map_err(|error| Failure::Method(error).within("sampling"));
        let method: SamplingMethod = sampling.map(parse).transpose()?.unwrap_or_default();
        law.check_method(method)?;
        let most = if until_se.is_some() { DEFAULT_MOST_SAMPLES } else { DEFAULT_SAMPLES };
        let samples = match samples {
            None => most.get(),
            Some(samples) => number::count("samples", samples)? as u64,
        };
        let plain = Sampling::new(samples, Seed::new(seed)).with_method(method);
        let sampling = until_se.map_or(plain, |target| plain.until(target));
        sampling.check().map_err(|error| Failure::Power(error).within("samples"))?;
        Ok(Samples { sampling, asked_for, kept: keep_samples })
    }
}

impl Observer for Watch {
    fn progress(&self, done: u64, total: u64) {
        self.report([done as f64, total as f64, 0.0]);
    }

    fn cancelled(&self) -> bool {
        self.stopped()
    }
}

/// Tells a function of Python how many samples are done, and of how many.
pub(crate) fn teller(
    progress: Option<&Bound<'_, PyAny>>,
) -> impl Fn(Python<'_>, [f64; 3]) -> PyResult<bool> + Sync + use<> {
    let progress = progress.map(|progress| progress.clone().unbind());
    move |py, [done, total, _]| match &progress {
        None => Ok(true),
        Some(progress) => {
            let answer = progress.bind(py).call1((done as u64, total as u64))?;
            Ok(answer.is_none() || answer.is_truthy()?)
        }
    }
}

/// Number of samples, unless the expectation is exact.
pub(crate) fn count(power: &PowerEstimate) -> Option<u64> {
    match power.warrant {
        Warrant::Sampled { samples, .. } => Some(samples),
        Warrant::Exact => None,
    }
}

/// How samples are spread, unless the expectation is exact.
pub(crate) fn method(power: &PowerEstimate) -> Option<&'static str> {
    match power.warrant {
        Warrant::Sampled { method, .. } => Some(method.name()),
        Warrant::Exact => None,
    }
}
