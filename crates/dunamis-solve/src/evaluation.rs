//! Policy evaluation: the value of a Markov chain with rewards,
//!
//! ```math
//! V = r + \gamma P V, \qquad\text{that is}\qquad (I - \gamma P) V = r .
//! ```
//!
//! | method | how | cost |
//! |---|---|---|
//! | [`Iterative`](EvaluationMethod::Iterative) | Jacobi sweeps with MacQueen–Porteus bounds and shift | $`O(\mathrm{nnz})`$ per sweep, at most $`\log(1/\varepsilon)/(1-\gamma)`$ sweeps, far fewer when the chain mixes |
//! | [`Dense`](EvaluationMethod::Dense) | Gaussian elimination | $`O(n^3)`$ |
//! | [`SparseDirect`](EvaluationMethod::SparseDirect) | sparse LU with fill-reducing order | the fill: small on grids, $`O(n^3)`$ on random graphs |
//! | [`Krylov`](EvaluationMethod::Krylov) | `BiCGStab` `[van der Vorst 1992]`; GMRES, then sweeps where it breaks down | two products per step, robust against slow mixing |
//! | [`Gmres`](EvaluationMethod::Gmres) | restarted GMRES `[Saad & Schultz 1986]`, then sweeps | one product and up to 30 vectors per step; never breaks down |
//! | [`Cycles`](EvaluationMethod::Cycles) | cycle detection in a chain without chance | $`O(n)`$, exact up to rounding |
//!
//! No method is believed: the bounds come from the residual of the vector that it returns (see [`crate::bellman_bounds`];
//! a chain is a model with one action). Rows may sum to less than 1; mass that leaks is worth 0.

mod gmres;
mod krylov;

use crate::bellman::Bellman;
use crate::bounds::{GapWatch, StoppingRule, residual_bounds};
use crate::functional_graph::{LOST, Walk, evaluate_functional_graph};
use crate::linear::LinearSystem;
use crate::tolerance::{reward_scale, scale_of};
use crate::value_iteration::jacobi;
use crate::{SolveError, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, MarkovChain};
use serde::{Deserialize, Serialize};

/// Largest chain for which [`EvaluationMethod::Auto`] eliminates densely: about as fast as a few hundred sparse sweeps.
const DENSE_LIMIT: usize = 128;

/// How a policy is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EvaluationMethod {
    /// [`Cycles`](Self::Cycles) without chance, [`Dense`](Self::Dense) for up to 128 states, else [`Krylov`](Self::Krylov).
    #[default]
    Auto,
    /// Jacobi sweeps with MacQueen–Porteus bounds.
    Iterative,
    /// Dense Gaussian elimination.
    Dense,
    /// Sparse LU factorization. The only method whose last bits depend on the machine's instruction set.
    SparseDirect,
    /// `BiCGStab`, completed by GMRES and sweeps where it breaks down.
    Krylov,
    /// Restarted GMRES, completed by sweeps where it stagnates.
    Gmres,
    /// Exact evaluation of chains without chance by cycle detection.
    Cycles,
}

/// Settings of policy evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyEvaluation {
    /// How to evaluate.
    pub method: EvaluationMethod,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Largest number of products with the transition matrix.
    pub max_sweeps: usize,
}

impl Default for PolicyEvaluation {
    fn default() -> Self {
        PolicyEvaluation { method: EvaluationMethod::Auto, tolerance: Tolerance::Relative(1e-9), max_sweeps: 1_000_000 }
    }
}

/// The value of a chain with true bounds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// Value of every state, shape |S|: inside the bounds.
    pub value: Vec<f64>,
    /// True bounds, rounding included, for the chain and rewards as the `f64` they are given in and the exact discount.
    pub bounds: ValueBounds,
    /// Why the method stopped.
    pub status: Termination,
    /// The method that was used, never [`EvaluationMethod::Auto`].
    pub method: EvaluationMethod,
    /// Products with the transition matrix.
    pub sweeps: usize,
}

impl PolicyEvaluation {
    /// The value of every state of `chain` with one reward per state.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`], [`SolveError::Overflow`], [`SolveError::Tolerance`], [`SolveError::NotDeterministic`] (only
    /// [`EvaluationMethod::Cycles`]) and [`SolveError::Factorization`] (only [`EvaluationMethod::SparseDirect`]).
    pub fn evaluate(&self, chain: &MarkovChain, reward: &[f64], discount: &Discount) -> Result<Evaluation, SolveError> {
        self.tolerance.check("tolerance")?;
        if reward.len() != chain.states() {
            return Err(SolveError::Length { what: "the reward", expected: chain.states(), actual: reward.len() });
        }
        let reward_scale = reward_scale(reward);
        let scale = scale_of(reward_scale, &Criterion::Discounted(discount.clone()))?;
        let bellman = Bellman::of_chain(chain, reward, discount.value());
        let mut rule = StoppingRule::new(&bellman, reward_scale, self.tolerance.absolute(scale));
        let mut value = vec![0.0; chain.states()];
        let (target, mut sweeps) = (rule.target, 0);
        loop {
            let budget = self.max_sweeps.saturating_sub(sweeps);
            let solved = solve(&bellman, self.method, &mut value, &rule, budget)?;
            sweeps += solved.sweeps + 1;
            let bounds = residual_bounds(&bellman, discount, &value);
            let gap = bounds.gap();
            let status = if gap <= target {
                Termination::Converged
            } else if solved.status == Termination::Converged && rule.target > rule.rounding {
                // The estimate that stopped the method knows nothing of rounding: ask for a smaller gap.
                rule.target *= 0.1;
                continue;
            } else if solved.status == Termination::IterationLimit {
                Termination::IterationLimit
            } else {
                Termination::PrecisionLimit
            };
            return Ok(Evaluation { value: bounds.midpoint(), bounds, status, method: solved.method, sweeps });
        }
    }
}

/// What a method did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Solved {
    pub(crate) method: EvaluationMethod,
    pub(crate) sweeps: usize,
    pub(crate) status: Termination,
}

/// Improves `value`, which holds the first guess, until the estimated gap of its bounds is at most `rule.target`.
/// `bellman` must have one pair per state.
pub(crate) fn solve(
    bellman: &Bellman<'_>,
    method: EvaluationMethod,
    value: &mut Vec<f64>,
    rule: &StoppingRule,
    max_sweeps: usize,
) -> Result<Solved, SolveError> {
    let direct = |method| Solved { method, sweeps: 0, status: Termination::PrecisionLimit };
    match method {
        EvaluationMethod::Auto => match cycles(bellman) {
            Some(exact) => {
                *value = exact;
                Ok(direct(EvaluationMethod::Cycles))
            }
            None if bellman.states() <= DENSE_LIMIT => solve(bellman, EvaluationMethod::Dense, value, rule, max_sweeps),
            None => solve(bellman, EvaluationMethod::Krylov, value, rule, max_sweeps),
        },
        EvaluationMethod::Cycles => {
            *value = cycles(bellman).ok_or(SolveError::NotDeterministic)?;
            Ok(direct(method))
        }
        EvaluationMethod::Dense => {
            *value = system(bellman).solve_dense();
            Ok(direct(method))
        }
        EvaluationMethod::SparseDirect => {
            *value = system(bellman).solve_sparse()?;
            Ok(direct(method))
        }
        EvaluationMethod::Iterative => {
            let (sweeps, status) = sweep(bellman, value, rule, max_sweeps);
            Ok(Solved { method, sweeps, status })
        }
        EvaluationMethod::Krylov | EvaluationMethod::Gmres => {
            let mut products = 0;
            if method == EvaluationMethod::Krylov {
                products += krylov::solve(bellman, value, rule, max_sweeps);
            }
            // Does nothing but one product where `BiCGStab` reached its goal.
            products += gmres::solve(bellman, value, rule, max_sweeps.saturating_sub(products));
            // Sweeps confirm the solution, or finish the work after a breakdown.
            let (sweeps, status) = sweep(bellman, value, rule, max_sweeps.saturating_sub(products).max(1));
            Ok(Solved { method, sweeps: products + sweeps, status })
        }
    }
}

/// The value of a chain without chance; `None` for other chains.
fn cycles(bellman: &Bellman<'_>) -> Option<Vec<f64>> {
    let next: Vec<u32> = (0..bellman.states())
        .map(|state| match bellman.row(state) {
            ([], _) => Some(LOST),
            (&[next], [1.0]) => Some(next),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let reward: Vec<f64> = (0..next.len()).map(|state| bellman.reward(state, state)).collect();
    let mut value = vec![0.0; next.len()];
    evaluate_functional_graph(&next, &reward, bellman.discount, &mut value, &mut Walk::default());
    Some(value)
}

/// $`(I - \gamma P) V = r`$.
fn system(bellman: &Bellman<'_>) -> LinearSystem {
    let mut entries = Vec::new();
    for state in 0..bellman.states() {
        entries.push((state, state, 1.0));
        let (next, probability) = bellman.row(state);
        entries.extend(next.iter().zip(probability).map(|(&next, &p)| (state, next as usize, -bellman.discount * p)));
    }
    let right = (0..bellman.states()).map(|state| bellman.reward(state, state)).collect();
    LinearSystem { entries, right }
}

/// Jacobi sweeps until the MacQueen–Porteus gap meets the target. The value is not shifted: its bounds need no shift, and with
/// leaking rows a shift would spread the residual.
fn sweep(bellman: &Bellman<'_>, value: &mut Vec<f64>, rule: &StoppingRule, limit: usize) -> (usize, Termination) {
    let mut watch = GapWatch::new(rule);
    let mut backed_up = vec![0.0; value.len()];
    let mut sweeps = 0;
    loop {
        let residual = jacobi(bellman, value, &mut backed_up);
        sweeps += 1;
        std::mem::swap(value, &mut backed_up);
        let (low, high) = rule.shifts(residual);
        let arrived = watch.arrived(high - low, rule);
        if arrived || sweeps >= limit {
            let status = match (arrived, high - low <= rule.target) {
                (_, true) => Termination::Converged,
                (true, false) => Termination::PrecisionLimit,
                (false, false) => Termination::IterationLimit,
            };
            return (sweeps, status);
        }
    }
}
