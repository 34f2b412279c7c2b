//! Sets of options as a JSON document.

use crate::{Comparison, OptionSet, OrbitError, Refusal, certificate::Certificate, certificate::Rule, certify_counts};
use dunamis_mdp::{Number, Rational};
use num_bigint::BigUint;
use num_traits::One;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Options $`A`$, $`B`$ and perhaps $`C`$ that do not come from a model:
///
/// ```json
/// {"a": [["1/2", "1/2", 0, 0]], "b": [[0, 0, "1/2", "1/2"], [0, 0, 1, 0]], "states": ["w", "x", "y", "z"]}
/// ```
///
/// Without `c`, the options are those of `a` and `b`. Where options are too many to list and all of them are distinct basis
/// vectors, `{"a": {"basis": 1}, "b": {"basis": "1e53"}}` says how many there are. Numbers are exact: a text such as `"1/3"` or
/// `"0.1"`, or a JSON number that a double holds exactly.
#[derive(Clone, Debug)]
pub struct OptionDocument {
    sets: Sets,
    names: Option<Vec<String>>,
}

#[derive(Clone, Debug)]
enum Sets {
    Listed { a: OptionSet, b: OptionSet, c: Option<OptionSet> },
    Counted { a: BigUint, b: BigUint },
}

/// What is wrong with a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionDocumentError {
    /// Not JSON, or not of this form.
    #[error("the sets cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A coordinate that is no number.
    #[error("{place}: {source}")]
    Number {
        /// Such as `a[0][2]`.
        place: String,
        /// What is wrong.
        source: dunamis_mdp::NumberError,
    },
    /// A decimal fraction without an exact double.
    #[error("{place}: no double is exactly {text}: write it as a string, `\"{text}\"` for this very number")]
    Inexact {
        /// Such as `a[0][2]`.
        place: String,
        /// The number.
        text: String,
    },
    /// A number of basis vectors that is no whole number.
    #[error("`{set}.basis` is {text}, where a whole number such as `51` or `\"1e53\"` is needed")]
    Count {
        /// The set.
        set: &'static str,
        /// The text.
        text: String,
    },
    /// One set is counted and another one listed.
    #[error("`a` and `b` must both be lists of vectors, or both be counts of basis vectors without `c` and `states`")]
    Mixed,
    /// The vectors of one set do not go together.
    #[error("`{set}`: {source}")]
    Set {
        /// The set.
        set: &'static str,
        /// What is wrong.
        source: OrbitError,
    },
    /// Sets of vectors of different lengths.
    #[error("the vectors of `{set}` have {actual} coordinates and those of `a` {expected}: all must be of one space")]
    Dimension {
        /// The set.
        set: &'static str,
        /// Coordinates of the options of `a`.
        expected: usize,
        /// Coordinates of its options.
        actual: usize,
    },
    /// Names that do not fit.
    #[error("`states`: {0}")]
    States(OrbitError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(borrow)]
    a: &'a RawValue,
    #[serde(borrow)]
    b: &'a RawValue,
    #[serde(borrow, default)]
    c: Option<&'a RawValue>,
    #[serde(default)]
    states: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Basis<'a> {
    #[serde(borrow)]
    basis: &'a RawValue,
}

impl OptionDocument {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// What is wrong, with its place.
    pub fn from_json(text: &str) -> Result<Self, OptionDocumentError> {
        let Document { a, b, c, states } = serde_json::from_str(text)?;
        let is_counted = |raw: &RawValue| raw.get().starts_with('{');
        let sets = if is_counted(a) || is_counted(b) {
            if !is_counted(a) || !is_counted(b) || c.is_some() || states.is_some() {
                return Err(OptionDocumentError::Mixed);
            }
            Sets::Counted { a: count("a", a)?, b: count("b", b)? }
        } else {
            let (a, b) = (vectors("a", a)?, vectors("b", b)?);
            let c = c.map(|c| vectors("c", c)).transpose()?;
            let expected = a.dimension();
            for (set, options) in [("b", Some(&b)), ("c", c.as_ref())] {
                match options {
                    Some(options) if options.dimension() != expected => {
                        return Err(OptionDocumentError::Dimension { set, expected, actual: options.dimension() });
                    }
                    _ => {}
                }
            }
            if let Some(names) = &states {
                Comparison::new(a.clone(), b.clone())
                    .and_then(|comparison| comparison.named(names.clone()))
                    .map_err(OptionDocumentError::States)?;
            }
            Sets::Listed { a, b, c }
        };
        Ok(OptionDocument { sets, names: states })
    }

    /// The sets $`A`$, $`B`$ and $`C`$, if they are listed.
    pub fn listed(&self) -> Option<(&OptionSet, &OptionSet, Option<&OptionSet>)> {
        match &self.sets {
            Sets::Listed { a, b, c } => Some((a, b, c.as_ref())),
            Sets::Counted { .. } => None,
        }
    }

    /// Names of the coordinates: those of the document, or else their numbers.
    pub fn names(&self) -> Vec<String> {
        let numbers = || self.listed().map_or(0, |(a, ..)| a.dimension());
        self.names.clone().unwrap_or_else(|| (0..numbers()).map(|k| k.to_string()).collect())
    }

    /// The strongest certificate for $`B`$ against $`A`$.
    ///
    /// # Errors
    ///
    /// The hypothesis that fails, with a witness.
    pub fn certify(&self, rule: Rule, permuted: Option<Vec<usize>>) -> Result<Certificate, Refusal> {
        match &self.sets {
            Sets::Counted { a, b } => certify_counts(a, b, rule),
            Sets::Listed { a, b, c } => {
                let mut comparison = Comparison::new(a.clone(), b.clone())?.named(self.names())?.rule(rule);
                if let Some(c) = c {
                    comparison = comparison.among(c)?;
                }
                if let Some(permuted) = permuted {
                    comparison = comparison.permuting(permuted)?;
                }
                comparison.certify()
            }
        }
    }
}

fn count(set: &'static str, raw: &RawValue) -> Result<BigUint, OptionDocumentError> {
    let Basis { basis } = serde_json::from_str(raw.get())?;
    let text = basis.get().trim_matches('"');
    let wrong = || OptionDocumentError::Count { set, text: basis.get().chars().take(40).collect() };
    let number: Number = text.parse().map_err(|_| wrong())?;
    let exact = number.exact();
    let whole = exact.denom().is_one().then(|| exact.numer().to_biguint()).flatten();
    whole.ok_or_else(wrong)
}

fn vectors(set: &'static str, raw: &RawValue) -> Result<OptionSet, OptionDocumentError> {
    let rows: Vec<Vec<&RawValue>> = serde_json::from_str(raw.get())?;
    let row = |(i, row): (usize, &Vec<&RawValue>)| {
        let entries = row.iter().enumerate().map(|(k, raw)| coordinate(raw, || format!("{set}[{i}][{k}]")));
        entries.collect::<Result<Vec<Rational>, _>>()
    };
    let options = rows.iter().enumerate().map(row).collect::<Result<_, _>>()?;
    OptionSet::new(options).map_err(|source| OptionDocumentError::Set { set, source })
}

fn coordinate(raw: &RawValue, place: impl Fn() -> String) -> Result<Rational, OptionDocumentError> {
    let text = raw.get();
    let is_text = text.starts_with('"');
    let unquoted: String = if is_text { serde_json::from_str(text)? } else { text.to_owned() };
    let number: Number = unquoted.parse().map_err(|source| OptionDocumentError::Number { place: place(), source })?;
    let exact = number.exact();
    if !is_text && Rational::from_float(number.value()).as_ref() != Some(&exact) {
        return Err(OptionDocumentError::Inexact { place: place(), text: unquoted });
    }
    Ok(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        let message = |text: &str| OptionDocument::from_json(text).unwrap_err().to_string();
        insta::assert_snapshot!(message(r#"{"a": [[1, 0.1]], "b": [[0, 1]]}"#), @r#"a[0][1]: no double is exactly 0.1: write it as a string, `"0.1"` for this very number"#);
        insta::assert_snapshot!(message(r#"{"a": [[1, 0]], "b": [[0, "x"]]}"#), @"b[0][1]: `x` is not a number: write a decimal such as `0.25` or a fraction such as `1/3`");
        insta::assert_snapshot!(message(r#"{"a": [[1, 0]], "b": [[0, 1, 0]]}"#), @"the vectors of `b` have 3 coordinates and those of `a` 2: all must be of one space");
        insta::assert_snapshot!(message(r#"{"a": [[1, 0], [1, 0]], "b": [[0, 1]]}"#), @"`a`: option 1 is the same vector as option 0: list every option once");
        insta::assert_snapshot!(message(r#"{"a": [], "b": [[0, 1]]}"#), @"`a`: a set of options is empty: give at least one vector");
        insta::assert_snapshot!(message(r#"{"a": {"basis": 1}, "b": [[0, 1]]}"#), @"`a` and `b` must both be lists of vectors, or both be counts of basis vectors without `c` and `states`");
        insta::assert_snapshot!(message(r#"{"a": {"basis": "1/2"}, "b": {"basis": 3}}"#), @r#"`a.basis` is "1/2", where a whole number such as `51` or `"1e53"` is needed"#);
        insta::assert_snapshot!(message(r#"{"a": [[1, 0]], "b": [[0, 1]], "states": ["x", "x"]}"#), @"`states`: there are 2 names for 2 coordinates, `x` twice");
        insta::assert_snapshot!(message(r#"{"a": [[1, 0]], "d": []}"#), @"the sets cannot be read: unknown field `d`, expected one of `a`, `b`, `c`, `states` at line 1 column 19");
    }

    #[test]
    fn halves_are_exact() {
        let document = OptionDocument::from_json(r#"{"a": [[0.5, 0.5, 0]], "b": [[0, 0, "1"]]}"#).unwrap();
        let (a, b, c) = document.listed().unwrap();
        assert_eq!((a.options()[0][0].to_string().as_str(), b.len(), c.is_none()), ("1/2", 1, true));
    }
}
