//! Promises that are not kept.

use crate::{SolveError, Termination, VerifyError};
use dunamis_mdp::Criterion;

/// A promise that a solver does not keep, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("solver `{solver}` on model `{model}`, {criterion}: {deviation}")]
#[non_exhaustive]
pub struct Nonconformance {
    /// The solver's name.
    pub solver: &'static str,
    /// The model's name, as it was given.
    pub model: String,
    /// The criterion.
    pub criterion: Criterion,
    /// What is wrong.
    pub deviation: Box<Deviation>,
}

/// What is wrong with what a solver does.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Deviation {
    /// It refuses what it must solve, or for a wrong reason; or a solver that was asked for a second opinion does.
    #[error("it must be solved, or refused for another reason than this: {0}")]
    Refused(#[from] SolveError),
    /// The statistics name another solver.
    #[error("`statistics.solver` is `{actual}`, but the solver's name is `{expected}`")]
    Name {
        /// The solver's name.
        expected: &'static str,
        /// The name in the statistics.
        actual: &'static str,
    },
    /// The status is not true, or not the one that was demanded.
    #[error("the status is {status:?} with a gap of {gap:e}, where {target:e} was to be reached")]
    Status {
        /// The status.
        status: Termination,
        /// Largest distance of the bounds.
        gap: f64,
        /// The tolerance.
        target: f64,
    },
    /// The solution is wrong.
    #[error(transparent)]
    Verification(VerifyError),
    /// The best actions are no policy of the model.
    #[error("`best` is no policy: {reason}")]
    Policy {
        /// Why not.
        reason: String,
    },
    /// A best action that is not marked as optimal.
    #[error("the best action of state `{state}` is not marked as optimal")]
    Unmarked {
        /// The state.
        state: String,
    },
    /// A policy that should be optimal loses too much.
    #[error("the policy loses {loss:e}{}, but may lose {allowed:e} at most", at(state.as_deref()))]
    PolicyLoss {
        /// From which state it loses so much, where that is known.
        state: Option<String>,
        /// The loss.
        loss: f64,
        /// The largest loss that was allowed.
        allowed: f64,
    },
    /// Another solution of the same problem.
    #[error("the solution is another one {how}")]
    Unrepeatable {
        /// What was different.
        how: String,
    },
    /// Something is wrong when it is stopped early.
    #[error("when it is stopped at question {question}: {deviation}")]
    Interrupted {
        /// Number of the question that was answered by a stop, from 1.
        question: usize,
        /// What is wrong then.
        deviation: Box<Deviation>,
    },
    /// It could not be run with another number of threads.
    #[error("it does not run with {threads} threads: {reason}")]
    Threads {
        /// Their number.
        threads: usize,
        /// Why.
        reason: String,
    },
}

fn at(state: Option<&str>) -> String {
    state.map_or_else(String::new, |state| format!(" from state `{state}`"))
}
