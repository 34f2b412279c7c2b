//! The reward polyhedron against exact solutions, and its redundant rows against their certificates.

mod models;

use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Number, Rational, Reward, RewardKind, TransitionModel};
use dunamis_solve::{
    ConstraintCertificate, ConstraintRelation, RewardPolyhedron, SolveError, StateMeasure, discounted_visits,
    solve_exact,
};
use models::any_draft;
use num_traits::{One, Signed, ToPrimitive, Zero};
use proptest::prelude::*;

fn integer(n: i64) -> Rational {
    Rational::from_integer(n.into())
}

fn mdp(model: &TransitionModel, reward: &[Rational], kind: RewardKind) -> Mdp {
    let numbers: Vec<Number> = reward.iter().map(|x| Number::from_rational(x.clone()).unwrap()).collect();
    let reward = match kind {
        RewardKind::State => Reward::state(model, numbers),
        _ => Reward::state_action(model, numbers),
    };
    Mdp::new(model.clone(), reward.unwrap()).unwrap()
}

fn any_kind() -> impl Strategy<Value = RewardKind> {
    prop_oneof![Just(RewardKind::State), Just(RewardKind::StateAction)]
}

fn any_discount() -> impl Strategy<Value = Discount> {
    prop_oneof![Just("0"), Just("1/3"), Just("9/10")].prop_map(|text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    /// A reward is in the polyhedron exactly when all marked actions are optimal under it, and with a positive margin exactly
    /// when they are the optimal ones. The polyhedron of a reward's own optimal actions contains it.
    #[test]
    fn membership_is_optimality(
        draft in any_draft(4, 3, true),
        marks in proptest::collection::vec(0..4_u8, 12),
        rewards in proptest::collection::vec(-2_i64..3, 12),
        kind in any_kind(),
        discount in any_discount(),
    ) {
        let own = draft.build();
        let model = own.model();
        let mut supported: Vec<bool> = marks[..model.available().len()].iter().map(|&mark| mark == 0).collect();
        for state in model.state_ids() {
            let pairs = model.available().pairs(state);
            let any = pairs.clone().any(|pair| supported[pair]);
            supported[pairs.start] |= !any;
        }
        let polyhedron = RewardPolyhedron::of_support(model, &supported, &discount, kind).unwrap();
        prop_assert_eq!(polyhedron.constraints().len(), model.available().len() - model.states().len());
        let mut samples: Vec<Vec<Rational>> = vec![rewards[..polyhedron.dimension()].iter().map(|&r| integer(r)).collect()];
        // Random rewards seldom lie inside; these do by construction, if any does.
        samples.extend(polyhedron.strict_reward());
        for (number, sample) in samples.iter().enumerate() {
            let truth = solve_exact(&mdp(model, sample, kind), &discount.clone().into()).unwrap();
            let all_optimal = supported.iter().zip(&truth.optimal).all(|(marked, optimal)| marked <= optimal);
            prop_assert_eq!(polyhedron.contains(sample).unwrap(), all_optimal);
            let tiny = Rational::new(1.into(), num_traits::pow(10.into(), 60));
            prop_assert_eq!(polyhedron.contains_with_margin(sample, &tiny).unwrap(), supported == truth.optimal);
            if number == 1 {
                prop_assert!(polyhedron.contains_with_margin(sample, &Rational::one()).unwrap());
            }
            let again = RewardPolyhedron::of_support(model, &truth.optimal, &discount, kind).unwrap();
            prop_assert!(again.contains_with_margin(sample, &tiny).unwrap());
            // The losses are the differences of action values.
            for (row, loss) in again.constraints().iter().zip(again.losses(sample).unwrap()) {
                let state = model.state_ids().find(|&s| model.available().pairs(s).contains(&row.pair)).unwrap();
                let next = model.exact_row(row.pair).into_iter().map(|(next, p)| p * &truth.value[next.index()]);
                let paid = &sample[if kind == RewardKind::State { state.index() } else { row.pair }];
                prop_assert_eq!(loss, &truth.value[state.index()] - paid - discount.exact() * next.sum::<Rational>());
            }
        }
    }

    #[test]
    fn redundancy_is_certified(
        draft in any_draft(4, 3, false),
        marks in proptest::collection::vec(0..3_u8, 12),
        rewards in proptest::collection::vec(proptest::collection::vec(-2_i64..3, 12), 6),
        kind in any_kind(),
    ) {
        let own = draft.build();
        let model = own.model();
        let mut supported: Vec<bool> = marks[..model.available().len()].iter().map(|&mark| mark == 0).collect();
        for state in model.state_ids() {
            supported[model.available().pairs(state).start] = true;
        }
        let discount: Discount = "4/5".parse().unwrap();
        let polyhedron = RewardPolyhedron::of_support(model, &supported, &discount, kind).unwrap();
        let certificates = polyhedron.redundancy();
        prop_assert!(polyhedron.verify_redundancy(&certificates));
        let smaller = polyhedron.irredundant();
        for reward in rewards {
            let reward: Vec<Rational> = reward[..polyhedron.dimension()].iter().map(|&r| integer(r)).collect();
            prop_assert_eq!(polyhedron.contains(&reward).unwrap(), smaller.contains(&reward).unwrap());
        }
        // None of those that are left is redundant.
        let needed = |certificate: &ConstraintCertificate| matches!(certificate, ConstraintCertificate::Needed { .. });
        prop_assert!(smaller.redundancy().iter().all(needed));
        // Exchanging the claims of two constraints proves nothing, unless they claim the same.
        if let (Some(first), Some(second)) =
            (certificates.iter().position(needed), certificates.iter().position(|c| !needed(c)))
        {
            let mut wrong = certificates;
            wrong.swap(first, second);
            prop_assert!(!polyhedron.verify_redundancy(&wrong));
        }
    }

    /// Constant rewards and potential shaping leave every policy as it is; the doubles are the rationals, rounded.
    #[test]
    fn invariances(draft in any_draft(4, 3, false), potential in proptest::collection::vec(-3_i64..4, 4)) {
        let own = draft.build();
        let model = own.model();
        let first = model.available().starts()[..model.states().len()].to_vec();
        let policy = DeterministicPolicy::new(model.available(), first).unwrap();
        let discount: Discount = "2/3".parse().unwrap();
        let states = RewardPolyhedron::of_policy(model, &policy, &discount, RewardKind::State).unwrap();
        let constant = vec![integer(5); states.dimension()];
        prop_assert!(states.losses(&constant).unwrap().iter().all(Zero::is_zero));
        let pairs = RewardPolyhedron::of_policy(model, &policy, &discount, RewardKind::StateAction).unwrap();
        let mut shaping = Vec::new();
        for state in model.state_ids() {
            for pair in model.available().pairs(state) {
                let next = model.exact_row(pair).into_iter().map(|(next, p)| p * integer(potential[next.index()]));
                shaping.push(discount.exact() * next.sum::<Rational>() - integer(potential[state.index()]));
            }
        }
        prop_assert!(pairs.losses(&shaping).unwrap().iter().all(Zero::is_zero));
        for (row, exact) in pairs.rows().iter().zip(pairs.constraints()) {
            for (x, exact) in row.iter().zip(&exact.coefficients) {
                let error = Rational::from_float(*x).unwrap() - exact;
                prop_assert!(error.abs() <= exact.abs() * Rational::from_float(f64::EPSILON).unwrap());
            }
        }
    }
}

/// The rows of Ng and Russell from visit distributions: what the policy visits after its own action less what it visits after
/// the other one.
#[test]
fn rows_are_differences_of_visits() {
    let mut builder = TransitionModel::builder();
    let [a, b, c] = ["a", "b", "c"].map(|name| builder.state(name).unwrap());
    builder.transition(a, "own", b, 1.0).unwrap();
    builder.transition(a, "other", c, 0.5).unwrap();
    builder.transition(a, "other", a, 0.5).unwrap();
    builder.transition(b, "own", c, 1.0).unwrap();
    builder.transition(c, "own", a, 1.0).unwrap();
    builder.transition(c, "other", c, 1.0).unwrap();
    let model = builder.build().unwrap();
    let policy = DeterministicPolicy::new(model.available(), vec![0, 2, 3]).unwrap();
    let discount = Discount::new(0.75).unwrap();
    let polyhedron = RewardPolyhedron::of_policy(&model, &policy, &discount, RewardKind::State).unwrap();
    let chain = model.chain(&policy.to_stochastic(model.available()));
    let visits = |from: usize| -> StateMeasure {
        discounted_visits(&chain, model.state_ids().nth(from).unwrap(), &discount).unwrap()
    };
    let [va, vb, vc] = [0, 1, 2].map(|s| visits(s).mass);
    let rows = polyhedron.rows();
    for s in 0..3 {
        assert!((rows[0][s] - 0.75 * (vb[s] - 0.5 * vc[s] - 0.5 * va[s])).abs() < 1e-12);
        assert!((rows[1][s] - 0.75 * (va[s] - vc[s])).abs() < 1e-12);
    }
    assert!(polyhedron.constraints().iter().all(|row| row.relation == ConstraintRelation::Nonnegative));
    let strict = polyhedron.strict_reward().unwrap();
    assert!(strict.iter().all(|r| r.to_f64().unwrap().is_finite()));
}

/// Four equal doors: each constraint that compares with an exit of the same kind is redundant or an equality.
#[test]
fn duplicated_actions() {
    let mut builder = TransitionModel::builder();
    let [hub, end] = ["hub", "end"].map(|name| builder.state(name).unwrap());
    for action in ["stay", "stay too"] {
        builder.transition(hub, action, hub, 1.0).unwrap();
    }
    for action in ["leave", "leave too"] {
        builder.transition(hub, action, end, 1.0).unwrap();
    }
    builder.transition(end, "stay", end, 1.0).unwrap();
    let model = builder.build().unwrap();
    let discount = Discount::new(0.5).unwrap();
    let policy = DeterministicPolicy::new(model.available(), vec![0, 4]).unwrap();
    let polyhedron = RewardPolyhedron::of_policy(&model, &policy, &discount, RewardKind::State).unwrap();
    assert_eq!(polyhedron.rows(), [[0.0, 0.0], [1.0, -1.0], [1.0, -1.0]]);
    assert_eq!(polyhedron.irredundant().constraints().len(), 1);
    assert_eq!(polyhedron.strict_reward(), None);
    let support = [true, true, false, false, true];
    let both = RewardPolyhedron::of_support(&model, &support, &discount, RewardKind::State).unwrap();
    let strict = both.strict_reward().unwrap();
    assert!(&strict[0] - &strict[1] >= Rational::one());
    let refused = both.contains(&strict[..1]).unwrap_err();
    insta::assert_snapshot!(refused, @"the reward has 1 entries, but 2 are needed");
    let nothing = RewardPolyhedron::of_support(&model, &[false; 5], &discount, RewardKind::State).unwrap_err();
    assert_eq!(nothing, SolveError::PolicyWeights { state: 0 });
    assert!(matches!(
        RewardPolyhedron::of_support(&model, &[true], &discount, RewardKind::State),
        Err(SolveError::Length { expected: 5, actual: 1, .. })
    ));
}
