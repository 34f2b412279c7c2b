//! What all solvers of the discounted criterion share: the problem with its operator and stopping rule, and the certificate.

use crate::action_elimination::RemainingPairs;
use crate::bellman::Bellman;
use crate::bounds::{GapWatch, StoppingRule, UNIT, allowance, residual_bounds};
use crate::tolerance::{reward_scale, value_scale};
use crate::{Observer, Progress, Solution, SolveError, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp};

/// A discounted problem with what was asked for.
pub(crate) struct Discounted<'a> {
    pub(crate) bellman: Bellman<'a>,
    pub(crate) discount: &'a Discount,
    pub(crate) rule: StoppingRule,
    tie_tolerance: f64,
    observer: &'a dyn Observer,
}

/// Whether a solver goes on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Continue,
    /// With the certificate of the last values.
    Stop(Termination, ValueBounds),
}

impl<'a> Discounted<'a> {
    /// Checks criterion, tolerances and magnitudes for the solver of this name.
    pub(crate) fn new(
        solver: &'static str,
        mdp: &'a Mdp,
        criterion: &'a Criterion,
        (tolerance, tie_tolerance): (Tolerance, Tolerance),
        observer: &'a dyn Observer,
    ) -> Result<Self, SolveError> {
        let Criterion::Discounted(discount) = criterion else {
            return Err(SolveError::UnsupportedCriterion { solver, criterion: criterion.clone() });
        };
        tolerance.check("tolerance")?;
        tie_tolerance.check("tie_tolerance")?;
        let scale = value_scale(mdp, criterion)?;
        let bellman = Bellman::new(mdp, discount);
        let rule = StoppingRule::new(&bellman, reward_scale(mdp.reward().values()), tolerance.absolute(scale));
        Ok(Discounted { bellman, discount, rule, tie_tolerance: tie_tolerance.absolute(scale), observer })
    }

    pub(crate) fn watch(&self) -> GapWatch {
        GapWatch::new(&self.rule)
    }

    /// Tells the observer and asks whether to go on.
    pub(crate) fn interrupted(&self, iterations: usize, gap: f64) -> bool {
        self.observer.progress(&Progress::new(iterations, gap, self.rule.target));
        self.observer.cancelled()
    }

    /// After a sweep whose values have an estimated gap: certifies when the estimate promises success, or when there is a
    /// reason to stop.
    pub(crate) fn check(
        &self,
        watch: &mut GapWatch,
        gap: f64,
        value: &[f64],
        max_iterations: usize,
        statistics: &mut Statistics,
    ) -> Next {
        let interrupted = self.interrupted(statistics.iterations, gap);
        let arrived = watch.arrived(gap, &self.rule);
        let exhausted = statistics.iterations >= max_iterations;
        if !(arrived || exhausted || interrupted) {
            return Next::Continue;
        }
        statistics.sweeps += 1;
        let bounds = self.bounds(value);
        if bounds.gap() <= self.rule.target {
            return Next::Stop(Termination::Converged, bounds);
        }
        match (interrupted, exhausted) {
            (true, _) => Next::Stop(Termination::Interrupted, bounds),
            (_, true) => Next::Stop(Termination::IterationLimit, bounds),
            _ if watch.tighten(gap, &self.rule) => Next::Continue,
            _ => Next::Stop(Termination::PrecisionLimit, bounds),
        }
    }

    /// True bounds from any vector. One sweep.
    pub(crate) fn bounds(&self, value: &[f64]) -> ValueBounds {
        residual_bounds(&self.bellman, self.discount, value)
    }

    /// Marks the optimal actions of a value between true bounds. `otherwise` is the status unless they are close enough.
    pub(crate) fn finish(&self, bounds: ValueBounds, otherwise: Termination, statistics: Statistics) -> Solution {
        self.finish_among(None, bounds, otherwise, statistics)
    }

    /// [`Discounted::finish`] where every pair that does not remain is suboptimal by more than [`Discounted::slack`].
    pub(crate) fn finish_among(
        &self,
        remaining: Option<&RemainingPairs<'_, '_>>,
        bounds: ValueBounds,
        otherwise: Termination,
        mut statistics: Statistics,
    ) -> Solution {
        let status = if bounds.gap() <= self.rule.target { Termination::Converged } else { otherwise };
        let remaining = remaining.filter(|_| status == Termination::Converged);
        let value = bounds.midpoint();
        let is_even = self.is_even(&bounds);
        // Bounds of uneven distance are judged by a pass of their own.
        let passes = if is_even { 1 } else { 2 };
        match remaining {
            Some(remaining) => statistics.backups += passes * remaining.contested(),
            None => statistics.sweeps += passes,
        }
        statistics.backups += statistics.sweeps * self.bellman.pair_count();
        let sure = if is_even { &value } else { &bounds.lower };
        let (optimal, best, tie_tolerance) = self.ties(remaining, &value, sure, bounds.gap());
        Solution { value, bounds, optimal, best, tie_tolerance, status, statistics }
    }

    /// Whether what is greedy in the middle of the bounds is greedy for the lower ones: they are a constant apart, and
    /// all actions keep the same mass.
    fn is_even(&self, bounds: &ValueBounds) -> bool {
        let (lightest, heaviest) = self.bellman.row_masses();
        let gap = bounds.gap();
        let both = || bounds.lower.iter().zip(&bounds.upper);
        let rounding =
            4.0 * UNIT * both().fold(0.0, |largest: f64, (lower, upper)| largest.max(lower.abs()).max(upper.abs()));
        heaviest - lightest <= 1e-9 && both().all(|(lower, upper)| upper - lower >= gap - 1e-7 * gap - rounding)
    }

    /// Marks the pairs whose action value is within the tie tolerance of the best. The tolerance is at least twice the
    /// error of an action value, so that no optimal action is missed. Of every state, the best action for the values
    /// `sure` too; of those that only rounding tells apart, the first.
    fn ties(
        &self,
        remaining: Option<&RemainingPairs<'_, '_>>,
        value: &[f64],
        sure: &[f64],
        gap: f64,
    ) -> (Vec<bool>, Vec<u32>, f64) {
        let bellman = &self.bellman;
        let magnitude = (0..bellman.states())
            .flat_map(|state| bellman.pairs(state).map(move |pair| bellman.reward(state, pair)))
            .chain(value.iter().copied())
            .fold(0.0, |largest: f64, x| largest.max(x.abs()));
        let (tolerance, _) = self.tolerance_of_ties(gap, magnitude);
        let mut optimal = vec![false; bellman.pair_count()];
        let mut best = Vec::with_capacity(bellman.states());
        let mut action_values = Vec::new();
        let own_pass = !std::ptr::eq(value, sure);
        for state in 0..bellman.states() {
            let all = bellman.pairs(state);
            let some = remaining.map(|remaining| remaining.pairs(state));
            if let Some(&[only]) = some {
                optimal[only as usize] = true;
                best.push(only);
                continue;
            }
            let pairs = || {
                (0..some.map_or(all.len(), <[u32]>::len))
                    .map(|index| some.map_or(all.start + index, |some| some[index] as usize))
            };
            let most = back_up(bellman, state, pairs(), value, &mut action_values);
            for (pair, &q) in pairs().zip(&action_values) {
                optimal[pair] = q >= most - tolerance;
            }
            let most = if own_pass { back_up(bellman, state, pairs(), sure, &mut action_values) } else { most };
            let alike = most - 4.0 * UNIT * magnitude;
            let first = pairs().zip(&action_values).find(|&(_, &q)| q >= alike);
            best.push(first.map_or(all.start, |(pair, _)| pair) as u32);
        }
        (optimal, best, tolerance)
    }

    /// The distance from the best within which an action value of values with this gap counts as tied, and what rounding
    /// contributes to it.
    fn tolerance_of_ties(&self, gap: f64, magnitude: f64) -> (f64, f64) {
        let (_, mass) = self.bellman.row_masses();
        let rounding = 8.0 * allowance(self.bellman.longest_row()) * magnitude;
        (self.tie_tolerance.max(1.000_001 * self.bellman.discount * mass * gap + rounding), rounding)
    }

    /// A pair that is worse than optimal by more than this does not count as tied once the bounds are as close as asked: it
    /// is farther from the best by the errors of two action values than the tie tolerance.
    pub(crate) fn slack(&self) -> f64 {
        let (tolerance, rounding) = self.tolerance_of_ties(self.rule.target, self.rule.magnitude());
        2.0 * (tolerance + rounding)
    }
}

/// The action values of pairs of a state, and the largest.
fn back_up(
    bellman: &Bellman<'_>,
    state: usize,
    pairs: impl Iterator<Item = usize>,
    value: &[f64],
    action_values: &mut Vec<f64>,
) -> f64 {
    action_values.clear();
    action_values.extend(pairs.map(|pair| bellman.action_value(state, pair, value)));
    action_values.iter().fold(f64::NEG_INFINITY, |most: f64, &q| most.max(q))
}

/// Turns any vector into a solution of the discounted criterion: bounds from its Bellman residual, optimal actions within
/// the tie tolerance, and the status [`Termination::Converged`] if the bounds are as close as `tolerance`, else `otherwise`.
///
/// This is how a solver of your own ends: nothing it computed has to be believed. Two sweeps of $`O(\mathrm{nnz})`$.
///
/// # Errors
///
/// [`SolveError::UnsupportedCriterion`] unless the criterion is discounted, [`SolveError::Tolerance`],
/// [`SolveError::Overflow`], [`SolveError::Length`] for a vector that does not have one entry per state.
pub fn certify(
    mdp: &Mdp,
    criterion: &Criterion,
    value: &[f64],
    (tolerance, tie_tolerance): (Tolerance, Tolerance),
    otherwise: Termination,
    statistics: Statistics,
) -> Result<Solution, SolveError> {
    let problem = Discounted::new(statistics.solver, mdp, criterion, (tolerance, tie_tolerance), &())?;
    let expected = problem.bellman.states();
    if value.len() != expected {
        return Err(SolveError::Length { what: "the value", expected, actual: value.len() });
    }
    let statistics = Statistics { sweeps: statistics.sweeps + 1, ..statistics };
    Ok(problem.finish(problem.bounds(value), otherwise, statistics))
}
