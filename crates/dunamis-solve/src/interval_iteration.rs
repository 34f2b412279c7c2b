//! Interval iteration: a lower and an upper bound, both backed up until they meet, `[Haddad & Monmege 2018]`.
//!
//! With $`l \le V^* \le u`$ monotonicity gives $`\max(l, Tl) \le V^* \le \min(u, Tu)`$. Every backup is rounded outwards, so the
//! bounds are true after each of them: whoever interrupts the solver gets what it had, and nothing has to be certified.
//! The first bounds are those of the residual of 0, at most the range of the rewards divided by $`1 - \gamma`$. Both bounds
//! are updated in place, in sweeps that go forwards and backwards in turn.
//!
//! **Stopping rule.** The distance of the bounds. **Complexity.** Two backups of every state per sweep, $`O(\mathrm{nnz})`$; the
//! distance shrinks by $`\gamma`$ per sweep at least. There is no shortcut for the constant part of the error as in
//! MacQueen–Porteus bounds, so discounts near 1 take about $`\ln(1/\varepsilon)/(1-\gamma)`$ sweeps.

use crate::discounted::Discounted;
use crate::enclosed_bellman::EnclosedBellman;
use crate::value_iteration::order;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Settings of interval iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IntervalIteration {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps.
    pub max_iterations: usize,
}

impl Default for IntervalIteration {
    fn default() -> Self {
        IntervalIteration {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for IntervalIteration {
    fn name(&self) -> &'static str {
        "interval-iteration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let operator = EnclosedBellman::new(&problem.bellman, problem.discount);
        let mut statistics = Statistics::new(self.name());
        let mut bounds = problem.bounds(&vec![0.0; problem.bellman.states()]);
        statistics.sweeps += 1;
        let status = loop {
            let mut moved = false;
            for state in order(bounds.lower.len(), statistics.iterations) {
                moved |= operator.raise(state, &mut bounds.lower) > 0.0;
                moved |= operator.fall(state, &mut bounds.upper) > 0.0;
            }
            statistics.iterations += 1;
            statistics.sweeps += 2;
            let gap = bounds.gap();
            let interrupted = problem.interrupted(statistics.iterations, gap);
            if gap <= problem.rule.target {
                break Termination::Converged;
            }
            if interrupted {
                break Termination::Interrupted;
            }
            if !moved {
                break Termination::PrecisionLimit;
            }
            if statistics.iterations >= self.max_iterations {
                break Termination::IterationLimit;
            }
        };
        Ok(problem.finish(bounds, status, statistics))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve_exact;
    use dunamis_mdp::{Discount, Number, Rational, Reward, TransitionModel};

    /// Thirds and tenths, a loss, and play that comes round: no number here is exact in binary.
    fn thirds() -> Mdp {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..4).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        let third: Number = "1/3".parse().unwrap();
        for s in 0..4 {
            for next in 0..3 {
                builder.transition(ids[s], "wander", ids[(s + next) % 4], third.clone()).unwrap();
            }
            builder.transition(ids[s], "on", ids[(s + 1) % 4], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = ["1/10", "-1/3", "2/7", "0"].map(|text| text.parse::<Number>().unwrap());
        let reward = Reward::state(&model, reward).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    #[test]
    fn bounds_hold_after_every_sweep_and_never_widen() {
        let mdp = thirds();
        let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
        let truth = solve_exact(&mdp, &criterion).unwrap().value;
        let exact = |x: f64| Rational::from_float(x).unwrap();
        let mut last = f64::INFINITY;
        for max_iterations in 1..400 {
            // A tolerance below what rounding allows, so that every number of sweeps is tried to the end.
            let tolerance = Tolerance::Absolute(1e-300);
            let solver = IntervalIteration { tolerance, max_iterations, ..Default::default() };
            let solution = solver.solve(&mdp, &criterion).unwrap();
            for (state, value) in truth.iter().enumerate() {
                assert!(exact(solution.bounds.lower[state]) <= *value && *value <= exact(solution.bounds.upper[state]));
            }
            assert!(solution.gap() <= last);
            last = solution.gap();
            if solution.status == Termination::PrecisionLimit {
                assert!(last < 1e-13, "{last}");
                return;
            }
            assert_eq!(solution.status, Termination::IterationLimit);
        }
        panic!("rounding should have stopped it");
    }
}
