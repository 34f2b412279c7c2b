//! `BiCGStab` for $`(I - \gamma P) V = r`$ `[van der Vorst 1992]`, restarted on breakdown.
//!
//! With $`I - \gamma P = D - L - U`$ (diagonal, below, above) the system is preconditioned from the right by one symmetric
//! Gauss–Seidel step, $`M = (D - L) D^{-1} (D - U)`$, whose two half sweeps cost as much as one product and carry news across
//! the whole chain.

use crate::bellman::Bellman;
use crate::bounds::StoppingRule;

/// Products without a smaller residual after which the recurrence is given up.
const PATIENCE: usize = 400;

/// Breakdowns in a row without progress after which the sweeps take over.
const MAX_RESTARTS: usize = 4;

/// Improves `value` until the residual promises the target gap, the products run out, or restarts bring no progress.
/// Returns the number of products. The result is never worse than the first guess, in the largest residual.
pub(super) fn solve(bellman: &Bellman<'_>, value: &mut [f64], rule: &StoppingRule, max_products: usize) -> usize {
    let n = value.len();
    let goal = goal(rule);
    let mut products = 0;
    let mut best = value.to_vec();
    let mut residual = vec![0.0; n];
    let preconditioner = Preconditioner::new(bellman);
    let (mut p, mut ap, mut as_, mut step) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let mut best_norm = true_residual(bellman, &best, &mut residual);
    products += 1;
    let mut stalled = 0;
    while best_norm > goal && stalled < MAX_RESTARTS && products < max_products {
        let before = best_norm;
        value.copy_from_slice(&best);
        let shadow = residual.clone();
        let mut rho = dot(&shadow, &residual);
        p.copy_from_slice(&residual);
        let mut recurrence_norm = best_norm;
        let (mut least, mut patience) = (best_norm, PATIENCE);
        while recurrence_norm > 0.5 * goal && products < max_products {
            preconditioner.apply(&p, &mut step);
            apply(bellman, &step, &mut ap);
            let alpha = rho / dot(&shadow, &ap);
            for ((r, v), (&ap, &step)) in residual.iter_mut().zip(value.iter_mut()).zip(ap.iter().zip(&step)) {
                *r -= alpha * ap;
                *v += alpha * step;
            }
            preconditioner.apply(&residual, &mut step);
            apply(bellman, &step, &mut as_);
            products += 4;
            let length = dot(&as_, &as_);
            let omega = if length > 0.0 { dot(&as_, &residual) / length } else { 0.0 };
            for ((r, v), (&a_s, &step)) in residual.iter_mut().zip(value.iter_mut()).zip(as_.iter().zip(&step)) {
                *v += omega * step;
                *r -= omega * a_s;
            }
            recurrence_norm = largest(&residual);
            (least, patience) =
                if recurrence_norm < least { (recurrence_norm, PATIENCE) } else { (least, patience - 4) };
            let next_rho = dot(&shadow, &residual);
            let beta = next_rho / rho * (alpha / omega);
            rho = next_rho;
            // Not finite, or so large that all digits are lost: a breakdown.
            if !(beta.is_finite() && recurrence_norm.is_finite() && recurrence_norm < 1e8 * before) || patience == 0 {
                break;
            }
            for ((p, &r), &ap) in p.iter_mut().zip(&residual).zip(&ap) {
                *p = r + beta * (*p - omega * ap);
            }
        }
        // The recurrence drifts from the truth; only the true residual counts.
        let norm = true_residual(bellman, value, &mut residual);
        products += 1;
        if norm < best_norm {
            best_norm = norm;
            best.copy_from_slice(value);
        } else {
            best_norm = true_residual(bellman, &best, &mut residual);
            products += 1;
        }
        stalled = if best_norm < 0.5 * before { 0 } else { stalled + 1 };
    }
    value.copy_from_slice(&best);
    products
}

/// The largest entry of the residual that is small enough: $`|V - V^*|`$ is at most the residual over $`1 - \gamma`$, on both
/// sides, and a factor of two is left for the certificate.
pub(super) fn goal(rule: &StoppingRule) -> f64 {
    (0.25 * rule.target * rule.complement()).max(0.01 * rule.rounding * rule.complement())
}

/// One symmetric Gauss–Seidel step as an approximate inverse; see the module.
pub(super) struct Preconditioner<'a> {
    bellman: &'a Bellman<'a>,
    diagonal: Vec<f64>,
}

impl<'a> Preconditioner<'a> {
    pub(super) fn new(bellman: &'a Bellman<'a>) -> Self {
        let own = |state: usize| {
            let (next, probability) = bellman.row(state);
            let stay = next.binary_search(&(state as u32)).map_or(0.0, |k| probability[k]);
            1.0 - bellman.discount * stay
        };
        Preconditioner { bellman, diagonal: (0..bellman.states()).map(own).collect() }
    }

    /// Solves $`M y = x`$. The columns of a row ascend, so each half sweep reads one half of it.
    pub(super) fn apply(&self, x: &[f64], y: &mut [f64]) {
        let discount = self.bellman.discount;
        for state in 0..y.len() {
            let (next, probability) = self.bellman.row(state);
            let mut sum = 0.0;
            for (&next, &p) in next.iter().zip(probability).take_while(|&(&next, _)| (next as usize) < state) {
                sum += p * y[next as usize];
            }
            y[state] = (x[state] + discount * sum) / self.diagonal[state];
        }
        for state in (0..y.len()).rev() {
            let (next, probability) = self.bellman.row(state);
            let mut sum = 0.0;
            for (&next, &p) in next.iter().zip(probability).rev().take_while(|&(&next, _)| next as usize > state) {
                sum += p * y[next as usize];
            }
            y[state] += discount * sum / self.diagonal[state];
        }
    }
}

/// $`x - \gamma P x`$.
pub(super) fn apply(bellman: &Bellman<'_>, x: &[f64], result: &mut [f64]) {
    for (state, y) in result.iter_mut().enumerate() {
        *y = x[state] - bellman.discount * bellman.expected(state, x);
    }
}

/// Writes $`r + \gamma P V - V`$ and returns its largest absolute entry; infinity when an entry is not a number.
pub(super) fn true_residual(bellman: &Bellman<'_>, value: &[f64], residual: &mut [f64]) -> f64 {
    for (state, r) in residual.iter_mut().enumerate() {
        *r = bellman.action_value(state, state, value) - value[state];
    }
    largest(residual)
}

pub(super) fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |norm: f64, x| if x.is_nan() { f64::INFINITY } else { norm.max(x.abs()) })
}

pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
