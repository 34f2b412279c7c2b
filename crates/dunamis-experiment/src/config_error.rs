//! What can be wrong with a config, and where.

use crate::SeedPolicyError;
use crate::Setting;
use dunamis_envs::EnvError;
use dunamis_goals::GoalError;
use dunamis_mdp::{DiscountError, NumberError};
use dunamis_orbit::OrbitError;
use dunamis_power::PowerError;
use dunamis_sampling::{MethodError, RewardError};
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// What is wrong with a config, with its key and, where the text is known, its place in the file.
///
/// ```
/// let error = dunamis_experiment::Experiment::from_toml("name = 'x'\nsampels = 10", "x.toml").unwrap_err();
/// assert_eq!((error.key().as_str(), error.line()), ("sampels", Some(2)));
/// assert!(error.to_string().contains("did you mean `samples`?"));
/// ```
#[derive(Debug)]
pub struct ConfigError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    origin: PathBuf,
    path: KeyPath,
    place: Option<Place>,
    problem: ConfigProblem,
}

/// A place in a text; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    width: usize,
    text: String,
}

/// The way from the root of a config to one of its keys; entries of arrays have their numbers.
pub(crate) type KeyPath = Vec<String>;

/// What is wrong with a config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigProblem {
    /// The file cannot be read.
    #[error("cannot read the config")]
    Read(#[source] std::io::Error),
    /// The text is not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// The parser's message.
        message: String,
    },
    /// A key that does not exist.
    #[error("there is no such key: {}", known_keys(.nearest.as_deref(), .known))]
    UnknownKey {
        /// The nearest key that exists.
        nearest: Option<String>,
        /// All keys that exist there.
        known: Vec<String>,
    },
    /// A key that must be there.
    #[error("this key is missing: write {fix}")]
    MissingKey {
        /// What to write.
        fix: &'static str,
    },
    /// A sweep without end.
    #[error("a sweep may have at most {limit} points")]
    TooManyPoints {
        /// The most points.
        limit: usize,
    },
    /// An empty list where a value should be.
    #[error("the list is empty: give a value, or several")]
    NoValue,
    /// A range that its step does not lead along.
    #[error("the step must lead from `from` to `to`: change its sign, and do not make it 0")]
    Step,
    /// More names than values, or fewer.
    #[error("there are {names} names for {values} values: give one for each")]
    NamesOfValues {
        /// Number of names.
        names: usize,
        /// Number of values.
        values: usize,
    },
    /// A key that has only one value in the place of one that varies.
    #[error("`{key}` does not vary: zip keys with a list or a range, which are `{known}`")]
    NotSwept {
        /// The key.
        key: String,
        /// The keys that vary.
        known: String,
    },
    /// A key in two groups.
    #[error("`{key}` is zipped twice: name it once")]
    ZippedTwice {
        /// The key.
        key: String,
    },
    /// Keys with different numbers of values side by side.
    #[error("`{key}` has {other} values, but what it is zipped with has {first}")]
    ZippedLengths {
        /// The key.
        key: String,
        /// Number of values of the first key.
        first: usize,
        /// Its number of values.
        other: usize,
    },
    /// A key that has no meaning together with others.
    #[error("this key does not apply: {reason}")]
    DoesNotApply {
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// A value of the wrong type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// None of a few words.
    #[error("`{found}` is unknown: choose {choices}")]
    Choice {
        /// What is there.
        found: String,
        /// What could be.
        choices: &'static str,
    },
    /// A number of rounds out of range.
    #[error("{found} is no number of rounds: choose from 1, the published order, to {}", u32::MAX)]
    Rounds {
        /// The number.
        found: u64,
    },
    /// A sample count of 0.
    #[error("POWER needs at least 1 sample")]
    NoSamples,
    /// Not a discount.
    #[error(transparent)]
    Discount(DiscountError),
    /// Neither a discount nor 1.
    #[error("the discount is {found}, but must be from 0 to 1, where 1 stands for average rewards")]
    DiscountOrOne {
        /// The number.
        found: String,
    },
    /// Sets of options that make no sense.
    #[error(transparent)]
    Orbit(OrbitError),
    /// An environment in which nothing says what was trained.
    #[error("`{environment}` describes no trained agent: it has no {what}")]
    Untrained {
        /// The environment.
        environment: String,
        /// What it lacks.
        what: &'static str,
    },
    /// A label that no state has.
    #[error("the environment has no label `{name}`: choose among {known}")]
    UnknownLabel {
        /// The label.
        name: String,
        /// The labels there are.
        known: String,
    },
    /// Goals or a situation that make no sense.
    #[error(transparent)]
    Goals(Box<GoalError>),
    /// A row of a tabulated decision function that is too short or too long.
    #[error(
        "the row has {found} numbers: give the entries of an element, the same number everywhere, and then {values} values"
    )]
    LemmaRow {
        /// How many values follow an element.
        values: usize,
        /// How many numbers there are.
        found: usize,
    },
    /// Rows that are not the elements of one orbit.
    #[error("the rows are not an orbit: give one for each rearrangement of the first, and no other")]
    LemmaOrbit,
    /// An action that the state does not have.
    #[error("state `{state}` has no action `{name}`: choose {known}")]
    UnknownAction {
        /// The state.
        state: String,
        /// The unknown name.
        name: String,
        /// Its actions.
        known: String,
    },
    /// Not a number.
    #[error(transparent)]
    Number(NumberError),
    /// A law of one state that cannot be built.
    #[error("{message}")]
    Marginal {
        /// What is wrong with it.
        message: String,
    },
    /// A reward law that cannot be built.
    #[error(transparent)]
    Reward(RewardError),
    /// No way to spread samples.
    #[error(transparent)]
    SamplingMethod(MethodError),
    /// A state that the environment does not have.
    #[error("the environment has no state `{name}`: {}", state_hint(.nearest.as_deref(), .example))]
    UnknownState {
        /// The unknown name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
        /// The first state.
        example: String,
    },
    /// Reward vectors of the wrong length.
    #[error(
        "the reward vectors have {found} entries, but the environment has {expected} states: give one entry per state"
    )]
    VectorLength {
        /// Length of the vectors.
        found: usize,
        /// States of the environment.
        expected: usize,
    },
    /// An environment that cannot be built.
    #[error(transparent)]
    Environment(EnvError),
    /// A seed policy that cannot be read or followed.
    #[error(transparent)]
    SeedPolicy(Box<SeedPolicyError>),
    /// A setting that POWER cannot have.
    #[error(transparent)]
    Power(PowerError),
}

/// A key as it is written in a config; numbers of entries in brackets.
pub(crate) fn key_text(path: &[String]) -> String {
    let mut key = String::new();
    for part in path {
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() && !key.is_empty() {
            key.extend(["[", part, "]"]);
            continue;
        }
        let bare = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !key.is_empty() {
            key.push('.');
        }
        let quote = if bare { "" } else { "\"" };
        key.extend([quote, &part.escape_debug().to_string(), quote]);
    }
    key
}

fn known_keys(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(key) => format!("did you mean `{key}`?"),
        None => format!("choose among {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    }
}

fn state_hint(nearest: Option<&str>, example: &str) -> String {
    match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("its states are named like `{example}`"),
    }
}

impl ConfigProblem {
    /// Whether it is the key that is wrong, not its value.
    fn is_about_key(&self) -> bool {
        matches!(
            self,
            ConfigProblem::UnknownKey { .. } | ConfigProblem::DoesNotApply { .. } | ConfigProblem::UnknownState { .. }
        )
    }

    /// The problem of the value at a path.
    pub(crate) fn at<S: Into<String>>(self, path: impl IntoIterator<Item = S>) -> ConfigError {
        let path = path.into_iter().map(Into::into).collect();
        ConfigError(Box::new(Inner { origin: PathBuf::new(), path, place: None, problem: self }))
    }
}

impl ConfigError {
    pub(crate) fn unreadable(origin: &Path, source: std::io::Error) -> Self {
        ConfigProblem::Read(source).at([""; 0]).of(origin)
    }

    fn of(mut self, origin: &Path) -> Self {
        self.0.origin = origin.into();
        self
    }

    /// The error of a text that is not TOML.
    pub(crate) fn syntax(error: &toml::de::Error, text: &str, origin: &Path) -> Self {
        let message = error.message().replace('\n', ", ");
        let mut config = ConfigProblem::Syntax { message }.at([""; 0]).of(origin);
        config.0.place = error.span().map(|span| place(text, span));
        config
    }

    /// The error with its place in the text.
    pub(crate) fn located(self, text: &str, origin: &Path) -> Self {
        let mut config = self.of(origin);
        if let Ok(table) = DeTable::parse(text) {
            let inner = &*config.0;
            config.0.place =
                span(table.get_ref(), &inner.path, inner.problem.is_about_key()).map(|span| place(text, span));
        }
        config
    }

    /// The config's path; empty where it is not known.
    pub fn origin(&self) -> &Path {
        &self.0.origin
    }

    /// The key in question, for example `power.discount`; empty when it is about the whole config.
    pub fn key(&self) -> String {
        key_text(&self.0.path)
    }

    pub(crate) fn path(&self) -> &KeyPath {
        &self.0.path
    }

    /// The error of a value that stands at a place inside the value of a key.
    pub(crate) fn inside(mut self, key: &[String], way: &[&str], index: usize) -> Self {
        if self.0.path.starts_with(key) {
            let way = way.iter().map(|&part| part.to_owned()).chain([index.to_string()]);
            self.0.path.splice(key.len()..key.len(), way);
        }
        self
    }

    /// The error of a value that is not in the config.
    pub(crate) fn set_by(self, setting: &Setting) -> Self {
        self.of(Path::new(&setting.to_string()))
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.0.place.as_ref().map(|place| place.line)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.0.place.as_ref().map(|place| place.column)
    }

    /// What is wrong.
    pub fn problem(&self) -> &ConfigProblem {
        &self.0.problem
    }
}

/// The place, the key, the problem, and the line with its neighborhood marked.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { origin, path, place, problem } = &*self.0;
        if !origin.as_os_str().is_empty() {
            write!(f, "`{}`", origin.display())?;
        }
        if let Some(place) = place {
            let separator = if origin.as_os_str().is_empty() { "" } else { ", " };
            write!(f, "{separator}line {}, column {}", place.line, place.column)?;
        }
        if !origin.as_os_str().is_empty() || place.is_some() {
            f.write_str(": ")?;
        }
        if !path.is_empty() {
            write!(f, "`{}`: ", self.key())?;
        }
        write!(f, "{problem}")?;
        if let Some(Place { line, column, width, text }) = place {
            let number = line.to_string();
            let (gutter, indent) = (" ".repeat(number.len()), " ".repeat(column - 1));
            write!(f, "\n{gutter} |\n{number} | {text}\n{gutter} | {indent}{}", "^".repeat(*width))?;
        }
        Ok(())
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.problem.source()
    }
}

/// The bytes of a key or its value, or of the nearest enclosing one that is there; `None` for the root.
fn span(root: &DeTable<'_>, path: &[String], of_key: bool) -> Option<Range<usize>> {
    let (first, rest) = path.split_first()?;
    let (key, mut value) = root.get_key_value(first.as_str())?;
    let mut key = key.span();
    for part in rest {
        match value.get_ref() {
            DeValue::Table(table) => {
                let Some((inner, next)) = table.get_key_value(part.as_str()) else { break };
                (key, value) = (inner.span(), next);
            }
            DeValue::Array(entries) => {
                let Some(next) = part.parse().ok().and_then(|index: usize| entries.get(index)) else { break };
                (key, value) = (next.span(), next);
            }
            _ => break,
        }
    }
    Some(if of_key || value.span().is_empty() { key } else { value.span() })
}

/// Turns bytes into a place; the part of the span beyond the first line is left out.
fn place(text: &str, span: Range<usize>) -> Place {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let before = text[line_start..start].chars().count();
    let rest = line.get(start - line_start..).unwrap_or_default();
    let marked = rest.char_indices().take_while(|(offset, _)| start + offset < span.end).count();
    // Tabs would move the mark away from what it marks.
    let text_line = line.replace('\t', " ");
    Place {
        line: text[..line_start].matches('\n').count() + 1,
        column: before + 1,
        width: marked.max(1),
        text: text_line,
    }
}
