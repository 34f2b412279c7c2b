//! Rewards that are independent from state to state, apart from groups of states that share one.

use std::collections::BTreeMap;

use super::{MAX_DRAWS, Marginal, Reflection, RewardDistribution, Uniform, Univariate, check_length, is_constant};
use crate::{RewardError, SampleError, StreamRng};

/// The law of a reward vector whose entries are independent, each with a [`Marginal`] of its own; a group of states may
/// share one reward, and constant vectors may be rejected (then the law is the conditional one, given that the vector is
/// not constant).
///
/// The states draw in order of their number. A group takes the draw of its smallest state; the draws of its other states
/// are made and thrown away, so that a group changes no other state's reward. A rejected vector is drawn again as a whole.
///
/// ```
/// use dunamis_sampling::{IndependentRewards, Marginal, PointMass, RewardDistribution, Seed};
///
/// let law = IndependentRewards::builder(5, Marginal::UNIT)
///     .state(4, Marginal::PointMass(PointMass::new(0.0)?))
///     .group([0, 2])
///     .reject_constant(true)
///     .build()?;
/// let mut rewards = [0.0; 5];
/// law.sample(&mut Seed::new(7).stream(0), &mut rewards)?;
/// assert_eq!(rewards[0], rewards[2]);
/// assert_eq!(rewards[4], 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct IndependentRewards {
    states: usize,
    /// Runs of states with one marginal, each with the number of the first state after it.
    runs: Vec<(usize, Marginal)>,
    /// Ascending states of each group.
    groups: Vec<Vec<usize>>,
    reject_constant: bool,
}

impl IndependentRewards {
    /// Independent rewards with one marginal for all states.
    ///
    /// # Errors
    ///
    /// [`RewardError::NoStates`] if `states` is 0.
    pub fn identical(states: usize, marginal: Marginal) -> Result<Self, RewardError> {
        Self::builder(states, marginal).build()
    }

    /// A law with this number of states, whose marginal is `default` except where the builder is told otherwise.
    pub fn builder(states: usize, default: Marginal) -> IndependentRewardsBuilder {
        IndependentRewardsBuilder { states, default, overrides: Vec::new(), groups: Vec::new(), reject_constant: false }
    }

    /// The marginal of a state before rejection, or `None` if there is no such state.
    pub fn marginal(&self, state: usize) -> Option<&Marginal> {
        let run = self.runs.partition_point(|&(end, _)| end <= state);
        self.runs.get(run).map(|(_, marginal)| marginal)
    }

    /// The groups of states that share a reward, each in ascending order.
    pub fn groups(&self) -> &[Vec<usize>] {
        &self.groups
    }

    fn draw(&self, rng: &mut StreamRng, rewards: &mut [f64]) {
        let mut start = 0;
        for &(end, ref marginal) in &self.runs {
            marginal.fill(rng, &mut rewards[start..end]);
            start = end;
        }
        for group in &self.groups {
            for &state in &group[1..] {
                rewards[state] = rewards[group[0]];
            }
        }
    }
}

impl RewardDistribution for IndependentRewards {
    fn states(&self) -> usize {
        self.states
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        check_length(self.states, rewards)?;
        for _ in 0..MAX_DRAWS {
            self.draw(rng, rewards);
            if !(self.reject_constant && is_constant(rewards)) {
                return Ok(());
            }
        }
        Err(SampleError::RedrawLimit { draws: MAX_DRAWS })
    }

    /// Every group is a block, and so is every other state; the label is the block's smallest state.
    fn blocks(&self) -> Vec<usize> {
        let mut blocks: Vec<usize> = (0..self.states).collect();
        for group in &self.groups {
            for &state in group {
                blocks[state] = group[0];
            }
        }
        blocks
    }

    fn reflections(&self) -> Result<Vec<Reflection>, RewardError> {
        let mut reflections = Vec::with_capacity(self.states);
        for &(end, ref marginal) in &self.runs {
            let state = reflections.len();
            let reflection = marginal
                .reflection()
                .ok_or_else(|| RewardError::AsymmetricState { state, distribution: marginal.name() })?;
            reflections.resize(end, reflection);
        }
        Ok(reflections)
    }

    fn identical_uniform(&self) -> Option<&Uniform> {
        match &self.runs[..] {
            [(_, Marginal::Uniform(uniform))] if self.groups.is_empty() && !self.reject_constant => Some(uniform),
            _ => None,
        }
    }

    fn rejects_constant(&self) -> bool {
        self.reject_constant
    }
}

/// Collects what [`IndependentRewards`] is made of; [`build`](Self::build) checks it.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct IndependentRewardsBuilder {
    states: usize,
    default: Marginal,
    overrides: Vec<(usize, Marginal)>,
    groups: Vec<Vec<usize>>,
    reject_constant: bool,
}

impl IndependentRewardsBuilder {
    /// Gives one state a marginal of its own.
    pub fn state(mut self, state: usize, marginal: Marginal) -> Self {
        self.overrides.push((state, marginal));
        self
    }

    /// Lets the states of a group share one reward; groups have no state in common.
    pub fn group(mut self, states: impl IntoIterator<Item = usize>) -> Self {
        self.groups.push(states.into_iter().collect());
        self
    }

    /// Whether vectors with all entries equal are rejected and drawn again; off by default.
    pub fn reject_constant(mut self, reject: bool) -> Self {
        self.reject_constant = reject;
        self
    }

    /// Checks everything and builds the law, in time $`O(|S| + k \log k)`$ for $`k`$ overrides and group entries.
    ///
    /// # Errors
    ///
    /// [`RewardError::NoStates`], [`UnknownState`](RewardError::UnknownState),
    /// [`DuplicateOverride`](RewardError::DuplicateOverride), [`SmallGroup`](RewardError::SmallGroup),
    /// [`OverlappingGroups`](RewardError::OverlappingGroups), [`GroupDistributions`](RewardError::GroupDistributions),
    /// and [`AlwaysConstant`](RewardError::AlwaysConstant) if rejection would leave nothing.
    pub fn build(mut self) -> Result<IndependentRewards, RewardError> {
        let states = self.states;
        if states == 0 {
            return Err(RewardError::NoStates);
        }
        let known = |state| if state < states { Ok(state) } else { Err(RewardError::UnknownState { state, states }) };

        let mut overrides = BTreeMap::new();
        for (state, marginal) in self.overrides {
            if overrides.insert(known(state)?, marginal).is_some() {
                return Err(RewardError::DuplicateOverride { state });
            }
        }

        let mut grouped = vec![false; states];
        for (group, members) in self.groups.iter_mut().enumerate() {
            for &state in members.iter() {
                if std::mem::replace(&mut grouped[known(state)?], true) {
                    return Err(RewardError::OverlappingGroups { state });
                }
            }
            if members.len() < 2 {
                return Err(RewardError::SmallGroup { group });
            }
            members.sort_unstable();
            let first = members[0];
            if let Some(&second) = members.iter().find(|&state| overrides.get(state) != overrides.get(&first)) {
                return Err(RewardError::GroupDistributions { first, second });
            }
        }

        let mut runs: Vec<(usize, Marginal)> = Vec::new();
        for state in 0..states {
            let marginal = *overrides.get(&state).unwrap_or(&self.default);
            match runs.last_mut() {
                Some((end, last)) if *last == marginal => *end = state + 1,
                _ => runs.push((state + 1, marginal)),
            }
        }

        let law = IndependentRewards { states, runs, groups: self.groups, reject_constant: self.reject_constant };
        if law.reject_constant && law.is_always_constant() {
            return Err(RewardError::AlwaysConstant);
        }
        Ok(law)
    }
}

impl IndependentRewards {
    /// Whether all states share one reward, or all have the same certain one.
    fn is_always_constant(&self) -> bool {
        let one_block = self.states == 1 || self.groups.iter().any(|group| group.len() == self.states);
        let value = self.runs[0].1.constant();
        one_block || (value.is_some() && self.runs.iter().all(|(_, marginal)| marginal.constant() == value))
    }
}
