//! Sweep configs of POWERplay: none panics, and what is imported is a sweep.
#![no_main]

use dunamis_experiment::Sweep;
use dunamis_experiment::powerplay::{ImportOptions, ImportedKind, import_config};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(import) = import_config(text, "/nowhere/x.yaml", &ImportOptions::default()) else { return };
    for file in import.files.iter().filter(|file| file.kind == ImportedKind::Config) {
        // Laws and names may not fit each other, but the text is always a config.
        if let Err(error) = Sweep::from_toml(&file.text, "x.toml") {
            assert!(!error.to_string().contains("not TOML"), "{error}\n{}", file.text);
        }
    }
});
