//! Optimistic value iteration: a lower bound by value iteration, an upper bound by a guess that is proved,
//! `[Hartmanns & Kaminski 2020]`.
//!
//! The lower bound rises as in [`crate::IntervalIteration`], $`l \leftarrow \max(l, Tl)`$. Once it moves little, the guess
//! $`u = l + \varepsilon`$ is backed up in place, and only lowered. Such a pass may prove something:
//!
//! - no backup was above its state's guess: then $`Tu \le u`$ for the lowered $`u`$, since each entry was backed up from entries
//!   no smaller than the final ones. Hence $`V^* \le u`$, and the bounds are $`\varepsilon`$ apart.
//! - no backup was below: then $`u \le Tu`$, hence $`u \le V^*`$ and the guess is a better lower bound.
//!
//! Otherwise the pass is repeated a few times, then the guess is given up and the lower bound must move only half as much
//! before the next one. Every backup is rounded outwards, so lower bounds and proofs are exact; until a guess is proved the
//! upper bound is that of the residual of 0.
//!
//! **Stopping rule.** The distance of the bounds; when the lower bound stands still the guesses widen until one is proved.
//! A guess succeeds at the latest when $`l`$ moves by less than $`(1-\gamma)\varepsilon`$. **Complexity.** One backup of every
//! state per sweep, two while a guess is tried: about half the work of interval iteration.

use crate::bounds::Enclosure;
use crate::discounted::Discounted;
use crate::enclosed_bellman::EnclosedBellman;
use crate::value_iteration::order;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// A guess is tried for this part of the sweeps that led to it, so that lost guesses cost little.
const PATIENCE: usize = 4;

/// Settings of optimistic value iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimisticValueIteration {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps.
    pub max_iterations: usize,
}

impl Default for OptimisticValueIteration {
    fn default() -> Self {
        OptimisticValueIteration {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

/// A run: true bounds at any time, and what it took to get them.
struct Run<'p, 'a> {
    problem: &'p Discounted<'a>,
    operator: EnclosedBellman<'p, 'a>,
    bounds: ValueBounds,
    statistics: Statistics,
    max_iterations: usize,
}

/// What a pass over a guess has shown.
enum Verdict {
    Upper,
    Lower,
    Refuted,
    Open,
}

impl Solver for OptimisticValueIteration {
    fn name(&self) -> &'static str {
        "optimistic-value-iteration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let mut statistics = Statistics::new(self.name());
        let bounds = problem.bounds(&vec![0.0; problem.bellman.states()]);
        statistics.sweeps += 1;
        let operator = EnclosedBellman::new(&problem.bellman, problem.discount);
        let max_iterations = self.max_iterations;
        let mut run = Run { problem: &problem, operator, bounds, statistics, max_iterations };
        let status = run.until_stopped();
        let Run { bounds, statistics, .. } = run;
        Ok(problem.finish(bounds, status, statistics))
    }
}

impl Run<'_, '_> {
    fn until_stopped(&mut self) -> Termination {
        let target = self.problem.rule.target;
        // How little the lower bound must move before a guess, and how far above it the guess lies.
        let (mut goal, mut distance) = (target, target);
        loop {
            let start = self.statistics.iterations;
            let change = loop {
                let change = self.raise();
                if let Some(status) = self.stop() {
                    return status;
                }
                if change <= goal {
                    break change;
                }
            };
            let patience = 1 + (self.statistics.iterations - start) / PATIENCE;
            if let Some(status) = self.guess(distance, patience) {
                return status;
            }
            if change == 0.0 {
                if distance >= self.bounds.gap() {
                    return Termination::PrecisionLimit;
                }
                distance *= 2.0;
            }
            goal = 0.5 * goal.min(change);
        }
    }

    /// One sweep of the lower bound; returns the largest change.
    fn raise(&mut self) -> f64 {
        let mut change: f64 = 0.0;
        for state in order(self.bounds.lower.len(), self.statistics.iterations) {
            change = change.max(self.operator.raise(state, &mut self.bounds.lower));
        }
        self.statistics.iterations += 1;
        self.statistics.sweeps += 1;
        change
    }

    /// Tells the observer; a reason to stop if there is one.
    fn stop(&self) -> Option<Termination> {
        let gap = self.bounds.gap();
        let interrupted = self.problem.interrupted(self.statistics.iterations, gap);
        if gap <= self.problem.rule.target {
            Some(Termination::Converged)
        } else if interrupted {
            Some(Termination::Interrupted)
        } else {
            (self.statistics.iterations >= self.max_iterations).then_some(Termination::IterationLimit)
        }
    }

    /// Tries to prove that the lower bound plus a distance is an upper bound, while the lower bound goes on rising. Returns
    /// a reason to stop if there is one.
    fn guess(&mut self, distance: f64, patience: usize) -> Option<Termination> {
        let mut guess: Vec<f64> = self.bounds.lower.iter().map(|low| low + distance).collect();
        for _ in 0..patience {
            let verdict = self.examine(&mut guess);
            self.statistics.sweeps += 1;
            let ValueBounds { lower, upper } = &mut self.bounds;
            match verdict {
                Verdict::Upper => upper.iter_mut().zip(&guess).for_each(|(high, &u)| *high = high.min(u)),
                Verdict::Lower => lower.iter_mut().zip(&guess).for_each(|(low, &u)| *low = low.max(u)),
                Verdict::Refuted | Verdict::Open => {}
            }
            self.raise();
            if let Some(status) = self.stop() {
                return Some(status);
            }
            if !matches!(verdict, Verdict::Open) {
                // Proved bounds that are too far apart are as close as rounding lets them be.
                let limited = matches!(verdict, Verdict::Upper) && distance > self.problem.rule.target;
                return limited.then_some(Termination::PrecisionLimit);
            }
        }
        None
    }

    /// One pass over a guess, which is lowered where its backup is lower.
    fn examine(&self, guess: &mut [f64]) -> Verdict {
        let (mut fell, mut rose) = (true, true);
        for state in order(guess.len(), self.statistics.iterations) {
            let Enclosure { low, high } = self.operator.best(state, guess);
            rose &= low >= guess[state];
            if high > guess[state] {
                fell = false;
            } else {
                guess[state] = high;
            }
            if guess[state] < self.bounds.lower[state] {
                return Verdict::Refuted;
            }
        }
        match (fell, rose) {
            (true, _) => Verdict::Upper,
            (_, true) => Verdict::Lower,
            _ => Verdict::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntervalIteration;
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    #[test]
    fn a_guess_saves_the_upper_half_of_interval_iteration() {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..20).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..20 {
            builder.transition(ids[s], "on", ids[(s + 1) % 20], 0.5).unwrap();
            builder.transition(ids[s], "on", ids[(s * s + 3) % 20], 0.5).unwrap();
            builder.transition(ids[s], "back", ids[(s + 19) % 20], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..20).map(|s| f64::from(s % 7))).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        for discount in ["0.9", "0.99", "0.999"] {
            let criterion: Criterion = discount.parse::<Discount>().unwrap().into();
            let optimistic = OptimisticValueIteration::default().solve(&mdp, &criterion).unwrap();
            let interval = IntervalIteration::default().solve(&mdp, &criterion).unwrap();
            for solution in [&optimistic, &interval] {
                assert_eq!(solution.status, Termination::Converged);
            }
            let (few, many) = (optimistic.statistics.backups, interval.statistics.backups);
            assert!(3 * few < 2 * many, "discount {discount}: {few} and {many} backups");
            for state in 0..20 {
                assert!(optimistic.bounds.lower[state] <= interval.bounds.upper[state]);
                assert!(interval.bounds.lower[state] <= optimistic.bounds.upper[state]);
            }
        }
    }

    #[test]
    fn rounding_is_admitted() {
        let mut builder = TransitionModel::builder();
        let only = builder.state("only").unwrap();
        builder.transition(only, "stay", only, 1.0).unwrap();
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, [0.1]).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
        let solver = OptimisticValueIteration { tolerance: Tolerance::Absolute(1e-300), ..Default::default() };
        let solution = solver.solve(&mdp, &criterion).unwrap();
        assert_eq!(solution.status, Termination::PrecisionLimit);
        assert!(0.0 < solution.gap() && solution.gap() < 1e-13, "{}", solution.gap());
    }
}
