//! Goals made of features: compatible in exact arithmetic, with the weights and probabilities that volumes give.

use dunamis_goals::{
    Features, FeaturizedGoals, GoalBounds, GoalError, GoalSet, GoalSettings, SamplerSettings, SimplicityPrior, Training,
};
use dunamis_mdp::{Rational, StateId, TransitionModel};
use dunamis_sampling::{RewardDistribution, Seed};
use num_traits::Zero;
use proptest::prelude::*;

fn integer(x: i64) -> Rational {
    Rational::from_integer(x.into())
}

/// States in a row, in which going on was observed.
fn chain(length: usize) -> GoalSet {
    let mut builder = TransitionModel::builder();
    let ids: Vec<StateId> = (0..length).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (s, &id) in ids.iter().enumerate() {
        if let Some(&next) = ids.get(s + 1) {
            builder.transition(id, "go", next, 1.0).unwrap();
        }
        builder.transition(id, "stay", id, 1.0).unwrap();
    }
    let model = builder.build().unwrap();
    let observed: Vec<usize> = ids.iter().map(|&id| model.available().pairs(id).start).collect();
    let training = Training::new(model, &ids, &observed).unwrap();
    GoalSet::new(training, &"1/2".parse().unwrap(), GoalSettings::default()).unwrap()
}

fn features(values: &[&[i64]]) -> Features {
    let named = values.iter().enumerate().map(|(k, values)| {
        let values: Vec<Rational> = values.iter().map(|&x| integer(x)).collect();
        (format!("f{k}"), values)
    });
    Features::new(values[0].len(), named.collect()).unwrap()
}

fn symmetric(count: usize) -> GoalBounds {
    GoalBounds::uniform(count, integer(-1), integer(1)).unwrap()
}

#[test]
fn probabilities_of_sets_of_features() {
    let (goals, features) = (chain(2), features(&[&[1, 0], &[0, 1], &[1, 1]]));
    let law =
        SimplicityPrior::new(&goals, &features, &[1, 2, 1], &symmetric(3), 2, &SamplerSettings::default()).unwrap();
    // Compatible means that the second reward is not the smaller one: half of the weights, or all where both are equal.
    let shares: Vec<_> = law.supports().iter().map(|support| support.exact.clone().unwrap()).collect();
    assert_eq!(shares, ["1/2", "1/2", "1", "1/2", "1/2", "1/2"]);
    let sets: Vec<_> = law.supports().iter().map(|support| support.features.clone()).collect();
    assert_eq!(sets, [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2]]);
    // In units of 1/16: 4, 2, 8, 1, 2, 1.
    let expected = [4.0, 2.0, 8.0, 1.0, 2.0, 1.0].map(|x| x / 18.0);
    for (support, expected) in law.supports().iter().zip(expected) {
        assert!((support.probability - expected).abs() < 1e-15);
    }
    let mut counts = [0_u32; 3];
    for index in 0..9_000 {
        let mut goal = [0.0; 2];
        law.sample(&mut Seed::new(4).stream(index), &mut goal).unwrap();
        assert!(goal[1] >= goal[0]);
        counts[0] += u32::from(goal[0] == goal[1]);
        counts[1] += u32::from(goal[1] == 0.0);
        counts[2] += u32::from(goal[0] == 0.0);
    }
    // Within six standard deviations of 4000, 2000 and 1000.
    for (count, share) in counts.iter().zip([8.0_f64 / 18.0, 4.0 / 18.0, 2.0 / 18.0]) {
        let deviation = (9_000.0 * share * (1.0 - share)).sqrt();
        assert!((f64::from(*count) - 9_000.0 * share).abs() < 6.0 * deviation, "{counts:?}");
    }
}

#[test]
fn refusals_name_the_fix() {
    let goals = chain(2);
    let settings = SamplerSettings::default();
    // The first state is worth more whatever the weight.
    let wrong = features(&[&[1, 0]]);
    let positive = GoalBounds::uniform(1, Rational::new(1.into(), 2.into()), integer(1)).unwrap();
    let many = features(&vec![&[0_i64, 1][..]; 60]);
    let messages = [
        FeaturizedGoals::new(&goals, &wrong, &positive, &settings).unwrap_err(),
        FeaturizedGoals::new(&goals, &features(&[&[1, 0, 0]]), &symmetric(1), &settings).unwrap_err(),
        SimplicityPrior::new(&goals, &wrong, &[1], &positive, 1, &settings).unwrap_err(),
        SimplicityPrior::new(&goals, &wrong, &[1, 1], &positive, 1, &settings).unwrap_err(),
        SimplicityPrior::new(&goals, &many, &[1; 60], &symmetric(60), 3, &settings).unwrap_err(),
        SimplicityPrior::new(&goals, &wrong, &[1], &GoalBounds::Sphere, 1, &settings).unwrap_err(),
        Features::new(2, Vec::new()).unwrap_err(),
    ];
    insta::assert_snapshot!(messages.map(|error: GoalError| error.to_string()).join("\n"), @r"
    no goal is compatible with training: at `s0`, `go` is worth at least as much as `stay`; the weight of `f0` is not below its bound
    3 rewards are given, where the model has 2 states without its sinks
    no goal is compatible with training: no set of features leaves room for weights that are
    2 numbers are given for 1 features: give one for each
    there are more than 10000 sets of features: allow fewer features at a time
    goals without bounds cannot be drawn uniformly: give a box such as [0, 1], or take them from the sphere
    there is no feature to make goals of: name at least one
    ");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    /// Goals of drawn weights are compatible, exactly, drawn by rejection or by walks.
    #[test]
    fn weights_are_compatible(values in proptest::collection::vec(proptest::collection::vec(-3_i64..4, 4), 1..5), walks: bool) {
        let goals = chain(4);
        let features = features(&values.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let settings =
            SamplerSettings { smallest_acceptance: if walks { 2.0 } else { 0.01 }, trials: 512, ..SamplerSettings::default() };
        let law = match FeaturizedGoals::new(&goals, &features, &symmetric(values.len()), &settings) {
            Ok(law) => law,
            Err(GoalError::ThinGoals { .. } | GoalError::NoGoals { .. }) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        for index in 0..30 {
            let (mut weights, mut goal) = (vec![0.0; values.len()], vec![0.0; 4]);
            law.sample_weights(&mut Seed::new(2).stream(index), &mut weights).unwrap();
            let exact: Vec<Rational> = weights.iter().map(|w| Rational::from_float(*w).unwrap()).collect();
            let exact = features.goal(&exact);
            prop_assert!(goals.losses(&exact).unwrap().iter().all(|(_, loss)| *loss >= Rational::zero()));
            law.sample(&mut Seed::new(2).stream(index), &mut goal).unwrap();
            for (x, exact) in goal.iter().zip(&exact) {
                let rounded = num_traits::ToPrimitive::to_f64(exact).unwrap();
                prop_assert!((x - rounded).abs() < 1e-14);
            }
        }
    }
}
