//! Diagnostics of chains against the autocorrelations of processes that are known.

use dunamis_sampling::{Convergence, Seed, effective_sample_size, split_r_hat, standard_normal};
use proptest::prelude::*;

/// $`x_{t+1} = \varphi x_t + \varepsilon_t`$ from its stationary law: $`n`$ draws are worth $`n (1 - \varphi)/(1 + \varphi)`$.
fn autoregressive(phi: f64, length: usize, stream: u64) -> Vec<f64> {
    let mut rng = Seed::new(11).stream(stream);
    let mut x = standard_normal(&mut rng) / (1.0 - phi * phi).sqrt();
    let mut step = || {
        x = phi * x + standard_normal(&mut rng);
        x
    };
    (0..length).map(|_| step()).collect()
}

fn borrowed(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    chains.iter().map(Vec::as_slice).collect()
}

#[test]
fn autoregressive_processes() {
    for phi in [-0.5, 0.0, 0.5, 0.9, 0.97] {
        let chains: Vec<Vec<f64>> = (0..4).map(|stream| autoregressive(phi, 40_000, stream)).collect();
        let chains = borrowed(&chains);
        let expected = 160_000.0 * (1.0 - phi) / (1.0 + phi);
        let size = effective_sample_size(&chains).unwrap();
        assert!((size / expected - 1.0).abs() < 0.1, "{phi}: {size} for {expected}");
        assert!(split_r_hat(&chains).unwrap() < 1.005);
    }
}

#[test]
fn chains_apart_and_chains_that_move() {
    let mut chains: Vec<Vec<f64>> = (0..4).map(|stream| autoregressive(0.5, 2_000, stream)).collect();
    chains[3].iter_mut().for_each(|x| *x += 3.0);
    assert!(split_r_hat(&borrowed(&chains)).unwrap() > 1.3);
    assert!(effective_sample_size(&borrowed(&chains)).unwrap() < 100.0);
    // All chains alike, but none at rest.
    let trend: Vec<Vec<f64>> = (0..4).map(|stream| autoregressive(0.0, 2_000, stream)).collect();
    let trend: Vec<Vec<f64>> =
        trend.iter().map(|chain| chain.iter().enumerate().map(|(t, x)| x + t as f64 / 500.0).collect()).collect();
    assert!(split_r_hat(&borrowed(&trend)).unwrap() > 1.2);
}

#[test]
fn degenerate_chains() {
    let (zeros, ones) = ([0.0; 10], [1.0; 10]);
    assert_eq!(split_r_hat(&[&zeros, &zeros]), Some(1.0));
    assert_eq!(split_r_hat(&[&zeros, &ones]), Some(f64::INFINITY));
    assert_eq!(effective_sample_size(&[&zeros, &zeros]), None);
    assert_eq!(split_r_hat(&[&zeros[..3]]), None);
    assert_eq!(split_r_hat(&[]), None);
    assert_eq!(split_r_hat(&[&[0.0, 1.0, f64::NAN, 2.0]]), None);
    assert_eq!(Convergence::of_chains(&[&zeros, &ones[..5]], 2), None);
    assert_eq!(Convergence::of_chains(&[], 2), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    /// Diagnostics do not know units, nor the order of chains.
    #[test]
    fn units_do_not_matter(phi in -0.8..0.9, scale in 0.01..100.0, shift in -10.0..10.0, first in 0_u64..1_000) {
        let chains: Vec<Vec<f64>> = (first..first + 3).map(|stream| autoregressive(phi, 200, stream)).collect();
        let other: Vec<Vec<f64>> =
            chains.iter().rev().map(|chain| chain.iter().map(|x| scale * x + shift).collect()).collect();
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-6;
        prop_assert!(close(split_r_hat(&borrowed(&chains)).unwrap(), split_r_hat(&borrowed(&other)).unwrap()));
        let sizes = [&chains, &other].map(|chains| effective_sample_size(&borrowed(chains)).unwrap());
        prop_assert!(close(sizes[0], sizes[1]), "{:?}", sizes);
    }

    /// The worst coordinate of points counts.
    #[test]
    fn points(first in 0_u64..1_000) {
        let [a, b]: [Vec<f64>; 2] = [0.9, 0.1].map(|phi| autoregressive(phi, 400, first));
        let points: Vec<f64> = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).collect();
        let (left, right) = points.split_at(400);
        let convergence = Convergence::of_chains(&[left, right], 2).unwrap();
        let size = |x: &[f64]| effective_sample_size(&[&x[..200], &x[200..]]).unwrap();
        prop_assert_eq!(convergence.effective_sample_size, size(&a).min(size(&b)));
        prop_assert_eq!(convergence.draws, 400);
        let r_hat = |x: &[f64]| split_r_hat(&[&x[..200], &x[200..]]).unwrap();
        prop_assert_eq!(convergence.r_hat, r_hat(&a).max(r_hat(&b)).max(1.0));
    }
}
