//! Exact studies: what a state's options are, how likely each is optimal, and how strongly decisions tend to one of two sets.

mod chances;
mod compare;
mod comparison;
mod compute;
mod embedding;
mod goal_records;
mod goals;
mod likelihood;
mod options;
mod orbit_lemma;
mod parse;
mod results;
mod store;
mod transition;
mod worst;

pub use comparison::{Comparison, OptionSets};
pub use embedding::{Embedding, Start};
pub use goal_records::{
    ActionChance, BinRecord, ChanceOfAction, CompatibleOrbitRecord, CountsRecord, EstimateRecord, GivenGoalRecord,
    GoalsAtDiscount, GoalsRecord, LikelihoodCellRecord, LikelihoodRecord, PredictionRecord, ThresholdRecord,
    VerdictRecord,
};
pub use goals::Goals;
pub use likelihood::Likelihood;
pub use orbit_lemma::OrbitLemma;
pub use results::{
    AnalysisManifest, AnalysisResults, AnalysisRun, ChanceRecord, ComparisonRecord, ContrastRecord, CopiesRecord,
    CriticalRecord, EmbeddingRecord, EmpowermentRecord, LemmaRecord, LemmaRow, OrbitRecord, RearrangementRecord,
    RecurrentDistributionRecord, StateOptions, TransitionRecord, ValueRecord, VisitDistributionRecord, WorstRecord,
};
pub use store::analyze;
pub use transition::PowerTransition;

use crate::{ConfigError, EnvironmentSettings};
use dunamis_mdp::Number;
use serde::Serialize;
use std::path::Path;
use std::str::FromStr;

/// An exact study of the options that a model offers, or of sets of options given as vectors. Each section that its config has
/// gives one file of the run; the [crate documentation](crate) shows every key.
///
/// ```
/// use dunamis_experiment::{Analysis, analyze};
/// let analysis: Analysis = r#"
///     name = "candy"
///     [environment]
///     name = "candy"
///     [options]
///     states = ["start"]
/// "#.parse()?;
/// let runs = tempfile::tempdir()?;
/// let run = analyze(&analysis, runs.path(), &())?;
/// assert_eq!(run.results.options[0].recurrent_distributions.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Analysis {
    /// What its results are called.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The model; comparisons of given vectors need none.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "environment")]
    pub environment: Option<EnvironmentSettings>,
    /// The states whose visit distributions and recurrent state distributions are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<States>,
    /// The states and discounts of which POWER and optimality probabilities are computed, for rewards that are independent
    /// and uniform on [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// The states of which empowerment is computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empowerment: Option<Empowerment>,
    /// Pairs of sets of visit distribution functions, of which one may contain copies of the other.
    #[serde(rename = "embedding", skip_serializing_if = "Vec::is_empty")]
    pub embeddings: Vec<Embedding>,
    /// Tabulated decision functions.
    #[serde(rename = "orbit-lemma", skip_serializing_if = "Vec::is_empty")]
    pub lemmas: Vec<OrbitLemma>,
    /// Pairs of sets of options.
    #[serde(rename = "comparison", skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// Sets of goals compatible with the environment's training.
    #[serde(rename = "goals", skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<Goals>,
    /// Kinds of trained agents, watched and predicted.
    #[serde(rename = "likelihood", skip_serializing_if = "Vec::is_empty")]
    pub likelihoods: Vec<Likelihood>,
    /// Searches for discounts at which other joint states have most POWER.
    #[serde(rename = "transition", skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<PowerTransition>,
}

/// States by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct States {
    /// Their names; all states if there are none.
    pub states: Vec<String>,
}

/// POWER and optimality probabilities of some states.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Probability {
    /// Names of states; all states if there are none.
    pub states: Vec<String>,
    /// Discounts from 0 to 1.
    pub discounts: Vec<Number>,
    /// What the discount 1 stands for.
    pub at_one: AtOne,
}

/// What the discount 1 stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AtOne {
    /// Average rewards.
    #[default]
    Average,
    /// The limit of discounts that approach 1.
    Blackwell,
}

/// Empowerment of some states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Empowerment {
    /// Names of states; all states if there are none.
    pub states: Vec<String>,
    /// The largest number of steps; all from 1 on are computed.
    pub steps: u64,
}

impl Analysis {
    /// Reads the text of a config. `origin` is the path that errors show; a relative path in the config starts from its
    /// directory. No file is read.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn from_toml(text: &str, origin: impl AsRef<Path>) -> Result<Self, ConfigError> {
        parse::analysis(text, origin.as_ref())
    }

    /// Reads a config file and checks it against its environment.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, source))?;
        let analysis = Analysis::from_toml(&text, path)?;
        compute::Inputs::read(&analysis).map_err(|error| error.located(&text, path))?;
        Ok(analysis)
    }

    /// The resolved config: every default spelled out, paths absolute. [`Analysis::from_toml`] reads it back.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("tables of strings, numbers and lists")
    }
}

impl FromStr for Analysis {
    type Err = ConfigError;

    /// As [`Analysis::from_toml`], with relative paths starting from the working directory.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Analysis::from_toml(text, "")
    }
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn environment<S: serde::Serializer>(
    environment: &Option<EnvironmentSettings>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    environment.as_ref().map(crate::document::environment).serialize(serializer)
}
