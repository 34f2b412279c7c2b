//! Polynomials in one variable with exact rational coefficients.

use crate::integer_polynomial::IntegerPolynomial;
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};
use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

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

    /// The derivative.
    pub fn derivative(&self) -> Self {
        let powers = self.coefficients.iter().enumerate().skip(1);
        Polynomial::new(powers.map(|(power, c)| c * Rational::from_integer(power.into())).collect())
    }

    /// The multiple with integer coefficients that have no common divisor and a positive last one; of the zero polynomial,
    /// itself. Two polynomials are multiples of each other exactly when these are equal.
    pub fn primitive(&self) -> Self {
        IntegerPolynomial::from(self).primitive().into()
    }

    /// The primitive greatest common divisor, by the primitive remainder sequence; 0 only for two zero polynomials.
    pub fn gcd(&self, other: &Self) -> Self {
        IntegerPolynomial::from(self).gcd(IntegerPolynomial::from(other)).into()
    }

    /// The primitive polynomial with the same roots, each of them simple.
    pub fn square_free(&self) -> Self {
        match self.degree() {
            None | Some(0) => self.primitive(),
            Some(_) => self.divided_by(&self.gcd(&self.derivative())).0.primitive(),
        }
    }

    /// Quotient and remainder. By the zero polynomial the quotient is 0.
    pub fn divided_by(&self, divisor: &Self) -> (Self, Self) {
        let Some(degree) = divisor.degree() else { return (Polynomial::default(), self.clone()) };
        let inverse = divisor.coefficients[degree].recip();
        let mut rest = self.coefficients.clone();
        let mut quotient = vec![Rational::zero(); rest.len().saturating_sub(degree)];
        for power in (0..quotient.len()).rev() {
            let factor = &rest[power + degree] * &inverse;
            for (x, y) in rest[power..].iter_mut().zip(&divisor.coefficients) {
                *x -= &factor * y;
            }
            quotient[power] = factor;
        }
        (Polynomial::new(quotient), Polynomial::new(rest))
    }

    /// The polynomial times $`\gamma`$.
    pub(crate) fn times_discount(&self) -> Self {
        Polynomial::new(std::iter::once(Rational::zero()).chain(self.coefficients.iter().cloned()).collect())
    }

    /// The polynomial times a number.
    pub(crate) fn scaled(&self, factor: &Rational) -> Self {
        Polynomial::new(self.coefficients.iter().map(|c| c * factor).collect())
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

impl Polynomial {
    fn combine(&self, other: &Self, operation: impl Fn(&Rational, &Rational) -> Rational) -> Self {
        let zero = Rational::zero();
        let length = self.coefficients.len().max(other.coefficients.len());
        let at = |polynomial: &'_ Self, power: usize| polynomial.coefficients.get(power).unwrap_or(&zero).clone();
        Polynomial::new((0..length).map(|power| operation(&at(self, power), &at(other, power))).collect())
    }
}

impl Add for &Polynomial {
    type Output = Polynomial;

    fn add(self, other: &Polynomial) -> Polynomial {
        self.combine(other, |x, y| x + y)
    }
}

impl Sub for &Polynomial {
    type Output = Polynomial;

    fn sub(self, other: &Polynomial) -> Polynomial {
        self.combine(other, |x, y| x - y)
    }
}

impl Mul for &Polynomial {
    type Output = Polynomial;

    fn mul(self, other: &Polynomial) -> Polynomial {
        let mut product = vec![Rational::zero(); self.coefficients.len() + other.coefficients.len()];
        for (i, x) in self.coefficients.iter().enumerate() {
            for (j, y) in other.coefficients.iter().enumerate() {
                product[i + j] += x * y;
            }
        }
        Polynomial::new(product)
    }
}

impl Neg for &Polynomial {
    type Output = Polynomial;

    fn neg(self) -> Polynomial {
        Polynomial::new(self.coefficients.iter().map(|c| -c).collect())
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

/// The text is not a sum of terms such as `1 - 2/3 γ + γ^2`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a polynomial: write terms such as `1 - 2/3 γ + γ^2`")]
pub struct PolynomialSyntax {
    /// The text (shortened).
    pub text: String,
}

impl Polynomial {
    /// The largest power that a text may name.
    pub const MAX_WRITTEN_POWER: usize = 10_000;
}

impl FromStr for Polynomial {
    type Err = PolynomialSyntax;

    fn from_str(text: &str) -> Result<Self, PolynomialSyntax> {
        let syntax = || PolynomialSyntax { text: text.chars().take(60).collect() };
        // Every term starts with its sign.
        let spaced = text.replace('-', "+-");
        let mut terms = spaced.split('+').map(str::trim).peekable();
        if terms.peek().is_some_and(|first| first.is_empty()) {
            terms.next();
        }
        let mut coefficients: Vec<Rational> = Vec::new();
        for term in terms {
            let (sign, size) = term.strip_prefix('-').map_or((1, term), |size| (-1, size.trim_start()));
            let (factor, power) = match size.split_once('γ') {
                None => (size, 0),
                Some((factor, "")) => (factor.trim_end(), 1),
                Some((factor, power)) => {
                    let digits =
                        power.strip_prefix('^').filter(|power| power.starts_with(|c: char| c.is_ascii_digit()));
                    (factor.trim_end(), digits.and_then(|power| power.parse().ok()).ok_or_else(syntax)?)
                }
            };
            let unsigned = factor.starts_with(|c: char| c.is_ascii_digit());
            let factor = match factor.split_once('/') {
                _ if factor.is_empty() && size.starts_with('γ') => Rational::one(),
                Some((_, denominator)) if !denominator.starts_with(|c: char| ('1'..='9').contains(&c)) => {
                    return Err(syntax());
                }
                _ if unsigned => factor.parse().map_err(|_| syntax())?,
                _ => return Err(syntax()),
            };
            if power > Self::MAX_WRITTEN_POWER {
                return Err(syntax());
            }
            coefficients.resize(coefficients.len().max(power + 1), Rational::zero());
            coefficients[power] += factor * Rational::from_integer(sign.into());
        }
        if coefficients.is_empty() { Err(syntax()) } else { Ok(Polynomial::new(coefficients)) }
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
    fn divisors() {
        // (1 - x)^2 (2 + 3x) and (1 - x)(5 + x).
        let square = &(&polynomial(&[1, -1]) * &polynomial(&[1, -1])) * &polynomial(&[2, 3]);
        let other = &polynomial(&[1, -1]) * &polynomial(&[5, 1]);
        assert_eq!(square.gcd(&other), polynomial(&[-1, 1]));
        assert_eq!(square.square_free(), polynomial(&[-2, -1, 3]));
        let (quotient, remainder) = square.divided_by(&other);
        assert_eq!(&(&quotient * &other) + &remainder, square);
        assert_eq!(polynomial(&[]).gcd(&polynomial(&[4])), polynomial(&[1]));
        assert_eq!(
            polynomial(&[6, 0, -9]).scaled(&Rational::new(1.into(), 5.into())).primitive(),
            polynomial(&[-2, 0, 3])
        );
        assert_eq!(polynomial(&[7, -1, 4]).derivative(), polynomial(&[-1, 8]));
        assert_eq!(&polynomial(&[1, 2]) - &polynomial(&[1, 2]), polynomial(&[]));
    }

    #[test]
    fn text() {
        assert_eq!(polynomial(&[]).to_string(), "0");
        assert_eq!(polynomial(&[-1, 1, 0, -2]).to_string(), "-1 + γ - 2 γ^3");
        let third = Polynomial::new(vec![Rational::zero(), Rational::new((-1).into(), 3.into())]);
        assert_eq!(third.to_string(), "-1/3 γ");
        for polynomial in [polynomial(&[]), polynomial(&[-1, 1, 0, -2]), polynomial(&[0, 0, 5]), third] {
            assert_eq!(polynomial.to_string().parse(), Ok(polynomial));
        }
        assert_eq!("γ - γ+2".parse(), Ok(polynomial(&[2])));
        let wrong = [
            "",
            "+",
            "1 +",
            "1 ++ 2",
            "--1",
            "x",
            "2 γ^",
            "γ^-1",
            "γ^+1",
            "γ^99999999",
            "1/0",
            "1/-2",
            "/2",
            "1/",
            "γ 2",
            "γγ",
            "1.5",
        ];
        for text in wrong {
            assert!(text.parse::<Polynomial>().is_err(), "{text}");
        }
    }
}
