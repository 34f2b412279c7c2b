//! Expected utilities of options, exactly.

use dunamis_mdp::Rational;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive};
use std::cmp::Ordering;

/// The expected utility $`x^\top r`$ of every option of a set, as integer multiples of one positive unit.
#[derive(Clone, Debug)]
pub struct Utilities {
    pub(crate) numbers: Numbers,
    pub(crate) unit: Rational,
}

/// Integers, of a fixed size where they fit.
#[derive(Clone, Debug)]
pub(crate) enum Numbers {
    Word(Vec<i64>),
    Double(Vec<i128>),
    Large(Vec<BigInt>),
}

impl Utilities {
    /// Utilities given one by one. $`O(n)`$ multiplications of big integers.
    pub fn new(values: &[Rational]) -> Self {
        let common = common_denominator(values);
        let unit = Rational::new(BigInt::one(), common.clone());
        let large: Vec<BigInt> = values.iter().map(|value| value.numer() * (&common / value.denom())).collect();
        let small: Option<Vec<i128>> = large.iter().map(BigInt::to_i128).collect();
        Utilities { numbers: small.map_or(Numbers::Large(large), Numbers::Double), unit }
    }

    /// The number of options.
    pub fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Word(numbers) => numbers.len(),
            Numbers::Double(numbers) => numbers.len(),
            Numbers::Large(numbers) => numbers.len(),
        }
    }

    /// What the integers are multiples of.
    pub fn unit(&self) -> &Rational {
        &self.unit
    }

    /// Whether there is no option.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How the utilities of two options compare.
    #[inline]
    pub fn cmp(&self, i: usize, j: usize) -> Ordering {
        match &self.numbers {
            Numbers::Word(numbers) => numbers[i].cmp(&numbers[j]),
            Numbers::Double(numbers) => numbers[i].cmp(&numbers[j]),
            Numbers::Large(numbers) => numbers[i].cmp(&numbers[j]),
        }
    }

    /// Whether the utility of an option is at least a number of units.
    #[inline]
    pub(crate) fn at_least(&self, i: usize, units: &BigInt, small: Option<i128>) -> bool {
        match (&self.numbers, small) {
            (Numbers::Word(numbers), Some(units)) => i128::from(numbers[i]) >= units,
            (Numbers::Double(numbers), Some(units)) => numbers[i] >= units,
            // No utility of a fixed size is as far from zero.
            (Numbers::Word(_) | Numbers::Double(_), None) => units.is_negative(),
            (Numbers::Large(numbers), _) => numbers[i] >= *units,
        }
    }

    /// Whether the utility of an option is at most a number of units, not negative, below that of the best.
    #[inline]
    pub(crate) fn within(&self, i: usize, best: usize, units: &BigInt, small: Option<i128>) -> bool {
        match (&self.numbers, small) {
            (Numbers::Word(numbers), Some(units)) => i128::from(numbers[best]) - i128::from(numbers[i]) <= units,
            // No two words are as far apart.
            (Numbers::Word(_), None) => true,
            (Numbers::Double(numbers), small) => match (numbers[best].checked_sub(numbers[i]), small) {
                (Some(distance), Some(units)) => distance <= units,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => BigInt::from(numbers[best]) - numbers[i] <= *units,
            },
            (Numbers::Large(numbers), _) => &numbers[best] - &numbers[i] <= *units,
        }
    }

    /// The utility of an option.
    pub fn get(&self, i: usize) -> Rational {
        let number = match &self.numbers {
            Numbers::Word(numbers) => BigInt::from(numbers[i]),
            Numbers::Double(numbers) => BigInt::from(numbers[i]),
            Numbers::Large(numbers) => numbers[i].clone(),
        };
        Rational::from_integer(number) * &self.unit
    }

    /// The first of the options with the largest utility.
    #[inline]
    pub(crate) fn largest(&self, options: impl IntoIterator<Item = usize>) -> Option<usize> {
        options.into_iter().reduce(|best, i| if self.cmp(i, best).is_gt() { i } else { best })
    }

    /// The first of the options with the smallest utility.
    #[inline]
    pub(crate) fn smallest(&self, options: impl IntoIterator<Item = usize>) -> Option<usize> {
        options.into_iter().reduce(|best, i| if self.cmp(i, best).is_lt() { i } else { best })
    }

    /// The options from the smallest utility to the largest.
    pub(crate) fn ascending(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by(|&i, &j| self.cmp(i, j).then(i.cmp(&j)));
        order
    }
}

/// The least common denominator.
pub(crate) fn common_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> BigInt {
    values.into_iter().fold(BigInt::one(), |lcm, value| {
        let ratio = Rational::new(lcm.clone(), value.denom().clone());
        lcm * ratio.denom()
    })
}
