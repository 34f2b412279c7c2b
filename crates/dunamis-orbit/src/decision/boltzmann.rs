//! Boltzmann-rational decisions.

use super::parameter::out_of_range;
use super::{Comparator, DecisionFunction, Properties};
use crate::{Choice, DecisionError, ExponentialRatio, ExponentialSum, Utilities};
use dunamis_mdp::Rational;
use num_traits::{One, Signed};

/// The probability of the subset when every option is chosen in proportion to $`e^{x^\top u / T}`$
/// `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boltzmann {
    temperature: Rational,
}

impl Boltzmann {
    /// Choice at a temperature $`T`$.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] unless $`T > 0`$.
    pub fn new(temperature: Rational) -> Result<Self, DecisionError> {
        if temperature.is_positive() {
            Ok(Boltzmann { temperature })
        } else {
            Err(out_of_range("boltzmann", "temperature", &temperature, "above 0"))
        }
    }

    /// $`w \sum_x e^{x^\top u / T}`$, added to a sum.
    fn add(&self, sum: &mut ExponentialSum, utilities: &Utilities, set: &[usize], weight: &Rational) {
        for &x in set {
            sum.add_term(weight.clone(), utilities.get(x) / &self.temperature);
        }
    }
}

impl DecisionFunction for Boltzmann {
    fn name(&self) -> String {
        format!("boltzmann:temperature={}", self.temperature)
    }

    fn properties(&self) -> Properties {
        Properties::CARDINAL
    }

    fn value(&self, utilities: &Utilities, subset: &[usize]) -> ExponentialRatio {
        let (mut numerator, mut denominator) = (ExponentialSum::default(), ExponentialSum::default());
        self.add(&mut numerator, utilities, subset, &Rational::one());
        let all: Vec<usize> = (0..utilities.len()).collect();
        self.add(&mut denominator, utilities, &all, &Rational::one());
        ExponentialRatio::new(numerator, denominator).expect("a sum of exponentials is positive")
    }

    fn comparator<'a>(&'a self, choice: &'a Choice, _unit: &Rational) -> Comparator<'a> {
        Box::new(move |utilities| {
            let mut difference = ExponentialSum::default();
            self.add(&mut difference, utilities, choice.preferred(), &Rational::one());
            self.add(&mut difference, utilities, choice.other(), &-Rational::one());
            difference.sign()
        })
    }
}
