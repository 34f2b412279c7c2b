//! Decision functions: by name, or functions of Python.

use crate::error::{Failure, Result};
use crate::interrupt::Watch;
use crate::number::number;
use dunamis_mdp::{Number, Rational};
use dunamis_orbit::{
    Choice, Comparator, Decision, DecisionFunction, ExponentialRatio, OrbitError, Properties, Utilities,
};
use num_traits::Zero;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PySet};
use std::cmp::Ordering;
use std::sync::Mutex;

/// The argument that has it.
const ARGUMENT: &str = "decision";

/// What `tendency` takes.
pub(crate) enum Given {
    /// A registered name with its parameters.
    Named(Decision),
    /// A function of Python.
    Function(Py<PyAny>),
}

impl Given {
    /// A decision function by its name, or what can be called.
    ///
    /// # Errors
    ///
    /// [`Failure::In`] for a name that is not registered, [`Failure::Argument`] for what is neither.
    pub(crate) fn new(value: &Bound<'_, PyAny>) -> Result<Self> {
        if let Ok(name) = value.extract::<String>() {
            let decision =
                name.parse().map_err(|error| Failure::Orbit(OrbitError::Decision(error)).within(ARGUMENT))?;
            return Ok(Given::Named(decision));
        }
        if value.is_callable() {
            return Ok(Given::Function(value.clone().unbind()));
        }
        let problem =
            format!("is {}, but must be a name such as `boltzmann:temperature=1/2` or a function", value.repr()?);
        Err(Failure::argument(ARGUMENT, problem))
    }
}

/// A function of Python as a decision function. When it raises, the rest is 0 without asking.
pub(crate) struct Called<'a> {
    function: &'a Py<PyAny>,
    name: String,
    watch: &'a Watch,
    raised: Mutex<Option<Failure>>,
}

/// What it answers.
enum Answer {
    /// How much each option is favored.
    Weights(Vec<Rational>),
    /// Whether each option is among those that are chosen.
    Chosen(Vec<bool>),
}

impl Answer {
    /// How much a subset is favored.
    fn favor(&self, subset: &[usize]) -> Rational {
        match self {
            Answer::Weights(weights) => subset.iter().map(|&option| &weights[option]).sum(),
            Answer::Chosen(chosen) => {
                Rational::from_integer(i32::from(subset.iter().any(|&option| chosen[option])).into())
            }
        }
    }
}

impl<'a> Called<'a> {
    pub(crate) fn new(function: &'a Py<PyAny>, name: String, watch: &'a Watch) -> Self {
        Called { function, name, watch, raised: Mutex::new(None) }
    }

    /// What it raised, if it did.
    pub(crate) fn raised(self) -> Option<Failure> {
        self.raised.into_inner().unwrap_or_default()
    }

    /// `None` once it has raised, or nobody waits for answers any more.
    fn ask(&self, utilities: &Utilities) -> Option<Answer> {
        if self.watch.stopped() || self.raised.lock().is_ok_and(|raised| raised.is_some()) {
            return None;
        }
        match Python::attach(|py| self.answer(py, utilities)) {
            Ok(answer) => Some(answer),
            Err(error) => {
                if let Ok(mut raised) = self.raised.lock() {
                    raised.get_or_insert(error);
                }
                None
            }
        }
    }

    fn answer(&self, py: Python<'_>, utilities: &Utilities) -> Result<Answer> {
        let count = utilities.len();
        let nearest = |option| Number::from_rational(utilities.get(option)).map_or(f64::NAN, |number| number.value());
        let doubles = PyArray1::from_vec(py, (0..count).map(nearest).collect());
        let answer = self.function.bind(py).call1((doubles,))?;
        let wrong = |what: String| {
            let needed =
                format!("{count} probabilities, {count} of `True` and `False`, or a set of numbers of options");
            Failure::argument(ARGUMENT, format!("returned {what}, where {needed} are needed"))
        };
        if answer.is_instance_of::<PySet>() || answer.is_instance_of::<PyFrozenSet>() {
            let mut chosen = vec![false; count];
            for option in answer.try_iter()? {
                let option = option?;
                let known = option.extract::<usize>().ok().and_then(|option| chosen.get_mut(option));
                *known.ok_or_else(|| wrong(format!("a set with {option}")))? = true;
            }
            return Ok(Answer::Chosen(chosen));
        }
        let Ok(entries) = answer.try_iter() else { return Err(wrong(format!("a `{}`", answer.get_type().name()?))) };
        let entries = entries.collect::<PyResult<Vec<_>>>()?;
        if entries.len() != count {
            return Err(wrong(format!("{} numbers", entries.len())));
        }
        if let Ok(chosen) = entries.iter().map(PyAnyMethods::extract).collect::<PyResult<Vec<bool>>>() {
            return Ok(Answer::Chosen(chosen));
        }
        let weight = |(option, entry)| Ok(number(&format!("{ARGUMENT}(…)[{option}]"), entry)?.exact());
        Ok(Answer::Weights(entries.iter().enumerate().map(weight).collect::<Result<_>>()?))
    }
}

impl DecisionFunction for Called<'_> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn properties(&self) -> Properties {
        Properties::UNKNOWN
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        self.ask(utilities).map_or_else(Rational::zero, |answer| answer.favor(subset)).into()
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(|utilities| {
            let compare = |answer: Answer| answer.favor(choice.preferred()).cmp(&answer.favor(choice.other()));
            self.ask(utilities).map_or(Ordering::Equal, compare)
        })
    }
}
