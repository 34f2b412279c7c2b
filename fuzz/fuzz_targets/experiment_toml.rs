//! Configs of experiments and of sweeps in TOML: none panics, and a resolved config is read as the same experiment.
#![no_main]

use dunamis_experiment::{Experiment, Sweep, differences};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let single = text.parse::<Experiment>();
    let Ok(sweep) = text.parse::<Sweep>() else {
        assert!(single.is_err(), "an experiment is a sweep of one point");
        return;
    };
    for point in sweep.points.iter().take(10) {
        let written = point.experiment.to_toml();
        let again: Experiment = written.parse().expect("what was written is read");
        assert_eq!(again, point.experiment, "{written}");
    }
    differences(sweep.points.iter().take(10).map(|point| &point.experiment));
});
