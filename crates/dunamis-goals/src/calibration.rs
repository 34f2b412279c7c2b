//! Whether predicted probabilities of actions come true.
//!
//! A belief about the kind of an agent gives every action of every step a probability, given all that the agent did before:
//! $`p_t(a) = \sum_i w_{t,i}\, \pi_i(a|s_t)`$ with weights $`w_{t,i} \propto \prod_{u<t} \pi_i(a_u|s_u)`$ of the policies. Predictions of about
//! the same probability go into one bin; calibrated ones come true as often as they say. Steps without a choice are left out.
//!
//! Steps of one trajectory depend on each other, so that standard errors are those of a jackknife that leaves out trajectories.

use crate::belief::Mixture;
use crate::{Belief, Estimate};
use serde::Serialize;

/// Number of bins of equal width.
pub const BINS: usize = 10;

/// Predictions of about the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Smallest probability.
    pub low: f64,
    /// Largest probability.
    pub high: f64,
    /// Number of predictions.
    pub count: u64,
    /// Mean probability that was predicted; NaN without predictions.
    pub predicted: f64,
    /// Share of predictions that came true.
    pub observed: Estimate,
}

/// How reliable predicted probabilities are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Steps with a choice.
    pub steps: u64,
    /// Mean over steps of $`\sum_a (p(a) - 1[a \text{ taken}])^2`$ `[Brier 1950]`, between 0 and 2.
    pub brier: Estimate,
    /// Mean over predictions of the distance between predicted and observed share in their bin. It is positive even for perfect
    /// predictions, by about the standard errors of the bins.
    pub expected_error: Estimate,
    /// The bins, from small to large probabilities.
    pub bins: Vec<ReliabilityBin>,
    /// What depends on each other: trajectories.
    #[serde(skip)]
    clusters: Vec<Sums>,
}

/// Sums over steps: for each bin predictions, their probabilities, and those that came true.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sums {
    steps: f64,
    brier: f64,
    bins: [[f64; 3]; BINS],
}

impl Sums {
    fn add(&mut self, other: &Self, sign: f64) {
        self.steps += sign * other.steps;
        self.brier += sign * other.brier;
        for (bin, other) in self.bins.iter_mut().zip(&other.bins) {
            for (sum, x) in bin.iter_mut().zip(other) {
                *sum += sign * x;
            }
        }
    }

    fn brier(&self) -> f64 {
        self.brier / self.steps
    }

    fn observed(&self, bin: usize) -> f64 {
        self.bins[bin][2] / self.bins[bin][0]
    }

    fn expected_error(&self) -> f64 {
        let total: f64 = self.bins.iter().map(|bin| bin[0]).sum();
        self.bins.iter().map(|bin| (bin[1] - bin[2]).abs()).sum::<f64>() / total
    }
}

impl Calibration {
    /// Of the predictions that a belief makes along trajectories.
    pub fn new(belief: &Belief) -> Self {
        Self::of(belief.mixtures.iter().map(predictions).collect())
    }

    /// Of predictions in several places, whose trajectories depend on each other within a place.
    pub(crate) fn pooled(parts: &[&Calibration]) -> Self {
        let sum = |part: &&Calibration| {
            let mut all = Sums::default();
            for cluster in &part.clusters {
                all.add(cluster, 1.0);
            }
            all
        };
        Self::of(parts.iter().map(sum).collect())
    }

    fn of(clusters: Vec<Sums>) -> Self {
        let mut all = Sums::default();
        for part in &clusters {
            all.add(part, 1.0);
        }
        let jackknife = |statistic: &dyn Fn(&Sums) -> f64| {
            let without = |part: &Sums| {
                let mut rest = all.clone();
                rest.add(part, -1.0);
                Some(statistic(&rest)).filter(|x| x.is_finite())
            };
            // A cluster that is all there is cannot be left out.
            let values: Option<Vec<f64>> = clusters.iter().map(without).collect();
            let std_error = values.map_or(f64::NAN, |values| {
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                ((n - 1.0) / n * values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()).sqrt()
            });
            Estimate { mean: statistic(&all), std_error }
        };
        let bin = |k: usize| ReliabilityBin {
            low: k as f64 / BINS as f64,
            high: (k + 1) as f64 / BINS as f64,
            count: all.bins[k][0] as u64,
            predicted: all.bins[k][1] / all.bins[k][0],
            observed: jackknife(&|sums| sums.observed(k)),
        };
        Calibration {
            steps: all.steps as u64,
            brier: jackknife(&Sums::brier),
            expected_error: jackknife(&Sums::expected_error),
            bins: (0..BINS).map(bin).collect(),
            clusters,
        }
    }
}

/// The predictions along one trajectory.
fn predictions(mixture: &Mixture) -> Sums {
    let mut sums = Sums::default();
    for (probabilities, taken) in mixture.predictions() {
        sums.steps += 1.0;
        for (action, p) in probabilities.into_iter().enumerate() {
            let outcome = f64::from(u8::from(action == taken));
            sums.brier += (p - outcome) * (p - outcome);
            let bin = &mut sums.bins[((p * BINS as f64) as usize).min(BINS - 1)];
            *bin = [bin[0] + 1.0, bin[1] + p, bin[2] + outcome];
        }
    }
    sums
}
