//! Experiments of `POWERplay`, the program of the first published studies: its configs become configs of ours.
//!
//! [`import`] reads a sweep config in YAML, of one agent, of H against a fixed A, or of two agents who adapt; it finds the
//! graphs that the config names, and says in which ways the results will differ and why ([`Change`]). What it makes is a
//! list of files: one config that [`Sweep::load`](crate::Sweep::load) takes, and the models and policies that it needs.
//! Where a config sweeps over reward distributions, there is one config for each.
//!
//! Graphs that the program ships are known by name: `7x7_gridworld_maze` becomes `maze-7x7`. A file of that name is taken
//! instead if it says anything else.

mod config;
mod graphs;
mod law;
mod write;
mod yaml;

use crate::ConfigError;
use dunamis_envs::EnvError;
use dunamis_mdp::DiscountError;
use dunamis_sampling::RewardError;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use yaml::{Place, located};

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Further directories in which to look for graphs, before the usual ones.
    pub models: Vec<PathBuf>,
    /// Whether to keep behavior that is a defect, as far as it can be kept.
    pub as_published: bool,
}

/// What an import makes: files, and what one has to know about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Configs first; names without directories.
    pub files: Vec<ImportedFile>,
    /// What differs from the original, or is kept although it is a defect.
    pub changes: Vec<Change>,
}

/// A file to be written beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFile {
    /// What it is.
    pub kind: ImportedKind,
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a file of an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedKind {
    /// A config of ours, in TOML.
    Config,
    /// A model of one or two agents.
    Model,
    /// A policy.
    Policy,
}

/// One way in which results differ from the original's, or one defect that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about.
    pub subject: &'static str,
    /// What the original does.
    pub original: String,
    /// What happens here.
    pub here: String,
    /// How to get what the original does.
    pub original_again: String,
}

/// Why something cannot be imported, with its place in the file.
#[derive(Debug)]
pub struct ImportError {
    origin: PathBuf,
    place: Option<Place>,
    problem: Box<ImportProblem>,
}

/// What is wrong with a file of `POWERplay`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportProblem {
    /// The file cannot be read.
    #[error("cannot read the file")]
    Read(#[source] std::io::Error),
    /// The text is not YAML.
    #[error("not YAML: {message}")]
    Yaml {
        /// The parser's message.
        message: String,
    },
    /// Nothing at all.
    #[error("the file is empty")]
    Empty,
    /// Lists in lists in lists.
    #[error("no config is nested that deeply")]
    Deep,
    /// An alias of YAML.
    #[error("aliases (`*name`) are not supported: write the value out")]
    Alias,
    /// A second document of YAML.
    #[error("the file has several documents (`---`): a config is one")]
    SecondDocument,
    /// One key twice.
    #[error("the key `{key}` is there twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// A value of another kind.
    #[error("found {found}, expected {expected}")]
    Type {
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// A key that the program does not know.
    #[error("there is no key `{key}` here: {}", hint(.nearest.as_deref(), .known))]
    UnknownKey {
        /// The key.
        key: String,
        /// The nearest one that exists.
        nearest: Option<String>,
        /// All that exist here.
        known: Vec<String>,
    },
    /// A key that must be there.
    #[error("the key `{key}` is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// Parameters of no kind of experiment.
    #[error(
        "the parameters are of no kind of experiment: give `mdp_graph`; or `joint_mdp_graph` and `policy_graph_agent_A`; or \
         `joint_mdp_graph`, `seed_policy_graph_agent_A`, `discount_rate_agent_A` and `reward_correlation`"
    )]
    NoKind,
    /// A parameter that another kind of experiment has.
    #[error("the parameter `{key}` has no meaning in an experiment of {kind}: remove it")]
    OtherKind {
        /// The parameter.
        key: String,
        /// The kind.
        kind: &'static str,
    },
    /// Neither one value nor several.
    #[error("a parameter is `value: …`, or `values: […]` with as many `names: […]`")]
    Values,
    /// Several values and another number of names.
    #[error("there are {values} values and {names} names: give each value a name")]
    Names {
        /// Values.
        values: usize,
        /// Names.
        names: usize,
    },
    /// A graph that is in no file.
    #[error("there is no graph `{name}`{}: put `{name}.gv` into {}, or name its directory with `--models`", known_graph(.nearest.as_deref()), directory(.searched))]
    NoGraph {
        /// The graph.
        name: String,
        /// The nearest one that is known.
        nearest: Option<String>,
        /// Where it was looked for.
        searched: Vec<PathBuf>,
    },
    /// A graph that is no model or policy.
    #[error("the graph `{}` cannot be used", .path.display())]
    Graph {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        source: EnvError,
    },
    /// A model of another number of agents.
    #[error("the graph `{name}` is a model of {found}, but the parameter `{key}` takes one of {expected}")]
    Agents {
        /// The graph.
        name: String,
        /// The parameter.
        key: String,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A distribution of another name.
    #[error("there is no distribution `{name}`: {}", hint(.nearest.as_deref(), .known))]
    UnknownDistribution {
        /// The name.
        name: String,
        /// The nearest one.
        nearest: Option<String>,
        /// All of them.
        known: Vec<String>,
    },
    /// Another number of parameters than the distribution has.
    #[error("`{distribution}` takes {expected}, but there are {found} parameters")]
    Parameters {
        /// The distribution.
        distribution: &'static str,
        /// What it takes.
        expected: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A law that cannot be built.
    #[error(transparent)]
    Law(RewardError),
    /// A discount out of range.
    #[error(transparent)]
    Discount(DiscountError),
    /// A correlation, sample count or the like out of range.
    #[error("{what} is {found}, but must be {expected}")]
    Range {
        /// Which number.
        what: &'static str,
        /// The number.
        found: String,
        /// The range.
        expected: &'static str,
    },
    /// A state that no graph has.
    #[error("no graph of the experiment has the state `{name}`{}", .nearest.as_ref().map_or_else(String::new, |name| format!(": did you mean `{name}`?")))]
    UnknownState {
        /// The state.
        name: String,
        /// The nearest one.
        nearest: Option<String>,
    },
    /// A file that cannot be written.
    #[error("cannot write `{}`", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The config that came out does not fit its environment.
    #[error("the imported experiment cannot run")]
    Config(#[source] ConfigError),
}

fn hint(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(key) => format!("did you mean `{key}`?"),
        None => format!("choose among {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    }
}

fn known_graph(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(" (`{name}`, perhaps?)"))
}

fn directory(directories: &[PathBuf]) -> String {
    match directories {
        [] => "a directory".into(),
        [first, ..] => format!("`{}`", first.display()),
    }
}

impl ImportProblem {
    pub(crate) fn at(self, place: Place) -> ImportError {
        ImportError { origin: PathBuf::new(), place: Some(place), problem: Box::new(self) }
    }

    pub(crate) fn of(self, origin: &Path) -> ImportError {
        ImportError { origin: origin.to_owned(), place: None, problem: Box::new(self) }
    }
}

impl ImportError {
    /// The line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The column in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.map(|(_, column)| column)
    }

    /// What is wrong.
    pub fn problem(&self) -> &ImportProblem {
        &self.problem
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.origin.as_os_str().is_empty() {
            write!(f, "`{}`", self.origin.display())?;
            f.write_str(if self.place.is_some() { ", " } else { ": " })?;
        }
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        write!(f, "{}", self.problem)
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.problem)
    }
}

/// Imports a sweep config (`.yaml`, `.yml`), or a graph (`.gv`) of a model or a policy.
///
/// # Errors
///
/// The first thing that is wrong, with its place.
pub fn import(path: impl AsRef<Path>, options: &ImportOptions) -> Result<Import, ImportError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(|error| ImportProblem::Read(error).of(path))?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gv")) {
        return graphs::convert(path, &text).map_err(|error| located(error, path));
    }
    import_config(&text, path, options)
}

/// Imports the text of a sweep config; graphs are looked for from the directory of `origin`.
///
/// # Errors
///
/// The first thing that is wrong, with its place.
pub fn import_config(text: &str, origin: impl AsRef<Path>, options: &ImportOptions) -> Result<Import, ImportError> {
    let origin = origin.as_ref();
    let config = config::Config::parse(text).map_err(|error| located(error, origin))?;
    let graphs = graphs::Graphs::new(origin, options);
    write::import(&config, &graphs, origin, options).map_err(|error| located(error, origin))
}

impl Import {
    /// Writes all files into a directory, which is made if it is not there; the paths of the configs.
    ///
    /// # Errors
    ///
    /// [`ImportProblem::Write`], or [`ImportProblem::Config`] when a config does not fit its environment after all.
    pub fn write(&self, directory: impl AsRef<Path>) -> Result<Vec<PathBuf>, ImportError> {
        let directory = directory.as_ref();
        let wrong = |path: &Path, source| ImportProblem::Write { path: path.to_owned(), source }.of(Path::new(""));
        std::fs::create_dir_all(directory).map_err(|source| wrong(directory, source))?;
        for file in &self.files {
            let path = directory.join(&file.name);
            // What is there already, such as the graph itself, need not be written again.
            if std::fs::read(&path).is_ok_and(|bytes| bytes == file.text.as_bytes()) {
                continue;
            }
            std::fs::write(&path, &file.text).map_err(|source| wrong(&path, source))?;
        }
        let configs = self.files.iter().filter(|file| file.kind == ImportedKind::Config);
        let configs: Vec<PathBuf> = configs.map(|file| directory.join(&file.name)).collect();
        for config in &configs {
            crate::Sweep::load(config, &[]).map_err(|error| ImportProblem::Config(error).of(Path::new("")))?;
        }
        Ok(configs)
    }
}
