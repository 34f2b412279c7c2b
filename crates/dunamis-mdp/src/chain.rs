//! Markov chains: what is left of a model once every choice is made.

use crate::SparseMatrix;

/// A finite Markov chain, |S| × |S| in compressed rows. Rows sum to 1 less the mass that leaks (and is worth 0).
#[derive(Clone, Debug, PartialEq)]
pub struct MarkovChain {
    matrix: SparseMatrix,
}

impl MarkovChain {
    /// Packs rows of `(successor, probability)`; entries of one successor are added up in order.
    pub(crate) fn from_rows(states: usize, rows: impl Iterator<Item = Vec<(u32, f64)>>) -> Self {
        let mut indptr = vec![0];
        let (mut indices, mut data): (Vec<u32>, Vec<f64>) = (Vec::new(), Vec::new());
        for mut row in rows {
            row.sort_by_key(|&(next, _)| next);
            for (next, probability) in row {
                match indices.last() {
                    Some(&last) if last == next && indices.len() > indptr[indptr.len() - 1] => {
                        *data.last_mut().expect("as many data as indices") += probability;
                    }
                    _ => {
                        indices.push(next);
                        data.push(probability);
                    }
                }
            }
            indptr.push(data.len());
        }
        MarkovChain { matrix: SparseMatrix::new((states, states), indptr, indices, data) }
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.matrix.rows()
    }

    /// The transition matrix.
    pub fn matrix(&self) -> &SparseMatrix {
        &self.matrix
    }

    /// Successors (ascending) and their probabilities of a state.
    pub fn row(&self, state: usize) -> (&[u32], &[f64]) {
        let indptr = self.matrix.indptr();
        let range = indptr.raw_storage()[state]..indptr.raw_storage()[state + 1];
        (&self.matrix.indices()[range.clone()], &self.matrix.data()[range])
    }

    /// The successor of every state when each has exactly one, with certainty; `u32::MAX` where all mass leaks.
    pub fn successors(&self) -> Option<Vec<u32>> {
        (0..self.states())
            .map(|state| match self.row(state) {
                ([], []) => Some(u32::MAX),
                (&[next], &[1.0]) => Some(next),
                _ => None,
            })
            .collect()
    }
}
