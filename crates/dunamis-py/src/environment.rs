//! Environments by name, path or map, and what there is of them.

use crate::error::{Failure, Result};
use crate::model::Mdp;
use crate::number::{self, number};
use dunamis_envs::{EnvError, Environment, Format, Grid, IMPLICIT_REGISTRY, Move, Noise, Parameter, REGISTRY};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::{Path, PathBuf};

/// The environment of a name or path, as the command line finds it.
///
/// ``specification`` is the name of a shipped environment (see `environments`), the path of a map (``.txt``) or the path of a model in any
/// format (see `formats`), with parameters after a colon: ``"garnet:states=100,seed=7"``, ``"my/map.txt:noise=1/10"``,
/// ``"my/model.umb:reward=steps"``.
///
/// >>> load("maze-7x7:noise=0.2")
/// <dunamis.Mdp `maze-7x7:noise=0.2`: 31 states, 97 state-action pairs, no rewards>
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "paths are converted")]
pub(crate) fn load(specification: PathBuf) -> Result<Mdp> {
    let specification = text(&specification)?;
    let name = specification.split(':').next().unwrap_or_default().trim();
    if IMPLICIT_REGISTRY.iter().any(|entry| entry.name == name) {
        let problem = "names a model whose rows are computed, which only the command line solves: `dunamis solve`";
        return Err(Failure::argument("specification", problem));
    }
    Ok(Mdp::new(dunamis_envs::load(specification)?))
}

/// A specification as text.
///
/// # Errors
///
/// [`Failure::Argument`] for a path that is none.
pub(crate) fn text(specification: &Path) -> Result<&str> {
    specification.to_str().ok_or_else(|| Failure::argument("specification", "is a path that is not Unicode"))
}

/// The gridworld of a map with ``#`` for walls and ``.`` for open cells, which are the states, row by row. The actions are up, down, left,
/// right and stay, where walls do not block them.
///
/// Parameters
/// ----------
/// map : the lines of the map; blank space around lines and empty lines at both ends do not count.
/// noise : the probability that a move is drawn at random from the available ones.
/// bias : shares of the noise that go into a direction, such as ``{"up": 0.1}``.
/// reward : rewards of states, an array (S,) or a dictionary from cells or names to numbers.
/// discount : the discount that belongs to the model.
/// name : what messages and figures call it.
///
/// >>> mdp = gridworld('''
/// ...     ..#
/// ...     ...
/// ... ''', reward={(1, 2): 1})
/// >>> mdp.states
/// ['(0, 0)', '(0, 1)', '(1, 0)', '(1, 1)', '(1, 2)']
#[pyfunction]
#[pyo3(signature = (map, *, noise=None, bias=None, reward=None, discount=None, name="gridworld"))]
pub(crate) fn gridworld(
    map: &str,
    noise: Option<&Bound<'_, PyAny>>,
    bias: Option<&Bound<'_, PyDict>>,
    reward: Option<&Bound<'_, PyAny>>,
    discount: Option<&Bound<'_, PyAny>>,
    name: &str,
) -> Result<Mdp> {
    let (grid, noise) = (grid(map)?, walk(noise, bias)?);
    let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
    let environment = Environment::gridworld(name, grid, &noise)?.with_discount(discount);
    let mdp = Mdp::new(environment);
    match reward {
        None => Ok(mdp),
        Some(reward) => mdp.with_rewards("reward", reward),
    }
}

/// A map of lines with blank space around them.
///
/// # Errors
///
/// What is wrong with it, in the argument `map`.
pub(crate) fn grid(map: &str) -> Result<Grid> {
    let lines: Vec<&str> = map.trim().lines().map(str::trim).collect();
    lines.join("\n").parse().map_err(|error: EnvError| Failure::from(error).within("map"))
}

/// The noise of the arguments `noise` and `bias`.
///
/// # Errors
///
/// What is wrong with them.
pub(crate) fn walk(noise: Option<&Bound<'_, PyAny>>, bias: Option<&Bound<'_, PyDict>>) -> Result<Noise> {
    let mut walk = Noise::none();
    if let Some(level) = noise {
        walk = Noise::new(number("noise", level)?).map_err(|error| Failure::from(error).within("noise"))?;
    }
    for (direction, share) in bias.into_iter().flat_map(PyDictMethods::iter) {
        let name = direction.str()?.to_string();
        let direction = Move::ALL.into_iter().find(|direction| direction.name() == name).ok_or_else(|| {
            Failure::argument(
                "bias",
                format!("has the direction `{name}`: choose `up`, `down`, `left`, `right` or `stay`"),
            )
        })?;
        let share = number(&format!("bias[{name:?}]"), &share)?;
        walk = walk.biased(direction, share).map_err(|error| Failure::from(error).within("bias"))?;
    }
    Ok(walk)
}

/// The shipped environments: a list of dictionaries with ``name``, ``aliases``, ``description``, ``source`` and ``parameters``, a list of
/// ``(key, default, description)``.
#[pyfunction]
pub(crate) fn environments(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    let entry = |entry: &dunamis_envs::Entry| {
        let known = PyDict::new(py);
        known.set_item("name", entry.name)?;
        known.set_item("aliases", entry.aliases)?;
        known.set_item("description", entry.description)?;
        known.set_item("source", entry.source)?;
        let parameter = |&Parameter { key, default, description }: &Parameter| (key, default, description);
        known.set_item("parameters", entry.parameters.iter().map(parameter).collect::<Vec<_>>())?;
        Ok(known)
    };
    REGISTRY.iter().map(entry).collect()
}

/// The formats of model files: a list of dictionaries with ``name``, ``summary``, ``extensions``, ``reads`` and ``writes``.
#[pyfunction]
pub(crate) fn formats(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    let entry = |format: Format| {
        let known = PyDict::new(py);
        known.set_item("name", format.name())?;
        known.set_item("summary", format.summary())?;
        known.set_item("extensions", format.extensions())?;
        known.set_item("reads", format.reads())?;
        known.set_item("writes", format.writes())?;
        Ok(known)
    };
    Format::all().map(entry).collect()
}
