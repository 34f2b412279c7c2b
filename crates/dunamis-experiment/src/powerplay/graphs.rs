//! Graphs by their names: files, and those that the program ships.

use super::config::Kind;
use super::yaml::Place;
use super::{Change, Import, ImportError, ImportOptions, ImportProblem, ImportedFile, ImportedKind};
use dunamis_envs::{Collision, EnvError, Environment, Format, FormatError, JointEnvironment, format};
use dunamis_mdp::{Agent, JointModel, Names, StochasticPolicy, TransitionModel, nearest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Shipped joint models: two agents in a registered environment.
const JOINT: [(&str, &str, Collision); 3] = [
    ("joint_3x3_gridworld", "grid-3x3", Collision::None),
    ("joint_7x7_gridworld_maze", "maze-7x7", Collision::None),
    ("joint_7x7_gridworld_maze_no_overlaps", "maze-7x7", Collision::Leak),
];

/// The end of the names of shipped policies that are uniform.
const UNIFORM: &str = "_agent_A_uniform_random";

/// Where graphs are looked for.
pub(super) struct Graphs {
    directories: Vec<PathBuf>,
}

/// A model that an experiment names.
pub(super) struct Model {
    /// Its name or file for our config.
    pub(super) environment: String,
    /// What the config has to say of collisions.
    pub(super) collision: Collision,
    /// Whether rows of two agents lack probability.
    pub(super) lacks_mass: bool,
    /// The file that is needed.
    pub(super) file: Option<ImportedFile>,
    pub(super) states: Names,
    pub(super) joint: Option<JointModel>,
    /// Whether it is a shipped model under the names that it has here.
    pub(super) registered: bool,
}

/// A policy that an experiment names.
pub(super) struct Policy {
    /// `uniform`, or its file.
    pub(super) policy: String,
    pub(super) file: Option<ImportedFile>,
}

impl Graphs {
    pub(super) fn new(origin: &Path, options: &ImportOptions) -> Self {
        let beside = origin.parent().unwrap_or(Path::new(""));
        let mut directories = options.models.clone();
        directories.extend(["", "..", "../..", "../../.."].map(|up| beside.join(up)));
        Graphs { directories }
    }

    /// The file of a graph.
    fn find(&self, name: &str, folder: &str) -> Option<PathBuf> {
        let file = format!("{name}.gv");
        let places = self.directories.iter().flat_map(|directory| [directory.clone(), directory.join(folder)]);
        places.map(|place| place.join(&file)).find(|path| path.is_file())
    }

    fn missing(&self, name: &str, place: Place, known: impl Iterator<Item = &'static str>) -> ImportError {
        let nearest = nearest(known, name).map(Into::into);
        let mut searched: Vec<PathBuf> = self.directories.clone();
        searched.retain(|path| !path.as_os_str().is_empty());
        ImportProblem::NoGraph { name: name.into(), nearest, searched }.at(place)
    }

    /// The model of a name, registered or in a file.
    pub(super) fn model(&self, name: &str, place: Place, kind: Kind) -> Result<Model, ImportError> {
        let path = self.find(name, "mdps");
        let wrong = |path: &Path, source| ImportProblem::Graph { path: path.to_owned(), source }.at(place);
        let joint = path.as_ref().map(|path| format::read_joint(path).map_err(|error| wrong(path, error)));
        let joint = joint.transpose()?.flatten();
        if kind == Kind::SingleAgent {
            if joint.is_some() {
                return Err(agents(name, kind, "two agents", "one agent").at(place));
            }
            let read = path.as_ref().map(|path| format::read(path).map_err(|error| wrong(path, error))).transpose()?;
            let known = dunamis_envs::find(name).map(|entry| (entry.name, dunamis_envs::load(entry.name)));
            if let Some((registered, Ok(known))) = known
                && read.as_ref().is_none_or(|read| rows(read.model()) == rows(known.model()))
            {
                return Ok(Model::single(registered.into(), known.model(), None));
            }
            let aliases = dunamis_envs::REGISTRY.iter().flat_map(|entry| entry.aliases.iter().copied());
            let (Some(read), Some(path)) = (read, path) else { return Err(self.missing(name, place, aliases)) };
            let file = copy(&path, ImportedKind::Model, place)?;
            return Ok(Model::single(file.name.clone(), read.model(), Some(file)));
        }
        let known = JOINT.iter().find(|(known, _, _)| *known == name).and_then(|&(_, base, collision)| {
            let base = dunamis_envs::load(base).ok()?;
            Some((JointEnvironment::new(base, collision).ok()?, collision))
        });
        if let Some((known, collision)) = known
            && (joint.is_some() || path.is_none())
            && joint.as_ref().is_none_or(|joint| moves(joint) == moves(known.model()))
        {
            return Ok(Model {
                environment: known.name().into(),
                collision,
                lacks_mass: collision != Collision::None,
                file: None,
                states: known.model().states().clone(),
                joint: Some((**known.model()).clone()),
                registered: true,
            });
        }
        let Some(path) = path else {
            return Err(self.missing(name, place, JOINT.iter().map(|(known, _, _)| *known)));
        };
        let Some(joint) = joint else {
            // A file of one agent, or none at all: its own reader knows.
            format::read(&path).map_err(|error| wrong(&path, error))?;
            return Err(agents(name, kind, "one agent", "two agents").at(place));
        };
        let file = copy(&path, ImportedKind::Model, place)?;
        Ok(Model {
            environment: file.name.clone(),
            collision: Collision::None,
            lacks_mass: lacks_mass(&joint),
            file: Some(file),
            states: joint.states().clone(),
            joint: Some(joint),
            registered: false,
        })
    }

    /// The policy of a name, for every one of the models.
    pub(super) fn policy(&self, name: &str, place: Place, models: &[Model]) -> Result<Policy, ImportError> {
        let Some(path) = self.find(name, "policies") else {
            let uniform = name.strip_suffix(UNIFORM).is_some_and(|of| JOINT.iter().any(|(known, _, _)| *known == of));
            if uniform {
                return Ok(Policy { policy: "uniform".into(), file: None });
            }
            return Err(self.missing(name, place, std::iter::empty()));
        };
        let wrong = |source| ImportProblem::Graph { path: path.clone(), source }.at(place);
        let file = copy(&path, ImportedKind::Policy, place)?;
        let mut uniform = true;
        for joint in models.iter().filter_map(|model| model.joint.as_ref()) {
            let policy = format::joint_policy(&path, &file.text, joint, Agent::A).map_err(wrong)?;
            let even = StochasticPolicy::uniform(joint.available(Agent::A));
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
            uniform &= policy.probabilities().iter().zip(even.probabilities()).all(close);
        }
        Ok(if uniform {
            Policy { policy: "uniform".into(), file: None }
        } else {
            Policy { policy: file.name.clone(), file: Some(file) }
        })
    }
}

impl Model {
    fn single(environment: String, model: &TransitionModel, file: Option<ImportedFile>) -> Self {
        Model {
            environment,
            collision: Collision::None,
            lacks_mass: false,
            registered: file.is_none(),
            file,
            states: model.states().clone(),
            joint: None,
        }
    }

    /// The name that a state of the original has here.
    pub(super) fn state(&self, name: &str) -> Option<&str> {
        // Shipped names have underscores where ours have none.
        let plain = self.registered.then(|| name.replace('_', ""));
        let found = self.states.get(name).or_else(|| self.states.get(&plain?));
        found.map(|state| &self.states[state])
    }
}

fn agents(name: &str, kind: Kind, found: &'static str, expected: &'static str) -> ImportProblem {
    ImportProblem::Agents { name: name.into(), key: kind.graph().into(), found, expected }
}

fn copy(path: &Path, kind: ImportedKind, place: Place) -> Result<ImportedFile, ImportError> {
    let text = std::fs::read_to_string(path).map_err(|error| ImportProblem::Read(error).at(place))?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(ImportedFile { kind, name, text })
}

/// Successors by name, with their probabilities.
type Row<'a> = Vec<(&'a str, f64)>;

/// Every row by the names of its state and action.
fn rows(model: &TransitionModel) -> BTreeMap<(&str, &str), Row<'_>> {
    let mut rows = BTreeMap::new();
    for s in model.state_ids() {
        for pair in model.available().pairs(s) {
            let action = &model.actions()[model.available().action(pair).index()];
            let (next, probability) = model.row(pair);
            let row = next.iter().zip(probability).map(|(&next, &p)| (&model.states()[next as usize], p));
            rows.insert((&model.states()[s.index()], action), by_name(row.collect()));
        }
    }
    rows
}

/// Every available pair of moves by its names.
fn moves(model: &JointModel) -> BTreeMap<(&str, [&str; 2]), Row<'_>> {
    let mut rows = BTreeMap::new();
    for (s, [i, j], pair) in model.moves() {
        let (next, probability) = model.row(s, i, j);
        let row: Vec<(&str, f64)> =
            next.iter().zip(probability).map(|(&next, &p)| (&model.states()[next as usize], p)).collect();
        if !row.is_empty() {
            rows.insert((&model.states()[s.index()], pair), by_name(row));
        }
    }
    rows
}

fn by_name(mut row: Vec<(&str, f64)>) -> Vec<(&str, f64)> {
    row.sort_by(|a, b| a.0.cmp(b.0));
    row
}

fn lacks_mass(model: &JointModel) -> bool {
    model.moves().any(|(s, [i, j], _)| model.row(s, i, j).1.iter().sum::<f64>() < 1.0 - 1e-9)
}

/// Turns a graph into files of the own JSON form.
pub(super) fn convert(path: &Path, text: &str) -> Result<Import, ImportError> {
    let wrong = |source| ImportProblem::Graph { path: path.to_owned(), source }.of(Path::new(""));
    let stem = path.file_stem().map_or_else(|| "graph".into(), |stem| stem.to_string_lossy().into_owned());
    let name = format!("{stem}.json");
    let files = format::Files::of("gv", text);
    let file = |kind, text: String| ImportedFile { kind, name, text };
    match Format::Powerplay.decode_joint(&files) {
        Ok(Some(joint)) => {
            let joint = JointEnvironment::given(stem.clone(), joint);
            let text = dunamis_mdp::json::write_joint(joint.model()) + "\n";
            let changes = lacks_mass(joint.model()).then(|| missing_mass(false)).into_iter();
            Ok(Import { files: vec![file(ImportedKind::Model, text)], changes: changes.collect() })
        }
        Ok(None) => {
            let environment: Environment = Format::Powerplay.decode(&files, None).map_err(wrong)?;
            let text = environment.model().to_json(None) + "\n";
            Ok(Import { files: vec![file(ImportedKind::Model, text)], changes: Vec::new() })
        }
        Err(EnvError::Format(FormatError::OtherModel { .. })) => {
            let text = format::policy_as_json(text).map_err(wrong)?;
            Ok(Import { files: vec![file(ImportedKind::Policy, text)], changes: Vec::new() })
        }
        Err(error) => Err(wrong(error)),
    }
}

/// What becomes of the probability that rows of two agents lack.
pub(super) fn missing_mass(drawn_again: bool) -> Change {
    let here = if drawn_again {
        "moves are drawn again until they are possible (`collision = \"renormalize\"`)"
    } else {
        "the same (`collision = \"leak\"`): set `collision = \"renormalize\"` in a config to draw again instead"
    };
    Change {
        subject: "missing-mass",
        original:
            "pairs of moves that are not available lose their probability: the sample ends there, worth 0 for ever"
                .into(),
        here: here.into(),
        original_again: "set `collision = \"leak\"`, or import with `--as-published`".into(),
    }
}
