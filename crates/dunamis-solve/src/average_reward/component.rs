//! One end component: its rows, what any bias proves about its gain, and the actions that attain it.

use crate::Termination;
use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE};
use crate::observer::Budget;

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) target: f64,
    pub(crate) scale: f64,
    /// Policies or sweeps per component.
    pub(crate) budget: Budget<'a>,
}

impl Rules<'_> {
    /// No average exceeds the largest reward, whose own rounding is within one step.
    pub(crate) fn within_rewards(&self, (lower, upper): (f64, f64)) -> (f64, f64) {
        (lower.max(-self.scale.next_up()), upper.min(self.scale.next_up()))
    }
}

/// The gain of a component and its warrant.
#[derive(Clone, Debug)]
pub(crate) struct ComponentGain {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    /// $`h`$ by member; with it every bound can be checked again.
    pub(crate) bias: Vec<f64>,
    pub(crate) iterations: usize,
    /// Passes over the component.
    pub(crate) sweeps: usize,
    pub(crate) status: Termination,
}

/// Rounding of $`r + \sum p (h(s') - h(s))`$ relative to the sum of its absolute terms, normalization of rows included.
pub(crate) fn allowance(entries: usize) -> f64 {
    (2.002 * entries as f64 + 32.0) * f64::EPSILON
}

/// A component with its members numbered from 0.
pub(crate) struct Component<'a> {
    pub(crate) bellman: &'a Bellman<'a>,
    pub(crate) members: &'a [u32],
    /// Position of every state in its component.
    local: &'a [u32],
    inside: &'a [bool],
    /// For each member the members and pairs that lead to it.
    pub(super) incoming: Vec<Vec<(u32, u32)>>,
    pub(super) longest_row: usize,
}

impl<'a> Component<'a> {
    pub(crate) fn new(bellman: &'a Bellman<'a>, components: &'a EndComponents, index: usize) -> Self {
        let members = &components.members[index];
        let local = &components.position;
        let mut longest_row = 0;
        let mut incoming = vec![Vec::new(); members.len()];
        for (position, &state) in members.iter().enumerate() {
            for pair in bellman.pairs(state as usize).filter(|&pair| components.inside[pair]) {
                longest_row = longest_row.max(bellman.row(pair).0.len());
                for &next in bellman.row(pair).0 {
                    incoming[local[next as usize] as usize].push((position as u32, pair as u32));
                }
            }
        }
        Component { bellman, members, local, inside: &components.inside, incoming, longest_row }
    }

    pub(crate) fn pairs(&self, member: usize) -> impl Iterator<Item = usize> {
        self.bellman.pairs(self.members[member] as usize).filter(|&pair| self.inside[pair])
    }

    pub(crate) fn reward(&self, member: usize, pair: usize) -> f64 {
        self.bellman.reward(self.members[member] as usize, pair)
    }

    /// Successors by position, with probabilities.
    pub(crate) fn row(&self, pair: usize) -> impl Iterator<Item = (usize, f64)> {
        let (next, probability) = self.bellman.row(pair);
        next.iter().zip(probability).map(|(&next, &p)| (self.local[next as usize] as usize, p))
    }

    /// $`r(s,a) + \sum p (h(s') - h(s))`$ and the sum of its absolute terms.
    pub(crate) fn residual(&self, member: usize, pair: usize, bias: &[f64]) -> (f64, f64) {
        let (mut sum, mut magnitude) = (0.0, 0.0);
        for (next, p) in self.row(pair) {
            let term = p * (bias[next] - bias[member]);
            sum += term;
            magnitude += term.abs();
        }
        let reward = self.reward(member, pair);
        (reward + sum, reward.abs() + magnitude)
    }

    /// [`Component::residual`] with true bounds of the number that it rounds.
    pub(crate) fn enclose(&self, member: usize, pair: usize, bias: &[f64]) -> (f64, f64, f64) {
        let (residual, magnitude) = self.residual(member, pair, bias);
        let entries = self.bellman.row(pair).0.len();
        if magnitude == 0.0 && self.bellman.is_zero_reward() {
            return (residual, residual, residual);
        }
        let error = allowance(entries) * magnitude + (entries as f64 + 4.0) * f64::MIN_POSITIVE;
        let (low, high) = ((residual - error).next_down(), (residual + error).next_up());
        // A NaN can only come from values that overflow; then nothing is known.
        if low.is_nan() || high.is_nan() { (residual, f64::NEG_INFINITY, f64::INFINITY) } else { (residual, low, high) }
    }

    /// True bounds of the component's gain from a policy and any bias.
    pub(super) fn certify(&self, policy: &[u32], bias: &[f64]) -> (f64, f64) {
        let (mut lower, mut upper) = (f64::INFINITY, f64::NEG_INFINITY);
        for (member, &choice) in policy.iter().enumerate() {
            for pair in self.pairs(member) {
                let (_, low, high) = self.enclose(member, pair, bias);
                upper = upper.max(high);
                if pair == choice as usize {
                    lower = lower.min(low);
                }
            }
        }
        (lower, upper)
    }

    /// Marks the actions that attain the gain inside the component; the best of a member in any case, because rounding may
    /// be coarser than the tolerance.
    pub(crate) fn mark(&self, gain: f64, bias: &[f64], tie_tolerance: f64, optimal: &mut [bool]) {
        for member in 0..self.members.len() {
            let best =
                self.pairs(member).map(|pair| self.residual(member, pair, bias).0).fold(f64::NEG_INFINITY, f64::max);
            let least = best.min(gain - tie_tolerance);
            for pair in self.pairs(member) {
                optimal[pair] = self.residual(member, pair, bias).0 >= least;
            }
        }
    }
}

/// Marks the actions that attain the gain of a component.
pub(crate) fn mark_optimal(
    bellman: &Bellman<'_>,
    components: &EndComponents,
    index: usize,
    gain: &ComponentGain,
    tie_tolerance: f64,
    optimal: &mut [bool],
) {
    let middle = 0.5 * gain.lower + 0.5 * gain.upper;
    Component::new(bellman, components, index).mark(middle, &gain.bias, tie_tolerance, optimal);
}

/// Marks, for members that have no marked exit, the actions that bring an exit nearer.
pub(crate) fn mark_ways_out(bellman: &Bellman<'_>, components: &EndComponents, index: usize, optimal: &mut [bool]) {
    let component = Component::new(bellman, components, index);
    let mut distance: Vec<u32> = (0..component.members.len())
        .map(|member| {
            let leaves = bellman.pairs(component.members[member] as usize).any(|pair| optimal[pair]);
            if leaves { 0 } else { NONE }
        })
        .collect();
    let mut front: Vec<usize> = (0..distance.len()).filter(|&member| distance[member] == 0).collect();
    let mut head = 0;
    while head < front.len() {
        let member = front[head];
        head += 1;
        for &(from, pair) in &component.incoming[member] {
            let from = from as usize;
            if distance[from] == NONE {
                distance[from] = distance[member] + 1;
                front.push(from);
            }
            if distance[from] == distance[member] + 1 {
                optimal[pair as usize] = true;
            }
        }
    }
}
