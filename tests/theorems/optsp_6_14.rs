//! `[Turner et al. 2021, Cor. 6.14]`: one-cycles against one-cycles, counted without listing them.

use dunamis_orbit::{Comparison, OptionSet, Refusal, Rule, Theorem, certify_counts, verify};
use num_bigint::BigUint;

/// Counting says what listing says.
#[test]
fn counted_as_listed() {
    for m in 1_usize..=5 {
        for n in 1_usize..=9 {
            for rule in [Rule::Optimal, Rule::Invariant] {
                let counted = certify_counts(&m.into(), &n.into(), rule);
                let [a, b] = [0..m, m..m + n].map(|states| OptionSet::basis(m + n + 1, states).unwrap());
                let listed = Comparison::new(a, b).unwrap().rule(rule).certify();
                match (counted, listed) {
                    // Listed options are taken together where that gives the same bound.
                    (Ok(counted), Ok(listed)) => {
                        assert_eq!((&counted.bound, counted.rule), (&listed.bound, listed.rule));
                    }
                    (Err(Refusal::Counts { .. }), Err(Refusal::Copies(_))) => assert!(n < m),
                    (counted, listed) => panic!("{m} against {n}: {counted:?}, {listed:?}"),
                }
            }
        }
    }
}

/// `[Turner 2022, scaling laws]`: one way of dying against 10^53 ways of living, and 2 against 51 deaths and lives.
#[test]
fn ways_of_living() {
    let many = BigUint::from(10_u8).pow(53);
    let certificate = certify_counts(&BigUint::from(1_u8), &many, Rule::Optimal).unwrap();
    assert_eq!(certificate.theorem, Theorem::OneCycles);
    assert_eq!(certificate.bound, format!("{many}/{}", &many + 1_u8));
    assert_eq!(verify(&certificate).unwrap().n, many);
    let certificate = certify_counts(&BigUint::from(2_u8), &BigUint::from(51_u8), Rule::Optimal).unwrap();
    assert_eq!((certificate.bound.as_str(), certificate.theorem), ("51/53", Theorem::Fractional));
}
