//! Laws of models, joint models and their files.

use dunamis_mdp::{
    Agent, Discount, JointModel, Labels, Number, Rational, Reward, RewardKind, Shortfall, StateId, StochasticPolicy,
    TransitionModel, json,
};
use proptest::prelude::*;

/// A random model with exact rational rows; weights of 0 are no transitions, the last one leaks.
fn model() -> impl Strategy<Value = TransitionModel> {
    (1_usize..6).prop_flat_map(|n| {
        let row = proptest::collection::vec(0_u32..5, n + 1);
        proptest::collection::vec(proptest::collection::vec(row, 1..4), n).prop_map(move |states| {
            let mut builder = TransitionModel::builder();
            let ids: Vec<StateId> = (0..n).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
            for (&s, rows) in ids.iter().zip(&states) {
                for (a, weights) in rows.iter().enumerate() {
                    let (action, total) = (format!("a{a}"), weights.iter().sum::<u32>());
                    if total == 0 {
                        builder.transition(s, &action, s, 1.0).unwrap();
                        continue;
                    }
                    let share = |w: u32| format!("{w}/{total}").parse::<dunamis_mdp::Number>().unwrap();
                    for (&to, &w) in ids.iter().zip(weights) {
                        builder.transition(s, &action, to, share(w)).unwrap();
                    }
                    builder.leak(s, &action, share(weights[n])).unwrap();
                }
            }
            builder.build().unwrap()
        })
    })
}

proptest! {
    #[test]
    fn json_round_trips_exactly(model in model(), numerators in proptest::collection::vec(-9_i32..9, 64)) {
        prop_assert!(model.is_exact());
        let third = |&n: &i32| format!("{n}/3").parse::<dunamis_mdp::Number>().unwrap();
        let by_state = Reward::state(&model, numerators.iter().take(model.states().len()).map(third)).unwrap();
        let by_pair = Reward::state_action(&model, numerators.iter().take(model.available().len()).map(third)).unwrap();
        for reward in [None, Some(by_state), Some(by_pair)] {
            let (read, read_reward) = TransitionModel::from_json(&model.to_json(reward.as_ref())).unwrap();
            prop_assert_eq!(&read, &model);
            prop_assert_eq!(&read_reward, &reward);
        }
        let policy = model.uniform_policy();
        prop_assert_eq!(model.policy_from_json(&model.policy_to_json(&policy)).unwrap(), policy);
    }

    /// Labels, discounts and plain doubles: all that a file says, number for number.
    #[test]
    fn documents_round_trip_exactly(
        model in model(),
        rewards in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL, 6),
        labels in proptest::collection::btree_map("[a-z\"\\\\ ]{0,3}", proptest::collection::vec(0..6_usize, 0..4), 0..3),
        discount in 0.0..1.0_f64,
    ) {
        let n = model.states().len();
        let reward = Reward::state(&model, rewards.into_iter().take(n)).unwrap();
        let mut named = Labels::default();
        for (label, states) in &labels {
            named.add(label, states.iter().filter(|&&s| s < n).map(|&s| StateId::new(s)));
        }
        let discount = Discount::new(discount).unwrap();
        let read = json::read(&json::write(&model, Some(&reward), &named, Some(&discount))).unwrap();
        prop_assert_eq!(read, json::ModelDocument { model, reward: Some(reward), labels: named, discount: Some(discount) });
    }

    /// Rows of plain doubles need not sum to 1 exactly, and stay as they are.
    #[test]
    fn doubles_stay_the_same_doubles(weights in proptest::collection::vec(1e-6..1.0_f64, 1..6)) {
        let mut builder = TransitionModel::builder();
        let ids: Vec<StateId> = (0..weights.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        let total: f64 = weights.iter().sum();
        for &s in &ids {
            for (&to, weight) in ids.iter().zip(&weights) {
                builder.transition(s, "go", to, Number::from(weight / total)).unwrap();
            }
        }
        let model = builder.build().unwrap();
        prop_assert_eq!(TransitionModel::from_json(&model.to_json(None)).unwrap().0, model);
    }

    /// Rows of many successors, in any order, are checked as well as short ones.
    #[test]
    fn a_successor_is_given_once(n in 2..100_u32, twice in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let mut builder = TransitionModel::builder();
        let mut order: Vec<StateId> = (0..n).map(|s| builder.state(&s.to_string()).unwrap()).collect();
        order.sort_by_key(|s| (s.index() as u64 + 1).wrapping_mul(seed | 1));
        for &to in &order {
            builder.transition(order[0], "go", to, 0.0).unwrap();
        }
        prop_assert!(builder.transition(order[0], "go", order[twice.index(order.len())], 0.5).is_err());
    }

    #[test]
    fn rows_and_chains_conserve_mass(model in model()) {
        for pair in 0..model.available().len() {
            let exact: Rational = model.exact_row(pair).into_iter().map(|(_, p)| p).sum::<Rational>() + model.exact_leak(pair);
            prop_assert_eq!(exact, Rational::from_integer(1.into()));
            let sum: f64 = model.row(pair).1.iter().sum::<f64>() + model.leak(pair);
            prop_assert!((sum - 1.0).abs() < 1e-12);
            prop_assert!(model.row(pair).0.is_sorted_by(|a, b| a < b));
        }
        let chain = model.chain(&model.uniform_policy());
        for s in 0..model.states().len() {
            let pairs = model.available().pairs(StateId::new(s));
            let kept = 1.0 - pairs.clone().map(|pair| model.leak(pair)).sum::<f64>() / pairs.len() as f64;
            prop_assert!((chain.row(s).1.iter().sum::<f64>() - kept).abs() < 1e-12);
        }
    }

    #[test]
    fn reading_never_panics(text in r#"[\{\}\[\]":,a-c0-9/.e-]{0,60}"#) {
        let _ = TransitionModel::from_json(&text);
    }
}

#[test]
fn transition_rewards_fold_into_expectations() {
    let text = r#"{"schema":1,"states":["a","b"],"transitions":[
        {"from":"a","action":"x","to":"a","probability":"1/3"},{"from":"a","action":"x","to":"b","probability":"2/3"},
        {"from":"b","action":"x","to":"b","probability":1}],
        "rewards":[{"state":"a","action":"x","to":"b","reward":3},{"state":"a","reward":"1/7"},{"state":"b","reward":1}]}"#;
    let (_, reward) = TransitionModel::from_json(text).unwrap();
    let reward = reward.unwrap();
    assert_eq!(reward.kind(), RewardKind::FoldedTransitions);
    assert_eq!(reward.exact(0), Rational::new(15.into(), 7.into()));
    assert_eq!(reward.values()[1], 1.0);
}

/// Two agents on two cells; both may stay or swap sides, meeting is not available.
fn meeting(shortfall: Shortfall) -> JointModel {
    let mut builder = JointModel::builder(shortfall);
    for name in ["left^right", "right^left"] {
        builder.state(name, ["stay", "go"], ["stay", "go"]).unwrap();
    }
    builder
        .build(|s, i, j| match (i, j) {
            (0, 0) => vec![(s, 1.0)],
            (1, 1) => vec![(StateId::new(1 - s.index()), 1.0)],
            _ => Vec::new(),
        })
        .unwrap()
}

#[test]
fn a_fixed_policy_induces_the_other_agents_problem() {
    for agent in Agent::BOTH {
        let leak = meeting(Shortfall::Leak);
        let uniform = StochasticPolicy::uniform(leak.available(agent.other()));
        let induced = leak.induced(agent, &uniform);
        for pair in 0..4 {
            assert_eq!((induced.row(pair).1, induced.leak(pair)), (&[0.5][..], 0.5));
        }
        let redraw = meeting(Shortfall::Renormalize);
        assert!(redraw.induced(agent, &uniform).is_deterministic());

        // The other agent always stays: going can only collide.
        let stay = StochasticPolicy::uniform_over(leak.available(agent.other()), &[true, false, true, false]);
        let induced = leak.induced(agent, &stay);
        assert_eq!((induced.available().len(), induced.leak(1), induced.row(1).0.len()), (4, 1.0, 0));
        let induced = redraw.induced(agent, &stay);
        assert_eq!(induced.available().len(), 2, "what can never happen is not available");
        let policy = induced.uniform_policy();
        assert_eq!(redraw.lift(agent, &induced, &policy).probabilities(), [1.0, 0.0, 1.0, 0.0]);
    }
}

#[test]
fn chains_of_two_policies() {
    let go =
        |joint: &JointModel, agent, marks: [bool; 4]| StochasticPolicy::uniform_over(joint.available(agent), &marks);
    let (stays, goes) = ([true, false, true, false], [false, true, false, true]);
    for (shortfall, stuck) in [(Shortfall::Leak, None), (Shortfall::Renormalize, Some(0))] {
        let joint = meeting(shortfall);
        let both = joint.chain(&go(&joint, Agent::H, goes), &go(&joint, Agent::A, goes));
        assert_eq!(both.successors(), Some(vec![1, 0]));
        let apart = joint.chain(&go(&joint, Agent::H, goes), &go(&joint, Agent::A, stays));
        assert_eq!(apart.successors().unwrap()[0], stuck.unwrap_or(u32::MAX));
        let table = joint.successor_table().unwrap();
        assert_eq!(table.successor, [0, u32::MAX, u32::MAX, 1, 1, u32::MAX, u32::MAX, 0]);
    }
}
