//! Compatible goals as the shadow of a polyhedron with few rows.
//!
//! Where the observed behavior stays among the states it was observed at, a goal is compatible exactly when there are values $`U`$ of
//! all states that decide, with
//!
//! ```math
//! U(s) - \theta(s) - \gamma \sum_{s'} T(s'|s,a)\, U(s') \;
//! \begin{cases} = 0 & \text{for what was observed, or is the only action} \\ \ge \varepsilon & \text{for deviations from it} \\ \ge 0 & \text{elsewhere} \end{cases}
//! ```
//!
//! Along what was observed $`U = V^\pi`$, and elsewhere any $`U`$ that no action improves is at least optimal, the optimal one being the least
//! demanding. One row for each pair, in $`d + n`$ unknowns, stands for a row for each deviation and each way to go on.

use crate::{Form, GoalError, GoalSet};
use dunamis_mdp::{Rational, StateId};
use dunamis_solve::ConicCombination;
use num_traits::{One, Signed, Zero};

/// A row over a goal and the values of states.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiftedRow {
    /// The pair it is about.
    pub pair: usize,
    /// The reward that is subtracted: that of the pair's state.
    pub reward: StateId,
    /// Coefficients of values, by their number in [`LiftedForm::states`].
    pub values: Vec<(usize, Rational)>,
    /// What the row is at least, or equal to.
    pub bound: Rational,
    /// Whether equality is asked.
    pub equality: bool,
}

/// The rows, and the states whose values are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftedForm {
    states: Vec<StateId>,
    rows: Vec<LiftedRow>,
}

impl GoalSet {
    /// The lifted form, $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::NotConvex`] for a union.
    pub fn lifted_form(&self) -> Result<LiftedForm, GoalError> {
        if self.form() == Form::Union {
            return Err(GoalError::NotConvex);
        }
        let Some((model, states, pairs)) = self.deciding_part() else {
            return Ok(LiftedForm { states: Vec::new(), rows: Vec::new() });
        };
        let (observed, gamma) = (self.training().observed(), self.discount().exact());
        let mut rows = Vec::with_capacity(pairs.len());
        for (pair, &whole) in pairs.iter().enumerate() {
            let state = model.available().state(pair);
            let mut values = vec![(state.index(), Rational::one())];
            for (next, p) in model.exact_row(pair) {
                match values.iter_mut().find(|(place, _)| *place == next.index()) {
                    Some((_, x)) => *x -= &gamma * p,
                    None => values.push((next.index(), -(&gamma * p))),
                }
            }
            let deviates = self.training().is_observed(states[state.index()]) && !observed[whole];
            rows.push(LiftedRow {
                pair: whole,
                reward: states[state.index()],
                values,
                bound: if deviates { self.margin().clone() } else { Rational::zero() },
                // Where nothing else can be done, values are what follows.
                equality: observed[whole] || model.available().pairs(state).len() == 1,
            });
        }
        Ok(LiftedForm { states: states.to_vec(), rows })
    }
}

impl LiftedForm {
    /// The states whose values are unknown.
    pub fn states(&self) -> &[StateId] {
        &self.states
    }

    /// One row for each pair that decides.
    pub fn rows(&self) -> &[LiftedRow] {
        &self.rows
    }

    /// Values that show that a goal is compatible (bounds apart), one for each of [`LiftedForm::states`]; `None` if there are
    /// none. One exact linear program.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`] for a goal of another model.
    pub fn values(&self, goal: &[Rational]) -> Result<Option<Vec<Rational>>, GoalError> {
        let size = self.states.len();
        let mut columns = Vec::new();
        for row in &self.rows {
            let (state, states) = (row.reward.index(), goal.len());
            let reward = goal.get(state).ok_or(GoalError::StateOutOfRange { state, states })?;
            let mut column = vec![Rational::zero(); size + 1];
            for (place, x) in &row.values {
                column[*place] = x.clone();
            }
            column[size] = reward + &row.bound;
            if row.equality {
                columns.push(column.iter().map(|x| -x).collect());
            }
            columns.push(column);
        }
        let mut target = vec![Rational::zero(); size + 1];
        target[size] = Rational::one();
        // Either nonnegative multiples of the rows sum to 0 ≥ 1, or what separates them is a solution.
        Ok(match ConicCombination::find(&columns, &target)? {
            ConicCombination::Weights(_) => None,
            ConicCombination::Separator(mut values) => {
                let scale = values.pop().filter(Signed::is_positive).unwrap_or_else(Rational::one);
                Some(values.into_iter().map(|x| -x / &scale).collect())
            }
        })
    }
}
