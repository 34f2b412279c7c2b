//! Models whose choices have numbers, and names only sometimes.

use super::FormatError;
use dunamis_mdp::{ModelError, Number, Reward, StateId, TransitionModel, TransitionModelBuilder};
use num_traits::Zero;
use std::collections::HashMap;

/// The names of the choices of one state.
///
/// Model checkers allow choices without a name and several of one name at a state, where actions are distinct here: choices
/// without a name are called by their number, and the second `a` of a state becomes `a#2`.
#[derive(Default)]
pub(super) struct ChoiceNames(HashMap<String, usize>);

impl ChoiceNames {
    /// Forgets the names of the last state.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// A name for a choice that no earlier choice of the state has.
    pub(super) fn name(&mut self, name: Option<&str>, number: usize) -> String {
        let wanted = name.map_or_else(|| number.to_string(), Into::into);
        let mut distinct = wanted.clone();
        while self.0.contains_key(&distinct) {
            let count = self.0.entry(wanted.clone()).or_insert(1);
            *count += 1;
            distinct = format!("{wanted}#{count}");
        }
        self.0.insert(distinct.clone(), 1);
        distinct
    }
}

/// Adds a choice whose branches may lead to one state several times: their probabilities add up.
pub(super) fn add_row(
    builder: &mut TransitionModelBuilder,
    from: usize,
    action: &str,
    branches: &mut [(usize, Number)],
) -> Result<(), ModelError> {
    branches.sort_by_key(|&(next, _)| next);
    for alike in branches.chunk_by(|a, b| a.0 == b.0) {
        let probability = match alike {
            [(_, probability)] => probability.clone(),
            several => sum(several.iter().map(|(_, probability)| probability)),
        };
        builder.transition(StateId::new(from), action, StateId::new(alike[0].0), probability)?;
    }
    Ok(())
}

/// The sum of finite numbers; an infinity, which the model refuses, when it is none.
pub(super) fn sum<'a>(numbers: impl Iterator<Item = &'a Number> + Clone) -> Number {
    if !numbers.clone().all(|number| number.value().is_finite()) {
        return Number::from(f64::INFINITY);
    }
    let exact = numbers.fold(dunamis_mdp::Rational::zero(), |sum, number| sum + number.exact());
    Number::from_rational(exact).unwrap_or(Number::from(f64::INFINITY))
}

/// The expectation of the rewards of branches.
pub(super) fn expectation<'a>(branches: impl Iterator<Item = (&'a Number, &'a Number)> + Clone) -> Number {
    // Where all are alike the expectation is that number, whatever rounding did to the probabilities.
    let mut rewards = branches.clone().map(|(_, reward)| reward);
    let Some(first) = rewards.next() else { return Number::from(0.0) };
    if rewards.all(|reward| reward == first) {
        return first.clone();
    }
    let terms: Vec<Number> = branches
        .map(|(probability, reward)| {
            if probability.value().is_finite() && reward.value().is_finite() {
                let exact = probability.exact() * reward.exact();
                Number::from_rational(exact).unwrap_or(Number::from(f64::INFINITY))
            } else {
                Number::from(f64::INFINITY)
            }
        })
        .collect();
    sum(terms.iter())
}

/// Rewards of one structure by what they are given for; each kind may be missing, those there are add up.
#[derive(Default)]
pub(super) struct RewardParts {
    pub(super) states: Option<Vec<Number>>,
    /// Of pairs, given for choices.
    pub(super) pairs: Option<Vec<Number>>,
    /// Of pairs, expected over branches.
    pub(super) expected: Option<Vec<Number>>,
}

impl RewardParts {
    /// The reward function; `None` when no kind is given.
    pub(super) fn reward(self, model: &TransitionModel) -> Result<Option<Reward>, FormatError> {
        let folded = self.expected.is_some();
        let mut by_pair: Vec<Vec<Number>> = [self.pairs, self.expected].into_iter().flatten().collect();
        if by_pair.is_empty() {
            return Ok(self.states.map(|states| Reward::state(model, states)).transpose()?);
        }
        if let Some(states) = self.states.filter(|states| states.iter().any(|reward| *reward != Number::from(0.0))) {
            let pairs = |s: StateId| model.available().pairs(s).map(move |_| s.index());
            by_pair.push(model.state_ids().flat_map(pairs).filter_map(|s| states.get(s).cloned()).collect());
        }
        let mut total = by_pair.swap_remove(0);
        for others in by_pair {
            for (total, other) in total.iter_mut().zip(&others).filter(|(_, other)| **other != Number::from(0.0)) {
                *total = if *total == Number::from(0.0) { other.clone() } else { sum([&*total, other].into_iter()) };
            }
        }
        let reward = if folded { Reward::expected(model, total) } else { Reward::state_action(model, total) };
        Ok(Some(reward?))
    }
}
