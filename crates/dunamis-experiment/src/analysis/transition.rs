//! Discounts at which other joint states have most POWER.

use super::results::{ContrastRecord, CriticalRecord, TransitionRecord};
use crate::config_error::KeyPath;
use crate::document::{Exactly, Reward};
use crate::parse::{joint_rules, reward_law};
use crate::section::{Parsed, Section};
use crate::{ConfigError, ConfigProblem, RewardLaw, SeedPolicySource, seed_policy};
use dunamis_envs::{Environment, JointEnvironment, JointRules, Swaps};
use dunamis_mdp::{Agent, Discount, StateId};
use dunamis_power::{MultiAgentSettings, Observer, PowerError, Sampling, TransitionSearch, find_transitions};
use dunamis_sampling::{CorrelatedRewards, Correlation, Seed};
use serde::{Serialize, Serializer};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::Path;
use std::sync::Arc;

const KEYS: &[&str] = &[
    "name",
    "agent",
    "h",
    "a",
    "discounts",
    "width",
    "collision",
    "swaps",
    "correlation",
    "seed-policy",
    "rounds",
    "samples",
    "seed",
    "reward",
];
/// The default width.
const WIDTH: f64 = 0.002;

/// A search for the discounts at which the best joint state of a set overtakes the best of all others; see
/// [`find_transitions`].
#[derive(Clone, Debug, PartialEq)]
pub struct PowerTransition {
    /// What its results are called.
    pub name: String,
    /// Whose POWER.
    pub agent: Agent,
    /// Where H is in the states of the set; anywhere if empty.
    pub places_h: Vec<String>,
    /// Where A is in the states of the set; anywhere if empty.
    pub places_a: Vec<String>,
    /// The first discounts, ascending.
    pub discounts: Vec<Discount>,
    /// Narrower intervals are not halved.
    pub width: f64,
    /// What happens when the agents would meet.
    pub rules: JointRules,
    /// The correlation β of their rewards.
    pub correlation: Correlation,
    /// A's policy while H learns.
    pub seed_policy: SeedPolicySource,
    /// How often the agents reply to each other.
    pub rounds: NonZeroU32,
    /// The law of the reward vectors.
    pub reward: RewardLaw,
    /// Number of samples at every discount.
    pub samples: NonZeroU64,
    /// The seed of their streams, the same at every discount.
    pub seed: Seed,
}

impl Serialize for PowerTransition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "kebab-case")]
        struct Document<'a> {
            name: &'a str,
            agent: String,
            h: &'a [String],
            a: &'a [String],
            discounts: Vec<Exactly>,
            width: f64,
            collision: dunamis_envs::Collision,
            swaps: bool,
            correlation: Correlation,
            rounds: NonZeroU32,
            samples: NonZeroU64,
            seed: Seed,
            seed_policy: SeedPolicySource,
            reward: Reward<'a>,
        }
        let document = Document {
            name: &self.name,
            agent: self.agent.to_string(),
            h: &self.places_h,
            a: &self.places_a,
            discounts: self.discounts.iter().map(Exactly::discount).collect(),
            width: self.width,
            collision: self.rules.collision,
            swaps: self.rules.swaps == Swaps::Allowed,
            correlation: self.correlation,
            rounds: self.rounds,
            samples: self.samples,
            seed: self.seed,
            seed_policy: self.seed_policy.clone().map_files(&crate::document::absolute),
            reward: Reward::of(&self.reward, false),
        };
        document.serialize(serializer)
    }
}

/// Reads a `[[transition]]`.
pub(super) fn read(section: &Section<'_, '_>, directory: &Path) -> Parsed<PowerTransition> {
    section.allow(KEYS)?;
    let name = section.required("name", "a name such as `name = \"corridor\"`")?.to_owned();
    let choice = |found: &str, choices| ConfigProblem::Choice { found: found.into(), choices };
    let agent = match section.text("agent")? {
        None | Some("A") => Agent::A,
        Some("H") => Agent::H,
        Some(found) => return Err(section.wrong("agent", choice(found, "`H` or `A`"))),
    };
    let (places_h, places_a) = (section.names("h")?, section.names("a")?);
    if places_h.is_empty() && places_a.is_empty() {
        return Err(section.missing("h", "places of H such as `h = [\"(0, 5)\"]`, or of A with `a`"));
    }
    let width = match section.number("width")? {
        None => WIDTH,
        Some(width) if width.value() > 0.0 => width.value(),
        Some(width) => {
            return Err(section.wrong("width", choice(&width.value().to_string(), "a width above 0 such as `0.002`")));
        }
    };
    let correlation = match section.number("correlation")? {
        None => Correlation::INDEPENDENT,
        Some(number) => Correlation::new(number.value())
            .map_err(|error| section.wrong("correlation", ConfigProblem::Reward(error)))?,
    };
    let samples = match section.count("samples")? {
        None => crate::DEFAULT_SAMPLES,
        Some(count) => NonZeroU64::new(count).ok_or_else(|| section.wrong("samples", ConfigProblem::NoSamples))?,
    };
    Ok(PowerTransition {
        name,
        agent,
        places_h,
        places_a,
        discounts: discounts(section)?,
        width,
        rules: joint_rules(section)?,
        correlation,
        seed_policy: seed_policy::read(section, "seed-policy")?.map_files(&|path| directory.join(path)),
        rounds: crate::parse::rounds(section)?,
        reward: reward_law(&section.section("reward")?)?,
        samples,
        seed: Seed::new(section.count("seed")?.unwrap_or(0)),
    })
}

/// At least two discounts in ascending order.
fn discounts(section: &Section<'_, '_>) -> Parsed<Vec<Discount>> {
    let place = Section { path: section.path_to("discounts"), table: None };
    let mut discounts: Vec<Discount> = Vec::new();
    for (k, number) in section.numbers("discounts")?.into_iter().flatten().enumerate() {
        let wrong = |problem| place.wrong(&k.to_string(), problem);
        let discount = Discount::new(number).map_err(|error| wrong(ConfigProblem::Discount(error)))?;
        if discounts.last().is_some_and(|last| last.value() >= discount.value()) {
            let found = discount.value().to_string();
            return Err(wrong(ConfigProblem::Choice { found, choices: "discounts in ascending order" }));
        }
        discounts.push(discount);
    }
    if discounts.len() < 2 {
        return Err(section.missing("discounts", "at least two, such as `discounts = [0.5, 0.9, 0.99]`"));
    }
    Ok(discounts)
}

/// A search with every name looked up.
pub(super) struct Search {
    joint: JointEnvironment,
    law: CorrelatedRewards,
    settings: MultiAgentSettings,
    wanted: TransitionSearch,
    samples: NonZeroU64,
    seed: Seed,
    policies: Vec<String>,
}

impl Search {
    pub(super) fn read(index: usize, transition: &PowerTransition, of: &Arc<Environment>) -> Result<Self, ConfigError> {
        let path = |keys: &[&str]| -> KeyPath {
            ["transition", &index.to_string()].iter().chain(keys).map(|&key| key.to_owned()).collect()
        };
        let joint = JointEnvironment::new(Arc::clone(of), transition.rules);
        let joint = joint.map_err(|error| ConfigProblem::Environment(error).at(path(&["collision"])))?;
        let law = crate::inputs::law(&transition.reward, joint.model().states(), &path(&["reward"]))?;
        let law = CorrelatedRewards::new(law, transition.correlation);
        let law = law.map_err(|error| ConfigProblem::Reward(error).at(path(&["correlation"])))?;
        let wrong = |error| ConfigProblem::SeedPolicy(Box::new(error)).at(path(&["seed-policy"]));
        let texts = transition.seed_policy.read().map_err(wrong)?;
        let first = transition.discounts[0].clone();
        let settings = MultiAgentSettings {
            seed_policy: transition.seed_policy.resolve_with(&texts, &joint).map_err(wrong)?,
            seed_baseline: false,
            rounds: transition.rounds,
            ..MultiAgentSettings::new(first)
        };
        let policies = transition.seed_policy.texts(&texts).into_iter().map(Into::into).collect();
        let places = |key: &str, names: &[String]| {
            let find = |(k, name): (usize, &String)| {
                let found = super::compute::find_state(name, of.model().states());
                found.map_err(|problem| problem.at(path(&[key, &k.to_string()])))
            };
            names.iter().enumerate().map(find).collect::<Result<Vec<StateId>, _>>()
        };
        let (at_h, at_a) = (places("h", &transition.places_h)?, places("a", &transition.places_a)?);
        let there = |places: &[StateId], place: StateId| places.is_empty() || places.contains(&place);
        let states = joint.positions().unwrap_or_default().iter().enumerate();
        let (inside, outside): (Vec<_>, Vec<_>) = states.partition(|&(_, &(h, a))| there(&at_h, h) && there(&at_a, a));
        let sets = [inside, outside].map(|set| set.into_iter().map(|(s, _)| StateId::new(s)).collect::<Vec<_>>());
        if sets.iter().any(Vec::is_empty) {
            return Err(ConfigProblem::Power(PowerError::EmptySet).at(path(&["h"])));
        }
        let search = TransitionSearch {
            agent: transition.agent,
            sets,
            discounts: transition.discounts.clone(),
            width: transition.width,
        };
        Ok(Search {
            joint,
            law,
            settings,
            wanted: search,
            samples: transition.samples,
            seed: transition.seed,
            policies,
        })
    }

    /// What the config only names: the contents of policy files.
    pub(super) fn document(&self) -> String {
        self.policies.concat()
    }

    pub(super) fn run(&self, name: &str, observer: &dyn Observer) -> Result<TransitionRecord, PowerError> {
        let model = self.joint.model();
        let sampling = Sampling::new(self.samples.get(), self.seed);
        let found = find_transitions(model, &self.law, &self.settings, &self.wanted, &sampling, observer)?;
        let state = |s: StateId| model.states()[s.index()].to_owned();
        let mean_of =
            |power: &[f64], set: &[StateId]| set.iter().map(|s| power[s.index()]).sum::<f64>() / set.len() as f64;
        let contrasts = found.contrasts.iter().map(|contrast| {
            let power = &contrast.power[self.wanted.agent as usize];
            let other = &contrast.power[self.wanted.agent.other() as usize];
            let at = |s: StateId| (power.mean[s.index()], power.std_error[s.index()]);
            ContrastRecord {
                discount: contrast.discount,
                difference: contrast.difference,
                std_error: contrast.std_error,
                best: contrast.best.map(state),
                power: contrast.best.map(|s| at(s).0),
                power_std_error: contrast.best.map(|s| at(s).1),
                mean_of_other: [0, 1].map(|set| mean_of(&other.mean, &self.wanted.sets[set])),
                noise_corrected: contrast.alignment.noise_corrected,
                noise_corrected_std_error: contrast.alignment.noise_corrected_std_error,
                rank: contrast.alignment.rank,
            }
        });
        let transitions = found.transitions.iter().map(|transition| CriticalRecord {
            low: transition.low,
            high: transition.high,
            critical: transition.critical,
            std_error: Some(transition.std_error).filter(|error| error.is_finite()),
            rising: transition.rising,
        });
        Ok(TransitionRecord {
            name: name.into(),
            samples: self.samples.get(),
            contrasts: contrasts.collect(),
            transitions: transitions.collect(),
        })
    }
}
