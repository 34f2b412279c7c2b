//! Many reward vectors on one deterministic model in which every state can stay: exact values from a handful of sweeps, at
//! every discount.
//!
//! **Lemma.** Let a model be deterministic, every state have an action that leads back to it, and rewards be on states. Then
//! some optimal policy moves to some state along a path and stays there for ever.
//!
//! *Proof.* A deterministic stationary policy leads from every state into a cycle. Let $`c`$ be a state of the largest reward on
//! such a cycle, of length $`L`$. There the policy is worth
//! $`\sum_{k<L} \gamma^k R(c_k) / (1-\gamma^L) \le R(c)/(1-\gamma)`$, which staying at $`c`$ is worth. So staying at $`c`$ instead
//! makes no state worse. Doing this for one cycle after the other of an optimal policy leaves it optimal, with no cycles but
//! loops. ∎
//!
//! Therefore $`V^*(s)`$ is the largest of $`\sum_{k<L} \gamma^k R(s_k) + \gamma^L R(s_L)/(1-\gamma)`$ over paths without repetition. Sweeps
//!
//! ```math
//! V(s) \leftarrow \max\bigl(V(s),\; R(s) + \gamma \max_{s'} V(s')\bigr) \quad\text{from}\quad V(s) = \frac{R(s)}{1-\gamma}
//! ```
//!
//! only ever find values of such paths, and find all of the optimal ones after as many sweeps as the longest of them has
//! steps; fewer, as the sweeps are Gauss–Seidel sweeps in alternating directions. They end when nothing changes, which, unlike
//! the number of sweeps of value iteration, does not depend on the discount.

use crate::functional_graph::TIE_TOLERANCE;
use crate::tile::{LANES, Lanes, TileSolution, largest_reward};
use dunamis_mdp::TransitionModel;
use multiversion::multiversion;

/// A model in which every state can stay, prepared for tiles at one discount.
#[derive(Clone, Debug)]
pub(crate) struct StayInitialized {
    discount: f64,
    /// First move of each state that leads elsewhere, and one past the last.
    starts: Vec<u32>,
    next: Vec<u32>,
}

impl StayInitialized {
    /// `None` where the model is not deterministic or a state cannot stay.
    pub(crate) fn new(model: &TransitionModel, discount: f64) -> Option<Self> {
        if !model.is_deterministic() {
            return None;
        }
        let successor = model.matrix().indices();
        let (mut starts, mut next) = (vec![0], Vec::new());
        for s in model.state_ids() {
            let pairs = model.available().pairs(s);
            let first = next.len();
            next.extend(successor[pairs.clone()].iter().filter(|&&to| to as usize != s.index()));
            if next.len() - first == pairs.len() {
                return None;
            }
            starts.push(next.len() as u32);
        }
        Some(StayInitialized { discount, starts, next })
    }

    /// Values of one tile of state rewards, and the values ahead.
    pub(crate) fn solve(&self, reward: &[Lanes], solution: &mut TileSolution) {
        solution.reset_values(reward.len());
        let TileSolution { value, ahead, .. } = solution;
        let scale = first_values(reward, self.discount, value);
        let graph = Graph { starts: &self.starts, next: &self.next };
        solution.sweeps = sweeps(graph, reward, self.discount, value);
        values_ahead(graph, value, ahead);
        for (error, scale) in solution.error.iter_mut().zip(scale) {
            // A value that no sweep changes satisfies its equation up to the rounding of one backup, or of the division that
            // gave the first value: each at most four units in the last place of numbers up to scale/(1 - γ).
            *error = 8.0 * f64::EPSILON * scale / (1.0 - self.discount).powi(2);
        }
    }

    /// The first best action of each state, and whether others come as close as makes a tie.
    pub(crate) fn choose(model: &TransitionModel, reward: &[Lanes], solution: &mut TileSolution) {
        let TileSolution { value, ahead, choice, tied, error, .. } = solution;
        choice.clear();
        choice.resize(reward.len(), [0; LANES]);
        *tied = [false; LANES];
        let scale = largest_reward(reward);
        let tolerance: Lanes = std::array::from_fn(|l| TIE_TOLERANCE * scale[l] + 2.0 * error[l]);
        let successor = model.matrix().indices();
        choose(model.available().starts(), successor, value, ahead, &tolerance, choice, tied);
    }
}

/// The moves of a model that lead elsewhere.
#[derive(Clone, Copy)]
struct Graph<'a> {
    starts: &'a [u32],
    next: &'a [u32],
}

/// What staying for ever is worth; returns the largest reward of each lane.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn first_values(reward: &[Lanes], discount: f64, value: &mut [Lanes]) -> Lanes {
    let forever = 1.0 / (1.0 - discount);
    let mut scale = [0.0_f64; LANES];
    for (value, reward) in value.iter_mut().zip(reward) {
        for l in 0..LANES {
            value[l] = reward[l] * forever;
            let size = reward[l].abs();
            scale[l] = if size > scale[l] { size } else { scale[l] };
        }
    }
    scale
}

/// Sweeps in alternating directions until nothing changes; returns their number.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn sweeps(graph: Graph<'_>, reward: &[Lanes], discount: f64, value: &mut [Lanes]) -> u32 {
    sweeps_portable(graph, reward, discount, value)
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "each version of a kernel needs its own copy, compiled for its instruction set"
)]
fn sweeps_portable(graph: Graph<'_>, reward: &[Lanes], discount: f64, value: &mut [Lanes]) -> u32 {
    let mut count = 0;
    loop {
        let changed = sweep(graph, reward, discount, value, count % 2 == 1);
        count += 1;
        if !changed {
            return count;
        }
    }
}

/// One sweep; whether a value changed.
#[inline(always)]
#[expect(clippy::inline_always, reason = "see `sweeps_portable`")]
fn sweep(graph: Graph<'_>, reward: &[Lanes], discount: f64, value: &mut [Lanes], backward: bool) -> bool {
    let n = reward.len();
    let mut growth = [0.0; LANES];
    for i in 0..n {
        let s = if backward { n - 1 - i } else { i };
        let before = value[s];
        let mut best = before;
        for &next in &graph.next[graph.starts[s] as usize..graph.starts[s + 1] as usize] {
            let ahead = &value[next as usize];
            for l in 0..LANES {
                best[l] = if ahead[l] > best[l] { ahead[l] } else { best[l] };
            }
        }
        for l in 0..LANES {
            let backup = reward[s][l] + discount * best[l];
            let after = if backup > before[l] { backup } else { before[l] };
            // Values only grow, so that a sum of differences tells whether any did.
            growth[l] += after - before[l];
            value[s][l] = after;
        }
    }
    growth.iter().any(|&growth| growth > 0.0)
}

/// The best value of what follows.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn values_ahead(graph: Graph<'_>, value: &[Lanes], ahead: &mut [Lanes]) {
    for (s, ahead) in ahead.iter_mut().enumerate() {
        let mut best = value[s];
        for &next in &graph.next[graph.starts[s] as usize..graph.starts[s + 1] as usize] {
            let other = &value[next as usize];
            for l in 0..LANES {
                best[l] = if other[l] > best[l] { other[l] } else { best[l] };
            }
        }
        *ahead = best;
    }
}

/// The first action whose successor has the value ahead, and whether another successor comes within the tolerance.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn choose(
    pairs: &[u32],
    successor: &[u32],
    value: &[Lanes],
    ahead: &[Lanes],
    tolerance: &Lanes,
    choice: &mut [[u32; LANES]],
    tied: &mut [bool; LANES],
) {
    for s in 0..ahead.len() {
        let (mut chosen, mut near) = ([0; LANES], [0_u32; LANES]);
        let moves = &successor[pairs[s] as usize..pairs[s + 1] as usize];
        for (k, &next) in moves.iter().enumerate().rev() {
            let other = &value[next as usize];
            for l in 0..LANES {
                chosen[l] = if other[l] == ahead[s][l] { k as u32 } else { chosen[l] };
                near[l] += u32::from(other[l] >= ahead[s][l] - tolerance[l]);
            }
        }
        choice[s] = chosen;
        for l in 0..LANES {
            tied[l] |= near[l] > 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional_graph::{DecisionGraph, GraphSolution, LostMove};
    use dunamis_mdp::StateId;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// A deterministic model in which every state has a loop somewhere among its actions.
    fn model() -> impl Strategy<Value = TransitionModel> {
        (1_usize..12).prop_flat_map(|n| {
            proptest::collection::vec((proptest::collection::vec(0..n, 0..4), 0_usize..4), n).prop_map(move |states| {
                let mut builder = TransitionModel::builder();
                for s in 0..n {
                    builder.state(&s.to_string()).unwrap();
                }
                for (s, (mut moves, place)) in states.into_iter().enumerate() {
                    moves.insert(place.min(moves.len()), s);
                    for (action, next) in moves.into_iter().enumerate() {
                        builder.transition(StateId::new(s), &action.to_string(), StateId::new(next), 1.0).unwrap();
                    }
                }
                builder.build().unwrap()
            })
        })
    }

    proptest! {
        /// The lemma, against policy iteration that knows nothing of it.
        #[test]
        fn agrees_with_functional_graphs(
            model in model(),
            rewards in proptest::collection::vec(-3_i32..4, 12 * LANES),
            discount in prop_oneof![Just(0.0), Just(0.1), Just(0.5), Just(0.9), Just(0.99)],
        ) {
            let n = model.states().len();
            let (reward, _) = rewards[..n * LANES].as_chunks::<LANES>();
            let reward: Vec<Lanes> = reward.iter().map(|lanes| lanes.map(f64::from)).collect();
            let kernel = StayInitialized::new(&model, discount).expect("every state can stay");
            let mut solution = TileSolution::default();
            kernel.solve(&reward, &mut solution);
            StayInitialized::choose(&model, &reward, &mut solution);
            let starts = model.available().starts();
            let count: Vec<u32> = starts.windows(2).map(|w| w[1] - w[0]).collect();
            let successor = model.matrix().indices();
            let graph = DecisionGraph { first: &starts[..n], count: &count, successor, lost: LostMove::Forbidden };
            for l in 0..LANES {
                let mut expected = GraphSolution::default();
                let own: Vec<f64> = reward.iter().map(|reward| reward[l]).collect();
                graph.solve(&own, discount, &mut expected);
                let error = expected.error + solution.error[l];
                prop_assert!(error < 1e-9);
                prop_assert_eq!(solution.tied[l], expected.tied);
                for s in 0..n {
                    prop_assert!((solution.value[s][l] - expected.value[s]).abs() <= error);
                    let next = successor[(starts[s] + solution.choice[s][l]) as usize] as usize;
                    prop_assert_eq!(solution.ahead[s][l], solution.value[next][l]);
                    // Values satisfy their equation up to the error.
                    let backup = own[s] + discount * solution.ahead[s][l];
                    prop_assert!((solution.value[s][l] - backup).abs() <= solution.error[l]);
                }
            }
        }

        #[test]
        fn every_instruction_set_gives_the_same_bits(
            numbers in proptest::collection::vec(-1.0..1.0_f64, 6 * LANES),
            next in proptest::collection::vec(0_u32..6, 12),
            discount in 0.0..1.0_f64,
        ) {
            let starts: Vec<u32> = (0..=6).map(|s| 2 * s).collect();
            let graph = Graph { starts: &starts, next: &next };
            let (reward, _) = numbers.as_chunks::<LANES>();
            let mut fast = vec![[0.0; LANES]; 6];
            first_values(reward, discount, &mut fast);
            let mut portable = fast.clone();
            let count = sweeps(graph, reward, discount, &mut fast);
            prop_assert_eq!(count, sweeps_portable(graph, reward, discount, &mut portable));
            let bits = |lanes: &[Lanes]| lanes.iter().flatten().map(|x| x.to_bits()).collect::<Vec<u64>>();
            prop_assert_eq!(bits(&fast), bits(&portable));
        }
    }

    #[test]
    fn models_that_cannot_stay_are_refused() {
        let mut builder = TransitionModel::builder();
        let [a, b] = ["a", "b"].map(|name| builder.state(name).unwrap());
        builder.transition(a, "go", b, 1.0).unwrap();
        builder.transition(b, "go", a, 1.0).unwrap();
        let cycle = Arc::new(builder.clone().build().unwrap());
        assert!(StayInitialized::new(&cycle, 0.5).is_none(), "no state can stay");
        builder.transition(a, "stay", a, 1.0).unwrap();
        assert!(StayInitialized::new(&builder.clone().build().unwrap(), 0.5).is_none(), "b cannot stay");
        builder.transition(b, "stay", b, 1.0).unwrap();
        assert!(StayInitialized::new(&builder.clone().build().unwrap(), 0.5).is_some());
        builder.transition(b, "slip", a, 0.5).unwrap();
        builder.transition(b, "slip", b, 0.5).unwrap();
        assert!(StayInitialized::new(&builder.build().unwrap(), 0.5).is_none(), "not deterministic");
    }
}
