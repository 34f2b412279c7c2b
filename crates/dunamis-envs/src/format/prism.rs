//! Explicit files of PRISM: `.tra` with the transitions, `.lab` with labels, `.srew` with rewards of states and `.trew` with
//! rewards of transitions. Every file but the first may be missing.
//!
//! ```text
//! 2 3 4              states, choices, transitions       0="init" 1="goal"     labels
//! 0 0 0 1/2 wait     state, choice, next state,         0: 0                  those of state 0
//! 0 0 1 1/2 wait     probability, action                1: 1
//! 0 1 0 1 stay
//! 1 0 1 1 stay
//! ```
//! Lines are sorted by state and choice. A first line of two numbers announces a Markov chain, which has no choices. Numbers
//! are read and written exactly. PRISM declares the labels `init` and `deadlock` always; without states they are none here.

mod read;
mod write;

use super::{Content, Format, Registration};

pub(super) const FORMAT: Registration = Registration {
    format: Format::PrismExplicit,
    name: "PRISM explicit",
    summary: "text files of PRISM for transitions, labels and rewards, side by side",
    extensions: &["tra", "lab", "srew", "trew"],
    siblings: true,
    holds: &[
        Content::ActionNames,
        Content::PartialActions,
        Content::Labels,
        Content::ExactNumbers,
        Content::Rewardless,
        Content::Rewards,
    ],
    recognizes: |_| true,
    read: Some(read::read),
    write: Some(write::write),
};

/// The label that PRISM gives to states without a way out, of which a model here has none.
const DEADLOCK: &str = "deadlock";
