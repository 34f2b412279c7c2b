//! Models in Cassandra's text: none panics, and what can be written is read as the same model.
#![no_main]

use dunamis_envs::Format;
use dunamis_envs::format::Files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(environment) = Format::Cassandra.decode(&Files::of("mdp", bytes), None) else { return };
    let Ok(files) = Format::Cassandra.encode(&environment) else { return };
    let again = Format::Cassandra.decode(&files, None).expect("what was written is read");
    assert_eq!(again.to_string(), environment.to_string());
});
