//! Reward laws in one word, as the command line and Python write them: `uniform`, `beta:alpha=2,beta=5`, `one-hot`.

use dunamis_sampling::{FiniteSupport, IndependentRewards, Marginal, RewardDistribution, RewardError};
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Most states for which all unit vectors are held in memory: they take 200 MB.
const ONE_HOT_STATES: usize = 5_000;

/// A law of rewards for any number of states, by its name and parameters.
///
/// ```
/// use dunamis_experiment::NamedLaw;
/// let law: NamedLaw = "beta:alpha=2,beta=5".parse()?;
/// assert_eq!(law.over(3)?.states(), 3);
/// # Ok::<(), dunamis_experiment::NamedLawError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NamedLaw {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Independent(Marginal),
    OneHot,
}

/// Why a text is not a reward law, or none over so many states.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NamedLawError {
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
    /// More unit vectors than fit into memory.
    #[error("one-hot rewards are a list of one vector per state, and {states} states are too many: at most {limit}")]
    OneHotStates {
        /// States of the environment.
        states: usize,
        /// How many are possible.
        limit: usize,
    },
    /// A law that cannot be over so many states.
    #[error(transparent)]
    Reward(#[from] RewardError),
}

impl NamedLaw {
    /// The law over this many states.
    ///
    /// # Errors
    ///
    /// [`NamedLawError::Reward`] without states, [`NamedLawError::OneHotStates`] with too many for a list of all unit vectors.
    pub fn over(&self, states: usize) -> Result<Arc<dyn RewardDistribution>, NamedLawError> {
        Ok(match self.kind {
            Kind::Independent(marginal) => Arc::new(IndependentRewards::identical(states, marginal)?),
            Kind::OneHot if states > ONE_HOT_STATES => {
                return Err(NamedLawError::OneHotStates { states, limit: ONE_HOT_STATES });
            }
            Kind::OneHot => Arc::new(FiniteSupport::one_hot(states)?),
        })
    }
}

impl fmt::Display for NamedLaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for NamedLaw {
    type Err = NamedLawError;

    fn from_str(text: &str) -> Result<Self, NamedLawError> {
        let (name, parameters) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let kind = match (name, parameters) {
            ("uniform", None) => Kind::Independent(Marginal::UNIT),
            ("one-hot", None) => Kind::OneHot,
            _ => Kind::Independent(marginal(text, name, parameters)?),
        };
        Ok(NamedLaw { text: text.into(), kind })
    }
}

/// The marginal that a config would select with the same keys.
fn marginal(law: &str, name: &str, parameters: Option<&str>) -> Result<Marginal, NamedLawError> {
    let mut table = Map::new();
    table.insert("distribution".into(), name.into());
    for text in parameters.into_iter().flat_map(|parameters| parameters.split(',')) {
        let (key, value) = text.split_once('=').ok_or_else(|| NamedLawError::Syntax { text: text.into() })?;
        let (key, value) = (key.trim(), value.trim());
        let refuse = || NamedLawError::NotANumber { key: key.into(), value: value.into() };
        let number: f64 = value.parse().map_err(|_| refuse())?;
        table.insert(key.into(), serde_json::Number::from_f64(number).ok_or_else(refuse)?.into());
    }
    serde_json::from_value(Value::Object(table)).map_err(|source| NamedLawError::Marginal { text: law.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let error = text.parse::<NamedLaw>().expect_err(text);
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
    }

    #[test]
    fn laws_are_those_of_configs() {
        let law: NamedLaw = "beta:alpha=2, beta=5".parse().unwrap();
        let config: Marginal = serde_json::from_str(r#"{"distribution": "beta", "alpha": 2, "beta": 5}"#).unwrap();
        assert_eq!(law.kind, Kind::Independent(config));
        assert_eq!(
            "uniform".parse::<NamedLaw>().unwrap().kind,
            "uniform:low=0,high=1".parse::<NamedLaw>().unwrap().kind
        );
        assert_eq!("one-hot".parse::<NamedLaw>().unwrap().over(4).unwrap().support().map(<[_]>::len), Some(4));
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
