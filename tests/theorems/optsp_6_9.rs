//! `[Turner et al. 2021, Prop. 6.9]`: POWER after either of two actions, at every discount.

use crate::brute_force::{Count, each_permutation, scaled};
use crate::random_model::{build, random_model};
use dunamis_mdp::{Discount, Rational};
use dunamis_orbit::{ActionChoice, Refusal};
use dunamis_solve::VisitDistributionSet;
use num_traits::One;
use proptest::prelude::*;
use std::cell::Cell;

#[test]
fn orbits_of_degenerate_distributions() {
    let certified = Cell::new(0_u32);
    let cases = ProptestConfig { cases: 2800, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, rewards) in random_model(), at in 0_usize..2)| {
        let model = build(&lists);
        let discount: Discount = ["1/2", "9/10"][at].parse().unwrap();
        for [prefer, over] in [[0, 1], [1, 0]] {
            let names = [prefer, over].map(|a| format!("a{a}"));
            let choice = ActionChoice::new(&model, "s0", &[&names[0]], &[&names[1]]).unwrap();
            if choice.certify_power_seeking().is_err() {
                continue;
            }
            certified.set(certified.get() + 1);
            let visits: Vec<Vec<Vec<Rational>>> = model
                .state_ids()
                .map(|state| {
                    let set = VisitDistributionSet::new(&model, state, 1000).unwrap();
                    set.functions().iter().map(|function| function.at(&discount)).collect()
                })
                .collect();
            let one = vec![vec![Rational::one(); model.states().len()]];
            let mut all: Vec<&[Vec<Rational>]> = visits.iter().map(Vec::as_slice).collect();
            all.push(&one);
            let mut sets = scaled(&all);
            let one = sets.pop().unwrap()[0][0];
            for reward in rewards.iter().take(2) {
                let mut count = Count::default();
                each_permutation(reward, choice.permuted(), &mut |reward| {
                    // Twice the expectation of POWER after the action, up to a factor that is the same for both.
                    let after = |action: usize| -> i128 {
                        let successors = &lists[0][action];
                        let power = |state: usize| {
                            let value = sets[state].iter().map(|f| f.iter().zip(reward).map(|(f, r)| f * r).sum::<i128>());
                            value.max().unwrap() - one * reward[state]
                        };
                        let sum: i128 = successors.iter().map(|&state| power(state)).sum();
                        sum * 2 / successors.len() as i128
                    };
                    match after(prefer).cmp(&after(over)) {
                        std::cmp::Ordering::Greater => count.greater += 1,
                        std::cmp::Ordering::Less => count.less += 1,
                        std::cmp::Ordering::Equal => count.equal += 1,
                    }
                });
                prop_assert!(count.satisfies(1, 1), "orbit of {:?}: {:?}", reward, count);
            }
        }
    });
    assert!(certified.get() > 1000, "{}", certified.get());
}

/// Where the start can be come back to, POWER depends on both actions.
#[test]
fn a_start_that_is_not_left() {
    let model = build(&vec![vec![vec![1], vec![2]], vec![vec![0]], vec![vec![2], vec![0]], vec![vec![3]]]);
    let choice = ActionChoice::new(&model, "s0", &["a1"], &["a0"]).unwrap();
    let refused = choice.certify_power_seeking().unwrap_err();
    assert!(matches!(refused, Refusal::Returns { .. }), "{refused:?}");
    insta::assert_snapshot!(refused, @"after `a0` the state `s0` can be reached again, so that POWER there depends on both actions");
}
