//! The forms in which Python gives rewards.

use crate::array::{doubles, shown, slice};
use crate::error::{Failure, Result};
use crate::sparse_matrix::CompressedRows;
use crate::transitions::{Axes, sparse_list};
use dunamis_mdp::{ModelError, Number, Reward, StateId, TransitionModel};
use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// An argument with rewards, whose numbers Python owns.
#[derive(Debug)]
pub(crate) struct Rewards<'py> {
    argument: &'static str,
    numbers: Numbers<'py>,
}

#[derive(Debug)]
enum Numbers<'py> {
    /// By state, pair, state and action, or transition, as its shape says.
    Dense(PyReadonlyArrayDyn<'py, f64>),
    /// A sparse matrix |S| × |S| for every action.
    Actions(Vec<CompressedRows<'py>>),
}

impl<'py> Rewards<'py> {
    /// An argument as rewards.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`].
    pub(crate) fn new(argument: &'static str, value: &Bound<'py, PyAny>) -> Result<Self> {
        let numbers = match sparse_list(argument, value)? {
            Some(matrices) => Numbers::Actions(matrices),
            None => Numbers::Dense(doubles(argument, value)?),
        };
        Ok(Rewards { argument, numbers })
    }

    /// Whether a pair is said not to be available, by a reward of −∞ as in `QuantEcon`.
    pub(crate) fn forbids(&self, states: usize, actions: usize, state: usize, action: usize) -> bool {
        match &self.numbers {
            Numbers::Dense(array) if *array.shape() == [states, actions] => {
                array.as_slice().is_ok_and(|numbers| numbers[state * actions + action] == f64::NEG_INFINITY)
            }
            _ => false,
        }
    }

    /// The reward of a model. `origin` has the given row of each pair, where rows were given by pair.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for another shape, or [`Failure::In`] for numbers that are not finite.
    pub(crate) fn reward(&self, model: &TransitionModel, origin: &[usize]) -> Result<Reward> {
        let argument = self.argument;
        let within = |error: ModelError| Failure::from(error).within(argument);
        let available = model.available();
        let (states, actions, pairs) = (available.states(), model.actions().len(), available.len());
        let array = match &self.numbers {
            Numbers::Dense(array) => array,
            Numbers::Actions(matrices) => return of_matrices(argument, model, matrices),
        };
        let numbers = slice(argument, array)?;
        let places = || model.state_ids().flat_map(|s| available.pairs(s).map(move |pair| (s.index(), pair)));
        match *array.shape() {
            [count] if count == pairs && !origin.is_empty() => {
                Reward::state_action(model, origin.iter().map(|&row| numbers[row])).map_err(within)
            }
            [count] if count == states => Reward::state(model, numbers.iter().copied()).map_err(within),
            [count] if count == pairs => Reward::state_action(model, numbers.iter().copied()).map_err(within),
            [rows, columns] if (rows, columns) == (states, actions) => {
                let at = |(s, pair): (usize, usize)| numbers[s * actions + available.action(pair).index()];
                Reward::state_action(model, places().map(at)).map_err(within)
            }
            [_, _, _] => {
                let axes = Axes::of(argument, array.shape())?;
                if (axes.states, axes.actions) != (states, actions) {
                    return Err(wrong_shape(argument, array.shape(), states, actions, pairs));
                }
                let of_pair: Vec<usize> = places().map(|(s, _)| s).collect();
                let at = |pair: usize, next: usize| {
                    numbers[axes.start(of_pair[pair], available.action(pair).index()) + next].into()
                };
                Reward::from_transitions(model, at).map_err(within)
            }
            ref shape => Err(wrong_shape(argument, shape, states, actions, pairs)),
        }
    }
}

fn wrong_shape(argument: &str, shape: &[usize], states: usize, actions: usize, pairs: usize) -> Failure {
    let problem = format!(
        "has the shape {}, but ({states},), ({pairs},), ({states}, {actions}) or ({states}, {actions}, {states}) is needed: \
         rewards of states, of state-action pairs or of transitions",
        shown(shape)
    );
    Failure::argument(argument, problem)
}

/// Rewards of transitions, folded into expectations.
fn of_matrices(argument: &str, model: &TransitionModel, matrices: &[CompressedRows<'_>]) -> Result<Reward> {
    let available = model.available();
    let (states, actions) = (available.states(), model.actions().len());
    if matrices.len() != actions {
        let problem = format!("has {} matrices, but {actions} are needed: one for each action", matrices.len());
        return Err(Failure::argument(argument, problem));
    }
    if let Some(action) = matrices.iter().position(|matrix| (matrix.rows, matrix.columns) != (states, states)) {
        let shape = shown(&[matrices[action].rows, matrices[action].columns]);
        let problem = format!("has the shape {shape}, but ({states}, {states}) is needed");
        return Err(Failure::argument(format!("{argument}[{action}]"), problem));
    }
    let state = |pair: usize| -> StateId { available.state(pair) };
    let failure = std::cell::RefCell::new(None);
    let at = |pair: usize, next: usize| -> Number {
        let matrix = &matrices[available.action(pair).index()];
        let number = matrix.at(state(pair).index(), next as u32).unwrap_or_else(|error| {
            failure.replace(Some(error));
            0.0
        });
        number.into()
    };
    let reward = Reward::from_transitions(model, at).map_err(|error| Failure::from(error).within(argument));
    failure.take().map_or(reward, Err)
}
