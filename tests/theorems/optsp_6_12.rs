//! `[Turner et al. 2021, Prop. 6.12]`: POWER of two states as the discount tends to 1.

use crate::brute_force::{Count, each_permutation, scaled};
use crate::random_model::{build, random_model};
use dunamis_mdp::StateId;
use dunamis_orbit::{Horizon, certify_power};
use dunamis_solve::VisitDistributionSet;
use proptest::prelude::*;
use std::cell::Cell;

#[test]
fn orbits_of_degenerate_distributions() {
    let certified = Cell::new(0_u32);
    let cases = ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, rewards) in random_model())| {
        let model = build(&lists);
        for [prefer, over] in [[1, 2], [2, 1], [1, 3]] {
            let names = [prefer, over].map(|s| format!("s{s}"));
            if certify_power(&model, &names[0], &names[1], &Horizon::Average).is_err() {
                continue;
            }
            certified.set(certified.get() + 1);
            let limits = [prefer, over].map(|state| {
                VisitDistributionSet::new(&model, StateId::new(state), 1000).unwrap().recurrent_distributions()
            });
            let sets = scaled(&[&limits[0], &limits[1]]);
            let places: Vec<usize> = (0..model.states().len()).collect();
            for reward in rewards.iter().take(2) {
                let mut count = Count::default();
                each_permutation(reward, &places, &mut |reward| {
                    let best = |set: &Vec<Vec<i128>>| {
                        set.iter().map(|d| d.iter().zip(reward).map(|(d, r)| d * r).sum::<i128>()).max().unwrap()
                    };
                    match best(&sets[0]).cmp(&best(&sets[1])) {
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
