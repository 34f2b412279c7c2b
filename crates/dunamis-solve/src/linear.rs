//! Sparse linear systems with a unique solution.

use crate::SolveError;
use faer::prelude::Solve;
use faer::sparse::{SparseColMat, Triplet};

/// Largest system that is eliminated densely where the method is free: about as fast as a sparse factorization.
const DENSE_LIMIT: usize = 256;

/// $`A x = b`$ by the entries of $`A`$ as `(row, column, value)`; entries of one place add up.
#[derive(Clone, Debug)]
pub(crate) struct LinearSystem {
    pub(crate) entries: Vec<(usize, usize, f64)>,
    pub(crate) right: Vec<f64>,
}

impl LinearSystem {
    /// Densely when small, sparsely otherwise.
    pub(crate) fn solve(&self) -> Result<Vec<f64>, SolveError> {
        if self.right.len() <= DENSE_LIMIT { Ok(self.solve_dense()) } else { self.solve_sparse() }
    }

    /// Gaussian elimination with row exchanges: $`O(n^3)`$ time, $`O(n^2)`$ memory, the same bytes on every machine.
    pub(crate) fn solve_dense(&self) -> Vec<f64> {
        let n = self.right.len();
        let width = n + 1;
        let mut rows = vec![0.0; n * width];
        for &(row, column, value) in &self.entries {
            rows[row * width + column] += value;
        }
        for (row, &right) in self.right.iter().enumerate() {
            rows[row * width + n] = right;
        }
        for pivot in 0..n {
            let size = |row: usize| rows[row * width + pivot].abs();
            let largest = (pivot + 1..n).fold(pivot, |best, row| if size(row) > size(best) { row } else { best });
            if largest != pivot {
                let (head, tail) = rows.split_at_mut(largest * width);
                head[pivot * width..(pivot + 1) * width].swap_with_slice(&mut tail[..width]);
            }
            let (head, tail) = rows.split_at_mut((pivot + 1) * width);
            let pivot_row = &head[pivot * width..];
            for row in tail.chunks_exact_mut(width) {
                let factor = row[pivot] / pivot_row[pivot];
                if factor != 0.0 {
                    for (x, &y) in row[pivot..].iter_mut().zip(&pivot_row[pivot..]) {
                        *x -= factor * y;
                    }
                }
            }
        }
        let mut solution = vec![0.0; n];
        for pivot in (0..n).rev() {
            let row = &rows[pivot * width..(pivot + 1) * width];
            let known: f64 = row[pivot + 1..n].iter().zip(&solution[pivot + 1..]).map(|(x, v)| x * v).sum();
            solution[pivot] = (row[n] - known) / row[pivot];
        }
        solution
    }

    /// Sparse LU with a fill-reducing order and one step of iterative refinement.
    pub(crate) fn solve_sparse(&self) -> Result<Vec<f64>, SolveError> {
        let n = self.right.len();
        let failed = || SolveError::Factorization { states: n };
        let entries: Vec<_> =
            self.entries.iter().map(|&(row, column, value)| Triplet::new(row, column, value)).collect();
        let matrix = SparseColMat::<usize, f64>::try_new_from_triplets(n, n, &entries).map_err(|_| failed())?;
        let factors = matrix.sp_lu().map_err(|_| failed())?;
        let mut solution = vec![0.0; n];
        for _ in 0..2 {
            let mut residual = self.right.clone();
            for &(row, column, value) in &self.entries {
                residual[row] -= value * solution[column];
            }
            let mut correction = faer::Col::from_fn(n, |row| residual[row]);
            factors.solve_in_place(correction.as_mut());
            for (row, x) in solution.iter_mut().enumerate() {
                *x += correction[row];
            }
        }
        Ok(solution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_sparse_agree_and_exchange_rows() {
        let entries = vec![(0, 1, 2.0), (1, 0, 4.0), (1, 2, 1.0), (2, 2, 0.5), (2, 0, 1.0), (2, 2, 0.5)];
        let system = LinearSystem { entries, right: vec![2.0, 9.0, 3.0] };
        let expected = [2.0, 1.0, 1.0];
        for solution in [system.solve_dense(), system.solve_sparse().unwrap()] {
            for (x, y) in solution.iter().zip(expected) {
                assert!((x - y).abs() < 1e-14, "{solution:?}");
            }
        }
    }
}
