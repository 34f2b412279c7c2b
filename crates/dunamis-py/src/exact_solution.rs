//! `dunamis.solve_exact`: values in rational numbers.

use crate::array::{owned, view};
use crate::error::{Failure, Result};
use crate::frame;
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::solve;
use dunamis_envs::Environment;
use dunamis_mdp::{Criterion, Number, Rational, StateId};
use dunamis_solve::{Sensitivity, SolveError};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Optimal values in rational numbers: what `solve_exact` returns.
#[pyclass(frozen, module = "dunamis", name = "ExactSolution")]
#[derive(Debug)]
pub(crate) struct ExactSolution {
    environment: Arc<Environment>,
    value: Vec<Rational>,
    optimal: Vec<bool>,
    /// A pair of every state.
    policy: Vec<u32>,
}

impl ExactSolution {
    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().environment.model().states().iter().collect::<Vec<_>>())?;
        columns.set_item("value", slf.get().value(slf.py())?)?;
        columns.set_item("approximation", slf.get().approximation(slf.py()))?;
        columns.set_item("actions", slf.get().optimal_actions())?;
        Ok(columns)
    }
}

#[pymethods]
impl ExactSolution {
    /// The value of every state (gain, for average reward) as a ``fractions.Fraction``; a new list.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let fraction = py.import("fractions")?.getattr("Fraction")?;
        self.value.iter().map(|value| fraction.call1((value.to_string(),))).collect()
    }

    /// The nearest double of every value, (S,); a copy.
    #[getter]
    fn approximation<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let nearest = |value: &Rational| Number::from_rational(value.clone()).map_or(f64::NAN, |number| number.value());
        owned(py, self.value.iter().map(nearest).collect())
    }

    /// Whether each pair is optimal, (SA,); a view. For average reward those of one optimal policy are marked.
    #[getter]
    fn optimal<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<bool>> {
        view(slf, |solution| &solution.optimal)
    }

    /// The number of an optimal action in every state, (S,); a copy.
    #[getter]
    fn policy<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let available = self.environment.model().available();
        owned(py, self.policy.iter().map(|&pair| available.action(pair as usize).index() as i64).collect())
    }

    /// The names of the `optimal` actions of every state; new lists.
    #[getter]
    fn optimal_actions(&self) -> Vec<Vec<&str>> {
        let model = self.environment.model();
        let action = |pair: usize| &model.actions()[model.available().action(pair).index()];
        let marked = |s: StateId| model.available().pairs(s).filter(|&pair| self.optimal[pair]).map(action);
        model.state_ids().map(|s| marked(s).collect()).collect()
    }

    /// A ``pandas.DataFrame`` with the columns state, value, approximation and actions.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.ExactSolution of `{}`: {} states>", self.environment.name(), self.value.len())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        frame::html(&slf.repr()?.to_string(), None, &Self::columns(slf)?)
    }
}

/// Solves in rational numbers: exact values, no tolerance, for models of up to some hundred states.
///
/// The numbers of a model that was given as doubles are the rationals that the doubles are. Its rows must sum to exactly 1: text and
/// fractions such as ``"1/3"`` do, in files, graphs and maps.
///
/// Parameters
/// ----------
/// mdp : the model, with rewards.
/// discount : γ, at least 0 and below 1, by default that of the model.
/// average : maximize the long-run average reward instead.
///
/// >>> solve_exact(load("forest"), "9/10").value[0]
/// Fraction(6561, 250)
#[pyfunction]
#[pyo3(signature = (mdp, discount=None, *, average=false))]
pub(crate) fn solve_exact(
    mdp: &Bound<'_, Mdp>,
    discount: Option<&Bound<'_, PyAny>>,
    average: bool,
) -> Result<ExactSolution> {
    let model = mdp.get().with_own_reward()?;
    let criterion = solve::criterion(mdp.get(), discount, average, false, None)?;
    let environment = Arc::clone(mdp.get().environment());
    if !model.model().is_exact() {
        return Err(Failure::Inexact { environment: environment.name().into() });
    }
    let (value, optimal, policy) = unheard(mdp.py(), move || -> Result<_, SolveError> {
        if let Criterion::Discounted(_) = criterion {
            let solution = dunamis_solve::solve_exact(&model, &criterion)?;
            return Ok((solution.value, solution.optimal, solution.policy));
        }
        let solution = dunamis_solve::solve_sensitive(&model, Sensitivity::Average)?;
        let mut optimal = vec![false; model.model().available().len()];
        solution.policy.pairs().iter().for_each(|&pair| optimal[pair as usize] = true);
        Ok((solution.expansion.gain, optimal, solution.policy.pairs().to_vec()))
    })??;
    Ok(ExactSolution { environment, value, optimal, policy })
}
