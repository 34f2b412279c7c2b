//! Streaming means and variances of vectors.

use crate::ledger::Bytes;
use dunamis_sampling::SamplingMethod;
use dunamis_solve::{LANES, Lanes};

/// Weighted count, means and sums of squared deviations of a stream of vectors: memory $`O(|S|)`$ whatever the length of the
/// stream `[Chan, Golub & LeVeque 1983]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) weight: f64,
    pub(crate) mean: Vec<f64>,
    /// Weighted sum of squared deviations from the mean.
    deviation: Vec<f64>,
}

impl Moments {
    pub(crate) fn new(length: usize) -> Self {
        Moments { weight: 0.0, mean: vec![0.0; length], deviation: vec![0.0; length] }
    }

    /// Adds one vector.
    pub(crate) fn push(&mut self, sample: &[f64], weight: f64) {
        self.weight += weight;
        let part = weight / self.weight;
        for ((mean, deviation), &x) in self.mean.iter_mut().zip(&mut self.deviation).zip(sample) {
            let before = x - *mean;
            *mean += before * part;
            *deviation += weight * before * (x - *mean);
        }
    }

    /// Adds the vectors $`\mathtt{scale} \cdot x`$ of all lanes of a tile, shape |S| × lanes, each with weight 1.
    pub(crate) fn push_tile(&mut self, samples: &[Lanes], scale: f64) {
        let tile = LANES as f64;
        let total = self.weight + tile;
        let (part, cross) = (tile / total, self.weight * tile / total);
        for ((mean, deviation), x) in self.mean.iter_mut().zip(&mut self.deviation).zip(samples) {
            let own = sum(x) / tile;
            let squares: Lanes = std::array::from_fn(|l| (x[l] - own) * (x[l] - own));
            let delta = scale * own - *mean;
            *mean += delta * part;
            *deviation += scale * scale * sum(&squares) + delta * delta * cross;
        }
        self.weight = total;
    }

    /// Adds all vectors of another stream.
    pub(crate) fn merge(&mut self, other: &Moments) {
        if other.weight == 0.0 {
            return;
        }
        let total = self.weight + other.weight;
        let (part, cross) = (other.weight / total, self.weight * other.weight / total);
        for i in 0..self.mean.len() {
            let delta = other.mean[i] - self.mean[i];
            self.mean[i] += delta * part;
            self.deviation[i] += other.deviation[i] + delta * delta * cross;
        }
        self.weight = total;
    }

    /// Writes or reads everything; vectors have their length.
    fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        bytes.number(&mut self.weight)?;
        bytes.numbers(&mut self.mean)?;
        bytes.numbers(&mut self.deviation)
    }

    /// Standard errors of the means when every vector had weight 1; NaN for a single vector.
    pub(crate) fn std_error(&self) -> Vec<f64> {
        let n = self.weight;
        self.deviation.iter().map(|d| if n > 1.0 { (d / (n - 1.0) / n).sqrt() } else { f64::NAN }).collect()
    }
}

/// Means whose standard errors come from what is independent: single samples or pairs, as they are pushed, or replicates.
#[derive(Clone, Debug)]
pub(crate) struct Means {
    pub(crate) moments: Moments,
    /// One for each replicate that has samples, if samples come in replicates; chunks go to them in turn.
    replicates: Vec<Moments>,
    method: SamplingMethod,
}

impl Means {
    pub(crate) fn new(length: usize, method: SamplingMethod) -> Self {
        Means { moments: Moments::new(length), replicates: Vec::new(), method }
    }

    pub(crate) fn method(&self) -> SamplingMethod {
        self.method
    }

    /// Adds one vector of a chunk.
    pub(crate) fn push(&mut self, sample: &[f64], weight: f64) {
        self.moments.push(sample, weight);
    }

    /// Adds the vectors $`\mathtt{scale} \cdot x`$ of all lanes of a tile.
    pub(crate) fn push_tile(&mut self, samples: &[Lanes], scale: f64) {
        self.moments.push_tile(samples, scale);
    }

    /// Adds all vectors of the chunk with this number.
    pub(crate) fn merge(&mut self, chunk: u64, other: &Means) {
        self.moments.merge(&other.moments);
        if self.method == SamplingMethod::Sobol {
            let replicate = (chunk % SamplingMethod::REPLICATES) as usize;
            if self.replicates.len() <= replicate {
                self.replicates.resize_with(replicate + 1, || Moments::new(self.moments.mean.len()));
            }
            self.replicates[replicate].merge(&other.moments);
        }
    }

    /// Writes or reads the vectors of one chunk.
    pub(crate) fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        // Replicates consist of whole chunks.
        self.moments.transfer(bytes)
    }

    /// Standard errors of the means; NaN where there is only one independent part.
    pub(crate) fn std_error(&self) -> Vec<f64> {
        if self.method != SamplingMethod::Sobol {
            return self.moments.std_error();
        }
        let count = self.replicates.len() as f64;
        let mut squares = vec![0.0; self.moments.mean.len()];
        for replicate in &self.replicates {
            let share = replicate.weight / self.moments.weight;
            for ((square, mean), all) in squares.iter_mut().zip(&replicate.mean).zip(&self.moments.mean) {
                *square += (share * (mean - all)).powi(2);
            }
        }
        let finish = |square: f64| if count > 1.0 { (square * count / (count - 1.0)).sqrt() } else { f64::NAN };
        squares.into_iter().map(finish).collect()
    }

    pub(crate) fn largest_std_error(&self) -> f64 {
        self.std_error().into_iter().max_by(f64::total_cmp).unwrap_or(f64::NAN)
    }
}

/// The sum over lanes, in halves, so that it takes few steps and their order is fixed.
fn sum(lanes: &Lanes) -> f64 {
    let mut sums = *lanes;
    let mut width = LANES / 2;
    while width > 0 {
        for l in 0..width {
            sums[l] += sums[l + width];
        }
        width /= 2;
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tile_is_its_lanes(
            lanes in proptest::collection::vec(-1e3..1e3_f64, 3 * LANES),
            before in proptest::collection::vec(-1e3..1e3_f64, 0..5),
            scale in 0.01..2.0_f64,
        ) {
            let (tile, _) = lanes.as_chunks::<LANES>();
            let (mut one_by_one, mut at_once) = (Moments::new(3), Moments::new(3));
            for &x in &before {
                one_by_one.push(&[x; 3], 1.0);
                at_once.push(&[x; 3], 1.0);
            }
            for l in 0..LANES {
                one_by_one.push(&[scale * tile[0][l], scale * tile[1][l], scale * tile[2][l]], 1.0);
            }
            at_once.push_tile(tile, scale);
            prop_assert_eq!(at_once.weight, one_by_one.weight);
            for s in 0..3 {
                prop_assert!((at_once.mean[s] - one_by_one.mean[s]).abs() < 1e-9);
                let (found, expected) = (at_once.deviation[s], one_by_one.deviation[s]);
                prop_assert!((found - expected).abs() <= 1e-12 * expected.max(1e6));
            }
        }

        #[test]
        fn merging_is_pushing(samples in proptest::collection::vec(-1e3..1e3_f64, 2..60), split in 0.0..1.0_f64) {
            let split = (split * samples.len() as f64) as usize;
            let (mut all, mut left, mut right) = (Moments::new(1), Moments::new(1), Moments::new(1));
            for (i, &x) in samples.iter().enumerate() {
                all.push(&[x], 1.0);
                if i < split { left.push(&[x], 1.0) } else { right.push(&[x], 1.0) }
            }
            left.merge(&right);
            let n = samples.len() as f64;
            let mean = samples.iter().sum::<f64>() / n;
            let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
            for moments in [&all, &left] {
                prop_assert!((moments.mean[0] - mean).abs() < 1e-9);
                prop_assert!((moments.std_error()[0] - (variance / n).sqrt()).abs() < 1e-9);
            }
        }
    }
}
