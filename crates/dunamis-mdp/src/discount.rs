//! The discount and the optimality criterion.

use crate::{Number, NumberError, Rational};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A discount $`0 \le \gamma < 1`$, with the exact form it was written in.
///
/// ```
/// use dunamis_mdp::Discount;
/// let discount: Discount = "0.99".parse()?;
/// assert_eq!(discount.value(), 0.99);
/// assert!(Discount::new(1.0).is_err());
/// # Ok::<(), dunamis_mdp::DiscountError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Discount(Number);

/// Why a number is not a discount.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscountError {
    /// Outside $`[0, 1)`$, or NaN.
    #[error("the discount is {value}, but must be at least 0 and below 1")]
    OutOfRange {
        /// The offending value.
        value: f64,
    },
    /// Not a number at all.
    #[error("the discount is not a number")]
    NotANumber(#[from] NumberError),
}

impl Discount {
    /// A discount from an `f64` or a [`Number`].
    ///
    /// # Errors
    ///
    /// [`DiscountError::OutOfRange`] unless $`0 \le \gamma < 1`$, also exactly; [`DiscountError::NotANumber`] for an exact
    /// number of thousands of digits.
    pub fn new(discount: impl Into<Number>) -> Result<Self, DiscountError> {
        let discount = discount.into();
        // The f64 of a rational just below 1 may round to 1, which no discounted formula survives.
        if !(0.0..1.0).contains(&discount.value()) {
            return Err(DiscountError::OutOfRange { value: discount.value() });
        }
        Ok(Discount(discount.within_limits()?))
    }

    /// The nearest `f64`, in $`[0, 1)`$.
    pub fn value(&self) -> f64 {
        self.0.value()
    }

    /// The exact value.
    pub fn exact(&self) -> Rational {
        self.0.exact()
    }

    /// The number as it was given.
    pub fn number(&self) -> &Number {
        &self.0
    }
}

impl FromStr for Discount {
    type Err = DiscountError;

    fn from_str(text: &str) -> Result<Self, DiscountError> {
        Discount::new(text.parse::<Number>()?)
    }
}

impl fmt::Display for Discount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Discount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Discount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Discount::new(Number::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// What it means for a policy to be optimal: a question put to an [`Mdp`](crate::Mdp), not a part of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Criterion {
    /// Expected discounted return $`\sum_t \gamma^t r_t`$.
    Discounted(Discount),
    /// Long-run average reward per step (gain).
    Average,
    /// Expected undiscounted return.
    Total,
    /// Expected return of a fixed number of steps, discounted or (`None`) not.
    FiniteHorizon {
        /// Number of decisions.
        steps: usize,
        /// Discount between steps.
        discount: Option<Discount>,
    },
}

impl From<Discount> for Criterion {
    fn from(discount: Discount) -> Self {
        Criterion::Discounted(discount)
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Criterion::Discounted(discount) => write!(f, "discounted (γ = {discount})"),
            Criterion::Average => f.write_str("average reward"),
            Criterion::Total => f.write_str("total reward"),
            Criterion::FiniteHorizon { steps, discount: None } => write!(f, "{steps} steps"),
            Criterion::FiniteHorizon { steps, discount: Some(discount) } => {
                write!(f, "{steps} steps, discounted (γ = {discount})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_half_open() {
        assert!(Discount::new(0.0).is_ok());
        for bad in [-1e-300, 1.0, 2.0, f64::NAN, f64::INFINITY] {
            assert!(Discount::new(bad).is_err(), "{bad}");
        }
        assert!("1".parse::<Discount>().is_err());
        assert!("0.99999999999999999999".parse::<Discount>().is_err(), "rounds to 1");
        assert_eq!("99/100".parse::<Discount>().unwrap(), "0.99".parse().unwrap());
    }
}
