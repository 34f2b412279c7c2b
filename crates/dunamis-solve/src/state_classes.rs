//! Classes of states that decisions connect (see [`crate::distinct_rows`]), and by how much the values of a class move when its
//! residuals are known.

use crate::distinct_rows::DistinctRows;
use crate::tile::{LANES, Lanes};
use dunamis_mdp::TransitionModel;

/// Classes are told apart as long as their chain is small.
const MOST_CLASSES: usize = 512;

/// Classes of states, and how residuals of classes move values.
#[derive(Clone, Debug)]
pub(crate) struct Classes {
    pub(crate) of: Vec<u32>,
    /// Number of classes; 1 if there are too many of them.
    pub(crate) count: usize,
    /// $`\gamma C (I - \gamma C)^{-1}`$: shape classes × classes.
    pub(crate) response: Vec<f64>,
}

impl Classes {
    pub(crate) fn new(model: &TransitionModel, distinct: &DistinctRows, discount: f64) -> Self {
        let pairs = model.available().starts();
        let (of, count) = distinct.classes(pairs);
        if count == 1 || count > MOST_CLASSES || 4 * count > of.len() {
            return Classes { of: vec![0; of.len()], count: 1, response: Vec::new() };
        }
        // The chain of classes as met on the average row, without what leaks.
        let mut system = vec![0.0; count * count];
        for (state, pair) in model.state_ids().flat_map(|s| model.available().pairs(s).map(move |pair| (s, pair))) {
            let (next, probability) = model.row(pair);
            for (&to, p) in next.iter().zip(probability) {
                system[of[state.index()] as usize * count + of[to as usize] as usize] += p;
            }
        }
        for row in system.chunks_mut(count) {
            let mass: f64 = row.iter().sum();
            let scale = if mass > 0.0 { discount / mass } else { 0.0 };
            for p in row {
                *p *= scale;
            }
        }
        Classes { of, count, response: response(&system, count) }
    }
}

/// $`M (I - M)^{-1}`$ for a non-negative matrix with row sums below 1, which needs no pivots.
fn response(matrix: &[f64], n: usize) -> Vec<f64> {
    let width = 2 * n;
    let mut rows = vec![0.0; n * width];
    for i in 0..n {
        for j in 0..n {
            let m = matrix[i * n + j];
            rows[i * width + j] = f64::from(u8::from(i == j)) - m;
            rows[i * width + n + j] = m;
        }
    }
    for pivot in 0..n {
        let row: Vec<f64> = rows[pivot * width..(pivot + 1) * width].to_vec();
        for (i, other) in rows.chunks_exact_mut(width).enumerate() {
            let factor = other[pivot] / row[pivot];
            if i != pivot && factor != 0.0 {
                for (x, y) in other[pivot..].iter_mut().zip(&row[pivot..]) {
                    *x -= factor * y;
                }
            }
        }
    }
    let of_row = |(i, row): (usize, &[f64])| row[n..].iter().map(|x| x / row[i]).collect::<Vec<f64>>();
    rows.chunks_exact(width).enumerate().flat_map(of_row).collect()
}

impl Classes {
    /// By how much the values of each class are to move on, if there are several: shape classes.
    pub(crate) fn shifts(&self, value: &[Lanes], backup: &[Lanes], shift: &mut [Lanes]) {
        if self.count == 1 {
            return;
        }
        let (mut low, mut high) =
            (vec![[f64::INFINITY; LANES]; self.count], vec![[f64::NEG_INFINITY; LANES]; self.count]);
        for ((v, b), &class) in value.iter().zip(backup).zip(&self.of) {
            let (low, high) = (&mut low[class as usize], &mut high[class as usize]);
            for l in 0..LANES {
                let d = b[l] - v[l];
                low[l] = if d < low[l] { d } else { low[l] };
                high[l] = if d > high[l] { d } else { high[l] };
            }
        }
        for (shift, response) in shift.iter_mut().zip(self.response.chunks_exact(self.count)) {
            let mut sum = [0.0; LANES];
            for (response, (low, high)) in response.iter().zip(low.iter().zip(&high)) {
                for l in 0..LANES {
                    sum[l] += response * (0.5 * (low[l] + high[l]));
                }
            }
            *shift = sum;
        }
    }

    /// Moves the values of each class from their backups by its shift.
    pub(crate) fn apply(&self, shift: &[Lanes], backup: &[Lanes], value: &mut [Lanes]) {
        for ((value, backup), &class) in value.iter_mut().zip(backup).zip(&self.of) {
            for l in 0..LANES {
                value[l] = backup[l] + shift[class as usize][l];
            }
        }
    }
}
