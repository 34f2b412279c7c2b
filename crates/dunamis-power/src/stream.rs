//! Running over samples in parallel, with the same result for any number of threads.

use crate::ledger::Bytes;
use crate::{CHUNK, Entry, Ledger, PowerError, Sampling};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

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

    /// How many of the first samples [`sample`](Self::sample) is to be shown.
    fn samples_wanted(&self) -> u64 {
        0
    }

    /// Called once for each of the [first samples](Self::samples_wanted), on any thread and in any order.
    fn sample(&self, index: u64, sample: Sample<'_>) {
        let _ = (index, sample);
    }

    /// Where sums of chunks are kept, if they are.
    fn ledger(&self) -> Option<&dyn Ledger> {
        None
    }
}

/// What was drawn in one sample, and the POWER that it gives; shape |S| each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample<'a> {
    /// Of one agent.
    SingleAgent {
        /// $`R`$.
        rewards: &'a [f64],
        /// Its term in the mean that estimates POWER.
        power: &'a [f64],
    },
    /// Of two agents.
    MultiAgent {
        /// $`R_H`$.
        rewards_h: &'a [f64],
        /// H's term.
        power_h: &'a [f64],
        /// $`R_A`$.
        rewards_a: &'a [f64],
        /// A's term.
        power_a: &'a [f64],
    },
}

/// Shows a sample to an observer that wants to see it.
pub(crate) fn show(observer: &dyn Observer, index: u64, sample: Sample<'_>) {
    if index < observer.samples_wanted() {
        observer.sample(index, sample);
    }
}

/// Watches nothing.
impl Observer for () {}

/// What is summed over samples.
pub(crate) trait Sum: Send {
    /// Adds the sum over a later chunk, which has this number.
    fn merge(&mut self, chunk: u64, other: &Self);

    /// The largest standard error over all that is estimated; not a number if that is not known.
    fn largest_std_error(&self) -> f64;

    /// Writes the sum over one chunk, or reads it into an empty sum; `None` where the bytes come to an end.
    fn transfer(&mut self, bytes: &mut Bytes<'_>) -> Option<()>;
}

/// Scratch space that goes back to where it was taken from: parallel loops ask for it much more often than there are threads.
struct Reused<'a, S> {
    unused: &'a Mutex<Vec<S>>,
    scratch: Option<S>,
}

impl<'a, S> Reused<'a, S> {
    fn new(unused: &'a Mutex<Vec<S>>, new: impl Fn() -> S) -> Self {
        let known = unused.lock().ok().and_then(|mut unused| unused.pop());
        Reused { unused, scratch: Some(known.unwrap_or_else(new)) }
    }
}

impl<S> Drop for Reused<'_, S> {
    fn drop(&mut self) {
        if let (Some(scratch), Ok(mut unused)) = (self.scratch.take(), self.unused.lock()) {
            unused.push(scratch);
        }
    }
}

/// The bytes of the sum over one chunk.
pub(crate) fn written(sum: &mut impl Sum) -> Vec<u8> {
    let mut bytes = Bytes::Written(Vec::new());
    let _ = sum.transfer(&mut bytes);
    match bytes {
        Bytes::Written(bytes) => bytes,
        Bytes::Unread(_) => Vec::new(),
    }
}

/// The sum over one chunk from all of its bytes.
pub(crate) fn read_sum<T: Sum>(mut empty: T, bytes: &[u8]) -> Option<T> {
    let mut bytes = Bytes::Unread(bytes);
    empty.transfer(&mut bytes)?;
    matches!(bytes, Bytes::Unread([])).then_some(empty)
}

/// The sum over all samples, and their number: `add` adds the samples of a chunk to an empty sum, in parallel, and the sums of
/// chunks are merged in the order of chunks, wherever they come from.
pub(crate) fn sum_over_samples<T: Sum, S: Send>(
    sampling: &Sampling,
    observer: &dyn Observer,
    empty: impl Fn() -> T + Sync,
    scratch: impl Fn() -> S + Sync,
    add: impl Fn(&mut T, &mut S, Range<u64>) -> Result<(), PowerError> + Sync,
) -> Result<(T, u64), PowerError> {
    let samples = sampling.samples;
    let (chunks, ledger) = (samples.div_ceil(CHUNK), observer.ledger());
    let entry = |chunk| ledger.map_or(Entry::Missing, |ledger| ledger.entry(chunk));
    let of_chunk = |scratch: &mut S, chunk: u64| {
        if let Some(ledger) = ledger.filter(|ledger| ledger.entry(chunk) == Entry::Known) {
            return read_sum(empty(), &ledger.read(chunk)?).ok_or(PowerError::ChunkSum { chunk });
        }
        let mut part = empty();
        add(&mut part, scratch, chunk * CHUNK..((chunk + 1) * CHUNK).min(samples))?;
        if let Some(ledger) = ledger {
            ledger.keep(chunk, written(&mut part))?;
        }
        Ok(part)
    };
    let count = |wanted| ledger.map_or(0, |_| (0..chunks).filter(|&chunk| entry(chunk) == wanted).count() as u64);
    let missing = count(Entry::Elsewhere);
    // Without the chunks of others there is no sum, and nobody asks for what is known already.
    let (whole, known) = (missing == 0, if missing == 0 { 0 } else { count(Entry::Known) });
    let total = if whole { samples } else { (chunks - missing - known) * CHUNK };
    let mut due = (0..chunks).filter(|&chunk| whole || entry(chunk) == Entry::Missing);
    let (mut sum, mut done, mut look) = (empty(), 0, WAVE);
    let unused = Mutex::default();
    loop {
        let wave: Vec<u64> = due.by_ref().take(WAVE as usize).collect();
        if wave.is_empty() {
            break;
        }
        if observer.cancelled() {
            return Err(PowerError::Cancelled);
        }
        done += wave.len() as u64;
        let reuse = || Reused::new(&unused, &scratch);
        let computed = wave
            .par_iter()
            .map_init(reuse, |reused, &chunk| of_chunk(reused.scratch.get_or_insert_with(&scratch), chunk));
        let parts: Vec<Result<T, PowerError>> = computed.collect();
        for (&chunk, part) in wave.iter().zip(parts) {
            let part = part?;
            if whole {
                sum.merge(chunk, &part);
            }
        }
        observer.progress((done * CHUNK).min(total), total);
        if whole && sampling.until.is_some() && done == look && done < chunks {
            if sampling.is_reached(sum.largest_std_error()) {
                return Ok((sum, done * CHUNK));
            }
            look = sampling.next_look(done, WAVE);
        }
    }
    if whole { Ok((sum, samples)) } else { Err(PowerError::Incomplete { missing, chunks }) }
}
