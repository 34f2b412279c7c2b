//! `dunamis.solve`, with the names and defaults of the command line.

use crate::error::{Failure, Result};
use crate::interrupt::watched;
use crate::model::Mdp;
use crate::number;
use crate::solution::Solution;
use dunamis_mdp::{Criterion, nearest};
use dunamis_solve::{SOLVERS, Solver, SolverConfig, Tolerance};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};

/// The key under which a solver's own name stands among its settings.
const NAME: &str = "solver";

/// Computes optimal values and actions of a model with rewards, with bounds.
///
/// The value of a state is the expected sum of rewards from it on, where the reward after t steps counts γ^t times:
/// V(s) = R(s) + γ max_a Σ T(s'|s,a) V(s') [Puterman 1994, ch. 6]. No value lies outside its bounds, rounding included.
///
/// Parameters
/// ----------
/// mdp : the model, with rewards.
/// discount : γ, at least 0 and below 1; a float means its shortest decimal form, as on the command line. By default that of the model.
/// average : maximize the long-run average reward instead; values are then gains.
/// total : maximize the expected sum of all rewards, undiscounted; where it grows without bound, values are infinite.
/// steps : maximize the expected sum of rewards of this many steps, discounted only if ``discount`` is given.
/// solver : one of `solvers`; ``"auto"`` chooses one and says why in ``statistics``.
/// tolerance : largest distance between lower and upper bound, in units of reward; by default 1e-9 of the largest possible value.
/// max_iterations : largest number of iterations.
/// settings : settings of the solver, such as ``{"sweep": "gauss-seidel"}``.
/// progress : called with ``(iterations, gap, target)`` some twenty times per second at most; if it returns ``False``, the bounds at hand are
///     returned, which are true, with the status ``"interrupted"``.
///
/// Python's lock is released meanwhile, and Ctrl-C raises ``KeyboardInterrupt``.
///
/// Raises
/// ------
/// SolveError, ModelError, ArgumentError
///
/// >>> solution = solve(load("forest"), 0.9)
/// >>> solution.optimal_actions
/// [['wait'], ['wait'], ['wait']]
/// >>> bool(solution.gap < 1e-7)
/// True
#[pyfunction]
#[pyo3(signature = (mdp, discount=None, *, average=false, total=false, steps=None, solver="auto", tolerance=None, max_iterations=None, settings=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn solve(
    mdp: &Bound<'_, Mdp>,
    discount: Option<&Bound<'_, PyAny>>,
    average: bool,
    total: bool,
    steps: Option<&Bound<'_, PyAny>>,
    solver: &str,
    tolerance: Option<f64>,
    max_iterations: Option<&Bound<'_, PyAny>>,
    settings: Option<&Bound<'_, PyDict>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> Result<Solution> {
    let py = mdp.py();
    let model = mdp.get().with_own_reward()?;
    let steps = steps.map(|steps| number::count("steps", steps)).transpose()?;
    let criterion = criterion(mdp.get(), discount, average, total, steps)?;
    let mut solver = configured(solver, settings)?.with_tolerances(tolerance.map(Tolerance::Absolute), None);
    if let Some(limit) = max_iterations {
        solver = solver.with_max_iterations(number::count("max_iterations", limit)?);
    }
    let told = progress.map(|progress| progress.clone().unbind());
    let tell = |py: Python<'_>, [iterations, gap, target]: [f64; 3]| match &told {
        None => Ok(true),
        Some(progress) => {
            let answer = progress.bind(py).call1((iterations as u64, gap, target))?;
            Ok(answer.is_none() || answer.is_truthy()?)
        }
    };
    let solution = watched(py, tell, |watch| solver.solve_observed(&model, &criterion, watch))??;
    Ok(Solution::new(std::sync::Arc::clone(mdp.get().environment()), model, criterion, solution))
}

/// What is to be maximized.
///
/// # Errors
///
/// [`Failure::Argument`] for options that exclude each other, and [`Failure::NoCriterion`].
pub(crate) fn criterion(
    mdp: &Mdp,
    discount: Option<&Bound<'_, PyAny>>,
    average: bool,
    total: bool,
    steps: Option<usize>,
) -> Result<Criterion> {
    let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
    let conflict = |argument: &str, other: &str| {
        Err(Failure::argument(argument, format!("cannot be used with `{other}`: leave one of them out")))
    };
    match (average, total, steps, discount) {
        (true, true, _, _) => conflict("average", "total"),
        (true, _, Some(_), _) => conflict("average", "steps"),
        (_, true, Some(_), _) => conflict("total", "steps"),
        (true, _, _, Some(_)) => conflict("discount", "average"),
        (_, true, _, Some(_)) => conflict("discount", "total"),
        (_, _, Some(steps), discount) => Ok(Criterion::FiniteHorizon { steps, discount }),
        (true, ..) => Ok(Criterion::Average),
        (_, true, ..) => Ok(Criterion::Total),
        (.., Some(discount)) => Ok(Criterion::Discounted(discount)),
        (.., None) => {
            let own = mdp.environment().discount().cloned();
            let own = own.ok_or_else(|| Failure::NoCriterion { environment: mdp.environment().name().into() })?;
            Ok(Criterion::Discounted(own))
        }
    }
}

/// A solver by its name, with settings instead of its own.
fn configured(name: &str, settings: Option<&Bound<'_, PyDict>>) -> Result<SolverConfig> {
    let solver = SolverConfig::from_name(name).ok_or_else(|| Failure::UnknownSolver {
        nearest: nearest(SOLVERS.iter().map(|solver| solver.name), name).map(Into::into),
        name: name.into(),
    })?;
    let Some(settings) = settings else { return Ok(solver) };
    let mut known = document(name);
    let given: String = settings.py().import("json")?.call_method1("dumps", (settings,))?.extract()?;
    let given: Map<String, Value> = serde_json::from_str(&given)
        .map_err(|error| Failure::argument("settings", format!("has a value that no setting has: {error}")))?;
    for (key, value) in given {
        if !known.contains_key(&key) {
            let keys: Vec<String> = known.keys().map(|key| format!("`{key}`")).collect();
            let problem = format!("has the key `{key}`, but `{name}` has {}", keys.join(", "));
            return Err(Failure::argument("settings", problem));
        }
        known.insert(key, value);
    }
    known.insert(NAME.into(), name.into());
    serde_json::from_value(Value::Object(known))
        .map_err(|error| Failure::argument("settings", format!("has a value that `{name}` cannot have: {error}")))
}

/// The settings of a solver with their defaults.
fn document(name: &str) -> Map<String, Value> {
    let document = SolverConfig::from_name(name).and_then(|solver| serde_json::to_value(solver).ok());
    let Some(Value::Object(mut settings)) = document else { return Map::new() };
    settings.remove(NAME);
    settings
}

/// The solvers: a list of dictionaries with ``name``, ``summary``, ``criteria`` and ``settings``, which has their defaults.
#[pyfunction]
pub(crate) fn solvers(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    let json = py.import("json")?;
    let entry = |solver: &dunamis_solve::SolverInfo| {
        let known = PyDict::new(py);
        known.set_item("name", solver.name)?;
        known.set_item("summary", solver.summary)?;
        known.set_item("criteria", solver.criteria)?;
        let settings = Value::Object(document(solver.name)).to_string();
        known.set_item("settings", json.call_method1("loads", (settings,))?)?;
        Ok(known)
    };
    SOLVERS.iter().map(entry).collect()
}
