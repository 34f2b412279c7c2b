//! `dunamis.tendency` and `dunamis.Tendency`: one orbit, counted.

use crate::comparing::{Arguments, Compared};
use crate::decision::{Called, Given};
use crate::error::{Failure, Result};
use crate::exact::{fraction, integer, rationals};
use crate::frame;
use crate::interrupt::{unheard, watched};
use crate::model::Mdp;
use crate::number::number;
use crate::picture::{self, Picture};
use dunamis_mdp::{Rational, nearest};
use dunamis_orbit::{
    Choice, DecisionFunction, ExactMethod, Horizon, MeasureSettings, MeasuredTendency, OptionSet, Orbit,
};
use dunamis_sampling::Seed;
use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// On how much of the orbit of a reward one set of options is preferred to another: what `tendency` returns.
#[pyclass(frozen, module = "dunamis", name = "Tendency")]
#[derive(Debug)]
pub(crate) struct Tendency {
    decision: String,
    greater: BigInt,
    less: BigInt,
    equal: BigInt,
    orbit: BigInt,
    /// Unless permutations were sampled.
    weak: Option<Rational>,
    interval: Option<(f64, f64)>,
    method: &'static str,
}

#[pymethods]
impl Tendency {
    /// The decision function: its name with parameters.
    #[getter]
    fn decision(&self) -> &str {
        &self.decision
    }

    /// On how many elements of the orbit B is preferred, an ``int``; of the permutations that were drawn, if they were.
    #[getter]
    fn greater<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.greater)
    }

    /// On how many A is preferred.
    #[getter]
    fn less<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.less)
    }

    /// On how many neither is preferred.
    #[getter]
    fn equal<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.equal)
    }

    /// How many elements the orbit has, an ``int``.
    #[getter]
    fn orbit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        integer(py, &self.orbit)
    }

    /// The fraction of the orbit on which B is at least as good, a ``fractions.Fraction``; ``None`` if permutations were drawn.
    #[getter]
    fn weak<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.weak.as_ref().map(|weak| fraction(py, weak)).transpose()
    }

    /// The interval of Clopper and Pearson for that fraction, with 99 % confidence, if permutations were drawn.
    #[getter]
    fn interval(&self) -> Option<(f64, f64)> {
        self.interval
    }

    /// ``"closed form"``, ``"contingency tables"``, ``"enumeration"``, or ``"samples"``, which alone is not exact.
    #[getter]
    fn method(&self) -> &'static str {
        self.method
    }

    /// Fractions of the orbit, or of the permutations that were drawn, on which B, A and neither is preferred, as bars.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let total = &self.greater + &self.less + &self.equal;
        let part = |count: &BigInt| Rational::new(count.clone(), total.clone()).to_f64().unwrap_or(f64::NAN);
        let parts = [("B", &self.greater), ("A", &self.less), ("neither", &self.equal)];
        let parts = parts.map(|(name, count)| (name.to_owned(), part(count), 0.0));
        picture::bars(&parts, "fraction of the orbit", title.unwrap_or(&format!("preferred by {}", self.decision)))
    }

    fn __repr__(&self) -> String {
        let Tendency { decision, greater, less, equal, method, .. } = self;
        let weak = match (&self.weak, self.interval) {
            (Some(weak), _) => format!("weak {weak}"),
            (None, Some((low, high))) => format!("weak from {low:.6} to {high:.6}"),
            (None, None) => String::new(),
        };
        format!("<dunamis.Tendency of {decision}: {greater} greater, {less} less, {equal} equal, {weak}, by {method}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let Tendency { greater, less, equal, .. } = slf.get();
        let columns = PyDict::new(slf.py());
        columns.set_item("preferred", ["B", "A", "neither"])?;
        columns.set_item("elements", [greater, less, equal].map(ToString::to_string))?;
        frame::html(&slf.repr()?.to_string(), None, &columns)
    }
}

/// Counts on how much of the orbit of a reward one action or set of options is preferred.
///
/// The orbit of a reward consists of its permutations, each counted once [Turner & Tadepalli 2022, Def. 3.1]. Counts are exact,
/// by a formula, by contingency tables or by enumeration; where none of these is possible, permutations are sampled and the
/// interval is that of Clopper and Pearson. Ties are decided in exact arithmetic.
///
/// Parameters
/// ----------
/// mdp, state, prefer, over, criterion, discount, sets, permute : what is compared, as for `certify`; discounted needs a ``discount``.
/// reward : the rewards of the permuted states in their order, or of all states, or a dictionary with 0 for the others; a float is
///     the decimal that it is written as.
/// decision : how options are chosen: ``"optimal"``, ``"fraction-optimal"``, ``"anti-optimal"``, ``"epsilon-optimal:epsilon=E"``,
///     ``"fraction-epsilon-optimal:epsilon=E"``, ``"boltzmann:temperature=T"``, ``"best-of-k:k=K"``, ``"satisficing:threshold=T"``,
///     ``"quantilizing:fraction=Q"``, ``"epsilon-greedy:epsilon=E,steps=N"``, ``"uniform"``; or a function.
/// samples : permutations to draw where the orbit cannot be counted.
/// seed : the seed of these permutations; the same numbers as the command line's.
///
/// A function is called with the expected utilities of all options, the nearest doubles, (C,), so that options of equal utility
/// get equal doubles. It returns a probability for each option, and a set of options has the sum of its own: exactly, a float
/// being the decimal that it is written as. Or it returns which options are chosen, as ``bool`` for each or as a set of their
/// numbers, and a set of options has 1 if it contains one of them. What it raises carries over.
///
/// Raises
/// ------
/// ArgumentError, ModelError, OrbitError, SolveError
///
/// >>> tendency(load("candy"), state="start", prefer="wait", over="candy", reward=[0, 0, 1, 1]).weak
/// Fraction(5, 6)
/// >>> softmax = lambda utilities: [2.0 ** u for u in utilities]
/// >>> choice = {"state": "start", "prefer": "wait", "over": "candy"}
/// >>> tendency(load("candy"), **choice, reward={"choc": 1}, decision=softmax).greater
/// 3
#[pyfunction]
#[pyo3(signature = (mdp=None, *, reward, state=None, prefer=None, over=None, criterion=None, discount=None, sets=None, permute=None, decision=None, samples=1_000_000, seed=0))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn tendency(
    py: Python<'_>,
    mdp: Option<&Bound<'_, Mdp>>,
    reward: &Bound<'_, PyAny>,
    state: Option<&Bound<'_, PyAny>>,
    prefer: Option<&Bound<'_, PyAny>>,
    over: Option<&Bound<'_, PyAny>>,
    criterion: Option<&str>,
    discount: Option<&Bound<'_, PyAny>>,
    sets: Option<&Bound<'_, PyAny>>,
    permute: Option<&Bound<'_, PyAny>>,
    decision: Option<&Bound<'_, PyAny>>,
    samples: u64,
    seed: u64,
) -> Result<Tendency> {
    let compared = Arguments { mdp, state, prefer, over, criterion, discount, sets, permute }.read()?;
    let decision =
        decision.map_or(Ok(Given::Named(dunamis_orbit::Decision::Optimal(dunamis_orbit::Optimal))), Given::new)?;
    let Asked { names, permuted, choice } = unheard(py, move || Asked::new(&compared))??;
    let reward = rewards(reward, &names, &permuted)?;
    let settings = MeasureSettings { samples, seed: Seed::new(seed), ..MeasureSettings::default() };
    let orbit = Orbit::new(permuted.iter().map(|&k| reward[k].clone()).collect::<Vec<_>>());
    let measure = move |decision: &dyn DecisionFunction| {
        dunamis_orbit::Tendency::measure_permuting(&choice, decision, &reward, &permuted, &settings)
    };
    match decision {
        Given::Named(decision) => {
            let (decision, measured) = unheard(py, move || (decision.name(), measure(&decision)))?;
            Ok(Tendency::new(decision, &measured?, &orbit))
        }
        Given::Function(function) => {
            let name = function.bind(py).getattr("__name__").and_then(|name| name.extract());
            let name = name.unwrap_or_else(|_| "function".to_owned());
            let measured = watched(
                py,
                |_, _| Ok(true),
                |watch| {
                    let called = Called::new(&function, name.clone(), watch);
                    // A thread of its own: functions of Python come one after the other anyway, and may call this package.
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
                    let pool = pool.map_err(|error| Failure::Panic { message: error.to_string() })?;
                    let measured = pool.install(|| measure(&called));
                    called.raised().map_or_else(|| Ok(measured?), Err)
                },
            )??;
            Ok(Tendency::new(name, &measured, &orbit))
        }
    }
}

/// What is asked, but for the reward.
struct Asked {
    names: Vec<String>,
    permuted: Vec<usize>,
    choice: Choice,
}

impl Asked {
    fn new(compared: &Compared) -> Result<Self> {
        match compared {
            Compared::Sets(sets, permuted) => {
                let Some((a, b, c)) = sets.listed() else {
                    let problem = "counts options without listing them: only `certify` takes that";
                    return Err(Failure::argument("sets", problem));
                };
                let all = c.map_or_else(|| a.union(b), |c| c.union(a).and_then(|c| c.union(b)))?;
                let names = sets.names();
                let permuted = permuted.clone().unwrap_or_else(|| (0..names.len()).collect());
                Ok(Asked { names, permuted, choice: Choice::new(b, a, &all)? })
            }
            Compared::Actions(actions) => {
                let choice = actions.choice()?;
                let [a, b, c]: [OptionSet; 3] = match &actions.horizon {
                    Horizon::Average => choice.recurrent()?,
                    Horizon::Discount(text) => choice.discounted(&text.parse()?)?,
                    Horizon::EveryDiscount => {
                        return Err(Failure::argument("discount", "is needed: one, or `criterion=\"average\"`"));
                    }
                };
                let names = actions.model.states().iter().map(str::to_owned).collect();
                Ok(Asked { names, permuted: choice.permuted().to_vec(), choice: Choice::new(&b, &a, &c)? })
            }
        }
    }
}

/// The rewards of all states.
fn rewards(given: &Bound<'_, PyAny>, names: &[String], permuted: &[usize]) -> Result<Vec<Rational>> {
    let argument = "reward";
    let mut reward = vec![Rational::zero(); names.len()];
    if let Ok(given) = given.cast::<PyDict>() {
        for (key, value) in given.iter() {
            let cell = key.extract::<(usize, usize)>().map(|(row, column)| format!("({row}, {column})"));
            let name = key.extract::<String>().or(cell).unwrap_or_default();
            let number_of = key.extract::<usize>().ok().filter(|&place| place < names.len());
            let place = number_of.or_else(|| names.iter().position(|other| *other == name)).ok_or_else(|| {
                let near = nearest(names.iter().map(String::as_str), &name);
                let question = near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
                let shown = key.repr().map_or_else(|_| name.clone(), |text| text.to_string());
                Failure::argument(argument, format!("has {shown}, but there is no such state{question}"))
            })?;
            reward[place] = number(&format!("{argument}[{}]", key.repr()?), &value)?.exact();
        }
        return Ok(reward);
    }
    if given.is_instance_of::<pyo3::types::PyString>() || given.try_iter().is_err() {
        return Err(Failure::argument(
            argument,
            "must be a list of numbers, an array, or a dictionary from states to numbers",
        ));
    }
    let values = rationals(argument, given)?;
    if values.len() == permuted.len() {
        permuted.iter().zip(values).for_each(|(&place, value)| reward[place] = value);
        return Ok(reward);
    }
    if values.len() == names.len() {
        return Ok(values);
    }
    let states: Vec<String> = permuted.iter().take(20).map(|&k| format!("`{}`", names[k])).collect();
    let more = if permuted.len() > states.len() { ", …" } else { "" };
    let problem = format!(
        "has {} values, and there are {} permuted states, {}{more}, of {}",
        values.len(),
        permuted.len(),
        states.join(", "),
        names.len()
    );
    Err(Failure::argument(argument, problem))
}

impl Tendency {
    fn new(decision: String, measured: &MeasuredTendency, orbit: &Orbit) -> Self {
        let orbit = BigInt::from(orbit.size());
        match measured {
            MeasuredTendency::Exact { tendency, method } => {
                let count = |fraction: &Rational| (fraction * &orbit).to_integer();
                Tendency {
                    decision,
                    greater: count(tendency.greater()),
                    less: count(tendency.less()),
                    equal: count(&tendency.equal()),
                    weak: Some(tendency.weak()),
                    interval: None,
                    method: match method {
                        ExactMethod::ClosedForm => "closed form",
                        ExactMethod::Tables => "contingency tables",
                        _ => "enumeration",
                    },
                    orbit,
                }
            }
            MeasuredTendency::Sampled(sampled) => Tendency {
                decision,
                greater: sampled.greater.into(),
                less: sampled.less.into(),
                equal: sampled.equal.into(),
                weak: None,
                interval: Some((sampled.weak_interval.low, sampled.weak_interval.high)),
                method: "samples",
                orbit,
            },
        }
    }
}
