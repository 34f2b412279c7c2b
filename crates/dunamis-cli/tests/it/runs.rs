//! `dunamis run`.

use crate::Workplace;
use serde_json::json;

#[test]
fn a_run_is_reused() {
    let place = Workplace::new();
    place.file(
        "corridor.toml",
        "name = 'corridor'\nsamples = 200\n[environment]\nname = 'corridor-3'\ncollision = 'block'\n[power]\nagents = 2\ndiscount = 0.5\n",
    );
    let first = place.answer("run corridor.toml");
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("runs/[0-9a-f]+", "runs/KEY");
    settings.bind(|| insta::assert_snapshot!(first));

    let again = place.answer("run corridor.toml").stdout;
    let reused: String = again.replace(", reused\n", "\n");
    assert_eq!((again == reused, reused), (false, first.stdout));

    let document = place.document("run corridor.toml --json");
    assert_eq!((&document["schema"], &document["reused"]), (&json!(1), &json!(true)));
    assert_eq!((&document["agents"], &document["states"], &document["samples"]), (&json!(2), &json!(6), &json!(200)));
    assert_eq!(document["summary"].as_array().map(Vec::len), Some(4));
    // The manifest has what the command says.
    let path = place.path().join(document["path"].as_str().expect("a path"));
    let manifest = std::fs::read_to_string(path.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["alignment"]["alpha"], document["alignment"]["alpha"]);
}

#[test]
fn a_run_has_the_numbers_of_the_power_command() {
    let place = Workplace::new();
    place.file(
        "maze.toml",
        "name = 'maze'\nsamples = 100\nseed = 5\n[environment]\nname = 'maze-7x7'\n[power]\ndiscount = 0.9\n",
    );
    let run = place.document("run maze.toml --runs here --json");
    let power = place.document("power maze-7x7 --discount 0.9 --samples 100 --seed 5 --json");
    let means =
        power["power"].as_array().expect("a list").iter().map(|state| state["mean"].as_f64().expect("a number"));
    let highest = means.fold(0.0, f64::max);
    assert_eq!(run["summary"][0]["highest"].as_f64(), Some(highest));
}

#[test]
fn a_damaged_run_is_replaced_and_said_so() {
    let place = Workplace::new();
    place.file(
        "corridor.toml",
        "name = 'corridor'\nsamples = 20\n[environment]\nname = 'corridor-3'\n[power]\ndiscount = 0.5\n",
    );
    let document = place.document("run corridor.toml --json");
    let table = place.path().join(document["path"].as_str().expect("a path")).join("power.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    std::fs::write(&table, text.replace("0.", "1.")).expect("a writable table");
    let again = place.answer("run corridor.toml");
    assert_eq!(again.code, Some(0));
    insta::assert_snapshot!(again.stderr);
    assert_eq!(std::fs::read_to_string(&table).expect("a table"), text);
}
