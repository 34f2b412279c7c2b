//! What is in a directory of runs, and what of it can go.

use crate::partial::Partial;
use crate::store::{bytes, malformed};
use crate::{AnalysisManifest, AnalysisRun, Damage, ExperimentError, MANIFEST_SCHEMA, Manifest, NUMERICS_VERSION, Run};
use crate::{RunKey, store};
use dunamis_sampling::STREAM_VERSION;
use std::io;
use std::path::{Path, PathBuf};

/// A run directory as it is listed: its manifest is read, its results are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name of the directory.
    pub key: RunKey,
    /// The directory.
    pub path: PathBuf,
    /// The size of its files in bytes.
    pub bytes: u64,
    /// What its config and its manifest say, or what is wrong with them.
    pub content: Result<Content, Damage>,
}

/// What a run computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The name of the experiment or analysis.
    pub name: String,
    /// How it was made.
    pub manifest: RunManifest,
}

/// How a run was made.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one per run directory")]
pub enum RunManifest {
    /// Of an [`Experiment`](crate::Experiment).
    Experiment(Manifest),
    /// Of an [`Analysis`](crate::Analysis).
    Analysis(AnalysisManifest),
}

impl RunManifest {
    /// When the computation began: UTC as `YYYY-MM-DDThh:mm:ssZ`.
    pub fn started(&self) -> &str {
        match self {
            RunManifest::Experiment(manifest) => &manifest.started,
            RunManifest::Analysis(manifest) => &manifest.started,
        }
    }

    /// Wall time of the computation in seconds.
    pub fn seconds(&self) -> f64 {
        match self {
            RunManifest::Experiment(manifest) => manifest.seconds,
            RunManifest::Analysis(manifest) => manifest.seconds,
        }
    }

    /// Whether this version would compute it anew: its numerics are not those of [`NUMERICS_VERSION`] and [`STREAM_VERSION`].
    pub fn is_outdated(&self) -> bool {
        match self {
            RunManifest::Experiment(manifest) => {
                (manifest.numerics_version, manifest.stream_version) != (NUMERICS_VERSION, STREAM_VERSION)
            }
            RunManifest::Analysis(manifest) => manifest.numerics_version != NUMERICS_VERSION,
        }
    }
}

/// A complete run of either kind, read and checked.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are few, next to vectors over all states")]
pub enum AnyRun {
    /// Of an [`Experiment`](crate::Experiment).
    Experiment(Run),
    /// Of an [`Analysis`](crate::Analysis).
    Analysis(AnalysisRun),
}

impl AnyRun {
    /// Reads a run directory and checks every file against its hash.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] when anything is missing or wrong.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ExperimentError> {
        let path = path.as_ref();
        let damaged = |source| ExperimentError::Damaged { path: path.into(), source };
        match manifest(path).map_err(damaged)? {
            RunManifest::Experiment(_) => Run::load(path).map(AnyRun::Experiment),
            RunManifest::Analysis(_) => AnalysisRun::load(path).map(AnyRun::Analysis),
        }
    }
}

/// All run directories in a directory, the oldest first, of one second by name; those that are damaged come last.
///
/// # Errors
///
/// [`ExperimentError::NoRuns`] if the directory cannot be read.
pub fn list(runs: impl AsRef<Path>) -> Result<Vec<Entry>, ExperimentError> {
    let runs = runs.as_ref();
    let unreadable = |source| ExperimentError::NoRuns { path: runs.into(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(runs).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let key = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        if let Some(key) = key.filter(|_| path.is_dir()) {
            let content = content(&path, key);
            entries.push(Entry { key, bytes: size(&path).map_err(unreadable)?, path, content });
        }
    }
    entries.sort_by(|a, b| {
        let order = |entry: &Entry| match &entry.content {
            Ok(content) => (0, content.manifest.started().to_owned(), content.name.clone(), entry.key),
            Err(_) => (1, String::new(), String::new(), entry.key),
        };
        order(a).cmp(&order(b))
    });
    Ok(entries)
}

/// Removes what dead processes have left unfinished, and says how many directories that were.
///
/// # Errors
///
/// [`ExperimentError::RunsDirectory`].
pub fn clear_unfinished(runs: impl AsRef<Path>) -> Result<usize, ExperimentError> {
    let runs = runs.as_ref();
    Partial::clear(runs).map_err(|source| ExperimentError::RunsDirectory { path: runs.into(), source })
}

impl Entry {
    /// Removes the run. A process that is killed meanwhile leaves nothing that counts as a run.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::RunsDirectory`].
    pub fn remove(&self) -> Result<(), ExperimentError> {
        let runs = self.path.parent().unwrap_or(Path::new("."));
        let removed = Partial::remove(runs, self.key, &runs.join(self.key.to_string()));
        removed.map_err(|source| ExperimentError::RunsDirectory { path: runs.into(), source })
    }
}

fn manifest(directory: &Path) -> Result<RunManifest, Damage> {
    let bytes = bytes(directory, store::MANIFEST)?;
    let value: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| malformed(store::MANIFEST, &error))?;
    if let Some(schema) = value.get("schema").and_then(serde_json::Value::as_u64)
        && schema != u64::from(MANIFEST_SCHEMA)
    {
        return Err(Damage::Schema { schema: u32::try_from(schema).unwrap_or(u32::MAX) });
    }
    // Only experiments have agents.
    let parsed = if value.get("agents").is_some() {
        serde_json::from_value(value).map(RunManifest::Experiment)
    } else {
        serde_json::from_value(value).map(RunManifest::Analysis)
    };
    parsed.map_err(|error| malformed(store::MANIFEST, &error))
}

fn content(directory: &Path, key: RunKey) -> Result<Content, Damage> {
    let manifest = manifest(directory)?;
    let found = match &manifest {
        RunManifest::Experiment(manifest) => manifest.key,
        RunManifest::Analysis(manifest) => manifest.key,
    };
    if found != key {
        return Err(Damage::Key { found });
    }
    let config = store::text(store::CONFIG, bytes(directory, store::CONFIG)?)?;
    let config: toml::Table = toml::from_str(&config).map_err(|error| malformed(store::CONFIG, &error.message()))?;
    let name = config.get("name").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    Ok(Content { name, manifest })
}

/// The size of all files in a directory.
fn size(directory: &Path) -> io::Result<u64> {
    std::fs::read_dir(directory)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}
