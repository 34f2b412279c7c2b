//! Whether a vector is a nonnegative or convex combination of others, decided exactly and with a proof either way.
//!
//! Of the two systems
//!
//! ```math
//! \sum_j \lambda_j c_j = t, \; \lambda \ge 0
//! \qquad\text{and}\qquad c_j^\top y \le 0 \text{ for all } j, \; t^\top y > 0
//! ```
//!
//! exactly one has a solution (Farkas). The first phase of the simplex method on the left one ends with $`\lambda`$, or with
//! prices that are $`y`$. For the convex hull, $`c_j = (x_j - x, 1)`$ and $`t = (0, 1)`$. Bland's rule keeps it from running in
//! circles `[Bland 1977]`; all numbers are rational. A pivot is $`O(d\,(n + d))`$ for $`n`$ vectors of dimension $`d`$.

use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};

/// Positive weights of vectors by their number in the list.
type Weights = Vec<(usize, Rational)>;

/// One of two proofs.
pub(crate) enum Position {
    /// Weights with sum 1.
    Inside(Weights),
    /// A vector whose product with the point exceeds that with every other point by at least 1.
    Outside(Vec<Rational>),
}

/// Whether `point` is in the convex hull of `others`, all of one dimension.
pub(crate) fn locate(point: &[Rational], others: &[&[Rational]]) -> Position {
    let column = |other: &&[Rational]| {
        other.iter().zip(point).map(|(x, own)| x - own).chain([Rational::one()]).collect::<Vec<_>>()
    };
    let columns: Vec<Vec<Rational>> = others.iter().map(column).collect();
    let mut target = vec![Rational::zero(); point.len()];
    target.push(Rational::one());
    match combine(&columns, &target) {
        Combination::Weights(weights) => Position::Inside(weights),
        Combination::Separator(mut separator) => {
            let margin = separator.pop().unwrap_or_else(Rational::one);
            Position::Outside(separator.into_iter().map(|x| x / &margin).collect())
        }
    }
}

/// One of two proofs.
pub(crate) enum Combination {
    /// Weights with which the vectors sum to the target.
    Weights(Weights),
    /// A vector whose product with the target is positive, and with every other vector at most 0.
    Separator(Vec<Rational>),
}

/// Whether `target` is a combination of `columns`, all of one dimension, with nonnegative weights.
pub(crate) fn combine(columns: &[Vec<Rational>], target: &[Rational]) -> Combination {
    let (rows, count) = (target.len(), columns.len());
    let flips: Vec<bool> = target.iter().map(Signed::is_negative).collect();
    let signed = |x: &Rational, row: usize| if flips[row] { -x } else { x.clone() };
    // Columns: weights, one slack for each row, right-hand side.
    let mut tableau: Vec<Vec<Rational>> = (0..rows)
        .map(|row| {
            let unit = (0..rows).map(|column| if column == row { Rational::one() } else { Rational::zero() });
            let entries = columns.iter().map(|column| signed(&column[row], row));
            entries.chain(unit).chain([signed(&target[row], row)]).collect()
        })
        .collect();
    let width = count + rows + 1;
    // Minimize the sum of the slacks, which are the first basis: subtract every row from their cost of 1.
    let mut cost: Vec<Rational> = (0..width)
        .map(|column| {
            if (count..count + rows).contains(&column) {
                Rational::zero()
            } else {
                -tableau.iter().map(|row| &row[column]).sum::<Rational>()
            }
        })
        .collect();
    let mut basis: Vec<usize> = (count..count + rows).collect();
    while let Some(entering) = (0..count).find(|&column| cost[column].is_negative()) {
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
        let weights = basis.iter().zip(&tableau).filter(|(column, _)| **column < count);
        let mut weights: Weights = weights.map(|(&column, row)| (column, row[width - 1].clone())).collect();
        weights.retain(|(_, weight)| !weight.is_zero());
        weights.sort_by_key(|&(column, _)| column);
        return Combination::Weights(weights);
    }
    Combination::Separator((0..rows).map(|row| signed(&(Rational::one() - &cost[count + row]), row)).collect())
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
