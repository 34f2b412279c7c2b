//! Why a solver refuses.

use dunamis_mdp::Criterion;

/// Why a solver refuses. Failing to converge is not an error: see [`Termination`](crate::Termination).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SolveError {
    /// The solver does not know this criterion.
    #[error("solver `{solver}` does not support the criterion `{criterion}`: use {}", alternatives(criterion))]
    UnsupportedCriterion {
        /// The solver's name.
        solver: &'static str,
        /// The criterion asked for.
        criterion: Criterion,
    },
    /// Values of this size would leave the range of `f64`.
    #[error(
        "rewards up to {reward:e} under the criterion `{criterion}` exceed double precision: scale the rewards down"
    )]
    Overflow {
        /// Largest absolute reward.
        reward: f64,
        /// The criterion asked for.
        criterion: Criterion,
    },
    /// A tolerance that no solver can meet or measure.
    #[error("`{name}` is {value}, but must be positive and finite")]
    Tolerance {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// An array that does not fit the model.
    #[error("{what} has {actual} entries, but {expected} are needed")]
    Length {
        /// Which array.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries given.
        actual: usize,
    },
    /// A row whose mass, inflated by rounding, is not below 1 after discounting.
    #[error(
        "the row of state-action pair {pair} sums to more than 1 by rounding: write its probabilities as fractions"
    )]
    NotContracting {
        /// The state-action pair.
        pair: usize,
    },
    /// Evaluation by cycle detection of a chain with chance in it.
    #[error("the chain moves by chance, so `cycles` cannot evaluate it: use `auto`")]
    NotDeterministic,
    /// The sparse factorization ran out of memory.
    #[error("the sparse factorization of {states} states failed: use `krylov` or `iterative`")]
    Factorization {
        /// Size of the system.
        states: usize,
    },
}

/// Names of the solvers that take a criterion, for the hint.
fn alternatives(criterion: &Criterion) -> String {
    let names: Vec<_> = crate::SOLVERS
        .iter()
        .filter(|solver| solver.supports(criterion))
        .map(|solver| format!("`{}`", solver.name))
        .collect();
    if names.is_empty() { "another criterion, no solver takes this one".into() } else { names.join(", ") }
}
