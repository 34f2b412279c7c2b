//! Models in JSON: none panics, and what is written is read as the same model.
#![no_main]

use dunamis_mdp::{Reward, TransitionModel};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok((model, reward)) = TransitionModel::from_json(text) else { return };
    let written = model.to_json(reward.as_ref());
    let (again, reward) = TransitionModel::from_json(&written).expect("what was written is read");
    assert_eq!(content(&again, reward.as_ref()), content(&model, reward.as_ref()));
    assert_eq!(again.states(), model.states());
});

/// What a model says, whatever the order: actions are numbered as they come, which differs between two files.
fn content(model: &TransitionModel, reward: Option<&Reward>) -> Vec<String> {
    let document: Value = serde_json::from_str(&model.to_json(reward)).expect("what was written is JSON");
    let entries = ["transitions", "rewards"].into_iter().filter_map(|key| document[key].as_array());
    let mut lines: Vec<String> = entries.flatten().map(Value::to_string).collect();
    lines.sort();
    lines
}
