//! Directories of part files: what the shards of a computation have left so far.
//!
//! The work `ID` has the directory `parts-ID` among the runs:
//!
//! | file | is |
//! |---|---|
//! | `work.json` | the [`Work`]: what there is to compute, and in which order it is counted |
//! | `3-of-16.1.part` | what the first process of shard 3/16 has computed; a later one writes `3-of-16.2.part` |
//! | `3-of-16.lock`, `merge.lock` | locks, held by the processes that compute this shard, or put everything together |
//!
//! Locks only save work. Whether a sum is right is decided by hashes, and the same chunk may be there several times; so nothing goes
//! wrong where the file system has no locks.

use crate::part::{MAGIC, PartContents, PartDepth, PartEnd, PartHeader, PartRecord, record};
use crate::partial::Partial;
use crate::work::Work;
use crate::{ExperimentError, Observer, RunKey, Shard};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often a lock that another process holds is tried again.
const POLL: Duration = Duration::from_millis(50);

const WORK: &str = "work.json";

/// The directory of a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) path: PathBuf,
}

/// A record of a part file that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPart {
    /// The file.
    pub path: PathBuf,
    /// The shard that wrote it.
    pub shard: Shard,
    /// The record, from 0.
    pub record: usize,
    /// Where it begins, in bytes.
    pub at: u64,
}

impl Parts {
    /// The directory of a work among these runs.
    pub(crate) fn new(runs: &Path, work: &Work) -> Self {
        Parts { path: runs.join(format!("parts-{}", work.id)) }
    }

    pub(crate) fn error(&self, source: io::Error) -> ExperimentError {
        ExperimentError::Parts { path: self.path.clone(), source }
    }

    /// Makes sure that the directory is there and says what the work is.
    pub(crate) fn create(&self, work: &Work) -> io::Result<()> {
        std::fs::create_dir_all(&self.path)?;
        let (place, text) = (self.path.join(WORK), work.to_json());
        if std::fs::read_to_string(&place).is_ok_and(|found| found == text) {
            return Ok(());
        }
        let mut file = tempfile::Builder::new().prefix(".work").tempfile_in(&self.path)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(place).map(drop).map_err(|error| error.error)
    }

    /// What the work is.
    pub(crate) fn work(&self) -> Result<Work, ExperimentError> {
        let text = std::fs::read_to_string(self.path.join(WORK)).map_err(|source| self.error(source))?;
        let wrong = |reason: String| ExperimentError::Work { path: self.path.join(WORK), reason };
        let work = Work::from_json(&text).map_err(wrong)?;
        if self.path.file_name().is_some_and(|name| name.to_string_lossy() == format!("parts-{}", work.id)) {
            return Ok(work);
        }
        Err(wrong(format!("it belongs to `parts-{}`", work.id)))
    }

    /// The directory of runs that it is in.
    pub(crate) fn runs(&self) -> &Path {
        self.path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Removes it: it stops being there at once, so that a process that is killed meanwhile leaves nothing half removed.
    pub(crate) fn remove(&self) -> io::Result<()> {
        Partial::remove(self.runs(), RunKey::of(&self.path.to_string_lossy()), &self.path)
    }

    fn stem(shard: Shard) -> String {
        format!("{}-of-{}", shard.number(), shard.count())
    }

    /// Waits until no other process holds the lock of a shard.
    pub(crate) fn lock(&self, shard: Shard, observer: &dyn Observer) -> io::Result<Option<Hold>> {
        self.hold(&Self::stem(shard), observer)
    }

    /// Waits until no other process merges.
    pub(crate) fn lock_merge(&self, observer: &dyn Observer) -> io::Result<Option<Hold>> {
        self.hold("merge", observer)
    }

    /// The lock of this name; `None` if the observer asks to stop before it is free.
    fn hold(&self, name: &str, observer: &dyn Observer) -> io::Result<Option<Hold>> {
        let file =
            OpenOptions::new().create(true).append(true).read(true).open(self.path.join(format!("{name}.lock")))?;
        loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) if observer.cancelled() => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(POLL),
                // Without locks on this file system there is nothing to hold.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(Some(Hold(file))),
            }
        }
    }

    /// All part files with the shards that wrote them, in the order of shards and of their processes.
    pub(crate) fn files(&self) -> io::Result<Vec<(Shard, PathBuf)>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let path = entry?.path();
            if let Some((shard, end)) = shard_of(&path)
                && let Some(process) = end.strip_suffix(".part").and_then(|number| number.parse::<u64>().ok())
            {
                found.push((shard, process, path));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(shard, _, path)| (shard, path)).collect())
    }

    /// The shards that have begun, with whether a process computes each of them now.
    pub(crate) fn shards(&self) -> io::Result<BTreeMap<Shard, bool>> {
        let mut shards: BTreeMap<Shard, bool> = self.files()?.into_iter().map(|(shard, _)| (shard, false)).collect();
        for entry in std::fs::read_dir(&self.path)? {
            let path = entry?.path();
            if let Some((shard, "lock")) = shard_of(&path) {
                let held = File::open(&path).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
                *shards.entry(shard).or_default() |= held;
            }
        }
        Ok(shards)
    }
}

/// The shard that a file belongs to, and the rest of its name.
fn shard_of(path: &Path) -> Option<(Shard, &str)> {
    let (stem, rest) = path.file_name()?.to_str()?.split_once('.')?;
    let (number, count) = stem.split_once("-of-")?;
    Some((Shard::new(number.parse().ok()?, count.parse().ok()?).ok()?, rest))
}

/// A lock, as long as this lives.
#[derive(Debug)]
pub(crate) struct Hold(#[expect(dead_code, reason = "what is held")] File);

/// Writes the part file of this process, which begins with its first record.
pub(crate) struct PartWriter<'a> {
    parts: &'a Parts,
    shard: Shard,
    started: u64,
    state: Mutex<State>,
}

struct State {
    file: Option<File>,
    /// When the time that the next record tells began.
    clock: Instant,
}

impl<'a> PartWriter<'a> {
    pub(crate) fn new(parts: &'a Parts, shard: Shard) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        PartWriter { parts, shard, started, state: Mutex::new(State { file: None, clock: Instant::now() }) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time until the next record begins now.
    pub(crate) fn restart_clock(&self) {
        self.state().clock = Instant::now();
    }

    /// Writes a record in one piece.
    pub(crate) fn append(&self, key: RunKey, chunk: u64, content: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let seconds = state.clock.elapsed().as_secs_f64();
        state.clock = Instant::now();
        let threads = rayon::current_num_threads() as u64;
        let header = PartHeader { key, chunk, started: self.started, seconds, threads, length: 0 };
        let bytes = record(header, content);
        let (mut file, bytes) = match state.file.take() {
            Some(file) => (file, bytes),
            None => (self.create()?, [&MAGIC[..], &bytes].concat()),
        };
        // A file whose last record may be torn is never written again.
        file.write_all(&bytes)?;
        state.file = Some(file);
        Ok(())
    }

    /// The first file of this shard that is not there yet.
    fn create(&self) -> io::Result<File> {
        let mut process = 1_u64;
        loop {
            let path = self.parts.path.join(format!("{}.{process}.part", Parts::stem(self.shard)));
            match OpenOptions::new().append(true).create_new(true).open(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => process += 1,
                created => return created,
            }
        }
    }

    /// Waits until everything is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.state().file.as_ref().map_or(Ok(()), File::sync_all)
    }
}

/// Where the record of each chunk is.
#[derive(Debug, Default)]
pub(crate) struct Index {
    files: Vec<PathBuf>,
    chunks: BTreeMap<(RunKey, u64), (usize, PartRecord)>,
    /// What was found changed.
    pub(crate) changed: Vec<ChangedPart>,
}

/// When and how long processes computed the chunks of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Times {
    pub(crate) started: SystemTime,
    pub(crate) seconds: f64,
    pub(crate) threads: usize,
}

impl Index {
    /// Reads part files. The first record of a chunk counts; all of them have the same sum.
    pub(crate) fn read(files: Vec<(Shard, PathBuf)>, depth: PartDepth) -> io::Result<Self> {
        let mut index = Index::default();
        for (number, (shard, path)) in files.into_iter().enumerate() {
            let contents = PartContents::read(&mut io::BufReader::new(File::open(&path)?), depth)?;
            for record in contents.records {
                index.chunks.entry((record.header.key, record.header.chunk)).or_insert((number, record));
            }
            if let PartEnd::Changed { record, at } = contents.end {
                index.changed.push(ChangedPart { path: path.clone(), shard, record, at });
            }
            index.files.push(path);
        }
        Ok(index)
    }

    pub(crate) fn has(&self, key: RunKey, chunk: u64) -> bool {
        self.chunks.contains_key(&(key, chunk))
    }

    /// The content of the record of a chunk.
    pub(crate) fn content(&self, key: RunKey, chunk: u64) -> io::Result<Vec<u8>> {
        let (file, record) = self.chunks.get(&(key, chunk)).ok_or(io::ErrorKind::NotFound)?;
        let path = &self.files[*file];
        let changed = || io::Error::other(format!("`{}` has changed since it was read", path.display()));
        record.content(&mut File::open(path)?)?.ok_or_else(changed)
    }

    /// When and how long the chunks of a run were computed.
    pub(crate) fn times(&self, key: RunKey) -> Times {
        let headers = || self.chunks.range((key, 0)..=(key, u64::MAX)).map(|(_, (_, record))| record.header);
        let started = headers().map(|header| header.started).min().unwrap_or(0);
        Times {
            started: UNIX_EPOCH.checked_add(Duration::from_secs(started)).unwrap_or(UNIX_EPOCH),
            seconds: headers().map(|header| header.seconds).sum(),
            threads: headers().map(|header| header.threads as usize).max().unwrap_or(1),
        }
    }
}
