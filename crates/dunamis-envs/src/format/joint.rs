//! Files of models of two agents, of models that may be wrong, and of policies.

use super::{Files, Format, FormatError, files, json, powerplay};
use crate::EnvError;
use dunamis_mdp::edit::PolicyEntries;
use dunamis_mdp::{Agent, Draft, JointModel, ModelError, StochasticPolicy, TransitionModel, json as own};
use std::path::Path;

/// A model that may be wrong, as [`read_draft`] reads it.
pub struct DraftFile {
    /// What the file says.
    pub draft: Draft,
    place: Box<dyn Fn(usize) -> String>,
}

impl DraftFile {
    /// Where something was said, for messages: `line 3, column 1` or `transitions[7]`.
    pub fn place(&self, place: usize) -> String {
        (self.place)(place)
    }
}

impl Format {
    /// Whether its files may be models of two agents.
    pub fn holds_two_agents(self) -> bool {
        matches!(self, Format::Json | Format::Powerplay)
    }

    /// Reads a model of two agents; `None` if the files are one of a single agent, or of a format without any other.
    ///
    /// # Errors
    ///
    /// [`EnvError::Format`] or [`EnvError::Model`]. Never panics, and takes memory in proportion to the bytes.
    pub fn decode_joint(self, files: &Files) -> Result<Option<JointModel>, EnvError> {
        match self {
            Format::Powerplay => Ok(powerplay::decode_joint(files)?),
            Format::Json => {
                let text = json::text(files)?;
                own::is_joint(text).then(|| Ok(own::read_joint(text)?)).transpose()
            }
            _ => Ok(None),
        }
    }

    /// Writes a model of two agents.
    ///
    /// # Errors
    ///
    /// [`FormatError::OneAgent`] for a format that has no such models, [`FormatError::CannotName`].
    pub fn encode_joint(self, model: &JointModel) -> Result<Files, EnvError> {
        match self {
            Format::Powerplay => Ok(powerplay::encode_joint(model)?),
            Format::Json => Ok(Files::of("json", own::write_joint(model) + "\n")),
            format => Err(FormatError::OneAgent { format }.into()),
        }
    }

    /// Reads a model that may be wrong, to say everything that is; `None` for formats of which only good models are read.
    ///
    /// # Errors
    ///
    /// [`EnvError::Format`] or [`EnvError::Model`] for files that do not follow the format.
    pub fn decode_draft(self, files: &Files) -> Result<Option<DraftFile>, EnvError> {
        match self {
            Format::Powerplay => {
                let (draft, place) = powerplay::decode_draft(files)?;
                Ok(Some(DraftFile { draft, place }))
            }
            Format::Json => {
                let (draft, _) = own::read_draft(json::text(files)?)?;
                let states: Vec<String> = draft.states().map(Into::into).collect();
                let count = states.len();
                let place = move |place| {
                    if place < count { format!("states[{place}]") } else { format!("transitions[{}]", place - count) }
                };
                Ok(Some(DraftFile { draft, place: Box::new(place) }))
            }
            _ => Ok(None),
        }
    }
}

/// The model of two agents in a file; `None` if the file, of whatever format, is none.
///
/// # Errors
///
/// [`EnvError::Read`] or [`EnvError::File`], with the path.
pub fn read_joint(path: impl AsRef<Path>) -> Result<Option<JointModel>, EnvError> {
    let path = path.as_ref();
    match Format::from_path(path).filter(|format| format.holds_two_agents()) {
        Some(format) => files::single(path, |files| format.decode_joint(files)),
        None => Ok(None),
    }
}

/// Writes a model of two agents in the format of the path's extension.
///
/// # Errors
///
/// [`EnvError::FileType`], [`EnvError::Format`] when the format has no such models, [`EnvError::Write`].
pub fn write_joint(model: &JointModel, path: impl AsRef<Path>) -> Result<(), EnvError> {
    let path = path.as_ref();
    let format = Format::from_path(path).ok_or_else(|| EnvError::FileType { path: path.display().to_string() })?;
    write_joint_as(format, model, path)
}

/// The same in a given format, whatever the extension.
///
/// # Errors
///
/// As for [`write_joint`].
pub fn write_joint_as(format: Format, model: &JointModel, path: impl AsRef<Path>) -> Result<(), EnvError> {
    files::save(format, &format.encode_joint(model)?, path.as_ref())
}

/// The model in a file that may be wrong; `None` for formats of which only good models are read.
///
/// # Errors
///
/// [`EnvError::FileType`], [`EnvError::Read`] or [`EnvError::File`], with the path.
pub fn read_draft(path: impl AsRef<Path>) -> Result<Option<DraftFile>, EnvError> {
    let path = path.as_ref();
    let format = Format::from_path(path).ok_or_else(|| EnvError::FileType { path: path.display().to_string() })?;
    if !format.holds_two_agents() {
        return Ok(None);
    }
    files::single(path, |files| format.decode_draft(files))
}

/// Reads the text of a policy of one agent of a joint model; the extension of the path tells its format, the own JSON form or
/// a graph of `POWERplay`.
///
/// # Errors
///
/// Whatever is wrong, with the place in the file.
pub fn joint_policy(
    path: impl AsRef<Path>,
    text: &str,
    model: &JointModel,
    agent: Agent,
) -> Result<StochasticPolicy, EnvError> {
    if !is_graph(path.as_ref()) {
        return Ok(model.policy_from_json(agent, text)?);
    }
    bind(text, |entries| {
        StochasticPolicy::from_entries(model.states(), model.actions(agent), model.available(agent), entries)
    })
}

/// Reads the text of a policy of a model, as [`joint_policy`] does.
///
/// # Errors
///
/// Whatever is wrong, with the place in the file.
pub fn policy(path: impl AsRef<Path>, text: &str, model: &TransitionModel) -> Result<StochasticPolicy, EnvError> {
    if !is_graph(path.as_ref()) {
        return Ok(model.policy_from_json(text)?);
    }
    bind(text, |entries| StochasticPolicy::from_entries(model.states(), model.actions(), model.available(), entries))
}

/// What the text of a policy says, whatever model it belongs to: states, actions and probabilities. The extension of the path
/// tells its format.
///
/// # Errors
///
/// Whatever is wrong, with the place in the file.
pub fn policy_entries(path: impl AsRef<Path>, text: &str) -> Result<PolicyEntries, EnvError> {
    if !is_graph(path.as_ref()) {
        return Ok(own::policy_entries(text)?);
    }
    let entries = powerplay::entries(&Files::of("gv", text))?;
    Ok(entries.into_iter().map(|(state, action, weight, _)| (state, action, weight.value())).collect())
}

/// The policy of a graph in the own JSON form, whatever model it belongs to; actions of probability 0 are left out.
///
/// # Errors
///
/// [`EnvError::Format`].
pub fn policy_as_json(text: &str) -> Result<String, EnvError> {
    let mut states: Vec<(String, serde_json::Map<String, serde_json::Value>)> = Vec::new();
    let mut numbers: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (state, action, weight, _) in powerplay::entries(&Files::of("gv", text))? {
        let number = *numbers.entry(state.clone()).or_insert_with(|| {
            states.push((state, serde_json::Map::new()));
            states.len() - 1
        });
        if weight.value() != 0.0 {
            states[number].1.insert(action, weight.value().into());
        }
    }
    let policy: serde_json::Map<String, serde_json::Value> =
        states.into_iter().map(|(state, choices)| (state, choices.into())).collect();
    let document = serde_json::json!({ "schema": own::SCHEMA, "policy": policy });
    Ok(format!("{document:#}\n"))
}

/// Writes a policy of one agent of a joint model as a text; the extension of the path tells the format.
///
/// # Errors
///
/// [`FormatError::CannotName`].
pub fn joint_policy_text(
    path: impl AsRef<Path>,
    model: &JointModel,
    agent: Agent,
    policy: &StochasticPolicy,
) -> Result<String, EnvError> {
    if !is_graph(path.as_ref()) {
        return Ok(model.policy_to_json(agent, policy) + "\n");
    }
    Ok(graph_text(&powerplay::encode_policy(model.states(), model.actions(agent), model.available(agent), policy)?))
}

/// Writes a policy of a model as a text; the extension of the path tells the format.
///
/// # Errors
///
/// [`FormatError::CannotName`].
pub fn policy_text(
    path: impl AsRef<Path>,
    model: &TransitionModel,
    policy: &StochasticPolicy,
) -> Result<String, EnvError> {
    if !is_graph(path.as_ref()) {
        return Ok(model.policy_to_json(policy) + "\n");
    }
    Ok(graph_text(&powerplay::encode_policy(model.states(), model.actions(), model.available(), policy)?))
}

fn graph_text(files: &Files) -> String {
    String::from_utf8_lossy(files.only()).into_owned()
}

fn is_graph(path: &Path) -> bool {
    Format::from_path(path) == Some(Format::Powerplay)
}

type Bound = Result<StochasticPolicy, (Option<usize>, ModelError)>;

fn bind(text: &str, bind: impl FnOnce(&[(&str, &str, f64)]) -> Bound) -> Result<StochasticPolicy, EnvError> {
    let entries = powerplay::entries(&Files::of("gv", text))?;
    let plain: Vec<(&str, &str, f64)> =
        entries.iter().map(|(state, action, weight, _)| (state.as_str(), action.as_str(), weight.value())).collect();
    bind(&plain).map_err(|(entry, source)| match entry {
        Some(entry) => {
            let (line, column) = entries[entry].3;
            FormatError::Meaning { part: "gv", line, column, source }.into()
        }
        None => source.into(),
    })
}
