//! How a file holds its model, in words.

use super::block::Shape;
use super::column::{Column, PLAIN};
use super::mapped::MappedMdp;
use super::tables::Probability;
use std::fmt;

/// What an array holds: the width of its numbers, what there is one for, and of how many distinct values.
struct Part {
    name: &'static str,
    width: u8,
    per: &'static str,
    values: usize,
    kind: &'static str,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Part { name, width, per, values, kind } = self;
        match width {
            0 => writeln!(f, "{name:<17} 0 bytes: {kind} is the same for all"),
            &PLAIN => writeln!(f, "{name:<17} 8 bytes per {per}"),
            1 => writeln!(f, "{name:<17} 1 byte per {per}: {kind} is one of {values}"),
            _ => writeln!(f, "{name:<17} {width} bytes per {per}: {kind} is one of {values}"),
        }
    }
}

/// States, pairs, transitions and bytes, and one line for each array of the file.
impl fmt::Display for MappedMdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tables, shape) = (self.tables(), self.shape());
        let Shape { states, row_length, lists, of_pairs, .. } = *shape;
        writeln!(f, "{states} states, {} state-action pairs, {} transitions", self.pairs(), self.transitions())?;
        writeln!(
            f,
            "{} bytes, {:.1} per state; used where the file lies\n",
            self.size(),
            self.size() as f64 / states as f64
        )?;
        let part = |name, column: &Column, per, kind| Part {
            name,
            width: column.width,
            per,
            values: column.table.len(),
            kind,
        };
        Part { name: "lists of actions", width: lists, per: "state", values: tables.lists.len(), kind: "it" }.fmt(f)?;
        if lists > 0 {
            writeln!(f, "{:<17} 2 bytes per state (4 in blocks of 65536 pairs)", "first pairs")?;
        }
        match row_length {
            Some(length) => writeln!(f, "{:<17} 0 bytes: all rows have {length} successors", "first transitions")?,
            None => writeln!(f, "{:<17} 2 bytes per pair (4 in blocks of 65536 transitions)", "first transitions")?,
        }
        writeln!(f, "{:<17} 4 bytes per transition", "successors")?;
        match &tables.probability {
            Probability::Rows(width, rows) => {
                Part { name: "probabilities", width: *width, per: "pair", values: rows.len(), kind: "their row" }
                    .fmt(f)?;
            }
            Probability::Entries(column) => part("probabilities", column, "transition", "each").fmt(f)?,
        }
        part("lost mass", &tables.lost, "pair", "it").fmt(f)?;
        part("rewards", &tables.reward, if of_pairs { "pair" } else { "state" }, "each").fmt(f)
    }
}
