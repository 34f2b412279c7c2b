//! Restarted GMRES for $`(I - \gamma P) V = r`$ `[Saad & Schultz 1986]`.
//!
//! Unlike `BiCGStab` it cannot break down: every cycle minimizes the Euclidean norm of the residual over a Krylov space of
//! [`RESTART`] dimensions, so the residual never grows. Preconditioned like `BiCGStab`. It may stagnate; the caller goes on by sweeps.

use super::krylov::{Preconditioner, apply, dot, largest, true_residual};
use crate::bellman::Bellman;
use crate::bounds::StoppingRule;

/// Dimension of the Krylov space, and vectors that are kept.
const RESTART: usize = 30;

/// Improves `value` until the residual promises the target gap, the products run out, or a cycle brings no progress. Returns
/// the number of products.
pub(super) fn solve(bellman: &Bellman<'_>, value: &mut [f64], rule: &StoppingRule, max_products: usize) -> usize {
    let n = value.len();
    let goal = super::krylov::goal(rule);
    let mut residual = vec![0.0; n];
    let mut norm = true_residual(bellman, value, &mut residual);
    let mut products = 1;
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let preconditioner = Preconditioner::new(bellman);
    let (mut candidate, mut step) = (vec![0.0; n], vec![0.0; n]);
    while norm > goal && norm.is_finite() && products < max_products {
        let begin = dot(&residual, &residual).sqrt();
        basis.truncate(0);
        basis.push(residual.iter().map(|r| r / begin).collect());
        // The columns of the Hessenberg matrix, already rotated into triangular form.
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut rotations: Vec<(f64, f64)> = Vec::new();
        let mut right = vec![begin];
        while columns.len() < RESTART && products < max_products {
            let k = columns.len();
            let mut next = vec![0.0; n];
            preconditioner.apply(&basis[k], &mut step);
            apply(bellman, &step, &mut next);
            products += 2;
            let mut column = Vec::with_capacity(k + 2);
            for vector in &basis {
                let projection = dot(&next, vector);
                next.iter_mut().zip(vector).for_each(|(x, v)| *x -= projection * v);
                column.push(projection);
            }
            let length = dot(&next, &next).sqrt();
            for (i, &(c, s)) in rotations.iter().enumerate() {
                (column[i], column[i + 1]) = (c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]);
            }
            let radius = column[k].hypot(length);
            if radius == 0.0 || !radius.is_finite() {
                break;
            }
            let (c, s) = (column[k] / radius, length / radius);
            column[k] = radius;
            rotations.push((c, s));
            let last = right[k];
            right[k] = c * last;
            right.push(-s * last);
            columns.push(column);
            // The Euclidean norm bounds the largest entry from above.
            if right[k + 1].abs() <= 0.5 * goal || length == 0.0 {
                break;
            }
            for x in &mut next {
                *x /= length;
            }
            basis.push(next);
        }
        let mut weights = right[..columns.len()].to_vec();
        for i in (0..columns.len()).rev() {
            let known: f64 = (i + 1..columns.len()).map(|j| columns[j][i] * weights[j]).sum();
            weights[i] = (weights[i] - known) / columns[i][i];
        }
        candidate.fill(0.0);
        for (weight, vector) in weights.iter().zip(&basis) {
            candidate.iter_mut().zip(vector).for_each(|(x, v)| *x += weight * v);
        }
        preconditioner.apply(&candidate, &mut step);
        candidate.iter_mut().zip(&*value).zip(&step).for_each(|((x, v), step)| *x = v + step);
        let after = true_residual(bellman, &candidate, &mut residual);
        products += 1;
        // The largest entry may grow a little while the Euclidean norm falls.
        let euclidean = dot(&residual, &residual).sqrt();
        if !(after.is_finite() && euclidean < 0.999 * begin) {
            break;
        }
        value.copy_from_slice(&candidate);
        norm = after;
    }
    debug_assert!(largest(value).is_finite());
    products
}
