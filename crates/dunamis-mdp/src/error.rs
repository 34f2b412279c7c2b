//! What can be wrong with a model, a reward or a policy.

use crate::names::Names;
use crate::{DiscountError, NumberError};

/// Why something is not a model, reward or policy. Every variant names the place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A model needs a state.
    #[error("the model has no state")]
    NoState,
    /// Two states of one name.
    #[error("state `{name}` is listed twice")]
    DuplicateState {
        /// The name.
        name: String,
    },
    /// A list of names with one of them twice.
    #[error("the name `{name}` is listed twice")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A state that was never declared.
    #[error("there is no state `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownState {
        /// The unknown name.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// An action that the model does not know.
    #[error("there is no action `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownAction {
        /// The unknown name.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// An action that exists, but not at this state.
    #[error("action `{action}` is not available at state `{state}`: available are {}", list(.available))]
    UnavailableAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// The actions available there.
        available: Vec<String>,
    },
    /// Arrays of a whole model that do not fit together.
    #[error(
        "the model's arrays do not fit together at {place}: starts must ascend from 0 to the length of what they index, \
         successors must be states in ascending order, and a state's actions distinct"
    )]
    Rows {
        /// The array and the entry.
        place: String,
    },
    /// A state without a single action.
    #[error("state `{state}` has no action: give it at least one (a terminal state stays where it is)")]
    StateWithoutAction {
        /// The state.
        state: String,
    },
    /// Not a probability.
    #[error("the probability of `{from}` --{action}--> `{to}` is {probability}, but must lie in [0, 1]")]
    Probability {
        /// Where the transition starts.
        from: String,
        /// Its action.
        action: String,
        /// Where it leads (`null` for leaking mass).
        to: String,
        /// The offending value.
        probability: f64,
    },
    /// One transition given twice.
    #[error("the transition `{from}` --{action}--> `{to}` is given twice: add the probabilities up")]
    DuplicateTransition {
        /// Where it starts.
        from: String,
        /// Its action.
        action: String,
        /// Where it leads (`null` for leaking mass).
        to: String,
    },
    /// A model of one agent where one of two is needed, or the other way round.
    #[error("the model has {}, but {} needed here", if *.found == 1 { "one agent" } else { "two agents" }, if *.expected == 1 { "one agent is" } else { "two are" })]
    Agents {
        /// Agents needed.
        expected: usize,
        /// Agents there are.
        found: usize,
    },
    /// Probabilities that do not form a distribution.
    #[error("the probabilities of action `{action}` at state `{state}` sum to {sum}, not 1")]
    RowSum {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// What they sum to.
        sum: f64,
    },
    /// Policy probabilities that do not form a distribution.
    #[error("the policy's probabilities at state `{state}` sum to {sum}, not 1")]
    PolicySum {
        /// The state.
        state: String,
        /// What they sum to.
        sum: f64,
    },
    /// A policy probability outside [0, 1] or NaN.
    #[error(
        "the policy's probability of action `{action}` at state `{state}` is {probability}, but must lie in [0, 1]"
    )]
    PolicyProbability {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// The offending value.
        probability: f64,
    },
    /// A policy that leaves a state out.
    #[error("the policy says nothing about state `{state}`")]
    PolicyIncomplete {
        /// The state.
        state: String,
    },
    /// A reward that is NaN or infinite.
    #[error("the reward of {place} is {value}, but must be finite")]
    Reward {
        /// Which reward.
        place: String,
        /// The offending value.
        value: f64,
    },
    /// An array of the wrong length.
    #[error("{what} has {actual} entries, but the model needs {expected}")]
    Length {
        /// Which array.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries given.
        actual: usize,
    },
    /// More state-action pairs or states than 32-bit ids can name.
    #[error("the model has more than 2^32 - 2 {what}")]
    TooLarge {
        /// States, or state-action pairs.
        what: &'static str,
    },
    /// Two entries of one key in a JSON object.
    #[error("{place} names `{key}` twice")]
    DuplicateKey {
        /// Which object.
        place: String,
        /// The key.
        key: String,
    },
    /// A file of a schema that this version does not read.
    #[error("schema {schema} is unknown: this version reads schema 1")]
    Schema {
        /// The schema number given.
        schema: u64,
    },
    /// Text that is not of the JSON format.
    #[error("not a {what} file")]
    Json {
        /// `model` or `policy`.
        what: &'static str,
        /// The parser's message, with line and column.
        source: serde_json::Error,
    },
    /// A number in a file that cannot be read.
    #[error("in `{place}`")]
    Number {
        /// Which number.
        place: String,
        /// What is wrong with it.
        source: NumberError,
    },
    /// A number with more digits than files hold.
    #[error("{place} has too many digits")]
    TooLong {
        /// Which number.
        place: String,
        /// How many are possible.
        source: NumberError,
    },
    /// An edit that cannot be carried out.
    #[error(transparent)]
    Edit(Box<crate::edit::EditError>),
    /// A discount out of range.
    #[error(transparent)]
    Discount(#[from] DiscountError),
    /// An error with the place in the file where it happened.
    #[error("in `{place}`")]
    At {
        /// For example `transitions[3]`.
        place: String,
        /// What is wrong there.
        source: Box<ModelError>,
    },
}

impl ModelError {
    pub(crate) fn unknown_state(name: &str, states: &Names) -> Self {
        ModelError::UnknownState { name: name.into(), nearest: states.nearest(name).map(Into::into) }
    }

    pub(crate) fn unknown_action(name: &str, actions: &Names) -> Self {
        ModelError::UnknownAction { name: name.into(), nearest: actions.nearest(name).map(Into::into) }
    }

    pub(crate) fn at(self, place: impl Into<String>) -> Self {
        ModelError::At { place: place.into(), source: Box::new(self) }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
