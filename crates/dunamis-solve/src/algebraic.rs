//! Real algebraic numbers: exact roots of polynomials with rational coefficients.
//!
//! A number is stored as a square-free polynomial with integer coefficients and a rational interval in which that has exactly
//! one root; rational numbers are found out and stored as themselves. Roots are isolated by Descartes' rule of signs and
//! bisection `[Collins & Akritas 1976]`. Signs, equality and order are decided exactly: two numbers are equal when the greatest
//! common divisor of their polynomials has a root in both intervals, otherwise bisection separates them.

use crate::integer_polynomial::IntegerPolynomial;
use crate::{Polynomial, rounding};
use dunamis_mdp::Rational;
use num_bigint::Sign;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;
use std::fmt;

/// Irrational numbers are isolated at least this far: $`2^{-64}`$ of a unit.
const WIDTH_BITS: usize = 64;

/// A real algebraic number, such as a discount at which optimal policies change.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_solve::{AlgebraicNumber, Polynomial};
/// let [zero, one, minus_one] = [0, 1, -1].map(|n| Rational::from_integer(n.into()));
/// let golden = Polynomial::new(vec![minus_one, one.clone(), one.clone()]);
/// let roots = AlgebraicNumber::roots_between(&golden, &zero, &one);
/// assert_eq!(roots.len(), 1);
/// assert_eq!(roots[0].to_f64(), 0.5 * (5_f64.sqrt() - 1.0));
/// assert!(roots[0].to_rational().is_none() && roots[0] < AlgebraicNumber::from(one));
/// ```
#[derive(Clone, Debug)]
pub struct AlgebraicNumber {
    /// Square-free and primitive; of degree 1 for rational numbers.
    polynomial: Polynomial,
    /// Equal for rational numbers; otherwise the polynomial has opposite signs at the two ends.
    low: Rational,
    high: Rational,
}

impl From<Rational> for AlgebraicNumber {
    fn from(number: Rational) -> Self {
        let polynomial = Polynomial::new(vec![-&number, Rational::one()]).primitive();
        AlgebraicNumber { polynomial, low: number.clone(), high: number }
    }
}

impl AlgebraicNumber {
    /// The distinct roots of a polynomial strictly between two rationals, ascending; none for the zero polynomial.
    ///
    /// For degree $`d`$ and roots that are $`\delta`$ apart, $`O(d \log 1/\delta)`$ Taylor shifts of $`O(d^2)`$ rational
    /// operations each, and far fewer for roots that lie apart.
    pub fn roots_between(polynomial: &Polynomial, low: &Rational, high: &Rational) -> Vec<Self> {
        let mut roots = Vec::new();
        if low < high && IntegerPolynomial::from(polynomial).variations(low, high) > 0 {
            let mut rest = polynomial.square_free();
            for end in [low, high] {
                if rest.at(end).is_zero() {
                    rest = without_root(&rest, end);
                }
            }
            isolate(&rest, low, high, &mut roots);
        }
        roots
    }

    /// The defining polynomial: square-free, with integer coefficients that have no common divisor and a positive last one.
    pub fn polynomial(&self) -> &Polynomial {
        &self.polynomial
    }

    /// Rationals around the number, between which the defining polynomial has no other root: equal for a rational number,
    /// and strictly around it otherwise.
    pub fn isolating_interval(&self) -> (&Rational, &Rational) {
        (&self.low, &self.high)
    }

    /// The number as a rational, if it is one.
    pub fn to_rational(&self) -> Option<&Rational> {
        (self.low == self.high).then_some(&self.low)
    }

    /// Doubles around the number: equal or neighbors.
    pub fn enclosure(&self) -> (f64, f64) {
        let mut number = self.clone();
        loop {
            let (low, high) = (rounding::below(&number.low), rounding::above(&number.high));
            if low.next_up() >= high {
                return (low, high);
            }
            // Both ends may round to one double between them, with the number on either side of it.
            let middle = low.next_up();
            if middle.next_up() >= high {
                let middle = AlgebraicNumber::from(Rational::from_float(middle).unwrap_or_else(Rational::zero));
                return if *self < middle { (low, low.next_up()) } else { (low.next_up(), high) };
            }
            number.bisect();
        }
    }

    /// The nearest double, or one of two that are equally near up to the isolating interval.
    pub fn to_f64(&self) -> f64 {
        let (low, high) = self.enclosure();
        let [a, b] = [low, high].map(|x| Rational::from_float(x).unwrap_or_else(Rational::zero));
        let middle = AlgebraicNumber::from((a + b) / Rational::from_integer(2.into()));
        if *self < middle { low } else { high }
    }

    /// The sign of a polynomial at this number.
    pub fn sign_of(&self, polynomial: &Polynomial) -> Ordering {
        let sign = |x: &Rational| polynomial.at(x).cmp(&Rational::zero());
        if let Some(number) = self.to_rational() {
            return sign(number);
        }
        let (mut number, whole) = (self.clone(), IntegerPolynomial::from(polynomial));
        // Without a root in the isolating interval, and a complex one in the disc that Descartes' rule sees, there is no need
        // of a common divisor.
        if whole.is_zero() || (whole.variations(&self.low, &self.high) > 0 && self.is_root_of(polynomial)) {
            return Ordering::Equal;
        }
        while whole.variations(&number.low, &number.high) > 0 {
            number.bisect();
        }
        if number.low == number.high { sign(&number.low) } else { sign(&number.middle()) }
    }

    /// The sign of a polynomial at all points next to this number on the right.
    pub(crate) fn sign_after(&self, polynomial: &Polynomial) -> Ordering {
        self.sign_beside(polynomial, false)
    }

    /// The sign of a polynomial at all points next to this number on the left.
    pub(crate) fn sign_before(&self, polynomial: &Polynomial) -> Ordering {
        self.sign_beside(polynomial, true)
    }

    /// The first derivative that is not 0 decides.
    fn sign_beside(&self, polynomial: &Polynomial, left: bool) -> Ordering {
        let (mut derivative, mut odd) = (polynomial.clone(), false);
        while derivative.degree().is_some() {
            match self.sign_of(&derivative) {
                Ordering::Equal => (derivative, odd) = (derivative.derivative(), !odd),
                sign if left && odd => return sign.reverse(),
                sign => return sign,
            }
        }
        Ordering::Equal
    }

    fn is_root_of(&self, polynomial: &Polynomial) -> bool {
        let common = IntegerPolynomial::from(&self.polynomial.gcd(polynomial));
        // The only root of the defining polynomial in the interval is a simple one.
        common.sign_at(&self.low) != common.sign_at(&self.high)
    }

    fn middle(&self) -> Rational {
        (&self.low + &self.high) / Rational::from_integer(2.into())
    }

    /// Halves the isolating interval.
    pub(crate) fn bisect(&mut self) {
        let middle = self.middle();
        let whole = IntegerPolynomial::from(&self.polynomial);
        match whole.sign_at(&middle) {
            Sign::NoSign => (self.low, self.high) = (middle.clone(), middle),
            sign if sign == whole.sign_at(&self.low) => self.low = middle,
            _ => self.high = middle,
        }
    }

    /// The root of a square-free primitive polynomial between two numbers at which its signs differ.
    fn isolated(polynomial: &Polynomial, low: &Rational, high: &Rational) -> Self {
        let mut number = AlgebraicNumber { polynomial: polynomial.clone(), low: low.clone(), high: high.clone() };
        let unit = Rational::new(1.into(), num_traits::pow(2.into(), WIDTH_BITS));
        while &number.high - &number.low > unit {
            number.bisect();
        }
        // The denominator of a rational root divides the last coefficient, so that one multiple is left to try.
        let last = polynomial.coefficients().last().cloned().unwrap_or_else(Rational::one);
        let mut finer = number.clone();
        while (&finer.high - &finer.low) * &last >= Rational::one() {
            finer.bisect();
        }
        let candidate = ((&finer.low * &last).floor() + Rational::one()) / last;
        if finer.low == finer.high {
            finer.low.into()
        } else if candidate < finer.high && polynomial.at(&candidate).is_zero() {
            candidate.into()
        } else {
            number
        }
    }
}

impl PartialEq for AlgebraicNumber {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for AlgebraicNumber {}

impl PartialOrd for AlgebraicNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AlgebraicNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.to_rational(), other.to_rational()) {
            (Some(a), Some(b)) => return a.cmp(b),
            (None, Some(b)) => return self.sign_of(&Polynomial::new(vec![-b, Rational::one()])),
            (Some(a), None) => return other.sign_of(&Polynomial::new(vec![-a, Rational::one()])).reverse(),
            (None, None) => {}
        }
        let (low, high) = ((&self.low).max(&other.low), (&self.high).min(&other.high));
        if low < high {
            // A root of the common divisor in both intervals is both numbers; at the ends neither polynomial is 0.
            let common = self.polynomial.gcd(&other.polynomial);
            if common.at(low).is_negative() != common.at(high).is_negative() {
                return Ordering::Equal;
            }
        }
        let (mut a, mut b) = (self.clone(), other.clone());
        while a.low < b.high && b.low < a.high {
            a.bisect();
            b.bisect();
        }
        if a.high <= b.low { Ordering::Less } else { Ordering::Greater }
    }
}

/// A rational as itself, another number as the double nearest to it with its polynomial.
impl fmt::Display for AlgebraicNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_rational() {
            Some(number) => number.fmt(f),
            None => write!(f, "{} (root of {})", self.to_f64(), self.polynomial),
        }
    }
}

/// Finds the roots of a square-free polynomial between two numbers that are none.
fn isolate(polynomial: &Polynomial, low: &Rational, high: &Rational, roots: &mut Vec<AlgebraicNumber>) {
    match IntegerPolynomial::from(polynomial).variations(low, high) {
        0 => {}
        1 => roots.push(AlgebraicNumber::isolated(polynomial, low, high)),
        _ => {
            let middle = (low + high) / Rational::from_integer(2.into());
            if polynomial.at(&middle).is_zero() {
                let rest = without_root(polynomial, &middle);
                isolate(&rest, low, &middle, roots);
                roots.push(middle.clone().into());
                isolate(&rest, &middle, high, roots);
            } else {
                isolate(polynomial, low, &middle, roots);
                isolate(polynomial, &middle, high, roots);
            }
        }
    }
}

fn without_root(polynomial: &Polynomial, root: &Rational) -> Polynomial {
    polynomial.divided_by(&Polynomial::new(vec![-root, Rational::one()])).0.primitive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sturm::count_roots;
    use num_traits::FromPrimitive;
    use proptest::prelude::*;

    fn number(n: i64, d: i64) -> Rational {
        Rational::new(n.into(), d.into())
    }

    fn polynomial(coefficients: &[i64]) -> Polynomial {
        Polynomial::new(coefficients.iter().map(|&c| Rational::from_i64(c).unwrap()).collect())
    }

    #[test]
    fn rational_and_irrational_roots() {
        // (2x - 1)^3 (3x - 1)(2x^2 - 1)(x - 1) x on (0, 1): 1/3, 1/2, √½.
        let cube = &(&polynomial(&[-1, 2]) * &polynomial(&[-1, 2])) * &polynomial(&[-1, 2]);
        let p = &(&cube * &polynomial(&[-1, 3])) * &(&polynomial(&[-1, 0, 2]) * &polynomial(&[0, -1, 1]));
        let roots = AlgebraicNumber::roots_between(&p, &number(0, 1), &number(1, 1));
        assert_eq!(roots.len(), 3);
        assert_eq!(roots[0].to_rational(), Some(&number(1, 3)));
        assert_eq!(roots[1].to_rational(), Some(&number(1, 2)));
        assert_eq!((roots[2].to_rational(), roots[2].to_f64()), (None, 0.5_f64.sqrt()));
        let (low, high) = roots[2].enclosure();
        assert!(low.next_up() == high && low * low < 0.5 && high * high > 0.5);
        assert_eq!(roots[2].sign_of(&p), Ordering::Equal);
        assert_eq!(roots[2].sign_of(&polynomial(&[-7, 10])), Ordering::Greater);
        assert_eq!(roots[1].sign_after(&cube), Ordering::Greater);
        assert_eq!(roots[1].sign_before(&cube), Ordering::Less);
        assert_eq!(roots[1].sign_before(&(&cube * &cube)), Ordering::Greater);
        insta::assert_snapshot!(roots[0], @"1/3");
    }

    #[test]
    fn equal_numbers_of_different_polynomials() {
        let interval = (number(0, 1), number(1, 1));
        let roots = |p: &Polynomial| AlgebraicNumber::roots_between(p, &interval.0, &interval.1);
        let plain = roots(&polynomial(&[-1, 0, 2]));
        let hidden = roots(&(&polynomial(&[-1, 0, 2]) * &polynomial(&[-1, 0, 0, 3])));
        assert_eq!(hidden.len(), 2);
        assert!(hidden.contains(&plain[0]) && hidden[0] < hidden[1]);
        // 1/√2 and a root that agrees with it in twenty digits.
        let near = &polynomial(&[-1, 0, 2]).scaled(&num_traits::pow(number(10, 1), 20)) - &polynomial(&[1]);
        assert!(roots(&near)[0] > plain[0] && plain[0] < roots(&near)[0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// Descartes and Sturm agree, and every number is what it says.
        #[test]
        fn isolated_roots(coefficients in proptest::collection::vec(-9_i64..10, 1..8)) {
            let p = polynomial(&coefficients);
            let (low, high) = (number(-1, 1), number(3, 2));
            let roots = AlgebraicNumber::roots_between(&p, &low, &high);
            if p.degree().is_some() {
                let at_end = usize::from(p.at(&high).is_zero());
                prop_assert_eq!(roots.len(), count_roots(&p, &low, &high) - at_end);
            }
            for pair in roots.windows(2) {
                prop_assert!(pair[0] < pair[1]);
            }
            for root in &roots {
                prop_assert_eq!(root.sign_of(&p), Ordering::Equal);
                prop_assert_eq!(root.cmp(root), Ordering::Equal);
                if root.to_rational().is_none() {
                    let (low, high) = root.isolating_interval();
                    prop_assert_eq!(count_roots(root.polynomial(), low, high), 1);
                }
                let (low, high) = root.enclosure();
                prop_assert!(low <= high && low.next_up() >= high);
                prop_assert!([low, high].contains(&root.to_f64()));
            }
        }
    }
}
