//! Laws of rewards: of one state ([`Marginal`]) and of whole vectors ([`RewardDistribution`]).
//!
//! A distribution of one state has a file of its own here and a variant of [`Marginal`].

mod bernoulli;
mod beta;
mod exponential;
mod finite_support;
mod independent;
mod jaynes_prior;
mod marginal;
mod normal;
mod pareto;
mod point_mass;
mod uniform;

use std::fmt::Debug;
use std::sync::Arc;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use exponential::Exponential;
pub use finite_support::FiniteSupport;
pub use independent::{IndependentRewards, IndependentRewardsBuilder};
pub use jaynes_prior::JaynesPrior;
pub use marginal::{Marginal, Reflection, Univariate};
pub use normal::{Normal, standard_normal};
pub use pareto::Pareto;
pub use point_mass::PointMass;
pub use uniform::Uniform;

use crate::{RewardError, SampleError, StreamRng};

/// How many draws in a row may be constant vectors, where those are rejected, before drawing gives up with
/// [`SampleError::RedrawLimit`].
pub const MAX_DRAWS: u32 = 10_000;

/// A law $`\mathcal D`$ over reward vectors $`R \in \mathbb R^{|S|}`$ [Turner et al. 2021, §3].
///
/// Only [`states`](Self::states) and [`sample`](Self::sample) are needed to bring a law of one's own; the other methods
/// describe the law further, for exact expectations and for correlated pairs
/// ([`CorrelatedRewards`](crate::CorrelatedRewards)), and have safe defaults.
///
/// ```
/// use dunamis_sampling::{RewardDistribution, SampleError, Seed, StreamRng};
///
/// /// A random walk: neighboring states have similar rewards.
/// #[derive(Debug)]
/// struct Walk(usize);
///
/// impl RewardDistribution for Walk {
///     fn states(&self) -> usize {
///         self.0
///     }
///     fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
///         rng.fill_uniform(rewards);
///         rewards.iter_mut().fold(0.0, |sum, step| {
///             *step += sum - 0.5;
///             *step
///         });
///         Ok(())
///     }
/// }
///
/// let mut rewards = [0.0; 3];
/// Walk(3).sample(&mut Seed::new(1).stream(0), &mut rewards)?;
/// assert!(rewards.iter().all(|r| r.abs() <= 1.5));
/// # Ok::<(), SampleError>(())
/// ```
pub trait RewardDistribution: Debug + Send + Sync {
    /// The number of states $`|S|`$, at least 1.
    fn states(&self) -> usize;

    /// Draws one reward vector into `rewards`, whose length is [`states`](Self::states).
    ///
    /// What is drawn depends on the position of `rng` alone.
    ///
    /// # Errors
    ///
    /// [`SampleError::Length`] if the slice is too long or too short, [`SampleError::RedrawLimit`] if rejection does not
    /// come to an end.
    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError>;

    /// The list of vectors on which the law is uniform (repetitions count), if there is one.
    fn support(&self) -> Option<&[Vec<f64>]> {
        None
    }

    /// One label per state, such that the rewards of states with different labels are independent.
    ///
    /// By default all states have the same label: nothing is known to be independent.
    fn blocks(&self) -> Vec<usize> {
        vec![0; self.states()]
    }

    /// The law of the rewards of some states alone, where that is cheaper to draw: its draws have 0 for all other states.
    fn marginal(&self, states: &[usize]) -> Option<Arc<dyn RewardDistribution>> {
        let _ = states;
        None
    }

    /// One reflection per state, such that reflecting the rewards of all states of a [block](Self::blocks) leaves the
    /// law as it is.
    ///
    /// # Errors
    ///
    /// [`RewardError::AsymmetricState`] or [`RewardError::AsymmetricLaw`] if there are none, which is the default.
    fn reflections(&self) -> Result<Vec<Reflection>, RewardError> {
        Err(RewardError::AsymmetricLaw)
    }

    /// The law of each reward, if rewards are independent and all have the same uniform law: then a vector is drawn by one
    /// uniform number for each state, in their order.
    fn identical_uniform(&self) -> Option<&Uniform> {
        None
    }

    /// Whether [`sample`](Self::sample) never returns a constant vector because such vectors are rejected.
    fn rejects_constant(&self) -> bool {
        false
    }
}

/// Whether all entries are equal, so that the vector has no preference among states.
pub(crate) fn is_constant(rewards: &[f64]) -> bool {
    rewards.windows(2).all(|pair| pair[0] == pair[1])
}

pub(crate) fn check_length(expected: usize, rewards: &[f64]) -> Result<(), SampleError> {
    let found = rewards.len();
    if found == expected { Ok(()) } else { Err(SampleError::Length { expected, found }) }
}
