//! What can go wrong between an experiment and a picture.

use std::path::PathBuf;

use dunamis_experiment::{Cell, ConfigError, ExperimentError};
use dunamis_plot::PlotError;

use crate::NamedState;

/// Why a figure cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// No figure has this id.
    #[error("no figure is called `{id}`{}; `dunamis figure list` names them all", nearest.map_or_else(String::new, |n| format!(" (did you mean `{n}`?)")))]
    UnknownFigure {
        /// The id asked for.
        id: String,
        /// The id most like it.
        nearest: Option<&'static str>,
    },
    /// Two options that contradict each other.
    #[error("`quick` takes few samples and `precise` takes many; choose one of them")]
    QuickAndPrecise,
    /// One figure failed.
    #[error("figure `{figure}` cannot be made")]
    Figure {
        /// Its id.
        figure: &'static str,
        /// Why.
        source: Box<FigureError>,
    },
    /// A figure got fewer runs than it has experiments.
    #[error("figure `{figure}` needs {expected} runs but got {found}; pass one for each of its experiments, in order")]
    MissingRun {
        /// Its id.
        figure: &'static str,
        /// Number of its experiments.
        expected: usize,
        /// Number of runs given.
        found: usize,
    },
    /// A run of the wrong number of agents.
    #[error(
        "run `{run}` has another number of agents than the figure draws, which is {expected}; pass the run of its experiment"
    )]
    Agents {
        /// The name of the run's experiment.
        run: String,
        /// The number of agents drawn.
        expected: usize,
    },
    /// A run whose environment is no gridworld.
    #[error("run `{run}` has no cells to draw; its environment must be a gridworld")]
    NoLayout {
        /// The name of the run's experiment.
        run: String,
    },
    /// A state that the run does not have.
    #[error(
        "environment `{environment}` has no joint state with H at ({}, {}) and A at ({}, {}); name one that its collision rule allows",
        state.h.0, state.h.1, state.a.0, state.a.1
    )]
    NoState {
        /// The state.
        state: NamedState,
        /// The environment.
        environment: String,
    },
    /// A cell that is not open.
    #[error("cell ({}, {}) is not open; crop the figure to positions that an agent can have", cell.0, cell.1)]
    NoCell {
        /// The cell.
        cell: Cell,
    },
    /// A figure got fewer analyses than it draws.
    #[error("figure `{figure}` draws analysis {index}; pass the runs of all its analyses, in order")]
    MissingAnalysis {
        /// Its id.
        figure: &'static str,
        /// The first one that is not there, from 0.
        index: usize,
    },
    /// An analysis without something that the figure draws.
    #[error("run `{run}` has no {what}; pass the run of the analysis that the figure names")]
    NoRecord {
        /// The name of the run's analysis.
        run: String,
        /// What it should have.
        what: String,
    },
    /// A number in a run that cannot be read.
    #[error("`{text}` is not a fraction such as `2/3`")]
    NotAFraction {
        /// What is there.
        text: String,
    },
    /// Nothing to draw.
    #[error("there is no run to draw; name one at least")]
    NoRuns,
    /// Runs that differ in more than one variable, or in none, where one is to be swept over.
    #[error("the runs differ in {}; draw runs that differ in one variable", listed(keys))]
    Variables {
        /// The keys of configs in which they differ.
        keys: Vec<String>,
    },
    /// Runs of different environments side by side.
    #[error("run `{run}` has other states than run `{first}`; draw them apart")]
    OtherStates {
        /// The name of the first run's experiment.
        first: String,
        /// The name of the other one's.
        run: String,
    },
    /// No run has a defined alignment.
    #[error("alignment is not defined in any of the runs: POWER of one of the agents is the same in all states")]
    NoAlignment,
    /// A run without single samples.
    #[error("run `{run}` kept no samples")]
    NoSamples {
        /// The name of the run's experiment.
        run: String,
    },
    /// A name that no state has.
    #[error("no state of run `{run}` is called `{state}`{}", nearest.as_ref().map_or_else(String::new, |n| format!(" (did you mean `{n}`?)")))]
    UnknownState {
        /// The name of the run's experiment.
        run: String,
        /// The name asked for.
        state: String,
        /// The state most like it.
        nearest: Option<String>,
    },
    /// More histograms than can be seen at a time.
    #[error("run `{run}` has {states} states, too many for one picture; name up to {most} of them")]
    TooManyStates {
        /// The name of the run's experiment.
        run: String,
        /// How many states it has.
        states: usize,
        /// Most that can be drawn.
        most: usize,
    },
    /// A graph that nobody could read.
    #[error("a graph of the {states} states of `{environment}` could not be read; at most {most} are drawn")]
    TooLarge {
        /// The name of the environment.
        environment: String,
        /// How many states would be drawn.
        states: usize,
        /// Most that are.
        most: usize,
    },
    /// A plan of what is no gridworld of one agent.
    #[error("`{environment}` is no gridworld of one agent, so it has no plan; draw it as a graph")]
    NoGrid {
        /// The name of the environment.
        environment: String,
    },
    /// The config of an experiment is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An experiment has no run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The numbers cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The numbers cannot be written as CSV.
    #[error("the table cannot be written as CSV")]
    Csv(#[source] csv::Error),
    /// A file cannot be written; what was there before is unchanged.
    #[error("cannot write `{}`; make its directory writable or choose another one", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Names between backticks.
fn listed(keys: &[String]) -> String {
    if keys.is_empty() {
        return "nothing".to_owned();
    }
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

impl FigureError {
    /// Whether the observer asked to stop.
    pub fn is_cancelled(&self) -> bool {
        match self {
            FigureError::Experiment(error) => error.is_cancelled(),
            FigureError::Figure { source, .. } => source.is_cancelled(),
            _ => false,
        }
    }
}
