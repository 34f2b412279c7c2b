//! The solution of an implicit model: a vector, and two numbers that bound the distance of all values from it.

use crate::bounds::sum_up;
use crate::{Communicator, Statistics, Termination};
use rayon::prelude::*;
use std::ops::Range;

/// The solution of an implicit model: of all states, or of those of one rank.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImplicitSolution {
    /// The states that this part is about.
    pub states: Range<u64>,
    /// A vector V close to the optimal values, one entry for each of `states`; see [`ImplicitSolution::bounds`].
    pub value: Vec<f64>,
    /// No optimal value, of no state of any rank, is less above V than this.
    pub lower: f64,
    /// No optimal value, of no state of any rank, is more above V than this.
    pub upper: f64,
    /// An action for each of `states`: the policy of all ranks together loses no more than [`ImplicitSolution::gap`] anywhere.
    pub policy: Vec<u8>,
    /// Why the solver stopped.
    pub status: Termination,
    /// What the solver did; equal for all ranks.
    pub statistics: Statistics,
    /// How many values this rank received in every exchange.
    pub received: usize,
}

impl ImplicitSolution {
    /// True bounds of the optimal value of a state of this part: lower and upper.
    ///
    /// # Panics
    ///
    /// If the state is not one of [`ImplicitSolution::states`].
    pub fn bounds(&self, state: u64) -> (f64, f64) {
        let value = self.value[(state - self.states.start) as usize];
        (-sum_up(-value, -self.lower), sum_up(value, self.upper))
    }

    /// Distance of the two bounds, the same for all states.
    pub fn gap(&self) -> f64 {
        sum_up(self.upper, -self.lower)
    }

    /// Lower bound, upper bound and action of some states, whichever ranks they belong to; all ranks ask for the same ones.
    pub fn gather(&self, states: &[u64], communicator: &impl Communicator) -> Vec<(f64, f64, u8)> {
        let mut numbers = vec![f64::INFINITY; 3 * states.len()];
        for (place, state) in numbers.chunks_exact_mut(3).zip(states).filter(|(_, state)| self.states.contains(state)) {
            let (lower, upper) = self.bounds(*state);
            place.copy_from_slice(&[lower, upper, f64::from(self.policy[(state - self.states.start) as usize])]);
        }
        communicator.all_reduce_min(&mut numbers);
        numbers.chunks_exact(3).map(|place| (place[0], place[1], place[2] as u8)).collect()
    }

    /// A fingerprint of all bounds and actions of all ranks, which does not depend on how many ranks there are.
    pub fn digest(&self, communicator: &impl Communicator) -> u64 {
        let own = (self.value.par_iter().zip(&self.policy).enumerate())
            .map(|(place, (value, &action))| {
                let state = self.states.start + place as u64;
                mix(mix(mix(state) ^ value.to_bits()) ^ u64::from(action))
            })
            .reduce(|| 0, u64::wrapping_add);
        // Halves of 32 bits are exact as numbers.
        let halves = communicator.gather(&[(own >> 32) as f64, (own & 0xffff_ffff) as f64]);
        let sum =
            halves.chunks_exact(2).fold(0_u64, |sum, half| sum.wrapping_add(((half[0] as u64) << 32) + half[1] as u64));
        mix(mix(sum ^ self.lower.to_bits()) ^ self.upper.to_bits())
    }
}

/// The finalizer of `SplitMix64` `[Steele, Lea & Flood 2014]`.
pub(crate) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
