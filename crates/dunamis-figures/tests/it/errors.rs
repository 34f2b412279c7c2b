//! What goes wrong is named.

use std::error::Error;
use std::fs;

use dunamis_figures::{FigureError, Options, Runs, find, produce};

use crate::{alone, corridor};

#[test]
fn messages() {
    let (_a, together) = corridor("none");
    let (_b, alone) = alone();
    let together = Runs::from(vec![together]);
    let alone_runs = Runs::from(vec![alone.clone()]);
    let figure = |id| find(id).unwrap();
    insta::assert_snapshot!(figure("h3-fig1").table(&together).unwrap_err(), @"run `corridor` has another number of agents than the figure draws, which is 1; pass the run of its experiment");
    insta::assert_snapshot!(figure("h3-fig2").draw(&alone_runs).err().unwrap(), @"run `alone` has another number of agents than the figure draws, which is 2; pass the run of its experiment");
    insta::assert_snapshot!(figure("h3-fig2").caption(&together).unwrap_err(), @"environment `corridor-3` has no joint state with H at (0, 3) and A at (0, 2); name one that its collision rule allows");
    insta::assert_snapshot!(figure("h3-fig5-detail").draw(&together).err().unwrap(), @"cell (0, 4) is not open; crop the figure to positions that an agent can have");
    insta::assert_snapshot!(figure("h3-fig9").caption(&together).unwrap_err(), @"figure `h3-fig9` needs 2 runs but got 1; pass one for each of its experiments, in order");
    insta::assert_snapshot!(figure("optsp-fig9").caption(&together).unwrap_err(), @"figure `optsp-fig9` draws analysis 0; pass the runs of all its analyses, in order");
    let flat = dunamis_experiment::Run { layout: None, ..alone };
    insta::assert_snapshot!(figure("h3-fig1").caption(&vec![flat].into()).unwrap_err(), @"run `alone` has no cells to draw; its environment must be a gridworld");
}

#[test]
fn options_that_contradict_each_other() {
    let options = Options { quick: true, precise: true, ..Options::default() };
    insta::assert_snapshot!(produce(&["h3-fig1"], &options, &()).unwrap_err(), @"`quick` takes few samples and `precise` takes many; choose one of them");
}

#[test]
fn a_directory_that_cannot_be_written() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let out =
        Options { out: file.join("figures"), runs: directory.path().join("runs"), quick: true, ..Options::default() };
    let error = produce(&["h3-fig1"], &out, &()).unwrap_err();
    assert!(matches!(&error, FigureError::Write { .. }) && error.source().is_some(), "{error}");
    assert!(!directory.path().join("runs").exists(), "found out before anything ran");
    let runs = Options { out: directory.path().join("figures"), runs: file, quick: true, ..Options::default() };
    let error = produce(&["h3-fig1"], &runs, &()).unwrap_err();
    assert!(matches!(&error, FigureError::Figure { figure: "h3-fig1", .. }) && error.source().is_some(), "{error}");
    assert!(!error.is_cancelled());
}

#[test]
fn an_observer_can_stop() {
    struct Impatient;
    impl dunamis_experiment::Observer for Impatient {
        fn cancelled(&self) -> bool {
            true
        }
    }
    impl dunamis_figures::Observer for Impatient {}
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        out: directory.path().join("figures"),
        runs: directory.path().join("runs"),
        quick: true,
        ..Options::default()
    };
    let error = produce(&["h3-fig1"], &options, &Impatient).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    assert_eq!(fs::read_dir(directory.path().join("figures")).unwrap().count(), 0);
}
