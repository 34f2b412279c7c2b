//! Sets of options.

use crate::OrbitError;
use dunamis_mdp::Rational;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// A finite set of options: distinct vectors with one coordinate per state, such as recurrent state distributions or visit
/// distributions. A coordinate is a rational, or anything else that can be compared exactly.
///
/// Two sets are equal if they hold the same vectors, in whatever order.
#[derive(Clone, Debug)]
pub struct OptionSet<T = Rational> {
    dimension: usize,
    options: Vec<Vec<T>>,
    /// Where each vector stands.
    place: BTreeMap<Vec<T>, usize>,
}

impl<T: Clone + Ord> OptionSet<T> {
    /// A set of vectors, which keep their order.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoOptions`], [`OrbitError::Dimension`], [`OrbitError::RepeatedOption`].
    pub fn new(options: Vec<Vec<T>>) -> Result<Self, OrbitError> {
        let expected = options.first().ok_or(OrbitError::NoOptions)?.len();
        let mut place = BTreeMap::new();
        for (index, option) in options.iter().enumerate() {
            if option.len() != expected {
                return Err(OrbitError::Dimension { option: index, expected, actual: option.len() });
            }
            if let Some(first) = place.insert(option.clone(), index) {
                return Err(OrbitError::RepeatedOption { first, option: index });
            }
        }
        Ok(OptionSet { dimension: expected, options, place })
    }

    /// The number of coordinates $`d`$.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The vectors, in the order they were given.
    pub fn options(&self) -> &[Vec<T>] {
        &self.options
    }

    /// How many there are: at least one.
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.options.len()
    }

    /// Where a vector stands, if it is an option. $`O(d \log n)`$.
    pub fn position(&self, option: &[T]) -> Option<usize> {
        self.place.get(option).copied()
    }

    /// Whether a vector is an option.
    pub fn contains(&self, option: &[T]) -> bool {
        self.position(option).is_some()
    }

    /// Whether every option is one of another set.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.options.iter().all(|option| other.contains(option))
    }

    /// The first option that is also one of another set.
    pub fn shared(&self, other: &Self) -> Option<&Vec<T>> {
        self.options.iter().find(|option| other.contains(option))
    }

    /// The options of both, those of this set first.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`].
    pub fn union(&self, other: &Self) -> Result<Self, OrbitError> {
        let new = other.options.iter().filter(|option| !self.contains(option));
        OptionSet::new(self.options.iter().chain(new).cloned().collect())
    }

    /// The image under a map that keeps distinct vectors distinct.
    pub(crate) fn mapped(&self, map: impl Fn(&Vec<T>) -> Vec<T>) -> Self {
        let options: Vec<_> = self.options.iter().map(map).collect();
        let place = options.iter().cloned().zip(0..).collect();
        OptionSet { dimension: self.dimension, options, place }
    }
}

impl OptionSet {
    /// The basis vectors of the given states.
    ///
    /// # Errors
    ///
    /// [`OrbitError::NoOptions`], [`OrbitError::RepeatedOption`]; [`OrbitError::OutOfRange`] for a state that is not there.
    pub fn basis(dimension: usize, states: impl IntoIterator<Item = usize>) -> Result<Self, OrbitError> {
        let vectors = states.into_iter().map(|state| {
            let mut vector = vec![Rational::zero(); dimension];
            let entry = vector.get_mut(state).ok_or(OrbitError::OutOfRange { number: state, size: dimension })?;
            *entry = Rational::one();
            Ok(vector)
        });
        OptionSet::new(vectors.collect::<Result<_, OrbitError>>()?)
    }
}

impl<T: PartialEq + Ord> PartialEq for OptionSet<T> {
    fn eq(&self, other: &Self) -> bool {
        self.dimension == other.dimension && self.place.keys().eq(other.place.keys())
    }
}

impl<T: Ord> Eq for OptionSet<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Permutation, Permute};

    #[test]
    fn refused() {
        let vector = |entries: &[i64]| entries.iter().map(|&x| Rational::from_integer(x.into())).collect::<Vec<_>>();
        let message = |options: Vec<Vec<Rational>>| OptionSet::new(options).unwrap_err().to_string();
        insta::assert_snapshot!(message(vec![]), @"a set of options is empty: give at least one vector");
        insta::assert_snapshot!(message(vec![vector(&[1, 0]), vector(&[1])]), @"option 1 has 1 coordinates where 2 are needed");
        insta::assert_snapshot!(message(vec![vector(&[1, 0]), vector(&[0, 1]), vector(&[1, 0])]), @"option 2 is the same vector as option 0: list every option once");
        insta::assert_snapshot!(OptionSet::basis(2, [2]).unwrap_err(), @"there is no coordinate 2: there are 2, counted from 0");
    }

    #[test]
    fn sets_do_not_depend_on_order() {
        let (a, b) = (OptionSet::basis(4, [0, 2]).unwrap(), OptionSet::basis(4, [2, 0]).unwrap());
        assert_eq!(a, b);
        assert_eq!(a.permuted(&"(0 2)".parse::<Permutation>().unwrap()), a);
        assert_eq!(a.union(&OptionSet::basis(4, [2, 3]).unwrap()).unwrap().len(), 3);
        assert!(a.shared(&OptionSet::basis(4, [1, 3]).unwrap()).is_none());
    }
}
