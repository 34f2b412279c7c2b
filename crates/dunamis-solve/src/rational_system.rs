//! Small linear systems in exact rationals.

use dunamis_mdp::Rational;
use num_traits::Zero;

/// Solves a square system, given as rows with their right-hand side last, by Gauss–Jordan elimination with row exchanges:
/// $`O(n^3)`$ rational operations. `None` when it is singular.
pub(crate) fn solve(mut rows: Vec<Vec<Rational>>) -> Option<Vec<Rational>> {
    let n = rows.len();
    for pivot in 0..n {
        let row = (pivot..n).find(|&row| !rows[row][pivot].is_zero())?;
        rows.swap(pivot, row);
        let inverse = rows[pivot][pivot].recip();
        rows[pivot].iter_mut().skip(pivot).filter(|x| !x.is_zero()).for_each(|x| *x *= &inverse);
        let pivot_row = std::mem::take(&mut rows[pivot]);
        for row in rows.iter_mut().filter(|row| !row.is_empty() && !row[pivot].is_zero()) {
            let factor = row[pivot].clone();
            for (x, y) in row.iter_mut().zip(&pivot_row).skip(pivot).filter(|(_, y)| !y.is_zero()) {
                *x -= &factor * y;
            }
        }
        rows[pivot] = pivot_row;
    }
    rows.into_iter().map(|mut row| row.pop()).collect()
}
