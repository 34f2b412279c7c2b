//! A block of states for every rank, and the values of other ranks' states that its rows need.
//!
//! A rank keeps the values of the *hull*: the shortest range that has its own states and all their successors. In models whose
//! successors are near (grids, queues, products of them) that is little more than its own; where successors may be anywhere it
//! is the whole vector, and the exchange is an all-gather.

use crate::Communicator;
use std::ops::Range;

/// The states of a rank: consecutive, and as many for each rank as possible.
pub(crate) fn block(states: u64, rank: usize, size: usize) -> Range<u64> {
    let start = |rank: usize| (u128::from(states) * rank as u128 / size as u128) as u64;
    start(rank)..start(rank + 1)
}

/// Where the values of one rank come from and go to.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    /// The states of this rank.
    pub(crate) own: Range<u64>,
    /// The states whose values it keeps.
    pub(crate) hull: Range<u64>,
    /// Ranks that need values of this one, with their places among its own.
    sends: Vec<(usize, Range<usize>)>,
    /// Ranks whose values this one needs, ascending, with how many.
    receives: Vec<(usize, usize)>,
}

impl Partition {
    /// The partition of this rank, whose rows lead to states of this range, which may be empty.
    pub(crate) fn new(states: u64, next: &Range<u64>, communicator: &impl Communicator) -> Self {
        let (rank, size) = (communicator.rank(), communicator.size());
        let own = block(states, rank, size);
        let hull = if next.is_empty() { own.clone() } else { own.start.min(next.start)..own.end.max(next.end) };
        // Whole numbers below 2^53 are exact.
        let hulls = communicator.gather(&[hull.start as f64, hull.end as f64]);
        let (mut sends, mut receives) = (Vec::new(), Vec::new());
        for other in (0..size).filter(|&other| other != rank) {
            let theirs = hulls[2 * other] as u64..hulls[2 * other + 1] as u64;
            let needed = overlap(&own, &theirs);
            if !needed.is_empty() {
                sends.push((other, (needed.start - own.start) as usize..(needed.end - own.start) as usize));
            }
            let wanted = overlap(&block(states, other, size), &hull);
            if !wanted.is_empty() {
                receives.push((other, (wanted.end - wanted.start) as usize));
            }
        }
        Partition { own, hull, sends, receives }
    }

    /// Number of states whose values are kept.
    pub(crate) fn len(&self) -> usize {
        (self.hull.end - self.hull.start) as usize
    }

    /// The places of the own states among those whose values are kept.
    pub(crate) fn own_places(&self) -> Range<usize> {
        (self.own.start - self.hull.start) as usize..(self.own.end - self.hull.start) as usize
    }

    /// How many values come from other ranks in every exchange.
    pub(crate) fn received(&self) -> usize {
        self.receives.iter().map(|(_, count)| count).sum()
    }

    /// Fetches the values of other ranks' states.
    pub(crate) fn exchange(&self, communicator: &impl Communicator, value: &mut [f64]) {
        let places = self.own_places();
        let (before, rest) = value.split_at_mut(places.start);
        let (own, after) = rest.split_at_mut(places.len());
        let own: &[f64] = own;
        let sends = self.sends.iter().map(|(to, range)| (*to, &own[range.clone()])).collect();
        let (mut before, mut after) = (before, after);
        let mut receives = Vec::with_capacity(self.receives.len());
        for &(from, count) in &self.receives {
            let side = if from < communicator.rank() { &mut before } else { &mut after };
            let (taken, left) = std::mem::take(side).split_at_mut(count);
            *side = left;
            receives.push((from, taken));
        }
        communicator.exchange(sends, receives);
    }
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> Range<u64> {
    a.start.max(b.start)..a.end.min(b.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ThreadRank;

    #[test]
    fn blocks_cover_all_states_once() {
        for (states, size) in [(1, 1), (1, 4), (7, 3), (10, 10), (u64::MAX >> 11, 64)] {
            let blocks: Vec<_> = (0..size).map(|rank| block(states, rank, size)).collect();
            assert_eq!((blocks[0].start, blocks[size - 1].end), (0, states));
            assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start));
            let lengths = blocks.iter().map(|block| block.end - block.start);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
    }

    #[test]
    fn every_rank_gets_the_values_of_its_hull() {
        // (reach of the successors, states, ranks): a band, a band across several ranks, and everything.
        for (reach, states, size) in [(1, 40, 4), (15, 40, 4), (100, 40, 3), (2, 3, 5)] {
            std::thread::scope(|scope| {
                for rank in ThreadRank::all(size) {
                    scope.spawn(move || {
                        let own = block(states, rank.rank(), size);
                        let next = own.start.saturating_sub(reach)..(own.end + reach).min(states);
                        let partition = Partition::new(states, &next, &rank);
                        let mut value = vec![f64::NAN; partition.len()];
                        for (place, state) in partition.own_places().zip(own) {
                            value[place] = state as f64;
                        }
                        partition.exchange(&rank, &mut value);
                        let expected: Vec<f64> = partition.hull.clone().map(|state| state as f64).collect();
                        assert_eq!(partition.received(), value.len() - partition.own_places().len());
                        assert_eq!((value, partition.hull), (expected, next));
                    });
                }
            });
        }
    }
}
