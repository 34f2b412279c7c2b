//! Random models with a choice at their first state.

use dunamis_mdp::{Number, TransitionModel};
use proptest::prelude::*;

/// A model as lists: for every state its actions, each with one or two successors.
pub(crate) type Lists = Vec<Vec<Vec<usize>>>;

pub(crate) fn build(lists: &Lists) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..lists.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (s, actions) in lists.iter().enumerate() {
        for (a, successors) in actions.iter().enumerate() {
            let share: Number = format!("1/{}", successors.len()).parse().unwrap();
            for &next in successors {
                builder.transition(states[s], &format!("a{a}"), states[next], share.clone()).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

/// Four to six states; the first has two or three actions and is not come back to, the others have up to three, often to
/// themselves. One row in six is a toss between two states.
pub(crate) fn random_model() -> impl Strategy<Value = (Lists, Vec<Vec<i128>>)> {
    (4_usize..=6).prop_flat_map(|n| {
        let row = move || prop_oneof![5 => (1..n).prop_map(|s| vec![s]), 1 => (1..n - 1).prop_map(|s| vec![s, s + 1])];
        let state = move |own: usize| {
            prop_oneof![
                2 => Just(vec![vec![own]]),
                2 => proptest::collection::vec(row(), 1..=3),
                1 => proptest::collection::vec(row(), 1..=2).prop_map(move |mut rows| { rows.push(vec![own]); rows }),
            ]
        };
        let rest: Vec<_> = (1..n).map(state).collect();
        let rewards = proptest::collection::vec(proptest::collection::vec(0_i128..6, n), 4);
        ((proptest::collection::vec(row(), 2..=3), rest), rewards).prop_map(|((first, rest), rewards)| {
            let mut lists = vec![first];
            lists.extend(rest);
            (lists, rewards)
        })
    })
}
