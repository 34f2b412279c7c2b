//! Thresholds without chance, compared exactly at any length.
//!
//! A way of $`h`$ steps and a cycle of $`p`$ allow more than one visit above the root of $`x^{h-1} + x^p = 1`$ in $`(0, 1)`$.
//! Different lengths may have the same root: $`h - 1`$ and $`p`$ may be exchanged, and $`x^5 + x - 1 = (x^2 - x + 1)(x^3 + x^2 - 1)`$.
//! Except for a factor $`x^{2d} - x^d + 1`$ with $`d = \gcd(h - 1, p)`$, which has no root in $`(0, 1)`$, these trinomials are
//! irreducible `[Ljunggren 1960, Thm 3]`; so two roots are equal exactly when the trinomials are, up to such factors. That is
//! decided with a few terms, where common divisors of polynomials of high degree would take for ever.

use crate::VisitThreshold;
use dunamis_mdp::{Discount, Rational};
use dunamis_orbit::Strictness;
use num_traits::One;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The threshold of a way of $`h \ge 1`$ steps to a state and a cycle of $`p \ge 1`$ through it. The order is that of the
/// thresholds.
///
/// ```
/// use dunamis_goals::CycleThreshold;
/// let [a, b, c] = [(2, 5), (4, 2), (3, 3)].map(|(h, p)| CycleThreshold::new(h, p));
/// assert!(a == b && b == c && a < CycleThreshold::new(5, 3));
/// assert!((CycleThreshold::new(2, 2).to_f64() - 0.618_033_988_749_894_8).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CycleThreshold {
    path: u32,
    cycle: u32,
}

impl CycleThreshold {
    /// Lengths of 0 count as 1.
    pub fn new(path: u32, cycle: u32) -> Self {
        CycleThreshold { path: path.max(1), cycle: cycle.max(1) }
    }

    /// $`h`$, the number of steps to the state.
    pub fn path(&self) -> usize {
        self.path as usize
    }

    /// $`p`$, the number of steps of the cycle.
    pub fn cycle(&self) -> usize {
        self.cycle as usize
    }

    /// $`h - 1`$ and $`p`$, the smaller one first.
    fn exponents(self) -> (u32, u32) {
        let (a, b) = (self.path - 1, self.cycle);
        (a.min(b), a.max(b))
    }

    /// As an algebraic number, up to some hundreds of steps: see [`VisitThreshold::of_cycle`].
    pub fn exact(&self) -> VisitThreshold {
        VisitThreshold::of_cycle(self.path(), Some(self.cycle()))
    }

    /// The root within $`10^{-13}`$.
    pub fn to_f64(&self) -> f64 {
        let (a, b) = self.exponents();
        if a == 0 {
            return 0.0;
        }
        // The root is as well conditioned as the powers are: their relative errors are at most twice the exponent in units of
        // the last place, and the derivative of the trinomial grows with the exponents alike.
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        loop {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return middle;
            }
            if float_power(middle, a) + float_power(middle, b) < 1.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /// Whether a discount allows more than one visit, or at least one: $`\gamma^{h-1} + \gamma^p`$ against 1, exactly.
    pub fn admits(&self, discount: &Discount, strictness: Strictness) -> bool {
        let (a, b) = self.exponents();
        // Doubles decide unless the sum is very close to 1.
        let gamma = discount.value();
        let sum = float_power(gamma, a) + float_power(gamma, b);
        if a > 0 && (sum - 1.0).abs() > 1e-15 * f64::from(a + b + 16) {
            return sum > 1.0;
        }
        strictness.admits(&self.sum(&discount.exact()))
    }

    fn sum(self, x: &Rational) -> Rational {
        let (a, b) = self.exponents();
        power(x, a as usize) + power(x, b as usize)
    }

    /// Whether the two trinomials are the same up to factors without a root in $`(0, 1)`$.
    fn same_root(self, other: Self) -> bool {
        let ((a, b), (c, d)) = (self.exponents(), other.exponents());
        if a == 0 || c == 0 || (a, b) == (c, d) {
            return a == c && (a == 0 || b == d);
        }
        let factors = |a: u32, b: u32| [vec![(0, 1)], cyclotomic(greatest_common_divisor(a, b))];
        let trinomial = |a: u32, b: u32| vec![(b, 1), (a, 1), (0, -1)];
        factors(c, d).iter().any(|theirs| {
            let left = product(&trinomial(a, b), theirs);
            factors(a, b).iter().any(|own| product(&trinomial(c, d), own) == left)
        })
    }

    /// The order of two roots that are not the same, by bisection.
    fn separate(self, other: Self) -> Ordering {
        let bits = |x: f64| Rational::from_float(x).unwrap_or_else(Rational::one);
        let (mut low, mut high) = (bits(self.to_f64() - 1e-9), bits(self.to_f64() + 1e-9));
        loop {
            let middle = (&low + &high) / Rational::from_integer(2.into());
            match [self, other].map(|threshold| threshold.sum(&middle).cmp(&Rational::one())) {
                // Where the trinomial is negative, the root is larger.
                [Ordering::Less, Ordering::Less] => low = middle,
                [Ordering::Greater, Ordering::Greater] => high = middle,
                [own, theirs] => return theirs.cmp(&own),
            }
        }
    }
}

impl Ord for CycleThreshold {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, theirs) = (self.to_f64(), other.to_f64());
        if (own - theirs).abs() > 1e-12 {
            own.total_cmp(&theirs)
        } else if self.same_root(*other) {
            Ordering::Equal
        } else {
            self.separate(*other)
        }
    }
}

impl PartialOrd for CycleThreshold {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for CycleThreshold {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for CycleThreshold {}

/// Terms of a polynomial: power and coefficient.
type Terms = Vec<(u32, i64)>;

/// $`x^{2d} - x^d + 1`$.
fn cyclotomic(d: u32) -> Terms {
    vec![(2 * d, 1), (d, -1), (0, 1)]
}

fn product(left: &Terms, right: &Terms) -> BTreeMap<u32, i64> {
    let mut product = BTreeMap::new();
    for &(i, x) in left {
        for &(j, y) in right {
            *product.entry(i + j).or_default() += x * y;
        }
    }
    product.retain(|_, coefficient| *coefficient != 0);
    product
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// An exact power, with $`x^0 = 1`$ also for 0.
fn power(x: &Rational, exponent: usize) -> Rational {
    // Powers of a fraction in lowest terms are in lowest terms.
    Rational::new_raw(num_traits::pow(x.numer().clone(), exponent), num_traits::pow(x.denom().clone(), exponent))
}

/// A power by repeated squaring: the same bytes on every machine.
fn float_power(mut base: f64, mut exponent: u32) -> f64 {
    let mut power = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            power *= base;
        }
        base *= base;
        exponent /= 2;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Order, equality and admission agree with algebraic numbers.
    #[test]
    fn agrees_with_algebraic_numbers() {
        let all: Vec<CycleThreshold> =
            (1..9).flat_map(|path| (1..9).map(move |cycle| CycleThreshold::new(path, cycle))).collect();
        let exact: Vec<VisitThreshold> = all.iter().map(CycleThreshold::exact).collect();
        let mut equal = 0;
        for (x, a) in all.iter().zip(&exact) {
            let root = a.number().unwrap();
            assert!((x.to_f64() - root.to_f64()).abs() < 1e-15);
            for (y, b) in all.iter().zip(&exact) {
                assert_eq!(x.cmp(y), root.cmp(b.number().unwrap()), "{x:?} {y:?}");
                let exchanged = x.exponents() == y.exponents() || x.exponents().0 + y.exponents().0 == 0;
                equal += usize::from(x == y && !exchanged);
            }
            for discount in ["0", "1/2", "0.618", "0.7548776662466927", "99/100"] {
                let discount = discount.parse().unwrap();
                for strictness in [Strictness::AtLeastOnce, Strictness::MoreThanOnce] {
                    assert_eq!(x.admits(&discount, strictness), a.admits(&discount, strictness), "{x:?} at {discount}");
                }
            }
        }
        assert!(equal > 0, "some lengths share a root");
    }

    #[test]
    fn long_ways() {
        // All 1/n-th powers of the golden ratio's inverse, in order.
        let golden = |n: u32| CycleThreshold::new(n + 1, 2 * n);
        assert!(golden(2000) < golden(2001) && golden(2000) == CycleThreshold::new(4001, 2000));
        // x^(5d) + x^d - 1 and x^(3d) + x^(2d) - 1.
        assert_eq!(CycleThreshold::new(1001, 5000), CycleThreshold::new(3001, 2000));
        assert!(CycleThreshold::new(1001, 5000) < CycleThreshold::new(3001, 2001));
        assert!(CycleThreshold::new(1, 9000) < CycleThreshold::new(2, 1));
        assert!((golden(4000).to_f64() - (0.5 * (5_f64.sqrt() - 1.0)).powf(1.0 / 4000.0)).abs() < 1e-13);
    }
}
