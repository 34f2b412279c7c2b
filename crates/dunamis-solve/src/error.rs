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
    /// A step of relative value iteration that is none.
    #[error("`aperiodicity` is {value}, but must be above 0 and at most 1")]
    Aperiodicity {
        /// Its value.
        value: f64,
    },
    /// A mass that is no number of at least 0.
    #[error("{what} is {value} at entry {index}, but must be at least 0 and finite")]
    Mass {
        /// Which measure.
        what: &'static str,
        /// Number of the entry.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A forcing term that asks for nothing.
    #[error("`forcing` is {value}, but must be at least 0 and below 1")]
    Forcing {
        /// The value.
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
    /// A row that exact arithmetic cannot take for a distribution.
    #[error("the row of state-action pair {pair} does not sum to exactly 1: write its probabilities as fractions")]
    InexactRow {
        /// The state-action pair.
        pair: usize,
    },
    /// Policy weights at a state that are no distribution.
    #[error("the policy's probabilities at state {state} must be at least 0 and sum to exactly 1")]
    PolicyWeights {
        /// The state's number.
        state: usize,
    },
    /// Total reward of an end component whose gain cannot be told from 0.
    #[error(
        "play may stay for ever around state `{state}` and collect rewards of both signs that neither add up nor run out \
         for certain: use average reward or a discount"
    )]
    IndefiniteTotal {
        /// A state of the end component.
        state: String,
    },
    /// Total reward where gains and losses without bound meet.
    #[error(
        "from state `{state}` a gain without bound is possible but never without the risk of a loss without bound, so its \
         total reward is undefined: use average reward or a discount"
    )]
    UndefinedTotal {
        /// The state.
        state: String,
    },
    /// A state that the model does not have.
    #[error("there is no state {state}: the states are numbered below {states}")]
    StateOutOfRange {
        /// The state's number.
        state: usize,
        /// Number of states.
        states: usize,
    },
    /// A state-action pair that the model does not have.
    #[error("there is no state-action pair {pair}: the pairs are numbered below {pairs}")]
    PairOutOfRange {
        /// The pair's number.
        pair: usize,
        /// Number of pairs.
        pairs: usize,
    },
    /// Too many policies to look at every one.
    #[error("more than {limit} policies go different ways: raise the limit or start where fewer states are reachable")]
    TooManyPolicies {
        /// The limit.
        limit: usize,
    },
    /// An implicit model without states.
    #[error("the model has no state")]
    NoStates,
    /// Rows of an implicit model that are none.
    #[error(
        "state {state} of the implicit model has no action, a reward that is not finite, or a row that is no distribution \
         over the states below {states}"
    )]
    ImplicitRow {
        /// The first such state.
        state: u64,
        /// Number of states.
        states: u64,
    },
    /// More actions than the policy of an implicit model has numbers for.
    #[error("a state of the implicit model has {actions} actions, but at most {limit} can be told apart")]
    TooManyActions {
        /// Most actions of a state.
        actions: usize,
        /// How many are possible.
        limit: usize,
    },
    /// Values for which there is no memory.
    #[error("the values need {bytes} bytes of memory in one process: use more ranks on more machines")]
    Memory {
        /// For the values of one rank.
        bytes: u64,
    },
    /// A temperature that is none.
    #[error("the temperature is {value}, but must be {}finite", if *positive { "positive and " } else { "at least 0 and " })]
    Temperature {
        /// The value.
        value: f64,
        /// Whether 0 is refused as well.
        positive: bool,
    },
    /// An entry that is infinite or not a number.
    #[error("entry {index} of {what} is {value}, but must be finite")]
    NotFinite {
        /// Which array.
        what: &'static str,
        /// Number of the entry.
        index: usize,
        /// The entry.
        value: f64,
    },
    /// An algebraic number that is no discount.
    #[error("the discount is {discount}, but must be at least 0 and below 1")]
    DiscountOutOfRange {
        /// The number.
        discount: String,
    },
    /// A discount of 0 where the future must count.
    #[error("the discount is 0, but must be positive here: without a future all policies are alike")]
    ZeroDiscount,
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
