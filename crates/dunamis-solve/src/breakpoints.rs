//! All discounts at which the set of optimal policies changes, exactly.
//!
//! For rational data the optimal action sets are a piecewise constant function of $`\gamma \in (0, 1)`$ with finitely many
//! pieces `[Turner et al. 2021, Lemma E.35]`: open intervals, and points between them. A policy is optimal exactly when it takes
//! optimal actions everywhere, so these are the pieces of $`\gamma \mapsto \Pi^*(R, \gamma)`$.
//!
//! Policies are not enumerated. To the right of a point $`c`$, policy iteration runs in the field of rational functions ordered
//! by their signs on $`(c, c + \varepsilon)`$, with no $`\varepsilon`$ ever chosen: the sign of a numerator there is that of its first
//! derivative that is not 0 at $`c`$. The policy $`\pi`$ that it ends with is optimal until the advantage of some action,
//! a rational function of $`\gamma`$ with a positive denominator (see [`crate::PolicyValue`]), returns from below 0 to 0:
//! that is the next point. On the interval up to it the optimal actions are those whose advantage vanishes identically; at the
//! point itself, by continuity, those whose numerator is 0 there. So an action that is optimal at a single point only is found,
//! too. From the left of 1, the same step gives the Blackwell-optimal actions and the threshold from which they are optimal.
//!
//! **Conventions.** $`\gamma = 0`$ is not a breakpoint: the first interval is $`(0, \cdot)`$ and carries the limits
//! $`\Pi^*(R, 0) = \lim_{\gamma \to 0} \Pi^*(R, \gamma)`$ `[Turner et al. 2021]`. At $`\gamma = 0`$ itself more actions may
//! be optimal, all of the largest immediate reward: see [`DiscountBreakpoints::optimal_at`]. Mass that leaks is worth 0.
//!
//! **Complexity.** For each piece, a few policies of $`O(|S|^3)`$ rational operations, |SA| polynomials of degree at most
//! $`|S| + 1`$, and the isolation of their roots; the number of pieces is small in practice. Meant for up to a dozen or so states.

use crate::policy_value::ExactPairs;
use crate::{AlgebraicNumber, PolicyValue, Polynomial, SolveError};
use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Rational, StateId};
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// An open interval of discounts on which the optimal actions are constant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscountInterval {
    /// The end on the left: a breakpoint, or 0.
    pub low: AlgebraicNumber,
    /// The end on the right: a breakpoint, or 1.
    pub high: AlgebraicNumber,
    /// For every state-action pair whether it is optimal at every discount of the interval, shape |SA|; the others are
    /// optimal at none.
    pub optimal: Vec<bool>,
    /// A policy that is optimal at every discount of the interval.
    pub policy: DeterministicPolicy,
    /// The optimal value, as a function of the discount on the interval and its closure below 1.
    pub value: PolicyValue,
}

/// A discount at which the optimal actions differ from those on at least one side.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscountBreakpoint {
    /// The discount.
    pub discount: AlgebraicNumber,
    /// For every state-action pair whether it is optimal at this very discount, shape |SA|: at least those that are optimal
    /// next to it.
    pub optimal: Vec<bool>,
}

/// The pieces of $`\gamma \mapsto \Pi^*(R, \gamma)`$ on $`(0, 1)`$.
///
/// ```
/// use dunamis_mdp::{Mdp, Reward, TransitionModel};
/// use dunamis_solve::DiscountBreakpoints;
/// let mut builder = TransitionModel::builder();
/// let [start, wait, end] = ["start", "wait", "end"].map(|name| builder.state(name));
/// let (start, wait, end) = (start?, wait?, end?);
/// builder.transition(start, "one now", end, 1.0)?;
/// builder.transition(start, "three later", wait, 1.0)?;
/// builder.transition(wait, "go", end, 1.0)?;
/// builder.transition(end, "stay", end, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state_action(&model, [1.0, 0.0, 3.0, 0.0])?;
/// let pieces = DiscountBreakpoints::new(&Mdp::new(model, reward)?)?;
/// assert_eq!(pieces.points().len(), 1);
/// assert_eq!(pieces.points()[0].discount.to_string(), "1/3");
/// assert_eq!(pieces.points()[0].optimal, [true, true, true, true]);
/// assert_eq!(pieces.intervals()[1].optimal, [false, true, true, true]);
/// assert_eq!(pieces.intervals()[1].value.numerator(start).to_string(), "3 γ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountBreakpoints {
    /// One more than there are points.
    intervals: Vec<DiscountInterval>,
    points: Vec<DiscountBreakpoint>,
    /// Optimal actions at discount 0.
    myopic: Vec<bool>,
}

impl DiscountBreakpoints {
    /// Finds all breakpoints of an MDP.
    ///
    /// # Errors
    ///
    /// [`SolveError::InexactRow`] for a row that does not sum to exactly 1.
    pub fn new(mdp: &Mdp) -> Result<Self, SolveError> {
        let pairs = ExactPairs::new(mdp)?;
        let one = Rational::one();
        let mut low = AlgebraicNumber::from(Rational::zero());
        let mut choice: Vec<u32> = first_pairs(mdp);
        let mut pieces = DiscountBreakpoints { intervals: Vec::new(), points: Vec::new(), myopic: Vec::new() };
        loop {
            let best = Germ::optimize(mdp, &pairs, choice, |p| low.sign_after(p));
            if pieces.intervals.is_empty() {
                pieces.myopic = best.vanishing(|p| p.at(&Rational::zero()).is_zero());
            }
            let start = low.isolating_interval().0;
            let mut high: Option<AlgebraicNumber> = None;
            for advantage in &best.advantages {
                // Roots behind the nearest one so far do not matter.
                let end = high.as_ref().map_or(&one, |high| high.isolating_interval().1);
                let roots = AlgebraicNumber::roots_between(advantage, start, end);
                let nearest = roots.into_iter().find(|root| *root > low);
                high = high.into_iter().chain(nearest).min();
            }
            let at_point = high.as_ref().map(|high| best.vanishing(|p| high.sign_of(p).is_eq()));
            choice = best.policy.pairs().to_vec();
            let end = high.clone().unwrap_or_else(|| one.clone().into());
            pieces.intervals.push(best.interval(low, end));
            let (Some(discount), Some(optimal)) = (high, at_point) else { return Ok(pieces) };
            low = discount.clone();
            pieces.points.push(DiscountBreakpoint { discount, optimal });
        }
    }

    /// The intervals, ascending, one more than there are breakpoints; together with them they cover $`(0, 1)`$.
    pub fn intervals(&self) -> &[DiscountInterval] {
        &self.intervals
    }

    /// The breakpoints, ascending.
    pub fn points(&self) -> &[DiscountBreakpoint] {
        &self.points
    }

    /// The smallest $`\gamma^* \ge 0`$ such that the optimal actions are constant on $`(\gamma^*, 1)`$: the last breakpoint, or 0.
    pub fn blackwell_threshold(&self) -> &AlgebraicNumber {
        &self.last().low
    }

    /// The interval up to 1: its actions are the Blackwell-optimal ones.
    ///
    /// # Panics
    ///
    /// Never: there is at least one interval.
    pub fn last(&self) -> &DiscountInterval {
        self.intervals.last().expect("one interval more than breakpoints")
    }

    /// The interval or the breakpoint that a discount belongs to: its number, as `Ok` of an interval or `Err` of a breakpoint.
    /// 0 belongs to the first interval, as its limit.
    fn locate(&self, discount: &Discount) -> Result<usize, usize> {
        let discount = AlgebraicNumber::from(discount.exact());
        match self.points.binary_search_by(|point| point.discount.cmp(&discount)) {
            Ok(point) => Err(point),
            Err(interval) => Ok(interval),
        }
    }

    /// The optimal actions under a discount, shape |SA|. At exactly 0 these are the myopic ones, a superset of those of the
    /// first interval.
    pub fn optimal_at(&self, discount: &Discount) -> &[bool] {
        match self.locate(discount) {
            _ if discount.exact().is_zero() => &self.myopic,
            Ok(interval) => &self.intervals[interval].optimal,
            Err(point) => &self.points[point].optimal,
        }
    }

    /// The exact optimal value under a discount, shape |S|.
    pub fn value_at(&self, discount: &Discount) -> Vec<Rational> {
        // At a breakpoint the policies of both sides are optimal.
        let (Ok(interval) | Err(interval)) = self.locate(discount);
        self.intervals[interval].value.at(discount)
    }
}

/// From where on the Blackwell-optimal actions are the optimal ones, without the breakpoints before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlackwellThreshold {
    /// The interval from the threshold to 1; on it exactly the Blackwell-optimal actions are optimal
    /// `[Puterman 1994, §10.1]`.
    pub interval: DiscountInterval,
    /// The optimal actions at the threshold itself, if it is above 0.
    pub at_threshold: Option<Vec<bool>>,
}

impl BlackwellThreshold {
    /// Finds the Blackwell-optimal actions of an MDP and the smallest $`\gamma^* \ge 0`$ with exactly these optimal on
    /// $`(\gamma^*, 1)`$.
    ///
    /// ```
    /// use dunamis_mdp::{Mdp, Reward, TransitionModel};
    /// use dunamis_solve::BlackwellThreshold;
    /// let mut builder = TransitionModel::builder();
    /// let (town, sea) = (builder.state("town")?, builder.state("sea")?);
    /// builder.transition(town, "stay", town, 1.0)?;
    /// builder.transition(town, "sail", sea, 1.0)?;
    /// builder.transition(sea, "fish", sea, 1.0)?;
    /// let model = builder.build()?;
    /// // Staying pays 1 for ever, sailing costs 4 once and then pays 2.
    /// let reward = Reward::state_action(&model, [1.0, -4.0, 2.0])?;
    /// let blackwell = BlackwellThreshold::new(&Mdp::new(model, reward)?)?;
    /// assert_eq!(blackwell.discount().to_string(), "5/6");
    /// assert_eq!(blackwell.interval.optimal, [false, true, true]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SolveError::InexactRow`] for a row that does not sum to exactly 1.
    pub fn new(mdp: &Mdp) -> Result<Self, SolveError> {
        let pairs = ExactPairs::new(mdp)?;
        let one = AlgebraicNumber::from(Rational::one());
        let best = Germ::optimize(mdp, &pairs, first_pairs(mdp), |p| one.sign_before(p));
        let (zero, end) = (Rational::zero(), Rational::one());
        let last = |p: &Polynomial| AlgebraicNumber::roots_between(p, &zero, &end).pop();
        let threshold = best.advantages.iter().filter_map(last).max();
        let at_threshold = threshold.as_ref().map(|low| best.vanishing(|p| low.sign_of(p).is_eq()));
        let low = threshold.unwrap_or_else(|| zero.into());
        Ok(BlackwellThreshold { interval: best.interval(low, one), at_threshold })
    }

    /// The threshold.
    pub fn discount(&self) -> &AlgebraicNumber {
        &self.interval.low
    }
}

pub(crate) fn first_pairs(mdp: &Mdp) -> Vec<u32> {
    let available = mdp.model().available();
    available.starts()[..available.states()].to_vec()
}

/// An optimal policy of all discounts on one side of a point.
pub(crate) struct Germ {
    pub(crate) policy: DeterministicPolicy,
    pub(crate) value: PolicyValue,
    /// Numerators of the advantages by pair; none is positive on that side.
    advantages: Vec<Polynomial>,
}

impl Germ {
    /// Policy iteration under the order that `sign` gives to polynomials.
    pub(crate) fn optimize(
        mdp: &Mdp,
        pairs: &ExactPairs,
        mut choice: Vec<u32>,
        sign: impl Fn(&Polynomial) -> Ordering,
    ) -> Self {
        let available = mdp.model().available();
        loop {
            let policy =
                DeterministicPolicy::new(available, choice.clone()).expect("one pair of its own for every state");
            let value = pairs.value(&policy);
            let mut advantages = Vec::with_capacity(available.len());
            let mut improved = false;
            for (state, chosen) in choice.iter_mut().enumerate() {
                // The advantage of the policy's own action is zero.
                let mut best = Polynomial::default();
                for pair in available.pairs(StateId::new(state)) {
                    let advantage = pairs.advantage(&value, state, pair);
                    if sign(&(&advantage - &best)).is_gt() {
                        (best, *chosen, improved) = (advantage.clone(), pair as u32, true);
                    }
                    advantages.push(advantage);
                }
            }
            if !improved {
                return Germ { policy, value, advantages };
            }
        }
    }

    /// Marks the pairs whose advantage vanishes identically, or in the sense given.
    fn vanishing(&self, vanishes: impl Fn(&Polynomial) -> bool) -> Vec<bool> {
        self.advantages.iter().map(|p| p.degree().is_none() || vanishes(p)).collect()
    }

    fn interval(self, low: AlgebraicNumber, high: AlgebraicNumber) -> DiscountInterval {
        let optimal = self.vanishing(|_| false);
        DiscountInterval { low, high, optimal, policy: self.policy, value: self.value }
    }
}
