//! Whether a point is a convex combination of others, decided exactly and with a proof either way.
//!
//! Of the two systems
//!
//! ```math
//! \sum_j \lambda_j (x_j - x) = 0, \; \sum_j \lambda_j = 1, \; \lambda \ge 0
//! \qquad\text{and}\qquad (x_j - x)^\top r \le -1 \text{ for all } j
//! ```
//!
//! exactly one has a solution (Farkas). The first phase of the simplex method on the left one ends with $`\lambda`$, or with
//! prices that are $`r`$ up to scale. Bland's rule keeps it from running in circles `[Bland 1977]`; all numbers are rational.
//! A pivot is $`O(d\,(n + d))`$ for $`n`$ points of dimension $`d`$.

use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};

/// One of two proofs.
pub(crate) enum Position {
    /// Positive weights of points by their number in the list, with sum 1.
    Inside(Vec<(usize, Rational)>),
    /// A vector whose product with the point exceeds that with every other point by at least 1.
    Outside(Vec<Rational>),
}

/// Whether `point` is in the convex hull of `others`, all of one dimension.
pub(crate) fn locate(point: &[Rational], others: &[&[Rational]]) -> Position {
    let (rows, columns) = (point.len() + 1, others.len());
    // Columns: weights, one slack for each row, right-hand side. The last row is the sum of the weights.
    let mut tableau: Vec<Vec<Rational>> = (0..rows)
        .map(|row| {
            let entry = |other: &&[Rational]| point.get(row).map_or_else(Rational::one, |x| &other[row] - x);
            let unit = (0..rows).map(|column| if column == row { Rational::one() } else { Rational::zero() });
            let right = if row == point.len() { Rational::one() } else { Rational::zero() };
            others.iter().map(entry).chain(unit).chain([right]).collect()
        })
        .collect();
    let width = columns + rows + 1;
    // Minimize the sum of the slacks, which are the first basis: subtract every row from their cost of 1.
    let mut cost: Vec<Rational> = (0..width)
        .map(|column| {
            if (columns..columns + rows).contains(&column) {
                Rational::zero()
            } else {
                -tableau.iter().map(|row| &row[column]).sum::<Rational>()
            }
        })
        .collect();
    let mut basis: Vec<usize> = (columns..columns + rows).collect();
    while let Some(entering) = (0..columns).find(|&column| cost[column].is_negative()) {
        let leaving = (0..rows)
            .filter(|&row| tableau[row][entering].is_positive())
            .map(|row| (&tableau[row][width - 1] / &tableau[row][entering], basis[row], row))
            .min();
        // The slacks are never negative, so their sum cannot fall for ever.
        let Some((_, _, row)) = leaving else { break };
        pivot(&mut tableau, &mut cost, row, entering);
        basis[row] = entering;
    }
    // The last cost is minus the sum of the slacks.
    if cost[width - 1].is_zero() {
        let weights = basis.iter().zip(&tableau).filter(|(column, _)| **column < columns);
        let mut weights: Vec<_> = weights.map(|(&column, row)| (column, row[width - 1].clone())).collect();
        weights.retain(|(_, weight)| !weight.is_zero());
        weights.sort_by_key(|&(column, _)| column);
        return Position::Inside(weights);
    }
    let price = |row: usize| Rational::one() - &cost[columns + row];
    let margin = price(point.len());
    Position::Outside((0..point.len()).map(|row| price(row) / &margin).collect())
}

fn pivot(tableau: &mut [Vec<Rational>], cost: &mut [Rational], row: usize, column: usize) {
    let inverse = tableau[row][column].recip();
    let mut pivot_row = std::mem::take(&mut tableau[row]);
    for x in pivot_row.iter_mut().filter(|x| !x.is_zero()) {
        *x *= &inverse;
    }
    for target in tableau.iter_mut().map(Vec::as_mut_slice).chain([cost]).filter(|target| !target.is_empty()) {
        let factor = target[column].clone();
        if !factor.is_zero() {
            for (x, y) in target.iter_mut().zip(&pivot_row).filter(|(_, y)| !y.is_zero()) {
                *x -= &factor * y;
            }
        }
    }
    tableau[row] = pivot_row;
}
