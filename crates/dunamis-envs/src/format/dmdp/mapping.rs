//! The bytes of a file, mapped into memory where that is possible.
//!
//! **The invariant of the only unsafe call of this crate**: nobody changes the bytes of a file while it is mapped. It cannot be
//! enforced, so what can be done is done: a file is written beside its place and renamed into it, never in place, and is then
//! read-only; a shared lock is held on it, which systems with mandatory locks enforce; and [`Bytes::is_changed`] tells afterwards
//! whether its size or its time of modification has changed. All access is through bounds checks on a slice of `u8`, for which
//! any content is valid.

#![expect(unsafe_code, reason = "mapping a file is unsafe, see above")]

use memmap2::Mmap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;
use std::path::Path;
use std::time::SystemTime;

/// The bytes of a file.
#[derive(Debug)]
pub(super) enum Bytes {
    /// Where the file lies.
    Mapped { map: Mmap, file: File, stamp: Stamp },
    /// A copy in memory.
    Read(Vec<u8>),
}

/// What differs after most changes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let data = file.metadata()?;
        Ok(Stamp { length: data.len(), modified: data.modified().ok() })
    }
}

impl Bytes {
    /// Maps a file, or reads what cannot be mapped, such as a pipe.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        // Where there are no locks, the other precautions remain.
        let _ = file.try_lock_shared();
        let stamp = Stamp::of(&file)?;
        // SAFETY: the file is not changed while it is mapped, see the head of this module.
        if let Ok(map) = unsafe { Mmap::map(&file) } {
            return Ok(Bytes::Mapped { map, file, stamp });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Bytes::Read(bytes))
    }

    /// Whether someone changed the file since it was opened; a copy never changes.
    pub(super) fn is_changed(&self) -> bool {
        match self {
            Bytes::Mapped { file, stamp, .. } => Stamp::of(file).ok() != Some(*stamp),
            Bytes::Read(_) => false,
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped { map, .. } => map,
            Bytes::Read(bytes) => bytes,
        }
    }
}
