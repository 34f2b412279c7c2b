//! Policy iteration `[Howard 1960]`: evaluate a policy, improve it wherever another action is better, repeat.
//!
//! The values of successive policies increase, so the iteration ends with an optimal policy, as a rule after fewer than
//! twenty rounds whatever the discount. An action replaces the current one only when it is better beyond the rounding of a
//! backup, and a policy that comes back (which only errors of evaluation can cause) makes the evaluation more exact.
//!
//! **Stopping rule.** After every evaluation the Bellman residual of the policy's value is certified (see
//! [`crate::bellman_bounds`]); the iteration ends when those bounds are as close as asked, or when no action is better beyond
//! rounding. **Complexity.** One evaluation (see [`crate::EvaluationMethod`]) and two sweeps of $`O(\mathrm{nnz})`$ per round.

use crate::bellman::{Bellman, PolicyRows};
use crate::discounted::Discounted;
use crate::evaluation::{self, EvaluationMethod};
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Settings of policy iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyIteration {
    /// How each policy is evaluated.
    pub evaluation: EvaluationMethod,
    /// Largest number of products with one policy's matrix in one evaluation.
    pub evaluation_sweeps: usize,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of policies.
    pub max_iterations: usize,
}

impl Default for PolicyIteration {
    fn default() -> Self {
        PolicyIteration {
            evaluation: EvaluationMethod::Auto,
            evaluation_sweeps: 1_000_000,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 10_000,
        }
    }
}

impl Solver for PolicyIteration {
    fn name(&self) -> &'static str {
        "policy-iteration"
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
        // The evaluation gets a share of the gap that leaves room for the rounding of the certificate.
        let mut evaluation_rule = rule.with_target(0.25 * rule.target);
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut policy: Vec<u32> = (0..bellman.states()).map(|state| bellman.best_pair(state, &value).1).collect();
        let mut checkpoint = Vec::new();
        statistics.sweeps += 1;
        let mut packed = PolicyRows::default();
        loop {
            bellman.pack(&policy, &mut packed);
            let policy_bellman = packed.bellman(bellman.discount);
            let solved = evaluation::solve(
                &policy_bellman,
                self.evaluation,
                &mut value,
                &evaluation_rule,
                self.evaluation_sweeps,
            )?;
            statistics.iterations += 1;
            statistics.evaluation_sweeps += solved.sweeps;
            statistics.sweeps += 1;
            let gap = problem.bounds(&value).gap();
            if gap <= rule.target {
                return Ok(problem.finish(&value, Termination::Converged, statistics));
            }
            if problem.interrupted(statistics.iterations, gap) {
                return Ok(problem.finish(&value, Termination::Interrupted, statistics));
            }
            // Action values err by the rounding of one backup; what is within it is a tie.
            let changed = improve(bellman, &value, &mut policy, rule.rounding * rule.complement());
            if statistics.iterations >= self.max_iterations {
                return Ok(problem.finish(&value, Termination::IterationLimit, statistics));
            }
            // In exact arithmetic no policy comes back, so one that does shows that the evaluation is not exact enough.
            // Comparing with the policy at the last power of two finds every cycle `[Brent 1980]`.
            let stuck = !changed || policy == checkpoint;
            if stuck && (solved.status != Termination::Converged || evaluation_rule.target <= 0.1 * rule.rounding) {
                return Ok(problem.finish(&value, solved.status.or_precision_limit(), statistics));
            }
            if stuck {
                evaluation_rule.target *= 0.1;
            }
            if stuck || statistics.iterations.is_power_of_two() {
                checkpoint.clone_from(&policy);
            }
        }
    }
}

/// Replaces the action wherever another one is better by more than `margin`.
pub(crate) fn improve(bellman: &Bellman<'_>, value: &[f64], policy: &mut [u32], margin: f64) -> bool {
    let mut changed = false;
    for (state, choice) in policy.iter_mut().enumerate() {
        let (best, pair) = bellman.best_pair(state, value);
        if best > bellman.action_value(state, *choice as usize, value) + margin {
            *choice = pair;
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    /// The discount does not matter for the number of policies, unlike for sweeps.
    #[test]
    fn few_policies_at_every_discount() {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..50).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..50 {
            builder.transition(ids[s], "stay", ids[s], 1.0).unwrap();
            builder.transition(ids[s], "jump", ids[(7 * s + 3) % 50], 1.0).unwrap();
            builder.transition(ids[s], "walk", ids[(s + 1) % 50], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..50).map(|s| f64::from((s * 37) % 50))).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        for discount in ["0", "0.5", "0.99", "0.99999"] {
            let criterion: Criterion = discount.parse::<Discount>().unwrap().into();
            let solution = PolicyIteration::default().solve(&mdp, &criterion).unwrap();
            assert_eq!(solution.status, Termination::Converged, "{discount}: {}", solution.gap());
            assert!(solution.statistics.iterations <= 12, "{discount}: {:?}", solution.statistics);
            assert_eq!(solution.statistics.evaluation_sweeps, 0, "cycle detection needs no sweeps");
            // The best state, 27, stays for ever.
            let best = (0..50).find(|s| (s * 37) % 50 == 49).unwrap();
            let truth = 49.0 / (1.0 - discount.parse::<f64>().unwrap());
            assert!((solution.value[best] - truth).abs() <= 1e-8 * truth);
        }
    }
}
