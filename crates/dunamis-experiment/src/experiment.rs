//! What to compute: the contents of a config.

use crate::{ConfigError, SeedPolicySource};
use dunamis_envs::{JointRules, Move, Noise};
use dunamis_mdp::Discount;
use dunamis_power::Sampling;
use dunamis_sampling::{Correlation, Marginal, SamplingMethod, Seed};
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One experiment: POWER of one or two agents in an environment, under a reward law.
///
/// Read it from TOML (the [crate documentation](crate) shows every key), or build it:
///
/// ```
/// use dunamis_experiment::{Experiment, MultiAgent, PowerSettings};
/// let settings = MultiAgent::new("0.1".parse()?);
/// let experiment = Experiment::new("near-sighted", "maze-7x7", PowerSettings::MultiAgent(settings));
/// assert_eq!(Experiment::from_toml(&experiment.to_toml(), "resolved.toml")?, experiment);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// What its results are called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Where the agents live.
    pub environment: EnvironmentSettings,
    /// Whose POWER, and how it is defined.
    pub power: PowerSettings,
    /// The law of the reward vectors.
    pub reward: RewardLaw,
    /// How the expectation over rewards is computed.
    pub expectation: Expectation,
}

/// An environment by name or path, and the noise of its moves.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentSettings {
    /// A specification for [`dunamis_envs::load`]: a registered name, or a path to a map or a model file.
    pub name: String,
    /// Noise of the moves; only gridworlds have any.
    pub noise: Noise,
}

/// Whose POWER, and how it is defined.
#[derive(Clone, Debug, PartialEq)]
pub enum PowerSettings {
    /// POWER of one agent.
    SingleAgent(SingleAgent),
    /// POWER of two agents, and their alignment.
    MultiAgent(MultiAgent),
}

/// Settings of single-agent POWER.
#[derive(Clone, Debug, PartialEq)]
pub struct SingleAgent {
    /// How the future counts.
    pub horizon: Horizon,
    /// The second agent of a joint environment, whose policy is fixed: the POWER is that of H against it.
    pub against: Option<FixedPolicy>,
    /// Whether to repeat [the incumbent's arithmetic](dunamis_power::published).
    pub as_published: bool,
}

/// An agent A that does not learn: with it, H's POWER is that of one agent over joint states
/// `[Harris & Suo 2022, part 2]`.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPolicy {
    /// A's policy.
    pub policy: SeedPolicySource,
    /// What happens when the agents would meet.
    pub rules: JointRules,
}

/// What an experiment says of a second agent.
#[derive(Clone, Copy)]
pub(crate) struct SecondAgent<'a> {
    pub(crate) rules: JointRules,
    pub(crate) policy: &'a SeedPolicySource,
    /// The key of its policy in `[power]`.
    pub(crate) key: &'static str,
}

/// How the future counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Horizon {
    /// Discounted; 0 means the limit $`\gamma \to 0`$ of POWER.
    Discounted(Discount),
    /// The limit $`\gamma \to 1`$ of POWER: average rewards.
    LimitOne,
}

/// Settings of two-agent POWER.
#[derive(Clone, Debug, PartialEq)]
pub struct MultiAgent {
    /// H's discount.
    pub discount_h: Discount,
    /// A's discount.
    pub discount_a: Discount,
    /// What happens when the agents would meet.
    pub rules: JointRules,
    /// The correlation β of their rewards.
    pub correlation: Correlation,
    /// A's policy while H learns.
    pub seed_policy: SeedPolicySource,
    /// Whether to evaluate A's seed policy too.
    pub seed_baseline: bool,
    /// How often the agents reply to each other; see [`estimate_multi_agent`](dunamis_power::estimate_multi_agent).
    pub rounds: NonZeroU32,
    /// Whether to repeat [the incumbent's arithmetic](dunamis_power::published).
    pub as_published: bool,
}

/// The law of the reward vectors.
#[derive(Clone, Debug, PartialEq)]
pub enum RewardLaw {
    /// Independent rewards; see [`dunamis_sampling::IndependentRewards`]. States have the names of the model, which for two
    /// agents are those of joint states.
    Independent {
        /// The law of every state without one of its own.
        marginal: Marginal,
        /// States with a law of their own.
        states: BTreeMap<String, Marginal>,
        /// Groups of states that share their reward.
        same: Vec<Vec<String>>,
        /// Whether constant vectors are drawn again.
        reject_constant: bool,
    },
    /// Uniform over a list; see [`dunamis_sampling::FiniteSupport`].
    Vectors {
        /// The vectors, one entry per state.
        vectors: Vec<Vec<f64>>,
        /// Whether constant vectors are left out.
        reject_constant: bool,
    },
}

/// How the expectation over rewards is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expectation {
    /// As a mean over samples.
    Sampled {
        /// Number of samples; with `until_se`, the most.
        samples: NonZeroU64,
        /// The seed of their streams.
        seed: Seed,
        /// How they are spread.
        method: SamplingMethod,
        /// The largest standard error at which to stop early, if any; see [`Sampling::until`].
        until_se: Option<f64>,
        /// How many of the first samples are kept with the run, one by one ([`Run::samples`](crate::Run::samples)).
        keep: u64,
    },
    /// Exactly, for [`RewardLaw::Vectors`].
    Exact,
}

/// Samples of an experiment that does not say how many: the published number.
pub const DEFAULT_SAMPLES: NonZeroU64 = NonZeroU64::new(10_000).expect("not zero");

/// The most samples of an experiment that stops at a standard error and does not say how many.
pub const DEFAULT_MOST_SAMPLES: NonZeroU64 = NonZeroU64::new(1_000_000).expect("not zero");

impl Experiment {
    /// The experiment with rewards independent and uniform on [0, 1], and [`DEFAULT_SAMPLES`] samples of seed 0.
    pub fn new(
        name: impl Into<String>,
        environment: impl Into<EnvironmentSettings>,
        power: impl Into<PowerSettings>,
    ) -> Self {
        Experiment {
            name: name.into(),
            description: None,
            environment: environment.into(),
            power: power.into(),
            reward: RewardLaw::default(),
            expectation: Expectation::default(),
        }
    }

    /// Reads the text of a config. `origin` is the path that errors show; relative paths in the config start from its
    /// directory. No file is read.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn from_toml(text: &str, origin: impl AsRef<Path>) -> Result<Self, ConfigError> {
        crate::parse::experiment(text, origin.as_ref())
    }

    /// Reads a config file and checks it against its environment: state names, seed policy and reward law.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, source))?;
        let experiment = Experiment::from_toml(&text, path)?;
        experiment.check().map_err(|error| error.located(&text, path))?;
        Ok(experiment)
    }

    /// Checks everything that depends on the environment, as [`run`](crate::run) will.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its key.
    pub fn check(&self) -> Result<(), ConfigError> {
        let inputs = crate::inputs::Inputs::read(self)?;
        crate::inputs::Computation::new(self, inputs).map(|_| ())
    }
}

impl FromStr for Experiment {
    type Err = ConfigError;

    /// As [`Experiment::from_toml`], with relative paths starting from the working directory.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Experiment::from_toml(text, "")
    }
}

impl<T: Into<String>> From<T> for EnvironmentSettings {
    /// The environment without noise.
    fn from(name: T) -> Self {
        EnvironmentSettings { name: name.into(), noise: Noise::none() }
    }
}

impl EnvironmentSettings {
    /// Changes the path, if it is a path; parameters that follow it are left as they are.
    pub(crate) fn map_path(mut self, change: impl FnOnce(&Path) -> PathBuf) -> Self {
        let file = self.name.split(':').next().unwrap_or_default();
        let is_file = Path::new(file).extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"))
            || dunamis_envs::Format::from_path(file).is_some_and(dunamis_envs::Format::reads);
        let is_path = self.name.contains(['/', '\\']) || is_file;
        let registered = self.name.split(':').next().and_then(dunamis_envs::find).is_some();
        if is_path && !registered {
            self.name = change(Path::new(&self.name)).to_string_lossy().into_owned();
        }
        self
    }

    /// The specification with the noise among its parameters.
    pub(crate) fn specification(&self) -> String {
        let level = self.noise.level();
        if level.value() == 0.0 {
            return self.name.clone();
        }
        let has_parameters = self.name.rsplit_once(':').is_some_and(|(_, parameters)| parameters.contains('='));
        let separator = if has_parameters { ',' } else { ':' };
        let bias = |direction| Some(format!(",bias-{direction}={}", self.noise.bias(direction)?));
        let biases: String = Move::ALL.into_iter().filter_map(bias).collect();
        format!("{}{separator}noise={level}{biases}", self.name)
    }
}

impl SingleAgent {
    /// Discounted POWER.
    pub fn new(discount: Discount) -> Self {
        SingleAgent { horizon: Horizon::Discounted(discount), against: None, as_published: false }
    }
}

impl PowerSettings {
    /// The second agent, if there is one.
    pub(crate) fn second_agent(&self) -> Option<SecondAgent<'_>> {
        match self {
            PowerSettings::SingleAgent(SingleAgent { against, .. }) => against
                .as_ref()
                .map(|FixedPolicy { policy, rules }| SecondAgent { rules: *rules, policy, key: "against" }),
            PowerSettings::MultiAgent(MultiAgent { rules, seed_policy, .. }) => {
                Some(SecondAgent { rules: *rules, policy: seed_policy, key: "seed-policy" })
            }
        }
    }
}

impl MultiAgent {
    /// The published settings at one discount: independent goals, agents may overlap, uniform seed policy with its baseline,
    /// one round.
    pub fn new(discount: Discount) -> Self {
        MultiAgent {
            discount_a: discount.clone(),
            discount_h: discount,
            rules: JointRules::default(),
            correlation: Correlation::INDEPENDENT,
            seed_policy: SeedPolicySource::Uniform,
            seed_baseline: true,
            rounds: NonZeroU32::MIN,
            as_published: false,
        }
    }
}

impl From<SingleAgent> for PowerSettings {
    fn from(settings: SingleAgent) -> Self {
        PowerSettings::SingleAgent(settings)
    }
}

impl From<MultiAgent> for PowerSettings {
    fn from(settings: MultiAgent) -> Self {
        PowerSettings::MultiAgent(settings)
    }
}

impl From<Marginal> for RewardLaw {
    /// Independent and identical rewards.
    fn from(marginal: Marginal) -> Self {
        RewardLaw::Independent { marginal, states: BTreeMap::new(), same: Vec::new(), reject_constant: false }
    }
}

impl Default for RewardLaw {
    fn default() -> Self {
        Marginal::UNIT.into()
    }
}

impl Default for Expectation {
    fn default() -> Self {
        Expectation::Sampled {
            samples: DEFAULT_SAMPLES,
            seed: Seed::new(0),
            method: SamplingMethod::Independent,
            until_se: None,
            keep: 0,
        }
    }
}

impl Expectation {
    /// The samples, unless the expectation is exact.
    pub fn sampling(&self) -> Option<Sampling> {
        let &Expectation::Sampled { samples, seed, method, until_se, .. } = self else { return None };
        let sampling = Sampling::new(samples.get(), seed).with_method(method);
        Some(until_se.map_or(sampling, |std_error| sampling.until(std_error)))
    }

    /// How many of the first samples are kept.
    pub(crate) fn kept(&self) -> u64 {
        match self {
            Expectation::Sampled { keep, .. } => *keep,
            Expectation::Exact => 0,
        }
    }
}
