//! Models in Storm's DRN: none panics, and what can be written is read as the same model.
#![no_main]

use dunamis_envs::Format;
use dunamis_envs::format::Files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(environment) = Format::Drn.decode(&Files::of("drn", bytes), None) else { return };
    // Labels may be spelt in ways that are not written.
    let Ok(files) = Format::Drn.encode(&environment) else { return };
    let again = Format::Drn.decode(&files, None).expect("what was written is read");
    assert_eq!(again.to_string(), environment.to_string());
});
