//! Configs of experiments in TOML: none panics, and the resolved config is read as the same experiment.
#![no_main]

use dunamis_experiment::Experiment;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(experiment) = text.parse::<Experiment>() else { return };
    let written = experiment.to_toml();
    let again: Experiment = written.parse().expect("what was written is read");
    assert_eq!(again, experiment, "{written}");
});
