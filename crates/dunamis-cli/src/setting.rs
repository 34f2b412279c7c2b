//! Settings of solvers as they are written on the command line: `sweep=gauss-seidel`, `tie_tolerance.absolute=1e-6`.

use crate::failure::Failure;
use dunamis_mdp::nearest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::str::FromStr;

/// The key under which a solver's own name stands among its settings.
const NAME: &str = "solver";

/// One setting of a solver whose name is not known yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    text: String,
    key: String,
    value: Value,
}

/// Why a text is no setting.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingError {
    /// A key without a value, or none at all.
    #[error("`{text}` is no setting: write `KEY=VALUE`")]
    Syntax {
        /// The text.
        text: String,
    },
}

impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let error = || SettingError::Syntax { text: text.into() };
        let (key, value) = text.split_once('=').ok_or_else(error)?;
        let quoted = format!("{key} = {}", Value::from(value.trim()));
        // Words are taken for text, so that no quotes are needed.
        let table: Map<String, Value> =
            toml::from_str(text).or_else(|_| toml::from_str(&quoted)).map_err(|_: toml::de::Error| error())?;
        let mut entries = table.into_iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else { return Err(error()) };
        Ok(Setting { text: text.into(), key, value })
    }
}

/// The solver with these settings instead of its own.
///
/// # Errors
///
/// [`Failure::UnknownSetting`] or [`Failure::Setting`].
pub(crate) fn apply<T: Serialize + DeserializeOwned>(
    solver: T,
    name: &str,
    settings: &[Setting],
) -> Result<T, Failure> {
    settings.iter().try_fold(solver, |solver, setting| {
        let document = serde_json::to_value(&solver).expect("settings are numbers and names");
        let Value::Object(mut known) = document else { unreachable!("a solver is written as a table") };
        if setting.key == NAME || !known.contains_key(&setting.key) {
            let keys = || known.keys().map(String::as_str).filter(|&key| key != NAME);
            return Err(Failure::UnknownSetting {
                solver: name.into(),
                key: setting.key.clone(),
                nearest: nearest(keys(), &setting.key).map(Into::into),
                known: keys().map(Into::into).collect(),
            });
        }
        known.insert(setting.key.clone(), setting.value.clone());
        serde_json::from_value(Value::Object(known)).map_err(|source| Failure::Setting {
            solver: name.into(),
            text: setting.text.clone(),
            source,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_solve::{SolverConfig, Sweep, Tolerance, ValueIteration};

    fn set(texts: &[&str]) -> Result<SolverConfig, Failure> {
        let settings: Vec<Setting> = texts.iter().map(|text| text.parse().expect("a setting")).collect();
        let solver = SolverConfig::from_name("value-iteration").expect("a registered solver");
        apply(solver, "value-iteration", &settings)
    }

    #[test]
    fn settings_are_toml_and_words_need_no_quotes() {
        let expected = ValueIteration {
            sweep: Sweep::GaussSeidel,
            tolerance: Tolerance::Absolute(1e-3),
            max_iterations: 70,
            ..ValueIteration::default()
        };
        let expected = SolverConfig::ValueIteration(expected);
        let plain = set(&["sweep=gauss-seidel", "tolerance.absolute=1e-3", "max_iterations=70"]);
        assert_eq!(plain.expect("good settings"), expected);
        let quoted = set(&["sweep = 'gauss-seidel'", "tolerance = {absolute = 0.001}", "max_iterations = 7_0"]);
        assert_eq!(quoted.expect("good settings"), expected);
    }

    #[test]
    fn other_settings_are_refused() {
        for text in ["", "sweep", "=3", "a b=1", "a=1\nb=2"] {
            assert!(text.parse::<Setting>().is_err(), "{text}");
        }
        assert!(matches!(set(&["solver=auto"]), Err(Failure::UnknownSetting { .. })));
        assert!(matches!(set(&["sweep=sideways"]), Err(Failure::Setting { .. })));
        assert!(matches!(set(&["max_iterations=-1"]), Err(Failure::Setting { .. })));
    }
}
