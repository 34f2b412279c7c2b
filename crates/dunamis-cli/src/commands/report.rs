//! `dunamis report`: run directories as one HTML file to explore.

use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output};
use crate::table::counted;
use crate::whole_file;
use clap::Args;
use dunamis_experiment::Run;
use dunamis_report::Report;
use std::path::PathBuf;

/// Which runs to show, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Write runs as one HTML file to explore",
    long_about = "Write runs as one HTML file to explore.\n\n\
        The page shows POWER of every state as a heat map, or as a block for each position of the other agent, with the \
        standard error of every number; for two agents also the alignment plot, linked to the map. Several runs make a slider \
        over what differs between their configs. The file needs nothing but a browser: it loads nothing and sends nothing, \
        and it holds the configs, versions and seeds that its numbers come from.",
    after_long_help = "\
Examples:
  dunamis report runs/1f0c*                   one run
  dunamis report runs/* --out maze.html       all runs of a sweep, with a slider"
)]
pub(crate) struct Arguments {
    /// Run directories, as `dunamis run` makes them
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,

    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    out: PathBuf,

    /// The title of the page [default: the name that the runs share, or their environment]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, _output: Output) -> Result<ExitStatus, Failure> {
    let runs = arguments.runs.iter().map(Run::load).collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::new(runs)?.command(command(arguments));
    if let Some(title) = &arguments.title {
        report = report.title(title);
    }
    let html = report.to_html();
    whole_file::write(&arguments.out, |file| file.write_all(html.as_bytes()))?;
    let runs = counted(report.runs().len() as u64, "run");
    output::data(&format!("{}: {runs}, {} KiB", arguments.out.display(), html.len().div_ceil(1024)))?;
    Ok(ExitStatus::Success)
}

/// The command as one would type it.
fn command(arguments: &Arguments) -> String {
    let mut words: Vec<String> = arguments.runs.iter().map(|run| run.display().to_string()).collect();
    words.extend(["--out".to_owned(), arguments.out.display().to_string()]);
    if let Some(title) = &arguments.title {
        words.extend(["--title".to_owned(), title.clone()]);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    let quoted = words.iter().map(|word| {
        let safe = !word.is_empty() && word.chars().all(plain);
        if safe { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) }
    });
    format!("dunamis report {}", quoted.collect::<Vec<_>>().join(" "))
}
