//! Policy iteration `[Howard 1960]`: evaluate a policy, improve it wherever another action is better, repeat.
//!
//! The values of successive policies increase, so the iteration ends with an optimal policy, as a rule after fewer than
//! twenty rounds whatever the discount. The improvement is a Jacobi sweep, whose residual tells how far things are, and a
//! Gauss–Seidel sweep, whose backups see the improvements before them: news travels across the whole model in two rounds,
//! and because $`V \le T_\pi V`$ holds for the policy that the sweeps leave behind, its value is still at least that of the
//! Jacobi improvement. An action
//! replaces the current one only when it is better beyond the rounding of a backup, and a policy that comes back (which only
//! errors of evaluation can cause) makes the evaluation more exact.
//!
//! **Inexact evaluation.** Iterative methods evaluate a policy only until the gap of its value is a fraction, the *forcing
//! term*, of the gap that the last improvement left `[Dembo, Eisenstat & Steihaug 1982; Gargiani et al. 2024]`: early
//! policies are not worth more.
//!
//! **Stopping rule.** When the improvement promises that the Bellman residual is small enough, or changes nothing, the
//! bounds are certified (see [`crate::bellman_bounds`]); the iteration ends when they are as close as asked, or when no
//! action is better beyond rounding. **Complexity.** One evaluation (see [`crate::EvaluationMethod`]) and two sweeps of
//! $`O(\mathrm{nnz})`$ per round.

use crate::bellman::{Bellman, PolicyRows, Span};
use crate::discounted::Discounted;
use crate::evaluation::{self, EvaluationMethod};
use crate::value_iteration::order;
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
    /// The forcing term: iterative methods evaluate a policy to this part of the current gap; 0 evaluates every policy to
    /// the end.
    pub forcing: f64,
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
            forcing: 0.01,
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
        if !(0.0..1.0).contains(&self.forcing) {
            return Err(SolveError::Forcing { value: self.forcing });
        }
        let (bellman, rule) = (&problem.bellman, &problem.rule);
        // The evaluation gets a share of the gap that leaves room for the rounding of the certificate.
        let mut finest = 0.25 * rule.target;
        let margin = rule.rounding * rule.complement();
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut backed_up = value.clone();
        let mut policy = Vec::with_capacity(bellman.states());
        bellman.sweep_of_zero(|_, _, pair| policy.push(pair));
        let (mut checkpoint, mut gap) = (Vec::new(), f64::INFINITY);
        statistics.sweeps += 1;
        let mut packed = PolicyRows::default();
        loop {
            bellman.pack(&policy, &mut packed);
            let policy_bellman = packed.bellman(bellman.discount);
            let goal =
                if gap.is_finite() { (self.forcing * gap).max(finest) } else { finest.max(0.1 * rule.magnitude()) };
            let exact = self.forcing == 0.0 || goal <= finest;
            let solved = evaluation::solve(
                &policy_bellman,
                self.evaluation,
                &mut value,
                &rule.with_target(if exact { finest } else { goal }),
                self.evaluation_sweeps,
            )?;
            statistics.iterations += 1;
            statistics.evaluation_sweeps += solved.sweeps;
            // A direct method has done what it can.
            let exact = exact || solved.status != Termination::Converged;
            let improvement = improve(bellman, &value, &mut backed_up, &mut policy, margin);
            std::mem::swap(&mut value, &mut backed_up);
            statistics.sweeps += 1;
            gap = rule.gap_of(improvement.residual);
            let interrupted = problem.interrupted(statistics.iterations, gap);
            let exhausted = statistics.iterations >= self.max_iterations;
            // In exact arithmetic no policy comes back, so one that does shows that the evaluation is not exact enough.
            // Comparing with the policy at the last power of two finds every cycle `[Brent 1980]`.
            let stuck = !improvement.changed || policy == checkpoint;
            if stuck || gap <= rule.target || interrupted || exhausted {
                let bounds = problem.bounds(&value);
                statistics.sweeps += 1;
                let status = if bounds.gap() <= rule.target {
                    Some(Termination::Converged)
                } else if interrupted {
                    Some(Termination::Interrupted)
                } else if exhausted {
                    Some(Termination::IterationLimit)
                } else if stuck && exact && (solved.status != Termination::Converged || finest <= 0.1 * rule.rounding) {
                    Some(solved.status.or_precision_limit())
                } else {
                    None
                };
                if let Some(status) = status {
                    return Ok(problem.finish(bounds, status, statistics));
                }
                if stuck && exact {
                    finest *= 0.1;
                }
                // The estimate was too hopeful, or nothing is left but the error of the evaluation.
                gap = if stuck { 0.0 } else { gap };
            } else if improvement.changed {
                improve_in_place(bellman, &mut value, &mut policy, margin, statistics.iterations);
                statistics.sweeps += 1;
            }
            if stuck || statistics.iterations.is_power_of_two() {
                checkpoint.clone_from(&policy);
            }
        }
    }
}

/// What one sweep of improvements found.
pub(crate) struct Improvement {
    pub(crate) changed: bool,
    residual: Span,
}

/// Backs up every state, and replaces its action wherever another one is better by more than `margin`.
pub(crate) fn improve(
    bellman: &Bellman<'_>,
    value: &[f64],
    backed_up: &mut [f64],
    policy: &mut [u32],
    margin: f64,
) -> Improvement {
    let mut improvement = Improvement { changed: false, residual: Span::EMPTY };
    for (state, (next, choice)) in backed_up.iter_mut().zip(policy).enumerate() {
        improvement.changed |= better(bellman, state, value, choice, margin, next);
        improvement.residual.add(*next - value[state]);
    }
    improvement
}

/// The same in place, where every backup sees the newest values.
fn improve_in_place(bellman: &Bellman<'_>, value: &mut [f64], policy: &mut [u32], margin: f64, sweep: usize) {
    for state in order(value.len(), sweep) {
        let mut best = 0.0;
        better(bellman, state, value, &mut policy[state], margin, &mut best);
        value[state] = best;
    }
}

/// The backup of one state; whether its action was replaced.
fn better(bellman: &Bellman<'_>, state: usize, value: &[f64], choice: &mut u32, margin: f64, best: &mut f64) -> bool {
    let (mut pair, mut own) = (*choice, 0.0);
    *best = f64::NEG_INFINITY;
    for other in bellman.pairs(state) {
        let q = bellman.action_value(state, other, value);
        if other == *choice as usize {
            own = q;
        }
        if q > *best {
            (*best, pair) = (q, other as u32);
        }
    }
    let replaced = *best > own + margin;
    if replaced {
        *choice = pair;
    }
    replaced
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
