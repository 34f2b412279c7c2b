//! `dunamis.Mdp`: a model with what is known of it.

use crate::array::{owned, view};
use crate::error::{Failure, Result};
use crate::frame;
use crate::joint_model::JointModel;
use crate::number;
use crate::picture::{self, Picture};
use crate::reward::Rewards;
use crate::state;
use crate::transitions::Transitions;
use dunamis_envs::{Environment, format};
use dunamis_mdp::{Labels, Names, Reward, RewardKind, TransitionModel, json};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;

/// A Markov decision process: states, actions, where they lead, and a reward, a discount and a map where it has them.
///
/// State-action pairs are numbered state by state, in the order of `pair_actions`. All arrays are read-only views of the
/// model's own numbers; those that are copies say so. Models never change: `with_…` makes new ones that share the rest.
///
/// >>> import dunamis
/// >>> mdp = dunamis.load("maze-7x7:noise=0.2")
/// >>> mdp.n_states, mdp.n_actions, mdp.n_pairs
/// (31, 5, 97)
/// >>> mdp.states[:2]
/// ['(0, 0)', '(0, 1)']
#[pyclass(frozen, module = "dunamis", name = "Mdp")]
#[derive(Debug)]
pub(crate) struct Mdp {
    environment: Arc<Environment>,
}

impl Mdp {
    pub(crate) fn new(environment: Environment) -> Self {
        Mdp { environment: Arc::new(environment) }
    }

    /// The model with all that is known of it.
    pub(crate) fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }

    pub(crate) fn model(&self) -> &Arc<TransitionModel> {
        self.environment.model()
    }

    /// The model with its reward.
    ///
    /// # Errors
    ///
    /// [`Failure::NoReward`].
    pub(crate) fn with_own_reward(&self) -> Result<dunamis_mdp::Mdp> {
        self.environment.mdp().ok_or_else(|| Failure::NoReward { environment: self.environment.name().into() })
    }

    /// The same with the rewards of an argument: an array or a dictionary from states to numbers.
    pub(crate) fn with_rewards(&self, argument: &'static str, rewards: &Bound<'_, PyAny>) -> Result<Self> {
        let reward = match rewards.cast::<PyDict>() {
            Ok(rewards) => state::rewards(argument, self.model(), rewards)?,
            Err(_) => Rewards::new(argument, rewards)?.reward(self.model(), &[])?,
        };
        Ok(Mdp::new((*self.environment).clone().with_reward(reward)?))
    }
}

/// Names from a list of Python, or numbers.
fn names(argument: &str, given: Option<Vec<String>>, count: usize) -> Result<Names> {
    let Some(given) = given else { return Ok(Names::numbered("", count)) };
    if given.len() != count {
        return Err(Failure::argument(argument, format!("has {} names, but {count} are needed", given.len())));
    }
    Names::new(given).map_err(|error| Failure::from(error).within(argument))
}

#[pymethods]
impl Mdp {
    /// A model from arrays of NumPy or SciPy. Every number is copied exactly once, into compressed rows.
    ///
    /// Parameters
    /// ----------
    /// P : the transition probabilities, in one of these forms:
    ///     an array (S, A, S), or (A, S, S) as for MDPtoolbox (an array that may be either is taken for the first);
    ///     a list of A sparse matrices (S, S) in compressed rows (``scipy.sparse.csr_matrix``);
    ///     with ``s_indices`` and ``a_indices``, one row for each state-action pair, as an array or sparse matrix (SA, S).
    /// R : the rewards, collected in the state where the agent is: (S,), (S, A), (SA,), or of transitions, (S, A, S), (A, S, S) or a
    ///     list of A sparse matrices, which fold into expectations. In the form (S, A), −inf marks an action that is not
    ///     available if its row of ``P`` is empty.
    /// discount : the discount that belongs to the model, at least 0 and below 1.
    /// s_indices, a_indices : the state and the action of each row of ``P``, in any order.
    /// states, actions : names; numbers by default.
    /// leak : whether what a row lacks to 1 is lost for ever and worth 0. Otherwise rows must sum to 1 within 1e-9.
    /// name : what messages call the model.
    ///
    /// Arrays must be contiguous. Those of other dtypes than ``float64`` are converted first, which is one more copy.
    ///
    /// Raises
    /// ------
    /// ArgumentError, ModelError : what is wrong with which argument.
    ///
    /// >>> import numpy as np
    /// >>> P = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.0, 1.0]]])
    /// >>> mdp = Mdp.from_arrays(P, R=np.array([0.0, 1.0]), discount=0.9)
    /// >>> mdp
    /// <dunamis.Mdp `mdp`: 2 states, 4 state-action pairs, rewards of states, discount 0.9>
    #[staticmethod]
    #[pyo3(signature = (P, R=None, discount=None, *, s_indices=None, a_indices=None, states=None, actions=None, leak=false, name="mdp"))]
    #[expect(non_snake_case, clippy::too_many_arguments, reason = "they are called so everywhere")]
    fn from_arrays(
        P: &Bound<'_, PyAny>,
        R: Option<&Bound<'_, PyAny>>,
        discount: Option<&Bound<'_, PyAny>>,
        s_indices: Option<&Bound<'_, PyAny>>,
        a_indices: Option<&Bound<'_, PyAny>>,
        states: Option<Vec<String>>,
        actions: Option<Vec<String>>,
        leak: bool,
        name: &str,
    ) -> Result<Self> {
        let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
        let transitions = Transitions::new(P, s_indices, a_indices)?;
        let rewards = R.map(|rewards| Rewards::new("R", rewards)).transpose()?;
        let (state_count, action_count) = (transitions.states(), transitions.actions());
        let (states, actions) = (names("states", states, state_count)?, names("actions", actions, action_count)?);
        let forbids = |state, action| {
            rewards.as_ref().is_some_and(|rewards| rewards.forbids(state_count, action_count, state, action))
        };
        let built = transitions.build(leak, forbids)?;
        let model = TransitionModel::from_rows(states, actions, built.rows);
        let model = model.map_err(|error| Failure::from(error).within("P"))?;
        let reward = rewards.map(|rewards| rewards.reward(&model, &built.origin)).transpose()?;
        let environment = Environment::new(name, model).recognized().with_discount(discount);
        Ok(Mdp::new(match reward {
            Some(reward) => environment.with_reward(reward)?,
            None => environment,
        }))
    }

    /// A model from the JSON text that `to_json` writes.
    #[staticmethod]
    #[pyo3(signature = (text, *, name="mdp"))]
    fn from_json(text: &str, name: &str) -> Result<Self> {
        Ok(Mdp::new(Environment::from_json(name, text)?.recognized()))
    }

    /// The model of a tabular environment of Gymnasium, from its table ``env.unwrapped.P``.
    ///
    /// A step that terminates ends the episode: it collects its reward and nothing after. Numbers are the doubles of the table.
    #[staticmethod]
    #[pyo3(signature = (env, *, name=None))]
    fn from_gymnasium(env: &Bound<'_, PyAny>, name: Option<&str>) -> Result<Self> {
        let arguments = (env, name);
        let (text, name): (String, String) =
            env.py().import("dunamis._gymnasium")?.call_method1("read", arguments)?.extract()?;
        let environment = dunamis_envs::Format::Gymnasium.decode(&format::Files::of("json", text), None);
        let environment = environment.map_err(|error| Failure::from(error).within("env"))?;
        Ok(Mdp::new(environment.with_name(name)))
    }

    /// The model of a directed graph of NetworkX: nodes are states, edges are transitions.
    ///
    /// Attributes of edges: ``action``, by default the name of the node it leads to, and ``probability``, by default 1, where
    /// fractions such as ``Fraction(1, 3)`` or ``"1/3"`` stay exact, and ``reward`` of the transition. Attribute of nodes: ``reward``.
    /// Attribute of the graph: ``discount``. Nodes are called by their ``str``.
    #[staticmethod]
    #[pyo3(signature = (graph, *, name=None))]
    fn from_networkx(graph: &Bound<'_, PyAny>, name: Option<&str>) -> Result<Self> {
        let text: String = graph.py().import("dunamis._networkx")?.call_method1("read", (graph,))?.extract()?;
        let environment = Environment::from_json(name.unwrap_or("graph"), &text);
        let environment = environment.map_err(|error| Failure::from(error).within("graph"))?;
        Ok(Mdp::new(environment.recognized()))
    }

    /// What messages and figures call it; with parameters, it is the specification under which `load` finds it.
    #[getter]
    fn name(&self) -> &str {
        self.environment.name()
    }

    /// What it is, in one line; empty if nobody said.
    #[getter]
    fn description(&self) -> &str {
        self.environment.description()
    }

    /// Number of states.
    #[getter]
    fn n_states(&self) -> usize {
        self.model().states().len()
    }

    /// Number of action names; not every action need be available everywhere.
    #[getter]
    fn n_actions(&self) -> usize {
        self.model().actions().len()
    }

    /// Number of state-action pairs.
    #[getter]
    fn n_pairs(&self) -> usize {
        self.model().available().len()
    }

    /// Names of the states, in order; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.model().states().iter().collect()
    }

    /// Names of the actions, in order; a new list.
    #[getter]
    fn actions(&self) -> Vec<&str> {
        self.model().actions().iter().collect()
    }

    /// The discount that belongs to the model, if there is one.
    #[getter]
    fn discount(&self) -> Option<f64> {
        self.environment.discount().map(dunamis_mdp::Discount::value)
    }

    /// What rewards depend on: ``"state"``, ``"state-action"``, or ``"transition"`` where those of transitions were folded into
    /// expectations of pairs; ``None`` without rewards.
    #[getter]
    fn reward_kind(&self) -> Option<&'static str> {
        self.environment.reward().map(|reward| match reward.kind() {
            RewardKind::State => "state",
            RewardKind::StateAction => "state-action",
            RewardKind::FoldedTransitions => "transition",
        })
    }

    /// The rewards, (S,) for those of states and (SA,) for others; a view. ``None`` without rewards.
    #[getter]
    fn reward<'py>(slf: &Bound<'py, Self>) -> Option<Bound<'py, PyArray1<f64>>> {
        slf.get().environment.reward()?;
        Some(view(slf, |mdp| mdp.environment.reward().map_or(&[], Reward::values)))
    }

    /// Where the pairs of each state begin, and one past the last, (S + 1,); a view.
    #[getter]
    fn pair_starts<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<u32>> {
        view(slf, |mdp| mdp.model().available().starts())
    }

    /// The number of the action of each pair, (SA,); a copy.
    #[getter]
    fn pair_actions<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        let available = self.model().available();
        owned(py, (0..available.len()).map(|pair| available.action(pair).index() as u32).collect())
    }

    /// The number of the state of each pair, (SA,); a copy.
    #[getter]
    fn pair_states<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        let model = self.model();
        let state = |s: dunamis_mdp::StateId| model.available().pairs(s).map(move |_| s.index() as u32);
        owned(py, model.state_ids().flat_map(state).collect())
    }

    /// Probabilities of all transitions, row by row, (nnz,); a view. With `indices` and `indptr` these are the compressed rows of
    /// a matrix (SA, S).
    #[getter]
    fn data<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |mdp| mdp.model().matrix().data())
    }

    /// The next state of each transition, (nnz,), ascending within a row; a view.
    #[getter]
    fn indices<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<u32>> {
        view(slf, |mdp| mdp.model().matrix().indices())
    }

    /// Where the row of each pair begins in `data`, and one past the last, (SA + 1,); a copy.
    #[getter]
    fn indptr<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        owned(py, self.model().matrix().indptr().raw_storage().iter().map(|&start| start as i64).collect())
    }

    /// The mass that each pair loses for ever, (SA,); a copy. Zero but for models that leak.
    #[getter]
    fn leak<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        owned(py, (0..self.model().available().len()).map(|pair| self.model().leak(pair)).collect())
    }

    /// Whether every action leads to one state for certain.
    #[getter]
    fn is_deterministic(&self) -> bool {
        self.model().is_deterministic()
    }

    /// Rows and columns of the map of a gridworld; ``None`` elsewhere.
    #[getter]
    fn grid_shape(&self) -> Option<(usize, usize)> {
        self.environment.grid().map(|grid| (grid.rows(), grid.columns()))
    }

    /// Row and column of each state of a gridworld; ``None`` elsewhere.
    #[getter]
    fn cells(&self) -> Option<Vec<(usize, usize)>> {
        self.environment.grid().map(|grid| grid.cells().to_vec())
    }

    /// Named sets of states, as numbers.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let labels = PyDict::new(py);
        for (label, states) in self.environment.labels().iter() {
            labels.set_item(label, states.iter().map(|state| state.index()).collect::<Vec<_>>())?;
        }
        Ok(labels)
    }

    /// The number of a state, by its name or number.
    fn state(&self, name: &Bound<'_, PyAny>) -> Result<usize> {
        state::state("name", self.model(), name).map(dunamis_mdp::StateId::index)
    }

    /// The same model with other rewards: an array as for `from_arrays`, a dictionary from states (names, numbers or cells) to
    /// numbers, where other states get 0, or ``None``.
    #[expect(non_snake_case, reason = "it is called so everywhere")]
    fn with_reward(&self, R: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        match R {
            None => Ok(Mdp::new((*self.environment).clone().without_reward())),
            Some(rewards) => self.with_rewards("R", rewards),
        }
    }

    /// The same model with another discount of its own, or without one.
    fn with_discount(&self, discount: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
        Ok(Mdp::new((*self.environment).clone().with_discount(discount)))
    }

    /// The same model under another name.
    fn with_name(&self, name: &str) -> Self {
        Mdp::new((*self.environment).clone().with_name(name))
    }

    /// Two agents, H and A, who move at the same time in copies of the environment; see `joint_gridworld` for the rules.
    #[pyo3(signature = (*, collision="none", swaps="allowed"))]
    fn joint(&self, collision: &str, swaps: &str) -> Result<JointModel> {
        JointModel::of(Arc::clone(&self.environment), collision, swaps)
    }

    /// Dense arrays ``(P, R)``, new ones: ``P`` (S, A, S) with rows of zeros where an action is not available, ``R`` (S,) for rewards of
    /// states where every action is available everywhere, otherwise (S, A) with −inf where one is not, and ``None`` without
    /// rewards. `from_arrays` reads them back.
    fn to_arrays<'py>(&self, py: Python<'py>) -> Result<(Bound<'py, PyAny>, Option<Bound<'py, PyAny>>)> {
        let model = self.model();
        let (available, actions, states) = (model.available(), model.actions().len(), model.states().len());
        let size = states.checked_mul(actions).and_then(|pairs| pairs.checked_mul(states));
        let size = size.filter(|&size| size <= dunamis_envs::MAX_TRANSITIONS as usize).ok_or_else(|| {
            let limit = dunamis_envs::MAX_TRANSITIONS;
            Failure::argument("self", format!("is too large for dense arrays of {limit} numbers: use `to_csr`"))
        })?;
        let mut probabilities = vec![0.0; size];
        for s in model.state_ids() {
            for pair in available.pairs(s) {
                let start = (s.index() * actions + available.action(pair).index()) * states;
                let (next, p) = model.row(pair);
                next.iter().zip(p).for_each(|(&next, &p)| probabilities[start + next as usize] = p);
            }
        }
        let probabilities = PyArray1::from_vec(py, probabilities).reshape([states, actions, states])?;
        let Some(reward) = self.environment.reward() else { return Ok((probabilities.into_any(), None)) };
        let reward = if reward.kind() == RewardKind::State && available.len() == states * actions {
            PyArray1::from_slice(py, reward.values()).into_any()
        } else {
            let mut rewards = vec![f64::NEG_INFINITY; states * actions];
            for s in model.state_ids() {
                for pair in available.pairs(s) {
                    rewards[s.index() * actions + available.action(pair).index()] = reward.at(s.index(), pair);
                }
            }
            PyArray1::from_vec(py, rewards).reshape([states, actions])?.into_any()
        };
        Ok((probabilities.into_any(), Some(reward)))
    }

    /// ``(P, R, s_indices, a_indices)``: a ``scipy.sparse.csr_matrix`` (SA, S) that shares the model's numbers, read-only, the rewards of the
    /// pairs (SA,) or ``None``, and the state and the action of each pair. These are the arguments of ``quantecon.markov.DiscreteDP``,
    /// and `from_arrays` reads them back.
    fn to_csr<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("dunamis._sparse")?.call_method1("to_csr", (slf,))
    }

    /// A ``networkx.MultiDiGraph`` with an edge for each transition, keyed by action, with the attributes that `from_networkx` reads.
    fn to_networkx<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("dunamis._networkx")?.call_method1("write", (slf,))
    }

    /// The JSON form of the model, in which fractions stay exact.
    fn to_json(&self) -> String {
        let environment = &self.environment;
        let labels: &Labels = environment.labels();
        json::write(environment.model(), environment.reward(), labels, environment.discount())
    }

    /// Writes the model to a file, in the format of its extension: see `dunamis.formats`.
    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(format::write(&self.environment, path)?)
    }

    /// The map of the gridworld with the rewards of its states, or with a number for every state, (S,), as a heat map that ``label``
    /// names.
    ///
    /// Raises
    /// ------
    /// PlotError : if the model is no gridworld, or a number is not finite.
    #[pyo3(signature = (values=None, *, label="value", title=None))]
    fn plot(&self, values: Option<&Bound<'_, PyAny>>, label: &str, title: Option<&str>) -> Result<Picture> {
        let title = title.unwrap_or(self.name());
        match values {
            None => picture::floor_plan(&self.environment, title),
            Some(values) => {
                let values = state::values("values", self.n_states(), values)?;
                picture::heat_map(&self.environment, &values, label, title, &[])
            }
        }
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let drawn = self.plot(None, "value", None).ok();
        frame::html(&self.__repr__(), drawn.as_ref(), &PyDict::new(py))
    }

    fn __len__(&self) -> usize {
        self.n_states()
    }

    fn __repr__(&self) -> String {
        let rewards = match self.reward_kind() {
            None => "no rewards",
            Some("state") => "rewards of states",
            Some(_) => "rewards of state-action pairs",
        };
        let discount =
            self.environment.discount().map_or_else(String::new, |discount| format!(", discount {discount}"));
        let (name, states, pairs) = (self.name(), self.n_states(), self.n_pairs());
        format!("<dunamis.Mdp `{name}`: {states} states, {pairs} state-action pairs, {rewards}{discount}>")
    }

    /// Everything there is to observe, as text: the map, and every state with its reward and where each action leads.
    fn describe(&self) -> String {
        self.environment.to_string()
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, (String, String))> {
        let read = slf.py().import("dunamis._pickle")?.getattr("read_mdp")?;
        Ok((read.unbind(), (slf.get().to_json(), slf.get().name().to_owned())))
    }
}
