//! From rationals to doubles, rounded in a known direction.

use dunamis_mdp::Rational;
use num_traits::ToPrimitive;

/// The largest double that is not above a rational.
pub(crate) fn below(exact: &Rational) -> f64 {
    let mut value = nearest(exact).min(f64::MAX);
    while Rational::from_float(value).is_some_and(|rounded| rounded > *exact) {
        value = value.next_down();
    }
    while Rational::from_float(value.next_up()).is_some_and(|rounded| rounded <= *exact) {
        value = value.next_up();
    }
    value
}

/// The smallest double that is not below a rational.
pub(crate) fn above(exact: &Rational) -> f64 {
    -below(&-exact)
}

/// The double that stands for a rational, an infinity beyond the range.
pub(crate) fn nearest(exact: &Rational) -> f64 {
    exact.to_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions() {
        let third = Rational::new(1.into(), 3.into());
        assert!(Rational::from_float(below(&third)).unwrap() < third && above(&third) == below(&third).next_up());
        let half = Rational::new(1.into(), 2.into());
        assert_eq!((below(&half), above(&half), below(&-&half)), (0.5, 0.5, -0.5));
        let huge = num_traits::pow(Rational::from_integer(10.into()), 400);
        assert_eq!((below(&huge), above(&huge)), (f64::MAX, f64::INFINITY));
        assert_eq!((below(&-&huge), above(&-&huge)), (f64::NEG_INFINITY, -f64::MAX));
        assert_eq!((below(&huge.recip()), above(&huge.recip())), (0.0, f64::from_bits(1)));
    }
}
