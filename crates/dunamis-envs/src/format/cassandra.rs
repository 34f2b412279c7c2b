//! The text format of A. Cassandra's solvers, here for processes that are fully observed `[Cassandra 1999]`.
//!
//! ```text
//! discount: 0.95
//! values: reward             or cost
//! states: sunny rainy        or a number, for the states 0, 1, …
//! actions: walk wait
//! start: sunny               or a distribution, uniform, or start include: or exclude: and states
//! T: walk : * : sunny 0.25   probability of a step, where * stands for all states or actions
//! T: walk : * : rainy 0.75
//! T: wait identity           or uniform, or a matrix, or a row after T: wait : sunny
//! R: walk : * : sunny 1      rewards of steps in the same three forms
//! ```
//! What comes later takes the place of what came before. Numbers are read exactly as they are written. Rewards of steps fold
//! into expectations; costs are negative rewards. The states that `start` makes possible get the label `init`; a discount of 1
//! is none. Everything that is not given is 0.

mod read;
mod tokens;
mod write;

use super::{Content, Format, Registration};

pub(super) const FORMAT: Registration = Registration {
    format: Format::Cassandra,
    name: "Cassandra MDP",
    summary: "the text files of Cassandra's solvers, with names and wildcards",
    extensions: &["mdp"],
    siblings: false,
    holds: &[Content::StateNames, Content::ActionNames, Content::Discount, Content::Rewardless, Content::Rewards],
    recognizes: |_| true,
    read: Some(read::read),
    write: Some(write::write),
};

/// Words that begin a statement.
const STATEMENTS: [&str; 9] = ["discount", "values", "states", "actions", "observations", "start", "T", "O", "R"];

/// Words that have a meaning elsewhere.
const RESERVED: [&str; 7] = ["include", "exclude", "uniform", "identity", "reset", "reward", "cost"];

/// Whether a state or an action can have this name.
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(plain)
        && !STATEMENTS.contains(&text)
        && !RESERVED.contains(&text)
}
