//! Every marginal has the moments, the distribution function, the support and the symmetry that it states.

use dunamis_sampling::{
    Bernoulli, Beta, Exponential, JaynesPrior, Marginal, Normal, Pareto, PointMass, Reflection, Seed, Uniform,
    Univariate,
};
use proptest::prelude::*;
use rand_distr::Distribution;

const DRAWS: usize = 100_000;

fn uniform(low: f64, high: f64) -> Marginal {
    Marginal::Uniform(Uniform::new(low, high).unwrap())
}
fn beta(alpha: f64, beta: f64) -> Marginal {
    Marginal::Beta(Beta::new(alpha, beta).unwrap())
}
fn normal(mean: f64, std_dev: f64) -> Marginal {
    Marginal::Normal(Normal::new(mean, std_dev).unwrap())
}
fn bernoulli(probability: f64) -> Marginal {
    Marginal::Bernoulli(Bernoulli::new(probability).unwrap())
}
fn pareto(scale: f64, shape: f64) -> Marginal {
    Marginal::Pareto(Pareto::new(scale, shape).unwrap())
}
fn exponential(rate: f64) -> Marginal {
    Marginal::Exponential(Exponential::new(rate).unwrap())
}
fn point_mass(value: f64) -> Marginal {
    Marginal::PointMass(PointMass::new(value).unwrap())
}

/// Laws of every kind; the Pareto ones have a fourth moment, so that variances have standard errors.
fn laws() -> Vec<Marginal> {
    vec![
        uniform(0.0, 1.0),
        uniform(-3.0, -0.5),
        beta(2.0, 5.0),
        beta(0.5, 0.5),
        beta(1.0, 1.0),
        beta(1e-3, 2e-3),
        beta(1e9, 1e9),
        beta(3e5, 0.2),
        normal(-1.0, 3.0),
        bernoulli(0.5),
        bernoulli(0.03),
        pareto(2.0, 9.0),
        exponential(0.25),
        Marginal::JaynesPrior(JaynesPrior {}),
        point_mass(-4.0),
    ]
}

fn draws(law: &Marginal, count: usize) -> Vec<f64> {
    let mut draws = vec![0.0; count];
    law.fill(&mut Seed::new(2022).stream(0), &mut draws);
    draws
}

#[test]
fn moments_agree_with_the_exact_ones() {
    for law in laws() {
        let (mean, variance) = (law.mean().unwrap(), law.variance().unwrap());
        let draws = draws(&law, DRAWS);
        if law.constant().is_some() {
            assert!(variance == 0.0 && draws.iter().all(|&draw| draw == mean), "{law:?}");
            continue;
        }
        let count = DRAWS as f64;
        let mean_z = draws.iter().map(|draw| draw - mean).sum::<f64>() / (count * variance).sqrt();
        assert!(mean_z.abs() < 5.0, "{law:?}: mean is off by {mean_z} standard errors");

        let squares: Vec<f64> = draws.iter().map(|draw| (draw - mean).powi(2)).collect();
        let spread = squares.iter().map(|square| (square - variance).powi(2)).sum::<f64>() / count;
        let excess = squares.iter().map(|square| square - variance).sum::<f64>() / count;
        // A fair coin's squares are all the same, so that only rounding is left.
        let tolerance = 5.0 * (spread / count).sqrt() + 1e-9 * variance;
        assert!(excess.abs() < tolerance, "{law:?}: variance is off by {excess}, tolerance {tolerance}");
    }
}

/// $`\sqrt n`$ times the largest distance of the empirical distribution function from `cdf`: above 2.5 by chance with
/// probability 7e-6 only.
fn kolmogorov(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    draws.sort_unstable_by(f64::total_cmp);
    let count = draws.len() as f64;
    let distance = draws.iter().enumerate().fold(0.0, |largest: f64, (rank, &draw)| {
        let expected = cdf(draw);
        largest.max(expected - rank as f64 / count).max((rank + 1) as f64 / count - expected)
    });
    count.sqrt() * distance
}

/// Bins between 100 points, each as likely as the density in its middle says.
fn jaynes(x: f64) -> f64 {
    let density = |k: usize| 1.0 / ((k as f64 + 0.5) * (98.5 - k as f64));
    let total: f64 = (0..99).map(density).sum();
    let bin = ((x * 99.0) as usize).min(98);
    ((0..bin).map(density).sum::<f64>() + density(bin) * (x * 99.0 - bin as f64)) / total
}

#[test]
fn distribution_functions_agree_with_closed_forms() {
    type Cdf = fn(f64) -> f64;
    let cases: [(Marginal, Cdf); 10] = [
        (Marginal::JaynesPrior(JaynesPrior {}), jaynes),
        (uniform(-1.0, 3.0), |x| (x + 1.0) / 4.0),
        (normal(2.0, 0.5), |x| 0.5 * libm::erfc((2.0 - x) / (0.5 * 2_f64.sqrt()))),
        (exponential(4.0), |x| -(-4.0 * x).exp_m1()),
        (pareto(3.0, 0.7), |x| 1.0 - (3.0 / x).powf(0.7)),
        (pareto(1.0, 4.0), |x| 1.0 - x.powi(-4)),
        (beta(2.0, 5.0), |x| 1.0 - (1.0 - x).powi(6) - 6.0 * x * (1.0 - x).powi(5)),
        (beta(0.5, 0.5), |x| x.sqrt().asin() * std::f64::consts::FRAC_2_PI),
        (beta(0.1, 1.0), |x| x.powf(0.1)),
        (beta(1.0, 7.5), |x| 1.0 - (1.0 - x).powf(7.5)),
    ];
    for (law, cdf) in cases {
        let statistic = kolmogorov(draws(&law, DRAWS), cdf);
        assert!(statistic < 2.5, "{law:?}: {statistic}");
    }
}

/// Shapes without a closed form, against the sampler of another library.
#[test]
fn beta_agrees_with_an_independent_sampler() {
    for (alpha, beta_shape) in [(0.3, 7.0), (30.0, 4.5), (1.7, 0.6)] {
        let mut rng = Seed::new(5).stream(1);
        let oracle = rand_distr::Beta::new(alpha, beta_shape).unwrap();
        let mut theirs: Vec<f64> = (0..DRAWS).map(|_| oracle.sample(&mut rng)).collect();
        theirs.sort_unstable_by(f64::total_cmp);
        let empirical = |x: f64| theirs.partition_point(|&draw| draw <= x) as f64 / DRAWS as f64;
        // Two samples of one size: the statistic is larger by a factor of the square root of 2.
        let statistic = kolmogorov(draws(&beta(alpha, beta_shape), DRAWS), empirical) / 2_f64.sqrt();
        assert!(statistic < 2.5, "beta({alpha}, {beta_shape}): {statistic}");
    }
}

#[test]
fn infinite_moments_are_absent() {
    assert_eq!((pareto(1.0, 1.0).mean(), pareto(1.0, 1.0).variance()), (None, None));
    assert_eq!((pareto(1.0, 2.0).mean(), pareto(1.0, 2.0).variance()), (Some(2.0), None));
    assert_eq!((pareto(1.0, 3.0).mean(), pareto(1.0, 3.0).variance()), (Some(1.5), Some(0.75)));
}

#[test]
fn symmetric_laws_know_their_center() {
    let center = |law: Marginal| law.reflection().map(Reflection::center);
    for law in [uniform(-1.0, 4.0), beta(3.0, 3.0), normal(-2.0, 1.0), bernoulli(0.5), bernoulli(1.0), point_mass(7.0)]
    {
        assert!(law.is_symmetric());
        assert_eq!(center(law), law.mean(), "{law:?}");
    }
    for law in [beta(3.0, 2.0), bernoulli(0.4), pareto(1.0, 3.0), exponential(1.0)] {
        assert!(!law.is_symmetric() && center(law).is_none(), "{law:?}");
    }
}

fn any_law() -> impl Strategy<Value = Marginal> {
    // Exponents of 10 over the whole range of every parameter.
    let size = |low: f64, high: f64| (low..=high).prop_map(|exponent| 10_f64.powf(exponent));
    let location = (any::<bool>(), size(-100.0, 99.0)).prop_map(|(sign, size)| if sign { size } else { -size });
    prop_oneof![
        (location.clone(), location.clone())
            .prop_filter("the interval is empty", |(a, b)| a != b)
            .prop_map(|(a, b)| uniform(a.min(b), a.max(b))),
        (size(-8.9, 8.9), size(-8.9, 8.9)).prop_map(|(a, b)| beta(a, b)),
        (location.clone(), size(-99.0, 99.0)).prop_map(|(mean, std_dev)| normal(mean, std_dev)),
        (0.0..=1.0).prop_map(bernoulli),
        (size(-99.0, 99.0), size(-0.99, 99.0)).prop_map(|(scale, shape)| pareto(scale, shape)),
        size(-99.0, 99.0).prop_map(exponential),
        location.prop_map(point_mass),
    ]
}

proptest! {
    #[test]
    fn draws_are_finite_and_lie_in_the_support(law in any_law(), seed: u64) {
        let mut rng = Seed::new(seed).stream(0);
        let (low, high) = law.support();
        for _ in 0..50 {
            let draw = law.sample(&mut rng);
            prop_assert!(draw.is_finite() && (low..=high).contains(&draw), "{draw}");
            if let Some(reflection) = law.reflection() {
                let image = reflection.apply(draw);
                prop_assert!(image.is_finite() && (low..=high).contains(&image), "{image}");
            }
        }
        prop_assert!(law.mean().is_none_or(f64::is_finite) && law.variance().is_none_or(f64::is_finite));
    }

    #[test]
    fn filling_equals_drawing_one_by_one(law in any_law(), seed: u64, length in 0_usize..150) {
        let mut rng = Seed::new(seed).stream(0);
        let mut filled = vec![0.0; length];
        law.fill(&mut rng.clone(), &mut filled);
        prop_assert!(filled.iter().all(|&reward| reward == law.sample(&mut rng)));
    }

    #[test]
    fn a_config_gives_the_law_back(law in any_law()) {
        let text = toml::to_string(&law).unwrap();
        let expected = format!("distribution = \"{}\"", law.name());
        prop_assert!(text.contains(&expected), "{text}");
        prop_assert_eq!(toml::from_str::<Marginal>(&text).unwrap(), law);
    }
}

/// Changing any of these numbers breaks the comparability of results: raise `STREAM_VERSION` if it must be.
#[test]
fn first_draws_are_golden() {
    let rows: Vec<String> = laws().iter().map(|law| format!("{law:?}: {:?}", draws(law, 3))).collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn configs_that_make_no_sense_are_refused() {
    let texts = [
        "distribution = 'unifrom'\nlow = 0\nhigh = 1",
        "low = 0\nhigh = 1",
        "distribution = 'uniform'\nlow = 0",
        "distribution = 'uniform'\nlow = 0\nhigh = 1\nmean = 2",
        "distribution = 'uniform'\nlow = 1\nhigh = 1",
        "distribution = 'normal'\nmean = 0\nstd-dev = 1",
        "distribution = 'normal'\nmean = nan\nstd_dev = 1",
        "distribution = 'bernoulli'\nprobability = 1.5",
    ];
    let messages: Vec<String> = texts
        .iter()
        .map(|text| {
            let error = toml::from_str::<Marginal>(text).unwrap_err();
            format!("{}\n  {}", text.replace('\n', ", "), error.message().replace('\n', "\n  "))
        })
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
}
