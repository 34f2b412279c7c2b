//! Laws of reward vectors: overrides, groups, rejection of constant vectors, finite lists.

use dunamis_sampling::{
    Bernoulli, Exponential, FiniteSupport, IndependentRewards, MAX_DRAWS, Marginal, Normal, PointMass,
    RewardDistribution, RewardError, SampleError, Seed, Uniform, Univariate,
};
use proptest::prelude::*;

fn bernoulli(probability: f64) -> Marginal {
    Marginal::Bernoulli(Bernoulli::new(probability).unwrap())
}

fn vector(law: &dyn RewardDistribution, seed: u64, sample: u64) -> Vec<f64> {
    let mut rewards = vec![f64::NAN; law.states()];
    law.sample(&mut Seed::new(seed).stream(sample), &mut rewards).unwrap();
    rewards
}

/// A partition of some of the states into groups of at least two.
fn groups(states: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(0_usize..5, states).prop_map(|labels| {
        let members = |label| labels.iter().enumerate().filter(move |&(_, &l)| l == label).map(|(state, _)| state);
        (1..5).map(|label| members(label).collect()).filter(|group: &Vec<usize>| group.len() > 1).collect()
    })
}

proptest! {
    #[test]
    fn groups_share_a_reward_and_change_no_other(groups in groups(12), seed: u64) {
        let plain = IndependentRewards::identical(12, Marginal::UNIT).unwrap();
        let builder = groups.iter().fold(IndependentRewards::builder(12, Marginal::UNIT), |builder, group| {
            builder.group(group.iter().rev().copied())
        });
        let law = builder.build().unwrap();
        let (expected, rewards, blocks) = (vector(&plain, seed, 0), vector(&law, seed, 0), law.blocks());
        for state in 0..12 {
            let leader = groups.iter().find(|group| group.contains(&state)).map_or(state, |group| group[0]);
            prop_assert_eq!(blocks[state], leader);
            prop_assert_eq!(rewards[state], expected[leader]);
        }
    }

    #[test]
    fn overrides_change_only_their_state(state in 0_usize..9, seed: u64) {
        // One uniform number per draw on both sides, so that all other draws stay in place.
        let exponential = Marginal::Exponential(Exponential::new(2.0).unwrap());
        let plain = IndependentRewards::identical(9, Marginal::UNIT).unwrap();
        let law = IndependentRewards::builder(9, Marginal::UNIT).state(state, exponential).build().unwrap();
        let (expected, rewards) = (vector(&plain, seed, 3), vector(&law, seed, 3));
        for other in 0..9 {
            let transformed = if other == state { -libm::log(1.0 - expected[state]) / 2.0 } else { expected[other] };
            prop_assert_eq!(rewards[other], transformed);
            prop_assert_eq!(law.marginal(other), Some(if other == state { &exponential } else { &Marginal::UNIT }));
        }
        prop_assert_eq!(law.marginal(9), None);
    }

    #[test]
    fn samples_do_not_depend_on_what_was_drawn_before(seed: u64, first in 0_u64..100, second in 0_u64..100) {
        let normal = Marginal::Normal(Normal::new(0.0, 1.0).unwrap());
        let law = IndependentRewards::builder(7, normal).group([1, 5]).reject_constant(true).build().unwrap();
        let alone = vector(&law, seed, second);
        vector(&law, seed, first);
        prop_assert_eq!(vector(&law, seed, second), alone);
    }
}

#[test]
fn bernoulli_vectors_given_that_they_vary_are_equally_likely() {
    let law = IndependentRewards::builder(3, bernoulli(0.5)).reject_constant(true).build().unwrap();
    assert!(law.rejects_constant());
    let mut counts = [0_u32; 8];
    for sample in 0..60_000 {
        counts[vector(&law, 1, sample).iter().fold(0, |code, &reward| 2 * code + reward as usize)] += 1;
    }
    assert_eq!((counts[0], counts[7]), (0, 0));
    // Each of the six others has a binomial count with mean 10,000 and variance 8,333.
    assert!(
        counts[1..7].iter().all(|&count| (f64::from(count) - 10_000.0).abs() < 5.0 * 8_333_f64.sqrt()),
        "{counts:?}"
    );
}

#[test]
fn rejection_gives_up_after_a_bounded_number_of_draws() {
    let law = IndependentRewards::builder(3, bernoulli(1e-12)).reject_constant(true).build().unwrap();
    let result = law.sample(&mut Seed::new(1).stream(0), &mut [0.0; 3]);
    assert_eq!(result, Err(SampleError::RedrawLimit { draws: MAX_DRAWS }));
}

#[test]
fn laws_without_a_varying_vector_cannot_reject_constant_ones() {
    let point = |value| Marginal::PointMass(PointMass::new(value).unwrap());
    let rejecting = |states, marginal| IndependentRewards::builder(states, marginal).reject_constant(true);
    for builder in [
        rejecting(1, Marginal::UNIT),
        rejecting(3, Marginal::UNIT).group([0, 1, 2]),
        rejecting(3, point(2.0)),
        rejecting(2, point(1.0)).state(1, bernoulli(1.0)),
    ] {
        assert_eq!(builder.build(), Err(RewardError::AlwaysConstant));
    }
    assert!(rejecting(2, point(1.0)).state(1, bernoulli(0.0)).build().is_ok());
    assert!(rejecting(3, Marginal::UNIT).group([0, 1]).build().is_ok());
}

#[test]
fn slices_of_the_wrong_length_are_refused() {
    let independent = IndependentRewards::identical(3, Marginal::UNIT).unwrap();
    let finite = FiniteSupport::one_hot(3).unwrap();
    for law in [&independent as &dyn RewardDistribution, &finite] {
        let result = law.sample(&mut Seed::new(1).stream(0), &mut [0.0; 2]);
        assert_eq!(result, Err(SampleError::Length { expected: 3, found: 2 }));
    }
}

#[test]
fn finite_lists_are_drawn_by_their_multiplicity() {
    let (a, b) = (vec![1.0, 2.0], vec![0.0, 0.0]);
    let law = FiniteSupport::new(vec![a.clone(), b.clone(), a.clone()]).unwrap();
    assert_eq!(law.support().unwrap().len(), 3);
    let count = (0..30_000).filter(|&sample| vector(&law, 1, sample) == a).count() as f64;
    assert!((count - 20_000.0).abs() < 5.0 * (30_000.0 * 2.0 / 9.0_f64).sqrt(), "{count}");

    let varying = law.without_constant().unwrap();
    assert_eq!(varying.support(), Some(&[a.clone(), a][..]));
    assert_eq!(FiniteSupport::new(vec![b]).unwrap().without_constant(), Err(RewardError::AlwaysConstant));
}

#[test]
fn one_hot_vectors_are_the_unit_vectors() {
    let law = FiniteSupport::one_hot(3).unwrap();
    let expected = [vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
    assert_eq!(law.support(), Some(&expected[..]));
}

#[test]
fn finite_lists_are_symmetric_only_if_reflection_permutes_them() {
    let list = |vectors: &[[f64; 2]]| FiniteSupport::new(vectors.iter().map(|v| v.to_vec()).collect()).unwrap();
    let symmetric = list(&[[0.0, 1.0], [1.0, 0.0], [-0.0, 1.0], [1.0, 0.0]]);
    assert!(symmetric.reflections().is_ok());
    assert!(list(&[[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]).reflections().is_err());
    assert!(FiniteSupport::one_hot(3).unwrap().reflections().is_err());
}

#[test]
fn every_construction_error_names_the_place_and_the_fix() {
    let law = |states| IndependentRewards::builder(states, Marginal::UNIT);
    let exponential = Marginal::Exponential(Exponential::new(1.0).unwrap());
    let errors = [
        Uniform::new(f64::NAN, 1.0).unwrap_err(),
        Uniform::new(0.0, f64::INFINITY).unwrap_err(),
        Uniform::new(1.0, 0.0).unwrap_err(),
        dunamis_sampling::Beta::new(0.0, 1.0).unwrap_err(),
        dunamis_sampling::Beta::new(1.0, 1e12).unwrap_err(),
        Normal::new(f64::NEG_INFINITY, 1.0).unwrap_err(),
        Normal::new(0.0, 0.0).unwrap_err(),
        Bernoulli::new(-0.1).unwrap_err(),
        dunamis_sampling::Pareto::new(0.0, 3.0).unwrap_err(),
        dunamis_sampling::Pareto::new(1.0, 0.01).unwrap_err(),
        Exponential::new(-1.0).unwrap_err(),
        PointMass::new(1e200).unwrap_err(),
        law(0).build().unwrap_err(),
        law(3).state(3, exponential).build().unwrap_err(),
        law(3).group([0, 7]).build().unwrap_err(),
        law(3).state(1, exponential).state(1, exponential).build().unwrap_err(),
        law(3).group([0, 1]).group([2]).build().unwrap_err(),
        law(3).group([]).build().unwrap_err(),
        law(3).group([0, 1]).group([1, 2]).build().unwrap_err(),
        law(3).group([1, 1]).build().unwrap_err(),
        law(3).group([2, 0]).state(2, exponential).build().unwrap_err(),
        law(1).reject_constant(true).build().unwrap_err(),
        FiniteSupport::new(vec![]).unwrap_err(),
        FiniteSupport::new(vec![vec![]]).unwrap_err(),
        FiniteSupport::one_hot(0).unwrap_err(),
        FiniteSupport::new(vec![vec![0.0, 1.0], vec![1.0]]).unwrap_err(),
        FiniteSupport::new(vec![vec![0.0, 1.0], vec![1.0, f64::NAN]]).unwrap_err(),
        dunamis_sampling::Correlation::new(1.5).unwrap_err(),
        dunamis_sampling::Correlation::new(f64::NAN).unwrap_err(),
        law(3).state(1, exponential).build().unwrap().reflections().unwrap_err(),
        FiniteSupport::one_hot(3).unwrap().reflections().unwrap_err(),
        RewardError::Description { method: "blocks", expected: 3, found: 2 },
    ];
    let sampling = [SampleError::Length { expected: 3, found: 2 }, SampleError::RedrawLimit { draws: MAX_DRAWS }];
    let messages: Vec<String> =
        errors.iter().map(ToString::to_string).chain(sampling.iter().map(ToString::to_string)).collect();
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn equal_overrides_within_a_group_are_accepted() {
    let marginal = Marginal::Uniform(Uniform::new(5.0, 6.0).unwrap());
    let law =
        IndependentRewards::builder(3, Marginal::UNIT).state(0, marginal).state(2, marginal).group([0, 2]).build();
    let rewards = vector(&law.unwrap(), 1, 0);
    assert!(rewards[0] == rewards[2] && rewards[0] >= 5.0 && rewards[1] < 1.0);
    assert_eq!(marginal.support(), (5.0, 6.0));
}
