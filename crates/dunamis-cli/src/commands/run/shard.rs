//! `dunamis run --shard`: one part of the work.

use super::Arguments;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::counted;
use dunamis_experiment::{ExperimentError, ShardChoice, run_shard};
use serde::Serialize;

#[derive(Serialize)]
struct Document {
    schema: u64,
    name: String,
    /// From 1.
    shard: u32,
    shards: u32,
    /// The directory of the part files; not there if everything was complete before.
    parts: String,
    computed: u64,
    known: u64,
}

pub(super) fn run(arguments: &Arguments, choice: ShardChoice, output: Output) -> Result<ExitStatus, Failure> {
    let (sweep, runs) = (arguments.runs.sweep(&arguments.config)?, &arguments.runs.directory.runs);
    let shard = choice.resolve(|name| std::env::var(name).ok()).map_err(ExperimentError::from)?;
    let progress = output.progress(&sweep.name);
    let done = run_shard(&sweep, shard, runs, &progress, |name| progress.restart(name))?;
    drop(progress);
    if arguments.json {
        output::json(&Document {
            schema: SCHEMA,
            name: done.name,
            shard: shard.number(),
            shards: shard.count(),
            parts: done.parts.display().to_string(),
            computed: done.computed,
            known: done.known,
        })?;
        return Ok(ExitStatus::Success);
    }
    let computed = counted(done.computed, "chunk");
    let place = if done.parts.exists() {
        format!("{}\n\nwhen all shards are done: dunamis runs merge --runs {}", done.parts.display(), runs.display())
    } else {
        format!("all runs of its own are in {}", runs.display())
    };
    output::data(&format!("{}: shard {shard}, {computed} computed, {} known\n{place}\n", done.name, done.known))?;
    Ok(ExitStatus::Success)
}
