//! Necessary conditions of compatibility.

use crate::Training;
use dunamis_mdp::Rational;
use num_traits::{Signed, Zero};

/// A necessary condition $`a^\top\theta \ge b`$ of compatibility.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct GoalRow {
    /// The pair that is no better than an observed one.
    pub pair: usize,
    /// $`a`$, shape d.
    pub coefficients: Vec<Rational>,
    /// $`b`$, the margin.
    pub bound: Rational,
    /// Whether equality is asked: of pairs that were observed too.
    pub equality: bool,
}

impl GoalRow {
    /// By how much a goal satisfies the row: at least 0 (exactly 0 for an equality) where it does.
    pub fn slack(&self, goal: &[Rational]) -> Rational {
        let terms = self.coefficients.iter().zip(goal).filter(|(a, _)| !a.is_zero());
        terms.map(|(a, x)| a * x).sum::<Rational>() - &self.bound
    }

    /// Whether a goal satisfies the row.
    pub fn holds(&self, goal: &[Rational]) -> bool {
        let slack = self.slack(goal);
        if self.equality { slack.is_zero() } else { !slack.is_negative() }
    }

    /// The row in words.
    pub fn describe(&self, training: &Training) -> String {
        let model = training.model();
        let action = |pair: usize| &model.actions()[model.available().action(pair).index()];
        let state = model.available().state(self.pair);
        let observed: Vec<String> = (model.available().pairs(state))
            .filter(|&pair| training.observed()[pair] && pair != self.pair)
            .map(|pair| format!("`{}`", action(pair)))
            .collect();
        let relation = if self.equality {
            "is worth exactly as much as".into()
        } else if self.bound.is_zero() {
            "is worth at least as much as".into()
        } else if self.bound.is_positive() {
            format!("is worth at least {} more than", self.bound)
        } else {
            format!("is worth at most {} less than", -&self.bound)
        };
        format!(
            "at `{}`, {} {relation} `{}`",
            &model.states()[state.index()],
            observed.join(" and "),
            action(self.pair)
        )
    }
}
