//! From an experiment to what is computed: environments, laws and policies instead of their names.

use crate::config_error::KeyPath;
use crate::document::Settings;
use crate::rollout::{Policies, moves};
use crate::seed_policy::PolicyTexts;
use crate::{
    ConfigError, ConfigProblem, Estimates, Expectation, Experiment, GridLayout, Horizon, NUMERICS_VERSION,
    PowerSettings, RewardLaw, RunKey, RunPower, SeedPolicyError, SeedPolicySource, SingleAgent,
};
use dunamis_envs::{EnvError, Environment, JointEnvironment, JointRules};
use dunamis_mdp::{Agent, Criterion, Mdp, Names, Reward, StateId, StochasticPolicy, TransitionModel, json, nearest};
use dunamis_power::{Endings, MultiAgentSettings, Observer, PowerError, PowerEstimate, Warrant, published};
use dunamis_sampling::{
    CorrelatedRewards, FiniteSupport, IndependentRewards, RewardDistribution, RewardError, STREAM_VERSION,
};
use dunamis_solve::{AverageReward, BatchSolver, GAP, PolicyIteration, Solver, TIE_TOLERANCE, Tolerance};
use serde::Serialize;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Everything that is read from outside, read once.
pub(crate) struct Inputs {
    world: World,
    /// The texts of A's policies that are files.
    policies: PolicyTexts,
}

/// Where the agents live, as it is read.
enum World {
    /// An environment of one agent, in which two may be put.
    Single(Arc<Environment>),
    /// A model of two agents.
    Joint(Box<JointEnvironment>),
}

impl Inputs {
    pub(crate) fn read(experiment: &Experiment) -> Result<Self, ConfigError> {
        let specification = experiment.environment.specification();
        let wrong = |error| {
            let key = if let EnvError::GivenRules { .. } = error { "collision" } else { "name" };
            ConfigProblem::Environment(error).at(["environment", key])
        };
        let given = match experiment.power.second_agent() {
            Some(second) => dunamis_envs::load_given(&specification, second.rules).map_err(wrong)?,
            None => None,
        };
        let world = match given {
            Some(joint) => World::Joint(Box::new(joint)),
            None => World::Single(Arc::new(dunamis_envs::load(&specification).map_err(wrong)?)),
        };
        let policies = match experiment.power.second_agent() {
            None => PolicyTexts::default(),
            Some(second) => second.policy.read().map_err(|error| seed_policy_error(error, second.key))?,
        };
        Ok(Inputs { world, policies })
    }

    pub(crate) fn key(&self, experiment: &Experiment) -> RunKey {
        #[derive(Serialize)]
        struct Identity<'a> {
            numerics_version: u32,
            stream_version: u32,
            settings: Settings<'a>,
            model: String,
            map: Option<String>,
            rules: Option<JointRules>,
            policies: Vec<&'a str>,
        }
        let identity = Identity {
            numerics_version: NUMERICS_VERSION,
            stream_version: STREAM_VERSION,
            settings: Settings::numeric(experiment),
            model: match &self.world {
                World::Single(environment) => environment.model().to_json(None),
                World::Joint(joint) => json::write_joint(joint.model()),
            },
            map: match &self.world {
                World::Single(environment) => environment.grid().map(ToString::to_string),
                World::Joint(_) => None,
            },
            rules: match &self.world {
                World::Single(_) => experiment.power.second_agent().map(|second| second.rules),
                // What they say is in the model.
                World::Joint(_) => None,
            },
            policies: match experiment.power.second_agent() {
                None => Vec::new(),
                Some(second) => second.policy.texts(&self.policies),
            },
        };
        RunKey::of(&serde_json::to_string(&identity).expect("structs, strings and finite numbers"))
    }
}

/// A computation with nothing left to look up.
pub(crate) struct Computation {
    layout: Option<GridLayout>,
    expectation: Expectation,
    kind: Kind,
}

enum Kind {
    SingleAgent {
        model: Arc<TransitionModel>,
        law: Arc<dyn RewardDistribution>,
        settings: SingleAgent,
    },
    MultiAgent {
        joint: Box<JointEnvironment>,
        law: CorrelatedRewards,
        settings: MultiAgentSettings,
        as_published: bool,
    },
}

/// What a computation gives.
pub(crate) struct Computed {
    /// Number of samples that were drawn, unless the expectation is exact.
    pub(crate) samples: Option<u64>,
    pub(crate) states: Vec<String>,
    pub(crate) layout: Option<GridLayout>,
    pub(crate) power: RunPower,
    pub(crate) kernel: String,
    pub(crate) graph_samples: Option<u64>,
    pub(crate) general_samples: Option<u64>,
    pub(crate) endings: Option<Endings>,
    pub(crate) solver_error: f64,
    pub(crate) solver_error_a: Option<f64>,
}

impl Computation {
    pub(crate) fn new(experiment: &Experiment, inputs: Inputs) -> Result<Self, ConfigError> {
        let Inputs { world, policies } = inputs;
        let joint = match (&world, experiment.power.second_agent()) {
            (World::Joint(joint), _) => Some((**joint).clone()),
            (World::Single(environment), Some(second)) => {
                let joint = JointEnvironment::new(Arc::clone(environment), second.rules);
                Some(joint.map_err(|error| ConfigProblem::Environment(error).at(["environment", "collision"]))?)
            }
            (World::Single(_), None) => None,
        };
        let mut layout = match (&world, &joint) {
            (World::Single(environment), _) => environment.grid().map(GridLayout::from),
            (World::Joint(joint), _) => joint.grid().map(GridLayout::from),
        };
        let kind = match (&experiment.power, joint, world) {
            (PowerSettings::SingleAgent(settings), Some(joint), _) => {
                // Positions of two agents have no place in the files of one.
                layout = None;
                let against = settings.against.as_ref().map_or(&SeedPolicySource::Uniform, |against| &against.policy);
                let policy = against.resolve_with(&policies, &joint);
                let policy = policy.map_err(|error| seed_policy_error(error, "against"))?;
                let policy = policy.resolve(joint.model());
                let policy = policy.map_err(|error| ConfigProblem::Power(error).at(["power", "against"]))?;
                let model = Arc::new(joint.model().induced(Agent::H, &policy));
                let law = law(&experiment.reward, model.states(), &["reward".into()])?;
                Kind::SingleAgent { model, law, settings: settings.clone() }
            }
            (PowerSettings::SingleAgent(settings), None, World::Single(environment)) => {
                let model = Arc::clone(environment.model());
                let law = law(&experiment.reward, model.states(), &["reward".into()])?;
                Kind::SingleAgent { model, law, settings: settings.clone() }
            }
            (PowerSettings::MultiAgent(settings), Some(joint), _) => {
                let law = law(&experiment.reward, joint.model().states(), &["reward".into()])?;
                let law = CorrelatedRewards::new(law, settings.correlation);
                let law = law.map_err(|error| ConfigProblem::Reward(error).at(["power", "correlation"]))?;
                let as_published = settings.as_published;
                let settings = MultiAgentSettings {
                    discount_h: settings.discount_h.clone(),
                    discount_a: settings.discount_a.clone(),
                    seed_policy: (settings.seed_policy.resolve_with(&policies, &joint))
                        .map_err(|error| seed_policy_error(error, "seed-policy"))?,
                    seed_baseline: settings.seed_baseline,
                    rounds: settings.rounds,
                };
                Kind::MultiAgent { joint: Box::new(joint), law, settings, as_published }
            }
            _ => unreachable!("two agents have a joint environment, and one of them alone a single one"),
        };
        Ok(Computation { layout, expectation: experiment.expectation, kind })
    }

    pub(crate) fn run(self, observer: &dyn Observer) -> Result<Computed, PowerError> {
        let Computation { layout, expectation, kind } = self;
        match kind {
            Kind::SingleAgent { model, law, settings } => {
                let kernel = kernel(&model, &settings);
                let power = single_agent(&model, &*law, &settings, expectation, observer)?;
                Ok(Computed {
                    samples: samples(&power),
                    states: model.states().iter().map(Into::into).collect(),
                    layout,
                    kernel,
                    graph_samples: None,
                    general_samples: None,
                    endings: None,
                    solver_error: power.solver_error,
                    solver_error_a: None,
                    power: RunPower::SingleAgent(power.into()),
                })
            }
            Kind::MultiAgent { joint, law, settings, as_published } => {
                let model = joint.model();
                let power = match expectation.sampling() {
                    None => dunamis_power::exact_multi_agent(model, &law, &settings)?,
                    Some(sampling) if as_published => {
                        published::estimate_multi_agent(model, &law, &settings, &sampling, observer)?
                    }
                    Some(sampling) => dunamis_power::estimate_multi_agent(model, &law, &settings, &sampling, observer)?,
                };
                let positions = joint.grid().zip(joint.positions());
                let positions = positions
                    .map(|(grid, all)| all.iter().map(|&(h, a)| (grid.cell(h), grid.cell(a))).collect::<Vec<_>>());
                Ok(Computed {
                    samples: samples(&power.power_h),
                    states: model.states().iter().map(Into::into).collect(),
                    layout,
                    kernel: power.statistics.kernel_h.map_or_else(|| PUBLISHED.into(), |kernel| kernel.to_string()),
                    graph_samples: Some(power.statistics.graph_samples),
                    general_samples: Some(power.statistics.general_samples),
                    endings: (settings.rounds > NonZeroU32::MIN).then_some(power.statistics.endings),
                    solver_error: power.power_h.solver_error,
                    solver_error_a: Some(power.power_a.solver_error),
                    power: RunPower::MultiAgent {
                        h: power.power_h.into(),
                        a: power.power_a.into(),
                        h_seed: power.power_h_seed.into(),
                        a_seed: power.power_a_seed.map(Into::into),
                        positions,
                        alignment: power.alignment,
                    },
                })
            }
        }
    }
}

impl Computation {
    /// All pairs of a state and a successor under some action.
    pub(crate) fn transitions(&self) -> Vec<(usize, usize)> {
        let mut found = BTreeSet::new();
        match &self.kind {
            Kind::SingleAgent { model, .. } => {
                for pair in 0..model.available().len() {
                    let from = model.available().state(pair).index();
                    found.extend(model.row(pair).0.iter().map(|&next| (from, next as usize)));
                }
            }
            Kind::MultiAgent { joint, .. } => {
                let model = joint.model();
                for state in (0..model.states().len()).map(StateId::new) {
                    let [moves_h, moves_a] = Agent::BOTH.map(|agent| model.available(agent).at(state).len());
                    for (i, j) in (0..moves_h).flat_map(|i| (0..moves_a).map(move |j| (i, j))) {
                        found.extend(model.row(state, i, j).0.iter().map(|&next| (state.index(), next as usize)));
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// The policies for rewards of all agents; `None` for the incumbent's arithmetic.
    pub(crate) fn policies(&self, rewards: &[Vec<f64>]) -> Result<Option<Policies>, PowerError> {
        match (&self.kind, rewards) {
            (Kind::SingleAgent { model, settings, .. }, [rewards]) if !settings.as_published => {
                let mdp = Mdp::new(Arc::clone(model), Reward::state(model, rewards.iter().copied())?)?;
                let scale = rewards.iter().fold(f64::MIN_POSITIVE, |scale, reward| scale.max(reward.abs()));
                let solution = match &settings.horizon {
                    Horizon::Discounted(discount) => {
                        let solver = PolicyIteration {
                            tolerance: Tolerance::Absolute(GAP * scale),
                            tie_tolerance: Tolerance::Absolute(TIE_TOLERANCE * scale),
                            ..Default::default()
                        };
                        solver.solve(&mdp, &Criterion::Discounted(discount.clone()))?
                    }
                    Horizon::LimitOne => AverageReward::default().solve(&mdp, &Criterion::Average)?,
                };
                let policy = solution.policy(&mdp);
                let plans = vec![(None, moves(model, &policy))];
                Ok(Some(Policies { plans, chain: model.chain(&policy) }))
            }
            (Kind::MultiAgent { joint, settings, as_published: false, .. }, [rewards_h, rewards_a]) => {
                let joint = joint.model();
                let (h, a) = dunamis_power::policies(joint, settings, rewards_h, rewards_a)?;
                // What an agent's move leads to depends on what the other one does.
                let of = |agent: Agent, own: &StochasticPolicy, other: &StochasticPolicy| {
                    let induced = joint.induced(agent, other);
                    (Some(agent), moves(&induced, &joint.restrict(agent, &induced, own)))
                };
                let plans = vec![of(Agent::H, &h, &a), of(Agent::A, &a, &h)];
                Ok(Some(Policies { plans, chain: joint.chain(&h, &a) }))
            }
            _ => Ok(None),
        }
    }
}

/// What stands for the kernel where the incumbent's arithmetic is repeated.
const PUBLISHED: &str = "single-precision value iteration as published";

fn kernel(model: &Arc<TransitionModel>, settings: &SingleAgent) -> String {
    match &settings.horizon {
        _ if settings.as_published => PUBLISHED.into(),
        Horizon::Discounted(discount) => BatchSolver::new(Arc::clone(model), discount).kernel().to_string(),
        Horizon::LimitOne => "average reward".into(),
    }
}

fn single_agent(
    model: &Arc<TransitionModel>,
    law: &dyn RewardDistribution,
    settings: &SingleAgent,
    expectation: Expectation,
    observer: &dyn Observer,
) -> Result<PowerEstimate, PowerError> {
    match (&settings.horizon, expectation.sampling()) {
        (Horizon::LimitOne, None) => dunamis_power::exact_average(model, law),
        (Horizon::LimitOne, Some(sampling)) => dunamis_power::estimate_average(model, law, &sampling, observer),
        (Horizon::Discounted(discount), None) => dunamis_power::exact(model, law, discount),
        (Horizon::Discounted(discount), Some(sampling)) if settings.as_published => {
            published::estimate(model, law, discount, &sampling, observer)
        }
        (Horizon::Discounted(discount), Some(sampling)) => {
            dunamis_power::estimate(model, law, discount, &sampling, observer)
        }
    }
}

fn samples(power: &PowerEstimate) -> Option<u64> {
    match power.warrant {
        Warrant::Sampled { samples, .. } => Some(samples),
        Warrant::Exact => None,
    }
}

impl From<PowerEstimate> for Estimates {
    fn from(estimate: PowerEstimate) -> Self {
        Estimates { mean: estimate.mean, std_error: estimate.std_error }
    }
}

/// The law of a model with these states; `section` is the way to its section, for errors.
pub(crate) fn law(
    reward: &RewardLaw,
    names: &Names,
    section: &[String],
) -> Result<Arc<dyn RewardDistribution>, ConfigError> {
    let path =
        |keys: &[&str]| -> KeyPath { section.iter().cloned().chain(keys.iter().map(|&key| key.to_owned())).collect() };
    let at = |key: &str, error: RewardError| ConfigProblem::Reward(error).at(path(&[key]));
    match reward {
        RewardLaw::Vectors { vectors, reject_constant } => {
            let law = FiniteSupport::new(vectors.clone()).map_err(|error| at("vectors", error))?;
            if law.states() != names.len() {
                let problem = ConfigProblem::VectorLength { found: law.states(), expected: names.len() };
                return Err(problem.at(path(&["vectors", "0"])));
            }
            let law = if *reject_constant { law.without_constant() } else { Ok(law) };
            Ok(Arc::new(law.map_err(|error| at("reject-constant", error))?))
        }
        RewardLaw::Independent { marginal, states, same, reject_constant } => {
            let mut builder = IndependentRewards::builder(names.len(), *marginal).reject_constant(*reject_constant);
            for (name, marginal) in states {
                let state = names.get(name).ok_or_else(|| unknown_state(name, names).at(path(&["states", name])))?;
                builder = builder.state(state, *marginal);
            }
            for (i, group) in same.iter().enumerate() {
                let find = |(j, name): (usize, &String)| {
                    let path = || path(&["same", &i.to_string(), &j.to_string()]);
                    names.get(name).ok_or_else(|| unknown_state(name, names).at(path()))
                };
                builder = builder.group(group.iter().enumerate().map(find).collect::<Result<Vec<_>, _>>()?);
            }
            let key = if same.is_empty() { "reject-constant" } else { "same" };
            Ok(Arc::new(builder.build().map_err(|error| match error {
                RewardError::AlwaysConstant => at("reject-constant", error),
                _ => at(key, error),
            })?))
        }
    }
}

fn unknown_state(name: &str, names: &Names) -> ConfigProblem {
    let nearest = nearest(names.iter(), name).map(Into::into);
    ConfigProblem::UnknownState { name: name.into(), nearest, example: names[0].into() }
}

fn seed_policy_error(error: SeedPolicyError, key: &str) -> ConfigError {
    ConfigProblem::SeedPolicy(Box::new(error)).at(["power", key])
}
