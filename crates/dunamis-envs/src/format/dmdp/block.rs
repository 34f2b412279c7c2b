//! Where the arrays of a block lie.

use super::column::start_width;

/// Sections and blocks begin at multiples of this.
pub(super) const ALIGNMENT: u64 = 64;

/// The next place where a section or block may begin.
pub(super) fn aligned(offset: u64) -> u64 {
    offset.next_multiple_of(ALIGNMENT)
}

/// What all blocks of a file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) states: u64,
    /// Blocks have two to this many states, the last one maybe fewer.
    pub(super) block_log: u32,
    /// Successors of every row, unless that varies.
    pub(super) row_length: Option<u32>,
    /// Width of codes of lists of actions; 0 if all states have the same list.
    pub(super) lists: u8,
    pub(super) probability: u8,
    /// Whether probabilities are those of entries instead of rows.
    pub(super) of_entries: bool,
    pub(super) lost: u8,
    pub(super) reward: u8,
    /// Whether rewards are those of pairs instead of states.
    pub(super) of_pairs: bool,
}

/// A block of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) pairs: u32,
    pub(super) entries: u32,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) lists: usize,
    pub(super) first_pairs: usize,
    pub(super) first_entries: usize,
    pub(super) next: usize,
    pub(super) probability: usize,
    pub(super) lost: usize,
    pub(super) reward: usize,
    /// Widths of the first pairs and the first entries.
    pub(super) widths: (u8, u8),
}

impl Shape {
    /// How many blocks there are.
    pub(super) fn blocks(&self) -> u64 {
        self.states.div_ceil(1 << self.block_log)
    }

    /// How many states a block has.
    pub(super) fn states_of(&self, block: u64) -> u64 {
        (self.states - (block << self.block_log)).min(1 << self.block_log)
    }

    /// A block of so many states that begins at an offset; `None` if it ends beyond what can be addressed.
    pub(super) fn block(&self, states: u64, pairs: u32, entries: u32, start: u64) -> Option<Block> {
        let (p, e) = (u64::from(pairs), u64::from(entries));
        let widths = (start_width(pairs), start_width(entries));
        let first_pairs = if self.lists > 0 { u64::from(widths.0) * (states + 1) } else { 0 };
        let first_entries = if self.row_length.is_none() { u64::from(widths.1) * (p + 1) } else { 0 };
        let mut end = start;
        let mut array = |bytes: u64| {
            let start = end;
            end = end.checked_add(bytes.next_multiple_of(8))?;
            usize::try_from(start).ok()
        };
        let block = Block {
            pairs,
            entries,
            start: array(0)?,
            lists: array(u64::from(self.lists) * states)?,
            first_pairs: array(first_pairs)?,
            first_entries: array(first_entries)?,
            next: array(4 * e)?,
            probability: array(u64::from(self.probability) * if self.of_entries { e } else { p })?,
            lost: array(u64::from(self.lost) * p)?,
            reward: array(u64::from(self.reward) * if self.of_pairs { p } else { states })?,
            end: 0,
            widths,
        };
        let end = usize::try_from(end.checked_next_multiple_of(ALIGNMENT)?).ok()?;
        Some(Block { end, ..block })
    }
}
