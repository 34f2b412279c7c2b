//! Sets of options in JSON: none panics, and what is certified of small ones passes the check.
#![no_main]

use dunamis_orbit::{OptionDocument, Rule, verify};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(sets) = OptionDocument::from_json(text) else { return };
    let is_small = |(a, b, _): (&dunamis_orbit::OptionSet, &dunamis_orbit::OptionSet, _)| {
        a.dimension() <= 6 && a.len() <= 4 && b.len() <= 8
    };
    if !sets.listed().is_none_or(is_small) {
        return;
    }
    for rule in [Rule::Optimal, Rule::Invariant] {
        if let Ok(certificate) = sets.certify(rule, None) {
            verify(&certificate).expect("a certificate that is made passes");
        }
    }
});
