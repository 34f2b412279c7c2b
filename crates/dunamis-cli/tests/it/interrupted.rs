//! Runs that are killed, and runs that are stopped.

use crate::{Answer, Workplace};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Some seconds of work.
const CONFIG: &str = "name = 'long'\nsamples = 6000\n[environment]\nname = 'maze-7x7'\ncollision = 'leak'\n[power]\nagents = 2\ndiscount = 0.1\n";

/// Starts a long run and waits until it is under way.
fn start(place: &Workplace) -> Child {
    place.file("long.toml", CONFIG);
    let mut command = place.command("run long.toml");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let begin = Instant::now();
    let under_way = || !entries(place).is_empty();
    while !under_way() {
        assert!(begin.elapsed() < Duration::from_secs(60), "the run does not begin");
        assert!(child.try_wait().expect("a child").is_none(), "the run ended at once");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

/// What is in the directory of runs, apart from the lock file.
fn entries(place: &Workplace) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(place.path().join("runs")) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

/// Runs the same again, to its end.
fn rerun(place: &Workplace) {
    let document = place.document("run long.toml --json");
    assert_eq!((&document["reused"], &document["samples"]), (&false.into(), &6000.into()));
    let path = place.path().join(document["path"].as_str().expect("a path"));
    assert!(path.join("manifest.json").is_file());
    assert_eq!(entries(place), [path], "what the ended run had begun is cleared away");
    assert_eq!(place.document("run long.toml --json")["reused"], true);
}

#[test]
fn a_killed_run_leaves_nothing_that_counts_as_complete() {
    let place = Workplace::new();
    let mut child = start(&place);
    child.kill().expect("a child to kill");
    let answer = Answer::from(child.wait_with_output().expect("an ended child"));
    assert_eq!((answer.code, answer.stdout.as_str()), (None, ""), "killed before its end");
    for entry in entries(&place) {
        assert!(!entry.join("manifest.json").exists(), "{}", entry.display());
    }
    rerun(&place);
}

#[cfg(unix)]
#[test]
fn a_stopped_run_clears_up() {
    let place = Workplace::new();
    let child = start(&place);
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("a shell").success());
    let answer = Answer::from(child.wait_with_output().expect("an ended child"));
    insta::assert_snapshot!(answer);
    assert_eq!(entries(&place), [""; 0].map(std::path::PathBuf::from));
    rerun(&place);
}
