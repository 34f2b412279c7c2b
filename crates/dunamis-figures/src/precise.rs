//! Alignment with enough samples to settle a published contrast.

use std::num::NonZeroU64;

use dunamis_experiment::Run;

use crate::contrast::Estimate;
use crate::record::MultiAgentRecord;
use crate::{Config, Contrast, FigureError};

/// Standard error at which noise-corrected alignment is known to ±0.02 with a confidence of 95 %.
pub const TARGET: f64 = 0.01;

/// Samples to begin with.
const FIRST: NonZeroU64 = NonZeroU64::new(80_000).expect("not zero");

/// Samples to end with, whatever the standard error is by then.
const LAST: u64 = 80_000 << 8;

/// Noise-corrected alignment of one experiment at high precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Precise {
    /// The experiment.
    pub experiment: &'static str,
    /// Number of samples.
    pub samples: Option<u64>,
    /// Raw alignment.
    pub raw: Option<Estimate>,
    /// Noise-corrected alignment.
    pub noise_corrected: Option<Estimate>,
}

/// A published contrast at high precision.
#[derive(Clone, Debug, PartialEq)]
pub struct PreciseContrast {
    /// The first figure that is part of it.
    pub figure: &'static str,
    /// The contrast.
    pub contrast: Contrast,
}

impl Precise {
    pub(crate) fn of(config: &Config, run: &Run) -> Result<Self, FigureError> {
        let record = MultiAgentRecord::read(run)?;
        Ok(Precise {
            experiment: config.name,
            samples: record.setting.samples(),
            raw: Estimate::raw(record.alignment),
            noise_corrected: Estimate::noise_corrected(record.alignment),
        })
    }

    /// Whether the standard error is small enough.
    pub fn reached(&self) -> bool {
        self.noise_corrected.is_some_and(|alpha| alpha.std_error <= TARGET)
    }
}

/// Runs `config` with ever more samples, doubling, until alignment is precise enough.
pub(crate) fn refine(
    config: &Config,
    mut run: impl FnMut(&Config, NonZeroU64) -> Result<Run, FigureError>,
) -> Result<Run, FigureError> {
    let mut samples = FIRST;
    loop {
        let result = run(config, samples)?;
        let precise = Precise::of(config, &result)?;
        if precise.reached() || samples.get() >= LAST {
            return Ok(result);
        }
        samples = next(samples, precise.noise_corrected.map(|alpha| alpha.std_error));
    }
}

/// As many doublings as the standard error, which falls with the root of the number of samples, is expected to need.
fn next(samples: NonZeroU64, std_error: Option<f64>) -> NonZeroU64 {
    let doublings =
        std_error.filter(|e| e.is_finite()).map_or(1.0, |e| (2.0 * (e / TARGET).log2()).ceil()).clamp(1.0, 8.0);
    let more = samples.get().saturating_mul(1 << doublings as u32).min(LAST.max(samples.get()));
    NonZeroU64::new(more).unwrap_or(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_double_as_often_as_the_error_needs() {
        assert_eq!(next(FIRST, Some(0.0101)).get(), 160_000);
        assert_eq!(next(FIRST, Some(0.0199)).get(), 320_000);
        assert_eq!(next(FIRST, Some(0.0201)).get(), 640_000);
        assert_eq!(next(FIRST, None).get(), 160_000);
        assert_eq!(next(FIRST, Some(f64::NAN)).get(), 160_000);
        assert_eq!(next(FIRST, Some(10.0)).get(), LAST);
    }
}
