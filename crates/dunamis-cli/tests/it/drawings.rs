//! `dunamis draw` and `dunamis env draw`.

use crate::Workplace;
use std::fmt::Write;

const CONFIG: &str = "name = \"corridor\"\nsamples = 40\nkeep-samples = 20\n\n[environment]\nname = \"corridor-3\"\n\n\
    [power]\nagents = 2\ndiscount = 0.5\n";

fn workplace() -> Workplace {
    let place = Workplace::new();
    place.file("corridor.toml", CONFIG);
    place.file("sweep.toml", &CONFIG.replace("discount = 0.5", "discount = 0.5\ncorrelation = [0, 0.5, 1]"));
    place.file("alone.toml", &CONFIG.replace("agents = 2\n", "").replace("keep-samples = 20\n", ""));
    place.file("candy.toml", &CONFIG.replace("agents = 2\n", "").replace("corridor-3", "candy"));
    place
}

fn drawn(place: &Workplace, arguments: &str, file: &str) -> Vec<u8> {
    let answer = place.answer(&format!("draw {arguments} --out {file}"));
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{arguments}");
    assert_eq!(answer.stdout, format!("{file}\n"), "{arguments}");
    std::fs::read(place.path().join(file)).expect(file)
}

#[test]
fn whatever_can_be_drawn_is_drawn() {
    let place = workplace();
    for (arguments, file, begins) in [
        ("corridor.toml", "a.svg", "<svg"),
        ("corridor.toml --what variance --agent A", "b.svg", "<svg"),
        ("corridor.toml --what histogram --agent h --log", "c.svg", "<svg"),
        ("corridor.toml --what histogram-2d", "d.svg", "<svg"),
        ("corridor.toml --what alignment", "e.png", "\u{89}PNG"),
        ("corridor.toml --what rewards --state '(0, 1)_H^(0, 2)_A'", "f.svg", "<svg"),
        ("corridor.toml --what policy --sample 3", "g.svg", "<svg"),
        ("corridor.toml --what rollout --sample 3 --steps 4", "h.gif", "GIF89a"),
        ("corridor.toml --what rollout --steps 4", "i.csv", "quantity,state,value"),
        ("sweep.toml", "j.apng", "\u{89}PNG"),
        ("sweep.toml --what alignment --delay 100 --scale 1", "k.gif", "GIF89a"),
        ("sweep.toml --what sweep", "l.svg", "<svg"),
        ("sweep.toml --what sweep", "m.csv", "quantity,state,value"),
        ("alone.toml", "n.svg", "<svg"),
        ("candy.toml", "o.svg", "<svg"),
        ("candy.toml --what rollout --state start --steps 3", "p.gif", "GIF89a"),
    ] {
        let bytes = drawn(&place, arguments, file);
        let begins: Vec<u8> = begins.chars().map(|c| c as u8).collect();
        assert!(bytes.starts_with(&begins) && bytes.len() > 200, "{arguments}");
    }
}

#[test]
fn runs_are_named_by_their_directories_too() {
    let place = workplace();
    let document = place.document("run sweep.toml --json");
    let runs = document["runs"].as_array().expect("runs");
    let paths: Vec<&str> = runs.iter().rev().map(|run| run["path"].as_str().expect("a path")).collect();
    assert_eq!(paths.len(), 3, "{document}");
    let together = drawn(&place, &format!("{} --what alignment", paths.join(" ")), "together.csv");
    assert_eq!(together, drawn(&place, "sweep.toml --what alignment", "sweep.csv"), "sorted by what differs");
    let text = String::from_utf8(together).expect("text");
    let set = drawn(&place, "corridor.toml --set 'power.correlation=[0, 0.5, 1]' --what alignment", "set.csv");
    assert_eq!(text.as_bytes(), set, "the same runs from another config");
    assert!(text.contains("alpha,β = 0.5,") && text.contains("\"β = 1: (0, 0)_H^(0, 0)_A\""), "{text}");
}

#[test]
fn a_walk_that_leaves_the_model_says_so() {
    let place = workplace();
    let settings = "--set environment.collision=leak --set environment.noise=0.3";
    let answer = place.answer(&format!("draw corridor.toml {settings} --what rollout --steps 1000 --out walk.csv"));
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(0), "walk.csv\n"));
    let text = std::fs::read_to_string(place.path().join("walk.csv")).expect("a table");
    let steps = text.lines().filter(|line| line.starts_with("step,")).count() - 1;
    let note = format!("note: the walk ends after {steps} of 1000 steps: the next move leaves the model\n");
    assert_eq!(answer.stderr, note);
    assert!(text.lines().last().is_some_and(|line| line.starts_with("leaves the model,")), "{text}");
}

#[test]
fn errors_name_the_fix() {
    let place = workplace();
    place.file("two.toml", &CONFIG.replace("discount = 0.5", "discount = [0.1, 0.5]\ncorrelation = [0, 1]"));
    let mut report = String::new();
    for arguments in [
        "corridor.toml --out a.pdf",
        "corridor.toml --out a.gif",
        "sweep.toml --what sweep --out a.gif",
        "two.toml --out a.svg",
        "corridor.toml corridor.toml --out a.svg",
        "sweep.toml --what policy --out a.svg",
        "alone.toml --what histogram --out a.svg",
        "alone.toml --what rollout --out a.gif",
        "alone.toml --what alignment --out a.svg",
        "alone.toml --agent A --out a.svg",
        "corridor.toml --what histogram --state '(0, 1)_H' --out a.svg",
        "corridor.toml --what rollout --sample 20 --out a.gif",
        "corridor.toml --what rollout --state '(0, 0)_H^(0, 9)_A' --out a.gif",
        "sweep.toml --delay 1 --out a.gif",
        "nowhere --out a.svg",
        "nowhere --set samples=3 --out a.svg",
        "corridor.toml --set power.discount=2 --out a.svg",
    ] {
        let answer = place.answer(&format!("draw {arguments}"));
        assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""), "{arguments}: {answer}");
        writeln!(report, "draw {arguments}\n{}", answer.stderr).expect("a string");
    }
    assert!(!place.path().join("a.svg").exists() && !place.path().join("a.gif").exists());
    insta::assert_snapshot!(report);
}

#[test]
fn environments_are_drawn_without_a_run() {
    let place = workplace();
    place.file("policy.json", "");
    let written = place.answer("policy edit maze-7x7 policy.json");
    assert_eq!(written.code, Some(0), "{written}");
    place.file("map.txt", "..#\n...\n");
    for (arguments, file, begins) in [
        ("case-study", "a.svg", "<svg"),
        ("maze-7x7:noise=0.1 --as graph", "b.svg", "<svg"),
        ("maze-7x7 --policy policy.json --title Mine", "c.PNG", "\u{89}PNG"),
        ("map.txt --policy stay --scale 1", "d.png", "\u{89}PNG"),
        ("taxi --state '(0, 0) red to blue' --steps 1", "e.svg", "<svg"),
        ("corridor-3 --agents 2 --collision leak", "f.svg", "<svg"),
    ] {
        let answer = place.answer(&format!("env draw {arguments} --out {file}"));
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{arguments}");
        assert_eq!(answer.stdout, format!("{file}\n"), "{arguments}");
        let bytes = std::fs::read(place.path().join(file)).expect(file);
        let begins: Vec<u8> = begins.chars().map(|c| c as u8).collect();
        assert!(bytes.starts_with(&begins) && bytes.len() > 200, "{arguments}");
    }
    let left = std::fs::read_dir(place.path()).expect("a directory").count();
    let mut report = String::new();
    for arguments in [
        "taxi --out g.svg",
        "candy --as grid --out g.svg",
        "candy --out g.gif",
        "candy --state nowhere --out g.svg",
        "candy --steps 1 --out g.svg",
        "corridor-3 --agents 2 --policy uniform --out g.svg",
        "candy --policy stay --out g.svg",
        "candy --out nowhere/g.svg",
    ] {
        let answer = place.answer(&format!("env draw {arguments}"));
        let _ = write!(report, "$ dunamis env draw {arguments}\n{answer}\n");
    }
    insta::assert_snapshot!(report);
    assert_eq!(
        std::fs::read_dir(place.path()).expect("a directory").count(),
        left,
        "no half-written file stays behind"
    );
}
