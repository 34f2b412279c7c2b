//! Correlated pairs: the correlation is as asked for, both marginals are unchanged, and groups stay groups.

use std::sync::Arc;

use dunamis_sampling::{
    Bernoulli, Beta, CorrelatedRewards, Correlation, Exponential, FiniteSupport, IndependentRewards, Marginal, Normal,
    RewardDistribution, RewardError, SampleError, Seed, StreamRng, Uniform, Univariate,
};
use proptest::prelude::*;

fn pairs(law: impl RewardDistribution + 'static, correlation: f64) -> CorrelatedRewards {
    CorrelatedRewards::new(Arc::new(law), Correlation::new(correlation).unwrap()).unwrap()
}

fn pair(pairs: &CorrelatedRewards, seed: u64, sample: u64) -> (Vec<f64>, Vec<f64>) {
    let (mut h, mut a) = (vec![f64::NAN; pairs.states()], vec![f64::NAN; pairs.states()]);
    pairs.sample(&mut Seed::new(seed).stream(sample), &mut h, &mut a).unwrap();
    (h, a)
}

/// How many standard errors the mean of `values` is away from `expected`.
fn z(values: &[f64], expected: f64) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let difference = mean - expected;
    // The products of two fair coins' deviations can be constant, so that only rounding is left.
    if variance < 1e-20 { difference * 1e9 } else { difference / (variance / count).sqrt() }
}

fn symmetric() -> [Marginal; 4] {
    [
        Marginal::Uniform(Uniform::new(-1.0, 3.0).unwrap()),
        Marginal::Beta(Beta::new(0.7, 0.7).unwrap()),
        Marginal::Normal(Normal::new(5.0, 2.0).unwrap()),
        Marginal::Bernoulli(Bernoulli::new(0.5).unwrap()),
    ]
}

fn asymmetric() -> [Marginal; 3] {
    [
        Marginal::Beta(Beta::new(2.0, 5.0).unwrap()),
        Marginal::Exponential(Exponential::new(3.0).unwrap()),
        Marginal::Bernoulli(Bernoulli::new(0.2).unwrap()),
    ]
}

#[test]
fn correlation_is_exact_and_marginals_are_unchanged() {
    let negative = symmetric().into_iter().flat_map(|law| [-1.0, -0.6].map(|correlation| (law, correlation)));
    let rest = symmetric().into_iter().chain(asymmetric());
    let rest = rest.flat_map(|law| [0.0, 0.3, 0.9, 1.0].map(|correlation| (law, correlation)));
    for (marginal, correlation) in negative.chain(rest) {
        let (mean, variance) = (marginal.mean().unwrap(), marginal.variance().unwrap());
        let pairs = pairs(IndependentRewards::identical(3, marginal).unwrap(), correlation);
        // The second state stands for all of them: correlated with itself, not with its neighbor.
        let (mut own, mut other) = (Vec::new(), Vec::new());
        let (mut mean_a, mut variance_a) = (Vec::new(), Vec::new());
        for sample in 0..20_000 {
            let (h, a) = pair(&pairs, 11, sample);
            own.push((h[1] - mean) * (a[1] - mean));
            other.push((h[0] - mean) * (a[1] - mean));
            mean_a.push(a[1]);
            variance_a.push((a[1] - mean).powi(2));
        }
        let zs = [z(&own, correlation * variance), z(&other, 0.0), z(&mean_a, mean), z(&variance_a, variance)];
        assert!(zs.iter().all(|z| z.abs() < 5.0), "{marginal:?}, {correlation}: {zs:?}");
    }
}

/// Kolmogorov's statistic of A's rewards against the uniform law, at correlations where they are a mixture.
#[test]
fn rewards_of_the_second_agent_stay_uniform() {
    for correlation in [-0.5, 0.5] {
        let pairs = pairs(IndependentRewards::identical(1, Marginal::UNIT).unwrap(), correlation);
        let mut rewards: Vec<f64> = (0..50_000).map(|sample| pair(&pairs, 3, sample).1[0]).collect();
        rewards.sort_unstable_by(f64::total_cmp);
        let count = rewards.len() as f64;
        let distance = rewards
            .iter()
            .enumerate()
            .map(|(rank, reward)| (reward - (rank as f64 + 0.5) / count).abs())
            .fold(0.0, f64::max);
        assert!(distance * count.sqrt() < 2.5);
    }
}

proptest! {
    #[test]
    fn full_correlation_is_identity_or_reflection(seed: u64, sample: u64, states in 1_usize..100) {
        let law = IndependentRewards::identical(states, Marginal::UNIT).unwrap();
        let (h, a) = pair(&pairs(law.clone(), 1.0), seed, sample);
        prop_assert_eq!(&h, &a);
        let (h_opposite, a_opposite) = pair(&pairs(law, -1.0), seed, sample);
        prop_assert_eq!(&h, &h_opposite);
        let reflected: Vec<f64> = h.iter().map(|reward| 1.0 - reward).collect();
        prop_assert_eq!(a_opposite, reflected);
    }

    /// The documented order of draws, done by hand: R_H, the mask, R'.
    #[test]
    fn draws_come_in_the_documented_order(seed: u64, sample: u64, states in 1_usize..150, correlation in -1.0..=1.0) {
        let law = IndependentRewards::identical(states, Marginal::UNIT).unwrap();
        let mut rng = Seed::new(seed).stream(sample);
        let (mut h, mut mask, mut fresh) = (vec![0.0; states], vec![0.0; states], vec![0.0; states]);
        rng.fill_uniform(&mut h);
        rng.fill_uniform(&mut mask);
        rng.fill_uniform(&mut fresh);
        let expected: Vec<f64> = (0..states)
            .map(|s| match mask[s] < f64::abs(correlation) {
                true if correlation > 0.0 => h[s],
                true => 1.0 - h[s],
                false => fresh[s],
            })
            .collect();
        prop_assert_eq!(pair(&pairs(law, correlation), seed, sample), (h, expected));
    }

    /// Common random numbers: a stronger correlation only turns fresh rewards into copies.
    #[test]
    fn copies_grow_with_the_correlation(seed: u64, weaker in 0.0..=1.0, stronger in 0.0..=1.0) {
        let (weaker, stronger) = if weaker < stronger { (weaker, stronger) } else { (stronger, weaker) };
        let law = IndependentRewards::builder(20, Marginal::UNIT).group([3, 4, 9]).build().unwrap();
        let (h, a) = pair(&pairs(law.clone(), weaker), seed, 0);
        let (h_stronger, a_stronger) = pair(&pairs(law, stronger), seed, 0);
        prop_assert_eq!(&h, &h_stronger);
        for state in 0..20 {
            prop_assert!(a_stronger[state] == a[state] || a_stronger[state] == h[state]);
            prop_assert!(a[state] != h[state] || a_stronger[state] == h[state]);
        }
    }

    #[test]
    fn groups_share_a_reward_for_both_agents(
        labels in prop::collection::vec(0_usize..4, 2..20),
        seed: u64,
        correlation in -1.0..=1.0,
        reject_constant: bool,
    ) {
        let states = labels.len();
        let group_of = |label: usize| (0..states).filter(|&state| labels[state] == label).collect::<Vec<_>>();
        let groups: Vec<Vec<usize>> = (0..4).map(group_of).filter(|group| group.len() > 1).collect();
        let reject_constant = reject_constant && groups.iter().all(|group| group.len() < states);
        let builder = IndependentRewards::builder(states, Marginal::UNIT).reject_constant(reject_constant);
        let law = groups.iter().fold(builder, |builder, group| builder.group(group.iter().copied())).build().unwrap();
        let (h, a) = pair(&pairs(law, correlation), seed, 0);
        for group in &groups {
            prop_assert!(group.iter().all(|&state| h[state] == h[group[0]] && a[state] == a[group[0]]));
        }
    }
}

#[test]
fn groups_keep_the_correlation() {
    let law = IndependentRewards::builder(4, Marginal::UNIT).group([1, 3]).build().unwrap();
    let pairs = pairs(law, 0.4);
    let products: Vec<f64> = (0..20_000)
        .map(|sample| {
            let (h, a) = pair(&pairs, 5, sample);
            (h[3] - 0.5) * (a[3] - 0.5)
        })
        .collect();
    assert!(z(&products, 0.4 / 12.0).abs() < 5.0);
}

#[test]
fn constant_vectors_are_rejected_for_both_agents() {
    for correlation in [-1.0, -0.5, 0.0, 0.5, 1.0] {
        let coin = Marginal::Bernoulli(Bernoulli::new(0.5).unwrap());
        let law = IndependentRewards::builder(2, coin).reject_constant(true).build().unwrap();
        let pairs = pairs(law, correlation);
        let mut equal = Vec::new();
        for sample in 0..5_000 {
            let (h, a) = pair(&pairs, 9, sample);
            assert!(h[0] != h[1] && a[0] != a[1]);
            equal.push(f64::from(u8::from(h == a)));
        }
        // Given that neither vector is constant, each is (0, 1) or (1, 0). With q = |β|, the fresh vector varies too, so
        // the mixture is the copy with weight q², the fresh one with (1 - q)², and one entry of each, which varies only
        // if the image of H and the fresh vector agree, with 2 q (1 - q).
        let q = f64::abs(correlation);
        let varying = q * q + (1.0 - q).powi(2) + q * (1.0 - q);
        let image = (q * q + 0.5 * (1.0 - q).powi(2) + q * (1.0 - q)) / varying;
        let expected = if correlation < 0.0 { 1.0 - image } else { image };
        assert!(z(&equal, expected).abs() < 5.0, "{correlation}");
    }
}

#[test]
fn pairs_that_are_always_constant_end_in_an_error() {
    let coin = Marginal::Bernoulli(Bernoulli::new(0.5).unwrap());
    let zero = Marginal::Bernoulli(Bernoulli::new(0.0).unwrap());
    let law = IndependentRewards::builder(2, coin).state(0, zero).reject_constant(true).build().unwrap();
    let result = pairs(law, -1.0).sample(&mut Seed::new(1).stream(0), &mut [0.0; 2], &mut [0.0; 2]);
    assert!(matches!(result, Err(SampleError::RedrawLimit { .. })));
}

#[test]
fn finite_pairs_have_exact_probabilities() {
    let vectors = [[0.0, 1.0, 4.0], [2.0, 1.0, 0.0], [2.0, 0.0, 3.0], [0.0, 2.0, 1.0]];
    let law = FiniteSupport::new(vectors.iter().map(|vector| vector.to_vec()).collect()).unwrap();
    assert!(law.reflections().is_ok());
    for correlation in [-1.0, -0.25, 0.0, 0.25, 1.0] {
        let pairs = pairs(law.clone(), correlation);
        let outcomes = pairs.support().unwrap();
        let expectation = |f: &dyn Fn(&[f64], &[f64]) -> f64| {
            outcomes.iter().map(|outcome| outcome.probability * f(outcome.rewards_h, &outcome.rewards_a)).sum::<f64>()
        };
        assert!((expectation(&|_, _| 1.0) - 1.0).abs() < 1e-12);
        for vector in &vectors {
            assert!((expectation(&|h, _| f64::from(u8::from(h == vector))) - 0.25).abs() < 1e-12);
            assert!((expectation(&|_, a| f64::from(u8::from(a == vector))) - 0.25).abs() < 1e-12);
        }
        for state in 0..3 {
            let mean = expectation(&|h, _| h[state]);
            let variance = expectation(&|h, _| (h[state] - mean).powi(2));
            let covariance = expectation(&|h, a| (h[state] - mean) * (a[state] - mean));
            assert!((covariance - correlation * variance).abs() < 1e-12, "{correlation}");
        }
        // Sampling agrees with the enumeration in the frequency of equal vectors.
        let equal: Vec<f64> = (0..10_000)
            .map(|sample| {
                let (h, a) = pair(&pairs, 6, sample);
                f64::from(u8::from(h == a))
            })
            .collect();
        assert!(z(&equal, expectation(&|h, a| f64::from(u8::from(h == a)))).abs() < 5.0);
    }
}

#[test]
fn pairs_of_an_infinite_law_cannot_be_listed() {
    assert_eq!(pairs(IndependentRewards::identical(2, Marginal::UNIT).unwrap(), 0.0).support(), None);
}

#[test]
fn negative_correlations_need_a_symmetric_law() {
    let opposite = |law: Arc<dyn RewardDistribution>| CorrelatedRewards::new(law, Correlation::OPPOSITE).unwrap_err();
    let exponential = Marginal::Exponential(Exponential::new(1.0).unwrap());
    let law = IndependentRewards::builder(4, Marginal::UNIT).state(2, exponential).build().unwrap();
    assert_eq!(opposite(Arc::new(law)), RewardError::AsymmetricState { state: 2, distribution: "exponential" });
    assert_eq!(opposite(Arc::new(FiniteSupport::one_hot(3).unwrap())), RewardError::AsymmetricLaw);
}

/// A caller's own law: a permutation of the first numbers, whose entries all depend on each other.
#[derive(Debug)]
struct Ranks {
    states: usize,
    blocks: usize,
}

impl RewardDistribution for Ranks {
    fn states(&self) -> usize {
        self.states
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        let ranks = dunamis_sampling::uniform_permutation(self.states, rng);
        rewards.iter_mut().zip(ranks).for_each(|(reward, rank)| *reward = rank as f64);
        Ok(())
    }

    fn blocks(&self) -> Vec<usize> {
        vec![0; self.blocks]
    }
}

#[test]
fn a_law_of_ones_own_keeps_its_shape_in_pairs() {
    let pairs = pairs(Ranks { states: 6, blocks: 6 }, 0.5);
    let mut copies = Vec::new();
    for sample in 0..2_000 {
        let (h, mut a) = pair(&pairs, 8, sample);
        copies.push(f64::from(u8::from(h == a)));
        a.sort_unstable_by(f64::total_cmp);
        assert_eq!(a, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }
    assert!(z(&copies, 0.5 + 0.5 / 720.0).abs() < 5.0);
}

#[test]
fn a_law_that_describes_itself_wrongly_is_refused() {
    let refused = |states, blocks| {
        CorrelatedRewards::new(Arc::new(Ranks { states, blocks }), Correlation::INDEPENDENT).unwrap_err()
    };
    assert_eq!(refused(6, 5), RewardError::Description { method: "blocks", expected: 6, found: 5 });
    assert_eq!(refused(0, 0), RewardError::NoStates);
}

#[test]
fn both_slices_must_have_one_entry_per_state() {
    let pairs = pairs(IndependentRewards::identical(2, Marginal::UNIT).unwrap(), 0.5);
    let mut rng = Seed::new(1).stream(0);
    let error = Err(SampleError::Length { expected: 2, found: 3 });
    assert_eq!(pairs.sample(&mut rng, &mut [0.0; 3], &mut [0.0; 2]), error);
    assert_eq!(pairs.sample(&mut rng, &mut [0.0; 2], &mut [0.0; 3]), error);
}

#[test]
fn correlations_are_checked_where_they_are_read() {
    #[derive(Debug, serde::Deserialize)]
    struct Config {
        correlation: Correlation,
    }
    let read = |value: &str| toml::from_str::<Config>(&format!("correlation = {value}"));
    assert_eq!(read("-0.5").unwrap().correlation.get(), -0.5);
    assert_eq!(read("1").unwrap().correlation, Correlation::IDENTICAL);
    assert!(read("1.01").is_err() && read("nan").is_err());
    assert!(Correlation::new(-0.0).unwrap().get().is_sign_positive());
}

/// Changing any of these numbers breaks the comparability of results: raise `STREAM_VERSION` if it must be.
#[test]
fn first_pairs_are_golden() {
    let law = IndependentRewards::builder(4, Marginal::UNIT).group([1, 3]).reject_constant(true).build().unwrap();
    let rows: Vec<String> = [-1.0, -0.5, 0.0, 0.5, 1.0]
        .iter()
        .map(|&correlation| {
            let (h, a) = pair(&pairs(law.clone(), correlation), 0, 0);
            format!("{correlation}\n  H {h:?}\n  A {a:?}")
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}
