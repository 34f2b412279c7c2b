//! Part of a model: some of its states and actions.

use crate::GoalError;
use dunamis_mdp::{Number, Rational, StateId, TransitionModel};
use num_traits::Zero;
use std::sync::Arc;

/// A model of some of the states and state-action pairs of another; mass that enters other states leaks, so that it is worth 0.
#[derive(Clone, Debug)]
pub(crate) struct Restriction {
    pub(crate) model: Arc<TransitionModel>,
    /// The state of the whole model behind each state, ascending.
    pub(crate) states: Vec<StateId>,
    /// The pair of the whole model behind each pair, ascending.
    pub(crate) pairs: Vec<usize>,
}

impl Restriction {
    /// Every kept state must keep a pair. $`O(\mathrm{nnz})`$.
    pub(crate) fn new(
        whole: &TransitionModel,
        keep_state: impl Fn(StateId) -> bool,
        keep_pair: impl Fn(usize) -> bool,
    ) -> Result<Self, GoalError> {
        let mut builder = TransitionModel::builder();
        let states: Vec<StateId> = whole.state_ids().filter(|&state| keep_state(state)).collect();
        let mut position = vec![None; whole.states().len()];
        for &state in &states {
            position[state.index()] = Some(builder.state(&whole.states()[state.index()])?);
        }
        let mut pairs = Vec::new();
        for &state in &states {
            let Some(from) = position[state.index()] else { continue };
            for pair in whole.available().pairs(state).filter(|&pair| keep_pair(pair)) {
                let action = &whole.actions()[whole.available().action(pair).index()];
                let mut lost = Rational::zero();
                for (next, probability) in whole.number_row(pair) {
                    match position[next] {
                        Some(to) => builder.transition(from, action, to, probability)?,
                        None => lost += probability.exact(),
                    }
                }
                if let Some(leak) = whole.leak_number(pair).filter(|_| lost.is_zero()) {
                    builder.leak(from, action, leak)?;
                } else if !lost.is_zero() {
                    let leak = Number::from_rational(lost + whole.exact_leak(pair));
                    builder.leak(from, action, leak.map_err(|source| GoalError::TooLong { pair, source })?)?;
                }
                pairs.push(pair);
            }
        }
        Ok(Restriction { model: Arc::new(builder.build()?), states, pairs })
    }
}
