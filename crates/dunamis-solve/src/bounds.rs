//! True bounds of the optimal value from one Bellman residual, rounding included.
//!
//! Let $`V`$ be any vector, $`a \le (TV)(s) - V(s) \le b`$ in every state, and let the row masses
//! $`m(s,a) = \sum_{s'} T(s'|s,a)`$ lie in $`[m_-, m_+]`$ (both 1 unless rows leak). A constant shift moves a backup by the
//! discounted mass of the row that attains the maximum:
//!
//! ```math
//! T(V + c\mathbf 1) \le TV + \gamma m_+ c \;\; (c \ge 0), \qquad T(V + c\mathbf 1) \le TV + \gamma m_- c \;\; (c < 0).
//! ```
//!
//! So $`T(V + c\mathbf 1) \le V + c\mathbf 1`$ as soon as $`b + \gamma m c \le c`$, that is for $`c = b / (1 - \gamma m)`$
//! with $`m = m_+`$ where $`b \ge 0`$ and $`m = m_-`$ where $`b < 0`$. $`T`$ is monotone and a contraction, hence
//! $`V^* \le V + c\mathbf 1`$ and, applying $`T`$ once more, $`V^* \le TV + \gamma m c\mathbf 1`$. The lower bound is the
//! mirror image. Without leaks these are the bounds of `[MacQueen 1966]` and `[Porteus 1971]`.
//!
//! **Rounding.** A computed action value of a row with $`k`$ entries differs from the true one by at most
//! $`\gamma_n (|r| + \gamma \sum p |V|)`$ with $`\gamma_n = nu/(1-nu)`$, $`u = 2^{-53}`$ `[Higham 2002, §3.1]`; $`n = k + 4`$
//! covers the products and sums ($`k + 2`$) and the rounding of the model's own numbers (a probability `1/3` is not an `f64`).
//! That allowance widens the residual, row masses and discount are enclosed, and every later operation is rounded outwards. The
//! bounds hold for the model as it was written, for rewards of either sign. Cost: one sweep.

use crate::bellman::{Bellman, Span};
use crate::enclosed_bellman::EnclosedBellman;
use crate::tolerance::value_scale;
use crate::{SolveError, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp, Rational};
use std::cmp::Ordering;

/// Unit roundoff.
pub(crate) const UNIT: f64 = f64::EPSILON / 2.0;

/// An interval that contains a real number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enclosure {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Bounds of the optimal value under a discount from any vector `value` of shape |S|: the closer it is to a solution, the
/// closer the bounds. See the module's documentation for the proof; the cost is one sweep.
///
/// # Errors
///
/// [`SolveError::Length`] for a vector of the wrong length, [`SolveError::Overflow`].
pub fn bellman_bounds(mdp: &Mdp, discount: &Discount, value: &[f64]) -> Result<ValueBounds, SolveError> {
    value_scale(mdp, &Criterion::Discounted(discount.clone()))?;
    let expected = mdp.model().states().len();
    if value.len() != expected {
        return Err(SolveError::Length { what: "the value", expected, actual: value.len() });
    }
    Ok(residual_bounds(&Bellman::new(mdp, discount), discount, value))
}

/// The rounding allowance of a row of `k` entries, relative to the sum of its absolute terms.
pub(crate) fn allowance(entries: usize) -> f64 {
    // 1.001 k + 4.5 exceeds n/(1-nu) for n = k + 4, and leaves room for rounding in the allowance itself.
    (1.001 * entries as f64 + 4.5) * UNIT
}

pub(crate) fn enclose_discount(discount: &Discount) -> Enclosure {
    let value = discount.value();
    match Rational::from_float(value).map(|rounded| discount.exact().cmp(&rounded)) {
        Some(Ordering::Equal) => Enclosure { low: value, high: value },
        Some(Ordering::Less) => Enclosure { low: value.next_down().max(0.0), high: value },
        _ => Enclosure { low: value, high: value.next_up() },
    }
}

/// $`\gamma m_-`$ and $`\gamma m_+`$, enclosed.
pub(crate) fn contraction(bellman: &Bellman<'_>, discount: Enclosure) -> Enclosure {
    let (low, high) = bellman.row_masses();
    let entries = bellman.longest_row();
    Enclosure { low: rate(low, entries, discount).low, high: rate(high, entries, discount).high }
}

/// $`\gamma m`$ for a mass that was summed from so many entries, enclosed.
pub(crate) fn rate(mass: f64, entries: usize, discount: Enclosure) -> Enclosure {
    let slack = allowance(entries);
    let low = (discount.low * (mass * (1.0 - slack)).next_down()).next_down().max(0.0);
    let zero = discount.high == 0.0 || entries == 0;
    let high = if zero { 0.0 } else { (discount.high * (mass * (1.0 + slack)).next_up()).next_up() };
    Enclosure { low, high }
}

/// See [`bellman_bounds`].
pub(crate) fn residual_bounds(bellman: &Bellman<'_>, discount: &Discount, value: &[f64]) -> ValueBounds {
    let operator = EnclosedBellman::at(bellman, discount, value);
    let (mut lower, mut upper) = (Vec::with_capacity(value.len()), Vec::with_capacity(value.len()));
    for state in 0..value.len() {
        let Enclosure { low, high } = operator.best(state, value);
        lower.push(low);
        upper.push(high);
    }
    shifted_bounds(value, ValueBounds { lower, upper }, contraction(bellman, operator.discount))
}

/// Bounds of the fixed point of a monotone operator which moves by at most the discounted row mass when its argument is
/// shifted, from bounds of its application to a value.
pub(crate) fn shifted_bounds(value: &[f64], mut applied: ValueBounds, rate: Enclosure) -> ValueBounds {
    let mut residual = Span::EMPTY;
    for ((&low, &high), &own) in applied.lower.iter().zip(&applied.upper).zip(value) {
        residual.add(-sum_up(own, -low));
        residual.add(sum_up(high, -own));
    }
    let up = shift_up(residual.max, rate);
    let down = -shift_up(-residual.min, rate);
    for (low, high) in applied.lower.iter_mut().zip(&mut applied.upper) {
        *low = -sum_up(-*low, -down);
        *high = sum_up(*high, up);
        // Only infinities on the way make a NaN; then nothing is known.
        *low = if low.is_nan() { f64::NEG_INFINITY } else { *low };
        *high = if high.is_nan() { f64::INFINITY } else { *high };
    }
    applied
}

/// Rounds a result outwards unless the operand that was added is exactly 0, when there was no rounding.
pub(crate) fn outward(result: f64, operand: f64, round: impl Fn(f64) -> f64) -> f64 {
    if operand == 0.0 { result } else { round(result) }
}

/// $`\gamma m b / (1 - \gamma m)`$, rounded up, with the row mass that makes it largest.
pub(crate) fn shift_up(residual: f64, rate: Enclosure) -> f64 {
    discounted_up(lift_up(residual, rate), rate)
}

/// $`b / (1 - \gamma m)`$, rounded up, with the row mass that makes it largest.
pub(crate) fn lift_up(residual: f64, rate: Enclosure) -> f64 {
    if residual == 0.0 {
        return 0.0;
    }
    // A smaller complement is the safe side for a positive residual, a larger one for a negative residual.
    let complement = if residual > 0.0 { (1.0 - rate.high).next_down() } else { (1.0 - rate.low).next_up() };
    if complement <= 0.0 { f64::INFINITY } else { (residual / complement).next_up() }
}

/// $`\gamma m c`$, rounded up, with the row mass that makes it largest.
pub(crate) fn discounted_up(shift: f64, rate: Enclosure) -> f64 {
    let rate = if shift > 0.0 { rate.high } else { rate.low };
    if shift == 0.0 || rate == 0.0 { 0.0 } else { (rate * shift).next_up() }
}

/// A sum rounded up.
pub(crate) fn sum_up(a: f64, b: f64) -> f64 {
    // Without a second term, or where the terms cancel, there is no rounding.
    if b == 0.0 || a == -b { a + b } else { (a + b).next_up() }
}

/// The rate at which backups contract and the rounding that they suffer, for deciding when to stop (never for bounds).
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoppingRule {
    low: f64,
    high: f64,
    /// No value is larger.
    magnitude: f64,
    /// The gap that rounding alone may leave.
    pub(crate) rounding: f64,
    /// The gap asked for.
    pub(crate) target: f64,
}

impl StoppingRule {
    pub(crate) fn new(bellman: &Bellman<'_>, reward_scale: f64, target: f64) -> Self {
        Self::of_rows(bellman.row_masses(), bellman.longest_row(), bellman.discount, reward_scale, target)
    }

    /// For rows of such masses and lengths.
    pub(crate) fn of_rows(masses: (f64, f64), longest: usize, discount: f64, reward_scale: f64, target: f64) -> Self {
        let (low, high) = (discount * masses.0, (discount * masses.1).min(1.0 - UNIT));
        let magnitude = reward_scale / (1.0 - high);
        let rounding = 2.0 * allowance(longest) * magnitude / (1.0 - high);
        StoppingRule { low, high, magnitude, rounding, target }
    }

    /// MacQueen–Porteus: $`V^* - TV`$ lies between the two numbers when $`TV - V`$ spans `residual`.
    pub(crate) fn shifts(&self, residual: Span) -> (f64, f64) {
        let shift = |b: f64, rate: f64| rate * b / (1.0 - rate);
        let low = shift(residual.min, if residual.min <= 0.0 { self.high } else { self.low });
        let high = shift(residual.max, if residual.max >= 0.0 { self.high } else { self.low });
        (low, high)
    }

    /// The gap of the bounds that a residual gives.
    pub(crate) fn gap_of(&self, residual: Span) -> f64 {
        let (low, high) = self.shifts(residual);
        high - low
    }

    /// No value is larger.
    pub(crate) fn magnitude(&self) -> f64 {
        self.magnitude
    }

    /// The same rule for another gap.
    pub(crate) fn with_target(self, target: f64) -> Self {
        StoppingRule { target, ..self }
    }

    /// Whether all rows have the same mass, up to what a model's rows may miss.
    pub(crate) fn is_uniform(&self) -> bool {
        self.high - self.low <= 4e-9 * self.high
    }

    /// $`1 - \gamma m_+`$.
    pub(crate) fn complement(&self) -> f64 {
        1.0 - self.high
    }

    /// Sweeps after which exact arithmetic would have shrunk any first gap by `factor`. The error shrinks by
    /// $`\gamma m_+`$ per sweep, and the gap is never more than $`2/(1 - \gamma m_+)`$ times the error.
    fn sweeps_to_shrink(&self, factor: f64) -> usize {
        ((factor.max(1.0) * 8.0 / self.complement()).ln() / self.complement()).min(1e15) as usize + 64
    }
}

/// Decides when a sequence of shrinking gaps has arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GapWatch {
    /// The estimated gap at which a certificate is worth trying.
    goal: f64,
    /// Sweeps until it is clear that rounding rules.
    left: usize,
}

/// Rounding seldom leaves more than this part of the gap that it may leave.
const USUAL_ROUNDING: f64 = 0.5;

impl GapWatch {
    pub(crate) fn new(rule: &StoppingRule) -> Self {
        let goal = 0.5 * rule.target;
        GapWatch { goal, left: rule.sweeps_to_shrink(2.0 * rule.magnitude / goal) }
    }

    /// Whether the estimated gap is small enough for a certificate, or rounding keeps it from shrinking.
    pub(crate) fn arrived(&mut self, gap: f64, rule: &StoppingRule) -> bool {
        self.left = self.left.saturating_sub(1);
        gap <= self.goal || gap <= USUAL_ROUNDING * rule.rounding || self.left == 0
    }

    /// After a failed certificate: whether to go on with a smaller goal.
    pub(crate) fn tighten(&mut self, gap: f64, rule: &StoppingRule) -> bool {
        let go_on = self.left > 0 && gap > USUAL_ROUNDING * rule.rounding;
        self.goal = 0.25 * gap.min(self.goal);
        self.left = rule.sweeps_to_shrink(4.0);
        go_on
    }
}
