//! The data of the page.

use crate::axis::{Axes, Axis};
use crate::report::Shown;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dunamis_experiment::{Alignment, Cell, Estimates, Rollout, Run, RunPower};
use dunamis_plot::{ColorMap, OKABE_ITO};
use serde::{Serialize, Serializer};

/// Steps of the color map that the page interpolates between.
const COLORS: u8 = 255;

/// Everything that the scripts of the page need.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    title: &'a str,
    command: Option<&'a str>,
    version: &'static str,
    /// Hexadecimal digits of the color map, low end first.
    colors: String,
    /// Colors that the color-blind can tell apart, for what is not on a scale.
    palette: Vec<String>,
    axes: &'a [Axis],
    models: Vec<Model<'a>>,
    runs: Vec<Record<'a>>,
}

/// What runs of one model share.
#[derive(PartialEq, Serialize)]
struct Model<'a> {
    states: &'a [String],
    grid: Option<Grid<'a>>,
    /// Row and column of each agent in every state, one after the other.
    positions: Option<Vec<usize>>,
}

#[derive(PartialEq, Serialize)]
struct Grid<'a> {
    rows: usize,
    columns: usize,
    cells: &'a [Cell],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    /// Index of the model.
    model: usize,
    /// Index of the value on every axis.
    place: &'a [usize],
    name: &'a str,
    description: Option<&'a str>,
    key: String,
    environment: &'a str,
    reward: String,
    config: String,
    dunamis_version: &'a str,
    numerics_version: u32,
    stream_version: u32,
    agents: u8,
    samples: Option<u64>,
    seed: Option<u64>,
    /// How samples were spread, where they were not independent.
    sampling: Option<String>,
    until_se: Option<f64>,
    until_se_reached: Option<bool>,
    kernel: &'a str,
    graph_samples: Option<u64>,
    general_samples: Option<u64>,
    solver_error: Option<f64>,
    solver_error_a: Option<f64>,
    alignment: Option<&'a Alignment>,
    quantities: Vec<Quantity<'a>>,
    rollouts: Vec<Walk<'a>>,
}

/// A walk under the policies of one sample.
#[derive(Serialize)]
struct Walk<'a> {
    sample: usize,
    states: &'a [usize],
    /// What each agent is rewarded at these states.
    rewards: Vec<Vec<f64>>,
    /// Whether the move after the last state left the model.
    leaves: bool,
}

/// Two columns of `power.csv`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Quantity<'a> {
    id: &'static str,
    mean: Numbers<'a>,
    std_error: Numbers<'a>,
}

/// Doubles as the base64 form of their little-endian bytes: nothing is rounded.
struct Numbers<'a>(&'a [f64]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|number| number.to_le_bytes()).collect();
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }
}

impl<'a> Document<'a> {
    pub(crate) fn new(runs: &'a [Shown], axes: &'a Axes, title: &'a str, command: Option<&'a str>) -> Self {
        let mut models: Vec<Model<'a>> = Vec::new();
        let mut records = Vec::with_capacity(runs.len());
        // In the order of the axes, in which a slider goes through them.
        let mut ordered: Vec<(&Shown, &Vec<usize>)> = runs.iter().zip(&axes.places).collect();
        ordered.sort_by_key(|&(_, place)| place);
        for (shown, place) in ordered {
            let model = Model::new(&shown.run);
            let index = models.iter().position(|known| *known == model).unwrap_or_else(|| {
                models.push(model);
                models.len() - 1
            });
            records.push(Record::new(shown, index, place));
        }
        Document {
            title,
            command,
            version: env!("CARGO_PKG_VERSION"),
            colors: (0..=COLORS).map(|step| hex(ColorMap::default().at(f64::from(step) / f64::from(COLORS)))).collect(),
            palette: OKABE_ITO.into_iter().map(|color| color.to_string()).collect(),
            axes: &axes.axes,
            models,
            runs: records,
        }
    }

    /// As JSON that may stand inside of a script element.
    pub(crate) fn to_json(&self) -> String {
        let json = serde_json::to_string(self).expect("structures of numbers and texts");
        // The only character that can end a script element, or begin a comment in it; it occurs in texts alone.
        json.replace('<', "\\u003c")
    }
}

fn hex(color: dunamis_plot::Color) -> String {
    color.to_string().trim_start_matches('#').to_owned()
}

impl<'a> Model<'a> {
    fn new(run: &'a Run) -> Self {
        let positions = match &run.power {
            RunPower::SingleAgent(_) => {
                let layout = run.layout.as_ref().filter(|layout| layout.cells.len() == run.states.len());
                layout.map(|layout| layout.cells.iter().flat_map(|&(row, column)| [row, column]).collect())
            }
            RunPower::MultiAgent { positions, .. } => positions.as_ref().map(|positions| {
                positions
                    .iter()
                    .flat_map(|&((h_row, h_column), (a_row, a_column))| [h_row, h_column, a_row, a_column])
                    .collect()
            }),
        };
        let grid = |layout: &'a dunamis_experiment::GridLayout| Grid {
            rows: layout.rows,
            columns: layout.columns,
            cells: &layout.cells,
        };
        Model { states: &run.states, grid: run.layout.as_ref().map(grid).filter(|_| positions.is_some()), positions }
    }
}

impl<'a> Record<'a> {
    fn new(shown: &'a Shown, model: usize, place: &'a [usize]) -> Self {
        let run = &shown.run;
        let manifest = &run.manifest;
        let config = run.experiment.to_toml();
        Record {
            model,
            place,
            name: &run.experiment.name,
            description: run.experiment.description.as_deref(),
            key: run.key.to_string(),
            environment: &run.experiment.environment.name,
            reward: reward(&config),
            config,
            dunamis_version: &manifest.dunamis_version,
            numerics_version: manifest.numerics_version,
            stream_version: manifest.stream_version,
            agents: manifest.agents,
            samples: manifest.samples,
            seed: manifest.seed,
            sampling: manifest.sampling.map(|method| method.to_string()).filter(|name| name != "independent"),
            until_se: manifest.until_se,
            until_se_reached: manifest.until_se_reached,
            kernel: &manifest.kernel,
            graph_samples: manifest.graph_samples,
            general_samples: manifest.general_samples,
            solver_error: manifest.solver_error,
            solver_error_a: manifest.solver_error_a,
            alignment: match &run.power {
                RunPower::SingleAgent(_) => None,
                RunPower::MultiAgent { alignment, .. } => Some(alignment),
            },
            quantities: quantities(&run.power),
            rollouts: shown.rollouts.iter().map(Walk::from).collect(),
        }
    }
}

impl<'a> From<&'a Rollout> for Walk<'a> {
    fn from(rollout: &'a Rollout) -> Self {
        let states = &rollout.path;
        let rewards = rollout.plans.iter().map(|plan| states.iter().map(|&state| plan.rewards[state]).collect());
        Walk { sample: rollout.sample, states, rewards: rewards.collect(), leaves: rollout.leaves }
    }
}

fn quantities(power: &RunPower) -> Vec<Quantity<'_>> {
    let named: Vec<(&'static str, &Estimates)> = match power {
        RunPower::SingleAgent(power) => vec![("power", power)],
        RunPower::MultiAgent { h, a, h_seed, a_seed, .. } => {
            let three = [("power_h", h), ("power_a", a), ("power_h_seed", h_seed)];
            three.into_iter().chain(a_seed.as_ref().map(|seed| ("power_a_seed", seed))).collect()
        }
    };
    let quantity = named.into_iter().map(|(id, estimates)| Quantity {
        id,
        mean: Numbers(&estimates.mean),
        std_error: Numbers(&estimates.std_error),
    });
    quantity.collect()
}

/// The reward law in words, from a resolved config.
fn reward(config: &str) -> String {
    let table = config.parse::<toml::Table>().ok();
    let Some(reward) = table.as_ref().and_then(|table| table.get("reward")?.as_table()) else { return String::new() };
    let Some(distribution) = reward.get("distribution").and_then(toml::Value::as_str) else {
        let count = reward.get("vectors").and_then(toml::Value::as_array).map_or(0, Vec::len);
        return format!("uniform over a list of {count}");
    };
    let parameters = reward.iter().filter(|(_, value)| value.is_float() || value.is_integer());
    let number = |value: &toml::Value| value.as_float().map_or_else(|| value.to_string(), |number| number.to_string());
    let parameters: Vec<String> = parameters.map(|(key, value)| format!("{key} {}", number(value))).collect();
    let mut text = match reward.get("low").zip(reward.get("high")) {
        Some((low, high)) => format!("{distribution} on [{}, {}]", number(low), number(high)),
        None if parameters.is_empty() => distribution.to_owned(),
        None => format!("{distribution} ({})", parameters.join(", ")),
    };
    if reward.contains_key("states") || reward.contains_key("same") {
        text.push_str(", with rules for single states");
    }
    text
}
