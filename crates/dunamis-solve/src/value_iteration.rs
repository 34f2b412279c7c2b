//! Value iteration: repeated Bellman backups, $`V \leftarrow TV`$.
//!
//! With $`d = TV - V`$ of a Jacobi sweep, $`V^*`$ lies between $`TV + \frac{\gamma}{1-\gamma}\min d`$ and
//! $`TV + \frac{\gamma}{1-\gamma}\max d`$ `[MacQueen 1966; Porteus 1971]` (with row masses where rows leak, see
//! [`crate::bellman_bounds`]). Gauss–Seidel sweeps use new values at once and alternate their direction; they have no such
//! bounds, so every eighth sweep is a Jacobi sweep, after which all values are shifted to the lower bound. From there on $`V \le TV`$, so
//! later shifts only go up and every sweep keeps the order. (A shift to the middle would not: where play is periodic the
//! bounds are far wider than the error, and the middle may be further off than the value.)
//!
//! With [`ValueIteration::action_elimination`] every Jacobi sweep also drops the actions that its bounds prove suboptimal
//! `[MacQueen 1967; Puterman 1994, §6.7]`; later sweeps are as much cheaper as fewer pairs are left.
//!
//! **Stopping rule.** The gap of those bounds, never the change between sweeps; then a certificate with all rounding.
//! **Complexity.** $`O(\mathrm{nnz})`$ per sweep; the gap shrinks at least by $`\gamma`$ per Jacobi sweep, and by the
//! subdominant modulus of the optimal chain where that is smaller `[Puterman 1994, §6.6.3]`.

use crate::action_elimination::RemainingPairs;
use crate::bellman::{Bellman, Span};
use crate::discounted::{Discounted, Next};
use crate::{Observer, Solution, SolveError, Solver, Statistics, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Gauss–Seidel sweeps between two Jacobi sweeps.
const SWEEPS_BETWEEN_CHECKS: usize = 7;

/// The order of backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sweep {
    /// Every backup of a sweep sees the values of the sweep before.
    #[default]
    Jacobi,
    /// Every backup sees the newest values; sweeps go forwards and backwards in turn.
    GaussSeidel,
}

/// Settings of value iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValueIteration {
    /// The order of backups.
    pub sweep: Sweep,
    /// Whether pairs that are proved suboptimal are dropped: [`Statistics::eliminated`] of them.
    pub action_elimination: bool,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps.
    pub max_iterations: usize,
}

impl Default for ValueIteration {
    fn default() -> Self {
        ValueIteration {
            sweep: Sweep::Jacobi,
            action_elimination: false,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for ValueIteration {
    fn name(&self) -> &'static str {
        "value-iteration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let bellman = &problem.bellman;
        let mut watch = problem.watch();
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut backed_up = value.clone();
        let mut remaining = self.action_elimination.then(|| RemainingPairs::new(bellman, problem.discount));
        loop {
            let residual = if let Some(remaining) = &mut remaining {
                statistics.backups += remaining.len();
                let mut residual = Span::EMPTY;
                remaining.sweep(&value, |state, best, _| {
                    backed_up[state] = best;
                    residual.add(best - value[state]);
                });
                statistics.eliminated += remaining.eliminate(&value, &backed_up, residual, problem.slack());
                residual
            } else {
                statistics.sweeps += 1;
                jacobi(bellman, &value, &mut backed_up)
            };
            std::mem::swap(&mut value, &mut backed_up);
            statistics.iterations += 1;
            let (low, high) = problem.rule.shifts(residual);
            let next = problem.check(&mut watch, high - low, &value, self.max_iterations, &mut statistics);
            if let Next::Stop(status, bounds) = next {
                return Ok(problem.finish_among(remaining.as_ref(), bounds, status, statistics));
            }
            if self.sweep == Sweep::GaussSeidel {
                for v in &mut value {
                    *v += low;
                }
                let count = SWEEPS_BETWEEN_CHECKS.min(self.max_iterations - statistics.iterations);
                for sweep in 0..count {
                    for state in order(value.len(), sweep) {
                        match &remaining {
                            Some(remaining) => remaining.back_up(state, &mut value),
                            None => value[state] = bellman.best(state, &value),
                        }
                    }
                }
                statistics.iterations += count;
                match &remaining {
                    Some(remaining) => statistics.backups += count * remaining.len(),
                    None => statistics.sweeps += count,
                }
            }
        }
    }
}

/// The states in the order of a sweep: forwards and backwards in turn, so that paths of either direction are followed fast.
pub(crate) fn order(states: usize, sweep: usize) -> impl Iterator<Item = usize> {
    (0..states).map(move |step| if sweep.is_multiple_of(2) { step } else { states - 1 - step })
}

/// One Jacobi sweep, and the span of its residual.
pub(crate) fn jacobi(bellman: &Bellman<'_>, value: &[f64], backed_up: &mut [f64]) -> Span {
    let mut residual = Span::EMPTY;
    bellman.sweep(value, |state, best, _| {
        backed_up[state] = best;
        residual.add(best - value[state]);
    });
    residual
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Termination;
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    /// A corridor whose last state pays 1 for ever.
    fn corridor(states: usize) -> Mdp {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..states {
            builder.transition(ids[s], "on", ids[(s + 1).min(states - 1)], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..states).map(|s| f64::from(s + 1 == states))).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    #[test]
    fn both_orders_find_the_geometric_series() {
        let mdp = corridor(30);
        let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
        let [jacobi, gauss_seidel] = [Sweep::Jacobi, Sweep::GaussSeidel]
            .map(|sweep| ValueIteration { sweep, ..ValueIteration::default() }.solve(&mdp, &criterion).unwrap());
        for solution in [&jacobi, &gauss_seidel] {
            assert_eq!(solution.status, Termination::Converged);
            for (state, value) in solution.value.iter().enumerate() {
                assert!((value - 0.9_f64.powi(29 - state as i32) * 10.0).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn eliminated_actions_save_backups_and_change_nothing_else() {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..20).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..20 {
            for action in 0..6 {
                let (name, next) = (format!("a{action}"), s * action + 1);
                builder.transition(ids[s], &name, ids[next % 20], 0.5).unwrap();
                builder.transition(ids[s], &name, ids[(next + 1 + action) % 20], 0.5).unwrap();
            }
        }
        let model = builder.build().unwrap();
        let reward = Reward::state_action(&model, (0..120).map(|pair| f64::from(pair * pair % 31))).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let criterion: Criterion = "0.95".parse::<Discount>().unwrap().into();
        for sweep in [Sweep::Jacobi, Sweep::GaussSeidel] {
            let [all, fewer] = [false, true].map(|action_elimination| {
                let solver = ValueIteration { sweep, action_elimination, ..ValueIteration::default() };
                solver.solve(&mdp, &criterion).unwrap()
            });
            assert_eq!((all.status, all.statistics.eliminated), (Termination::Converged, 0));
            // The sweeps themselves are the same: what is dropped was never the best.
            assert_eq!((&fewer.bounds, &fewer.optimal), (&all.bounds, &all.optimal));
            assert_eq!(fewer.statistics.iterations, all.statistics.iterations);
            let suboptimal = all.optimal.iter().filter(|&&optimal| !optimal).count();
            assert!(fewer.statistics.eliminated <= suboptimal && 2 * fewer.statistics.eliminated > suboptimal);
            assert!(3 * fewer.statistics.backups < 2 * all.statistics.backups, "{:?}", fewer.statistics);
        }
    }

    #[test]
    fn bad_settings_are_refused() {
        let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
        let solver = ValueIteration { tie_tolerance: Tolerance::Relative(f64::NAN), ..ValueIteration::default() };
        let refused = solver.solve(&corridor(2), &criterion).unwrap_err();
        assert!(matches!(refused, SolveError::Tolerance { name: "tie_tolerance", .. }));
    }
}
