//! Random choice.

use super::{RankDependent, fraction};
use dunamis_mdp::Rational;

/// The probability $`\lvert X \rvert / \lvert C \rvert`$ that a uniformly random option is in the subset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uniform;

impl RankDependent for Uniform {
    fn rank_name(&self) -> String {
        "uniform".into()
    }

    fn cumulative(&self, options: usize) -> Vec<Rational> {
        (0..=options).map(|m| fraction(m, options)).collect()
    }
}
