//! The rearrangements of one goal that are compatible with training, counted `[Krakovna & Kramár 2023, Defs. 1 and 2]`.

use crate::exact_reward::exact_reward;
use crate::{Form, GoalError, GoalSet, ShutdownSetting};
use dunamis_mdp::{Criterion, Mdp, Rational};
use dunamis_orbit::Orbit;
use dunamis_solve::solve_exact;
use num_bigint::BigUint;
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// Most rearrangements that are looked at.
const MOST_REARRANGEMENTS: u32 = 50_000;

/// How many of the distinct rearrangements of a goal that are compatible with training do what at the new state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CompatibleOrbit {
    /// Only other actions are optimal.
    pub avoid: u64,
    /// Both shutdown and other actions are.
    pub tie: u64,
    /// Only shutdown is.
    pub shutdown: u64,
}

impl CompatibleOrbit {
    /// Looks at every distinct rearrangement of a goal over all states, exactly: one or two exact solutions for each.
    ///
    /// # Errors
    ///
    /// [`GoalError::LargeOrbit`] for more than 50,000 rearrangements, [`GoalError::Dimension`], [`GoalError::Solve`].
    pub fn count(setting: &ShutdownSetting, goals: &GoalSet, goal: &[Rational]) -> Result<Self, GoalError> {
        let (expected, actual) = (goals.dimension(), goal.len());
        if expected != actual {
            return Err(GoalError::Dimension { expected, actual });
        }
        let orbit = Orbit::new(goal.to_vec());
        let limit = BigUint::from(MOST_REARRANGEMENTS);
        if orbit.size_within(&limit).is_none() {
            return Err(GoalError::LargeOrbit { size: orbit.size().to_string(), limit: MOST_REARRANGEMENTS });
        }
        let elements: Vec<Vec<Rational>> = orbit.iter().collect();
        let counts = elements.par_iter().map(|element| {
            if !is_member(goals, element)? {
                return Ok(CompatibleOrbit::default());
            }
            let [shutdown, others] = optimal(setting, goals, element)?;
            Ok(CompatibleOrbit {
                avoid: u64::from(!shutdown),
                tie: u64::from(shutdown && others),
                shutdown: u64::from(!others),
            })
        });
        counts.try_reduce(CompatibleOrbit::default, |x, y| {
            Ok(CompatibleOrbit { avoid: x.avoid + y.avoid, tie: x.tie + y.tie, shutdown: x.shutdown + y.shutdown })
        })
    }

    /// Number of compatible rearrangements.
    pub fn compatible(&self) -> u64 {
        self.avoid + self.tie + self.shutdown
    }
}

/// Rows decide faster than solutions, where they are known.
fn is_member(goals: &GoalSet, goal: &[Rational]) -> Result<bool, GoalError> {
    if goals.form() != Form::Polyhedron {
        return goals.contains(goal);
    }
    Ok(goals.bounds().admits(goal) && goals.rows().iter().all(|row| row.holds(goal)))
}

/// Whether shutdown is optimal, and whether something else is.
fn optimal(setting: &ShutdownSetting, goals: &GoalSet, goal: &[Rational]) -> Result<[bool; 2], GoalError> {
    let model = setting.model();
    let mdp = Mdp::new(Arc::clone(model), exact_reward(model, goal)?)?;
    let optimal = solve_exact(&mdp, &Criterion::Discounted(goals.discount().clone()))?.optimal;
    Ok([setting.shutdown(), setting.others()].map(|pairs| pairs.iter().any(|&pair| optimal[pair])))
}
