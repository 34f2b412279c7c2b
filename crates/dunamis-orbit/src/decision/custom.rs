//! Decision functions of one's own.

use super::{DecisionFunction, Properties};
use crate::{ExponentialRatio, Utilities};

/// A decision function given as a closure, with what its author promises of it.
///
/// ```
/// use dunamis_mdp::Rational;
/// use dunamis_orbit::{Custom, DecisionFunction, Properties, Utilities};
/// let total = Custom::new("total", Properties { jointly_invariant: true, ..Properties::UNKNOWN }, |utilities, subset| {
///     subset.iter().map(|&x| utilities.get(x)).sum::<Rational>().into()
/// });
/// let utilities = Utilities::new(&[Rational::from_integer(2.into()), Rational::from_integer(3.into())]);
/// assert_eq!(total.value(&utilities, &[0, 1]).to_string(), "5");
/// ```
pub struct Custom<F> {
    name: String,
    properties: Properties,
    function: F,
}

impl<F: Fn(&Utilities, &[usize]) -> ExponentialRatio + Send + Sync> Custom<F> {
    /// The function of the utilities of all options and of the places of those of the subset.
    pub fn new(name: impl Into<String>, properties: Properties, function: F) -> Self {
        Custom { name: name.into(), properties, function }
    }
}

impl<F: Fn(&Utilities, &[usize]) -> ExponentialRatio + Send + Sync> DecisionFunction for Custom<F> {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn properties(&self) -> Properties {
        self.properties
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        (self.function)(utilities, subset)
    }
}
