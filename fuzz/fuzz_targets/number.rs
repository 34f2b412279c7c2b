//! Texts of numbers: none panics, and what is read survives JSON exactly.
#![no_main]

use dunamis_mdp::Number;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(number) = text.parse::<Number>() else { return };
    assert!(number.value().is_finite());
    let json = serde_json::to_string(&number).expect("numbers always serialize");
    let again: Number = serde_json::from_str(&json).expect("what was written is read");
    assert_eq!((again.value(), again.exact()), (number.value(), number.exact()), "{json}");
});
