//! Tendencies by enumeration of an orbit.

use super::scaled::{Integer, Scaled, Width};
use super::{Tally, Tendency};
use crate::decision::Comparator;
use crate::{Choice, DecisionFunction, Orbit, OrbitError, Utilities};
use dunamis_mdp::Rational;
use num_bigint::{BigInt, BigUint};
use rayon::prelude::*;

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
            let utilities = branch.utilities.iter().zip(added).map(|(a, b)| a.plus(b)).collect();
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
                *next = so_far.plus(added);
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
        let tally = match scaled.width() {
            Width::Word => walk::<i64>(&scaled, orbit, comparator),
            Width::Double => walk::<i128>(&scaled, orbit, comparator),
            Width::Large => walk::<BigInt>(&scaled, orbit, comparator),
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
