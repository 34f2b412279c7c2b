//! What coordinates of options can be.

use crate::RationalFunction;
use dunamis_mdp::Rational;
use num_traits::Zero;
use std::fmt::Display;

/// A coordinate that is compared and written exactly.
pub trait Coordinate: Clone + Ord + Display {
    /// A number that decides domination: the coordinate itself, or for a function of the discount its value at 1/2 (0 at a
    /// pole, which no visit distribution has there), since
    /// domination among visit distribution functions is the same at every discount `[Turner et al. 2021, Lemma E.33]`.
    fn representative(&self) -> Rational;
}

impl Coordinate for Rational {
    fn representative(&self) -> Rational {
        self.clone()
    }
}

impl Coordinate for RationalFunction {
    fn representative(&self) -> Rational {
        let half = Rational::new(1.into(), 2.into());
        let denominator = self.denominator().at(&half);
        if denominator.is_zero() { Rational::zero() } else { self.numerator().at(&half) / denominator }
    }
}
