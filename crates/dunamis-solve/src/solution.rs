//! Solutions: values that carry their bounds, and what was done to get them.

use crate::bellman::Bellman;
use dunamis_mdp::{DeterministicPolicy, Mdp, StochasticPolicy};
use serde::Serialize;

/// Lower and upper bounds of a value function, each of shape |S|, with $`\text{lower} \le V^* \le \text{upper}`$ in every
/// state. They include every rounding error, also that of writing the model's numbers as `f64`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueBounds {
    /// No value lies below.
    pub lower: Vec<f64>,
    /// No value lies above.
    pub upper: Vec<f64>,
}

impl ValueBounds {
    /// Largest distance of the two bounds over all states.
    pub fn gap(&self) -> f64 {
        self.lower.iter().zip(&self.upper).fold(0.0, |gap: f64, (lower, upper)| gap.max(upper - lower))
    }

    /// The middle of each interval, shape |S|; it never leaves the interval. Of an unbounded one, the number nearest to 0.
    pub fn midpoint(&self) -> Vec<f64> {
        let middle = |(&lower, &upper): (&f64, &f64)| {
            let middle = 0.5 * lower + 0.5 * upper;
            if middle.is_finite() { middle } else { 0.0 }.clamp(lower, upper)
        };
        self.lower.iter().zip(&self.upper).map(middle).collect()
    }
}

/// Why a solver stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Termination {
    /// The bounds are as close as was asked.
    Converged,
    /// The largest number of iterations was reached first; the bounds are true but wider than asked.
    IterationLimit,
    /// Rounding keeps the bounds from being as close as was asked; they are true but wider.
    #[serde(rename = "precision-limited")]
    PrecisionLimit,
    /// An [`Observer`](crate::Observer) asked to stop; the bounds are true but wider than asked.
    Interrupted,
}

impl Termination {
    /// The reason itself, where it is one to stop early; otherwise the precision limit.
    pub(crate) fn or_precision_limit(self) -> Self {
        if self == Termination::Converged { Termination::PrecisionLimit } else { self }
    }
}

/// What a solver did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// The solver's registered name.
    pub solver: &'static str,
    /// Outer iterations: sweeps of value iteration, improvements of policy iteration.
    pub iterations: usize,
    /// Passes over all state-action pairs, those of the final certificate included.
    pub sweeps: usize,
    /// Action values computed, the unit of work of discounted solvers: |SA| for every one of [`Statistics::sweeps`], and
    /// those of backups of single states. 0 under other criteria.
    pub backups: usize,
    /// State-action pairs that were proved suboptimal and dropped, where a solver eliminates actions.
    pub eliminated: usize,
    /// Passes over the rows of one policy (products with $`P_\pi`$); direct solves count none.
    pub evaluation_sweeps: usize,
    /// What was chosen where there was a choice, and why; empty otherwise.
    pub choice: String,
}

impl Statistics {
    /// Statistics of a solver that has done nothing yet.
    pub fn new(solver: &'static str) -> Self {
        Statistics { solver, ..Statistics::default() }
    }
}

/// A value function with its warrant: bounds, tolerance of ties, status and statistics.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Solution {
    /// Value (gain, for average reward) of every state, shape |S|: inside the bounds.
    pub value: Vec<f64>,
    /// True bounds of the optimal value.
    pub bounds: ValueBounds,
    /// For every state-action pair whether its action value is within [`Solution::tie_tolerance`] of the best, shape |SA|.
    ///
    /// Under the discounted criterion every optimal action is marked, and a marked action loses at most twice the tolerance.
    /// For average reward the marked actions solve the optimality equations, so that every policy which picks among them
    /// is optimal within the tolerance; other optimal policies may exist.
    pub optimal: Vec<bool>,
    /// A marked state-action pair for every state, shape |S|: the policy of [`Solution::greedy`].
    ///
    /// Under the discounted criterion the policy is greedy for the lower bounds. No backup of those is below them, so that the
    /// policy's value is not below them either (up to rounding, over $`1 - \gamma`$): it loses no more than the gap, where
    /// a policy of other marked actions may lose twice the tie tolerance at every step. Elsewhere it is the first that is marked.
    pub best: Vec<u32>,
    /// Distance from the best action value within which actions count as tied, in the units of the reward: the tolerance
    /// that was set, or the uncertainty of the computed action values where that is larger.
    pub tie_tolerance: f64,
    /// Why the solver stopped.
    pub status: Termination,
    /// What the solver did.
    pub statistics: Statistics,
}

impl Solution {
    /// The policy that draws uniformly from the tied best actions of every state.
    ///
    /// # Panics
    ///
    /// If `mdp` has another layout than the one that was solved.
    pub fn policy(&self, mdp: &Mdp) -> StochasticPolicy {
        StochasticPolicy::uniform_over(mdp.model().available(), &self.optimal)
    }

    /// The policy of [`Solution::best`].
    ///
    /// # Panics
    ///
    /// If `mdp` has another layout than the one that was solved.
    pub fn greedy(&self, mdp: &Mdp) -> DeterministicPolicy {
        DeterministicPolicy::new(mdp.model().available(), self.best.clone())
            .expect("one pair of its own for every state")
    }

    /// Largest distance between upper and lower bound over all states.
    pub fn gap(&self) -> f64 {
        self.bounds.gap()
    }
}

/// The first marked pair of every state, or the first one where none is marked.
pub(crate) fn first_marked(bellman: &Bellman<'_>, marks: &[bool]) -> Vec<u32> {
    let first = |state| {
        let mut pairs = bellman.pairs(state);
        let first = pairs.start;
        pairs.find(|&pair| marks[pair]).unwrap_or(first) as u32
    };
    (0..bellman.states()).map(first).collect()
}
