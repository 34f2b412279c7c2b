//! How large rewards may be, so that goals can be drawn uniformly.

use crate::GoalError;
use dunamis_mdp::{Rational, StateId};
use num_traits::{One, Zero};

/// Bounds on goals $`\theta \in \mathbb R^d`$.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoalBounds {
    /// None: there is no uniform law.
    Unbounded,
    /// $`\mathit{low}_s \le \theta_s \le \mathit{high}_s`$.
    Box {
        /// Smallest rewards, shape d.
        low: Vec<Rational>,
        /// Largest rewards, shape d.
        high: Vec<Rational>,
    },
    /// The unit sphere $`\lVert\theta\rVert_2 = 1`$: goals that differ by a positive factor are one.
    Sphere,
}

impl GoalBounds {
    /// $`[0, 1]^d`$, rewards as in `[Krakovna & Kramár 2023]`.
    pub fn unit(dimension: usize) -> Self {
        GoalBounds::Box { low: vec![Rational::zero(); dimension], high: vec![Rational::one(); dimension] }
    }

    /// The same interval for every reward.
    ///
    /// # Errors
    ///
    /// [`GoalError::EmptyBounds`] unless `low` is below `high`.
    pub fn uniform(dimension: usize, low: Rational, high: Rational) -> Result<Self, GoalError> {
        if low >= high {
            return Err(GoalError::EmptyBounds { state: 0, low: low.to_string(), high: high.to_string() });
        }
        Ok(GoalBounds::Box { low: vec![low; dimension], high: vec![high; dimension] })
    }

    /// Checks that there is room for $`d`$ rewards.
    pub(crate) fn check(&self, dimension: usize) -> Result<(), GoalError> {
        let GoalBounds::Box { low, high } = self else { return Ok(()) };
        for side in [low, high] {
            if side.len() != dimension {
                return Err(GoalError::Dimension { expected: dimension, actual: side.len() });
            }
        }
        match low.iter().zip(high).enumerate().find(|(_, (low, high))| low >= high) {
            None => Ok(()),
            Some((state, (low, high))) => {
                Err(GoalError::EmptyBounds { state, low: low.to_string(), high: high.to_string() })
            }
        }
    }

    /// Whether a goal keeps to a box; nothing is asked of its length on the sphere.
    pub fn admits(&self, goal: &[Rational]) -> bool {
        match self {
            GoalBounds::Box { low, high } => goal.iter().zip(low.iter().zip(high)).all(|(x, (l, h))| l <= x && x <= h),
            GoalBounds::Unbounded | GoalBounds::Sphere => true,
        }
    }

    /// Whether two rewards have the same bounds, so that they may be swapped.
    pub(crate) fn alike(&self, a: StateId, b: StateId) -> bool {
        match self {
            GoalBounds::Box { low, high } => {
                low.get(a.index()) == low.get(b.index()) && high.get(a.index()) == high.get(b.index())
            }
            GoalBounds::Unbounded | GoalBounds::Sphere => true,
        }
    }

    /// Whether every goal has rewards of at least 0.
    pub fn is_nonnegative(&self) -> bool {
        matches!(self, GoalBounds::Box { low, .. } if low.iter().all(|low| *low >= Rational::zero()))
    }
}
