//! Value iteration with Anderson acceleration and a safeguard, `[Geist & Scherrer 2018; Zhang, O'Donoghue & Boyd 2020]`.
//!
//! Where chains mix slowly the residuals $`f_i = TV_i - V_i`$ of successive sweeps are nearly multiples of each other, and a
//! combination of them is much smaller. From the last few sweeps take
//!
//! ```math
//! V = \sum_i \alpha_i\, TV_i, \qquad \alpha = \arg\min_{\sum_i \alpha_i = 1} \Bigl\lVert \sum_i \alpha_i f_i \Bigr\rVert_2,
//! ```
//!
//! with the means of the $`f_i`$ taken out unless rows leak, since the bounds put a constant error back. The minimum is that
//! of regularized normal equations in the differences of the residuals from the newest.
//!
//! **Safeguard.** $`T`$ is only piecewise affine, so the combination may be anything. It is backed up, and kept only if its
//! residual is no larger than what a plain step guarantees, $`\gamma`$ times the last residual (measured by its span, or where rows leak
//! by its largest entry, in which $`T`$ contracts). Otherwise the plain step is taken, what is remembered is
//! forgotten, and after every further refusal in a row the next attempt waits twice as long. Hence every residual but those
//! of refused points is at most $`\gamma`$ times the one before, as in value iteration.
//!
//! **Stopping rule.** The gap of the MacQueen–Porteus bounds, as for [`crate::ValueIteration`]; then a certificate.
//! **Complexity.** One sweep per iteration, $`O(\mathrm{nnz} + k^2 |S|)`$ with $`k`$ the depth, and $`2 (k + 1)`$ vectors of
//! memory.

use crate::bellman::Span;
use crate::discounted::{Discounted, Next};
use crate::linear::LinearSystem;
use crate::value_iteration::jacobi;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Weight of the regularization, relative to the largest entry of the normal equations.
const REGULARIZATION: f64 = 1e-14;
/// Most plain steps between two attempts.
const LONGEST_WAIT: usize = 64;

/// Settings of Anderson acceleration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AndersonAcceleration {
    /// Number of earlier sweeps that are combined with the last one; 0 is value iteration.
    pub depth: usize,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps.
    pub max_iterations: usize,
}

impl Default for AndersonAcceleration {
    fn default() -> Self {
        AndersonAcceleration {
            depth: 5,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for AndersonAcceleration {
    fn name(&self) -> &'static str {
        "anderson-acceleration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let (bellman, rule) = (&problem.bellman, &problem.rule);
        let size = |residual: Span| if rule.is_uniform() { residual.width() } else { residual.largest() };
        let guaranteed = 1.0 - rule.complement();
        let mut watch = problem.watch();
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let [mut backed_up, mut mixed, mut mixed_backed_up] = [value.clone(), value.clone(), value.clone()];
        let mut history = History::new(self.depth, rule.is_uniform());
        // Plain steps to go before the next attempt, and after the next refusal.
        let (mut wait, mut penalty) = (0, 1);
        let mut residual = jacobi(bellman, &value, &mut backed_up);
        let count = |statistics: &mut Statistics| {
            statistics.iterations += 1;
            statistics.sweeps += 1;
        };
        count(&mut statistics);
        loop {
            let (low, high) = rule.shifts(residual);
            let next = problem.check(&mut watch, high - low, &backed_up, self.max_iterations, &mut statistics);
            if let Next::Stop(status, bounds) = next {
                return Ok(problem.finish(bounds, status, statistics));
            }
            history.push(&value, &backed_up);
            let last = statistics.iterations + 1 >= self.max_iterations;
            if wait == 0 && !last && history.mix(&mut mixed) {
                let mixed_residual = jacobi(bellman, &mixed, &mut mixed_backed_up);
                count(&mut statistics);
                if size(mixed_residual) <= guaranteed * size(residual) {
                    std::mem::swap(&mut value, &mut mixed);
                    std::mem::swap(&mut backed_up, &mut mixed_backed_up);
                    residual = mixed_residual;
                    penalty = 1;
                    continue;
                }
                history.sweeps.clear();
                (wait, penalty) = (penalty, LONGEST_WAIT.min(2 * penalty));
            }
            wait = wait.saturating_sub(1);
            std::mem::swap(&mut value, &mut backed_up);
            residual = jacobi(bellman, &value, &mut backed_up);
            count(&mut statistics);
        }
    }
}

/// The last sweeps.
struct History {
    depth: usize,
    centered: bool,
    /// Backed up values and residuals, the newest last.
    sweeps: VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl History {
    fn new(depth: usize, centered: bool) -> Self {
        History { depth, centered, sweeps: VecDeque::new() }
    }

    /// Remembers a sweep; what is too old is forgotten.
    fn push(&mut self, value: &[f64], backed_up: &[f64]) {
        if self.depth == 0 {
            return;
        }
        let old = if self.sweeps.len() > self.depth { self.sweeps.pop_front() } else { None };
        let (mut after, mut residual) = old.unwrap_or_default();
        after.clear();
        after.extend_from_slice(backed_up);
        residual.clear();
        residual.extend(backed_up.iter().zip(value).map(|(new, old)| new - old));
        if self.centered {
            let mean = residual.iter().sum::<f64>() / residual.len() as f64;
            for entry in &mut residual {
                *entry -= mean;
            }
        }
        self.sweeps.push_back((after, residual));
    }

    /// The combination of the backed up values whose combined residual is smallest; `false` if there is none.
    fn mix(&self, mixed: &mut [f64]) -> bool {
        let Some((newest, newest_residual)) = self.sweeps.back() else { return false };
        let older = self.sweeps.len() - 1;
        // Squares of tiny or huge residuals must stay in range.
        let scale = newest_residual.iter().fold(0.0, |most: f64, f| most.max(f.abs())).recip();
        if older == 0 || !scale.is_finite() {
            return false;
        }
        let differences: Vec<Vec<f64>> = self
            .sweeps
            .iter()
            .take(older)
            .map(|(_, residual)| residual.iter().zip(newest_residual).map(|(old, new)| (old - new) * scale).collect())
            .collect();
        let dot = |a: &[f64], b: &[f64], scale: f64| a.iter().zip(b).map(|(x, y)| x * (y * scale)).sum::<f64>();
        let mut system = LinearSystem { entries: Vec::new(), right: Vec::new() };
        let mut largest: f64 = 0.0;
        for (row, difference) in differences.iter().enumerate() {
            for (column, other) in differences.iter().enumerate().take(row + 1) {
                let product = dot(difference, other, 1.0);
                system.entries.push((row, column, product));
                if row == column {
                    largest = largest.max(product);
                } else {
                    system.entries.push((column, row, product));
                }
            }
            system.right.push(-dot(difference, newest_residual, scale));
        }
        system.entries.extend((0..older).map(|row| (row, row, REGULARIZATION * largest)));
        let weights = system.solve_dense();
        mixed.copy_from_slice(newest);
        for (weight, (after, _)) in weights.iter().zip(&self.sweeps) {
            for ((mixed, old), new) in mixed.iter_mut().zip(after).zip(newest) {
                *mixed += weight * (old - new);
            }
        }
        mixed.iter().all(|v| v.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Termination, ValueIteration};
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    /// A random walk between two walls whose drift may be chosen, at a cost.
    fn walk(states: usize) -> Mdp {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..states {
            let (left, right) = (ids[s.saturating_sub(1)], ids[(s + 1).min(states - 1)]);
            for (action, p) in [("left", 0.55), ("right", 0.45)] {
                builder.transition(ids[s], action, left, p).unwrap();
                builder.transition(ids[s], action, right, 1.0 - p).unwrap();
            }
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..states).map(|s| ((s * s) % 17) as f64)).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    #[test]
    fn slow_mixing_takes_far_fewer_sweeps() {
        let mdp = walk(40);
        let criterion: Criterion = "0.999".parse::<Discount>().unwrap().into();
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        let accelerated = AndersonAcceleration::default().solve(&mdp, &criterion).unwrap();
        assert_eq!((plain.status, accelerated.status), (Termination::Converged, Termination::Converged));
        let (few, many) = (accelerated.statistics.sweeps, plain.statistics.sweeps);
        assert!(4 * few < many, "{few} and {many} sweeps");
        for state in 0..40 {
            assert!((plain.value[state] - accelerated.value[state]).abs() <= plain.gap() + accelerated.gap());
        }
    }

    #[test]
    fn depth_zero_is_value_iteration() {
        let mdp = walk(9);
        let criterion: Criterion = "0.95".parse::<Discount>().unwrap().into();
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        let same = AndersonAcceleration { depth: 0, ..Default::default() }.solve(&mdp, &criterion).unwrap();
        assert_eq!((same.statistics.sweeps, same.bounds), (plain.statistics.sweeps, plain.bounds));
    }

    /// The residual of every point that is kept falls as value iteration promises, however wild the combinations are.
    #[test]
    fn refused_points_cost_no_more_than_their_sweep() {
        for states in [2, 5, 30] {
            let mdp = walk(states);
            for discount in ["0.5", "0.9", "0.99"] {
                let criterion: Criterion = discount.parse::<Discount>().unwrap().into();
                let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
                let accelerated = AndersonAcceleration::default().solve(&mdp, &criterion).unwrap();
                assert_eq!(accelerated.status, Termination::Converged);
                assert!(accelerated.statistics.iterations <= 2 * plain.statistics.iterations + 2);
            }
        }
    }
}
