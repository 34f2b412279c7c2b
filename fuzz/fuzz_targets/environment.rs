//! Specifications such as `maze-7x7:noise=0.1`: none panics, and the name of what is built builds the same again.
#![no_main]

use dunamis_envs::{find, load};

/// Longest count, so that every model stays small.
const DIGITS: usize = 2;

libfuzzer_sys::fuzz_target!(|text: &str| {
    // Names that are not registered are paths, and the file system is none of this target's business.
    let registered = find(text.split(':').next().unwrap_or_default()).is_some();
    if !registered || text.split(|c: char| !c.is_ascii_digit()).any(|count| count.len() > DIGITS) {
        return;
    }
    let Ok(environment) = load(text) else { return };
    let again = load(environment.name()).expect("the name of an environment is a specification");
    assert_eq!(again.name(), environment.name());
    let json = |environment: &dunamis_envs::Environment| environment.model().to_json(environment.reward());
    assert!(json(&again) == json(&environment), "`{}` builds another model than `{text}`", environment.name());
});
