//! `[Turner et al. 2021, Thm. 6.13]` and the fractional law, for optimality in models: average and discounted reward.

use crate::brute_force::{count_optimal, scaled};
use crate::random_model::{build, random_model};
use dunamis_orbit::{ActionChoice, Horizon, Theorem};
use proptest::prelude::*;
use std::cell::Cell;

#[test]
fn average_reward() {
    let certified = [const { Cell::new(0_u32) }; 3];
    let cases = ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, rewards) in random_model())| {
        let model = build(&lists);
        for [prefer, over] in [["a0", "a1"], ["a1", "a0"]] {
            let choice = ActionChoice::new(&model, "s0", &[prefer], &[over]).unwrap();
            let Ok(certificate) = choice.certify_optimality(&Horizon::Average) else { continue };
            let (n, m): (u64, u64) = (certificate.n.parse().unwrap(), certificate.m.parse().unwrap());
            certified[0].set(certified[0].get() + 1);
            certified[1].set(certified[1].get() + u32::from(n > 1));
            certified[2].set(certified[2].get() + u32::from(certificate.theorem == Theorem::RecurrentCopies));
            let [a, b, c] = choice.recurrent().unwrap();
            let sets = scaled(&[a.options(), b.options(), c.options()]);
            for reward in &rewards {
                let count = count_optimal(&sets, reward, choice.permuted());
                prop_assert!(count.satisfies(n, m), "{:?} on the orbit of {:?}: {:?}", (n, m), reward, count);
            }
        }
    });
    let certified = certified.map(|count| count.get());
    assert!(certified[0] > 1000 && certified[1] > 100 && certified[2] > 500, "{certified:?}");
}

#[test]
fn discounted_reward() {
    let certified = [const { Cell::new(0_u32) }; 2];
    let cases = ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |((lists, rewards) in random_model(), at in 0_usize..3)| {
        let model = build(&lists);
        let discount = ["1/2", "1/10", "99/100"][at];
        for horizon in [Horizon::Discount(discount.into()), Horizon::EveryDiscount] {
            let choice = ActionChoice::new(&model, "s0", &["a0"], &["a1"]).unwrap();
            let Ok(certificate) = choice.certify_optimality(&horizon) else { continue };
            let (n, m): (u64, u64) = (certificate.n.parse().unwrap(), certificate.m.parse().unwrap());
            let every = usize::from(horizon == Horizon::EveryDiscount);
            certified[every].set(certified[every].get() + 1);
            let [a, b, c] = choice.discounted(&discount.parse().unwrap()).unwrap();
            let sets = scaled(&[a.options(), b.options(), c.options()]);
            for reward in rewards.iter().take(2) {
                let count = count_optimal(&sets, reward, choice.permuted());
                prop_assert!(count.satisfies(n, m), "{:?} on the orbit of {:?}: {:?}", (n, m), reward, count);
            }
        }
    });
    let certified = certified.map(|count| count.get());
    assert!(certified[0] + certified[1] > 1000, "{certified:?}");
}
