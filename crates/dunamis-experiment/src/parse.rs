//! From the text of a config to an experiment.
//!
//! TOML is read into its parser's tree, not through serde, because the tree keeps the text of numbers (`0.1` is 1/10) and
//! the place of every key.

use crate::config_error::KeyPath;
use crate::section::{Parsed, Section};
use crate::{
    ConfigError, ConfigProblem, EnvironmentSettings, Expectation, Experiment, FixedPolicy, Horizon, MultiAgent,
    PowerSettings, RewardLaw, SingleAgent, seed_policy,
};
use dunamis_envs::{Collision, EnvError, JointRules, Move, Noise, Swaps};
use dunamis_mdp::Number;
use dunamis_power::PowerError;
use dunamis_sampling::{Correlation, FiniteSupport, SamplingMethod, Seed};
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::Path;
use toml::de::DeTable;

const ROOT: &[&str] = &[
    "name",
    "description",
    "samples",
    "seed",
    "sampling",
    "until-se",
    "keep-samples",
    "environment",
    "power",
    "reward",
];
const ENVIRONMENT: &[&str] = &["name", "collision", "swaps", "noise", "noise-bias"];
const NOISE_BIAS: &[&str] = &["up", "down", "left", "right", "stay"];
const POWER: &[&str] = &[
    "agents",
    "against",
    "discount",
    "discount-a",
    "limit",
    "correlation",
    "seed-policy",
    "seed-baseline",
    "rounds",
    "as-published",
];
/// Keys of `[reward]` that are not parameters of a distribution.
const REWARD: &[&str] = &["distribution", "reject-constant", "states", "same", "vectors", "exact"];

/// Keys whose value is a list; at all others a list means several values, see [`Sweep`](crate::Sweep).
pub(crate) const LISTS: &[&str] = &["vectors", "same", "mix"];

const ONE_AGENT: &str = "it is for two agents: set `power.agents = 2` or remove it";
const TWO_AGENTS: &str = "it is for one agent: set `power.agents = 1` or remove it";

pub(crate) fn experiment(text: &str, origin: &Path) -> Parsed<Experiment> {
    let root = DeTable::parse(text).map_err(|error| ConfigError::syntax(&error, text, origin))?;
    let directory = origin.parent().unwrap_or(Path::new(""));
    read(root.get_ref(), directory).map_err(|error| error.located(text, origin))
}

pub(crate) fn read(root: &DeTable<'_>, directory: &Path) -> Parsed<Experiment> {
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
        1 => PowerSettings::SingleAgent(single_agent(&power, &environment, expectation, directory)?),
        2 => PowerSettings::MultiAgent(multi_agent(&power, &environment, expectation, directory)?),
        found => return Err(power.wrong("agents", problem(found))),
    };
    let environment = environment_settings(&environment, directory)?;
    Ok(Experiment { name, description, environment, power, reward: reward_law(&reward)?, expectation })
}

fn expectation(root: &Section<'_, '_>, reward: &Section<'_, '_>) -> Parsed<Expectation> {
    if reward.boolean("exact")?.unwrap_or(false) {
        const KEYS: &[&str] = &["samples", "seed", "sampling", "until-se", "keep-samples"];
        root.refuse(KEYS, "`reward.exact` needs no samples: remove one of them")?;
        if !reward.has("vectors") {
            let reason = "only a finite list has an exact expectation: give `reward.vectors` or remove it";
            return Err(reward.wrong("exact", ConfigProblem::DoesNotApply { reason }));
        }
        return Ok(Expectation::Exact);
    }
    let method = match root.text("sampling")? {
        None => SamplingMethod::Independent,
        Some(name) => name.parse().map_err(|error| root.wrong("sampling", ConfigProblem::SamplingMethod(error)))?,
    };
    let until_se = root.number("until-se")?.map(|number| number.value());
    if let Some(found) = until_se.filter(|&std_error| std_error <= 0.0) {
        let problem = ConfigProblem::Choice { found: found.to_string(), choices: "a standard error above 0" };
        return Err(root.wrong("until-se", problem));
    }
    let samples = match root.count("samples")? {
        None if until_se.is_some() => crate::DEFAULT_MOST_SAMPLES,
        None => crate::DEFAULT_SAMPLES,
        Some(count) => NonZeroU64::new(count).ok_or_else(|| root.wrong("samples", ConfigProblem::NoSamples))?,
    };
    let seed = Seed::new(root.count("seed")?.unwrap_or(0));
    let keep = root.count("keep-samples")?.unwrap_or(0);
    let expectation = Expectation::Sampled { samples, seed, method, until_se, keep };
    match expectation.sampling().map(|sampling| sampling.check()) {
        Some(Err(error)) => Err(root.wrong("samples", ConfigProblem::Power(error))),
        _ => Ok(expectation),
    }
}

fn single_agent(
    power: &Section<'_, '_>,
    environment: &Section<'_, '_>,
    expectation: Expectation,
    directory: &Path,
) -> Parsed<SingleAgent> {
    power.refuse(&["discount-a", "correlation", "seed-policy", "seed-baseline", "rounds"], ONE_AGENT)?;
    let against = if power.has("against") {
        let policy = seed_policy::read(power, "against")?.map_files(&|path| directory.join(path));
        Some(FixedPolicy { policy, rules: joint_rules(environment)? })
    } else {
        environment.refuse(&["collision", "swaps"], ONE_AGENT)?;
        None
    };
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
        _ => Ok(SingleAgent { horizon, against, as_published }),
    }
}

fn multi_agent(
    power: &Section<'_, '_>,
    environment: &Section<'_, '_>,
    expectation: Expectation,
    directory: &Path,
) -> Parsed<MultiAgent> {
    power.refuse(&["limit", "against"], TWO_AGENTS)?;
    let discount_h = power.discount("discount")?.ok_or_else(|| power.missing("discount", "`discount`"))?;
    let discount_a = power.discount("discount-a")?;
    let correlation = match power.number("correlation")? {
        None => Correlation::INDEPENDENT,
        Some(number) => Correlation::new(number.value())
            .map_err(|error| power.wrong("correlation", ConfigProblem::Reward(error)))?,
    };
    let seed_policy = seed_policy::read(power, "seed-policy")?.map_files(&|path| directory.join(path));
    let rounds = rounds(power)?;
    let as_published = as_published(power, expectation)?;
    for (key, discount) in [("discount", Some(&discount_h)), ("discount-a", discount_a.as_ref())] {
        if as_published && discount.is_some_and(|discount| discount.value() == 0.0) {
            return Err(power.wrong(key, ConfigProblem::Power(PowerError::PublishedDiscount)));
        }
    }
    if as_published && rounds > NonZeroU32::MIN {
        let reason = "nothing was published for more than one round: remove it or `power.rounds`";
        return Err(power.wrong("as-published", ConfigProblem::DoesNotApply { reason }));
    }
    Ok(MultiAgent {
        discount_a: discount_a.unwrap_or_else(|| discount_h.clone()),
        discount_h,
        rules: joint_rules(environment)?,
        correlation,
        seed_policy,
        seed_baseline: power.boolean("seed-baseline")?.unwrap_or(true),
        rounds,
        as_published,
    })
}

pub(crate) fn rounds(power: &Section<'_, '_>) -> Parsed<NonZeroU32> {
    let Some(found) = power.count("rounds")? else { return Ok(NonZeroU32::MIN) };
    let rounds = u32::try_from(found).ok().and_then(NonZeroU32::new);
    rounds.ok_or_else(|| power.wrong("rounds", ConfigProblem::Rounds { found }))
}

fn as_published(power: &Section<'_, '_>, expectation: Expectation) -> Parsed<bool> {
    let as_published = power.boolean("as-published")?.unwrap_or(false);
    if as_published && expectation == Expectation::Exact {
        let reason = "the published arithmetic draws samples: remove it or `reward.exact`";
        return Err(power.wrong("as-published", ConfigProblem::DoesNotApply { reason }));
    }
    Ok(as_published)
}

pub(crate) fn joint_rules(environment: &Section<'_, '_>) -> Parsed<JointRules> {
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

pub(crate) fn environment_settings(environment: &Section<'_, '_>, directory: &Path) -> Parsed<EnvironmentSettings> {
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

pub(crate) fn reward_law(reward: &Section<'_, '_>) -> Parsed<RewardLaw> {
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
