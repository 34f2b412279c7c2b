//! Tendencies by enumeration of an orbit.

use super::{Tally, Tendency};
use crate::decision::Comparator;
use crate::utilities::{Numbers, common_denominator};
use crate::{Choice, DecisionFunction, Orbit, OrbitError, Utilities};
use dunamis_mdp::Rational;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, ToPrimitive};
use rayon::prelude::*;

/// The integers of a kernel.
trait Integer: Clone + Send + Sync {
    fn from_big(value: &BigInt) -> Self;
    fn sum(a: &Self, b: &Self) -> Self;
    fn numbers(values: Vec<Self>) -> Numbers;
    fn values(numbers: &mut Numbers) -> &mut [Self];
}

impl Integer for i128 {
    fn from_big(value: &BigInt) -> Self {
        value.to_i128().expect("bounds were checked")
    }

    #[inline]
    fn sum(a: &Self, b: &Self) -> Self {
        a + b
    }

    fn numbers(values: Vec<Self>) -> Numbers {
        Numbers::Small(values)
    }

    fn values(numbers: &mut Numbers) -> &mut [Self] {
        match numbers {
            Numbers::Small(values) => values,
            Numbers::Large(_) => &mut [],
        }
    }
}

impl Integer for BigInt {
    fn from_big(value: &BigInt) -> Self {
        value.clone()
    }

    fn sum(a: &Self, b: &Self) -> Self {
        a + b
    }

    fn numbers(values: Vec<Self>) -> Numbers {
        Numbers::Large(values)
    }

    fn values(numbers: &mut Numbers) -> &mut [Self] {
        match numbers {
            Numbers::Large(values) => values,
            Numbers::Small(_) => &mut [],
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
    /// A bound on the magnitude of every utility and of every partial sum.
    pub(super) bound: BigInt,
}

impl Scaled {
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
        let bound = weight.unwrap_or_default() * largest.unwrap_or_default();
        Scaled { options, values, unit: Rational::new(BigInt::one(), of_options * of_values), bound }
    }
}

/// What a walk through the orbit needs.
struct Walk<'a, N> {
    /// `contributions[j][v]`: what value `v` at coordinate `j` adds to the utility of each option.
    contributions: Vec<Vec<Vec<N>>>,
    comparator: Comparator<'a>,
    unit: &'a Rational,
}

/// Elements of the orbit that begin alike.
struct Branch<N> {
    depth: usize,
    /// How often each value is left.
    left: Vec<usize>,
    /// The utility so far of each option.
    utilities: Vec<N>,
}

impl<N: Integer> Walk<'_, N> {
    fn branches(&self, branch: &Branch<N>) -> Vec<Branch<N>> {
        let value = |v: usize| {
            let mut left = branch.left.clone();
            left[v] -= 1;
            let added = &self.contributions[branch.depth][v];
            let utilities = branch.utilities.iter().zip(added).map(|(a, b)| N::sum(a, b)).collect();
            Branch { depth: branch.depth + 1, left, utilities }
        };
        (0..branch.left.len()).filter(|&v| branch.left[v] > 0).map(value).collect()
    }

    /// Counts the elements of a branch, depth first: one addition per option for every prefix.
    fn count(&self, branch: &Branch<N>) -> Tally {
        let (dimension, options) = (self.contributions.len(), branch.utilities.len());
        let mut leaf = Utilities { numbers: N::numbers(branch.utilities.clone()), unit: self.unit.clone() };
        // The utilities of the prefixes on the way to the present one.
        let mut prefixes = vec![branch.utilities.clone(); dimension - branch.depth];
        let mut left = branch.left.clone();
        let mut tally = Tally::default();
        self.descend(branch.depth, &mut left, &mut prefixes, &mut leaf, &mut tally);
        debug_assert_eq!(leaf.len(), options);
        tally
    }

    fn descend(
        &self,
        depth: usize,
        left: &mut [usize],
        prefixes: &mut [Vec<N>],
        leaf: &mut Utilities,
        tally: &mut Tally,
    ) {
        let Some((prefix, deeper)) = prefixes.split_first_mut() else {
            return tally.add((self.comparator)(leaf));
        };
        for v in 0..left.len() {
            if left[v] == 0 {
                continue;
            }
            let next = deeper.first_mut().map_or_else(|| N::values(&mut leaf.numbers), Vec::as_mut_slice);
            for ((next, so_far), added) in next.iter_mut().zip(&*prefix).zip(&self.contributions[depth][v]) {
                *next = N::sum(so_far, added);
            }
            left[v] -= 1;
            self.descend(depth + 1, left, deeper, leaf, tally);
            left[v] += 1;
        }
    }
}

impl Tendency {
    /// The most elements of an orbit that are enumerated.
    pub const MAX_ENUMERATED: u128 = 100_000_000_000;

    /// Counts every element of an orbit: $`O(\lvert C \rvert)`$ integer operations for each, on all threads.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`]; [`OrbitError::OrbitTooLarge`] beyond [`MAX_ENUMERATED`](Self::MAX_ENUMERATED).
    pub fn enumerate(choice: &Choice, decision: &dyn DecisionFunction, orbit: &Orbit) -> Result<Self, OrbitError> {
        choice.check_dimension(orbit.dimension())?;
        let limit = Tendency::MAX_ENUMERATED;
        orbit.size_within(&BigUint::from(limit)).ok_or(OrbitError::OrbitTooLarge { limit })?;
        let scaled = Scaled::new(choice, orbit);
        let comparator = decision.comparator(choice, &scaled.unit);
        let tally = if scaled.bound.bits() < 126 {
            walk::<i128>(&scaled, orbit, comparator)
        } else {
            walk::<BigInt>(&scaled, orbit, comparator)
        };
        Ok(Tendency::from_counts(&tally.counts()).expect("an orbit has an element"))
    }
}

fn walk<N: Integer>(scaled: &Scaled, orbit: &Orbit, comparator: Comparator<'_>) -> Tally {
    let contribution = |j: usize, value: &BigInt| -> Vec<N> {
        scaled.options.iter().map(|option| N::from_big(&(&option[j] * value))).collect()
    };
    let contributions = (0..orbit.dimension()).map(|j| scaled.values.iter().map(|v| contribution(j, v)).collect());
    let walk = Walk { contributions: contributions.collect(), comparator, unit: &scaled.unit };
    let zero = N::from_big(&BigInt::default());
    let root = Branch { depth: 0, left: orbit.multiplicities().to_vec(), utilities: vec![zero; scaled.options.len()] };
    // Enough branches to keep every thread busy; which they are does not depend on the threads.
    let mut branches = vec![root];
    while branches.len() < 256 && branches[0].depth < orbit.dimension() {
        branches = branches.iter().flat_map(|branch| walk.branches(branch)).collect();
    }
    branches.par_iter().map(|branch| walk.count(branch)).reduce(Tally::default, Tally::plus)
}
