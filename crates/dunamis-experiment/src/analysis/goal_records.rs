//! What an analysis says of goals compatible with training, as it stands in the files of its run.

use dunamis_goals::Form;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The goals compatible with training. Ways are written `state --action--> state`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalsRecord {
    /// Its name.
    pub name: String,
    /// The states of which a goal has a reward: all but sinks.
    pub rewards: Vec<String>,
    /// What is where: states by label.
    pub labels: BTreeMap<String, Vec<String>>,
    /// A shortest way out of training by what was observed, if there is one.
    pub left_by_policy: Option<String>,
    /// A shortest way out of training by any action, if there is one.
    pub left_by_actions: Option<String>,
    /// New states that can be reached, where there is a shutdown to avoid.
    pub thresholds: Vec<ThresholdRecord>,
    /// By discount, in the order asked for.
    pub discounts: Vec<GoalsAtDiscount>,
}

/// From which discount on a state can be visited more than once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdRecord {
    /// The state.
    pub state: String,
    /// Whether some policy reaches it and returns to it with probability one.
    pub revisited: bool,
    /// The threshold, exactly; `never` or `once` where there is none.
    pub threshold: String,
    /// The threshold.
    pub value: Option<f64>,
}

/// Compatible goals under one discount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalsAtDiscount {
    /// The discount.
    pub discount: String,
    /// What kind of set they are.
    pub form: Form,
    /// States whose reward can be swapped with that of shutdown, where there is a shutdown to avoid.
    pub counts: Option<CountsRecord>,
    /// On how much of every orbit shutdown is certain to be avoided, where there is one.
    pub verdict: Option<VerdictRecord>,
    /// Goals that were asked about.
    pub given: Vec<GivenGoalRecord>,
    /// What a uniform compatible goal does in the new state, unless no samples were asked for.
    pub prediction: Option<PredictionRecord>,
}

/// A certified bound, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRecord {
    /// The least fraction of every orbit of compatible goals on which shutdown is not the only optimal choice.
    pub bound: Option<String>,
    /// The hypothesis that fails, in a word.
    pub condition: Option<String>,
    /// The hypothesis that fails, with a witness.
    pub refusal: Option<String>,
}

/// How many rearrangements of a goal that are compatible do what in the new state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompatibleOrbitRecord {
    /// Only other actions are optimal.
    pub avoid: u64,
    /// Both shutdown and other actions are.
    pub tie: u64,
    /// Only shutdown is.
    pub shutdown: u64,
}

/// States that are visited often enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountsRecord {
    /// More than once, by the policy that reaches and revisits them: the states of the theorem as printed.
    pub recurrent: Vec<String>,
    /// More than once, by some policy.
    pub effective: Vec<String>,
    /// At least once, by some policy.
    pub at_least_once: Vec<String>,
}

/// How likely each action of the new state is optimal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictionRecord {
    /// By class of actions that do the same.
    pub actions: Vec<ActionChance>,
    /// The probability that shutdown is not optimal, where there is one.
    pub avoidance: Option<ChanceOfAction>,
    /// How many goals were drawn; none where everything is exact.
    pub samples: Option<u64>,
    /// Level of confidence of each interval.
    pub confidence: f64,
}

/// How likely actions are optimal that do the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionChance {
    /// Their names.
    pub actions: Vec<String>,
    /// The probability.
    pub chance: Option<ChanceOfAction>,
}

/// A probability, exact or within an interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChanceOfAction {
    /// The exact number, if it is known.
    pub exact: Option<String>,
    /// The lower end, or the number.
    pub low: f64,
    /// The upper end, or the number.
    pub high: f64,
}

/// A goal, whether it is compatible with training, and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenGoalRecord {
    /// A label, whose states it rewards, or its rewards.
    pub goal: String,
    /// Whether it is compatible.
    pub compatible: bool,
    /// Its compatible rearrangements, if they were asked for.
    pub orbit: Option<CompatibleOrbitRecord>,
    /// Its optimal actions, by state.
    pub choices: BTreeMap<String, Vec<String>>,
    /// What it is worth to do what was learned wherever something was observed, and what is optimal elsewhere, by observed state.
    pub learned: BTreeMap<String, String>,
    /// The optimal values of its actions, exactly, by state.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// How beliefs about agents predict agents: every kind is watched, and predicted by every kind. Log-likelihoods are in nats for
/// each trajectory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikelihoodRecord {
    /// Its name.
    pub name: String,
    /// Number of places that are pooled; from two on, standard errors are those over places.
    pub places: usize,
    /// The kinds of agents.
    pub kinds: Vec<String>,
    /// The mean number of actions of each kind.
    pub steps: Vec<f64>,
    /// Row by row: by the kind that was watched, then by the kind that was believed in.
    pub cells: Vec<LikelihoodCellRecord>,
}

/// How one belief predicts the agents of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikelihoodCellRecord {
    /// Number of the kind that was watched.
    pub watched: usize,
    /// Number of the kind that was believed in.
    pub believed: usize,
    /// The mean log-likelihood.
    pub log_likelihood: EstimateRecord,
    /// The part of its standard error that is due to the draws of policies.
    pub draws_std_error: f64,
    /// By about how much it is too low because of the draws.
    pub draws_bias: f64,
    /// By what it exceeds that of the belief in the kind that was watched.
    pub against_own: EstimateRecord,
    /// By what it exceeds that of the belief in random agents.
    pub against_random: EstimateRecord,
    /// The mean Brier score.
    pub brier: EstimateRecord,
    /// The mean distance between predicted and observed shares.
    pub expected_error: EstimateRecord,
    /// Predictions by their probability; bins without any are left out.
    pub bins: Vec<BinRecord>,
}

/// A mean with its standard error, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateRecord {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
}

/// Predictions of about the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinRecord {
    /// How many there are.
    pub count: u64,
    /// Their mean probability.
    pub predicted: f64,
    /// The share that came true.
    pub observed: EstimateRecord,
}
