//! The runs that configs ask for, and those that are there already.

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::run_path::Directory;
use clap::Args;
use dunamis_experiment::{Run, Setting, Sweep, SweepRun, run_sweep};
use std::path::{Path, PathBuf};

/// What configs are read with, and where their runs are.
#[derive(Debug, Args)]
pub(crate) struct ConfigRuns {
    /// Set a key of the config to another value, or to several; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<Setting>,

    #[command(flatten)]
    pub(crate) directory: Directory,
}

/// Runs that are shown together.
pub(crate) enum Gathered {
    /// All runs of one config, which says what differs between them.
    Sweep(SweepRun),
    /// Runs that may come from anywhere.
    Runs(Vec<Run>),
}

impl ConfigRuns {
    /// What a config asks for.
    pub(crate) fn sweep(&self, config: &Path) -> Result<Sweep, Failure> {
        Ok(Sweep::load(config, &self.settings)?)
    }

    /// The runs of all points of a config, computed or reused.
    pub(crate) fn compute(&self, config: &Path, output: Output) -> Result<SweepRun, Failure> {
        let sweep = self.sweep(config)?;
        let labels: Vec<String> = sweep.points.iter().map(|point| sweep.label(point)).collect();
        let done = run_sweep(
            sweep,
            &self.directory.runs,
            |number, point| match labels.len() {
                1 => output.progress(&point.experiment.name),
                count => output.progress(&format!("{} of {count}: {}", number + 1, labels[number])),
            },
            |run| output::replaced(run.replaced.as_ref()),
        );
        Ok(done?)
    }

    /// The runs of sources that are configs (.toml), or keys or directories of runs.
    pub(crate) fn gather(&self, sources: &[PathBuf], output: Output) -> Result<Gathered, Failure> {
        let is_config = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
        if !self.settings.is_empty() && !sources.iter().any(is_config) {
            return Err(Failure::NoConfig);
        }
        if let [config] = sources
            && is_config(config)
        {
            return Ok(Gathered::Sweep(self.compute(config, output)?));
        }
        let mut runs = Vec::new();
        for source in sources {
            if is_config(source) {
                runs.extend(self.compute(source, output)?.runs);
            } else {
                runs.push(self.directory.load(&source.to_string_lossy())?);
            }
        }
        Ok(Gathered::Runs(runs))
    }
}
