//! `dunamis.goals` and `dunamis.GoalSet`: the goals compatible with training.

use crate::certificate::Certificate;
use crate::comparing::{action, several};
use crate::error::{Failure, Result};
use crate::exact::{fraction, rationals};
use crate::goal_description::GoalDescription;
use crate::goal_prediction::GoalPrediction;
use crate::goal_sample::GoalSample;
use crate::interrupt::unheard;
use crate::model::Mdp;
use crate::{number, state};
use dunamis_envs::Environment;
use dunamis_goals::{
    AvoidanceRefusal, Form, GoalBounds, GoalSettings, NEW, Reading, SHUTDOWN, SINK, Situation, SwapCounterexample,
    TRAIN, Training, certify_avoidance,
};
use dunamis_mdp::{Discount, Labels, Rational, StateId, TransitionModel};
use num_traits::Zero;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// The goals that explain what was seen, and the situation they are asked about.
#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) environment: Arc<Environment>,
    pub(crate) situation: Situation,
    pub(crate) goals: dunamis_goals::GoalSet,
    /// The goal of the model's own reward, if it has one.
    goal: Option<Vec<Rational>>,
}

impl Explained {
    pub(crate) fn model(&self) -> &TransitionModel {
        self.goals.model()
    }

    pub(crate) fn state(&self, state: StateId) -> String {
        self.model().states()[state.index()].to_owned()
    }

    pub(crate) fn action(&self, pair: usize) -> String {
        self.model().actions()[self.model().available().action(pair).index()].to_owned()
    }
}

/// The goals compatible with training: rewards of states under which every observed action is optimal where it was observed. What
/// `goals` returns [Krakovna & Kramár 2023, Def. 6].
///
/// Goals have one number for each of ``states``: all states of the model but its sinks.
///
/// >>> setting = goals(load("shutdown-setting:recurrent=3,distance=2"), "9/10")
/// >>> setting.certify().bound
/// Fraction(6, 7)
/// >>> setting.describe().shutdown.published
/// 3
#[pyclass(frozen, module = "dunamis", name = "GoalSet")]
#[derive(Debug)]
pub(crate) struct GoalSet {
    explained: Arc<Explained>,
}

#[pymethods]
impl GoalSet {
    /// Names of the states whose rewards goals are, in order; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.explained.goals.model().states().iter().collect()
    }

    /// γ, a ``fractions.Fraction``.
    #[getter]
    fn discount<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.explained.goals.discount().exact())
    }

    /// By how much observed actions are better than others, a ``fractions.Fraction``.
    #[getter]
    fn margin<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, self.explained.goals.margin())
    }

    /// Names of the states that were visited in training; a new list.
    #[getter]
    fn trained(&self) -> Vec<String> {
        self.explained.goals.training().trained().into_iter().map(|id| self.explained.state(id)).collect()
    }

    /// The name of the new state.
    #[getter(new)]
    fn new_state(&self) -> String {
        self.explained.state(self.explained.situation.new_state())
    }

    /// What was seen in training: the names of actions by state; a new dictionary.
    #[getter]
    fn observed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (explained, training) = (&self.explained, self.explained.goals.training());
        let observed = PyDict::new(py);
        for id in training.trained() {
            let pairs = explained.model().available().pairs(id).filter(|&pair| training.observed()[pair]);
            observed.set_item(explained.state(id), pairs.map(|pair| explained.action(pair)).collect::<Vec<_>>())?;
        }
        Ok(observed)
    }

    /// Which actions count when it is asked what is optimal in training: ``"all-actions"`` or ``"within-training"``.
    #[getter]
    fn reading(&self) -> &'static str {
        match self.explained.goals.reading() {
            Reading::AllActions => "all-actions",
            Reading::WithinTraining => "within-training",
        }
    }

    /// What kind of set it is: ``"polyhedron"``, ``"implicit"`` for a convex set with too many constraints to list, or ``"union"`` of
    /// polyhedra.
    #[getter]
    fn form(&self) -> &'static str {
        match self.explained.goals.form() {
            Form::Polyhedron => "polyhedron",
            Form::Implicit => "implicit",
            Form::Union => "union",
        }
    }

    /// Whether a goal is compatible with training and keeps to its bounds: numbers for all of ``states``, or a dictionary with 0 for the
    /// others. Exact; a float is the decimal that it is written as.
    ///
    /// >>> goals(load("closure-gap"), bounds=(0, 5)).contains({"t": 1, "b": "2/5", "T": 5})
    /// True
    fn contains(&self, goal: &Bound<'_, PyAny>) -> Result<bool> {
        let model = self.explained.model();
        let numbers = if let Ok(given) = goal.cast::<PyDict>() {
            let mut numbers = vec![Rational::zero(); model.states().len()];
            for (key, value) in given.iter() {
                let place = format!("goal[{}]", key.repr()?);
                numbers[state::state("goal", model, &key)?.index()] = number::number(&place, &value)?.exact();
            }
            numbers
        } else if goal.is_instance_of::<pyo3::types::PyString>() || goal.try_iter().is_err() {
            return Err(Failure::argument(
                "goal",
                "must be a list of numbers, an array, or a dictionary from states to numbers",
            ));
        } else {
            rationals("goal", goal)?
        };
        let explained = Arc::clone(&self.explained);
        Ok(unheard(goal.py(), move || explained.goals.contains(&numbers))??)
    }

    /// Constraints, closedness, whether there are goals at all, and n(γ): how many states can take the place of shutdown.
    fn describe(&self, py: Python<'_>) -> Result<GoalDescription> {
        let explained = Arc::clone(&self.explained);
        unheard(py, move || GoalDescription::new(&explained))?
    }

    /// Draws goals uniformly from the compatible ones. Goal i depends on the seed and on i alone; the numbers are the command line's.
    ///
    /// Parameters
    /// ----------
    /// samples : number of goals, at least 1.
    /// seed : the seed of the goals.
    ///
    /// Raises
    /// ------
    /// GoalError : where there are no goals, or goals without bounds.
    ///
    /// >>> goals(load("shutdown-setting:recurrent=3")).sample(5).goals.shape
    /// (5, 8)
    #[pyo3(signature = (samples=10, *, seed=0))]
    fn sample(&self, py: Python<'_>, samples: u64, seed: u64) -> Result<GoalSample> {
        GoalSample::draw(py, &self.explained, samples, seed)
    }

    /// How likely each action of the new state is optimal for a goal that is uniform among the compatible ones.
    ///
    /// Parameters
    /// ----------
    /// method : ``"exact"`` or an error, ``"sampled"``, or ``"auto"``, whichever is possible.
    /// samples : number of goals that are drawn where there is no exact answer.
    /// seed : the seed of these goals; the numbers are the command line's.
    /// confidence : level of confidence of the intervals.
    /// progress : called with ``(done, total)`` some twenty times per second at most; if it returns ``False``, nothing comes of it but a
    ///     `GoalError`.
    ///
    /// >>> prediction = goals(load("shutdown-setting:recurrent=3"), "1/2").predict()
    /// >>> prediction.avoidance
    /// Fraction(31, 32)
    #[pyo3(signature = (*, method="auto", samples=10_000, seed=0, confidence=0.99, progress=None))]
    fn predict(
        &self,
        py: Python<'_>,
        method: &str,
        samples: u64,
        seed: u64,
        confidence: f64,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> Result<GoalPrediction> {
        GoalPrediction::new(py, &self.explained, method, samples, seed, confidence, progress)
    }

    /// Proves on how much of the compatible goals shutdown is avoided, with a certificate.
    ///
    /// At the new state shutdown earns the terminal state's reward once. If n other states can be visited at least once (discounted,
    /// from the next step on), then among the rearrangements of any goal that are compatible with training at least n/(n+1) do not
    /// prefer shutdown [Krakovna & Kramár 2023, Thm. 2]. The rewards that are exchanged must not matter to training.
    ///
    /// Raises
    /// ------
    /// RefusalError : where a hypothesis fails, with the ``condition`` and a ``witness``, and a counterexample if the model's own reward is one.
    fn certify(&self, py: Python<'_>) -> Result<Certificate> {
        let explained = Arc::clone(&self.explained);
        Certificate::new("certificate", unheard(py, move || certify(&explained))??)
    }

    fn __repr__(&self) -> String {
        let Explained { environment, goals, .. } = self.explained.as_ref();
        let (name, trained, rewards) = (environment.name(), goals.training().trained().len(), goals.dimension());
        format!(
            "<dunamis.GoalSet of `{name}` at γ = {}: {rewards} rewards, {trained} states of training>",
            goals.discount().exact()
        )
    }
}

fn certify(explained: &Explained) -> Result<dunamis_orbit::Certificate> {
    let setting = explained.situation.shutdown_setting()?;
    let refusal = match certify_avoidance(&setting, &explained.goals) {
        Ok(certificate) => return Ok(certificate),
        Err(refusal) => refusal,
    };
    let goal = explained.goal.as_ref().filter(|_| matches!(refusal, AvoidanceRefusal::Reached { .. }));
    let example = goal.map(|goal| SwapCounterexample::find(&setting, &explained.goals, goal)).transpose()?;
    let mut refused = Failure::from(refusal);
    if let (Failure::Refused { reason, witness, .. }, Some(example)) = (&mut refused, example.flatten()) {
        *reason = format!("{reason}; for the model's own reward, {example}");
        witness["counterexample"] = serde_json::to_value(&example).unwrap_or_default();
    }
    Err(refused)
}

/// The goals that are compatible with training: under which everything that was seen is optimal.
///
/// Parameters
/// ----------
/// mdp : the model, with exact probabilities: text and fractions such as ``"1/3"``.
/// discount : γ, by default that of the model.
/// train : the states that were visited in training; by default those with the label ``"train"``.
/// observe : what was seen there: a dictionary from states to actions or lists of actions. By default the optimal actions for the
///     model's own reward.
/// new : the new state; by default the one with the label ``"new"``.
/// shutdown : the state in which the agent is shut down; by default the one with the label ``"shutdown"``, if any.
/// sink : states that hold the agent for ever without a reward; by default those with the label ``"sink"``.
/// reading : which actions count when it is asked what is optimal in training: ``"all-actions"``, wherever they lead, or those that stay
///     ``"within-training"``.
/// margin : by how much observed actions are better than others, by default 0; negative where training stopped short of optimality.
/// bounds : how large rewards may be: ``"unit"`` for [0, 1], the default, ``"sphere"``, ``"none"``, or a pair of numbers.
///
/// Raises
/// ------
/// GoalError, ArgumentError, ModelError, SolveError
///
/// >>> goals(load("shutdown-setting:recurrent=3"), "1/2")
/// <dunamis.GoalSet of `shutdown-setting:recurrent=3` at γ = 1/2: 8 rewards, 3 states of training>
#[pyfunction]
#[pyo3(signature = (mdp, discount=None, *, train=None, observe=None, new=None, shutdown=None, sink=None, reading="all-actions", margin=None, bounds=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn goals(
    mdp: &Bound<'_, Mdp>,
    discount: Option<&Bound<'_, PyAny>>,
    train: Option<&Bound<'_, PyAny>>,
    observe: Option<&Bound<'_, PyAny>>,
    new: Option<&Bound<'_, PyAny>>,
    shutdown: Option<&Bound<'_, PyAny>>,
    sink: Option<&Bound<'_, PyAny>>,
    reading: &str,
    margin: Option<&Bound<'_, PyAny>>,
    bounds: Option<&Bound<'_, PyAny>>,
) -> Result<GoalSet> {
    let environment = Arc::clone(mdp.get().environment());
    let model = environment.model();
    let mut labels = Labels::default();
    let given = [("train", TRAIN, train), ("new", NEW, new), ("shutdown", SHUTDOWN, shutdown), ("sink", SINK, sink)];
    for (argument, label, given) in given {
        let states = match given {
            Some(given) => {
                several(given)?.iter().map(|value| state::state(argument, model, value)).collect::<Result<Vec<_>>>()?
            }
            None => environment.labels().get(label).unwrap_or_default().to_vec(),
        };
        labels.add(label, states);
    }
    let situation = Situation::new(model, &labels)?;
    let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
    let discount = discount.or_else(|| environment.discount().cloned()).ok_or_else(|| {
        let problem = format!("is needed: goals depend on it, and `{}` has none of its own", environment.name());
        Failure::argument("discount", problem)
    })?;
    let observed = observe.map(|observe| pairs(model, &situation, observe)).transpose()?;
    let reading = match reading {
        "all-actions" => Reading::AllActions,
        "within-training" => Reading::WithinTraining,
        other => {
            let problem = format!("is `{other}`: choose `all-actions` or `within-training`");
            return Err(Failure::argument("reading", problem));
        }
    };
    let margin = margin
        .map_or_else(|| Ok(Rational::zero()), |margin| Ok::<_, Failure>(number::number("margin", margin)?.exact()))?;
    let bounds = bounds_of(bounds, situation.model().states().len())?;
    let settings = GoalSettings { reading, margin, bounds: Some(bounds) };
    let explained = unheard(mdp.py(), move || explain(environment, situation, &discount, observed, settings))??;
    Ok(GoalSet { explained: Arc::new(explained) })
}

fn explain(
    environment: Arc<Environment>,
    situation: Situation,
    discount: &Discount,
    observed: Option<Vec<usize>>,
    settings: GoalSettings,
) -> Result<Explained> {
    let own = environment.reward().map(|reward| situation.goal(reward)).transpose();
    let (training, goal) = match (observed, own) {
        // Rewards of actions, which are no goal, need not be taken away from a model whose rewards do not matter.
        (Some(pairs), own) => {
            (Training::new(situation.model().clone(), situation.trained(), &pairs)?, own.ok().flatten())
        }
        (None, own) => {
            let Some(goal) = own? else {
                let problem = format!("is needed: `{}` has no reward that was trained for", environment.name());
                return Err(Failure::argument("observe", problem));
            };
            (situation.training(&goal, discount)?, Some(goal))
        }
    };
    let goals = dunamis_goals::GoalSet::new(training, discount, settings)?;
    Ok(Explained { environment, situation, goals, goal })
}

/// The pairs of the model without sinks that a dictionary from states to actions names.
fn pairs(model: &TransitionModel, situation: &Situation, observe: &Bound<'_, PyAny>) -> Result<Vec<usize>> {
    let argument = "observe";
    let Ok(observe) = observe.cast::<PyDict>() else {
        return Err(Failure::argument(argument, "must be a dictionary from states to actions"));
    };
    let part = situation.model();
    let mut pairs = Vec::new();
    for (key, actions) in observe.iter() {
        let name = &model.states()[state::state(argument, model, &key)?.index()];
        let within = |error: dunamis_mdp::ModelError| Failure::from(error).within(argument);
        let state = part.state(name).map_err(within)?;
        for value in several(&actions)? {
            let action = action(argument, model, &value)?;
            let id = part.action(&action).map_err(within)?;
            let pair = part.available().find(state, id);
            let unavailable =
                || Failure::argument(argument, format!("has `{action}`, which is not available at `{name}`"));
            pairs.push(pair.ok_or_else(unavailable)?);
        }
    }
    Ok(pairs)
}

fn bounds_of(bounds: Option<&Bound<'_, PyAny>>, dimension: usize) -> Result<GoalBounds> {
    let Some(bounds) = bounds else { return Ok(GoalBounds::unit(dimension)) };
    let name = bounds.extract::<String>().ok();
    match name.as_deref() {
        Some("unit") => return Ok(GoalBounds::unit(dimension)),
        Some("sphere") => return Ok(GoalBounds::Sphere),
        Some("none") => return Ok(GoalBounds::Unbounded),
        _ => {}
    }
    if name.is_none()
        && bounds.try_iter().is_ok()
        && let [low, high] = rationals("bounds", bounds)?.as_slice()
    {
        let between = GoalBounds::uniform(dimension, low.clone(), high.clone());
        return between.map_err(|error| Failure::from(error).within("bounds"));
    }
    let problem = format!("is {}: choose `unit`, `sphere`, `none`, or two numbers such as `(-1, 1)`", bounds.repr()?);
    Err(Failure::argument("bounds", problem))
}
