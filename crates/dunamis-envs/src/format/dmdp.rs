//! The own format of huge models: compact rows that are mapped into memory and used where they lie.
//!
//! UMB and NPZ are archives: to use a model is to unpack and copy it, at 12 to 16 bytes per transition and more per state and pair.
//! Here nothing is unpacked. A [`MappedMdp`] finds a row by a few shifts and additions, reads from the disk what it needs, and
//! shares it with every other process that has the file open. What repeats is a code: probabilities (single ones or those of whole rows),
//! rewards and lists of actions are bytes, or pairs of bytes, that count in a table of distinct values wherever that is smaller than the
//! values. What is the same everywhere takes nothing, so that a model without chance is its successors, 4 bytes per pair.
//! Every number is the `f64` that was written, bit for bit, and rows keep their order and repeated successors.
//!
//! All numbers are little-endian. Sections and blocks begin at multiples of 64 bytes, arrays within them at multiples of 8, with zeros
//! between them, in this order:
//!
//! | section | holds |
//! |---|---|
//! | header, 384 bytes | `DMDP\r\n\x1a\n`; `u32` version 1; `u32` k, for blocks of 2ᵏ states; `u64` states, pairs, entries and bytes of the file; `u32` successors of every row, or 2³² − 1 if that varies or there are none; `u8` widths (0, 1, 2 or 8 bytes) of lists, probabilities, lost mass and rewards; `u8` 1 if probabilities are those of single entries, not of rows; `u8` 1 if rewards are those of pairs, not of states; then offset, length (`u64`) and BLAKE3 hash of the next five sections and of the index; last the hash of all this |
//! | names | the names of actions: `u32` how many, their lengths in bytes, UTF-8 |
//! | lists | the distinct lists of actions that states have: `u32` how many, their lengths, `u32` numbers of names |
//! | probabilities | the distinct rows: `u32` how many, their lengths, `f64`; or the distinct `f64` |
//! | lost, rewards | the distinct `f64` |
//! | blocks | see below |
//! | index | for each block: offset `u64`, pairs `u32`, entries `u32`, hash |
//!
//! | array of a block | one for each | is there if |
//! |---|---|---|
//! | codes of lists | state | there are several lists |
//! | first pairs | state, and one more | there are several lists; `u16` below 2¹⁶ pairs, else `u32` |
//! | first entries | pair, and one more | rows differ in length; `u16` below 2¹⁶ entries, else `u32` |
//! | successors `u32` | entry | always |
//! | probabilities | pair or entry | there are several: codes, or `f64` at a width of 8 |
//! | lost mass | pair | there are several: codes, or `f64` |
//! | rewards | state or pair | there are several: codes, or `f64` |
//!
//! So a file is written in one go, block by block, and its header at last; and a process that works on a part of the states checks
//! the hashes of that part only. States are called by their numbers. Hashes find damage, not lies: opening a file looks at every row.

mod block;
mod census;
mod check;
mod column;
mod description;
mod header;
mod mapped;
mod mapping;
mod row;
mod tables;
mod write;

pub use mapped::{MappedMdp, Written};
pub use row::RowSource;

use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use std::io::Cursor;
use write::WriteError;

pub(super) const FORMAT: Registration = Registration {
    format: Format::Dmdp,
    name: "DMDP",
    summary: "the own format of huge models, compact and mapped into memory",
    extensions: &["dmdp"],
    siblings: false,
    holds: &[Content::ActionNames, Content::PartialActions, Content::Leaks, Content::Rewards],
    recognizes: |_| true,
    read: Some(read),
    write: Some(write),
};

fn read(files: &Files) -> Result<Contents, FormatError> {
    MappedMdp::parse(files.only().to_vec())?.contents()
}

fn write(environment: &Environment) -> Result<Files, FormatError> {
    let mut bytes = Cursor::new(Vec::new());
    if let Some(mdp) = environment.mdp() {
        write::write(&mut bytes, &mdp, write::BLOCK_LOG).map_err(|error| match error {
            WriteError::Format(error) => error,
            WriteError::Io(_) => unreachable!("memory takes all bytes"),
        })?;
    }
    Ok(Files::of("dmdp", bytes.into_inner()))
}
