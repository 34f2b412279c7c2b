//! `dunamis run`: the experiments of a config into run directories.

mod shard;

use crate::commands::power::spread_samples;
use crate::commands::power::two_agents::alignment_sentence;
use crate::config_runs::ConfigRuns;
use crate::failure::{ExitStatus, Failure};
use crate::output::{self, Output, SCHEMA};
use crate::run_table::run_table;
use crate::table::{Align, Table, decimals};
use clap::Args;
use dunamis_experiment::{Alignment, Axis, Estimates, Run, RunPower, ShardChoice, Sweep, SweepRun};
use dunamis_sampling::SamplingMethod;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// Which experiment to run, and where to.
#[derive(Debug, Args)]
#[command(
    about = "Run the experiments of a config into run directories",
    long_about = "Run the experiments of a config into run directories.\n\n\
        A config is a TOML file that says which POWER to compute, of which environment, under which rewards, from how many \
        samples. The run directory is named after a hash of everything that its numbers depend on: the config, the model and \
        the version of the numerics. It holds the config with all defaults spelled out, POWER at every state (power.csv, \
        power.npz) and a manifest. A complete run is reused; one that was killed leaves nothing that counts as complete.\n\n\
        Wherever the config has a single value it may have several: a list [0.1, 0.9], a range { from = 0, to = 0.9, step = 0.1 } \
        (or count = 10), or a list with names { values = [0.1, 0.9], names = [\"near\", \"far\"] }. Every combination is then a \
        run of its own; keys that sweep.zip = [[\"power.discount\", \"power.discount-a\"]] names together go side by side.\n\n\
        With --shard 3/16 this process does the third of sixteen parts of the work, counted from 1, and dunamis runs merge makes the \
        runs when all parts are done: with the same bytes as if one process had done everything. A shard that was killed goes on where \
        it was. --shard auto takes the number from the scheduler: from a Slurm array, or from Open MPI; --shard auto/16 also from a \
        Kubernetes Indexed Job or from HyperQueue, which do not say how many there are.",
    after_long_help = "\
Example: save this as maze.toml, then dunamis run maze.toml
  name = \"two agents in the maze\"
  samples = 1000
  seed = 0

  [environment]
  name = \"maze-7x7\"
  collision = \"leak\"

  [power]
  agents = 2
  discount = 0.1

The same at other settings, without touching the file:
  dunamis run maze.toml --set power.discount=0.9
  dunamis run maze.toml --set 'power.discount=[0.1, 0.5, 0.9]' --set environment.collision=block
  dunamis run maze.toml --set 'power.correlation={ from = -1, to = 1, count = 9 }'

Divided among two processes, here or on two machines that share the directory:
  dunamis run maze.toml --shard 1/2
  dunamis run maze.toml --shard 2/2
  dunamis runs merge"
)]
pub(crate) struct Arguments {
    /// The config of the experiment (.toml)
    #[arg(value_name = "CONFIG")]
    config: PathBuf,

    #[command(flatten)]
    runs: ConfigRuns,

    /// Do one part of the work: I/N with I from 1 to N, or auto, or auto/N
    #[arg(long, value_name = "I/N")]
    shard: Option<ShardChoice>,

    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitStatus, Failure> {
    if let Some(choice) = arguments.shard {
        return shard::run(arguments, choice, output);
    }
    let SweepRun { sweep, runs } = arguments.runs.compute(&arguments.config, output)?;
    match &runs[..] {
        [run] if arguments.json => output::json(&Document::new(run))?,
        [run] => output::data(&Document::new(run).text())?,
        _ if arguments.json => output::json(&SweepDocument::new(&sweep, &runs))?,
        _ => output::data(&format!(
            "{}: {} runs in {}\n\n{}",
            sweep.name,
            runs.len(),
            arguments.runs.directory.runs.display(),
            run_table(&runs)
        ))?,
    }
    Ok(ExitStatus::Success)
}

/// A sweep as JSON.
#[derive(Serialize)]
struct SweepDocument<'a> {
    schema: u64,
    name: &'a str,
    axes: Vec<AxisDocument<'a>>,
    runs: Vec<PointDocument<'a>>,
}

#[derive(Serialize)]
struct AxisDocument<'a> {
    names: &'a [String],
    keys: Vec<KeyDocument<'a>>,
}

#[derive(Serialize)]
struct KeyDocument<'a> {
    key: &'a str,
    values: &'a [String],
}

#[derive(Serialize)]
struct PointDocument<'a> {
    /// Its position on each axis, from 0.
    at: &'a [usize],
    #[serde(flatten)]
    run: Document<'a>,
}

impl<'a> SweepDocument<'a> {
    fn new(sweep: &'a Sweep, runs: &'a [Run]) -> Self {
        let axis = |axis: &'a Axis| AxisDocument {
            names: &axis.names,
            keys: axis.keys.iter().map(|key| KeyDocument { key: &key.key, values: &key.values }).collect(),
        };
        let points = sweep.points.iter().zip(runs);
        SweepDocument {
            schema: SCHEMA,
            name: &sweep.name,
            axes: sweep.axes.iter().map(axis).collect(),
            runs: points.map(|(point, run)| PointDocument { at: &point.at, run: Document::new(run) }).collect(),
        }
    }
}

/// A run as JSON and as text.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: u64,
    name: &'a str,
    path: String,
    key: String,
    reused: bool,
    agents: u8,
    states: usize,
    samples: Option<u64>,
    seed: Option<u64>,
    sampling: Option<SamplingMethod>,
    until_se: Option<f64>,
    until_se_reached: Option<bool>,
    solver_error: Option<f64>,
    seconds: f64,
    summary: Vec<Summary<'a>>,
    alignment: Option<Alignment>,
}

/// POWER over all states.
#[derive(Serialize)]
struct Summary<'a> {
    quantity: &'static str,
    mean: f64,
    lowest: f64,
    lowest_state: &'a str,
    highest: f64,
    highest_state: &'a str,
    /// Not a number, hence `null`, for a single sample.
    largest_std_error: f64,
}

impl<'a> Summary<'a> {
    fn new(quantity: &'static str, states: &'a [String], power: &Estimates) -> Self {
        let by_mean = |&s: &usize, &t: &usize| power.mean[s].total_cmp(&power.mean[t]);
        // Models have at least one state.
        let lowest = (0..states.len()).min_by(by_mean).unwrap_or(0);
        let highest = (0..states.len()).max_by(by_mean).unwrap_or(0);
        Summary {
            quantity,
            mean: power.mean.iter().sum::<f64>() / states.len() as f64,
            lowest: power.mean[lowest],
            lowest_state: &states[lowest],
            highest: power.mean[highest],
            highest_state: &states[highest],
            // Errors of NaN come last in the total order.
            largest_std_error: power.std_error.iter().copied().max_by(f64::total_cmp).unwrap_or(f64::NAN),
        }
    }
}

impl<'a> Document<'a> {
    pub(crate) fn new(run: &'a Run) -> Self {
        let summary = |quantity, power| Summary::new(quantity, &run.states, power);
        let (summary, alignment) = match &run.power {
            RunPower::SingleAgent(power) => (vec![summary("power", power)], None),
            RunPower::MultiAgent { h, a, h_seed, a_seed, alignment, .. } => {
                let three = [("power_h", h), ("power_a", a), ("power_h_seed", h_seed)];
                let all = three.into_iter().chain(a_seed.iter().map(|a_seed| ("power_a_seed", a_seed)));
                (all.map(|(quantity, power)| summary(quantity, power)).collect(), Some(*alignment))
            }
        };
        Document {
            schema: SCHEMA,
            name: &run.experiment.name,
            path: run.path.display().to_string(),
            key: run.key.to_string(),
            reused: run.reused,
            agents: run.manifest.agents,
            states: run.states.len(),
            samples: run.manifest.samples,
            seed: run.manifest.seed,
            sampling: run.manifest.sampling,
            until_se: run.manifest.until_se,
            until_se_reached: run.manifest.until_se_reached,
            solver_error: run.manifest.solver_error,
            seconds: run.manifest.seconds,
            summary,
            alignment,
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut table = Table::new([
            ("over states", Align::Left),
            ("mean", Align::Right),
            ("lowest", Align::Right),
            ("highest", Align::Right),
            ("largest std. error", Align::Right),
        ]);
        for s in &self.summary {
            let number = |x: f64| if x.is_nan() { "unknown".to_owned() } else { decimals(x, 4) };
            table.row([
                s.quantity.to_owned(),
                number(s.mean),
                number(s.lowest),
                number(s.highest),
                number(s.largest_std_error),
            ]);
        }
        let origin = match (self.samples, self.seed) {
            (Some(samples), Some(seed)) => {
                format!("{}, seed {seed}", spread_samples(samples, self.sampling.unwrap_or_default()))
            }
            _ => "exact".to_owned(),
        };
        let reused = if self.reused { ", reused" } else { "" };
        let mut text = format!("{}: {} states, {origin}\n{}{reused}\n\n{table}", self.name, self.states, self.path);
        if let (Some(target), Some(reached)) = (self.until_se, self.until_se_reached) {
            let not = if reached { "" } else { "not " };
            let _ = writeln!(text, "the standard error {target} was {not}reached");
        }
        for s in &self.summary {
            let _ = writeln!(text, "{}: lowest at {}, highest at {}", s.quantity, s.lowest_state, s.highest_state);
        }
        if let Some(alignment) = &self.alignment {
            text.push('\n');
            text.push_str(&alignment_sentence(alignment));
        }
        text
    }
}
