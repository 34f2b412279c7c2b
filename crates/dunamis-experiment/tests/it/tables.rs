//! `power.csv` as text.

use dunamis_experiment::{Alignment, RunPower, SingleAgent, run};
use proptest::prelude::*;

/// The table of a run, read, is the run; so a mangled table is either refused or another run.
#[test]
fn a_table_is_what_the_run_has() {
    let runs = tempfile::tempdir().unwrap();
    let mut experiment = dunamis_experiment::Experiment::new("x", "grid-3x3", SingleAgent::new("0.6".parse().unwrap()));
    if let dunamis_experiment::Expectation::Sampled { samples, .. } = &mut experiment.expectation {
        *samples = std::num::NonZeroU64::new(10).unwrap();
    }
    let run = run(&experiment, runs.path(), &()).unwrap();
    let text = std::fs::read(run.path.join("power.csv")).unwrap();
    assert!(text.starts_with(b"state,row,col,mean,std_error\n\"(0, 0)\",0,0,0."));
    assert_eq!(RunPower::from_csv(&text, Alignment::default()), Ok((run.states, run.power)));
}

proptest! {
    #[test]
    fn no_table_panics(text in "(state,row,col,mean,std_error\n)?([a-z\",0-9.\n-]{0,9},?){0,12}") {
        let _ = RunPower::from_csv(text.as_bytes(), Alignment::default());
    }

    #[test]
    fn no_manifest_panics(text in "[\\[\\]{}\":,a-z0-9 ]{0,40}") {
        let _ = dunamis_experiment::Manifest::from_json(&text);
    }
}
