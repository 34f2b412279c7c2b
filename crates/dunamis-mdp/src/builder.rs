//! Building a [`TransitionModel`] that cannot be wrong.

use crate::model::Row;
use crate::names::Names;
use crate::number::sums_to_one;
use crate::{ActionId, AvailableActions, ModelError, Number, StateId, TransitionModel};
use std::collections::HashMap;

/// Largest tolerated distance of a row sum from 1; rows within it are scaled to sum to 1.
pub(crate) const ROW_SUM_TOLERANCE: f64 = 1e-9;

/// Collects states and transitions; see [`TransitionModel`] for an example.
///
/// States keep the order in which they are added, actions the order of their first use at each state.
#[derive(Clone, Debug, Default)]
pub struct TransitionModelBuilder {
    states: Names,
    actions: Names,
    /// Per state: its pairs in order of first use.
    pairs: Vec<Vec<(ActionId, Row)>>,
    index: HashMap<(StateId, ActionId), usize>,
    /// The pair of the last call, because transitions mostly come row by row.
    last: Option<(StateId, ActionId, usize)>,
}

impl TransitionModelBuilder {
    /// Adds a state.
    ///
    /// # Errors
    ///
    /// [`ModelError::DuplicateState`] if the name is taken.
    pub fn state(&mut self, name: &str) -> Result<StateId, ModelError> {
        let index = self.states.add(name).ok_or_else(|| ModelError::DuplicateState { name: name.into() })?;
        self.pairs.push(Vec::new());
        Ok(StateId::new(index))
    }

    /// The id of a state added before.
    ///
    /// # Errors
    ///
    /// [`ModelError::UnknownState`].
    pub fn find_state(&self, name: &str) -> Result<StateId, ModelError> {
        self.states.get(name).map(StateId::new).ok_or_else(|| ModelError::unknown_state(name, &self.states))
    }

    /// Lets `action` lead from `from` to `to` with a probability; a probability of 0 is no transition.
    ///
    /// # Errors
    ///
    /// [`ModelError::Probability`] outside $`[0, 1]`$ or NaN, [`ModelError::TooLong`] for an exact number of thousands of
    /// digits, [`ModelError::UnknownState`] for a state of another builder, [`ModelError::DuplicateTransition`] when the
    /// triple is there already.
    pub fn transition(
        &mut self,
        from: StateId,
        action: &str,
        to: StateId,
        probability: impl Into<Number>,
    ) -> Result<(), ModelError> {
        if to.index() >= self.states.len() {
            return Err(ModelError::unknown_state(&format!("#{to}"), &self.states));
        }
        let probability = self.checked(from, action, Some(to), probability.into())?;
        let row = self.row(from, action);
        if !row.add(to.index() as u32, probability) {
            let [from, to] = [from, to].map(|state| self.states[state.index()].to_owned());
            return Err(ModelError::DuplicateTransition { from, action: action.into(), to });
        }
        Ok(())
    }

    /// Lets `action` at `from` lose a probability mass for ever: whatever would follow is worth 0.
    ///
    /// # Errors
    ///
    /// As for [`TransitionModelBuilder::transition`].
    pub fn leak(&mut self, from: StateId, action: &str, probability: impl Into<Number>) -> Result<(), ModelError> {
        let probability = self.checked(from, action, None, probability.into())?;
        let row = self.row(from, action);
        if row.leak.is_some() {
            let from = self.states[from.index()].to_owned();
            return Err(ModelError::DuplicateTransition { from, action: action.into(), to: "null".into() });
        }
        row.leak = Some(probability);
        Ok(())
    }

    fn checked(
        &self,
        from: StateId,
        action: &str,
        to: Option<StateId>,
        probability: Number,
    ) -> Result<Number, ModelError> {
        if from.index() >= self.states.len() {
            return Err(ModelError::unknown_state(&format!("#{from}"), &self.states));
        }
        if !(0.0..=1.0).contains(&probability.value()) {
            return Err(ModelError::Probability {
                from: self.states[from.index()].into(),
                action: action.into(),
                to: to.map_or_else(|| "null".into(), |to| self.states[to.index()].into()),
                probability: probability.value(),
            });
        }
        // Only numbers that were computed can be that long: what is read is limited already.
        probability.within_limits().map_err(|source| {
            let (from, to) = (&self.states[from.index()], to.map_or("null", |to| &self.states[to.index()]));
            ModelError::TooLong { place: format!("the probability of `{from}` --{action}--> `{to}`"), source }
        })
    }

    fn row(&mut self, from: StateId, action: &str) -> &mut Row {
        if let Some((state, id, k)) = self.last
            && state == from
            && self.actions[id.index()] == *action
        {
            return &mut self.pairs[from.index()][k].1;
        }
        let action = ActionId::new(self.actions.intern(action));
        let pairs = &mut self.pairs[from.index()];
        let k = *self.index.entry((from, action)).or_insert_with(|| {
            pairs.push((action, Row::default()));
            pairs.len() - 1
        });
        self.last = Some((from, action, k));
        &mut pairs[k].1
    }

    /// The finished model.
    ///
    /// # Errors
    ///
    /// [`ModelError::NoState`], [`ModelError::StateWithoutAction`], or [`ModelError::RowSum`] when a row is farther than
    /// 1e-9 from a distribution.
    pub fn build(self) -> Result<TransitionModel, ModelError> {
        if self.states.is_empty() {
            return Err(ModelError::NoState);
        }
        let (mut actions, mut rows) = (Vec::with_capacity(self.pairs.len()), Vec::new());
        for (state, pairs) in self.pairs.into_iter().enumerate() {
            if pairs.is_empty() {
                return Err(ModelError::StateWithoutAction { state: self.states[state].into() });
            }
            let mut here = Vec::with_capacity(pairs.len());
            for (action, mut row) in pairs {
                normalize(&mut row).map_err(|sum| ModelError::RowSum {
                    state: self.states[state].into(),
                    action: self.actions[action.index()].into(),
                    sum,
                })?;
                here.push(action);
                rows.push(row);
            }
            actions.push(here);
        }
        let available = AvailableActions::from_states(actions);
        Ok(TransitionModel::pack(self.states, self.actions, available, rows))
    }
}

/// Accepts rows that sum to 1 exactly or as nearly as doubles can, scales those that miss it by less than the tolerance, and
/// returns the sum of all others. Scaled rows are accepted as they are, so that files keep them.
fn normalize(row: &mut Row) -> Result<(), f64> {
    let sum: f64 = row.next.iter().map(|(_, p)| p).chain(&row.leak).map(Number::value).sum();
    if (sum - 1.0).abs() > ROW_SUM_TOLERANCE {
        return Err(sum);
    }
    let exact = || row.next.iter().map(|(_, p)| p).chain(&row.leak).map(Number::exact);
    let rounding = f64::EPSILON * (row.next.len() + 1) as f64;
    if (sum - 1.0).abs() > rounding && !sums_to_one(exact()) {
        for probability in row.next.iter_mut().map(|(_, p)| p).chain(&mut row.leak) {
            *probability = Number::from(probability.value() / sum);
        }
    }
    Ok(())
}
