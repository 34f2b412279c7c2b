//! Uniform draws from the goals that are compatible with training.
//!
//! Constraints rarely connect all rewards: those that share none are independent under the uniform law on a box, so that each
//! [block](crate::Block) is drawn by itself and every other reward from its own interval. When training is closed under all
//! actions, this makes the rewards of all new states independent and uniform, whatever was trained. On the sphere, rewards are
//! drawn as normal numbers that satisfy the constraints, block by block, and divided by their length in the end.

use crate::approximate_losses::ApproximateLosses;
use crate::block_sampler::{BlockBody, BlockSampler, Membership, SamplerSettings, SamplingMethod, Shape, scale};
use crate::feasibility::{Block, Feasibility, blocks};
use crate::interior_point::interior_point;
use crate::{Form, GoalBounds, GoalError, GoalRow, GoalSet};
use dunamis_mdp::Rational;
use dunamis_sampling::{CuttingPlane, LinearRow, RewardDistribution, SampleError, StreamRng, standard_normal};
use num_traits::{ToPrimitive, Zero};
use serde::Serialize;
use std::sync::Arc;

/// How some rewards are drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockReport {
    /// Numbers of the rewards, ascending.
    pub coordinates: Vec<usize>,
    /// How they are drawn.
    #[serde(flatten)]
    pub method: SamplingMethod,
}

/// The uniform law on the goals compatible with training.
///
/// Draw $`i`$ depends on stream $`i`$ and on the [settings](SamplerSettings) alone. Every goal that is drawn satisfies the
/// constraints exactly, in rationals: goals within some $`10^{-12}`$ of a boundary are not drawn.
///
/// ```
/// use dunamis_goals::{GoalSampler, GoalSet, GoalSettings, SamplerSettings, Training};
/// use dunamis_mdp::{Discount, TransitionModel};
/// use dunamis_sampling::{RewardDistribution, Seed};
/// let mut builder = TransitionModel::builder();
/// let (home, away) = (builder.state("home")?, builder.state("away")?);
/// builder.transition(home, "stay", home, 1.0)?;
/// builder.transition(home, "leave", away, 1.0)?;
/// builder.transition(away, "stay", away, 1.0)?;
/// let training = Training::new(builder.build()?, &[home, away], &[1, 2])?;
/// let goals = GoalSet::new(training, &Discount::new(0.5)?, GoalSettings::default())?;
/// let sampler = GoalSampler::new(&goals, &SamplerSettings::default())?;
/// let mut goal = [0.0; 2];
/// sampler.sample(&mut Seed::new(1).stream(0), &mut goal)?;
/// assert!(goal[0] < goal[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GoalSampler {
    shape: Shape,
    low: Vec<f64>,
    high: Vec<f64>,
    blocks: Vec<(Vec<usize>, BlockSampler)>,
    free: Vec<usize>,
    /// Rewards that are drawn only because others depend on them.
    idle: Vec<usize>,
}

impl GoalSampler {
    /// A sampler of compatible goals. What it takes to learn how to draw each block is said in the [settings](SamplerSettings).
    ///
    /// # Errors
    ///
    /// [`GoalError::NoGoals`] where nothing is compatible, [`GoalError::ThinGoals`] where there is no room,
    /// [`GoalError::UnboundedGoals`], [`GoalError::RareGoals`] for unions that are hardly ever met, [`GoalError::NotMixed`] for
    /// walks that do not agree in time, and what deciding about goals may give.
    pub fn new(goals: &GoalSet, settings: &SamplerSettings) -> Result<Self, GoalError> {
        let dimension = goals.dimension();
        if goals.form() == Form::Union {
            let coordinates: Vec<usize> = goals.deciding().iter().map(|state| state.index()).collect();
            let decides = Decides::new(goals, &coordinates);
            let member = Membership::Any(Arc::new(move |point: &[f64]| decides.contains(point)));
            let block = Block { coordinates, rows: Vec::new() };
            return Self::assemble(&[], goals.bounds(), dimension, &[block], None, &member, settings);
        }
        if goals.form() == Form::Polyhedron {
            let blocks = blocks(goals.rows(), dimension);
            if let Some(interior) = interior_point(goals.rows(), &blocks, goals.bounds(), dimension) {
                return Self::of_rows(goals.rows(), goals.bounds(), dimension, &interior, settings);
            }
        }
        let (feasibility, mut rows) = goals.feasibility()?;
        let interior = match feasibility {
            Feasibility::Room(goal) => goal,
            Feasibility::Thin(contradiction) => {
                return Err(GoalError::ThinGoals { reason: contradiction.describe(goals, &rows) });
            }
            Feasibility::Empty(contradiction) => {
                return Err(GoalError::NoGoals { reason: contradiction.describe(goals, &rows) });
            }
        };
        if goals.form() == Form::Implicit {
            // Which rows there are is not known, so that nothing is known to be independent.
            let coordinates: Vec<usize> = goals.deciding().iter().map(|state| state.index()).collect();
            rows.retain(|row| row.coefficients.iter().any(|a| !a.is_zero()));
            let block = Block { coordinates: coordinates.clone(), rows: (0..rows.len()).collect() };
            let member = Membership::Convex(Arc::new(Decides::new(goals, &coordinates)));
            return Self::assemble(&rows, goals.bounds(), dimension, &[block], Some(&interior), &member, settings);
        }
        Self::of_rows(&rows, goals.bounds(), dimension, &interior, settings)
    }

    /// The uniform law on the points between bounds that satisfy rows, `interior` strictly.
    pub(crate) fn of_rows(
        rows: &[GoalRow],
        bounds: &GoalBounds,
        dimension: usize,
        interior: &[Rational],
        settings: &SamplerSettings,
    ) -> Result<Self, GoalError> {
        let blocks: Vec<Block> =
            blocks(rows, dimension).into_iter().filter(|block| !block.coordinates.is_empty()).collect();
        Self::assemble(rows, bounds, dimension, &blocks, Some(interior), &Membership::Rows, settings)
    }

    /// The uniform law on the points of a box that belong to a set, all in one block, by rejection.
    pub(crate) fn of_members(
        contains: impl Fn(&[f64]) -> bool + Send + Sync + 'static,
        bounds: &GoalBounds,
        dimension: usize,
        settings: &SamplerSettings,
    ) -> Result<Self, GoalError> {
        let block = Block { coordinates: (0..dimension).collect(), rows: Vec::new() };
        Self::assemble(&[], bounds, dimension, &[block], None, &Membership::Any(Arc::new(contains)), settings)
    }

    fn assemble(
        rows: &[GoalRow],
        bounds: &GoalBounds,
        dimension: usize,
        blocks: &[Block],
        interior: Option<&[Rational]>,
        membership: &Membership,
        settings: &SamplerSettings,
    ) -> Result<Self, GoalError> {
        let (shape, low, high) = match bounds {
            GoalBounds::Unbounded => return Err(GoalError::UnboundedGoals),
            GoalBounds::Box { low, high } => {
                (Shape::Box, low.iter().map(rounded_up).collect(), high.iter().map(rounded_down).collect())
            }
            GoalBounds::Sphere => (Shape::Cone, vec![-1.0; dimension], vec![1.0; dimension]),
        };
        if shape == Shape::Cone && rows.iter().any(|row| !row.bound.is_zero()) {
            return Err(GoalError::MarginOnSphere);
        }
        let (low, high): (Vec<f64>, Vec<f64>) = (low, high);
        let mut is_free = vec![true; dimension];
        let mut samplers = Vec::with_capacity(blocks.len());
        for block in blocks {
            let own = |row: &GoalRow| LinearRow {
                normal: block.coordinates.iter().map(|&k| nearest(&row.coefficients[k])).collect(),
                bound: nearest(&row.bound),
            };
            let mut interior: Option<Vec<f64>> =
                interior.map(|goal| block.coordinates.iter().map(|&k| nearest(&goal[k])).collect());
            if let (Shape::Cone, Some(point)) = (shape, &mut interior) {
                let length = point.iter().map(|x| x * x).sum::<f64>().sqrt();
                for x in point.iter_mut() {
                    *x *= 0.5 / length;
                }
            }
            let parts = BlockBody {
                low: block.coordinates.iter().map(|&k| low[k]).collect(),
                high: block.coordinates.iter().map(|&k| high[k]).collect(),
                rows: block.rows.iter().map(|&row| own(&rows[row])).collect(),
                interior,
                shape,
                membership: membership.clone(),
            };
            for &k in &block.coordinates {
                is_free[k] = false;
            }
            samplers.push((block.coordinates.clone(), BlockSampler::new(parts, settings)?));
        }
        let free = (0..dimension).filter(|&k| is_free[k]).collect();
        Ok(GoalSampler { shape, low, high, blocks: samplers, free, idle: Vec::new() })
    }

    /// How rewards are drawn, block by block, those that are free last.
    pub fn report(&self) -> Vec<BlockReport> {
        let block = |(coordinates, sampler): &(Vec<usize>, BlockSampler)| BlockReport {
            coordinates: coordinates.clone(),
            method: sampler.method(),
        };
        let free = (!self.free.is_empty())
            .then(|| BlockReport { coordinates: self.free.clone(), method: SamplingMethod::Free });
        self.blocks.iter().map(block).chain(free).collect()
    }

    /// Whether every draw is exactly from the law: no block is drawn by walks.
    pub fn is_exact(&self) -> bool {
        self.blocks.iter().all(|(_, block)| !matches!(block.method(), SamplingMethod::HitAndRun { .. }))
    }
}

impl RewardDistribution for GoalSampler {
    fn states(&self) -> usize {
        self.low.len()
    }

    fn sample(&self, rng: &mut StreamRng, rewards: &mut [f64]) -> Result<(), SampleError> {
        let (expected, found) = (self.states(), rewards.len());
        if expected != found {
            return Err(SampleError::Length { expected, found });
        }
        match self.shape {
            Shape::Box => {
                rng.fill_uniform(rewards);
                scale(rewards, &self.low, &self.high);
            }
            Shape::Cone => {
                for &k in &self.free {
                    rewards[k] = standard_normal(rng);
                }
            }
        }
        let longest = self.blocks.iter().map(|(coordinates, _)| coordinates.len()).max().unwrap_or_default();
        let mut point = vec![0.0; longest];
        for (coordinates, block) in &self.blocks {
            let point = &mut point[..coordinates.len()];
            block.sample(rng, point)?;
            coordinates.iter().zip(point).for_each(|(&k, x)| rewards[k] = *x);
        }
        for &k in &self.idle {
            rewards[k] = 0.0;
        }
        if self.shape == Shape::Cone {
            let length = rewards.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
            for x in rewards {
                *x /= length;
            }
        }
        Ok(())
    }

    /// Blocks without any of the states are not drawn; on the sphere all rewards depend on each other.
    fn marginal(&self, states: &[usize]) -> Option<Arc<dyn RewardDistribution>> {
        if self.shape == Shape::Cone {
            return None;
        }
        let mut needed = vec![false; self.states()];
        for &state in states.iter().filter(|&&state| state < self.states()) {
            needed[state] = true;
        }
        let mut marginal = self.clone();
        marginal.blocks.retain(|(coordinates, _)| coordinates.iter().any(|&k| needed[k]));
        for (k, _) in needed.iter().enumerate().filter(|(_, needed)| !**needed) {
            (marginal.low[k], marginal.high[k]) = (0.0, 0.0);
        }
        let idle = |coordinates: &[usize]| coordinates.iter().copied().filter(|&k| !needed[k]).collect::<Vec<_>>();
        marginal.idle = marginal.blocks.iter().flat_map(|(coordinates, _)| idle(coordinates)).collect();
        Some(Arc::new(marginal))
    }

    fn blocks(&self) -> Vec<usize> {
        let mut labels: Vec<usize> = vec![0; self.states()];
        if self.shape == Shape::Box {
            for (number, &k) in self.free.iter().enumerate() {
                labels[k] = number;
            }
            for (number, (coordinates, _)) in self.blocks.iter().enumerate() {
                for &k in coordinates {
                    labels[k] = self.free.len() + number;
                }
            }
        }
        labels
    }
}

/// Compatible goals by the rewards that decide, bounds apart.
struct Decides {
    membership: FastMembership,
    coordinates: Vec<usize>,
}

impl Decides {
    fn new(goals: &GoalSet, coordinates: &[usize]) -> Self {
        Decides { membership: FastMembership::new(goals), coordinates: coordinates.to_vec() }
    }

    fn goal<T: Clone>(&self, zero: T, point: impl Iterator<Item = T>) -> Vec<T> {
        let mut goal = vec![zero; self.membership.goals.dimension()];
        for (&k, x) in self.coordinates.iter().zip(point) {
            goal[k] = x;
        }
        goal
    }

    /// The same numbers as fractions; doubles that are no numbers do not occur among draws.
    fn exact_goal(&self, point: &[f64]) -> Vec<Rational> {
        self.goal(Rational::zero(), point.iter().map(|x| Rational::from_float(*x).unwrap_or_default()))
    }

    fn contains(&self, point: &[f64]) -> bool {
        let goal = self.goal(0.0, point.iter().copied());
        self.membership.contains(&goal, || self.exact_goal(point))
    }
}

/// Compatibility with training, whatever the bounds of goals: decided in doubles where these are clear, and exactly elsewhere.
pub(crate) struct FastMembership {
    goals: GoalSet,
    approximate: Option<ApproximateLosses>,
}

impl FastMembership {
    pub(crate) fn new(goals: &GoalSet) -> Self {
        FastMembership { goals: goals.clone(), approximate: goals.approximate_losses() }
    }

    /// Whether a goal is compatible, given up to rounding and, when asked for, exactly.
    pub(crate) fn contains(&self, goal: &[f64], exact: impl Fn() -> Vec<Rational>) -> bool {
        let verdict = self.approximate.as_ref().and_then(|losses| losses.verdict(goal));
        verdict.unwrap_or_else(|| self.goals.is_compatible(&exact()).unwrap_or(false))
    }
}

impl CuttingPlane for Decides {
    fn cut(&self, point: &[f64]) -> Option<LinearRow> {
        // Membership is decided faster than what is wrong.
        if self.contains(point) {
            return None;
        }
        let violated = self.membership.goals.violated(&self.exact_goal(point)).unwrap_or_default();
        let row = violated.first()?;
        let normal = self.coordinates.iter().map(|&k| nearest(&row.coefficients[k])).collect();
        Some(LinearRow { normal, bound: nearest(&row.bound) })
    }
}

pub(crate) fn nearest(x: &Rational) -> f64 {
    x.to_f64().unwrap_or(f64::NAN)
}

/// The smallest double that is not below a number, or the next one.
fn rounded_up(x: &Rational) -> f64 {
    let near = nearest(x);
    if Rational::from_float(near).is_some_and(|near| near < *x) { near.next_up() } else { near }
}

fn rounded_down(x: &Rational) -> f64 {
    -rounded_up(&-x)
}
