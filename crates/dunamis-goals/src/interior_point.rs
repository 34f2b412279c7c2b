//! A point well inside of a polyhedron, found in doubles: exact linear programs are needed only where there is none.
//!
//! The relaxation method `[Agmon 1954]` moves a point to the constraint that it violates most, again and again. Each constraint is
//! first moved inwards by a margin; the largest margin for which this comes to an end soon is used.

use crate::feasibility::Block;
use crate::goal_sampler::nearest;
use crate::{GoalBounds, GoalRow};
use dunamis_mdp::Rational;
use num_traits::{Signed, Zero};

/// Operations for each margin, and moves at most.
const BUDGET: usize = 50_000_000;
const MOST_MOVES: usize = 10_000;

/// Margins from 1/10 of the box down, each a quarter of the one before.
const MARGINS: i32 = 14;

/// A point that satisfies all rows strictly, in exact arithmetic, and lies strictly between bounds; between -1 and 1 on the sphere.
/// `None` where none was found, which proves nothing.
pub(crate) fn interior_point(
    rows: &[GoalRow],
    blocks: &[Block],
    bounds: &GoalBounds,
    dimension: usize,
) -> Option<Vec<Rational>> {
    if rows.iter().any(|row| row.equality) {
        return None;
    }
    let (low, high): (Vec<f64>, Vec<f64>) = match bounds {
        GoalBounds::Unbounded => return None,
        GoalBounds::Box { low, high } => (low.iter().map(nearest).collect(), high.iter().map(nearest).collect()),
        GoalBounds::Sphere => (vec![-1.0; dimension], vec![1.0; dimension]),
    };
    let mut point: Vec<f64> = low.iter().zip(&high).map(|(low, high)| f64::midpoint(*low, *high)).collect();
    for block in blocks {
        let sides: Vec<f64> = block.coordinates.iter().map(|&k| high[k] - low[k]).collect();
        let scaled = |&row: &usize| {
            let terms = block.coordinates.iter().zip(&sides);
            let normal: Vec<f64> = terms.map(|(&k, side)| nearest(&rows[row].coefficients[k]) * side).collect();
            let start: f64 = block.coordinates.iter().map(|&k| nearest(&rows[row].coefficients[k]) * low[k]).sum();
            let length = normal.iter().map(|a| a * a).sum::<f64>().sqrt();
            (normal.iter().map(|a| a / length).collect(), (nearest(&rows[row].bound) - start) / length)
        };
        let found = relax(&block.rows.iter().map(scaled).collect::<Vec<_>>(), sides.len())?;
        for ((&k, side), z) in block.coordinates.iter().zip(&sides).zip(found) {
            point[k] = low[k] + side * z;
        }
    }
    let point: Vec<Rational> = point.into_iter().map(Rational::from_float).collect::<Option<_>>()?;
    let within = match bounds {
        GoalBounds::Box { low, high } => point.iter().zip(low.iter().zip(high)).all(|(x, (l, h))| l < x && x < h),
        _ => point.iter().any(|x| !x.is_zero()),
    };
    (within && rows.iter().all(|row| row.slack(&point).is_positive())).then_some(point)
}

/// A point of the unit cube that satisfies $`n^\top z \ge c`$ for normals of length 1, by half of a margin at least.
fn relax(rows: &[(Vec<f64>, f64)], dimension: usize) -> Option<Vec<f64>> {
    let mut point = vec![0.5; dimension];
    let moves = (BUDGET / (rows.len().max(1) * dimension.max(1)) + 1).min(MOST_MOVES);
    let mut margin = 0.1;
    for _ in 0..MARGINS {
        for _ in 0..moves {
            let slack =
                |(normal, bound): &(Vec<f64>, f64)| normal.iter().zip(&point).fold(-bound, |sum, (a, x)| sum + a * x);
            let slacks = rows.iter().map(slack).enumerate();
            let worst = slacks.min_by(|a, b| a.1.total_cmp(&b.1));
            let (row, slack) = worst.unwrap_or((0, f64::INFINITY));
            if slack >= margin / 2.0 {
                return Some(point);
            }
            // What is not a number cannot be moved.
            if !slack.is_finite() {
                return None;
            }
            for (x, a) in point.iter_mut().zip(&rows[row].0) {
                *x = (*x + 1.5 * (margin - slack) * a).clamp(margin, 1.0 - margin);
            }
        }
        margin /= 4.0;
    }
    None
}
