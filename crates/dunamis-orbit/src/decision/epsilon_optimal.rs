//! Decisions that are optimal up to a tolerance.

use super::parameter::out_of_range;
use super::{Comparator, DecisionFunction, Extremal, Properties, fraction, indicator};
use crate::{Choice, DecisionError, ExponentialRatio, Utilities};
use dunamis_mdp::Rational;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// How much utility may be missing to the largest of all.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tolerance {
    epsilon: Rational,
}

impl Tolerance {
    fn new(decision: &'static str, epsilon: Rational) -> Result<Self, DecisionError> {
        if epsilon.is_negative() {
            return Err(out_of_range(decision, "epsilon", &epsilon, "at least 0"));
        }
        Ok(Tolerance { epsilon })
    }

    /// Without tolerance only the order of utilities counts.
    fn properties(&self) -> Properties {
        if self.epsilon.is_zero() { Properties::ORDINAL } else { Properties::CARDINAL }
    }

    fn extremal(&self, exact: Extremal) -> Option<Extremal> {
        self.epsilon.is_zero().then_some(exact)
    }

    fn in_units(&self, unit: &Rational) -> Units {
        let whole = (&self.epsilon / unit).floor().to_integer();
        Units { small: whole.to_i128(), whole }
    }
}

/// A tolerance as a number of units of utility; a fraction of a unit allows nothing.
struct Units {
    whole: BigInt,
    small: Option<i128>,
}

impl Units {
    /// How many options of a set are near enough to the best of all.
    fn count(&self, utilities: &Utilities, set: &[usize], best: usize) -> usize {
        set.iter().filter(|&&x| utilities.within(x, best, &self.whole, self.small)).count()
    }

    fn any(&self, utilities: &Utilities, set: &[usize], best: usize) -> bool {
        set.iter().any(|&x| utilities.within(x, best, &self.whole, self.small))
    }
}

/// 1 if an option of the subset is optimal up to $`\varepsilon`$, otherwise 0:
/// $`\mathbb 1[\max_{x \in X} x^\top u \ge \max_{c \in C} c^\top u - \varepsilon]`$.
///
/// It sees nothing but utilities `[Turner & Tadepalli 2022, Def. A.12]` and grows with the subset, so that the scaling laws apply
/// to a decision-maker that need not optimize exactly. On any one orbit the fraction
/// on which $`B`$ is acceptable and $`A`$ is not falls to 0 as $`\varepsilon`$ grows, and so does the fraction of the opposite:
/// guarantees of weak preference stay, and become empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpsilonOptimal(Tolerance);

impl EpsilonOptimal {
    /// Optimal up to `epsilon`.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] for a negative one.
    pub fn new(epsilon: Rational) -> Result<Self, DecisionError> {
        Tolerance::new("epsilon-optimal", epsilon).map(EpsilonOptimal)
    }
}

impl DecisionFunction for EpsilonOptimal {
    fn name(&self) -> String {
        format!("epsilon-optimal:epsilon={}", self.0.epsilon)
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let units = self.0.in_units(&utilities.unit);
        let best = utilities.largest(0..utilities.len());
        indicator(best.is_some_and(|best| units.any(utilities, subset, best)))
    }

    fn extremal(&self) -> Option<Extremal> {
        self.0.extremal(Extremal::Largest)
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, unit: &Rational) -> Comparator<'a> {
        let units = self.0.in_units(unit);
        Box::new(move |utilities| {
            let best = utilities.largest(0..utilities.len()).unwrap_or_default();
            let acceptable = |set| units.any(utilities, set, best);
            acceptable(choice.preferred()).cmp(&acceptable(choice.other()))
        })
    }
}

/// The probability that a uniformly random one of the options that are optimal up to $`\varepsilon`$ is in the subset; see
/// [`EpsilonOptimal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FractionEpsilonOptimal(Tolerance);

impl FractionEpsilonOptimal {
    /// Uniformly random among what is optimal up to `epsilon`.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] for a negative one.
    pub fn new(epsilon: Rational) -> Result<Self, DecisionError> {
        Tolerance::new("fraction-epsilon-optimal", epsilon).map(FractionEpsilonOptimal)
    }
}

impl DecisionFunction for FractionEpsilonOptimal {
    fn name(&self) -> String {
        format!("fraction-epsilon-optimal:epsilon={}", self.0.epsilon)
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let units = self.0.in_units(&utilities.unit);
        let all: Vec<usize> = (0..utilities.len()).collect();
        let count =
            |set: &[usize]| utilities.largest(0..utilities.len()).map_or(0, |best| units.count(utilities, set, best));
        fraction(count(subset), count(&all).max(1)).into()
    }

    fn extremal(&self) -> Option<Extremal> {
        self.0.extremal(Extremal::LargestFraction)
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, unit: &Rational) -> Comparator<'a> {
        let units = self.0.in_units(unit);
        Box::new(move |utilities| {
            let best = utilities.largest(0..utilities.len()).unwrap_or_default();
            let count = |set: &[usize]| units.count(utilities, set, best);
            count(choice.preferred()).cmp(&count(choice.other()))
        })
    }
}
