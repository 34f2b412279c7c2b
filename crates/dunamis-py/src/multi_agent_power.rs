//! `dunamis.multi_agent_power`: POWER of two agents at every joint state, and their alignment.

use crate::array::{owned, view};
use crate::error::{Failure, Result};
use crate::frame;
use crate::interrupt::watched;
use crate::joint_model::JointModel;
use crate::number;
use crate::picture::Picture;
use crate::policy::policy_of;
use crate::power::{bars, matrix, reward_law, statistics, warrant};
use crate::sampling::{self, Samples, teller};
use dunamis_envs::{Grid as Layout, JointEnvironment};
use dunamis_experiment::SeedPolicySource;
use dunamis_mdp::{Agent, StateId};
use dunamis_plot::{Block, BlockGrid, Grid, Label, Plot, PlotError, Scatter, fixed};
use dunamis_power::{
    AgentSamples, MultiAgentPower as Estimates, MultiAgentSettings, PowerEstimate, SampleRecorder, SeedPolicy, Warrant,
    published,
};
use dunamis_sampling::{CorrelatedRewards, Correlation};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// POWER of two agents, with baselines, standard errors and alignment: what `multi_agent_power` returns.
///
/// Arrays over joint states are read-only views of the result's own numbers; `by_position` has them by the places of both agents.
#[pyclass(frozen, module = "dunamis", name = "MultiAgentPower")]
#[derive(Debug)]
pub(crate) struct MultiAgentPower {
    environment: Arc<JointEnvironment>,
    settings: MultiAgentSettings,
    correlation: Correlation,
    reward: String,
    seed: u64,
    until_se: Option<f64>,
    found: Estimates,
    kept: [AgentSamples; 2],
    time: Duration,
}

/// How far the interests of two agents are aligned [Harris & Suo 2022, part 2]: the correlation of both POWERs over joint states.
///
/// Every field is ``None`` where it is not defined, for example because POWER is the same at all states.
#[pyclass(frozen, module = "dunamis", name = "Alignment", get_all)]
#[derive(Debug)]
pub(crate) struct Alignment {
    /// Pearson correlation of the estimated POWERs: α.
    alpha: Option<f64>,
    /// Standard error of `alpha`, by a jackknife over groups of samples.
    std_error: Option<f64>,
    /// The correlation without the part that is sampling noise.
    noise_corrected: Option<f64>,
    /// Standard error of `noise_corrected`.
    noise_corrected_std_error: Option<f64>,
    /// Spearman's rank correlation.
    rank: Option<f64>,
    /// Slope of the regression of A's POWER on H's.
    slope: Option<f64>,
    /// Intercept of that regression.
    intercept: Option<f64>,
}

#[pymethods]
impl Alignment {
    fn __repr__(&self) -> String {
        let shown = |value: Option<f64>, error: Option<f64>| {
            let error = error.map_or_else(String::new, |error| format!(" ± {}", fixed(error, 3)));
            value.map_or_else(|| "undefined".into(), |value| format!("{}{error}", fixed(value, 3)))
        };
        let raw = shown(self.alpha, self.std_error);
        format!(
            "<dunamis.Alignment: α = {raw}, without sampling noise {}>",
            shown(self.noise_corrected, self.noise_corrected_std_error)
        )
    }
}

/// The quantities of a result, as documents name them.
const QUANTITIES: [&str; 4] = ["power_h", "power_a", "power_h_seed", "power_a_seed"];

impl MultiAgentPower {
    /// One of [`QUANTITIES`].
    fn quantity(&self, name: &str) -> Result<&PowerEstimate> {
        match name {
            "power_h" => Ok(&self.found.power_h),
            "power_a" => Ok(&self.found.power_a),
            "power_h_seed" => Ok(&self.found.power_h_seed),
            "power_a_seed" => self.found.power_a_seed.as_ref().ok_or_else(|| {
                Failure::argument("quantity", "is `power_a_seed`, which was left out: ask for `seed_baseline=True`")
            }),
            _ => {
                let problem = format!("is `{name}`: choose one of `{}`", QUANTITIES.join("`, `"));
                Err(Failure::argument("quantity", problem))
            }
        }
    }

    fn columns<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(slf.py());
        columns.set_item("state", slf.get().states())?;
        for name in QUANTITIES {
            if let Ok(estimate) = slf.get().quantity(name) {
                columns.set_item(name, owned(slf.py(), estimate.mean.clone()))?;
                columns.set_item(format!("{name}_std_error"), owned(slf.py(), estimate.std_error.clone()))?;
            }
        }
        Ok(columns)
    }

    /// Whose quantity it is, and how figures write it.
    fn of(name: &str) -> (Agent, String) {
        let agent = if name.starts_with("power_h") { Agent::H } else { Agent::A };
        let seed = if name.ends_with("seed") { ", seed policy of _A_" } else { "" };
        (agent, format!("POWER_{{_{agent}_}}{seed}"))
    }
}

#[pymethods]
impl MultiAgentPower {
    /// POWER of H at every joint state, (S,): H's policy, learned against A's seed policy, evaluated against the A that adapted to it;
    /// a view.
    #[getter]
    fn power_h<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |power| &power.found.power_h.mean)
    }

    /// POWER of A at every joint state, (S,): A's optimal value against H's policy; a view.
    #[getter]
    fn power_a<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |power| &power.found.power_a.mean)
    }

    /// POWER of H against A's seed policy, (S,); a view.
    #[getter]
    fn power_h_seed<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyArray1<f64>> {
        view(slf, |power| &power.found.power_h_seed.mean)
    }

    /// POWER of A's seed policy against H, (S,), or ``None`` without ``seed_baseline``; a view.
    #[getter]
    fn power_a_seed<'py>(slf: &Bound<'py, Self>) -> Option<Bound<'py, PyArray1<f64>>> {
        slf.get().found.power_a_seed.as_ref()?;
        Some(view(slf, |power| power.found.power_a_seed.as_ref().map_or(&[], |power| &power.mean)))
    }

    /// Standard errors, (S,), of a quantity: ``"power_h"``, ``"power_a"``, ``"power_h_seed"`` or ``"power_a_seed"``; a copy.
    #[pyo3(signature = (quantity="power_h"))]
    fn std_error<'py>(&self, py: Python<'py>, quantity: &str) -> Result<Bound<'py, PyArray1<f64>>> {
        Ok(owned(py, self.quantity(quantity)?.std_error.clone()))
    }

    /// A quantity by the places of both agents, (places, places), in the row of H's place and the column of A's; NaN where both cannot
    /// be at once; a copy. ``None`` where the names of joint states do not tell.
    #[pyo3(signature = (quantity="power_h"))]
    fn by_position<'py>(&self, py: Python<'py>, quantity: &str) -> Result<Option<Bound<'py, PyArray2<f64>>>> {
        let mean = &self.quantity(quantity)?.mean;
        let Some(positions) = self.environment.positions() else { return Ok(None) };
        let places = self.environment.places().len();
        let mut table = vec![f64::NAN; places * places];
        for (&(h, a), &mean) in positions.iter().zip(mean) {
            table[h.index() * places + a.index()] = mean;
        }
        Ok(Some(owned(py, table).reshape([places, places])?))
    }

    /// The alignment of both agents' POWER.
    #[getter]
    fn alignment(&self) -> Alignment {
        let found = self.found.alignment;
        Alignment {
            alpha: found.alpha,
            std_error: found.std_error,
            noise_corrected: found.noise_corrected,
            noise_corrected_std_error: found.noise_corrected_std_error,
            rank: found.rank,
            slope: found.slope,
            intercept: found.intercept,
        }
    }

    /// Names of the joint states, in order; a new list.
    #[getter]
    fn states(&self) -> Vec<&str> {
        self.environment.model().states().iter().collect()
    }

    /// Names of the places where an agent can be; empty where the names of joint states do not tell.
    #[getter]
    fn places(&self) -> Vec<&str> {
        self.environment.places().iter().collect()
    }

    /// Whether POWER is the exact expectation over a finite list of pairs of reward vectors.
    #[getter]
    fn exact(&self) -> bool {
        self.found.power_h.warrant == Warrant::Exact
    }

    /// Number of samples; ``None`` if POWER is exact.
    #[getter]
    fn samples(&self) -> Option<u64> {
        sampling::count(&self.found.power_h)
    }

    /// How samples were spread; ``None`` if POWER is exact.
    #[getter]
    fn sampling(&self) -> Option<&'static str> {
        sampling::method(&self.found.power_h)
    }

    /// The seed of the random streams.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// The discount of H.
    #[getter]
    fn discount(&self) -> f64 {
        self.settings.discount_h.value()
    }

    /// The discount of A.
    #[getter]
    fn discount_a(&self) -> f64 {
        self.settings.discount_a.value()
    }

    /// The correlation β of both agents' rewards at each state.
    #[getter]
    fn correlation(&self) -> f64 {
        self.correlation.get()
    }

    /// What rewards were drawn from.
    #[getter]
    fn reward(&self) -> &str {
        &self.reward
    }

    /// Bound on what solver tolerance and rounding may have changed in any sample's POWER; NaN with ``as_published``.
    #[getter]
    fn solver_error(&self) -> f64 {
        let (h, a) = (self.found.power_h.solver_error, self.found.power_a.solver_error);
        if h.is_nan() { h } else { a.max(h) }
    }

    /// Whether the standard error that was asked for was reached; ``None`` if none was.
    #[getter]
    fn until_se_reached(&self) -> Option<bool> {
        let powers = [&self.found.power_h, &self.found.power_a];
        self.until_se.map(|target| powers.iter().all(|power| power.largest_std_error() <= target))
    }

    /// The rewards of H in the first ``keep_samples`` samples, (n, S); a view.
    #[getter]
    fn kept_rewards_h<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept[0], &view(slf, |power| &power.kept[0].rewards))
    }

    /// The rewards of A in the first ``keep_samples`` samples, (n, S); a view.
    #[getter]
    fn kept_rewards_a<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept[1], &view(slf, |power| &power.kept[1].rewards))
    }

    /// The POWER of H in the first ``keep_samples`` samples, (n, S); a view.
    #[getter]
    fn kept_power_h<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept[0], &view(slf, |power| &power.kept[0].power))
    }

    /// The POWER of A in the first ``keep_samples`` samples, (n, S); a view.
    #[getter]
    fn kept_power_a<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        matrix(&slf.get().kept[1], &view(slf, |power| &power.kept[1].power))
    }

    /// What was done, a new dictionary: ``kernel``, which solved H's problem, ``seconds`` that the samples took,
    /// ``samples_per_second``, ``graph_samples`` for which A's problem was solved on functional graphs, ``general_samples`` that
    /// needed general solvers, and how replies to replies ended: ``fixed_points``, ``cycles`` and ``unsettled``, all 0 for one round.
    #[getter]
    fn statistics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let done = &self.found.statistics;
        let kernel = done.kernel_h.map_or_else(|| "published arithmetic".to_owned(), |kernel| kernel.to_string());
        let statistics = statistics(py, &kernel, self.time, self.samples())?;
        statistics.set_item("graph_samples", done.graph_samples)?;
        statistics.set_item("general_samples", done.general_samples)?;
        statistics.set_item("fixed_points", done.endings.fixed_points)?;
        statistics.set_item("cycles", done.endings.cycles)?;
        statistics.set_item("unsettled", done.endings.unsettled)?;
        Ok(statistics)
    }

    /// A ``pandas.DataFrame`` with the columns state, power_h, power_h_std_error, power_a, ….
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::pandas(&Self::columns(slf)?)
    }

    /// A ``polars.DataFrame`` with the columns state, power_h, power_h_std_error, power_a, ….
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        frame::polars(&Self::columns(slf)?)
    }

    /// A quantity as a grid of heat maps on the map of the gridworld, one for each place of the other agent, outlined in red; or as bars
    /// for any other model.
    #[pyo3(signature = (quantity="power_h", *, title=None))]
    fn plot(&self, quantity: &str, title: Option<&str>) -> Result<Picture> {
        let power = self.quantity(quantity)?;
        let (agent, what) = Self::of(quantity);
        let gamma = self.settings.discount_h.value();
        let default = || format!("POWER of {agent} in {}, γ = {gamma}", self.environment.name());
        let title = title.map_or_else(default, Into::into);
        let (Some(layout), Some(positions)) = (self.environment.grid(), self.environment.positions()) else {
            return bars(self.environment.model().states().iter(), power, &what, &title);
        };
        let (own, other) = (format!("_{agent}_"), format!("_{}_", agent.other()));
        let legend = format!("Block: position of {other}, outlined in red. Cell: position of {own}.");
        let grid = block_grid(layout, positions, agent, &power.mean)?.color_title(what);
        Ok(Picture::new(grid.figure().title(Label::plain(&title)).legend(legend).scene()?))
    }

    /// POWER of A against POWER of H, a point for each joint state, with the least-squares line and the alignment.
    #[pyo3(signature = (*, title=None))]
    fn plot_alignment(&self, title: Option<&str>) -> Result<Picture> {
        let (found, name) = (self.found.alignment, self.environment.name());
        let points = self.found.power_h.mean.iter().copied().zip(self.found.power_a.mean.iter().copied()).collect();
        let mut plot = Scatter::new(points).axis_titles("POWER_{_H_}", "POWER_{_A_}");
        if let Some((intercept, slope)) = found.intercept.zip(found.slope) {
            plot = plot.line(intercept, slope);
        }
        if let Some(alpha) = found.alpha {
            let error = found.std_error.map_or_else(String::new, |error| format!(" ± {}", fixed(error, 3)));
            plot = plot.note(format!("_α_ = {}{error}", fixed(alpha, 3)));
        }
        let title = title.map_or_else(|| format!("POWER of both agents in {name}"), Into::into);
        Ok(Picture::new(plot.figure().title(Label::plain(&title)).scene()?))
    }

    fn __repr__(&self) -> String {
        let (name, gamma, reward) = (self.environment.name(), self.settings.discount_h.value(), &self.reward);
        let alpha = self.found.alignment.alpha.map_or_else(|| "undefined".into(), |alpha| fixed(alpha, 3));
        let warrant = warrant(&self.found.power_h);
        format!("<dunamis.MultiAgentPower in `{name}`, γ = {gamma}, rewards {reward}: {warrant}, alignment {alpha}>")
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        let drawn = slf.get().environment.grid().and_then(|_| slf.get().plot("power_h", None).ok());
        frame::html(&slf.repr()?.to_string(), drawn.as_ref(), &Self::columns(slf)?)
    }
}

/// Numbers of one of two agents: a heat map for each position of the other one, where that lies on the map.
fn block_grid(
    layout: &Layout,
    positions: &[(StateId, StateId)],
    agent: Agent,
    values: &[f64],
) -> Result<BlockGrid, PlotError> {
    let (rows, columns, places) = (layout.rows(), layout.columns(), layout.cells().len());
    let mut by_other = vec![vec![None; places]; places];
    for (&(h, a), &value) in positions.iter().zip(values) {
        let (own, other) = if agent == Agent::H { (h, a) } else { (a, h) };
        by_other[other.index()][own.index()] = Some(value);
    }
    let block = |(row, column)| -> Result<Option<Block>, PlotError> {
        let Some(other) = layout.state_at((row, column)) else { return Ok(None) };
        let value = |row, column| by_other[other.index()][layout.state_at((row, column))?.index()];
        Ok(Some(Block::new(Grid::from_fn(rows, columns, value)?).outlined(row, column)))
    };
    let blocks = (0..rows).map(|row| (0..columns).map(|column| block((row, column))).collect());
    let numbers = |count: usize| (0..count).map(|index| index.to_string()).collect::<Vec<_>>();
    let plot = BlockGrid::new(blocks.collect::<Result<_, _>>()?)?.position_labels(numbers(rows), numbers(columns));
    let other = agent.other();
    Ok(plot.axis_titles(format!("row of _{other}_"), format!("column of _{other}_")))
}

/// Estimates POWER of two agents from pairs of reward vectors [Harris & Suo 2022, part 2]. For each pair, H finds its optimal policy
/// while A follows its seed policy; then A finds its best reply to H; then H's policy is evaluated against that reply.
///
/// The alignment α is the correlation of both POWERs over joint states: near 1 where states that give H much POWER give it to A as
/// well, negative where they take it from A.
///
/// Parameters
/// ----------
/// model : the joint model, see `joint_gridworld`, `load_joint` and `Mdp.joint`.
/// discount : γ of H, at least 0 and below 1.
/// discount_a : the discount of A, by default that of H.
/// correlation : β, the correlation of both agents' rewards at each state, from −1 to 1.
/// seed_policy : A's policy while H learns: ``"uniform"``, ``"stay"``, ``"toward:(0, 6)"``, by shortest paths to a place and then no move,
///     ``"0.8 stay + 0.2 uniform"``, the path of a policy file, or probabilities of A's pairs (SA,) or of states and actions (S, A).
/// rounds : how often the agents reply to each other; after the first time H, too, replies to A.
/// seed_baseline : whether to compute the POWER of A's seed policy, which can take longer than all the rest.
/// samples, sampling, until_se, seed, reward, as_published, keep_samples, progress : as for `power`; a finite law has an exact
///     answer by default if there are at most 10,000 pairs.
///
/// Python's lock is released meanwhile, and Ctrl-C raises ``KeyboardInterrupt``.
///
/// Raises
/// ------
/// PowerError, ArgumentError
///
/// >>> pair = joint_gridworld("...", collision="block")
/// >>> result = multi_agent_power(pair, 0.5, reward="one-hot")
/// >>> result.exact, result.by_position("power_a").shape
/// (True, (3, 3))
#[pyfunction]
#[pyo3(signature = (model, discount, *, discount_a=None, correlation=0.0, seed_policy=None, rounds=1, seed_baseline=true, samples=None, sampling=None, until_se=None, seed=0, reward=None, as_published=false, keep_samples=0, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are options of a command")]
pub(crate) fn multi_agent_power(
    model: &Bound<'_, JointModel>,
    discount: &Bound<'_, PyAny>,
    discount_a: Option<&Bound<'_, PyAny>>,
    correlation: f64,
    seed_policy: Option<&Bound<'_, PyAny>>,
    rounds: u32,
    seed_baseline: bool,
    samples: Option<&Bound<'_, PyAny>>,
    sampling: Option<&str>,
    until_se: Option<f64>,
    seed: u64,
    reward: Option<&Bound<'_, PyAny>>,
    as_published: bool,
    keep_samples: u64,
    progress: Option<&Bound<'_, PyAny>>,
) -> Result<MultiAgentPower> {
    let py = model.py();
    let environment = Arc::clone(model.get().environment());
    let joint = environment.model();
    let discount_h = number::discount("discount", discount)?;
    let no_rounds = || Failure::argument("rounds", "is 0: choose at least 1, the published order");
    let settings = MultiAgentSettings {
        discount_a: discount_a.map_or_else(|| Ok(discount_h.clone()), |given| number::discount("discount_a", given))?,
        discount_h,
        seed_policy: seed_policy.map_or(Ok(SeedPolicy::Uniform), |given| a_seed_policy(model.get(), given))?,
        seed_baseline,
        rounds: NonZeroU32::new(rounds).ok_or_else(no_rounds)?,
    };
    if as_published && rounds > 1 {
        return Err(Failure::argument("as_published", "cannot be used with `rounds`: leave one of them out"));
    }
    let law = reward_law(py, reward, joint.states().len())?;
    let samples = Samples::new(samples, sampling, until_se, seed, keep_samples, &law)?;
    let within = |error| Failure::Reward(error).within("correlation");
    let correlation = Correlation::new(correlation).map_err(within)?;
    let pairs = CorrelatedRewards::new(Arc::clone(&law.law), correlation).map_err(within)?;
    let (found, kept, time) = watched(py, teller(progress), |watch| {
        law.stopped_by(watch.flag());
        let (started, recorder) = (Instant::now(), SampleRecorder::new(samples.kept, watch));
        let sampling = &samples.sampling;
        // Beyond that many pairs of reward vectors, sampling is the faster way.
        let few = || pairs.support().is_some_and(|pairs| pairs.len() as u64 <= EXACT_PAIRS);
        let found = if as_published {
            published::estimate_multi_agent(joint, &pairs, &settings, sampling, &recorder)
        } else if !samples.asked_for && few() {
            dunamis_power::exact_multi_agent(joint, &pairs, &settings)
        } else {
            dunamis_power::estimate_multi_agent(joint, &pairs, &settings, sampling, &recorder)
        };
        law.outcome(found).map(|found| (found, recorder.into_samples(), started.elapsed()))
    })??;
    let none = || AgentSamples { states: joint.states().len(), ..AgentSamples::default() };
    let kept = match kept {
        Some(dunamis_power::Samples::MultiAgent { h, a }) => [h, a],
        _ => [none(), none()],
    };
    let reward = law.text.clone();
    Ok(MultiAgentPower { environment, settings, correlation, reward, seed, until_se, found, kept, time })
}

/// Most pairs of reward vectors whose expectation is computed exactly unless samples are asked for, as on the command line.
const EXACT_PAIRS: u64 = 10_000;

/// A's policy while H learns, as a text or an array.
fn a_seed_policy(model: &JointModel, given: &Bound<'_, PyAny>) -> Result<SeedPolicy> {
    let Ok(text) = given.extract::<String>() else {
        return Ok(SeedPolicy::Given(policy_of("seed_policy", model.layout(Agent::A), given)?));
    };
    let source: Result<SeedPolicySource, _> = text.parse();
    let resolved = source.and_then(|source| source.resolve(model.environment()));
    resolved.map_err(|error| Failure::SeedPolicy(error).within("seed_policy"))
}
