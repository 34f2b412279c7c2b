//! Garnet: generic average random models, the standard random test family.

use crate::{EnvError, Environment, MAX_STATES, MAX_TRANSITIONS};
use dunamis_mdp::{Names, Reward, Rows, TransitionModel};
use dunamis_sampling::{Normal, Seed, StreamRng, Univariate};
use std::collections::BTreeSet;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;

/// Garnet: generic average random models `[Archibald, McKinnon & Thomas 1995; Bhatnagar et al. 2009]`.
///
/// Every state has a uniform number of actions, every state-action pair a uniform number of distinct successors, drawn
/// uniformly from all states. The probabilities are the lengths of the pieces of the unit interval cut at uniform points,
/// that is, they follow the Dirichlet law with all parameters 1, and sum to exactly 1. Rewards of state-action pairs are
/// standard normal. State `i` has a random stream of its own, so it is the same in however many threads and whatever the
/// number of states drawn before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Garnet {
    /// Number of states, at least 1.
    pub states: usize,
    /// Number of actions of a state, at least 1.
    pub actions: RangeInclusive<usize>,
    /// Number of distinct successors of a state-action pair, at least 1 and at most the number of states.
    pub branching: RangeInclusive<usize>,
    /// Seed of the random streams.
    pub seed: u64,
}

impl Garnet {
    /// The environment, with its reward. States are named `s0`, `s1`, …, actions `a0`, `a1`, ….
    ///
    /// # Errors
    ///
    /// [`EnvError::TooSmall`], [`EnvError::EmptyRange`], [`EnvError::Branching`] or [`EnvError::TooLarge`].
    pub fn environment(&self) -> Result<Environment, EnvError> {
        self.check()?;
        let normal = Normal::new(0.0, 1.0).expect("the standard normal law");
        let seed = Seed::new(self.seed).derive("garnet");
        // Room for the largest draw is reserved at once: what is not used is never touched.
        let most = (self.states * self.actions.end(), self.states * self.actions.end() * self.branching.end());
        let mut rows = Rows {
            pairs: Vec::with_capacity(self.states + 1),
            actions: Vec::with_capacity(most.0),
            starts: Vec::with_capacity(most.0 + 1),
            next: Vec::with_capacity(most.1),
            probability: Vec::with_capacity(most.1),
            ..Rows::default()
        };
        rows.pairs.push(0);
        rows.starts.push(0);
        let mut rewards = Vec::with_capacity(most.0);
        let mut names = 0;
        for s in 0..self.states {
            let mut rng = seed.stream(s as u64);
            let count = between(&self.actions, &mut rng);
            names = names.max(count);
            for action in 0..count {
                let branching = between(&self.branching, &mut rng);
                let successors = distinct(self.states, branching, &mut rng);
                rows.next.extend(successors.into_iter().map(|next| next as u32));
                rows.probability.extend(pieces(branching, &mut rng));
                rows.starts.push(rows.next.len());
                rows.actions.push(action as u32);
                rewards.push(normal.sample(&mut rng));
            }
            rows.pairs.push(rows.actions.len() as u32);
        }
        let model = TransitionModel::from_rows(Names::numbered("s", self.states), Names::numbered("a", names), rows)?;
        let reward = Reward::state_action(&model, rewards)?;
        Environment::new("garnet", model).with_reward(reward)
    }

    fn check(&self) -> Result<(), EnvError> {
        if self.states == 0 {
            return Err(EnvError::TooSmall { what: "the number of states", value: 0, least: 1 });
        }
        let ranges = [("the number of actions", &self.actions), ("the number of successors", &self.branching)];
        for (what, range) in ranges {
            let (low, high) = (*range.start(), *range.end());
            if low > high {
                return Err(EnvError::EmptyRange { what, low, high });
            }
            if low == 0 {
                return Err(EnvError::TooSmall { what, value: 0, least: 1 });
            }
        }
        let (states, branching) = (self.states, *self.branching.end());
        if states as u64 > MAX_STATES {
            return Err(EnvError::TooLarge { what: "states", count: states as u128, limit: MAX_STATES });
        }
        if branching > states {
            return Err(EnvError::Branching { branching, states });
        }
        let transitions = (states as u128 * branching as u128).saturating_mul(*self.actions.end() as u128);
        if transitions > u128::from(MAX_TRANSITIONS) {
            return Err(EnvError::TooLarge { what: "transitions", count: transitions, limit: MAX_TRANSITIONS });
        }
        Ok(())
    }
}

/// A uniform count from a range; a range of one draws nothing.
fn between(range: &RangeInclusive<usize>, rng: &mut StreamRng) -> usize {
    let bound = (range.end() - range.start()) as u64 + 1;
    if bound == 1 { *range.start() } else { range.start() + below(bound, rng) as usize }
}

fn below(bound: u64, rng: &mut StreamRng) -> u64 {
    rng.below(NonZeroU64::new(bound).expect("a bound of at least 1"))
}

/// A uniform set of `count` of the numbers below `bound`, ascending `[Bentley & Floyd 1987]`.
fn distinct(bound: usize, count: usize, rng: &mut StreamRng) -> BTreeSet<usize> {
    let mut chosen = BTreeSet::new();
    for last in bound - count..bound {
        let drawn = below(last as u64 + 1, rng) as usize;
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

/// The lengths of `count` pieces of the unit interval cut at uniform points: all positive, with sum exactly 1, because
/// differences of multiples of 2⁻⁵³ below 1 are exact.
fn pieces(count: usize, rng: &mut StreamRng) -> Vec<f64> {
    // A point that was there already, or 0, would make an empty piece: it is drawn again.
    let mut cuts: Vec<f64> = Vec::with_capacity(count + 1);
    cuts.push(0.0);
    while cuts.len() < count {
        let point = rng.uniform();
        let position = cuts.partition_point(|&cut| cut < point);
        if cuts.get(position) != Some(&point) {
            cuts.insert(position, point);
        }
    }
    cuts.push(1.0);
    cuts.windows(2).map(|ends| ends[1] - ends[0]).collect()
}
