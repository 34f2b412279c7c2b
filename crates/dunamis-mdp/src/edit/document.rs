//! Patches in JSON.

use super::{Arriving, Choice, Edit, EditError, EditProblem, Parsed, Patch, PolicyEdit, PolicyPatch, Selection};
use crate::json::{Entries, SCHEMA, number};
use crate::{Agent, ModelError, Number};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u64,
    edits: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    edit: String,
    #[serde(default)]
    state: Option<OneOrMany>,
    #[serde(default)]
    at: Option<At>,
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    action_h: Option<String>,
    #[serde(default)]
    action_a: Option<String>,
    #[serde(default)]
    to: Option<Box<RawValue>>,
    #[serde(default)]
    arriving: Option<ArrivingEntry>,
    #[serde(default)]
    distribution: Option<Entries<Box<RawValue>>>,
    #[serde(default)]
    policy: Option<String>,
    #[serde(default)]
    weight: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct At {
    #[serde(default, rename = "H")]
    h: Option<String>,
    #[serde(default, rename = "A")]
    a: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ArrivingEntry {
    Word(String),
    Redirect { redirect: String },
}
fn document(text: &str) -> Result<Vec<Entry>, ModelError> {
    let file: File = serde_json::from_str(text).map_err(|source| ModelError::Json { what: "patch", source })?;
    if file.schema == SCHEMA { Ok(file.edits) } else { Err(ModelError::Schema { schema: file.schema }) }
}

fn numbered<T>(entries: Vec<Entry>, read: impl Fn(Entry) -> Parsed<T>) -> Result<Vec<T>, ModelError> {
    let read = |(i, entry)| read(entry).map_err(|problem| ModelError::Edit(Box::new(EditError { edit: i, problem })));
    entries.into_iter().enumerate().map(read).collect()
}

impl Entry {
    fn selection(&mut self) -> Selection {
        match (self.state.take(), self.at.take()) {
            (Some(OneOrMany::One(state)), _) => Selection::Named(vec![state]),
            (Some(OneOrMany::Many(states)), _) => Selection::Named(states),
            (None, Some(At { h, a })) => Selection::At { h, a },
            (None, None) => Selection::Everywhere,
        }
    }

    fn choice(&mut self, edit: &'static str) -> Parsed<Choice> {
        match (self.agent.take(), self.action.take(), self.action_h.take(), self.action_a.take()) {
            (None, Some(action), None, None) => Ok(Choice::Action(action)),
            (Some(agent), Some(action), None, None) => Ok(Choice::Of(self::agent(agent)?, action)),
            (None, None, Some(h), Some(a)) => Ok(Choice::Pair(h, a)),
            _ => {
                Err(EditProblem::Missing { edit, key: "`action`, `agent` and `action`, or `action_h` and `action_a`" })
            }
        }
    }

    fn successors(&mut self, edit: &'static str) -> Parsed<Vec<(String, Number)>> {
        let raw =
            self.to.take().ok_or(EditProblem::Missing { edit, key: "`to`, a state or states with probabilities" })?;
        let json = |source| ModelError::Json { what: "patch", source };
        if raw.get().starts_with('"') {
            return Ok(vec![(serde_json::from_str(raw.get()).map_err(json)?, Number::ONE)]);
        }
        let entries: Entries<Box<RawValue>> = serde_json::from_str(raw.get()).map_err(json)?;
        numbers(&entries, "to")
    }

    /// Refuses what is left.
    fn finish(self, edit: &'static str) -> Parsed<()> {
        let left = [
            (self.agent.is_some() || self.action.is_some(), "`action`"),
            (self.action_h.is_some() || self.action_a.is_some(), "`action_h` and `action_a`"),
            (self.to.is_some(), "`to`"),
            (self.arriving.is_some(), "`arriving`"),
            (self.distribution.is_some(), "`distribution`"),
            (self.policy.is_some(), "`policy`"),
            (self.weight.is_some(), "`weight`"),
            (self.state.is_some() || self.at.is_some(), "`state` and `at`"),
        ];
        match left.into_iter().find(|(left, _)| *left) {
            Some((_, key)) => Err(EditProblem::Surplus { edit, key }),
            None => Ok(()),
        }
    }
}

fn numbers(entries: &Entries<Box<RawValue>>, place: &str) -> Parsed<Vec<(String, Number)>> {
    entries.distinct(place)?;
    let read = |(name, raw): &(String, Box<RawValue>)| Ok((name.clone(), number(raw, || format!("{place}.{name}"))?));
    entries.0.iter().map(read).collect()
}

fn agent(name: String) -> Parsed<Agent> {
    match name.as_str() {
        "H" => Ok(Agent::H),
        "A" => Ok(Agent::A),
        _ => Err(EditProblem::Unknown { found: name, choices: "`H` or `A`" }),
    }
}

fn unknown_edit(name: &str, known: &'static str) -> EditProblem {
    let nearest = crate::nearest(known.split('`').skip(1).step_by(2), name).map(Into::into);
    EditProblem::UnknownEdit { name: name.into(), nearest, known }
}

impl Patch {
    /// Reads a patch from the JSON form of the [module](crate::edit).
    ///
    /// # Errors
    ///
    /// [`ModelError::Json`], [`ModelError::Schema`] or [`ModelError::Edit`].
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let edits = numbered(document(text)?, |mut entry| {
            let states = entry.selection();
            let (name, edit) = match entry.edit.as_str() {
                "forbid" => ("forbid", Edit::Forbid { states, action: entry.choice("forbid")? }),
                "redirect" => {
                    let action = entry.choice("redirect")?;
                    ("redirect", Edit::Redirect { states, action, to: entry.successors("redirect")? })
                }
                "add" => {
                    let action = entry.choice("add")?;
                    ("add", Edit::Add { states, action, to: entry.successors("add")? })
                }
                "delete" => {
                    let arriving = match entry.arriving.take() {
                        None => None,
                        Some(ArrivingEntry::Redirect { redirect }) => Some(Arriving::Redirect(redirect)),
                        Some(ArrivingEntry::Word(word)) => Some(match word.as_str() {
                            "forbid" => Arriving::Forbid,
                            "lose" => Arriving::Lose,
                            "renormalize" => Arriving::Renormalize,
                            _ => {
                                let choices = "`forbid`, `lose`, `renormalize` or `{\"redirect\": STATE}`";
                                return Err(EditProblem::Unknown { found: word, choices });
                            }
                        }),
                    };
                    ("delete", Edit::Delete { states, arriving })
                }
                name => return Err(unknown_edit(name, "`forbid`, `redirect`, `add` or `delete`")),
            };
            entry.finish(name)?;
            Ok(edit)
        })?;
        Ok(Patch { edits })
    }
}

impl PolicyPatch {
    /// Reads a patch from the JSON form of the [module](crate::edit).
    ///
    /// # Errors
    ///
    /// [`ModelError::Json`], [`ModelError::Schema`] or [`ModelError::Edit`].
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let edits = numbered(document(text)?, |mut entry| {
            let missing = |edit, key| EditProblem::Missing { edit, key };
            let (name, edit) = match entry.edit.as_str() {
                "set" => {
                    let distribution = entry.distribution.take();
                    let distribution =
                        distribution.ok_or_else(|| missing("set", "`distribution`, as in `{\"stay\": 1}`"))?;
                    let distribution = numbers(&distribution, "distribution")?;
                    ("set", PolicyEdit::Set { states: entry.selection(), distribution })
                }
                "mix" => {
                    let policy = entry.policy.take().ok_or_else(|| missing("mix", "`policy`"))?;
                    let weight = entry.weight.take().ok_or_else(|| missing("mix", "`weight`, from 0 to 1"))?;
                    let weight = number(&weight, || "weight".into())?;
                    if !(0.0..=1.0).contains(&weight.value()) {
                        return Err(EditProblem::Weight { found: weight.to_string() });
                    }
                    ("mix", PolicyEdit::Mix { policy, weight })
                }
                "lift" => (
                    "lift",
                    PolicyEdit::Lift { policy: entry.policy.take().ok_or_else(|| missing("lift", "`policy`"))? },
                ),
                name => return Err(unknown_edit(name, "`set`, `mix` or `lift`")),
            };
            entry.finish(name)?;
            Ok(edit)
        })?;
        Ok(PolicyPatch { edits })
    }
}
