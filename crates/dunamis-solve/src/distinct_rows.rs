//! Rows that several actions have in common, as states *after* a decision, and the classes of states that they connect.
//!
//! When one agent decides and something else moves by itself, many state-action pairs have the same row: where H goes and
//! where A was are all that matters for what comes next. Such a row is a post-decision state `[Powell 2011, ch. 4]`. Its
//! expectation is computed once per sweep instead of once for each pair, so that a sweep over a product of two agents
//! costs a small sparse product for the one and a maximum over moves for the other.
//!
//! States that have a row in common, and those connected by others that do, are a class: within it, decisions can make up for
//! where one starts, between classes only chance decides. In the product of two agents a class is one place of the agent
//! that does not decide.

use dunamis_mdp::TransitionModel;

/// The distinct rows of a model.
#[derive(Clone, Debug)]
pub(crate) struct DistinctRows {
    /// The row of each pair: shape pairs.
    pub(crate) of_pair: Vec<u32>,
    /// First entry of each row, and one past the last.
    pub(crate) starts: Vec<u32>,
    pub(crate) next: Vec<u32>,
    pub(crate) probability: Vec<f64>,
    /// The rows that a forward sweep has all new values for once it has passed a state.
    pub(crate) forward: Ready,
    /// The same for a backward sweep.
    pub(crate) backward: Ready,
}

/// Lists of rows by state.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Ready {
    /// The rows of a state.
    pub(crate) fn at(&self, state: usize) -> &[u32] {
        &self.rows[self.starts[state] as usize..self.starts[state + 1] as usize]
    }

    /// Lists by the state of each row, if it has one.
    fn new(states: usize, at: impl Iterator<Item = Option<u32>> + Clone) -> Self {
        let mut starts = vec![0; states + 1];
        for state in at.clone().flatten() {
            starts[state as usize + 1] += 1;
        }
        for s in 0..states {
            starts[s + 1] += starts[s];
        }
        let (mut place, mut rows) = (starts.clone(), vec![0; starts[states] as usize]);
        for (row, state) in at.enumerate() {
            if let Some(state) = state {
                rows[place[state as usize] as usize] = row as u32;
                place[state as usize] += 1;
            }
        }
        Ready { starts, rows }
    }
}

impl DistinctRows {
    /// The rows of a model in the order in which they first appear. $`O(\mathrm{nnz} \log)`$.
    pub(crate) fn new(model: &TransitionModel) -> Self {
        let pairs = model.available().len();
        let key = |pair: u32| model.row(pair as usize);
        let mut order: Vec<u32> = (0..pairs as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            let ((next_a, p_a), (next_b, p_b)) = (key(a), key(b));
            let bits = |p: f64| p.to_bits();
            let by_probability = || p_a.iter().copied().map(bits).cmp(p_b.iter().copied().map(bits));
            next_a.cmp(next_b).then_with(by_probability).then(a.cmp(&b))
        });
        // The first pair with the same row stands for all of them.
        let mut first = vec![0; pairs];
        let mut leader = 0;
        for &pair in &order {
            if key(pair) != key(leader) || pair == order[0] {
                leader = pair;
            }
            first[pair as usize] = leader;
        }
        let (mut of_pair, mut starts) = (vec![0; pairs], vec![0]);
        let (mut next, mut probability) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            let leader = first[pair] as usize;
            of_pair[pair] = if leader == pair {
                let (row, p) = model.row(pair);
                next.extend_from_slice(row);
                probability.extend_from_slice(p);
                starts.push(next.len() as u32);
                starts.len() as u32 - 2
            } else {
                of_pair[leader]
            };
        }
        let row = |w: &[u32]| &next[w[0] as usize..w[1] as usize];
        let forward = Ready::new(model.states().len(), starts.windows(2).map(|w| row(w).iter().copied().max()));
        let backward = Ready::new(model.states().len(), starts.windows(2).map(|w| row(w).iter().copied().min()));
        DistinctRows { of_pair, starts, next, probability, forward, backward }
    }

    /// Successors and probabilities of a row.
    pub(crate) fn row(&self, row: u32) -> (&[u32], &[f64]) {
        let entries = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        (&self.next[entries.clone()], &self.probability[entries])
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether pairs share rows so often that values of rows are worth keeping.
    pub(crate) fn are_shared(&self) -> bool {
        2 * self.len() <= self.of_pair.len()
    }

    /// The class of each state, and the number of classes: the finest partition in which states that have a row in common are
    /// together.
    pub(crate) fn classes(&self, pairs: &[u32]) -> (Vec<u32>, usize) {
        let states = pairs.len() - 1;
        let mut parent: Vec<u32> = (0..states as u32).collect();
        let mut user = vec![u32::MAX; self.len()];
        for state in 0..states {
            for pair in pairs[state]..pairs[state + 1] {
                let row = self.of_pair[pair as usize] as usize;
                if user[row] == u32::MAX {
                    user[row] = state as u32;
                } else {
                    let (a, b) = (root(&mut parent, user[row]), root(&mut parent, state as u32));
                    parent[a.max(b) as usize] = a.min(b);
                }
            }
        }
        let (mut class, mut count) = (vec![0; states], 0);
        for state in 0..states {
            let root = root(&mut parent, state as u32) as usize;
            class[state] = if root == state {
                count += 1;
                count - 1
            } else {
                class[root]
            };
        }
        (class, count as usize)
    }
}

fn root(parent: &mut [u32], mut state: u32) -> u32 {
    while parent[state as usize] != state {
        parent[state as usize] = parent[parent[state as usize] as usize];
        state = parent[state as usize];
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::StateId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_pair_has_its_row(choice in proptest::collection::vec(proptest::collection::vec(0_usize..6, 1..4), 1..9)) {
            let n = choice.len();
            let mut builder = TransitionModel::builder();
            for s in 0..n {
                builder.state(&s.to_string()).unwrap();
            }
            for (s, rows) in choice.iter().enumerate() {
                for (action, &row) in rows.iter().enumerate() {
                    let action = action.to_string();
                    let (next, other) = (StateId::new(row % n), StateId::new(row / 2 % n));
                    let p = if next == other { 1.0 } else { 0.25 };
                    builder.transition(StateId::new(s), &action, next, p).unwrap();
                    if next != other {
                        builder.transition(StateId::new(s), &action, other, 0.75).unwrap();
                    }
                }
            }
            let model = builder.build().unwrap();
            let distinct = DistinctRows::new(&model);
            let pairs = model.available().len();
            for pair in 0..pairs {
                prop_assert_eq!(distinct.row(distinct.of_pair[pair]), model.row(pair));
                for other in 0..pairs {
                    let same = model.row(pair) == model.row(other);
                    prop_assert_eq!(distinct.of_pair[pair] == distinct.of_pair[other], same);
                }
            }
            // A row is ready exactly once in each direction, when all of its successors have been passed.
            for (ready, backward) in [(&distinct.forward, false), (&distinct.backward, true)] {
                let mut seen = vec![0; distinct.len()];
                for s in 0..n {
                    for &row in ready.at(s) {
                        seen[row as usize] += 1;
                        let passed = |&next: &u32| if backward { next as usize >= s } else { next as usize <= s };
                        prop_assert!(distinct.row(row).0.iter().all(passed));
                    }
                }
                prop_assert!(seen.iter().all(|&times| times == 1));
            }
            // States with a common row are in one class, and every class is connected by such pairs.
            let (class, count) = distinct.classes(model.available().starts());
            let common = |s: usize, t: usize| {
                let rows = |s| model.available().pairs(StateId::new(s)).map(|pair| distinct.of_pair[pair]);
                rows(s).any(|row| rows(t).any(|other| row == other))
            };
            let mut reached: Vec<usize> = (0..n).collect();
            for _ in 0..n {
                for s in 0..n {
                    for t in (0..n).filter(|&t| common(s, t)) {
                        reached[s] = reached[s].min(reached[t]);
                    }
                }
            }
            let distinct_classes: std::collections::BTreeSet<usize> = reached.iter().copied().collect();
            prop_assert_eq!(distinct_classes.len(), count);
            for (s, t) in (0..n).flat_map(|s| (0..n).map(move |t| (s, t))) {
                prop_assert_eq!(class[s] == class[t], reached[s] == reached[t]);
            }
        }
    }
}
