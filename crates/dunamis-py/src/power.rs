//! `dunamis.power`: POWER at every state, for one agent.

use crate::array::view;
use crate::error::{Failure, Result};
use crate::frame;
use crate::interrupt::watched;
use crate::model::Mdp;
use crate::number;
use crate::picture::{self, Picture};
use crate::reward_law::RewardLaw;
use crate::sampling::{self, Samples, teller};
use dunamis_envs::Environment;
use dunamis_mdp::Discount;
use dunamis_power::{AgentSamples, PowerEstimate, SampleRecorder, Warrant, published};
use dunamis_sampling::RewardDistribution;
use dunamis_solve::BatchSolver;
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// POWER at every state with standard errors: what `power` returns.
///
/// Arrays are read-only views of the result's own numbers.
#[pyclass(frozen, module = "dunamis", name = "Power")]
#[derive(Debug)]
pub(crate) struct Power {
    environment: Arc<Environment>,
    discount: Option<Discount>,
    reward: String,
    seed: u64,
    until_se: Option<f64>,
    estimate: PowerEstimate,
    kept: AgentSamples,
    kernel: String,
    time: Duration,
}

/// Single samples as a matrix with a row for each.
pub(crate) fn matrix<'py>(
    samples: &AgentSamples,
    numbers: &Bound<'py, PyArray1<f64>>,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    numbers.reshape([samples.len(), samples.states])
}

impl Power {
    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().environment.model().states().iter().collect::<Vec<_>>())?;
        columns.set_item("mean", Self::mean(slf))?;
        columns.set_item("std_error", Self::std_error(slf))?;
        Ok(columns)
    }

    fn gamma(&self) -> String {
        self.discount.as_ref().map_or_else(|| "γ → 1".into(), |discount| format!("γ = {}", discount.value()))
    }
}

#[pymethods]
impl Power {
    /// POWER at every state, (S,), in units of reward; a view.
    #[getter]
    fn mean<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |power| &power.estimate.mean)
    }

    /// Standard errors of `mean`, (S,), 0 where it is exact and NaN for a single sample; a view.
    #[getter]
    fn std_error<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |power| &power.estimate.std_error)
    }

    /// Names of the states, in order; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.environment.model().states().iter().collect()
    }

    /// Whether `mean` is the exact expectation over a finite list of reward vectors.
    #[getter]
    fn exact(&self) -> bool {
        self.estimate.warrant == Warrant::Exact
    }

    /// Number of samples; ``None`` if `mean` is exact.
    #[getter]
    fn samples(&self) -> Option<u64> {
        sampling::count(&self.estimate)
    }

    /// How samples were spread: ``"independent"``, ``"antithetic"`` or ``"sobol"``; ``None`` if `mean` is exact.
    #[getter]
    fn sampling(&self) -> Option<&'static str> {
        sampling::method(&self.estimate)
    }

    /// The seed of the random streams.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// The discount; ``None`` in the limit γ → 1.
    #[getter]
    fn discount(&self) -> Option<f64> {
        self.discount.as_ref().map(Discount::value)
    }

    /// What rewards were drawn from.
    #[getter]
    fn reward(&self) -> &str {
        &self.reward
    }

    /// Bound on what solver tolerance and rounding may have changed in any sample's POWER; NaN with ``as_published``.
    #[getter]
    fn solver_error(&self) -> f64 {
        self.estimate.solver_error
    }

    /// Whether the standard error that was asked for was reached; ``None`` if none was.
    #[getter]
    fn until_se_reached(&self) -> Option<bool> {
        self.until_se.map(|target| self.estimate.largest_std_error() <= target)
    }

    /// The rewards of the first ``keep_samples`` samples, (n, S); a view.
    #[getter]
    fn kept_rewards<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept, &view(slf, |power| &power.kept.rewards))
    }

    /// The POWER of the first ``keep_samples`` samples, (n, S), whose mean over all samples is `mean`; a view.
    #[getter]
    fn kept_power<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept, &view(slf, |power| &power.kept.power))
    }

    /// What was done, a new dictionary: ``kernel``, which solved every sample, ``seconds`` that they took, and ``samples_per_second``
    /// (``None`` if `mean` is exact).
    #[getter]
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        statistics(py, &self.kernel, self.time, self.samples())
    }

    /// A ``pandas.DataFrame`` with the columns state, mean and std_error.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with the columns state, mean and std_error.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    /// POWER as a heat map on the map of the gridworld, or as bars with standard errors for any other model.
    #[pyo3(signature = (*, title=None))]
    fn plot(&self, title: Option<&str>) -> Result<Picture> {
        let title = title.map_or_else(|| format!("POWER of {}, {}", self.environment.name(), self.gamma()), Into::into);
        if self.environment.grid().is_some() {
            return picture::heat_map(&self.environment, &self.estimate.mean, "POWER", &title, &[]);
        }
        bars(self.environment.model().states().iter(), &self.estimate, "POWER", &title)
    }

    fn __repr__(&self) -> String {
        let (name, gamma, reward) = (self.environment.name(), self.gamma(), &self.reward);
        let warrant = warrant(&self.estimate);
        format!("<dunamis.Power in `{name}`, {gamma}, rewards {reward}: {warrant}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let drawn = slf.get().environment.grid().and_then(|_| slf.get().plot(None).ok());
        frame::html(&slf.repr()?.to_string(), drawn.as_ref(), &Self::columns(slf)?)
    }
}

/// What was done, as a dictionary.
pub(crate) fn statistics<'py>(
    py: Python<'py>,
    kernel: &str,
    time: Duration,
    samples: Option<u64>,
) -> PyResult<Bound<'py, PyDict>> {
    let statistics = PyDict::new(py);
    statistics.set_item("kernel", kernel)?;
    statistics.set_item("seconds", time.as_secs_f64())?;
    statistics.set_item("samples_per_second", samples.map(|samples| samples as f64 / time.as_secs_f64()))?;
    Ok(statistics)
}

/// Where the numbers come from and how exact they are, in a few words.
pub(crate) fn warrant(power: &PowerEstimate) -> String {
    match sampling::count(power) {
        None => "exact".into(),
        Some(samples) => {
            format!("{samples} samples, largest standard error {:.1e}", power.largest_std_error())
        }
    }
}

/// Estimates as bars.
pub(crate) fn bars<'a>(
    states: impl Iterator<Item = &'a str>,
    power: &PowerEstimate,
    what: &str,
    title: &str,
) -> Result<Picture> {
    let numbers = power.mean.iter().zip(&power.std_error);
    // A standard error that is not known has no length.
    let known = |error: f64| if error.is_finite() { error } else { 0.0 };
    let bar = |(name, (&mean, &error)): (&str, (&f64, &f64))| (name.to_owned(), mean, known(error));
    picture::bars(&states.zip(numbers).map(bar).collect::<Vec<_>>(), what, title)
}

/// Estimates POWER, what an optimal agent can expect per step from each state on, averaged over reward functions:
/// POWER(s) = (1 − γ)/γ E[V(s) − R(s)] [Turner et al. 2021, Def. 5.2]. Rewards that the model has do not matter.
///
/// Parameters
/// ----------
/// model : the model.
/// discount : γ, at least 0 and below 1, by default that of the model; a float means its shortest decimal form, as on the command line.
/// limit_one : the limit γ → 1 instead: the expected optimal average reward [Turner et al. 2021, Lemma 5.3].
/// samples : number of reward functions to draw, with ``until_se`` at most; by default 10,000, or 1,000,000.
/// sampling : how they are spread: ``"independent"`` (default), ``"antithetic"`` in mirrored pairs, or ``"sobol"``, along 32 randomized
///     Sobol sequences. Means and standard errors are right in any case.
/// until_se : stop when no standard error is larger than this.
/// seed : the seed of the random streams; the same seed gives the same numbers as on the command line, on every machine.
/// reward : the law of rewards:
///     a name, for independent rewards at all states: ``"uniform"`` from 0 to 1, ``"uniform:low=-1,high=1"``, ``"beta:alpha=2,beta=5"``,
///     ``"normal:mean=0,std_dev=1"``, ``"bernoulli:probability=0.1"``, ``"pareto:scale=1,shape=3"``, ``"exponential:rate=1"``,
///     ``"point-mass:value=1"``, or ``"one-hot"``: one state, each equally likely, has reward 1 and all others 0;
///     an array (n, S) of equally likely reward vectors; POWER is then exact, as for ``"one-hot"``, unless samples are asked for;
///     a function of a ``numpy.random.Generator`` and the number of states, which returns an array (S,). It is called once for each
///     sample of a whole number of sixteens, perhaps from several threads, one after the other, and must draw from nothing but its
///     generator, which depends on the seed and the number of the sample alone. What it raises comes through as it is.
/// as_published : repeat the arithmetic behind the published figures: single precision, early stopping, ties split by row mass.
/// keep_samples : how many of the first samples to keep one by one.
/// progress : called with ``(samples done, samples in all)`` some twenty times per second at most; if it returns ``False``, the estimate is
///     given up with a `PowerError`.
///
/// Python's lock is released meanwhile, and Ctrl-C raises ``KeyboardInterrupt``.
///
/// Raises
/// ------
/// PowerError, ArgumentError
///
/// >>> result = power(load("maze-7x7"), 0.9, samples=1000)
/// >>> result.states[result.mean.argmax()]
/// '(2, 3)'
/// >>> result
/// <dunamis.Power in `maze-7x7`, γ = 0.9, rewards uniform: 1000 samples, largest standard error 2.9e-3>
#[pyfunction]
#[pyo3(signature = (model, discount=None, *, limit_one=false, samples=None, sampling=None, until_se=None, seed=0, reward=None, as_published=false, keep_samples=0, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn power(
    model: &Bound<'_, Mdp>,
    discount: Option<&Bound<'_, PyAny>>,
    limit_one: bool,
    samples: Option<&Bound<'_, PyAny>>,
    sampling: Option<&str>,
    until_se: Option<f64>,
    seed: u64,
    reward: Option<&Bound<'_, PyAny>>,
    as_published: bool,
    keep_samples: u64,
    progress: Option<&Bound<'_, PyAny>>,
) -> Result<Power> {
    let py = model.py();
    let environment = Arc::clone(model.get().environment());
    let discount = horizon(&environment, discount, limit_one)?;
    if as_published && limit_one {
        return Err(Failure::argument("as_published", "cannot be used with `limit_one`: leave one of them out"));
    }
    let law = reward_law(py, reward, environment.model().states().len())?;
    let samples = Samples::new(samples, sampling, until_se, seed, keep_samples, &law)?;
    let job = Job { environment: environment.as_ref(), discount: discount.as_ref(), as_published, samples: &samples };
    let (estimate, kept, time) = watched(py, teller(progress), |watch| {
        law.stopped_by(watch.flag());
        let (started, recorder) = (Instant::now(), SampleRecorder::new(samples.kept, watch));
        let estimate = law.outcome(job.estimate(&*law.law, &recorder));
        estimate.map(|estimate| (estimate, recorder.into_samples(), started.elapsed()))
    })??;
    let kept = match kept {
        Some(dunamis_power::Samples::SingleAgent(kept)) => kept,
        _ => AgentSamples { states: environment.model().states().len(), ..AgentSamples::default() },
    };
    let (kernel, reward) = (job.kernel(), law.text.clone());
    Ok(Power { environment, discount, reward, seed, until_se, estimate, kept, kernel, time })
}

/// The discount, or `None` for the limit γ → 1.
fn horizon(
    environment: &Environment,
    discount: Option<&Bound<'_, PyAny>>,
    limit_one: bool,
) -> Result<Option<Discount>> {
    match (discount, limit_one) {
        (Some(_), true) => Err(Failure::argument("limit_one", "cannot be used with `discount`: leave one of them out")),
        (Some(discount), false) => Ok(Some(number::discount("discount", discount)?)),
        (None, true) => Ok(None),
        (None, false) => {
            let own = environment.discount().cloned();
            own.map(Some).ok_or_else(|| Failure::NoDiscount { environment: environment.name().into() })
        }
    }
}

/// The law of the argument `reward`, by default uniform.
pub(crate) fn reward_law(py: Python<'_>, reward: Option<&Bound<'_, PyAny>>, states: usize) -> Result<RewardLaw> {
    let uniform = pyo3::types::PyString::new(py, "uniform").into_any();
    RewardLaw::new("reward", reward.unwrap_or(&uniform), states)
}

/// What to estimate.
struct Job<'a> {
    environment: &'a Environment,
    discount: Option<&'a Discount>,
    as_published: bool,
    samples: &'a Samples,
}

impl Job<'_> {
    /// POWER as the command line computes it: a finite law needs no samples, unless they are asked for or the published arithmetic
    /// is.
    fn estimate(
        &self,
        law: &dyn RewardDistribution,
        observer: &dyn dunamis_power::Observer,
    ) -> Result<PowerEstimate, dunamis_power::PowerError> {
        let (model, sampling) = (self.environment.model(), &self.samples.sampling);
        let exact = law.support().is_some() && !self.samples.asked_for;
        match self.discount {
            Some(discount) if self.as_published => published::estimate(model, law, discount, sampling, observer),
            Some(discount) if exact => dunamis_power::exact(model, law, discount),
            Some(discount) => dunamis_power::estimate(model, law, discount, sampling, observer),
            None if exact => dunamis_power::exact_average(model, law),
            None => dunamis_power::estimate_average(model, law, sampling, observer),
        }
    }

    /// What solves every sample.
    fn kernel(&self) -> String {
        match self.discount {
            None => "average-reward".into(),
            Some(_) if self.as_published => "published arithmetic".into(),
            Some(discount) => BatchSolver::new(Arc::clone(self.environment.model()), discount).kernel().to_string(),
        }
    }
}
