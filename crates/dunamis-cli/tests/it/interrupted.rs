//! Runs that are killed, and runs that are stopped.

use crate::{Answer, Workplace};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Some seconds of work.
const CONFIG: &str = "name = 'long'\nsamples = 6000\n[environment]\nname = 'maze-7x7'\ncollision = 'leak'\n[power]\nagents = 2\ndiscount = 0.1\n";

/// A discount so close to 1 that bounds, narrowed by its power, would need hours.
#[cfg(unix)]
const ENDLESS: &str = "solve forest:states=1000 --discount 0.99999999 --solver interval-iteration \
                       --max-iterations 1000000000 --states 0 --json";

#[cfg(unix)]
fn interrupt(child: &Child) {
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("a shell").success());
}

#[cfg(unix)]
#[test]
fn a_stopped_solver_has_true_bounds() {
    let place = Workplace::new();
    // A signal that comes before the solver has begun ends the program at once, so a slow machine gets more time.
    let answer = (0..8).map(|doubling| {
        let mut command = place.command(ENDLESS);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        std::thread::sleep(Duration::from_millis(200 << doubling));
        interrupt(&child);
        Answer::from(child.wait_with_output().expect("an ended child"))
    });
    let answer = answer.into_iter().find(|answer| !answer.stdout.is_empty()).expect("a solver that begins");
    assert_eq!(answer.code, Some(130));
    insta::assert_snapshot!(answer.stderr, @r"
    warning: stopping with what is at hand; press Ctrl-C again to stop at once
    warning: interrupted: the bounds are true, but farther apart than asked for
    ");
    let document: serde_json::Value = serde_json::from_str(&answer.stdout).expect("JSON");
    assert_eq!(document["status"], "interrupted");
    let truth = place.answer("solve forest:states=1000 --discount 0.99999999 --states 0 --json").stdout;
    let truth = serde_json::from_str(&truth).expect("JSON");
    let number = |document: &serde_json::Value, key: &str| document["values"][0][key].as_f64().expect("a number");
    let (lower, upper) = (number(&document, "lower"), number(&document, "upper"));
    assert!(lower < number(&truth, "lower") && number(&truth, "upper") < upper, "[{lower}, {upper}] of {truth}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_stopped_ends_at_once() {
    let place = Workplace::new();
    let mut command = place.command("solve garnet:states=400,seed=1 --discount 0.9 --exact");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let answer = Answer::from(child.wait_with_output().expect("an ended child"));
    assert_eq!((answer.code, answer.stdout.as_str(), answer.stderr.as_str()), (Some(130), "", ""));
}

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
    interrupt(&child);
    let answer = Answer::from(child.wait_with_output().expect("an ended child"));
    insta::assert_snapshot!(answer);
    assert_eq!(entries(&place), [""; 0].map(std::path::PathBuf::from));
    rerun(&place);
}
