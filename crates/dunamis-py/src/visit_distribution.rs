//! `dunamis.visit_distribution`: how often play visits every state, discounted.

use crate::array::view;
use crate::error::{Failure, Result};
use crate::frame;
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::picture::{self, Picture};
use crate::policy::policy as read_policy;
use crate::{solve, state};
use dunamis_envs::Environment;
use dunamis_mdp::Criterion;
use dunamis_solve::{StateMeasure, discounted_visits};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Discounted visits of every state with an error bound: what `visit_distribution` returns.
#[pyclass(frozen, module = "dunamis", name = "VisitDistribution")]
#[derive(Debug)]
pub(crate) struct VisitDistribution {
    environment: Arc<Environment>,
    measure: StateMeasure,
}

impl VisitDistribution {
    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().environment.model().states().iter().collect::<Vec<_>>())?;
        columns.set_item("visits", Self::visits(slf))?;
        Ok(columns)
    }
}

#[pymethods]
impl VisitDistribution {
    /// Expected discounted visits of every state, (S,), never negative; a view.
    #[getter]
    fn visits<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |visits| &visits.measure.mass)
    }

    /// The visits of all states are together at most this far from the exact ones, rounding included.
    #[getter]
    fn error(&self) -> f64 {
        self.measure.error
    }

    /// The sum of all visits: 1 / (1 − γ), less what leaks.
    #[getter]
    fn total(&self) -> f64 {
        self.measure.total()
    }

    /// A ``pandas.DataFrame`` with the columns state and visits.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with the columns state and visits.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    /// The visits as a heat map on the map of the gridworld.
    ///
    /// Raises
    /// ------
    /// PlotError : if the model is no gridworld.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let title = title.unwrap_or(self.environment.name());
        picture::heat_map(&self.environment, &self.measure.mass, "visits", title, &[])
    }

    fn __repr__(&self) -> String {
        let (name, total, error) = (self.environment.name(), self.total(), self.measure.error);
        format!("<dunamis.VisitDistribution in `{name}`: {total} visits, error at most {error:.1e}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let drawn = slf.get().plot(None).ok();
        frame::html(&slf.repr()?.to_string(), drawn.as_ref(), &Self::columns(slf)?)
    }
}

/// Computes how often a policy visits every state, where the visit after t steps counts γ^t times
/// [Turner et al. 2021, Def. 3.3].
///
/// Parameters
/// ----------
/// mdp : the model; it needs no rewards.
/// policy : as for `evaluate`.
/// start : the state where play begins, by name, number or cell.
/// discount : γ, at least 0 and below 1, by default that of the model.
///
/// >>> visits = visit_distribution(load("grid-3x3"), "uniform", (0, 0), 0.5)
/// >>> round(visits.total, 9)
/// 2.0
#[pyfunction]
#[pyo3(signature = (mdp, policy, start, discount=None))]
pub(crate) fn visit_distribution(
    mdp: &Bound<'_, Mdp>,
    policy: &Bound<'_, PyAny>,
    start: &Bound<'_, PyAny>,
    discount: Option<&Bound<'_, PyAny>>,
) -> Result<VisitDistribution> {
    let model = mdp.get().model();
    let Criterion::Discounted(discount) = solve::criterion(mdp.get(), discount, false, false, None)? else {
        return Err(Failure::argument("discount", "is missing"));
    };
    let policy = read_policy("policy", model, policy)?;
    let start = state::state("start", model, start)?;
    let chained = Arc::clone(model);
    let measure = unheard(mdp.py(), move || discounted_visits(&chained.chain(&policy), start, &discount))??;
    Ok(VisitDistribution { environment: Arc::clone(mdp.get().environment()), measure })
}
