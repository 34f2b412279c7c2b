//! What agents do in one sample: the policies whose POWER was computed, and a walk under them.

use crate::inputs::{Computation, Inputs};
use crate::{ExperimentError, Run};
use dunamis_mdp::{Agent, MarkovChain, StateId, StochasticPolicy, TransitionModel};
use dunamis_power::{AgentSamples, Samples};
use dunamis_sampling::{Seed, StreamRng};
use serde::Serialize;

/// Which sample of a run, and which walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutSettings {
    /// The number of the sample, from 0; one of those that were kept.
    pub sample: usize,
    /// The name of the state where the walk begins; without one, the first state.
    pub start: Option<String>,
    /// Number of steps.
    pub steps: usize,
}

impl Default for RolloutSettings {
    /// Thirty steps from the first state in the first sample.
    fn default() -> Self {
        RolloutSettings { sample: 0, start: None, steps: 30 }
    }
}

/// What agents do in one sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rollout {
    /// The number of the sample.
    pub sample: usize,
    /// State names, shape |S|; for two agents, joint states.
    pub states: Vec<String>,
    /// Where some action leads from each state, by the numbers of the states: all transitions of a model that is no gridworld;
    /// empty for a gridworld, whose layout says as much.
    pub transitions: Vec<(usize, usize)>,
    /// What each agent wants and does: one plan, or those of H and A.
    pub plans: Vec<Plan>,
    /// The states of the walk, by their numbers, the first one included.
    pub path: Vec<usize>,
    /// Whether the walk ended before its steps were over: the next move, a collision for example, left the model, and nothing is
    /// gained after it.
    pub leaves: bool,
}

/// What one agent wants and does in one sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Whose it is; `None` for the only agent.
    #[serde(serialize_with = "letter")]
    pub agent: Option<Agent>,
    /// Rewards, shape |S|.
    pub rewards: Vec<f64>,
    /// The moves of positive probability at every state; the other agent follows its own plan.
    pub moves: Vec<Vec<PlannedMove>>,
}

/// A move that an agent may make.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedMove {
    /// The action.
    pub action: String,
    /// Its probability.
    pub probability: f64,
    /// Where it leads, with probabilities.
    pub next: Vec<(usize, f64)>,
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn letter<S: serde::Serializer>(agent: &Option<Agent>, serializer: S) -> Result<S::Ok, S::Error> {
    match agent {
        Some(agent) => serializer.collect_str(agent),
        None => serializer.serialize_none(),
    }
}

impl Run {
    /// The policies of a kept sample, and a walk under them.
    ///
    /// The rewards come from the run's own samples, and the policies from the very steps that gave their POWER: optimal, ties
    /// uniform; for two agents H's policy and A's reply at the end of all rounds. The walk draws from a stream of its own, so
    /// equal settings give equal walks.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::NoSample`] for a sample that was not kept, [`ExperimentError::NoStart`],
    /// [`ExperimentError::NoPolicies`] for the incumbent's arithmetic, [`ExperimentError::Config`] where the environment
    /// cannot be read any more or is another one, [`ExperimentError::Power`].
    pub fn rollout(&self, settings: &RolloutSettings) -> Result<Rollout, ExperimentError> {
        let samples = self.samples()?;
        let kept = samples.as_ref().map_or(0, Samples::len);
        let Some(samples) = samples.filter(|_| settings.sample < kept) else {
            return Err(ExperimentError::NoSample { run: self.experiment.name.clone(), sample: settings.sample, kept });
        };
        let start = match &settings.start {
            None => 0,
            Some(name) => self.states.iter().position(|state| state == name).ok_or_else(|| {
                let nearest = dunamis_mdp::nearest(self.states.iter().map(String::as_str), name).map(str::to_owned);
                ExperimentError::NoStart { run: self.experiment.name.clone(), state: name.clone(), nearest }
            })?,
        };
        let inputs = Inputs::read(&self.experiment)?;
        if inputs.key(&self.experiment) != self.key {
            return Err(ExperimentError::OtherEnvironment { run: self.experiment.name.clone() });
        }
        let rewards = |samples: &AgentSamples| {
            let from = settings.sample * samples.states;
            samples.rewards[from..from + samples.states].to_vec()
        };
        let rewards = match &samples {
            Samples::SingleAgent(only) => vec![rewards(only)],
            Samples::MultiAgent { h, a } => vec![rewards(h), rewards(a)],
        };
        let computation = Computation::new(&self.experiment, inputs)?;
        let transitions = if self.layout.is_some() { Vec::new() } else { computation.transitions() };
        let policies = computation.policies(&rewards)?;
        let policies = policies.ok_or_else(|| ExperimentError::NoPolicies { run: self.experiment.name.clone() })?;
        let seed = Seed::new(self.manifest.seed.unwrap_or(0)).derive("rollout");
        let (path, leaves) = walk(&policies.chain, start, settings.steps, &mut seed.stream(settings.sample as u64));
        let plans = policies.plans.into_iter().zip(rewards);
        let plans = plans.map(|((agent, moves), rewards)| Plan { agent, rewards, moves }).collect();
        Ok(Rollout { sample: settings.sample, states: self.states.clone(), transitions, plans, path, leaves })
    }
}

/// The moves of each agent, and the chain that they make together.
pub(crate) struct Policies {
    pub(crate) plans: Vec<(Option<Agent>, Vec<Vec<PlannedMove>>)>,
    pub(crate) chain: MarkovChain,
}

/// The moves of a policy in a model.
pub(crate) fn moves(model: &TransitionModel, policy: &StochasticPolicy) -> Vec<Vec<PlannedMove>> {
    let planned = |state: StateId| {
        let pairs = model.available().pairs(state).filter(|&pair| policy.probabilities()[pair] > 0.0);
        let planned = pairs.map(|pair| {
            let (next, probability) = model.row(pair);
            PlannedMove {
                action: model.actions()[model.available().action(pair).index()].to_owned(),
                probability: policy.probabilities()[pair],
                next: next.iter().map(|&next| next as usize).zip(probability.iter().copied()).collect(),
            }
        });
        planned.collect()
    };
    model.state_ids().map(planned).collect()
}

/// A walk through a chain until the steps are over, or mass leaks and it leaves.
fn walk(chain: &MarkovChain, start: usize, steps: usize, stream: &mut StreamRng) -> (Vec<usize>, bool) {
    let mut path = vec![start];
    while path.len() <= steps {
        let (next, probability) = chain.row(path[path.len() - 1]);
        let mut left = stream.uniform();
        let chosen = next.iter().zip(probability).find(|&(_, &p)| {
            left -= p;
            left < 0.0
        });
        // Rounding may leave a remainder where nothing leaks.
        let leaks = probability.iter().sum::<f64>() < 1.0 - 1e-9;
        match chosen.map(|(&next, _)| next).or(next.last().copied().filter(|_| !leaks)) {
            Some(next) => path.push(next as usize),
            None => return (path, true),
        }
    }
    (path, false)
}
