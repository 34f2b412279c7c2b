//! Small linear systems in exact rationals.

use dunamis_mdp::Rational;
use num_traits::{One, Zero};

/// Solves a square system, given as rows with their right-hand side last, in $`O(n^3)`$ rational operations. `None` when it is
/// singular.
pub(crate) fn solve(rows: Vec<Vec<Rational>>) -> Option<Vec<Rational>> {
    eliminate(rows)?.into_iter().map(|mut row| row.pop()).collect()
}

/// The inverse of a square matrix, in $`O(n^3)`$ rational operations. `None` when it is singular.
pub(crate) fn inverse(mut rows: Vec<Vec<Rational>>) -> Option<Vec<Vec<Rational>>> {
    let n = rows.len();
    for (number, row) in rows.iter_mut().enumerate() {
        row.extend((0..n).map(|column| if column == number { Rational::one() } else { Rational::zero() }));
    }
    Some(eliminate(rows)?.into_iter().map(|mut row| row.split_off(n)).collect())
}

/// Gauss–Jordan elimination with row exchanges of a square matrix with any number of right-hand sides behind it.
fn eliminate(mut rows: Vec<Vec<Rational>>) -> Option<Vec<Vec<Rational>>> {
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
    Some(rows)
}
