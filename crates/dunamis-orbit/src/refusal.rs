//! Why a claim is not certified.

use crate::{CertificateError, NoCopies, OrbitError, Permutation};
use serde_json::{Value, json};

/// A hypothesis that fails, with a witness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There are no copies, or too few.
    #[error(transparent)]
    Copies(#[from] NoCopies),
    /// Every involution that takes A into B moves an option out of C.
    #[error(
        "the permutation `{involution}` takes A into B, but moves option {option} of C, ({}), to ({}), which is not in C",
        from.join(", "), to.join(", ")
    )]
    MovesOption {
        /// The simplest such involution.
        involution: Permutation,
        /// The place of the option in C.
        option: usize,
        /// The option.
        from: Vec<String>,
        /// Its image.
        to: Vec<String>,
    },
    /// Two actions that do the same.
    #[error(
        "`{prefer}` and `{over}` lead to the same states with the same probabilities at `{state}`: they are equivalent"
    )]
    Equivalent {
        /// The state.
        state: String,
        /// One action.
        prefer: String,
        /// The other.
        over: String,
    },
    /// POWER after several actions at once.
    #[error("the claim about POWER compares two actions: name one on each side")]
    SeveralActions,
    /// The claim about POWER needs that the start is left for good.
    #[error("after `{action}` the state `{state}` can be reached again, so that POWER there depends on both actions")]
    Returns {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// Fewer options to prefer than others.
    #[error(
        "{n} options are counted on the preferred side and {m} on the other: at least as many are needed, and not none"
    )]
    Counts {
        /// Preferred.
        n: String,
        /// Others.
        m: String,
    },
    /// Fewer copies than were asked for.
    #[error("{n} compatible copies are found where {wanted} are wanted")]
    Fewer {
        /// Found.
        n: String,
        /// Wanted.
        wanted: String,
    },
    /// The options cannot be compared at all.
    #[error(transparent)]
    Options(#[from] OrbitError),
    /// A certificate was made, but the independent check does not accept it.
    #[error("a certificate was found that the independent check refuses: {0}")]
    Unverified(#[from] CertificateError),
}

impl Refusal {
    /// The condition that fails, in a word or two for programs.
    pub fn condition(&self) -> String {
        match self {
            Refusal::Copies(none) => {
                match serde_json::to_value(none).ok().and_then(|value| value.get("condition").cloned()) {
                    Some(Value::String(condition)) => condition,
                    _ => "copies".into(),
                }
            }
            Refusal::MovesOption { .. } => "moves-option".into(),
            Refusal::Equivalent { .. } => "equivalent-actions".into(),
            Refusal::SeveralActions => "several-actions".into(),
            Refusal::Returns { .. } => "start-is-left".into(),
            Refusal::Counts { .. } => "counts".into(),
            Refusal::Fewer { .. } => "fewer".into(),
            Refusal::Options(_) => "options".into(),
            Refusal::Unverified(_) => "unverified".into(),
        }
    }

    /// What shows that it fails.
    pub fn witness(&self) -> Value {
        match self {
            Refusal::Copies(none) => serde_json::to_value(none).unwrap_or_default(),
            Refusal::MovesOption { involution, option, from, to } => {
                json!({ "involution": involution, "option": option, "from": from, "to": to })
            }
            Refusal::Equivalent { state, prefer, over } => json!({ "state": state, "actions": [prefer, over] }),
            Refusal::SeveralActions => Value::Null,
            Refusal::Returns { state, action } => json!({ "state": state, "action": action }),
            Refusal::Counts { n, m } => json!({ "n": n, "m": m }),
            Refusal::Fewer { n, wanted } => json!({ "n": n, "wanted": wanted }),
            Refusal::Options(error) => json!({ "error": error.to_string() }),
            Refusal::Unverified(error) => json!({ "error": error.to_string() }),
        }
    }
}
