//! What can go wrong in a run.

use crate::{ConfigError, Damage, ShardError, Unmerged};
use dunamis_goals::GoalError;
use dunamis_orbit::OrbitError;
use dunamis_power::PowerError;
use std::path::PathBuf;

/// Why an experiment has no run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The experiment does not fit its environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The directory for runs cannot be written; found out before anything is computed.
    #[error("cannot write runs to `{}`: make it a writable directory or choose another one", .path.display())]
    RunsDirectory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A directory of runs that is not there.
    #[error("there are no runs in `{}`: name the directory that `dunamis run` wrote to", .path.display())]
    NoRuns {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Nothing says which shard this is.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// A sweep that stops at standard errors, which shards do not know.
    #[error(
        "`{name}` stops at a standard error, which no shard knows without the others: replace `until-se` by a number of `samples`"
    )]
    ShardUntil {
        /// The name of the experiment.
        name: String,
    },
    /// Part files that cannot be read or written.
    #[error("cannot read or write the part files in `{}`", .path.display())]
    Parts {
        /// Their directory.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A description of work that is none.
    #[error("`{}` does not say what was divided: {reason}; start any shard again, which writes it anew", .path.display())]
    Work {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Shards that are not done.
    #[error(transparent)]
    Unmerged(Box<Unmerged>),
    /// A file of the run cannot be written.
    #[error("cannot write `{}`: nothing of this run is kept", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A run directory that cannot be used.
    #[error("`{}` is no complete run: compute it again", .path.display())]
    Damaged {
        /// The run directory.
        path: PathBuf,
        /// What is wrong with it.
        source: Damage,
    },
    /// A table cannot be written as Parquet.
    #[cfg(feature = "parquet")]
    #[error("cannot write Parquet: {message}")]
    Parquet {
        /// The writer's message.
        message: String,
    },
    /// A sample that a run did not keep.
    #[error("run `{run}` kept {kept} samples, counted from 0, and sample {sample} is none of them")]
    NoSample {
        /// The name of the run's experiment.
        run: String,
        /// The sample asked for.
        sample: usize,
        /// How many were kept.
        kept: usize,
    },
    /// A start of a walk that no state has as its name.
    #[error("no state of run `{run}` is called `{state}`{}", nearest.as_ref().map_or_else(String::new, |n| format!(" (did you mean `{n}`?)")))]
    NoStart {
        /// The name of the run's experiment.
        run: String,
        /// The name asked for.
        state: String,
        /// The state most like it.
        nearest: Option<String>,
    },
    /// An environment that has changed since the run.
    #[error("the environment of run `{run}` is not what it was: run its experiment again")]
    OtherEnvironment {
        /// The name of the run's experiment.
        run: String,
    },
    /// A run of the incumbent's arithmetic, which keeps no policies.
    #[error("run `{run}` repeats the incumbent's arithmetic, which has no policies to show")]
    NoPolicies {
        /// The name of the run's experiment.
        run: String,
    },
    /// POWER cannot be computed.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// A worst orbit among too many outcomes.
    #[error(
        "worst orbits are searched for among at most {limit} outcomes on each side: remove `worst`, both laws hold anyway"
    )]
    TooManyOutcomes {
        /// The most on each side.
        limit: usize,
    },
    /// An orbit cannot be counted.
    #[error(transparent)]
    Orbit(#[from] OrbitError),
    /// Nothing can be said of the goals compatible with training.
    #[error(transparent)]
    Goals(#[from] GoalError),
}

impl ExperimentError {
    /// Whether the observer asked to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, ExperimentError::Power(PowerError::Cancelled))
    }
}
