//! Compatible goals that are combinations of features, with uniform weights.
//!
//! Goals $`\theta = \Phi w`$ with $`w`$ uniform on a box, given that $`\theta`$ is compatible with training: the rows $`A\theta \ge b`$
//! become $`A \Phi w \ge b`$, and weights are drawn as rewards are. Bounds of the goal set do not count, those of the weights do.

use crate::feasibility::{Contradiction, Feasibility, Inequality, decide};
use crate::goal_sampler::{FastMembership, nearest};
use crate::{BlockReport, Features, Form, GoalBounds, GoalError, GoalRow, GoalSampler, GoalSet, SamplerSettings};
use dunamis_mdp::Rational;
use dunamis_sampling::{RewardDistribution, SampleError, StreamRng};
use num_traits::Zero;

/// The law of $`\Phi w`$ for weights $`w`$ that are uniform on a box, given that the goal is compatible with training.
///
/// Weights satisfy the constraints exactly; their products with the features are rounded to doubles. For a goal set that is
/// [implicit](Form::Implicit) or a [union](Form::Union), weights are drawn by rejection.
#[derive(Clone, Debug)]
pub struct FeaturizedGoals {
    /// Shape k × d.
    values: Vec<Vec<f64>>,
    weights: GoalSampler,
}

impl FeaturizedGoals {
    /// The law of compatible goals with weights between bounds, one for every feature.
    ///
    /// # Errors
    ///
    /// [`GoalError::Dimension`], [`GoalError::FeatureNumbers`], [`GoalError::NoGoals`] where no weights are compatible, [`GoalError::ThinGoals`] where they leave
    /// no room, and as for [`GoalSampler::new`].
    pub fn new(
        goals: &GoalSet,
        features: &Features,
        weights: &GoalBounds,
        settings: &SamplerSettings,
    ) -> Result<Self, GoalError> {
        features.check(goals, weights)?;
        let nearest_values = |values: &Vec<Rational>| values.iter().map(nearest).collect();
        let values: Vec<Vec<f64>> = features.values().iter().map(nearest_values).collect();
        let weights = if goals.form() == Form::Polyhedron {
            let rows: Vec<GoalRow> = features.rows(goals.rows());
            // A row of zeros asks nothing, or too much.
            let asks = |row: &GoalRow| row.bound > Rational::zero() || row.coefficients.iter().any(|a| !a.is_zero());
            let rows: Vec<GoalRow> = rows.into_iter().filter(asks).collect();
            let interior = match decide(&rows, weights, features.len())? {
                Feasibility::Room(interior) => interior,
                Feasibility::Thin(why) => {
                    return Err(GoalError::ThinGoals { reason: describe(&why, goals, &rows, features) });
                }
                Feasibility::Empty(why) => {
                    return Err(GoalError::NoGoals { reason: describe(&why, goals, &rows, features) });
                }
            };
            GoalSampler::of_rows(&rows, weights, features.len(), &interior, settings)?
        } else {
            let (membership, map, values) = (FastMembership::new(goals), features.clone(), values.clone());
            let contains = move |weights: &[f64]| {
                let exact = || {
                    let weights = weights.iter().map(|w| Rational::from_float(*w).unwrap_or_default());
                    map.goal(&weights.collect::<Vec<_>>())
                };
                let mut goal = vec![0.0; map.states()];
                combine(&values, weights, &mut goal);
                membership.contains(&goal, exact)
            };
            GoalSampler::of_members(contains, weights, features.len(), settings)?
        };
        Ok(FeaturizedGoals { values, weights })
    }

    /// How weights are drawn.
    pub fn report(&self) -> Vec<BlockReport> {
        self.weights.report()
    }

    /// Draws weights, one for every feature.
    ///
    /// # Errors
    ///
    /// [`SampleError`].
    pub fn sample_weights(&self, rng: &mut StreamRng, weights: &mut [f64]) -> Result<(), SampleError> {
        self.weights.sample(rng, weights)
    }
}

impl RewardDistribution for FeaturizedGoals {
    fn states(&self) -> usize {
        self.values[0].len()
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        let (expected, found) = (self.states(), rewards.len());
        if expected != found {
            return Err(SampleError::Length { expected, found });
        }
        let mut weights = vec![0.0; self.values.len()];
        self.sample_weights(rng, &mut weights)?;
        combine(&self.values, &weights, rewards);
        Ok(())
    }
}

/// $`\Phi w`$ in doubles.
fn combine(values: &[Vec<f64>], weights: &[f64], rewards: &mut [f64]) {
    rewards.fill(0.0);
    for (values, w) in values.iter().zip(weights) {
        for (reward, value) in rewards.iter_mut().zip(values) {
            *reward += w * value;
        }
    }
}

/// A contradiction among conditions on weights in words.
fn describe(why: &Contradiction, goals: &GoalSet, rows: &[GoalRow], features: &Features) -> String {
    let one = |(inequality, _): &(Inequality, Rational)| match *inequality {
        Inequality::Row(k) | Inequality::Opposite(k) => rows[k].describe(goals.training()),
        Inequality::AtLeast(k) => format!("the weight of `{}` is not below its bound", features.names()[k]),
        Inequality::AtMost(k) => format!("the weight of `{}` is not above its bound", features.names()[k]),
    };
    why.weights.iter().map(one).collect::<Vec<_>>().join("; ")
}
