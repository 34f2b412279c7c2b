//! Uniform draws of the rewards of one block: those that constraints connect.
//!
//! Points of the box are drawn until one satisfies the constraints, where that does not take too long. Otherwise several walks by
//! hit-and-run are watched until they agree, and a draw is one of the points where they have been, taken further by as many steps
//! as it takes to forget which.

use crate::GoalError;
use dunamis_sampling::{
    BodyError, Convergence, ConvexBody, CuttingPlane, Direction, HitAndRun, LinearRow, SampleError, Seed, StreamRng,
    standard_normal,
};
use rayon::prelude::*;
use serde::Serialize;
use std::num::NonZeroU64;
use std::sync::Arc;

/// How draws are made and when walks count as having mixed.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplerSettings {
    /// The seed of what is drawn beforehand: trial draws and walks. Draws have streams of their own.
    pub seed: Seed,
    /// Rejection is used for blocks where at least this share of points is accepted.
    pub smallest_acceptance: f64,
    /// Points drawn from the box beforehand to learn that share.
    pub trials: u64,
    /// Walks that are compared with each other.
    pub chains: u64,
    /// Points of each walk that are kept.
    pub draws: u64,
    /// Largest $`\hat R`$ of walks that have mixed `[Vehtari et al. 2021]`.
    pub largest_r_hat: f64,
    /// Smallest effective sample size of the points kept in all walks.
    pub smallest_effective: f64,
    /// Sweeps between points that are kept, at most; one sweep is a step for each reward of the block. Doubled from 1 on until the
    /// walks have mixed.
    pub most_sweeps: u64,
    /// Which lines walks take.
    pub direction: Direction,
}

impl Default for SamplerSettings {
    fn default() -> Self {
        SamplerSettings {
            seed: Seed::new(0),
            smallest_acceptance: 1.0 / 64.0,
            trials: 8_192,
            chains: 8,
            draws: 256,
            largest_r_hat: 1.01,
            smallest_effective: 400.0,
            most_sweeps: 1_024,
            direction: Direction::Coordinate,
        }
    }
}

/// How a block is drawn, and what was seen of it beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "method")]
#[non_exhaustive]
pub enum SamplingMethod {
    /// No constraint is on these rewards: each is drawn from its own interval. Exact.
    Free,
    /// Points are drawn from the box until one satisfies the constraints. Exact.
    Rejection {
        /// How many of the trial draws did.
        accepted: u64,
        /// How many trial draws there were.
        trials: u64,
    },
    /// Walks that have mixed by all signs there are.
    HitAndRun {
        /// The largest $`\hat R`$ of a reward.
        r_hat: f64,
        /// The smallest effective sample size of a reward over all points kept.
        effective: f64,
        /// Points kept.
        points: u64,
        /// Sweeps between them.
        thinning: u64,
        /// Sweeps from a point kept to a draw.
        sweeps: u64,
    },
}

/// Where the rewards of a block are before constraints cut them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Between bounds.
    Box,
    /// All directions alike: drawn as normal numbers, which are uniform on a sphere when divided by their length, in each block
    /// and altogether.
    Cone,
}

/// Whether a point belongs to a set.
type Contains = dyn Fn(&[f64]) -> bool + Send + Sync;

/// A set that tells its points, in terms of the block's rewards.
#[derive(Clone)]
pub(crate) enum Membership {
    /// The constraints are all there is.
    Rows,
    /// A convex set, of which the constraints are a part.
    Convex(Arc<dyn CuttingPlane + Send + Sync>),
    /// Any set.
    Any(Arc<Contains>),
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Membership::Rows => "Rows",
            Membership::Convex(_) => "Convex",
            Membership::Any(_) => "Any",
        })
    }
}

/// A block before it is known how to draw it.
#[derive(Clone, Debug)]
pub(crate) struct BlockBody {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) rows: Vec<LinearRow>,
    /// A point inside, for convex sets.
    pub(crate) interior: Option<Vec<f64>>,
    pub(crate) shape: Shape,
    pub(crate) membership: Membership,
}

/// A block that is ready to be drawn.
#[derive(Clone, Debug)]
pub(crate) struct BlockSampler {
    parts: BlockBody,
    body: ConvexBody,
    method: SamplingMethod,
    direction: Direction,
    /// Points where walks have been, one after the other.
    pool: Vec<f64>,
}

/// Draws in vain after which rejection gives up: far more than any acceptance that is used makes likely.
const MOST_DRAWS: u64 = 10_000_000;

impl BlockSampler {
    pub(crate) fn new(mut parts: BlockBody, settings: &SamplerSettings) -> Result<Self, GoalError> {
        if parts.shape == Shape::Cone {
            parts.low.fill(-1.0);
            parts.high.fill(1.0);
        }
        let body = ConvexBody::new(parts.low.clone(), parts.high.clone(), &parts.rows)?;
        // Trial draws decide by the constraints as walks have them.
        for (row, tolerance) in parts.rows.iter_mut().zip(body.tolerance()) {
            row.bound += tolerance;
        }
        let body = if parts.shape == Shape::Cone { body.with_radius(1.0)? } else { body };
        let method = SamplingMethod::Free;
        let mut sampler = BlockSampler { parts, body, method, direction: settings.direction, pool: Vec::new() };
        let accepted = sampler.trials(settings);
        let share = accepted as f64 / settings.trials.max(1) as f64;
        let convex = sampler.parts.interior.is_some() && !matches!(sampler.parts.membership, Membership::Any(_));
        if accepted > 0 && (share >= settings.smallest_acceptance || !convex) {
            sampler.method = SamplingMethod::Rejection { accepted, trials: settings.trials };
        } else if convex {
            sampler.walk(settings)?;
        } else {
            return Err(GoalError::RareGoals { trials: settings.trials });
        }
        Ok(sampler)
    }

    pub(crate) fn method(&self) -> SamplingMethod {
        self.method
    }

    fn dimension(&self) -> usize {
        self.parts.low.len()
    }

    /// How many points of the box are in the set, of some that are drawn in parallel.
    fn trials(&self, settings: &SamplerSettings) -> u64 {
        let seed = settings.seed.derive("trials");
        let inside = |index| {
            let mut point = vec![0.0; self.dimension()];
            self.propose(&mut seed.stream(index), &mut point);
            u64::from(self.accepts(&point))
        };
        (0..settings.trials).into_par_iter().map(inside).sum()
    }

    /// A point of the law without constraints.
    fn propose(&self, rng: &mut StreamRng, point: &mut [f64]) {
        match self.parts.shape {
            Shape::Box => {
                rng.fill_uniform(point);
                scale(point, &self.parts.low, &self.parts.high);
            }
            Shape::Cone => {
                for x in point {
                    *x = standard_normal(rng);
                }
            }
        }
    }

    fn accepts(&self, point: &[f64]) -> bool {
        self.parts.rows.iter().all(|row| row.slack(point) >= 0.0)
            && match &self.parts.membership {
                Membership::Rows => true,
                Membership::Convex(oracle) => oracle.cut(point).is_none(),
                Membership::Any(contains) => contains(point),
            }
    }

    /// One draw, into as many numbers as the block has rewards.
    pub(crate) fn sample(&self, rng: &mut StreamRng, point: &mut [f64]) -> Result<(), SampleError> {
        let SamplingMethod::HitAndRun { sweeps, .. } = self.method else {
            for _ in 0..MOST_DRAWS {
                self.propose(rng, point);
                if self.accepts(point) {
                    return Ok(());
                }
            }
            return Err(SampleError::RejectionLimit { draws: MOST_DRAWS });
        };
        let dimension = self.dimension();
        let points = NonZeroU64::new((self.pool.len() / dimension) as u64).unwrap_or(NonZeroU64::MIN);
        let first = rng.below(points) as usize * dimension;
        // Points of the pool are inside.
        let walk = self.start(&self.pool[first..first + dimension]);
        let Ok(mut walk) = walk else { return Err(SampleError::RejectionLimit { draws: 0 }) };
        walk.steps(sweeps * dimension as u64, rng);
        point.copy_from_slice(walk.point());
        if self.parts.shape == Shape::Cone {
            // The direction is uniform; lengths of normal vectors are independent of it.
            let length = |x: &[f64]| x.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
            let normals: Vec<f64> = (0..dimension).map(|_| standard_normal(rng)).collect();
            let factor = length(&normals) / length(point);
            for x in point.iter_mut() {
                *x *= factor;
            }
        }
        Ok(())
    }

    fn start(&self, point: &[f64]) -> Result<HitAndRun<'_>, BodyError> {
        let walk = HitAndRun::new(&self.body, point, self.direction)?;
        match &self.parts.membership {
            Membership::Convex(oracle) => walk.with_oracle(oracle.as_ref()),
            _ => Ok(walk),
        }
    }

    /// Walks until the walks agree, each time with twice as many steps between points.
    fn walk(&mut self, settings: &SamplerSettings) -> Result<(), GoalError> {
        let dimension = self.dimension();
        let interior = self.parts.interior.clone().unwrap_or_default();
        if !self.body.contains(&interior) {
            return Err(GoalError::ThinGoals {
                reason: "what room there is, is too small for double precision".into(),
            });
        }
        let seed = settings.seed.derive("walks");
        let streams: Vec<StreamRng> = (0..settings.chains.max(2)).map(|chain| seed.stream(chain)).collect();
        let mut heads: Vec<(StreamRng, Vec<f64>)> = streams.into_iter().map(|rng| (rng, interior.clone())).collect();
        let mut thinning = 1;
        loop {
            let run = |(rng, head): &mut (StreamRng, Vec<f64>)| {
                let mut walk = self.start(head)?;
                let mut kept = Vec::with_capacity(settings.draws as usize * dimension);
                // As many steps again before the first point is kept.
                walk.steps(settings.draws * thinning * dimension as u64, rng);
                for _ in 0..settings.draws {
                    walk.steps(thinning * dimension as u64, rng);
                    kept.extend_from_slice(walk.point());
                }
                head.copy_from_slice(walk.point());
                Ok((kept, walk.cuts().cloned().collect::<Vec<_>>()))
            };
            let chains: Vec<(Vec<f64>, Vec<LinearRow>)> =
                heads.par_iter_mut().map(run).collect::<Result<_, BodyError>>()?;
            let points: Vec<&[f64]> = chains.iter().map(|(kept, _)| kept.as_slice()).collect();
            let convergence = Convergence::of_chains(&points, dimension);
            let mut cuts: Vec<LinearRow> = Vec::new();
            for cut in chains.iter().flat_map(|(_, cuts)| cuts) {
                if !cuts.contains(cut) {
                    cuts.push(cut.clone());
                }
            }
            let reached = convergence.unwrap_or(Convergence {
                r_hat: f64::INFINITY,
                effective_sample_size: 0.0,
                draws: points.len() as u64 * settings.draws,
            });
            if reached.r_hat <= settings.largest_r_hat && reached.effective_sample_size >= settings.smallest_effective {
                // Twice the sum of autocorrelations is four times the time in which they fall to 1/e, for one rate of decay.
                let memory = reached.draws as f64 / reached.effective_sample_size * thinning as f64;
                self.method = SamplingMethod::HitAndRun {
                    r_hat: reached.r_hat,
                    effective: reached.effective_sample_size,
                    points: reached.draws,
                    thinning,
                    sweeps: (2.0 * memory).ceil().max(2.0) as u64,
                };
                self.pool = points.concat();
                break;
            }
            if 2 * thinning > settings.most_sweeps {
                return Err(GoalError::NotMixed {
                    r_hat: reached.r_hat,
                    effective: reached.effective_sample_size,
                    sweeps: thinning,
                });
            }
            thinning *= 2;
            self.learn(&cuts, &mut heads, &interior)?;
        }
        Ok(())
    }

    /// Makes cuts a part of the body, so that the oracle has less to say.
    fn learn(
        &mut self,
        cuts: &[LinearRow],
        heads: &mut [(StreamRng, Vec<f64>)],
        interior: &[f64],
    ) -> Result<(), GoalError> {
        if cuts.is_empty() {
            return Ok(());
        }
        let body = self.body.with_rows(cuts)?;
        if body.contains(interior) {
            self.body = body;
            // What is within the tolerance of a new constraint starts again.
            for (_, head) in heads.iter_mut().filter(|(_, head)| !self.body.contains(head)) {
                head.copy_from_slice(interior);
            }
        }
        Ok(())
    }
}

/// Takes numbers of the unit interval to intervals.
pub(crate) fn scale(point: &mut [f64], low: &[f64], high: &[f64]) {
    for ((x, low), high) in point.iter_mut().zip(low).zip(high) {
        *x = (low + *x * (high - low)).min(*high);
    }
}
