//! States as Python names them: by name, by number, or by cell.

use crate::array::{doubles, shown, slice};
use crate::error::{Failure, Result};
use crate::number::number;
use dunamis_mdp::{ModelError, Number, Reward, StateId, TransitionModel};
use numpy::PyUntypedArrayMethods;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A state by its name, its number, or its cell ``(row, column)``.
///
/// # Errors
///
/// [`Failure::Argument`], or [`Failure::In`] for a name that the model does not have.
pub(crate) fn state(argument: &str, model: &TransitionModel, value: &Bound<'_, PyAny>) -> Result<StateId> {
    find(argument, model.states().len(), value, |name| model.state(name))
}

/// One of so many things with names, as for [`state`].
///
/// # Errors
///
/// As for [`state`].
pub(crate) fn find(
    argument: &str,
    count: usize,
    value: &Bound<'_, PyAny>,
    named: impl Fn(&str) -> Result<StateId, ModelError>,
) -> Result<StateId> {
    let known = |name: &str| named(name).map_err(|error| Failure::from(error).within(argument));
    if let Ok(name) = value.extract::<String>() {
        return known(&name);
    }
    if let Ok((row, column)) = value.extract::<(usize, usize)>() {
        return known(&format!("({row}, {column})"));
    }
    match value.extract::<usize>() {
        Ok(number) if number < count => Ok(StateId::new(number)),
        _ => {
            let problem =
                format!("is {}, but must be the name of a state, a number below {count} or a cell", value.repr()?);
            Err(Failure::argument(argument, problem))
        }
    }
}

/// Rewards of the states that a dictionary has, and 0 of the others.
///
/// # Errors
///
/// As for [`state`] and [`number`].
pub(crate) fn rewards(argument: &str, model: &TransitionModel, given: &Bound<'_, PyDict>) -> Result<Reward> {
    let mut rewards = vec![Number::from(0.0); model.states().len()];
    for (key, value) in given.iter() {
        let place = format!("{argument}[{}]", key.repr()?);
        rewards[state(argument, model, &key)?.index()] = number(&place, &value)?;
    }
    Reward::state(model, rewards).map_err(|error| Failure::from(error).within(argument))
}

/// A number for every state.
///
/// # Errors
///
/// [`Failure::Argument`].
pub(crate) fn values(argument: &str, states: usize, value: &Bound<'_, PyAny>) -> Result<Vec<f64>> {
    let array = doubles(argument, value)?;
    if *array.shape() != [states] {
        let problem = format!("has the shape {}, but ({states},) is needed: one for each state", shown(array.shape()));
        return Err(Failure::argument(argument, problem));
    }
    Ok(slice(argument, &array)?.to_vec())
}
