//! Distribution functions that are polynomials between breakpoints, exactly.
//!
//! Sums and maxima of independent variables whose distribution functions are piecewise polynomials have such functions again:
//! the maximum has the product, and for the sum of two it is enough to know that of two truncated powers,
//!
//! ```math
//! \int (t-x)_+^n \; d\,(x)_+^m = \binom{m+n}{m}^{-1} (t)_+^{m+n} ,
//! ```
//!
//! since every function is the sum of what is added at its breakpoints `[Curry & Schoenberg 1966]`.

use dunamis_mdp::Rational;
use dunamis_solve::Polynomial;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// A function on the line that is 0 before the first breakpoint and a polynomial from each breakpoint to the next; from the
/// last one on it is constant. A distribution function, or one of less mass than 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PiecewisePolynomial {
    /// Breakpoints, ascending, each with a polynomial in the distance from it.
    pieces: Vec<(Rational, Polynomial)>,
}

impl PiecewisePolynomial {
    /// The distribution function $`x^k`$ on $`[0, 1]`$.
    pub(crate) fn power(exponent: u32) -> Self {
        let mut coefficients = vec![Rational::zero(); exponent as usize];
        coefficients.push(Rational::one());
        let one = Polynomial::new(vec![Rational::one()]);
        PiecewisePolynomial { pieces: vec![(Rational::zero(), Polynomial::new(coefficients)), (Rational::one(), one)] }
    }

    /// Joins pieces: breakpoints, ascending, each with a polynomial in the distance from it.
    pub(crate) fn new(pieces: Vec<(Rational, Polynomial)>) -> Self {
        PiecewisePolynomial { pieces }.merged()
    }

    /// Number of pieces.
    pub(crate) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Joins pieces that are one polynomial.
    fn merged(self) -> Self {
        let mut pieces: Vec<(Rational, Polynomial)> = Vec::with_capacity(self.pieces.len());
        for (start, polynomial) in self.pieces {
            let goes_on = match pieces.last() {
                None => polynomial.degree().is_none(),
                Some((before, last)) => shifted(last, &(&start - before)) == polynomial,
            };
            if !goes_on {
                pieces.push((start, polynomial));
            }
        }
        PiecewisePolynomial { pieces }
    }

    /// The polynomials of this function on the pieces that begin at `starts`, which include its own breakpoints.
    fn on<'a>(&'a self, starts: &'a [Rational]) -> impl Iterator<Item = Polynomial> + 'a {
        let mut own = self.pieces.iter().peekable();
        let mut current: Option<&(Rational, Polynomial)> = None;
        starts.iter().map(move |start| {
            while let Some(piece) = own.next_if(|piece| piece.0 <= *start) {
                current = Some(piece);
            }
            current.map_or_else(Polynomial::default, |(from, polynomial)| shifted(polynomial, &(start - from)))
        })
    }

    fn combined(&self, other: &Self, operation: impl Fn(&Polynomial, &Polynomial) -> Polynomial) -> Self {
        let mut starts: Vec<Rational> = self.pieces.iter().chain(&other.pieces).map(|piece| piece.0.clone()).collect();
        starts.sort();
        starts.dedup();
        let polynomials: Vec<_> = self.on(&starts).zip(other.on(&starts)).map(|(x, y)| operation(&x, &y)).collect();
        PiecewisePolynomial::new(starts.into_iter().zip(polynomials).collect())
    }

    /// The distribution function of the maximum of two independent variables.
    pub(crate) fn product(&self, other: &Self) -> Self {
        self.combined(other, |x, y| x * y)
    }

    /// The sum of two functions.
    pub(crate) fn sum(&self, other: &Self) -> Self {
        self.combined(other, |x, y| x + y)
    }

    /// The distribution function of a positive multiple.
    pub(crate) fn scaled(&self, factor: &Rational) -> Self {
        let inverse = factor.recip();
        let scale = |polynomial: &Polynomial| {
            let mut power = Rational::one();
            let coefficients = polynomial.coefficients().iter().map(|coefficient| {
                let scaled = coefficient * &power;
                power *= &inverse;
                scaled
            });
            Polynomial::new(coefficients.collect())
        };
        let pieces = self.pieces.iter().map(|(start, polynomial)| (start * factor, scale(polynomial)));
        PiecewisePolynomial { pieces: pieces.collect() }
    }

    /// What is added at each breakpoint, as a polynomial in the distance from it.
    fn additions(&self) -> Vec<(&Rational, Polynomial)> {
        let mut before: Option<&(Rational, Polynomial)> = None;
        let mut additions = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let (start, polynomial) = piece;
            let continued = before.map(|(from, last)| shifted(last, &(start - from))).unwrap_or_default();
            additions.push((start, polynomial - &continued));
            before = Some(piece);
        }
        additions
    }

    /// The distribution function of the sum of two independent variables. Up to as many breakpoints as the product of theirs.
    pub(crate) fn convolved(&self, other: &Self) -> Self {
        let mut added: BTreeMap<Rational, Polynomial> = BTreeMap::new();
        let others = other.additions();
        for (a, x) in self.additions() {
            for (b, y) in &others {
                let entry = added.entry(a + *b).or_default();
                *entry = &*entry + &convolved_powers(&x, y);
            }
        }
        let mut pieces: Vec<(Rational, Polynomial)> = Vec::with_capacity(added.len());
        for (start, addition) in added {
            let continued = pieces.last().map(|(from, last)| shifted(last, &(&start - from))).unwrap_or_default();
            pieces.push((start, &continued + &addition));
        }
        PiecewisePolynomial::new(pieces)
    }

    /// The probability that a variable with this distribution function is smaller than an independent one with the
    /// distribution function `law`, which is continuous: $`\int F \, dG`$.
    pub(crate) fn below(&self, law: &Self) -> Rational {
        let mut starts: Vec<Rational> = self.pieces.iter().chain(&law.pieces).map(|piece| piece.0.clone()).collect();
        starts.sort();
        starts.dedup();
        let integrands = self.on(&starts).zip(law.on(&starts)).map(|(x, y)| &x * &y.derivative());
        let lengths = starts.windows(2).map(|ends| &ends[1] - &ends[0]);
        integrands.zip(lengths).map(|(integrand, length)| integral(&integrand, &length)).sum()
    }

    /// The mean of a nonnegative variable with this distribution function: $`b - \int_0^b F`$ for the last breakpoint
    /// $`b`$.
    pub(crate) fn mean(&self) -> Rational {
        let ends = self.pieces.windows(2);
        let below: Rational = ends.map(|ends| integral(&ends[0].1, &(&ends[1].0 - &ends[0].0))).sum();
        self.pieces.last().map_or_else(Rational::zero, |(last, _)| last - below)
    }
}

/// The polynomial $`p(x + h)`$.
pub(crate) fn shifted(polynomial: &Polynomial, by: &Rational) -> Polynomial {
    if by.is_zero() || polynomial.degree().is_none_or(|degree| degree == 0) {
        return polynomial.clone();
    }
    let mut coefficients = polynomial.coefficients().to_vec();
    for low in 0..coefficients.len() - 1 {
        for k in (low..coefficients.len() - 1).rev() {
            let carried = &coefficients[k + 1] * by;
            coefficients[k] += carried;
        }
    }
    Polynomial::new(coefficients)
}

/// What the sum of two variables gets from two additions at their breakpoints.
fn convolved_powers(x: &Polynomial, y: &Polynomial) -> Polynomial {
    let mut sum = vec![Rational::zero(); x.coefficients().len() + y.coefficients().len()];
    for (m, a) in x.coefficients().iter().enumerate().filter(|(_, a)| !a.is_zero()) {
        // 1 / C(m + n, m), from n = 0 on.
        let mut weight = Rational::one();
        for (n, b) in y.coefficients().iter().enumerate() {
            if n > 0 {
                weight *= Rational::new(n.into(), (m + n).into());
            }
            sum[m + n] += a * b * &weight;
        }
    }
    Polynomial::new(sum)
}

/// $`\int_0^h p`$.
fn integral(polynomial: &Polynomial, length: &Rational) -> Rational {
    let terms = polynomial.coefficients().iter().enumerate();
    let coefficients = terms.map(|(power, c)| c / Rational::from_integer((power + 1).into())).collect();
    Polynomial::new(coefficients).at(length) * length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(numerator: i64, denominator: i64) -> Rational {
        Rational::new(numerator.into(), denominator.into())
    }

    fn at(function: &PiecewisePolynomial, point: &Rational) -> Rational {
        let piece = function.pieces.iter().rev().find(|piece| piece.0 <= *point);
        piece.map_or_else(Rational::zero, |(start, polynomial)| polynomial.at(&(point - start)))
    }

    /// The volume of the part of the cube where $`a^\top x \le t`$, by inclusion and exclusion of corners.
    fn corners(factors: &[Rational], t: &Rational) -> Rational {
        let d = factors.len();
        let mut sum = Rational::zero();
        for corner in 0_u32..1 << d {
            let at = (0..d).filter(|i| corner >> i & 1 == 1).fold(t.clone(), |rest, i| rest - &factors[i]);
            if at > Rational::zero() {
                let sign = if corner.count_ones() % 2 == 0 { 1 } else { -1 };
                sum += num_traits::pow(at, d) * Rational::from_integer(sign.into());
            }
        }
        factors.iter().zip(1..).fold(sum, |sum, (a, k)| sum / a / Rational::from_integer(k.into()))
    }

    #[test]
    fn maxima_of_uniform_variables() {
        let uniform = PiecewisePolynomial::power(1);
        let mut maximum = uniform.clone();
        for n in 2..8 {
            assert_eq!(maximum.below(&uniform), rational(1, n));
            maximum = maximum.product(&uniform);
            assert_eq!(maximum, PiecewisePolynomial::power(n as u32));
            assert_eq!(maximum.mean(), rational(n, n + 1));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
        /// Sums of scaled uniform variables, against volumes of slices of the cube.
        #[test]
        fn sums_are_slices(factors in proptest::collection::vec(1_i64..6, 1..5), t in 0_i64..40) {
            let factors: Vec<Rational> = factors.into_iter().map(|a| rational(a, 3)).collect();
            let uniform = PiecewisePolynomial::power(1);
            let law = factors[1..].iter().fold(uniform.scaled(&factors[0]), |law, a| law.convolved(&uniform.scaled(a)));
            let t = rational(t, 7);
            prop_assert_eq!(at(&law, &t), corners(&factors, &t));
            prop_assert_eq!(law.mean(), factors.iter().sum::<Rational>() / rational(2, 1));
        }

        /// One of two independent variables is the smaller one, and the sum does not depend on the order.
        #[test]
        fn either_is_below(a in 1_i64..9, b in 1_i64..9, k in 1_u32..4, l in 1_u32..4) {
            let (x, y) = (PiecewisePolynomial::power(k), PiecewisePolynomial::power(l).scaled(&rational(a, b)));
            let z = x.convolved(&y);
            prop_assert_eq!(x.below(&z) + z.below(&x), Rational::one());
            prop_assert_eq!(x.below(&y) + y.below(&x), Rational::one());
            prop_assert_eq!(&z, &y.convolved(&x));
            prop_assert_eq!(z.mean(), x.mean() + y.mean());
            let law = x.product(&y);
            prop_assert_eq!(law.sum(&law).below(&x), law.below(&x) * rational(2, 1));
        }
    }
}
