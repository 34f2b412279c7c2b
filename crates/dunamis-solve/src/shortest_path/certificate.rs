//! Bounds that are proved by one backup.

use super::{Enclosure, Incumbent, Move, ShortestPath, Side};

/// Losses, relative to the largest value, within which moves count as nearly best when durations are measured.
const SLACKS: [f64; 5] = [1e-14, 1e-12, 1e-9, 1e-6, f64::INFINITY];
/// Factors by which a refused candidate is widened.
const WIDENINGS: [f64; 5] = [1.0, 2.0, 8.0, 64.0, 1024.0];

impl ShortestPath<'_> {
    /// Replaces the bounds by certified ones where those are closer.
    pub(super) fn certify(&self, incumbent: &Incumbent, enclosure: &mut Enclosure) {
        let Incumbent { value, policy, .. } = incumbent;
        if !self.is_proper(policy) || !value.iter().zip(&self.exits).all(|(v, exits)| exits.is_empty() || v.is_finite())
        {
            return;
        }
        // The residual of the policy, and of what ties with it, is the least that a bound must give way, rounding included.
        let unit = (0..value.len()).fold(0.0, |most: f64, node| {
            self.exits[node].iter().fold(most, |most, &exit| {
                let (q, error) = self.after(node, exit, value);
                let residual = (q - value[node]).abs() + error;
                let ties = policy[node] == Some(exit) || q + error >= value[node];
                if ties { most.max(residual) } else { most }
            })
        });
        let unit = if unit > 0.0 { 1.05 * unit + f64::MIN_POSITIVE } else { 0.0 };
        let durations = self.evaluate(policy, |_, mass| mass, &vec![0.0; policy.len()]).unwrap_or_default();
        for widening in WIDENINGS {
            let lower: Vec<f64> = value.iter().zip(&durations).map(|(v, w)| v - widening * unit * w).collect();
            if !lower.is_empty() && self.is_lower(&lower, policy) {
                raise(&mut enclosure.lower, &lower);
                break;
            }
        }
        for slack in SLACKS {
            let Some(durations) = self.longest(incumbent, slack * enclosure.scale) else { continue };
            for widening in WIDENINGS {
                let candidate = |((v, w), exits): ((&f64, &f64), &Vec<_>)| {
                    if exits.is_empty() { *v } else { v + widening * unit * w }
                };
                let upper: Vec<f64> = value.iter().zip(&durations).zip(&self.exits).map(candidate).collect();
                if self.is_upper(&upper) {
                    let negated = |x: &[f64]| x.iter().map(|x| -x).collect::<Vec<_>>();
                    let mut bound = negated(&enclosure.upper);
                    raise(&mut bound, &negated(&upper));
                    enclosure.upper = negated(&bound);
                    return;
                }
            }
        }
    }

    fn is_lower(&self, lower: &[f64], policy: &[Move]) -> bool {
        policy.iter().enumerate().all(|(node, choice)| match *choice {
            None => lower[node] <= self.stop[node],
            Some(exit) => lower[node] <= self.after_rounded(node, exit, lower, Side::Lower),
        })
    }

    fn is_upper(&self, upper: &[f64]) -> bool {
        (0..upper.len()).all(|node| self.backup(node, upper, Side::Upper) <= upper[node])
    }

    /// The longest expected duration of play by moves that lose at most `slack`, at least 1 at every node that can move;
    /// `None` when such play may never stop.
    fn longest(&self, incumbent: &Incumbent, slack: f64) -> Option<Vec<f64>> {
        let value = &incumbent.value;
        let mut policy = incumbent.policy.clone();
        let stop: Vec<f64> = self.exits.iter().map(|exits| f64::from(!exits.is_empty())).collect();
        loop {
            let duration = self.evaluate(&policy, |_, mass| mass, &stop).ok()?;
            if !duration.iter().all(|w| *w >= 0.0 && w.is_finite()) {
                return None;
            }
            let mut changed = false;
            for (node, choice) in policy.iter_mut().enumerate() {
                let mut best = duration[node] * (1.0 + 1e-9);
                for &exit in &self.exits[node] {
                    let (q, error) = self.after(node, exit, value);
                    if q + error < value[node] - slack {
                        continue;
                    }
                    let (_, others, mass) = self.parts(node, exit);
                    let w = 1.0 + others.map(|(to, p)| p * duration[to]).sum::<f64>() / mass;
                    if w > best {
                        (best, *choice, changed) = (w, Some(exit), true);
                    }
                }
            }
            if !changed {
                return Some(duration);
            }
            if !self.is_proper(&policy) {
                return None;
            }
        }
    }
}

/// Raises bounds to others where those are higher.
fn raise(bound: &mut [f64], other: &[f64]) {
    for (bound, &other) in bound.iter_mut().zip(other) {
        *bound = bound.max(other);
    }
}
