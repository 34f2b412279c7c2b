//! Ranks that solve one model together: what they tell each other, within a process and between processes.
//!
//! Nothing but smallest numbers and copies of values is ever exchanged. Both are the same in whatever order they arrive, so that
//! the number of ranks changes no byte of a result. Every operation is collective: all ranks call it, in the same order.

use crate::partition;
use std::ops::Range;
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError};

/// One of several ranks that work together.
pub trait Communicator {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// How many ranks there are.
    fn size(&self) -> usize;

    /// Replaces every number by the smallest that any rank has in its place. Largest numbers are the smallest negatives.
    fn all_reduce_min(&self, numbers: &mut [f64]);

    /// Sends values to other ranks and receives others from them. Between two ranks at most one message goes in either
    /// direction, and its length is known on both sides; no message is empty.
    fn exchange(&self, sends: Vec<(usize, &[f64])>, receives: Vec<(usize, &mut [f64])>);

    /// The numbers of all ranks, one rank after the other; every rank has as many.
    fn gather(&self, own: &[f64]) -> Vec<f64> {
        let mut all = vec![f64::INFINITY; own.len() * self.size()];
        all[own.len() * self.rank()..][..own.len()].copy_from_slice(own);
        self.all_reduce_min(&mut all);
        all
    }

    /// The states of this rank, of so many: consecutive, and as many for each rank as possible.
    fn block(&self, states: u64) -> Range<u64> {
        partition::block(states, self.rank(), self.size())
    }
}

/// The only rank.
#[derive(Clone, Copy, Debug, Default)]
pub struct SingleRank;

impl Communicator for SingleRank {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn all_reduce_min(&self, _: &mut [f64]) {}

    fn exchange(&self, _: Vec<(usize, &[f64])>, _: Vec<(usize, &mut [f64])>) {}
}

/// A rank in a thread of its own, among others of the same process.
///
/// ```
/// use dunamis_solve::{Communicator, ThreadRank};
/// let smallest = |rank: ThreadRank| {
///     let mut numbers = [rank.rank() as f64, -(rank.rank() as f64)];
///     rank.all_reduce_min(&mut numbers);
///     numbers
/// };
/// let results = std::thread::scope(|scope| {
///     let threads: Vec<_> = ThreadRank::all(3).into_iter().map(|rank| scope.spawn(move || smallest(rank))).collect();
///     threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
/// });
/// assert_eq!(results, [[0.0, -2.0]; 3]);
/// ```
#[derive(Clone, Debug)]
pub struct ThreadRank {
    rank: usize,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    size: usize,
    barrier: Barrier,
    /// What each rank tells all others.
    told: Vec<Mutex<Vec<f64>>>,
    /// What rank i sends to rank j, at i · size + j.
    sent: Vec<Mutex<Vec<f64>>>,
}

impl ThreadRank {
    /// So many ranks, one for each thread. All of them must take part in every operation, or the others wait for ever.
    pub fn all(size: usize) -> Vec<ThreadRank> {
        let empty = |count| (0..count).map(|_| Mutex::default()).collect();
        let barrier = Barrier::new(size);
        let shared = Arc::new(Shared { size, barrier, told: empty(size), sent: empty(size * size) });
        (0..size).map(|rank| ThreadRank { rank, shared: Arc::clone(&shared) }).collect()
    }
}

fn open(slot: &Mutex<Vec<f64>>) -> MutexGuard<'_, Vec<f64>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn put(slot: &Mutex<Vec<f64>>, numbers: &[f64]) {
    let mut slot = open(slot);
    slot.clear();
    slot.extend_from_slice(numbers);
}

impl Communicator for ThreadRank {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.shared.size
    }

    fn all_reduce_min(&self, numbers: &mut [f64]) {
        put(&self.shared.told[self.rank], numbers);
        self.shared.barrier.wait();
        for told in &self.shared.told {
            for (number, &other) in numbers.iter_mut().zip(open(told).iter()) {
                *number = if other < *number { other } else { *number };
            }
        }
        // Nobody may tell anything new before everybody has listened.
        self.shared.barrier.wait();
    }

    fn exchange(&self, sends: Vec<(usize, &[f64])>, receives: Vec<(usize, &mut [f64])>) {
        for (to, values) in sends {
            put(&self.shared.sent[self.rank * self.shared.size + to], values);
        }
        self.shared.barrier.wait();
        for (from, values) in receives {
            values.copy_from_slice(&open(&self.shared.sent[from * self.shared.size + self.rank]));
        }
        self.shared.barrier.wait();
    }
}
