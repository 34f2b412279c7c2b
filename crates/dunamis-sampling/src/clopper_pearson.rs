//! Exact confidence intervals of a probability.

/// The probability with which an interval contains what it is about: above 0 and below 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 99 %.
    pub const DEFAULT: Self = Confidence(0.99);

    /// A level of confidence; `None` unless $`0 < c < 1`$.
    pub fn new(level: f64) -> Option<Self> {
        (0.0 < level && level < 1.0).then_some(Confidence(level))
    }

    /// The level.
    pub fn level(self) -> f64 {
        self.0
    }
}

/// A set of probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl Interval {
    /// The interval of Clopper and Pearson for a probability of which `successes` of `samples` independent trials are known
    /// `[Clopper & Pearson 1934]`. Whatever the probability is, the interval contains it at least as often as the confidence says;
    /// rounding errors widen it. $`O(n)`$.
    pub fn clopper_pearson(successes: u64, samples: u64, confidence: Confidence) -> Self {
        let tail = (1.0 - confidence.0) / 2.0;
        Interval {
            low: lower_limit(successes.min(samples), samples, tail),
            high: (1.0 - lower_limit(samples.saturating_sub(successes), samples, tail)).next_up().min(1.0),
        }
    }

    /// Whether a probability is in it.
    pub fn contains(&self, probability: f64) -> bool {
        self.low <= probability && probability <= self.high
    }
}

/// A positive number beyond the range of doubles: `mantissa` times two to the `exponent`.
#[derive(Clone, Copy)]
struct Scaled {
    mantissa: f64,
    exponent: i64,
}

impl Scaled {
    /// 2^400, a power of two so that nothing is rounded.
    const STEP: f64 = f64::from_bits((1023 + 400) << 52);

    fn times(self, factor: Scaled) -> Self {
        let (mut mantissa, mut exponent) = (self.mantissa * factor.mantissa, self.exponent + factor.exponent);
        if mantissa > Self::STEP {
            (mantissa, exponent) = (mantissa / Self::STEP, exponent + 400);
        } else if mantissa < 1.0 / Self::STEP {
            (mantissa, exponent) = (mantissa * Self::STEP, exponent - 400);
        }
        Scaled { mantissa, exponent }
    }

    fn power(mut self, mut exponent: u64) -> Self {
        let mut power = Scaled::from(1.0);
        while exponent > 0 {
            if exponent % 2 == 1 {
                power = power.times(self);
            }
            self = self.times(self);
            exponent /= 2;
        }
        power
    }

    /// At least the number; 1e-290 for all that is smaller.
    fn at_most(self) -> f64 {
        let mut value = self.mantissa;
        let mut exponent = self.exponent;
        while exponent < 0 && value > 1e-180 {
            (value, exponent) = (value / Self::STEP, exponent + 400);
        }
        if exponent < 0 { 1e-290 } else { value.max(1e-290) }
    }
}

impl From<f64> for Scaled {
    fn from(mantissa: f64) -> Self {
        Scaled { mantissa, exponent: 0 }
    }
}

/// A number $`p`$ just below the solution of $`P(X \ge k) = \mathtt{tail}`$ for $`X \sim \mathrm{Bin}(n, p)`$.
fn lower_limit(k: u64, n: u64, tail: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    let fewer = k.min(n - k);
    let coefficient = (1..=fewer)
        .fold(Scaled::from(1.0), |product, i| product.times(Scaled::from((n - fewer + i) as f64 / i as f64)));
    let (mut low, mut high) = (0.0, k as f64 / n as f64);
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return low;
        }
        if upper_tail(k, n, middle, coefficient) <= tail { low = middle } else { high = middle }
    }
}

/// At least $`P(X \ge k)`$ for $`0 < p < k/n`$.
///
/// The largest term takes fewer than $`4n`$ rounded operations, and each further term five more than the one before, so that all of
/// them together are right up to a factor of $`1 + 16 n u`$ for the unit roundoff $`u`$, as long as $`16 n u \ll 1`$.
fn upper_tail(k: u64, n: u64, p: f64, coefficient: Scaled) -> f64 {
    let largest = coefficient.times(Scaled::from(p).power(k)).times(Scaled::from(1.0 - p).power(n - k)).at_most();
    let odds = p / (1.0 - p);
    let (mut sum, mut term) = (1.0, 1.0);
    for i in k..n {
        let ratio = (n - i) as f64 / (i + 1) as f64 * odds;
        term *= ratio;
        sum += term;
        if term < 1e-17 * sum && ratio < 0.999 {
            // Ratios fall, so what is left is less than a geometric series.
            sum += term * 1_000.0;
            break;
        }
    }
    let error = 8.0 * n as f64 * f64::EPSILON;
    largest * sum * (1.0 + error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// P(X >= k), term by term.
    fn tail(k: u64, n: u64, p: f64) -> f64 {
        let term = |i: u64| {
            let ways: f64 = (0..i).map(|j| (n - j) as f64 / (j + 1) as f64).product();
            ways * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)
        };
        (k..=n).map(term).sum()
    }

    proptest! {
        #[test]
        fn limits_solve_their_equation(n in 1_u64..30, k in 1_u64..30, tenths in 1_u32..10) {
            prop_assume!(k <= n);
            let alpha = f64::from(tenths) / 10.0;
            let low = lower_limit(k, n, alpha / 2.0);
            let exact = tail(k, n, low);
            prop_assert!(exact <= alpha / 2.0 * (1.0 + 1e-12), "{exact}");
            prop_assert!(exact >= alpha / 2.0 * (1.0 - 1e-9), "{exact}");
        }
    }

    #[test]
    fn known_intervals() {
        let level = |level| Confidence::new(level).unwrap();
        let interval = Interval::clopper_pearson(0, 10, level(0.95));
        assert_eq!(interval.low, 0.0);
        assert!((interval.high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-9);
        let interval = Interval::clopper_pearson(10, 10, level(0.95));
        assert!((interval.low - 0.025_f64.powf(0.1)).abs() < 1e-9 && interval.high == 1.0);
        // A normal approximation is good for so many.
        let interval = Interval::clopper_pearson(500_000, 1_000_000, level(0.99));
        let half = 2.575_829_3 * 0.5e-3;
        assert!(
            (interval.low - (0.5 - half)).abs() < 2e-6 && (interval.high - (0.5 + half)).abs() < 2e-6,
            "{interval:?}"
        );
        assert!(interval.contains(0.5) && !interval.contains(0.52));
        let interval = Interval::clopper_pearson(1, 1_000_000_000, level(0.5));
        assert!(
            (interval.low * 1e9 - 0.287_682).abs() < 2e-5 && (interval.high * 1e9 - 2.692_634).abs() < 2e-5,
            "{interval:?}"
        );
        assert!(Confidence::new(1.0).is_none() && Confidence::new(f64::NAN).is_none());
    }
}
