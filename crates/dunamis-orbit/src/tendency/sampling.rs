//! Tendencies by sampling permutations.

use super::scaled::{Integer, Scaled, Width};
use super::{Tally, Tendency};
use crate::decision::Comparator;
use crate::{Choice, DecisionFunction, Orbit, OrbitError, Utilities};
use dunamis_mdp::Rational;
use dunamis_sampling::{Confidence, Interval, Seed};
use num_bigint::BigInt;
use num_traits::Zero;
use rayon::prelude::*;

/// A tendency of which only some uniformly random permutations are known. Permutation $`i`$ belongs to stream $`i`$ of the seed, so
/// that the numbers do not depend on the threads.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledTendency {
    /// How many permutations were drawn.
    pub samples: u64,
    /// How many of them have $`f(B) > f(A)`$.
    pub greater: u64,
    /// How many of them have $`f(B) < f(A)`$.
    pub less: u64,
    /// How many of them have $`f(B) = f(A)`$.
    pub equal: u64,
    /// What they were drawn with.
    pub seed: Seed,
    /// How often each interval, by itself, contains the fraction that it is about.
    pub confidence: Confidence,
    /// Of the fraction with $`f(B) > f(A)`$.
    pub greater_interval: Interval,
    /// Of the fraction with $`f(B) < f(A)`$.
    pub less_interval: Interval,
    /// Of the fraction with $`f(B) \ge f(A)`$.
    pub weak_interval: Interval,
}

/// The coordinates that some option sees, and the options as lists of (place among them, coefficient).
struct Sparse<N> {
    seen: usize,
    options: Vec<Vec<(usize, N)>>,
    /// The entries of the reward, in ascending order.
    entries: Vec<N>,
}

impl<N: Integer> Sparse<N> {
    fn new(scaled: &Scaled, orbit: &Orbit) -> Self {
        let visible = |&j: &usize| scaled.options.iter().any(|option| !option[j].is_zero());
        let seen: Vec<usize> = (0..orbit.dimension()).filter(visible).collect();
        let list = |option: &Vec<BigInt>| {
            let entries = seen.iter().enumerate().filter(|&(_, &j)| !option[j].is_zero());
            entries.map(|(place, &j)| (place, N::from_big(&option[j]))).collect()
        };
        let entry = |(value, &times): (&BigInt, &usize)| std::iter::repeat_n(N::from_big(value), times);
        Sparse {
            seen: seen.len(),
            options: scaled.options.iter().map(list).collect(),
            entries: scaled.values.iter().zip(orbit.multiplicities()).flat_map(entry).collect(),
        }
    }

    fn tally(&self, samples: u64, seed: Seed, comparator: &Comparator<'_>, unit: &Rational) -> Tally {
        const CHUNK: u64 = 1_024;
        let chunk = |chunk: u64| {
            let mut entries = self.entries.clone();
            let mut swaps = vec![0; self.seen];
            let zero = vec![N::from_big(&BigInt::zero()); self.options.len()];
            let mut utilities = Utilities { numbers: N::numbers(zero), unit: unit.clone() };
            let mut tally = Tally::default();
            for sample in chunk * CHUNK..samples.min((chunk + 1) * CHUNK) {
                seed.stream(sample).fill_swaps(entries.len() as u32, &mut swaps);
                swaps.iter().enumerate().for_each(|(place, &from)| entries.swap(place, from as usize));
                for (utility, option) in N::values(&mut utilities.numbers).iter_mut().zip(&self.options) {
                    *utility = N::dot(option, &entries);
                }
                // Every sample starts from the same arrangement.
                swaps.iter().enumerate().rev().for_each(|(place, &from)| entries.swap(place, from as usize));
                tally.add(comparator(&utilities));
            }
            tally
        };
        (0..samples.div_ceil(CHUNK)).into_par_iter().map(chunk).reduce(Tally::default, Tally::plus)
    }
}

impl Tendency {
    /// Draws uniformly random permutations, on all threads: $`O(d + \lvert C \rvert)`$ operations for each, less where options see few
    /// coordinates.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`]; [`OrbitError::NoSamples`].
    pub fn sample(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        orbit: &Orbit,
        samples: u64,
        seed: Seed,
        confidence: Confidence,
    ) -> Result<SampledTendency, OrbitError> {
        choice.check_dimension(orbit.dimension())?;
        if samples == 0 {
            return Err(OrbitError::NoSamples);
        }
        let scaled = Scaled::new(choice, orbit);
        let comparator = decision.comparator(choice, &scaled.unit);
        let tally = match scaled.width() {
            Width::Word => Sparse::<i64>::new(&scaled, orbit).tally(samples, seed, &comparator, &scaled.unit),
            Width::Double => Sparse::<i128>::new(&scaled, orbit).tally(samples, seed, &comparator, &scaled.unit),
            Width::Large => Sparse::<BigInt>::new(&scaled, orbit).tally(samples, seed, &comparator, &scaled.unit),
        };
        let interval = |successes| Interval::clopper_pearson(successes, samples, confidence);
        Ok(SampledTendency {
            samples,
            greater: tally.greater,
            less: tally.less,
            equal: tally.equal,
            seed,
            confidence,
            greater_interval: interval(tally.greater),
            less_interval: interval(tally.less),
            weak_interval: interval(tally.greater + tally.equal),
        })
    }
}
