//! Certificates in JSON: none panics, and checking any is a verdict.
#![no_main]

use dunamis_orbit::{Certificate, verify};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(certificate) = Certificate::from_json(text) else { return };
    let again = Certificate::from_json(&certificate.to_json()).expect("what is written can be read");
    assert_eq!(verify(&again), verify(&certificate));
});
