//! `dunamis.Solution` and `dunamis.Verification`.

use crate::array::{owned, view};
use crate::error::Result;
use crate::frame;
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::picture::{self, Picture};
use dunamis_envs::Environment;
use dunamis_mdp::{Criterion, StateId};
use dunamis_solve::{Evidence, Statistics, Termination, ValueBounds};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Optimal values with true bounds, and the actions that attain them: what `solve` returns.
///
/// Arrays are read-only views of the solution's own numbers; those that are copies say so.
#[pyclass(frozen, module = "dunamis", name = "Solution")]
#[derive(Debug)]
pub(crate) struct Solution {
    environment: Arc<Environment>,
    mdp: dunamis_mdp::Mdp,
    criterion: Criterion,
    found: Arc<dunamis_solve::Solution>,
}

impl Solution {
    pub(crate) fn new(
        environment: Arc<Environment>,
        mdp: dunamis_mdp::Mdp,
        criterion: Criterion,
        solution: dunamis_solve::Solution,
    ) -> Self {
        Solution { environment, mdp, criterion, found: Arc::new(solution) }
    }

    pub(crate) fn mdp(&self) -> &dunamis_mdp::Mdp {
        &self.mdp
    }

    pub(crate) fn solution(&self) -> &dunamis_solve::Solution {
        &self.found
    }

    /// Every state with the one that its best action most likely leads to, if any.
    fn steps(&self) -> Vec<(usize, usize)> {
        let likeliest = |pair: u32| {
            let (next, probability) = self.mdp.model().row(pair as usize);
            let entries = next.iter().zip(probability);
            entries.reduce(|best, entry| if entry.1 > best.1 { entry } else { best }).map(|(&next, _)| next as usize)
        };
        let states = self.found.best.iter().enumerate();
        states.filter_map(|(state, &pair)| Some((state, likeliest(pair)?))).collect()
    }

    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().environment.model().states().iter().collect::<Vec<_>>())?;
        columns.set_item("value", Self::value(slf))?;
        columns.set_item("lower", Self::lower(slf))?;
        columns.set_item("upper", Self::upper(slf))?;
        columns.set_item("actions", slf.get().optimal_actions())?;
        Ok(columns)
    }
}

/// Why a method stopped, as documents write it.
pub(crate) fn status(status: Termination) -> &'static str {
    match status {
        Termination::Converged => "converged",
        Termination::IterationLimit => "iteration-limit",
        Termination::Interrupted => "interrupted",
        _ => "precision-limited",
    }
}

#[pymethods]
impl Solution {
    /// The value of every state (gain, for average reward), (S,), inside the bounds; a view.
    #[getter]
    fn value<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |solution| &solution.found.value)
    }

    /// No optimal value lies below, (S,); a view. Rounding errors are included.
    #[getter]
    fn lower<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |solution| &solution.found.bounds.lower)
    }

    /// No optimal value lies above, (S,); a view. Rounding errors are included.
    #[getter]
    fn upper<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |solution| &solution.found.bounds.upper)
    }

    /// Largest distance between the bounds, in units of reward.
    #[getter]
    fn gap(&self) -> f64 {
        self.found.gap()
    }

    /// The number of an optimal action in every state, (S,); a copy. Under the discounted criterion this policy loses no more
    /// than the gap.
    #[getter]
    fn policy<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let available = self.mdp.model().available();
        owned(py, self.found.best.iter().map(|&pair| available.action(pair as usize).index() as i64).collect())
    }

    /// Whether each pair is within `tie_tolerance` of the best of its state, (SA,); a view. Under the discounted criterion every
    /// optimal action is, and an action that is loses at most twice the tolerance.
    #[getter]
    fn optimal<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<bool>> {
        view(slf, |solution| &solution.found.optimal)
    }

    /// The names of the `optimal` actions of every state; new lists.
    #[getter]
    fn optimal_actions(&self) -> Vec<Vec<&str>> {
        let model = self.mdp.model();
        let action = |pair: usize| &model.actions()[model.available().action(pair).index()];
        let marked = |s: StateId| model.available().pairs(s).filter(|&pair| self.found.optimal[pair]).map(action);
        model.state_ids().map(|s| marked(s).collect()).collect()
    }

    /// Distance from the best action value within which actions count as tied, in units of reward.
    #[getter]
    fn tie_tolerance(&self) -> f64 {
        self.found.tie_tolerance
    }

    /// ``"converged"``, or why the bounds, which are true, are farther apart than asked for: ``"iteration-limit"``,
    /// ``"precision-limited"`` or ``"interrupted"``.
    #[getter]
    fn status(&self) -> &'static str {
        status(self.found.status)
    }

    /// What was maximized: ``"discounted"``, ``"average"``, ``"total"`` or ``"finite-horizon"``.
    #[getter]
    fn criterion(&self) -> &'static str {
        match self.criterion {
            Criterion::Discounted(_) => "discounted",
            Criterion::Average => "average",
            Criterion::Total => "total",
            _ => "finite-horizon",
        }
    }

    /// The discount, if rewards were discounted.
    #[getter]
    fn discount(&self) -> Option<f64> {
        match &self.criterion {
            Criterion::Discounted(discount) | Criterion::FiniteHorizon { discount: Some(discount), .. } => {
                Some(discount.value())
            }
            _ => None,
        }
    }

    /// What the solver did, a new dictionary: ``solver``, ``iterations``, ``sweeps``, ``backups``, ``eliminated``,
    /// ``evaluation_sweeps`` and ``choice``, which says what was chosen where there was a choice, and why.
    #[getter]
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let Statistics { solver, iterations, sweeps, backups, eliminated, evaluation_sweeps, choice, .. } =
            &self.found.statistics;
        let statistics = PyDict::new(py);
        statistics.set_item("solver", solver)?;
        statistics.set_item("iterations", iterations)?;
        statistics.set_item("sweeps", sweeps)?;
        statistics.set_item("backups", backups)?;
        statistics.set_item("eliminated", eliminated)?;
        statistics.set_item("evaluation_sweeps", evaluation_sweeps)?;
        statistics.set_item("choice", choice)?;
        Ok(statistics)
    }

    /// A ``pandas.DataFrame`` with the columns state, value, lower, upper and actions.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with the columns state, value, lower, upper and actions.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    /// The values as a heat map on the map of the gridworld; with ``arrows`` instead of
    /// numbers, each towards where the `policy` most likely leads.
    ///
    /// Raises
    /// ------
    /// PlotError : if the model is no gridworld, or a value is infinite.
    #[pyo3(signature = (*, arrows=false, title=None))]
    fn plot(&self, arrows: bool, title: Option<&str>) -> Result<Picture> {
        let title = title.map_or_else(|| format!("{}, {}", self.environment.name(), self.criterion), Into::into);
        let shown = if arrows { self.steps() } else { Vec::new() };
        picture::heat_map(&self.environment, &self.found.value, "value", &title, &shown)
    }

    fn __repr__(&self) -> String {
        let (name, criterion, status) = (self.environment.name(), &self.criterion, self.status());
        let (solver, gap) = (self.found.statistics.solver, self.gap());
        format!("<dunamis.Solution of `{name}`, {criterion}: {status} by {solver}, gap {gap:.1e}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let drawn = slf.get().plot(false, None).ok();
        frame::html(&slf.repr()?.to_string(), drawn.as_ref(), &Self::columns(slf)?)
    }
}

/// What an independent check of a solution has proved: what `verify` returns.
#[pyclass(frozen, module = "dunamis", name = "Verification")]
#[derive(Debug)]
pub(crate) struct Verification {
    evidence: Evidence,
    bounds: ValueBounds,
    policy_loss: f64,
}

#[pymethods]
impl Verification {
    /// How the optimal value was found out: ``"exact"`` or ``"enclosure"``.
    #[getter]
    fn evidence(&self) -> &'static str {
        match self.evidence {
            Evidence::Exact => "exact",
            _ => "enclosure",
        }
    }

    /// Lower bounds that were proved, (S,); a view.
    #[getter]
    fn lower<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |verification| &verification.bounds.lower)
    }

    /// Upper bounds that were proved, (S,); a view.
    #[getter]
    fn upper<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |verification| &verification.bounds.upper)
    }

    /// Largest loss, over all states, of any policy that keeps to the optimal actions; for a finite horizon of the first
    /// decision alone.
    #[getter]
    fn policy_loss(&self) -> f64 {
        self.policy_loss
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.Verification: {}, policy loss at most {:.1e}>", self.evidence(), self.policy_loss)
    }
}

/// Checks a solution, by default for the model that it was found for.
///
/// # Errors
///
/// [`Failure::Verify`](crate::error::Failure::Verify).
pub(crate) fn verified(solution: &Bound<'_, Solution>, mdp: Option<&Bound<'_, Mdp>>) -> Result<Verification> {
    let Solution { mdp: own, criterion, found, .. } = solution.get();
    let mdp = mdp.map_or_else(|| Ok(own.clone()), |mdp| mdp.get().with_own_reward())?;
    let (criterion, found) = (criterion.clone(), Arc::clone(found));
    let verified = unheard(solution.py(), move || dunamis_solve::verify(&mdp, &criterion, &found))??;
    let dunamis_solve::Verification { evidence, bounds, policy_loss, .. } = verified;
    Ok(Verification { evidence, bounds, policy_loss })
}
