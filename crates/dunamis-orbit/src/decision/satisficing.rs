//! Satisficers.

use super::{Comparator, DecisionFunction, Properties, fraction};
use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;
use num_traits::ToPrimitive;

/// The probability that a uniformly random one of the options with at least a threshold of utility is in the subset; 0 if no
/// option has that much `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Satisficing {
    threshold: Rational,
}

impl Satisficing {
    /// A satisficer with a threshold.
    pub fn new(threshold: Rational) -> Self {
        Satisficing { threshold }
    }
}

impl DecisionFunction for Satisficing {
    fn name(&self) -> String {
        format!("satisficing:threshold={}", self.threshold)
    }

    fn properties(&self) -> Properties {
        Properties::CARDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let units = (&self.threshold / &utilities.unit).ceil().to_integer();
        let small = units.to_i128();
        let enough = |&x: &usize| utilities.at_least(x, &units, small);
        let all = (0..utilities.len()).filter(enough).count();
        fraction(subset.iter().copied().filter(enough).count(), all.max(1)).into()
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, unit: &Rational) -> Comparator<'a> {
        let units = (&self.threshold / unit).ceil().to_integer();
        let small = units.to_i128();
        Box::new(move |utilities| {
            let count = |set: &[usize]| set.iter().filter(|&&x| utilities.at_least(x, &units, small)).count();
            count(choice.preferred()).cmp(&count(choice.other()))
        })
    }
}
