//! Rewardless MDPs: states, actions and where the actions lead.

use crate::names::Names;
use crate::number::{Written, sums_to_one};
use crate::{ActionId, AvailableActions, MarkovChain, ModelError, Number, Rational, StateId, StochasticPolicy};
use sprs::CsMatI;
use std::collections::HashSet;

/// A sparse matrix of doubles with 32-bit column numbers.
pub type SparseMatrix = CsMatI<f64, u32, usize>;

/// ⟨S, A, T⟩, a rewardless MDP `[Turner et al. 2021, Def. 3.1]`: one sparse matrix |SA| × |S| whose rows are the
/// state-action pairs, grouped by state.
///
/// Every state has at least one action and every row sums to 1, where a row may declare a part of its mass as *leaking*:
/// that mass leaves the model for ever and is worth 0 (it models the published no-overlap rule; see
/// [`JointModel`](crate::JointModel)). One Bellman backup is one sparse product and one maximum per row group:
/// $`O(\mathrm{nnz})`$.
///
/// ```
/// use dunamis_mdp::{Number, TransitionModel};
/// let mut builder = TransitionModel::builder();
/// let (left, right) = (builder.state("left")?, builder.state("right")?);
/// builder.transition(left, "stay", left, 1.0)?;
/// builder.transition(left, "jump", left, "1/3".parse::<Number>()?)?;
/// builder.transition(left, "jump", right, "2/3".parse::<Number>()?)?;
/// builder.transition(right, "stay", right, 1.0)?;
/// let model = builder.build()?;
/// assert_eq!((model.states().len(), model.available().len()), (2, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionModel {
    states: Names,
    actions: Names,
    available: AvailableActions,
    matrix: SparseMatrix,
    /// Exact probabilities by position in `matrix.data()`.
    written: Written,
    /// Leaking mass of each row; `None` when no row leaks.
    leak: Option<Vec<f64>>,
    written_leak: Written,
}

/// One row of a model before it is packed: successors with probabilities, and the mass that leaks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) next: Vec<(u32, Number)>,
    pub(crate) leak: Option<Number>,
    /// The successors, once there are so many that looking through them takes longer than hashing.
    #[expect(clippy::box_collection, reason = "there is one for each pair, and hardly any is used")]
    pub(crate) index: Option<Box<HashSet<u32>>>,
}

impl Row {
    /// Longest row that is looked through.
    const SHORT: usize = 32;

    /// Adds a successor, unless it is there already. $`O(1)`$.
    pub(crate) fn add(&mut self, next: u32, probability: Number) -> bool {
        if self.next.len() >= Self::SHORT {
            let index = self.index.get_or_insert_with(|| Box::new(self.next.iter().map(|&(next, _)| next).collect()));
            if !index.insert(next) {
                return false;
            }
        } else if self.next.iter().any(|&(known, _)| known == next) {
            return false;
        }
        self.next.push((next, probability));
        true
    }
}

impl TransitionModel {
    /// An empty builder.
    pub fn builder() -> crate::TransitionModelBuilder {
        crate::TransitionModelBuilder::default()
    }

    /// Packs rows that are known to be distributions.
    pub(crate) fn pack(states: Names, actions: Names, available: AvailableActions, rows: Vec<Row>) -> Self {
        let mut indptr = vec![0];
        let (mut indices, mut data, mut written) = (Vec::new(), Vec::new(), Written::default());
        let (mut leak, mut written_leak) = (None, Written::default());
        let row_count = rows.len();
        for (pair, mut row) in rows.into_iter().enumerate() {
            row.next.sort_by_key(|&(next, _)| next);
            for (next, probability) in row.next {
                if probability.value() > 0.0 {
                    written.insert(data.len(), &probability);
                    indices.push(next);
                    data.push(probability.value());
                }
            }
            indptr.push(data.len());
            if let Some(lost) = row.leak.filter(|lost| lost.value() > 0.0) {
                written_leak.insert(pair, &lost);
                leak.get_or_insert_with(|| vec![0.0; row_count])[pair] = lost.value();
            }
        }
        Self::from_parts(states, actions, available, (indptr, indices, data, written), (leak, written_leak))
    }

    /// Joins parts that are known to fit together.
    pub(crate) fn from_parts(
        states: Names,
        actions: Names,
        available: AvailableActions,
        (indptr, indices, data, written): (Vec<usize>, Vec<u32>, Vec<f64>, Written),
        (leak, written_leak): (Option<Vec<f64>>, Written),
    ) -> Self {
        let matrix = SparseMatrix::new((available.len(), states.len()), indptr, indices, data);
        TransitionModel { states, actions, available, matrix, written, leak, written_leak }
    }

    /// State names, in order of their ids.
    pub fn states(&self) -> &Names {
        &self.states
    }

    /// Action names, in order of their ids.
    pub fn actions(&self) -> &Names {
        &self.actions
    }

    /// The state-action pairs, grouped by state.
    pub fn available(&self) -> &AvailableActions {
        &self.available
    }

    /// All state ids.
    pub fn state_ids(&self) -> impl ExactSizeIterator<Item = StateId> + use<> {
        (0..self.states.len()).map(StateId::new)
    }

    /// The id of a state name.
    ///
    /// # Errors
    ///
    /// [`ModelError::UnknownState`], with the nearest name as a hint.
    pub fn state(&self, name: &str) -> Result<StateId, ModelError> {
        self.states.get(name).map(StateId::new).ok_or_else(|| ModelError::unknown_state(name, &self.states))
    }

    /// The id of an action name.
    ///
    /// # Errors
    ///
    /// [`ModelError::UnknownAction`], with the nearest name as a hint.
    pub fn action(&self, name: &str) -> Result<ActionId, ModelError> {
        self.actions.get(name).map(ActionId::new).ok_or_else(|| ModelError::unknown_action(name, &self.actions))
    }

    /// The |SA| × |S| transition matrix in compressed rows.
    pub fn matrix(&self) -> &SparseMatrix {
        &self.matrix
    }

    /// Successors (ascending) and their probabilities (positive) of one state-action pair.
    pub fn row(&self, pair: usize) -> (&[u32], &[f64]) {
        let range = self.entries(pair);
        (&self.matrix.indices()[range.clone()], &self.matrix.data()[range])
    }

    fn entries(&self, pair: usize) -> std::ops::Range<usize> {
        let indptr = self.matrix.indptr();
        let starts = indptr.raw_storage();
        starts[pair]..starts[pair + 1]
    }

    /// The mass that a pair leaks, 0 for ordinary rows.
    pub fn leak(&self, pair: usize) -> f64 {
        self.leak.as_ref().map_or(0.0, |leak| leak[pair])
    }

    /// Whether any row leaks mass.
    pub fn leaks(&self) -> bool {
        self.leak.is_some()
    }

    /// Exact successor probabilities of a pair, in the order of [`TransitionModel::row`].
    pub fn exact_row(&self, pair: usize) -> Vec<(StateId, Rational)> {
        self.entries(pair)
            .map(|k| {
                let next = StateId::new(self.matrix.indices()[k] as usize);
                (next, self.written.exact(k, self.matrix.data()[k]))
            })
            .collect()
    }

    /// Exact mass that a pair leaks.
    pub fn exact_leak(&self, pair: usize) -> Rational {
        self.written_leak.exact(pair, self.leak(pair))
    }

    /// Successors of a pair (ascending) with their probabilities in the exact form they were given in.
    pub fn number_row(&self, pair: usize) -> impl Iterator<Item = (usize, Number)> {
        self.entries(pair).map(|k| (self.matrix.indices()[k] as usize, self.written.number(k, self.matrix.data()[k])))
    }

    /// The mass that a pair leaks in the exact form it was given in, `None` for ordinary rows.
    pub fn leak_number(&self, pair: usize) -> Option<Number> {
        (self.leak(pair) > 0.0).then(|| self.written_leak.number(pair, self.leak(pair)))
    }

    /// Whether the exact form of every row sums to exactly one, so that exact solvers may be used. $`O(\mathrm{nnz})`$.
    pub fn is_exact(&self) -> bool {
        (0..self.available.len()).all(|pair| {
            let row = self.exact_row(pair).into_iter().map(|(_, p)| p);
            sums_to_one(row.chain([self.exact_leak(pair)]))
        })
    }

    /// Whether every pair leads to one state with certainty (and nothing leaks).
    pub fn is_deterministic(&self) -> bool {
        !self.leaks() && self.matrix.nnz() == self.available.len() && self.matrix.data().iter().all(|&p| p == 1.0)
    }

    /// The policy that draws uniformly from the available actions.
    pub fn uniform_policy(&self) -> StochasticPolicy {
        StochasticPolicy::uniform(&self.available)
    }

    /// The Markov chain that a policy induces, |S| × |S|, in time $`O(\mathrm{nnz} \log)`$.
    ///
    /// # Panics
    ///
    /// If the policy was made for a model of another layout.
    pub fn chain(&self, policy: &StochasticPolicy) -> MarkovChain {
        assert_eq!(policy.probabilities().len(), self.available.len(), "the policy belongs to another model");
        MarkovChain::from_rows(
            self.states.len(),
            self.state_ids().map(|state| {
                let mut row = Vec::new();
                for pair in self.available.pairs(state) {
                    let weight = policy.probabilities()[pair];
                    if weight > 0.0 {
                        let (next, probability) = self.row(pair);
                        row.extend(next.iter().zip(probability).map(|(&next, &p)| (next, weight * p)));
                    }
                }
                row
            }),
        )
    }
}
