//! Generating functions of linear recurrences: discounted sums as exact rational functions of the discount.
//!
//! Let $`x_{t+1} = M x_t`$ and let $`m`$ be the first index at which $`x_m = -\sum_{j=1}^m c_j x_{m-j}`$ is a combination of
//! the vectors before. Then with $`c_0 = 1`$
//!
//! ```math
//! \sum_{t \ge 0} \gamma^t x_t = \frac{n(\gamma)}{d(\gamma)}, \qquad d(\gamma) = \sum_{j=0}^m c_j \gamma^j, \qquad
//! n(\gamma) = \sum_{k=0}^{m-1} \gamma^k \sum_{j=0}^k c_j x_{k-j} ,
//! ```
//!
//! because $`d`$ times the sum has no powers from $`m`$ on. This is the fraction in lowest terms: a common factor of $`d`$ and
//! all entries of $`n`$ could be divided out to give an earlier combination. The roots of $`d`$ are reciprocals of eigenvalues
//! of $`M`$. $`O(m^3)`$ rational operations.

use crate::Polynomial;
use dunamis_mdp::Rational;
use num_traits::{One, Zero};

/// A vector of rational functions with one denominator, in lowest terms; the denominator is 1 at 0.
pub(crate) struct GeneratingFunction {
    pub(crate) numerators: Vec<Polynomial>,
    pub(crate) denominator: Polynomial,
}

/// $`\sum_t \gamma^t x_t`$ with $`x_0`$ = `first` and the linear map `step`.
pub(crate) fn generating_function(
    first: Vec<Rational>,
    step: impl Fn(&[Rational]) -> Vec<Rational>,
) -> GeneratingFunction {
    let entries = first.len();
    let mut vectors = vec![first];
    let mut basis: Vec<Reduced> = Vec::new();
    let combination = loop {
        let steps = vectors.len() - 1;
        if let Some(combination) = reduce(&mut basis, vectors[steps].clone(), steps) {
            break combination;
        }
        vectors.push(step(&vectors[steps]));
    };
    // The combination's last weight is 1, that of the newest vector; read backwards it is the denominator.
    let steps = vectors.len() - 1;
    let denominator: Vec<Rational> = combination.into_iter().rev().collect();
    let numerator = |entry: usize| {
        let coefficient = |k: usize| (0..=k).map(|j| &denominator[j] * &vectors[k - j][entry]).sum();
        Polynomial::new((0..steps).map(coefficient).collect())
    };
    let numerators = (0..entries).map(numerator).collect();
    GeneratingFunction { numerators, denominator: Polynomial::new(denominator) }
}

fn unit(length: usize, index: usize) -> Vec<Rational> {
    let mut unit = vec![Rational::zero(); length];
    unit[index] = Rational::one();
    unit
}

/// A combination of the vectors so far, with a 1 at its pivot.
struct Reduced {
    pivot: usize,
    vector: Vec<Rational>,
    /// Weights of the vectors so far.
    combination: Vec<Rational>,
}

/// Adds the vector of number `number` to the basis, or returns the weights with which all vectors so far sum to 0.
fn reduce(basis: &mut Vec<Reduced>, mut vector: Vec<Rational>, number: usize) -> Option<Vec<Rational>> {
    let mut combination = unit(number + 1, number);
    for known in basis.iter() {
        let factor = vector[known.pivot].clone();
        if !factor.is_zero() {
            subtract(&mut vector, &factor, &known.vector);
            subtract(&mut combination, &factor, &known.combination);
        }
    }
    let Some(pivot) = vector.iter().position(|x| !x.is_zero()) else { return Some(combination) };
    let inverse = vector[pivot].recip();
    for x in vector.iter_mut().chain(&mut combination).filter(|x| !x.is_zero()) {
        *x *= &inverse;
    }
    basis.push(Reduced { pivot, vector, combination });
    None
}

fn subtract(target: &mut [Rational], factor: &Rational, other: &[Rational]) {
    for (x, y) in target.iter_mut().zip(other).filter(|(_, y)| !y.is_zero()) {
        *x -= factor * y;
    }
}
