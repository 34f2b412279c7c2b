//! The JSON documents that outside scripts rely on.

use crate::Workplace;
use serde_json::{Value, json};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The states and means of a list of POWER, after a look at its form.
fn power(list: &Value) -> Vec<(&str, f64)> {
    let entry = |entry| {
        assert_eq!(keys(entry), ["mean", "state", "std_error"]);
        assert!(entry["std_error"].as_f64().expect("a standard error") >= 0.0);
        (entry["state"].as_str().expect("a name"), entry["mean"].as_f64().expect("a number"))
    };
    list.as_array().expect("a list").iter().map(entry).collect()
}

#[test]
fn power_of_one_agent() {
    let document = Workplace::new().document("power grid-3x3 --discount 0.5 --samples 400 --seed 3 --json");
    assert_eq!((&document["schema"], &document["samples"], &document["seed"]), (&json!(1), &json!(400), &json!(3)));
    let power = power(&document["power"]);
    assert_eq!(power.len(), 9);
    assert_eq!((power[0].0, power[5].0), ("(0, 0)", "(1, 2)"));
    // The middle has the most neighbors.
    assert!(power.iter().all(|(_, mean)| (0.5..=power[4].1).contains(mean)), "{power:?}");
}

#[test]
fn power_of_two_agents() {
    let place = Workplace::new();
    let document = place.document(
        "power grid-3x3 --agents 2 --collision leak --discount 0.6 --correlation 0.25 --samples 2000 --seed 1 --json",
    );
    assert_eq!(
        (&document["schema"], &document["collision"], &document["swaps"]),
        (&json!(1), &json!("leak"), &json!("allowed"))
    );
    assert_eq!((&document["correlation"], &document["discount_a"]), (&json!(0.25), &json!(0.6)));
    for list in ["power_h", "power_a", "power_h_seed", "power_a_seed"] {
        let power = power(&document[list]);
        assert_eq!((power.len(), power[0].0), (72, "(0, 0)_H^(0, 1)_A"), "{list}");
    }
    let alignment = &document["alignment"];
    let number = |key: &str| alignment[key].as_f64().expect(key);
    assert!((-1.0..=1.0).contains(&number("alpha")));
    assert!(number("std_error") > 0.0);
    assert!((number("alpha") - number("noise_corrected")).abs() < 0.2, "{alignment}");
    // The reply of A is the best there is, so the seed policy is worth no more.
    let mean = |list: &str| power(&document[list]).iter().map(|(_, mean)| mean).sum::<f64>();
    assert!(mean("power_a") > mean("power_a_seed"));
}

#[test]
fn overlapping_agents_have_more_joint_states() {
    let place = Workplace::new();
    let count = |rule: &str| {
        let document = place
            .document(&format!("power corridor-3 --agents 2 --collision {rule} --discount 0.5 --samples 20 --json"));
        document["power_h"].as_array().map(Vec::len)
    };
    assert_eq!(["none", "leak", "renormalise", "renormalize", "block"].map(count), [9, 6, 6, 6, 6].map(Some));
}

#[test]
fn documents_say_how_they_were_sampled() {
    let place = Workplace::new();
    let plain = place.document("power grid-3x3 --discount 0.5 --samples 20 --json");
    assert_eq!((&plain["sampling"], &plain["until_se_reached"]), (&Value::from("independent"), &Value::Null));
    let stopped = place.document("power grid-3x3 --discount 0.5 --sampling sobol --until-se 0.01 --json");
    assert_eq!((&stopped["sampling"], &stopped["until_se"]), (&Value::from("sobol"), &Value::from(0.01)));
    assert_eq!((&stopped["samples"], &stopped["until_se_reached"]), (&Value::from(1_024), &Value::from(true)));
    let exact = place.document("power grid-3x3 --discount 0.5 --reward one-hot --json");
    assert_eq!((&exact["sampling"], &exact["samples"]), (&Value::Null, &Value::Null));
}

#[test]
fn what_is_undefined_is_null() {
    let place = Workplace::new();
    let one = place.document("power grid-3x3 --discount 0.5 --samples 1 --json");
    assert_eq!(one["power"][0]["std_error"], Value::Null);
    let one = place.document("power corridor-3 --agents 2 --discount 0.5 --samples 1 --json");
    assert_eq!(one["alignment"]["std_error"], Value::Null);
    assert_eq!(one["alignment"]["noise_corrected"], Value::Null);
    let same =
        place.document("power corridor-3 --agents 2 --discount 0.5 --samples 9 --reward point-mass:value=2 --json");
    assert_eq!(same["alignment"]["alpha"], Value::Null);
    assert!((same["power_h"][0]["mean"].as_f64().expect("a number") - 2.0).abs() < 1e-12, "{}", same["power_h"]);
    let skipped = place.document("power corridor-3 --agents 2 --discount 0.5 --samples 9 --no-seed-baseline --json");
    assert_eq!(skipped["power_a_seed"], Value::Null);
    let published = place.document("power corridor-3 --discount 0.5 --samples 9 --as-published --json");
    assert_eq!(published["solver_error"], Value::Null);
}

#[test]
fn one_hot_rewards_are_exact() {
    let place = Workplace::new();
    // Of 3 cells, the middle reaches every goal in one step, and so does a corner but for the other one.
    let document = place.document("power corridor-3 --discount 1/2 --reward one-hot --json");
    assert_eq!(document["samples"], Value::Null);
    let power = power(&document["power"]);
    let expected = [(1.0 + 1.0 + 0.5) / 3.0, 1.0, (1.0 + 1.0 + 0.5) / 3.0];
    for ((state, mean), expected) in power.into_iter().zip(expected) {
        assert!((mean - expected).abs() < 1e-12, "{state}: {mean} for {expected}");
    }
    let sampled = place.document("power corridor-3 --discount 1/2 --reward one-hot --samples 50 --json");
    assert_eq!(sampled["samples"], json!(50));
}

#[test]
fn seed_policies() {
    let place = Workplace::new();
    let joint = place.document("env show corridor-3 --agents 2 --json");
    let stay = joint["states"]
        .as_array()
        .expect("states")
        .iter()
        .map(|state| (state.as_str().expect("a name").to_owned(), json!({"stay": 1})));
    place.file("stay.json", &json!({"schema": 1, "policy": Value::Object(stay.collect())}).to_string());
    let power = |policy: &str| {
        let command = format!("power corridor-3 --agents 2 --discount 0.5 --samples 50 --seed-policy {policy} --json");
        place.document(&command)
    };
    assert_eq!(power("stay.json"), power("stay"));
    assert_ne!(power("uniform")["power_h_seed"], power("stay")["power_h_seed"]);
}

#[test]
fn solutions() {
    let place = Workplace::new();
    let names = ["value-iteration", "policy-iteration", "modified-policy-iteration"];
    for solver in names {
        let document =
            place.document(&format!("solve forest --discount 0.9 --solver {solver} --tolerance 1e-6 --json"));
        assert_eq!((&document["schema"], &document["status"]), (&json!(1), &json!("converged")));
        assert_eq!(document["solver"], json!(solver));
        // Waiting is optimal [Chadès et al. 2014], so that V2 = 4 + 0.9 (0.9 V2 + 0.1 V0) and so on.
        for (value, expected) in document["values"].as_array().expect("values").iter().zip([26.244, 29.484, 33.484]) {
            assert_eq!(keys(value), ["actions", "lower", "state", "upper", "value"]);
            let number = |key: &str| value[key].as_f64().expect(key);
            assert!(number("lower") <= expected + 1e-12 && expected - 1e-12 <= number("upper"), "{value}");
            assert!(number("upper") - number("lower") <= 1e-6, "{value}");
            assert!((number("lower")..=number("upper")).contains(&number("value")), "{value}");
            assert_eq!(value["actions"], json!(["wait"]));
        }
    }
    let solvers = place.document("solve --list --json");
    for name in names {
        let listed = solvers["solvers"].as_array().expect("solvers").iter().any(|solver| solver["name"] == name);
        assert!(listed, "{name}");
    }
}

#[test]
fn exact_values_are_fractions() {
    let place = Workplace::new();
    let document = place.document("solve forest --discount 9/10 --exact --json");
    assert_eq!((&document["discount"], &document["all_actions"]), (&json!("9/10"), &json!(true)));
    let value = |state: usize| &document["values"][state];
    assert_eq!(keys(value(0)), ["actions", "approximation", "state", "value"]);
    // 26.244, 29.484 and 33.484, as in the test above.
    assert_eq!(
        [0, 1, 2].map(|state| &value(state)["value"]),
        [&json!("6561/250"), &json!("7371/250"), &json!("8371/250")]
    );
    assert_eq!(value(1)["approximation"], json!(29.484));
    // Waiting for ever, fire comes at a tenth of all steps: 81 of 100 steps find the oldest stage.
    let average = place.document("solve forest --average --exact --json");
    assert_eq!(average["values"][0]["value"], json!("81/25"));
}

#[test]
fn verifications() {
    let place = Workplace::new();
    let verification = |command: &str| place.document(command)["verification"].clone();
    assert_eq!(verification("solve forest --discount 0.5 --json"), Value::Null);
    for criterion in ["--discount 0.5", "--average", "--steps 4"] {
        let verification = verification(&format!("solve forest {criterion} --verify --json"));
        assert_eq!((&verification["proved"], &verification["failure"]), (&json!(true), &Value::Null), "{criterion}");
        assert!(verification["policy_loss"].as_f64().expect("a number") < 1e-6, "{verification}");
    }
    // Nobody has a proof for rewards without end, and the exit code says so.
    let open = place.answer("solve forest --total --verify --json");
    let document: Value = serde_json::from_str(&open.stdout).expect("JSON");
    assert_eq!((open.code, &document["verification"]["proved"]), (Some(1), &json!(false)));
    assert_eq!(document["values"][0]["upper"], json!("inf"));
    assert!(open.stderr.contains("neither proved nor refuted"), "{open}");
}

#[test]
fn values_go_to_a_file() {
    let place = Workplace::new();
    let printed = place.answer("solve garnet:states=50 --discount 0.9 --output values.csv");
    assert!(printed.stdout.lines().count() < 40, "{printed}");
    assert!(printed.stderr.starts_with("note: 26 of 50 states are left out"), "{printed}");
    let document = place.document("solve garnet:states=50 --discount 0.9 --json");
    let table = std::fs::read_to_string(place.path().join("values.csv")).expect("a table");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("state,value,lower,upper,actions"));
    let values = document["values"].as_array().expect("values");
    assert_eq!(values.len(), 50);
    for (line, value) in lines.by_ref().zip(values) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!((cells.len(), cells[0]), (5, value["state"].as_str().expect("a name")));
        for (cell, key) in cells[1..4].iter().zip(["value", "lower", "upper"]) {
            assert_eq!(cell.parse().ok(), value[key].as_f64(), "{line}");
        }
        let actions: Vec<&str> = cells[4].split(';').collect();
        assert_eq!(json!(actions), value["actions"]);
    }
    assert_eq!(lines.next(), None);
    assert_eq!(std::fs::read_dir(place.path()).expect("a directory").count(), 1, "no half-written file is left");
    place.answer("solve forest --discount 9/10 --exact --output values.csv");
    let table = std::fs::read_to_string(place.path().join("values.csv")).expect("a table");
    assert_eq!(table.lines().nth(1), Some("0,6561/250,wait"));
}

#[test]
fn every_writable_format_keeps_the_solution() {
    use dunamis_envs::format::Content;
    let place = Workplace::new();
    // Of a .dmdp file a solver that is named reads all into memory.
    let model = "solve forest:p=1/4 --discount 0.9 --solver auto --json";
    let expected = place.document(model)["values"].clone();
    for format in dunamis_envs::Format::all().filter(|format| format.writes() && format.reads()) {
        let file = format!("forest.{}", format.extensions()[0]);
        let name = format.name().to_lowercase().replace(' ', "-");
        if !format.holds(Content::Rewards) {
            continue;
        }
        let all = Content::ALL.iter().filter(|&&content| content != Content::Rewards).map(|content| content.name());
        let all = all.collect::<Vec<_>>().join(",");
        let answer = place.answer(&format!("env convert forest:p=1/4 {file} --format {name} --without {all}"));
        assert_eq!(answer.code, Some(0), "{format}: {answer}");
        let solved = place.document(&format!("solve {file} --discount 0.9 --solver auto --json"));
        for (found, expected) in solved["values"].as_array().expect("values").iter().zip(expected.as_array().unwrap()) {
            assert_eq!((&found["lower"], &found["upper"]), (&expected["lower"], &expected["upper"]), "{format}");
        }
        assert_eq!(solved["values"].as_array().map(Vec::len), Some(3));
    }
}

#[test]
fn a_file_may_bring_its_discount() {
    let place = Workplace::new();
    let model = place.answer("env show forest --json").stdout;
    let mut model: Value = serde_json::from_str(&model).expect("JSON");
    model["discount"] = json!("9/10");
    place.file("forest.json", &model.to_string());
    let own = place.document("solve forest.json --json");
    assert_eq!((&own["criterion"], &own["discount"]), (&json!("discounted"), &json!(0.9)));
    assert_eq!(own["values"], place.document("solve forest --discount 0.9 --json")["values"]);
    assert_eq!(place.document("solve forest.json --discount 0.5 --json")["discount"], json!(0.5));
    assert_eq!(place.document("solve forest.json --average --json")["discount"], Value::Null);
    // What is shown is what is read back, the discount included.
    let shown: Value = serde_json::from_str(&place.answer("env show forest.json --json").stdout).expect("JSON");
    assert_eq!(shown["discount"], json!("9/10"));
}

#[test]
fn discounts_have_exact_forms() {
    let place = Workplace::new();
    let document = place.document("discounts forest --json");
    let points = document["breakpoints"].as_array().expect("points");
    assert_eq!((points.len(), document["intervals"].as_array().map(Vec::len)), (1, Some(2)));
    // Cutting at stage 1 is worth as much as waiting where 81 γ² + 90 γ = 25.
    let discount = &points[0]["discount"];
    assert_eq!((&discount["exact"], &discount["polynomial"]), (&Value::Null, &json!(["-25", "90", "81"])));
    let root = (f64::sqrt(90.0 * 90.0 + 4.0 * 81.0 * 25.0) - 90.0) / 162.0;
    let bound = |key: &str| discount[key].as_f64().expect("a number");
    assert!(bound("lower") <= root + 1e-15 && root - 1e-15 <= bound("upper"), "{discount}");
    assert_eq!(points[0]["actions"]["1"], json!(["wait", "cut"]));
    assert_eq!(document["intervals"][0]["actions"]["1"], json!(["cut"]));
    assert_eq!(document["blackwell_threshold"], *discount);
    assert_eq!(document["intervals"][1]["low"], *discount);
}

#[test]
fn all_tied_actions_are_named() {
    let place = Workplace::new();
    let transition = |action: &str| json!({"from": "a", "action": action, "to": "b", "probability": 1});
    let stay = json!({"from": "b", "action": "stay", "to": "b", "probability": 1});
    let model = json!({
        "schema": 1,
        "states": ["a", "b"],
        "transitions": [transition("left"), transition("right"), stay],
        "rewards": {"b": "1/3"},
    });
    place.file("model.json", &model.to_string());
    let document = place.document("solve model.json --discount 0.5 --json");
    assert_eq!(document["values"][0]["actions"], json!(["left", "right"]));
    assert_eq!(document["values"][1]["state"], json!("b"));
}

#[test]
fn lists() {
    let place = Workplace::new();
    let environments = place.document("env list --json");
    assert_eq!(environments["environments"].as_array().map(Vec::len), Some(dunamis_envs::REGISTRY.len()));
    assert_eq!(environments["environments"][0]["name"], json!("grid-3x3"));
    let figures = place.document("figure list --json");
    let id = |figure: &Value| figure["id"].as_str().map(ToOwned::to_owned);
    let ids: Vec<_> = figures["figures"].as_array().expect("figures").iter().filter_map(id).collect();
    for n in 1..=11 {
        assert!(ids.contains(&format!("h3-fig{n}")), "{ids:?}");
    }
}

#[test]
fn threads_change_no_byte() {
    let place = Workplace::new();
    place.file("run.toml", "name = 'x'\nsamples = 150\n[environment]\nname = 'grid-3x3'\n[power]\ndiscount = 0.9\n");
    for command in [
        "power maze-7x7:noise=0.2 --discount 0.9 --samples 150 --json",
        "power grid-3x3 --agents 2 --collision leak --discount 0.6 --correlation -0.5 --samples 300 --json",
        "power case-study --limit-one --samples 100 --json",
        "solve garnet:states=60 --discount 0.9 --json",
    ] {
        let [one, two, four] = [1, 2, 4].map(|threads| place.answer(&format!("{command} --threads {threads}")));
        assert_eq!(one.code, Some(0), "{command}: {one}");
        assert_eq!(one.stdout, two.stdout, "{command}");
        assert_eq!(one.stdout, four.stdout, "{command}");
    }
    let tables = [1, 2, 4].map(|threads| {
        let document = place.document(&format!("run run.toml --runs runs-{threads} --threads {threads} --json"));
        let path = place.path().join(document["path"].as_str().expect("a path"));
        std::fs::read(path.join("power.csv")).expect("a table")
    });
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0], tables[2]);
}
