//! Deterministic models: exact evaluation on functional graphs, and policy iteration built on it.
//!
//! A deterministic policy in a deterministic model gives every state one successor: a functional graph. Each of its
//! components is one cycle with trees leading into it, so its values follow in one pass without iterating:
//!
//! ```math
//! V(c_0) = \frac{\sum_{k<L} \gamma^k R(c_k)}{1-\gamma^L} \text{ on a cycle of length } L, \qquad
//! V(s) = R(s) + \gamma V(\mathrm{next}(s)) \text{ on the trees.}
//! ```
//!
//! Policy iteration alternates this evaluation with one forward and one backward Gauss–Seidel sweep of improvements, which
//! keeps $`V \le TV`$ and therefore Howard's monotone convergence. It stops when no state improves beyond rounding, so the
//! result is a policy's exact value with the Bellman residual as its warrant. One round is $`O(|SA|)`$; some ten rounds
//! suffice for thousands of states at every discount.

/// The successor that stands for lost mass: whatever follows is worth 0.
pub const LOST: u32 = dunamis_mdp::UNAVAILABLE;

/// Actions tie when their values differ by at most this part of the largest reward (plus the error of the values).
pub const TIE_TOLERANCE: f64 = 1e-9;

/// A deterministic decision problem: the successors of state `s` are
/// `successor[first[s]..first[s] + count[s]]`, where [`LOST`] marks a move with which all is lost.
///
/// The three slices may belong to a larger table, so that the problem which one agent faces under the other's deterministic
/// policy costs no copy.
#[derive(Clone, Copy, Debug)]
pub struct DecisionGraph<'a> {
    /// Where the moves of each state start: shape |S|.
    pub first: &'a [u32],
    /// How many moves each state has: shape |S|.
    pub count: &'a [u32],
    /// Successors of all moves.
    pub successor: &'a [u32],
    /// What a move to [`LOST`] means.
    pub lost: LostMove,
}

/// What it means that a move has no successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostMove {
    /// It may be chosen, and whatever would follow is worth 0.
    WorthNothing,
    /// It is not available; a state without an available move stays where it is.
    Forbidden,
}

/// Buffers and results of one decision problem, reused from one reward vector to the next.
#[derive(Clone, Debug, Default)]
pub struct GraphSolution {
    /// Optimal values: shape |S|.
    pub value: Vec<f64>,
    /// The first best move of each state, counted from `first[s]`: shape |S|.
    pub choice: Vec<u32>,
    /// The successor under that move, or [`LOST`]: shape |S|.
    pub next: Vec<u32>,
    /// Whether somewhere two moves are within the tie tolerance of the best, or none of several is available.
    pub tied: bool,
    /// Whether two such moves lead to different states: otherwise every optimal policy makes the same chain.
    pub forked: bool,
    /// Bound on the distance of any value from the truth, rounding included.
    pub error: f64,
    /// Rounds of policy iteration.
    pub rounds: u32,
    walk: Walk,
}

/// Scratch space of [`evaluate_functional_graph`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Walk {
    path: Vec<u32>,
    /// 0: not seen; 1: value known; 2 + position: on the current path.
    mark: Vec<u32>,
}

/// Values of the chain `next` (one successor per state, or [`LOST`]) for state rewards, exact up to rounding, in $`O(|S|)`$.
///
/// # Panics
///
/// If the slices differ in length or a successor is neither a state nor [`LOST`].
pub fn evaluate_functional_graph(next: &[u32], reward: &[f64], discount: f64, value: &mut [f64], walk: &mut Walk) {
    let n = next.len();
    assert!(reward.len() == n && value.len() == n, "one reward and one value per state");
    walk.mark.clear();
    walk.mark.resize(n, 0);
    walk.path.clear();
    for start in 0..n {
        let mut s = start as u32;
        // Follow the chain to something known, to the end, or back onto the path itself.
        while s != LOST && walk.mark[s as usize] == 0 {
            walk.mark[s as usize] = walk.path.len() as u32 + 2;
            walk.path.push(s);
            s = next[s as usize];
        }
        let mut ahead = if s == LOST {
            0.0
        } else if walk.mark[s as usize] == 1 {
            value[s as usize]
        } else {
            let cycle = &walk.path[(walk.mark[s as usize] - 2) as usize..];
            let (mut sum, mut power) = (0.0, 1.0);
            for &c in cycle.iter().rev() {
                sum = reward[c as usize] + discount * sum;
                power *= discount;
            }
            sum / (1.0 - power)
        };
        while let Some(s) = walk.path.pop() {
            ahead = reward[s as usize] + discount * ahead;
            value[s as usize] = ahead;
            walk.mark[s as usize] = 1;
        }
    }
}

impl GraphSolution {
    fn evaluate(&mut self, reward: &[f64], discount: f64) {
        evaluate_functional_graph(&self.next, reward, discount, &mut self.value, &mut self.walk);
    }
}

impl DecisionGraph<'_> {
    /// Best move of a state for given values: its position, its successor and that successor's value.
    #[inline]
    fn best(&self, s: usize, value: &[f64]) -> (u32, u32, f64) {
        let (mut choice, mut next, mut best) = (0, LOST, f64::NEG_INFINITY);
        for (k, &to) in self.moves(s).iter().enumerate() {
            if let Some(ahead) = self.ahead(to, value)
                && ahead > best
            {
                (choice, next, best) = (k as u32, to, ahead);
            }
        }
        if best == f64::NEG_INFINITY { (0, s as u32, value[s]) } else { (choice, next, best) }
    }

    #[inline]
    fn moves(&self, s: usize) -> &[u32] {
        let first = self.first[s] as usize;
        &self.successor[first..first + self.count[s] as usize]
    }

    /// The value that a move leads to, if it is available.
    #[inline]
    fn ahead(&self, to: u32, value: &[f64]) -> Option<f64> {
        match self.lost {
            _ if to != LOST => Some(value[to as usize]),
            LostMove::WorthNothing => Some(0.0),
            LostMove::Forbidden => None,
        }
    }

    /// Optimal values and choices for one vector of state rewards.
    ///
    /// Two moves tie when their values differ by at most [`TIE_TOLERANCE`] of the largest reward, plus the error. Exact up to rounding; see [`GraphSolution::error`].
    ///
    /// # Panics
    ///
    /// If the slices differ in length or point outside of each other.
    pub fn solve(&self, reward: &[f64], discount: f64, solution: &mut GraphSolution) {
        let n = self.first.len();
        assert!(self.count.len() == n && reward.len() == n, "one run of moves and one reward per state");
        solution.value.clear();
        solution.value.extend_from_slice(reward);
        solution.choice.clear();
        solution.choice.resize(n, 0);
        solution.next.clear();
        solution.next.resize(n, LOST);
        let scale = reward.iter().fold(0.0_f64, |scale, r| scale.max(r.abs()));
        // Rounding of one backup r + γV, three operations on numbers up to scale/(1 - γ).
        let rounding = 4.0 * f64::EPSILON * scale / (1.0 - discount);
        // Rewards as first values: a few sweeps find the neighborhood, so that policy iteration starts near its end.
        for round in 0..4 {
            self.sweep(reward, discount, f64::NEG_INFINITY, round % 2 == 1, solution);
        }
        solution.rounds = 0;
        loop {
            solution.evaluate(reward, discount);
            solution.rounds += 1;
            let improved = self.sweep(reward, discount, 2.0 * rounding, false, solution);
            // Each round improves a policy or ends; the cap only guards against a cycle of rounding errors.
            if !improved || solution.rounds as usize > 64 + n {
                break;
            }
            self.sweep(reward, discount, 2.0 * rounding, true, solution);
        }
        solution.evaluate(reward, discount);
        let GraphSolution { value, next, .. } = &*solution;
        let residual = (0..n)
            .fold(0.0_f64, |residual, s| residual.max((reward[s] + discount * self.best(s, value).2 - value[s]).abs()));
        let error = (residual + rounding) / (1.0 - discount);
        let tie_tolerance = TIE_TOLERANCE * scale + 2.0 * error;
        let (mut tied, mut forked) = (false, false);
        for s in 0..n {
            let threshold = self.best(s, value).2 - tie_tolerance;
            let best = |to: u32| self.ahead(to, value).is_some_and(|ahead| ahead >= threshold);
            // Where no move is available, all of them do the same.
            let stuck = self.moves(s).len() > 1 && self.moves(s).iter().all(|&to| self.ahead(to, value).is_none());
            tied |= stuck || self.moves(s).iter().filter(|&&to| best(to)).count() > 1;
            forked |= self.moves(s).iter().any(|&to| to != next[s] && best(to));
        }
        (solution.error, solution.tied, solution.forked) = (error, tied, forked);
    }

    /// One Gauss–Seidel sweep that changes a choice only for an improvement beyond `threshold`; whether any changed.
    fn sweep(
        &self,
        reward: &[f64],
        discount: f64,
        threshold: f64,
        backward: bool,
        GraphSolution { value, choice, next, .. }: &mut GraphSolution,
    ) -> bool {
        let n = value.len();
        let mut improved = false;
        for i in 0..n {
            let s = if backward { n - 1 - i } else { i };
            let (k, to, best) = self.best(s, value);
            let backup = reward[s] + discount * best;
            if backup > value[s] + threshold || threshold == f64::NEG_INFINITY {
                improved |= to != next[s];
                (choice[s], next[s], value[s]) = (k, to, backup);
            }
        }
        improved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph() -> impl Strategy<Value = (Vec<u32>, Vec<u32>, Vec<u32>, Vec<f64>)> {
        (1_usize..12).prop_flat_map(|n| {
            let moves = proptest::collection::vec(proptest::collection::vec(0..=n as u32, 1..5), n);
            (moves, proptest::collection::vec(-4..5_i32, n)).prop_map(move |(moves, reward)| {
                let count: Vec<u32> = moves.iter().map(|m| m.len() as u32).collect();
                let first = count.iter().scan(0, |sum, &c| Some(std::mem::replace(sum, *sum + c))).collect();
                let lost = |&to: &u32| if to as usize == n { LOST } else { to };
                let successor = moves.iter().flatten().map(lost).collect();
                (first, count, successor, reward.into_iter().map(f64::from).collect())
            })
        })
    }

    /// Plain value iteration, long enough for the discount.
    fn oracle(graph: DecisionGraph<'_>, reward: &[f64], discount: f64) -> Vec<f64> {
        let mut value = vec![0.0; reward.len()];
        for _ in 0..4000 {
            value = (0..reward.len()).map(|s| reward[s] + discount * graph.best(s, &value).2).collect();
        }
        value
    }

    proptest! {
        #[test]
        fn agrees_with_value_iteration(
            (first, count, successor, reward) in graph(),
            discount in prop_oneof![Just(0.0), Just(0.5), Just(0.9), Just(0.99)],
            lost in prop_oneof![Just(LostMove::WorthNothing), Just(LostMove::Forbidden)],
        ) {
            let graph = DecisionGraph { first: &first, count: &count, successor: &successor, lost };
            let mut solution = GraphSolution::default();
            graph.solve(&reward, discount, &mut solution);
            let expected = oracle(graph, &reward, discount);
            for s in 0..reward.len() {
                prop_assert!((solution.value[s] - expected[s]).abs() <= 1e-9 + solution.error, "{:?} {:?}", solution, expected);
            }
            prop_assert!(solution.error < 1e-9);
        }

        #[test]
        fn evaluation_satisfies_its_equation(
            (next, reward) in (1_usize..40).prop_flat_map(|n| (
                proptest::collection::vec(prop_oneof![4 => 0..n as u32, 1 => Just(LOST)], n),
                proptest::collection::vec(-1.0..1.0_f64, n),
            )),
            discount in 0.0..0.999_f64,
        ) {
            let mut value = vec![0.0; next.len()];
            evaluate_functional_graph(&next, &reward, discount, &mut value, &mut Walk::default());
            for (s, &to) in next.iter().enumerate() {
                let ahead = if to == LOST { 0.0 } else { value[to as usize] };
                prop_assert!((value[s] - reward[s] - discount * ahead).abs() < 1e-11);
            }
        }
    }
}
