//! Decision functions that follow from the ranks of options.

use super::{Comparator, DecisionFunction, Properties, fraction};
use crate::utilities::common_denominator;
use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;
use num_bigint::{BigInt, Sign};
use num_traits::Zero;
use std::cmp::Ordering;

/// A way to choose one of $`n`$ options by rank: the probability $`G(m)`$ that one of the $`m`$ worst is chosen, for every
/// $`m`$ that splits options of different utility. Options of equal utility share their probability evenly.
///
/// Everything that implements it is a [`DecisionFunction`], the probability of choosing from the subset.
pub trait RankDependent: Send + Sync {
    /// The registered name with its parameters.
    fn rank_name(&self) -> String;

    /// $`G(0) = 0 \le G(1) \le \dots \le G(n) = 1`$.
    fn cumulative(&self, options: usize) -> Vec<Rational>;
}

/// The runs of equal utility, from the worst: how many options are below, and which belong to it.
fn levels<'a>(utilities: &'a Utilities, ascending: &'a [usize]) -> impl Iterator<Item = (usize, &'a [usize])> {
    let mut below = 0;
    ascending.chunk_by(|&i, &j| utilities.cmp(i, j).is_eq()).map(move |level| {
        below += level.len();
        (below - level.len(), level)
    })
}

impl<R: RankDependent> DecisionFunction for R {
    fn name(&self) -> String {
        self.rank_name()
    }

    fn properties(&self) -> Properties {
        Properties::ORDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let cumulative = self.cumulative(utilities.len());
        let mut value = Rational::zero();
        for (below, level) in levels(utilities, &utilities.ascending()) {
            let chosen = level.iter().filter(|x| subset.contains(x)).count();
            value += (&cumulative[below + level.len()] - &cumulative[below]) * fraction(chosen, level.len());
        }
        value.into()
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        let options = choice.options().len();
        let cumulative = self.cumulative(options);
        // The share of each option of a level of some size above some others, in a common unit.
        let share = |below: usize, size: usize| (&cumulative[below + size] - &cumulative[below]) * fraction(1, size);
        let shares: Vec<Vec<Rational>> =
            (0..options).map(|below| (1..=options - below).map(|size| share(below, size)).collect()).collect();
        let common = common_denominator(shares.iter().flatten());
        let shares: Vec<Vec<BigInt>> = shares
            .iter()
            .map(|row| row.iter().map(|share| share.numer() * (&common / share.denom())).collect())
            .collect();
        let mut side = vec![0_i32; options];
        choice.preferred().iter().for_each(|&x| side[x] += 1);
        choice.other().iter().for_each(|&x| side[x] -= 1);
        Box::new(move |utilities| {
            let mut difference = BigInt::zero();
            for (below, level) in levels(utilities, &utilities.ascending()) {
                let excess: i32 = level.iter().map(|&x| side[x]).sum();
                if excess != 0 {
                    difference += &shares[below][level.len() - 1] * excess;
                }
            }
            match difference.sign() {
                Sign::Minus => Ordering::Less,
                Sign::NoSign => Ordering::Equal,
                Sign::Plus => Ordering::Greater,
            }
        })
    }
}
