//! Parameters of decision functions, as text.

use crate::DecisionError;
use dunamis_mdp::{Number, Rational};

/// The parameters that a text gives to a decision function.
pub(super) struct Parameters<'a> {
    decision: &'static str,
    given: Vec<(&'static str, &'a str)>,
}

impl<'a> Parameters<'a> {
    /// Reads `key=value,key=value`.
    pub(super) fn new(decision: &'static str, known: &[&'static str], text: &'a str) -> Result<Self, DecisionError> {
        let mut given: Vec<(&'static str, &str)> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match known.iter().find(|known| **known == key.trim()) {
                Some(key) if given.iter().all(|(other, _)| other != key) => given.push((key, value.trim())),
                _ => {
                    let parameter = part.chars().take(60).collect();
                    return Err(DecisionError::UnknownParameter { decision, parameter });
                }
            }
        }
        Ok(Parameters { decision, given })
    }

    /// The value of a parameter.
    pub(super) fn get(&self, parameter: &'static str) -> Result<Rational, DecisionError> {
        let decision = self.decision;
        let given = self.given.iter().find(|(key, _)| *key == parameter);
        let (_, text) = given.ok_or(DecisionError::MissingParameter { decision, parameter })?;
        let number: Number =
            text.parse().map_err(|source| DecisionError::NotANumber { decision, parameter, source })?;
        Ok(number.exact())
    }
}

/// A value out of its range.
pub(super) fn out_of_range(
    decision: &'static str,
    parameter: &'static str,
    value: &Rational,
    range: &'static str,
) -> DecisionError {
    DecisionError::Range { decision, parameter, value: value.to_string().chars().take(60).collect(), range }
}
