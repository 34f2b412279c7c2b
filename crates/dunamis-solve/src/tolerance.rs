//! How close is close enough.

use crate::SolveError;
use dunamis_mdp::{Criterion, Discount, Mdp};
use serde::{Deserialize, Serialize};

/// Scales below this are treated as this, so that underflow cannot keep a solver from meeting a relative tolerance.
const SMALLEST_SCALE: f64 = 1e-270;

/// A largest allowed difference between values of one model.
///
/// The *value scale* of a reward $`R`$ is $`\lVert R \rVert_\infty / (1 - \gamma)`$ for the discounted criterion,
/// $`\lVert R \rVert_\infty \sum_{t < n} \gamma^t`$ for $`n`$ steps and $`\lVert R \rVert_\infty`$ for average reward: no value
/// exceeds it. For total reward nothing bounds the values beforehand; there it is the largest finite absolute value itself,
/// or $`\lVert R \rVert_\infty`$ where that is larger.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// As a fraction of the value scale.
    Relative(f64),
    /// In the units of the reward.
    Absolute(f64),
}

impl Tolerance {
    /// The tolerance in the units of the reward.
    pub fn absolute(self, value_scale: f64) -> f64 {
        match self {
            Tolerance::Relative(fraction) => fraction * value_scale.max(SMALLEST_SCALE),
            Tolerance::Absolute(difference) => difference,
        }
    }

    /// Refuses what is not a positive finite number.
    pub(crate) fn check(self, name: &'static str) -> Result<(), SolveError> {
        let (Tolerance::Relative(value) | Tolerance::Absolute(value)) = self;
        if value > 0.0 && value.is_finite() { Ok(()) } else { Err(SolveError::Tolerance { name, value }) }
    }
}

/// Largest absolute reward of a model.
pub(crate) fn reward_scale(rewards: &[f64]) -> f64 {
    rewards.iter().fold(0.0, |scale: f64, reward| scale.max(reward.abs()))
}

/// $`\sum_{t < n} \gamma^t`$, up to rounding.
pub(crate) fn horizon(steps: usize, discount: Option<&Discount>) -> f64 {
    let steps = steps as f64;
    match discount.map(Discount::value) {
        None => steps,
        // For discounts next to 1 the difference of powers loses its digits, but never exceeds either bound by much.
        Some(discount) => ((1.0 - discount.powf(steps)) / (1.0 - discount)).min(steps),
    }
}

/// The value scale of a model under a criterion, see [`Tolerance`].
///
/// # Errors
///
/// [`SolveError::Overflow`] when values may leave the range of `f64`.
pub fn value_scale(mdp: &Mdp, criterion: &Criterion) -> Result<f64, SolveError> {
    scale_of(reward_scale(mdp.reward().values()), criterion)
}

pub(crate) fn scale_of(reward: f64, criterion: &Criterion) -> Result<f64, SolveError> {
    let scale = match criterion {
        Criterion::Discounted(discount) => reward / (1.0 - discount.value()),
        Criterion::FiniteHorizon { steps, discount } => reward * horizon(*steps, discount.as_ref()),
        _ => reward,
    };
    // Sums and differences of a few values must stay finite as well.
    if scale < f64::MAX / 1024.0 {
        Ok(scale)
    } else {
        Err(SolveError::Overflow { reward, criterion: criterion.clone() })
    }
}
