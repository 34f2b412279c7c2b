//! Experiment configs and run directories.

mod config_error;
mod damage;
mod document;
mod error;
mod experiment;
mod inputs;
mod key;
mod layout;
mod manifest;
mod parse;
mod partial;
mod run;
mod store;
mod table;

pub use config_error::{ConfigError, ConfigProblem};
pub use damage::Damage;
pub use dunamis_power::{Alignment, Observer};
pub use error::ExperimentError;
pub use experiment::{
    DEFAULT_SAMPLES, EnvironmentSettings, Expectation, Experiment, Horizon, MultiAgent, PowerSettings, RewardLaw,
    SeedPolicySource, SingleAgent,
};
pub use key::{NUMERICS_VERSION, RunKey, RunKeyError};
pub use layout::{Cell, CellPair, GridLayout};
pub use manifest::{MANIFEST_SCHEMA, Manifest};
pub use run::{Estimates, Run, RunPower};
pub use store::run;
pub use table::TableError;
