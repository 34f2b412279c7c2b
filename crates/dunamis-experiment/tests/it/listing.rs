//! What is in a directory of runs.

use crate::errors::chain;
use dunamis_experiment::{Analysis, AnyRun, Damage, Experiment, analyze, clear_unfinished, list, run};

fn experiment(discount: &str) -> Experiment {
    format!("name = 'γ = {discount}'\nsamples = 5\nenvironment.name = 'candy'\npower.discount = {discount}")
        .parse()
        .unwrap()
}

#[test]
fn lists_what_is_there() {
    let runs = tempfile::tempdir().unwrap();
    let made = [experiment("0.1"), experiment("0.2")].map(|experiment| run(&experiment, runs.path(), &()).unwrap());
    let analysis: Analysis = "name = 'look'\nenvironment.name = 'candy'\noptions = {}".parse().unwrap();
    let analyzed = analyze(&analysis, runs.path(), &()).unwrap();
    std::fs::create_dir(runs.path().join("notes")).unwrap();
    std::fs::write(made[1].path.join("manifest.json"), "{}").unwrap();

    let entries = list(runs.path()).unwrap();
    let mut keys: Vec<_> = entries.iter().map(|entry| entry.key).collect();
    assert_eq!(keys.pop(), Some(made[1].key), "damaged runs come last");
    keys.sort();
    let mut expected = vec![made[0].key, analyzed.key];
    expected.sort();
    assert_eq!(keys, expected);
    for entry in &entries {
        match &entry.content {
            Ok(content) => {
                assert!(entry.bytes > 100 && !content.manifest.is_outdated());
                let name = match AnyRun::load(&entry.path).unwrap() {
                    AnyRun::Experiment(run) => run.experiment.name,
                    AnyRun::Analysis(run) => run.analysis.name,
                };
                assert_eq!(content.name, name);
            }
            Err(damage) => assert!(matches!(damage, Damage::Malformed { .. }), "{damage}"),
        }
    }
}

#[test]
fn removed_runs_are_computed_again() {
    let runs = tempfile::tempdir().unwrap();
    let first = run(&experiment("0.1"), runs.path(), &()).unwrap();
    let entries = list(runs.path()).unwrap();
    entries[0].remove().unwrap();
    assert_eq!(list(runs.path()).unwrap(), []);
    let left: Vec<_> = std::fs::read_dir(runs.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, [".lock"]);
    let again = run(&experiment("0.1"), runs.path(), &()).unwrap();
    assert!(!again.reused && again.power == first.power);
    assert!(entries[0].remove().is_ok() && entries[0].remove().is_err());
}

#[test]
fn dead_runs_are_cleared() {
    let runs = tempfile::tempdir().unwrap();
    let dead = runs.path().join(format!(".partial-{}-abcdef", "0".repeat(32)));
    std::fs::create_dir_all(dead.join("run")).unwrap();
    assert_eq!(clear_unfinished(runs.path()).unwrap(), 1);
    assert!(!dead.exists());
    assert_eq!(clear_unfinished(runs.path()).unwrap(), 0);
}

#[test]
fn a_directory_that_is_not_there() {
    let error = list("no such directory").unwrap_err();
    insta::assert_snapshot!(chain(&error), @"
there are no runs in `no such directory`: name the directory that `dunamis run` wrote to
because No such file or directory (os error 2)
");
}
