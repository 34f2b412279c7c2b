//! Action elimination: state-action pairs that bounds prove suboptimal are backed up no more,
//! `[MacQueen 1967; Puterman 1994, §6.7]`.
//!
//! Let a sweep of $`v`$ give $`q(s,a)`$ and $`Tv = \max_a q`$, and let the bounds of [`crate::bellman_bounds`] be
//! $`Tv + d \le V^* \le v + c`$, with $`\gamma m c \le u`$ for every row mass $`m`$. Then the action value of a pair under $`V^*`$ is at most
//! $`q(s,a) + \gamma m(s,a) c \le q(s,a) + u`$, and the pair is not optimal if
//!
//! ```math
//! q(s,a) + u < (Tv)(s) + d.
//! ```
//!
//! $`V^*`$ stays the fixed point of the operator without the pair, whose sweeps therefore give true bounds again. **Rounding.** With
//! $`e`$ no less than the error of any computed action value, the span of the residual is widened by $`e`$, each side of the
//! inequality is moved by $`e`$ against the proof, and every operation rounds against it: a dropped pair is suboptimal in exact
//! arithmetic. By a slack $`\sigma`$ on the left, pairs are dropped only if they are suboptimal by more than that: so none that
//! counts as tied is. (The certificate at the end of a solver uses all pairs anyway.)

use crate::bellman::{Bellman, Span};
use crate::bounds::{Enclosure, allowance, contraction, enclose_discount, shift_up, sum_up};
use crate::tolerance::reward_scale;
use dunamis_mdp::Discount;
use std::ops::Range;

/// The pairs of a model that may be optimal as far as is known.
pub(crate) struct RemainingPairs<'b, 'a> {
    bellman: &'b Bellman<'a>,
    /// First remaining pair of each state, and one past the last.
    starts: Vec<u32>,
    pairs: Vec<u32>,
    /// Action values of the last sweep, in the order of `pairs`.
    action_value: Vec<f64>,
    discount: Enclosure,
    /// $`\gamma`$ times the row masses.
    rate: Enclosure,
    longest_row: usize,
    largest_reward: f64,
}

impl<'b, 'a> RemainingPairs<'b, 'a> {
    pub(crate) fn new(bellman: &'b Bellman<'a>, discount: &Discount) -> Self {
        let discount = enclose_discount(discount);
        let starts = (0..bellman.states()).map(|state| bellman.pairs(state).start as u32);
        let rewards = (0..bellman.states()).flat_map(|s| bellman.pairs(s).map(move |pair| bellman.reward(s, pair)));
        RemainingPairs {
            bellman,
            starts: starts.chain([bellman.pair_count() as u32]).collect(),
            pairs: (0..bellman.pair_count() as u32).collect(),
            action_value: vec![0.0; bellman.pair_count()],
            discount,
            rate: contraction(bellman, discount),
            longest_row: bellman.longest_row(),
            largest_reward: rewards.fold(0.0, |most, reward| reward_scale(&[most, reward])),
        }
    }

    /// Number of pairs that are left.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Number of pairs that are left in states where several are.
    pub(crate) fn contested(&self) -> usize {
        (0..self.bellman.states()).map(|state| self.pairs(state).len()).filter(|&count| count > 1).sum()
    }

    /// The pairs of a state that are left.
    pub(crate) fn pairs(&self, state: usize) -> &[u32] {
        &self.pairs[self.of(state)]
    }

    fn of(&self, state: usize) -> Range<usize> {
        self.starts[state] as usize..self.starts[state + 1] as usize
    }

    /// A Jacobi sweep over the pairs that are left: visits every state in order with its backup and the first pair that
    /// attains it.
    pub(crate) fn sweep(&mut self, value: &[f64], mut visit: impl FnMut(usize, f64, u32)) {
        for state in 0..self.bellman.states() {
            let range = self.of(state);
            let mut best = (f64::NEG_INFINITY, 0);
            for (&pair, action_value) in self.pairs[range.clone()].iter().zip(&mut self.action_value[range]) {
                let q = self.bellman.action_value(state, pair as usize, value);
                *action_value = q;
                best = if q > best.0 { (q, pair) } else { best };
            }
            visit(state, best.0, best.1);
        }
    }

    /// Backs up a state in place.
    pub(crate) fn back_up(&self, state: usize, value: &mut [f64]) {
        let pairs = self.pairs(state).iter();
        let values = pairs.map(|&pair| self.bellman.action_value(state, pair as usize, value));
        value[state] = values.fold(f64::NEG_INFINITY, |best, q| if q > best { q } else { best });
    }

    /// Drops the pairs which the last sweep, from `value` to `backed_up`, proves suboptimal by more than `slack`; returns
    /// their number.
    pub(crate) fn eliminate(&mut self, value: &[f64], backed_up: &[f64], residual: Span, slack: f64) -> usize {
        if self.pairs.len() == self.bellman.states() {
            return 0;
        }
        let margin = sum_up(self.margin(value, residual), slack);
        let before = self.pairs.len();
        let mut kept = 0;
        for state in 0..backed_up.len() {
            let range = self.of(state);
            self.starts[state] = kept as u32;
            for index in range {
                if (backed_up[state] - self.action_value[index]).next_down() <= margin {
                    self.pairs[kept] = self.pairs[index];
                    kept += 1;
                }
            }
        }
        *self.starts.last_mut().expect("one past the last state") = kept as u32;
        self.pairs.truncate(kept);
        self.action_value.truncate(kept);
        before - kept
    }

    /// A pair whose computed action value is farther from the best is suboptimal: $`u - d + 2e`$, rounded up.
    fn margin(&self, value: &[f64], residual: Span) -> f64 {
        let magnitude = reward_scale(value);
        let error = allowance(self.longest_row) * (self.largest_reward + self.rate.high * magnitude)
            // No row mass is above 2.
            + 4.0 * (self.discount.high - self.discount.low) * magnitude
            + (self.longest_row as f64 + 4.0) * f64::MIN_POSITIVE;
        let error = error.next_up();
        // The differences of the residual were rounded as well.
        let residual_error = (error + f64::EPSILON * residual.largest()).next_up();
        let up = shift_up(sum_up(residual.max, residual_error), self.rate);
        let down = shift_up(sum_up(-residual.min, residual_error), self.rate);
        sum_up(sum_up(up, down), 2.0 * error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve_exact;
    use dunamis_mdp::{Mdp, Number, Reward, TransitionModel};
    use proptest::prelude::*;

    /// For every pair the weights of its successors (the last one leaks), two pairs a state.
    fn build(weights: &[Vec<u32>], rewards: &[i32]) -> Mdp {
        let states = weights.len() / 2;
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for (pair, weights) in weights.iter().enumerate() {
            let total = weights.iter().take(states).sum::<u32>() + weights[states];
            let share = |weight: u32| format!("{weight}/{total}").parse::<Number>().unwrap();
            let action = format!("a{}", pair % 2);
            for (next, &weight) in weights.iter().enumerate().filter(|&(_, &weight)| weight > 0) {
                if next == states {
                    builder.leak(ids[pair / 2], &action, share(weight)).unwrap();
                } else {
                    builder.transition(ids[pair / 2], &action, ids[next], share(weight)).unwrap();
                }
            }
        }
        let model = builder.build().unwrap();
        let numbers = rewards.iter().map(|reward| format!("{reward}/7").parse::<Number>().unwrap());
        let reward = Reward::state_action(&model, numbers).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    fn drafts() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<i32>)> {
        (1..5_usize).prop_flat_map(|states| {
            // Mass for the first state, so that no row is empty.
            let row = (1..4_u32, proptest::collection::vec(0..3_u32, states));
            let row = row.prop_map(|(first, rest)| [vec![first], rest].concat());
            (proptest::collection::vec(row, 2 * states), proptest::collection::vec(-3..4_i32, 2 * states))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// Against the exact solution: after no sweep, from no vector, is an optimal action dropped; in the end all others are.
        #[test]
        fn drops_no_optimal_pair_and_in_the_end_all_others(
            (weights, rewards) in drafts(),
            discount in proptest::sample::select(&["0", "1/3", "0.9"][..]),
            first in proptest::collection::vec(-100.0..100.0_f64, 5),
        ) {
            let mdp = build(&weights, &rewards);
            let discount: Discount = discount.parse().unwrap();
            let truth = solve_exact(&mdp, &discount.clone().into()).unwrap();
            let bellman = Bellman::new(&mdp, &discount);
            let mut remaining = RemainingPairs::new(&bellman, &discount);
            let mut value = first[..bellman.states()].to_vec();
            let mut backed_up = value.clone();
            let mut dropped = 0;
            for _ in 0..400 {
                let mut residual = Span::EMPTY;
                remaining.sweep(&value, |state, best, _| {
                    backed_up[state] = best;
                    residual.add(best - value[state]);
                });
                dropped += remaining.eliminate(&value, &backed_up, residual, 0.0);
                std::mem::swap(&mut value, &mut backed_up);
                for pair in (0..bellman.pair_count()).filter(|&pair| truth.optimal[pair]) {
                    prop_assert!(remaining.pairs.contains(&(pair as u32)), "pair {pair} is optimal");
                }
            }
            prop_assert_eq!(dropped + remaining.len(), bellman.pair_count());
            prop_assert_eq!(remaining.len(), truth.optimal.iter().filter(|&&optimal| optimal).count());
        }
    }
}
