//! `dunamis.GoalSample`: goals that were drawn.

use crate::array::view;
use crate::error::{Failure, Result};
use crate::frame;
use crate::goals::Explained;
use crate::interrupt::watched;
use dunamis_goals::{GoalError, GoalSampler, SamplerSettings};
use dunamis_sampling::{RewardDistribution, Seed};
use numpy::{PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Goals that were drawn uniformly from those compatible with training: what `GoalSet.sample` returns.
#[pyclass(frozen, module = "dunamis", name = "GoalSample")]
#[derive(Debug)]
pub(crate) struct GoalSample {
    explained: Arc<Explained>,
    /// Goal by goal.
    numbers: Vec<f64>,
    /// Reports of blocks, as a JSON list.
    blocks: String,
}

impl GoalSample {
    pub(crate) fn draw(py: Python<'_>, explained: &Arc<Explained>, samples: u64, seed: u64) -> Result<Self> {
        let states = explained.model().states().len();
        let size = usize::try_from(samples).ok().and_then(|samples| samples.checked_mul(states));
        let mut numbers = Vec::new();
        // An allocation that fails ends the whole process otherwise.
        if samples == 0 || size.is_none_or(|size| numbers.try_reserve_exact(size).is_err()) {
            let problem = format!("is {samples}, but must be at least 1, and few enough for memory");
            return Err(Failure::argument("samples", problem));
        }
        let seed = Seed::new(seed);
        let blocks = watched(
            py,
            |_, _| Ok(true),
            |watch| -> Result<_, GoalError> {
                let sampler = GoalSampler::new(&explained.goals, &SamplerSettings::default())?;
                for sample in (0..samples).take_while(|_| !watch.stopped()) {
                    let start = numbers.len();
                    numbers.resize(start + states, 0.0);
                    sampler.sample(&mut seed.stream(sample), &mut numbers[start..])?;
                }
                Ok(serde_json::to_string(&sampler.report()).unwrap_or_default())
            },
        )??;
        Ok(GoalSample { explained: Arc::clone(explained), numbers, blocks })
    }

    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        let transposed = Self::goals(slf)?.getattr("T")?;
        for (name, column) in slf.get().states().into_iter().zip(transposed.try_iter()?) {
            columns.set_item(name, column?)?;
        }
        Ok(columns)
    }
}

#[pymethods]
impl GoalSample {
    /// The goals, one in each row, (N, S); a view.
    #[getter]
    fn goals<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let states = slf.get().states().len();
        view(slf, |sample| &sample.numbers).reshape([slf.get().numbers.len() / states.max(1), states])
    }

    /// Names of the states, one for each column; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.explained.goals.model().states().iter().collect()
    }

    /// How each group of rewards was drawn: a list of dictionaries with ``coordinates``, numbers of states, and ``method``:
    /// ``"free"`` and ``"rejection"``, which are exact, or ``"hit-and-run"`` with what was seen of the walks. New ones.
    #[getter]
    fn blocks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (&self.blocks,))
    }

    /// A ``pandas.DataFrame`` with a column for each state.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with a column for each state.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    fn __len__(&self) -> usize {
        self.numbers.len() / self.states().len().max(1)
    }

    fn __repr__(&self) -> String {
        format!("<dunamis.GoalSample of `{}`: {} goals>", self.explained.environment.name(), self.__len__())
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        frame::html(&slf.repr()?.to_string(), None, &Self::columns(slf)?)
    }
}
