//! `dunamis runs show`: what a run computed, and how.

use crate::commands::run::Document;
use crate::failure::{ExitStatus, Failure};
use crate::output;
use crate::run_path::Directory;
use clap::Args;
use dunamis_experiment::AnyRun;

/// Which run to show.
#[derive(Debug, Args)]
#[command(
    about = "Show one run: its results, its config, and how it was made",
    after_long_help = "\
Examples:
  dunamis runs show 3f9a2c01
  dunamis runs show runs/3f9a2c01d5e8b7461f0c2a9be4d81735 --json"
)]
pub(crate) struct Arguments {
    /// The key of a run or the start of it, or the path of its directory
    #[arg(value_name = "RUN")]
    run: String,

    #[command(flatten)]
    directory: Directory,

    /// Print one JSON document, as dunamis run --json does
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitStatus, Failure> {
    match AnyRun::load(arguments.directory.find(&arguments.run)?)? {
        AnyRun::Experiment(run) if arguments.json => output::json(&Document::new(&run))?,
        AnyRun::Experiment(run) => {
            let made = format!(
                "made by dunamis {} in {} s on {} from {}, kernel: {}",
                run.manifest.dunamis_version,
                crate::table::decimals(run.manifest.seconds, 1),
                crate::table::counted(run.manifest.threads as u64, "thread"),
                run.manifest.started,
                run.manifest.kernel
            );
            output::data(&format!("{}\n{made}\n\n{}", Document::new(&run).text(), run.experiment.to_toml()))?;
        }
        AnyRun::Analysis(run) if arguments.json => output::json(&run.manifest)?,
        AnyRun::Analysis(run) => {
            let files = run.manifest.files.keys().map(|name| format!("  {}\n", run.path.join(name).display()));
            output::data(&format!(
                "{}: an analysis\nmade by dunamis {} in {} s from {}\n{}\n{}",
                run.analysis.name,
                run.manifest.dunamis_version,
                crate::table::decimals(run.manifest.seconds, 1),
                run.manifest.started,
                files.collect::<String>(),
                run.analysis.to_toml()
            ))?;
        }
    }
    Ok(ExitStatus::Success)
}
