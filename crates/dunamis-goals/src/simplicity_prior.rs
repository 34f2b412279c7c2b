//! Simple goals first: a prior over which features count.
//!
//! A set $`S`$ of features has prior weight $`2^{-\sum_{f \in S} c_f}`$ for complexities of $`c_f`$ bits, and given $`S`$ the weights of its
//! features are uniform on their box, all others 0. Given that the goal is compatible with training, a set of features has
//! probability
//!
//! ```math
//! P(S \mid \text{compatible}) \propto 2^{-\sum_{f \in S} c_f} \, \frac{\operatorname{vol}\{w \in B_S : \Phi_S w \text{ compatible}\}}{\operatorname{vol} B_S} ,
//! ```
//!
//! by exact volumes over all sets where there are few constraints, and otherwise from trial draws. The goal 0, to which everything
//! is the same, is left out.

use crate::goal_sampler::nearest;
use crate::{Features, FeaturizedGoals, Form, GoalBounds, GoalError, GoalSet, SamplerSettings, SamplingMethod};
use dunamis_mdp::Rational;
use dunamis_sampling::{RewardDistribution, SampleError, StreamRng};
use dunamis_solve::polytope::{FaceBudget, HalfSpace, PolytopeError, cuboid, volume};
use num_traits::{One, Zero};
use serde::Serialize;

/// Most sets of features that are looked at.
pub const MOST_SUPPORTS: usize = 10_000;

/// A set of features that goals may be made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SupportReport {
    /// Numbers of the features, ascending.
    pub features: Vec<usize>,
    /// Complexity of all together, in bits.
    pub bits: u64,
    /// Share of the weights in their box that are compatible with training.
    pub compatible: f64,
    /// That share as an exact fraction, unless it was estimated from trial draws.
    pub exact: Option<String>,
    /// Probability of the set given that goals are compatible.
    pub probability: f64,
}

/// The law of compatible goals under a prior that halves with every bit of complexity.
#[derive(Clone, Debug)]
pub struct SimplicityPrior {
    states: usize,
    supports: Vec<SupportReport>,
    /// Those with positive probability, with the probability of all up to them.
    laws: Vec<(f64, FeaturizedGoals)>,
}

impl SimplicityPrior {
    /// The law for sets of at most `largest` features, with `bits` of complexity for each feature and weights in a box. One exact
    /// volume for each set.
    ///
    /// # Errors
    ///
    /// [`GoalError::FeatureNumbers`] unless every feature has bits and bounds, [`GoalError::UnboundedGoals`] without a box,
    /// [`GoalError::TooManySupports`], [`GoalError::RareGoals`] where a volume is neither computed nor met in trial draws,
    /// [`GoalError::NoGoals`] where no set of features has room for compatible goals.
    pub fn new(
        goals: &GoalSet,
        features: &Features,
        bits: &[u32],
        weights: &GoalBounds,
        largest: usize,
        settings: &SamplerSettings,
    ) -> Result<Self, GoalError> {
        features.check(goals, weights)?;
        let GoalBounds::Box { low, high } = weights else { return Err(GoalError::UnboundedGoals) };
        features.one_each(bits.len())?;
        let mut found: Vec<(SupportReport, Rational, FeaturizedGoals)> = Vec::new();
        let mut supports = Vec::new();
        for chosen in supports_up_to(features.len(), largest)? {
            let pick = |side: &[Rational]| chosen.iter().map(|&k| side[k].clone()).collect::<Vec<_>>();
            let bounds = GoalBounds::Box { low: pick(low), high: pick(high) };
            let own = features.subset(&chosen).ok_or(GoalError::NoFeatures)?;
            let cost = chosen.iter().map(|&k| u64::from(bits[k])).sum();
            let mut report =
                SupportReport { features: chosen, bits: cost, compatible: 0.0, exact: None, probability: 0.0 };
            let law = match FeaturizedGoals::new(goals, &own, &bounds, settings) {
                Ok(law) => law,
                Err(GoalError::NoGoals { .. } | GoalError::ThinGoals { .. }) => {
                    report.exact = Some("0".into());
                    supports.push(report);
                    continue;
                }
                Err(GoalError::RareGoals { .. }) => {
                    supports.push(report);
                    continue;
                }
                Err(other) => return Err(other),
            };
            let share = match exact_share(goals, &own, &bounds) {
                Some(share) => {
                    report.exact = Some(share.to_string());
                    share
                }
                None => trial_share(&law).ok_or(GoalError::RareGoals { trials: settings.trials })?,
            };
            report.compatible = nearest(&share);
            // Bits that are far beyond any probability need no exact power.
            let weight = share / Rational::from_integer(num_bigint::BigInt::one() << cost.min(4_096));
            found.push((report, weight, law));
        }
        let total: Rational = found.iter().map(|(_, weight, _)| weight).sum();
        if total.is_zero() {
            let reason = "no set of features leaves room for weights that are".into();
            return Err(GoalError::NoGoals { reason });
        }
        let (mut laws, mut sum) = (Vec::with_capacity(found.len()), Rational::zero());
        for (mut report, weight, law) in found {
            let probability = weight / &total;
            report.probability = nearest(&probability);
            supports.push(report);
            sum += probability;
            laws.push((nearest(&sum), law));
        }
        supports.sort_by(|a, b| a.features.len().cmp(&b.features.len()).then_with(|| a.features.cmp(&b.features)));
        Ok(SimplicityPrior { states: goals.dimension(), supports, laws })
    }

    /// All sets of features that were looked at, the smaller ones first.
    pub fn supports(&self) -> &[SupportReport] {
        &self.supports
    }
}

impl RewardDistribution for SimplicityPrior {
    fn states(&self) -> usize {
        self.states
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        let u = rng.uniform();
        let chosen = self.laws.partition_point(|(sum, _)| *sum <= u).min(self.laws.len() - 1);
        self.laws[chosen].1.sample(rng, rewards)
    }
}

/// All sets of 1 up to `largest` numbers below `count`.
fn supports_up_to(count: usize, largest: usize) -> Result<Vec<Vec<usize>>, GoalError> {
    let mut supports: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..largest.min(count) {
        let grown = last.iter().flat_map(|set| {
            let next = set.last().map_or(0, |k| k + 1);
            (next..count).map(move |k| set.iter().copied().chain([k]).collect())
        });
        last = grown.take(MOST_SUPPORTS + 1).collect();
        supports.extend(last.iter().cloned());
        if supports.len() > MOST_SUPPORTS {
            return Err(GoalError::TooManySupports { limit: MOST_SUPPORTS });
        }
    }
    Ok(supports)
}

/// The share of weights that are compatible, if it can be computed.
fn exact_share(goals: &GoalSet, features: &Features, bounds: &GoalBounds) -> Option<Rational> {
    let GoalBounds::Box { low, high } = bounds else { return None };
    if goals.form() != Form::Polyhedron {
        return None;
    }
    let rows = features.rows(goals.rows());
    let halves = rows.iter().map(|row| HalfSpace::at_least(&row.coefficients, &row.bound));
    let all: Vec<HalfSpace> = cuboid(low, high).into_iter().chain(halves).collect();
    let whole: Rational = low.iter().zip(high).map(|(low, high)| high - low).product();
    match volume(features.len(), &all, &FaceBudget::new()) {
        Ok(part) => Some(part / whole),
        Err(PolytopeError::TooManyConstraints { .. } | PolytopeError::OutOfBudget { .. }) => None,
        Err(_) => Some(Rational::zero()),
    }
}

/// The share of trial draws that were compatible, of all blocks of weights together; `None` where they were too few to be used.
fn trial_share(law: &FeaturizedGoals) -> Option<Rational> {
    let share = |method: SamplingMethod| match method {
        SamplingMethod::Rejection { accepted, trials } => Some(Rational::new(accepted.into(), trials.into())),
        SamplingMethod::HitAndRun { .. } => None,
        SamplingMethod::Free => Some(Rational::one()),
    };
    law.report().into_iter().map(|block| share(block.method)).product()
}
