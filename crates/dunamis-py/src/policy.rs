//! Policies as Python gives them.

use crate::array::{doubles, integers, shown, slice};
use crate::error::{Failure, Result};
use crate::solution::Solution;
use dunamis_mdp::edit::PolicyLayout;
use dunamis_mdp::{ActionId, StateId, StochasticPolicy, TransitionModel};
use numpy::PyUntypedArrayMethods;
use pyo3::prelude::*;

/// A policy: ``"uniform"``, a `Solution` (its `policy`), the numbers of actions (S,), or probabilities (SA,) or (S, A).
///
/// # Errors
///
/// [`Failure::Argument`] or [`Failure::In`].
pub(crate) fn policy(argument: &str, model: &TransitionModel, value: &Bound<'_, PyAny>) -> Result<StochasticPolicy> {
    let (states, actions, available) = (model.states(), model.actions(), model.available());
    policy_of(argument, PolicyLayout { states, actions, available, agent: None }, value)
}

/// The same where a layout says it belongs, such as one of two agents.
///
/// # Errors
///
/// As for [`policy`].
pub(crate) fn policy_of(
    argument: &str,
    layout: PolicyLayout<'_>,
    value: &Bound<'_, PyAny>,
) -> Result<StochasticPolicy> {
    let available = layout.available;
    let (states, actions, pairs) = (available.states(), layout.actions.len(), available.len());
    let state_ids = || (0..states).map(StateId::new);
    if let Ok(name) = value.extract::<String>() {
        return match name.as_str() {
            "uniform" => Ok(StochasticPolicy::uniform(available)),
            _ => Err(Failure::argument(argument, format!("is `{name}`: choose `uniform`, or give an array"))),
        };
    }
    if let Ok(solution) = value.cast::<Solution>() {
        let solved = solution.get().mdp().model();
        if solved.available() != available {
            return Err(Failure::argument(argument, "is the solution of a model with other states or actions"));
        }
        return Ok(solution.get().solution().greedy(solution.get().mdp()).to_stochastic(available));
    }
    let new = |probability| {
        let policy = StochasticPolicy::new(available, layout.states, layout.actions, probability);
        policy.map_err(|error| Failure::from(error).within(argument))
    };
    if let Ok(chosen) = integers(argument, value)
        && *chosen.shape() == [states]
    {
        let mut probability = vec![0.0; pairs];
        for (s, &action) in slice(argument, &chosen)?.iter().enumerate() {
            let known = usize::try_from(action).ok().filter(|&action| action < actions).map(ActionId::new);
            let pair = known.and_then(|action| available.find(StateId::new(s), action)).ok_or_else(|| {
                let state = &layout.states[s];
                let problem = format!("is {action}, but state `{state}` has no action of that number");
                Failure::argument(format!("{argument}[{s}]"), problem)
            })?;
            probability[pair] = 1.0;
        }
        return new(probability);
    }
    let array = doubles(argument, value)?;
    let numbers = slice(argument, &array)?;
    match *array.shape() {
        [count] if count == pairs => new(numbers.to_vec()),
        [rows, columns] if (rows, columns) == (states, actions) => {
            let mut probability = Vec::with_capacity(pairs);
            for s in state_ids() {
                let row = &numbers[s.index() * actions..(s.index() + 1) * actions];
                let elsewhere = (0..actions).find(|&a| row[a] != 0.0 && available.find(s, ActionId::new(a)).is_none());
                if let Some(a) = elsewhere {
                    let (state, action) = (&layout.states[s.index()], &layout.actions[a]);
                    let problem = format!("is {}, but action `{action}` is not available at state `{state}`", row[a]);
                    return Err(Failure::argument(format!("{argument}[{s}, {a}]"), problem));
                }
                probability.extend(available.at(s).iter().map(|action| row[action.index()]));
            }
            new(probability)
        }
        ref shape => {
            let problem = format!(
                "has the shape {}, but ({states},) actions as integers, or ({pairs},) or ({states}, {actions}) probabilities are \
                 needed",
                shown(shape)
            );
            Err(Failure::argument(argument, problem))
        }
    }
}
