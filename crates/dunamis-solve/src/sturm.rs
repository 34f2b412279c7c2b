//! Real roots counted by Sturm's theorem: the way of checking what [`crate::AlgebraicNumber`] found by Descartes' rule.

use crate::Polynomial;
use crate::integer_polynomial::IntegerPolynomial;
use dunamis_mdp::Rational;
use num_bigint::Sign;

/// Number of distinct real roots $`x`$ with $`\text{low} < x \le \text{high}`$ of a polynomial that is not 0: the sign
/// changes that the sequence $`p, p', -\operatorname{rem}(p, p'), \dots`$ loses from `low` to `high`
/// `[Basu, Pollack & Roy 2006, Thm 2.50]`, after multiple roots are made simple.
pub(crate) fn count_roots(polynomial: &Polynomial, low: &Rational, high: &Rational) -> usize {
    let mut sequence = vec![IntegerPolynomial::from(&polynomial.square_free())];
    let mut next = sequence[0].derivative();
    while !next.is_zero() {
        let remainder = sequence[sequence.len() - 1].remainder(&next).opposite();
        sequence.push(next);
        next = remainder;
    }
    let changes = |point: &Rational| {
        let signs: Vec<Sign> = sequence.iter().map(|p| p.sign_at(point)).filter(|&sign| sign != Sign::NoSign).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    changes(low).saturating_sub(changes(high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::FromPrimitive;

    #[test]
    fn half_open_intervals() {
        let number = |x: i64| Rational::from_i64(x).unwrap();
        let linear = |root: i64| Polynomial::new(vec![number(-root), number(1)]);
        // (x - 1)^2 (x - 3)(x + 2)(x^2 + 1).
        let square = &(&linear(1) * &linear(1)) * &(&linear(3) * &linear(-2));
        let p = &square * &Polynomial::new(vec![number(1), number(0), number(1)]);
        for (low, high, count) in [(-5, 5, 3), (-2, 5, 2), (1, 3, 1), (1, 2, 0), (0, 1, 1), (-2, 3, 2)] {
            assert_eq!(count_roots(&p, &number(low), &number(high)), count, "({low}, {high}]");
        }
        assert_eq!(count_roots(&Polynomial::new(vec![number(4)]), &number(0), &number(1)), 0);
    }
}
