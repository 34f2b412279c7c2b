//! `dunamis runs verify`: whether runs are what was computed.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use crate::run_path::Directory;
use crate::table::counted;
use clap::Args;
use dunamis_experiment::{AnyRun, ExperimentError, list, list_unfinished};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Which runs to check.
#[derive(Debug, Args)]
#[command(
    about = "Check every file of runs against the hashes in their manifests",
    long_about = "Check every file of runs against the hashes in their manifests.\n\n\
        Exit code 1 if a run is damaged; dunamis run computes it again. What shards have left of sweeps is checked too, unless runs \
        are named.",
    after_long_help = "\
Examples:
  dunamis runs verify
  dunamis runs verify 3f9a --runs target/runs --json"
)]
pub(crate) struct Arguments {
    /// Keys of runs or their starts, or paths [default: all runs in the directory]
    #[arg(value_name = "RUN")]
    selection: Vec<String>,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    checked: usize,
    /// Sweeps that shards compute, which are checked too.
    unfinished: usize,
    damaged: Vec<Damaged>,
}

#[derive(Serialize)]
struct Damaged {
    path: String,
    damage: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    let paths: Vec<PathBuf> = if arguments.selection.is_empty() {
        list(&arguments.directory.runs)?.into_iter().map(|entry| entry.path).collect()
    } else {
        arguments.selection.iter().map(|run| arguments.directory.find(run)).collect::<Result<_, _>>()?
    };
    let mut damaged = Vec::new();
    for path in &paths {
        match AnyRun::load(path) {
            Ok(_) => {}
            Err(ExperimentError::Damaged { source, .. }) => {
                damaged.push(Damaged { path: path.display().to_string(), damage: source.to_string() });
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut unfinished = 0;
    if arguments.selection.is_empty() {
        for sweep in list_unfinished(&arguments.directory.runs)? {
            unfinished += 1;
            damaged.extend(sweep.check()?.into_iter().map(|changed| Damaged {
                path: changed.path.display().to_string(),
                damage: format!(
                    "record {} at byte {} was changed: run the shard {} again",
                    changed.record + 1,
                    changed.at,
                    changed.shard
                ),
            }));
        }
    }
    let status = if damaged.is_empty() { ExitStatus::Success } else { ExitStatus::Missed };
    if arguments.json {
        output::json(&Document { schema: SCHEMA, checked: paths.len(), unfinished, damaged })?;
        return Ok(status);
    }
    let mut text = String::new();
    for run in &damaged {
        let _ = writeln!(text, "damaged: {}: {}", run.path, run.damage);
    }
    let checked = counted(paths.len() as u64, "run");
    let and = match unfinished as u64 {
        0 => String::new(),
        count => format!(" and {}", counted(count, "unfinished sweep")),
    };
    let _ = writeln!(text, "{checked}{and} checked, {} damaged", damaged.len());
    output::data(&text)?;
    Ok(status)
}
