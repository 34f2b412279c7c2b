//! Verification of a solution, independent of the solver that found it.
//!
//! Everything is recomputed here from the model's rows as written and from the numbers in the [`Solution`], in exact rational
//! arithmetic or in dyadic rationals rounded outwards; no operator, bound or rounding rule of the solvers is used. Where a proof
//! needs a *witness* (an exact optimal value or policy), [`solve_exact`](crate::solve_exact) or
//! [`solve_sensitive`](crate::solve_sensitive) proposes it; it is not trusted, but substituted into the optimality equations here.
//!
//! **What a passed verification proves**
//!
//! | criterion | bounds and value | marks | how, and for which models |
//! |---|---|---|---|
//! | discounted | $`\text{lower} \le V^* \le \text{upper}`$, value between | every optimal action is marked; a marked one loses at most twice the tie tolerance | exact residual of the value; with up to [`EXACT_STATES`] states, the exact $`V^*`$ where that does not decide |
//! | finite horizon | the same for $`V_N`$ | the same for the first decision | backward induction with 128 bits below the largest reward, rounded outwards |
//! | average reward | the same for the optimal gain | a marked action's expected gain is at most twice the tie tolerance below the optimal one | exact optimality equations, up to [`EXACT_STATES`] states |
//! | total reward | the same for the total | a marked action loses at most twice the tie tolerance | the same, if the optimal gain is 0 everywhere (so that all totals are finite) |
//!
//! Beside that, [`Verification::policy_loss`] bounds what any policy loses that picks among the marked actions. **Not checked:**
//! the status and the statistics; for average and total reward that other optimal actions are marked, too, which no solver
//! claims; infinite totals. A verification that cannot decide is an error ([`VerifyError::Undecided`],
//! [`VerifyError::Uncovered`]), never a pass.
//!
//! **Proofs.** *Discounted.* With $`a \le TV - V \le b`$, exactly, and row masses in $`[m_-, m_+]`$,
//! $`TV + \gamma m a / (1 - \gamma m) \le V^* \le TV + \gamma m b / (1 - \gamma m)`$, where $`m`$ is $`m_+`$ if that widens the
//! interval and $`m_-`$ otherwise: the shifted $`V`$ is a sub- or supersolution, and one more step of the monotone $`T`$ is
//! closer. A witness with $`TV = V`$ is $`V^*`$, since $`T`$ is a contraction.
//! *Average.* If $`g = P_\pi g`$, $`g + h = r_\pi + P_\pi h`$ for a policy, and every action has $`P_a g \le g`$ and, where that is an
//! equality, $`r_a + P_a h \le g + h`$, then $`g`$ is the optimal gain `[Puterman 1994, Thm 9.1.2]`.
//! *Total.* If $`g = 0`$ and every action has $`r_a + P_a h \le h`$ and, where that is an equality, $`P_a y \le h + y`$ for some
//! $`y`$, then no policy has a limit of expected sums above $`h`$: one of gain 0 moves among such actions in the long run, so that
//! its long-run average of $`h`$ is at least 0, and one of negative gain loses for ever. A policy with equality in the first and
//! $`h = 0`$ at its recurrent states attains it.
//!
//! **Cost.** Rational arithmetic for every transition and sweep: linear in the model, and far slower than solving.

mod discounted;
mod rows;
mod undiscounted;

use crate::{Solution, SolveError, ValueBounds, rounding};
use dunamis_mdp::{Criterion, Mdp, Rational};
use rows::Rows;

/// Up to this number of states an exact solution is tried where nothing cheaper decides.
pub const EXACT_STATES: usize = 32;

/// How the optimal value was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence {
    /// It is known exactly.
    Exact,
    /// It is known to lie in an interval.
    Enclosure,
}

/// What a verification found out; see the table at [`verify`] for what it proves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    /// How the optimal value was found out.
    pub evidence: Evidence,
    /// Bounds of the optimal value that were proved here, rounded outwards. They lie within those of the solution, up to
    /// that rounding.
    pub bounds: ValueBounds,
    /// Largest loss, over all states, of any stationary policy that picks among the marked actions. For a finite horizon that
    /// of the first decision alone; exact up to rounding upwards for average reward; infinite for total reward if such a policy
    /// may lose for ever.
    pub policy_loss: f64,
}

/// Why a solution does not pass.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// An array of the solution does not fit the model.
    #[error("the solution's {what} has {actual} entries, but {expected} are needed")]
    Length {
        /// Which array.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries there.
        actual: usize,
    },
    /// The value is not between its bounds, or one of the numbers is not a number.
    #[error("at state `{state}` the value {value} is not between its bounds {lower} and {upper}")]
    Order {
        /// The state.
        state: String,
        /// The solution's value.
        value: f64,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A bound is false.
    #[error("at state `{state}` the {side} bound {claimed} is false: the optimal value is in [{low}, {high}]")]
    Bound {
        /// The state.
        state: String,
        /// `lower` or `upper`.
        side: &'static str,
        /// The solution's bound.
        claimed: f64,
        /// The optimal value is at least this.
        low: f64,
        /// The optimal value is at most this.
        high: f64,
    },
    /// No action of a state is marked.
    #[error("at state `{state}` no action is marked as optimal")]
    NoAction {
        /// The state.
        state: String,
    },
    /// A marked action is not optimal within the tolerance.
    #[error(
        "action `{action}` at state `{state}` is marked as optimal but loses at least {loss:e}, more than twice the tie tolerance"
    )]
    FalseAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// What it loses at least.
        loss: f64,
    },
    /// An optimal action is not marked.
    #[error("action `{action}` at state `{state}` is optimal but not marked")]
    MissingAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// Neither proved nor refuted.
    #[error("{what} of state `{state}` could not be decided: the interval proved for the optimal value is too wide")]
    Undecided {
        /// The state.
        state: String,
        /// What could not be decided.
        what: &'static str,
    },
    /// A case for which this module has no proof.
    #[error("no proof is known here for {what}")]
    Uncovered {
        /// The case.
        what: &'static str,
    },
    /// No witness was found.
    #[error("no witness was found")]
    Witness(#[from] SolveError),
}

/// Checks a solution of an MDP under a criterion: a pass proves what the table of this module's documentation says,
/// repeated here in short. For the discounted and finite-horizon criteria: the bounds contain the optimal value, the value lies
/// between them, every optimal action is marked, and every marked action loses at most twice [`Solution::tie_tolerance`]. For
/// average and total reward of models with up to [`EXACT_STATES`] states: the same about bounds and value; marks are checked
/// one by one, and [`Verification::policy_loss`] is the exact loss of the worst policy that picks among them.
///
/// ```
/// use dunamis_mdp::{Criterion, Discount, Mdp, Reward, TransitionModel};
/// use dunamis_solve::{PolicyIteration, Solver, VerifyError, verify};
/// let mut builder = TransitionModel::builder();
/// let (work, rest) = (builder.state("work")?, builder.state("rest")?);
/// builder.transition(work, "stay", work, 1.0)?;
/// builder.transition(work, "leave", rest, 1.0)?;
/// builder.transition(rest, "stay", rest, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state(&model, [0.0, 1.0])?;
/// let mdp = Mdp::new(model, reward)?;
/// let criterion = Criterion::Discounted(Discount::new(0.5)?);
/// let mut solution = PolicyIteration::default().solve(&mdp, &criterion)?;
/// assert!(verify(&mdp, &criterion, &solution)?.policy_loss < 1e-8);
///
/// solution.optimal = vec![true; 3];
/// assert!(matches!(verify(&mdp, &criterion, &solution), Err(VerifyError::FalseAction { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`VerifyError`]: what is false, where, or what could not be decided.
pub fn verify(mdp: &Mdp, criterion: &Criterion, solution: &Solution) -> Result<Verification, VerifyError> {
    let rows = Rows::new(mdp);
    check_form(&rows, solution)?;
    match criterion {
        Criterion::Discounted(discount) => discounted::verify(&rows, discount, solution),
        Criterion::FiniteHorizon { steps, discount } => {
            discounted::verify_steps(&rows, *steps, discount.as_ref(), solution)
        }
        Criterion::Average => undiscounted::verify_average(&rows, solution),
        Criterion::Total => undiscounted::verify_total(&rows, solution),
        _ => Err(VerifyError::Uncovered { what: "this criterion" }),
    }
}

/// An enclosure of an optimal value.
struct Proved {
    evidence: Evidence,
    lower: Vec<Rational>,
    upper: Vec<Rational>,
}

impl Proved {
    fn exactly(value: Vec<Rational>) -> Self {
        Proved { evidence: Evidence::Exact, lower: value.clone(), upper: value }
    }

    fn verification(&self, policy_loss: f64) -> Verification {
        let lower = self.lower.iter().map(rounding::below).collect();
        let upper = self.upper.iter().map(rounding::above).collect();
        Verification { evidence: self.evidence, bounds: ValueBounds { lower, upper }, policy_loss }
    }
}

/// Array lengths, numbers between their bounds, and at least one mark in every state.
fn check_form(rows: &Rows<'_>, solution: &Solution) -> Result<(), VerifyError> {
    let (states, pairs) = (rows.states(), rows.pair_count());
    let Solution { value, bounds, optimal, tie_tolerance, .. } = solution;
    for (what, expected, actual) in [
        ("value", states, value.len()),
        ("lower bound", states, bounds.lower.len()),
        ("upper bound", states, bounds.upper.len()),
        ("marks", pairs, optimal.len()),
    ] {
        if expected != actual {
            return Err(VerifyError::Length { what, expected, actual });
        }
    }
    if !(0.0..f64::INFINITY).contains(tie_tolerance) {
        return Err(VerifyError::Uncovered { what: "a tie tolerance that is negative or not finite" });
    }
    for state in 0..states {
        let (value, lower, upper) = (value[state], bounds.lower[state], bounds.upper[state]);
        if !(lower <= value && value <= upper) {
            return Err(VerifyError::Order { state: rows.state(state), value, lower, upper });
        }
        if !rows.pairs(state).any(|pair| optimal[pair]) {
            return Err(VerifyError::NoAction { state: rows.state(state) });
        }
    }
    Ok(())
}

/// Whether the solution's bounds contain what was proved.
fn check_bounds(rows: &Rows<'_>, solution: &Solution, proved: &Proved) -> Result<(), VerifyError> {
    for state in 0..rows.states() {
        let (low, high) = (&proved.lower[state], &proved.upper[state]);
        let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
        let is_false = |side, claimed| VerifyError::Bound {
            state: rows.state(state),
            side,
            claimed,
            low: rounding::below(low),
            high: rounding::above(high),
        };
        let above = |claimed: f64, x: &Rational| match Rational::from_float(claimed) {
            Some(claimed) => claimed > *x,
            None => claimed > 0.0,
        };
        let below = |claimed: f64, x: &Rational| above(-claimed, &-x);
        if above(lower, high) {
            return Err(is_false("lower", lower));
        }
        if below(upper, low) {
            return Err(is_false("upper", upper));
        }
        if above(lower, low) || below(upper, high) {
            return Err(VerifyError::Undecided { state: rows.state(state), what: "the bounds" });
        }
    }
    Ok(())
}
