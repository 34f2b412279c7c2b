//! Statistics of runs that differ in their seeds only, with standard errors.

use dunamis_experiment::{Alignment, RewardLaw, Run, RunPower, SweepRun};
use dunamis_sampling::Univariate;

use crate::contrast::Estimate;

/// A statistic of all replicates, and the same with each of them left out in turn.
///
/// Whatever is computed from several of these with the same replicates keeps what they have in common: with common random
/// numbers a difference is known better than its parts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Jackknifed {
    pub(crate) value: f64,
    left_out: Vec<f64>,
}

impl Jackknifed {
    /// A function of some statistics of the same replicates; `None` where it is not defined for one of the samples.
    pub(crate) fn of(statistics: &[&Jackknifed], function: impl Fn(&[f64]) -> Option<f64>) -> Option<Self> {
        let at = |k: Option<usize>| {
            let values: Vec<f64> = statistics.iter().map(|s| k.map_or(s.value, |k| s.left_out[k])).collect();
            function(&values)
        };
        let replicates = statistics.iter().map(|s| s.left_out.len()).min().unwrap_or(0);
        Some(Jackknifed { value: at(None)?, left_out: (0..replicates).map(|k| at(Some(k))).collect::<Option<_>>()? })
    }

    /// The value with its standard error `[Efron & Stein 1981]`, which is not a number for a single replicate.
    pub(crate) fn estimate(&self) -> Estimate {
        let count = self.left_out.len() as f64;
        let mean = self.left_out.iter().sum::<f64>() / count;
        let spread: f64 = self.left_out.iter().map(|x| (x - mean).powi(2)).sum();
        let std_error = if count > 1.0 { ((count - 1.0) / count * spread).sqrt() } else { f64::NAN };
        Estimate::new(self.value, std_error)
    }

    /// This minus another of the same replicates.
    pub(crate) fn minus(&self, other: &Jackknifed) -> Option<Self> {
        Jackknifed::of(&[self, other], |values| Some(values[0] - values[1]))
    }
}

/// What can be asked of runs that differ in their seeds only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// Correlation of both POWERs over states, from products of different replicates only: without sampling noise.
    Alpha,
    /// Spearman's correlation of the mean POWERs.
    Rank,
    /// The standard deviation of POWER over states, without sampling noise, as a part of how far its mean is above the
    /// mean reward: how unequally states share what planning adds. Shifting or scaling all rewards does not change it.
    Concentration,
    /// POWER of H, averaged over states.
    MeanH,
    /// POWER of A, averaged over states.
    MeanA,
    /// The fraction of samples whose replies to replies go round in a circle.
    Cycles,
}

/// Mean POWER of both agents (the same twice for a single one) in each replicate.
struct Replicates<'a> {
    runs: &'a [&'a Run],
    h: Vec<&'a [f64]>,
    a: Vec<&'a [f64]>,
}

impl Statistic {
    /// The statistic of some replicates; `None` where it is not defined.
    pub(crate) fn of(self, runs: &[&Run]) -> Option<Jackknifed> {
        let all = self.compute(&Replicates::new(runs))?;
        let without = |k: usize| {
            let rest: Vec<&Run> = runs.iter().enumerate().filter(|&(i, _)| i != k).map(|(_, run)| *run).collect();
            self.compute(&Replicates::new(&rest))
        };
        let left_out = if runs.len() < 2 { Vec::new() } else { (0..runs.len()).map(without).collect::<Option<_>>()? };
        Some(Jackknifed { value: all, left_out })
    }

    fn compute(self, of: &Replicates<'_>) -> Option<f64> {
        match self {
            Statistic::Alpha => {
                let (xx, xy, yy) = (products(&of.h, &of.h), products(&of.h, &of.a), products(&of.a, &of.a));
                (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
            }
            Statistic::Rank => Alignment::of_exact(&sum(&of.h), &sum(&of.a)).rank,
            Statistic::Concentration => {
                let RewardLaw::Independent { marginal, .. } = &of.runs.first()?.experiment.reward else { return None };
                let above = mean(&of.h) - marginal.mean()?;
                let variance = products(&of.h, &of.h) / of.h.first()?.len() as f64;
                (above > 0.0).then(|| variance.max(0.0).sqrt() / above)
            }
            Statistic::MeanH => Some(mean(&of.h)),
            Statistic::MeanA => Some(mean(&of.a)),
            Statistic::Cycles => {
                let (mut counted, mut total) = (0, 0);
                for run in of.runs {
                    let endings = run.manifest.endings?;
                    counted += endings.cycles;
                    total += endings.fixed_points + endings.cycles + endings.unsettled;
                }
                Some(counted as f64 / total as f64)
            }
        }
    }
}

impl<'a> Replicates<'a> {
    fn new(runs: &'a [&'a Run]) -> Self {
        let of = |run: &&'a Run| -> (&'a [f64], &'a [f64]) {
            match &run.power {
                RunPower::SingleAgent(power) => (&power.mean, &power.mean),
                RunPower::MultiAgent { h, a, .. } => (&h.mean, &a.mean),
            }
        };
        let (h, a) = runs.iter().map(of).unzip();
        Replicates { runs, h, a }
    }
}

fn sum(replicates: &[&[f64]]) -> Vec<f64> {
    let mut sum = vec![0.0; replicates.first().map_or(0, |first| first.len())];
    for replicate in replicates {
        for (sum, x) in sum.iter_mut().zip(*replicate) {
            *sum += x;
        }
    }
    sum
}

fn mean(replicates: &[&[f64]]) -> f64 {
    let sum = sum(replicates);
    sum.iter().sum::<f64>() / (sum.len() * replicates.len()) as f64
}

/// The mean over pairs of different replicates of $`x_i \cdot y_j`$, each vector centered over states: noise that is
/// independent between replicates adds nothing to it. A single replicate has only its own product.
fn products(x: &[&[f64]], y: &[&[f64]]) -> f64 {
    let centered = |vector: &[f64]| {
        let mean = vector.iter().sum::<f64>() / vector.len() as f64;
        vector.iter().map(|v| v - mean).collect::<Vec<f64>>()
    };
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let total = dot(&centered(&sum(x)), &centered(&sum(y)));
    let own: f64 = x.iter().zip(y).map(|(x, y)| dot(&centered(x), &centered(y))).sum();
    let count = x.len() as f64;
    if count > 1.0 { (total - own) / (count * (count - 1.0)) } else { own }
}

/// The runs of a sweep that differ in their seeds only, with their positions on all other axes.
pub(crate) fn by_seed(sweep: &SweepRun) -> Vec<(Vec<usize>, Vec<&Run>)> {
    let seed = sweep.sweep.axes.iter().position(|axis| axis.keys[0].key == "seed");
    let mut groups: Vec<(Vec<usize>, Vec<&Run>)> = Vec::new();
    for (point, run) in sweep.sweep.points.iter().zip(&sweep.runs) {
        let mut at = point.at.clone();
        if let Some(seed) = seed {
            at[seed] = 0;
        }
        match groups.iter_mut().find(|(known, _)| *known == at) {
            Some((_, runs)) => runs.push(run),
            None => groups.push((at, vec![run])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jackknife_of_a_mean_is_the_standard_error() {
        let samples = [1.0, 4.0, 2.0, 7.0];
        let mean = samples.iter().sum::<f64>() / 4.0;
        let left_out = samples.iter().map(|x| (4.0 * mean - x) / 3.0).collect();
        let estimate = Jackknifed { value: mean, left_out }.estimate();
        let variance = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3.0;
        assert!((estimate.std_error - (variance / 4.0).sqrt()).abs() < 1e-12);
    }

    /// Two replicates whose noise is opposite: their product with each other is that of the truth less the noise's square.
    #[test]
    fn products_leave_out_what_replicates_do_not_share() {
        let (first, second) = ([1.0, 2.0, 4.0], [1.5, 2.0, 3.0]);
        let centered = |v: &[f64; 3]| v.map(|x| x - v.iter().sum::<f64>() / 3.0);
        let expected: f64 = centered(&first).iter().zip(centered(&second)).map(|(x, y)| x * y).sum();
        assert!((products(&[&first, &second], &[&first, &second]) - expected).abs() < 1e-12);
    }
}
