//! What can go wrong with decision functions.

use crate::decision::DECISIONS;
use dunamis_mdp::NumberError;

/// Why a text is not a decision function, or a parameter is not one of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// A name that is not registered.
    #[error("there is no decision function `{name}`{}", suggestion(*.nearest))]
    UnknownDecision {
        /// The unknown name (shortened).
        name: String,
        /// The registered name nearest to it.
        nearest: Option<&'static str>,
    },
    /// A parameter that the function does not have, or has already.
    #[error("`{decision}` takes no `{parameter}` here: write {}", usage(.decision))]
    UnknownParameter {
        /// The decision function.
        decision: &'static str,
        /// The text of the parameter (shortened).
        parameter: String,
    },
    /// A parameter that is not given.
    #[error("`{decision}` needs a `{parameter}`: write {}", usage(.decision))]
    MissingParameter {
        /// The decision function.
        decision: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
    },
    /// A parameter that is not a number.
    #[error("the `{parameter}` of `{decision}` is not a number")]
    NotANumber {
        /// The decision function.
        decision: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// What is wrong with it.
        source: NumberError,
    },
    /// A parameter out of its range.
    #[error("the `{parameter}` of `{decision}` is `{value}`: it must be {range}")]
    Range {
        /// The decision function.
        decision: &'static str,
        /// The name of the parameter.
        parameter: &'static str,
        /// The value (shortened).
        value: String,
        /// What it must be.
        range: &'static str,
    },
    /// A weight of a combination that would make it decrease.
    #[error("weight {place} of a combination is negative: combinations must increase")]
    NegativeWeight {
        /// Position of the weight.
        place: usize,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    if let Some(name) = nearest {
        return format!(": did you mean `{name}`?");
    }
    let names: Vec<String> = DECISIONS.iter().map(|info| format!("`{}`", info.name)).collect();
    format!(": there are {}", names.join(", "))
}

fn usage(decision: &str) -> String {
    let info = DECISIONS.iter().find(|info| info.name == decision);
    let parameters: Vec<String> = info.into_iter().flat_map(|info| info.parameters).map(|p| format!("{p}=…")).collect();
    if parameters.is_empty() { format!("`{decision}`") } else { format!("`{decision}:{}`", parameters.join(",")) }
}
