//! The goals compatible with an environment's training, and what they do in its new state.

use super::compute::find_state;
use super::results::{GivenGoalRecord, GoalsAtDiscount, GoalsRecord, ThresholdRecord};
use crate::{ConfigError, ConfigProblem, ExperimentError};
use dunamis_envs::Environment;
use dunamis_goals::{
    GoalBounds, GoalError, GoalSet, GoalSettings, Reading, Recurrence, SHUTDOWN, SINK, ShutdownSetting, TRAIN,
    Training, VisitCount, without_sinks,
};
use dunamis_mdp::{Criterion, Discount, Labels, Mdp, Number, Reward, RewardKind, StateId, TransitionModel};
use dunamis_power::PowerError;
use dunamis_solve::{AlgebraicNumber, solve_exact};
use serde::Serialize;
use std::sync::Arc;

/// The goals compatible with training, and what is asked about them
/// `[Krakovna & Kramár 2023, Def. 6]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Goals {
    /// What they are called.
    pub name: String,
    /// Discounts; that of the environment if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// Which actions an optimal one is compared with in training.
    pub reading: Reading,
    /// By how much what is observed must be better than anything else.
    pub margin: Number,
    /// The smallest reward.
    pub low: Number,
    /// The largest reward.
    pub high: Number,
    /// States of training whose behavior is not observed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unobserved: Vec<String>,
    /// Labels: each is a goal that rewards its states with 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Goals: a reward for each state that is no sink.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Vec<Number>>,
}

/// An agent that was trained in an environment, whose sinks are taken out.
pub(super) struct TrainedAgent {
    model: Arc<TransitionModel>,
    labels: Labels,
    trained: Vec<StateId>,
    observed_at: Vec<StateId>,
    setting: Option<ShutdownSetting>,
    goal: Reward,
    discounts: Vec<Discount>,
    given: Vec<(String, Vec<Number>)>,
}

impl TrainedAgent {
    /// The agent of an environment, and the goals of the section with this number.
    pub(super) fn read(index: usize, goals: &Goals, environment: &Environment) -> Result<Self, ConfigError> {
        let at = |key: &[String], problem: ConfigProblem| {
            problem.at(["goals".to_owned(), index.to_string()].into_iter().chain(key.iter().cloned()))
        };
        let untrained = |what: &'static str| {
            ConfigProblem::Untrained { environment: environment.name().into(), what }.at(["environment", "name"])
        };
        let refused = |error: GoalError| ConfigProblem::Goals(Box::new(error)).at(["environment", "name"]);
        let (whole, labels) = (environment.model(), environment.labels());
        let (model, states) = without_sinks(whole, labels.get(SINK).unwrap_or_default()).map_err(refused)?;
        let within = |state: &StateId| states.binary_search(state).map(StateId::new).ok();
        let mut kept = Labels::default();
        for (label, members) in labels.iter() {
            kept.add(label, members.iter().filter_map(within));
        }
        let trained = kept
            .get(TRAIN)
            .filter(|trained| !trained.is_empty())
            .ok_or_else(|| untrained("state with the label `train`"))?;
        let setting =
            kept.get(SHUTDOWN).map(|_| ShutdownSetting::from_labels(whole, labels)).transpose().map_err(refused)?;
        let reward = environment.reward().filter(|reward| reward.kind() == RewardKind::State);
        let reward = reward.ok_or_else(|| untrained("reward of states"))?;
        let goal = Reward::state(&model, states.iter().map(|state| reward.number(state.index())));
        let goal = goal.map_err(|error| refused(error.into()))?;
        let mut discounts = goals.discounts.clone();
        if discounts.is_empty() {
            discounts.push(environment.discount().cloned().ok_or_else(|| untrained("discount: list `discounts`"))?);
        }
        let mut observed_at = trained.to_vec();
        for (number, name) in goals.unobserved.iter().enumerate() {
            let state = find_state(name, model.states());
            let state = state.map_err(|problem| at(&["unobserved".into(), number.to_string()], problem))?;
            observed_at.retain(|&other| other != state);
        }
        let mut given = Vec::new();
        for (number, label) in goals.labels.iter().enumerate() {
            let members = kept.get(label).ok_or_else(|| {
                let known = kept.names().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
                at(&["labels".into(), number.to_string()], ConfigProblem::UnknownLabel { name: label.clone(), known })
            })?;
            let one = |state| Number::from(f64::from(u8::from(members.contains(&state))));
            given.push((label.clone(), model.state_ids().map(one).collect()));
        }
        for (number, rewards) in goals.rewards.iter().enumerate() {
            let (expected, found) = (model.states().len(), rewards.len());
            if expected != found {
                let problem = ConfigProblem::VectorLength { found, expected };
                return Err(at(&["rewards".into(), number.to_string()], problem));
            }
            let name = rewards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            given.push((format!("({name})"), rewards.clone()));
        }
        Ok(TrainedAgent {
            trained: trained.to_vec(),
            model: Arc::new(model),
            labels: kept,
            observed_at,
            setting,
            goal,
            discounts,
            given,
        })
    }

    /// Everything but the model that the results depend on.
    pub(super) fn document(&self) -> String {
        dunamis_mdp::json::write(&self.model, Some(&self.goal), &self.labels, None)
    }

    fn name(&self, state: StateId) -> String {
        self.model.states()[state.index()].to_owned()
    }

    fn names(&self, states: &[StateId]) -> Vec<String> {
        states.iter().map(|&state| self.name(state)).collect()
    }

    pub(super) fn study(
        &self,
        goals: &Goals,
        going: impl Fn() -> Result<(), PowerError>,
    ) -> Result<GoalsRecord, ExperimentError> {
        let labels = self.labels.iter().map(|(label, members)| (label.to_owned(), self.names(members))).collect();
        let mut record = GoalsRecord {
            name: goals.name.clone(),
            rewards: self.names(&self.model.state_ids().collect::<Vec<_>>()),
            labels,
            left_by_policy: None,
            left_by_actions: None,
            thresholds: self.thresholds()?,
            discounts: Vec::new(),
        };
        for discount in &self.discounts {
            going()?;
            let training = Training::optimal(Arc::clone(&self.model), &self.observed_at, self.goal.clone(), discount)?;
            let observed: Vec<usize> =
                (0..training.observed().len()).filter(|&pair| training.observed()[pair]).collect();
            let training = Training::new(Arc::clone(&self.model), &self.trained, &observed)?;
            let closure = training.closure();
            record.left_by_policy = closure.under_policy.map(|way| way.to_string());
            record.left_by_actions = closure.under_actions.map(|way| way.to_string());
            let dimension = self.model.states().len();
            let bounds = GoalBounds::uniform(dimension, goals.low.exact(), goals.high.exact())?;
            let settings = GoalSettings { reading: goals.reading, margin: goals.margin.exact(), bounds: Some(bounds) };
            let set = GoalSet::new(training, discount, settings)?;
            record.discounts.push(self.at(&set, discount)?);
        }
        Ok(record)
    }

    /// From which discount on each state that is neither trained nor the end can be visited more than once.
    fn thresholds(&self) -> Result<Vec<ThresholdRecord>, ExperimentError> {
        let Some(setting) = &self.setting else { return Ok(Vec::new()) };
        let recurrence = Recurrence::new(&self.model, setting.new_state())?;
        let revisited = recurrence.revisited()?;
        let apart = |&state: &StateId| {
            let reached = recurrence.reachable()[state.index()] && state != setting.terminal();
            reached && state != setting.new_state() && !self.trained.contains(&state)
        };
        let mut records = Vec::new();
        for state in self.model.state_ids().filter(apart) {
            let threshold = VisitCount::new(&self.model, setting.new_state(), state)?.threshold()?;
            records.push(ThresholdRecord {
                state: self.name(state),
                revisited: revisited.contains(&state),
                threshold: threshold.to_string(),
                value: threshold.number().map(AlgebraicNumber::to_f64),
            });
        }
        Ok(records)
    }

    fn at(&self, set: &GoalSet, discount: &Discount) -> Result<GoalsAtDiscount, ExperimentError> {
        let given = self.given.iter().map(|(name, goal)| self.given(set, name, goal)).collect::<Result<_, _>>()?;
        Ok(GoalsAtDiscount { discount: discount.exact().to_string(), form: set.form(), given })
    }

    fn given(&self, set: &GoalSet, name: &str, goal: &[Number]) -> Result<GivenGoalRecord, ExperimentError> {
        let reward = Reward::state(&self.model, goal.iter().cloned()).map_err(GoalError::from)?;
        let mdp = Mdp::new(Arc::clone(&self.model), reward).map_err(GoalError::from)?;
        let criterion = Criterion::Discounted(set.discount().clone());
        let optimal = solve_exact(&mdp, &criterion).map_err(GoalError::from)?.optimal;
        let available = self.model.available();
        let action = |pair: usize| self.model.actions()[available.action(pair).index()].to_owned();
        let choices = |state: StateId| available.pairs(state).filter(|&pair| optimal[pair]).map(action).collect();
        Ok(GivenGoalRecord {
            goal: name.to_owned(),
            compatible: set.contains(&goal.iter().map(Number::exact).collect::<Vec<_>>())?,
            choices: self.model.state_ids().map(|state| (self.name(state), choices(state))).collect(),
        })
    }
}
