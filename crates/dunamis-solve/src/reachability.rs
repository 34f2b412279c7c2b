//! Reachability: the largest or smallest probability of ever visiting a set of target states.
//!
//! States whose probability is exactly 0 or 1 are found on the graph alone (see the table), so that no number stands between
//! "surely" and "almost"; what is left goes through the quotient of its maximal end components, on which interval iteration
//! converges from both sides `[Haddad & Monmege 2018; Baier & Katoen 2008, §10.6]`.
//!
//! | | probability 0 | probability 1 |
//! |---|---|---|
//! | largest | the target cannot be reached | some policy reaches it surely |
//! | smallest | some policy never reaches it | no policy can come to a state of probability 0, or leak |
//!
//! Mass that leaks never arrives. Rows are understood as divided by their sum, since over an infinite time not even
//! $`10^{-16}`$ of mass may appear or vanish. Bounds include all rounding.
//!
//! **Stopping rule.** Both bounds of every state as close as asked. **Complexity.** Sweeps of $`O(\mathrm{nnz})`$; where
//! 200 of them do not suffice (slow mixing), policy iteration with one sparse linear system per policy.

use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE};
use crate::observer::Budget;
use crate::qualitative::{Predecessors, almost_sure, avoidable};
use crate::shortest_path::ShortestPath;
use crate::solution::first_marked;
use crate::{Solution, SolveError, Statistics, Tolerance, ValueBounds};
use dunamis_mdp::TransitionModel;
use serde::{Deserialize, Serialize};

/// Which of the attainable numbers is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extremum {
    /// The smallest.
    Minimum,
    /// The largest.
    Maximum,
}

/// Settings of reachability analysis. Relative tolerances are absolute ones, since no probability exceeds 1.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_solve::{Extremum, Reachability};
/// let mut builder = TransitionModel::builder();
/// let (start, won, lost) = (builder.state("start")?, builder.state("won")?, builder.state("lost")?);
/// builder.transition(start, "wait", start, 1.0)?;
/// builder.transition(start, "play", won, 0.25)?;
/// builder.transition(start, "play", lost, 0.75)?;
/// builder.transition(won, "stay", won, 1.0)?;
/// builder.transition(lost, "stay", lost, 1.0)?;
/// let model = builder.build()?;
/// let solver = Reachability::default();
/// assert_eq!(solver.solve(&model, &[false, true, false], Extremum::Maximum)?.value[0], 0.25);
/// assert_eq!(solver.solve(&model, &[false, true, false], Extremum::Minimum)?.value[0], 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reachability {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best probability within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps, and of policies.
    pub max_iterations: usize,
}

impl Default for Reachability {
    fn default() -> Self {
        Reachability {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 100_000,
        }
    }
}

impl Reachability {
    /// The probability of ever visiting a state that `target` marks, shape |S|, from every state; at a target it is 1.
    ///
    /// [`Solution::optimal`] marks actions such that every policy which picks among them attains the extremum, up to the tie
    /// tolerance at every step; other optimal policies may exist.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] unless `target` has one mark per state; [`SolveError::Tolerance`].
    pub fn solve(&self, model: &TransitionModel, target: &[bool], extremum: Extremum) -> Result<Solution, SolveError> {
        self.tolerance.check("tolerance")?;
        self.tie_tolerance.check("tie_tolerance")?;
        let bellman = Bellman::rewardless(model);
        if target.len() != bellman.states() {
            return Err(SolveError::Length { what: "the target", expected: bellman.states(), actual: target.len() });
        }
        let predecessors = Predecessors::new(&bellman);
        let certain = Certain::new(&bellman, model, &predecessors, target, extremum);
        // The smallest probability is the largest of its negative.
        let sign = if extremum == Extremum::Maximum { 1.0 } else { -1.0 };
        let fixed = |state: usize| certain.probability[state].map(|probability| sign * probability);
        let mut open = vec![false; bellman.pair_count()];
        for state in (0..bellman.states()).filter(|&state| certain.probability[state].is_none()) {
            open[bellman.pairs(state)].fill(true);
        }
        let components = EndComponents::new(&bellman, |pair| !open[pair] || model.leak(pair) > 0.0);
        let problem = ShortestPath::new(&bellman, model, &components, false, fixed, |pair| open[pair]);
        let range = if extremum == Extremum::Maximum { (0.0, 1.0) } else { (-1.0, 0.0) };
        let enclosure = problem.solve(range, self.tolerance, Budget { limit: self.max_iterations, observer: &() })?;
        let (lower, upper) = (problem.by_state(&enclosure.lower), problem.by_state(&enclosure.upper));
        let signed = ValueBounds { lower, upper };
        let tie_tolerance = self.tie_tolerance.absolute(1.0).max(2.0 * signed.gap());
        let mut optimal = certain.optimal;
        let middle: Vec<f64> =
            enclosure.lower.iter().zip(&enclosure.upper).map(|(low, high)| 0.5 * low + 0.5 * high).collect();
        problem.mark_optimal(&middle, &enclosure, tie_tolerance, &mut optimal);
        let bounds = if extremum == Extremum::Maximum {
            signed
        } else {
            // Subtracting from 0 keeps zeros positive.
            let negated = |bound: Vec<f64>| bound.into_iter().map(|x| 0.0 - x).collect();
            ValueBounds { lower: negated(signed.upper), upper: negated(signed.lower) }
        };
        let statistics = Statistics {
            solver: "reachability",
            iterations: enclosure.sweeps + enclosure.policies,
            sweeps: enclosure.sweeps + 2 * enclosure.policies + 1,
            ..Statistics::default()
        };
        let value = bounds.midpoint();
        let best = first_marked(&bellman, &optimal);
        Ok(Solution { value, bounds, optimal, best, tie_tolerance, status: enclosure.status, statistics })
    }
}

/// What the graph alone decides.
struct Certain {
    /// 0 or 1 where that is certain.
    probability: Vec<Option<f64>>,
    /// Optimal actions of the states where it is, shape |SA|.
    optimal: Vec<bool>,
}

impl Certain {
    fn new(
        bellman: &Bellman<'_>,
        model: &TransitionModel,
        predecessors: &Predecessors,
        target: &[bool],
        extremum: Extremum,
    ) -> Self {
        let states = bellman.states();
        let mut probability = vec![None; states];
        let mut optimal = vec![false; bellman.pair_count()];
        let conserves = |pair: usize| model.leak(pair) == 0.0;
        match extremum {
            Extremum::Maximum => {
                let possible = predecessors.distance(target, |_, _| true);
                let sure = almost_sure(bellman, predecessors, target, conserves, |_| false);
                for state in 0..states {
                    let pairs = bellman.pairs(state);
                    if possible[state] == NONE || target[state] {
                        probability[state] = Some(f64::from(target[state]));
                        optimal[pairs].fill(true);
                    } else if sure[state] != NONE {
                        probability[state] = Some(1.0);
                        // Actions that stay sure and may come nearer: whoever takes only those arrives.
                        for pair in pairs.filter(|&pair| conserves(pair)) {
                            let next = bellman.row(pair).0.iter().map(|&next| sure[next as usize]);
                            optimal[pair] = next.clone().all(|steps| steps != NONE)
                                && next.clone().any(|steps| steps < sure[state]);
                        }
                    }
                }
            }
            Extremum::Minimum => {
                let never = avoidable(bellman, predecessors, target);
                let risky: Vec<bool> = (0..states)
                    .map(|state| never[state] || (!target[state] && bellman.pairs(state).any(|pair| !conserves(pair))))
                    .collect();
                let escape = predecessors.distance(&risky, |state, _| !target[state]);
                for state in 0..states {
                    let pairs = bellman.pairs(state);
                    if never[state] {
                        probability[state] = Some(0.0);
                        for pair in pairs {
                            optimal[pair] = bellman.row(pair).0.iter().all(|&next| never[next as usize]);
                        }
                    } else if target[state] || escape[state] == NONE {
                        probability[state] = Some(1.0);
                        optimal[pairs].fill(true);
                    }
                }
            }
        }
        Certain { probability, optimal }
    }
}
