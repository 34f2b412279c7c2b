//! The incumbent's arithmetic beside the exact one, on the same random samples.
//!
//! The incumbent stops value iteration at a relative change of 1e-4 in single precision. What that alone does to a published
//! number is the difference of two runs that share everything else.

use std::num::NonZeroU64;

use dunamis_experiment::{Estimates, Run};

use crate::contrast::Estimate;
use crate::record::MultiAgentRecord;
use crate::{Config, FigureError};

/// Number of common samples.
pub(crate) const SAMPLES: NonZeroU64 = NonZeroU64::new(1_000).expect("not zero");

/// One quantity in both arithmetics.
#[derive(Clone, Debug, PartialEq)]
pub struct Reproduction {
    /// The figure whose published value it explains.
    pub figure: &'static str,
    /// The experiment.
    pub experiment: &'static str,
    /// What was measured.
    pub quantity: &'static str,
    /// Number of common samples; `None` where the expectation is exact.
    pub samples: Option<u64>,
    /// The value with the incumbent's arithmetic.
    pub as_published: Option<Estimate>,
    /// The value with the exact arithmetic. Both standard errors of a mean POWER are upper bounds: those of perfectly
    /// correlated states.
    pub exact: Option<Estimate>,
}

impl Reproduction {
    /// Incumbent minus exact. It has no sampling error of its own: the samples are the same.
    pub fn difference(&self) -> Option<f64> {
        Some(self.as_published?.value - self.exact?.value)
    }

    /// The rows of a figure, from two runs of `config` that differ in arithmetic alone.
    pub(crate) fn rows(
        figure: &'static str,
        config: &Config,
        as_published: &Run,
        exact: &Run,
    ) -> Result<Vec<Self>, FigureError> {
        let (theirs, ours) = (MultiAgentRecord::read(as_published)?, MultiAgentRecord::read(exact)?);
        let samples = ours.setting.samples();
        let row = |quantity, of: &dyn Fn(&MultiAgentRecord<'_>) -> Option<Estimate>| Reproduction {
            figure,
            experiment: config.name,
            quantity,
            samples,
            as_published: of(&theirs),
            exact: of(&ours),
        };
        Ok(vec![
            row("alpha", &|record| Estimate::raw(record.alignment)),
            row("alpha noise-corrected", &|record| Estimate::noise_corrected(record.alignment)),
            row("mean POWER_H", &|record| Some(average(record.power_h))),
            row("mean POWER_A", &|record| Some(average(record.power_a))),
        ])
    }
}

/// The mean over states, with an upper bound of its standard error: that of perfectly correlated states.
fn average(power: &Estimates) -> Estimate {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Estimate::new(mean(&power.mean), mean(&power.std_error))
}
