//! UMB 1.0, the binary exchange format of probabilistic model checkers.
//!
//! A tar archive, mostly compressed, of `index.json` and arrays of little-endian numbers: states, their choices and the
//! branches of those, in compressed rows. Probabilities and rewards are doubles or rationals of a fixed number of bits.
//!
//! What the format has no place for lies in members of its own, which other programs leave alone: the names of states in
//! `dunamis/state-names/` and the discount in `dunamis/discount.txt`. State valuations are not read.

mod archive;
mod index;
mod numbers;
mod read;
mod write;

use super::{Content, Format, Registration};

pub(super) const FORMAT: Registration = Registration {
    format: Format::Umb,
    name: "UMB",
    summary: "the unified Markov binary format of Storm, PRISM and the Modest toolset, with exact rationals",
    extensions: &["umb"],
    siblings: false,
    holds: &[
        Content::StateNames,
        Content::ActionNames,
        Content::PartialActions,
        Content::Labels,
        Content::Discount,
        Content::ExactNumbers,
        Content::Rewardless,
        Content::Rewards,
    ],
    recognizes: |_| true,
    read: Some(read::read),
    write: Some(write::write),
};

/// Where the names of states lie, which the format itself does not have.
const STATE_NAMES: &str = "dunamis/state-names";

/// Where the discount lies.
const DISCOUNT: &str = "dunamis/discount.txt";
