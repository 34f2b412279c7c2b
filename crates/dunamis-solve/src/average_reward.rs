//! Average reward: the largest long-run reward per step, the *gain*, of every state of any (multichain) model.
//!
//! Whatever the policy, what is visited infinitely often is an end component, so the gain decomposes
//! `[Ashok et al. 2017, §4]`:
//!
//! 1. **Maximal end components.** Within one, every state can reach every other, so one gain $`g_k`$ belongs to all of them.
//!    Policy iteration finds it: evaluate a policy with a single recurrent class by $`g + h(s) = r(s) + \sum p\,h(s')`$,
//!    improve greedily in $`r + \sum p\,h`$, and where the new policy has several recurrent classes, let the others walk to
//!    the best one. For *any* vector $`h`$ and any policy $`\pi`$ inside the component,
//!
//!    ```math
//!    \min_s \Bigl( r(s,\pi) + \sum_{s'} p\,(h(s') - h(s)) \Bigr) \;\le\; g_k \;\le\;
//!    \max_{s,a} \Bigl( r(s,a) + \sum_{s'} p\,(h(s') - h(s)) \Bigr),
//!    ```
//!
//!    which is the certificate. In a deterministic model the component is a graph, $`g_k`$ its maximum cycle mean, and one
//!    round costs $`O(\mathrm{nnz})`$ `[Howard's algorithm, Cochet-Terrasson et al. 1998]`; otherwise a round solves one
//!    sparse linear system.
//! 2. **Quotient.** With each component collapsed to one state that may stop and be paid $`g_k`$, no play can go on for ever
//!    without stopping. The gain is the largest expected payment, enclosed by interval iteration from both sides
//!    `[Haddad & Monmege 2018]` in the order of the strongly connected components: one sweep where there are no cycles, as in
//!    every deterministic model.
//!
//! Both bounds include all rounding. Mass that leaks is absorbed with gain 0. Rows are understood as divided by their sum,
//! since over an infinite time not even $`10^{-16}`$ of mass may appear or vanish.
//!
//! **Stopping rule.** Both bounds of every state as close as asked. **Complexity.** A few rounds per component, each with one
//! linear solve (fill-in limits stochastic components to some thousands of states), and as many sweeps of the quotient as
//! transient play takes steps.

use self::component::{Component, ComponentGain, Rules};
use crate::bellman::Bellman;
use crate::end_components::EndComponents;
use crate::observer::Budget;
use crate::solution::first_marked;
use crate::tolerance::value_scale;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp};
use serde::{Deserialize, Serialize};

pub(crate) mod component;
pub(crate) mod policy_iteration;
mod quotient;

/// Settings of the average-reward solver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AverageReward {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best within which actions count as tied: in gain where they leave an end component, in
    /// $`r + \sum p\,h`$ inside one. A policy that picks among tied actions loses at most this much gain in a component,
    /// and at most this much at every step outside.
    pub tie_tolerance: Tolerance,
    /// Largest number of policies per end component, and of sweeps of the quotient.
    pub max_iterations: usize,
}

impl Default for AverageReward {
    fn default() -> Self {
        AverageReward {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 100_000,
        }
    }
}

impl Solver for AverageReward {
    fn name(&self) -> &'static str {
        "average-reward"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let budget = Budget { limit: self.max_iterations, observer };
        solve_by_components(self.name(), mdp, criterion, tolerances, budget, policy_iteration::solve)
    }
}

/// The frame of all solvers of this criterion, which differ in how they find the gain of an end component.
pub(crate) fn solve_by_components(
    solver: &'static str,
    mdp: &Mdp,
    criterion: &Criterion,
    (tolerance, tie_tolerance): (Tolerance, Tolerance),
    budget: Budget<'_>,
    mut component_gain: impl FnMut(&Component<'_>, &Rules<'_>) -> Result<ComponentGain, SolveError>,
) -> Result<Solution, SolveError> {
    if *criterion != Criterion::Average {
        return Err(SolveError::UnsupportedCriterion { solver, criterion: criterion.clone() });
    }
    tolerance.check("tolerance")?;
    tie_tolerance.check("tie_tolerance")?;
    let scale = value_scale(mdp, criterion)?;
    let target = tolerance.absolute(scale);
    // The operator's discount is never used: every backup below is undiscounted.
    let bellman = Bellman::new(mdp, &Discount::new(0.0).expect("0 is a discount"));
    let leak = |pair| mdp.model().leak(pair);
    let components = EndComponents::new(&bellman, |pair| leak(pair) > 0.0);
    let mut statistics = Statistics::new(solver);
    let mut status = Termination::Converged;
    let mut gains = Vec::with_capacity(components.members.len());
    // A component may use half of the gap; the rest is for the quotient.
    let rules = Rules { target: 0.5 * target, scale, budget };
    for index in 0..components.members.len() {
        let gain = component_gain(&Component::new(&bellman, &components, index), &rules)?;
        statistics.iterations += gain.iterations;
        // Components are disjoint, so that together they take as many passes as the slowest.
        statistics.sweeps = gain.sweeps.max(statistics.sweeps);
        if gain.status != Termination::Converged {
            status = gain.status;
        }
        gains.push(gain);
    }
    let quotient = quotient::Quotient::new(&bellman, &components, leak);
    let enclosure = quotient.solve(&gains, target, budget);
    statistics.iterations += enclosure.sweeps;
    statistics.sweeps += enclosure.sweeps + 1;
    let bounds = ValueBounds { lower: enclosure.lower, upper: enclosure.upper };
    let gap = bounds.gap();
    let status = match (gap <= target, status) {
        (true, _) => Termination::Converged,
        (false, Termination::Converged) => enclosure.status.or_precision_limit(),
        (false, status) => status,
    };
    let value = bounds.midpoint();
    let tie_tolerance = tie_tolerance.absolute(scale).max(2.0 * gap);
    let optimal = quotient.optimal(&value, &gains, tie_tolerance);
    let best = first_marked(&bellman, &optimal);
    Ok(Solution { value, bounds, optimal, best, tie_tolerance, status, statistics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{Reward, TransitionModel};

    /// One cycle through three states with a shortcut, and a door to a better place that opens with probability 1/2.
    fn model() -> TransitionModel {
        let mut builder = TransitionModel::builder();
        let s: Vec<_> = ["a", "b", "c", "door", "end"].into_iter().map(|name| builder.state(name).unwrap()).collect();
        builder.transition(s[0], "on", s[1], 1.0).unwrap();
        builder.transition(s[1], "on", s[2], 1.0).unwrap();
        builder.transition(s[1], "back", s[0], 1.0).unwrap();
        builder.transition(s[2], "on", s[0], 1.0).unwrap();
        builder.transition(s[3], "try", s[0], 0.5).unwrap();
        builder.transition(s[3], "try", s[4], 0.5).unwrap();
        builder.transition(s[4], "stay", s[4], 1.0).unwrap();
        builder.build().unwrap()
    }

    fn gain(reward: [f64; 5]) -> Solution {
        let model = model();
        let reward = Reward::state(&model, reward).unwrap();
        AverageReward::default().solve(&Mdp::new(model, reward).unwrap(), &Criterion::Average).unwrap()
    }

    #[test]
    fn the_best_cycle_wins() {
        // Means: a, b: 2; a, b, c: 7/3.
        let solution = gain([1.0, 3.0, 3.0, 100.0, 5.0]);
        for (value, truth) in solution.value.iter().zip([7.0 / 3.0, 7.0 / 3.0, 7.0 / 3.0, 11.0 / 3.0, 5.0]) {
            assert!((value - truth).abs() < 1e-12, "{solution:?}");
        }
        assert_eq!(solution.optimal, [true, true, false, true, true, true]);
        assert_eq!(gain([1.0, 3.0, 1.0, 0.0, 0.0]).optimal, [true, false, true, true, true, true]);
    }

    #[test]
    fn enormous_rewards_keep_true_bounds() {
        let solution = gain([1e304, -1e304, 1e304, 0.0, -1e304]);
        let bounds = &solution.bounds;
        assert!(bounds.lower[0] <= 1e304 / 3.0 && 1e304 / 3.0 <= bounds.upper[0]);
        assert!(solution.value.iter().all(|value| value.is_finite()));
    }
}
