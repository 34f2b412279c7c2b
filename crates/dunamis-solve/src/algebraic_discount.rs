//! Optimal policies at algebraic discounts, and below 1.
//!
//! Policy iteration whose comparisons are exact: the advantage of an action is a polynomial in the discount over a positive
//! denominator (see [`PolicyValue`]), and its sign at an algebraic number, or just below 1, is decided without rounding.

use crate::breakpoints::{Germ, first_pairs};
use crate::policy_value::ExactPairs;
use crate::{AlgebraicNumber, PolicyValue, SolveError};
use dunamis_mdp::{DeterministicPolicy, Mdp, Rational};
use num_traits::{One, Zero};

/// Where a policy is to be optimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscountPoint {
    /// At a discount.
    At(AlgebraicNumber),
    /// At all discounts in some interval $`(1 - \varepsilon, 1)`$.
    BelowOne,
}

/// A policy that is optimal at a point, with its value as a function of the discount.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlgebraicSolution {
    /// The policy.
    pub policy: DeterministicPolicy,
    /// Its value at every discount.
    pub value: PolicyValue,
}

/// Finds a policy that is optimal at an algebraic discount or just below 1, starting from `policy` if there is one. A few
/// policies of $`O(|S|^3)`$ rational operations each: meant for up to a few dozen states.
///
/// ```
/// use dunamis_mdp::{Mdp, Reward, TransitionModel};
/// use dunamis_solve::{DiscountPoint, solve_algebraic};
/// let mut builder = TransitionModel::builder();
/// let (town, sea) = (builder.state("town")?, builder.state("sea")?);
/// builder.transition(town, "stay", town, 1.0)?;
/// builder.transition(town, "sail", sea, 1.0)?;
/// builder.transition(sea, "fish", sea, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state_action(&model, [1.0, -4.0, 2.0])?;
/// let solution = solve_algebraic(&Mdp::new(model, reward)?, &DiscountPoint::BelowOne, None)?;
/// assert_eq!(solution.policy.pairs(), [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`SolveError::InexactRow`] for a row that does not sum to exactly 1, [`SolveError::DiscountOutOfRange`] outside of
/// $`[0, 1)`$, [`SolveError::Length`] for a policy of another model.
pub fn solve_algebraic(
    mdp: &Mdp,
    point: &DiscountPoint,
    policy: Option<&DeterministicPolicy>,
) -> Result<AlgebraicSolution, SolveError> {
    let available = mdp.model().available();
    let start = policy.map_or_else(|| first_pairs(mdp), |policy| policy.pairs().to_vec());
    let (expected, actual) = (available.states(), start.len());
    DeterministicPolicy::new(available, start.clone()).map_err(|_| SolveError::Length {
        what: "the policy",
        expected,
        actual,
    })?;
    let pairs = ExactPairs::new(mdp)?;
    let one = AlgebraicNumber::from(Rational::one());
    let germ = match point {
        DiscountPoint::BelowOne => Germ::optimize(mdp, &pairs, start, |p| one.sign_before(p)),
        DiscountPoint::At(at) if *at >= AlgebraicNumber::from(Rational::zero()) && *at < one => {
            Germ::optimize(mdp, &pairs, start, |p| at.sign_of(p))
        }
        DiscountPoint::At(at) => return Err(SolveError::DiscountOutOfRange { discount: at.to_string() }),
    };
    Ok(AlgebraicSolution { policy: germ.policy, value: germ.value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DiscountBreakpoints;
    use dunamis_mdp::{Reward, TransitionModel};

    /// At the golden ratio two steps to a reward and a step to a smaller one are worth the same.
    #[test]
    fn a_tie_at_an_irrational_discount() {
        let mut builder = TransitionModel::builder();
        let [start, wait, end] = ["start", "wait", "end"].map(|name| builder.state(name).unwrap());
        builder.leak(start, "now", 1.0).unwrap();
        builder.transition(start, "later", wait, 1.0).unwrap();
        builder.transition(wait, "go", end, 1.0).unwrap();
        builder.leak(end, "end", 1.0).unwrap();
        let model = builder.build().unwrap();
        // 1 = γ + γ².
        let reward = Reward::state_action(&model, [1.0, 0.0, 1.0, 1.0]).unwrap();
        let mdp = Mdp::new(model, reward).unwrap();
        let pieces = DiscountBreakpoints::new(&mdp).unwrap();
        assert_eq!(pieces.points().len(), 1);
        let tie = &pieces.points()[0].discount;
        for start in [[0, 2, 3], [1, 2, 3]] {
            let policy = DeterministicPolicy::new(mdp.model().available(), start.to_vec()).unwrap();
            let solution = solve_algebraic(&mdp, &DiscountPoint::At(tie.clone()), Some(&policy)).unwrap();
            assert_eq!(solution.policy, policy, "both are optimal");
            let solution = solve_algebraic(&mdp, &DiscountPoint::BelowOne, Some(&policy)).unwrap();
            assert_eq!(solution.policy.pairs()[0], 1);
        }
        let outside = DiscountPoint::At(Rational::one().into());
        assert!(matches!(solve_algebraic(&mdp, &outside, None), Err(SolveError::DiscountOutOfRange { .. })));
    }
}
