//! Where in the discount the states with most POWER change.
//!
//! A *transition* is a discount at which the best state of one set overtakes the best of another:
//! $`D(\gamma) = \max_{s \in S_1} \mathrm{POWER}(s, \gamma) - \max_{s \in S_2} \mathrm{POWER}(s, \gamma)`$ changes its sign.
//!
//! **Estimate.** The maximum of noisy numbers is too large, and larger over more states. Therefore the samples are cut in two
//! halves, each finds the best state of both sets, and the other half says what these are worth: $`D`$ is the mean of both
//! differences, without that bias. Rewards are the same at all discounts and states (common random numbers), and the standard
//! error is that of the paired differences of groups of samples.
//!
//! **Search.** Wherever the sign of $`D`$ differs between neighbors of a first list of discounts, the interval is halved until
//! it is narrow, or until $`D`$ in its middle is less than half its standard error from 0, where more halving would only follow
//! the noise. The critical discount is where the line through the ends is 0. Its standard error is that of $`D`$ there divided
//! by the slope of $`D`$, taken between the nearest discounts on either side at which $`D`$ is at least two standard errors
//! from 0 (the delta method).

use crate::multi_agent::{Sums, sum_pairs};
use crate::{Alignment, MultiAgentSettings, Observer, PowerError, PowerEstimate, Sampling};
use dunamis_mdp::{Agent, Discount, JointModel, StateId};
use dunamis_sampling::CorrelatedRewards;
use std::sync::Arc;

/// What to compare, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct TransitionSearch {
    /// Whose POWER.
    pub agent: Agent,
    /// The states of both sets, neither empty.
    pub sets: [Vec<StateId>; 2],
    /// The first discounts, of both agents, in ascending order.
    pub discounts: Vec<Discount>,
    /// Intervals narrower than this are not halved.
    pub width: f64,
}

/// The difference at one discount.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The discount.
    pub discount: f64,
    /// $`D`$.
    pub difference: f64,
    /// Its standard error.
    pub std_error: f64,
    /// The best state of each set, by all samples.
    pub best: [StateId; 2],
    /// POWER of H and of A.
    pub power: [PowerEstimate; 2],
    /// Their alignment.
    pub alignment: Alignment,
}

/// A discount at which $`D`$ changes its sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transition {
    /// Where $`D`$ has one sign,
    pub low: f64,
    /// and where it has the other.
    pub high: f64,
    /// The critical discount.
    pub critical: f64,
    /// Its standard error; infinite where $`D`$ is nowhere two standard errors from 0 on one of the sides.
    pub std_error: f64,
    /// Whether the first set has the best state above it.
    pub rising: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Transitions {
    /// All discounts that were looked at, in ascending order.
    pub contrasts: Vec<Contrast>,
    /// All changes of sign between neighbors among them.
    pub transitions: Vec<Transition>,
}

/// Searches for transitions of two-agent POWER; `settings` counts except for its discounts.
///
/// # Errors
///
/// As for [`estimate_multi_agent`](crate::estimate_multi_agent), and [`PowerError::EmptySet`].
pub fn find_transitions(
    joint: &Arc<JointModel>,
    law: &CorrelatedRewards,
    settings: &MultiAgentSettings,
    search: &TransitionSearch,
    sampling: &Sampling,
    observer: &dyn Observer,
) -> Result<Transitions, PowerError> {
    if search.sets.iter().any(Vec::is_empty) || search.discounts.is_empty() {
        return Err(PowerError::EmptySet);
    }
    let at = |discount: &Discount| {
        let (discount_h, discount_a) = (discount.clone(), discount.clone());
        let settings = MultiAgentSettings { discount_h, discount_a, seed_baseline: false, ..settings.clone() };
        let (sums, samples, kernel) = sum_pairs(joint, law, &settings, sampling, observer)?;
        let (difference, std_error, best) = contrast(search, &sums);
        let power = sums.finish(Some(kernel), |means, error| PowerEstimate::sampled(means, samples, sampling, error));
        Ok(Contrast {
            discount: discount.value(),
            difference,
            std_error,
            best,
            power: [power.power_h, power.power_a],
            alignment: power.alignment,
        })
    };
    let mut contrasts: Vec<Contrast> = search.discounts.iter().map(at).collect::<Result<_, PowerError>>()?;
    let mut low = 0;
    while low + 1 < contrasts.len() {
        let (below, above) = (&contrasts[low], &contrasts[low + 1]);
        let middle = 0.5 * (below.discount + above.discount);
        let near = |contrast: &Contrast| contrast.difference.abs() < 0.5 * contrast.std_error;
        if crosses(below, above) && above.discount - below.discount > search.width && !near(below) && !near(above) {
            let middle = Discount::new(middle).expect("between two discounts");
            contrasts.insert(low + 1, at(&middle)?);
        } else {
            low += 1;
        }
    }
    let transitions = (1..contrasts.len()).filter(|&k| crosses(&contrasts[k - 1], &contrasts[k]));
    let transitions = transitions.map(|k| transition(&contrasts, k)).collect();
    Ok(Transitions { contrasts, transitions })
}

fn crosses(below: &Contrast, above: &Contrast) -> bool {
    (below.difference > 0.0) != (above.difference > 0.0)
}

/// The transition between the contrasts `k - 1` and `k`.
fn transition(contrasts: &[Contrast], k: usize) -> Transition {
    let (below, above) = (&contrasts[k - 1], &contrasts[k]);
    let rising = above.difference > below.difference;
    let part = below.difference / (below.difference - above.difference);
    let critical = below.discount + part * (above.discount - below.discount);
    let clear = |contrast: &&Contrast| contrast.difference.abs() >= 2.0 * contrast.std_error;
    let far_below = contrasts[..k].iter().rev().find(clear);
    let far_above = contrasts[k..].iter().find(clear);
    // The standard error changes little between neighbors.
    let noise = below.std_error + part * (above.std_error - below.std_error);
    let std_error = match (far_below, far_above) {
        (Some(from), Some(to)) if (from.difference > 0.0) != (to.difference > 0.0) => {
            noise * ((to.discount - from.discount) / (to.difference - from.difference)).abs()
        }
        _ => f64::INFINITY,
    };
    Transition { low: below.discount, high: above.discount, critical, std_error, rising }
}

/// The difference, its standard error and the best states of all samples.
fn contrast(search: &TransitionSearch, sums: &Sums) -> (f64, f64, [StateId; 2]) {
    let agent = search.agent as usize;
    let groups: Vec<(f64, Vec<f64>)> =
        sums.of_groups().groups().map(|(weight, [h, a])| (weight, [h, a][agent].clone())).collect();
    let best = |of: &dyn Fn(usize) -> bool| {
        let n = groups.first().map_or(0, |(_, mean)| mean.len());
        let mut sum = vec![0.0; n];
        for (_, (weight, mean)) in groups.iter().enumerate().filter(|(g, _)| of(*g)) {
            for (sum, x) in sum.iter_mut().zip(mean) {
                *sum += weight * x;
            }
        }
        let greatest = |set: &Vec<StateId>| {
            let first = set[0];
            set.iter().copied().fold(first, |best, s| if sum[s.index()] > sum[best.index()] { s } else { best })
        };
        [greatest(&search.sets[0]), greatest(&search.sets[1])]
    };
    // A single group has no other half to ask.
    let chosen = if groups.len() < 2 { [best(&|_| true); 2] } else { [best(&|g| g % 2 == 1), best(&|g| g % 2 == 0)] };
    let differences: Vec<(f64, f64)> = groups
        .iter()
        .enumerate()
        .map(|(g, (weight, mean))| {
            let [first, second] = chosen[g % 2];
            (*weight, mean[first.index()] - mean[second.index()])
        })
        .collect();
    let total: f64 = differences.iter().map(|(weight, _)| weight).sum();
    let difference = differences.iter().map(|(weight, d)| weight * d).sum::<f64>() / total;
    let count = differences.len() as f64;
    let spread: f64 = differences.iter().map(|(weight, d)| (weight / total * (d - difference)).powi(2)).sum();
    let std_error = if count > 1.0 { (spread * count / (count - 1.0)).sqrt() } else { f64::NAN };
    (difference, std_error, best(&|_| true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_envs::{Collision, JointEnvironment, load};
    use dunamis_sampling::{Correlation, IndependentRewards, Marginal, Seed};

    /// A at a junction far from everything has more alternatives at hand than in the corridor to the middle of the maze.
    fn search(samples: u64, seed: u64) -> (JointEnvironment, Transitions) {
        let joint = JointEnvironment::new(load("maze-7x7").unwrap(), Collision::None).unwrap();
        let n = joint.model().states().len();
        let law = Arc::new(IndependentRewards::identical(n, Marginal::UNIT).unwrap());
        let law = CorrelatedRewards::new(law, Correlation::INDEPENDENT).unwrap();
        let at = |name: &str| StateId::new(joint.model().states().get(name).unwrap());
        let sets = [vec![at("(6, 6)_H^(1, 3)_A")], vec![at("(6, 6)_H^(0, 3)_A")]];
        let discounts = ["0.05", "0.5", "0.95"].map(|d| d.parse().unwrap()).to_vec();
        let search = TransitionSearch { agent: Agent::A, sets, discounts, width: 0.01 };
        let settings = MultiAgentSettings::new(Discount::new(0.5).unwrap());
        let found =
            find_transitions(joint.model(), &law, &settings, &search, &Sampling::new(samples, Seed::new(seed)), &())
                .unwrap();
        (joint, found)
    }

    #[test]
    fn transitions_are_where_the_sign_changes() {
        let (_, found) = search(2_000, 1);
        assert!(found.contrasts.windows(2).all(|w| w[0].discount < w[1].discount));
        let [transition] = found.transitions[..] else { panic!("{:?}", found.transitions) };
        assert!(transition.rising && transition.low < transition.critical && transition.critical < transition.high);
        assert!(transition.std_error > 0.0 && transition.std_error < 0.1, "{transition:?}");
        // Another program: POWER of both states from plain estimates at the ends.
        for contrast in [&found.contrasts[0], &found.contrasts[found.contrasts.len() - 1]] {
            let [s, t] = contrast.best;
            let mean = &contrast.power[1].mean;
            assert!((mean[s.index()] - mean[t.index()] - contrast.difference).abs() < 1e-12);
        }
        // Searches with other samples end within the errors of both. An end without a clear sign gives no error: it agrees with all.
        let others = [2, 3].map(|seed| search(2_000, seed).1.transitions[0]);
        assert!(others.iter().any(|other| other.std_error.is_finite()), "{others:?}");
        for other in others {
            let error = transition.std_error.hypot(other.std_error);
            assert!((transition.critical - other.critical).abs() < 4.0 * error, "{transition:?} {other:?}");
        }
    }
}
