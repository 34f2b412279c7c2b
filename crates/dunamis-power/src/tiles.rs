//! Reward vectors drawn tile by tile.

use crate::PowerError;
use dunamis_sampling::{Seed, Uniform};
use dunamis_solve::{LANES, Lanes};

/// One tile of reward vectors, both sample by sample and with the samples as the inner dimension.
#[derive(Clone, Debug)]
pub(crate) struct RewardTile {
    /// Shape |S| × lanes, as the kernels want it.
    pub(crate) columns: Vec<Lanes>,
    /// The same numbers as lanes × |S|; not filled by [`RewardTile::draw_uniform`].
    pub(crate) vectors: Vec<Vec<f64>>,
}

impl RewardTile {
    pub(crate) fn new(states: usize) -> Self {
        RewardTile { columns: vec![[0.0; LANES]; states], vectors: vec![vec![0.0; states]; LANES] }
    }

    /// Draws reward vectors from consecutive streams, in the columns only.
    pub(crate) fn draw_uniform(&mut self, uniform: &Uniform, seed: Seed, first: u64) {
        uniform.fill_streams(seed, first, &mut self.columns);
    }

    /// The reward vector of one lane, read from the columns.
    pub(crate) fn read(&mut self, lane: usize) -> &[f64] {
        let vector = &mut self.vectors[lane];
        for (reward, column) in vector.iter_mut().zip(&self.columns) {
            *reward = column[lane];
        }
        vector
    }

    /// Copies the vectors into the columns, after checking that solvers can use them. `first` is the number of the first
    /// sample, for the error.
    pub(crate) fn transpose(&mut self, first: u64) -> Result<(), PowerError> {
        for (lane, vector) in self.vectors.iter().enumerate() {
            if vector.iter().any(|reward| !reward.is_finite()) {
                return Err(PowerError::NotANumber { sample: first + lane as u64 });
            }
            for (column, &reward) in self.columns.iter_mut().zip(vector) {
                column[lane] = reward;
            }
        }
        Ok(())
    }
}

/// The tiles of a range of samples: first sample and number of samples that count. The lanes beyond are drawn all the same,
/// so that nothing depends on where a range ends.
pub(crate) fn tiles(samples: std::ops::Range<u64>) -> impl Iterator<Item = (u64, usize)> {
    (samples.start..samples.end)
        .step_by(LANES)
        .map(move |first| (first, (samples.end - first).min(LANES as u64) as usize))
}
