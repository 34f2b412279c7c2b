//! `dunamis runs table`: several runs side by side.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::run_path::Directory;
use crate::run_table::run_table;
use crate::table::counted;
use crate::whole_file;
use clap::Args;
use dunamis_experiment::{Column, Frame, Run, RunManifest, list};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Which runs to compare, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Compare runs: what differs between them, their POWER and alignment; as CSV or Parquet too",
    long_about = "Compare runs: what differs between them, their POWER and alignment; as CSV or Parquet too.\n\n\
        One row per run: the keys in which the configs differ, POWER as the mean over all states, and the alignment of two \
        agents. The error of a mean over states is an upper bound: the mean of the states' standard errors. With --states, one \
        row per run and state.",
    after_long_help = "\
Examples:
  dunamis runs table                                   all runs of experiments in runs/
  dunamis runs table 3f9a 81c0 --output two.csv
  dunamis runs table --states --output all.parquet     (when built with --features parquet)
  dunamis runs table --name 'beta sweep' --json"
)]
pub(crate) struct Arguments {
    /// Keys of runs or their starts, or paths [default: all runs of experiments in the directory]
    #[arg(value_name = "RUN")]
    selection: Vec<String>,

    /// Only runs whose name contains this text
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// One row per run and state
    #[arg(long)]
    states: bool,

    /// Write the whole table to a file: .csv, or .parquet where that was built in
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let runs = select(arguments)?;
    let frame = || if arguments.states { Frame::of_states(&runs) } else { Frame::of_runs(&runs) };
    if let Some(path) = &arguments.output {
        let frame = frame();
        let content = encode(&frame, path)?;
        whole_file::write(path, |file| file.write_all(&content))?;
        output.note(&format!("{} in {}", counted(frame.rows() as u64, "row"), path.display()));
    } else if arguments.json {
        let frame = frame();
        let rows: Vec<Value> = (0..frame.rows()).map(|row| record(&frame, row)).collect();
        output::json(&json!({ "schema": SCHEMA, "rows": rows }))?;
    } else if arguments.states {
        output::data(&String::from_utf8_lossy(&frame().to_csv()?))?;
    } else {
        output::data(&run_table(&runs))?;
    }
    Ok(ExitStatus::Success)
}

fn select(arguments: &Arguments) -> Result<Vec<Run>, Failure> {
    let is_named = |name: &str| arguments.name.as_ref().is_none_or(|text| name.contains(text.as_str()));
    if !arguments.selection.is_empty() {
        let runs =
            arguments.selection.iter().map(|run| arguments.directory.load(run)).collect::<Result<Vec<_>, _>>()?;
        return Ok(runs.into_iter().filter(|run| is_named(&run.experiment.name)).collect());
    }
    let mut runs = Vec::new();
    for entry in list(&arguments.directory.runs)? {
        if let Ok(content) = entry.content
            && matches!(content.manifest, RunManifest::Experiment(_))
            && is_named(&content.name)
        {
            runs.push(Run::load(&entry.path)?);
        }
    }
    Ok(runs)
}

fn encode(frame: &Frame, path: &Path) -> Result<Vec<u8>, Failure> {
    match path.extension().map(|end| end.to_string_lossy().to_lowercase()).as_deref() {
        Some("csv") => Ok(frame.to_csv()?),
        #[cfg(feature = "parquet")]
        Some("parquet") => Ok(frame.to_parquet()?),
        #[cfg(not(feature = "parquet"))]
        Some("parquet") => Err(format_error(path, "ending in `.csv`; for Parquet, build with `--features parquet`")),
        _ => Err(format_error(path, "ending in `.csv` or `.parquet`")),
    }
}

fn format_error(path: &Path, choices: &'static str) -> Failure {
    Failure::TableFormat { path: path.display().to_string(), choices }
}

fn record(frame: &Frame, row: usize) -> Value {
    let value = |column: &Column| match column {
        Column::Text(values) => json!(values[row]),
        Column::Number(values) => json!(values[row]),
        Column::Count(values) => json!(values[row]),
    };
    Value::Object(frame.columns.iter().map(|(name, column)| (name.clone(), value(column))).collect::<Map<_, _>>())
}
