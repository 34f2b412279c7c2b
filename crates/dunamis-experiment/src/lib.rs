//! Configs of experiments and analyses, and run directories: what was computed, from what, and its results as files.
//!
//! An [`Experiment`] says what to compute; [`run`] computes it into a directory, or reuses a complete one; a [`Run`] is what
//! is read back from there, so whoever draws figures needs no model and no solver.
//!
//! ```
//! use dunamis_experiment::{Experiment, RunPower, run};
//! let config = r#"
//!     name = "candy"
//!     samples = 1_000
//!     [environment]
//!     name = "candy"
//!     [power]
//!     discount = 0.5
//! "#;
//! let experiment: Experiment = config.parse()?;
//! let runs = tempfile::tempdir()?;
//! let first = run(&experiment, runs.path(), &())?;
//! let again = run(&experiment, runs.path(), &())?;
//! assert!(!first.reused && again.reused && first.power == again.power);
//! let RunPower::SingleAgent(power) = &first.power else { unreachable!("one agent") };
//! // POWER is 11/16 at the first state.
//! assert!((power.mean[0] - 0.6875).abs() < 5.0 * power.std_error[0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Configs
//!
//! ```toml
//! name = "near-sighted"
//! description = "…"                  # optional
//! samples = 10_000                   # default
//! seed = 0                           # default
//! sampling = "independent"           # default; or antithetic, sobol: see dunamis_sampling::SamplingMethod
//! until-se = 0.001                   # optional: stop at this standard error; `samples` are then the most, default 1_000_000
//! keep-samples = 0                   # default: how many of the first samples are kept one by one
//!
//! [environment]
//! name = "maze-7x7"                  # a registered name, or a path to a map or a model, from the config's directory; for
//!                                    # two agents also a path to a joint model, whose rules are its own: of `collision` only
//!                                    # `leak` and `renormalize` apply, to the mass that its rows lack
//! noise = "1/10"                     # default 0; gridworlds only
//! noise-bias.up = 0.05               # optional: up, down, left, right, stay; see dunamis_envs::Noise
//! collision = "leak"                 # two agents: none (default), leak, renormalize, block
//! swaps = true                       # two agents, default
//!
//! [power]
//! agents = 2                         # or 1, the default
//! discount = 0.1                     # one agent may have limit = "one" instead: the limit γ → 1
//! against = "policy.json"            # one agent: H's POWER over joint states against an A of this fixed policy (uniform, stay,
//!                                    # or a path as for seed-policy); collision and swaps then apply
//! discount-a = 0.1                   # two agents; default: discount
//! correlation = 0.0                  # two agents: β; default 0
//! seed-policy = "uniform"            # two agents: uniform (default), stay, { toward = "(0, 6)" }, a path to a policy of A (.json, or
//!                                    # .gv of POWERplay), or { mix = { stay = 0.8, uniform = "rest" } }
//! seed-baseline = true               # two agents, default: evaluate the seed policy too
//! rounds = 1                         # two agents, default: how often they reply to each other
//! as-published = false               # the incumbent's arithmetic, for comparisons
//!
//! [reward]                           # default: uniform on [0, 1]
//! distribution = "beta"              # uniform, beta, normal, bernoulli, pareto, exponential, jaynes-prior, point-mass
//! alpha = 2                          # parameters as in dunamis_sampling::Marginal
//! beta = 2
//! reject-constant = false            # default: constant vectors are allowed
//! same = [["(0, 0)_H^(0, 1)_A", "(0, 1)_H^(0, 0)_A"]]   # groups of states that share their reward
//! states."(0, 0)_H^(0, 2)_A" = { distribution = "point-mass", value = 0 }
//! # Or, instead of a distribution, the uniform law on a list, and whether to compute the exact expectation:
//! # vectors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
//! # exact = true
//! ```
//!
//! Numbers are read from their text: `0.1` means 1/10, and `"1/3"` is possible wherever a number is. Keys that do not exist or do
//! not apply are errors. Every [`ConfigError`] has the line, the column and the key.
//!
//! # Sweeps
//!
//! Wherever a config has a single value it may have several, and is then a [`Sweep`]: every combination is an experiment, and has
//! a run of its own. Ranges are exactly spaced and include both ends.
//!
//! ```toml
//! samples = [100, 1_000]
//! environment.name = { values = ["maze-7x7", "big.txt"], names = ["maze", "big"] }
//! power.discount = { from = 0.1, to = 0.9, step = 0.1 }     # or: count = 9
//! power.discount-a = { from = "1/2", to = 0.9, count = 9 }
//! [sweep]
//! zip = [["power.discount", "power.discount-a"]]            # side by side instead of every combination
//! ```
//!
//! # Analyses
//!
//! An [`Analysis`] is an exact study of options instead: it draws no samples, and [`analyze`] computes it into an [`AnalysisRun`].
//! Every section of its config is optional, but one must be there.
//!
//! ```toml
//! name = "candy"
//! [environment]                      # as above, without rules for two agents; not needed for sets given as vectors
//! name = "candy"
//!
//! [options]                          # visit distributions, recurrent state distributions, dominated actions
//! states = ["start"]                 # default: all states
//!
//! [probability]                      # POWER and optimality probabilities, rewards independent and uniform on [0, 1]
//! states = ["start"]
//! discounts = [0, "1/2", 1]
//! at-one = "average"                 # what 1 stands for: average rewards (default), or "blackwell", the limit γ → 1
//!
//! [empowerment]                      # n-step empowerment for all n up to:
//! steps = 3
//!
//! [[embedding]]                      # copies of the visit distributions of one state, or of one action there, in others
//! name = "left into right"
//! from = "★"
//! from-action = "ℓ◁"                 # optional
//! into = "★"
//! into-action = "r▷"
//!
//! [[orbit-lemma]]                    # a tabulated decision function and the conditions of the general orbit lemma
//! name = "parity"
//! involutions = ["(0 1)"]
//! rows = [[1, 2, 0, 1, 1], [2, 1, 1, 0, 0]]   # an element of the orbit, f(A), f(B) and one f(B*) for each involution
//!
//! [[comparison]]                     # two sets of options
//! name = "wait"
//! state = "start"                    # sets of actions of a state,
//! a = ["candy"]
//! b = ["wait"]
//! discount = "1/2"                   # with a discount; default: average rewards;
//! # a = [[1, 0, 0]]                  # or vectors, with everything that can be chosen in `c`,
//! # a = 1                            # or numbers of outcomes, as large as one likes in quotes
//! rules = ["optimal"]                # default; see dunamis_orbit::Decision
//! rewards = [[0, 0, 1, 1]]           # orbits to count; entries are the states reachable after the choice, or coordinates
//! list = false                       # list every element of them
//! worst = false                      # find the worst orbit
//! copies = false                     # find copies of `a` in `b`
//!
//! [[goals]]                          # goals compatible with the training that the labels of the environment describe
//! name = "as trained"
//! discounts = ["1/2", 0.9]           # default: that of the environment
//! reading = "all-actions"            # default; or "within-training"
//! margin = 0                         # default: by how much observed actions must be better than others
//! low = 0                            # default: the smallest reward
//! high = 1                           # default: the largest
//! highest = { off = 2 }              # optional: the largest rewards of single states
//! unobserved = []                    # states of training whose behavior is not observed
//! labels = ["coin"]                  # goals that reward the states of a label
//! rewards = []                       # goals as lists of rewards, without those of sinks
//! orbits = false                     # count what all compatible rearrangements of these goals do
//! samples = 10_000                   # goals drawn to predict what is done in the new state, if it is not known exactly;
//!                                    # default 0: nothing is predicted
//! seed = 0                           # default
//!
//! [[likelihood]]                     # kinds of trained agents, watched in the new state and predicted by one another
//! name = "maze"
//! places = []                        # further environments; what is seen is pooled
//! features = ["cheese", "corner"]    # labels: how near their states are
//! context = "corner"                 # the label of a region where goals by context may differ
//! tremble = 0.1                      # default: how often an agent does anything
//! horizon = 20                       # default: actions watched, at most
//! trajectories = 50                  # default: agents of each kind watched in each place
//! policies = 500                     # default: policies that stand for each kind
//! seed = 0                           # default
//!
//! [[transition]]                     # discounts at which the best joint state of a set overtakes the best of all others
//! name = "corridor"
//! agent = "A"                        # default: whose POWER
//! h = ["(0, 5)", "(0, 6)"]           # where H is in the states of the set; default: anywhere
//! a = ["(2, 3)"]                     # where A is; default: anywhere
//! discounts = [0.5, 0.9, 0.99]       # where to begin, for both agents
//! width = 0.002                      # default: narrower intervals are not halved
//! collision = "leak"                 # as in the environment of an experiment, with swaps
//! seed-policy = "uniform"            # as for an experiment, with correlation, rounds, samples, seed and [transition.reward]
//! ```
//!
//! Its run has `config.toml` and `manifest.json`, `model.json` where there is a model, and one of `options.json`,
//! `probability.json`, `empowerment.json`, `embeddings.json`, `lemmas.json`, `comparisons.json`, `goals.json`, `likelihoods.json` and
//! `transitions.json` for each section:
//! [`AnalysisResults`] as JSON, with exact numbers as texts such as `"2/3"`.
//!
//! # Runs
//!
//! A run of an experiment is the directory `RUNS/KEY`, named by its [`RunKey`]:
//!
//! | file | has |
//! |---|---|
//! | `config.toml` | the resolved config ([`Experiment::to_toml`]) |
//! | `power.csv` | one row per state; one agent: `state,row,col,mean,std_error`; two: `state,h_row,h_col,a_row,a_col,power_h,power_h_se,power_a,power_a_se,power_h_seed,power_h_seed_se` and, with the baseline, `power_a_seed,power_a_seed_se`. Cells are empty without a grid; numbers have the fewest digits that read back as the same `f64` |
//! | `power.npz` | the same columns as arrays, without the names of states |
//! | `grid.json` | [`GridLayout`], for gridworlds |
//! | `samples.npz` | with `keep-samples`: `rewards` and `power` (two agents: `rewards_h`, `power_h`, `rewards_a`, `power_a`) as matrices of samples × states; [`Run::samples`] |
//! | `manifest.json` | [`Manifest`]: versions, seed, statistics, alignment, times, and the hash of every other file |
//!
//! # Shards
//!
//! A [`Sweep`] may be divided: [`run_shard`] computes the part of one [`Shard`] into part files, and [`merge`] makes the runs of all parts, with
//! the same bytes as if it had never been divided. Until then the directory `RUNS/parts-ID` has the parts; the modules `parts` and `part`
//! describe their files.
//!
//! # Modules
//!
//! | module | noun |
//! |---|---|
//! | `experiment`, `parse`, `document` | [`Experiment`], reading and writing it |
//! | `config_error` | [`ConfigError`], [`ConfigProblem`] |
//! | `named_law` | [`NamedLaw`]: reward laws in one word |
//! | `seed_policy` | [`SeedPolicySource`] |
//! | `section` | tables of a config as they are read |
//! | `analysis` | [`Analysis`], its parts, [`analyze`] and [`AnalysisRun`] |
//! | [`powerplay`] | configs of another program |
//! | `inputs` | the models, laws and policies that an experiment names |
//! | `sweep`, `setting` | [`Sweep`], [`run_sweep`]; [`Setting`] |
//! | `differences` | [`differences`] between the configs of runs |
//! | `frame`, `parquet` | [`Frame`], a table over several runs, also as Parquet (feature `parquet`) |
//! | `listing` | [`list`] of all runs in a directory, [`AnyRun`] |
//! | `shard` | [`Shard`], [`ShardChoice`]: which part of a sweep a process computes |
//! | `work`, `unmerged` | [`run_shard`], [`merge`]; [`Unmerged`]: what is missing |
//! | `parts`, `part`, `chunk` | directories of part files, part files, and what their records hold |
//! | `unfinished` | [`Unfinished`]: sweeps that shards are computing |
//! | `key` | [`RunKey`], [`NUMERICS_VERSION`] |
//! | `store`, `partial` | [`run`]; directories of unfinished runs |
//! | `run`, `table`, `layout`, `manifest` | [`Run`], [`RunPower`], [`GridLayout`], [`Manifest`] |
//! | `rollout` | [`Rollout`]: the policies of a kept sample, and a walk under them |
//! | `error`, `damage` | [`ExperimentError`], [`Damage`] |
//!
//! # Invariants
//!
//! - A directory counts as a run only if every file is there and has the hash that the manifest, written last, says;
//!   `samples.npz` is checked when it is read.
//! - `power.csv` is the same bytes for any number of threads.
//! - Whatever may change a number enters the key; names and paths do not.
//! - A part file is written by one process and never changed; it counts as far as its hashes are right, wherever it ends.
//! - This crate knows nothing of figures, published values or terminals, and no text or file makes it panic.

mod analysis;
mod chunk;
mod config_error;
mod damage;
mod differences;
mod document;
mod error;
mod experiment;
mod frame;
mod inputs;
mod key;
mod layout;
mod listing;
mod manifest;
mod named_law;
#[cfg(feature = "parquet")]
mod parquet;
mod parse;
mod part;
mod partial;
mod parts;
pub mod powerplay;
mod rollout;
mod run;
mod section;
mod seed_policy;
mod setting;
mod shard;
mod store;
mod sweep;
mod table;
mod unfinished;
mod unmerged;
mod work;

pub use analysis::{
    ActionChance, Analysis, AnalysisManifest, AnalysisResults, AnalysisRun, AtOne, BinRecord, ChanceOfAction,
    ChanceRecord, Comparison, ComparisonRecord, CompatibleOrbitRecord, ContrastRecord, CopiesRecord, CountsRecord,
    CriticalRecord, Embedding, EmbeddingRecord, Empowerment, EmpowermentRecord, EstimateRecord, GivenGoalRecord, Goals,
    GoalsAtDiscount, GoalsRecord, LemmaRecord, LemmaRow, Likelihood, LikelihoodCellRecord, LikelihoodRecord,
    OptionSets, OrbitLemma, OrbitRecord, PowerTransition, PredictionRecord, Probability, RearrangementRecord,
    RecurrentDistributionRecord, Start, StateOptions, States, ThresholdRecord, TransitionRecord, ValueRecord,
    VerdictRecord, VisitDistributionRecord, WorstRecord, analyze,
};
pub use chunk::ChunkContent;
pub use config_error::{ConfigError, ConfigProblem};
pub use damage::Damage;
pub use differences::{Difference, differences};
pub use dunamis_power::{AgentSamples, Alignment, Endings, Observer, Samples, Sampling};
pub use error::ExperimentError;
pub use experiment::{
    DEFAULT_MOST_SAMPLES, DEFAULT_SAMPLES, EnvironmentSettings, Expectation, Experiment, FixedPolicy, Horizon,
    MultiAgent, PowerSettings, RewardLaw, SingleAgent,
};
pub use frame::{Column, Frame};
pub use key::{NUMERICS_VERSION, RunKey, RunKeyError};
pub use layout::{Cell, CellPair, GridLayout};
pub use listing::{AnyRun, Content, Entry, RunManifest, clear_unfinished, list};
pub use manifest::{MANIFEST_SCHEMA, Manifest};
pub use named_law::{NamedLaw, NamedLawError};
pub use part::{PartContents, PartDepth, PartEnd, PartHeader, PartRecord};
pub use parts::ChangedPart;
pub use rollout::{Plan, PlannedMove, Rollout, RolloutSettings};
pub use run::{Estimates, Run, RunPower};
pub use seed_policy::{SeedPolicyError, SeedPolicySource};
pub use setting::{Setting, SettingError};
pub use shard::{Shard, ShardChoice, ShardError};
pub use store::run;
pub use sweep::{Axis, MAX_POINTS, Point, Sweep, SweepRun, SweptKey, run_sweep};
pub use table::TableError;
pub use unfinished::{Progress, Unfinished, list_unfinished};
pub use unmerged::{MissingChunks, Unmerged};
pub use work::{Merged, ShardRun, merge, run_shard};
