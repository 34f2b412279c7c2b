//! Rational functions of the discount.

use crate::{OptionSet, OrbitError};
use dunamis_mdp::{Discount, Rational, StateId};
use dunamis_solve::{Polynomial, VisitDistribution, VisitDistributionSet};
use num_traits::{One, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A rational function of $`\gamma`$ in lowest terms, with a denominator whose lowest coefficient is 1: two functions are the
/// same exactly when they are equal. The order is total and means nothing.
///
/// Visit distribution functions have such coordinates, and a copy of a set of them must be one for every $`\gamma`$
/// `[Turner et al. 2021, Def. 6.2]`.
///
/// ```
/// use dunamis_orbit::RationalFunction;
/// let visits: RationalFunction = "(1 + 1/2 γ)/(1 - γ^2)".parse()?;
/// assert_eq!(visits.at(&"1/2".parse()?), Some("5/3".parse()?));
/// assert_eq!("(1 - γ)/(1 - γ^2)".parse::<RationalFunction>()?.to_string(), "1/(1 + γ)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RationalFunction {
    numerator: Polynomial,
    denominator: Polynomial,
}

impl RationalFunction {
    /// The quotient of two polynomials.
    ///
    /// # Errors
    ///
    /// [`OrbitError::ZeroDenominator`].
    pub fn new(numerator: &Polynomial, denominator: &Polynomial) -> Result<Self, OrbitError> {
        let common = numerator.gcd(denominator);
        let (numerator, denominator) = (numerator.divided_by(&common).0, denominator.divided_by(&common).0);
        let lowest = denominator.coefficients().iter().find(|c| !c.is_zero()).ok_or(OrbitError::ZeroDenominator)?;
        let unit = Polynomial::new(vec![lowest.recip()]);
        Ok(RationalFunction { numerator: &numerator * &unit, denominator: &denominator * &unit })
    }

    /// How often each state is visited, shape |S|.
    pub fn visits(visits: &VisitDistribution) -> Vec<Self> {
        let entry = |state| RationalFunction::new(visits.numerator(StateId::new(state)), visits.denominator());
        (0..visits.states()).map(|state| entry(state).expect("the denominator is 1 at 0")).collect()
    }

    /// The numerator.
    pub fn numerator(&self) -> &Polynomial {
        &self.numerator
    }

    /// The denominator.
    pub fn denominator(&self) -> &Polynomial {
        &self.denominator
    }

    /// The value for a discount; `None` at a pole.
    pub fn at(&self, discount: &Discount) -> Option<Rational> {
        let point = discount.exact();
        let denominator = self.denominator.at(&point);
        (!denominator.is_zero()).then(|| self.numerator.at(&point) / denominator)
    }
}

impl OptionSet<RationalFunction> {
    /// $`\mathcal F(s)`$ as options: one coordinate per state, each a function of the discount.
    pub fn visit_distributions(set: &VisitDistributionSet) -> Self {
        let options = set.functions().iter().map(RationalFunction::visits).collect();
        OptionSet::new(options).expect("distinct functions of all states")
    }
}

/// Such as `(1 + 1/2 γ)/(1 - γ^2)`.
impl fmt::Display for RationalFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numerator = self.numerator.to_string();
        if self.denominator.coefficients().iter().all(One::is_one) && self.denominator.degree() == Some(0) {
            f.write_str(&numerator)
        } else if numerator.contains([' ', '/']) {
            write!(f, "({numerator})/({})", self.denominator)
        } else {
            write!(f, "{numerator}/({})", self.denominator)
        }
    }
}

impl FromStr for RationalFunction {
    type Err = OrbitError;

    fn from_str(text: &str) -> Result<Self, OrbitError> {
        let syntax = || OrbitError::RationalFunctionSyntax { text: text.chars().take(60).collect() };
        let polynomial = |text: &str| text.parse::<Polynomial>().map_err(|_| syntax());
        let inside = |text: &'_ str| Some(text.strip_prefix('(')?.strip_suffix(')')?.to_owned());
        let text = text.trim();
        let (numerator, denominator) = match text.rsplit_once("/(") {
            None => (text, "1)"),
            Some(quotient) => quotient,
        };
        let numerator = inside(numerator.trim_end()).unwrap_or_else(|| numerator.to_owned());
        let denominator = denominator.strip_suffix(')').ok_or_else(syntax)?;
        RationalFunction::new(&polynomial(&numerator)?, &polynomial(denominator)?)
    }
}

impl Serialize for RationalFunction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RationalFunction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::FromPrimitive;
    use proptest::prelude::*;

    fn polynomial() -> impl Strategy<Value = Polynomial> {
        let coefficient = (-4..=4_i64, 1..=3_i64).prop_map(|(p, q)| Rational::new(p.into(), q.into()));
        prop::collection::vec(coefficient, 0..4).prop_map(Polynomial::new)
    }

    proptest! {
        #[test]
        fn one_form_and_one_text((p, q, r) in (polynomial(), polynomial(), polynomial()), gamma in 0..8_i64) {
            prop_assume!(!q.coefficients().is_empty());
            let function = RationalFunction::new(&p, &q).unwrap();
            prop_assert_eq!(&function.to_string().parse::<RationalFunction>().unwrap(), &function);
            let json = serde_json::to_string(&function).unwrap();
            prop_assert_eq!(&serde_json::from_str::<RationalFunction>(&json).unwrap(), &function);
            if !r.coefficients().is_empty() {
                prop_assert_eq!(&RationalFunction::new(&(&p * &r), &(&q * &r)).unwrap(), &function);
            }
            let point = Rational::new(gamma.into(), 8.into());
            let discount = Discount::new(gamma as f64 / 8.0).unwrap();
            if let Some(value) = function.at(&discount) {
                prop_assert_eq!(value * q.at(&point), p.at(&point));
            }
        }
    }

    #[test]
    fn messages() {
        let message = |text: &str| text.parse::<RationalFunction>().unwrap_err().to_string();
        insta::assert_snapshot!(message("(1 + γ)/(0)"), @"a rational function has the denominator 0");
        insta::assert_snapshot!(message("1/(1 - γ"), @"`1/(1 - γ` is not a function of `γ`: write a quotient of polynomials such as `(1 + 1/2 γ)/(1 - γ^2)`");
        for text in ["", "()", "/(1)", "1/()", "((1))/(1)", "1/(1)/(1)", "1/γ"] {
            assert!(text.parse::<RationalFunction>().is_err(), "{text}");
        }
        let two = Polynomial::new(vec![Rational::from_i64(2).unwrap()]);
        assert_eq!(RationalFunction::new(&two, &two).unwrap().to_string(), "1");
        assert_eq!(RationalFunction::new(&Polynomial::default(), &two).unwrap().to_string(), "0");
    }
}
