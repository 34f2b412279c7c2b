//! What can be wrong with a model file, or with writing one.

use super::{Content, Format};
use dunamis_mdp::ModelError;

/// Why bytes are no model, or why a model cannot be written in a format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A text that does not follow its format.
    #[error("line {line}, column {column}: found {found}, expected {expected}")]
    Syntax {
        /// The extension of the file.
        part: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// A text that follows its format but says something impossible.
    #[error("line {line}, column {column}")]
    Meaning {
        /// The extension of the file.
        part: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong there.
        source: ModelError,
    },
    /// Bytes that do not follow their format.
    #[error("{place}: found {found}, expected {expected}")]
    Binary {
        /// Which part of the file, with the number of the entry where there are entries.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A text that is not UTF-8.
    #[error("line {line}, column {column}: found bytes that are not UTF-8, expected text")]
    Encoding {
        /// The extension of the file.
        part: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// A part of a model that lies in a file of its own and is not there.
    #[error("the `.{part}` file with {what} is missing: put it beside")]
    MissingFile {
        /// The extension of the file.
        part: &'static str,
        /// What it holds.
        what: &'static str,
    },
    /// Several rewards, and no word on which to take.
    #[error("the file has several rewards: choose one of {} by appending `:reward=NAME` to the path", list(.names))]
    SeveralRewards {
        /// Their names.
        names: Vec<String>,
    },
    /// A reward that the file does not have.
    #[error("the file has no reward `{name}`{}", if .names.is_empty() { ": it has none".into() } else { format!(": it has {}", list(.names)) })]
    UnknownReward {
        /// The unknown name.
        name: String,
        /// The names there are.
        names: Vec<String>,
    },
    /// Something of another kind than a Markov decision process.
    #[error("the file describes {found}, which is no Markov decision process: convert it first")]
    OtherModel {
        /// What it describes.
        found: String,
    },
    /// A model of two agents where one is needed.
    #[error("the file is a model of two agents: give it to what takes two (`--agents 2`, `power.agents = 2`)")]
    TwoAgents,
    /// A format without models of two agents.
    #[error("{format} files are models of one agent: write `.json` or `.gv`")]
    OneAgent {
        /// The format.
        format: Format,
    },
    /// A file that is no policy.
    #[error("the file is no policy: nothing has a weight between a state and its actions")]
    NoPolicy,
    /// A valid file that says more than this version understands.
    #[error("{place}: {what} is not supported: {instead}")]
    Unsupported {
        /// Where.
        place: String,
        /// What.
        what: String,
        /// A way out.
        instead: &'static str,
    },
    /// A model that a format has no room for.
    #[error("{format} cannot hold {content}, such as {found}{}", otherwise(.instead))]
    CannotHold {
        /// The format.
        format: Format,
        /// What it has no room for.
        content: Content,
        /// The first instance in the model.
        found: String,
        /// The formats that can hold everything this model has.
        instead: Vec<Format>,
    },
    /// A model that takes far more numbers in a format than it has.
    #[error("{format} needs {count} numbers for the model, more than {limit}: write a sparse format")]
    TooLarge {
        /// The format.
        format: Format,
        /// How many numbers it needs.
        count: u128,
        /// How many are possible.
        limit: u64,
    },
    /// A name that a format cannot spell.
    #[error("{format} cannot hold the {what} `{}`: {rule}", .name.escape_debug())]
    CannotName {
        /// The format.
        format: Format,
        /// What has the name.
        what: &'static str,
        /// The name.
        name: String,
        /// What names have to be like.
        rule: &'static str,
    },
    /// Bytes that are not those that were written.
    #[error("{place}: the checksum does not fit the bytes: the file is damaged, copy or write it again")]
    Damaged {
        /// Which part of the file.
        place: String,
    },
    /// Something that is no row of a model.
    #[error("action {action} of state {state}: found {found}, expected {expected}")]
    Row {
        /// The number of the state.
        state: u64,
        /// Which of its actions, from 0.
        action: usize,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A model that is larger than possible.
    #[error("{count} {what} are too many: at most {limit} {purpose}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many are possible.
        limit: u64,
        /// For what they are too many.
        purpose: &'static str,
    },
    /// A file that was written into while it was in use.
    #[error(
        "the file was changed while it was in use, so that nothing found from it counts: leave it alone and start again"
    )]
    Changed,
    /// A format that is only read.
    #[error("{format} files are read, not written")]
    ReadOnly {
        /// The format.
        format: Format,
    },
    /// A format that is only written.
    #[error("{format} files are written, not read")]
    WriteOnly {
        /// The format.
        format: Format,
    },
    /// A model or reward that is not well-formed.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl FormatError {
    /// The extension of the file where the error is, for a model of several files.
    pub(super) fn part(&self) -> Option<&'static str> {
        match self {
            FormatError::Syntax { part, .. }
            | FormatError::Meaning { part, .. }
            | FormatError::Encoding { part, .. } => Some(part),
            _ => None,
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn otherwise(formats: &[Format]) -> String {
    let mut extensions: Vec<String> = formats.iter().map(|format| format!("`.{}`", format.extensions()[0])).collect();
    // Formats that share an extension are neighbors.
    extensions.dedup();
    if extensions.is_empty() { String::new() } else { format!(": write {}", extensions.join(" or ")) }
}
