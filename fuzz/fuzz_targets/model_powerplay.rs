//! Graphs of POWERplay, of one agent, of two, and policies: none panics, and what is written is read as the same.
#![no_main]

use dunamis_envs::format::{self, Files};
use dunamis_envs::{Format, JointEnvironment};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let files = Files::of("gv", bytes);
    if let Ok(environment) = Format::Powerplay.decode(&files, None) {
        // Names may be spelt in ways that are not written.
        if let Ok(files) = Format::Powerplay.encode(&environment) {
            let again = Format::Powerplay.decode(&files, None).expect("what was written is read");
            assert_eq!(again.to_string(), environment.to_string());
        }
    }
    if let Ok(Some(model)) = Format::Powerplay.decode_joint(&files) {
        if let Ok(files) = Format::Powerplay.encode_joint(&model) {
            assert!(Format::Powerplay.decode_joint(&files).expect("what was written is read").as_ref() == Some(&model));
        }
        JointEnvironment::given("joint", model);
    }
    if let Ok(Some(file)) = Format::Powerplay.decode_draft(&files) {
        for error in file.draft.errors() {
            error.place.map(|place| file.place(place));
        }
        file.draft.remarks();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = format::policy_as_json(text);
    }
});
