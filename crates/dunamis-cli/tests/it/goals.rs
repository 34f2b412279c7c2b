//! Goals compatible with training: described, drawn, predicted, certified.

use crate::Workplace;
use serde_json::{Value, json};

fn workplace() -> Workplace {
    let place = Workplace::new();
    // Each state is said to be left rather than kept.
    let row = |from: &str, action: &str, to: &str| {
        format!(r#"{{"from": "{from}", "action": "{action}", "to": "{to}", "probability": 1}}"#)
    };
    let rows = [
        row("a", "stay", "a"),
        row("a", "leave", "b"),
        row("b", "stay", "b"),
        row("b", "leave", "a"),
        row("c", "go", "a"),
    ];
    let rows = rows.join(", ");
    place.file("two.json", &format!(r#"{{"schema": 1, "states": ["a", "b", "c"], "transitions": [{rows}]}}"#));
    place
}

/// Snapshots of what the binary answers, whatever the exit code.
macro_rules! answers {
    ($($name:ident: $arguments:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(workplace().answer($arguments));
        }
    )*};
}

answers! {
    describe_setting: "goals describe shutdown-setting:recurrent=3,distance=1+2+3";
    describe_gap: "goals describe closure-gap --bounds 0,5";
    describe_contradiction: "goals describe two.json --train a,b --observe a=leave --observe b=leave --new c --discount 1/2";
    describe_margin: "goals describe two.json --train a,b --observe a=leave --observe b=leave --new c --discount 1/2 --margin 1/10";
    describe_union: "goals describe candy --train start --observe start=wait --new choc --discount 1/2";
    sample_few: "goals sample shutdown-setting --samples 2 --seed 7";
    sample_unbounded: "goals sample shutdown-setting --bounds none";
    sample_thin: "goals sample two.json --train a,b --observe a=leave --observe b=leave --new c --discount 1/2";
    predict_exact: "goals predict shutdown-setting --discount 1/2";
    predict_negative: "goals predict shutdown-setting --discount 1/2 --bounds -1,1 --samples 1000";
    predict_coupled: "goals predict closure-gap --method exact";
    certify: "goals certify shutdown-setting --discount 1/2";
    certify_gap: "goals certify closure-gap --bounds 0,5";
    certify_within: "goals certify closure-gap --bounds 0,5 --reading within-training";
    certify_short_sighted: "goals certify closure-gap --bounds 0,5 --reading within-training --discount 0 --json";
    certify_negative: "goals certify shutdown-setting --bounds -1,1";
    trained_and_new: "goals describe shutdown-setting --new start";
    no_shutdown: "goals certify shutdown-setting --shutdown r1";
    no_terminal: "goals certify coin-run";
    no_training: "goals describe candy --new start --discount 1/2";
    unknown_observation: "goals describe two.json --train a --observe a=jump --new c --discount 1/2";
    untrained_observation: "goals describe two.json --train a --observe b=stay --new c --discount 1/2";
    nothing_observed: "goals describe two.json --train a --new c --discount 1/2";
    no_discount: "goals describe two.json --train a --observe a=stay --new c";
    wrong_bounds: "goals describe shutdown-setting --bounds 1,0";
    no_bounds: "goals describe shutdown-setting --bounds wide";
}

#[test]
fn documents() {
    let place = workplace();
    let describe = place.document("goals describe shutdown-setting:recurrent=2,distance=2 --discount 1/2 --json");
    assert_eq!(describe["shutdown"]["n"]["effective"], json!(4));
    assert_eq!(describe["closure"], json!({ "under_policy": null, "under_actions": null }));
    assert!(
        describe["constraints"].as_array().is_some_and(|rows| rows.iter().all(|row| row["coefficients"].is_object()))
    );
    let predict = place.document("goals predict shutdown-setting:recurrent=2 --discount 1/2 --json");
    assert_eq!(predict["actions"][0]["probability"], json!("1/12"));
    assert_eq!(predict["avoidance"]["probability"], json!("11/12"));
    let sample = place.document("goals sample shutdown-setting:recurrent=2 --samples 3 --json");
    let goals = sample["goals"].as_array().expect("a list");
    assert!(goals.iter().all(|goal| goal.as_array().map(Vec::len) == sample["states"].as_array().map(Vec::len)));
    assert_eq!(goals.len(), 3);
}

#[test]
fn certificates_are_verified() {
    let place = workplace();
    let document =
        place.document("goals certify shutdown-setting:recurrent=2,distance=2,return=3 --discount 9/10 --json");
    assert_eq!(document["verdict"], json!("certified"));
    place.file("certificate.json", &document["certificate"].to_string());
    let answer = place.answer("orbit verify certificate.json");
    assert_eq!(answer.code, Some(0), "{answer}");
    // One visit more is claimed than is shown.
    let mut forged = document["certificate"].clone();
    forged["n"] = json!("9");
    place.file("forged.json", &forged.to_string());
    assert_eq!(place.answer("orbit verify forged.json").code, Some(1));
    forged["n"] = document["certificate"]["n"].clone();
    forged["compatible"]["trained"] = Value::Array(vec![json!("new")]);
    place.file("forged.json", &forged.to_string());
    assert_eq!(place.answer("orbit verify forged.json").code, Some(1));
}
