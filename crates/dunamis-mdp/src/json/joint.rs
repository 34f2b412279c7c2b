//! Joint models, and models that may still be wrong.

use super::{SCHEMA, Text, check_schema, number, parse};
use crate::{Draft, JointModel, ModelError, Shortfall};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JointFile<'a> {
    schema: u64,
    #[serde(default)]
    shortfall: Option<Shortfall>,
    /// The rules that made the model, for people.
    #[serde(default, rename = "collision")]
    _collision: Option<Text<'a>>,
    #[serde(default, rename = "swaps")]
    _swaps: Option<Text<'a>>,
    #[serde(borrow)]
    states: Vec<Text<'a>>,
    transitions: Vec<JointEntry<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JointEntry<'a> {
    #[serde(borrow)]
    from: Cow<'a, str>,
    #[serde(borrow)]
    action_h: Cow<'a, str>,
    #[serde(borrow)]
    action_a: Cow<'a, str>,
    #[serde(borrow)]
    to: Option<Text<'a>>,
    probability: &'a RawValue,
}

/// Whether a text is a model of two agents, told by its transitions; nothing else is checked.
pub fn is_joint(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        action_h: Option<serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct File {
        transitions: Vec<Entry>,
    }
    // Most models need not be parsed to be told apart.
    text.contains("\"action_h\"")
        && serde_json::from_str::<File>(text)
            .is_ok_and(|file| file.transitions.iter().any(|entry| entry.action_h.is_some()))
}

/// Reads a model of one or two agents without asking whether it makes sense: places are the numbers of the states and of the
/// transitions, as [`place`] shows them. With it comes what a joint model says of missing mass.
///
/// # Errors
///
/// [`ModelError::Json`] and [`ModelError::Schema`], or [`ModelError::Number`] for a number that cannot be read.
pub fn read_draft(text: &str) -> Result<(Draft, Option<Shortfall>), ModelError> {
    if is_joint(text) {
        let file: JointFile<'_> = parse(text, "joint model")?;
        check_schema(file.schema)?;
        let transitions = file.transitions.iter();
        let transitions =
            transitions.map(|entry| (&entry.from, [&entry.action_h, &entry.action_a], &entry.to, entry.probability));
        Ok((draft(&file.states, transitions)?, file.shortfall))
    } else {
        let file: super::ModelFile<'_> = parse(text, "model")?;
        check_schema(file.schema)?;
        let transitions = file.transitions.iter();
        let transitions = transitions.map(|entry| (&entry.from, [&entry.action], &entry.to, entry.probability));
        Ok((draft(&file.states, transitions)?, None))
    }
}

/// What a file writes of a transition: where from, a move for each agent, where to, and the probability.
type Written<'f, 'a, const AGENTS: usize> =
    (&'f Cow<'a, str>, [&'f Cow<'a, str>; AGENTS], &'f Option<Text<'a>>, &'a RawValue);

/// The draft that a file describes; see [`read_draft`].
fn draft<'f, 'a: 'f, const AGENTS: usize>(
    states: &[Text<'a>],
    transitions: impl Iterator<Item = Written<'f, 'a, AGENTS>>,
) -> Result<Draft, ModelError> {
    let mut draft = Draft::new(AGENTS);
    for (i, Text(state)) in states.iter().enumerate() {
        draft.state(state.as_ref(), i);
    }
    for (i, (from, moves, to, probability)) in transitions.enumerate() {
        let probability = number(probability, || format!("transitions[{i}].probability"))?;
        let to = to.as_ref().map(|Text(to)| to.as_ref());
        draft.transition(from.as_ref(), moves.map(Cow::as_ref), to, probability, states.len() + i);
    }
    Ok(draft)
}

/// How a place of a draft read by [`read_draft`] is written: `states[3]` or `transitions[0]`.
pub fn place(draft: &Draft, place: usize) -> String {
    let states = draft.states().len();
    if place < states { format!("states[{place}]") } else { format!("transitions[{}]", place - states) }
}

/// Reads a joint model.
///
/// # Errors
///
/// Whatever is wrong, with the place in the file.
pub fn read_joint(text: &str) -> Result<JointModel, ModelError> {
    let (draft, shortfall) = read_draft(text)?;
    draft.joint_model(shortfall.unwrap_or(Shortfall::Leak)).map_err(|error| match error.place {
        Some(at) => error.problem.at(place(&draft, at)),
        None => error.problem,
    })
}

/// Writes a joint model, with every pair of moves; [`read_joint`] returns the same model.
pub fn write_joint(model: &JointModel) -> String {
    #[derive(Serialize)]
    struct Transition<'a> {
        from: &'a str,
        action_h: &'a str,
        action_a: &'a str,
        to: Option<&'a str>,
        probability: f64,
    }
    #[derive(Serialize)]
    struct File<'a> {
        schema: u64,
        shortfall: Shortfall,
        states: Vec<&'a str>,
        transitions: Vec<Transition<'a>>,
    }
    let states = model.states();
    let mut transitions = Vec::new();
    for (state, [i, j], [action_h, action_a]) in model.moves() {
        let from = &states[state.index()];
        let (next, probability) = model.row(state, i, j);
        let to = |to, probability| Transition { from, action_h, action_a, to, probability };
        transitions.extend(next.iter().zip(probability).map(|(&next, &p)| to(Some(&states[next as usize]), p)));
        if next.is_empty() {
            transitions.push(to(None, 1.0));
        }
    }
    let file = File { schema: SCHEMA, shortfall: model.shortfall(), states: states.iter().collect(), transitions };
    serde_json::to_string_pretty(&file).expect("strings and numbers always serialize")
}
