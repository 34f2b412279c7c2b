//! `[Turner & Tadepalli 2022, Lemma D.5]` and the fractional law for optimality: sets of options that nothing else is known of.

use crate::brute_force::{average, count_optimal};
use crate::random_options::random_options;
use dunamis_mdp::Rational;
use dunamis_orbit::{Choice, Comparison, Optimal, OptionSet, Rule, WorstOrbit, WorstOrbitSettings};
use proptest::prelude::*;
use std::cell::Cell;

/// What is certified holds on the orbit of every reward that is tried, and the independent check agrees.
#[test]
fn certified_bounds_hold() {
    let certified = [const { Cell::new(0_u32) }; 3];
    let cases = ProptestConfig { cases: 3500, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |(options in random_options())| {
        let Some((n, m)) = options.certified(Rule::Optimal, &certified) else { return Ok(()) };
        let sets = options.scaled();
        let places: Vec<usize> = (0..options.a.dimension()).collect();
        for reward in &options.rewards {
            let count = count_optimal(&sets, reward, &places);
            prop_assert!(count.satisfies(n, m), "{:?} on the orbit of {:?}: {:?}", (n, m), reward, count);
        }
    });
    let certified = certified.map(|count| count.get());
    assert!(certified[0] > 1000 && certified[1] > 100 && certified[2] > 20, "{certified:?}");
}

/// Averages of two states, and single ones: what is certified is at most what the exact worst of all orbits has.
#[test]
fn certified_bounds_are_at_most_the_worst_orbit() {
    let seen = [const { Cell::new(0_u32) }; 2];
    let cases = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let options = (3_usize..=5).prop_flat_map(|d| {
        let option = prop_oneof![1 => (0..d).prop_map(|k| vec![k]), 1 => (0..d - 1).prop_map(|k| vec![k, k + 1])];
        (Just(d), proptest::collection::vec(option.clone(), 1..3), proptest::collection::vec(option, 1..5))
    });
    proptest!(cases, |((d, a, b) in options)| {
        let set = |supports: &[Vec<usize>], without: &[Vec<usize>]| {
            let mut distinct: Vec<&Vec<usize>> = supports.iter().filter(|support| !without.contains(support)).collect();
            distinct.sort();
            distinct.dedup();
            OptionSet::new(distinct.into_iter().map(|support| average(d, support)).collect())
        };
        let (Ok(a), Ok(b)) = (set(&a, &[]), set(&b, &a)) else { return Ok(()) };
        let Ok(certificate) = Comparison::new(a.clone(), b.clone()).unwrap().rule(Rule::Optimal).certify() else {
            return Ok(());
        };
        let settings = WorstOrbitSettings { max_cells: 3000, tries: 100, ..WorstOrbitSettings::default() };
        let worst = WorstOrbit::find(&Choice::between(&b, &a).unwrap(), &Optimal, &settings).unwrap();
        let [n, m, bound] = [&certificate.n, &certificate.m, &certificate.bound].map(|text| text.parse::<Rational>().unwrap());
        prop_assert!(worst.weak.value >= bound, "{} < {} on {:?}", worst.weak.value, bound, worst.weak.reward);
        if let Some(ratio) = &worst.ratio {
            prop_assert!(ratio.value >= n / m, "{:?}", ratio);
        }
        seen[0].set(seen[0].get() + u32::from(worst.warrant.is_exact()));
        seen[1].set(seen[1].get() + u32::from(worst.weak.value == bound));
    });
    let seen = seen.map(|count| count.get());
    assert!(seen[0] > 50 && seen[1] > 20, "{seen:?}");
}
