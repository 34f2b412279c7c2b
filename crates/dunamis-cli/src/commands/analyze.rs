//! `dunamis analyze`: an analysis from its config into a run directory.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::run_path::Directory;
use crate::table::{Align, Table, decimals};
use clap::Args;
use dunamis_experiment::{Analysis, AnalysisRun, TransitionRecord, analyze};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Which analysis to run, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Run an analysis from its config into a run directory",
    long_about = "Run an analysis from its config into a run directory.\n\n\
        An analysis is a TOML file with sections for what is studied: the exact options, probabilities and empowerment of \
        states, copies of one set of options in another, goals, likelihoods of agents, and transitions. Each kind of \
        section gives one JSON file of the run. A complete run is reused.\n\n\
        A [[transition]] searches for the discounts at which the joint state with most POWER comes into a set of states, or \
        leaves it: from a few discounts on, intervals in which the sign of the difference changes are halved, with the same \
        rewards at all discounts, until the critical discount is known as well as the samples allow.",
    after_long_help = "\
Example: save this as corridor.toml, then dunamis analyze corridor.toml
  name = \"H in the upper right corner of the maze\"

  [environment]
  name = \"maze-7x7\"

  [[transition]]
  name = \"corner\"
  h = [\"(0, 5)\", \"(0, 6)\"]
  discounts = [0.5, 0.9]
  collision = \"leak\"
  samples = 500"
)]
pub(crate) struct Arguments {
    /// The config of the analysis (.toml)
    #[arg(value_name = "CONFIG")]
    config: PathBuf,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let analysis = Analysis::load(&arguments.config)?;
    let progress = output.progress(&analysis.name);
    let run = analyze(&analysis, &arguments.directory.runs, &progress)?;
    drop(progress);
    output::replaced(run.replaced.as_ref());
    let document = Document::new(&run);
    if arguments.json {
        output::json(&document)?;
    } else {
        output::data(&document.text())?;
    }
    Ok(ExitStatus::Success)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    name: &'a str,
    path: String,
    key: String,
    reused: bool,
    seconds: f64,
    /// The files with the results of each section.
    files: Vec<&'a str>,
    transitions: &'a [TransitionRecord],
}

impl<'a> Document<'a> {
    fn new(run: &'a AnalysisRun) -> Self {
        let files = run.manifest.files.keys().map(String::as_str);
        Document {
            schema: SCHEMA,
            name: &run.analysis.name,
            path: run.path.display().to_string(),
            key: run.key.to_string(),
            reused: run.reused,
            seconds: run.manifest.seconds,
            files: files.filter(|&file| file != "config.toml" && file != "model.json").collect(),
            transitions: &run.results.transitions,
        }
    }

    fn text(&self) -> String {
        let reused = if self.reused { ", reused" } else { "" };
        let mut text = format!("{}: {}\n{}{reused}\n", self.name, self.files.join(", "), self.path);
        for search in self.transitions {
            let _ = writeln!(text, "\n{}: best POWER in the set less best elsewhere", search.name);
            let mut table = Table::new([
                ("discount", Align::Right),
                ("difference", Align::Right),
                ("std. error", Align::Right),
                ("best in the set", Align::Left),
                ("best elsewhere", Align::Left),
            ]);
            for at in &search.contrasts {
                let [inside, outside] = at.best.clone();
                let (difference, error) = (decimals(at.difference, 5), decimals(at.std_error, 5));
                table.row([decimals(at.discount, 4), difference, error, inside, outside]);
            }
            text.push_str(&table.to_string());
            for transition in &search.transitions {
                let what = if transition.rising { "overtakes" } else { "falls behind" };
                let error = transition
                    .std_error
                    .map_or("no clear sign on both sides".to_owned(), |error| format!("± {}", decimals(error, 4)));
                let critical = decimals(transition.critical, 4);
                let _ = writeln!(text, "the set {what} at the discount {critical} ({error})");
            }
            if search.transitions.is_empty() {
                text.push_str("the sign is the same at all of them\n");
            }
        }
        text
    }
}
