//! Modified policy iteration: greedy policies evaluated by a few sweeps, `[Puterman & Shin 1978]`.
//!
//! One greedy sweep gives $`TV`$, a greedy policy $`\pi`$ and MacQueen–Porteus bounds from the span of $`TV - V`$. The rows
//! of $`\pi`$ are packed into a matrix of their own, on which the evaluation sweeps $`V \leftarrow r_\pi + \gamma P_\pi V`$
//! run at a fraction of the cost. Before them the value is shifted to its lower bound: then $`TV \ge V`$ holds, under which
//! modified policy iteration converges monotonically for any number of sweeps `[Puterman 1994, Thm 6.5.5]`.
//!
//! **Order of sweeps.** Where play mixes, Jacobi sweeps flatten the residual at the rate of mixing and the shift removes what
//! is left, a constant. Where it does not (long corridors, many classes) only the discount shrinks the residual; there
//! Gauss–Seidel sweeps in alternating directions carry news across the whole model. Unless [`ModifiedPolicyIteration::sweep`]
//! says otherwise, evaluation begins with Jacobi sweeps and changes over for a few rounds whenever a sweep shrinks the span of
//! the policy's residual by less than $`\gamma^2`$, or a round that of the greedy residual by less than as many sweeps of
//! plain value iteration would. Both orders keep $`V \le T_\pi V`$, so the convergence above does not depend on the
//! choice.
//!
//! **Fewer pairs.** The first sweep, of the value 0, needs no successors. Once the bounds are about as close as rewards differ,
//! greedy sweeps also drop the actions that are proved suboptimal `[MacQueen 1967; Puterman 1994, §6.7]`, in most models all but
//! one or two of every state; once there is one in each, what is left is its evaluation.
//!
//! **Stopping rule.** The gap of the bounds after the greedy Jacobi sweep (the span of the residual, so that a constant error
//! does not count, while the bounds themselves put the constant back). Evaluation stops early once its own residual spans a
//! tenth of the greedy residual's. **Complexity.** $`O(\mathrm{nnz})`$ per greedy sweep, $`O(\mathrm{nnz}(P_\pi))`$ per
//! evaluation sweep.

use crate::action_elimination::RemainingPairs;
use crate::bellman::{Bellman, PolicyRows, Span};
use crate::discounted::{Discounted, Next};
use crate::tolerance::reward_scale;
use crate::value_iteration::{jacobi, order};
use crate::{Observer, Solution, SolveError, Solver, Statistics, Sweep, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Rounds of Gauss–Seidel sweeps before Jacobi sweeps are tried again.
const ROUNDS_IN_PLACE: usize = 3;

/// Jacobi sweeps of an evaluation before its rate says anything.
const SWEEPS_TO_JUDGE: usize = 4;

/// Bounds as close as so many largest rewards are worth looking for suboptimal actions.
const CLOSE: f64 = 5.0;

/// Settings of modified policy iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModifiedPolicyIteration {
    /// Largest number of evaluation sweeps between two greedy sweeps; 0 is value iteration.
    pub evaluation_sweeps: usize,
    /// The order of backups; `None` lets the mixing of the model decide.
    pub sweep: Option<Sweep>,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of greedy sweeps.
    pub max_iterations: usize,
}

impl Default for ModifiedPolicyIteration {
    fn default() -> Self {
        ModifiedPolicyIteration {
            evaluation_sweeps: 100,
            sweep: None,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for ModifiedPolicyIteration {
    fn name(&self) -> &'static str {
        "modified-policy-iteration"
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
        let reward_scale = reward_scale(mdp.reward().values());
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut backed_up = value.clone();
        let mut policy = vec![0; bellman.states()];
        let mut packed = PolicyRows::default();
        let mut expected = f64::INFINITY;
        let mut rounds_in_place = 0;
        let mut remaining: Option<RemainingPairs<'_, '_>> = None;
        // Whether one action is left in every state: the packed one.
        let mut settled = false;
        loop {
            let mut residual = Span::EMPTY;
            if !settled {
                packed.clear();
            }
            let visit = |state: usize, best: f64, pair| {
                (backed_up[state], policy[state]) = (best, pair);
                // The row was read just now.
                packed.push(bellman, state, pair);
                residual.add(best - value[state]);
            };
            match &mut remaining {
                Some(remaining) if settled => {
                    statistics.backups += remaining.len();
                    residual = jacobi(&packed.bellman(bellman.discount), &value, &mut backed_up);
                }
                Some(remaining) => {
                    statistics.backups += remaining.len();
                    remaining.sweep(&value, visit);
                    statistics.eliminated += remaining.eliminate(&value, &backed_up, residual, problem.slack());
                    settled = remaining.len() == bellman.states();
                }
                None => {
                    statistics.sweeps += 1;
                    if statistics.iterations == 0 { bellman.sweep_of_zero(visit) } else { bellman.sweep(&value, visit) }
                }
            }
            std::mem::swap(&mut value, &mut backed_up);
            statistics.iterations += 1;
            let (low, high) = problem.rule.shifts(residual);
            let next = problem.check(&mut watch, high - low, &value, self.max_iterations, &mut statistics);
            if let Next::Stop(status, bounds) = next {
                return Ok(problem.finish_among(remaining.as_ref(), bounds, status, statistics));
            }
            for v in &mut value {
                *v += low;
            }
            if remaining.is_none() && high - low <= CLOSE * reward_scale {
                remaining = Some(RemainingPairs::new(bellman, problem.discount));
            }
            if self.evaluation_sweeps == 0 {
                continue;
            }
            if rounds_in_place == 0 && residual.width() > expected {
                rounds_in_place = ROUNDS_IN_PLACE;
            }
            let mut sweep = match self.sweep {
                Some(sweep) => sweep,
                None if rounds_in_place > 0 => Sweep::GaussSeidel,
                None => Sweep::Jacobi,
            };
            if sweep == Sweep::GaussSeidel && !settled {
                for sweep in 0..2 {
                    improve_in_place(bellman, &mut value, &mut policy, sweep);
                }
                statistics.sweeps += 2;
                bellman.pack(&policy, &mut packed);
            }
            let mut evaluation = Evaluation {
                bellman: packed.bellman(bellman.discount),
                sweeps: 0,
                limit: self.evaluation_sweeps,
                goal: 0.1 * residual.width(),
                judged: self.sweep.is_none(),
            };
            if sweep == Sweep::Jacobi && evaluation.jacobi(&mut value, &mut backed_up) {
                (sweep, rounds_in_place) = (Sweep::GaussSeidel, ROUNDS_IN_PLACE);
            }
            if sweep == Sweep::GaussSeidel {
                evaluation.gauss_seidel(&mut value);
                rounds_in_place = rounds_in_place.saturating_sub(1);
            }
            statistics.evaluation_sweeps += evaluation.sweeps;
            expected = residual.width() * bellman.discount.powi(evaluation.sweeps as i32 + 1);
        }
    }
}

/// One greedy sweep in which every backup sees the newest values.
fn improve_in_place(bellman: &Bellman<'_>, value: &mut [f64], policy: &mut [u32], sweep: usize) {
    for state in order(value.len(), sweep) {
        (value[state], policy[state]) = bellman.best_pair(state, value);
    }
}

/// The evaluation of one policy.
struct Evaluation<'a> {
    bellman: Bellman<'a>,
    sweeps: usize,
    limit: usize,
    /// The span of the residual that is close enough.
    goal: f64,
    /// Whether Jacobi sweeps may give up.
    judged: bool,
}

impl Evaluation<'_> {
    /// Sweeps until the residual spans little enough; returns whether the chain mixes too slowly for that.
    fn jacobi(&mut self, value: &mut Vec<f64>, backed_up: &mut Vec<f64>) -> bool {
        let slow = self.bellman.discount * self.bellman.discount;
        let mut before = f64::INFINITY;
        while self.sweeps < self.limit {
            let residual = jacobi(&self.bellman, value, backed_up);
            std::mem::swap(value, backed_up);
            self.sweeps += 1;
            if residual.width() <= self.goal {
                return false;
            }
            if self.judged && self.sweeps >= SWEEPS_TO_JUDGE && residual.width() > slow * before {
                return true;
            }
            before = residual.width();
        }
        false
    }

    /// Alternating sweeps until the changes are a tenth of what they were.
    fn gauss_seidel(&mut self, value: &mut [f64]) {
        let mut first = 0.0;
        while self.sweeps < self.limit {
            let mut change = 0.0_f64;
            for state in order(value.len(), self.sweeps) {
                let next = self.bellman.action_value(state, state, value);
                change = change.max((next - value[state]).abs());
                value[state] = next;
            }
            self.sweeps += 1;
            if change <= 0.1 * first {
                return;
            }
            first = change.max(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ValueIteration;
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    #[test]
    fn without_evaluation_it_is_value_iteration_and_with_it_needs_fewer_greedy_sweeps() {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..10).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..10 {
            builder.transition(ids[s], "on", ids[(s + 1) % 10], 0.9).unwrap();
            builder.transition(ids[s], "on", ids[s], 0.1).unwrap();
            builder.transition(ids[s], "stay", ids[s], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..10).map(f64::from)).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let criterion: Criterion = "0.99".parse::<Discount>().unwrap().into();
        let solve = |evaluation_sweeps| {
            let solver = ModifiedPolicyIteration { evaluation_sweeps, ..ModifiedPolicyIteration::default() };
            solver.solve(&mdp, &criterion).unwrap()
        };
        let (none, some) = (solve(0), solve(100));
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        assert_eq!(none.statistics.evaluation_sweeps, 0);
        assert!(some.statistics.iterations < plain.statistics.iterations);
        for state in 0..10 {
            assert!((none.value[state] - plain.value[state]).abs() <= none.gap() + plain.gap());
            assert!((some.value[state] - plain.value[state]).abs() <= some.gap() + plain.gap());
        }
    }

    /// Rows of 1 to 20 successors, so that packing copies across the ends of its blocks; ties among them.
    #[test]
    fn dropped_actions_change_neither_value_nor_ties() {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..60).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..60 {
            for action in 0..5 {
                let (name, successors) = (format!("a{action}"), (7 * s + 3 * action) % 20 + 1);
                for k in 0..successors {
                    // Actions 3 and 4 do the same.
                    let next = ids[(11 * s + 5 * action.min(3) + k * (1 + s % 2)) % 60];
                    builder.transition(ids[s], &name, next, 1.0 / successors as f64).unwrap();
                }
            }
        }
        let model = builder.build().unwrap();
        let reward = Reward::state_action(&model, (0..300).map(|pair| f64::from(pair * pair % 17 / 4))).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let criterion: Criterion = "0.95".parse::<Discount>().unwrap().into();
        let solution = ModifiedPolicyIteration::default().solve(&mdp, &criterion).unwrap();
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        assert!(solution.statistics.eliminated > 150, "{:?}", solution.statistics);
        assert_eq!((&solution.optimal, &solution.best), (&plain.optimal, &plain.best));
        for state in 0..60 {
            assert!((solution.value[state] - plain.value[state]).abs() <= solution.gap() + plain.gap());
        }
    }
}
