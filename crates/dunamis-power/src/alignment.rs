//! Instrumental alignment: do the two agents' POWERs rise and fall together over states?

use crate::ledger::Bytes;
use crate::moments::Moments;
use dunamis_sampling::SamplingMethod;
use serde::{Deserialize, Serialize};

/// Groups of samples for the jackknife, unless samples come in replicates, which are the groups then.
const GROUPS: u64 = 64;

/// Instrumental alignment $`\alpha_{HA}`$ `[Harris & Suo 2022, part 2]`: the correlation over joint states, unweighted,
/// between $`\mathrm{POWER}_H`$ and $`\mathrm{POWER}_A`$.
///
/// Every field is `None` where it is not defined, for example because POWER is the same at all states. Documents write the fields
/// under their own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// Pearson correlation of the estimated POWERs.
    pub alpha: Option<f64>,
    /// Standard error of `alpha`, by a jackknife over groups of samples
    /// `[Busing, Meijer & van der Leeden 1999]`.
    pub std_error: Option<f64>,
    /// The correlation without the part of the covariances that is sampling noise: with $`x_i, y_i`$ the state-centered POWER
    /// vectors of sample $`i`$ of $`N`$, it uses
    /// $`C_{xy} = (\sum x_i \cdot \sum y_i - \sum x_i \cdot y_i) / (N(N-1))`$, and $`C_{xx}, C_{yy}`$ likewise.
    pub noise_corrected: Option<f64>,
    /// Standard error of `noise_corrected`, by the same jackknife.
    pub noise_corrected_std_error: Option<f64>,
    /// Spearman's rank correlation of the estimated POWERs, which a few extreme states cannot move.
    pub rank: Option<f64>,
    /// Slope of the regression of $`\mathrm{POWER}_A`$ on $`\mathrm{POWER}_H`$.
    pub slope: Option<f64>,
    /// Intercept of that regression.
    pub intercept: Option<f64>,
}

/// What is known of a set of samples: their number, the sum of their vectors, and three sums of scalar products.
#[derive(Clone, Debug, Default)]
struct Sums {
    weight: f64,
    h: Vec<f64>,
    a: Vec<f64>,
    products: Products,
}

/// $`\sum x_i \cdot x_i`$, $`\sum x_i \cdot y_i`$ and $`\sum y_i \cdot y_i`$ over samples of centered vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Products {
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Products {
    /// Adds one sample, of weight 1.
    pub(crate) fn push(&mut self, power_h: &[f64], power_a: &[f64]) {
        let p = products(power_h, power_a);
        self.xx += p.xx;
        self.xy += p.xy;
        self.yy += p.yy;
    }

    /// Writes or reads the three sums.
    pub(crate) fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        [&mut self.xx, &mut self.xy, &mut self.yy].into_iter().try_for_each(|sum| bytes.number(sum))
    }
}

/// Scalar products of two vectors after centering each.
fn products(h: &[f64], a: &[f64]) -> Products {
    let n = h.len() as f64;
    let (mean_h, mean_a) = (h.iter().sum::<f64>() / n, a.iter().sum::<f64>() / n);
    h.iter().zip(a).fold(Products::default(), |sum, (h, a)| {
        let (x, y) = (h - mean_h, a - mean_a);
        Products { xx: sum.xx + x * x, xy: sum.xy + x * y, yy: sum.yy + y * y }
    })
}

/// Variations over states smaller than this part of the largest POWER are rounding errors.
const CONSTANT: f64 = 1e-12;

impl Products {
    fn correlation(self) -> Option<f64> {
        (self.xx > 0.0 && self.yy > 0.0).then(|| self.xy / (self.xx.sqrt() * self.yy.sqrt()))
    }

    /// As long as neither vector is constant up to rounding.
    fn if_not_constant(self, h: &[f64], a: &[f64]) -> Option<Self> {
        let varies = |squares: f64, power: &[f64]| {
            let largest = power.iter().fold(0.0_f64, |largest, p| largest.max(p.abs()));
            squares > power.len() as f64 * (CONSTANT * largest).powi(2)
        };
        (varies(self.xx, h) && varies(self.yy, a)).then_some(self)
    }
}

impl Sums {
    fn new(length: usize) -> Self {
        Sums { h: vec![0.0; length], a: vec![0.0; length], ..Sums::default() }
    }

    /// This minus `sign` times another set.
    fn add(&mut self, other: &Sums, sign: f64) {
        self.weight += sign * other.weight;
        for (sum, x) in self.h.iter_mut().zip(&other.h).chain(self.a.iter_mut().zip(&other.a)) {
            *sum += sign * x;
        }
        self.products.xx += sign * other.products.xx;
        self.products.xy += sign * other.products.xy;
        self.products.yy += sign * other.products.yy;
    }

    fn alpha(&self) -> Option<f64> {
        products(&self.h, &self.a).if_not_constant(&self.h, &self.a)?.correlation()
    }

    fn noise_corrected(&self) -> Option<f64> {
        if self.weight < 2.0 {
            return None;
        }
        let sum = products(&self.h, &self.a).if_not_constant(&self.h, &self.a)?;
        let own = self.products;
        Products { xx: sum.xx - own.xx, xy: sum.xy - own.xy, yy: sum.yy - own.yy }.correlation()
    }
}

/// Collects what alignment needs, in memory that does not grow with the number of samples.
#[derive(Clone, Debug)]
pub(crate) struct AlignmentSums {
    groups: Vec<Sums>,
    length: usize,
    method: SamplingMethod,
}

impl AlignmentSums {
    pub(crate) fn new(length: usize, method: SamplingMethod) -> Self {
        AlignmentSums { groups: Vec::new(), length, method }
    }

    /// Adds the samples of one chunk; chunks go to the groups in turn.
    pub(crate) fn push(&mut self, chunk: u64, power_h: &Moments, power_a: &Moments, products: Products) {
        let count = if self.method == SamplingMethod::Sobol { SamplingMethod::REPLICATES } else { GROUPS };
        let group = (chunk % count) as usize;
        if self.groups.len() <= group {
            self.groups.resize_with(group + 1, || Sums::new(self.length));
        }
        let scaled = |moments: &Moments| moments.mean.iter().map(|mean| mean * moments.weight).collect();
        let sums = Sums { weight: power_h.weight, h: scaled(power_h), a: scaled(power_a), products };
        let group = &mut self.groups[group];
        group.add(&sums, 1.0);
        if self.method == SamplingMethod::Sobol {
            // All that a replicate has is one independent part.
            group.products = self::products(&group.h, &group.a);
        }
    }

    /// Number of samples, and mean POWER of both agents, in each group of samples.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (f64, [Vec<f64>; 2])> {
        self.groups
            .iter()
            .filter(|group| group.weight > 0.0)
            .map(|group| (group.weight, [&group.h, &group.a].map(|sum| sum.iter().map(|x| x / group.weight).collect())))
    }

    pub(crate) fn alignment(&self) -> Alignment {
        let mut total = Sums::new(self.length);
        for group in &self.groups {
            total.add(group, 1.0);
        }
        let mut alignment = Alignment::of_means(&total.h, &total.a, total.weight);
        alignment.noise_corrected = total.noise_corrected();
        alignment.std_error = self.jackknife(&total, Sums::alpha);
        alignment.noise_corrected_std_error = self.jackknife(&total, Sums::noise_corrected);
        alignment
    }

    /// Standard error of a statistic by leaving out one group at a time.
    fn jackknife(&self, total: &Sums, statistic: impl Fn(&Sums) -> Option<f64>) -> Option<f64> {
        let groups: Vec<&Sums> = self.groups.iter().filter(|group| group.weight > 0.0).collect();
        if groups.len() < 2 {
            return None;
        }
        let (all, count) = (statistic(total)?, groups.len() as f64);
        let mut left_out = Vec::with_capacity(groups.len());
        for group in groups {
            let mut rest = total.clone();
            rest.add(group, -1.0);
            left_out.push((total.weight / group.weight, statistic(&rest)?));
        }
        let center = count * all - left_out.iter().map(|(h, without)| (1.0 - 1.0 / h) * without).sum::<f64>();
        let terms = left_out.iter().map(|(h, without)| {
            let pseudo = h * all - (h - 1.0) * without;
            (pseudo - center).powi(2) / (h - 1.0)
        });
        Some((terms.sum::<f64>() / count).sqrt())
    }
}

impl Alignment {
    /// Alignment of POWERs that are known exactly (or whose noise is unknown): no standard error, no correction.
    pub fn of_exact(power_h: &[f64], power_a: &[f64]) -> Self {
        Self::of_means(power_h, power_a, 1.0)
    }

    fn of_means(h: &[f64], a: &[f64], weight: f64) -> Self {
        let Some(products) = products(h, a).if_not_constant(h, a) else { return Alignment::default() };
        let slope = products.xy / products.xx;
        let mean = |power: &[f64]| power.iter().sum::<f64>() / power.len() as f64 / weight;
        Alignment {
            alpha: products.correlation(),
            rank: self::products(&ranks(h), &ranks(a)).correlation(),
            slope: Some(slope),
            intercept: Some(mean(a) - slope * mean(h)),
            ..Alignment::default()
        }
    }
}

/// Ranks from 0, equal values sharing the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for last in 0..order.len() {
        if last + 1 == order.len() || values[order[last + 1]] != values[order[first]] {
            for &i in &order[first..=last] {
                ranks[i] = (first + last) as f64 / 2.0;
            }
            first = last + 1;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent samples of two vectors whose true correlation is −0.5 under noise: raw α is attenuated, corrected is not.
    #[test]
    fn correction_removes_the_attenuation_by_noise() {
        use dunamis_sampling::Seed;
        let states = 2_000;
        let mut rng = Seed::new(3).stream(0);
        let truth: Vec<(f64, f64)> = (0..states)
            .map(|_| {
                let (x, z) = (rng.uniform() - 0.5, rng.uniform() - 0.5);
                (x, -0.5 * x + 0.75_f64.sqrt() * z)
            })
            .collect();
        let (h, a): (Vec<f64>, Vec<f64>) = truth.into_iter().unzip();
        let true_alpha = Alignment::of_exact(&h, &a).alpha.unwrap();
        let mut sums = AlignmentSums::new(states, SamplingMethod::Independent);
        for chunk in 0..64 {
            let (mut moments_h, mut moments_a) = (Moments::new(states), Moments::new(states));
            let mut products = Products::default();
            for _ in 0..8 {
                let mut noisy = |v: &[f64]| v.iter().map(|x| x + 24.0 * (rng.uniform() - 0.5)).collect::<Vec<f64>>();
                let (x, y) = (noisy(&h), noisy(&a));
                moments_h.push(&x, 1.0);
                moments_a.push(&y, 1.0);
                products.push(&x, &y);
            }
            sums.push(chunk, &moments_h, &moments_a, products);
        }
        let alignment = sums.alignment();
        let error = alignment.noise_corrected_std_error.unwrap();
        assert!(alignment.alpha.unwrap() > true_alpha + 3.0 * alignment.std_error.unwrap(), "attenuated towards 0");
        assert!((alignment.noise_corrected.unwrap() - true_alpha).abs() < 4.0 * error, "{alignment:?} {true_alpha}");
        assert!(error < 0.1);
    }

    #[test]
    fn constant_power_has_no_alignment() {
        assert_eq!(Alignment::of_exact(&[0.5, 0.5 + 1e-16], &[0.1, 0.9]), Alignment::default());
    }

    #[test]
    fn ranks_share_ties() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
        let alignment = Alignment::of_exact(&[1.0, 2.0, 3.0], &[1.0, 10.0, 100.0]);
        assert!((alignment.rank.unwrap() - 1.0).abs() < 1e-15 && alignment.alpha.unwrap() < 0.95);
    }
}
