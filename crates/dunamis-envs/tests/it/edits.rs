//! Edits of models and policies, and what is wrong with drafts.

use crate::strategies::base;
use dunamis_envs::{Collision, JointEnvironment, JointRules, format, load, load_joint};
use dunamis_mdp::edit::{Patch, PolicyEntries, PolicyLayout, PolicyPatch};
use dunamis_mdp::{Agent, Draft, JointModel, ModelError, Shortfall, StateId, StochasticPolicy, TransitionModel, json};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

fn corridor() -> JointEnvironment {
    JointEnvironment::new(load("corridor-3").unwrap(), Collision::None).unwrap()
}

fn shipped(name: &str) -> String {
    format!("{}/tests/it/files/powerplay/{name}.gv", env!("CARGO_MANIFEST_DIR"))
}

const FORBIDDEN: &str = "joint_1x3_gridworld_with_agent_H_forbidden_from_staying_when_agent_A_is_at_far_right";

fn patch(edits: &str) -> Patch {
    Patch::from_json(&format!("{{\"schema\": 1, \"edits\": [{edits}]}}")).unwrap()
}

/// Every available pair of moves with its only successor.
fn moves(model: &JointModel) -> BTreeMap<(&str, [&str; 2]), &str> {
    let row = |(s, [i, j], moves): (StateId, [usize; 2], _)| {
        let (next, _) = model.row(s, i, j);
        next.first().map(|&next| ((&model.states()[s.index()], moves), &model.states()[next as usize]))
    };
    model.moves().filter_map(row).collect()
}

/// The model that ships with H forbidden to stay is our corridor with one edit, and the policy that goes left three.
#[test]
fn shipped_models_are_edits() {
    let joint = corridor();
    let mut draft = Draft::from(&**joint.model());
    patch(r#"{"edit": "forbid", "at": {"A": "(0, 2)"}, "agent": "H", "action": "stay"}"#).apply(&mut draft).unwrap();
    let edited = draft.joint_model(Shortfall::Leak).unwrap();
    let theirs = load_joint(&shipped(FORBIDDEN), JointRules::default()).unwrap();
    assert_eq!(moves(&edited), moves(theirs.model()));

    let model = theirs.model();
    let layout = PolicyLayout {
        states: model.states(),
        actions: model.actions(Agent::A),
        available: model.available(Agent::A),
        agent: Some(Agent::A),
    };
    let path = shipped("joint_1x3_gridworld_agent_A_move_left");
    let left = format::joint_policy(&path, &std::fs::read_to_string(&path).unwrap(), model, Agent::A).unwrap();
    let begin = StochasticPolicy::uniform(layout.available);
    let apply = |edits: &str, lifted: &str| {
        let patch = PolicyPatch::from_json(&format!("{{\"schema\": 1, \"edits\": [{edits}]}}")).unwrap();
        let lifted = json::policy_entries(lifted);
        patch.apply::<ModelError>(layout, begin.clone(), |_| Ok(left.clone()), |_| Ok(lifted.as_ref().unwrap().clone()))
    };
    let set = apply(
        r#"{"edit": "set", "distribution": {"stay": 1}}, {"edit": "set", "at": {"A": "(0, 1)"}, "distribution": {"left": 1}},
           {"edit": "set", "at": {"A": "(0, 2)"}, "distribution": {"left": 1}}"#,
        "",
    );
    assert_eq!(set.unwrap(), left);
    let alone =
        r#"{"schema": 1, "policy": {"(0, 0)": {"stay": 1}, "(0, 1)": {"left": 1, "stay": 0}, "(0, 2)": {"left": 1}}}"#;
    assert_eq!(apply(r#"{"edit": "lift", "policy": "alone"}"#, alone).unwrap(), left);
    let mixed = apply(r#"{"edit": "mix", "policy": "left", "weight": "1/4"}"#, "").unwrap();
    for ((mixed, left), even) in mixed.probabilities().iter().zip(left.probabilities()).zip(begin.probabilities()) {
        assert_eq!(*mixed, 0.75 * even + 0.25 * left);
    }
}

/// A model whose states are all different, with chance.
fn four() -> TransitionModel {
    let text = r#"{"schema": 1, "states": ["a", "b", "c", "d"], "transitions": [
        {"from": "a", "action": "x", "to": "b", "probability": "1/2"}, {"from": "a", "action": "x", "to": "c", "probability": "1/4"},
        {"from": "a", "action": "x", "to": "d", "probability": "1/4"}, {"from": "a", "action": "y", "to": "b", "probability": 1},
        {"from": "b", "action": "x", "to": "a", "probability": 1}, {"from": "c", "action": "y", "to": "c", "probability": 1},
        {"from": "d", "action": "x", "to": "d", "probability": "1/3"}, {"from": "d", "action": "x", "to": "a", "probability": "2/3"}]}"#;
    TransitionModel::from_json(text).unwrap().0
}

#[test]
fn every_edit_does_what_it_says() {
    let mut report = String::new();
    for edits in [
        r#"{"edit": "forbid", "state": "a", "action": "y"}"#,
        r#"{"edit": "redirect", "state": "a", "action": "x", "to": {"a": "1/3", "d": "2/3"}}"#,
        r#"{"edit": "redirect", "action": "x", "to": "c"}"#,
        r#"{"edit": "add", "state": ["b", "c"], "action": "z", "to": "d"}"#,
        r#"{"edit": "delete", "state": "b", "arriving": "forbid"}, {"edit": "add", "state": "a", "action": "z", "to": "c"}"#,
        r#"{"edit": "delete", "state": "b", "arriving": "lose"}"#,
        r#"{"edit": "delete", "state": "b", "arriving": "renormalize"}"#,
        r#"{"edit": "delete", "state": "b", "arriving": {"redirect": "c"}}"#,
    ] {
        let mut draft = Draft::from(&four());
        patch(edits).apply(&mut draft).unwrap();
        let environment = dunamis_envs::Environment::new("edited", draft.model().unwrap());
        writeln!(report, "{edits}\n{environment}").unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn edits_that_make_no_sense() {
    let mut report = String::new();
    for edits in [
        r#"{"edit": "forbit", "state": "a", "action": "y"}"#,
        r#"{"edit": "forbid", "stat": "a", "action": "y"}"#,
        r#"{"edit": "forbid", "state": "a"}"#,
        r#"{"edit": "forbid", "state": "a", "action": "y", "to": "b"}"#,
        r#"{"edit": "forbid", "agent": "B", "action": "y"}"#,
        r#"{"edit": "redirect", "state": "a", "action": "y"}"#,
        r#"{"edit": "redirect", "state": "a", "action": "y", "to": {"b": "much"}}"#,
        r#"{"edit": "delete", "state": "b", "arriving": "nowhere"}"#,
        r#"{"edit": "forbid", "state": "e", "action": "y"}"#,
        r#"{"edit": "forbid", "state": "b", "action": "y"}"#,
        r#"{"edit": "forbid", "action": "q"}"#,
        r#"{"edit": "forbid", "at": {"A": "(0, 2)"}, "action": "x"}"#,
        r#"{"edit": "forbid", "agent": "H", "action": "x"}"#,
        r#"{"edit": "redirect", "state": "a", "action": "y", "to": "e"}"#,
        r#"{"edit": "add", "state": "a", "action": "y", "to": "b"}"#,
        r#"{"edit": "delete", "state": "b"}"#,
        r#"{"edit": "delete", "state": "b", "arriving": {"redirect": "b"}}"#,
    ] {
        let text = format!("{{\"schema\": 1, \"edits\": [{edits}]}}");
        let mut draft = Draft::from(&four());
        let before = draft.clone();
        let error: Box<dyn Error> = match Patch::from_json(&text) {
            Ok(patch) => patch.apply(&mut draft).unwrap_err().into(),
            Err(error) => error.into(),
        };
        assert_eq!(draft, before, "{edits}");
        let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
        writeln!(report, "{edits}\n  {error}{cause}").unwrap();
    }
    // Edits may leave something wrong, which is all found.
    let mut draft = Draft::from(&four());
    let wrong = r#"{"edit": "forbid", "state": "c", "action": "y"}, {"edit": "redirect", "state": ["b", "d"], "action": "x", "to": {"a": 0.5}}"#;
    patch(wrong).apply(&mut draft).unwrap();
    for error in draft.errors() {
        writeln!(report, "{}", error.problem).unwrap();
    }
    for text in [
        r#"{"edit": "set", "state": "a"}"#,
        r#"{"edit": "mix", "policy": "x", "weight": 2}"#,
        r#"{"edit": "lift"}"#,
        r#"{"edit": "forbid"}"#,
    ] {
        let error = PolicyPatch::from_json(&format!("{{\"schema\": 1, \"edits\": [{text}]}}")).unwrap_err();
        writeln!(report, "{text}\n  {error}: {}", error.source().unwrap()).unwrap();
    }
    let model = four();
    let layout =
        PolicyLayout { states: model.states(), actions: model.actions(), available: model.available(), agent: None };
    let nothing = |_: &str| -> Result<PolicyEntries, ModelError> { Ok(Vec::new()) };
    for text in [
        r#"{"edit": "set", "state": "a", "distribution": {"x": 0.5}}"#,
        r#"{"edit": "set", "distribution": {"x": 1}}"#,
        r#"{"edit": "lift", "policy": "nothing"}"#,
    ] {
        let patch = PolicyPatch::from_json(&format!("{{\"schema\": 1, \"edits\": [{text}]}}")).unwrap();
        let uniform = model.uniform_policy();
        let error = patch.apply(layout, uniform.clone(), |_| Ok(uniform.clone()), nothing).unwrap_err();
        writeln!(report, "{text}\n  {error}: {}", error.source().unwrap()).unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn everything_wrong_with_a_file_is_said() {
    let mut report = String::new();
    let single = r#"{"schema": 1, "states": ["a", "b", "a", "lost"], "transitions": [
        {"from": "a", "action": "x", "to": "c", "probability": 0.5}, {"from": "a", "action": "y", "to": "b", "probability": -1},
        {"from": "b", "action": "x", "to": "b", "probability": 1}, {"from": "b", "action": "x", "to": "b", "probability": 1},
        {"from": "q", "action": "x", "to": "b", "probability": 1}]}"#;
    let joint = r#"{"schema": 1, "states": ["a", "b"], "transitions": [
        {"from": "a", "action_h": "x", "action_a": "x", "to": "b", "probability": 0.75},
        {"from": "a", "action_h": "x", "action_a": "y", "to": "b", "probability": 1},
        {"from": "a", "action_h": "x", "action_a": "y", "to": "a", "probability": 1},
        {"from": "a", "action_h": "y", "action_a": "y", "to": null, "probability": 1}]}"#;
    for (name, text) in [
        ("x.json", single),
        ("x.json", joint),
        ("x.gv", "digraph {\"[a]\"\n\"[b]\"\n\"[a]\" -> \"[x]__[a]\" -> \"[q]__[x]__[a]\" [weight=2]}"),
    ] {
        let file = tempfile::tempdir().unwrap();
        let path = file.path().join(name);
        std::fs::write(&path, text).unwrap();
        let read = format::read_draft(&path).unwrap().unwrap();
        for error in read.draft.errors() {
            let place = error.place.map_or("whole".into(), |place| read.place(place));
            writeln!(report, "{place}: {}", error.problem).unwrap();
        }
        for remark in read.draft.remarks() {
            writeln!(report, "remark: {remark}").unwrap();
        }
        report.push('\n');
    }
    insta::assert_snapshot!(report);
}

proptest! {
    /// A draft of a model is the model, and has nothing wrong with it.
    #[test]
    fn models_are_their_drafts(base in base()) {
        let draft = Draft::from(&**base.model());
        prop_assert!(draft.errors().is_empty());
        prop_assert_eq!(&draft.model().unwrap(), &**base.model());
        let joint = JointEnvironment::new(base, Collision::None).unwrap();
        let draft = Draft::from(&**joint.model());
        prop_assert!(draft.errors().is_empty());
        prop_assert!(draft.joint_model(Shortfall::Leak).unwrap() == **joint.model());
    }

    /// Whoever forbids everything that leads to a state and deletes it has deleted it with `forbid`, and whoever redirects
    /// twice has redirected once.
    #[test]
    fn edits_compose(base in base(), state in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let model = base.model();
        let names: Vec<&str> = model.states().iter().collect();
        let (state, other) = (names[state.index(names.len())], names[other.index(names.len())]);
        prop_assume!(state != other);
        let mut forbidden = Draft::from(&**model);
        let delete = |arriving: &str| patch(&format!(r#"{{"edit": "delete", "state": "{state}", "arriving": {arriving}}}"#));
        delete("\"forbid\"").apply(&mut forbidden).unwrap();
        let mut by_hand = Draft::from(&**model);
        for t in Draft::from(&**model).transitions() {
            if t.from != state && t.to.as_deref() == Some(state) && by_hand.transitions().iter().any(|u| u.from == t.from && u.moves == t.moves) {
                patch(&format!(r#"{{"edit": "forbid", "state": "{}", "action": "{}"}}"#, t.from, t.moves[0])).apply(&mut by_hand).unwrap();
            }
        }
        patch(&format!(r#"{{"edit": "delete", "state": "{state}"}}"#)).apply(&mut by_hand).unwrap();
        prop_assert_eq!(forbidden.transitions(), by_hand.transitions());
        // Mass goes somewhere else, or is lost, but rows stay whole.
        for arriving in [format!(r#"{{"redirect": "{other}"}}"#), "\"lose\"".into()] {
            let mut draft = Draft::from(&**model);
            delete(&arriving).apply(&mut draft).unwrap();
            prop_assert!(draft.errors().is_empty(), "{:?}", draft.errors());
            prop_assert!(draft.model().unwrap().states().get(state).is_none());
        }
        let mut draft = Draft::from(&**model);
        delete("\"renormalize\"").apply(&mut draft).unwrap();
        for error in draft.errors() {
            let left = matches!(error.problem, ModelError::StateWithoutAction { .. });
            prop_assert!(left, "{}", error.problem);
        }
    }
}
