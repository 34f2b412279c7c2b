//! Positive numbers beyond the range of doubles, such as likelihoods of long trajectories.

/// `mantissa` times two to the 512 times `exponent`; the mantissa of a factor is at least 2⁻²⁵⁶ unless the number is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scaled {
    mantissa: f64,
    exponent: i32,
}

/// 2⁵¹², 2⁻⁵¹², 2²⁵⁶ and 2⁻²⁵⁶, powers of two so that nothing is rounded.
const UP: f64 = f64::from_bits((1023 + 512) << 52);
const DOWN: f64 = f64::from_bits((1023 - 512) << 52);
const LARGE: f64 = f64::from_bits((1023 + 256) << 52);
const SMALL: f64 = f64::from_bits((1023 - 256) << 52);

impl Scaled {
    pub(crate) const ZERO: Self = Scaled { mantissa: 0.0, exponent: i32::MIN };
    pub(crate) const ONE: Self = Scaled { mantissa: 1.0, exponent: 0 };

    /// The product with a number between 2⁻⁷⁶⁶ and 1.
    #[inline]
    pub(crate) fn times(self, factor: f64) -> Self {
        // What is multiplied is at least 2⁻²⁵⁶, so that the product is a normal number.
        let mantissa = self.mantissa * factor;
        if mantissa >= SMALL || mantissa == 0.0 {
            return Scaled { mantissa, exponent: self.exponent };
        }
        let (mantissa, exponent) = (mantissa * UP, self.exponent - 1);
        if mantissa >= SMALL {
            Scaled { mantissa, exponent }
        } else {
            Scaled { mantissa: mantissa * UP, exponent: exponent - 1 }
        }
    }

    /// The square, of at most 2²⁰⁰ numbers that were added.
    pub(crate) fn squared(self) -> Self {
        let (mantissa, exponent) = (self.mantissa * self.mantissa, self.exponent.saturating_mul(2));
        if mantissa > LARGE {
            Scaled { mantissa: mantissa * DOWN, exponent: exponent + 1 }
        } else {
            Scaled { mantissa, exponent }.times(1.0)
        }
    }

    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        if self.exponent == other.exponent {
            self.mantissa += other.mantissa;
            return;
        }
        let (large, small) = if self.exponent >= other.exponent { (*self, other) } else { (other, *self) };
        let shift = match large.exponent.saturating_sub(small.exponent) {
            1 => DOWN,
            _ => 0.0,
        };
        *self = Scaled { mantissa: large.mantissa + small.mantissa * shift, exponent: large.exponent };
    }

    pub(crate) fn ln(self) -> f64 {
        libm::log(self.mantissa) + f64::from(self.exponent) * 512.0 * std::f64::consts::LN_2
    }

    /// The quotient, if it is within the range of doubles, else 0 or infinity.
    pub(crate) fn over(self, other: Self) -> f64 {
        libm::exp(self.ln() - other.ln())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
        /// Against sums of logarithms.
        #[test]
        fn products_and_sums(factors in proptest::collection::vec(proptest::collection::vec(prop_oneof![-500.0..0.0, -1.0..0.0], 0..12), 1..6)) {
            let product = |logs: &Vec<f64>| logs.iter().fold(Scaled::ONE, |x, log| x.times(log.exp()));
            let exact: Vec<f64> = factors.iter().map(|logs| logs.iter().sum()).collect();
            let largest = exact.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let expected = largest + exact.iter().map(|log| (log - largest).exp()).sum::<f64>().ln();
            let mut sum = Scaled::ZERO;
            for logs in &factors {
                sum.add(product(logs));
            }
            prop_assert!((sum.ln() - expected).abs() < 1e-9, "{} {}", sum.ln(), expected);
            let first = product(&factors[0]);
            for (logs, exact) in factors.iter().zip(&exact) {
                prop_assert!((product(logs).squared().ln() - 2.0 * exact).abs() < 1e-9);
            }
            prop_assert!((sum.squared().ln() - 2.0 * expected).abs() < 1e-9);
            prop_assert!((first.over(sum) - (exact[0] - expected).exp()).abs() < 1e-9);
        }
    }
}
