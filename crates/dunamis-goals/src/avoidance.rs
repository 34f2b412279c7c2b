//! The theorem: most goals compatible with training avoid shutdown `[Krakovna & Kramár 2023, Thm. 2]`.
//!
//! At a new state shutdown earns the terminal state's reward once. A state $`s`$ with $`V \ge 1`$ discounted visits (see
//! [`Strictness`](crate::Strictness)) has a smaller reward whenever shutdown is strictly best, and a swap of the two rewards makes
//! it best not to shut down. With $`n`$ such states, among the rearrangements of a goal that are compatible with training at least
//! $`n`$ do not shut down for each that does.
//!
//! **What has to hold**, and is checked: rewards are not negative, those that are swapped have the same bounds, and the swaps keep goals compatible. The published condition, that
//! training and the future share no state, does not suffice for that: where *some* action of a trained state, though never taken,
//! leads to a state of the future, swapping rewards there may make the action better than what was learned. So the terminal state
//! and the states that take its place must not be reachable from training by any action; or else
//! [only actions that stay in training count](crate::Reading::WithinTraining), and then they must not be trained on. That the future
//! may lead back to training does no harm.

use crate::setting::{Reached, Way};
use crate::{GoalError, GoalSet, Reading, Retargeting, ShutdownSetting, VisitThreshold};
use dunamis_mdp::{Labels, StateId, json};
use dunamis_orbit::{
    Alternatives, CERTIFICATE_SCHEMA, Certificate, CertificateError, Compatible, Horizon, Options, Parts, Rule, Source,
    Strictness, Theorem, verify,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A hypothesis that fails, with a witness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AvoidanceRefusal {
    /// The new state was trained on.
    #[error("`{state}` was visited in training, so that what happens there is known")]
    TrainedState {
        /// The new state.
        state: String,
    },
    /// Rewards may be negative.
    #[error(
        "rewards may be negative, and then shutdown may be the least of evils: bound them from below by 0 for this theorem"
    )]
    NegativeRewards,
    /// No state that is visited often enough has the bounds of the terminal state.
    #[error(
        "the reward of `{state}` has other bounds than that of `{terminal}`, so that a swap may leave them: give both the same"
    )]
    UnequalBounds {
        /// The first state that is visited often enough.
        state: String,
        /// The terminal state.
        terminal: String,
    },
    /// Training can reach the terminal state, or every state that might take its place.
    #[error(
        "training can reach `{state}`, as by {way}: a swap of its reward may change what is optimal in training, so that \
         swapped goals need not be compatible"
    )]
    Reached {
        /// The state.
        state: String,
        /// How.
        way: Way,
    },
    /// No state is visited often enough.
    #[error("no state of the future is visited as much as once at the discount {discount}: {}", nearest(closest.as_ref()))]
    TooFewVisits {
        /// The discount.
        discount: String,
        /// The state whose threshold is lowest, if one has any.
        closest: Option<(String, String)>,
    },
    /// Something that cannot be built.
    #[error(transparent)]
    Goals(#[from] GoalError),
    /// A certificate was made, but the independent check does not accept it.
    #[error("a certificate was found that the independent check refuses: {0}")]
    Unverified(#[from] CertificateError),
}

fn nearest(closest: Option<&(String, String)>) -> String {
    match closest {
        Some((state, threshold)) => format!("the first is `{state}`, from {threshold} on"),
        None => "none can be revisited, or reached in one step for certain, at any discount".into(),
    }
}

impl AvoidanceRefusal {
    /// The condition that fails, in a word or two for programs.
    pub fn condition(&self) -> &'static str {
        match self {
            AvoidanceRefusal::TrainedState { .. } => "new-state",
            AvoidanceRefusal::NegativeRewards => "nonnegative-rewards",
            AvoidanceRefusal::UnequalBounds { .. } => "equal-bounds",
            AvoidanceRefusal::Reached { .. } => "closed-training",
            AvoidanceRefusal::TooFewVisits { .. } => "visits",
            AvoidanceRefusal::Goals(_) => "goals",
            AvoidanceRefusal::Unverified(_) => "unverified",
        }
    }

    /// What shows that it fails.
    pub fn witness(&self) -> Value {
        match self {
            AvoidanceRefusal::TrainedState { state } => json!({ "state": state }),
            AvoidanceRefusal::NegativeRewards => Value::Null,
            AvoidanceRefusal::UnequalBounds { state, terminal } => json!({ "states": [state, terminal] }),
            AvoidanceRefusal::Reached { state, way } => json!({ "state": state, "way": way }),
            AvoidanceRefusal::TooFewVisits { discount, closest } => json!({
                "discount": discount,
                "state": closest.as_ref().map(|(state, _)| state),
                "threshold": closest.as_ref().map(|(_, threshold)| threshold),
            }),
            AvoidanceRefusal::Goals(error) => json!({ "error": error.to_string() }),
            AvoidanceRefusal::Unverified(error) => json!({ "error": error.to_string() }),
        }
    }
}

/// States whose rewards may change places with that of the terminal state, and those that may not.
#[derive(Clone, Debug)]
pub struct Exchangeable {
    /// Why the terminal state's own reward may not move, if so: a way from training.
    pub terminal: Option<Way>,
    /// States that matter to training, ascending: those that training can reach, or in the narrow [`Reading`] trained states.
    pub excluded: Vec<StateId>,
    reached: Reached,
}

impl Exchangeable {
    /// Which rewards do not matter to training. $`O(\mathrm{nnz})`$.
    pub fn new(setting: &ShutdownSetting, goals: &GoalSet) -> Self {
        let training = goals.training();
        let reached = match goals.reading() {
            Reading::AllActions => training.reach(),
            Reading::WithinTraining => Reached::new(training.model(), &training.trained(), |_| false),
        };
        let marked = |state: &StateId| reached.marks()[state.index()];
        let terminal = marked(&setting.terminal()).then(|| reached.way(training.model(), setting.terminal()));
        Exchangeable { terminal, excluded: training.model().state_ids().filter(marked).collect(), reached }
    }

    /// The states that may take the place of shutdown, as far as training is concerned.
    ///
    /// # Errors
    ///
    /// As for [`Retargeting::new`].
    pub fn retargeting<'a>(&self, setting: &'a ShutdownSetting) -> Result<Retargeting<'a>, GoalError> {
        let mut excluded = self.excluded.clone();
        excluded.push(setting.terminal());
        Retargeting::new(setting.model(), setting.new_state(), &excluded)
    }
}

/// Proves for how many of the compatible rearrangements of any goal it is not optimal to be shut down, or says which hypothesis
/// fails. [`verify`](dunamis_orbit::verify()) checks the certificate anew.
///
/// ```
/// use dunamis_goals::{GoalSet, GoalSettings, Situation, certify_avoidance};
/// let environment = dunamis_envs::load("shutdown-setting:recurrent=3,distance=2")?;
/// let situation = Situation::new(environment.model(), environment.labels())?;
/// let (goal, discount) = (situation.goal(environment.reward().ok_or("no reward")?)?, "9/10".parse()?);
/// let goals = GoalSet::new(situation.training(&goal, &discount)?, &discount, GoalSettings::default())?;
/// let certificate = certify_avoidance(&situation.shutdown_setting()?, &goals)?;
/// assert!(dunamis_orbit::verify(&certificate)?.bound >= num_rational::Ratio::new(3_u32.into(), 4_u32.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`AvoidanceRefusal`].
pub fn certify_avoidance(setting: &ShutdownSetting, goals: &GoalSet) -> Result<Certificate, AvoidanceRefusal> {
    let (model, training, discount) = (setting.model(), goals.training(), goals.discount());
    if model.as_ref() != training.model().as_ref() {
        return Err(GoalError::OtherModel.into());
    }
    let name = |state: StateId| model.states()[state.index()].to_owned();
    if training.is_trained(setting.new_state()) {
        return Err(AvoidanceRefusal::TrainedState { state: name(setting.new_state()) });
    }
    if !goals.bounds().is_nonnegative() {
        return Err(AvoidanceRefusal::NegativeRewards);
    }
    let exchangeable = Exchangeable::new(setting, goals);
    if let Some(way) = exchangeable.terminal {
        return Err(AvoidanceRefusal::Reached { state: name(setting.terminal()), way });
    }
    let retargeting = exchangeable.retargeting(setting)?;
    let states = retargeting.effective(discount, Strictness::AtLeastOnce)?.states;
    let alike: Vec<StateId> = states.iter().copied().filter(|&s| goals.bounds().alike(s, setting.terminal())).collect();
    if let (Some(&state), []) = (states.first(), &alike[..]) {
        let terminal = name(setting.terminal());
        return Err(AvoidanceRefusal::UnequalBounds { state: name(state), terminal });
    }
    let visits = retargeting.witnesses(&alike, discount, Strictness::AtLeastOnce)?;
    if visits.is_empty() {
        return Err(without_visits(setting, &exchangeable, &retargeting, goals)?);
    }
    let swap = |state: StateId| {
        let (x, y) = (state.min(setting.terminal()), state.max(setting.terminal()));
        format!("({x} {y})")
    };
    let named = visits.iter().map(|visits| model.state(&visits.state).map(swap));
    let involutions = vec![named.collect::<Result<Vec<_>, _>>().map_err(GoalError::from)?];
    let action = |pair: &usize| model.actions()[model.available().action(*pair).index()].to_owned();
    let coordinates: Vec<String> = model.states().iter().map(str::to_owned).collect();
    let n = visits.len();
    let certificate = Certificate {
        schema: CERTIFICATE_SCHEMA,
        theorem: Theorem::TrainingCompatible,
        rule: Rule::Optimal,
        n: n.to_string(),
        m: "1".into(),
        bound: format!("{n}/{}", n + 1),
        source: Some(Source {
            alternatives: Alternatives::Actions {
                state: name(setting.new_state()),
                prefer: setting.others().iter().map(action).collect(),
                over: setting.shutdown().iter().map(action).collect(),
            },
            horizon: Horizon::Discount(discount.exact().to_string()),
            model: RawValue::from_string(json::write(model, None, &Labels::default(), None))
                .expect("a model is written as JSON"),
        }),
        compatible: Some(Compatible {
            trained: training.trained().into_iter().map(name).collect(),
            all_actions: goals.reading() == Reading::AllActions,
            visits,
        }),
        permuted: coordinates.clone(),
        coordinates,
        a: Options::Basis { basis: "1".into() },
        b: Options::Basis { basis: n.to_string() },
        c: None,
        parts: Parts::default(),
        involutions,
        kept: Vec::new(),
        dominated_a: Vec::new(),
        dominated_c: Vec::new(),
    };
    verify(&certificate)?;
    Ok(certificate)
}

/// Either training reaches all states that are visited often enough, or none is.
fn without_visits(
    setting: &ShutdownSetting,
    exchangeable: &Exchangeable,
    retargeting: &Retargeting<'_>,
    goals: &GoalSet,
) -> Result<AvoidanceRefusal, GoalError> {
    let (model, discount) = (setting.model(), goals.discount());
    let name = |state: StateId| model.states()[state.index()].to_owned();
    let all = Retargeting::new(model, setting.new_state(), &[setting.terminal()])?;
    let blocked = all.effective(discount, Strictness::AtLeastOnce)?.states;
    if let Some(&state) = blocked.iter().find(|state| exchangeable.excluded.contains(state)) {
        return Ok(AvoidanceRefusal::Reached { state: name(state), way: exchangeable.reached.way(model, state) });
    }
    // Thresholds are exact, which takes long in large models.
    let thresholds =
        if retargeting.candidates().len() <= MOST_THRESHOLDS { retargeting.thresholds()? } else { Vec::new() };
    let number = |threshold: VisitThreshold| match threshold {
        VisitThreshold::Above(number) => Some(number),
        VisitThreshold::Never | VisitThreshold::Once => None,
    };
    let numbers = thresholds.into_iter().filter_map(|(state, threshold)| Some((number(threshold)?, state)));
    let closest = numbers.min().map(|(threshold, state)| (name(state), threshold.to_string()));
    Ok(AvoidanceRefusal::TooFewVisits { discount: discount.exact().to_string(), closest })
}

/// Up to so many states the nearest threshold is looked for.
const MOST_THRESHOLDS: usize = 200;
