//! Whether a vector is a convex combination of others, decided exactly and with a proof either way.
//!
//! $`x`$ is in the hull of $`x_j`$ exactly when $`(0, 1)`$ is a nonnegative combination of $`c_j = (x_j - x, 1)`$; otherwise what
//! separates them is a vector whose product with $`x`$ exceeds all others.

use crate::conic_combination::{ConicCombination, combine};
use dunamis_mdp::Rational;
use num_traits::{One, Zero};

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
        ConicCombination::Weights(weights) => Position::Inside(weights),
        ConicCombination::Separator(mut separator) => {
            let margin = separator.pop().unwrap_or_else(Rational::one);
            Position::Outside(separator.into_iter().map(|x| x / &margin).collect())
        }
    }
}
