//! Many reward vectors on one stochastic model: value iteration on tiles of [`LANES`] samples.
//!
//! The samples are the contiguous inner dimension, so that one pass over the model's rows serves [`LANES`] reward vectors
//! and every operation is a vector operation of the machine. Alternating Gauss–Seidel sweeps are interrupted by Jacobi
//! sweeps whose residual $`d = TV - V`$ gives MacQueen–Porteus bounds
//!
//! ```math
//! TV + \tfrac{g_-}{1-g_-}\min d \;\le\; V^* \;\le\; TV + \tfrac{g_+}{1-g_+}\max d ,
//! ```
//!
//! where $`g_\pm`$ is $`\gamma`$ times the largest row mass for a shift away from zero (down for the lower, up for the upper
//! bound) and the smallest one otherwise, so that rows which leak mass are covered. A lane is finished, and kept as it is,
//! at the first check where its bounds are close enough: what a sample gets does not depend on the other samples of its
//! tile. The kernels multiply and add separately and in a fixed order, so that every instruction set gives the same bytes.

use crate::functional_graph::TIE_TOLERANCE;
use dunamis_mdp::TransitionModel;
use multiversion::multiversion;

/// Samples in a tile.
pub const LANES: usize = 8;

/// One number per sample of a tile.
pub type Lanes = [f64; LANES];

/// The rows of a model as raw slices, grouped by state.
#[derive(Clone, Copy)]
struct Rows<'a> {
    /// First pair of each state, and one past the last.
    pairs: &'a [u32],
    /// First entry of each pair, and one past the last.
    entries: &'a [usize],
    next: &'a [u32],
    probability: &'a [f64],
}

/// The solutions of one tile of reward vectors, one column per lane; reused from tile to tile.
#[derive(Clone, Debug, Default)]
pub struct TileSolution {
    /// Optimal values: shape |S|.
    pub value: Vec<Lanes>,
    /// Values of the best action's successors, $`\max_a \sum_{s'} T V`$: shape |S|.
    pub ahead: Vec<Lanes>,
    /// The first best action, counted from the state's first pair: shape |S|.
    pub choice: Vec<[u32; LANES]>,
    /// Whether somewhere a second action ties with the best: closer than [`TIE_TOLERANCE`] of the largest reward.
    pub tied: [bool; LANES],
    /// Bound on the distance of any value from the truth, rounding included.
    pub error: Lanes,
    /// Sweeps over the model, or rounds of policy iteration.
    pub sweeps: u32,
    work: Vec<Lanes>,
    backup: Vec<Lanes>,
}

/// The smallest and the largest sum of a row.
pub(crate) fn row_masses(model: &TransitionModel) -> (f64, f64) {
    if !model.leaks() {
        return (1.0, 1.0);
    }
    (0..model.available().len())
        .map(|pair| 1.0 - model.leak(pair))
        .fold((1.0, 0.0), |(low, high), mass| (mass.min(low), mass.max(high)))
}

/// Gap between the bounds at which a lane is finished, as a part of the largest reward.
pub const GAP: f64 = 1e-11;

/// Sweeps after which the bounds cannot improve any more at any discount that a double can hold.
const SWEEP_LIMIT: u32 = 1_000_000;

impl TileSolution {
    /// Makes room for `states` states.
    pub(crate) fn reset(&mut self, states: usize) {
        for lanes in [&mut self.value, &mut self.ahead] {
            lanes.clear();
            lanes.resize(states, [0.0; LANES]);
        }
        self.choice.clear();
        self.choice.resize(states, [0; LANES]);
        self.tied = [false; LANES];
        self.error = [f64::INFINITY; LANES];
        self.sweeps = 0;
    }

    /// Solves one tile of state rewards (shape |S|) until the gap between the bounds is at most [`GAP`] of the largest
    /// reward; where rounding does not allow that, to a multiple of the rounding error.
    pub(crate) fn solve(&mut self, model: &TransitionModel, masses: (f64, f64), reward: &[Lanes], discount: f64) {
        let n = model.states().len();
        let matrix = model.matrix();
        let indptr = matrix.indptr();
        let rows = Rows {
            pairs: model.available().starts(),
            entries: indptr.raw_storage(),
            next: matrix.indices(),
            probability: matrix.data(),
        };
        self.work.clear();
        self.work.extend_from_slice(reward);
        self.backup.clear();
        self.backup.resize(n, [0.0; LANES]);
        self.reset(n);
        let longest = rows.entries.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0);
        let (mut finished, mut tie_tolerance) = ([false; LANES], [0.0; LANES]);
        // A shift speeds up chains that mix, but where some rows leak it may throw the values back: then a lane goes without.
        let (mut shifting, mut gap) = ([true; LANES], [f64::INFINITY; LANES]);
        let mut between_checks = 2;
        while !finished.iter().all(|&f| f) {
            for sweep in 0..between_checks {
                gauss_seidel(rows, reward, discount, &mut self.work, sweep % 2 == 1);
            }
            jacobi(rows, reward, discount, &self.work, &mut self.backup);
            self.sweeps += between_checks + 1;
            between_checks = (between_checks * 2).min(16);
            for lane in 0..LANES {
                let bounds = ShiftBounds::new(&self.work, &self.backup, reward, lane, longest, discount, masses);
                shifting[lane] &= bounds.gap <= 0.9 * gap[lane];
                gap[lane] = bounds.gap;
                let enough =
                    bounds.gap <= (GAP * bounds.rewards).max(4.0 * bounds.rounding) || self.sweeps > SWEEP_LIMIT;
                if !finished[lane] && enough {
                    finished[lane] = true;
                    self.error[lane] = bounds.gap;
                    tie_tolerance[lane] = TIE_TOLERANCE * bounds.rewards + 2.0 * bounds.gap;
                    for (value, backup) in self.value.iter_mut().zip(&self.backup) {
                        value[lane] = backup[lane] + bounds.middle;
                    }
                }
                let shift = if shifting[lane] { bounds.middle } else { 0.0 };
                for (work, backup) in self.work.iter_mut().zip(&self.backup) {
                    work[lane] = backup[lane] + shift;
                }
            }
        }
        greedy(rows, &self.value, &tie_tolerance, &mut self.ahead, &mut self.choice, &mut self.tied);
    }
}

/// MacQueen–Porteus bounds of one lane as shifts of the backup.
struct ShiftBounds {
    middle: f64,
    gap: f64,
    rounding: f64,
    /// The largest reward.
    rewards: f64,
}

impl ShiftBounds {
    fn new(
        value: &[Lanes],
        backup: &[Lanes],
        reward: &[Lanes],
        lane: usize,
        longest_row: usize,
        discount: f64,
        (smallest, largest): (f64, f64),
    ) -> Self {
        let (mut low, mut high, mut scale, mut rewards) = (f64::INFINITY, f64::NEG_INFINITY, 0.0_f64, 0.0_f64);
        for ((v, b), r) in value.iter().zip(backup).zip(reward) {
            let d = b[lane] - v[lane];
            low = low.min(d);
            high = high.max(d);
            scale = scale.max(v[lane].abs());
            rewards = rewards.max(r[lane].abs());
        }
        // A dot product of k terms, one product and one sum err by at most (k + 2)·u·(|r| + |V|); doubled for the rest.
        let rounding = (longest_row + 4) as f64 * f64::EPSILON * (rewards + 2.0 * scale);
        let shift = |d: f64, mass: f64| discount * mass * d / (1.0 - discount * mass);
        let (low, high) = (low - rounding, high + rounding);
        let down = shift(low, if low < 0.0 { largest } else { smallest });
        let up = shift(high, if high > 0.0 { largest } else { smallest });
        let rounding = 2.0 * rounding / (1.0 - discount);
        ShiftBounds { middle: 0.5 * (down + up), gap: up - down + rounding, rounding, rewards }
    }
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "each version of a kernel needs its own copy, compiled for its instruction set"
)]
fn best_of_state(rows: Rows<'_>, s: usize, value: &[Lanes]) -> Lanes {
    let mut best = [f64::NEG_INFINITY; LANES];
    for pair in rows.pairs[s] as usize..rows.pairs[s + 1] as usize {
        let ahead = row_product(rows, pair, value);
        for l in 0..LANES {
            best[l] = if ahead[l] > best[l] { ahead[l] } else { best[l] };
        }
    }
    best
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn row_product(rows: Rows<'_>, pair: usize, value: &[Lanes]) -> Lanes {
    let entries = rows.entries[pair]..rows.entries[pair + 1];
    let mut sum = [0.0; LANES];
    for (&next, &p) in rows.next[entries.clone()].iter().zip(&rows.probability[entries]) {
        let v = &value[next as usize];
        for l in 0..LANES {
            sum[l] += p * v[l];
        }
    }
    sum
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn gauss_seidel(rows: Rows<'_>, reward: &[Lanes], discount: f64, value: &mut [Lanes], backward: bool) {
    gauss_seidel_portable(rows, reward, discount, value, backward);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn gauss_seidel_portable(rows: Rows<'_>, reward: &[Lanes], discount: f64, value: &mut [Lanes], backward: bool) {
    let n = reward.len();
    for i in 0..n {
        let s = if backward { n - 1 - i } else { i };
        let best = best_of_state(rows, s, value);
        for l in 0..LANES {
            value[s][l] = reward[s][l] + discount * best[l];
        }
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn jacobi(rows: Rows<'_>, reward: &[Lanes], discount: f64, value: &[Lanes], backup: &mut [Lanes]) {
    jacobi_portable(rows, reward, discount, value, backup);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn jacobi_portable(rows: Rows<'_>, reward: &[Lanes], discount: f64, value: &[Lanes], backup: &mut [Lanes]) {
    for s in 0..reward.len() {
        let best = best_of_state(rows, s, value);
        for l in 0..LANES {
            backup[s][l] = reward[s][l] + discount * best[l];
        }
    }
}

/// The values ahead, the first best action, and whether another one comes within the tie tolerance.
fn greedy(
    rows: Rows<'_>,
    value: &[Lanes],
    tie_tolerance: &Lanes,
    ahead: &mut [Lanes],
    choice: &mut [[u32; LANES]],
    tied: &mut [bool; LANES],
) {
    for s in 0..value.len() {
        let pairs = rows.pairs[s] as usize..rows.pairs[s + 1] as usize;
        let (mut best, mut second) = ([f64::NEG_INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        for (k, pair) in pairs.enumerate() {
            let product = row_product(rows, pair, value);
            for l in 0..LANES {
                if product[l] > best[l] {
                    second[l] = best[l];
                    best[l] = product[l];
                    choice[s][l] = k as u32;
                } else if product[l] > second[l] {
                    second[l] = product[l];
                }
            }
        }
        for l in 0..LANES {
            tied[l] |= second[l] >= best[l] - tie_tolerance[l];
        }
        ahead[s] = best;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What the machine's best instruction set computes has the bits of the code compiled for any machine.
        #[test]
        fn every_instruction_set_gives_the_same_bits(
            numbers in proptest::collection::vec(-1.0..1.0_f64, LANES * 12),
            next in proptest::collection::vec(0_u32..6, 36),
            discount in 0.0..1.0_f64,
        ) {
            let (pairs, entries): (Vec<u32>, Vec<usize>) = ((0..=6).map(|s| 2 * s).collect(), (0..=12).map(|r| 3 * r).collect());
            let probability = vec![1.0 / 3.0; 36];
            let rows = Rows { pairs: &pairs, entries: &entries, next: &next, probability: &probability };
            let (lanes, _) = numbers.as_chunks::<LANES>();
            let (reward, start) = lanes.split_at(6);
            let (mut fast, mut portable) = (start.to_vec(), start.to_vec());
            let (mut fast_backup, mut portable_backup) = (start.to_vec(), start.to_vec());
            for backward in [false, true, false] {
                gauss_seidel(rows, reward, discount, &mut fast, backward);
                gauss_seidel_portable(rows, reward, discount, &mut portable, backward);
                jacobi(rows, reward, discount, &fast, &mut fast_backup);
                jacobi_portable(rows, reward, discount, &portable, &mut portable_backup);
            }
            let bits = |lanes: &[Lanes]| lanes.iter().flatten().map(|x| x.to_bits()).collect::<Vec<u64>>();
            prop_assert_eq!(bits(&fast), bits(&portable));
            prop_assert_eq!(bits(&fast_backup), bits(&portable_backup));
        }
    }
}
