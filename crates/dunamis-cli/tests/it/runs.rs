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

/// A place with a sweep of two agents, run into `runs`.
fn swept() -> Workplace {
    let place = Workplace::new();
    place.file(
        "sweep.toml",
        "name = 'far-sightedness'\nsamples = 100\n[environment]\nname = 'corridor-3'\n[power]\nagents = 2\ndiscount = [0.1, 0.9]\n",
    );
    place
}

fn without_keys() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("[0-9a-f]{32}", "KEY");
    settings.add_filter("\\b[0-9a-f]{8}\\b", "KEY");
    settings.add_filter("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME");
    settings.add_filter("\\d+\\.\\d (s on \\d+ threads?)", "0.1 $1");
    settings.add_filter("s on \\d+ threads?", "s on N threads");
    settings.add_filter("\\d\\.\\d( +)(\\d\\.\\d KiB)", "0.1$1$2");
    settings.add_filter("\\d\\.\\d KiB", "1.0 KiB");
    settings.bind_to_scope()
}

#[test]
fn a_sweep_is_a_table_of_runs() {
    let place = swept();
    let _guard = without_keys();
    insta::assert_snapshot!(place.answer("run sweep.toml"));
    insta::assert_snapshot!(place.answer("run sweep.toml --set power.correlation=[0,1] --set power.discount=0.5"));
    let document = place.document("run sweep.toml --json");
    assert_eq!(document["axes"][0]["keys"], json!([{ "key": "power.discount", "values": ["0.1", "0.9"] }]));
    assert_eq!(document["runs"][1]["at"], json!([1]));
    assert_eq!(document["runs"][1]["reused"], json!(true));
    for wrong in
        ["--set samples", "--set power.discount=2", "--set power.discount=[]", "--set smaples=3", "--set samples=[1,0]"]
    {
        let answer = place.answer(&format!("run sweep.toml {wrong}"));
        assert_eq!(answer.code, Some(2), "{wrong}");
        insta::assert_snapshot!(answer.stderr);
    }
}

#[test]
fn runs_are_listed_shown_and_compared() {
    let place = swept();
    let document = place.document("run sweep.toml --json");
    let key = |i: usize| document["runs"][i]["key"].as_str().expect("a key").to_owned();
    let _guard = without_keys();
    insta::assert_snapshot!(place.answer("runs list"));
    insta::assert_snapshot!(place.answer(&format!("runs show {}", &key(1)[..12])));
    insta::assert_snapshot!(place.answer("runs table"));
    assert_eq!(place.document(&format!("runs show {} --json", key(0)))["summary"], document["runs"][0]["summary"]);
    let listed = place.document("runs list --json");
    assert_eq!(listed["runs"].as_array().map(Vec::len), Some(2));
    let table = place.document("runs table --json");
    assert_eq!(table["rows"][0]["discount"], json!(0.1));
    assert_eq!(place.answer("runs table --states --output all.csv").code, Some(0));
    let csv = std::fs::read_to_string(place.path().join("all.csv")).expect("a table");
    assert_eq!(csv.lines().count(), 1 + 2 * 9);
    for wrong in ["runs show nothing", "runs show ''", "runs list --runs elsewhere", "runs table --output table.xlsx"] {
        let answer = place.answer(wrong);
        assert_eq!(answer.code, Some(2), "{wrong}");
        insta::assert_snapshot!(answer.stderr);
    }
}

#[test]
fn runs_are_verified_and_pruned() {
    let place = swept();
    let document = place.document("run sweep.toml --json");
    let path = |i: usize| place.path().join(document["runs"][i]["path"].as_str().expect("a path"));
    assert_eq!(place.answer("runs verify").code, Some(0));
    std::fs::write(path(0).join("power.csv"), "state,power\n").expect("a writable table");
    let verified = place.answer("runs verify");
    assert_eq!(verified.code, Some(1));
    let _guard = without_keys();
    insta::assert_snapshot!(verified.stdout);
    // Hashes are not looked at for a list: a run is only removed as damaged when it cannot be listed.
    std::fs::remove_file(path(0).join("manifest.json")).expect("a manifest");
    insta::assert_snapshot!(place.answer("runs prune --dry-run"));
    assert!(path(0).exists());
    insta::assert_snapshot!(place.answer("runs prune"));
    assert!(!path(0).exists() && path(1).exists());
    let key = document["runs"][1]["key"].as_str().expect("a key");
    assert_eq!(place.answer(&format!("runs prune {key}")).code, Some(0));
    assert!(!path(1).exists());
}
