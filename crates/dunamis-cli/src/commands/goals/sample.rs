//! `dunamis goals sample`: draws compatible goals.

use super::trained::Trained;
use crate::argument;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::whole_file;
use clap::Args;
use dunamis_goals::{BlockReport, GoalSampler, SamplerSettings, SamplingMethod};
use dunamis_sampling::{RewardDistribution, Seed};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Which goals.
#[derive(Debug, Args)]
#[command(
    about = "Draw goals uniformly from those compatible with training",
    long_about = "Draw goals uniformly from those compatible with training, one row of CSV for each, with a column for each state.\n\n\
        Rewards that no constraint connects are drawn independently. Blocks of connected ones are drawn by rejection, which is exact, or by \
        hit-and-run walks: these are compared until they agree (R̂) and are worth enough independent draws, and what was seen of them is \
        reported. Draw i depends on the seed and on i alone.",
    after_long_help = "\
Examples:
  dunamis goals sample shutdown-setting --samples 5
  dunamis goals sample cheese-maze:size=5,corner=3 --samples 1000 --output goals.csv
  dunamis goals sample coin-run --samples 3 --json

The JSON document has \"states\", \"goals\" (a list of numbers for each) and \"blocks\": how each group of rewards was drawn."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    trained: Trained,

    /// Number of goals
    #[arg(long, value_name = "N", default_value = "10", value_parser = argument::samples)]
    samples: u64,

    /// Seed of the goals
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// Write the table to a file
    #[arg(long, short, value_name = "FILE", conflicts_with = "json")]
    output: Option<PathBuf>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    environment: &'a str,
    states: Vec<&'a str>,
    goals: Vec<Vec<f64>>,
    blocks: Vec<BlockReport>,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    let explained = arguments.trained.read()?;
    let sampler = {
        let _spinner = output.spinner("learning how to draw goals");
        GoalSampler::new(&explained.goals, &SamplerSettings::default())?
    };
    let (states, seed) = (explained.goals.model().states(), Seed::new(arguments.seed));
    let draw = |sample: u64| -> Result<Vec<f64>, Failure> {
        let mut goal = vec![0.0; states.len()];
        sampler.sample(&mut seed.stream(sample), &mut goal).map_err(dunamis_goals::GoalError::from)?;
        Ok(goal)
    };
    for block in sampler.report() {
        if let SamplingMethod::HitAndRun { r_hat, effective, sweeps, .. } = block.method {
            let rewards = block.coordinates.len();
            output.note(&format!(
                "{rewards} rewards are drawn by walks of {sweeps} sweeps: R̂ = {r_hat:.4}, {effective:.0} effective draws beforehand"
            ));
        }
    }
    if arguments.json {
        let goals = (0..arguments.samples).map(draw).collect::<Result<_, _>>()?;
        output::json(&Document {
            schema: SCHEMA,
            environment: explained.environment.name(),
            states: states.iter().collect(),
            goals,
            blocks: sampler.report(),
        })?;
        return Ok(ExitStatus::Success);
    }
    let write = |file: &mut dyn Write| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(states.iter())?;
        for sample in 0..arguments.samples {
            let goal = draw(sample).map_err(|failure| std::io::Error::other(failure.to_string()))?;
            writer.write_record(goal.iter().map(ToString::to_string))?;
        }
        writer.flush()
    };
    match &arguments.output {
        Some(path) => whole_file::write(path, write)?,
        None => write(&mut std::io::stdout().lock())?,
    }
    Ok(ExitStatus::Success)
}
