//! Rewards that are functions of features.

use crate::{Choice, OptionSet, OrbitError, Permutation, Permute};
use dunamis_mdp::Rational;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// A vector of features for each state; rewards are $`R(s) = \alpha^\top \operatorname{feat}(s)`$ `[Turner 2022]`.
///
/// An option $`x`$ then matters only through its expected features $`F^\top x`$, because $`x^\top F \alpha = (F^\top x)^\top \alpha`$.
/// Orbits of $`\alpha`$ permute what is rewarded about a state, instead of states: tendencies over them are those of
/// [`choice`](Self::choice), and may be stronger or weaker than those over states.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{Features, OptionSet};
/// let shapes = Features::labels(&["circle", "square", "circle"])?;
/// let both = shapes.expectations(&OptionSet::basis(3, [0, 2])?)?;
/// assert_eq!(both, OptionSet::basis(2, [0])?);
/// # Ok::<(), dunamis_orbit::OrbitError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    features: usize,
    states: Vec<Vec<Rational>>,
}

impl Features {
    /// The features of each state.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoOptions`] without states; [`OrbitError::Dimension`] for vectors of different lengths.
    pub fn new(states: Vec<Vec<Rational>>) -> Result<Self, OrbitError> {
        let expected = states.first().ok_or(OrbitError::NoOptions)?.len();
        match states.iter().position(|vector| vector.len() != expected) {
            Some(option) => Err(OrbitError::Dimension { option, expected, actual: states[option].len() }),
            None => Ok(Features { features: expected, states }),
        }
    }

    /// One indicator for each distinct label, in ascending order, of the states that have it: any reward that is a function of the
    /// label is linear in them.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoOptions`] without states.
    pub fn labels<T: Ord>(labels: &[T]) -> Result<Self, OrbitError> {
        let distinct: BTreeSet<&T> = labels.iter().collect();
        let number: BTreeMap<&T, usize> = distinct.into_iter().zip(0..).collect();
        let indicator = |label: &T| {
            let mut vector = vec![Rational::zero(); number.len()];
            vector[number[label]] = Rational::one();
            vector
        };
        Features::new(labels.iter().map(indicator).collect())
    }

    /// The number of features.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The features of each state.
    pub fn states(&self) -> &[Vec<Rational>] {
        &self.states
    }

    /// The reward $`F \alpha`$ of each state.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`] unless there is a weight for each feature.
    pub fn reward(&self, weights: &[Rational]) -> Result<Vec<Rational>, OrbitError> {
        let (expected, actual) = (self.features, weights.len());
        if actual != expected {
            return Err(OrbitError::RewardDimension { expected, actual });
        }
        let reward = |features: &Vec<Rational>| features.iter().zip(weights).map(|(x, w)| x * w).sum();
        Ok(self.states.iter().map(reward).collect())
    }

    /// The expected features $`F^\top x`$ of every option. Options that no such reward tells apart become one, which matters to
    /// decision functions that count options.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`] unless options have a coordinate for each state.
    pub fn expectations(&self, options: &OptionSet) -> Result<OptionSet, OrbitError> {
        let (expected, actual) = (self.states.len(), options.dimension());
        if actual != expected {
            return Err(OrbitError::Dimension { option: 0, expected, actual });
        }
        let mut seen = BTreeSet::new();
        let distinct = options.options().iter().map(|option| self.expectation(option));
        OptionSet::new(distinct.filter(|vector| seen.insert(vector.clone())).collect())
    }

    fn expectation(&self, option: &[Rational]) -> Vec<Rational> {
        let mut expected = vec![Rational::zero(); self.features];
        for (x, features) in option.iter().zip(&self.states).filter(|(x, _)| !x.is_zero()) {
            for (sum, feature) in expected.iter_mut().zip(features) {
                *sum += x * feature;
            }
        }
        expected
    }

    /// The same choice by expected features: its tendency on the orbit of $`\alpha`$ is that over permutations of features.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`] unless options have a coordinate for each state.
    pub fn choice(&self, choice: &Choice) -> Result<Choice, OrbitError> {
        let options = choice.options().options();
        let part = |places: &[usize]| {
            self.expectations(&OptionSet::new(places.iter().map(|&place| options[place].clone()).collect())?)
        };
        Choice::new(&part(choice.preferred())?, &part(choice.other())?, &self.expectations(choice.options())?)
    }

    /// The permutation of features that a permutation of states amounts to: $`\psi`$ with
    /// $`\operatorname{feat}(\varphi(s)) = \psi \cdot \operatorname{feat}(s)`$ for every state, so that
    /// $`\varphi \cdot (F \alpha) = F (\psi \cdot \alpha)`$; `None` if it does not respect the features. Features that are the same
    /// for all states are taken in order. $`O(n k \log k)`$ for $`n`$ states and $`k`$ features.
    pub fn induced(&self, states: &Permutation) -> Option<Permutation> {
        if states.size() != self.states.len() {
            return None;
        }
        let column = |k: usize| self.states.iter().map(|features| features[k].clone()).collect::<Vec<_>>();
        let mut places: BTreeMap<Vec<Rational>, Vec<u32>> = BTreeMap::new();
        for k in (0..self.features).rev() {
            places.entry(column(k)).or_default().push(k as u32);
        }
        let images = (0..self.features).map(|k| places.get_mut(&column(k).permuted(states))?.pop());
        Permutation::new(images.collect::<Option<_>>()?).ok()
    }

    /// A permutation of states that amounts to a permutation of features, the one that keeps states of the same features in order;
    /// `None` if there is none, because the features of some states, permuted, are those of fewer states or of none.
    /// $`O(n k \log n)`$.
    pub fn lifted(&self, features: &Permutation) -> Option<Permutation> {
        if features.size() != self.features {
            return None;
        }
        let mut places: BTreeMap<&Vec<Rational>, Vec<u32>> = BTreeMap::new();
        for (state, vector) in self.states.iter().enumerate().rev() {
            places.entry(vector).or_default().push(state as u32);
        }
        let images = self.states.iter().map(|vector| places.get_mut(&vector.permuted(features))?.pop());
        Permutation::new(images.collect::<Option<_>>()?).ok()
    }
}
