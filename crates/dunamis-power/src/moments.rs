//! Streaming means and variances of vectors.

use crate::ledger::Bytes;
use dunamis_sampling::SamplingMethod;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
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
