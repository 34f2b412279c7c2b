//! Rewards of state-action pairs as rewards of states: values against exact solutions of the original.

use dunamis_mdp::{Discount, Mdp, Number, Rational, Reward, TransitionModel};
use dunamis_orbit::PairStates;
use dunamis_solve::solve_exact;
use proptest::prelude::*;

/// For every pair the weights of its successors, two pairs a state.
fn build(weights: &[Vec<u32>], rewards: &[i32], by_state: bool) -> Mdp {
    let states = weights.len() / 2;
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (pair, weights) in weights.iter().enumerate() {
        let total: u32 = weights.iter().sum::<u32>() + 1;
        for (next, &id) in ids.iter().enumerate() {
            let weight = weights[next] + u32::from(next == pair % states);
            let share = format!("{weight}/{total}").parse::<Number>().unwrap();
            builder.transition(ids[pair / 2], ["a", "b"][pair % 2], id, share).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let rewards = rewards.iter().map(|&r| f64::from(r) / 4.0);
    let reward =
        if by_state { Reward::state(&model, rewards.take(states)) } else { Reward::state_action(&model, rewards) };
    let reward = reward.unwrap();
    Mdp::new(model, reward).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn values_are_kept(
        weights in prop::collection::vec(prop::collection::vec(0_u32..4, 3), 6),
        rewards in prop::collection::vec(-8_i32..9, 6),
        (numerator, denominator) in (1_i64..5, 5_i64..7),
        by_state in any::<bool>(),
    ) {
        let mdp = build(&weights, &rewards, by_state);
        let pairs = PairStates::new(mdp.model()).unwrap();
        let once = Rational::new(numerator.into(), denominator.into());
        let discount = |gamma: &Rational| Discount::new(Number::from_rational(gamma.clone()).unwrap()).unwrap();
        let twice = &once * &once;
        let original = solve_exact(&mdp, &discount(&twice).into()).unwrap();
        let reward = pairs.reward(&mdp).unwrap();
        let converted = Mdp::new(pairs.model().clone(), reward).unwrap();
        let solution = solve_exact(&converted, &discount(&once).into()).unwrap();
        for (state, value) in original.value.iter().enumerate() {
            prop_assert_eq!(&solution.value[state], &(value * &once));
        }
        for pair in 0..6 {
            let next = mdp.model().exact_row(pair).into_iter().map(|(next, p)| &original.value[next.index()] * p);
            let now = mdp.reward().exact(if by_state { pair / 2 } else { pair });
            let action_value = now + &twice * next.sum::<Rational>();
            prop_assert_eq!(&solution.value[pairs.state(pair).index()], &action_value);
            // The same actions are optimal.
            prop_assert_eq!(solution.optimal[pair], original.optimal[pair]);
        }
        prop_assert!(pairs.model().is_exact() && pairs.pair_states().len() == 6);
    }
}

#[test]
fn names() {
    let mdp = build(&[vec![0], vec![0]], &[1, 2], false);
    let pairs = PairStates::new(mdp.model()).unwrap();
    assert_eq!(pairs.model().states().iter().collect::<Vec<_>>(), ["s0", "s0, a", "s0, b"]);
    let mut builder = TransitionModel::builder();
    let (first, second) = (builder.state("s").unwrap(), builder.state("s, a").unwrap());
    builder.transition(first, "a", second, 1.0).unwrap();
    builder.transition(second, "a", first, 1.0).unwrap();
    let clash = PairStates::new(&builder.build().unwrap()).unwrap_err();
    insta::assert_snapshot!(clash, @"state `s, a` is listed twice");
    let other = build(&[[0, 0]; 4].map(Vec::from), &[1, 2, 3, 4], false);
    assert!(pairs.reward(&other).is_err());
}
