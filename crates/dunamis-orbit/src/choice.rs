//! Questions about a choice between sets of options.

use crate::{OptionSet, OrbitError, Permutation, Permute};
use dunamis_mdp::Rational;

/// Two sets of options $`B`$ and $`A`$ within the set $`C`$ of everything that can be chosen. The question is how often
/// a decision function favors $`B`$ to $`A`$.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    options: OptionSet,
    preferred: Vec<usize>,
    other: Vec<usize>,
}

impl Choice {
    /// $`B`$ against $`A`$ within $`C`$. The two may share options.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`], [`OrbitError::NotAnOption`].
    pub fn new(b: &OptionSet, a: &OptionSet, c: &OptionSet) -> Result<Self, OrbitError> {
        let places = |set: &OptionSet, name| -> Result<Vec<usize>, OrbitError> {
            let (expected, actual) = (c.dimension(), set.dimension());
            if expected != actual {
                return Err(OrbitError::Dimension { option: 0, expected, actual });
            }
            let place = |(option, vector): (usize, &Vec<Rational>)| {
                c.position(vector).ok_or(OrbitError::NotAnOption { set: name, option })
            };
            let mut places = set.options().iter().enumerate().map(place).collect::<Result<Vec<_>, _>>()?;
            places.sort_unstable();
            Ok(places)
        };
        Ok(Choice { preferred: places(b, "B")?, other: places(a, "A")?, options: c.clone() })
    }

    /// $`B`$ against $`A`$ where nothing else can be chosen: $`C = B \cup A`$.
    ///
    /// # Errors
    ///
    /// [`OrbitError::Dimension`].
    pub fn between(b: &OptionSet, a: &OptionSet) -> Result<Self, OrbitError> {
        Choice::new(b, a, &b.union(a)?)
    }

    /// The set $`C`$ of everything that can be chosen.
    pub fn options(&self) -> &OptionSet {
        &self.options
    }

    /// The number of coordinates $`d`$.
    pub fn dimension(&self) -> usize {
        self.options.dimension()
    }

    /// The places of the options of $`B`$ within $`C`$, in ascending order.
    pub fn preferred(&self) -> &[usize] {
        &self.preferred
    }

    /// The places of the options of $`A`$ within $`C`$, in ascending order.
    pub fn other(&self) -> &[usize] {
        &self.other
    }

    /// The opposite question.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Choice { options: self.options.clone(), preferred: self.other.clone(), other: self.preferred.clone() }
    }

    /// Refuses a vector whose length is not the number of coordinates.
    pub(crate) fn check_dimension(&self, actual: usize) -> Result<(), OrbitError> {
        let expected = self.dimension();
        if actual == expected { Ok(()) } else { Err(OrbitError::RewardDimension { expected, actual }) }
    }
}

impl Permute for Choice {
    /// Options keep their places.
    fn permuted(&self, by: &Permutation) -> Self {
        Choice { options: self.options.permuted(by), ..self.clone() }
    }
}
