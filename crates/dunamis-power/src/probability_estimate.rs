//! How likely each action is optimal, from sampled rewards.
//!
//! Solvers tell the best action of a sample within true bounds. Where actions are closer than that, the sample is decided in
//! exact arithmetic, for the rewards are dyadic numbers; so no tie is overlooked and none invented.

use crate::ledger::Bytes;
use crate::optimality_probability::{
    ActionProbability, Optimality, OptimalityProbability, ProbabilitySettings, ProbabilityWarrant,
};
use crate::option_graph::{ActionClass, classes};
use crate::single_agent::check;
use crate::stream::{Observer, Sum, sum_over_samples};
use crate::tiles::{RewardTile, tiles};
use crate::{PowerError, Sampling};
use dunamis_mdp::{Criterion, Discount, Mdp, Rational, Reward, StateId, TransitionModel};
use dunamis_sampling::{Beta, Confidence, IndependentRewards, Interval, Marginal, RewardDistribution, Seed};
use dunamis_solve::{
    AverageReward, BatchSolver, BatchWorkspace, Sensitivity, SolveError, Solver, TileSolution, solve_exact,
    solve_sensitive,
};
use num_traits::Zero;
use std::ops::Range;
use std::sync::Arc;

/// Values closer than this part of the largest one are compared exactly.
const CLOSE: f64 = 1e-9;

/// In how many samples each class of actions was optimal.
struct Counts(Vec<u64>);

impl Sum for Counts {
    fn merge(&mut self, _: u64, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }

    /// Counts have intervals instead.
    fn largest_std_error(&self) -> f64 {
        f64::NAN
    }

    fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        self.0.iter_mut().try_for_each(|count| bytes.count(count))
    }
}

pub(crate) fn sampled(
    model: &Arc<TransitionModel>,
    state: StateId,
    optimality: &Optimality,
    settings: &ProbabilitySettings,
    refusal: Option<String>,
    observer: &dyn Observer,
) -> Result<OptimalityProbability, PowerError> {
    let &ProbabilitySettings { exponent, samples, seed, confidence, .. } = settings;
    let marginal = match exponent.get() {
        1 => Marginal::UNIT,
        k => Marginal::Beta(Beta::new(f64::from(k), 1.0)?),
    };
    let law = IndependentRewards::identical(model.states().len(), marginal)?;
    let mut estimate =
        estimate_optimality_probability(model, state, optimality, &law, samples, seed, confidence, observer)?;
    if let ProbabilityWarrant::Sampled { refusal: reason, .. } = &mut estimate.warrant {
        *reason = refusal;
    }
    Ok(estimate)
}

/// The probability that each action of a state is optimal `[Turner et al. 2021, Def. 4.4]`, for rewards of any law, from samples:
/// an interval of Clopper and Pearson for each class of equivalent actions. Samples whose values are too close to tell are
/// solved exactly.
///
/// # Errors
///
/// [`PowerError::NoSamples`], [`PowerError::Confidence`] for a level that is none, [`PowerError::States`] for a law over another
/// number of states, [`PowerError::Cancelled`], and what the solvers return.
#[expect(clippy::too_many_arguments, reason = "a law in place of the settings that would name one")]
pub fn estimate_optimality_probability(
    model: &Arc<TransitionModel>,
    state: StateId,
    optimality: &Optimality,
    law: &dyn RewardDistribution,
    samples: u64,
    seed: Seed,
    confidence: f64,
    observer: &dyn Observer,
) -> Result<OptimalityProbability, PowerError> {
    let sampling = Sampling::new(samples, seed);
    sampling.check()?;
    let states = check(model, law)?;
    let level = Confidence::new(confidence).ok_or(PowerError::Confidence { confidence })?;
    if state.index() >= states {
        return Err(SolveError::StateOutOfRange { state: state.index(), states }.into());
    }
    let sampler = Sampler::new(model, state, optimality)?;
    let actions = sampler.classes.len();
    let add = |counts: &mut Counts, scratch: &mut Scratch, chunk: Range<u64>| {
        for (first, lanes) in tiles(chunk) {
            for (lane, rewards) in scratch.tile.vectors.iter_mut().enumerate() {
                law.sample(&mut seed.stream(first + lane as u64), rewards)?;
            }
            sampler.count(counts, scratch, first, lanes)?;
        }
        Ok(())
    };
    let empty = || Counts(vec![0; actions]);
    let (counts, _) = sum_over_samples(&sampling, observer, empty, || Scratch::new(states), add)?;
    let interval = |count| {
        let Interval { low, high } = Interval::clopper_pearson(count, samples, level);
        (low, high)
    };
    let entry = |(class, count): (ActionClass, u64)| ActionProbability {
        pairs: class.pairs,
        probability: None,
        interval: Some(interval(count)),
    };
    let actions = classes(model, state.index()).into_iter().zip(counts.0).map(entry).collect();
    let warrant = ProbabilityWarrant::Sampled { samples, seed, confidence, refusal: None };
    Ok(OptimalityProbability { actions, warrant })
}

struct Scratch {
    tile: RewardTile,
    solution: TileSolution,
    workspace: BatchWorkspace,
}

impl Scratch {
    fn new(states: usize) -> Self {
        Scratch {
            tile: RewardTile::new(states),
            solution: TileSolution::default(),
            workspace: BatchWorkspace::default(),
        }
    }
}

/// A model ready for samples.
struct Sampler<'a> {
    model: &'a Arc<TransitionModel>,
    state: StateId,
    classes: Vec<ActionClass>,
    how: How<'a>,
}

enum How<'a> {
    /// The next reward decides.
    Greedy,
    Discounted(&'a Discount, BatchSolver),
    Blackwell,
    /// One model for each class, in which the state has no other action.
    Average(Vec<Arc<TransitionModel>>),
}

impl<'a> Sampler<'a> {
    fn new(model: &'a Arc<TransitionModel>, state: StateId, optimality: &'a Optimality) -> Result<Self, PowerError> {
        let classes = classes(model, state.index());
        let how = match optimality {
            Optimality::Discounted(discount) if discount.exact().is_zero() => How::Greedy,
            Optimality::Discounted(discount) => {
                How::Discounted(discount, BatchSolver::new(Arc::clone(model), discount))
            }
            Optimality::Blackwell => How::Blackwell,
            Optimality::Average => {
                let restricted = classes.iter().map(|class| Ok(Arc::new(restricted(model, state, class.pairs[0])?)));
                How::Average(restricted.collect::<Result<_, PowerError>>()?)
            }
        };
        Ok(Sampler { model, state, classes, how })
    }

    /// Counts the optimal classes of a filled tile.
    fn count(&self, counts: &mut Counts, scratch: &mut Scratch, first: u64, lanes: usize) -> Result<(), PowerError> {
        scratch.tile.transpose(first)?;
        if let How::Discounted(_, solver) = &self.how {
            solver.solve_tile(&scratch.tile.columns, &mut scratch.solution, &mut scratch.workspace);
        }
        for lane in 0..lanes {
            let rewards = &scratch.tile.vectors[lane];
            let best = match &self.how {
                How::Greedy => {
                    let close = self.closest(|next| rewards[next], 0.0);
                    largest(close, |class| Ok(self.expected(class, rewards)))?
                }
                How::Discounted(discount, _) => {
                    let error = scratch.solution.error[lane];
                    let close = self.closest(|next| scratch.solution.value[next][lane], error);
                    self.best_discounted(close, rewards, discount)?
                }
                How::Blackwell => {
                    let solution = solve_sensitive(&mdp(self.model, rewards)?, Sensitivity::Blackwell)?;
                    let pair = solution.policy.pairs()[self.state.index()] as usize;
                    (0..self.classes.len()).filter(|&class| self.classes[class].pairs.contains(&pair)).collect()
                }
                How::Average(models) => self.best_average(models, rewards)?,
            };
            for class in best {
                counts.0[class] += 1;
            }
        }
        Ok(())
    }

    /// Classes whose expected next value may be the largest.
    fn closest(&self, value: impl Fn(usize) -> f64, error: f64) -> Vec<usize> {
        let expected = |class: &ActionClass| {
            let (next, probability) = self.model.row(class.pairs[0]);
            next.iter().zip(probability).map(|(&next, p)| p * value(next as usize)).sum::<f64>()
        };
        let values: Vec<(f64, f64)> = self.classes.iter().map(|class| (expected(class), error)).collect();
        within_bounds(&values)
    }

    fn best_discounted(
        &self,
        close: Vec<usize>,
        rewards: &[f64],
        discount: &Discount,
    ) -> Result<Vec<usize>, PowerError> {
        if close.len() < 2 {
            return Ok(close);
        }
        let solution = solve_exact(&mdp(self.model, rewards)?, &Criterion::Discounted(discount.clone()))?;
        Ok(close.into_iter().filter(|&class| solution.optimal[self.classes[class].pairs[0]]).collect())
    }

    fn best_average(&self, models: &[Arc<TransitionModel>], rewards: &[f64]) -> Result<Vec<usize>, PowerError> {
        let gain = |model: &Arc<TransitionModel>| {
            let solution = AverageReward::default().solve(&mdp(model, rewards)?, &Criterion::Average)?;
            Ok((solution.value[self.state.index()], solution.gap()))
        };
        let gains: Vec<(f64, f64)> = models.iter().map(gain).collect::<Result<_, PowerError>>()?;
        largest(within_bounds(&gains), |class| {
            let solution = solve_sensitive(&mdp(&models[class], rewards)?, Sensitivity::Average)?;
            Ok(solution.expansion.gain[self.state.index()].clone())
        })
    }

    /// The exact expected reward of the next state.
    fn expected(&self, class: usize, rewards: &[f64]) -> Rational {
        let term = |(next, p): &(usize, Rational)| p * Rational::from_float(rewards[*next]).unwrap_or_default();
        self.classes[class].row.iter().map(term).sum()
    }
}

fn mdp(model: &Arc<TransitionModel>, rewards: &[f64]) -> Result<Mdp, PowerError> {
    Ok(Mdp::new(Arc::clone(model), Reward::state(model, rewards.iter().copied())?)?)
}

/// The classes among `close` with the largest exact value.
fn largest(close: Vec<usize>, exact: impl Fn(usize) -> Result<Rational, PowerError>) -> Result<Vec<usize>, PowerError> {
    if close.len() < 2 {
        return Ok(close);
    }
    let values: Vec<Rational> = close.iter().map(|&class| exact(class)).collect::<Result<_, _>>()?;
    let largest = values.iter().max().cloned().unwrap_or_default();
    Ok(close.into_iter().zip(values).filter(|(_, value)| *value == largest).map(|(class, _)| class).collect())
}

/// Positions of the values, each with a bound on its error, that may be the largest.
fn within_bounds(values: &[(f64, f64)]) -> Vec<usize> {
    let slack = CLOSE * values.iter().fold(0.0, |size: f64, (value, _)| size.max(value.abs()));
    let floor = values.iter().map(|(value, error)| value - error).fold(f64::NEG_INFINITY, f64::max) - slack;
    (0..values.len()).filter(|&k| values[k].0 + values[k].1 >= floor).collect()
}

/// The model in which a state has one of its actions only.
fn restricted(model: &TransitionModel, state: StateId, only: usize) -> Result<TransitionModel, PowerError> {
    let mut builder = TransitionModel::builder();
    for state in model.state_ids() {
        builder.state(&model.states()[state.index()])?;
    }
    for from in model.state_ids() {
        for pair in model.available().pairs(from).filter(|&pair| from != state || pair == only) {
            let action = &model.actions()[model.available().action(pair).index()];
            for (next, probability) in model.number_row(pair) {
                builder.transition(from, action, StateId::new(next), probability)?;
            }
            if let Some(leak) = model.leak_number(pair) {
                builder.leak(from, action, leak)?;
            }
        }
    }
    Ok(builder.build()?)
}
