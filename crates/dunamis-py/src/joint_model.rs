//! `dunamis.JointModel`: two agents in one environment.

use crate::array::owned;
use crate::environment::{grid, text, walk};
use crate::error::{Failure, Result};
use crate::model::Mdp;
use crate::policy::policy_of;
use crate::state;
use dunamis_envs::{Environment, JointEnvironment, JointRules, format};
use dunamis_mdp::edit::PolicyLayout;
use dunamis_mdp::{Agent, ModelError, Names, Shortfall, StateId};
use numpy::{PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;

/// Two agents, H and A, who move at the same time in copies of one environment [Harris & Suo 2022, part 2, A.1].
///
/// >>> pair = joint_gridworld("...", collision="block")
/// >>> pair.n_states, pair.states[0]
/// (6, '(0, 0)_H^(0, 1)_A')
#[pyclass(frozen, module = "dunamis", name = "JointModel")]
#[derive(Debug)]
pub(crate) struct JointModel {
    environment: Arc<JointEnvironment>,
}

impl JointModel {
    pub(crate) fn new(environment: JointEnvironment) -> Self {
        JointModel { environment: Arc::new(environment) }
    }

    /// Two agents in an environment of one.
    ///
    /// # Errors
    ///
    /// Rules that are none, or that have no meaning there.
    pub(crate) fn of(base: Arc<Environment>, collision: &str, swaps: &str) -> Result<Self> {
        Ok(JointModel::new(JointEnvironment::new(base, rules(collision, swaps)?)?))
    }

    /// The environment of both.
    pub(crate) fn environment(&self) -> &Arc<JointEnvironment> {
        &self.environment
    }

    /// Where policies of an agent belong.
    pub(crate) fn layout(&self, agent: Agent) -> PolicyLayout<'_> {
        let model = self.environment.model();
        let (states, actions, available) = (model.states(), model.actions(agent), model.available(agent));
        PolicyLayout { states, actions, available, agent: Some(agent) }
    }
}

/// The rules of two arguments.
///
/// # Errors
///
/// What is wrong, with the argument.
pub(crate) fn rules(collision: &str, swaps: &str) -> Result<JointRules> {
    let collision = collision.parse().map_err(|error| Failure::Environment(error).within("collision"))?;
    let swaps = swaps.parse().map_err(|error| Failure::Environment(error).within("swaps"))?;
    Ok(JointRules { collision, swaps })
}

/// An agent by its letter.
///
/// # Errors
///
/// [`Failure::Argument`].
pub(crate) fn agent(argument: &str, letter: &str) -> Result<Agent> {
    match letter {
        "H" | "h" => Ok(Agent::H),
        "A" | "a" => Ok(Agent::A),
        _ => Err(Failure::argument(argument, format!("is `{letter}`: choose `H` or `A`"))),
    }
}

/// A place by its name, number or cell.
fn place(argument: &str, places: &Names, value: &Bound<'_, PyAny>) -> Result<StateId> {
    let count = places.len();
    state::find(argument, count, value, |name| {
        let unknown = || ModelError::UnknownState { name: name.into(), nearest: places.nearest(name).map(Into::into) };
        places.get(name).map(StateId::new).ok_or_else(unknown)
    })
}

#[pymethods]
impl JointModel {
    /// What messages and figures call it.
    #[getter]
    fn name(&self) -> &str {
        self.environment().name()
    }

    /// Number of joint states.
    #[getter]
    fn n_states(&self) -> usize {
        self.environment.model().states().len()
    }

    /// Names of the joint states, in order; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.environment.model().states().iter().collect()
    }

    /// Names of the places where an agent can be; empty where the names of joint states do not tell.
    #[getter]
    fn places(&self) -> Vec<&str> {
        self.environment.places().iter().collect()
    }

    /// The numbers of the places of H and A in each joint state, (S, 2); a copy. ``None`` where names do not tell.
    #[getter]
    fn positions<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray2<u32>>>> {
        let Some(positions) = self.environment.positions() else { return Ok(None) };
        let numbers = positions.iter().flat_map(|&(h, a)| [h.index() as u32, a.index() as u32]).collect();
        owned(py, numbers).reshape([positions.len(), 2]).map(Some)
    }

    /// What becomes of the probability of joint moves that are not available: ``"leak"`` or ``"renormalize"``.
    #[getter]
    fn shortfall(&self) -> &'static str {
        match self.environment.model().shortfall() {
            Shortfall::Leak => "leak",
            Shortfall::Renormalize => "renormalize",
        }
    }

    /// Rows and columns of the map where both agents are; ``None`` if there is none.
    #[getter]
    fn grid_shape(&self) -> Option<(usize, usize)> {
        self.environment.grid().map(|grid| (grid.rows(), grid.columns()))
    }

    /// Names of the actions of an agent, ``"H"`` or ``"A"``; a new list.
    fn actions(&self, agent: &str) -> Result<Vec<&str>> {
        Ok(self.environment.model().actions(self::agent("agent", agent)?).iter().collect())
    }

    /// The number of the joint state with H and A at two places, by their names, numbers or cells.
    fn state(&self, h: &Bound<'_, PyAny>, a: &Bound<'_, PyAny>) -> Result<usize> {
        let places = self.environment.places();
        let (h, a) = (place("h", places, h)?, place("a", places, a)?);
        let problem = || {
            let (h, a) = (&places[h.index()], &places[a.index()]);
            Failure::argument("a", format!("is `{a}`, but the agents cannot be at `{h}` and `{a}` at once"))
        };
        self.environment.state(h, a).map(StateId::index).ok_or_else(problem)
    }

    /// The decision problem of one agent while the other follows a policy (``"uniform"``, or probabilities of its pairs (SA,) or
    /// of states and actions (S, A)), over the same joint states [Harris & Suo 2022, part 2]. It has no rewards.
    ///
    /// Where joint moves are lost, so is a part of the mass, see `Mdp.leak`.
    #[pyo3(signature = (agent, policy=None))]
    fn induced(&self, py: Python<'_>, agent: &str, policy: Option<&Bound<'_, PyAny>>) -> Result<Mdp> {
        let agent = self::agent("agent", agent)?;
        let uniform = pyo3::types::PyString::new(py, "uniform").into_any();
        let policy = policy_of("policy", self.layout(agent.other()), policy.unwrap_or(&uniform))?;
        let model = py.detach(|| self.environment.model().induced(agent, &policy));
        let name = format!("{} of {agent}", self.environment.name());
        Ok(Mdp::new(Environment::new(name, model)))
    }

    /// Writes the model to a file, ``.json`` or ``.gv``.
    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(format::write_joint(self.environment.model(), path)?)
    }

    fn __len__(&self) -> usize {
        self.n_states()
    }

    fn __repr__(&self) -> String {
        let rules =
            self.environment.rules().map_or_else(String::new, |rules| format!(", collision {}", rules.collision));
        format!("<dunamis.JointModel `{}`: {} joint states{rules}>", self.name(), self.n_states())
    }
}

/// Two agents on the map of a gridworld, see `gridworld`.
///
/// Parameters
/// ----------
/// collision : what happens when both would come to one place: ``"none"``, they share it; ``"leak"``, the move is not available and its probability
///     is lost for ever and worth 0, the published rule [Harris & Suo 2022, part 3]; ``"renormalize"``, it is drawn again; ``"block"``, both stay.
/// swaps : whether agents may exchange places, ``"allowed"`` or ``"forbidden"``, which makes it a collision.
/// map, noise, bias, name : as for `gridworld`.
#[pyfunction]
#[pyo3(signature = (map, *, collision="none", swaps="allowed", noise=None, bias=None, name="gridworld"))]
pub(crate) fn joint_gridworld(
    map: &str,
    collision: &str,
    swaps: &str,
    noise: Option<&Bound<'_, PyAny>>,
    bias: Option<&Bound<'_, PyDict>>,
    name: &str,
) -> Result<JointModel> {
    let base = Environment::gridworld(name, grid(map)?, &walk(noise, bias)?)?;
    JointModel::of(Arc::new(base), collision, swaps)
}

/// The joint model of a file, or two agents in the environment that `load` finds.
///
/// >>> load_joint("maze-7x7", collision="leak")
/// <dunamis.JointModel `maze-7x7`: 930 joint states, collision leak>
#[pyfunction]
#[pyo3(signature = (specification, *, collision="none", swaps="allowed"))]
#[expect(clippy::needless_pass_by_value, reason = "paths are converted")]
pub(crate) fn load_joint(specification: PathBuf, collision: &str, swaps: &str) -> Result<JointModel> {
    Ok(JointModel::new(dunamis_envs::load_joint(text(&specification)?, rules(collision, swaps)?)?))
}
