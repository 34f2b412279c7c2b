//! `dunamis.optimality_probability`: how likely each action is optimal.

use crate::error::{Failure, Result};
use crate::exact::fraction;
use crate::frame;
use crate::goal_prediction::Drawing;
use crate::interrupt::watched;
use crate::model::Mdp;
use crate::picture::{self, Picture};
use crate::sampling::teller;
use crate::{number, state};
use dunamis_envs::Environment;
use dunamis_mdp::{Rational, StateId};
use dunamis_power::{
    ActionProbability, Optimality, PowerError, ProbabilitySettings, ProbabilityWarrant, exact_power,
    optimality_probability as find,
};
use num_traits::ToPrimitive;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::num::NonZeroU32;
use std::sync::Arc;

/// How likely each action of a state is optimal: what `optimality_probability` returns.
///
/// Answers are exact, or intervals; then ``probability`` and ``power`` are ``None``.
#[pyclass(frozen, module = "dunamis", name = "OptimalityProbability")]
#[derive(Debug)]
pub(crate) struct OptimalityProbability {
    environment: Arc<Environment>,
    state: StateId,
    answer: dunamis_power::OptimalityProbability,
    power: Option<Rational>,
}

impl OptimalityProbability {
    /// Names of the actions, in order, with what is known of them.
    fn chances(&self) -> Vec<(String, &ActionProbability)> {
        let model = self.environment.model();
        let of_pair = |pair| self.answer.actions.iter().find(|class| class.pairs.contains(&pair));
        let name = |pair| model.actions()[model.available().action(pair).index()].to_owned();
        model.available().pairs(self.state).filter_map(|pair| Some((name(pair), of_pair(pair)?))).collect()
    }

    fn sampled(&self) -> Option<(u64, f64)> {
        match self.answer.warrant {
            ProbabilityWarrant::Sampled { samples, confidence, .. } => Some((samples, confidence)),
            _ => None,
        }
    }
}

fn text(chance: &ActionProbability) -> String {
    match (&chance.probability, chance.interval) {
        (Some(exact), _) => exact.to_string(),
        (None, Some((low, high))) => format!("from {low:.4} to {high:.4}"),
        (None, None) => String::new(),
    }
}

#[pymethods]
impl OptimalityProbability {
    /// The name of the state.
    #[getter]
    fn state(&self) -> &str {
        &self.environment.model().states()[self.state.index()]
    }

    /// The names of its actions; a new list.
    #[getter]
    fn actions(&self) -> Vec<String> {
        self.chances().into_iter().map(|(action, _)| action).collect()
    }

    /// The probability that each action is optimal, a ``fractions.Fraction``; a new dictionary, ``None`` unless answers are exact. For
    /// average reward ties have positive probability, so that the sum may be more than 1.
    #[getter]
    fn probability<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let probabilities = PyDict::new(py);
        for (action, chance) in self.chances() {
            let Some(exact) = &chance.probability else { return Ok(None) };
            probabilities.set_item(action, fraction(py, exact)?)?;
        }
        Ok(Some(probabilities))
    }

    /// The interval of each action's probability; a new dictionary, ``None`` where answers are exact.
    #[getter]
    fn interval<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let intervals = PyDict::new(py);
        for (action, chance) in self.chances() {
            let Some(interval) = chance.interval else { return Ok(None) };
            intervals.set_item(action, interval)?;
        }
        Ok(Some(intervals))
    }

    /// The POWER of the state, a ``fractions.Fraction``, where it is known exactly.
    #[getter]
    fn power<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.power.as_ref().map(|power| fraction(py, power)).transpose()
    }

    /// ``"piecewise polynomials"`` or ``"volumes"``, which are exact, or ``"samples"``.
    #[getter]
    fn method(&self) -> &'static str {
        match self.answer.warrant {
            ProbabilityWarrant::PiecewisePolynomials => "piecewise polynomials",
            ProbabilityWarrant::Volumes => "volumes",
            ProbabilityWarrant::Sampled { .. } => "samples",
        }
    }

    /// How many rewards were drawn, if they were.
    #[getter]
    fn samples(&self) -> Option<u64> {
        self.sampled().map(|(samples, _)| samples)
    }

    /// Level of confidence of each interval, if rewards were drawn.
    #[getter]
    fn confidence(&self) -> Option<f64> {
        self.sampled().map(|(_, confidence)| confidence)
    }

    /// The probabilities as bars, or the middles of their intervals with how far they may be off.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let bar = |(action, chance): (String, &ActionProbability)| match (&chance.probability, chance.interval) {
            (None, Some((low, high))) => (action, f64::midpoint(low, high), (high - low) / 2.0),
            (exact, _) => (action, exact.as_ref().and_then(Rational::to_f64).unwrap_or(f64::NAN), 0.0),
        };
        let bars: Vec<_> = self.chances().into_iter().map(bar).collect();
        picture::bars(&bars, "optimal with probability", title.unwrap_or(self.state()))
    }

    fn __repr__(&self) -> String {
        let chances = self.chances();
        let chances: Vec<String> =
            chances.iter().map(|(action, chance)| format!("{action} {}", text(chance))).collect();
        format!("<dunamis.OptimalityProbability at `{}`: {}>", self.state(), chances.join(", "))
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let columns = PyDict::new(slf.py());
        columns.set_item("action", slf.get().actions())?;
        let texts: Vec<String> = slf.get().chances().iter().map(|(_, chance)| text(chance)).collect();
        columns.set_item("optimal with probability", texts)?;
        frame::html(&slf.repr()?.to_string(), slf.get().plot(None).ok().as_ref(), &columns)
    }
}

/// How likely each action of a state is optimal when rewards are independent and uniform on [0, 1].
///
/// The probabilities are exact where the model is like a tree or small [Turner et al. 2021, Def. 4.4], otherwise intervals from samples.
/// Actions that lead to the same states with the same probabilities share theirs.
///
/// Parameters
/// ----------
/// mdp : the model, with exact probabilities: text and fractions such as ``"1/3"``.
/// state : the state.
/// discount : γ; 0 is the limit where the next reward decides.
/// criterion : ``"discounted"``, the default, which needs a ``discount``, ``"average"``, or ``"blackwell"`` for all discounts close to 1.
/// method : ``"exact"`` or an error, ``"sampled"``, or ``"auto"``, whichever is possible.
/// samples : number of samples, where there is no exact answer.
/// seed : the seed of the samples; the numbers are the command line's.
/// confidence : level of confidence of the intervals.
/// progress : called with ``(done, total)`` some twenty times per second at most; if it returns ``False``, nothing comes of it but a
///     `PowerError`.
///
/// Raises
/// ------
/// ArgumentError, ModelError, PowerError
///
/// >>> optimality_probability(load("candy"), "start", "1/2").probability
/// {'candy': Fraction(5, 12), 'wait': Fraction(7, 12)}
#[pyfunction]
#[pyo3(signature = (mdp, state, discount=None, *, criterion=None, method="auto", samples=10_000, seed=0, confidence=0.99, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn optimality_probability(
    mdp: &Bound<'_, Mdp>,
    state: &Bound<'_, PyAny>,
    discount: Option<&Bound<'_, PyAny>>,
    criterion: Option<&str>,
    method: &str,
    samples: u64,
    seed: u64,
    confidence: f64,
    progress: Option<&Bound<'_, PyAny>>,
) -> Result<OptimalityProbability> {
    let environment = Arc::clone(mdp.get().environment());
    let model = environment.model();
    let state = state::state("state", model, state)?;
    let discount = discount.map(|discount| number::discount("discount", discount)).transpose()?;
    let optimality = match (criterion, discount) {
        (Some("average" | "blackwell"), Some(_)) => {
            return Err(Failure::argument("discount", "belongs to `criterion=\"discounted\"`: leave one of them out"));
        }
        (Some("average"), None) => Optimality::Average,
        (Some("blackwell"), None) => Optimality::Blackwell,
        (Some("discounted") | None, Some(discount)) => Optimality::Discounted(discount),
        (Some("discounted") | None, None) => {
            return Err(Failure::argument("discount", "is needed: one, or `criterion=\"average\"`"));
        }
        (Some(other), _) => {
            let problem = format!("is `{other}`: choose `discounted`, `average` or `blackwell`");
            return Err(Failure::argument("criterion", problem));
        }
    };
    let Drawing { method, samples, seed, confidence } = Drawing::new(method, samples, seed, confidence)?;
    let settings = ProbabilitySettings { method, samples, seed, confidence, ..ProbabilitySettings::default() };
    let (answer, power) = watched(mdp.py(), teller(progress), |watch| -> Result<_, PowerError> {
        let answer = find(model, state, &optimality, &settings, watch)?;
        let sampled = matches!(answer.warrant, ProbabilityWarrant::Sampled { .. });
        let power = if sampled { None } else { exact_power(model, state, &optimality, NonZeroU32::MIN).ok() };
        Ok((answer, power))
    })??;
    Ok(OptimalityProbability { environment, state, answer, power })
}
