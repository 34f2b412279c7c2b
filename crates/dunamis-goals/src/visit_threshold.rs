//! The discount from which on a state can be visited more than once.
//!
//! The most visits $`V^*_{s,\gamma}`$ grow with $`\gamma`$: each policy's number of visits is a power series in $`\gamma`$ with
//! coefficients $`\ge 0`$. A policy that visits $`s`$ at $`t = 1`$ for certain and may ever return has $`V > 1`$ at every
//! $`\gamma > 0`$; if none may return, $`V^* \le 1`$ throughout. So there are three cases: $`V^* < 1`$ for all discounts,
//! $`V^* = 1`$ for all discounts, or a threshold $`\gamma^*_s`$ with
//!
//! ```math
//! V^*_{s,\gamma} > 1 \iff \gamma > \gamma^*_s, \qquad V^*_{s,\gamma} \ge 1 \iff \gamma \ge \gamma^*_s .
//! ```
//!
//! **Method.** As for fractional programs `[Dinkelbach 1967]`: take a policy that is optimal just below 1, the largest discount
//! at which it has $`V^\pi = 1`$ (a root of a polynomial), a policy that is optimal at this algebraic number, its root, and so on
//! downwards, until no policy has $`V > 1`$ there. Every step is exact, every root is that of another policy, so that the
//! iteration ends, in practice after a few.
//!
//! **Without chance** only $`h`$, the least number of steps to $`s`$, and $`p`$, that of a return, matter:
//! $`V^* = \gamma^{h-1} / (1 - \gamma^p)`$, and $`\gamma^*_s`$ is the root of $`\gamma^{h-1} + \gamma^p = 1`$, or 0 for $`h = 1`$.

use crate::{GoalError, VisitCount};
use dunamis_mdp::{DeterministicPolicy, Discount, Rational};
use dunamis_orbit::Strictness;
use dunamis_solve::{AlgebraicNumber, DiscountPoint, Polynomial, solve_algebraic};
use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::fmt;

/// At which discounts a state is visited more than once, or at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VisitThreshold {
    /// Less than once, at every discount below 1.
    Never,
    /// Exactly once at every discount: at the next moment, and never again.
    Once,
    /// More than once exactly above this discount, and at it exactly once.
    Above(AlgebraicNumber),
}

impl VisitThreshold {
    /// The threshold without chance, from the number of steps to the state and back to it.
    ///
    /// ```
    /// use dunamis_goals::VisitThreshold;
    /// let threshold = VisitThreshold::of_cycle(3, Some(1));
    /// assert_eq!(threshold.number().map(|root| root.to_f64()), Some((5_f64.sqrt() - 1.0) / 2.0));
    /// assert_eq!(VisitThreshold::of_cycle(1, None), VisitThreshold::Once);
    /// ```
    ///
    /// `path` is at least 1, and so is the length of the cycle, if there is one. Isolating the root takes time that grows with
    /// the third power of the lengths: meant for up to some hundreds of steps.
    pub fn of_cycle(path: usize, cycle: Option<usize>) -> Self {
        match (path, cycle) {
            (0 | 1, None) => VisitThreshold::Once,
            (_, None) => VisitThreshold::Never,
            (0 | 1, Some(_)) => VisitThreshold::Above(Rational::zero().into()),
            (_, Some(cycle)) => {
                let mut coefficients = vec![Rational::zero(); cycle.max(path - 1) + 1];
                coefficients[0] -= Rational::one();
                coefficients[path - 1] += Rational::one();
                coefficients[cycle] += Rational::one();
                Self::of_excess(&Polynomial::new(coefficients))
            }
        }
    }

    /// The threshold of a number of visits that grows with the discount, from a polynomial that is positive exactly where it
    /// exceeds 1.
    fn of_excess(excess: &Polynomial) -> Self {
        let (zero, one) = (Rational::zero(), Rational::one());
        if excess.degree().is_none() {
            return VisitThreshold::Once;
        }
        if excess.at(&zero).is_zero() {
            return VisitThreshold::Above(zero.into());
        }
        let root = AlgebraicNumber::roots_between(excess, &zero, &one).pop();
        root.map_or(VisitThreshold::Never, VisitThreshold::Above)
    }

    /// Whether a discount allows more than one visit, or at least one.
    pub fn admits(&self, discount: &Discount, strictness: Strictness) -> bool {
        match (self, strictness) {
            (VisitThreshold::Never, _) | (VisitThreshold::Once, Strictness::MoreThanOnce) => false,
            (VisitThreshold::Once, Strictness::AtLeastOnce) => true,
            (VisitThreshold::Above(threshold), _) => {
                match (AlgebraicNumber::from(discount.exact()).cmp(threshold), strictness) {
                    (Ordering::Less, _) | (Ordering::Equal, Strictness::MoreThanOnce) => false,
                    (Ordering::Equal, Strictness::AtLeastOnce) | (Ordering::Greater, _) => true,
                }
            }
        }
    }

    /// $`\gamma^*`$, if there is one.
    pub fn number(&self) -> Option<&AlgebraicNumber> {
        match self {
            VisitThreshold::Above(threshold) => Some(threshold),
            VisitThreshold::Never | VisitThreshold::Once => None,
        }
    }
}

impl fmt::Display for VisitThreshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VisitThreshold::Never => f.write_str("never"),
            VisitThreshold::Once => f.write_str("once"),
            VisitThreshold::Above(threshold) => threshold.fmt(f),
        }
    }
}

impl VisitCount<'_> {
    /// $`\gamma^*_s`$, over all policies, with isolating interval. Exact: meant for up to a dozen or so states that matter.
    ///
    /// # Errors
    ///
    /// [`GoalError::Solve`] for rows that do not sum to exactly 1.
    pub fn threshold(&self) -> Result<VisitThreshold, GoalError> {
        let Some(relevant) = self.relevant() else { return Ok(VisitThreshold::Never) };
        let mut point = DiscountPoint::BelowOne;
        let mut policy: Option<DeterministicPolicy> = None;
        let mut best = VisitThreshold::Never;
        loop {
            let solution = solve_algebraic(&relevant.mdp, &point, policy.as_ref())?;
            let visits = relevant.after_function(&solution.policy, &solution.value);
            let excess = &visits - solution.value.denominator();
            if let DiscountPoint::At(at) = &point
                && at.sign_of(&excess).is_le()
            {
                return Ok(best);
            }
            best = VisitThreshold::of_excess(&excess);
            match &best {
                VisitThreshold::Above(root) if *root > AlgebraicNumber::from(Rational::zero()) => {
                    point = DiscountPoint::At(root.clone());
                    policy = Some(solution.policy);
                }
                _ => return Ok(best),
            }
        }
    }

    /// The same for one policy, such as that of [`ReachAndRevisit`](crate::ReachAndRevisit): never below
    /// [`VisitCount::threshold`].
    ///
    /// # Errors
    ///
    /// As for [`VisitCount::function`].
    pub fn threshold_of(&self, policy: &DeterministicPolicy) -> Result<VisitThreshold, GoalError> {
        let visits = self.function(policy)?;
        Ok(VisitThreshold::of_excess(&(visits.numerator() - visits.denominator())))
    }
}
