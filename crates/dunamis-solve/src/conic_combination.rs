//! Whether a vector is a nonnegative combination of others, decided exactly and with a proof either way.
//!
//! Of the two systems
//!
//! ```math
//! \sum_j \lambda_j c_j = t, \; \lambda \ge 0
//! \qquad\text{and}\qquad c_j^\top y \le 0 \text{ for all } j, \; t^\top y > 0
//! ```
//!
//! exactly one has a solution `[Farkas 1902]`. The first phase of the simplex method on the left one ends with $`\lambda`$, or with
//! prices that are $`y`$. Bland's rule keeps it from running in circles `[Bland 1977]`; all numbers are rational. A pivot is
//! $`O(d\,(n + d))`$ for $`n`$ vectors of dimension $`d`$.

use crate::SolveError;
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};

/// One of two proofs.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_solve::ConicCombination;
/// let [zero, one, two] = [0, 1, 2].map(|n| Rational::from_integer(n.into()));
/// let columns = [vec![one.clone(), zero.clone()], vec![one.clone(), one.clone()]];
/// let inside = ConicCombination::find(&columns, &[two.clone(), one.clone()])?;
/// assert_eq!(inside, ConicCombination::Weights(vec![(0, one.clone()), (1, one.clone())]));
/// assert!(matches!(ConicCombination::find(&columns, &[zero, one])?, ConicCombination::Separator(_)));
/// # Ok::<(), dunamis_solve::SolveError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConicCombination {
    /// Positive weights of vectors by their number, with which they sum to the target.
    Weights(Vec<(usize, Rational)>),
    /// A vector whose product with the target is positive, and with every other vector at most 0.
    Separator(Vec<Rational>),
}

impl ConicCombination {
    /// Whether `target` is a combination of `columns` with nonnegative weights.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] unless all have one dimension.
    pub fn find(columns: &[Vec<Rational>], target: &[Rational]) -> Result<Self, SolveError> {
        match columns.iter().find(|column| column.len() != target.len()) {
            Some(column) => {
                Err(SolveError::Length { what: "a vector to combine", expected: target.len(), actual: column.len() })
            }
            None => Ok(combine(columns, target)),
        }
    }
}

/// Whether `target` is a combination of `columns`, all of one dimension, with nonnegative weights.
pub(crate) fn combine(columns: &[Vec<Rational>], target: &[Rational]) -> ConicCombination {
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
        let mut weights: Vec<(usize, Rational)> =
            weights.map(|(&column, row)| (column, row[width - 1].clone())).collect();
        weights.retain(|(_, weight)| !weight.is_zero());
        weights.sort_by_key(|&(column, _)| column);
        return ConicCombination::Weights(weights);
    }
    ConicCombination::Separator((0..rows).map(|row| signed(&(Rational::one() - &cost[count + row]), row)).collect())
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
