//! Polynomials in one variable with exact rational coefficients.

use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};
use std::fmt;

/// A polynomial in the discount $`\gamma`$.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Polynomial {
    /// Ascending powers; the last is not 0.
    coefficients: Vec<Rational>,
}

impl Polynomial {
    /// The polynomial with these coefficients, those of the lowest power first.
    pub fn new(mut coefficients: Vec<Rational>) -> Self {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Polynomial { coefficients }
    }

    /// Coefficients of ascending powers; empty for the zero polynomial, otherwise the last is not 0.
    pub fn coefficients(&self) -> &[Rational] {
        &self.coefficients
    }

    /// The degree; `None` for the zero polynomial.
    pub fn degree(&self) -> Option<usize> {
        self.coefficients.len().checked_sub(1)
    }

    /// The value at a point, by Horner's rule.
    pub fn at(&self, point: &Rational) -> Rational {
        self.coefficients.iter().rev().fold(Rational::zero(), |value, coefficient| value * point + coefficient)
    }

    /// The quotient by $`1 - \gamma`$, when that divides the polynomial: its coefficients are the partial sums.
    pub(crate) fn without_root_one(&self) -> Option<Self> {
        let mut sum = Rational::zero();
        let sums: Vec<Rational> = self
            .coefficients
            .iter()
            .map(|coefficient| {
                sum += coefficient;
                sum.clone()
            })
            .collect();
        sum.is_zero().then(|| Polynomial::new(sums))
    }
}

/// Ascending powers of `γ`, such as `1 - 2/3 γ + γ^2`.
impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.coefficients.is_empty() {
            return f.write_str("0");
        }
        let mut first = true;
        for (power, coefficient) in self.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero()) {
            f.write_str(match (first, coefficient.is_negative()) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            })?;
            first = false;
            let size = coefficient.abs();
            match (power, size.is_one()) {
                (0, _) => write!(f, "{size}")?,
                (_, true) => {}
                (_, false) => write!(f, "{size} ")?,
            }
            match power {
                0 => {}
                1 => f.write_str("γ")?,
                _ => write!(f, "γ^{power}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::FromPrimitive;

    fn polynomial(coefficients: &[i64]) -> Polynomial {
        Polynomial::new(coefficients.iter().map(|&c| Rational::from_i64(c).unwrap()).collect())
    }

    #[test]
    fn leading_zeros_do_not_count() {
        assert_eq!(polynomial(&[1, 2, 0, 0]), polynomial(&[1, 2]));
        assert_eq!((polynomial(&[0]).degree(), polynomial(&[0, 3]).degree()), (None, Some(1)));
        assert_eq!(polynomial(&[1, -3, 2]).at(&Rational::new(1.into(), 2.into())), Rational::zero());
    }

    #[test]
    fn the_root_one_divides_out() {
        // (1 - x)(2 + 3x) = 2 + x - 3x^2.
        assert_eq!(polynomial(&[2, 1, -3]).without_root_one(), Some(polynomial(&[2, 3])));
        assert_eq!(polynomial(&[2, 1]).without_root_one(), None);
    }

    #[test]
    fn text() {
        assert_eq!(polynomial(&[]).to_string(), "0");
        assert_eq!(polynomial(&[-1, 1, 0, -2]).to_string(), "-1 + γ - 2 γ^3");
        let third = Polynomial::new(vec![Rational::zero(), Rational::new((-1).into(), 3.into())]);
        assert_eq!(third.to_string(), "-1/3 γ");
    }
}
