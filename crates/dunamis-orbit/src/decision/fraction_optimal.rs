//! Optimal decisions with random tie-breaking.

use super::{Comparator, DecisionFunction, Extremal, Properties, fraction};
use crate::{Choice, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;

/// The probability that a uniformly random one of the options with the largest utility is in the subset:
/// $`\lvert \operatorname{argmax}_C \cap X \rvert / \lvert \operatorname{argmax}_C \rvert`$
/// `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FractionOptimal;

/// How many options of a set attain the largest utility of all.
fn attaining(utilities: &Utilities, set: impl IntoIterator<Item = usize>) -> usize {
    let best = utilities.largest(0..utilities.len());
    best.map_or(0, |best| set.into_iter().filter(|&x| utilities.cmp(x, best).is_eq()).count())
}

impl DecisionFunction for FractionOptimal {
    fn name(&self) -> String {
        "fraction-optimal".into()
    }

    fn properties(&self) -> Properties {
        Properties::ORDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let all = attaining(utilities, 0..utilities.len());
        fraction(attaining(utilities, subset.iter().copied()), all.max(1)).into()
    }

    fn extremal(&self) -> Option<Extremal> {
        Some(Extremal::LargestFraction)
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(move |utilities| {
            let count = |set: &[usize]| attaining(utilities, set.iter().copied());
            count(choice.preferred()).cmp(&count(choice.other()))
        })
    }
}
