//! Reward laws as they are written on the command line: `uniform`, `beta:alpha=2,beta=5`, `one-hot`.

use crate::failure::Failure;
use dunamis_sampling::{FiniteSupport, IndependentRewards, Marginal, RewardDistribution};
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Most states for which all unit vectors are held in memory: they take 200 MB.
const ONE_HOT_STATES: usize = 5_000;

/// A law of rewards for any number of states.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Law {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Independent(Marginal),
    OneHot,
}

/// Why a text is not a reward law.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LawError {
    /// A parameter without a value.
    #[error("`{text}` is no parameter: write `key=value`, with commas between several")]
    Syntax {
        /// The text.
        text: String,
    },
    /// A value that is no number.
    #[error("`{key}` cannot be `{value}`: write a number")]
    NotANumber {
        /// The parameter.
        key: String,
        /// Its value.
        value: String,
    },
    /// Another name, a missing parameter, or one out of range.
    #[error("`{text}` is no reward law")]
    Marginal {
        /// The text.
        text: String,
        /// What a config with the same keys would be told.
        source: serde_json::Error,
    },
}

impl Law {
    /// The law over this many states.
    ///
    /// # Errors
    ///
    /// [`Failure::Reward`] without states, [`Failure::OneHotStates`] with too many for a list of all unit vectors.
    pub(crate) fn over(&self, states: usize) -> Result<Arc<dyn RewardDistribution>, Failure> {
        Ok(match self.kind {
            Kind::Independent(marginal) => Arc::new(IndependentRewards::identical(states, marginal)?),
            Kind::OneHot if states > ONE_HOT_STATES => {
                return Err(Failure::OneHotStates { states, limit: ONE_HOT_STATES });
            }
            Kind::OneHot => Arc::new(FiniteSupport::one_hot(states)?),
        })
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Law {
    type Err = LawError;

    fn from_str(text: &str) -> Result<Self, LawError> {
        let (name, parameters) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let kind = match (name, parameters) {
            ("uniform", None) => Kind::Independent(Marginal::UNIT),
            ("one-hot", None) => Kind::OneHot,
            _ => Kind::Independent(marginal(text, name, parameters)?),
        };
        Ok(Law { text: text.into(), kind })
    }
}

/// The marginal that a config would select with the same keys.
fn marginal(law: &str, name: &str, parameters: Option<&str>) -> Result<Marginal, LawError> {
    let mut table = Map::new();
    table.insert("distribution".into(), name.into());
    for text in parameters.into_iter().flat_map(|parameters| parameters.split(',')) {
        let (key, value) = text.split_once('=').ok_or_else(|| LawError::Syntax { text: text.into() })?;
        let (key, value) = (key.trim(), value.trim());
        let refuse = || LawError::NotANumber { key: key.into(), value: value.into() };
        let number: f64 = value.parse().map_err(|_| refuse())?;
        table.insert(key.into(), serde_json::Number::from_f64(number).ok_or_else(refuse)?.into());
    }
    serde_json::from_value(Value::Object(table)).map_err(|source| LawError::Marginal { text: law.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let error = text.parse::<Law>().expect_err(text);
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
    }

    #[test]
    fn laws_are_those_of_configs() {
        let law: Law = "beta:alpha=2, beta=5".parse().unwrap();
        let config: Marginal = serde_json::from_str(r#"{"distribution": "beta", "alpha": 2, "beta": 5}"#).unwrap();
        assert_eq!(law.kind, Kind::Independent(config));
        assert_eq!("uniform".parse::<Law>().unwrap().kind, "uniform:low=0,high=1".parse::<Law>().unwrap().kind);
        assert_eq!("one-hot".parse::<Law>().unwrap().over(4).unwrap().support().map(<[_]>::len), Some(4));
    }

    #[test]
    fn errors_name_the_place() {
        assert_eq!(error("beta:alpha"), "`alpha` is no parameter: write `key=value`, with commas between several");
        assert_eq!(error("beta:alpha=x"), "`alpha` cannot be `x`: write a number");
        assert_eq!(error("beta:alpha=2"), "missing field `beta`");
        assert!(error("unifrom").starts_with("unknown variant `unifrom`, expected one of `uniform`"));
        assert!(error("normal:mean=0,std_dev=-1").starts_with("`std_dev` of the normal distribution is `-1.0`"));
        assert!(error("beta:alpha=2,beta=1,gamma=3").starts_with("unknown field `gamma`"));
        assert!(error("normal:mean=inf,std_dev=1").starts_with("`mean` cannot be `inf`"));
    }
}
