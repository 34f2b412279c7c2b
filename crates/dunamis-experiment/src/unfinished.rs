//! Sweeps that shards are computing, as they are listed.

use crate::part::PartDepth;
use crate::parts::{ChangedPart, Index, Parts};
use crate::store::is_complete;
use crate::{ExperimentError, Shard};
use std::path::{Path, PathBuf};

/// A sweep that shards compute, or have computed without being [merged](crate::merge) yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The directory of its part files, `parts-ID` among the runs.
    pub path: PathBuf,
    /// What the sweep is called, and how much of it is there; or what is wrong with the directory.
    pub progress: Result<Progress, String>,
    /// The size of its files in bytes.
    pub bytes: u64,
    /// The shards that have begun, with whether a process computes each of them now.
    pub shards: Vec<(Shard, bool)>,
}

/// How much of a sweep is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is called.
    pub name: String,
    /// Chunks of all its points; an exact expectation counts as one.
    pub chunks: u64,
    /// How many of them are there. Only headers were read: [`Unfinished::check`] reads everything.
    pub known: u64,
}

/// All sweeps in a directory of runs that shards compute, by the names of their directories.
///
/// # Errors
///
/// [`ExperimentError::NoRuns`] if the directory cannot be read.
pub fn list_unfinished(runs: impl AsRef<Path>) -> Result<Vec<Unfinished>, ExperimentError> {
    let runs = runs.as_ref();
    let unreadable = |source| ExperimentError::NoRuns { path: runs.into(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(runs).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_parts = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("parts-"));
        if is_parts && path.is_dir() {
            found.push(Unfinished::read(runs, Parts { path }));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

impl Unfinished {
    fn read(runs: &Path, parts: Parts) -> Self {
        let progress = || {
            let work = parts.work()?;
            let files = parts.files().map_err(|source| parts.error(source))?;
            let index = Index::read(files, PartDepth::Headers).map_err(|source| parts.error(source))?;
            let known = work.points.iter().map(|point| {
                let chunks = || (0..point.units()).filter(|&chunk| index.has(point.key, chunk)).count() as u64;
                if is_complete(runs, point.key) { point.units() } else { chunks() }
            });
            Ok(Progress { name: work.name.clone(), chunks: work.units(), known: known.sum() })
        };
        let sizes = std::fs::read_dir(&parts.path).into_iter().flatten().flatten();
        Unfinished {
            progress: progress().map_err(|error: ExperimentError| error.to_string()),
            bytes: sizes.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum(),
            shards: parts.shards().unwrap_or_default().into_iter().collect(),
            path: parts.path,
        }
    }

    /// Whether a process computes one of its shards now, as far as the file system has locks.
    pub fn is_live(&self) -> bool {
        self.shards.iter().any(|&(_, live)| live)
    }

    /// Reads all part files; the records that are not what was written. A record that was never finished is none of these.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Parts`].
    pub fn check(&self) -> Result<Vec<ChangedPart>, ExperimentError> {
        let parts = Parts { path: self.path.clone() };
        let index = parts.files().and_then(|files| Index::read(files, PartDepth::Content));
        Ok(index.map_err(|source| parts.error(source))?.changed)
    }

    /// Removes all of it.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Parts`], also while a process computes one of its shards.
    pub fn remove(&self) -> Result<(), ExperimentError> {
        let failed = |source| ExperimentError::Parts { path: self.path.clone(), source };
        if Unfinished::read(Path::new(""), Parts { path: self.path.clone() }).is_live() {
            return Err(failed(std::io::ErrorKind::ResourceBusy.into()));
        }
        Parts { path: self.path.clone() }.remove().map_err(failed)
    }
}
