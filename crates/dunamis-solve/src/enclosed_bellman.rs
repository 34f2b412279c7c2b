//! The Bellman operator with outward rounding: every result encloses the exact one.
//!
//! $`T`$ is monotone, so a vector below $`V^*`$ is backed up to a vector below $`V^*`$, and one above to one above. With the
//! lower end of the enclosure for the first and the upper end for the second this stays so in floating point: bounds that
//! are updated by nothing but such backups are true after every single one of them.

use crate::bellman::Bellman;
use crate::bounds::{Enclosure, allowance, enclose_discount, outward};
use dunamis_mdp::Discount;

/// A Bellman operator whose results are enclosures. The allowance for rounding is derived in [`crate::bellman_bounds`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnclosedBellman<'b, 'a> {
    bellman: &'b Bellman<'a>,
    pub(crate) discount: Enclosure,
    /// What an operation may lose to underflow; 0 where every operand is 0.
    pub(crate) underflow: f64,
}

/// What a row was summed to in floating point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sums {
    pub(crate) reward: f64,
    /// Of probabilities times values.
    pub(crate) sum: f64,
    /// Of the absolute terms.
    pub(crate) magnitude: f64,
    pub(crate) entries: usize,
}

/// Encloses an action value, from its sums, the discount with which it was computed and what encloses that.
#[inline]
pub(crate) fn enclosed(sums: Sums, discount: f64, exact: Enclosure, underflow: f64) -> Enclosure {
    let Sums { reward, sum, magnitude, entries } = sums;
    let action_value = reward + discount * sum;
    let error = allowance(entries) * (reward.abs() + exact.high * magnitude)
        + 2.0 * (exact.high - exact.low) * magnitude
        + (entries as f64 + 4.0) * underflow;
    Enclosure {
        low: outward(action_value - error, error, f64::next_down),
        high: outward(action_value + error, error, f64::next_up),
    }
}

impl<'b, 'a> EnclosedBellman<'b, 'a> {
    pub(crate) fn new(bellman: &'b Bellman<'a>, discount: &Discount) -> Self {
        EnclosedBellman { bellman, discount: enclose_discount(discount), underflow: f64::MIN_POSITIVE }
    }

    /// The operator for one value: where it and all rewards are 0, nothing is rounded.
    pub(crate) fn at(bellman: &'b Bellman<'a>, discount: &Discount, value: &[f64]) -> Self {
        let mut operator = Self::new(bellman, discount);
        if bellman.is_zero_reward() && value.iter().all(|&v| v == 0.0) {
            operator.underflow = 0.0;
        }
        operator
    }

    /// Encloses $`r(s,a) + \gamma \sum_{s'} T(s'|s,a) V(s')`$.
    #[inline]
    pub(crate) fn action_value(&self, state: usize, pair: usize, value: &[f64]) -> Enclosure {
        let (next, probability) = self.bellman.row(pair);
        let (mut sum, mut magnitude) = (0.0, 0.0);
        for (&next, &probability) in next.iter().zip(probability) {
            let term = probability * value[next as usize];
            sum += term;
            magnitude += term.abs();
        }
        let reward = self.bellman.reward(state, pair);
        let entries = next.len();
        enclosed(Sums { reward, sum, magnitude, entries }, self.bellman.discount, self.discount, self.underflow)
    }

    /// Encloses $`(TV)(s)`$.
    #[inline]
    pub(crate) fn best(&self, state: usize, value: &[f64]) -> Enclosure {
        let mut best = Enclosure { low: f64::NEG_INFINITY, high: f64::NEG_INFINITY };
        for pair in self.bellman.pairs(state) {
            let q = self.action_value(state, pair, value);
            best = Enclosure { low: best.low.max(q.low), high: best.high.max(q.high) };
        }
        best
    }

    /// Raises a lower bound of a state to its backup; returns by how much.
    pub(crate) fn raise(&self, state: usize, lower: &mut [f64]) -> f64 {
        let backed_up = self.best(state, lower).low.max(lower[state]);
        let change = backed_up - lower[state];
        lower[state] = backed_up;
        change
    }

    /// Lowers an upper bound of a state to its backup; returns by how much.
    pub(crate) fn fall(&self, state: usize, upper: &mut [f64]) -> f64 {
        let backed_up = self.best(state, upper).high.min(upper[state]);
        let change = upper[state] - backed_up;
        upper[state] = backed_up;
        change
    }
}
