//! Texts in YAML as trees that know their places.

use super::{ImportError, ImportProblem};
use dunamis_mdp::{Number, nearest};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::path::Path;

/// Deeper texts are no configs.
const DEEPEST: usize = 50;

/// A place in a text: line and column, from 1, the column in characters.
pub(super) type Place = (usize, usize);

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A text; quotation marks make it a text even if it looks like something else.
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    /// Keys with their places, in order.
    Map(Vec<(String, Place, Node)>),
}

/// A list or a map that is not finished.
enum Open {
    List(Place, Vec<Node>),
    Map(Place, Vec<(String, Place, Node)>, Option<(String, Place)>),
}

impl Node {
    /// Reads the only document of a text.
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let mut open: Vec<Open> = Vec::new();
        let mut root: Option<Node> = None;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                let place = (error.marker().line(), error.marker().col() + 1);
                ImportProblem::Yaml { message: error.info().to_owned() }.at(place)
            })?;
            let place = (span.start.line(), span.start.col() + 1);
            let finished = match event {
                Event::Scalar(text, style, _, _) => {
                    let quoted = style != ScalarStyle::Plain;
                    Node { place, value: Value::Scalar { text: text.into_owned(), quoted } }
                }
                Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == DEEPEST => {
                    return Err(ImportProblem::Deep.at(place));
                }
                Event::SequenceStart(..) => {
                    open.push(Open::List(place, Vec::new()));
                    continue;
                }
                Event::MappingStart(..) => {
                    open.push(Open::Map(place, Vec::new(), None));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some(Open::List(place, entries)) => Node { place, value: Value::List(entries) },
                    Some(Open::Map(place, entries, _)) => Node { place, value: Value::Map(entries) },
                    None => continue,
                },
                Event::Alias(_) => return Err(ImportProblem::Alias.at(place)),
                Event::DocumentStart(_) if root.is_some() => return Err(ImportProblem::SecondDocument.at(place)),
                _ => continue,
            };
            match open.last_mut() {
                None => root = Some(finished),
                Some(Open::List(_, entries)) => entries.push(finished),
                Some(Open::Map(_, entries, key)) => {
                    if let Some((key, place)) = key.take() {
                        entries.push((key, place, finished));
                    } else {
                        let Value::Scalar { text, .. } = finished.value else {
                            return Err(finished.wrong("a key that is a text"));
                        };
                        if entries.iter().any(|(known, _, _)| *known == text) {
                            return Err(ImportProblem::Twice { key: text }.at(finished.place));
                        }
                        *key = Some((text, finished.place));
                    }
                }
            }
        }
        root.ok_or_else(|| ImportProblem::Empty.at((1, 1)))
    }

    /// The error that something else should stand here.
    pub(super) fn wrong(&self, expected: impl Into<String>) -> ImportError {
        let found = match &self.value {
            Value::Scalar { text, quoted: false } if is_null(text) => "nothing".into(),
            Value::Scalar { text, .. } => {
                let short: String = text.chars().take(40).collect();
                format!("`{}`", short.escape_debug())
            }
            Value::List(_) => "a list".into(),
            Value::Map(_) => "a map".into(),
        };
        ImportProblem::Type { found, expected: expected.into() }.at(self.place)
    }

    /// The entries of a map.
    pub(super) fn map(&self, expected: &str) -> Result<&[(String, Place, Node)], ImportError> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(self.wrong(expected)),
        }
    }

    /// The value of a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(known, _, _)| known == key).map(|(_, _, node)| node)
    }

    /// Refuses a map with other keys than these.
    pub(super) fn allow(&self, known: &[&str]) -> Result<(), ImportError> {
        let Value::Map(entries) = &self.value else { return Ok(()) };
        match entries.iter().find(|(key, _, _)| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, place, _)) => {
                let nearest = nearest(known.iter().copied(), key).map(Into::into);
                let known = known.iter().map(|&key| key.into()).collect();
                Err(ImportProblem::UnknownKey { key: key.clone(), nearest, known }.at(*place))
            }
        }
    }

    /// The entries of a list.
    pub(super) fn list(&self, expected: &str) -> Result<&[Node], ImportError> {
        match &self.value {
            Value::List(entries) => Ok(entries),
            _ => Err(self.wrong(expected)),
        }
    }

    /// A text; numbers are texts too.
    pub(super) fn text(&self, expected: &str) -> Result<&str, ImportError> {
        match &self.value {
            Value::Scalar { text, quoted } if *quoted || !is_null(text) => Ok(text),
            _ => Err(self.wrong(expected)),
        }
    }

    /// Whether it says nothing.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, quoted: false } if is_null(text))
    }

    /// A number, exactly as it is written.
    pub(super) fn number(&self, expected: &str) -> Result<Number, ImportError> {
        match &self.value {
            Value::Scalar { text, quoted: false } => text.parse().map_err(|_| self.wrong(expected)),
            _ => Err(self.wrong(expected)),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self, expected: &str) -> Result<u64, ImportError> {
        match &self.value {
            Value::Scalar { text, quoted: false } => text.parse().map_err(|_| self.wrong(expected)),
            _ => Err(self.wrong(expected)),
        }
    }

    pub(super) fn boolean(&self) -> Result<bool, ImportError> {
        match &self.value {
            Value::Scalar { text, quoted: false } => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Ok(true),
                "false" | "no" | "off" => Ok(false),
                _ => Err(self.wrong("`True` or `False`")),
            },
            _ => Err(self.wrong("`True` or `False`")),
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL" | "None")
}

/// What an error says of its file.
pub(super) fn located(error: ImportError, path: &Path) -> ImportError {
    ImportError { origin: path.to_owned(), ..error }
}
