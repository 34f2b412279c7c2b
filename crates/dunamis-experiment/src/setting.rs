//! A key of a config that is set from elsewhere, for example a command line.

use crate::ConfigError;
use crate::config_error::{KeyPath, key_text};
use std::fmt;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key of a config with the text of its value: `power.discount=0.9`.
///
/// The value is read as TOML; what is not TOML is a string. Lists and ranges [sweep](crate::Sweep).
///
/// ```
/// let setting: dunamis_experiment::Setting = "power.discount=[0.1, 0.9]".parse()?;
/// assert_eq!(setting.to_string(), "power.discount=[0.1, 0.9]");
/// # Ok::<(), dunamis_experiment::SettingError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    path: KeyPath,
    text: String,
}

/// A text that sets no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// There is no `=`.
    #[error("`{text}` sets no key: write KEY=VALUE, for example `power.discount=0.9`")]
    NoValue {
        /// The text.
        text: String,
    },
    /// Something else than a key stands before the `=`.
    #[error("`{key}` is no key: write for example `power.discount` or `reward.states.\"(0, 0)\".value`")]
    Key {
        /// What stands there.
        key: String,
    },
}

/// The value that a text denotes: what is not TOML is a string.
pub(crate) fn value(text: &str) -> Spanned<DeValue<'_>> {
    DeValue::parse(text).unwrap_or_else(|_| Spanned::new(0..0, DeValue::String(text.into())))
}

/// A value as people read it: strings without quotes, and 1.0 like 1.
pub(crate) fn plain(text: &str) -> String {
    match value(text).into_inner() {
        DeValue::String(string) => string.into_owned(),
        DeValue::Float(float) => float.as_str().parse().map_or_else(|_| text.into(), |number: f64| number.to_string()),
        _ => text.trim().to_owned(),
    }
}

impl Setting {
    /// The way to the key.
    pub(crate) fn path(&self) -> &KeyPath {
        &self.path
    }

    /// The text of the value.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The value.
    pub(crate) fn value(&self) -> Spanned<DeValue<'_>> {
        value(&self.text)
    }

    /// Whether an error is about this key.
    pub(crate) fn is_about(&self, error: &ConfigError) -> bool {
        error.path().starts_with(&self.path)
    }
}

impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let no_value = || SettingError::NoValue { text: text.into() };
        let mut quoted = None;
        let equals = text.char_indices().find(|&(_, c)| {
            match (quoted, c) {
                (None, '"' | '\'') => quoted = Some(c),
                (Some(quote), _) if quote == c => quoted = None,
                _ => {}
            }
            quoted.is_none() && c == '='
        });
        let (key, value) = text.split_at(equals.ok_or_else(no_value)?.0);
        let (key, value) = (key.trim(), value[1..].trim());
        if value.is_empty() {
            return Err(no_value());
        }
        let wrong = || SettingError::Key { key: key.into() };
        let line = format!("{key} = 0");
        if key.contains('\n') {
            return Err(wrong());
        }
        let root = DeTable::parse(&line).map_err(|_| wrong())?;
        let (mut path, mut table) = (KeyPath::new(), root.get_ref());
        while let Some((key, value)) = table.iter().next() {
            path.push(key.get_ref().as_ref().to_owned());
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                _ => break,
            }
        }
        if path.is_empty() {
            return Err(wrong());
        }
        Ok(Setting { path, text: value.to_owned() })
    }
}

/// As it is written.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", key_text(&self.path), self.text)
    }
}
