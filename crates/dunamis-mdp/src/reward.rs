//! Reward functions.

use crate::number::Written;
use crate::{ModelError, Number, Rational, TransitionModel};

/// What a reward depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RewardKind {
    /// On the current state: shape |S|.
    State,
    /// On the state-action pair: shape |SA|.
    StateAction,
    /// Given on transitions and folded into expected rewards of state-action pairs: shape |SA|. Values and optimal policies
    /// are those of the transition rewards; the distribution of returns is not.
    FoldedTransitions,
}

/// A reward function of a model, finite everywhere, collected at the state where the agent is (before it moves).
#[derive(Clone, Debug, PartialEq)]
pub struct Reward {
    kind: RewardKind,
    values: Vec<f64>,
    written: Written,
}

impl Reward {
    /// State rewards, one for each state of `model`.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`], [`ModelError::Reward`] (NaN, infinite) or [`ModelError::TooLong`] (thousands of digits).
    pub fn state(
        model: &TransitionModel,
        values: impl IntoIterator<Item = impl Into<Number>>,
    ) -> Result<Self, ModelError> {
        Self::checked(RewardKind::State, model.states().len(), values, |s| format!("state `{}`", &model.states()[s]))
    }

    /// State-action rewards, one for each pair of `model`.
    ///
    /// # Errors
    ///
    /// As for [`Reward::state`].
    pub fn state_action(
        model: &TransitionModel,
        values: impl IntoIterator<Item = impl Into<Number>>,
    ) -> Result<Self, ModelError> {
        Self::checked(RewardKind::StateAction, model.available().len(), values, |pair| place(model, pair))
    }

    /// Folds transition rewards $`r(s, a, s')`$ into $`r(s,a) = \sum_{s'} T(s'|s,a)\, r(s,a,s')`$, exactly where the
    /// numbers are exact. `reward` receives the pair and the successor's number.
    ///
    /// # Errors
    ///
    /// [`ModelError::Reward`] or [`ModelError::TooLong`].
    pub fn from_transitions(
        model: &TransitionModel,
        reward: impl Fn(usize, usize) -> Number,
    ) -> Result<Self, ModelError> {
        let mut folded = Vec::with_capacity(model.available().len());
        for pair in 0..model.available().len() {
            let mut sum = Rational::from_integer(0.into());
            for (next, probability) in model.number_row(pair) {
                let reward = reward(pair, next);
                if !reward.value().is_finite() {
                    return Err(ModelError::Reward { place: place(model, pair), value: reward.value() });
                }
                sum += probability.exact() * reward.exact();
            }
            folded.push(Number::from_rational(sum).unwrap_or(Number::from(f64::INFINITY)));
        }
        Self::expected(model, folded)
    }

    /// Rewards of transitions that are folded already: their expectations, one for each pair of `model`.
    ///
    /// # Errors
    ///
    /// As for [`Reward::state`].
    pub fn expected(
        model: &TransitionModel,
        values: impl IntoIterator<Item = impl Into<Number>>,
    ) -> Result<Self, ModelError> {
        let reward = Self::state_action(model, values)?;
        Ok(Reward { kind: RewardKind::FoldedTransitions, ..reward })
    }

    fn checked(
        kind: RewardKind,
        expected: usize,
        numbers: impl IntoIterator<Item = impl Into<Number>>,
        place: impl Fn(usize) -> String,
    ) -> Result<Self, ModelError> {
        let (mut values, mut written) = (Vec::with_capacity(expected), Written::default());
        for number in numbers {
            let number: Number = number.into();
            if values.len() < expected && !number.value().is_finite() {
                return Err(ModelError::Reward { place: place(values.len()), value: number.value() });
            }
            let number = number.within_limits().map_err(|source| {
                let place =
                    if values.len() < expected { place(values.len()) } else { format!("entry {}", values.len()) };
                ModelError::TooLong { place: format!("the reward of {place}"), source }
            })?;
            written.insert(values.len(), &number);
            values.push(number.value());
        }
        if values.len() != expected {
            return Err(ModelError::Length { what: "the reward", expected, actual: values.len() });
        }
        Ok(Reward { kind, values, written })
    }

    /// What the reward depends on.
    pub fn kind(&self) -> RewardKind {
        self.kind
    }

    /// The values: shape |S| or |SA| according to [`Reward::kind`].
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The exact value of one entry.
    pub fn exact(&self, index: usize) -> Rational {
        self.written.exact(index, self.values[index])
    }

    /// One entry with the exact form it was given in.
    pub fn number(&self, index: usize) -> Number {
        self.written.number(index, self.values[index])
    }

    /// The reward of a state-action pair of a state.
    pub fn at(&self, state: usize, pair: usize) -> f64 {
        match self.kind {
            RewardKind::State => self.values[state],
            RewardKind::StateAction | RewardKind::FoldedTransitions => self.values[pair],
        }
    }

    /// Lets the caller change the values in place, for example to solve for many reward vectors without allocating.
    ///
    /// # Errors
    ///
    /// [`ModelError::Length`] or [`ModelError::Reward`]; the reward is then unchanged.
    pub fn replace(&mut self, values: &[f64]) -> Result<(), ModelError> {
        if values.len() != self.values.len() {
            let (expected, actual) = (self.values.len(), values.len());
            return Err(ModelError::Length { what: "the reward", expected, actual });
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(ModelError::Reward { place: format!("entry {index}"), value: values[index] });
        }
        self.values.copy_from_slice(values);
        self.written = Written::default();
        Ok(())
    }
}

fn place(model: &TransitionModel, pair: usize) -> String {
    let (state, action) = (model.available().state(pair), model.available().action(pair));
    format!("action `{}` at state `{}`", &model.actions()[action.index()], &model.states()[state.index()])
}
