//! `[Turner et al. 2021, Prop. 6.6]`: POWER of two states at every discount.

use crate::brute_force::{Count, each_permutation, scaled};
use crate::random_model::{build, random_model};
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_orbit::{Horizon, certify_power};
use dunamis_solve::VisitDistributionSet;
use proptest::prelude::*;
use std::cell::Cell;

/// Visits at a discount, in whole numbers, and 1 as a whole number of the same scale.
fn visits(model: &TransitionModel, states: [usize; 2], discount: &Discount) -> (Vec<Vec<Vec<i128>>>, i128) {
    let at = |state: usize| -> Vec<_> {
        let set = VisitDistributionSet::new(model, StateId::new(state), 1000).unwrap();
        set.functions().iter().map(|function| function.at(discount)).collect()
    };
    let one = vec![vec![dunamis_mdp::Rational::from_integer(1.into()); model.states().len()]];
    let [first, second] = states.map(at);
    let mut sets = scaled(&[&first, &second, &one]);
    let one = sets.pop().unwrap()[0][0];
    (sets, one)
}

/// POWER of a single reward, up to a factor: $`V^*(s) - R(s)`$.
fn power(set: &[Vec<i128>], reward: &[i128], own: i128) -> i128 {
    set.iter().map(|f| f.iter().zip(reward).map(|(f, r)| f * r).sum::<i128>()).max().unwrap() - own
}

#[test]
fn orbits_of_degenerate_distributions() {
    let certified = Cell::new(0_u32);
    let cases = ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, rewards) in random_model(), at in 0_usize..2)| {
        let model = build(&lists);
        let discount: Discount = ["1/2", "9/10"][at].parse().unwrap();
        for [prefer, over] in [[1, 2], [2, 1], [1, 3]] {
            let names = [prefer, over].map(|s| format!("s{s}"));
            if certify_power(&model, &names[0], &names[1], &Horizon::EveryDiscount).is_err() {
                continue;
            }
            certified.set(certified.get() + 1);
            let (sets, one) = visits(&model, [prefer, over], &discount);
            let places: Vec<usize> = (0..model.states().len()).collect();
            for reward in rewards.iter().take(2) {
                let mut count = Count::default();
                each_permutation(reward, &places, &mut |reward| {
                    let [more, less] = [(0, prefer), (1, over)].map(|(k, s)| power(&sets[k], reward, one * reward[s]));
                    match more.cmp(&less) {
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
