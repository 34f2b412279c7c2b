//! Storm's direct encoding, in text with exact rationals.
//!
//! ```text
//! @type: MDP
//! @value_type: rational
//! @parameters
//!
//! @reward_models
//! reward
//! @nr_states
//! 2
//! @nr_choices
//! 3
//! @model
//! state 0 [0] init
//!     action wait [1/3]
//!         0 : 1/2
//!         1 : 1/2
//!     action stay [0]
//!         0 : 1
//! state 1 [5] goal
//!     action stay [0]
//!         1 : 1
//! ```
//! Rewards of a state or an action stand in brackets, one for each reward model. Lines that start with `//` are comments.
//! Markov chains are read as processes of one action.

mod read;
mod write;

use super::{Content, Format, Registration};

pub(super) const FORMAT: Registration = Registration {
    format: Format::Drn,
    name: "Storm DRN",
    summary: "the direct encoding of Storm in one text file, with exact rationals",
    extensions: &["drn"],
    siblings: false,
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

/// What Storm writes for a choice without a name.
const NO_LABEL: &str = "__NOLABEL__";
