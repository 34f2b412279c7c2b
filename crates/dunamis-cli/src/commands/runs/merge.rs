//! `dunamis runs merge`: the runs of what shards have computed.

use crate::commands::run::Document as RunDocument;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::run_path::Directory;
use crate::run_table::run_table;
use crate::table::counted;
use clap::Args;
use dunamis_experiment::{ExperimentError, Merged, Unfinished, list_unfinished, merge};
use serde::Serialize;

/// What to put together.
#[derive(Debug, Args)]
#[command(
    about = "Make the runs of what shards have computed",
    long_about = "Make the runs of what shards have computed.\n\n\
        dunamis run CONFIG --shard 1/4 to 4/4 leave part files in a directory parts-ID among the runs. When all four are done, \
        this command adds what they computed and writes the run directories, with the same bytes as if one process had done everything, \
        and removes the parts. If something is missing it says which shards to run again, and writes nothing.",
    after_long_help = "\
Examples:
  dunamis runs merge
  dunamis runs merge parts-3f9a --runs target/runs --json"
)]
pub(crate) struct Arguments {
    /// Names of directories of parts, or their starts, or paths [default: all in the directory]
    #[arg(value_name = "PARTS")]
    selection: Vec<String>,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    sweeps: Vec<SweepDocument<'a>>,
}

#[derive(Serialize)]
struct SweepDocument<'a> {
    name: &'a str,
    runs: Vec<RunDocument<'a>>,
}

impl<'a> SweepDocument<'a> {
    fn new(sweep: &'a Merged) -> Self {
        SweepDocument { name: &sweep.name, runs: sweep.runs.iter().map(RunDocument::new).collect() }
    }
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let directory = &arguments.directory;
    let unfinished: Vec<Unfinished> = if arguments.selection.is_empty() {
        list_unfinished(&directory.runs)?
    } else {
        arguments.selection.iter().map(|parts| directory.find_unfinished(parts)).collect::<Result<_, _>>()?
    };
    let (mut merged, mut failed) = (Vec::new(), None);
    for sweep in unfinished {
        let progress = output.progress("merge");
        match merge(&sweep.path, &progress, |name| progress.restart(name)) {
            Ok(sweep) => merged.push(sweep),
            Err(error) if error.is_cancelled() => return Err(error.into()),
            // Another process has merged it meanwhile.
            Err(ExperimentError::Parts { .. }) if !sweep.path.exists() => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if arguments.json {
        output::json(&Document { schema: SCHEMA, sweeps: merged.iter().map(SweepDocument::new).collect() })?;
    } else {
        let text = |Merged { name, runs }: &Merged| match &runs[..] {
            [run] => RunDocument::new(run).text(),
            _ => format!(
                "{name}: {} in {}\n\n{}",
                counted(runs.len() as u64, "run"),
                directory.runs.display(),
                run_table(runs)
            ),
        };
        let mut texts: Vec<String> = merged.iter().map(text).collect();
        if texts.is_empty() && failed.is_none() {
            texts.push(format!("nothing to merge in {}\n", directory.runs.display()));
        }
        if !texts.is_empty() {
            output::data(&texts.join("\n"))?;
        }
    }
    failed.map_or(Ok(ExitStatus::Success), |error| Err(error.into()))
}
