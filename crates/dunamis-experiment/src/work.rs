//! The experiments of a sweep as one list of work, which shards divide and [`merge`] puts together again.
//!
//! The units of work are the [chunks](dunamis_power::CHUNK) of samples of all points, in their order, and the points without
//! samples as a whole; unit *u* is done by the shard $`u \bmod n`$. A sum over a chunk does not depend on who computes it, and
//! sums are added in the order of chunks; so a merged run has the same bytes as one that was never divided.

use crate::chunk::ChunkContent;
use crate::inputs::{Computation, Inputs};
use crate::part::PartDepth;
use crate::parts::{Index, PartWriter, Parts};
use crate::store::{is_complete, run_merged};
use crate::unmerged::{MissingChunks, Unmerged};
use crate::{Experiment, ExperimentError, Observer, Run, RunKey, Shard, Sweep, run};
use dunamis_power::{CHUNK, Entry, Ledger, PowerError, Sample, SampleRecorder};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The schema number of `work.json`.
const SCHEMA: u32 = 1;

/// The experiments of a sweep as one list of work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Work {
    /// The hash of what there is to do.
    pub(crate) id: RunKey,
    /// What the sweep is called.
    pub(crate) name: String,
    /// Its runs, each once.
    pub(crate) points: Vec<Point>,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) key: RunKey,
    pub(crate) experiment: Experiment,
    /// Chunks of samples; `None` for an exact expectation, which is one unit.
    pub(crate) chunks: Option<u64>,
    /// Its first unit.
    first: u64,
}

/// `work.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: u32,
    name: String,
    points: Vec<PointDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PointDocument {
    key: RunKey,
    chunks: Option<u64>,
    config: String,
}

/// What a shard has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardRun {
    /// Which one.
    pub shard: Shard,
    /// What the sweep is called.
    pub name: String,
    /// Where its part files are; not there if everything was complete before.
    pub parts: PathBuf,
    /// Chunks that it has computed now; an exact expectation counts as one.
    pub computed: u64,
    /// Chunks that it had computed before, or that belong to complete runs.
    pub known: u64,
}

/// A sweep that was put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// What it is called.
    pub name: String,
    /// Its runs, each once, in the order of its points.
    pub runs: Vec<Run>,
}

impl Point {
    pub(crate) fn units(&self) -> u64 {
        self.chunks.unwrap_or(1)
    }

    /// The chunks that belong to a shard.
    fn own(&self, shard: Shard) -> impl Iterator<Item = u64> {
        (0..self.units()).filter(move |chunk| shard.owns(self.first + chunk))
    }
}

impl Work {
    pub(crate) fn new(sweep: &Sweep) -> Result<Self, ExperimentError> {
        let mut points = Vec::with_capacity(sweep.points.len());
        for point in &sweep.points {
            let sampling = point.experiment.expectation.sampling();
            if sampling.is_some_and(|sampling| sampling.until.is_some()) {
                return Err(ExperimentError::ShardUntil { name: point.experiment.name.clone() });
            }
            let chunks = sampling.map(|sampling| sampling.samples.div_ceil(CHUNK));
            points.push((point.experiment.key()?, chunks, point.experiment.clone()));
        }
        Ok(Work::of_points(sweep.name.clone(), points))
    }

    fn of_points(name: String, points: impl IntoIterator<Item = (RunKey, Option<u64>, Experiment)>) -> Self {
        let (mut work, mut seen, mut first) = (Vec::new(), BTreeSet::new(), 0);
        for (key, chunks, experiment) in points {
            if seen.insert(key) {
                let point = Point { key, experiment, chunks, first };
                first += point.units();
                work.push(point);
            }
        }
        let identity = |point: &Point| format!("{} {}\n", point.key, point.units());
        Work { id: RunKey::of(&work.iter().map(identity).collect::<String>()), name, points: work }
    }

    pub(crate) fn to_json(&self) -> String {
        let point =
            |point: &Point| PointDocument { key: point.key, chunks: point.chunks, config: point.experiment.to_toml() };
        let document =
            Document { schema: SCHEMA, name: self.name.clone(), points: self.points.iter().map(point).collect() };
        let mut text = serde_json::to_string_pretty(&document).expect("numbers and strings");
        text.push('\n');
        text
    }

    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let Document { schema, name, points } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if schema != SCHEMA {
            return Err(format!("its schema is {schema}, but this version reads schema {SCHEMA}"));
        }
        let read = |PointDocument { key, chunks, config }| {
            Ok((key, chunks, config.parse::<Experiment>().map_err(|error| error.to_string())?))
        };
        Ok(Work::of_points(name, points.into_iter().map(read).collect::<Result<Vec<_>, String>>()?))
    }

    /// How many units there are.
    pub(crate) fn units(&self) -> u64 {
        self.points.iter().map(Point::units).sum()
    }

    /// The units of runs that are not complete and have no record, by shard and point.
    fn missing(&self, runs: &Path, index: &Index, count: u32) -> Vec<MissingChunks> {
        let mut missing: BTreeMap<(Shard, usize), Vec<u64>> = BTreeMap::new();
        for (number, point) in self.points.iter().enumerate() {
            if is_complete(runs, point.key) {
                continue;
            }
            for chunk in (0..point.units()).filter(|&chunk| point.chunks.is_none() || !index.has(point.key, chunk)) {
                let shard = Shard::of_unit(point.first + chunk, count);
                missing.entry((shard, number)).or_default().extend(point.chunks.map(|_| chunk));
            }
        }
        let of_point = |((shard, number), chunks): ((Shard, usize), Vec<u64>)| MissingChunks {
            shard,
            name: self.points[number].experiment.name.clone(),
            chunks,
        };
        missing.into_iter().map(of_point).collect()
    }
}

/// Does what belongs to one shard of a sweep, unless it is done already; `begin` is told the name of each experiment before it starts.
///
/// What is computed goes to part files in the directory `parts-ID` among the runs, one record for each chunk of samples, as soon as it
/// is there; so a shard that was killed goes on where it was. Exact expectations, which have no samples, become runs at once. When all
/// shards are done, [`merge`] makes the runs. Several processes may do the same shard at a time: one computes, the others wait for it.
///
/// # Errors
///
/// [`ExperimentError::ShardUntil`] for a config that stops at a standard error, [`ExperimentError::Parts`] where part files cannot be
/// written, and as for [`run`](crate::run).
pub fn run_shard(
    sweep: &Sweep,
    shard: Shard,
    runs: impl AsRef<Path>,
    observer: &dyn Observer,
    mut begin: impl FnMut(&str),
) -> Result<ShardRun, ExperimentError> {
    let (runs, work) = (runs.as_ref(), Work::new(sweep)?);
    let parts = Parts::new(runs, &work);
    let unwritable = |source| ExperimentError::RunsDirectory { path: runs.into(), source };
    let mut done = ShardRun { shard, name: work.name.clone(), parts: parts.path.clone(), computed: 0, known: 0 };
    let own = |point: &&Point| point.own(shard).next().is_some();
    let due = |point: &&Point| !is_complete(runs, point.key);
    if !work.points.iter().filter(own).any(|point| due(&point)) {
        done.known = work.points.iter().map(|point| point.own(shard).count() as u64).sum();
        return Ok(done);
    }
    parts.create(&work).map_err(unwritable)?;
    let Some(_hold) = parts.lock(shard, observer).map_err(unwritable)? else {
        return Err(PowerError::Cancelled.into());
    };
    let mut files = parts.files().map_err(|source| parts.error(source))?;
    files.retain(|(writer, _)| *writer == shard);
    let index = Index::read(files, PartDepth::Content).map_err(|source| parts.error(source))?;
    let writer = PartWriter::new(&parts, shard);
    for point in work.points.iter().filter(own) {
        let missing: BTreeSet<u64> = point.own(shard).filter(|&chunk| !index.has(point.key, chunk)).collect();
        let units = point.own(shard).count() as u64;
        if missing.is_empty() || !due(&point) {
            done.known += units;
            continue;
        }
        begin(&point.experiment.name);
        done.computed += missing.len() as u64;
        done.known += units - missing.len() as u64;
        if point.chunks.is_none() {
            run(&point.experiment, runs, observer)?;
            continue;
        }
        let computation = Computation::new(&point.experiment, Inputs::read(&point.experiment)?)?;
        writer.restart_clock();
        let task = Task {
            observer,
            key: point.key,
            keep: point.experiment.expectation.kept(),
            missing,
            samples: Mutex::default(),
            writer: &writer,
        };
        match computation.run(&task) {
            Ok(_) | Err(PowerError::Incomplete { .. }) => {}
            Err(PowerError::Ledger(source)) => return Err(parts.error(source)),
            Err(error) => return Err(error.into()),
        }
    }
    writer.sync().map_err(|source| parts.error(source))?;
    Ok(done)
}

/// The chunks of one point that a shard computes.
struct Task<'a> {
    observer: &'a dyn Observer,
    key: RunKey,
    /// How many of the first samples are kept.
    keep: u64,
    missing: BTreeSet<u64>,
    /// Samples of chunks that are being computed.
    samples: Mutex<BTreeMap<u64, Vec<Vec<f64>>>>,
    writer: &'a PartWriter<'a>,
}

impl Observer for Task<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.observer.progress(done, total);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled()
    }

    fn samples_wanted(&self) -> u64 {
        self.keep
    }

    fn sample(&self, index: u64, sample: Sample<'_>) {
        let vectors = match sample {
            Sample::SingleAgent { rewards, power } => vec![rewards.to_vec(), power.to_vec()],
            Sample::MultiAgent { rewards_h, power_h, rewards_a, power_a } => {
                [rewards_h, power_h, rewards_a, power_a].map(<[f64]>::to_vec).into()
            }
        };
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).insert(index, vectors);
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        Some(self)
    }
}

impl Ledger for Task<'_> {
    fn entry(&self, chunk: u64) -> Entry {
        if self.missing.contains(&chunk) { Entry::Missing } else { Entry::Elsewhere }
    }

    fn read(&self, _: u64) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn keep(&self, chunk: u64, sum: Vec<u8>) -> io::Result<()> {
        let samples = {
            let mut all = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
            (chunk * CHUNK..(chunk + 1) * CHUNK).map_while(|index| all.remove(&index)).collect()
        };
        self.writer.append(self.key, chunk, &ChunkContent { sum, samples }.to_bytes())
    }
}

/// Puts the runs of a sweep together from what all its shards have left in `parts`, a directory `parts-ID` among runs, and removes
/// that directory; `begin` is told the name of each experiment before it starts.
///
/// The runs have the bytes that [`run`](crate::run) gives them, apart from the times and threads in their manifests, which are those of
/// the shards. Nothing is computed. Several processes may merge at a time; one that was killed is started again.
///
/// # Errors
///
/// [`ExperimentError::Unmerged`] if chunks are missing, which names them and the shards that they belong to; nothing is written then.
/// [`ExperimentError::Parts`], [`ExperimentError::Work`], and as for [`run`](crate::run).
pub fn merge(
    parts: impl AsRef<Path>,
    observer: &dyn Observer,
    mut begin: impl FnMut(&str),
) -> Result<Merged, ExperimentError> {
    let parts = Parts { path: parts.as_ref().into() };
    let work = parts.work()?;
    let runs = parts.runs();
    let all_complete = || work.points.iter().all(|point| is_complete(runs, point.key));
    // Another process that merges may have removed the directory meanwhile.
    let hold = match parts.lock_merge(observer) {
        Ok(Some(hold)) => Some(hold),
        Ok(None) => return Err(PowerError::Cancelled.into()),
        Err(_) if all_complete() => None,
        Err(source) => return Err(parts.error(source)),
    };
    let index = if all_complete() {
        Index::default()
    } else {
        let files = parts.files().map_err(|source| parts.error(source))?;
        let index = Index::read(files, PartDepth::Content).map_err(|source| parts.error(source))?;
        let shards = parts.shards().map_err(|source| parts.error(source))?;
        let count = shards.keys().map(|shard| shard.count()).max().unwrap_or(1);
        let missing = work.missing(runs, &index, count);
        if !missing.is_empty() {
            let (path, changed) = (parts.path.clone(), index.changed);
            return Err(ExperimentError::Unmerged(Box::new(Unmerged { path, chunks: work.units(), missing, changed })));
        }
        index
    };
    let mut merged = Merged { name: work.name.clone(), runs: Vec::with_capacity(work.points.len()) };
    for point in &work.points {
        begin(&point.experiment.name);
        merged.runs.push(run_merged(&point.experiment, point.key, runs, observer, &index)?);
    }
    // What cannot be removed is harmless, and removed by the next merge.
    let _ = parts.remove();
    drop(hold);
    Ok(merged)
}

/// The sums of all chunks of a run, on their way to an ordinary computation.
pub(crate) struct Known<'a> {
    pub(crate) recorder: &'a SampleRecorder<'a>,
    pub(crate) key: RunKey,
    pub(crate) index: &'a Index,
}

impl Observer for Known<'_> {
    fn progress(&self, done: u64, total: u64) {
        self.recorder.progress(done, total);
    }

    fn cancelled(&self) -> bool {
        self.recorder.cancelled()
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        Some(self)
    }
}

impl Ledger for Known<'_> {
    fn entry(&self, chunk: u64) -> Entry {
        if self.index.has(self.key, chunk) { Entry::Known } else { Entry::Elsewhere }
    }

    fn read(&self, chunk: u64) -> io::Result<Vec<u8>> {
        let bytes = self.index.content(self.key, chunk)?;
        let content = ChunkContent::from_bytes(&bytes).ok_or(io::ErrorKind::InvalidData)?;
        for (index, vectors) in (chunk * CHUNK..).zip(&content.samples) {
            match &vectors[..] {
                [rewards, power] => self.recorder.sample(index, Sample::SingleAgent { rewards, power }),
                [rewards_h, power_h, rewards_a, power_a] => {
                    self.recorder.sample(index, Sample::MultiAgent { rewards_h, power_h, rewards_a, power_a });
                }
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(content.sum)
    }

    fn keep(&self, _: u64, _: Vec<u8>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
