//! Exact sums and ratios of exponentials.

use crate::utilities::common_denominator;
use dunamis_mdp::Rational;
use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// $`\sum_i c_i e^{x_i}`$ with rational coefficients and distinct rational exponents.
///
/// Exponentials of distinct rationals are linearly independent over the rationals `[Lindemann 1882]`, so two sums are the same
/// number if and only if they have the same terms, and the sign of any other difference shows at some finite precision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExponentialSum {
    /// Coefficient of each exponent, none of them zero.
    terms: BTreeMap<Rational, Rational>,
}

impl ExponentialSum {
    /// $`c \, e^x`$.
    pub fn term(coefficient: Rational, exponent: Rational) -> Self {
        let mut sum = ExponentialSum::default();
        sum.add_term(coefficient, exponent);
        sum
    }

    /// The terms $`(x_i, c_i)`$ in ascending order of their exponents.
    pub fn terms(&self) -> impl Iterator<Item = (&Rational, &Rational)> {
        self.terms.iter()
    }

    /// Adds $`c \, e^x`$.
    pub fn add_term(&mut self, coefficient: Rational, exponent: Rational) {
        match self.terms.entry(exponent) {
            Entry::Vacant(entry) if !coefficient.is_zero() => _ = entry.insert(coefficient),
            Entry::Vacant(_) => {}
            Entry::Occupied(mut entry) => {
                *entry.get_mut() += coefficient;
                if entry.get().is_zero() {
                    entry.remove();
                }
            }
        }
    }

    /// The sum of two sums, the second one multiplied by a rational.
    #[must_use]
    pub fn plus(&self, other: &Self, factor: &Rational) -> Self {
        let mut sum = self.clone();
        for (exponent, coefficient) in &other.terms {
            sum.add_term(coefficient * factor, exponent.clone());
        }
        sum
    }

    /// The product of two sums.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = ExponentialSum::default();
        for (x, c) in &self.terms {
            for (y, k) in &other.terms {
                product.add_term(c * k, x + y);
            }
        }
        product
    }

    /// Whether the number is negative, zero or positive (as `Less`, `Equal`, `Greater`), decided exactly: zero by its terms, the
    /// sign of anything else by interval arithmetic whose precision doubles until it shows.
    pub fn sign(&self) -> Ordering {
        let Some(top) = self.terms.keys().next_back() else { return Ordering::Equal };
        let mut signs = self.terms.values().map(Signed::is_positive);
        let first = signs.next().expect("there is a term");
        if signs.all(|positive| positive == first) {
            return if first { Ordering::Greater } else { Ordering::Less };
        }
        // A positive factor changes no sign: integer coefficients, and exponents of at most zero.
        let scale = common_denominator(self.terms.values());
        let terms: Vec<(BigInt, Rational)> =
            self.terms.iter().map(|(x, c)| (c.numer() * (&scale / c.denom()), top - x)).collect();
        let mut precision = 64;
        loop {
            let (mut low, mut high) = (BigInt::zero(), BigInt::zero());
            for (coefficient, exponent) in &terms {
                let (below, above) = exponential(exponent, precision);
                let ends = if coefficient.is_positive() { (below, above) } else { (above, below) };
                low += coefficient * ends.0;
                high += coefficient * ends.1;
            }
            match (low.sign(), high.sign()) {
                (Sign::Plus, _) => return Ordering::Greater,
                (_, Sign::Minus) => return Ordering::Less,
                _ => precision *= 2,
            }
        }
    }

    /// The sum divided by $`e^x`$, in double precision.
    fn approximate(&self, x: &Rational) -> f64 {
        self.terms
            .iter()
            .map(|(y, c)| c.to_f64().unwrap_or(f64::NAN) * (y - x).to_f64().unwrap_or(f64::NAN).exp())
            .sum()
    }
}

/// Integers $`l \le 2^p e^{-y} \le u`$ for $`y \ge 0`$.
fn exponential(y: &Rational, precision: u64) -> (BigInt, BigInt) {
    // e^(-y) < 2^(-y).
    if *y >= Rational::from_integer(precision.into()) {
        return (BigInt::zero(), BigInt::one());
    }
    // e^(-y) = (e^(-y / 2^s))^(2^s) with y / 2^s < 1; every squaring at most doubles the error and adds a unit.
    let mut squarings = 1;
    while y.ceil().to_integer() >> squarings > BigInt::zero() {
        squarings += 1;
    }
    let bits = precision + squarings + 8;
    let one = BigInt::one() << bits;
    let floor: BigInt = ((y.numer() << bits) / y.denom()) >> squarings;
    let lower = series(&(&floor + 1), &one, bits).0;
    let upper = series(&floor, &one, bits).1;
    let (mut lower, mut upper) = (lower.max(BigInt::zero()), upper.min(one));
    for _ in 0..squarings {
        lower = (&lower * &lower) >> bits;
        upper = ((&upper * &upper) >> bits) + 1;
    }
    let excess = bits - precision;
    (lower >> excess, (upper >> excess) + 1)
}

/// Bounds on $`2^b e^{-z / 2^b}`$ for $`0 \le z \le 2^b`$: the partial sums of the alternating series, each term of which is
/// known up to a unit.
fn series(z: &BigInt, one: &BigInt, bits: u64) -> (BigInt, BigInt) {
    let (mut sum, mut term) = (one.clone(), one.clone());
    let mut index = 0_u32;
    while !term.is_zero() {
        index += 1;
        term = ((&term * z) >> bits) / index;
        if index % 2 == 1 { sum -= &term } else { sum += &term }
    }
    // Every truncated term is short by less than two units, and what is left out is less than two as well.
    let error = BigInt::from(2 * index + 2);
    (&sum - &error, sum + error)
}

/// A real number $`\frac{\sum_i c_i e^{x_i}}{\sum_j k_j e^{y_j}}`$ with rational coefficients and exponents, such as a Boltzmann
/// probability, compared exactly. Rationals are the special case without exponents.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{ExponentialRatio, ExponentialSum};
/// let e = ExponentialSum::term(Rational::from_integer(1.into()), Rational::from_integer(1.into()));
/// let e = ExponentialRatio::new(e.clone(), ExponentialSum::term(Rational::from_integer(1.into()), Rational::default()));
/// assert!(e > Some(Rational::new(2_718_281.into(), 1_000_000.into()).into()));
/// assert!(e < Some(Rational::new(2_718_282.into(), 1_000_000.into()).into()));
/// ```
#[derive(Clone, Debug)]
pub struct ExponentialRatio {
    numerator: ExponentialSum,
    /// Positive.
    denominator: ExponentialSum,
}

impl ExponentialRatio {
    /// The ratio of two sums; `None` if the second one is not positive.
    pub fn new(numerator: ExponentialSum, denominator: ExponentialSum) -> Option<Self> {
        (denominator.sign() == Ordering::Greater).then_some(ExponentialRatio { numerator, denominator })
    }

    /// The rational that the number is, if it is one.
    pub fn to_rational(&self) -> Option<Rational> {
        let Some((exponent, numerator)) = self.numerator.terms.iter().next() else { return Some(Rational::zero()) };
        let ratio = numerator / self.denominator.terms.get(exponent)?;
        // By linear independence, the number is rational only if the sums are proportional.
        let difference = self.numerator.plus(&self.denominator, &-&ratio);
        difference.terms.is_empty().then_some(ratio)
    }

    /// The number in double precision, up to a few units in the last place per term.
    pub fn approximate(&self) -> f64 {
        let sums = [&self.numerator, &self.denominator];
        let largest = sums.iter().filter_map(|sum| sum.terms.keys().next_back()).max();
        let Some(largest) = largest.filter(|_| !self.numerator.terms.is_empty()) else { return 0.0 };
        self.numerator.approximate(largest) / self.denominator.approximate(largest)
    }

    /// Whether the number is at least zero.
    pub fn is_nonnegative(&self) -> bool {
        self.numerator.sign() != Ordering::Less
    }

    /// $`x + w y`$ for a rational $`w`$.
    #[must_use]
    pub fn plus(&self, other: &Self, factor: &Rational) -> Self {
        if self.denominator == other.denominator {
            let numerator = self.numerator.plus(&other.numerator, factor);
            return ExponentialRatio { numerator, denominator: self.denominator.clone() };
        }
        let right = other.numerator.times(&self.denominator);
        ExponentialRatio {
            numerator: self.numerator.times(&other.denominator).plus(&right, factor),
            denominator: self.denominator.times(&other.denominator),
        }
    }

    /// $`x y`$.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        ExponentialRatio {
            numerator: self.numerator.times(&other.numerator),
            denominator: self.denominator.times(&other.denominator),
        }
    }
}

impl From<Rational> for ExponentialRatio {
    fn from(value: Rational) -> Self {
        ExponentialRatio {
            numerator: ExponentialSum::term(value, Rational::zero()),
            denominator: ExponentialSum::term(Rational::one(), Rational::zero()),
        }
    }
}

impl Ord for ExponentialRatio {
    fn cmp(&self, other: &Self) -> Ordering {
        let minus = -Rational::one();
        if self.denominator == other.denominator {
            return self.numerator.plus(&other.numerator, &minus).sign();
        }
        let right = other.numerator.times(&self.denominator);
        self.numerator.times(&other.denominator).plus(&right, &minus).sign()
    }
}

impl PartialOrd for ExponentialRatio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ExponentialRatio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ExponentialRatio {}

impl fmt::Display for ExponentialSum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.terms.is_empty() {
            return f.write_str("0");
        }
        for (place, (exponent, coefficient)) in self.terms.iter().rev().enumerate() {
            let sign = if place == 0 { "" } else { " + " };
            match (exponent.is_zero(), coefficient.is_one()) {
                (true, _) => write!(f, "{sign}{coefficient}")?,
                (false, true) => write!(f, "{sign}e^({exponent})")?,
                (false, false) => write!(f, "{sign}{coefficient} e^({exponent})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for ExponentialRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_rational() {
            Some(rational) => rational.fmt(f),
            None => write!(f, "({}) / ({})", self.numerator, self.denominator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(terms: &[(i64, i64)]) -> ExponentialSum {
        let mut sum = ExponentialSum::default();
        for &(coefficient, exponent) in terms {
            sum.add_term(Rational::from_integer(coefficient.into()), Rational::new(exponent.into(), 7.into()));
        }
        sum
    }

    #[test]
    fn close_calls() {
        // Convergents of e alternate around it.
        for (p, q, order) in [(19, 7, Ordering::Greater), (193, 71, Ordering::Less), (2_721, 1_001, Ordering::Greater)]
        {
            assert_eq!(sum(&[(q, 7), (-p, 0)]).sign(), order, "{q} e - {p}");
        }
        // Fifty digits of e need more than the first precision.
        let near: BigInt = "271828182845904523536028747135266249775724709369995".parse().unwrap();
        let unit = BigInt::from(10).pow(50);
        let mut difference = ExponentialSum::term(Rational::from_integer(unit), Rational::one());
        difference.add_term(-Rational::from_integer(near.clone()), Rational::zero());
        assert_eq!(difference.sign(), Ordering::Greater);
        difference.add_term(-Rational::one(), Rational::zero());
        assert_eq!(difference.sign(), Ordering::Less);
        assert_eq!(sum(&[(1, -70_000_000), (-1, 0)]).sign(), Ordering::Less);
    }

    #[test]
    fn written() {
        let ratio = ExponentialRatio::new(sum(&[(1, 14), (2, 0)]), sum(&[(3, 7)])).unwrap();
        insta::assert_snapshot!(ratio, @"(e^(2) + 2) / (3 e^(1))");
        let third = ExponentialRatio::new(sum(&[(1, 14), (2, 0)]), sum(&[(3, 14), (6, 0)])).unwrap();
        insta::assert_snapshot!(third, @"1/3");
        assert_eq!(third, Rational::new(1.into(), 3.into()).into());
        assert!(ExponentialRatio::new(sum(&[]), sum(&[(1, 7), (-3, 0)])).is_none());
        assert!((ratio.approximate() - (2.0_f64.exp() + 2.0) / (3.0 * 1.0_f64.exp())).abs() < 1e-14);
    }

    proptest! {
        #[test]
        fn enclosures_contain_the_exponential(numerator in 0_i64..4_000, denominator in 1_i64..50, precision in 1_u64..200) {
            let y = Rational::new(numerator.into(), denominator.into());
            let (low, high) = exponential(&y, precision);
            let (finer_low, finer_high) = exponential(&y, precision + 64);
            prop_assert!(low.clone() << 64 <= finer_high && finer_low <= high.clone() << 64);
            prop_assert!(&high - &low <= BigInt::from(8));
            if precision <= 52 {
                let value = (-(numerator as f64) / denominator as f64).exp() * 2.0_f64.powi(precision as i32);
                prop_assert!(low.to_f64().unwrap() <= value * (1.0 + 1e-12));
                prop_assert!(high.to_f64().unwrap() >= value * (1.0 - 1e-12));
            }
        }

        #[test]
        fn signs_agree_with_doubles(terms in prop::collection::vec((-5_i64..=5, -20_i64..=20), 0..6)) {
            let value: f64 = terms.iter().map(|&(c, x)| c as f64 * (x as f64 / 7.0).exp()).sum();
            let sign = sum(&terms).sign();
            if value.abs() > 1e-9 {
                prop_assert_eq!(Some(sign), value.partial_cmp(&0.0));
            }
        }

        #[test]
        fn a_field(a in terms(), b in terms(), c in terms()) {
            let one = Rational::one();
            let number = |terms: &[(i64, i64)]| ExponentialRatio::new(sum(terms), sum(&[(1, 3), (2, 0)])).unwrap();
            let (a, b, c) = (number(&a), number(&b), number(&c));
            prop_assert_eq!(a.times(&b.plus(&c, &one)), a.times(&b).plus(&a.times(&c), &one));
            prop_assert_eq!(a.plus(&b, &one).plus(&b, &-one), a.clone());
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        }
    }

    fn terms() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((-3_i64..=3, -4_i64..=4), 0..3)
    }
}
