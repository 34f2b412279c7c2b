//! Decisions for the worst.

use super::{Comparator, DecisionFunction, Extremal, Properties, indicator};
use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;

/// 1 if an option of the subset has the smallest utility of all options, otherwise 0:
/// $`\mathbb 1[\min_{x \in X} x^\top u \le \min_{c \in C} c^\top u]`$ `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AntiOptimal;

impl DecisionFunction for AntiOptimal {
    fn name(&self) -> String {
        "anti-optimal".into()
    }

    fn properties(&self) -> Properties {
        Properties::ORDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let worst = utilities.smallest(0..utilities.len());
        indicator(worst.is_some_and(|worst| subset.iter().any(|&x| utilities.cmp(x, worst).is_eq())))
    }

    fn extremal(&self) -> Option<Extremal> {
        Some(Extremal::Smallest)
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(move |utilities| {
            let worst = utilities.smallest(0..utilities.len());
            let attains =
                |set: &[usize]| worst.is_some_and(|worst| set.iter().any(|&x| utilities.cmp(x, worst).is_eq()));
            attains(choice.preferred()).cmp(&attains(choice.other()))
        })
    }
}
