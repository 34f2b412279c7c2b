//! The goals compatible with an environment's training, and what they do in its new state.

use super::compute::find_state;
use super::goal_records::{
    ActionChance, ChanceOfAction, CompatibleOrbitRecord, CountsRecord, GivenGoalRecord, GoalsAtDiscount, GoalsRecord,
    PredictionRecord, ThresholdRecord, VerdictRecord,
};
use crate::{ConfigError, ConfigProblem, ExperimentError};
use dunamis_envs::Environment;
use dunamis_goals::{
    Chance, CompatibleOrbit, GoalBounds, GoalError, GoalSet, GoalSettings, PredictionSettings, Reading, Retargeting,
    SHUTDOWN, ShutdownSetting, Situation, Strictness, VisitThreshold, certify_avoidance, predict,
};
use dunamis_mdp::{Criterion, Discount, Labels, Mdp, Number, Rational, Reward, StateId, TransitionModel};
use dunamis_power::{ActionProbability, Observer, PowerError, ProbabilityWarrant};
use dunamis_sampling::Seed;
use dunamis_solve::solve_exact;
use num_traits::ToPrimitive;
use serde::Serialize;
use std::collections::BTreeMap;
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
    /// The largest rewards of single states, where they are others.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub highest: BTreeMap<String, Number>,
    /// States of training whose behavior is not observed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unobserved: Vec<String>,
    /// Labels: each is a goal that rewards its states with 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Goals: a reward for each state that is no sink.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Vec<Number>>,
    /// Whether all rearrangements of these goals are counted, in a shutdown setting.
    pub orbits: bool,
    /// Number of goals drawn where there is no exact answer; none if nothing is predicted.
    pub samples: u64,
    /// Seed of the random streams.
    pub seed: u64,
}

/// An agent that was trained in an environment.
pub(super) struct TrainedAgent {
    situation: Situation,
    setting: Option<ShutdownSetting>,
    labels: Labels,
    goal: Vec<Rational>,
    discounts: Vec<Discount>,
    observed_at: Vec<StateId>,
    bounds: GoalBounds,
    given: Vec<(String, Vec<Number>)>,
}

impl TrainedAgent {
    /// The agent of an environment, and the goals of the section with this number.
    pub(super) fn read(index: usize, goals: &Goals, environment: &Environment) -> Result<Self, ConfigError> {
        let at = |key: &str, place: &str, problem: ConfigProblem| {
            let index = index.to_string();
            problem.at(["goals", &index, key, place].into_iter().filter(|part| !part.is_empty()))
        };
        let refused = |error: GoalError| ConfigProblem::Goals(Box::new(error)).at(["environment", "name"]);
        let missing = |what: &'static str| {
            ConfigProblem::Untrained { environment: environment.name().into(), what }.at(["environment", "name"])
        };
        let situation = Situation::new(environment.model(), environment.labels()).map_err(refused)?;
        let terminal = environment.labels().get(SHUTDOWN).is_some_and(|members| !members.is_empty());
        let setting = terminal.then(|| situation.shutdown_setting()).transpose().map_err(refused)?;
        let reward = environment.reward().ok_or_else(|| missing("reward"))?;
        let goal = situation.goal(reward).map_err(refused)?;
        let mut discounts = goals.discounts.clone();
        if discounts.is_empty() {
            discounts.push(environment.discount().cloned().ok_or_else(|| missing("discount: list `discounts`"))?);
        }
        let model = situation.model();
        let find = |key: &str, place: &str, name: &str| {
            find_state(name, model.states()).map_err(|problem| at(key, place, problem))
        };
        let mut observed_at = situation.trained().to_vec();
        for (number, name) in goals.unobserved.iter().enumerate() {
            let state = find("unobserved", &number.to_string(), name)?;
            observed_at.retain(|&other| other != state);
        }
        let dimension = model.states().len();
        let (low, mut high) = (goals.low.exact(), vec![goals.high.exact(); dimension]);
        let room = |key: &str, place: &str, state: usize, high: &Rational| {
            let bounds = || GoalError::EmptyBounds { state, low: low.to_string(), high: high.to_string() };
            if low < *high { Ok(()) } else { Err(at(key, place, ConfigProblem::Goals(Box::new(bounds())))) }
        };
        room("low", "", 0, &high[0])?;
        for (name, largest) in &goals.highest {
            let state = find("highest", name, name)?.index();
            high[state] = largest.exact();
            room("highest", name, state, &high[state])?;
        }
        let own = |state: &StateId| situation.states().binary_search(state).ok().map(StateId::new);
        let mut labels = Labels::default();
        for (label, members) in environment.labels().iter() {
            labels.add(label, members.iter().filter_map(own));
        }
        let mut given = Vec::new();
        for (number, label) in goals.labels.iter().enumerate() {
            let members = labels.get(label).ok_or_else(|| {
                let known = labels.names().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
                let problem = ConfigProblem::UnknownLabel { name: label.clone(), known };
                at("labels", &number.to_string(), problem)
            })?;
            let one = |state| Number::from(f64::from(u8::from(members.contains(&state))));
            given.push((label.clone(), model.state_ids().map(one).collect()));
        }
        for (number, rewards) in goals.rewards.iter().enumerate() {
            let (expected, found) = (dimension, rewards.len());
            if expected != found {
                return Err(at("rewards", &number.to_string(), ConfigProblem::VectorLength { found, expected }));
            }
            let name = rewards.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            given.push((format!("({name})"), rewards.clone()));
        }
        let bounds = GoalBounds::Box { low: vec![low; dimension], high };
        Ok(TrainedAgent { situation, setting, labels, goal, discounts, observed_at, bounds, given })
    }

    /// What the results depend on besides the model of the environment.
    pub(super) fn document(&self) -> String {
        let labels = self.labels.iter().map(|(label, members)| (label, self.names(members)));
        let goal = self.goal.iter().map(ToString::to_string);
        let discounts = self.discounts.iter().map(ToString::to_string);
        let parts = (labels.collect::<Vec<_>>(), goal.collect::<Vec<_>>(), discounts.collect::<Vec<_>>());
        serde_json::to_string(&parts).expect("lists of texts")
    }

    fn model(&self) -> &Arc<TransitionModel> {
        self.situation.model()
    }

    fn name(&self, state: StateId) -> String {
        self.model().states()[state.index()].to_owned()
    }

    fn names(&self, states: &[StateId]) -> Vec<String> {
        states.iter().map(|&state| self.name(state)).collect()
    }

    fn action(&self, pair: usize) -> String {
        self.model().actions()[self.model().available().action(pair).index()].to_owned()
    }

    pub(super) fn study(&self, goals: &Goals, observer: &dyn Observer) -> Result<GoalsRecord, ExperimentError> {
        let retargeting = match &self.setting {
            Some(setting) => {
                let mut excluded = self.situation.trained().to_vec();
                excluded.push(setting.terminal());
                Some(Retargeting::new(self.model(), setting.new_state(), &excluded)?)
            }
            None => None,
        };
        let mut record = GoalsRecord {
            name: goals.name.clone(),
            rewards: self.names(&self.model().state_ids().collect::<Vec<_>>()),
            labels: self.labels.iter().map(|(label, members)| (label.to_owned(), self.names(members))).collect(),
            left_by_policy: None,
            left_by_actions: None,
            thresholds: retargeting.as_ref().map_or(Ok(Vec::new()), |retargeting| self.thresholds(retargeting))?,
            discounts: Vec::new(),
        };
        for discount in &self.discounts {
            if observer.cancelled() {
                return Err(PowerError::Cancelled.into());
            }
            let training = self.situation.training(&self.goal, discount)?;
            let pairs = self.model().available();
            let seen = |&pair: &usize| training.observed()[pair] && self.observed_at.contains(&pairs.state(pair));
            let training = training.with_observed(&(0..pairs.len()).filter(seen).collect::<Vec<_>>())?;
            let closure = training.closure();
            record.left_by_policy = closure.under_policy.map(|way| way.to_string());
            record.left_by_actions = closure.under_actions.map(|way| way.to_string());
            let (reading, margin, bounds) = (goals.reading, goals.margin.exact(), Some(self.bounds.clone()));
            let set = GoalSet::new(training, discount, GoalSettings { reading, margin, bounds })?;
            record.discounts.push(GoalsAtDiscount {
                discount: discount.exact().to_string(),
                form: set.form(),
                counts: retargeting.as_ref().map(|retargeting| self.counts(retargeting, discount)).transpose()?,
                verdict: self.setting.as_ref().map(|setting| verdict(setting, &set)),
                given: self
                    .given
                    .iter()
                    .map(|(name, goal)| self.given(&set, goals.orbits, name, goal))
                    .collect::<Result<_, _>>()?,
                prediction: (goals.samples > 0).then(|| self.predict(&set, goals, observer)).transpose()?,
            });
        }
        Ok(record)
    }

    /// From which discount on each state that may count is visited more than once.
    fn thresholds(&self, retargeting: &Retargeting<'_>) -> Result<Vec<ThresholdRecord>, GoalError> {
        let revisited = retargeting.recurrence().revisited()?;
        let record = |(state, threshold): (StateId, VisitThreshold)| ThresholdRecord {
            state: self.name(state),
            revisited: revisited.contains(&state),
            threshold: threshold.to_string(),
            // A threshold of 0 may come with a minus sign.
            value: threshold.number().map(|number| number.to_f64() + 0.0),
        };
        Ok(retargeting.thresholds()?.into_iter().map(record).collect())
    }

    fn counts(&self, retargeting: &Retargeting<'_>, discount: &Discount) -> Result<CountsRecord, GoalError> {
        let recurrent = retargeting.recurrent(discount, Strictness::MoreThanOnce)?;
        let effective = retargeting.effective(discount, Strictness::MoreThanOnce)?;
        let once = retargeting.effective(discount, Strictness::AtLeastOnce)?;
        Ok(CountsRecord {
            recurrent: self.names(&recurrent.states),
            effective: self.names(&effective.states),
            at_least_once: self.names(&once.states),
        })
    }

    fn given(&self, set: &GoalSet, orbits: bool, name: &str, goal: &[Number]) -> Result<GivenGoalRecord, GoalError> {
        let reward = Reward::state(self.model(), goal.iter().cloned())?;
        let mdp = Mdp::new(Arc::clone(self.model()), reward)?;
        let solution = solve_exact(&mdp, &Criterion::Discounted(set.discount().clone()))?;
        let pairs = |state: StateId| self.model().available().pairs(state);
        let choices = |state: StateId| {
            pairs(state).filter(|&pair| solution.optimal[pair]).map(|pair| self.action(pair)).collect()
        };
        let value = |state: StateId, pair: usize| {
            let next = self.model().exact_row(pair).into_iter().map(|(next, p)| p * &solution.value[next.index()]);
            goal[state.index()].exact() + set.discount().exact() * next.sum::<Rational>()
        };
        let values =
            |state: StateId| pairs(state).map(|pair| (self.action(pair), value(state, pair).to_string())).collect();
        let exact: Vec<Rational> = goal.iter().map(Number::exact).collect();
        let setting = self.setting.as_ref().filter(|_| orbits);
        let orbit = setting.map(|setting| CompatibleOrbit::count(setting, set, &exact)).transpose()?;
        Ok(GivenGoalRecord {
            goal: name.to_owned(),
            compatible: set.contains(&exact)?,
            orbit: orbit.map(|CompatibleOrbit { avoid, tie, shutdown }| CompatibleOrbitRecord { avoid, tie, shutdown }),
            learned: (set.worths(&exact)?.into_iter())
                .filter(|(pair, _)| set.training().observed()[*pair])
                .map(|(pair, worth)| (self.name(self.model().available().state(pair)), worth.to_string()))
                .collect(),
            choices: self.model().state_ids().map(|state| (self.name(state), choices(state))).collect(),
            values: self.model().state_ids().map(|state| (self.name(state), values(state))).collect(),
        })
    }

    fn predict(&self, set: &GoalSet, goals: &Goals, observer: &dyn Observer) -> Result<PredictionRecord, GoalError> {
        let settings =
            PredictionSettings { samples: goals.samples, seed: Seed::new(goals.seed), ..PredictionSettings::default() };
        let prediction = predict(set, self.situation.new_state(), &settings, observer)?;
        let action = |action: &ActionProbability| ActionChance {
            actions: action.pairs.iter().map(|&pair| self.action(pair)).collect(),
            chance: action.pairs.first().and_then(|&pair| prediction.of_pair(pair)).map(ChanceOfAction::from),
        };
        let avoidance = self.setting.as_ref().and_then(|setting| prediction.avoidance(setting));
        Ok(PredictionRecord {
            actions: prediction.actions.iter().map(action).collect(),
            avoidance: avoidance.map(ChanceOfAction::from),
            samples: match prediction.warrant {
                ProbabilityWarrant::Sampled { samples, .. } => Some(samples),
                _ => None,
            },
            confidence: settings.confidence,
        })
    }
}

/// What is certified, or which hypothesis fails.
fn verdict(setting: &ShutdownSetting, set: &GoalSet) -> VerdictRecord {
    match certify_avoidance(setting, set) {
        Ok(certificate) => VerdictRecord { bound: Some(certificate.bound), condition: None, refusal: None },
        Err(refusal) => VerdictRecord {
            bound: None,
            condition: Some(refusal.condition().to_owned()),
            refusal: Some(refusal.to_string()),
        },
    }
}

impl From<Chance> for ChanceOfAction {
    fn from(chance: Chance) -> Self {
        match chance {
            Chance::Exact(exact) => {
                let value = exact.to_f64().unwrap_or(f64::NAN);
                ChanceOfAction { exact: Some(exact.to_string()), low: value, high: value }
            }
            Chance::Between(low, high) => ChanceOfAction { exact: None, low, high },
        }
    }
}
