//! What can be wrong with a law, and what can go wrong while drawing from it.

use thiserror::Error;

/// A reward distribution that cannot be built.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RewardError {
    /// A parameter of a marginal is outside the range in which its samples and moments are accurate.
    #[error(
        "`{parameter}` of the {distribution} distribution is `{value:?}`: choose a number from `{low:?}` to `{high:?}`"
    )]
    Parameter {
        /// The distribution's name in a config.
        distribution: &'static str,
        /// The parameter's name in a config.
        parameter: &'static str,
        /// What was given.
        value: f64,
        /// The smallest value that is accepted.
        low: f64,
        /// The largest value that is accepted.
        high: f64,
    },
    /// The interval of a uniform distribution is empty.
    #[error(
        "`low` of the uniform distribution is `{low:?}` and `high` is `{high:?}`: choose `low` below `high`, or a `point-mass`"
    )]
    Interval {
        /// The lower end that was given.
        low: f64,
        /// The upper end that was given.
        high: f64,
    },
    /// There is no state to reward.
    #[error("the reward distribution has no state: give it at least one")]
    NoStates,
    /// An override or a group names a state that does not exist.
    #[error("state `{state}` does not exist: the states are numbered from `0` to `{}`", states.saturating_sub(1))]
    UnknownState {
        /// The state that was named.
        state: usize,
        /// The number of states, at least 1.
        states: usize,
    },
    /// Two overrides are for one state.
    #[error("state `{state}` has two distributions of its own: keep one of them")]
    DuplicateOverride {
        /// The state in question.
        state: usize,
    },
    /// A group of states that share a reward has fewer than two states.
    #[error("group `{group}` of states that share a reward has fewer than two states: add a state or drop the group")]
    SmallGroup {
        /// The group's position in the list of groups, from 0.
        group: usize,
    },
    /// A state is listed twice among the groups of states that share a reward.
    #[error("state `{state}` is listed twice among the groups that share a reward: merge the groups or drop one entry")]
    OverlappingGroups {
        /// The state in question.
        state: usize,
    },
    /// Two states that share a reward have different distributions.
    #[error("states `{first}` and `{second}` share a reward but have different distributions: give both the same one")]
    GroupDistributions {
        /// The group's smallest state.
        first: usize,
        /// A state of the same group with another distribution.
        second: usize,
    },
    /// Constant vectors are to be rejected, but the law has no others.
    #[error(
        "every reward vector of this law is constant, so none would be left: allow constant vectors or let two states differ"
    )]
    AlwaysConstant,
    /// A finite list of reward vectors is empty.
    #[error("the list of reward vectors is empty: give at least one vector")]
    EmptySupport,
    /// The reward vectors of a finite list differ in length.
    #[error("reward vector `{vector}` has `{found}` entries but vector `0` has `{expected}`: give one entry per state")]
    RaggedSupport {
        /// The vector's position in the list, from 0.
        vector: usize,
        /// The length of the first vector.
        expected: usize,
        /// The length of this vector.
        found: usize,
    },
    /// An entry of a reward vector is not finite.
    #[error("entry `{state}` of reward vector `{vector}` is `{value:?}`: rewards are finite numbers")]
    NotFinite {
        /// The vector's position in the list, from 0.
        vector: usize,
        /// The position in the vector, from 0.
        state: usize,
        /// What was given.
        value: f64,
    },
    /// A correlation lies outside $`[-1, 1]`$ or is not a number.
    #[error("the reward correlation is `{value:?}`: choose a number from `-1` to `1`")]
    Correlation {
        /// What was given.
        value: f64,
    },
    /// A negative correlation is asked of a state whose distribution is not symmetric.
    #[error(
        "the {distribution} distribution of state `{state}` is not symmetric: a negative reward correlation needs a symmetric law such as `uniform` or `normal`"
    )]
    AsymmetricState {
        /// The first such state.
        state: usize,
        /// Its distribution's name in a config.
        distribution: &'static str,
    },
    /// A negative correlation is asked of a law over whole vectors that is not symmetric.
    #[error(
        "the law over reward vectors is not symmetric about a center: choose a reward correlation of `0` or more, or a symmetric law"
    )]
    AsymmetricLaw,
    /// A law brought by a library user describes another number of states than it has.
    #[error(
        "`{method}` of the reward distribution returns `{found}` entries for `{expected}` states: return one per state"
    )]
    Description {
        /// The trait method with the wrong answer.
        method: &'static str,
        /// The number of states.
        expected: usize,
        /// The number of entries.
        found: usize,
    },
}

/// A sample that cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The slice for the rewards has the wrong length.
    #[error("the slice for the rewards has `{found}` entries: pass one entry for each of the `{expected}` states")]
    Length {
        /// The number of states.
        expected: usize,
        /// The length of the slice.
        found: usize,
    },
    /// A law that a caller brought gave nothing.
    #[error("the law gave no rewards: {reason}")]
    Refused {
        /// Why not.
        reason: String,
    },
    /// Every redraw was constant too.
    #[error(
        "`{draws}` draws in a row gave a constant reward vector: allow constant vectors or choose a less concentrated law"
    )]
    RedrawLimit {
        /// The number of draws made.
        draws: u32,
    },
    /// Every draw was rejected.
    #[error("`{draws}` draws in a row were rejected: choose a law that is met more often")]
    RejectionLimit {
        /// The number of draws made.
        draws: u64,
    },
}

/// A convex body that cannot be built, or a walk in it that cannot start.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// There is no coordinate.
    #[error("the body has no coordinate: give it at least one")]
    NoCoordinates,
    /// A vector of the wrong length.
    #[error("{what} has `{found}` entries: pass one for each of the `{expected}` coordinates")]
    Length {
        /// Which vector.
        what: &'static str,
        /// The number of coordinates.
        expected: usize,
        /// The length of the vector.
        found: usize,
    },
    /// A side of the box is infinite.
    #[error("coordinate `{coordinate}` has no bound on one side: a uniform law needs a bounded body, so give it a box")]
    Unbounded {
        /// The first such coordinate.
        coordinate: usize,
    },
    /// A side of the box has no length.
    #[error("coordinate `{coordinate}` is between `{low:?}` and `{high:?}`: choose finite bounds, the lower one below")]
    EmptySide {
        /// The coordinate.
        coordinate: usize,
        /// Its lower bound.
        low: f64,
        /// Its upper bound.
        high: f64,
    },
    /// A row whose products may leave the range of doubles.
    #[error("row `{row}` has entries that are not finite or too large: scale it")]
    NotFinite {
        /// The row's position, from 0.
        row: usize,
    },
    /// A ball without volume.
    #[error("the radius of the ball is `{radius:?}`: choose a positive number")]
    Radius {
        /// What was given.
        radius: f64,
    },
    /// A point outside the box.
    #[error("coordinate `{coordinate}` of the point is `{value:?}`, outside of its bounds: start inside the body")]
    OutsideSide {
        /// The coordinate.
        coordinate: usize,
        /// The entry.
        value: f64,
    },
    /// A point that violates a row.
    #[error("the point falls short of row `{row}` by `{:?}`: start inside the body, away from its boundary", -slack)]
    OutsideRow {
        /// The row's position, from 0.
        row: usize,
        /// The product of row and point minus the bound, which includes the tolerance.
        slack: f64,
    },
    /// A point outside the ball.
    #[error("the point is outside of the ball of radius `{radius:?}`: start inside the body")]
    OutsideBall {
        /// The radius.
        radius: f64,
    },
    /// A point that the oracle rejects.
    #[error("the oracle rejects the point: start inside the body")]
    OutsideOracle,
}

/// The name of no sampling method.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{found}` is no sampling method: choose `independent`, `antithetic` or `sobol`")]
pub struct MethodError {
    /// What was given.
    pub found: String,
}
