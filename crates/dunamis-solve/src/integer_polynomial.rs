//! Polynomials with integer coefficients: the arithmetic under exact roots, without a common divisor at every step.

use crate::Polynomial;
use dunamis_mdp::Rational;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, Zero};

/// Coefficients of ascending powers without a common divisor; the last is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IntegerPolynomial(Vec<BigInt>);

/// The positive multiple with integer coefficients that have no common divisor.
impl From<&Polynomial> for IntegerPolynomial {
    fn from(polynomial: &Polynomial) -> Self {
        let coefficients = polynomial.coefficients();
        // A fraction in lowest terms gives the divisor: a/gcd(a, b) is the numerator of a/b.
        let scale = coefficients.iter().filter(|c| !c.denom().is_one()).fold(BigInt::one(), |scale, c| {
            let part = Rational::new(scale, c.denom().clone());
            part.numer() * c.denom()
        });
        Self::reduced(coefficients.iter().map(|c| c.numer() * (&scale / c.denom())).collect())
    }
}

impl From<IntegerPolynomial> for Polynomial {
    fn from(polynomial: IntegerPolynomial) -> Self {
        Polynomial::new(polynomial.0.into_iter().map(Rational::from_integer).collect())
    }
}

impl IntegerPolynomial {
    /// Divides by the content.
    fn reduced(mut coefficients: Vec<BigInt>) -> Self {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        let mut content = BigInt::zero();
        for c in coefficients.iter().filter(|c| !c.is_zero()) {
            content = match content.sign() {
                Sign::NoSign => c.abs(),
                _ => &content / Rational::new(content.clone(), c.abs()).numer(),
            };
            if content.is_one() {
                break;
            }
        }
        if !content.is_one() {
            for c in &mut coefficients {
                *c /= &content;
            }
        }
        IntegerPolynomial(coefficients)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The multiple by 1 or -1 with a positive last coefficient.
    pub(crate) fn primitive(self) -> Self {
        if self.0.last().is_some_and(Signed::is_negative) { self.opposite() } else { self }
    }

    pub(crate) fn opposite(self) -> Self {
        IntegerPolynomial(self.0.into_iter().map(|c| -c).collect())
    }

    pub(crate) fn derivative(&self) -> Self {
        Self::reduced(self.0.iter().enumerate().skip(1).map(|(power, c)| c * BigInt::from(power)).collect())
    }

    /// A positive multiple of the remainder by a polynomial that is not 0.
    pub(crate) fn remainder(&self, divisor: &Self) -> Self {
        let Some(last) = divisor.0.last() else { return self.clone() };
        let (size, flip) = (last.abs(), last.is_negative());
        let mut rest = self.0.clone();
        while rest.len() >= divisor.0.len() {
            let Some(top) = rest.pop() else { break };
            if top.is_zero() {
                continue;
            }
            let factor = if flip { -top } else { top };
            let shift = rest.len() + 1 - divisor.0.len();
            for x in &mut rest {
                *x *= &size;
            }
            for (x, y) in rest[shift..].iter_mut().zip(&divisor.0) {
                *x -= &factor * y;
            }
        }
        Self::reduced(rest)
    }

    /// The primitive greatest common divisor, by the primitive remainder sequence.
    pub(crate) fn gcd(self, other: Self) -> Self {
        let (mut a, mut b) = (self, other);
        while !b.is_zero() {
            let rest = a.remainder(&b);
            (a, b) = (b, rest);
        }
        a.primitive()
    }

    /// The sign at a rational point.
    pub(crate) fn sign_at(&self, point: &Rational) -> Sign {
        let (a, q) = (point.numer(), point.denom());
        let mut power = BigInt::one();
        let mut sum = BigInt::zero();
        for c in self.0.iter().rev() {
            sum = sum * a + c * &power;
            power *= q;
        }
        sum.sign()
    }

    /// Sign changes among the coefficients of $`(1 + x)^d\, p\bigl(\frac{\text{low} + \text{high}\, x}{1 + x}\bigr)`$: at least
    /// the number of roots strictly between the two, and equal to it where it is 0 or 1.
    pub(crate) fn variations(&self, low: &Rational, high: &Rational) -> usize {
        // With low = a/q and high = a/q + w/q, all numbers stay whole: q^d p((a + w x)/q), reversed, at x + 1.
        let q = low.denom() * high.denom();
        let a = low.numer() * high.denom();
        let width = high.numer() * low.denom() - &a;
        let mut coefficients = self.0.clone();
        let mut power = BigInt::one();
        for c in coefficients.iter_mut().rev() {
            *c *= &power;
            power *= &q;
        }
        taylor_shift(&mut coefficients, Some(&a));
        power = BigInt::one();
        for c in &mut coefficients {
            *c *= &power;
            power *= &width;
        }
        coefficients.reverse();
        taylor_shift(&mut coefficients, None);
        let signs: Vec<bool> = coefficients.iter().filter(|c| !c.is_zero()).map(Signed::is_positive).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }
}

/// Coefficients of $`p(x + a)`$ from those of $`p(x)`$, by default for $`a = 1`$.
fn taylor_shift(coefficients: &mut [BigInt], by: Option<&BigInt>) {
    for start in 0..coefficients.len() {
        for power in (start..coefficients.len() - 1).rev() {
            let carried = by.map_or_else(|| coefficients[power + 1].clone(), |a| &coefficients[power + 1] * a);
            coefficients[power] += carried;
        }
    }
}
