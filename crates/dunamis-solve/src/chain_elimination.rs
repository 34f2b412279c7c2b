//! Values of sparse chains by elimination, with the order of states found once for all policies of a model.
//!
//! $`(I - \gamma P) V = R`$ is solved row by row in an order that keeps fill small for every policy (approximate minimum
//! degree on the union of all rows `[Amestoy, Davis & Duff 1996]`). States that nothing leads to, not counting those taken
//! out in this way before, need no elimination: their values follow from the others'. What is left has few entries in each
//! row, of which a set of bits keeps track. No pivots are needed, because the diagonal dominates every row.

use crate::distinct_rows::DistinctRows;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::SymbolicSparseColMat;
use faer::sparse::linalg::amd;
use std::collections::BTreeSet;

/// Most states for which a dense row of bits and numbers is kept.
const MOST_STATES: usize = 1 << 14;

/// The order in which states are eliminated.
#[derive(Clone, Debug)]
pub(crate) struct ChainElimination {
    /// States by position.
    order: Vec<u32>,
    /// Positions by state.
    position: Vec<u32>,
}

/// A chain with state rewards: the distinct row of each state.
#[derive(Clone, Copy)]
pub(crate) struct Chain<'a> {
    pub(crate) distinct: &'a DistinctRows,
    pub(crate) row: &'a [u32],
    pub(crate) reward: &'a [f64],
    pub(crate) discount: f64,
}

/// Scratch space, reused from chain to chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct EliminationWorkspace {
    /// Number of edges into each state, from other states that are left.
    inward: Vec<u32>,
    /// States that nothing leads to, in the order in which they are taken out.
    sources: Vec<u32>,
    /// The current row: shape |S| by position, and which of its entries are not zero.
    row: Vec<f64>,
    bits: Vec<u64>,
    /// Rows that are done, right of the diagonal, divided by it: first entry of each, position and number.
    starts: Vec<u32>,
    upper: Vec<(u32, f64)>,
    right: Vec<f64>,
}

impl ChainElimination {
    /// An order for the chains of all policies, unless there are too many states. $`O(\mathrm{nnz} \log)`$ and the ordering.
    pub(crate) fn new(distinct: &DistinctRows, pairs: &[u32]) -> Option<Self> {
        let states = pairs.len() - 1;
        if states > MOST_STATES {
            return None;
        }
        let mut edges = BTreeSet::new();
        for s in 0..states {
            for &row in &distinct.of_pair[pairs[s] as usize..pairs[s + 1] as usize] {
                edges.extend(
                    distinct.row(row).0.iter().filter(|&&next| next as usize != s).map(|&next| (s as u32, next)),
                );
            }
        }
        let (mut starts, mut rows) = (vec![0_usize; states + 1], Vec::with_capacity(edges.len()));
        for (column, row) in edges {
            starts[column as usize + 1] += 1;
            rows.push(row as usize);
        }
        for s in 0..states {
            starts[s + 1] += starts[s];
        }
        let pattern = SymbolicSparseColMat::new_checked(states, states, starts, None, rows);
        let mut buffer = MemBuffer::try_new(amd::order_scratch::<usize>(states, pattern.compute_nnz())).ok()?;
        let (mut order, mut position) = (vec![0_usize; states], vec![0_usize; states]);
        let stack = MemStack::new(&mut buffer);
        amd::order(&mut order, &mut position, pattern.as_ref(), amd::Control::default(), stack).ok()?;
        let narrow = |all: Vec<usize>| all.into_iter().map(|x| x as u32).collect();
        Some(ChainElimination { order: narrow(order), position: narrow(position) })
    }

    /// The values of a chain, up to rounding; `false`, and values without meaning, if that took more than `budget`
    /// multiplications.
    pub(crate) fn solve(
        &self,
        chain: Chain<'_>,
        budget: usize,
        value: &mut [f64],
        workspace: &mut EliminationWorkspace,
    ) -> bool {
        let n = self.order.len();
        let EliminationWorkspace { inward, sources, row, bits, starts, upper, right } = workspace;
        inward.clear();
        inward.resize(n, 0);
        for s in 0..n {
            for &next in chain.next(s).0 {
                inward[next as usize] += u32::from(next as usize != s);
            }
        }
        sources.clear();
        sources.extend((0..n as u32).filter(|&s| inward[s as usize] == 0));
        let mut taken = 0;
        while taken < sources.len() {
            let s = sources[taken] as usize;
            taken += 1;
            for &next in chain.next(s).0.iter().filter(|&&next| next as usize != s) {
                inward[next as usize] -= 1;
                if inward[next as usize] == 0 {
                    sources.push(next);
                }
            }
        }
        row.clear();
        row.resize(n, 0.0);
        bits.clear();
        bits.resize(n.div_ceil(64), 0);
        right.clear();
        right.resize(n, 0.0);
        starts.clear();
        upper.clear();
        // As slices, whose places the inner loop need not look up again.
        let (row, bits, right) = (&mut row[..], &mut bits[..], &mut right[..]);
        let mut work = 0;
        for (i, &s) in self.order.iter().enumerate() {
            starts.push(upper.len() as u32);
            let s = s as usize;
            // A state without inward edges is a source, or its own only predecessor: then it is a source as well.
            if inward[s] == 0 {
                continue;
            }
            let mut sum = chain.reward[s];
            row[i] = 1.0;
            bits[i / 64] |= 1 << (i % 64);
            let (next, probability) = chain.next(s);
            let mut first = i;
            for (&next, p) in next.iter().zip(probability) {
                let j = self.position[next as usize] as usize;
                row[j] -= chain.discount * p;
                bits[j / 64] |= 1 << (j % 64);
                first = first.min(j);
            }
            for word in first / 64..=i / 64 {
                let below = if word == i / 64 { (1 << (i % 64)) - 1 } else { u64::MAX };
                let mut todo = bits[word] & below;
                while todo != 0 {
                    let k = word * 64 + todo.trailing_zeros() as usize;
                    let factor = row[k];
                    let end = starts[k + 1] as usize;
                    let done = &upper[starts[k] as usize..end];
                    work += done.len() + 1;
                    for &(j, u) in done {
                        row[j as usize] -= factor * u;
                        bits[j as usize / 64] |= 1 << (j % 64);
                    }
                    sum -= factor * right[k];
                    row[k] = 0.0;
                    // Entries that came in lie to the right of k.
                    todo = bits[word] & below & !((2_u64 << (k % 64)).wrapping_sub(1));
                }
                bits[word] &= !below;
            }
            if work > budget {
                return false;
            }
            let pivot = 1.0 / row[i];
            row[i] = 0.0;
            right[i] = sum * pivot;
            for word in i / 64..bits.len() {
                let mut todo = bits[word];
                while todo != 0 {
                    let j = word * 64 + todo.trailing_zeros() as usize;
                    todo &= todo - 1;
                    if j != i {
                        upper.push((j as u32, row[j] * pivot));
                        row[j] = 0.0;
                    }
                }
                bits[word] = 0;
            }
        }
        starts.push(upper.len() as u32);
        for i in (0..n).rev() {
            let done = &upper[starts[i] as usize..starts[i + 1] as usize];
            right[i] = done.iter().fold(right[i], |sum, &(j, u)| sum - u * right[j as usize]);
            value[self.order[i] as usize] = right[i];
        }
        for &s in sources.iter().rev() {
            let s = s as usize;
            let (mut sum, mut own) = (0.0, 0.0);
            for (&next, p) in chain.next(s).0.iter().zip(chain.next(s).1) {
                if next as usize == s { own = *p } else { sum += p * value[next as usize] }
            }
            value[s] = (chain.reward[s] + chain.discount * sum) / (1.0 - chain.discount * own);
        }
        true
    }
}

impl<'a> Chain<'a> {
    fn next(&self, state: usize) -> (&'a [u32], &'a [f64]) {
        self.distinct.row(self.row[state])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{StateId, TransitionModel};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Random chains with loops, sources and leaks satisfy their equation; too small a budget is noticed.
        #[test]
        fn values_satisfy_their_equation(
            rows in proptest::collection::vec(proptest::collection::vec((0_usize..150, 1_u32..4), 1..5), 1..150),
            leak in 0_u32..2,
            discount in prop_oneof![Just(0.0), Just(0.9), Just(0.999)],
        ) {
            let n = rows.len();
            let mut builder = TransitionModel::builder();
            for s in 0..n {
                builder.state(&s.to_string()).unwrap();
            }
            for (s, row) in rows.iter().enumerate() {
                let total = f64::from(row.iter().map(|(_, weight)| weight).sum::<u32>() + leak);
                let mut merged = BTreeMap::new();
                for &(next, weight) in row {
                    *merged.entry(next % n).or_insert(0) += weight;
                }
                for (next, weight) in merged {
                    builder.transition(StateId::new(s), "go", StateId::new(next), f64::from(weight) / total).unwrap();
                }
                builder.leak(StateId::new(s), "go", f64::from(leak) / total).unwrap();
            }
            let model = builder.build().unwrap();
            let distinct = DistinctRows::new(&model);
            let elimination = ChainElimination::new(&distinct, model.available().starts()).unwrap();
            let reward: Vec<f64> = (0..n).map(|s| (s * 7 % 11) as f64 - 5.0).collect();
            let (mut value, mut workspace) = (vec![0.0; n], EliminationWorkspace::default());
            let chain = Chain { distinct: &distinct, row: &distinct.of_pair, reward: &reward, discount };
            // Twice, as scratch space is used again.
            for _ in 0..2 {
                prop_assert!(elimination.solve(chain, usize::MAX, &mut value, &mut workspace));
                for s in 0..n {
                    let (next, probability) = model.row(s);
                    let ahead: f64 = next.iter().zip(probability).map(|(&next, p)| p * value[next as usize]).sum();
                    let scale = 1e-12 / (1.0 - discount);
                    prop_assert!((value[s] - reward[s] - discount * ahead).abs() <= scale);
                }
            }
            let needs_work = !elimination.solve(chain, 0, &mut value, &mut workspace);
            let acyclic = workspace.sources.len() == n;
            prop_assert!(needs_work != acyclic || workspace.upper.is_empty());
        }
    }
}
