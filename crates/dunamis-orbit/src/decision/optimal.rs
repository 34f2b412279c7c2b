//! Optimal decisions.

use super::{Comparator, DecisionFunction, Extremal, Properties, indicator};
use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;

/// 1 if an option of the subset has the largest utility of all options, otherwise 0:
/// $`\mathbb 1[\max_{x \in X} x^\top u \ge \max_{c \in C} c^\top u]`$ `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Optimal;

impl DecisionFunction for Optimal {
    fn name(&self) -> String {
        "optimal".into()
    }

    fn properties(&self) -> Properties {
        Properties::ORDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let best = utilities.largest(0..utilities.len());
        indicator(best.is_some_and(|best| subset.iter().any(|&x| utilities.cmp(x, best).is_eq())))
    }

    fn extremal(&self) -> Option<Extremal> {
        Some(Extremal::Largest)
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(move |utilities| {
            let best = utilities.largest(0..utilities.len());
            let attains = |set: &[usize]| best.is_some_and(|best| set.iter().any(|&x| utilities.cmp(x, best).is_eq()));
            attains(choice.preferred()).cmp(&attains(choice.other()))
        })
    }
}
