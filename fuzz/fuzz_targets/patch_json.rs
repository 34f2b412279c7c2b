//! Patches of models and policies: none panics, whatever model they are applied to.
#![no_main]

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_mdp::edit::{Patch, PolicyPatch};
use dunamis_mdp::{Draft, Shortfall};
use std::sync::LazyLock;

static DRAFTS: LazyLock<[Draft; 2]> = LazyLock::new(|| {
    let candy = load("candy").expect("it is shipped");
    let corridor = load("corridor-3").expect("it is shipped");
    let joint = JointEnvironment::new(corridor, Collision::Leak).expect("it is a corridor");
    [Draft::from(&**candy.model()), Draft::from(&**joint.model())]
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = PolicyPatch::from_json(text);
    let Ok(patch) = Patch::from_json(text) else { return };
    for draft in DRAFTS.iter() {
        let mut draft = draft.clone();
        if patch.apply(&mut draft).is_ok() && draft.errors().is_empty() {
            if draft.agents() == 1 {
                draft.model().expect("nothing is wrong");
            } else {
                draft.joint_model(Shortfall::Leak).expect("nothing is wrong");
            }
        }
    }
});
