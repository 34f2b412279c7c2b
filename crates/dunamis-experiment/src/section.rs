//! Tables of a config as they are read: every value checked, every error with its place.

use crate::config_error::KeyPath;
use crate::{ConfigError, ConfigProblem};
use dunamis_mdp::{Discount, Number, nearest};
use dunamis_sampling::Marginal;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(crate) type Parsed<T> = Result<T, ConfigError>;

/// A table of the config, possibly absent, with the way to it.
pub(crate) struct Section<'a, 't> {
    pub(crate) path: KeyPath,
    pub(crate) table: Option<&'a DeTable<'t>>,
}

impl<'a, 't> Section<'a, 't> {
    pub(crate) fn value(&self, key: &str) -> Option<&'a DeValue<'t>> {
        Some(self.table?.get(key)?.get_ref())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(crate) fn path_to(&self, key: &str) -> KeyPath {
        self.path.iter().cloned().chain([key.to_owned()]).collect()
    }

    pub(crate) fn wrong(&self, key: &str, problem: ConfigProblem) -> ConfigError {
        problem.at(self.path_to(key))
    }

    pub(crate) fn missing(&self, key: &str, fix: &'static str) -> ConfigError {
        self.wrong(key, ConfigProblem::MissingKey { fix })
    }

    pub(crate) fn type_error(&self, key: &str, expected: &'static str, found: &DeValue<'_>) -> ConfigError {
        self.wrong(key, type_problem(expected, found))
    }

    /// Refuses all keys but these.
    pub(crate) fn allow(&self, known: &[&str]) -> Parsed<()> {
        let unknown = self.table.into_iter().flatten().find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        unknown.map_or(Ok(()), |(key, _)| Err(self.unknown(key.get_ref(), known)))
    }

    pub(crate) fn unknown(&self, key: &str, known: &[&str]) -> ConfigError {
        let nearest = nearest(known.iter().copied(), key).map(Into::into);
        self.wrong(key, ConfigProblem::UnknownKey { nearest, known: known.iter().map(|&key| key.into()).collect() })
    }

    /// Refuses these keys, which exist but do not apply.
    pub(crate) fn refuse(&self, keys: &[&str], reason: &'static str) -> Parsed<()> {
        let found = keys.iter().find(|key| self.has(key));
        found.map_or(Ok(()), |key| Err(self.wrong(key, ConfigProblem::DoesNotApply { reason })))
    }

    pub(crate) fn section(&self, key: &str) -> Parsed<Section<'a, 't>> {
        let table = match self.value(key) {
            None => None,
            Some(DeValue::Table(table)) => Some(table),
            Some(other) => return Err(self.type_error(key, "a table", other)),
        };
        Ok(Section { path: self.path_to(key), table })
    }

    pub(crate) fn text(&self, key: &str) -> Parsed<Option<&'a str>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.type_error(key, "a string", other)),
        }
    }

    pub(crate) fn required(&self, key: &str, fix: &'static str) -> Parsed<&'a str> {
        self.text(key)?.ok_or_else(|| self.missing(key, fix))
    }

    pub(crate) fn boolean(&self, key: &str) -> Parsed<Option<bool>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(self.type_error(key, "`true` or `false`", other)),
        }
    }

    pub(crate) fn count(&self, key: &str) -> Parsed<Option<u64>> {
        let expected = "a whole number from 0 to 18446744073709551615";
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Integer(integer)) => match u64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(self.wrong(key, ConfigProblem::Type { expected, found: format!("`{integer}`") })),
            },
            Some(other) => Err(self.type_error(key, expected, other)),
        }
    }

    pub(crate) fn number(&self, key: &str) -> Parsed<Option<Number>> {
        let number = |value| number(value).map_err(|problem| self.wrong(key, problem));
        self.value(key).map(number).transpose()
    }

    pub(crate) fn discount(&self, key: &str) -> Parsed<Option<Discount>> {
        let discount = |number| Discount::new(number).map_err(|error| self.wrong(key, ConfigProblem::Discount(error)));
        self.number(key)?.map(discount).transpose()
    }

    pub(crate) fn array(&self, key: &str) -> Parsed<Option<Section<'a, 't>>> {
        match self.value(key) {
            None => Ok(None),
            Some(DeValue::Array(_)) => Ok(Some(Section { path: self.path_to(key), table: None })),
            Some(other) => Err(self.type_error(key, "an array", other)),
        }
    }

    /// The entries of an array of arrays.
    pub(crate) fn lists<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a DeValue<'t>) -> Result<T, ConfigProblem>,
    ) -> Parsed<Option<Vec<Vec<T>>>> {
        let Some(place) = self.array(key)? else { return Ok(None) };
        let mut lists = Vec::new();
        for (i, list) in self.value(key).and_then(DeValue::as_array).into_iter().flatten().enumerate() {
            let index = i.to_string();
            let Some(entries) = list.get_ref().as_array() else {
                return Err(place.type_error(&index, expected, list.get_ref()));
            };
            let inner = Section { path: place.path_to(&index), table: None };
            let entry = |(j, entry): (usize, &'a Spanned<DeValue<'t>>)| {
                read(entry.get_ref()).map_err(|problem| inner.wrong(&j.to_string(), problem))
            };
            lists.push(entries.iter().enumerate().map(entry).collect::<Parsed<_>>()?);
        }
        Ok(Some(lists))
    }

    /// The names in an array of strings; none if it is not there.
    pub(crate) fn names(&self, key: &str) -> Parsed<Vec<String>> {
        let Some(place) = self.array(key)? else { return Ok(Vec::new()) };
        let name = |(index, value): (usize, &Spanned<DeValue<'_>>)| match value.get_ref() {
            DeValue::String(name) => Ok(name.as_ref().to_owned()),
            other => Err(place.wrong(&index.to_string(), type_problem("a string", other))),
        };
        self.value(key).and_then(DeValue::as_array).into_iter().flatten().enumerate().map(name).collect()
    }

    /// The tables of an array of tables.
    pub(crate) fn tables(&self, key: &str) -> Parsed<Vec<Section<'a, 't>>> {
        let Some(place) = self.array(key)? else { return Ok(Vec::new()) };
        let table = |(index, value): (usize, &'a Spanned<DeValue<'t>>)| match value.get_ref() {
            DeValue::Table(table) => Ok(Section { path: place.path_to(&index.to_string()), table: Some(table) }),
            other => Err(place.wrong(&index.to_string(), type_problem("a table", other))),
        };
        self.value(key).and_then(DeValue::as_array).into_iter().flatten().enumerate().map(table).collect()
    }

    pub(crate) fn vectors(&self, key: &str) -> Parsed<Option<Vec<Vec<f64>>>> {
        self.lists(key, "an array of numbers", |value| number(value).map(|number| number.value()))
    }

    pub(crate) fn groups(&self, key: &str) -> Parsed<Vec<Vec<String>>> {
        let name = |value: &DeValue<'_>| match value {
            DeValue::String(name) => Ok(name.as_ref().to_owned()),
            other => Err(type_problem("the name of a state", other)),
        };
        Ok(self.lists(key, "an array of state names", name)?.unwrap_or_default())
    }

    /// The law of one state, from all keys that are not `own`. Without `distribution` it is uniform.
    pub(crate) fn marginal(&self, own: &[&str]) -> Parsed<Marginal> {
        let name = self.text("distribution")?;
        let mut parameters = toml::Table::new();
        parameters.insert("distribution".into(), name.unwrap_or("uniform").into());
        if name.is_none_or(|name| name == "uniform") {
            parameters.extend([("low".to_owned(), 0.0.into()), ("high".to_owned(), 1.0.into())]);
        }
        for (key, value) in self.table.into_iter().flatten() {
            let key = key.get_ref().as_ref();
            if !own.contains(&key) {
                let number = number(value.get_ref()).map_err(|problem| match name {
                    Some(_) => self.wrong(key, problem),
                    None => self.unknown(key, own),
                })?;
                parameters.insert(key.into(), number.value().into());
            }
        }
        Marginal::deserialize(parameters).map_err(|error| self.marginal_error(error.message(), own))
    }

    /// Finds the key that a message of serde or of the law is about: the first one it names, if that is in this table.
    pub(crate) fn marginal_error(&self, message: &str, own: &[&str]) -> ConfigError {
        let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let about = names.first().copied().filter(|name| self.has(name));
        match about {
            Some(key) if message.starts_with("unknown field") => {
                let known: Vec<&str> = names[1..].iter().chain(own).copied().collect();
                self.unknown(key, &known)
            }
            _ => {
                let key = about.unwrap_or("distribution");
                let message = message.trim_end().to_owned();
                self.wrong(key, ConfigProblem::Marginal { message })
            }
        }
    }
}

pub(crate) fn type_problem(expected: &'static str, found: &DeValue<'_>) -> ConfigProblem {
    let found = match found.type_str() {
        name @ ("array" | "integer") => format!("an {name}"),
        name => format!("a {name}"),
    };
    ConfigProblem::Type { expected, found }
}

/// A number from its text, hence exactly: `0.1` is 1/10.
pub(crate) fn number(value: &DeValue<'_>) -> Result<Number, ConfigProblem> {
    let text = match value {
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        DeValue::Float(float) => float.as_str(),
        DeValue::String(text) => text,
        other => return Err(type_problem("a number such as `0.1` or a string such as `\"1/3\"`", other)),
    };
    text.parse().map_err(ConfigProblem::Number)
}
