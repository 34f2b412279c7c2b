//! Increasing combinations of decision functions.

use super::{DecisionFunction, Properties};
use crate::{DecisionError, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};
use std::sync::Arc;

/// A polynomial $`\sum_k w_k \prod_i f_{ki}(X \mid C, \theta)`$ in decision functions, with weights of at least zero: mixtures, sums
/// and products. Tendencies of the functions carry over to it `[Turner & Tadepalli 2022, Lemma B.6]`.
#[derive(Clone)]
pub struct Combination {
    terms: Vec<(Rational, Vec<Arc<dyn DecisionFunction>>)>,
}

impl Combination {
    /// The polynomial of the given terms.
    ///
    /// # Errors
    ///
    /// [`DecisionError::NegativeWeight`].
    pub fn new(
        terms: impl IntoIterator<Item = (Rational, Vec<Arc<dyn DecisionFunction>>)>,
    ) -> Result<Self, DecisionError> {
        let terms: Vec<_> = terms.into_iter().collect();
        match terms.iter().position(|(weight, _)| weight.is_negative()) {
            Some(place) => Err(DecisionError::NegativeWeight { place }),
            None => Ok(Combination { terms }),
        }
    }

    /// The weighted sum of some functions.
    ///
    /// # Errors
    ///
    /// [`DecisionError::NegativeWeight`].
    pub fn mixture(
        parts: impl IntoIterator<Item = (Rational, Arc<dyn DecisionFunction>)>,
    ) -> Result<Self, DecisionError> {
        Combination::new(parts.into_iter().map(|(weight, function)| (weight, vec![function])))
    }

    /// The product of some functions.
    pub fn product(factors: impl IntoIterator<Item = Arc<dyn DecisionFunction>>) -> Self {
        Combination { terms: vec![(Rational::one(), factors.into_iter().collect())] }
    }

    fn parts(&self) -> impl Iterator<Item = Properties> {
        self.terms.iter().flat_map(|(_, factors)| factors).map(|function| function.properties())
    }
}

impl DecisionFunction for Combination {
    fn name(&self) -> String {
        let term = |(weight, factors): &(Rational, Vec<Arc<dyn DecisionFunction>>)| {
            let mut parts: Vec<String> = factors.iter().map(|function| function.name()).collect();
            if !weight.is_one() || parts.is_empty() {
                parts.insert(0, weight.to_string());
            }
            parts.join(" * ")
        };
        self.terms.iter().map(term).collect::<Vec<_>>().join(" + ")
    }

    fn properties(&self) -> Properties {
        let all = |property: fn(Properties) -> bool| self.parts().all(property);
        let products = self.terms.iter().any(|(_, factors)| factors.len() > 1);
        let nonnegative = all(|part| part.nonnegative);
        Properties {
            jointly_invariant: all(|part| part.jointly_invariant),
            monotone: all(|part| part.monotone) && (nonnegative || !products),
            ordinal: all(|part| part.ordinal),
            nonnegative,
        }
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let mut sum = ExponentialRatio::from(Rational::zero());
        for (weight, factors) in &self.terms {
            let one = ExponentialRatio::from(Rational::one());
            let product = factors.iter().fold(one, |product, f| product.times(&f.value(utilities, subset)));
            sum = sum.plus(&product, weight);
        }
        sum
    }
}
