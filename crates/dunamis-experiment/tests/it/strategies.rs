//! Random experiments.

use dunamis_envs::{Collision, JointRules, Move, Noise, Swaps};
use dunamis_experiment::{
    EnvironmentSettings, Expectation, Experiment, FixedPolicy, Horizon, MultiAgent, PowerSettings, RewardLaw,
    SeedPolicySource, SingleAgent,
};
use dunamis_mdp::{Discount, Number, Rational};
use dunamis_sampling::{
    Bernoulli, Beta, Correlation, Exponential, Marginal, Normal, Pareto, PointMass, SamplingMethod, Seed, Uniform,
};
use proptest::prelude::*;
use std::num::{NonZeroU32, NonZeroU64};

fn discount() -> impl Strategy<Value = Discount> {
    let fraction = (0..1_000_u32, 1_000..3_000_u32).prop_map(|(n, d)| Rational::new(n.into(), d.into()));
    prop_oneof![
        fraction.prop_map(|fraction| Discount::new(Number::from_rational(fraction).unwrap()).unwrap()),
        (0.0..1.0_f64).prop_map(|value| Discount::new(value).unwrap()),
    ]
}

fn marginal() -> impl Strategy<Value = Marginal> {
    let positive = 0.1..100.0_f64;
    prop_oneof![
        (-5.0..5.0_f64, positive.clone())
            .prop_map(|(low, width)| Marginal::Uniform(Uniform::new(low, low + width).unwrap())),
        (positive.clone(), positive.clone()).prop_map(|(a, b)| Marginal::Beta(Beta::new(a, b).unwrap())),
        (-5.0..5.0_f64, positive.clone()).prop_map(|(mean, sd)| Marginal::Normal(Normal::new(mean, sd).unwrap())),
        (0.0..1.0_f64).prop_map(|p| Marginal::Bernoulli(Bernoulli::new(p).unwrap())),
        (positive.clone(), positive.clone()).prop_map(|(a, b)| Marginal::Pareto(Pareto::new(a, b).unwrap())),
        positive.prop_map(|rate| Marginal::Exponential(Exponential::new(rate).unwrap())),
        any::<i32>().prop_map(|x| Marginal::PointMass(PointMass::new(f64::from(x) / 7.0).unwrap())),
    ]
}

fn reward() -> impl Strategy<Value = RewardLaw> {
    let name = "[a-z(), \"\\\\.\u{e9}]{0,8}";
    let groups = prop::collection::vec(prop::collection::vec(name, 0..4), 0..3);
    let independent = (marginal(), prop::collection::btree_map(name, marginal(), 0..4), groups, any::<bool>());
    let vectors = prop::collection::vec(prop::collection::vec(-1e9..1e9_f64, 3), 1..4);
    prop_oneof![
        independent.prop_map(|(marginal, states, same, reject_constant)| RewardLaw::Independent {
            marginal,
            states,
            same,
            reject_constant
        }),
        (vectors, any::<bool>()).prop_map(|(vectors, reject_constant)| RewardLaw::Vectors { vectors, reject_constant }),
    ]
}

fn noise() -> impl Strategy<Value = Noise> {
    (0..=10_u32, prop::collection::vec(prop::option::of(0..=2_u32), 5)).prop_map(|(level, bias)| {
        let tenths = |n: u32| Number::from_rational(Rational::new(n.into(), 10.into())).unwrap();
        let noise = Noise::new(tenths(level)).unwrap();
        Move::ALL.into_iter().zip(bias).fold(noise, |noise, (to, bias)| match bias {
            Some(bias) => noise.clone().biased(to, tenths(bias)).unwrap_or(noise),
            None => noise,
        })
    })
}

fn single_agent() -> impl Strategy<Value = PowerSettings> {
    let horizon = prop_oneof![Just(Horizon::LimitOne), discount().prop_map(Horizon::Discounted)];
    let against = (policy(), rules()).prop_map(|(policy, rules)| FixedPolicy { policy, rules });
    let parts = (horizon, prop::option::of(against));
    parts.prop_map(|(horizon, against)| SingleAgent { horizon, against, as_published: false }.into())
}

fn rules() -> impl Strategy<Value = JointRules> {
    prop_oneof![
        Just(JointRules::default()),
        (prop::sample::select(&Collision::ALL[1..]), any::<bool>()).prop_map(|(collision, swaps)| JointRules {
            collision,
            swaps: if swaps { Swaps::Allowed } else { Swaps::Forbidden },
        }),
    ]
}

fn policy() -> impl Strategy<Value = SeedPolicySource> {
    // Parts come back in the order of their names.
    let mixture = (0.0..=1.0_f64).prop_map(|w| {
        SeedPolicySource::Mixture(vec![(w, SeedPolicySource::Stay), (1.0 - w, SeedPolicySource::Uniform)])
    });
    prop_oneof![
        Just(SeedPolicySource::Uniform),
        Just(SeedPolicySource::Stay),
        Just(SeedPolicySource::Toward("(0, \"6\")".into())),
        Just(SeedPolicySource::File("/a b/policy \"of\" A.json".into())),
        mixture,
    ]
}

fn multi_agent() -> impl Strategy<Value = PowerSettings> {
    let correlation = (-1.0..=1.0_f64).prop_map(|beta| Correlation::new(beta).unwrap());
    let rounds = (1..=u32::MAX).prop_map(|rounds| NonZeroU32::new(rounds).unwrap());
    (discount(), discount(), rules(), correlation, policy(), any::<bool>(), rounds).prop_map(
        |(discount_h, discount_a, rules, correlation, seed_policy, seed_baseline, rounds)| {
            MultiAgent {
                discount_h,
                discount_a,
                rules,
                correlation,
                seed_policy,
                seed_baseline,
                rounds,
                as_published: false,
            }
            .into()
        },
    )
}

pub(crate) fn experiment() -> impl Strategy<Value = Experiment> {
    let environment = (
        prop::sample::select(&["maze-7x7", "garnet:states=7,seed=3", "/maps/a map.txt", "no-such", "/m.json"][..]),
        noise(),
    )
        .prop_map(|(name, noise)| EnvironmentSettings { name: name.into(), noise });
    let method = prop::sample::select(&SamplingMethod::ALL[..]);
    let until_se = prop::option::of(1e-9..1.0_f64);
    let expectation = (1..=u64::MAX, any::<u64>(), method, until_se, any::<u64>(), any::<bool>());
    let power = prop_oneof![single_agent(), multi_agent()];
    (".{0,12}", prop::option::of(".{0,12}"), environment, power, reward(), expectation).prop_map(
        |(name, description, environment, power, reward, (samples, seed, method, until_se, keep, exact))| {
            let exact = exact && matches!(&reward, RewardLaw::Vectors { .. });
            let half = u64::from(method == SamplingMethod::Antithetic && samples % 2 == 1);
            let samples = NonZeroU64::new((samples - half).max(2)).unwrap();
            let sampled = Expectation::Sampled { samples, seed: Seed::new(seed), method, until_se, keep };
            let expectation = if exact { Expectation::Exact } else { sampled };
            Experiment { name, description, environment, power, reward, expectation }
        },
    )
}
