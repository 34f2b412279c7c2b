//! What compatible goals do in a new state: how likely each of its actions is optimal.

use crate::restriction::Restriction;
use crate::setting::{Reached, marks};
use crate::{
    BlockReport, Feasibility, Form, GoalBounds, GoalError, GoalSampler, GoalSet, SamplerSettings, SamplingMethod,
    ShutdownSetting,
};
use dunamis_mdp::{Rational, StateId};
use dunamis_power::{
    ActionProbability, Observer, Optimality, OptimalityProbability, ProbabilityMethod, ProbabilitySettings,
    ProbabilityWarrant, estimate_optimality_probability, optimality_probability,
};
use dunamis_sampling::{RewardDistribution, Seed};
use num_traits::{One, Signed, Zero};

/// How predictions are made.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionSettings {
    /// Exact where training leaves the rewards of the future alone, or sampled.
    pub method: ProbabilityMethod,
    /// Number of goals drawn.
    pub samples: u64,
    /// Seed of their streams.
    pub seed: Seed,
    /// Level of confidence of each interval.
    pub confidence: f64,
    /// How goals are drawn.
    pub sampler: SamplerSettings,
}

impl Default for PredictionSettings {
    fn default() -> Self {
        PredictionSettings {
            method: ProbabilityMethod::Auto,
            samples: 10_000,
            seed: Seed::new(0),
            confidence: 0.99,
            sampler: SamplerSettings::default(),
        }
    }
}

/// How likely each action of a state is optimal for a goal that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// One entry for each class of actions that lead to the same states with the same probabilities.
    pub actions: Vec<ActionProbability>,
    /// Exact or sampled.
    pub warrant: ProbabilityWarrant,
    /// How goals were drawn; empty for exact answers and laws of one's own.
    pub blocks: Vec<BlockReport>,
}

/// A probability, exact or between bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum Chance {
    /// Exact.
    Exact(Rational),
    /// An interval with the confidence of the prediction.
    Between(f64, f64),
}

impl Prediction {
    fn of(answer: OptimalityProbability, blocks: Vec<BlockReport>) -> Self {
        Prediction { actions: answer.actions, warrant: answer.warrant, blocks }
    }

    /// The probability that a pair is optimal.
    pub fn of_pair(&self, pair: usize) -> Option<Chance> {
        let action = self.actions.iter().find(|action| action.pairs.contains(&pair))?;
        match (&action.probability, action.interval) {
            (Some(exact), _) => Some(Chance::Exact(exact.clone())),
            (None, Some((low, high))) => Some(Chance::Between(low, high)),
            (None, None) => None,
        }
    }

    /// The probability that shutdown is not optimal. Goals for which it ties with something else have none under laws with a
    /// density.
    pub fn avoidance(&self, setting: &ShutdownSetting) -> Option<Chance> {
        Some(match self.of_pair(*setting.shutdown().first()?)? {
            Chance::Exact(shutdown) => Chance::Exact(Rational::one() - shutdown),
            Chance::Between(low, high) => {
                Chance::Between((1.0 - high).next_down().max(0.0), (1.0 - low).next_up().min(1.0))
            }
        })
    }
}

/// How likely each action of a state is optimal for a goal that is uniform among the compatible ones.
///
/// Where no constraint is on rewards that can be reached from the state and these are between 0 and one number, they are independent
/// and uniform, whatever was trained: then there may be an exact answer, and if not, only they are drawn. Otherwise whole goals are
/// drawn.
///
/// # Errors
///
/// As for [`GoalSampler::new`] and [`estimate_optimality_probability`]; with [`ProbabilityMethod::Exact`],
/// [`GoalError::Coupled`] where training matters, or why there is no exact answer.
pub fn predict(
    goals: &GoalSet,
    state: StateId,
    settings: &PredictionSettings,
    observer: &dyn Observer,
) -> Result<Prediction, GoalError> {
    match Future::new(goals, state) {
        Ok(future) => future.predict(goals, settings, observer),
        Err(error @ GoalError::Coupled { .. }) if settings.method == ProbabilityMethod::Exact => Err(error),
        Err(GoalError::Coupled { .. }) => {
            let sampler = GoalSampler::new(goals, &settings.sampler)?;
            let mut prediction = predict_with(&sampler, goals, state, settings, observer)?;
            prediction.blocks = sampler.report();
            Ok(prediction)
        }
        Err(error) => Err(error),
    }
}

/// The same for a law of one's own, whose goals need not be compatible with anything.
///
/// # Errors
///
/// As for [`estimate_optimality_probability`].
pub fn predict_with(
    law: &dyn RewardDistribution,
    goals: &GoalSet,
    state: StateId,
    settings: &PredictionSettings,
    observer: &dyn Observer,
) -> Result<Prediction, GoalError> {
    let optimality = Optimality::Discounted(goals.discount().clone());
    let &PredictionSettings { samples, seed, confidence, .. } = settings;
    let answer =
        estimate_optimality_probability(goals.model(), state, &optimality, law, samples, seed, confidence, observer)?;
    Ok(Prediction::of(answer, Vec::new()))
}

/// What can be reached from a state, where rewards are independent and uniform between 0 and one number: only their order matters.
struct Future {
    part: Restriction,
    state: StateId,
}

impl Future {
    /// [`GoalError::Coupled`] where rewards are anything else.
    fn new(goals: &GoalSet, state: StateId) -> Result<Self, GoalError> {
        let model = goals.model();
        let coupled = |reason: &str| Err(GoalError::Coupled { reason: reason.into() });
        let GoalBounds::Box { low, high } = goals.bounds() else {
            return coupled("rewards are not between 0 and a number");
        };
        if goals.form() != Form::Polyhedron {
            return coupled("not all constraints of training are known");
        }
        marks(model, &[state])?;
        let reached = Reached::new(model, &[state], |_| true);
        let ahead: Vec<usize> = (0..low.len()).filter(|&k| reached.marks()[k]).collect();
        if ahead.iter().any(|&k| !low[k].is_zero() || !high[k].is_positive() || high[k] != high[ahead[0]]) {
            return coupled("rewards are not all between 0 and the same number");
        }
        if goals.rows().iter().any(|row| ahead.iter().any(|&k| !row.coefficients[k].is_zero())) {
            return coupled("training constrains rewards that can be reached from the state");
        }
        match goals.feasibility()? {
            (Feasibility::Room(_), _) => {}
            (Feasibility::Thin(why), rows) => return Err(GoalError::ThinGoals { reason: why.describe(goals, &rows) }),
            (Feasibility::Empty(why), rows) => return Err(GoalError::NoGoals { reason: why.describe(goals, &rows) }),
        }
        let part = Restriction::new(model, |state| reached.marks()[state.index()], |_| true)?;
        let place = part.states.binary_search(&state).unwrap_or_default();
        Ok(Future { part, state: StateId::new(place) })
    }

    fn predict(
        self,
        goals: &GoalSet,
        settings: &PredictionSettings,
        observer: &dyn Observer,
    ) -> Result<Prediction, GoalError> {
        let &PredictionSettings { method, samples, seed, confidence, .. } = settings;
        let settings = ProbabilitySettings { method, samples, seed, confidence, ..ProbabilitySettings::default() };
        let optimality = Optimality::Discounted(goals.discount().clone());
        let Restriction { model, states, pairs } = self.part;
        let mut answer = optimality_probability(&model, self.state, &optimality, &settings, observer)?;
        for pair in answer.actions.iter_mut().flat_map(|action| &mut action.pairs) {
            *pair = pairs[*pair];
        }
        let drawn = matches!(answer.warrant, ProbabilityWarrant::Sampled { .. });
        let coordinates = states.iter().map(|state| state.index()).collect();
        let blocks = drawn.then_some(BlockReport { coordinates, method: SamplingMethod::Free });
        Ok(Prediction::of(answer, blocks.into_iter().collect()))
    }
}
