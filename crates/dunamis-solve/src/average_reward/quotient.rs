//! The model with every maximal end component collapsed to one node that may stop and be paid its gain.

use super::component::{self, ComponentGain};
use crate::Termination;
use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE, strongly_connected};
use crate::observer::Budget;

/// Bounds of the gain of every state.
#[derive(Debug)]
pub(super) struct Enclosure {
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) sweeps: usize,
    pub(super) status: Termination,
}

/// The collapsed model.
pub(super) struct Quotient<'a, L> {
    bellman: &'a Bellman<'a>,
    components: &'a EndComponents,
    leak: L,
    /// Node of each state: components first, then the states outside of any.
    node: Vec<u32>,
    /// State of each node that is a single state outside of any component.
    transient: Vec<u32>,
    /// Nodes so that successors come first wherever there is no cycle.
    order: Vec<u32>,
}

/// A direction of rounding.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Lower,
    Upper,
}

impl<'a, L: Fn(usize) -> f64> Quotient<'a, L> {
    pub(super) fn new(bellman: &'a Bellman<'a>, components: &'a EndComponents, leak: L) -> Self {
        let mut transient = Vec::new();
        let node: Vec<u32> = (0..bellman.states())
            .map(|state| match components.of[state] {
                NONE => {
                    transient.push(state as u32);
                    (components.members.len() + transient.len() - 1) as u32
                }
                component => component,
            })
            .collect();
        let scc = strongly_connected(bellman.states(), |state| {
            bellman.pairs(state).flat_map(|pair| bellman.row(pair).0.iter().map(|&next| next as usize))
        });
        let mut order: Vec<u32> = (0..(components.members.len() + transient.len()) as u32).collect();
        let mut rank = vec![0; order.len()];
        for (state, &node) in node.iter().enumerate() {
            rank[node as usize] = scc[state];
        }
        order.sort_by_key(|&node| rank[node as usize]);
        Quotient { bellman, components, leak, node, transient, order }
    }

    /// States of a node.
    fn states(&self, node: usize) -> &[u32] {
        let members = &self.components.members;
        members.get(node).map_or_else(|| std::slice::from_ref(&self.transient[node - members.len()]), Vec::as_slice)
    }

    /// The expected value after a pair, given that it leaves its node, and the rounding of that number. Dividing by the
    /// mass that leaves solves the self-loop and normalizes the row.
    fn after(&self, node: usize, pair: usize, value: &[f64]) -> (f64, f64) {
        let (next, probability) = self.bellman.row(pair);
        let lost = (self.leak)(pair);
        if let ([next], true) = (next, lost == 0.0) {
            return (value[self.node[*next as usize] as usize], 0.0);
        }
        let (mut sum, mut mass, mut magnitude) = (0.0, lost, 0.0);
        for (&next, &p) in next.iter().zip(probability) {
            let to = self.node[next as usize] as usize;
            if to != node {
                let term = p * value[to];
                sum += term;
                mass += p;
                magnitude += term.abs();
            }
        }
        let entries = next.len() as f64;
        let error = component::allowance(next.len()) * magnitude / mass + (entries + 4.0) * f64::MIN_POSITIVE / mass;
        (sum / mass, if magnitude == 0.0 && sum == 0.0 { 0.0 } else { error })
    }

    /// The pairs that leave a node.
    fn exits(&self, node: usize) -> impl Iterator<Item = usize> {
        let states = self.states(node).iter();
        states.flat_map(|&state| self.bellman.pairs(state as usize)).filter(|&pair| !self.components.inside[pair])
    }

    fn backup(&self, node: usize, gain: f64, value: &[f64], side: Side) -> f64 {
        self.exits(node).fold(gain, |best: f64, pair| {
            let (expected, error) = self.after(node, pair, value);
            best.max(match side {
                _ if error == 0.0 => expected,
                Side::Lower => (expected - error).next_down(),
                Side::Upper => (expected + error).next_up(),
            })
        })
    }

    /// Interval iteration: both sides stay true bounds after every single backup.
    pub(super) fn solve(&self, gains: &[ComponentGain], target: f64, budget: Budget<'_>) -> Enclosure {
        // Play that leaks away ends with gain 0.
        let leaks = (0..self.bellman.pair_count()).any(|pair| (self.leak)(pair) > 0.0);
        let extremes = if leaks { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let (least, most) = gains
            .iter()
            .fold(extremes, |(least, most): (f64, f64), gain| (least.min(gain.lower), most.max(gain.upper)));
        let nodes = self.order.len();
        let (mut lower, mut upper) = (vec![least; nodes], vec![most; nodes]);
        for (node, gain) in gains.iter().enumerate() {
            lower[node] = gain.lower;
        }
        let mut sweeps = 0;
        let status = loop {
            let (mut gap, mut moved) = (0.0_f64, false);
            for step in 0..nodes {
                // Every other sweep backwards, so that cycles of either direction are followed quickly.
                let node = self.order[if sweeps % 2 == 0 { step } else { nodes - 1 - step }] as usize;
                let (low, high) =
                    gains.get(node).map_or((f64::NEG_INFINITY, f64::NEG_INFINITY), |gain| (gain.lower, gain.upper));
                let low = self.backup(node, low, &lower, Side::Lower).max(lower[node]);
                let high = self.backup(node, high, &upper, Side::Upper).min(upper[node]);
                moved |= low != lower[node] || high != upper[node];
                (lower[node], upper[node]) = (low, high);
                gap = gap.max(high - low);
            }
            sweeps += 1;
            if gap <= target {
                break Termination::Converged;
            }
            if !moved {
                break Termination::PrecisionLimit;
            }
            if let Some(status) = budget.spent(sweeps, gap, target) {
                break status;
            }
        };
        let by_state = |bound: &[f64]| self.node.iter().map(|&node| bound[node as usize]).collect();
        Enclosure { lower: by_state(&lower), upper: by_state(&upper), sweeps, status }
    }

    /// Marks actions such that every policy which picks among them is optimal within the tolerance.
    pub(super) fn optimal(&self, value: &[f64], gains: &[ComponentGain], tie_tolerance: f64) -> Vec<bool> {
        let mut optimal = vec![false; self.bellman.pair_count()];
        let mut by_node = vec![0.0; self.order.len()];
        for (&node, &v) in self.node.iter().zip(value) {
            by_node[node as usize] = v;
        }
        for node in 0..self.order.len() {
            let least = by_node[node] - tie_tolerance;
            if let Some(gain) = gains.get(node)
                && 0.5 * gain.lower + 0.5 * gain.upper >= least
            {
                component::mark_optimal(self.bellman, self.components, node, gain, tie_tolerance, &mut optimal);
                continue;
            }
            let exits: Vec<usize> =
                self.exits(node).filter(|&pair| self.after(node, pair, &by_node).0 >= least).collect();
            for pair in exits {
                optimal[pair] = true;
            }
            if node < gains.len() {
                component::mark_ways_out(self.bellman, self.components, node, &mut optimal);
            }
        }
        optimal
    }
}
