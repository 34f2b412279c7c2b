//! Environments in which an agent sees observations, as models of what it has seen.

use crate::OrbitError;
use dunamis_mdp::{ActionId, Number, Rational, StateId, TransitionModel, TransitionModelBuilder};
use num_bigint::BigUint;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// What rewards may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// The observations so far.
    Observations,
    /// The observations and the actions so far.
    ObservationsAndActions,
}

/// A model whose states are seen through observations: its histories, and how many there are.
///
/// A reward for histories is a reward for the states of the tree of histories, and how many of them an action leaves decides the
/// tendencies of optimal decisions, as it does for states. Where only observations are remembered, an action that
/// freezes the picture leaves one history; where actions are remembered too, no action leaves fewer than another, if none changes
/// how many actions there are `[Turner 2022]`.
#[derive(Clone, Debug)]
pub struct Observations<'a> {
    model: &'a TransitionModel,
    /// The number of the observation in each state.
    seen: Vec<u32>,
}

/// States that are possible after a history, ascending.
type Support = Vec<u32>;

/// States with their probabilities, ascending.
type Belief = Vec<(u32, Rational)>;

/// Observations, and actions between them where these are remembered.
type History = Vec<u32>;

impl<'a> Observations<'a> {
    /// Most histories of a [`tree`](Self::tree), those on the way included.
    pub const MAX_HISTORIES: usize = 100_000;

    /// What is seen in each state.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`] unless there is an observation for each state.
    pub fn new<T: Ord>(model: &'a TransitionModel, observations: &[T]) -> Result<Self, OrbitError> {
        let (expected, actual) = (model.states().len(), observations.len());
        if expected != actual {
            return Err(OrbitError::RewardDimension { expected, actual });
        }
        let distinct: BTreeSet<&T> = observations.iter().collect();
        let number: BTreeMap<&T, u32> = distinct.into_iter().zip(0..).collect();
        Ok(Observations { model, seen: observations.iter().map(|observation| number[observation]).collect() })
    }

    /// How many distinct histories there are of an action in a state and a number of steps after it. Each history leaves one set of
    /// possible states, so that it suffices to count how many leave each: $`O(k)`$ steps with as many sets as there are, never
    /// more than one set per state where observations tell states apart.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoAction`] for an action that the state does not have.
    pub fn count(&self, state: StateId, action: ActionId, steps: usize, memory: Memory) -> Result<BigUint, OrbitError> {
        Ok(self.supports(state, action, steps, memory)?.into_values().sum())
    }

    /// How many distinct observations there may be last of all, after an action in a state and a number of steps.
    ///
    /// # Errors
    ///
    /// As for [`count`](Self::count).
    pub fn count_last(&self, state: StateId, action: ActionId, steps: usize) -> Result<usize, OrbitError> {
        let supports = self.supports(state, action, steps, Memory::Observations)?;
        let last: BTreeSet<u32> = supports.into_keys().flatten().map(|state| self.seen[state as usize]).collect();
        Ok(last.len())
    }

    /// How many histories leave each set of possible states.
    fn supports(
        &self,
        state: StateId,
        action: ActionId,
        steps: usize,
        memory: Memory,
    ) -> Result<BTreeMap<Support, BigUint>, OrbitError> {
        let available = self.model.available();
        let pair = available.find(state, action).ok_or_else(|| OrbitError::NoAction {
            state: self.model.states()[state.index()].to_owned(),
            action: self.model.actions()[action.index()].to_owned(),
            actions: available.at(state).iter().map(|id| self.model.actions()[id.index()].to_owned()).collect(),
        })?;
        let mut now: BTreeMap<Support, BigUint> = BTreeMap::new();
        for support in self.split(&[pair]) {
            *now.entry(support).or_default() += BigUint::one();
        }
        let mut following: BTreeMap<Support, Vec<Support>> = BTreeMap::new();
        for _ in 0..steps {
            let mut next: BTreeMap<Support, BigUint> = BTreeMap::new();
            for (support, histories) in now {
                let after = following.entry(support).or_insert_with_key(|support| self.next_supports(support, memory));
                for support in after {
                    *next.entry(support.clone()).or_default() += &histories;
                }
            }
            now = next;
        }
        Ok(now)
    }

    /// One set of possible states for each way in which a history may go on.
    fn next_supports(&self, support: &[u32], memory: Memory) -> Vec<Support> {
        let available = self.model.available();
        let mut pairs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for pair in support.iter().flat_map(|&state| available.pairs(StateId::new(state as usize))) {
            let noted = match memory {
                Memory::Observations => 0,
                Memory::ObservationsAndActions => available.action(pair).index() as u32,
            };
            pairs.entry(noted).or_default().push(pair);
        }
        pairs.into_values().flat_map(|pairs| self.split(&pairs)).collect()
    }

    /// The successors of some pairs, by observation.
    fn split(&self, pairs: &[usize]) -> Vec<Support> {
        let mut sets: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for &next in pairs.iter().flat_map(|&pair| self.model.row(pair).0) {
            sets.entry(self.seen[next as usize]).or_default().insert(next);
        }
        sets.into_values().map(|set| set.into_iter().collect()).collect()
    }

    /// The tree of the histories of a number of steps from a state, as a model of its own: a history leads to those that continue it,
    /// as probable as they are given what was done; those of full length stay as they are.
    ///
    /// In each history the actions are those of all states that are possible then. Where actions are not remembered, one history
    /// may come with several beliefs about the state, and has a state of the model for each: [`HistoryTree::histories`] tells which
    /// are the same to a reward.
    ///
    /// # Errors
    ///
    /// [`OrbitError::TooManyHistories`]; [`OrbitError::Model`] for a history without an action that is there in all
    /// possible states.
    pub fn tree(&self, state: StateId, steps: usize, memory: Memory) -> Result<HistoryTree, OrbitError> {
        let mut builder = TransitionModel::builder();
        let mut histories: Vec<History> = Vec::new();
        let mut add = |builder: &mut TransitionModelBuilder, history: &History| {
            if histories.len() == Self::MAX_HISTORIES {
                return Err(OrbitError::TooManyHistories { limit: Self::MAX_HISTORIES });
            }
            histories.push(history.clone());
            Ok(builder.state(&format!("h{}", histories.len() - 1))?)
        };
        let start: History = vec![self.seen[state.index()]];
        let root = add(&mut builder, &start)?;
        let mut level = vec![(root, start, vec![(state.index() as u32, Rational::one())])];
        for _ in 0..steps {
            let mut known: BTreeMap<(History, Belief), StateId> = BTreeMap::new();
            for (from, history, belief) in level {
                for action in self.common_actions(&belief) {
                    let name = &self.model.actions()[action.index()];
                    let (seen, lost) = self.continuations(&belief, action);
                    for (observation, (probability, belief)) in seen {
                        let mut history = history.clone();
                        if memory == Memory::ObservationsAndActions {
                            history.push(action.index() as u32);
                        }
                        history.push(observation);
                        let key = (history, belief);
                        let to = match known.get(&key) {
                            Some(&to) => to,
                            None => add(&mut builder, &key.0)?,
                        };
                        known.insert(key, to);
                        builder.transition(from, name, to, number(probability))?;
                    }
                    if !lost.is_zero() {
                        builder.leak(from, name, number(lost))?;
                    }
                }
            }
            level = known.into_iter().map(|((history, belief), state)| (state, history, belief)).collect();
        }
        let mut complete: Vec<StateId> = level.into_iter().map(|(state, ..)| state).collect();
        complete.sort_unstable();
        for &state in &complete {
            builder.transition(state, "stay", state, 1.0)?;
        }
        Ok(HistoryTree { model: builder.build()?, histories, complete })
    }

    /// The actions that are available in every possible state.
    fn common_actions(&self, belief: &Belief) -> Vec<ActionId> {
        let mut states = belief.iter().map(|(state, _)| self.model.available().at(StateId::new(*state as usize)));
        let first = states.next().unwrap_or_default();
        let others: Vec<_> = states.collect();
        first.iter().copied().filter(|action| others.iter().all(|at| at.contains(action))).collect()
    }

    /// How probable each observation is after an action, and what is believed then; and what mass is lost.
    fn continuations(&self, belief: &Belief, action: ActionId) -> (BTreeMap<u32, (Rational, Belief)>, Rational) {
        let mut masses: BTreeMap<u32, BTreeMap<u32, Rational>> = BTreeMap::new();
        let mut lost = Rational::zero();
        for (state, believed) in belief {
            let Some(pair) = self.model.available().find(StateId::new(*state as usize), action) else { continue };
            for (next, probability) in self.model.exact_row(pair) {
                let mass = masses.entry(self.seen[next.index()]).or_default().entry(next.index() as u32);
                *mass.or_insert_with(Rational::zero) += believed * probability;
            }
            lost += believed * self.model.exact_leak(pair);
        }
        let normalized = |masses: BTreeMap<u32, Rational>| {
            let total: Rational = masses.values().sum();
            let belief = masses.into_iter().map(|(state, mass)| (state, mass / &total)).collect();
            (total, belief)
        };
        (masses.into_iter().map(|(observation, masses)| (observation, normalized(masses))).collect(), lost)
    }
}

fn number(probability: Rational) -> Number {
    Number::from_rational(probability).expect("a probability is a double")
}

/// The histories of an environment as a model: see [`Observations::tree`].
#[derive(Clone, Debug)]
pub struct HistoryTree {
    model: TransitionModel,
    histories: Vec<History>,
    complete: Vec<StateId>,
}

impl HistoryTree {
    /// The model; its first state is the start.
    pub fn model(&self) -> &TransitionModel {
        &self.model
    }

    /// What has happened in each state of the model: numbers of observations, in the order of their values, with the numbers of the
    /// actions between them where these are remembered. States of the same history are the same to a reward: they are labels for
    /// [`Features::labels`](crate::Features::labels).
    pub fn histories(&self) -> &[Vec<u32>] {
        &self.histories
    }

    /// The states of histories of full length, ascending.
    pub fn complete(&self) -> &[StateId] {
        &self.complete
    }
}
