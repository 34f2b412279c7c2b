//! Help that teaches, and usage errors that help.

use crate::Workplace;

#[test]
fn every_command_explains_itself() {
    let place = Workplace::new();
    for command in [
        "",
        "env",
        "env list",
        "env show",
        "env draw",
        "env convert",
        "env edit",
        "env check",
        "env formats",
        "policy",
        "policy edit",
        "solve",
        "discounts",
        "power",
        "goals",
        "goals describe",
        "goals sample",
        "goals predict",
        "goals certify",
        "orbit",
        "orbit certify",
        "orbit verify",
        "orbit copies",
        "orbit tendency",
        "orbit probability",
        "run",
        "runs",
        "runs list",
        "runs show",
        "runs table",
        "runs merge",
        "runs verify",
        "runs prune",
        "report",
        "draw",
        "import",
        "import powerplay",
        "analyze",
        "figure",
        "figure list",
        "figure run",
    ] {
        let answer = place.answer(&format!("{command} --help"));
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{command}");
        for line in answer.stdout.lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
        let name = if command.is_empty() { "dunamis".into() } else { command.replace(' ', "-") };
        insta::assert_snapshot!(format!("help-{name}"), answer);
    }
}

#[test]
fn short_help_is_short() {
    insta::assert_snapshot!(Workplace::new().answer("-h"));
}

#[test]
fn the_config_in_the_help_works() {
    let place = Workplace::new();
    let help = place.answer("run --help").stdout;
    let (_, example) = help.split_once("then dunamis run maze.toml\n").expect("an example");
    let (example, _) = example.split_once("\nThe same").expect("more examples");
    // As many samples as the example has would only take longer.
    place.file("maze.toml", &example.replace("samples = 1000", "samples = 20"));
    let answer = place.answer("run maze.toml");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    assert!(answer.stdout.starts_with("two agents in the maze: 930 states, 20 samples, seed 0\n"), "{answer}");
}

#[test]
fn the_analysis_in_the_help_works() {
    let place = Workplace::new();
    let help = place.answer("analyze --help").stdout;
    let (_, example) = help.split_once("then dunamis analyze corridor.toml\n").expect("an example");
    place.file("corridor.toml", &example.replace("samples = 500", "samples = 20"));
    let answer = place.answer("analyze corridor.toml");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    assert!(answer.stdout.starts_with("H in the upper right corner of the maze: transitions.json\n"), "{answer}");
    let document = place.document("analyze corridor.toml --json");
    assert_eq!(document["reused"], true);
    assert_eq!(document["transitions"][0]["contrasts"][0]["discount"], 0.5);
}

#[test]
fn the_model_in_the_help_works() {
    let place = Workplace::new();
    let help = place.answer("solve --help").stdout;
    let (_, example) = help.split_once("`dunamis env show forest --json`):\n").expect("an example");
    place.file("model.json", example);
    let document = place.document("solve model.json --discount 1/2 --json");
    // The rain comes after three steps on average: V = 1 + 1/2 · 2/3 · V.
    assert!((document["values"][0]["value"].as_f64().expect("a number") - 1.5).abs() < 1e-9, "{document}");
}

#[test]
fn the_examples_in_the_help_work() {
    let place = Workplace::new();
    place.file("my-map.txt", "..\n.#\n");
    place.file("my-model.json", &place.answer("env show forest --json").stdout);
    place.answer("env convert implicit-grid:rows=3,columns=3 grid.dmdp");
    for command in ["env list", "env show", "env convert", "env formats", "solve", "discounts", "power"] {
        let help = place.answer(&format!("{command} --help")).stdout;
        let examples = help.lines().filter_map(|line| line.strip_prefix("  dunamis "));
        let examples: Vec<&str> = examples.filter(|example| !example.contains(['|', '>'])).collect();
        assert!(!examples.is_empty(), "{command}");
        for example in examples {
            // Few samples, so that the test is fast.
            let example = match example.split_once("--samples ") {
                Some((before, after)) => {
                    let rest = after.split_once(' ').map_or("", |(_, rest)| rest);
                    format!("{before}--samples 20 {rest}")
                }
                None if example.starts_with("power") => format!("{example} --samples 20"),
                None => example.to_owned(),
            };
            let answer = place.answer(&example);
            assert_eq!(answer.code, Some(0), "{example}: {answer}");
        }
    }
}

#[test]
fn usage_errors() {
    let place = Workplace::new();
    let commands = ["", "powr", "power grid-3x3", "power grid-3x3 --discount 0.5 --sampels 3", "figure run"];
    for (i, command) in commands.into_iter().enumerate() {
        let answer = place.answer(command);
        assert_eq!(answer.code, Some(2), "{command}");
        insta::assert_snapshot!(format!("usage-{i}"), answer);
    }
}
