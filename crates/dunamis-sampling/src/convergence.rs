//! Whether chains of dependent samples have forgotten where they began, and how many independent samples they are worth.
//!
//! With $`m`$ chains of $`n`$ draws, $`W`$ the mean variance within chains and $`B/n`$ the variance of their means, the variance of
//! the target is overestimated by $`\hat V = \tfrac{n-1}{n} W + \tfrac{1}{n} B`$ while chains are apart, and
//!
//! ```math
//! \hat R = \sqrt{\hat V / W}, \qquad
//! \mathrm{ESS} = \frac{m n}{1 + 2 \sum_{t \ge 1} \hat\rho_t}, \qquad
//! \hat\rho_t = 1 - \frac{W - \tfrac 1 m \sum_j \hat c_{j,t}}{\hat V}
//! ```
//!
//! with the autocovariances $`\hat c_{j,t}`$ of chain $`j`$. Chains are split into halves first, so that a trend within a chain shows
//! as well `[Vehtari et al. 2021]`; the sum ends with Geyer's initial monotone sequence: of neighboring pairs
//! $`\hat\rho_{2k} + \hat\rho_{2k+1}`$, which cannot be negative nor grow for a reversible chain, those before the first negative one
//! count, each at most as much as the one before `[Geyer 1992]`. For bounded bodies variances are finite, so that values need not be
//! replaced by ranks.

/// The draws of one quantity: their mean and variance in each half of each chain.
struct Halves<'a> {
    draws: Vec<&'a [f64]>,
    means: Vec<f64>,
    length: usize,
    within: f64,
    total: f64,
}

impl<'a> Halves<'a> {
    /// `None` with fewer than four draws in a chain, or with draws that are not finite.
    fn new(chains: &[&'a [f64]]) -> Option<Self> {
        let length = chains.iter().map(|chain| chain.len() / 2).min().filter(|length| *length >= 2)?;
        let halves: Vec<&[f64]> =
            chains.iter().flat_map(|chain| [&chain[..length], &chain[chain.len() - length..]]).collect();
        let (n, m) = (length as f64, halves.len() as f64);
        let means: Vec<f64> = halves.iter().map(|half| half.iter().sum::<f64>() / n).collect();
        let variance = |(half, mean): (&&[f64], &f64)| squares(half, *mean) / (n - 1.0);
        let within = halves.iter().zip(&means).map(variance).sum::<f64>() / m;
        let between = squares(&means, means.iter().sum::<f64>() / m) / (m - 1.0);
        let total = (n - 1.0) / n * within + between;
        total.is_finite().then_some(Self { draws: halves, means, length, within, total })
    }

    /// The mean over chains of the autocovariance at a lag.
    fn autocovariance(&self, lag: usize) -> f64 {
        let of_half = |(half, mean): (&&[f64], &f64)| {
            let pairs = half.iter().zip(&half[lag..]);
            pairs.map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>() / self.length as f64
        };
        self.draws.iter().zip(&self.means).map(of_half).sum::<f64>() / self.draws.len() as f64
    }
}

fn squares(numbers: &[f64], mean: f64) -> f64 {
    numbers.iter().map(|x| (x - mean) * (x - mean)).sum()
}

/// $`\hat R`$ of one quantity over chains, each split into halves: near 1 when all halves look alike. Chains count up to the
/// shortest one's length. `None` with fewer than four draws in a chain or draws that are not finite; infinite when halves are
/// constant but differ, 1 when all draws are equal. $`O(n)`$.
///
/// ```
/// use dunamis_sampling::{Seed, split_r_hat};
///
/// let chain = |index, shift| -> Vec<f64> {
///     let mut rng = Seed::new(1).stream(index);
///     (0..1_000).map(|_| rng.uniform() + shift).collect()
/// };
/// let (a, b, far) = (chain(0, 0.0), chain(1, 0.0), chain(2, 0.5));
/// assert!(split_r_hat(&[&a, &b]).unwrap_or(9.0) < 1.01);
/// assert!(split_r_hat(&[&a, &far]).unwrap_or(0.0) > 1.2);
/// ```
pub fn split_r_hat(chains: &[&[f64]]) -> Option<f64> {
    let Halves { within, total, .. } = Halves::new(chains)?;
    Some(if total == 0.0 { 1.0 } else { (total / within).sqrt() })
}

/// How many independent draws tell the mean of one quantity as well as these chains do: at most
/// $`mn \log_{10} mn`$, for chains that alternate. `None` as for [`split_r_hat`], and when all draws are equal.
/// $`O(n\tau)`$ for a sum of autocorrelations that ends after $`\tau`$ lags.
pub fn effective_sample_size(chains: &[&[f64]]) -> Option<f64> {
    let halves = Halves::new(chains).filter(|halves| halves.total > 0.0)?;
    let draws = (halves.draws.len() * halves.length) as f64;
    let correlation = |lag: usize| 1.0 - (halves.within - halves.autocovariance(lag)) / halves.total;
    let (mut sum, mut last) = (0.0, f64::INFINITY);
    for lag in (0..halves.length - 1).step_by(2) {
        let pair = if lag == 0 { 1.0 + correlation(1) } else { correlation(lag) + correlation(lag + 1) };
        if pair < 0.0 {
            break;
        }
        last = pair.min(last);
        sum += last;
    }
    Some((draws / (2.0 * sum - 1.0).max(1.0 / libm::log10(draws))).min(draws * libm::log10(draws)))
}

/// The worst coordinate of several chains of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Convergence {
    /// The largest [`split_r_hat`] of a coordinate.
    pub r_hat: f64,
    /// The smallest [`effective_sample_size`] of a coordinate.
    pub effective_sample_size: f64,
    /// Draws in all chains, of which the effective sample size is the worth.
    pub draws: u64,
}

impl Convergence {
    /// Of chains of points, each stored point after point. `None` if chains are empty, differ in length, or are too short for
    /// [`split_r_hat`]. $`O(dn\tau)`$.
    pub fn of_chains(chains: &[&[f64]], dimension: usize) -> Option<Self> {
        let length = chains.first()?.len();
        if dimension == 0 || chains.iter().any(|chain| chain.len() != length) || length % dimension != 0 {
            return None;
        }
        let draws = (chains.len() * (length / dimension)) as u64;
        let mut worst = Convergence { r_hat: 1.0, effective_sample_size: f64::INFINITY, draws };
        for coordinate in 0..dimension {
            let take = |chain: &&[f64]| chain.iter().skip(coordinate).step_by(dimension).copied().collect();
            let series: Vec<Vec<f64>> = chains.iter().map(take).collect();
            let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
            worst.r_hat = worst.r_hat.max(split_r_hat(&series)?);
            let size = effective_sample_size(&series).unwrap_or(0.0);
            worst.effective_sample_size = worst.effective_sample_size.min(size);
        }
        Some(worst)
    }
}
