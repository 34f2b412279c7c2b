//! `dunamis report`.

use crate::Workplace;

/// Two runs.
const SWEEP: &str =
    "name = 'corridor'\nsamples = 20\n[environment]\nname = 'corridor-3'\n[power]\ndiscount = [0.1, 0.9]\n";

#[test]
fn a_sweep_and_its_runs_give_the_same_page() {
    let place = Workplace::new();
    place.file("sweep.toml", SWEEP);
    let answer = place.answer("report sweep.toml");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    assert!(answer.stdout.starts_with("report.html: 2 runs, ") && answer.stdout.ends_with(" KiB\n"), "{answer}");
    let read = |file: &str| std::fs::read_to_string(place.path().join(file)).expect("a page");
    let page = read("report.html");
    assert!(page.contains("<title>corridor</title>"));

    let entries = std::fs::read_dir(place.path().join("runs")).expect("runs");
    let names = entries.map(|entry| entry.expect("an entry").file_name().display().to_string());
    // As a shell lists them, without hidden files.
    let runs: Vec<String> = names.filter(|name| !name.starts_with('.')).map(|name| format!("runs/{name}")).collect();
    let answer = place.answer(&format!("report {} --out its.html", runs.join(" ")));
    assert_eq!(answer.code, Some(0), "{answer}");
    let command = |page: &str| {
        let (_, rest) = page.split_once("\"command\":\"").expect("a command");
        rest.split_once('"').expect("an end").0.to_owned()
    };
    let other = read("its.html");
    assert_eq!(command(&page), "dunamis report sweep.toml --out report.html");
    // The runs go in the order of their discounts, whatever the order of the arguments.
    assert_eq!(page.replace(&command(&page), ""), other.replace(&command(&other), ""));
}

#[test]
fn settings_change_the_config() {
    let place = Workplace::new();
    place.file("sweep.toml", SWEEP);
    place.file("other.toml", &SWEEP.replace("samples = 20", "samples = 30").replace("[0.1, 0.9]", "[0.3, 0.6, 0.7]"));
    let page = |arguments: &str, file: &str| {
        let answer = place.answer(&format!("report {arguments} --out {file}"));
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{arguments}");
        let page = std::fs::read_to_string(place.path().join(file)).expect("a page");
        let (head, rest) = page.split_once("\"command\":\"").expect("a command");
        let (command, rest) = rest.split_once('"').expect("an end");
        (command.to_owned(), format!("{head}{rest}"))
    };
    let (command, set) = page("sweep.toml --set samples=30 --set 'power.discount=[0.3, 0.6, 0.7]'", "set.html");
    assert_eq!(
        command,
        "dunamis report sweep.toml --set samples=30 --set 'power.discount=[0.3, 0.6, 0.7]' --out set.html"
    );
    assert_eq!(set, page("other.toml", "other.html").1);
}

#[test]
fn what_is_no_run_is_refused() {
    let place = Workplace::new();
    let answer = place.answer("report nowhere");
    assert_eq!(answer.code, Some(2));
    insta::assert_snapshot!(answer);
    let answer = place.answer("report nowhere --set samples=3");
    assert_eq!(answer.code, Some(2));
    insta::assert_snapshot!("settings_without_a_config", answer);
    assert!(!place.path().join("report.html").exists());
}
