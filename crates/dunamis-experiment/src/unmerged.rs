//! What is missing before the shards of a sweep can be put together.

use crate::Shard;
use crate::parts::ChangedPart;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// The most shards, and the most of anything about one of them, that a message names.
const NAMED: usize = 8;

/// What is missing before a sweep can be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    /// The directory of its parts.
    pub path: PathBuf,
    /// Chunks of all its points.
    pub chunks: u64,
    /// Those that are missing.
    pub missing: Vec<MissingChunks>,
    /// Records that are not what was written, which may be the reason.
    pub changed: Vec<ChangedPart>,
}

/// Chunks of one point that belong to one shard and are not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingChunks {
    /// The shard.
    pub shard: Shard,
    /// The point.
    pub name: String,
    /// The chunks, in order; none for an exact expectation, which is missing as a whole.
    pub chunks: Vec<u64>,
}

impl std::error::Error for Unmerged {}

/// One line for the whole, one for each shard that is to run again, and one for each record that was changed.
impl fmt::Display for Unmerged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |missing: &MissingChunks| missing.chunks.len().max(1);
        let total: usize = self.missing.iter().map(count).sum();
        let shards: BTreeSet<Shard> = self.missing.iter().map(|missing| missing.shard).collect();
        let names: Vec<String> = shards.iter().take(NAMED).map(|shard| format!("`{shard}`")).collect();
        let (plural, more) = (if shards.len() == 1 { "" } else { "s" }, shards.len().saturating_sub(NAMED));
        let path = self.path.display();
        write!(f, "`{path}` lacks {total} of {} chunks: run the shard{plural} {}", self.chunks, names.join(", "))?;
        if more > 0 {
            write!(f, " and {more} more")?;
        }
        write!(f, " again")?;
        for changed in self.changed.iter().take(NAMED) {
            let (file, record, at) = (changed.path.display(), changed.record + 1, changed.at);
            write!(f, "\n  `{file}` was changed: nothing is believed from its record {record} at byte {at} on")?;
        }
        for missing in self.missing.iter().take(NAMED) {
            let chunks: Vec<String> = missing.chunks.iter().take(NAMED).map(ToString::to_string).collect();
            let what = match missing.chunks.len() {
                0 => "the exact expectation".into(),
                1 => format!("chunk {}", chunks[0]),
                n if n > NAMED => format!("{n} chunks: {}, …", chunks.join(", ")),
                _ => format!("chunks {}", chunks.join(", ")),
            };
            write!(f, "\n  {} of {}: {what}", missing.shard, missing.name)?;
        }
        match self.missing.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more lines like these"),
        }
    }
}
