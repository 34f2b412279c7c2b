//! Modified policy iteration: greedy policies evaluated by a few sweeps, `[Puterman & Shin 1978]`.
//!
//! One greedy sweep gives $`TV`$, a greedy policy $`\pi`$ and MacQueen–Porteus bounds from the span of $`TV - V`$. The rows
//! of $`\pi`$ are packed into a matrix of their own, on which the evaluation sweeps $`V \leftarrow r_\pi + \gamma P_\pi V`$
//! run at a fraction of the cost. Before them the value is shifted to its lower bound: then $`TV \ge V`$ holds, under which
//! modified policy iteration converges monotonically for any number of sweeps `[Puterman 1994, Thm 6.5.5]`.
//!
//! **Stopping rule.** The gap of the bounds after the greedy sweep (the span of the residual, so that a constant error does
//! not count, while the bounds themselves put the constant back). Evaluation stops early once its own residual spans a tenth
//! of the greedy residual's. **Complexity.** $`O(\mathrm{nnz})`$ per greedy sweep, $`O(\mathrm{nnz}(P_\pi))`$ per evaluation
//! sweep.

use crate::bellman::{Bellman, PolicyRows, Span};
use crate::discounted::{Discounted, Next};
use crate::{Observer, Solution, SolveError, Solver, Statistics, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Settings of modified policy iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModifiedPolicyIteration {
    /// Largest number of evaluation sweeps between two greedy sweeps; 0 is value iteration.
    pub evaluation_sweeps: usize,
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
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut backed_up = value.clone();
        let mut policy = vec![0; bellman.states()];
        let mut packed = PolicyRows::default();
        loop {
            let residual = improve(bellman, &value, &mut backed_up, &mut policy);
            std::mem::swap(&mut value, &mut backed_up);
            statistics.iterations += 1;
            statistics.sweeps += 1;
            let (low, high) = problem.rule.shifts(residual);
            let next = problem.check(&mut watch, high - low, &value, self.max_iterations, &mut statistics);
            if let Next::Stop(status) = next {
                return Ok(problem.finish(&value, status, statistics));
            }
            for v in &mut value {
                *v += low;
            }
            bellman.pack(&policy, &mut packed);
            let policy_bellman = packed.bellman(bellman.discount);
            let evaluated =
                evaluate(&policy_bellman, &mut value, &mut backed_up, 0.1 * residual.width(), self.evaluation_sweeps);
            statistics.evaluation_sweeps += evaluated;
        }
    }
}

/// One greedy sweep: values, policy and the span of the residual.
fn improve(bellman: &Bellman<'_>, value: &[f64], backed_up: &mut [f64], policy: &mut [u32]) -> Span {
    let mut residual = Span::EMPTY;
    for (state, (next, choice)) in backed_up.iter_mut().zip(policy).enumerate() {
        (*next, *choice) = bellman.best_pair(state, value);
        residual.add(*next - value[state]);
    }
    residual
}

/// Sweeps of one policy until the residual spans at most `goal`; returns their number.
fn evaluate(
    bellman: &Bellman<'_>,
    value: &mut Vec<f64>,
    backed_up: &mut Vec<f64>,
    goal: f64,
    max_sweeps: usize,
) -> usize {
    for sweep in 0..max_sweeps {
        let mut residual = Span::EMPTY;
        for (state, next) in backed_up.iter_mut().enumerate() {
            *next = bellman.action_value(state, state, value);
            residual.add(*next - value[state]);
        }
        std::mem::swap(value, backed_up);
        if residual.width() <= goal {
            return sweep + 1;
        }
    }
    max_sweeps
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
}
