//! Parameters of registered environments: `key=value` pairs behind a name.

use crate::{EnvError, MAX_STATES};
use dunamis_mdp::{Number, nearest};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A parameter that a registered environment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its key.
    pub key: &'static str,
    /// The value it has when it is not given; `None` when it then has no effect at all.
    pub default: Option<&'static str>,
    /// What it means.
    pub description: &'static str,
}

/// Values of the parameters of one environment, parsed from text such as `states=100,seed=7`.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    environment: &'a str,
    known: &'a [Parameter],
    /// By position in `known`.
    given: Vec<Option<&'a str>>,
}

impl<'a> Parameters<'a> {
    /// Parses the values of known parameters; `None` gives none.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterSyntax`], [`EnvError::UnknownParameter`] or [`EnvError::DuplicateParameter`].
    pub fn parse(environment: &'a str, known: &'a [Parameter], text: Option<&'a str>) -> Result<Self, EnvError> {
        let mut given = vec![None; known.len()];
        for text in text.into_iter().flat_map(|text| text.split(',')) {
            let Some((key, value)) = text.split_once('=') else {
                return Err(EnvError::ParameterSyntax { environment: environment.into(), text: text.into() });
            };
            let (key, value) = (key.trim(), value.trim());
            let Some(k) = known.iter().position(|parameter| parameter.key == key) else {
                let keys = || known.iter().map(|parameter| parameter.key);
                return Err(EnvError::UnknownParameter {
                    environment: environment.into(),
                    key: key.into(),
                    nearest: nearest(keys(), key).map(Into::into),
                    known: keys().map(Into::into).collect(),
                });
            };
            if given[k].replace(value).is_some() {
                return Err(EnvError::DuplicateParameter { environment: environment.into(), key: key.into() });
            }
        }
        Ok(Parameters { environment, known, given })
    }

    /// The environment with what was given, in the order of the known parameters: `garnet:states=100,seed=7`.
    pub fn specification(&self) -> String {
        let given = self.known.iter().zip(&self.given);
        let given: Vec<String> =
            given.filter_map(|(parameter, value)| Some(format!("{}={}", parameter.key, (*value)?))).collect();
        let colon = if given.is_empty() { "" } else { ":" };
        format!("{}{colon}{}", self.environment, given.join(","))
    }

    /// The text of a parameter, given or by default; `None` when it is unknown or has no effect.
    pub fn text(&self, key: &str) -> Option<&str> {
        let k = self.known.iter().position(|parameter| parameter.key == key)?;
        self.given[k].or(self.known[k].default)
    }

    /// A count, such as `4`; 0 when it has no effect.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`].
    pub fn count<T: FromStr + Default>(&self, key: &str) -> Result<T, EnvError> {
        let parse = |text: &str| text.parse().map_err(|_| self.refuse(key, text, "write a whole number such as `4`"));
        self.text(key).map_or(Ok(T::default()), parse)
    }

    /// A count such as `4`, or a range of counts such as `4-10`, ends included.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`].
    pub fn range(&self, key: &str) -> Result<RangeInclusive<usize>, EnvError> {
        let text = self.text(key).unwrap_or("0");
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        match (low.trim().parse(), high.trim().parse()) {
            (Ok(low), Ok(high)) => Ok(low..=high),
            _ => Err(self.refuse(key, text, "write a whole number such as `4` or a range such as `4-10`")),
        }
    }

    /// Counts such as `4` or `1+2+3`; none when it has no effect.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`].
    pub fn counts(&self, key: &str) -> Result<Vec<usize>, EnvError> {
        let Some(text) = self.text(key) else { return Ok(Vec::new()) };
        let expected = "write a whole number such as `4`, or several such as `1+2+3`";
        text.split('+').map(|count| count.trim().parse().map_err(|_| self.refuse(key, text, expected))).collect()
    }

    /// Counts of so many things, such as `1+2+3` for three; a single count is that of all.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`], or [`EnvError::TooLarge`] beyond [`MAX_STATES`] things.
    pub fn counts_of(&self, key: &str, things: usize) -> Result<Vec<usize>, EnvError> {
        if things as u64 > MAX_STATES {
            return Err(EnvError::TooLarge { what: "states", count: things as u128, limit: MAX_STATES });
        }
        match self.counts(key)?.as_slice() {
            &[count] => Ok(vec![count; things]),
            counts if counts.len() == things => Ok(counts.to_vec()),
            _ => {
                let expected = format!("write one whole number for all, or {things} of them such as `1+2+3`");
                Err(self.refuse(key, self.text(key).unwrap_or_default(), &expected))
            }
        }
    }

    /// A number, such as `0.1` or `1/3`, kept exactly; `None` when it has no effect.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`].
    pub fn number(&self, key: &str) -> Result<Option<Number>, EnvError> {
        let parse =
            |text: &str| text.parse().map_err(|_| self.refuse(key, text, "write a number such as `0.1` or `1/3`"));
        self.text(key).map(parse).transpose()
    }

    /// Which of some words a parameter is.
    ///
    /// # Errors
    ///
    /// [`EnvError::ParameterValue`].
    pub fn choice(&self, key: &str, words: &[&str]) -> Result<usize, EnvError> {
        let text = self.text(key).unwrap_or_default();
        let expected =
            || format!("write {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "));
        words.iter().position(|&word| word == text).ok_or_else(|| self.refuse(key, text, &expected()))
    }

    fn refuse(&self, key: &str, value: &str, expected: &str) -> EnvError {
        EnvError::ParameterValue {
            environment: self.environment.into(),
            key: key.into(),
            value: value.into(),
            expected: expected.into(),
        }
    }
}
