//! `[Turner & Tadepalli 2022, Lemma D.5]` and the fractional law for optimality: sets of options that nothing else is known of.

use crate::brute_force::{count_optimal, scaled};
use crate::random_options::random_options;
use dunamis_orbit::{Comparison, Rule, verify};
use proptest::prelude::*;
use std::cell::Cell;

/// What is certified holds on the orbit of every reward that is tried, and the independent check agrees.
#[test]
fn certified_bounds_hold() {
    let certified = [const { Cell::new(0_u32) }; 3];
    let cases = ProptestConfig { cases: 3500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |(options in random_options())| {
        let comparison = Comparison::new(options.a.clone(), options.b.clone()).unwrap().among(&options.c).unwrap();
        let Ok(certificate) = comparison.rule(Rule::Optimal).certify() else { return Ok(()) };
        verify(&certificate).unwrap();
        let (n, m): (u64, u64) = (certificate.n.parse().unwrap(), certificate.m.parse().unwrap());
        certified[0].set(certified[0].get() + 1);
        certified[1].set(certified[1].get() + u32::from(n > 1));
        certified[2].set(certified[2].get() + u32::from(m > 1));
        let sets = scaled(&[options.a.options(), options.b.options(), options.c.options()]);
        let places: Vec<usize> = (0..options.a.dimension()).collect();
        for reward in &options.rewards {
            let count = count_optimal(&sets, reward, &places);
            prop_assert!(count.satisfies(n, m), "{:?} on the orbit of {:?}: {:?}", (n, m), reward, count);
        }
    });
    let certified = certified.map(|count| count.get());
    assert!(certified[0] > 1000 && certified[1] > 100 && certified[2] > 20, "{certified:?}");
}
