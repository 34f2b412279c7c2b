//! Cycle notation: none panics, and what is written reads the same.
#![no_main]

use dunamis_orbit::Permutation;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(permutation) = text.parse::<Permutation>() else { return };
    let again: Permutation = permutation.to_string().parse().expect("cycle notation");
    assert_eq!(again.extended(permutation.size()).expect("no larger"), permutation);
});
