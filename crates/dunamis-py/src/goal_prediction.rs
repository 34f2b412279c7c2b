//! `dunamis.GoalPrediction`: what compatible goals do in the new state.

use crate::error::{Failure, Result};
use crate::exact::fraction;
use crate::frame;
use crate::goals::Explained;
use crate::interrupt::watched;
use crate::picture::{self, Picture};
use crate::sampling::teller;
use dunamis_goals::{Chance, Prediction, PredictionSettings, predict};
use dunamis_mdp::Rational;
use dunamis_power::{ProbabilityMethod, ProbabilityWarrant};
use dunamis_sampling::Seed;
use num_traits::ToPrimitive;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// How likely each action of the new state is optimal for a compatible goal: what `GoalSet.predict` returns.
///
/// Answers are exact, or intervals; then ``probability`` and ``avoidance`` are ``None``.
#[pyclass(frozen, module = "dunamis", name = "GoalPrediction")]
#[derive(Debug)]
pub(crate) struct GoalPrediction {
    explained: Arc<Explained>,
    prediction: Prediction,
}

/// Exact answers or samples, as for `dunamis.optimality_probability`.
pub(crate) struct Drawing {
    pub(crate) method: ProbabilityMethod,
    pub(crate) samples: u64,
    pub(crate) seed: Seed,
    pub(crate) confidence: f64,
}

impl Drawing {
    /// # Errors
    ///
    /// [`Failure::Argument`].
    pub(crate) fn new(method: &str, samples: u64, seed: u64, confidence: f64) -> Result<Self> {
        let method = match method {
            "auto" => ProbabilityMethod::Auto,
            "exact" => ProbabilityMethod::Exact,
            "sampled" => ProbabilityMethod::Sampled,
            other => {
                let problem = format!("is `{other}`: choose `auto`, `exact` or `sampled`");
                return Err(Failure::argument("method", problem));
            }
        };
        if samples == 0 {
            return Err(Failure::argument("samples", "is 0, but must be at least 1"));
        }
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Failure::argument("confidence", format!("is {confidence}, but must be above 0 and below 1")));
        }
        Ok(Drawing { method, samples, seed: Seed::new(seed), confidence })
    }
}

impl GoalPrediction {
    pub(crate) fn new(
        py: Python<'_>,
        explained: &Arc<Explained>,
        method: &str,
        samples: u64,
        seed: u64,
        confidence: f64,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> Result<Self> {
        let Drawing { method, samples, seed, confidence } = Drawing::new(method, samples, seed, confidence)?;
        let settings = PredictionSettings { method, samples, seed, confidence, ..PredictionSettings::default() };
        let state = explained.situation.new_state();
        let prediction = watched(py, teller(progress), |watch| predict(&explained.goals, state, &settings, watch))??;
        Ok(GoalPrediction { explained: Arc::clone(explained), prediction })
    }

    /// Names of the actions with their chances.
    fn chances(&self) -> Vec<(String, Chance)> {
        let pairs = self.explained.model().available().pairs(self.explained.situation.new_state());
        pairs.filter_map(|pair| Some((self.explained.action(pair), self.prediction.of_pair(pair)?))).collect()
    }

    fn avoided(&self) -> Option<Chance> {
        let setting = self.explained.situation.shutdown_setting().ok()?;
        self.prediction.avoidance(&setting)
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (mut actions, mut texts) = (Vec::new(), Vec::new());
        for (action, chance) in self.chances() {
            actions.push(action);
            texts.push(text(&chance));
        }
        let columns = PyDict::new(py);
        columns.set_item("action", actions)?;
        columns.set_item("optimal with probability", texts)?;
        Ok(columns)
    }
}

fn exactly(chance: &Chance) -> Option<&Rational> {
    match chance {
        Chance::Exact(exact) => Some(exact),
        Chance::Between(..) => None,
    }
}

fn between(chance: &Chance) -> Option<(f64, f64)> {
    match chance {
        Chance::Exact(_) => None,
        Chance::Between(low, high) => Some((*low, *high)),
    }
}

fn text(chance: &Chance) -> String {
    match chance {
        Chance::Exact(exact) => exact.to_string(),
        Chance::Between(low, high) => format!("from {low:.4} to {high:.4}"),
    }
}

#[pymethods]
impl GoalPrediction {
    /// The name of the new state.
    #[getter]
    fn state(&self) -> String {
        self.explained.state(self.explained.situation.new_state())
    }

    /// The names of its actions; a new list.
    #[getter]
    fn actions(&self) -> Vec<String> {
        self.chances().into_iter().map(|(action, _)| action).collect()
    }

    /// The probability that each action is optimal, a ``fractions.Fraction``; a new dictionary, ``None`` unless answers are exact.
    #[getter]
    fn probability<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let probabilities = PyDict::new(py);
        for (action, chance) in self.chances() {
            let Some(exact) = exactly(&chance) else { return Ok(None) };
            probabilities.set_item(action, fraction(py, exact)?)?;
        }
        Ok(Some(probabilities))
    }

    /// The interval of each action's probability; a new dictionary, ``None`` where answers are exact.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let intervals = PyDict::new(py);
        for (action, chance) in self.chances() {
            let Some(interval) = between(&chance) else { return Ok(None) };
            intervals.set_item(action, interval)?;
        }
        Ok(Some(intervals))
    }

    /// The probability that shutdown is not optimal, a ``fractions.Fraction``; ``None`` unless answers are exact, or without a shutdown.
    #[getter]
    fn avoidance<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.avoided().as_ref().and_then(exactly).map(|exact| fraction(py, exact)).transpose()
    }

    /// The interval of that probability; ``None`` where answers are exact, or without a shutdown.
    #[getter]
    fn avoidance_interval(&self) -> Option<(f64, f64)> {
        self.avoided().as_ref().and_then(between)
    }

    /// How many goals were drawn, if they were.
    #[getter]
    fn samples(&self) -> Option<u64> {
        match &self.prediction.warrant {
            ProbabilityWarrant::Sampled { samples, .. } => Some(*samples),
            _ => None,
        }
    }

    /// Level of confidence of each interval, if goals were drawn.
    #[getter]
    fn confidence(&self) -> Option<f64> {
        match &self.prediction.warrant {
            ProbabilityWarrant::Sampled { confidence, .. } => Some(*confidence),
            _ => None,
        }
    }

    /// How goals were drawn, as for `GoalSample`; empty for exact answers.
    #[getter]
    fn blocks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let blocks = serde_json::to_string(&self.prediction.blocks).unwrap_or_default();
        py.import("json")?.call_method1("loads", (blocks,))
    }

    /// The probabilities as bars, or the middles of their intervals with how far they may be off.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let bar = |(action, chance)| match chance {
            Chance::Exact(exact) => (action, exact.to_f64().unwrap_or(f64::NAN), 0.0),
            Chance::Between(low, high) => (action, f64::midpoint(low, high), (high - low) / 2.0),
        };
        let bars: Vec<_> = self.chances().into_iter().map(bar).collect();
        picture::bars(&bars, "optimal with probability", title.unwrap_or(&self.state()))
    }

    fn __repr__(&self) -> String {
        let chances: Vec<String> =
            self.chances().iter().map(|(action, chance)| format!("{action} {}", text(chance))).collect();
        format!("<dunamis.GoalPrediction at `{}`: {}>", self.state(), chances.join(", "))
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let columns = slf.get().columns(slf.py())?;
        let avoided =
            slf.get().avoided().map_or_else(String::new, |chance| format!(", shutdown avoided {}", text(&chance)));
        let drawn = slf.get().plot(None).ok();
        frame::html(&format!("GoalPrediction at {}{avoided}", slf.get().state()), drawn.as_ref(), &columns)
    }
}
