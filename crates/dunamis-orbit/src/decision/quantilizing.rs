//! Quantilizers.

use super::parameter::out_of_range;
use super::{RankDependent, fraction};
use crate::DecisionError;
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};

/// The probability that a uniformly random one of the best options is in the subset, where the best are those that make up a
/// fraction $`q`$ of all; those on its border share what is left `[Turner & Tadepalli 2022, Def. B.12]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantilizing {
    fraction: Rational,
}

impl Quantilizing {
    /// The best fraction.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] unless $`0 < q \le 1`$.
    pub fn new(fraction: Rational) -> Result<Self, DecisionError> {
        if fraction.is_positive() && fraction <= Rational::one() {
            Ok(Quantilizing { fraction })
        } else {
            Err(out_of_range("quantilizing", "fraction", &fraction, "above 0 and at most 1"))
        }
    }
}

impl RankDependent for Quantilizing {
    fn rank_name(&self) -> String {
        format!("quantilizing:fraction={}", self.fraction)
    }

    fn cumulative(&self, options: usize) -> Vec<Rational> {
        let above = |m: usize| fraction(options - m, options) / &self.fraction;
        (0..=options).map(|m| (Rational::one() - above(m)).max(Rational::zero())).collect()
    }
}
