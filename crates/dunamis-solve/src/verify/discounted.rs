//! Discounted and finite-horizon solutions.

use super::{EXACT_STATES, Evidence, Proved, Rows, Verification, VerifyError, check_bounds};
use crate::{Solution, rounding, solve_exact};
use dunamis_mdp::{Discount, Rational};
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Binary digits kept below the largest reward.
const DIGITS: i64 = 128;

pub(super) fn verify(rows: &Rows<'_>, discount: &Discount, solution: &Solution) -> Result<Verification, VerifyError> {
    let gamma = discount.exact();
    let masses = || (0..rows.pair_count()).map(|pair| rows.mass(pair));
    let heaviest = &gamma * masses().max().unwrap_or_else(Rational::zero);
    let lightest = &gamma * masses().min().unwrap_or_else(Rational::zero);
    if heaviest >= Rational::one() {
        return Err(VerifyError::Uncovered { what: "rows that sum to more than one over the discount" });
    }
    let decide = |proved: &Proved| {
        check_bounds(rows, solution, proved)?;
        let loss = check_marks(rows, &gamma, proved, proved, solution)?;
        Ok(proved.verification(rounding::above(&(loss / (Rational::one() - &heaviest)))))
    };
    let enclosed = residual_enclosure(rows, &gamma, [&lightest, &heaviest], &solution.value);
    match enclosed.as_ref().map(decide) {
        Some(decided) if !matches!(decided, Err(VerifyError::Undecided { .. })) => decided,
        _ if rows.states() <= EXACT_STATES => {
            let witness = solve_exact(rows.mdp, &discount.clone().into())?.value;
            let is_fixed = witness.len() == rows.states()
                && (0..rows.states()).all(|state| best(rows, state, &gamma, &witness) == witness[state]);
            if is_fixed {
                decide(&Proved::exactly(witness))
            } else {
                Err(VerifyError::Uncovered { what: "this model" })
            }
        }
        Some(undecided) => undecided,
        None => Err(VerifyError::Uncovered { what: "values that are not finite" }),
    }
}

fn best(rows: &Rows<'_>, state: usize, gamma: &Rational, x: &[Rational]) -> Rational {
    let values = rows.pairs(state).map(|pair| rows.action_value(state, pair, gamma, x));
    values.max().unwrap_or_else(Rational::zero)
}

/// What the residual of a value proves; see [`super`].
fn residual_enclosure(
    rows: &Rows<'_>,
    gamma: &Rational,
    [lightest, heaviest]: [&Rational; 2],
    value: &[f64],
) -> Option<Proved> {
    let value: Vec<Rational> = value.iter().map(|&v| Rational::from_float(v)).collect::<Option<_>>()?;
    let backed_up: Vec<Rational> = (0..value.len()).map(|state| best(rows, state, gamma, &value)).collect();
    let residual = || backed_up.iter().zip(&value).map(|(tv, v)| tv - v);
    let (least, most) = (residual().min()?, residual().max()?);
    let shift = |residual: Rational, widens: bool| {
        let rate = if widens { heaviest } else { lightest };
        rate * residual / (Rational::one() - rate)
    };
    let (down, up) = (shift(least.clone(), least.is_negative()), shift(most.clone(), most.is_positive()));
    let evidence = if least.is_zero() && most.is_zero() { Evidence::Exact } else { Evidence::Enclosure };
    let lower = backed_up.iter().map(|tv| tv + &down).collect();
    let upper = backed_up.iter().map(|tv| tv + &up).collect();
    Some(Proved { evidence, lower, upper })
}

/// Checks the marks, given the values after one step and the values at the start, and returns what a marked action loses at
/// most.
fn check_marks(
    rows: &Rows<'_>,
    gamma: &Rational,
    next: &Proved,
    own: &Proved,
    solution: &Solution,
) -> Result<Rational, VerifyError> {
    let allowed = Rational::from_float(2.0 * solution.tie_tolerance).unwrap_or_else(Rational::zero);
    let mut largest = Rational::zero();
    for state in 0..rows.states() {
        let (name, undecided) =
            (|| rows.state(state), |what| VerifyError::Undecided { state: rows.state(state), what });
        for pair in rows.pairs(state) {
            let low = rows.action_value(state, pair, gamma, &next.lower);
            let high = rows.action_value(state, pair, gamma, &next.upper);
            if solution.optimal[pair] {
                let (least, most) = (&own.lower[state] - high, &own.upper[state] - low);
                if least > allowed {
                    let loss = rounding::below(&least);
                    return Err(VerifyError::FalseAction { state: name(), action: rows.action(pair), loss });
                }
                if most > allowed {
                    return Err(undecided("a marked action"));
                }
                largest = largest.max(most);
            } else if low >= own.upper[state] {
                return Err(VerifyError::MissingAction { state: name(), action: rows.action(pair) });
            } else if high >= own.lower[state] {
                return Err(undecided("an unmarked action"));
            }
        }
    }
    Ok(largest)
}

pub(super) fn verify_steps(
    rows: &Rows<'_>,
    steps: usize,
    discount: Option<&Discount>,
    solution: &Solution,
) -> Result<Verification, VerifyError> {
    let gamma = discount.map_or_else(Rational::one, Discount::exact);
    let grid = Grid::new(rows);
    let mut own = Proved::exactly(vec![Rational::zero(); rows.states()]);
    let mut loss = Rational::zero();
    for left in (0..steps).rev() {
        let step = |x: &[Rational], round: &dyn Fn(&Rational) -> Rational| -> Vec<Rational> {
            (0..rows.states()).map(|state| round(&best(rows, state, &gamma, x))).collect()
        };
        let lower = step(&own.lower, &|x| grid.down(x));
        let upper = step(&own.upper, &|x| grid.up(x));
        let evidence = if lower == upper { Evidence::Exact } else { Evidence::Enclosure };
        let next = std::mem::replace(&mut own, Proved { evidence, lower, upper });
        if left == 0 {
            loss = check_marks(rows, &gamma, &next, &own, solution)?;
        }
    }
    check_bounds(rows, solution, &own)?;
    match (0..rows.pair_count()).find(|&pair| steps == 0 && !solution.optimal[pair]) {
        None => Ok(own.verification(rounding::above(&loss))),
        Some(pair) => {
            let state = (0..rows.states()).find(|&state| rows.pairs(state).contains(&pair)).unwrap_or_default();
            Err(VerifyError::MissingAction { state: rows.state(state), action: rows.action(pair) })
        }
    }
}

/// Multiples of a power of two, to which long sums are rounded so that they do not grow.
struct Grid {
    /// One over the distance of neighbors.
    scale: Rational,
}

impl Grid {
    fn new(rows: &Rows<'_>) -> Self {
        let rewards = (0..rows.states()).flat_map(|state| rows.pairs(state).map(move |pair| (state, pair)));
        let largest = rewards.map(|(state, pair)| rows.reward(state, pair).abs()).max().unwrap_or_else(Rational::zero);
        let exponent = largest.to_f64().map_or(0.0, |x| x.max(f64::MIN_POSITIVE).log2().ceil()) as i64;
        let power = num_traits::pow(Rational::from_integer(2.into()), (DIGITS - exponent).unsigned_abs() as usize);
        Grid { scale: if exponent > DIGITS { power.recip() } else { power } }
    }

    fn down(&self, x: &Rational) -> Rational {
        (x * &self.scale).floor() / &self.scale
    }

    fn up(&self, x: &Rational) -> Rational {
        (x * &self.scale).ceil() / &self.scale
    }
}
