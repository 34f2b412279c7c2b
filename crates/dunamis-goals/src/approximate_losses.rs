//! Membership in doubles, wherever these leave no doubt: draws need it far more often than exact arithmetic allows.

use crate::restriction::Restriction;
use dunamis_mdp::{Discount, Rational, TransitionModel};
use dunamis_solve::{BatchSolver, BatchWorkspace, LANES, TileSolution};
use num_traits::ToPrimitive;
use std::sync::Arc;

/// What deviations lose, up to a bound.
#[derive(Clone, Debug)]
pub(crate) struct ApproximateLosses {
    part: Restriction,
    /// Of the part in which observed states have their observed action only.
    solver: BatchSolver,
    /// Pairs of the part that are deviations.
    deviations: Vec<usize>,
    discount: f64,
    margin: f64,
}

/// Rounding of sums and products, as a part of the largest value.
const ROUNDING: f64 = 1e-12;

impl ApproximateLosses {
    pub(crate) fn new(
        (part, faithful): (Restriction, Arc<TransitionModel>),
        deviations: Vec<usize>,
        discount: &Discount,
        margin: &Rational,
    ) -> Self {
        let solver = BatchSolver::new(faithful, discount);
        let margin = margin.to_f64().unwrap_or(f64::NAN);
        ApproximateLosses { part, solver, deviations, discount: discount.value(), margin }
    }

    /// Whether no deviation from what was observed gains by itself, if that is clear. The goal has shape d.
    pub(crate) fn verdict(&self, goal: &[f64]) -> Option<bool> {
        let own = |state: usize| goal[self.part.states[state].index()];
        let mut columns = vec![[0.0; LANES]; self.part.states.len()];
        let mut largest = self.margin.abs();
        for (state, column) in columns.iter_mut().enumerate() {
            column[0] = own(state);
            largest = largest.max(column[0].abs());
        }
        let mut solution = TileSolution::default();
        self.solver.solve_tile(&columns, &mut solution, &mut BatchWorkspace::default());
        let doubt = 2.0 * solution.error[0] + ROUNDING * largest / (1.0 - self.discount);
        let mut clear = true;
        for &pair in &self.deviations {
            let state = self.part.model.available().state(pair).index();
            let (next, probability) = self.part.model.row(pair);
            let later: f64 = next.iter().zip(probability).map(|(&next, p)| p * solution.value[next as usize][0]).sum();
            let spare = solution.value[state][0] - own(state) - self.discount * later - self.margin;
            if spare < -doubt {
                return Some(false);
            }
            // Negated, so that what is not a number is not clear.
            clear &= spare > doubt;
        }
        clear.then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use crate::goal_sampler::FastMembership;
    use crate::{GoalBounds, GoalSet, GoalSettings, Training};
    use dunamis_mdp::{Rational, StateId, TransitionModel};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        /// Doubles are never wrong where they speak, and often do; small whole rewards tie a lot.
        #[test]
        fn verdicts_are_exact(
            links in proptest::collection::vec(proptest::collection::vec(0_usize..5, 1..4), 5),
            trained in 1_usize..6,
            goals in proptest::collection::vec(proptest::collection::vec(0_i32..4, 5), 20),
        ) {
            let mut builder = TransitionModel::builder();
            let ids: Vec<StateId> = (0..5).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
            for (s, targets) in links.iter().enumerate() {
                for (a, &target) in targets.iter().enumerate() {
                    builder.transition(ids[s], &format!("a{a}"), ids[target], 1.0).unwrap();
                }
            }
            let model = builder.build().unwrap();
            let observed: Vec<usize> = ids[..trained].iter().map(|&s| model.available().pairs(s).start).collect();
            let training = Training::new(model, &ids[..trained], &observed).unwrap();
            let settings = GoalSettings { bounds: Some(GoalBounds::Unbounded), ..GoalSettings::default() };
            let set = GoalSet::new(training, &"3/4".parse().unwrap(), settings).unwrap();
            let (fast, losses) = (FastMembership::new(&set), set.approximate_losses().unwrap());
            for goal in &goals {
                let exact: Vec<Rational> = goal.iter().map(|&x| Rational::from_integer(x.into())).collect();
                let goal: Vec<f64> = goal.iter().map(|&x| f64::from(x)).collect();
                let truth = set.contains(&exact).unwrap();
                prop_assert_eq!(fast.contains(&goal, || exact.clone()), truth);
                prop_assert!(losses.verdict(&goal).is_none_or(|verdict| verdict == truth));
                // A little noise takes ties away, and doubts with them.
                let noisy: Vec<f64> = goal.iter().zip(1_i32..).map(|(x, k)| x + 1e-3 * f64::from(k).sqrt()).collect();
                let clear = links[..trained].iter().all(|targets| targets[1..].iter().all(|target| *target != targets[0]));
                prop_assert!(!clear || losses.verdict(&noisy).is_some());
            }
        }
    }
}
