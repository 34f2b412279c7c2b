//! `dunamis figure`: the published figures, drawn anew and compared with what was published.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::table::{Align, Table};
use clap::{Args, Subcommand};
use dunamis_figures::{FIGURES, Options, produce};
use dunamis_plot::Label;
use serde::Serialize;
use std::path::PathBuf;

/// What to do with figures.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the published figures that can be drawn
    #[command(
        long_about = "List the published figures that can be drawn; with --json also where they come from and what they need.",
        after_long_help = "\
Examples:
  dunamis figure list
  dunamis figure list --json | jq -r '.figures[].id'"
    )]
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    Run(Run),
}

/// Which figures to draw, and with how much work.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "every one is a flag of its own")]
#[command(
    about = "Draw published figures and compare their numbers",
    long_about = "Draw published figures and compare their numbers.\n\n\
        Every figure is computed from its published setting and written as ID.svg, ID.png and ID.csv, with the standard error \
        of every number in it. With --check, published values stand beside ours: one agrees when it lies within 3.5 combined \
        standard errors, once the rounding of its last digit is allowed for. Runs are kept and reused.",
    after_long_help = "\
Examples:
  dunamis figure run h3-fig1 --quick                  a first look, from 200 samples
  dunamis figure run --all --check                    all of them, beside the published values
  dunamis figure run h3-fig9 --check --as-published   what early stopping does to a value

With --check the exit code is 1 when a published value is missed without a reason."
)]
pub(crate) struct Run {
    /// The figures, by the names that `dunamis figure list` shows
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,

    /// Draw all figures
    #[arg(long, conflicts_with = "ids")]
    all: bool,

    /// The directory of the figures
    #[arg(long, value_name = "DIR", default_value = "target/figures")]
    out: PathBuf,

    /// The directory for runs
    #[arg(long, value_name = "DIR", default_value = "target/runs")]
    runs: PathBuf,

    /// Take only 200 samples, for a first look
    #[arg(long, conflicts_with = "precise")]
    quick: bool,

    /// Show the published values beside ours
    #[arg(long)]
    check: bool,

    /// Show how long everything took
    #[arg(long)]
    timings: bool,

    /// Add the arithmetic behind the published figures: single precision and early stopping (takes longer)
    #[arg(long)]
    as_published: bool,

    /// Add every published alignment to within ±0.02, without sampling noise (takes long)
    #[arg(long)]
    precise: bool,
}

pub(crate) fn run(command: Command, output: Output) -> Result<ExitStatus, Failure> {
    match command {
        Command::List { json } => {
            list(json)?;
            Ok(ExitStatus::Success)
        }
        Command::Run(run) => draw(run, output),
    }
}

#[derive(Serialize)]
struct List {
    schema: u64,
    figures: Vec<ListEntry>,
}

#[derive(Serialize)]
struct ListEntry {
    id: &'static str,
    title: String,
    source: &'static str,
    experiments: Vec<&'static str>,
    published_values: usize,
}

fn list(json: bool) -> Result<(), Failure> {
    let entries = FIGURES.iter().map(|figure| {
        let about = figure.about();
        ListEntry {
            id: about.id,
            title: Label::parse(about.title).plain_text(),
            source: about.source,
            experiments: about
                .experiments
                .iter()
                .chain(figure.analyses())
                .chain(figure.sweeps())
                .map(|config| config.name)
                .collect(),
            published_values: about.published.len(),
        }
    });
    if json {
        return output::json(&List { schema: SCHEMA, figures: entries.collect() });
    }
    let mut table = Table::new([("figure", Align::Left), ("title", Align::Left)]);
    for entry in entries {
        table.row([entry.id, &entry.title]);
    }
    output::data(&table.to_string())
}

fn draw(run: Run, output: Output) -> Result<ExitStatus, Failure> {
    let options = Options {
        out: run.out,
        runs: run.runs,
        quick: run.quick,
        check: run.check,
        timings: run.timings,
        as_published: run.as_published,
        precise: run.precise,
    };
    let ids: Vec<&str> = run.ids.iter().map(String::as_str).collect();
    let progress = output.progress("figures");
    let report = produce(&ids, &options, &progress)?;
    drop(progress);
    output::data(&report.to_string())?;
    let missed = report.missed().count();
    if !options.check || missed == 0 {
        return Ok(ExitStatus::Success);
    }
    let values = if missed == 1 { "1 published value is" } else { &format!("{missed} published values are") };
    output::warning(&format!("{values} missed without a reason"));
    Ok(ExitStatus::Missed)
}
