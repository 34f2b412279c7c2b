//! Policies in JSON: none panics, and what is written is read as the same policy.
#![no_main]

use dunamis_envs::{Environment, load};
use std::sync::LazyLock;

/// A model with names that are quickly guessed and states of one and of two actions.
static CANDY: LazyLock<Environment> = LazyLock::new(|| load("candy").expect("it is shipped"));

libfuzzer_sys::fuzz_target!(|text: &str| {
    let model = CANDY.model();
    let Ok(policy) = model.policy_from_json(text) else { return };
    let written = model.policy_to_json(&policy);
    let again = model.policy_from_json(&written).expect("what was written is read");
    assert_eq!(again, policy, "{written}");
});
