//! What goes wrong with settings, goals and their samples.

use dunamis_mdp::ModelError;
use dunamis_power::PowerError;
use dunamis_sampling::{RewardError, SampleError};
use dunamis_solve::SolveError;

/// Why something cannot be built or computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoalError {
    /// A state number that the model does not have.
    #[error("there is no state number {state}: the model has {states} states, counted from 0")]
    StateOutOfRange {
        /// The number.
        state: usize,
        /// How many there are.
        states: usize,
    },
    /// A model that cannot be built.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A solver that fails.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// An estimate that fails.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// A law that cannot be built.
    #[error(transparent)]
    Reward(#[from] RewardError),
    /// A draw that cannot be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
}
