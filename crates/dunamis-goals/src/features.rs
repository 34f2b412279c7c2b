//! Features of states, of which goals are combinations: $`\theta = \Phi w`$.

use crate::{GoalBounds, GoalError, GoalRow, GoalSet};
use dunamis_mdp::Rational;
use num_traits::Zero;

/// Named numbers of states, such as the distance to a corner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    names: Vec<String>,
    values: Vec<Vec<Rational>>,
    states: usize,
}

impl Features {
    /// Features by name, each with one value for every state.
    ///
    /// # Errors
    ///
    /// [`GoalError::NoFeatures`] without any, [`GoalError::Dimension`] where a feature has more or fewer values than `states`.
    pub fn new(states: usize, features: Vec<(String, Vec<Rational>)>) -> Result<Self, GoalError> {
        if features.is_empty() {
            return Err(GoalError::NoFeatures);
        }
        if let Some((_, values)) = features.iter().find(|(_, values)| values.len() != states) {
            return Err(GoalError::Dimension { expected: states, actual: values.len() });
        }
        let (names, values) = features.into_iter().unzip();
        Ok(Features { names, values, states })
    }

    /// Number of features $`k`$, at least 1.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Never true: there is a feature at least.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Number of states $`d`$.
    pub fn states(&self) -> usize {
        self.states
    }

    /// Their names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The value of each feature at each state, shape k × d.
    pub fn values(&self) -> &[Vec<Rational>] {
        &self.values
    }

    /// Some of the features, by their numbers; `None` where there is no such feature, or none at all is left.
    pub fn subset(&self, chosen: &[usize]) -> Option<Self> {
        let pick = |&k: &usize| Some((self.names.get(k)?.clone(), self.values.get(k)?.clone()));
        Features::new(self.states, chosen.iter().map(pick).collect::<Option<_>>()?).ok()
    }

    /// $`\Phi w`$, exactly; missing weights count as 0.
    pub fn goal(&self, weights: &[Rational]) -> Vec<Rational> {
        let at = |state: usize| {
            let terms = self.values.iter().zip(weights).filter(|(values, w)| !values[state].is_zero() && !w.is_zero());
            terms.map(|(values, w)| &values[state] * w).sum()
        };
        (0..self.states).map(at).collect()
    }

    /// What rows ask of weights: $`A \Phi`$.
    pub(crate) fn rows(&self, rows: &[GoalRow]) -> Vec<GoalRow> {
        let product = |row: &GoalRow, values: &[Rational]| -> Rational {
            let terms = row.coefficients.iter().zip(values).filter(|(a, x)| !a.is_zero() && !x.is_zero());
            terms.map(|(a, x)| a * x).sum()
        };
        let of_weights = |row: &GoalRow| GoalRow {
            coefficients: self.values.iter().map(|values| product(row, values)).collect(),
            ..row.clone()
        };
        rows.iter().map(of_weights).collect()
    }

    /// Checks that there is a feature value for every reward, and bounds for every weight.
    pub(crate) fn check(&self, goals: &GoalSet, weights: &GoalBounds) -> Result<(), GoalError> {
        let (expected, actual) = (goals.dimension(), self.states);
        if expected != actual {
            return Err(GoalError::Dimension { expected, actual });
        }
        if let GoalBounds::Box { low, .. } = weights {
            self.one_each(low.len())?;
        }
        weights.check(self.len())
    }

    /// Checks that there is one number for every feature.
    pub(crate) fn one_each(&self, actual: usize) -> Result<(), GoalError> {
        let expected = self.len();
        if expected == actual { Ok(()) } else { Err(GoalError::FeatureNumbers { expected, actual }) }
    }
}
