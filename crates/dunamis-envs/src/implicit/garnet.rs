//! Random models of any size.

use super::{below, check_states, hash, unit};
use crate::EnvError;
use dunamis_mdp::ImplicitMdp;

/// Most successors of a pair.
const MOST_SUCCESSORS: usize = 16;

/// Most actions of a state.
const MOST_ACTIONS: usize = 256;

/// A random model in the manner of [`Garnet`](crate::Garnet), whose rows are hashes of the seed, so that none is stored: uniform
/// successors (drawn with replacement), Dirichlet(1) probabilities that sum to exactly 1, rewards of state-action pairs uniform
/// on [0, 1). With a reach, states lie on a ring and successors are no farther away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImplicitGarnet {
    states: u64,
    actions: usize,
    branching: usize,
    reach: Option<u64>,
    seed: u64,
}

impl ImplicitGarnet {
    /// So many states, with so many actions each, of so many successors each.
    ///
    /// # Errors
    ///
    /// [`EnvError::TooSmall`], [`EnvError::TooLarge`], [`EnvError::OutOfRange`].
    pub fn new(states: u64, actions: usize, branching: usize, reach: Option<u64>, seed: u64) -> Result<Self, EnvError> {
        let states = check_states(u128::from(states))?;
        let counts = [("actions", actions, MOST_ACTIONS), ("successors", branching, MOST_SUCCESSORS)];
        for (what, value, most) in counts {
            if value == 0 || value > most {
                return Err(EnvError::OutOfRange { what, value, least: 1, most });
            }
        }
        // A reach of half the ring is everywhere.
        let reach = reach.filter(|&reach| reach < states / 2);
        Ok(ImplicitGarnet { states, actions, branching, reach, seed: hash(seed, 1) })
    }

    #[inline]
    fn successor(&self, state: u64, word: u64) -> u64 {
        match self.reach {
            None => below(self.states, word),
            Some(reach) => (state + self.states - reach + below(2 * reach + 1, word)) % self.states,
        }
    }
}

impl ImplicitMdp for ImplicitGarnet {
    fn states(&self) -> u64 {
        self.states
    }

    #[inline]
    fn actions(&self, _: u64) -> usize {
        self.actions
    }

    #[inline]
    fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
        let pair = hash(hash(self.seed, state), action as u64);
        // Cuts of the unit interval, ascending; the pieces between them are exact, as all are multiples of 2^-53.
        let mut cuts = [1.0; MOST_SUCCESSORS];
        for place in 0..self.branching - 1 {
            let cut = unit(hash(pair, 2 * place as u64 + 1));
            let mut k = place;
            while k > 0 && cuts[k - 1] > cut {
                cuts[k] = cuts[k - 1];
                k -= 1;
            }
            cuts[k] = cut;
        }
        let mut before = 0.0;
        for (place, &cut) in cuts[..self.branching].iter().enumerate() {
            visit(self.successor(state, hash(pair, 2 * place as u64 + 2)), cut - before);
            before = cut;
        }
        unit(hash(pair, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_distributions_over_everywhere_or_over_what_is_near() {
        for reach in [None, Some(3), Some(0), Some(400)] {
            let garnet = ImplicitGarnet::new(500, 3, 5, reach, 7).unwrap();
            let (mut seen, mut rewards) = (BTreeSet::new(), Vec::new());
            for state in 0..garnet.states() {
                for action in 0..garnet.actions(state) {
                    let mut mass = 0.0;
                    rewards.push(garnet.row(state, action, |next, probability| {
                        assert!(next < 500 && (0.0..=1.0).contains(&probability));
                        seen.insert((next + 500 - state) % 500);
                        mass += probability;
                    }));
                    assert_eq!(mass, 1.0);
                }
            }
            let expected = match reach {
                Some(reach @ 0..250) => (0..=reach).chain(500 - reach..500).collect(),
                _ => (0..500).collect::<BTreeSet<_>>(),
            };
            assert_eq!(seen, expected);
            let mean = rewards.iter().sum::<f64>() / rewards.len() as f64;
            assert!((mean - 0.5).abs() < 5.0 / (12.0 * rewards.len() as f64).sqrt(), "{mean}");
        }
    }

    #[test]
    fn probabilities_are_pieces_of_the_unit_interval() {
        // The variance of a Dirichlet(1) share of k is (k - 1) / (k² (k + 1)).
        for branching in [1, 2, 4, 16] {
            let garnet = ImplicitGarnet::new(20_000, 1, branching, None, 3).unwrap();
            let (mut sum, mut count) = (0.0, 0.0);
            for state in 0..garnet.states() {
                garnet.row(state, 0, |_, probability| {
                    sum += (probability - 1.0 / branching as f64).powi(2);
                    count += 1.0;
                });
            }
            let k = branching as f64;
            let expected = (k - 1.0) / (k * k * (k + 1.0));
            assert!((sum / count - expected).abs() <= 0.05 * expected, "{} {expected}", sum / count);
        }
    }

    #[test]
    fn numbers_are_checked() {
        for (states, actions, branching) in [(0, 1, 1), (u64::MAX, 1, 1), (1, 0, 1), (1, 257, 1), (1, 1, 0), (1, 1, 17)]
        {
            assert!(ImplicitGarnet::new(states, actions, branching, None, 0).is_err());
        }
    }
}
