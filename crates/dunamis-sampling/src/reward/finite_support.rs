//! The uniform law over a finite list of reward vectors.

use std::cmp::Ordering;
use std::num::NonZeroU64;

use super::{Reflection, RewardDistribution, check_length, is_constant};
use crate::{RewardError, SampleError, StreamRng};

/// The uniform law over a finite list of reward vectors; a vector that is listed $`k`$ times counts $`k`$ times.
///
/// A draw takes one [`below`](StreamRng::below). As the list is known, expectations can be computed exactly:
/// $`\mathbb E f(R)`$ is the mean of $`f`$ over [`support`](RewardDistribution::support).
///
/// ```
/// use dunamis_sampling::{FiniteSupport, RewardDistribution};
///
/// let law = FiniteSupport::new(vec![vec![0.0, 1.0], vec![3.0, 2.0]])?;
/// let vectors = law.support().unwrap_or_default();
/// let mean_maximum = vectors.iter().map(|r| r[0].max(r[1])).sum::<f64>() / vectors.len() as f64;
/// assert_eq!(mean_maximum, 2.0);
/// # Ok::<(), dunamis_sampling::RewardError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FiniteSupport {
    vectors: Vec<Vec<f64>>,
    count: NonZeroU64,
    states: usize,
}

impl FiniteSupport {
    /// The uniform law over `vectors`, one entry per state in each.
    ///
    /// # Errors
    ///
    /// [`RewardError::EmptySupport`], [`RewardError::NoStates`] if the first vector is empty,
    /// [`RewardError::RaggedSupport`], [`RewardError::NotFinite`].
    pub fn new(vectors: Vec<Vec<f64>>) -> Result<Self, RewardError> {
        let count = NonZeroU64::new(vectors.len() as u64).ok_or(RewardError::EmptySupport)?;
        let states = vectors[0].len();
        if states == 0 {
            return Err(RewardError::NoStates);
        }
        for (vector, entries) in vectors.iter().enumerate() {
            if entries.len() != states {
                return Err(RewardError::RaggedSupport { vector, expected: states, found: entries.len() });
            }
            if let Some(state) = entries.iter().position(|entry| !entry.is_finite()) {
                return Err(RewardError::NotFinite { vector, state, value: entries[state] });
            }
        }
        Ok(Self { vectors, count, states })
    }

    /// The uniform law over the unit vectors $`e_s`$: one state, uniformly chosen, has reward 1 and all others 0.
    ///
    /// # Errors
    ///
    /// [`RewardError::NoStates`] if `states` is 0.
    pub fn one_hot(states: usize) -> Result<Self, RewardError> {
        if states == 0 {
            return Err(RewardError::NoStates);
        }
        let unit = |state| (0..states).map(|other| f64::from(u8::from(other == state))).collect();
        Self::new((0..states).map(unit).collect())
    }

    /// The conditional law given that the vector is not constant: the list without its constant vectors.
    ///
    /// # Errors
    ///
    /// [`RewardError::AlwaysConstant`] if no other vector is left.
    pub fn without_constant(mut self) -> Result<Self, RewardError> {
        self.vectors.retain(|vector| !is_constant(vector));
        self.count = NonZeroU64::new(self.vectors.len() as u64).ok_or(RewardError::AlwaysConstant)?;
        Ok(self)
    }
}

impl RewardDistribution for FiniteSupport {
    fn states(&self) -> usize {
        self.states
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        check_length(self.states, rewards)?;
        rewards.copy_from_slice(&self.vectors[rng.below(self.count) as usize]);
        Ok(())
    }

    fn support(&self) -> Option<&[Vec<f64>]> {
        Some(&self.vectors)
    }

    /// The reflections about the middle of every state's range, if they only permute the list.
    fn reflections(&self) -> Result<Vec<Reflection>, RewardError> {
        let reflections: Vec<Reflection> = (0..self.states)
            .map(|state| {
                let entries = self.vectors.iter().map(|vector| vector[state]);
                Reflection::of_interval(
                    entries.clone().fold(f64::INFINITY, f64::min),
                    entries.fold(f64::NEG_INFINITY, f64::max),
                )
            })
            .collect();
        let reflected = self.vectors.iter().map(|vector| {
            vector.iter().zip(&reflections).map(|(&reward, reflection)| reflection.apply(reward)).collect()
        });
        if sorted(self.vectors.iter().cloned()) == sorted(reflected) {
            Ok(reflections)
        } else {
            Err(RewardError::AsymmetricLaw)
        }
    }
}

fn sorted(vectors: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<f64>> {
    // Adding 0 turns -0 into 0, so that the order agrees with equality.
    let mut vectors: Vec<Vec<f64>> = vectors.map(|vector| vector.iter().map(|entry| entry + 0.0).collect()).collect();
    vectors.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    vectors
}
