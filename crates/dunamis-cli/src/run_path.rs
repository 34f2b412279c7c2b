//! Which run a word on the command line means.

use crate::failure::Failure;
use clap::Args;
use dunamis_experiment::{AnyRun, Run};
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
        match &found[..] {
            [] => Err(Failure::UnknownRun { run: run.into(), directory: self.runs.display().to_string() }),
            [path] => Ok(path.clone()),
            several => {
                let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let names = several.iter().take(CANDIDATES).map(name).collect();
                Err(Failure::AmbiguousRun { run: run.into(), names, count: several.len() })
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
