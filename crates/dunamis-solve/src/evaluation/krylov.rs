//! `BiCGStab` for $`(I - \gamma P) V = r`$ `[van der Vorst 1992]`, restarted on breakdown.

use crate::bellman::Bellman;
use crate::bounds::StoppingRule;

/// Breakdowns in a row without progress after which the sweeps take over.
const MAX_RESTARTS: usize = 4;

/// Improves `value` until the residual promises the target gap, the products run out, or restarts bring no progress.
/// Returns the number of products. The result is never worse than the first guess, in the largest residual.
pub(super) fn solve(bellman: &Bellman<'_>, value: &mut [f64], rule: &StoppingRule, max_products: usize) -> usize {
    let n = value.len();
    // |V - V*| <= |residual| / (1 - gamma), on both sides; a factor of two is left for the certificate.
    let goal = (0.25 * rule.target * rule.complement()).max(0.01 * rule.rounding * rule.complement());
    let mut products = 0;
    let mut best = value.to_vec();
    let mut residual = vec![0.0; n];
    let (mut p, mut ap, mut as_) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
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
        while recurrence_norm > 0.5 * goal && products < max_products {
            apply(bellman, &p, &mut ap);
            let alpha = rho / dot(&shadow, &ap);
            for ((r, v), (&ap, &p)) in residual.iter_mut().zip(value.iter_mut()).zip(ap.iter().zip(&p)) {
                *r -= alpha * ap;
                *v += alpha * p;
            }
            apply(bellman, &residual, &mut as_);
            products += 2;
            let length = dot(&as_, &as_);
            let omega = if length > 0.0 { dot(&as_, &residual) / length } else { 0.0 };
            for ((r, v), &a_s) in residual.iter_mut().zip(value.iter_mut()).zip(&as_) {
                *v += omega * *r;
                *r -= omega * a_s;
            }
            recurrence_norm = largest(&residual);
            let next_rho = dot(&shadow, &residual);
            let beta = next_rho / rho * (alpha / omega);
            rho = next_rho;
            // Not finite, or so large that all digits are lost: a breakdown.
            if !(beta.is_finite() && recurrence_norm.is_finite() && recurrence_norm < 1e8 * before) {
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

/// $`x - \gamma P x`$.
fn apply(bellman: &Bellman<'_>, x: &[f64], result: &mut [f64]) {
    for (state, y) in result.iter_mut().enumerate() {
        *y = x[state] - bellman.discount * bellman.expected(state, x);
    }
}

/// Writes $`r + \gamma P V - V`$ and returns its largest absolute entry; infinity when an entry is not a number.
fn true_residual(bellman: &Bellman<'_>, value: &[f64], residual: &mut [f64]) -> f64 {
    for (state, r) in residual.iter_mut().enumerate() {
        *r = bellman.action_value(state, state, value) - value[state];
    }
    largest(residual)
}

fn largest(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |norm: f64, x| if x.is_nan() { f64::INFINITY } else { norm.max(x.abs()) })
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
