//! Published deterministic models.

#![allow(dead_code, reason = "each test file uses its own part")]

use dunamis_mdp::{StateId, TransitionModel};

/// One action for each edge, named after its target; states in order of their first mention.
fn deterministic(edges: &[(&str, &[&str])]) -> TransitionModel {
    let mut builder = TransitionModel::builder();
    for (from, _) in edges {
        builder.state(from).unwrap();
    }
    for (from, targets) in edges {
        let from = builder.find_state(from).unwrap();
        for target in *targets {
            let to = builder.find_state(target).unwrap();
            builder.transition(from, target, to, 1.0).unwrap();
        }
    }
    builder.build().unwrap()
}

pub(crate) fn state(model: &TransitionModel, name: &str) -> StateId {
    model.state(name).unwrap()
}

/// `[Turner et al. 2021, Fig. 1]`.
pub(crate) fn case_study() -> TransitionModel {
    deterministic(&[
        ("start", &["nothing", "left", "right"]),
        ("nothing", &["nothing"]),
        ("left", &["l_high", "l_low"]),
        ("l_high", &["l_low"]),
        ("l_low", &["l_high", "l_low"]),
        ("right", &["r_high", "r_low"]),
        ("r_high", &["r_high", "r_low"]),
        ("r_low", &["r_low", "r_high"]),
    ])
}

/// `[Turner 2022]`.
pub(crate) fn candy() -> TransitionModel {
    deterministic(&[
        ("start", &["candy", "wait"]),
        ("wait", &["chocolate", "hug"]),
        ("candy", &["candy"]),
        ("chocolate", &["chocolate"]),
        ("hug", &["hug"]),
    ])
}

/// `[Turner et al. 2021, Fig. 10]`.
pub(crate) fn detour() -> TransitionModel {
    deterministic(&[
        ("s1", &["s2", "s3"]),
        ("s2", &["s2", "s3"]),
        ("s3", &["t1", "t2"]),
        ("t1", &["t1"]),
        ("t2", &["t2"]),
    ])
}
