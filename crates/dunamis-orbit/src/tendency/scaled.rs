//! Options and rewards as integers.

use crate::utilities::{Numbers, common_denominator};
use crate::{Choice, Orbit};
use dunamis_mdp::Rational;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};

/// The integers of a kernel.
pub(super) trait Integer: Clone + Send + Sync {
    fn from_big(value: &BigInt) -> Self;
    fn plus(&self, other: &Self) -> Self;
    /// The scalar product of a list of (place, coefficient) and what stands at these places.
    fn dot(list: &[(usize, Self)], values: &[Self]) -> Self;
    fn numbers(values: Vec<Self>) -> Numbers;
    fn values(numbers: &mut Numbers) -> &mut [Self];
}

/// Declares the kernels of integers of a fixed size.
macro_rules! fixed_size {
    ($($integer:ident $variant:ident $narrow:ident),+) => {$(
        impl Integer for $integer {
            fn from_big(value: &BigInt) -> Self {
                value.$narrow().expect("bounds were checked")
            }

            #[inline]
            fn plus(&self, other: &Self) -> Self {
                self + other
            }

            #[inline]
            fn dot(list: &[(usize, Self)], values: &[Self]) -> Self {
                list.iter().map(|(place, coefficient)| coefficient * values[*place]).sum()
            }

            fn numbers(values: Vec<Self>) -> Numbers {
                Numbers::$variant(values)
            }

            fn values(numbers: &mut Numbers) -> &mut [Self] {
                match numbers {
                    Numbers::$variant(values) => values,
                    _ => &mut [],
                }
            }
        }
    )+};
}

fixed_size!(i64 Word to_i64, i128 Double to_i128);

impl Integer for BigInt {
    fn from_big(value: &BigInt) -> Self {
        value.clone()
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        self + other
    }

    #[inline]
    fn dot(list: &[(usize, Self)], values: &[Self]) -> Self {
        list.iter().map(|(place, coefficient)| coefficient * &values[*place]).sum()
    }

    fn numbers(values: Vec<Self>) -> Numbers {
        Numbers::Large(values)
    }

    fn values(numbers: &mut Numbers) -> &mut [Self] {
        match numbers {
            Numbers::Large(values) => values,
            _ => &mut [],
        }
    }
}

/// Options and rewards as integers.
pub(super) struct Scaled {
    /// The coordinates of each option.
    pub(super) options: Vec<Vec<BigInt>>,
    /// The distinct entries of the reward.
    pub(super) values: Vec<BigInt>,
    /// What a product of the two is worth.
    pub(super) unit: Rational,
    /// A bound on the magnitude of every number, utility and partial sum.
    bound: BigInt,
}

/// Sizes of integers.
#[derive(Clone, Copy)]
pub(super) enum Width {
    Word,
    Double,
    Large,
}

impl Scaled {
    /// The smallest integers that hold everything.
    pub(super) fn width(&self) -> Width {
        match self.bound.bits() {
            0..=62 => Width::Word,
            63..=126 => Width::Double,
            _ => Width::Large,
        }
    }

    pub(super) fn new(choice: &Choice, orbit: &Orbit) -> Self {
        let scale = |value: &Rational, common: &BigInt| value.numer() * (common / value.denom());
        let options = choice.options().options();
        let of_options = common_denominator(options.iter().flatten());
        let of_values = common_denominator(orbit.values());
        let options: Vec<Vec<BigInt>> =
            options.iter().map(|option| option.iter().map(|x| scale(x, &of_options)).collect()).collect();
        let values: Vec<BigInt> = orbit.values().iter().map(|value| scale(value, &of_values)).collect();
        let weight = options.iter().map(|option| option.iter().map(Signed::abs).sum::<BigInt>()).max();
        let largest = values.iter().map(Signed::abs).max();
        // Factors must fit as well as their products.
        let bound = weight.unwrap_or_default().max(BigInt::one()) * largest.unwrap_or_default().max(BigInt::one());
        Scaled { options, values, unit: Rational::new(BigInt::one(), of_options * of_values), bound }
    }
}
