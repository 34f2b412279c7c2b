//! Computing a run, writing it, and reading it back.

use crate::inputs::{Computation, Computed, Inputs};
use crate::manifest::utc;
use crate::partial::{Claim, Partial};
use crate::parts::{Index, Times};
use crate::work::Known;
use crate::{
    Damage, Experiment, ExperimentError, GridLayout, MANIFEST_SCHEMA, Manifest, NUMERICS_VERSION, Observer,
    PowerSettings, Run, RunKey, RunPower, table,
};
use dunamis_power::{AgentSamples, PowerError, SampleRecorder, Samples};
use dunamis_sampling::STREAM_VERSION;
use ndarray::{Array2, ArrayView1, ArrayView2, Ix2, OwnedRepr};
use ndarray_npy::{NpzReader, NpzWriter};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

pub(crate) const CONFIG: &str = "config.toml";
const TABLE: &str = "power.csv";
const ARRAYS: &str = "power.npz";
const GRID: &str = "grid.json";
const SAMPLES: &str = "samples.npz";
pub(crate) const MANIFEST: &str = "manifest.json";

impl Experiment {
    /// What identifies this experiment's run. Reads the environment, and the seed policy's file if there is one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`](crate::ConfigError) if one of them cannot be read.
    pub fn key(&self) -> Result<RunKey, crate::ConfigError> {
        Ok(Inputs::read(self)?.key(self))
    }
}

/// Runs an experiment, or reuses its run if `runs` has a complete one.
///
/// The run is the directory `runs/KEY`. It is written next to that place and moved there when everything is on the disk, so
/// a run that is killed leaves nothing that counts as complete. A directory in its place that is not a complete run is
/// replaced ([`Run::replaced`]). Several processes may run the same experiment at a time: one computes it, the others
/// wait for it.
///
/// # Errors
///
/// [`ExperimentError::Config`] if the experiment does not fit its environment; [`ExperimentError::RunsDirectory`] before
/// anything is computed, [`ExperimentError::Power`] and [`ExperimentError::Write`].
pub fn run(experiment: &Experiment, runs: impl AsRef<Path>, observer: &dyn Observer) -> Result<Run, ExperimentError> {
    let inputs = Inputs::read(experiment)?;
    let key = inputs.key(experiment);
    obtain(experiment, inputs, key, runs.as_ref(), observer, None)
}

/// The same from the sums of all chunks of samples, as shards have left them; `key` is what the run had for them.
pub(crate) fn run_merged(
    experiment: &Experiment,
    key: RunKey,
    runs: &Path,
    observer: &dyn Observer,
    index: &Index,
) -> Result<Run, ExperimentError> {
    let inputs = Inputs::read(experiment)?;
    if inputs.key(experiment) != key {
        return Err(ExperimentError::OtherEnvironment { run: experiment.name.clone() });
    }
    obtain(experiment, inputs, key, runs, observer, Some(index))
}

/// Whether there is a complete run of this key.
pub(crate) fn is_complete(runs: &Path, key: RunKey) -> bool {
    check(&runs.join(key.to_string()), key).is_ok()
}

fn obtain(
    experiment: &Experiment,
    inputs: Inputs,
    key: RunKey,
    runs: &Path,
    observer: &dyn Observer,
    index: Option<&Index>,
) -> Result<Run, ExperimentError> {
    let place = runs.join(key.to_string());
    let mut replaced = match reuse(experiment, key, &place) {
        Ok(run) => return Ok(run),
        Err(damage) => damage,
    };
    let computation = Computation::new(experiment, inputs)?;
    let partial = loop {
        let claim = Partial::claim(runs, key, observer);
        match claim.map_err(|source| ExperimentError::RunsDirectory { path: runs.into(), source })? {
            Claim::Granted(partial) => break partial,
            Claim::Ended => match reuse(experiment, key, &place) {
                Ok(run) => return Ok(run),
                Err(damage) => replaced = damage,
            },
            Claim::Cancelled => return Err(PowerError::Cancelled.into()),
        }
    };
    let (started, clock) = (SystemTime::now(), Instant::now());
    let recorder = SampleRecorder::new(experiment.expectation.kept(), observer);
    let (computed, times) = match index {
        None => {
            let computed = computation.run(&recorder)?;
            let (seconds, threads) = (clock.elapsed().as_secs_f64(), rayon::current_num_threads());
            (computed, Times { started, seconds, threads })
        }
        Some(index) => (computation.run(&Known { recorder: &recorder, key, index })?, index.times(key)),
    };
    let manifest = manifest(experiment, key, &computed, times);
    write(&partial.path(), experiment, &computed, recorder.into_samples().as_ref(), manifest)?;
    let published = partial.publish(|place| check(place, key).is_ok());
    let path = published.map_err(|source| ExperimentError::Write { path: place, source })?;
    let run = check(&path, key).map_err(|source| ExperimentError::Damaged { path, source })?;
    Ok(Run { replaced, ..run })
}

/// The run at its place, under the experiment's own name; what is wrong with it, `None` if there is nothing.
fn reuse(experiment: &Experiment, key: RunKey, place: &Path) -> Result<Run, Option<Damage>> {
    if !place.try_exists().unwrap_or(true) {
        return Err(None);
    }
    let mut run = check(place, key)?;
    run.reused = true;
    run.experiment.name.clone_from(&experiment.name);
    run.experiment.description.clone_from(&experiment.description);
    Ok(run)
}

/// Reads a run that has to be the one of a key.
fn check(place: &Path, key: RunKey) -> Result<Run, Damage> {
    let run = read(place)?;
    if run.key == key { Ok(run) } else { Err(Damage::Key { found: run.key }) }
}

fn manifest(experiment: &Experiment, key: RunKey, computed: &Computed, times: Times) -> Manifest {
    let sampling = experiment.expectation.sampling();
    let until_se = sampling.and_then(|sampling| sampling.until);
    let finite = |error: f64| error.is_finite().then_some(error);
    let (agents, alignment) = match (&experiment.power, &computed.power) {
        (PowerSettings::MultiAgent(_), RunPower::MultiAgent { alignment, .. }) => (2, Some(*alignment)),
        _ => (1, None),
    };
    Manifest {
        schema: MANIFEST_SCHEMA,
        key,
        dunamis_version: env!("CARGO_PKG_VERSION").into(),
        numerics_version: NUMERICS_VERSION,
        stream_version: STREAM_VERSION,
        agents,
        states: computed.states.len(),
        samples: computed.samples,
        seed: sampling.map(|sampling| sampling.seed.get()),
        sampling: sampling.map(|sampling| sampling.method),
        until_se,
        until_se_reached: until_se.map(|until_se| computed.power.largest_std_error() <= until_se),
        kernel: computed.kernel.clone(),
        graph_samples: computed.graph_samples,
        general_samples: computed.general_samples,
        endings: computed.endings,
        solver_error: finite(computed.solver_error),
        solver_error_a: computed.solver_error_a.and_then(finite),
        alignment,
        threads: times.threads,
        started: utc(times.started),
        seconds: times.seconds,
        files: BTreeMap::new(),
    }
}

/// Writes all files of a run, the manifest last.
fn write(
    directory: &Path,
    experiment: &Experiment,
    computed: &Computed,
    samples: Option<&Samples>,
    mut manifest: Manifest,
) -> Result<(), ExperimentError> {
    let layout = computed.layout.as_ref();
    let mut files = vec![
        (CONFIG, experiment.to_toml().into_bytes()),
        (TABLE, table::to_csv(&computed.states, layout, &computed.power)),
        (ARRAYS, arrays(layout, &computed.power).map_err(|source| write_error(directory.join(ARRAYS), source))?),
    ];
    if let Some(layout) = layout {
        let mut text = serde_json::to_vec(layout).expect("numbers and lists");
        text.push(b'\n');
        files.push((GRID, text));
    }
    for (name, content) in &files {
        manifest.files.insert((*name).into(), blake3::hash(content).to_string());
    }
    if let Some(samples) = samples {
        let path = directory.join(SAMPLES);
        let hash = write_samples(&path, samples).map_err(|source| write_error(path, source))?;
        manifest.files.insert(SAMPLES.into(), hash);
    }
    files.push((MANIFEST, manifest.to_json().into_bytes()));
    for (name, content) in files {
        let path = directory.join(name);
        write_file(&path, &content).map_err(|source| write_error(path, source))?;
    }
    Ok(())
}

pub(crate) fn write_error(path: PathBuf, source: io::Error) -> ExperimentError {
    ExperimentError::Write { path, source }
}

pub(crate) fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The columns of the table as arrays of their names, without state names.
fn arrays(layout: Option<&GridLayout>, power: &RunPower) -> io::Result<Vec<u8>> {
    let mut writer = NpzWriter::new(Cursor::new(Vec::new()));
    for (name, values) in table::cell_columns(power, layout) {
        let values: Vec<u64> = values.into_iter().map(|value| value as u64).collect();
        writer.add_array(name, &ArrayView1::from(&values)).map_err(io::Error::other)?;
    }
    for (name, values) in table::columns(power) {
        writer.add_array(name, &ArrayView1::from(values)).map_err(io::Error::other)?;
    }
    Ok(writer.finish().map_err(io::Error::other)?.into_inner())
}

/// The arrays of one agent's samples, with what their names end in.
fn suffixed(samples: &Samples) -> Vec<(&'static str, &AgentSamples)> {
    match samples {
        Samples::SingleAgent(agent) => vec![("", agent)],
        Samples::MultiAgent { h, a } => vec![("_h", h), ("_a", a)],
    }
}

/// Writes samples as matrices of samples × states, straight to the disk as they may be large; the hash of the file.
fn write_samples(path: &Path, samples: &Samples) -> io::Result<String> {
    let mut writer = NpzWriter::new(File::create_new(path)?);
    for (suffix, agent) in suffixed(samples) {
        for (name, values) in [("rewards", &agent.rewards), ("power", &agent.power)] {
            let matrix = ArrayView2::from_shape((agent.len(), agent.states), values).map_err(io::Error::other)?;
            writer.add_array(format!("{name}{suffix}"), &matrix).map_err(io::Error::other)?;
        }
    }
    writer.finish().map_err(io::Error::other)?.sync_all()?;
    Ok(blake3::Hasher::new().update_reader(File::open(path)?)?.finalize().to_string())
}

/// Reads the samples of a run, if it has any, and checks them.
pub(crate) fn read_samples(run: &Run) -> Result<Option<Samples>, Damage> {
    let Some(hash) = run.manifest.files.get(SAMPLES) else { return Ok(None) };
    let content = bytes(&run.path, SAMPLES)?;
    if blake3::hash(&content).to_string() != *hash {
        return Err(Damage::Hash { file: SAMPLES.into() });
    }
    let malformed = |error: ndarray_npy::ReadNpzError| malformed(SAMPLES, &error);
    let mut reader = NpzReader::new(Cursor::new(content)).map_err(malformed)?;
    let mut agent = |suffix: &str| {
        let mut matrix =
            |name: &str| reader.by_name::<OwnedRepr<f64>, Ix2>(&format!("{name}{suffix}")).map_err(malformed);
        let (rewards, power) = (matrix("rewards")?, matrix("power")?);
        if rewards.dim() != power.dim() || power.ncols() != run.states.len() {
            return Err(Damage::Mismatch { what: "the shapes of samples" });
        }
        let values = |matrix: Array2<f64>| matrix.iter().copied().collect();
        Ok(AgentSamples { states: run.states.len(), rewards: values(rewards), power: values(power) })
    };
    Ok(Some(match run.power {
        RunPower::SingleAgent(_) => Samples::SingleAgent(agent("")?),
        RunPower::MultiAgent { .. } => Samples::MultiAgent { h: agent("_h")?, a: agent("_a")? },
    }))
}

/// Reads a run and checks it, apart from its samples.
pub(crate) fn read(directory: &Path) -> Result<Run, Damage> {
    let manifest = Manifest::from_json(&text(MANIFEST, bytes(directory, MANIFEST)?)?);
    let manifest = manifest.map_err(|error| malformed(MANIFEST, &error))?;
    if manifest.schema != MANIFEST_SCHEMA {
        return Err(Damage::Schema { schema: manifest.schema });
    }
    let mut files = BTreeMap::new();
    for (name, hash) in &manifest.files {
        // Names come from a file: only plain ones are ours.
        let content = match name.as_str() {
            CONFIG | TABLE | ARRAYS | GRID => bytes(directory, name)?,
            // Samples may be large: they are read and checked when someone wants them.
            SAMPLES => match directory.join(name).metadata() {
                Ok(_) => continue,
                Err(error) => return Err(unreadable(name, &error)),
            },
            _ => return Err(malformed(MANIFEST, &format_args!("it lists `{name}`"))),
        };
        if blake3::hash(&content).to_string() != *hash {
            return Err(Damage::Hash { file: name.clone() });
        }
        files.insert(name.as_str(), content);
    }
    let mut take = |file: &str| files.remove(file).ok_or_else(|| Damage::Unlisted { file: file.into() });
    let config = text(CONFIG, take(CONFIG)?)?;
    let (csv, _) = (take(TABLE)?, take(ARRAYS)?);
    let grid = take(GRID).ok();
    let experiment =
        Experiment::from_toml(&config, directory.join(CONFIG)).map_err(|error| malformed(CONFIG, &error))?;
    let (states, power) = RunPower::from_csv(&csv, manifest.alignment.unwrap_or_default()).map_err(Damage::Table)?;
    let layout =
        grid.map(|bytes| serde_json::from_slice::<GridLayout>(&bytes).map_err(|error| malformed(GRID, &error)));
    let layout = layout.transpose()?;
    if layout.as_ref().is_some_and(|layout| !layout.is_consistent()) {
        return Err(malformed(GRID, &"a cell is listed twice, or lies outside the grid"));
    }
    let one_agent = matches!(power, RunPower::SingleAgent(_));
    let cells = layout.as_ref().map(|layout| layout.cells.len());
    for (what, agree) in [
        ("the numbers of states", manifest.states == states.len()),
        ("the numbers of agents", (manifest.agents == 1) == one_agent),
        ("the numbers of cells", !one_agent || cells.is_none_or(|cells| cells == states.len())),
    ] {
        if !agree {
            return Err(Damage::Mismatch { what });
        }
    }
    let (key, path) = (manifest.key, directory.to_owned());
    Ok(Run { key, path, reused: false, replaced: None, experiment, manifest, states, layout, power })
}

pub(crate) fn bytes(directory: &Path, file: &str) -> Result<Vec<u8>, Damage> {
    std::fs::read(directory.join(file)).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &str, error: &io::Error) -> Damage {
    Damage::Unreadable { file: file.into(), reason: error.to_string() }
}

pub(crate) fn text(file: &str, bytes: Vec<u8>) -> Result<String, Damage> {
    String::from_utf8(bytes).map_err(|error| malformed(file, &error))
}

pub(crate) fn malformed(file: &str, reason: &dyn std::fmt::Display) -> Damage {
    Damage::Malformed { file: file.into(), reason: reason.to_string() }
}
