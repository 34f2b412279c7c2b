//! What can go wrong at the terminal, and how the program ends.

use dunamis_envs::EnvError;
use dunamis_experiment::powerplay::ImportError;
use dunamis_experiment::{ConfigError, ExperimentError, NamedLawError, SeedPolicyError};
use dunamis_figures::FigureError;
use dunamis_goals::GoalError;
use dunamis_mdp::{Criterion, DiscountError, ModelError, NumberError};
use dunamis_orbit::{OptionDocumentError, OrbitError};
use dunamis_power::PowerError;
use dunamis_report::ReportError;
use dunamis_sampling::RewardError;
use dunamis_solve::SolveError;
use std::io;
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// All is well.
    Success,
    /// A published value was missed, or a solution is not verified.
    Missed,
    /// The command could not do what it was asked to.
    Error,
    /// Ctrl-C.
    Interrupted,
}

impl ExitStatus {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            ExitStatus::Success => 0,
            ExitStatus::Missed => 1,
            ExitStatus::Error => 2,
            // What shells report for a program that the interrupt signal, number 2, has ended.
            ExitStatus::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status.code())
    }
}

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something is wrong with the environment.
    #[error(transparent)]
    Environment(#[from] EnvError),
    /// Something is wrong with a model or policy.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A solver refuses.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// POWER cannot be estimated.
    #[error(transparent)]
    Power(#[from] PowerError),
    /// Options cannot be compared.
    #[error(transparent)]
    Orbit(#[from] OrbitError),
    /// A number that is no discount.
    #[error(transparent)]
    Discount(#[from] DiscountError),
    /// The reward law cannot be built.
    #[error(transparent)]
    Reward(#[from] RewardError),
    /// A law of rewards that is none, or none over so many states.
    #[error(transparent)]
    NamedLaw(#[from] NamedLawError),
    /// A's seed policy cannot be read or followed.
    #[error(transparent)]
    SeedPolicy(#[from] SeedPolicyError),
    /// Something is wrong with a config.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An experiment of another program cannot be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// An experiment has no run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// There is nothing to report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A figure cannot be made.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A run that is not there.
    #[error("there is no run `{run}` in `{directory}`")]
    UnknownRun {
        /// What was asked for.
        run: String,
        /// Where it was looked for.
        directory: String,
    },
    /// The start of several keys.
    #[error("`{run}` is the start of {count} runs: {}", listed(.names))]
    AmbiguousRun {
        /// What was asked for.
        run: String,
        /// Some of them.
        names: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// The run of an analysis where one of an experiment is needed.
    #[error("the run `{run}` is of an analysis and has no POWER: name the run of an experiment")]
    NoPower {
        /// What was asked for.
        run: String,
    },
    /// A file for tables whose extension says nothing.
    #[error("`{path}` is no table: name a file {choices}")]
    TableFormat {
        /// The path.
        path: String,
        /// What can be written.
        choices: &'static str,
    },
    /// A table that cannot be written as CSV.
    #[error("cannot write the table")]
    Csv(#[from] csv::Error),
    /// A picture of no known kind.
    #[error("`{path}` says by its extension neither picture nor animation: choose .svg, .png, .apng, .gif or .csv")]
    PictureExtension {
        /// The file.
        path: String,
    },
    /// A still of no known kind.
    #[error("`{path}` says by its extension no picture: choose .svg or .png")]
    StillExtension {
        /// The file.
        path: String,
    },
    /// An animation of what stands still.
    #[error("there is nothing to animate: one run, or one curve over all runs, makes one picture")]
    NothingMoves,
    /// Several runs where one is drawn.
    #[error("policies and rollouts are drawn of one run at a time")]
    OneRun,
    /// Settings without a config to change.
    #[error("`--set` changes configs, but only runs are named, which are complete as they are")]
    NoConfig,
    /// There is nothing to maximize.
    #[error("`{environment}` has no reward, so there is nothing to solve")]
    NoReward {
        /// The model.
        environment: String,
    },
    /// A state that a model does not have whose rows are computed.
    #[error(
        "there is no state `{name}` among the {states} states: they are called like those shown without `--states`"
    )]
    UnknownComputedState {
        /// The unknown name.
        name: String,
        /// Number of states.
        states: u64,
    },
    /// An option that needs stored rows.
    #[error("`{option}` is for models whose rows are stored, and those of `{environment}` are computed")]
    StoredOnly {
        /// The option.
        option: &'static str,
        /// The model.
        environment: String,
    },
    /// MPI that was started twice.
    #[cfg(feature = "mpi")]
    #[error("MPI cannot be started: run `mpirun -n RANKS dunamis solve … --mpi`")]
    Mpi,
    /// A solver of another name.
    #[error("there is no solver `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownSolver {
        /// The unknown name.
        name: String,
        /// The nearest registered name.
        nearest: Option<String>,
    },
    /// Nothing says what to maximize.
    #[error("nothing says how rewards of different times count, and `{environment}` has no discount of its own")]
    NoCriterion {
        /// The model.
        environment: String,
    },
    /// A setting that the solver does not have.
    #[error("`{solver}` has no setting `{key}`{}: it has {}", perhaps(.nearest.as_deref()), listed(.known))]
    UnknownSetting {
        /// The solver.
        solver: String,
        /// The unknown key.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
        /// All keys.
        known: Vec<String>,
    },
    /// A value that a setting cannot have.
    #[error("`{text}` is no setting of `{solver}`")]
    Setting {
        /// The solver.
        solver: String,
        /// What was written.
        text: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A state that the model does not have.
    #[error("there is no state `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownState {
        /// The unknown name.
        name: String,
        /// The nearest name of a state.
        nearest: Option<String>,
    },
    /// A model in doubles, where exact numbers are needed.
    #[error(
        "the probabilities of `{environment}` are rounded to double precision and do not sum to exactly 1, so nothing exact \
         follows from them"
    )]
    Inexact {
        /// The model.
        environment: String,
    },
    /// A criterion without an exact solver.
    #[error("there is no exact solver for {criterion}: choose `--discount G` or `--average`")]
    ExactCriterion {
        /// The criterion.
        criterion: Criterion,
    },
    /// A format of another name.
    #[error("there is no format `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownFormat {
        /// The unknown name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// An option that means nothing for one agent.
    #[error("`{option}` is for two agents, but there is one")]
    NeedsTwoAgents {
        /// The option.
        option: &'static str,
    },
    /// An option that means nothing for two agents.
    #[error("`{option}` is for one agent, but there are two")]
    NeedsOneAgent {
        /// The option.
        option: &'static str,
    },
    /// A file that cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The path.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// A policy file that is no policy of the model.
    #[error("`{path}` is no policy of agent A in this environment")]
    Policy {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: Box<EnvError>,
    },
    /// A file that is no patch, or a patch that cannot be carried out.
    #[error("the patch `{path}` cannot be carried out")]
    Patch {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: ModelError,
    },
    /// A model that is wrong once it is edited.
    #[error("after the edits of `{path}` the model is wrong:\n  {}", problems.join("\n  "))]
    Edited {
        /// The patch.
        path: String,
        /// Everything that is wrong.
        problems: Vec<String>,
    },
    /// Computed rows, and a format that holds whole models.
    #[error("the rows of `{environment}` are computed, and only `.dmdp` files are written from such")]
    ComputedFormat {
        /// The environment.
        environment: String,
    },
    /// Content of a joint model that cannot be left out.
    #[error("`--without` is for models of one agent: both formats of two agents hold everything")]
    JointWithout,
    /// A file without sets of options.
    #[error("`{path}` is no file of option sets")]
    Sets {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: OptionDocumentError,
    },
    /// A file without a certificate.
    #[error("`{path}` is no certificate")]
    Certificate {
        /// The path.
        path: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A discount where rewards are averaged.
    #[error("average reward has no discount: leave out `--discount` or write `--criterion discounted`")]
    AverageDiscount,
    /// Goals that cannot be described, drawn or compared.
    #[error(transparent)]
    Goals(Box<GoalError>),
    /// No discount.
    #[error("goals depend on the discount, and `{environment}` has none of its own: add `--discount G`")]
    NoDiscount {
        /// The model.
        environment: String,
    },
    /// Nothing says what was learned.
    #[error(
        "`{environment}` has no reward that was trained for: say what was seen in training with `--observe STATE=ACTION`"
    )]
    NothingObserved {
        /// The model.
        environment: String,
    },
    /// An observation without a state or action.
    #[error("`{text}` is no observation: write `STATE=ACTION`")]
    Observation {
        /// The text.
        text: String,
    },
    /// An action that is not available.
    #[error("`{action}` is not available at `{state}`")]
    UnavailableAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// A coordinate of another name.
    #[error("there is no coordinate `{name}` to permute: there are {}", listed(.names))]
    UnknownCoordinate {
        /// The unknown name.
        name: String,
        /// All names.
        names: Vec<String>,
    },
    /// Sets of options that are only counted.
    #[error("the file counts options without listing them: only `dunamis orbit certify` takes that")]
    CountedSets,
    /// Every discount at once where one is needed.
    #[error("one discount is needed: add `--discount G`, or choose `--criterion average`")]
    OneDiscount,
    /// A reward that is no number.
    #[error("in `--reward`")]
    RewardNumber {
        /// What is wrong with it.
        source: NumberError,
    },
    /// A reward for another number of states.
    #[error(
        "`--reward` has {values} values, and there are {} permuted states, {}, of {states}",
        permuted.len(), listed(permuted)
    )]
    RewardLength {
        /// Values.
        values: usize,
        /// Names of the permuted states.
        permuted: Vec<String>,
        /// Number of all states.
        states: usize,
    },
    /// POWER of sets of options that belong to no model.
    #[error("sets of options have no POWER: it is claimed for the actions of a model")]
    PowerOfSets,
    /// A file that cannot be written.
    #[error("cannot write `{path}`")]
    WriteFile {
        /// The path.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// Stdout cannot be written.
    #[error("cannot write the output")]
    Write(#[from] io::Error),
    /// The threads cannot be started.
    #[error("cannot start the threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl Failure {
    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_cancelled(&self) -> bool {
        match self {
            Failure::Power(error) => matches!(error, PowerError::Cancelled),
            Failure::Experiment(error) => error.is_cancelled(),
            Failure::Figure(error) => error.is_cancelled(),
            _ => false,
        }
    }

    /// Whether the reader of stdout went away.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The question that follows a misspelt name.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

/// Names between backticks.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The remark that follows a misspelt name before more is said.
fn perhaps(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (`{name}`, perhaps?)"))
}
