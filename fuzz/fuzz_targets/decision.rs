//! Decision functions by name: none panics, and what is written reads the same.
#![no_main]

use dunamis_orbit::Decision;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(decision) = text.parse::<Decision>() else { return };
    assert_eq!(decision.to_string().parse::<Decision>().expect("a decision function"), decision);
});
