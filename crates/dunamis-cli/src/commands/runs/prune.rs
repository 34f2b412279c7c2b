//! `dunamis runs prune`: removes what nobody needs.

use super::list::size;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::run_path::Directory;
use crate::table::counted;
use clap::Args;
use dunamis_experiment::{Entry, clear_unfinished, list, list_unfinished};
use serde::Serialize;
use std::fmt::Write;

/// Which runs to remove.
#[derive(Debug, Args)]
#[command(
    about = "Remove damaged and unfinished runs, and others that are asked for",
    long_about = "Remove damaged and unfinished runs, and others that are asked for.\n\n\
        Without a selection these are directories that are no complete runs, and what killed processes have left. --outdated adds \
        runs of earlier numerics, which dunamis run would not reuse. Naming runs removes these and nothing else; only so what shards \
        have left of a sweep is removed, and never while one of them is running.",
    after_long_help = "\
Examples:
  dunamis runs prune --dry-run
  dunamis runs prune --outdated
  dunamis runs prune 3f9a 81c0
  dunamis runs prune parts-5d20"
)]
pub(crate) struct Arguments {
    /// Keys of runs or names of parts, or their starts: removes these and no others
    #[arg(value_name = "RUN", conflicts_with = "outdated")]
    selection: Vec<String>,

    /// Also remove runs of earlier numerics
    #[arg(long)]
    outdated: bool,

    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    dry_run: bool,
    removed: Vec<Removed>,
    bytes: u64,
}

#[derive(Serialize)]
struct Removed {
    path: String,
    bytes: u64,
    reason: String,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let runs = &arguments.directory.runs;
    let mut removed = Vec::new();
    let (parts, selection): (Vec<&String>, Vec<&String>) =
        arguments.selection.iter().partition(|word| word.contains("parts-"));
    let parts = parts.into_iter().map(|word| arguments.directory.find_unfinished(word));
    let parts = parts.collect::<Result<Vec<_>, Failure>>()?;
    for (entry, reason) in select(arguments, &selection)? {
        if !arguments.dry_run {
            entry.remove()?;
        }
        removed.push(Removed { path: entry.path.display().to_string(), bytes: entry.bytes, reason });
    }
    for sweep in parts {
        if !arguments.dry_run {
            sweep.remove()?;
        }
        removed.push(Removed { path: sweep.path.display().to_string(), bytes: sweep.bytes, reason: "as asked".into() });
    }
    if arguments.selection.is_empty() && !arguments.dry_run {
        let unfinished = clear_unfinished(runs)?;
        if unfinished > 0 {
            output.note(&format!("{} of killed processes removed", counted(unfinished as u64, "unfinished run")));
        }
        let sweeps = list_unfinished(runs)?.len();
        if sweeps > 0 {
            let sweeps = counted(sweeps as u64, "unfinished sweep");
            output.note(&format!("{sweeps} of shards kept: `dunamis runs merge` makes runs, and naming removes"));
        }
    }
    let bytes = removed.iter().map(|run| run.bytes).sum();
    if arguments.json {
        output::json(&Document { schema: SCHEMA, dry_run: arguments.dry_run, removed, bytes })?;
        return Ok(ExitStatus::Success);
    }
    let mut text = String::new();
    for run in &removed {
        let _ = writeln!(text, "{}: {}", run.path, run.reason);
    }
    let verb = if arguments.dry_run { "would be removed" } else { "removed" };
    let _ = writeln!(text, "{} {verb}, {}", counted(removed.len() as u64, "run"), size(bytes));
    output::data(&text)?;
    Ok(ExitStatus::Success)
}

/// What to remove, and why.
fn select(arguments: &Arguments, selection: &[&String]) -> Result<Vec<(Entry, String)>, Failure> {
    let mut named = Vec::new();
    for run in selection {
        named.push(arguments.directory.find(run)?);
    }
    let reason = |entry: &Entry| {
        if !arguments.selection.is_empty() {
            return named.iter().any(|path| path.file_name() == entry.path.file_name()).then(|| "as asked".to_owned());
        }
        match &entry.content {
            Err(damage) => Some(format!("damaged: {damage}")),
            Ok(content) if arguments.outdated && content.manifest.is_outdated() => Some("outdated".into()),
            Ok(_) => None,
        }
    };
    let entries = list(&arguments.directory.runs)?.into_iter();
    Ok(entries.filter_map(|entry| reason(&entry).map(|reason| (entry, reason))).collect())
}
