//! Published values, and how far ours are from them.

use crate::quantity::{Measurement, Quantity};

/// Greatest number of combined standard errors between a published value and ours that sampling explains.
pub const LIMIT: f64 = 3.5;

/// Decimals to which exact values are compared: as many as doubles of their size hold.
const EXACT_DECIMALS: usize = 12;

/// Why a value is not defined that would be at the published number of samples.
const TOO_FEW: &str =
    "with so few samples the variance over states is all within sampling noise, and the value is not defined";

/// A value printed in a publication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// What was measured.
    pub quantity: Quantity,
    /// The value, as printed.
    pub value: f64,
    /// Decimals printed.
    pub decimals: usize,
    /// Number of samples of the published run.
    pub samples: u64,
    /// Standard error of the published value.
    pub std_error: PublishedError,
    /// How the published run is known to differ from ours.
    pub note: Option<&'static str>,
    /// Why the values may lie further apart than sampling explains.
    pub explained: Option<&'static str>,
}

/// The standard error of a published value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PublishedError {
    /// Known, from a resampling of runs like the published one.
    Known(f64),
    /// That of our value, scaled to the number of samples of the published run.
    Scaled,
}

/// Whether a published value and ours agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within [`LIMIT`] combined standard errors, once the rounding of the printed value is allowed for.
    Agrees,
    /// Further apart, for a reason that is known.
    Explained(&'static str),
    /// Further apart without a reason, or not comparable.
    Missed,
}

/// A published value beside ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The figure that shows the value.
    pub figure: &'static str,
    /// The published value.
    pub published: Published,
    /// Its standard error; NaN where it cannot be had.
    pub published_std_error: f64,
    /// Our value.
    pub ours: Measurement,
    /// Signed distance, ours minus published, beyond half a unit of the last printed digit, in combined standard errors.
    pub z: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

impl Published {
    /// A value with its samples and its standard error.
    pub const fn new(quantity: Quantity, value: f64, decimals: usize, samples: u64, std_error: PublishedError) -> Self {
        Published { quantity, value, decimals, samples, std_error, note: None, explained: None }
    }

    /// An exact value that the figure's table has under a name: a fraction.
    pub const fn exact(quantity: &'static str, state: &'static str, (numerator, denominator): (u32, u32)) -> Self {
        let quantity = Quantity::Entry { quantity, state };
        let value = numerator as f64 / denominator as f64;
        Published::new(quantity, value, EXACT_DECIMALS, 0, PublishedError::Known(0.0))
    }

    /// The same with a known difference between the runs.
    pub const fn with_note(self, note: &'static str) -> Self {
        Published { note: Some(note), ..self }
    }

    /// The same with a reason for a distance that sampling does not explain.
    pub const fn with_reason(self, reason: &'static str) -> Self {
        Published { explained: Some(reason), ..self }
    }

    /// Half a unit of the last printed digit.
    pub fn half_unit(&self) -> f64 {
        0.5 * 10_f64.powi(-(self.decimals as i32))
    }

    /// Puts our value beside the published one.
    pub fn compare(self, figure: &'static str, ours: Measurement) -> Comparison {
        let published_std_error = match self.std_error {
            PublishedError::Known(std_error) => std_error,
            PublishedError::Scaled => {
                let scaled = |(e, samples): (f64, u64)| e * (samples as f64 / self.samples as f64).sqrt();
                ours.std_error.zip(ours.samples).map_or(f64::NAN, scaled)
            }
        };
        let z = ours.value.zip(ours.std_error).and_then(|(value, std_error)| {
            let gap = value - self.value;
            let beyond = (gap.abs() - self.half_unit()).max(0.0).copysign(gap);
            let error = std_error.hypot(published_std_error);
            // Exact values agree or they do not.
            let z = if beyond == 0.0 && error == 0.0 { 0.0 } else { beyond / error };
            z.is_finite().then_some(z)
        });
        let verdict = match (z, self.explained) {
            (Some(z), _) if z.abs() <= LIMIT => Verdict::Agrees,
            (Some(_), Some(reason)) => Verdict::Explained(reason),
            (None, _) if ours.value.is_none() && ours.samples.is_some_and(|samples| samples < self.samples) => {
                Verdict::Explained(TOO_FEW)
            }
            _ => Verdict::Missed,
        };
        Comparison { figure, published: self, published_std_error, ours, z, verdict }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Statistic;
    use proptest::prelude::*;

    fn alpha(value: f64, std_error: PublishedError) -> Published {
        Published::new(Quantity::Alpha, value, 2, 10_000, std_error)
    }

    fn ours(value: f64, std_error: f64, samples: u64) -> Measurement {
        Measurement {
            value: Some(value),
            std_error: Some(std_error),
            samples: Some(samples),
            statistic: Statistic::Raw,
        }
    }

    #[test]
    fn the_rounding_of_the_printed_digits_is_allowed_for() {
        let published = alpha(-0.54, PublishedError::Known(0.003));
        let within = published.compare("a", ours(-0.544, 0.004, 10_000));
        assert_eq!((within.z, within.verdict), (Some(-0.0), Verdict::Agrees));
        let beyond = published.compare("a", ours(-0.555, 0.004, 10_000));
        assert!((beyond.z.unwrap() + 0.010 / 0.005).abs() < 1e-9, "{beyond:?}");
        let above = published.compare("a", ours(-0.525, 0.004, 10_000));
        assert!((above.z.unwrap() - 2.0).abs() < 1e-9, "{above:?}");
    }

    #[test]
    fn a_published_error_of_the_same_kind_scales_with_the_root_of_the_samples() {
        let row = alpha(0.5, PublishedError::Scaled).compare("a", ours(0.5, 0.02, 2_500));
        assert!((row.published_std_error - 0.01).abs() < 1e-12);
    }

    #[test]
    fn what_is_far_needs_a_reason_and_what_is_undefined_is_missed() {
        let published = alpha(-0.54, PublishedError::Known(0.003));
        let far = ours(0.1, 0.004, 10_000);
        assert_eq!(published.compare("a", far).verdict, Verdict::Missed);
        assert_eq!(published.with_reason("a bias").compare("a", far).verdict, Verdict::Explained("a bias"));
        // A reason does not turn a near value into an explained one.
        let near = ours(-0.54, 0.004, 10_000);
        assert_eq!(published.with_reason("a bias").compare("a", near).verdict, Verdict::Agrees);
        let undefined = Measurement { value: None, ..far };
        assert_eq!(published.with_reason("a bias").compare("a", undefined).verdict, Verdict::Missed);
        let quick = Measurement { samples: Some(200), ..undefined };
        assert_eq!(published.compare("a", quick).verdict, Verdict::Explained(TOO_FEW));
        let exact = |value| Published::exact("f", "", (2, 3)).compare("a", ours(value, 0.0, 1));
        assert_eq!((exact(2.0 / 3.0).z, exact(2.0 / 3.0).verdict), (Some(0.0), Verdict::Agrees));
        assert_eq!((exact(0.666_666).z, exact(0.666_666).verdict), (None, Verdict::Missed));
    }

    proptest! {
        #[test]
        fn a_wider_error_never_breaks_an_agreement(gap in -1.0..1.0_f64, small in 1e-4..0.5_f64, more in 0.0..1.0_f64) {
            let published = alpha(0.0, PublishedError::Known(0.01));
            let narrow = published.compare("a", ours(gap, small, 9));
            let wide = published.compare("a", ours(gap, small + more, 9));
            prop_assert!(wide.z.unwrap().abs() <= narrow.z.unwrap().abs());
            prop_assert_eq!(narrow.verdict == Verdict::Agrees, narrow.z.unwrap().abs() <= LIMIT);
        }
    }
}
