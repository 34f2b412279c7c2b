//! Figures drawn from real runs: small worlds as snapshots, the published ones by their structure.

mod errors;
mod models;
mod published;
mod small;
mod theory;

use dunamis_experiment::{Experiment, Run};
use tempfile::TempDir;

/// Runs a config in a directory of its own.
fn run(toml: &str) -> (TempDir, Run) {
    let directory = tempfile::tempdir().unwrap();
    let experiment = Experiment::from_toml(toml, "test.toml").unwrap();
    let run = dunamis_experiment::run(&experiment, directory.path(), &()).unwrap();
    (directory, run)
}

/// Two agents in a corridor of three cells.
fn corridor(collision: &str) -> (TempDir, Run) {
    run(&format!(
        "name = \"corridor\"\nsamples = 64\nseed = 1\n[environment]\nname = \"corridor-3\"\ncollision = \"{collision}\"\n\
         [power]\nagents = 2\ndiscount = 0.5\nseed-baseline = false\n"
    ))
}

/// One agent in the same corridor.
fn alone() -> (TempDir, Run) {
    run("name = \"alone\"\nsamples = 64\nseed = 1\n[environment]\nname = \"corridor-3\"\n[power]\ndiscount = 0.5\n")
}
