//! Why a directory is not a complete run.

use crate::{MANIFEST_SCHEMA, RunKey, TableError};

/// Why a directory is not a complete run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// A file is missing or cannot be read.
    #[error("`{file}` cannot be read: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A file is not what the run wrote.
    #[error("`{file}` was changed after the run: its hash is not the one in `manifest.json`")]
    Hash {
        /// The file.
        file: String,
    },
    /// A file that should be part of the run is not listed.
    #[error("`manifest.json` does not list `{file}`")]
    Unlisted {
        /// The file.
        file: String,
    },
    /// A file that cannot be understood.
    #[error("`{file}` is not well-formed: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A table that cannot be understood.
    #[error("`power.csv` is not well-formed: {0}")]
    Table(TableError),
    /// A manifest of another version.
    #[error("`manifest.json` has schema {schema}, but this version reads schema {MANIFEST_SCHEMA}")]
    Schema {
        /// Its schema number.
        schema: u32,
    },
    /// The run of another experiment.
    #[error("`manifest.json` belongs to the run `{found}`")]
    Key {
        /// Its key.
        found: RunKey,
    },
    /// Files that contradict each other.
    #[error("{what} differ between the files")]
    Mismatch {
        /// What differs.
        what: &'static str,
    },
}
