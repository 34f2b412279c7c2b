//! What a user reads when a model, reward or policy is wrong.

use dunamis_mdp::{ModelError, Number, Reward, StateId, TransitionModel, TransitionModelBuilder};
use std::error::Error;
use std::fmt::Write;

/// The message and its causes, one per line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        write!(text, "\n  caused by: {cause}").unwrap();
        source = cause.source();
    }
    text
}

fn build(edit: impl FnOnce(&mut TransitionModelBuilder) -> Result<(), ModelError>) -> String {
    let mut builder = TransitionModel::builder();
    let (home, away) = (builder.state("home").unwrap(), builder.state("away").unwrap());
    builder.transition(home, "stay", home, 1.0).unwrap();
    builder.transition(away, "stay", away, 1.0).unwrap();
    match edit(&mut builder).and_then(|()| builder.build().map(|_| ())) {
        Ok(()) => "no error".into(),
        Err(error) => chain(&error),
    }
}

fn json(text: &str) -> String {
    match TransitionModel::from_json(text) {
        Ok(_) => "no error".into(),
        Err(error) => chain(&error),
    }
}

fn home() -> StateId {
    StateId::new(0)
}

#[test]
fn builder() {
    let away = |b: &TransitionModelBuilder| b.find_state("away").unwrap();
    let errors = [
        TransitionModel::builder().build().map(|_| ()).map_err(|e| chain(&e)).unwrap_err(),
        build(|b| b.state("home").map(|_| ())),
        build(|b| b.state("island").map(|_| ())),
        build(|b| b.find_state("hone").map(|_| ())),
        build(|b| b.transition(home(), "go", away(b), 0.9)),
        build(|b| b.transition(home(), "go", away(b), -0.1)),
        build(|b| b.transition(home(), "go", away(b), f64::NAN)),
        build(|b| b.transition(home(), "stay", home(), 0.5)),
        build(|b| b.leak(home(), "go", 1.5)),
        build(|b| b.transition(home(), "go", StateId::new(7), 1.0)),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn model_files() {
    let model = |transitions: &str, rewards: &str| {
        json(&format!(r#"{{"schema":1,"states":["a","b"],"transitions":[{transitions}],"rewards":{rewards}}}"#))
    };
    let good =
        r#"{"from":"a","action":"x","to":"b","probability":1},{"from":"b","action":"x","to":"b","probability":1}"#;
    assert_eq!(model(good, "{}"), "no error");
    let errors = [
        json("{"),
        json(r#"{"schema":2,"states":["a"],"transitions":[]}"#),
        json(r#"{"schema":1,"states":["a"],"transitions":[],"reward":{}}"#),
        json(r#"{"schema":1,"states":["a","a"],"transitions":[]}"#),
        model(r#"{"from":"a","action":"x","to":"c","probability":1}"#, "{}"),
        model(r#"{"from":"a","action":"x","to":"b","probability":"1/0"}"#, "{}"),
        model(r#"{"from":"a","action":"x","to":"b","probability":"half"}"#, "{}"),
        model(r#"{"from":"a","action":"x","to":"b","probability":true}"#, "{}"),
        model(
            r#"{"from":"a","action":"x","to":"b","probability":0.9},{"from":"b","action":"x","to":"b","probability":1}"#,
            "{}",
        ),
        model(good, r#"{"c":1}"#),
        model(good, r#"{"a":1,"a":2}"#),
        model(good, r#"{"a":1e999}"#),
        model(good, r#"[{"state":"a","action":"y","reward":1}]"#),
        model(good, r#"[{"state":"a","reward":"x"}]"#),
        model(good, "3"),
        model(good, r#"{},"labels":{"goal":["a","c"]}"#),
        model(good, r#"{},"labels":{"goal":[],"goal":["a"]}"#),
        model(good, r#"{},"labels":["a"]"#),
        model(good, r#"{},"discount":1"#),
        model(good, r#"{},"discount":"half""#),
        model(good, &format!(r#"{{"a":"1/{}"}}"#, "7".repeat(1_300))),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn policies_and_rewards() {
    let text = r#"{"schema":1,"states":["a","b"],"transitions":[
        {"from":"a","action":"x","to":"b","probability":1},{"from":"a","action":"y","to":"a","probability":1},
        {"from":"b","action":"x","to":"b","probability":1}]}"#;
    let (model, _) = TransitionModel::from_json(text).unwrap();
    let policy = |policy: &str| {
        let text = format!(r#"{{"schema":1,"policy":{policy}}}"#);
        model.policy_from_json(&text).map_or_else(|e| chain(&e), |_| "no error".into())
    };
    assert_eq!(policy(r#"{"a":{"x":"1/3","y":"2/3"},"b":{"x":1}}"#), "no error");
    let reward = |values: Vec<Number>| Reward::state(&model, values).map_or_else(|e| chain(&e), |_| "no error".into());
    let errors = [
        policy(r#"{"a":{"x":1}}"#),
        policy(r#"{"a":{"x":0.5},"b":{"x":1}}"#),
        policy(r#"{"a":{"x":2,"y":-1},"b":{"x":1}}"#),
        policy(r#"{"a":{"x":1},"b":{"y":1}}"#),
        policy(r#"{"a":{"x":1},"b":{"z":1}}"#),
        policy(r#"{"a":{"x":1},"c":{"x":1}}"#),
        policy(r#"{"a":{"x":1,"x":1},"b":{"x":1}}"#),
        policy("[]"),
        reward(vec![1.0.into()]),
        reward(vec![1.0.into(), f64::NAN.into()]),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}
