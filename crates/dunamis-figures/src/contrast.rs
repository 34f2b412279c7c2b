//! Does forbidding the agents to overlap make their interests more opposed? Two runs compared.

use dunamis_plot::fixed;

use crate::caption::with_error;
use dunamis_experiment::Alignment;

/// Standard errors from zero at which a difference is taken to have a sign: a two-sided level of 5 %.
const SIGNIFICANT: f64 = 1.96;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
}

impl Estimate {
    /// A value with its standard error.
    pub const fn new(value: f64, std_error: f64) -> Self {
        Estimate { value, std_error }
    }

    pub(crate) fn raw(alignment: &Alignment) -> Option<Self> {
        Estimate::finite(alignment.alpha, alignment.std_error)
    }

    pub(crate) fn noise_corrected(alignment: &Alignment) -> Option<Self> {
        Estimate::finite(alignment.noise_corrected, alignment.noise_corrected_std_error)
    }

    fn finite(value: Option<f64>, std_error: Option<f64>) -> Option<Self> {
        let (value, std_error) = value.zip(std_error)?;
        (value.is_finite() && std_error.is_finite()).then_some(Estimate { value, std_error })
    }

    /// This minus another, as if the two were independent.
    fn minus(self, other: Self) -> Self {
        Estimate { value: self.value - other.value, std_error: self.std_error.hypot(other.std_error) }
    }

    fn text(self) -> String {
        with_error(self.value, self.std_error)
    }
}

/// Alignment with the no-overlap rule against alignment without it.
///
/// The runs may share their random samples; standard errors of differences treat them as independent, which is too large
/// rather than too small where the two alignments move together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Published alignment without the rule and with it, with standard errors.
    pub published: (Estimate, Estimate),
    /// Our raw alignment without the rule and with it.
    pub raw: Option<(Estimate, Estimate)>,
    /// Our noise-corrected alignment without the rule and with it.
    pub noise_corrected: Option<(Estimate, Estimate)>,
}

impl Contrast {
    pub(crate) fn of(published: (Estimate, Estimate), without: &Alignment, with: &Alignment) -> Self {
        let raw = Estimate::raw(without).zip(Estimate::raw(with));
        let noise_corrected = Estimate::noise_corrected(without).zip(Estimate::noise_corrected(with));
        Contrast { published, raw, noise_corrected }
    }

    /// What the numbers say, in two or three sentences in the markup of [`dunamis_plot::label`].
    pub fn sentences(&self) -> String {
        let (without, with) = self.published;
        let claimed = with.minus(without);
        let direction = if claimed.value < 0.0 { "more negative" } else { "less negative" };
        let mut text = format!(
            "Published contrast: forbidding overlap moves _α_ from {} to {}, making it {direction}.",
            fixed(without.value, 2),
            fixed(with.value, 2)
        );
        let shown = |label: &str, pair: Option<(Estimate, Estimate)>| match pair {
            Some((without, with)) => format!(
                " {label}: {} without the rule, {} with it, difference {}.",
                without.text(),
                with.text(),
                with.minus(without).text()
            ),
            None => format!(" {label}: not defined at this number of samples."),
        };
        text.push_str(&shown("Ours, raw", self.raw));
        text.push_str(&shown("Ours, noise-corrected", self.noise_corrected));
        text.push(' ');
        text.push_str(&self.verdict());
        text
    }

    /// What follows for the published contrast from the noise-corrected values.
    pub fn verdict(&self) -> String {
        let Some((without, with)) = self.noise_corrected else {
            return "Nothing follows for the published contrast.".to_owned();
        };
        let (ours, claimed) = (with.minus(without), self.published.1.minus(self.published.0));
        let (ours_errors, gap) = (ours.value / ours.std_error, ours.minus(claimed));
        let gap_errors = gap.value / gap.std_error;
        let sign = if ours_errors.abs() < SIGNIFICANT {
            "these samples do not settle the sign of the difference"
        } else if (ours.value < 0.0) == (claimed.value < 0.0) {
            "the published direction is confirmed"
        } else {
            "the difference has the opposite sign of the published one"
        };
        let size = if gap_errors.abs() < SIGNIFICANT {
            "the published size is within sampling error of ours"
        } else if ours.value.abs() < claimed.value.abs() {
            "the published size is too large"
        } else {
            "the published size is too small"
        };
        let errors = fixed(ours_errors.abs(), 1);
        format!("It follows that {sign} ({errors} standard errors from zero), and that {size}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: (Estimate, Estimate) = (Estimate::new(-0.32, 0.055), Estimate::new(-0.45, 0.025));

    fn verdict(without: f64, with: f64, std_error: f64) -> String {
        let pair = Some((Estimate::new(without, std_error), Estimate::new(with, std_error)));
        Contrast { published: PUBLISHED, raw: pair, noise_corrected: pair }.verdict()
    }

    #[test]
    fn the_conclusion_follows_the_numbers() {
        insta::assert_snapshot!(verdict(-0.32, -0.45, 0.01), @"It follows that the published direction is confirmed (9.2 standard errors from zero), and that the published size is within sampling error of ours.");
        insta::assert_snapshot!(verdict(-0.40, -0.42, 0.03), @"It follows that these samples do not settle the sign of the difference (0.5 standard errors from zero), and that the published size is within sampling error of ours.");
        insta::assert_snapshot!(verdict(-0.45, -0.35, 0.01), @"It follows that the difference has the opposite sign of the published one (7.1 standard errors from zero), and that the published size is too large.");
        insta::assert_snapshot!(verdict(-0.20, -0.60, 0.01), @"It follows that the published direction is confirmed (28.3 standard errors from zero), and that the published size is too small.");
        let undefined = Contrast { published: PUBLISHED, raw: None, noise_corrected: None };
        insta::assert_snapshot!(undefined.sentences(), @"Published contrast: forbidding overlap moves _α_ from −0.32 to −0.45, making it more negative. Ours, raw: not defined at this number of samples. Ours, noise-corrected: not defined at this number of samples. Nothing follows for the published contrast.");
    }
}
