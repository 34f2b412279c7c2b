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
