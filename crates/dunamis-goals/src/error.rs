//! What goes wrong with settings, goals and their samples.

use crate::NotRevisited;
use dunamis_mdp::{ModelError, NumberError};
use dunamis_power::PowerError;
use dunamis_sampling::{BodyError, RewardError, SampleError};
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
    /// A pair number that the model does not have.
    #[error("there is no state-action pair number {pair}: the model has {pairs} pairs, counted from 0")]
    PairOutOfRange {
        /// The number.
        pair: usize,
        /// How many there are.
        pairs: usize,
    },
    /// A sink that is not one.
    #[error(
        "`{sink}` cannot be a sink: it leads to `{next}`; take it out of the sinks, or that transition out of the model"
    )]
    LivingSink {
        /// The state.
        sink: String,
        /// Where it leads.
        next: String,
    },
    /// A terminal state that does not end the episode.
    #[error(
        "`{terminal}` cannot be the terminal state: it leads to `{next}`, where its reward may be collected once only; let it \
         lead to a state with the label `sink`"
    )]
    LivingTerminal {
        /// The state.
        terminal: String,
        /// Where it leads.
        next: String,
    },
    /// No action shuts the agent down.
    #[error("no action of `{new}` leads to `{terminal}` with certainty, so that there is no shutdown to avoid")]
    NoShutdown {
        /// The new state.
        new: String,
        /// The terminal state.
        terminal: String,
    },
    /// Every action shuts the agent down.
    #[error("every action of `{new}` shuts the agent down, so that there is nothing else to do")]
    OnlyShutdown {
        /// The new state.
        new: String,
    },
    /// A label that does not name one state.
    #[error("the label `{label}` must belong to exactly one state that is not a sink, and belongs to {states}")]
    Label {
        /// The label.
        label: &'static str,
        /// How many states have it.
        states: usize,
    },
    /// Training without states.
    #[error("no state was visited in training: name at least one")]
    NoTraining,
    /// An observation outside of training.
    #[error("`{action}` cannot have been observed at `{state}`, which was not visited in training")]
    UntrainedObservation {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// A state that is trained on and new.
    #[error("`{state}` is both trained on and new: a new state is one that was never visited in training")]
    TrainedAndNew {
        /// The state.
        state: String,
    },
    /// An action that leaves training, where optimality is read within it.
    #[error(
        "`{action}` at `{state}` leaves the states of training, so that it cannot be compared within training; count all actions \
         instead, or add the states it leads to"
    )]
    LeavesTraining {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// Rewards of actions.
    #[error("goals are rewards of states, but this reward belongs to actions or transitions")]
    NotOnStates,
    /// A sink with a reward.
    #[error("state number {state} is a sink with a reward: give it the reward 0, or take it out of the sinks")]
    RewardedSink {
        /// Its number.
        state: usize,
    },
    /// A goal or bounds of another size.
    #[error("{actual} rewards are given, where the model has {expected} states without its sinks")]
    Dimension {
        /// States.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// Bounds that leave no room.
    #[error("reward number {state} has no room between {low} and {high}: the lower bound must be below the upper one")]
    EmptyBounds {
        /// Its number.
        state: usize,
        /// Lower bound.
        low: String,
        /// Upper bound.
        high: String,
    },
    /// A reward with too many digits.
    #[error("a reward is too long a number: {source}")]
    LongReward {
        /// Why.
        source: NumberError,
    },
    /// A question that only convex sets answer.
    #[error(
        "the compatible goals are a union of convex sets, because the observed behavior leads to states where anything may be \
         done; observe these states too, or draw by rejection"
    )]
    NotConvex,
    /// A setting and goals of different models.
    #[error("the shutdown setting and the goals belong to different models")]
    OtherModel,
    /// An orbit that is too large to be counted.
    #[error("the goal has {size} rearrangements, and only up to {limit} are counted")]
    LargeOrbit {
        /// How many.
        size: String,
        /// Limit.
        limit: u32,
    },
    /// No exact answer, because the rewards that matter are not independent and uniform.
    #[error("there is no exact answer, because {reason}: sample instead")]
    Coupled {
        /// Why.
        reason: String,
    },
    /// A probability with too many digits.
    #[error("the mass that state-action pair number {pair} loses is too long a number: {source}")]
    TooLong {
        /// The pair.
        pair: usize,
        /// Why.
        source: NumberError,
    },
    /// A state that no policy reaches and revisits.
    #[error(transparent)]
    NotRevisited(#[from] NotRevisited),
    /// A policy of another model.
    #[error("the policy belongs to another model")]
    ForeignPolicy,
    /// No goal to draw.
    #[error("no goal is compatible with training: {reason}")]
    NoGoals {
        /// Which conditions contradict each other.
        reason: String,
    },
    /// Goals without room around them.
    #[error("compatible goals have no volume to draw from: {reason}; observe fewer actions or allow a margin below 0")]
    ThinGoals {
        /// Which conditions leave no room.
        reason: String,
    },
    /// Goals of any size.
    #[error("goals without bounds cannot be drawn uniformly: give a box such as [0, 1], or take them from the sphere")]
    UnboundedGoals,
    /// A margin where rewards have no scale.
    #[error(
        "a margin means nothing on the sphere, where goals that differ by a factor are one: use a box, or a margin of 0"
    )]
    MarginOnSphere,
    /// Goals that rejection does not find.
    #[error(
        "none of {trials} goals drawn from the bounds is compatible with training, and other methods need a convex set: raise \
         `trials`, or observe more states"
    )]
    RareGoals {
        /// How many were tried.
        trials: u64,
    },
    /// Walks that do not agree.
    #[error(
        "walks among compatible goals did not mix with {sweeps} sweeps between points: R̂ is {r_hat:.3} and the effective sample \
         size {effective:.0}; raise `most_sweeps`"
    )]
    NotMixed {
        /// The largest R̂ of a reward.
        r_hat: f64,
        /// The smallest effective sample size.
        effective: f64,
        /// Sweeps between points.
        sweeps: u64,
    },
    /// Features without any.
    #[error("there is no feature to make goals of: name at least one")]
    NoFeatures,
    /// Another number of weights or complexities than of features.
    #[error("{actual} numbers are given for {expected} features: give one for each")]
    FeatureNumbers {
        /// Features.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// Too many sets of features.
    #[error("there are more than {limit} sets of features: allow fewer features at a time")]
    TooManySupports {
        /// How many are allowed.
        limit: usize,
    },
    /// An agent that is not rational in any way.
    #[error("{what} is {value}, but must be from {least} to {most}")]
    Rationality {
        /// What is wrong.
        what: &'static str,
        /// Its value.
        value: f64,
        /// The smallest value.
        least: f64,
        /// The largest value.
        most: f64,
    },
    /// A step of an actor that is none.
    #[error("the step of the actor is {value}, but must be at least 0 and finite")]
    Step {
        /// Its value.
        value: f64,
    },
    /// A mixture of nothing.
    #[error(
        "a mixture of goals needs at least one component and one region, and regions numbered below the number of states"
    )]
    NoComponents,
    /// Weights of a mixture that are no distribution.
    #[error("the weights of region {region} must be at least 0, not all 0, and one for each component")]
    Weights {
        /// The first region where they are not.
        region: usize,
    },
    /// Nothing to draw.
    #[error("nothing is drawn: ask for at least one trajectory, one step and one policy")]
    NoDraws,
    /// A trajectory of an agent that starts elsewhere.
    #[error("state-action pair number {pair} cannot be reached from where agents start")]
    UnreachedPair {
        /// The pair.
        pair: usize,
    },
    /// Tables that have nothing in common.
    #[error("only tables of the same kinds of agents have a common one: name at least one, all with the same kinds")]
    DifferentTables,
    /// Actions that do not follow on each other.
    #[error("action number {step} of the trajectory is taken in a state where the one before does not lead")]
    BrokenTrajectory {
        /// Number of the action, from 0.
        step: usize,
    },
    /// A body that walks cannot be in.
    #[error(transparent)]
    Body(#[from] BodyError),
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
    /// A function that cannot be formed.
    #[error(transparent)]
    Orbit(#[from] dunamis_orbit::OrbitError),
    /// A draw that cannot be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
}
