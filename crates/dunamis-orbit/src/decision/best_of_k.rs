//! The best of several draws.

use super::parameter::out_of_range;
use super::{RankDependent, fraction};
use crate::DecisionError;
use dunamis_mdp::Rational;
use num_traits::ToPrimitive;

/// The probability that the best of $`k`$ independent uniform draws from the options is in the subset; ties are broken
/// uniformly `[Turner & Tadepalli 2022, Prop. A.11]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BestOfK {
    k: u32,
}

impl BestOfK {
    /// The most draws.
    pub const MAX: u32 = 10_000;

    /// The best of `k` draws.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Range`] unless `k` is an integer from 1 to [`MAX`](Self::MAX).
    pub fn new(k: &Rational) -> Result<Self, DecisionError> {
        let draws = k.is_integer().then(|| k.to_integer().to_u32()).flatten();
        match draws {
            Some(k @ 1..=Self::MAX) => Ok(BestOfK { k }),
            _ => Err(out_of_range("best-of-k", "k", k, "an integer from 1 to 10000")),
        }
    }
}

impl RankDependent for BestOfK {
    fn rank_name(&self) -> String {
        format!("best-of-k:k={}", self.k)
    }

    fn cumulative(&self, options: usize) -> Vec<Rational> {
        (0..=options).map(|m| fraction(m, options).pow(self.k as i32)).collect()
    }
}
