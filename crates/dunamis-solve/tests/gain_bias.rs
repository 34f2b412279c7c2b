//! Gain and bias in `f64` against the exact expansion in rationals.

mod models;

use dunamis_mdp::{DeterministicPolicy, Mdp, Rational};
use dunamis_solve::{GainBias, LaurentExpansion, SolveError};
use models::{any_draft, hand_made, policies};
use num_traits::Signed;
use proptest::prelude::*;

fn exact(x: f64) -> Rational {
    Rational::from_float(x).expect("a finite number")
}

/// Both are within their errors of the truth, and the errors are small beside the rewards unless play mixes slowly.
fn check(what: &str, mdp: &Mdp, largest_error: f64) {
    let scale = mdp.reward().values().iter().fold(0.0, |most: f64, r| most.max(r.abs()));
    for policy in policies(mdp) {
        let pairs = policy.iter().map(|&pair| pair as u32).collect();
        let policy = DeterministicPolicy::new(mdp.model().available(), pairs).unwrap();
        let truth = LaurentExpansion::of_policy(mdp, &policy, 1).unwrap();
        let found = GainBias::of_policy(mdp, &policy).unwrap();
        let pairs = [(&found.gain, &truth.gain, found.gain_error), (&found.bias, &truth.terms[0], found.bias_error)];
        for (found, truth, error) in pairs {
            assert!(error <= largest_error * scale + 1e-300, "{what}: {error}");
            for (&x, truth) in found.iter().zip(truth) {
                assert!((exact(x) - truth).abs() <= exact(error), "{what}: {x} is not {truth} ± {error}");
            }
        }
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        check(name, &draft.build(), if name == "slow mixing" { 1e-2 } else { 1e-8 });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 2, true)) {
        check("generated", &draft.build(), 1e-8);
    }
}

#[test]
fn policies_of_other_models_are_refused() {
    let [one, two] = [0, 1].map(|index| hand_made()[index].1.build());
    let policy = DeterministicPolicy::new(one.model().available(), vec![0]).unwrap();
    let refused = GainBias::of_policy(&two, &policy).unwrap_err();
    assert!(matches!(refused, SolveError::Length { expected: 2, actual: 1, .. }));
}
