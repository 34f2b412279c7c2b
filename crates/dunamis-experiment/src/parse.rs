//! From the text of a config to an experiment.
//!
//! TOML is read into its parser's tree, not through serde, because the tree keeps the text of numbers (`0.1` is 1/10) and
//! the place of every key.

use crate::config_error::KeyPath;
use crate::{
    ConfigError, ConfigProblem, EnvironmentSettings, Expectation, Experiment, Horizon, MultiAgent, PowerSettings,
    RewardLaw, SeedPolicySource, SingleAgent,
};
use dunamis_envs::{Collision, EnvError, JointRules, Move, Noise, Swaps};
use dunamis_mdp::{Discount, Number, nearest};
use dunamis_power::PowerError;
use dunamis_sampling::{Correlation, FiniteSupport, Marginal, Seed};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;
use toml::de::{DeTable, DeValue};

const ROOT: &[&str] = &["name", "description", "samples", "seed", "environment", "power", "reward"];
const ENVIRONMENT: &[&str] = &["name", "collision", "swaps", "noise", "noise-bias"];
const NOISE_BIAS: &[&str] = &["up", "down", "left", "right", "stay"];
const POWER: &[&str] =
    &["agents", "discount", "discount-a", "limit", "correlation", "seed-policy", "seed-baseline", "as-published"];
/// Keys of `[reward]` that are not parameters of a distribution.
const REWARD: &[&str] = &["distribution", "reject-constant", "states", "same", "vectors", "exact"];

const ONE_AGENT: &str = "it is for two agents: set `power.agents = 2` or remove it";
const TWO_AGENTS: &str = "it is for one agent: set `power.agents = 1` or remove it";

type Parsed<T> = Result<T, ConfigError>;

pub(crate) fn experiment(text: &str, origin: &Path) -> Parsed<Experiment> {
    let root = DeTable::parse(text).map_err(|error| ConfigError::syntax(&error, text, origin))?;
    let directory = origin.parent().unwrap_or(Path::new(""));
    read(root.get_ref(), directory).map_err(|error| error.located(text, origin))
}

fn read(root: &DeTable<'_>, directory: &Path) -> Parsed<Experiment> {
    let root = Section { path: KeyPath::new(), table: Some(root) };
    root.allow(ROOT)?;
    let name = root.required("name", "a name such as `name = \"near-sighted\"`")?.to_owned();
    let description = root.text("description")?.map(Into::into);
    let environment = root.section("environment")?;
    let power = root.section("power")?;
    let reward = root.section("reward")?;
    environment.allow(ENVIRONMENT)?;
    power.allow(POWER)?;
    let expectation = expectation(&root, &reward)?;
    let (agents, problem) = (power.count("agents")?, |found: u64| ConfigProblem::Choice {
        found: found.to_string(),
        choices: "1 or 2 agents",
    });
    let power = match agents.unwrap_or(1) {
        1 => PowerSettings::SingleAgent(single_agent(&power, &environment, expectation)?),
        2 => PowerSettings::MultiAgent(multi_agent(&power, &environment, expectation, directory)?),
        found => return Err(power.wrong("agents", problem(found))),
    };
    let environment = environment_settings(&environment, directory)?;
    Ok(Experiment { name, description, environment, power, reward: reward_law(&reward)?, expectation })
}

fn expectation(root: &Section<'_, '_>, reward: &Section<'_, '_>) -> Parsed<Expectation> {
    if reward.boolean("exact")?.unwrap_or(false) {
        root.refuse(&["samples", "seed"], "`reward.exact` needs no samples: remove one of them")?;
        if !reward.has("vectors") {
            let reason = "only a finite list has an exact expectation: give `reward.vectors` or remove it";
            return Err(reward.wrong("exact", ConfigProblem::DoesNotApply { reason }));
        }
        return Ok(Expectation::Exact);
    }
    let samples = match root.count("samples")? {
        None => crate::DEFAULT_SAMPLES,
        Some(count) => NonZeroU64::new(count).ok_or_else(|| root.wrong("samples", ConfigProblem::NoSamples))?,
    };
    Ok(Expectation::Sampled { samples, seed: Seed::new(root.count("seed")?.unwrap_or(0)) })
}

fn single_agent(
    power: &Section<'_, '_>,
    environment: &Section<'_, '_>,
    expectation: Expectation,
) -> Parsed<SingleAgent> {
    power.refuse(&["discount-a", "correlation", "seed-policy", "seed-baseline"], ONE_AGENT)?;
    environment.refuse(&["collision", "swaps"], ONE_AGENT)?;
    let horizon = match power.text("limit")? {
        Some("one") => {
            power.refuse(&["discount"], "`power.limit` replaces it: remove one of them")?;
            Horizon::LimitOne
        }
        Some(found) => {
            let problem = ConfigProblem::Choice { found: found.into(), choices: "`one`, the limit γ → 1" };
            return Err(power.wrong("limit", problem));
        }
        None => Horizon::Discounted(
            power.discount("discount")?.ok_or_else(|| power.missing("discount", "`discount` or `limit = \"one\"`"))?,
        ),
    };
    let as_published = as_published(power, expectation)?;
    match &horizon {
        Horizon::LimitOne if as_published => {
            let reason = "nothing was published for `power.limit`: remove one of them";
            Err(power.wrong("as-published", ConfigProblem::DoesNotApply { reason }))
        }
        Horizon::Discounted(discount) if as_published && discount.value() == 0.0 => {
            Err(power.wrong("discount", ConfigProblem::Power(PowerError::PublishedDiscount)))
        }
        _ => Ok(SingleAgent { horizon, as_published }),
    }
}

fn multi_agent(
    power: &Section<'_, '_>,
    environment: &Section<'_, '_>,
    expectation: Expectation,
    directory: &Path,
) -> Parsed<MultiAgent> {
    power.refuse(&["limit"], TWO_AGENTS)?;
    let discount_h = power.discount("discount")?.ok_or_else(|| power.missing("discount", "`discount`"))?;
    let discount_a = power.discount("discount-a")?;
    let correlation = match power.number("correlation")? {
        None => Correlation::INDEPENDENT,
        Some(number) => Correlation::new(number.value())
            .map_err(|error| power.wrong("correlation", ConfigProblem::Reward(error)))?,
    };
    let seed_policy = match power.text("seed-policy")? {
        None | Some("uniform") => SeedPolicySource::Uniform,
        Some("stay") => SeedPolicySource::Stay,
        Some(path) => SeedPolicySource::File(directory.join(path)),
    };
    let as_published = as_published(power, expectation)?;
    for (key, discount) in [("discount", Some(&discount_h)), ("discount-a", discount_a.as_ref())] {
        if as_published && discount.is_some_and(|discount| discount.value() == 0.0) {
            return Err(power.wrong(key, ConfigProblem::Power(PowerError::PublishedDiscount)));
        }
    }
    Ok(MultiAgent {
        discount_a: discount_a.unwrap_or_else(|| discount_h.clone()),
        discount_h,
        rules: joint_rules(environment)?,
        correlation,
        seed_policy,
        seed_baseline: power.boolean("seed-baseline")?.unwrap_or(true),
        as_published,
    })
}

fn as_published(power: &Section<'_, '_>, expectation: Expectation) -> Parsed<bool> {
    let as_published = power.boolean("as-published")?.unwrap_or(false);
    if as_published && expectation == Expectation::Exact {
        let reason = "the published arithmetic draws samples: remove it or `reward.exact`";
        return Err(power.wrong("as-published", ConfigProblem::DoesNotApply { reason }));
    }
    Ok(as_published)
}

fn joint_rules(environment: &Section<'_, '_>) -> Parsed<JointRules> {
    let collision = match environment.text("collision")? {
        None => Collision::None,
        Some(name) => {
            name.parse().map_err(|error| environment.wrong("collision", ConfigProblem::Environment(error)))?
        }
    };
    let swaps = if environment.boolean("swaps")?.unwrap_or(true) { Swaps::Allowed } else { Swaps::Forbidden };
    if collision == Collision::None && swaps == Swaps::Forbidden {
        return Err(environment.wrong("swaps", ConfigProblem::Environment(EnvError::SwapsWithoutRule)));
    }
    Ok(JointRules { collision, swaps })
}

fn environment_settings(environment: &Section<'_, '_>, directory: &Path) -> Parsed<EnvironmentSettings> {
    let name = environment.required("name", "a registered name or a path such as `name = \"maze-7x7\"`")?;
    let wrong = |key: &str, error| environment.wrong(key, ConfigProblem::Environment(error));
    let level = environment.number("noise")?.unwrap_or(Number::from(0.0));
    let mut noise = Noise::new(level).map_err(|error| wrong("noise", error))?;
    let bias = environment.section("noise-bias")?;
    bias.allow(NOISE_BIAS)?;
    for direction in Move::ALL {
        if let Some(number) = bias.number(direction.name())? {
            let biased = noise.biased(direction, number);
            noise = biased.map_err(|error| bias.wrong(direction.name(), ConfigProblem::Environment(error)))?;
        }
    }
    let settings = EnvironmentSettings { name: name.into(), noise };
    Ok(settings.map_path(|path| directory.join(path)))
}

fn reward_law(reward: &Section<'_, '_>) -> Parsed<RewardLaw> {
    let reject_constant = reward.boolean("reject-constant")?.unwrap_or(false);
    if let Some(vectors) = reward.vectors("vectors")? {
        reward.allow(REWARD)?;
        let reason = "`reward.vectors` is a law of its own: remove one of them";
        reward.refuse(&["distribution", "states", "same"], reason)?;
        let built = FiniteSupport::new(vectors.clone());
        let built = built.and_then(|law| if reject_constant { law.without_constant() } else { Ok(law) });
        built.map_err(|error| reward.wrong("vectors", ConfigProblem::Reward(error)))?;
        return Ok(RewardLaw::Vectors { vectors, reject_constant });
    }
    let marginal = reward.marginal(REWARD)?;
    let of_states = reward.section("states")?;
    let mut states = BTreeMap::new();
    for (name, _) in of_states.table.into_iter().flatten() {
        let name = name.get_ref();
        states.insert(name.as_ref().to_owned(), of_states.section(name)?.marginal(&["distribution"])?);
    }
    Ok(RewardLaw::Independent { marginal, states, same: reward.groups("same")?, reject_constant })
}

/// A table of the config, possibly absent, with the way to it.
struct Section<'a, 't> {
    path: KeyPath,
    table: Option<&'a DeTable<'t>>,
}

impl<'a, 't> Section<'a, 't> {
    fn value(&self, key: &str) -> Option<&'a DeValue<'t>> {
        Some(self.table?.get(key)?.get_ref())
    }

    fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    fn path_to(&self, key: &str) -> KeyPath {
        self.path.iter().cloned().chain([key.to_owned()]).collect()
    }

    fn wrong(&self, key: &str, problem: ConfigProblem) -> ConfigError {
        problem.at(self.path_to(key))
    }

    fn missing(&self, key: &str, fix: &'static str) -> ConfigError {
        self.wrong(key, ConfigProblem::MissingKey { fix })
    }

    fn type_error(&self, key: &str, expected: &'static str, found: &DeValue<'_>) -> ConfigError {
        self.wrong(key, type_problem(expected, found))
    }

    /// Refuses all keys but these.
    fn allow(&self, known: &[&str]) -> Parsed<()> {
        let unknown = self.table.into_iter().flatten().find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        unknown.map_or(Ok(()), |(key, _)| Err(self.unknown(key.get_ref(), known)))
    }

    fn unknown(&self, key: &str, known: &[&str]) -> ConfigError {
        let nearest = nearest(known.iter().copied(), key).map(Into::into);
        self.wrong(key, ConfigProblem::UnknownKey { nearest, known: known.iter().map(|&key| key.into()).collect() })
    }

    /// Refuses these keys, which exist but do not apply.
    fn refuse(&self, keys: &[&str], reason: &'static str) -> Parsed<()> {
        let found = keys.iter().find(|key| self.has(key));
        found.map_or(Ok(()), |key| Err(self.wrong(key, ConfigProblem::DoesNotApply { reason })))
    }

    fn section(&self, key: &str) -> Parsed<Section<'a, 't>> {
        let table = match self.value(key) {
            None => None,
            Some(DeValue::Table(table)) => Some(table),
            Some(other) => return Err(self.type_error(key, "a table", other)),
        };
        Ok(Section { path: self.path_to(key), table })
    }

    fn text(&self, key: &str) -> Parsed<Option<&'a str>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.type_error(key, "a string", other)),
        }
    }

    fn required(&self, key: &str, fix: &'static str) -> Parsed<&'a str> {
        self.text(key)?.ok_or_else(|| self.missing(key, fix))
    }

    fn boolean(&self, key: &str) -> Parsed<Option<bool>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(self.type_error(key, "`true` or `false`", other)),
        }
    }

    fn count(&self, key: &str) -> Parsed<Option<u64>> {
        let expected = "a whole number from 0 to 18446744073709551615";
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Integer(integer)) => match u64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.wrong(key, ConfigProblem::Type { expected, found: format!("`{integer}`") })),
            },
            Some(other) => Err(self.type_error(key, expected, other)),
        }
    }

    fn number(&self, key: &str) -> Parsed<Option<Number>> {
        let number = |value| number(value).map_err(|problem| self.wrong(key, problem));
        self.value(key).map(number).transpose()
    }

    fn discount(&self, key: &str) -> Parsed<Option<Discount>> {
        let discount = |number| Discount::new(number).map_err(|error| self.wrong(key, ConfigProblem::Discount(error)));
        self.number(key)?.map(discount).transpose()
    }

    fn array(&self, key: &str) -> Parsed<Option<Section<'a, 't>>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(_)) => Ok(Some(Section { path: self.path_to(key), table: None })),
            Some(other) => Err(self.type_error(key, "an array", other)),
        }
    }

    /// The entries of an array of arrays.
    fn lists<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a DeValue<'t>) -> Result<T, ConfigProblem>,
    ) -> Parsed<Option<Vec<Vec<T>>>> {
        let Some(place) = self.array(key)? else { return Ok(None) };
        let mut lists = Vec::new();
        for (i, list) in self.value(key).and_then(DeValue::as_array).into_iter().flatten().enumerate() {
            let index = i.to_string();
            let Some(entries) = list.get_ref().as_array() else {
                return Err(place.type_error(&index, expected, list.get_ref()));
            };
            let inner = Section { path: place.path_to(&index), table: None };
            let entry = |(j, entry): (usize, &'a toml::Spanned<DeValue<'t>>)| {
                read(entry.get_ref()).map_err(|problem| inner.wrong(&j.to_string(), problem))
            };
            lists.push(entries.iter().enumerate().map(entry).collect::<Parsed<_>>()?);
        }
        Ok(Some(lists))
    }

    fn vectors(&self, key: &str) -> Parsed<Option<Vec<Vec<f64>>>> {
        self.lists(key, "an array of numbers", |value| number(value).map(|number| number.value()))
    }

    fn groups(&self, key: &str) -> Parsed<Vec<Vec<String>>> {
        let name = |value: &DeValue<'_>| match value {
            DeValue::String(name) => Ok(name.as_ref().to_owned()),
            other => Err(type_problem("the name of a state", other)),
        };
        Ok(self.lists(key, "an array of state names", name)?.unwrap_or_default())
    }

    /// The law of one state, from all keys that are not `own`. Without `distribution` it is uniform.
    fn marginal(&self, own: &[&str]) -> Parsed<Marginal> {
        let name = self.text("distribution")?;
        let mut parameters = toml::Table::new();
        parameters.insert("distribution".into(), name.unwrap_or("uniform").into());
        if name.is_none_or(|name| name == "uniform") {
            parameters.extend([("low".to_owned(), 0.0.into()), ("high".to_owned(), 1.0.into())]);
        }
        for (key, value) in self.table.into_iter().flatten() {
            let key = key.get_ref().as_ref();
            if !own.contains(&key) {
                let number = number(value.get_ref()).map_err(|problem| match name {
                    Some(_) => self.wrong(key, problem),
                    None => self.unknown(key, own),
                })?;
                parameters.insert(key.into(), number.value().into());
            }
        }
        Marginal::deserialize(parameters).map_err(|error| self.marginal_error(error.message(), own))
    }

    /// Finds the key that a message of serde or of the law is about: the first one it names, if that is in this table.
    fn marginal_error(&self, message: &str, own: &[&str]) -> ConfigError {
        let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let about = names.first().copied().filter(|name| self.has(name));
        match about {
            Some(key) if message.starts_with("unknown field") => {
                let known: Vec<&str> = names[1..].iter().chain(own).copied().collect();
                self.unknown(key, &known)
            }
            _ => {
                let key = about.unwrap_or("distribution");
                let message = message.trim_end().to_owned();
                self.wrong(key, ConfigProblem::Marginal { message })
            }
        }
    }
}

fn type_problem(expected: &'static str, found: &DeValue<'_>) -> ConfigProblem {
    let found = match found.type_str() {
        name @ ("array" | "integer") => format!("an {name}"),
        name => format!("a {name}"),
    };
    ConfigProblem::Type { expected, found }
}

/// A number from its text, hence exactly: `0.1` is 1/10.
fn number(value: &DeValue<'_>) -> Result<Number, ConfigProblem> {
    let text = match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => float.as_str(),
        DeValue::String(text) => text,
        other => return Err(type_problem("a number such as `0.1` or a string such as `\"1/3\"`", other)),
    };
    text.parse().map_err(ConfigProblem::Number)
}
