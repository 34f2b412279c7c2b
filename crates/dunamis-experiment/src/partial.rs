//! Directories of runs that are being computed.
//!
//! A run is written into `.partial-KEY-XXXXXX/run` and renamed when it is complete. As long as its process lives it holds a
//! lock on `.partial-KEY-XXXXXX/lock`; a partial directory whose lock can be taken belongs to nobody and is removed. All
//! changes of the directory itself are made under a lock on `.lock`. Where the file system has no locks, nothing is
//! removed, and the final rename still decides.

use crate::RunKey;
use dunamis_power::Observer;
use std::fs::{DirEntry, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// How often a run that another process is computing is looked at again.
const POLL: Duration = Duration::from_millis(50);

/// The directory of a run that this process computes; removed when dropped.
pub(crate) struct Partial {
    runs: PathBuf,
    key: RunKey,
    // Dropped before the directory, which some systems cannot remove otherwise.
    _lock: File,
    directory: TempDir,
}

/// What came of asking for a partial directory.
pub(crate) enum Claim {
    /// It is ours.
    Granted(Partial),
    /// Another process was computing this run, and has ended.
    Ended,
    /// The observer asked to stop.
    Cancelled,
}

impl Partial {
    /// Asks for the right to compute a run, after clearing away what dead runs have left.
    ///
    /// If another process computes this run, waits for its end. A thread of a pool never waits, since what it waits for may
    /// be one of its own unfinished tasks: it computes the run a second time.
    pub(crate) fn claim(runs: &Path, key: RunKey, observer: &dyn Observer) -> io::Result<Claim> {
        std::fs::create_dir_all(runs)?;
        let in_pool = rayon::current_thread_index().is_some();
        let mut waited = false;
        loop {
            {
                let guard = Guard::take(runs)?;
                let rival = guard.clear(runs, Some(key))?;
                if waited && !rival {
                    return Ok(Claim::Ended);
                }
                if !rival || in_pool {
                    return Self::create(runs, key).map(Claim::Granted);
                }
            }
            if observer.cancelled() {
                return Ok(Claim::Cancelled);
            }
            waited = true;
            std::thread::sleep(POLL);
        }
    }

    /// Removes the directories of dead runs; how many there were.
    pub(crate) fn clear(runs: &Path) -> io::Result<usize> {
        let count = || Ok::<_, io::Error>(std::fs::read_dir(runs)?.flatten().filter(is_partial).count());
        let guard = Guard::take(runs)?;
        let before = count()?;
        guard.clear(runs, None)?;
        Ok(before - count()?)
    }

    /// Removes what belongs to a key, such as its complete run: it stops being there by a single rename.
    pub(crate) fn remove(runs: &Path, key: RunKey, directory: &Path) -> io::Result<()> {
        let _guard = Guard::take(runs)?;
        let gone = tempfile::Builder::new().prefix(&prefix(key)).tempdir_in(runs)?;
        std::fs::rename(directory, gone.path().join("removed"))?;
        sync(runs);
        gone.close()
    }

    fn create(runs: &Path, key: RunKey) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix(&prefix(key)).tempdir_in(runs)?;
        let lock = File::create(directory.path().join("lock"))?;
        // Without locks on this file system there is nothing to hold.
        let _ = lock.try_lock();
        std::fs::create_dir(directory.path().join("run"))?;
        Ok(Partial { runs: runs.into(), key, _lock: lock, directory })
    }

    /// Where the files of the run go.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("run")
    }

    /// Puts the finished run in its place, unless `keep` accepts what is there; the place.
    pub(crate) fn publish(self, keep: impl FnOnce(&Path) -> bool) -> io::Result<PathBuf> {
        sync(&self.path());
        let _guard = Guard::take(&self.runs)?;
        let place = self.runs.join(self.key.to_string());
        if place.try_exists()? {
            if keep(&place) {
                return Ok(place);
            }
            std::fs::rename(&place, self.directory.path().join("replaced"))?;
        }
        std::fs::rename(self.path(), &place)?;
        sync(&self.runs);
        Ok(place)
    }
}

fn prefix(key: RunKey) -> String {
    format!(".partial-{key}-")
}

fn is_partial(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with(".partial-")
}

/// The right to change the entries of the directory, as long as it lives.
struct Guard {
    _lock: File,
    /// Whether the file system has locks.
    exclusive: bool,
}

impl Guard {
    fn take(runs: &Path) -> io::Result<Self> {
        let lock = OpenOptions::new().create(true).append(true).open(runs.join(".lock"))?;
        Ok(Guard { exclusive: lock.lock().is_ok(), _lock: lock })
    }

    /// Removes what dead runs have left; whether a live one computes `key`.
    fn clear(&self, runs: &Path, key: Option<RunKey>) -> io::Result<bool> {
        let mut rival = false;
        for entry in std::fs::read_dir(runs)? {
            let entry = entry?;
            if !is_partial(&entry) || !self.exclusive {
                continue;
            }
            let name = entry.file_name();
            let is_rival = |key| name.to_string_lossy().starts_with(&prefix(key));
            match File::open(entry.path().join("lock")).map(|lock| lock.try_lock()) {
                Ok(Err(TryLockError::WouldBlock)) => rival |= key.is_some_and(is_rival),
                Ok(Err(TryLockError::Error(_))) => {}
                // What cannot be removed is harmless: nothing reads it.
                Ok(Ok(())) | Err(_) => drop(std::fs::remove_dir_all(entry.path())),
            }
        }
        Ok(rival)
    }
}

/// Makes the entries of a directory durable, on systems that can.
fn sync(directory: &Path) {
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
}
