//! `dunamis report`: run directories as one HTML file to explore.

use crate::config_runs::{ConfigRuns, Gathered};
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output};
use crate::table::counted;
use crate::whole_file;
use clap::Args;
use dunamis_experiment::{Rollout, RolloutSettings, Run};
use dunamis_report::Report;
use std::path::{Path, PathBuf};

/// Walks to play for each run, by default.
const ROLLOUTS: usize = 3;

/// Which runs to show, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Write runs as one HTML file to explore",
    long_about = "Write runs as one HTML file to explore.\n\n\
        The page shows POWER of every state as a heat map, or as a block for each position of the other agent, with the \
        standard error of every number; for two agents also the alignment plot, linked to the map. Several runs make a slider \
        over what differs between their configs. The file needs nothing but a browser: it loads nothing and sends nothing, \
        and it holds the configs, versions and seeds that its numbers come from.\n\n\
        The config of an experiment or of a sweep stands for its runs, which are computed where they are missing.",
    after_long_help = "\
Examples:
  dunamis report sweep.toml                   the runs of a sweep, with a slider
  dunamis report maze.toml --set 'power.discount=[0.1, 0.9]'
                                              the same, with other settings than the config's
  dunamis report runs/* --out all.html        all runs of a directory"
)]
pub(crate) struct Arguments {
    /// Keys of runs or their starts, paths of run directories, or configs (.toml)
    #[arg(value_name = "RUN", required = true)]
    sources: Vec<PathBuf>,

    #[command(flatten)]
    runs: ConfigRuns,

    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    out: PathBuf,

    /// Walks to play under the policies of kept samples (`keep-samples` in the config)
    #[arg(long, value_name = "N", default_value_t = ROLLOUTS)]
    rollouts: usize,

    /// The title of the page [default: the name that the runs share, or their environment]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let runs = match arguments.runs.gather(&arguments.sources, output)? {
        Gathered::Sweep(sweep) => sweep.runs,
        Gathered::Runs(runs) => runs,
    };
    let mut report = Report::new(runs.clone())?.command(command(arguments));
    for run in &runs {
        for rollout in rollouts(run, arguments.rollouts, output) {
            report = report.rollout(&run.key, rollout)?;
        }
    }
    if let Some(title) = &arguments.title {
        report = report.title(title);
    }
    let html = report.to_html();
    whole_file::write(&arguments.out, |file| file.write_all(html.as_bytes()))?;
    let runs = counted(report.runs().len() as u64, "run");
    output::data(&format!("{}: {runs}, {} KiB", arguments.out.display(), html.len().div_ceil(1024)))?;
    Ok(ExitStatus::Success)
}

/// Walks under the policies of the first samples that were kept, from places that are spread over the states.
///
/// A page without them is better than none, so what is wrong is only remarked on.
fn rollouts(run: &Run, count: usize, output: Output) -> Vec<Rollout> {
    let kept = match run.samples() {
        Ok(samples) => samples.map_or(0, |samples| samples.len()),
        Err(error) => {
            output.note(&format!("there are no rollouts of `{}`: {error}", run.experiment.name));
            0
        }
    };
    let count = count.min(kept);
    let mut rollouts = Vec::with_capacity(count);
    for sample in 0..count {
        let start = Some(run.states[sample * run.states.len() / count].clone());
        match run.rollout(&RolloutSettings { sample, start, ..RolloutSettings::default() }) {
            Ok(rollout) => rollouts.push(rollout),
            Err(error) => {
                output.note(&format!("there are no rollouts of `{}`: {error}", run.experiment.name));
                break;
            }
        }
    }
    rollouts
}

/// The command as one would type it.
fn command(arguments: &Arguments) -> String {
    let mut words: Vec<String> = arguments.sources.iter().map(|source| source.display().to_string()).collect();
    let ConfigRuns { settings, directory } = &arguments.runs;
    words.extend(settings.iter().flat_map(|setting| ["--set".to_owned(), setting.to_string()]));
    words.extend(["--out".to_owned(), arguments.out.display().to_string()]);
    if directory.runs != Path::new("runs") {
        words.extend(["--runs".to_owned(), directory.runs.display().to_string()]);
    }
    if arguments.rollouts != ROLLOUTS {
        words.extend(["--rollouts".to_owned(), arguments.rollouts.to_string()]);
    }
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
