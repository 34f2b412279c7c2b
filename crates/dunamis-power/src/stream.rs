//! Running over samples in parallel, with the same result for any number of threads.

use crate::{PowerError, Sampling};
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

    /// How many of the first samples [`sample`](Self::sample) is to be shown.
    fn samples_wanted(&self) -> u64 {
        0
    }

    /// Called once for each of the [first samples](Self::samples_wanted), on any thread and in any order.
    fn sample(&self, index: u64, sample: Sample<'_>) {
        let _ = (index, sample);
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
}

/// The sum over all samples, and their number: `add` adds the samples of a chunk to an empty sum, in parallel, and the sums of
/// chunks are merged in the order of chunks.
pub(crate) fn sum_over_samples<T: Sum, S: Send>(
    sampling: &Sampling,
    observer: &dyn Observer,
    empty: impl Fn() -> T + Sync,
    scratch: impl Fn() -> S + Sync,
    add: impl Fn(&mut T, &mut S, Range<u64>) -> Result<(), PowerError> + Sync,
) -> Result<(T, u64), PowerError> {
    let samples = sampling.samples;
    let chunks = samples.div_ceil(CHUNK);
    let (mut sum, mut done, mut look) = (empty(), 0, WAVE);
    while done < chunks {
        if observer.cancelled() {
            return Err(PowerError::Cancelled);
        }
        let wave = done..(done + WAVE).min(chunks);
        let of_chunk = |scratch: &mut S, chunk: u64| {
            let mut part = empty();
            add(&mut part, scratch, chunk * CHUNK..((chunk + 1) * CHUNK).min(samples))?;
            Ok(part)
        };
        let parts: Vec<Result<T, PowerError>> = wave.clone().into_par_iter().map_init(&scratch, of_chunk).collect();
        for (chunk, part) in wave.clone().zip(parts) {
            sum.merge(chunk, &part?);
        }
        done = wave.end;
        observer.progress((done * CHUNK).min(samples), samples);
        if sampling.until.is_some() && done == look && done < chunks {
            if sampling.is_reached(sum.largest_std_error()) {
                return Ok((sum, done * CHUNK));
            }
            look = sampling.next_look(done, WAVE);
        }
    }
    Ok((sum, samples))
}
