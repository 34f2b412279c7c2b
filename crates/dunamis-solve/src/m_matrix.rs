//! Linear systems of the part of a chain that is left with certainty, with certified errors.
//!
//! Let $`Q`$ be the transitions among states that are left for ever with probability one. Then $`I - Q`$ is a nonsingular
//! M-matrix: $`(I - Q)^{-1} = \sum_t Q^t \ge 0`$ `[Berman & Plemmons 1994, Ch. 6]`. If a vector $`h`$ satisfies
//! $`(I - Q)h \ge c\mathbf 1`$ with $`c > 0`$, then $`(I - Q)^{-1}\mathbf 1 \le h/c`$, and so, for any approximate solutions
//! with residuals $`\rho`$,
//!
//! ```math
//! \lVert x - x^* \rVert_\infty \le \lVert \rho \rVert_\infty \max_i h_i / c \;\text{ of } (I - Q)x = b, \qquad
//! \lVert y - y^* \rVert_1 \le \textstyle\sum_i |\rho_i|\, h_i / c \;\text{ of } y(I - Q) = b.
//! ```
//!
//! $`h`$ is the expected time until the states are left, computed once and then checked; nothing of the linear solver is
//! believed. Every evaluation is widened by its own rounding and by that of the entries.

use crate::SolveError;
use crate::linear::LinearSystem;

/// The relative error of a sum of `entries` products of numbers that each carry a few roundings themselves.
pub(crate) fn slack(entries: usize) -> f64 {
    (2.0 * entries as f64 + 32.0) * f64::EPSILON
}

/// $`I - Q`$ with the proof that its inverse is small.
#[derive(Clone, Debug)]
pub(crate) struct MMatrix {
    /// Rows of $`Q`$.
    rows: Vec<Vec<(usize, f64)>>,
    slack: f64,
    /// A bound of the row sums of the inverse; infinite where none was proved.
    time: Vec<f64>,
}

impl MMatrix {
    /// `longest_row` is the largest number of entries behind any number of `rows`.
    pub(crate) fn new(rows: Vec<Vec<(usize, f64)>>, longest_row: usize) -> Result<Self, SolveError> {
        let mut matrix = MMatrix { slack: slack(longest_row), time: Vec::new(), rows };
        let time = matrix.system(false, vec![1.0; matrix.rows.len()]).solve()?;
        let mut least = 1.0_f64;
        for (row, &own) in matrix.rows.iter().zip(&time) {
            let expected: f64 = row.iter().map(|&(next, p)| p * time[next]).sum();
            let low = own - expected - matrix.slack * (own.abs() + expected.abs());
            least = if low.is_nan() { 0.0 } else { least.min(low) };
        }
        let proved = least > 0.0;
        matrix.time =
            time.into_iter().map(|t| if proved { t / least * (1.0 + 1e-14) } else { f64::INFINITY }).collect();
        Ok(matrix)
    }

    /// Solves $`(I - Q)x = b`$; the error bounds every entry. The relative error of `right` must be covered by the slack.
    pub(crate) fn solve(&self, right: &[f64]) -> Result<(Vec<f64>, f64), SolveError> {
        let solution = self.system(false, right.to_vec()).solve()?;
        let mut largest = 0.0_f64;
        for (state, row) in self.rows.iter().enumerate() {
            let (mut residual, mut magnitude) =
                (right[state] - solution[state], right[state].abs() + solution[state].abs());
            for &(next, p) in row {
                residual += p * solution[next];
                magnitude += p * solution[next].abs();
            }
            largest = max_or_infinity(largest, residual.abs() + self.slack * magnitude);
        }
        Ok((solution, bound(largest * self.longest_time())))
    }

    /// Solves $`y(I - Q) = b`$; the error bounds the sum over all entries.
    pub(crate) fn solve_left(&self, right: &[f64]) -> Result<(Vec<f64>, f64), SolveError> {
        let solution = self.system(true, right.to_vec()).solve()?;
        let mut residual: Vec<f64> = right.iter().zip(&solution).map(|(b, y)| b - y).collect();
        let mut magnitude: Vec<f64> = right.iter().zip(&solution).map(|(b, y)| b.abs() + y.abs()).collect();
        let mut incoming = vec![2_usize; solution.len()];
        for (row, y) in self.rows.iter().zip(&solution) {
            for &(next, p) in row {
                residual[next] += y * p;
                magnitude[next] += (y * p).abs();
                incoming[next] += 1;
            }
        }
        let mut error = 0.0;
        for (state, time) in self.time.iter().enumerate() {
            let slack = self.slack + slack(incoming[state]);
            error += (residual[state].abs() + slack * magnitude[state]) * time;
        }
        Ok((solution, bound(error * (1.0 + slack(self.rows.len())))))
    }

    /// $`\lVert (I - Q)^{-1} \rVert_\infty`$ is at most this.
    pub(crate) fn longest_time(&self) -> f64 {
        self.time.iter().fold(0.0, |longest: f64, &t| longest.max(t))
    }

    fn system(&self, transposed: bool, right: Vec<f64>) -> LinearSystem {
        let mut entries = Vec::new();
        for (state, row) in self.rows.iter().enumerate() {
            entries.push((state, state, 1.0));
            entries.extend(row.iter().map(|&(next, p)| if transposed { (next, state, -p) } else { (state, next, -p) }));
        }
        LinearSystem { entries, right }
    }
}

fn max_or_infinity(a: f64, b: f64) -> f64 {
    if b.is_nan() { f64::INFINITY } else { a.max(b) }
}

/// What is not a number bounds nothing; the rest is rounded up.
fn bound(error: f64) -> f64 {
    if error.is_nan() { f64::INFINITY } else { error * (1.0 + 1e-14) + f64::MIN_POSITIVE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_bounded_even_when_play_lasts_long() {
        // Two states that keep most of their mass: from each, 1 - 1e-9 stays inside.
        let leave = 1e-9;
        let rows = vec![vec![(0, 0.5), (1, 0.5 - leave)], vec![(0, 1.0 - leave)]];
        let matrix = MMatrix::new(rows, 2).unwrap();
        let (x, error) = matrix.solve(&[leave, leave]).unwrap();
        // Everybody leaves in the end; the entries are not exactly what they should be, but the bound knows.
        assert!(error < 1e-4 && (x[0] - 1.0).abs() <= error && (x[1] - 1.0).abs() <= error, "{x:?} ± {error}");
        let (y, error) = matrix.solve_left(&[1.0, 0.0]).unwrap();
        assert!(((y[0] + y[1]) * leave - 1.0).abs() <= error * leave + 1e-6, "{y:?} ± {error}");
    }

    #[test]
    fn hopeless_systems_have_infinite_bounds() {
        let matrix = MMatrix::new(vec![vec![(0, 1.0 - f64::EPSILON)]], 1).unwrap();
        assert_eq!(matrix.solve(&[1.0]).unwrap().1, f64::INFINITY);
    }
}
