//! From an experiment to the text of a config, with every default spelled out.

use crate::{EnvironmentSettings, Expectation, Experiment, Horizon, PowerSettings, RewardLaw, SeedPolicySource};
use dunamis_envs::{Collision, Move, Swaps};
use dunamis_mdp::{Discount, Number, Rational};
use dunamis_sampling::{Correlation, Marginal, SamplingMethod, Seed};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    name: &'a str,
    description: Option<&'a str>,
    #[serde(flatten)]
    settings: Settings<'a>,
}

/// Everything that numbers may depend on, apart from the environment and the seed policy's file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings<'a> {
    samples: Option<NonZeroU64>,
    seed: Option<Seed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampling: Option<SamplingMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until_se: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_samples: Option<NonZeroU64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<Environment>,
    power: Power,
    reward: Reward<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Environment {
    name: String,
    collision: Option<Collision>,
    swaps: Option<bool>,
    noise: Exactly,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    noise_bias: BTreeMap<&'static str, Exactly>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Power {
    agents: u8,
    discount: Option<Exactly>,
    discount_a: Option<Exactly>,
    limit: Option<&'static str>,
    correlation: Option<Correlation>,
    seed_baseline: Option<bool>,
    rounds: Option<NonZeroU32>,
    as_published: bool,
    /// Policies are last, because they may be tables.
    seed_policy: Option<SeedPolicySource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<SeedPolicySource>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Reward<'a> {
    #[serde(rename_all = "kebab-case")]
    Independent {
        #[serde(flatten)]
        marginal: &'a Marginal,
        reject_constant: bool,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        same: &'a [Vec<String>],
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        states: &'a BTreeMap<String, Marginal>,
    },
    #[serde(rename_all = "kebab-case")]
    Vectors { exact: bool, reject_constant: bool, vectors: &'a [Vec<f64>] },
}

impl<'a> Reward<'a> {
    pub(crate) fn of(law: &'a RewardLaw, exact: bool) -> Self {
        match law {
            RewardLaw::Independent { marginal, states, same, reject_constant } => {
                Reward::Independent { marginal, reject_constant: *reject_constant, same, states }
            }
            RewardLaw::Vectors { vectors, reject_constant } => {
                Reward::Vectors { exact, reject_constant: *reject_constant, vectors }
            }
        }
    }
}

/// A number that is read back exactly: its shortest decimals where they are the whole truth, else a fraction.
pub(crate) struct Exactly {
    value: f64,
    exact: Rational,
}

impl Exactly {
    fn number(number: &Number) -> Self {
        Exactly { value: number.value(), exact: number.exact() }
    }

    pub(crate) fn discount(discount: &Discount) -> Self {
        Exactly { value: discount.value(), exact: discount.exact() }
    }
}

impl Serialize for Exactly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match decimals(self.value, &self.exact) {
            Some(_) => serializer.serialize_f64(self.value),
            None => serializer.serialize_str(&self.exact.to_string()),
        }
    }
}

/// The shortest decimals of a double, if they are the whole truth.
fn decimals(value: f64, exact: &Rational) -> Option<String> {
    let text = format!("{value:?}");
    text.parse::<Number>().is_ok_and(|decimals| decimals.exact() == *exact).then_some(text)
}

/// A number as it would be written by hand: `0.1` or `1/3`.
pub(crate) fn decimals_or_fraction(number: &Number) -> String {
    let exact = number.exact();
    decimals(number.value(), &exact).unwrap_or_else(|| exact.to_string())
}

impl<'a> Settings<'a> {
    /// Everything, with absolute paths.
    fn complete(experiment: &'a Experiment) -> Self {
        let rules = experiment.power.second_agent().map(|second| second.rules);
        let environment = Environment {
            collision: rules.map(|rules| rules.collision),
            swaps: rules.map(|rules| rules.swaps == Swaps::Allowed),
            ..environment(&experiment.environment)
        };
        Settings { environment: Some(environment), ..Self::without_environment(experiment) }
    }

    /// Without the environment, for which others have to stand in; files of a seed policy are only `file`.
    pub(crate) fn numeric(experiment: &'a Experiment) -> Self {
        let mut settings = Self::without_environment(experiment);
        let power = &mut settings.power;
        for policy in [&mut power.seed_policy, &mut power.against] {
            *policy = policy.take().map(|policy| policy.map_files(&|_| "file".into()));
        }
        settings
    }

    fn without_environment(experiment: &'a Experiment) -> Self {
        let power = match &experiment.power {
            PowerSettings::SingleAgent(settings) => {
                let discount = match &settings.horizon {
                    Horizon::Discounted(discount) => Some(Exactly::discount(discount)),
                    Horizon::LimitOne => None,
                };
                Power {
                    agents: 1,
                    against: settings.against.as_ref().map(|against| against.policy.clone().map_files(&absolute)),
                    limit: discount.is_none().then_some("one"),
                    discount,
                    discount_a: None,
                    correlation: None,
                    seed_policy: None,
                    seed_baseline: None,
                    rounds: None,
                    as_published: settings.as_published,
                }
            }
            PowerSettings::MultiAgent(settings) => Power {
                agents: 2,
                against: None,
                discount: Some(Exactly::discount(&settings.discount_h)),
                discount_a: Some(Exactly::discount(&settings.discount_a)),
                limit: None,
                correlation: Some(settings.correlation),
                seed_policy: Some(settings.seed_policy.clone().map_files(&absolute)),
                seed_baseline: Some(settings.seed_baseline),
                rounds: Some(settings.rounds),
                as_published: settings.as_published,
            },
        };
        let reward = Reward::of(&experiment.reward, experiment.expectation == Expectation::Exact);
        let mut settings = Settings {
            samples: None,
            seed: None,
            sampling: None,
            until_se: None,
            keep_samples: None,
            environment: None,
            power,
            reward,
        };
        if let Expectation::Sampled { samples, seed, method, until_se, keep } = experiment.expectation {
            (settings.samples, settings.seed) = (Some(samples), Some(seed));
            // What is spelled out here enters the keys of runs, and most runs do without.
            settings.sampling = Some(method).filter(|&method| method != SamplingMethod::Independent);
            (settings.until_se, settings.keep_samples) = (until_se, NonZeroU64::new(keep));
        }
        settings
    }
}

/// An environment of one agent, with an absolute path.
pub(crate) fn environment(settings: &EnvironmentSettings) -> Environment {
    let noise = &settings.noise;
    let bias = Move::ALL.into_iter().filter_map(|to| Some((to.name(), Exactly::number(noise.bias(to)?))));
    Environment {
        name: settings.clone().map_path(absolute).name,
        collision: None,
        swaps: None,
        noise: Exactly::number(noise.level()),
        noise_bias: bias.collect(),
    }
}

/// The path from the root; the path itself where the working directory is unknown.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl Serialize for Experiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, description) = (self.name.as_str(), self.description.as_deref());
        Document { name, description, settings: Settings::complete(self) }.serialize(serializer)
    }
}

impl Experiment {
    /// The resolved config: every default spelled out, paths absolute. [`Experiment::from_toml`] reads it back.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("tables of strings, numbers and lists")
    }
}
