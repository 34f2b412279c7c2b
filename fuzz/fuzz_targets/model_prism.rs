//! Models in PRISM's explicit files, here one after the other with a line `%` between: none panics, and what can be written
//! is read as the same model.
#![no_main]

use dunamis_envs::Format;
use dunamis_envs::format::Files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.split(|&byte| byte == b'%');
    let mut files = Files::of("tra", parts.next().unwrap_or_default());
    for (extension, part) in ["lab", "srew", "trew"].into_iter().zip(parts) {
        files = files.with(extension, part);
    }
    let Ok(environment) = Format::PrismExplicit.decode(&files, None) else { return };
    let Ok(files) = Format::PrismExplicit.encode(&environment) else { return };
    let again = Format::PrismExplicit.decode(&files, None).expect("what was written is read");
    assert_eq!(again.to_string(), environment.to_string());
});
