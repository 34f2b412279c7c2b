//! Running over samples in parallel, with the same result for any number of threads.

use crate::PowerError;
use rayon::prelude::*;
use std::ops::Range;

/// Samples that one task handles: a fixed number, because the partial sums of chunks are added in the order of chunks.
pub(crate) const CHUNK: u64 = 16;

/// Chunks whose partial sums are held at once: fixes the memory, not the result.
const WAVE: u64 = 64;

/// Watches a long computation.
pub trait Observer: Sync {
    /// Called now and then: `done` of `total` samples are finished.
    fn progress(&self, done: u64, total: u64) {
        let _ = (done, total);
    }

    /// Whether to stop early with [`PowerError::Cancelled`].
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl Observer for () {}

/// Calls `work` for every chunk of samples, in parallel, and `merge` for its results in the order of chunks.
pub(crate) fn over_chunks<T: Send, S: Send>(
    samples: Range<u64>,
    observer: &dyn Observer,
    scratch: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, Range<u64>) -> Result<T, PowerError> + Sync,
    mut merge: impl FnMut(u64, T),
) -> Result<(), PowerError> {
    let total = samples.end - samples.start;
    let chunks = total.div_ceil(CHUNK);
    let mut done = 0;
    while done < chunks {
        if observer.cancelled() {
            return Err(PowerError::Cancelled);
        }
        let wave = done..(done + WAVE).min(chunks);
        let of_chunk = |chunk: u64| {
            let first = samples.start + chunk * CHUNK;
            first..(first + CHUNK).min(samples.end)
        };
        let results: Vec<Result<T, PowerError>> =
            wave.clone().into_par_iter().map_init(&scratch, |scratch, chunk| work(scratch, of_chunk(chunk))).collect();
        for (chunk, result) in wave.clone().zip(results) {
            merge(chunk, result?);
        }
        done = wave.end;
        observer.progress((done * CHUNK).min(total), total);
    }
    Ok(())
}
