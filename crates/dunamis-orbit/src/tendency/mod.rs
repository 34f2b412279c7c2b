//! Tendencies: on how much of an orbit a decision function favors one set of options to another.

mod basis;
mod enumeration;
mod measured;
mod permuted;
mod sampling;
mod scaled;
mod tables;

pub use basis::BasisChoice;
pub(crate) use basis::Split;
pub use dunamis_sampling::{Confidence, Interval};
pub use measured::{ExactMethod, MeasureSettings, MeasuredTendency};
pub use sampling::SampledTendency;

use dunamis_mdp::Rational;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// On which parts of an orbit $`f(B) > f(A)`$, $`f(B) < f(A)`$ and $`f(B) = f(A)`$, exactly.
///
/// Fractions of the orbit as a set and fractions of all permutations are the same numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tendency {
    greater: Rational,
    less: Rational,
    size: Option<BigUint>,
}

/// A tendency as numbers of elements of the orbit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// How many elements have $`f(B) > f(A)`$.
    pub greater: BigUint,
    /// How many elements have $`f(B) < f(A)`$.
    pub less: BigUint,
    /// How many elements have $`f(B) = f(A)`$.
    pub equal: BigUint,
}

impl Tendency {
    /// Numbers of elements, not all zero; `None` if they are.
    pub fn from_counts(counts: &Counts) -> Option<Self> {
        let size = &counts.greater + &counts.less + &counts.equal;
        (!size.is_zero()).then(|| {
            let fraction = |count: &BigUint| Rational::new(count.clone().into(), size.clone().into());
            Tendency { greater: fraction(&counts.greater), less: fraction(&counts.less), size: Some(size) }
        })
    }

    /// Fractions of an orbit, and its size if integers of that size are wanted; `None` unless the fractions are at least zero and at
    /// most one together, and the numbers of elements are integers.
    pub fn from_fractions(greater: Rational, less: Rational, size: Option<BigUint>) -> Option<Self> {
        let valid = !greater.is_negative() && !less.is_negative() && &greater + &less <= Rational::one();
        let whole = |fraction: &Rational, size: &BigUint| (size % fraction.denom().magnitude()).is_zero();
        let whole = size.as_ref().is_none_or(|size| whole(&greater, size) && whole(&less, size));
        (valid && whole).then_some(Tendency { greater, less, size })
    }

    /// Counts what a comparison of $`f(B)`$ with $`f(A)`$ says of each of some elements, such as those of
    /// [`Orbit::restricted`](crate::Orbit::restricted); `None` if there are none.
    pub fn of(comparisons: impl IntoIterator<Item = Ordering>) -> Option<Self> {
        let mut tally = Tally::default();
        comparisons.into_iter().for_each(|ordering| tally.add(ordering));
        Tendency::from_counts(&tally.counts())
    }

    /// The fraction with $`f(B) > f(A)`$.
    pub fn greater(&self) -> &Rational {
        &self.greater
    }

    /// The fraction with $`f(B) < f(A)`$.
    pub fn less(&self) -> &Rational {
        &self.less
    }

    /// The fraction with $`f(B) = f(A)`$.
    pub fn equal(&self) -> Rational {
        Rational::one() - &self.greater - &self.less
    }

    /// The fraction with $`f(B) \ge f(A)`$.
    pub fn weak(&self) -> Rational {
        Rational::one() - &self.less
    }

    /// How many elements there are, where that is known as an integer.
    pub fn size(&self) -> Option<&BigUint> {
        self.size.as_ref()
    }

    /// The numbers of elements, where the size is known as an integer.
    pub fn counts(&self) -> Option<Counts> {
        let size = BigInt::from(self.size.clone()?);
        let count = |fraction: &Rational| (fraction * &size).to_integer().magnitude().clone();
        let (greater, less) = (count(&self.greater), count(&self.less));
        Some(Counts { equal: size.magnitude() - &greater - &less, greater, less })
    }

    /// How many times as many elements have $`f(B) > f(A)`$ as have $`f(B) < f(A)`$; `None` if none has $`f(B) < f(A)`$.
    pub fn ratio(&self) -> Option<Rational> {
        (!self.less.is_zero()).then(|| &self.greater / &self.less)
    }

    /// Whether at least `times` as many elements have $`f(B) > f(A)`$ as have $`f(B) < f(A)`$: what
    /// $`f(B) \ge^n_\text{most} f(A)`$ demands of every orbit `[Turner & Tadepalli 2022, Def. 3.2]`.
    pub fn holds(&self, times: &Rational) -> bool {
        self.greater >= times * &self.less
    }

    /// The tendency with $`A`$ and $`B`$ exchanged.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Tendency { greater: self.less.clone(), less: self.greater.clone(), size: self.size.clone() }
    }
}

/// Numbers of elements that fit a machine word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    greater: u64,
    less: u64,
    equal: u64,
}

impl Tally {
    fn add(&mut self, ordering: Ordering) {
        match ordering {
            Ordering::Greater => self.greater += 1,
            Ordering::Less => self.less += 1,
            Ordering::Equal => self.equal += 1,
        }
    }

    fn plus(self, other: Self) -> Self {
        Tally { greater: self.greater + other.greater, less: self.less + other.less, equal: self.equal + other.equal }
    }

    fn counts(self) -> Counts {
        Counts { greater: self.greater.into(), less: self.less.into(), equal: self.equal.into() }
    }
}
