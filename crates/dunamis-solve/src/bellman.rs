//! The Bellman operator of a model, a reward and a discount, as loops over raw compressed rows.
//!
//! ```math
//! (TV)(s) = \max_{a \in A(s)} \Bigl( r(s,a) + \gamma \sum_{s'} T(s'|s,a) V(s') \Bigr)
//! ```
//!
//! A Markov chain is the special case of one action per state. Products are summed in the order of the columns, multiplied
//! and added separately, so that every machine gives the same bytes. One application is $`O(\mathrm{nnz})`$ and allocates
//! nothing.

use dunamis_mdp::{Discount, MarkovChain, Mdp, RewardKind, SparseMatrix, TransitionModel};
use num_traits::Zero;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// A Bellman operator over borrowed rows.
#[derive(Clone, Debug)]
pub(crate) struct Bellman<'a> {
    /// First pair of each state, and one past the last.
    pairs: Cow<'a, [u32]>,
    /// First entry of each pair's row, and one past the last.
    rows: &'a [usize],
    next: &'a [u32],
    probability: &'a [f64],
    reward: &'a [f64],
    /// Whether `reward` is indexed by states rather than pairs.
    state_reward: bool,
    /// Whether every reward is exactly 0, also in the form it was written in.
    zero_reward: bool,
    pub(crate) discount: f64,
    /// See [`Bellman::row_masses`].
    masses: OnceLock<(f64, f64)>,
    /// Whether every pair leads to one state with certainty, so that entries are numbered like pairs.
    certain: bool,
}

/// The rows of one policy, packed together so that its evaluation reads nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyRows {
    rows: Vec<usize>,
    /// As long as they have to be, or longer.
    next: Vec<u32>,
    probability: Vec<f64>,
    reward: Vec<f64>,
}

impl<'a> Bellman<'a> {
    pub(crate) fn new(mdp: &'a Mdp, discount: &Discount) -> Self {
        let reward = mdp.reward();
        let zero = reward.values().iter().all(|&r| r == 0.0);
        Bellman {
            pairs: Cow::Borrowed(mdp.model().available().starts()),
            state_reward: reward.kind() == RewardKind::State,
            zero_reward: zero && (0..reward.values().len()).all(|index| reward.exact(index).is_zero()),
            ..Self::of_rows(mdp.model().matrix(), reward.values(), discount.value())
        }
    }

    /// The rows of a model without rewards: [`Bellman::reward`] and what uses it must not be called.
    pub(crate) fn rewardless(model: &'a TransitionModel) -> Self {
        Bellman { pairs: Cow::Borrowed(model.available().starts()), ..Self::of_rows(model.matrix(), &[], 0.0) }
    }

    pub(crate) fn of_chain(chain: &'a MarkovChain, reward: &'a [f64], discount: f64) -> Self {
        Self::of_rows(chain.matrix(), reward, discount)
    }

    /// One pair per row of the matrix.
    fn of_rows(matrix: &'a SparseMatrix, reward: &'a [f64], discount: f64) -> Self {
        // The matrix owns its storage from offset 0, so that the raw pointers index its arrays.
        let rows: &'a [usize] = matrix.indptr().into_raw_storage();
        Bellman {
            pairs: (0..rows.len() as u32).collect(),
            rows,
            next: matrix.indices(),
            probability: matrix.data(),
            reward,
            state_reward: false,
            zero_reward: reward.iter().all(|&r| r == 0.0),
            discount,
            masses: OnceLock::new(),
            certain: is_certain(rows, matrix.data()),
        }
    }

    pub(crate) fn states(&self) -> usize {
        self.pairs.len() - 1
    }

    pub(crate) fn pair_count(&self) -> usize {
        self.rows.len() - 1
    }

    pub(crate) fn is_zero_reward(&self) -> bool {
        self.zero_reward
    }

    #[inline]
    pub(crate) fn pairs(&self, state: usize) -> Range<usize> {
        self.pairs[state] as usize..self.pairs[state + 1] as usize
    }

    /// Successors and probabilities of a pair.
    #[inline]
    pub(crate) fn row(&self, pair: usize) -> (&'a [u32], &'a [f64]) {
        let range = self.rows[pair]..self.rows[pair + 1];
        (&self.next[range.clone()], &self.probability[range])
    }

    #[inline]
    pub(crate) fn reward(&self, state: usize, pair: usize) -> f64 {
        self.reward[if self.state_reward { state } else { pair }]
    }

    /// $`\sum_{s'} T(s'|s,a) V(s')`$.
    #[inline]
    pub(crate) fn expected(&self, pair: usize, value: &[f64]) -> f64 {
        if self.certain {
            return value[self.next[pair] as usize];
        }
        let (next, probability) = self.row(pair);
        let mut sum = 0.0;
        for (&next, &probability) in next.iter().zip(probability) {
            sum += probability * value[next as usize];
        }
        sum
    }

    #[inline]
    pub(crate) fn action_value(&self, state: usize, pair: usize, value: &[f64]) -> f64 {
        self.reward(state, pair) + self.discount * self.expected(pair, value)
    }

    /// $`(TV)(s)`$.
    #[inline]
    pub(crate) fn best(&self, state: usize, value: &[f64]) -> f64 {
        self.pairs(state)
            .map(|pair| self.action_value(state, pair, value))
            .fold(f64::NEG_INFINITY, |best, q| if q > best { q } else { best })
    }

    /// $`(TV)(s)`$ and the first pair that attains it.
    #[inline]
    pub(crate) fn best_pair(&self, state: usize, value: &[f64]) -> (f64, u32) {
        let mut best = (f64::NEG_INFINITY, self.pairs[state]);
        for pair in self.pairs(state) {
            let q = self.action_value(state, pair, value);
            if q > best.0 {
                best = (q, pair as u32);
            }
        }
        best
    }

    /// One Jacobi sweep: visits every state in order with its backup and the first pair that attains it.
    #[inline]
    pub(crate) fn sweep(&self, value: &[f64], mut visit: impl FnMut(usize, f64, u32)) {
        let pairs: &[u32] = &self.pairs;
        let mut first = 0;
        let mut start = 0;
        for state in 0..pairs.len() - 1 {
            let last = pairs[state + 1] as usize;
            let mut best = f64::NEG_INFINITY;
            let mut choice = first;
            for (pair, &end) in (first..last).zip(&self.rows[first + 1..=last]) {
                let mut sum = 0.0;
                for (&next, &p) in self.next[start..end].iter().zip(&self.probability[start..end]) {
                    sum += p * value[next as usize];
                }
                let q = self.reward[if self.state_reward { state } else { pair }] + self.discount * sum;
                if q > best {
                    (best, choice) = (q, pair);
                }
                start = end;
            }
            first = last;
            visit(state, best, choice as u32);
        }
    }

    /// [`Bellman::sweep`] of the value 0, which needs no successors.
    pub(crate) fn sweep_of_zero(&self, mut visit: impl FnMut(usize, f64, u32)) {
        for state in 0..self.states() {
            let pairs = self.pairs(state);
            let mut best = (f64::NEG_INFINITY, pairs.start);
            for pair in pairs {
                let reward = self.reward(state, pair);
                best = if reward > best.0 { (reward, pair) } else { best };
            }
            visit(state, best.0, best.1 as u32);
        }
    }

    /// Smallest and largest row sum: both 1 up to rounding unless rows leak.
    pub(crate) fn row_masses(&self) -> (f64, f64) {
        *self.masses.get_or_init(|| {
            (0..self.pair_count())
                .map(|pair| self.row(pair).1.iter().sum::<f64>())
                .fold((f64::INFINITY, 0.0), |(low, high), mass| (mass.min(low), mass.max(high)))
        })
    }

    /// Most successors of any pair.
    pub(crate) fn longest_row(&self) -> usize {
        self.rows.windows(2).map(|row| row[1] - row[0]).max().unwrap_or(0)
    }

    /// Packs the rows of a policy, reusing the buffers.
    pub(crate) fn pack(&self, policy: &[u32], packed: &mut PolicyRows) {
        packed.clear();
        for (state, &pair) in policy.iter().enumerate() {
            packed.push(self, state, pair);
        }
    }
}

/// Entries that are copied at once.
const COPIED: usize = 8;

impl PolicyRows {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.rows.push(0);
        self.reward.clear();
    }

    /// Adds the row of the next state, eight entries at once: a copy of known length is a few moves.
    #[inline]
    pub(crate) fn push(&mut self, bellman: &Bellman<'_>, state: usize, pair: u32) {
        let (mut at, end) = (bellman.rows[pair as usize], bellman.rows[pair as usize + 1]);
        let mut place = self.rows[state];
        self.rows.push(place + end - at);
        self.reward.push(bellman.reward(state, pair as usize));
        while at < end {
            if self.next.len() < place + COPIED {
                let length = (2 * self.next.len()).max(place + COPIED);
                self.next.resize(length, 0);
                self.probability.resize(length, 0.0);
            }
            let count = COPIED.min(bellman.next.len() - at);
            if count == COPIED {
                self.next[place..place + COPIED].copy_from_slice(&bellman.next[at..at + COPIED]);
                self.probability[place..place + COPIED].copy_from_slice(&bellman.probability[at..at + COPIED]);
            } else {
                self.next[place..place + count].copy_from_slice(&bellman.next[at..]);
                self.probability[place..place + count].copy_from_slice(&bellman.probability[at..]);
            }
            (at, place) = (at + COPIED, place + COPIED);
        }
    }

    /// The operator $`T_\pi`$ of the packed policy.
    pub(crate) fn bellman(&self, discount: f64) -> Bellman<'_> {
        let entries = *self.rows.last().expect("one past the last row");
        Bellman {
            pairs: (0..self.rows.len() as u32).collect(),
            rows: &self.rows,
            next: &self.next[..entries],
            probability: &self.probability[..entries],
            reward: &self.reward,
            state_reward: false,
            zero_reward: false,
            discount,
            masses: OnceLock::new(),
            certain: is_certain(&self.rows, &self.probability[..entries]),
        }
    }
}

fn is_certain(rows: &[usize], probability: &[f64]) -> bool {
    rows.len() == probability.len() + 1
        && rows.iter().enumerate().all(|(pair, &start)| pair == start)
        && probability.iter().all(|&p| p == 1.0)
}

/// Smallest and largest entry of a residual, gathered in one pass.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Span {
    pub(crate) const EMPTY: Span = Span { min: f64::INFINITY, max: f64::NEG_INFINITY };

    #[inline]
    pub(crate) fn add(&mut self, residual: f64) {
        self.min = if residual < self.min { residual } else { self.min };
        self.max = if residual > self.max { residual } else { self.max };
    }

    /// The span of both.
    pub(crate) fn join(self, other: Span) -> Span {
        Span {
            min: if other.min < self.min { other.min } else { self.min },
            max: if other.max > self.max { other.max } else { self.max },
        }
    }

    pub(crate) fn width(self) -> f64 {
        self.max - self.min
    }

    /// Largest absolute value.
    pub(crate) fn largest(self) -> f64 {
        self.min.abs().max(self.max.abs())
    }
}
