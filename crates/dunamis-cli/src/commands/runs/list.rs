//! `dunamis runs list`: all runs in a directory.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, SCHEMA};
use crate::run_path::Directory;
use crate::table::{Align, Table, counted, decimals};
use clap::Args;
use dunamis_experiment::{Entry, RunManifest, Unfinished, list, list_unfinished};
use serde::Serialize;
use std::fmt::Write;

/// Which runs to list.
#[derive(Debug, Args)]
#[command(
    about = "List the runs in a directory, the oldest first",
    long_about = "List the runs in a directory, the oldest first.\n\n\
        Only manifests are read: dunamis runs verify checks every file. A run is named by its key or by the start of it. Sweeps that \
        shards compute come last, until dunamis runs merge makes runs of them.",
    after_long_help = "\
Examples:
  dunamis runs list
  dunamis runs list --runs target/runs --json | jq -r '.runs[] | select(.outdated).path'"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u64,
    runs: Vec<Row>,
    unfinished: Vec<UnfinishedRow>,
}

/// A sweep that shards compute.
#[derive(Serialize)]
struct UnfinishedRow {
    path: String,
    bytes: u64,
    name: Option<String>,
    chunks: Option<u64>,
    known: Option<u64>,
    /// The shards that have begun, such as `3/16`.
    shards: Vec<String>,
    /// Those of them that a process computes now.
    running: Vec<String>,
    /// What is wrong with its directory.
    damage: Option<String>,
}

impl UnfinishedRow {
    fn new(unfinished: Unfinished) -> Self {
        let shards = |wanted: fn(bool) -> bool| {
            let shards = unfinished.shards.iter().filter(|(_, running)| wanted(*running));
            shards.map(|(shard, _)| shard.to_string()).collect()
        };
        let (shards, running) = (shards(|_| true), shards(|running| running));
        let (progress, damage) = match unfinished.progress {
            Ok(progress) => (Some(progress), None),
            Err(damage) => (None, Some(damage)),
        };
        UnfinishedRow {
            path: unfinished.path.display().to_string(),
            bytes: unfinished.bytes,
            chunks: progress.as_ref().map(|progress| progress.chunks),
            known: progress.as_ref().map(|progress| progress.known),
            name: progress.map(|progress| progress.name),
            shards,
            running,
            damage,
        }
    }

    fn cells(&self) -> [String; 6] {
        let number = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.chars().take("parts-".len() + 8).collect();
        let what = match (&self.damage, &self.name) {
            (Some(damage), _) => format!("damaged: {damage}"),
            (None, name) => name.clone().unwrap_or_default(),
        };
        [name, number(self.known), number(self.chunks), size(self.bytes), self.running.join(" "), what]
    }
}

#[derive(Serialize)]
struct Row {
    key: String,
    path: String,
    bytes: u64,
    /// `experiment` or `analysis`; `null` for a damaged run.
    kind: Option<&'static str>,
    name: Option<String>,
    started: Option<String>,
    seconds: Option<f64>,
    states: Option<usize>,
    samples: Option<u64>,
    /// Whether this version would compute it anew.
    outdated: bool,
    /// What is wrong with it.
    damage: Option<String>,
}

impl Row {
    fn new(entry: Entry) -> Self {
        let mut row = Row {
            key: entry.key.to_string(),
            path: entry.path.display().to_string(),
            bytes: entry.bytes,
            kind: None,
            name: None,
            started: None,
            seconds: None,
            states: None,
            samples: None,
            outdated: false,
            damage: None,
        };
        match entry.content {
            Err(damage) => row.damage = Some(damage.to_string()),
            Ok(content) => {
                let manifest = content.manifest;
                (row.name, row.outdated) = (Some(content.name), manifest.is_outdated());
                (row.started, row.seconds) = (Some(manifest.started().to_owned()), Some(manifest.seconds()));
                row.kind = Some(match manifest {
                    RunManifest::Analysis(_) => "analysis",
                    RunManifest::Experiment(manifest) => {
                        (row.states, row.samples) = (Some(manifest.states), manifest.samples);
                        "experiment"
                    }
                });
            }
        }
        row
    }

    fn cells(&self) -> [String; 6] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let what = match (&self.damage, self.kind, self.samples) {
            (Some(damage), ..) => format!("damaged: {damage}"),
            (None, Some("analysis"), _) => "analysis".into(),
            (None, _, Some(samples)) => counted(samples, "sample"),
            (None, ..) => "exact".into(),
        };
        let outdated = if self.outdated { " (outdated)" } else { "" };
        let seconds = self.seconds.map_or_else(String::new, |seconds| decimals(seconds, 1));
        let key = self.key.chars().take(8).collect();
        [key, text(&self.started), seconds, size(self.bytes), what + outdated, text(&self.name)]
    }
}

/// A size as people read it.
pub(super) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1000.0 {
            return format!("{} {unit}", decimals(value, usize::from(unit != "B" && value < 10.0)));
        }
        value /= 1024.0;
    }
    format!("{} TiB", decimals(value, 1))
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    let rows: Vec<Row> = list(&arguments.directory.runs)?.into_iter().map(Row::new).collect();
    let unfinished = list_unfinished(&arguments.directory.runs)?.into_iter();
    let unfinished: Vec<UnfinishedRow> = unfinished.map(UnfinishedRow::new).collect();
    if arguments.json {
        output::json(&Document { schema: SCHEMA, runs: rows, unfinished })?;
        return Ok(ExitStatus::Success);
    }
    let headings = ["run", "started", "seconds", "size", "what", "name"];
    let align = |heading: &str| if ["seconds", "size"].contains(&heading) { Align::Right } else { Align::Left };
    let mut table = Table::new(headings.map(|heading| (heading, align(heading))));
    for row in &rows {
        table.row(row.cells());
    }
    let mut text = format!("{table}\n{}\n", counted(rows.len() as u64, "run"));
    if !unfinished.is_empty() {
        let headings = ["unfinished", "done", "of chunks", "size", "running", "name"];
        let align = |heading: &str| {
            if ["done", "of chunks", "size"].contains(&heading) { Align::Right } else { Align::Left }
        };
        let mut table = Table::new(headings.map(|heading| (heading, align(heading))));
        for row in &unfinished {
            table.row(row.cells());
        }
        let _ = write!(text, "\n{table}");
    }
    output::data(&text)?;
    Ok(ExitStatus::Success)
}
