//! File formats of models: which there are, what each can hold, and how files become environments.
//!
//! Each format is one file of this folder with a `Registration`, which is a line of `FORMATS`. A format turns bytes into
//! what files hold and back; choosing the format, the file system and refusing what a format cannot hold are the same for all.

mod arrays;
mod cassandra;
mod choices;
mod content;
mod dmdp;
mod dot;
mod drn;
mod error;
mod files;
mod gymnasium;
mod joint;
mod json;
mod mdptoolbox;
mod npz;
mod powerplay;
mod prism;
mod quantecon;
mod table;
mod text;
mod umb;
mod without;

pub use content::Content;
pub use dmdp::{MappedMdp, RowSource, Written};
pub use error::FormatError;
pub use files::{Files, read, read_reward, replace, write, write_as};
pub use joint::{
    DraftFile, joint_policy, joint_policy_text, policy, policy_as_json, policy_entries, policy_text, read_draft,
    read_joint, write_joint, write_joint_as,
};

use crate::{EnvError, Environment};
use content::Contents;
use std::fmt;
use std::path::Path;

/// A file format of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The own JSON form; see [`dunamis_mdp::json`].
    Json,
    /// The own binary form: arrays of doubles for `NumPy`.
    Npz,
    /// The own form of huge models: compact rows that are mapped into memory; see [`MappedMdp`].
    Dmdp,
    /// The binary exchange format of probabilistic model checkers, exact rationals included.
    Umb,
    /// Explicit files of PRISM: transitions, labels and rewards in files of their own.
    PrismExplicit,
    /// Explicit files of Storm, in text with exact rationals.
    Drn,
    /// Tables `P[s][a]` of Gymnasium as JSON.
    Gymnasium,
    /// State-action pairs of `QuantEcon` as arrays for `NumPy`.
    QuantEcon,
    /// The arrays P and R of `MDPtoolbox` for `NumPy`.
    MdpToolbox,
    /// Cassandra's text files.
    Cassandra,
    /// Graphs of `POWERplay`.
    Powerplay,
    /// Drawings by Graphviz.
    Dot,
}

/// What is known of a format.
struct Registration {
    format: Format,
    name: &'static str,
    summary: &'static str,
    /// Without the dot, in lower case; the first is the one of the model itself.
    extensions: &'static [&'static str],
    /// Whether a model is several files, one of each extension, of which some may be missing.
    siblings: bool,
    /// What the format can hold besides states, actions, doubles and rewards of states and pairs.
    holds: &'static [Content],
    /// Whether files with an extension of several formats are of this one. The first that says so reads them.
    recognizes: fn(&Files) -> bool,
    read: Option<Read>,
    write: Option<Write>,
}

type Read = fn(&Files) -> Result<Contents, FormatError>;
type Write = fn(&Environment) -> Result<Files, FormatError>;

/// All formats. Where several share an extension, the own one comes last, so that it explains what is wrong with a file that
/// none recognizes.
const FORMATS: &[Registration] = &[
    umb::FORMAT,
    prism::FORMAT,
    drn::FORMAT,
    cassandra::FORMAT,
    powerplay::FORMAT,
    quantecon::FORMAT,
    mdptoolbox::FORMAT,
    npz::FORMAT,
    gymnasium::FORMAT,
    json::FORMAT,
    dmdp::FORMAT,
    dot::FORMAT,
];

impl Format {
    /// All formats.
    pub fn all() -> impl ExactSizeIterator<Item = Format> {
        FORMATS.iter().map(|registration| registration.format)
    }

    fn registration(self) -> &'static Registration {
        let registration = FORMATS.iter().find(|registration| registration.format == self);
        registration.expect("every format is registered, as a test checks")
    }

    /// Its usual name.
    pub fn name(self) -> &'static str {
        self.registration().name
    }

    /// What it is, in one line without a full stop.
    pub fn summary(self) -> &'static str {
        self.registration().summary
    }

    /// The extensions of its files, without the dot.
    pub fn extensions(self) -> &'static [&'static str] {
        self.registration().extensions
    }

    /// Whether it is read.
    pub fn reads(self) -> bool {
        self.registration().read.is_some()
    }

    /// Whether it is written.
    pub fn writes(self) -> bool {
        self.registration().write.is_some()
    }

    /// Whether its files can hold something that not every format can.
    pub fn holds(self, content: Content) -> bool {
        self.registration().holds.contains(&content)
    }

    /// The format of a file by its extension; the own one when it shares the extension with others.
    pub fn from_path(path: impl AsRef<Path>) -> Option<Format> {
        by_extension(&extension(path.as_ref())?).last().map(|registration| registration.format)
    }

    /// Reads an environment from the bytes of its files. Of several rewards `reward` names the one to take.
    ///
    /// # Errors
    ///
    /// [`EnvError::Format`]. Never panics, and takes memory in proportion to the bytes.
    pub fn decode(self, files: &Files, reward: Option<&str>) -> Result<Environment, EnvError> {
        let Some(read) = self.registration().read else { return Err(FormatError::WriteOnly { format: self }.into()) };
        read(files)?.environment(reward)
    }

    /// Writes an environment into the bytes of its files.
    ///
    /// The name, the description and the layout of an environment are no part of a model file.
    ///
    /// # Errors
    ///
    /// [`FormatError::CannotHold`], [`FormatError::CannotName`].
    pub fn encode(self, environment: &Environment) -> Result<Files, EnvError> {
        let Some(write) = self.registration().write else { return Err(FormatError::ReadOnly { format: self }.into()) };
        for content in Content::ALL {
            if let Some(found) = content.find(environment).filter(|_| !self.holds(content)) {
                let able = |format: &Format| format.reads() && format.writes() && format.holds_all(environment);
                let instead = Format::all().filter(able).collect();
                return Err(FormatError::CannotHold { format: self, content, found, instead }.into());
            }
        }
        Ok(write(environment)?)
    }

    fn holds_all(self, environment: &Environment) -> bool {
        Content::ALL.into_iter().all(|content| self.holds(content) || content.find(environment).is_none())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The extension of a path, in lower case.
fn extension(path: &Path) -> Option<String> {
    path.extension()?.to_str().map(str::to_ascii_lowercase)
}

/// The formats of an extension.
fn by_extension(extension: &str) -> impl DoubleEndedIterator<Item = &'static Registration> {
    FORMATS.iter().filter(move |registration| registration.extensions.contains(&extension))
}

/// The extensions of all formats that are read, for messages.
pub(crate) fn readable_extensions() -> String {
    let mut extensions = Vec::new();
    for registration in FORMATS.iter().filter(|registration| registration.read.is_some()) {
        let new = registration.extensions.iter().map(|extension| format!("`.{extension}`"));
        extensions.extend(new.filter(|extension| !extensions.contains(extension)).collect::<Vec<_>>());
    }
    extensions.join(", ")
}
