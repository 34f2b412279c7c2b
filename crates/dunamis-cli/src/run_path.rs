//! Which run a word on the command line means.

use crate::failure::Failure;
use clap::Args;
use dunamis_experiment::{AnyRun, Run, Unfinished, list_unfinished};
use std::path::{Path, PathBuf};

/// Most candidates that an error names.
const CANDIDATES: usize = 5;

/// Where runs are.
#[derive(Debug, Args)]
pub(crate) struct Directory {
    /// The directory of the runs
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs: PathBuf,
}

impl Directory {
    /// The directory of a run: a path, or the key of a run in here, or the start of one.
    ///
    /// # Errors
    ///
    /// [`Failure::UnknownRun`], [`Failure::AmbiguousRun`].
    pub(crate) fn find(&self, run: &str) -> Result<PathBuf, Failure> {
        let path = Path::new(run);
        if path.join("manifest.json").is_file() {
            return Ok(path.into());
        }
        let is_key = !run.is_empty() && run.bytes().all(|b| b.is_ascii_hexdigit());
        let mut found: Vec<PathBuf> = match std::fs::read_dir(&self.runs) {
            Ok(entries) if is_key => {
                let starts =
                    |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(run));
                entries.flatten().map(|entry| entry.path()).filter(starts).collect()
            }
            _ => Vec::new(),
        };
        found.sort();
        self.only(run, found, PathBuf::as_path)
    }

    /// What shards have left of a sweep: a path, or the name of a directory of parts in here, or the start of one.
    ///
    /// # Errors
    ///
    /// [`Failure::UnknownRun`], [`Failure::AmbiguousRun`].
    pub(crate) fn find_unfinished(&self, parts: &str) -> Result<Unfinished, Failure> {
        let path = Path::new(parts);
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (runs, wanted) = match path.parent() {
            Some(runs) if path.is_dir() && !runs.as_os_str().is_empty() => (runs, name(path)),
            _ => (self.runs.as_path(), parts.to_owned()),
        };
        let mut found = list_unfinished(runs)?;
        let id = wanted.strip_prefix("parts-").unwrap_or(&wanted);
        found.retain(|unfinished| !id.is_empty() && name(&unfinished.path).starts_with(&format!("parts-{id}")));
        self.only(parts, found, |unfinished| &unfinished.path)
    }

    /// The only one that a word may mean.
    fn only<T>(&self, word: &str, mut found: Vec<T>, path: impl Fn(&T) -> &Path) -> Result<T, Failure> {
        let name = |found: &T| path(found).file_name().unwrap_or_default().to_string_lossy().into_owned();
        match (found.pop(), found.len()) {
            (None, _) => Err(Failure::UnknownRun { run: word.into(), directory: self.runs.display().to_string() }),
            (Some(only), 0) => Ok(only),
            (Some(last), more) => {
                let names = found.iter().chain([&last]).take(CANDIDATES).map(name).collect();
                Err(Failure::AmbiguousRun { run: word.into(), names, count: more + 1 })
            }
        }
    }

    /// The run of an experiment, read and checked.
    ///
    /// # Errors
    ///
    /// As for [`find`](Self::find), [`Failure::Experiment`], and [`Failure::NoPower`] for the run of an analysis.
    pub(crate) fn load(&self, run: &str) -> Result<Run, Failure> {
        match AnyRun::load(self.find(run)?)? {
            AnyRun::Experiment(run) => Ok(run),
            AnyRun::Analysis(_) => Err(Failure::NoPower { run: run.into() }),
        }
    }
}
