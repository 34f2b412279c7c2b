//! Laws of rewards as Python gives them: by name, as a list of vectors, or as a function.

use crate::array::{doubles, shown, slice};
use crate::error::{Failure, Result};
use dunamis_experiment::NamedLaw;
use dunamis_power::PowerError;
use dunamis_sampling::{FiniteSupport, RewardDistribution, SampleError, SamplingMethod, StreamRng};
use numpy::PyUntypedArrayMethods;
use pyo3::prelude::*;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A law of rewards over the states of a model.
#[derive(Debug)]
pub(crate) struct RewardLaw {
    /// What it is called.
    pub(crate) text: String,
    pub(crate) law: Arc<dyn RewardDistribution>,
    function: Option<Arc<Function>>,
}

impl RewardLaw {
    /// An argument as a law over so many states: a name as on the command line, vectors (n, S) that are equally likely, or a function
    /// of a generator of NumPy and the number of states.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] or [`Failure::In`].
    pub(crate) fn new(argument: &str, value: &Bound<'_, PyAny>, states: usize) -> Result<Self> {
        if let Ok(text) = value.extract::<String>() {
            let over = |law: NamedLaw| law.over(states);
            let law = text.parse().and_then(over).map_err(|error| Failure::NamedLaw(error).within(argument))?;
            return Ok(RewardLaw { text, law, function: None });
        }
        if value.is_callable() {
            let function = Arc::new(Function::new(argument, value, states)?);
            let name = value.getattr("__name__").and_then(|name| name.extract::<String>());
            let text = format!("function `{}`", name.unwrap_or_else(|_| "?".into()));
            let law = Arc::clone(&function) as Arc<dyn RewardDistribution>;
            return Ok(RewardLaw { text, law, function: Some(function) });
        }
        let array = doubles(argument, value)?;
        let [vectors, columns] = *array.shape() else {
            let problem = format!(
                "has the shape {}, but equally likely vectors (n, {states}), a name such as `uniform` or a function is needed",
                shown(array.shape())
            );
            return Err(Failure::argument(argument, problem));
        };
        if columns != states {
            let problem = format!("has vectors of {columns} rewards, but the model has {states} states");
            return Err(Failure::argument(argument, problem));
        }
        let rows = slice(argument, &array)?.chunks(columns.max(1)).map(<[f64]>::to_vec).collect();
        let law = FiniteSupport::new(rows).map_err(|error| Failure::Reward(error).within(argument))?;
        Ok(RewardLaw { text: format!("one of {vectors} vectors"), law: Arc::new(law), function: None })
    }

    /// Refuses to spread the samples of a function, which take no uniform numbers of ours.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`].
    pub(crate) fn check_method(&self, method: SamplingMethod) -> Result<()> {
        if self.function.is_some() && method != SamplingMethod::Independent {
            let problem = format!("is `{method}`, but the samples of a function are independent: leave it out");
            return Err(Failure::argument("sampling", problem));
        }
        Ok(())
    }

    /// Asks a function no more once `stop` is set.
    pub(crate) fn stopped_by(&self, stop: Arc<AtomicBool>) {
        if let Some(function) = &self.function {
            // A law serves one computation.
            let _ = function.stop.set(stop);
        }
    }

    /// The outcome of a computation with this law: what the function raised goes first.
    ///
    /// # Errors
    ///
    /// That, or the error of the computation.
    pub(crate) fn outcome<T>(&self, result: Result<T, PowerError>) -> Result<T> {
        let raised = self.function.as_ref().and_then(|function| function.raised.lock().ok()?.take());
        match (raised, result) {
            (Some(failure), Err(_)) => Err(failure),
            (_, result) => Ok(result?),
        }
    }
}

/// A law that is a function of Python. Each draw has a generator of its own, seeded by the stream of its sample, so that it depends
/// on nothing else.
#[derive(Debug)]
struct Function {
    argument: String,
    callable: Py<PyAny>,
    states: usize,
    /// `numpy.random.Generator` and `numpy.random.PCG64`.
    generator: Py<PyAny>,
    bits: Py<PyAny>,
    /// What it raised first.
    raised: Mutex<Option<Failure>>,
    stop: OnceLock<Arc<AtomicBool>>,
}

impl Function {
    fn new(argument: &str, function: &Bound<'_, PyAny>, states: usize) -> PyResult<Self> {
        let random = function.py().import("numpy.random")?;
        Ok(Function {
            argument: format!("{argument}(rng, n)"),
            callable: function.clone().unbind(),
            states,
            generator: random.getattr("Generator")?.unbind(),
            bits: random.getattr("PCG64")?.unbind(),
            raised: Mutex::default(),
            stop: OnceLock::new(),
        })
    }

    fn draw(&self, py: Python<'_>, seed: u64, rewards: &mut [f64]) -> Result<()> {
        let bits = self.bits.bind(py).call1((seed,))?;
        let generator = self.generator.bind(py).call1((bits,))?;
        let drawn = self.callable.bind(py).call1((generator, self.states))?;
        let drawn = doubles(&self.argument, &drawn)?;
        if *drawn.shape() != [self.states] {
            let problem = format!("returned the shape {}, but ({},) is needed", shown(drawn.shape()), self.states);
            return Err(Failure::argument(&self.argument, problem));
        }
        rewards.copy_from_slice(slice(&self.argument, &drawn)?);
        if let Some(state) = rewards.iter().position(|reward| !reward.is_finite()) {
            let problem = format!("returned {} for state {state}, but rewards must be finite", rewards[state]);
            return Err(Failure::argument(&self.argument, problem));
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let stopped = self.stop.get().is_some_and(|stop| stop.load(Ordering::Relaxed));
        stopped || self.raised.lock().is_ok_and(|raised| raised.is_some())
    }
}

impl RewardDistribution for Function {
    fn states(&self) -> usize {
        self.states
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        let refused = |reason: &str| Err(SampleError::Refused { reason: reason.into() });
        let seed = rng.below(NonZeroU64::MAX);
        if self.is_over() {
            return refused("the computation is over");
        }
        if let Err(failure) = Python::attach(|py| self.draw(py, seed, rewards)) {
            if let Ok(mut raised) = self.raised.lock() {
                raised.get_or_insert(failure);
            }
            return refused("the function raised an exception");
        }
        Ok(())
    }
}
