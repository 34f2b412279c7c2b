//! Small random models, with and without chance.

#![allow(dead_code, reason = "not every test uses everything")]

use dunamis_mdp::{DeterministicPolicy, Number, Rational, StateId, TransitionModel};
use proptest::prelude::*;

/// For every state its pairs: successors with whole weights, and the weight that leaks.
pub(crate) type Lists = Vec<Vec<(Vec<(usize, i64)>, i64)>>;

/// The model.
pub(crate) fn build(lists: &Lists) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    let states: Vec<StateId> = (0..lists.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (&from, pairs) in states.iter().zip(lists) {
        for (number, (row, leak)) in pairs.iter().enumerate() {
            let action = format!("a{number}");
            let mut weights = vec![0; lists.len()];
            for &(next, weight) in row {
                weights[next] += weight;
            }
            let total = weights.iter().sum::<i64>() + leak;
            let part = |weight: i64| Number::from_rational(Rational::new(weight.into(), total.into())).unwrap();
            for (&to, &weight) in states.iter().zip(&weights).filter(|&(_, &weight)| weight > 0) {
                builder.transition(from, &action, to, part(weight)).unwrap();
            }
            if *leak > 0 {
                builder.leak(from, &action, part(*leak)).unwrap();
            }
        }
    }
    builder.build().unwrap()
}

/// Models with chance, or without it; some moves end the episode.
pub(crate) fn models(states: std::ops::RangeInclusive<usize>, chance: bool) -> impl Strategy<Value = Lists> {
    states.prop_flat_map(move |n| {
        let row = prop::collection::vec((0..n, 1..4_i64), 1..=if chance { 2 } else { 1 });
        let leak = if chance { prop_oneof![4 => Just(0), 1 => 1..3_i64].boxed() } else { Just(0).boxed() };
        let whole = Just((Vec::new(), 1));
        let pair = if chance { (row, leak).boxed() } else { prop_oneof![6 => (row, leak), 1 => whole].boxed() };
        prop::collection::vec(prop::collection::vec(pair, 1..=3), n)
    })
}

/// All deterministic policies.
pub(crate) fn policies(model: &TransitionModel) -> Vec<DeterministicPolicy> {
    let mut all = vec![Vec::new()];
    for state in model.state_ids() {
        all = all
            .into_iter()
            .flat_map(|policy: Vec<u32>| {
                model.available().pairs(state).map(move |pair| policy.iter().copied().chain([pair as u32]).collect())
            })
            .collect();
    }
    all.into_iter().map(|pairs| DeterministicPolicy::new(model.available(), pairs).unwrap()).collect()
}
