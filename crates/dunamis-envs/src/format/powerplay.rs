//! Graphs of `POWERplay`: models and policies in Graphviz's language, whose nodes say by their names what they are.
//!
//! ```text
//! strict digraph {
//! "[(0, 0)]" -> "[right]__[(0, 0)]";                                     // an action of a state
//! "[right]__[(0, 0)]" -> "[(0, 1)]__[right]__[(0, 0)]"  [weight="1.0"];  // where it leads, with its probability
//! …
//! }
//! ```
//! In a joint model states are called `(0, 0)_H^(0, 1)_A` and pairs of moves `right_H^stay_A`. A policy has weights on the
//! arrows from states to actions, and nothing behind those. A graph whose nodes are in no brackets is a model without chance:
//! its nodes are the states, and an action is called like the state it leads to.
//!
//! Rows of one agent have to sum to 1, up to the 1e-4 that `POWERplay` tolerates; what rows of two agents lack is lost, as there.
//! Beyond that program's files, a node of an action may have an attribute `lost`, a weight may be a fraction such as `"1/3"`,
//! and a pair of moves without arrows is known but not available.

mod graph;
mod read;
mod write;

use super::{Content, Format, FormatError, Registration};
use dunamis_mdp::Draft;

pub(super) use read::{decode_draft, decode_joint, entries};
pub(super) use write::{encode_joint, encode_policy};

pub(super) const FORMAT: Registration = Registration {
    format: Format::Powerplay,
    name: "POWERplay",
    summary: "graphs of POWERplay, of one or two agents, without rewards",
    extensions: &["gv"],
    siblings: false,
    holds: &[
        Content::StateNames,
        Content::ActionNames,
        Content::PartialActions,
        Content::Leaks,
        Content::ExactNumbers,
        Content::Rewardless,
    ],
    recognizes: |_| true,
    read: Some(read::read),
    write: Some(write::write),
};

/// How far the incumbent lets the sum of a row be from 1.
const TOLERANCE: f64 = 1e-4;

/// What names have to be like.
const NAMES: &str = "names have no `[`, `]` and `__`, and only pairs of moves look like `left_H^stay_A`";

/// The parts of the name of a pair of moves, such as `left_H^stay_A`.
fn pair_of_moves(action: &str) -> Option<(&str, &str)> {
    action.strip_suffix("_A")?.split_once("_H^")
}

/// The draft of a file, and where its places are.
pub(super) type Located = (Draft, Box<dyn Fn(usize) -> String>);

type Result<T> = std::result::Result<T, FormatError>;
