//! How sure a share of random draws is.

/// The Clopper–Pearson interval for a probability of which `successes` in `trials` independent draws were observed: it covers
/// the truth with at least the given confidence, for any number of draws `[Clopper & Pearson 1934]`.
///
/// Its ends are the probabilities at which as many successes or more, or as many or fewer, have half of what is left to the
/// confidence. They are moved outward by 1e-9, more than rounding can do. $`O(\sqrt n)`$ terms for each of 60 bisections.
///
/// ```
/// let (low, high) = dunamis_sampling::clopper_pearson(0, 10, 0.95);
/// assert_eq!(low, 0.0);
/// assert!((high - 0.308_497).abs() < 1e-6); // 1 - 0.025^(1/10)
/// ```
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> (f64, f64) {
    const MARGIN: f64 = 1e-9;
    let rest = (1.0 - confidence) / 2.0;
    let low = if successes == 0 { 0.0 } else { bisect(|p| at_least(successes, trials, p) < rest) - MARGIN };
    let misses = trials.saturating_sub(successes);
    let high = if misses == 0 { 1.0 } else { 1.0 - bisect(|q| at_least(misses, trials, q) < rest) + MARGIN };
    (low.max(0.0), high.min(1.0))
}

/// Where a predicate on $`[0, 1]`$ that holds at first stops to hold.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

/// The probability of at least `k` of `n` successes: at least 1 of both.
fn at_least(k: u64, n: u64, p: f64) -> f64 {
    let (k, n) = (k as f64, n as f64);
    let ln_choose = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let at = |k: f64| libm::exp(ln_choose + k * libm::log(p) + (n - k) * libm::log1p(-p));
    let odds = p / (1.0 - p);
    if k > n * p {
        // Terms fall from k on.
        let (mut term, mut sum, mut i) = (at(k), 0.0, k);
        while i <= n && term > sum * 1e-18 {
            sum += term;
            term *= (n - i) / (i + 1.0) * odds;
            i += 1.0;
        }
        sum
    } else {
        let (mut term, mut sum, mut i) = (at(k) * k / (n - k + 1.0) / odds, 0.0, k - 1.0);
        while i >= 0.0 && term > sum * 1e-18 {
            sum += term;
            term *= i / (n - i + 1.0) / odds;
            i -= 1.0;
        }
        1.0 - sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// At the ends, the tails have what is left to the confidence: summed term by term.
        #[test]
        fn tails(n in 1_u64..60, k in 0_u64..60, confidence in 0.5..0.999_f64) {
            let k = k.min(n);
            let (low, high) = clopper_pearson(k, n, confidence);
            let point = |i: u64, p: f64| {
                let choose: f64 = (0..i).map(|j| (n - j) as f64 / (j + 1) as f64).product();
                choose * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)
            };
            let rest = (1.0 - confidence) / 2.0;
            if k > 0 {
                let tail: f64 = (k..=n).map(|i| point(i, low)).sum();
                prop_assert!((tail - rest).abs() < 1e-6, "{tail} {rest}");
            }
            if k < n {
                let tail: f64 = (0..=k).map(|i| point(i, high)).sum();
                prop_assert!((tail - rest).abs() < 1e-6, "{tail} {rest}");
            }
            prop_assert!(low <= k as f64 / n as f64 && k as f64 / n as f64 <= high);
        }
    }

    #[test]
    fn many_trials() {
        let (low, high) = clopper_pearson(250_000, 1_000_000, 0.99);
        let normal = 2.575_829 * (0.25_f64 * 0.75 / 1e6).sqrt();
        assert!((low - (0.25 - normal)).abs() < 1e-5 && (high - (0.25 + normal)).abs() < 1e-5);
    }
}
