//! Rational functions of the discount: none panics, and what is written reads the same.
#![no_main]

use dunamis_orbit::RationalFunction;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(function) = text.parse::<RationalFunction>() else { return };
    assert_eq!(function.to_string().parse::<RationalFunction>().expect("a function"), function);
});
