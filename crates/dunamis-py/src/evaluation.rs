//! `dunamis.evaluate`: the value of a policy.

use crate::array::view;
use crate::error::{Failure, Result};
use crate::frame;
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::picture::{self, Picture};
use crate::policy::policy as read_policy;
use crate::solution::status;
use crate::{number, solve};
use dunamis_envs::Environment;
use dunamis_mdp::Criterion;
use dunamis_solve::{EvaluationMethod, PolicyEvaluation, Tolerance};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// The value of a policy with true bounds: what `evaluate` returns.
#[pyclass(frozen, module = "dunamis", name = "Evaluation")]
#[derive(Debug)]
pub(crate) struct Evaluation {
    environment: Arc<Environment>,
    evaluation: dunamis_solve::Evaluation,
}

impl Evaluation {
    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().environment.model().states().iter().collect::<Vec<_>>())?;
        columns.set_item("value", Self::value(slf))?;
        columns.set_item("lower", Self::lower(slf))?;
        columns.set_item("upper", Self::upper(slf))?;
        Ok(columns)
    }
}

#[pymethods]
impl Evaluation {
    /// The value of every state under the policy, (S,), inside the bounds; a view.
    #[getter]
    fn value<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |evaluation| &evaluation.evaluation.value)
    }

    /// No value lies below, (S,); a view.
    #[getter]
    fn lower<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |evaluation| &evaluation.evaluation.bounds.lower)
    }

    /// No value lies above, (S,); a view.
    #[getter]
    fn upper<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |evaluation| &evaluation.evaluation.bounds.upper)
    }

    /// Largest distance between the bounds, in units of reward.
    #[getter]
    fn gap(&self) -> f64 {
        self.evaluation.bounds.gap()
    }

    /// ``"converged"``, ``"iteration-limit"`` or ``"precision-limited"``.
    #[getter]
    fn status(&self) -> &'static str {
        status(self.evaluation.status)
    }

    /// The method that was used, never ``"auto"``.
    #[getter]
    fn method(&self) -> String {
        name(self.evaluation.method)
    }

    /// Products with the transition matrix.
    #[getter]
    fn sweeps(&self) -> usize {
        self.evaluation.sweeps
    }

    /// A ``pandas.DataFrame`` with the columns state, value, lower and upper.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with the columns state, value, lower and upper.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    /// The values as a heat map on the map of the gridworld.
    ///
    /// Raises
    /// ------
    /// PlotError : if the model is no gridworld.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let title = title.unwrap_or(self.environment.name());
        picture::heat_map(&self.environment, &self.evaluation.value, "value", title, &[])
    }

    fn __repr__(&self) -> String {
        let (name, status, method, gap) = (self.environment.name(), self.status(), self.method(), self.gap());
        format!("<dunamis.Evaluation of a policy of `{name}`: {status} by {method}, gap {gap:.1e}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let drawn = slf.get().plot(None).ok();
        frame::html(&slf.repr()?.to_string(), drawn.as_ref(), &Self::columns(slf)?)
    }
}

/// The name of a method in configs.
fn name(method: EvaluationMethod) -> String {
    serde_json::to_value(method).ok().and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default()
}

/// Computes the discounted value of a policy, with bounds: V = r_π + γ P_π V.
///
/// Parameters
/// ----------
/// mdp : the model, with rewards.
/// policy : ``"uniform"``, a `Solution`, the number of an action for every state (S,), or probabilities of pairs (SA,) or of states and
///     actions (S, A).
/// discount : γ, at least 0 and below 1, by default that of the model.
/// method : ``"auto"``, ``"iterative"``, ``"dense"``, ``"sparse-direct"``, ``"krylov"``, ``"gmres"`` or ``"cycles"``.
/// tolerance : largest distance between the bounds, in units of reward; by default 1e-9 of the largest possible value.
/// max_sweeps : largest number of products with the transition matrix; by default a million.
///
/// >>> evaluate(load("forest"), "uniform", 0.9).status
/// 'converged'
#[pyfunction]
#[pyo3(signature = (mdp, policy, discount=None, *, method="auto", tolerance=None, max_sweeps=None))]
pub(crate) fn evaluate(
    mdp: &Bound<'_, Mdp>,
    policy: &Bound<'_, PyAny>,
    discount: Option<&Bound<'_, PyAny>>,
    method: &str,
    tolerance: Option<f64>,
    max_sweeps: Option<&Bound<'_, PyAny>>,
) -> Result<Evaluation> {
    let model = mdp.get().with_own_reward()?;
    let Criterion::Discounted(discount) = solve::criterion(mdp.get(), discount, false, false, None)? else {
        return Err(Failure::argument("discount", "is missing"));
    };
    let policy = read_policy("policy", model.model(), policy)?;
    let wrong = |error| Failure::argument("method", format!("is `{method}`: {error}"));
    let method = serde_json::from_value(method.into()).map_err(wrong)?;
    let default = PolicyEvaluation::default();
    let tolerance = tolerance.map_or(default.tolerance, Tolerance::Absolute);
    let max_sweeps = max_sweeps.map_or(Ok(default.max_sweeps), |limit| number::count("max_sweeps", limit))?;
    let settings = PolicyEvaluation { method, tolerance, max_sweeps };
    let evaluation = unheard(mdp.py(), move || {
        let (available, reward) = (model.model().available(), model.reward());
        let weight = policy.probabilities();
        let expected = |s: dunamis_mdp::StateId| {
            let terms = available.pairs(s).filter(|&pair| weight[pair] > 0.0);
            terms.map(|pair| weight[pair] * reward.at(s.index(), pair)).sum::<f64>()
        };
        let reward: Vec<f64> = model.model().state_ids().map(expected).collect();
        settings.evaluate(&model.model().chain(&policy), &reward, &discount)
    })??;
    Ok(Evaluation { environment: Arc::clone(mdp.get().environment()), evaluation })
}
