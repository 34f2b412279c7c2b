//! Features of states, of which goals are combinations: $`\theta = \Phi w`$.

use crate::{GoalBounds, GoalError, GoalRow, GoalSet};
use dunamis_mdp::{Rational, StateId, TransitionModel};
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

    /// Features that grow with proximity: $`1 - d(s)/(D + 1)`$ for the least number $`d(s)`$ of moves from a state to one of a
    /// feature's targets, where $`D`$ is the largest of them; 0 where no target can be reached. $`O(k \cdot \mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`GoalError::NoFeatures`], [`GoalError::StateOutOfRange`].
    pub fn proximity(model: &TransitionModel, targets: &[(String, Vec<StateId>)]) -> Result<Self, GoalError> {
        let states = model.states().len();
        let mut before = vec![Vec::new(); states];
        for pair in 0..model.available().len() {
            for &next in model.row(pair).0 {
                before[next as usize].push(model.available().state(pair).index());
            }
        }
        let mut features = Vec::with_capacity(targets.len());
        for (name, targets) in targets {
            let mut distance: Vec<Option<usize>> = vec![None; states];
            for target in targets {
                let state = target.index();
                *distance.get_mut(state).ok_or(GoalError::StateOutOfRange { state, states })? = Some(0);
            }
            let mut queue: Vec<usize> = targets.iter().map(|target| target.index()).collect();
            let mut reached = 0;
            while let Some(&state) = queue.get(reached) {
                reached += 1;
                for &from in &before[state] {
                    if distance[from].is_none() {
                        distance[from] = distance[state].map(|steps| steps + 1);
                        queue.push(from);
                    }
                }
            }
            let longest = distance.iter().flatten().max().map_or(1, |steps| steps + 1);
            let value = |steps: &Option<usize>| {
                steps.map_or_else(Rational::zero, |steps| Rational::new((longest - steps).into(), longest.into()))
            };
            features.push((name.clone(), distance.iter().map(value).collect()));
        }
        Features::new(states, features)
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
