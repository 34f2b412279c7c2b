//! `dunamis.GoalDescription`: what there is to know of the goals compatible with training.

use crate::error::Result;
use crate::exact::fraction;
use crate::frame;
use crate::goals::Explained;
use dunamis_goals::{Exchangeable, Feasibility, Form, GoalError, ShutdownSetting, Strictness};
use dunamis_mdp::Rational;
use num_traits::Zero;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Up to so many states all thresholds are given.
const MOST_THRESHOLDS: usize = 100;

/// A necessary condition of compatibility: coefficients times rewards are at least a bound, or equal to it.
#[pyclass(frozen, module = "dunamis", name = "GoalConstraint")]
#[derive(Clone, Debug)]
pub(crate) struct GoalConstraint {
    description: String,
    coefficients: Vec<(String, Rational)>,
    relation: &'static str,
    bound: Rational,
}

#[pymethods]
impl GoalConstraint {
    /// What it is about, in words.
    #[getter]
    fn description(&self) -> &str {
        &self.description
    }

    /// The coefficients that are not 0, ``fractions.Fraction`` by state; a new dictionary.
    #[getter]
    fn coefficients<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let coefficients = PyDict::new(py);
        for (state, coefficient) in &self.coefficients {
            coefficients.set_item(state, fraction(py, coefficient)?)?;
        }
        Ok(coefficients)
    }

    /// ``"≥"`` or ``"="``.
    #[getter]
    fn relation(&self) -> &'static str {
        self.relation
    }

    /// The bound, a ``fractions.Fraction``.
    #[getter]
    fn bound<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.bound)
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.GoalConstraint: {}>", self.description)
    }
}

/// From which discount on a state can be visited at least once, over all policies.
#[pyclass(frozen, module = "dunamis", name = "VisitThreshold")]
#[derive(Clone, Debug)]
pub(crate) struct VisitThreshold {
    state: String,
    threshold: dunamis_goals::VisitThreshold,
    counts: bool,
}

#[pymethods]
impl VisitThreshold {
    /// The name of the state.
    #[getter]
    fn state(&self) -> &str {
        &self.state
    }

    /// ``"above"`` a discount it is visited more than once; ``"once"`` or ``"never"`` at every discount.
    #[getter]
    fn kind(&self) -> &'static str {
        match self.threshold {
            dunamis_goals::VisitThreshold::Never => "never",
            dunamis_goals::VisitThreshold::Once => "once",
            dunamis_goals::VisitThreshold::Above(_) => "above",
        }
    }

    /// The nearest double of the discount, if there is one.
    #[getter]
    fn discount(&self) -> Option<f64> {
        self.threshold.number().map(dunamis_solve::AlgebraicNumber::to_f64)
    }

    /// The discount as a ``fractions.Fraction``, if it is rational.
    #[getter]
    fn exact<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let exact = self.threshold.number().and_then(dunamis_solve::AlgebraicNumber::to_rational);
        exact.map(|exact| fraction(py, exact)).transpose()
    }

    /// Whether the state counts at the discount of the goals.
    #[getter]
    fn counts(&self) -> bool {
        self.counts
    }

    fn __str__(&self) -> String {
        self.threshold.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.VisitThreshold of `{}`: {}>", self.state, self.threshold)
    }
}

/// Which states can take the place of shutdown.
#[pyclass(frozen, module = "dunamis", name = "ShutdownDescription")]
#[derive(Clone, Debug)]
pub(crate) struct ShutdownDescription {
    terminal: String,
    actions: Vec<String>,
    reached: Option<String>,
    published: usize,
    states: Vec<String>,
    undecided: usize,
    thresholds: Vec<VisitThreshold>,
}

#[pymethods]
impl ShutdownDescription {
    /// The name of the terminal state.
    #[getter]
    fn terminal(&self) -> &str {
        &self.terminal
    }

    /// The actions that lead there; a new list.
    #[getter]
    fn actions(&self) -> Vec<String> {
        self.actions.clone()
    }

    /// By which way training can reach the terminal state, so that nothing is certified; ``None`` if it cannot.
    #[getter]
    fn reached(&self) -> Option<&str> {
        self.reached.as_deref()
    }

    /// n(γ) as published: recurrent states, visited more than once by a policy that reaches and revisits them.
    #[getter]
    fn published(&self) -> usize {
        self.published
    }

    /// n(γ), sharper: states that are visited at least once under some policy.
    #[getter]
    fn effective(&self) -> usize {
        self.states.len()
    }

    /// These states; a new list.
    #[getter]
    fn states(&self) -> Vec<String> {
        self.states.clone()
    }

    /// About how many states nothing was decided, so that they do not count.
    #[getter]
    fn undecided(&self) -> usize {
        self.undecided
    }

    /// A `VisitThreshold` for each state that may count; empty where there are more than 100. A new list.
    #[getter]
    fn thresholds(&self) -> Vec<VisitThreshold> {
        self.thresholds.clone()
    }

    fn __repr__(&self) -> String {
        let (terminal, published, effective) = (&self.terminal, self.published, self.states.len());
        format!(
            "<dunamis.ShutdownDescription of `{terminal}`: n = {published} as published, {effective} visited at least once>"
        )
    }
}

/// Constraints, closedness, and n(γ) of compatible goals: what `GoalSet.describe` returns.
#[pyclass(frozen, module = "dunamis", name = "GoalDescription")]
#[derive(Debug)]
pub(crate) struct GoalDescription {
    name: String,
    constraints: Vec<GoalConstraint>,
    left_by_policy: Option<String>,
    left_by_actions: Option<String>,
    verdict: &'static str,
    contradiction: Option<String>,
    goal: Option<Vec<Rational>>,
    shutdown: Option<ShutdownDescription>,
}

impl GoalDescription {
    pub(crate) fn new(explained: &Explained) -> Result<Self> {
        let (goals, training) = (&explained.goals, explained.goals.training());
        let (verdict, contradiction, goal) = if goals.form() == Form::Union {
            ("undecided", None, None)
        } else {
            match goals.feasibility()? {
                (Feasibility::Room(goal), _) => ("room", None, Some(goal)),
                (Feasibility::Thin(why), rows) => ("thin", Some(why.describe(goals, &rows)), None),
                (Feasibility::Empty(why), rows) => ("empty", Some(why.describe(goals, &rows)), None),
            }
        };
        let constraint = |row: &dunamis_goals::GoalRow| {
            let nonzero = row.coefficients.iter().enumerate().filter(|(_, coefficient)| !coefficient.is_zero());
            GoalConstraint {
                description: row.describe(training),
                coefficients: nonzero.map(|(k, a)| (explained.model().states()[k].to_owned(), a.clone())).collect(),
                relation: if row.equality { "=" } else { "≥" },
                bound: row.bound.clone(),
            }
        };
        let closure = training.closure();
        Ok(GoalDescription {
            name: explained.environment.name().to_owned(),
            constraints: goals.rows().iter().map(constraint).collect(),
            left_by_policy: closure.under_policy.map(|way| way.to_string()),
            left_by_actions: closure.under_actions.map(|way| way.to_string()),
            verdict,
            contradiction,
            goal,
            shutdown: match explained.situation.shutdown_setting() {
                Err(GoalError::Label { states: 0, .. }) => None,
                setting => Some(shutdown(explained, &setting?)?),
            },
        })
    }
}

fn shutdown(explained: &Explained, setting: &ShutdownSetting) -> Result<ShutdownDescription> {
    let discount = explained.goals.discount();
    let exchangeable = Exchangeable::new(setting, &explained.goals);
    let retargeting = exchangeable.retargeting(setting)?;
    let published = retargeting.recurrent(discount, Strictness::MoreThanOnce)?;
    let effective = retargeting.effective(discount, Strictness::AtLeastOnce)?;
    let few = retargeting.candidates().len() <= MOST_THRESHOLDS;
    let thresholds = if few { retargeting.thresholds()? } else { Vec::new() };
    let threshold = |(id, threshold): (_, dunamis_goals::VisitThreshold)| VisitThreshold {
        state: explained.state(id),
        counts: threshold.admits(discount, Strictness::AtLeastOnce),
        threshold,
    };
    Ok(ShutdownDescription {
        terminal: explained.state(setting.terminal()),
        actions: setting.shutdown().iter().map(|&pair| explained.action(pair)).collect(),
        reached: exchangeable.terminal.map(|way| way.to_string()),
        published: published.count(),
        states: effective.states.iter().map(|&id| explained.state(id)).collect(),
        undecided: effective.undecided.len(),
        thresholds: thresholds.into_iter().map(threshold).collect(),
    })
}

#[pymethods]
impl GoalDescription {
    /// The constraints on rewards, `GoalConstraint`; none are listed unless the set is a polyhedron. A new list.
    #[getter]
    fn constraints(&self) -> Vec<GoalConstraint> {
        self.constraints.clone()
    }

    /// By which way what was observed leaves training, if it does or may.
    #[getter]
    fn left_by_policy(&self) -> Option<&str> {
        self.left_by_policy.as_deref()
    }

    /// By which way any action leaves training, if one does.
    #[getter]
    fn left_by_actions(&self) -> Option<&str> {
        self.left_by_actions.as_deref()
    }

    /// Whether there are compatible goals: ``"room"`` for goals with room around them, ``"thin"``, ``"empty"``, or ``"undecided"`` for
    /// unions.
    #[getter]
    fn verdict(&self) -> &'static str {
        self.verdict
    }

    /// Which observations contradict each other, if they do.
    #[getter]
    fn contradiction(&self) -> Option<&str> {
        self.contradiction.as_deref()
    }

    /// A goal with room around it, ``fractions.Fraction`` for each state, if there is one; a new list.
    #[getter]
    fn goal<'py>(&self, py: Python<'py>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
        self.goal.as_ref().map(|goal| goal.iter().map(|number| fraction(py, number)).collect()).transpose()
    }

    /// Which states can take the place of shutdown; ``None`` without a shutdown.
    #[getter]
    fn shutdown(&self) -> Option<ShutdownDescription> {
        self.shutdown.clone()
    }

    fn __repr__(&self) -> String {
        let (name, rows, verdict) = (&self.name, self.constraints.len(), self.verdict);
        format!("<dunamis.GoalDescription of `{name}`: {rows} constraints, {verdict}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let columns = PyDict::new(slf.py());
        columns.set_item(
            "constraint",
            slf.get().constraints.iter().map(|row| row.description.as_str()).collect::<Vec<_>>(),
        )?;
        frame::html(&slf.repr()?.to_string(), None, &columns)
    }
}
