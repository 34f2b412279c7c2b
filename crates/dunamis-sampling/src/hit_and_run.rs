//! Hit-and-run: a walk in a convex body whose long-run law is uniform `[Smith 1984]`.
//!
//! A step draws a line through the point and then a point of the body on that line, uniformly. Walks forget where they began:
//! along random lines, a body in $`d`$ dimensions that is neither very thin nor very long takes $`O^*(d^3)`$ steps at worst
//! `[Lovász & Vempala 2006]`, mostly far fewer; how many were enough is what [`Convergence`](crate::Convergence) tells.
//!
//! Distances to all constraints are kept from step to step. Along an axis they change by one coefficient each, so that a step
//! takes $`O(m)`$ operations for $`m`$ constraints instead of the $`O(dm)`$ of other directions.

use std::num::NonZeroU64;

use crate::convex_body::product;
use crate::reward::standard_normal;
use crate::{BodyError, ConvexBody, CuttingPlane, LinearRow, StreamRng};

/// Which lines a walk takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Along a random axis, $`O(m)`$ a step: mixes well where chords along axes are about as long as the body is wide, as in
    /// boxes that are cut by constraints on few coordinates each. Slow in bodies that are thin across a diagonal.
    #[default]
    Coordinate,
    /// Along a uniformly random direction, $`O(dm)`$ a step: one step moves all coordinates, and no position of the body
    /// relative to the axes is bad. Slow in bodies that are much longer in one direction than in others.
    Random,
}

/// Fast reductions need several independent sums; their number is fixed because it is part of what is computed.
const LANES: usize = 4;

/// Rounding errors of a step along an axis, in units of $`2^{-53}`$.
const COORDINATE_DRIFT: u32 = 4;

/// A walk in a convex body.
///
/// A step takes two 64-bit words along an axis, and $`2d + 1`$ along another direction; more only where an oracle rejects points.
///
/// ```
/// use dunamis_sampling::{ConvexBody, Direction, HitAndRun, LinearRow, Seed};
///
/// // The mean of the smaller of two uniform numbers is 1/3.
/// let ordered = LinearRow { normal: vec![-1.0, 1.0], bound: 0.0 };
/// let body = ConvexBody::new(vec![0.0; 2], vec![1.0; 2], &[ordered])?;
/// let mut walk = HitAndRun::new(&body, &[0.25, 0.75], Direction::Coordinate)?;
/// let (mut rng, mut mean) = (Seed::new(1).stream(0), 0.0);
/// for _ in 0..10_000 {
///     walk.steps(4, &mut rng);
///     mean += walk.point()[0] / 10_000.0;
/// }
/// assert!((mean - 1.0 / 3.0_f64).abs() < 0.01);
/// # Ok::<(), dunamis_sampling::BodyError>(())
/// ```
#[derive(Clone)]
pub struct HitAndRun<'a> {
    body: &'a ConvexBody,
    oracle: Option<&'a dyn CuttingPlane>,
    direction: Direction,
    point: Vec<f64>,
    slacks: Vec<f64>,
    squared_norm: f64,
    /// Constraints told by the oracle, with their distances.
    cuts: Vec<(LinearRow, f64)>,
    drift: u32,
    /// The direction of a step, and what it changes in each distance.
    line: Vec<f64>,
    rates: Vec<f64>,
    candidate: Vec<f64>,
}

impl<'a> HitAndRun<'a> {
    /// A walk that starts at a point inside the body.
    ///
    /// # Errors
    ///
    /// [`BodyError::Length`], [`BodyError::OutsideSide`], [`BodyError::OutsideRow`] or [`BodyError::OutsideBall`].
    pub fn new(body: &'a ConvexBody, start: &[f64], direction: Direction) -> Result<Self, BodyError> {
        let (dimension, rows) = (body.dimension(), body.rows());
        let random = direction == Direction::Random;
        let mut walk = Self {
            body,
            oracle: None,
            direction,
            point: vec![0.0; dimension],
            slacks: vec![0.0; rows],
            squared_norm: 0.0,
            cuts: Vec::new(),
            drift: 0,
            line: vec![0.0; if random { dimension } else { 0 }],
            rates: vec![0.0; if random { rows } else { 0 }],
            candidate: vec![0.0; dimension],
        };
        walk.restart(start)?;
        Ok(walk)
    }

    /// The walk in that part of the body that an oracle accepts.
    ///
    /// On each chord of the body points are drawn until one is accepted, each time on what is left of the chord after the cut:
    /// the accepted point is uniform on the chord of the true body. Cuts are kept for later steps.
    ///
    /// # Errors
    ///
    /// [`BodyError::OutsideOracle`] if the oracle rejects the point where the walk is.
    pub fn with_oracle(mut self, oracle: &'a dyn CuttingPlane) -> Result<Self, BodyError> {
        if oracle.cut(&self.point).is_some() {
            return Err(BodyError::OutsideOracle);
        }
        self.oracle = Some(oracle);
        Ok(self)
    }

    /// Puts the walk at another point and forgets the cuts, so that what follows depends on the point and the random numbers
    /// alone. The oracle is not asked.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn restart(&mut self, start: &[f64]) -> Result<(), BodyError> {
        if let Some(violation) = self.body.violation(start) {
            return Err(violation);
        }
        self.cuts.clear();
        self.point.copy_from_slice(start);
        self.refresh();
        Ok(())
    }

    /// Where the walk is: inside the body, whatever has been rounded.
    pub fn point(&self) -> &[f64] {
        &self.point
    }

    /// The constraints that the oracle has told since the last start.
    pub fn cuts(&self) -> impl Iterator<Item = &LinearRow> {
        self.cuts.iter().map(|(row, _)| row)
    }

    /// Makes steps. $`O(m)`$ each along axes, $`O(dm)`$ each along other directions.
    pub fn steps(&mut self, count: u64, rng: &mut StreamRng) {
        let dimension = NonZeroU64::new(self.body.dimension() as u64).unwrap_or(NonZeroU64::MIN);
        for _ in 0..count {
            let cost = match self.direction {
                Direction::Coordinate => {
                    self.coordinate_step(rng.below(dimension) as usize, rng);
                    COORDINATE_DRIFT
                }
                Direction::Random => {
                    self.random_step(rng);
                    2 * self.body.dimension() as u32 + 8
                }
            };
            self.drift += cost;
            if self.drift + cost > ConvexBody::MAX_DRIFT {
                self.refresh();
            }
        }
    }

    /// Computes all distances afresh.
    fn refresh(&mut self) {
        self.body.fill_slacks(&self.point, &mut self.slacks);
        for (row, slack) in &mut self.cuts {
            *slack = row.slack(&self.point);
        }
        self.squared_norm = product(&self.point, &self.point);
        self.drift = 0;
    }

    fn coordinate_step(&mut self, axis: usize, rng: &mut StreamRng) {
        let body = self.body;
        let column = body.column(axis);
        let here = self.point[axis];
        let (mut low, mut high) = chord(column, &self.slacks);
        for (row, slack) in &self.cuts {
            (low, high) = narrowed(low, high, row.normal[axis], *slack);
        }
        (low, high) = (low.max(body.lower[axis] - here), high.min(body.upper[axis] - here));
        if let Some(radius) = body.radius {
            let reach = (radius * radius - (self.squared_norm - here * here)).max(0.0).sqrt();
            (low, high) = (low.max(-reach - here), high.min(reach - here));
        }
        // The point itself is in the body: rounding cannot say otherwise.
        (low, high) = (low.min(0.0), high.max(0.0));
        let there = |by: f64| (here + by).clamp(body.lower[axis], body.upper[axis]);
        let known = self.cuts.len();
        let mut by = low + rng.uniform() * (high - low);
        if let Some(oracle) = self.oracle {
            self.candidate.copy_from_slice(&self.point);
            loop {
                self.candidate[axis] = there(by);
                let rejected = if by == 0.0 { None } else { oracle.cut(&self.candidate) };
                let Some(row) = rejected else { break };
                (low, high) = self.learn(row, |row| row.normal[axis], by, low, high);
                by = low + rng.uniform() * (high - low);
            }
        }
        self.point[axis] = there(by);
        let by = self.point[axis] - here;
        for (slack, a) in self.slacks.iter_mut().zip(column) {
            *slack += by * a;
        }
        for (row, slack) in &mut self.cuts[..known] {
            *slack += by * row.normal[axis];
        }
        self.renew(known);
        self.squared_norm += by * (here + self.point[axis]);
    }

    fn random_step(&mut self, rng: &mut StreamRng) {
        let body = self.body;
        for entry in &mut self.line {
            *entry = standard_normal(rng);
        }
        self.rates.fill(0.0);
        body.add_products(&self.line, &mut self.rates);
        let (mut low, mut high) = chord(&self.rates, &self.slacks);
        for (row, slack) in &self.cuts {
            (low, high) = narrowed(low, high, product(&row.normal, &self.line), *slack);
        }
        for ((x, u), (lower, upper)) in self.point.iter().zip(&self.line).zip(body.lower.iter().zip(&body.upper)) {
            (low, high) = narrowed(low, high, *u, x - lower);
            (low, high) = narrowed(low, high, -u, upper - x);
        }
        if let Some(radius) = body.radius {
            let (speed, along) = (product(&self.line, &self.line), product(&self.point, &self.line));
            let room = (radius * radius - self.squared_norm).max(0.0);
            let reach = (along * along + speed * room).sqrt();
            (low, high) = (low.max((-along - reach) / speed), high.min((-along + reach) / speed));
        }
        (low, high) = (low.min(0.0), high.max(0.0));
        // A direction of 0 has no ends, and probability 0.
        if !(low.is_finite() && high.is_finite()) {
            return;
        }
        let known = self.cuts.len();
        let line = std::mem::take(&mut self.line);
        let mut by = low + rng.uniform() * (high - low);
        loop {
            for (coordinate, candidate) in self.candidate.iter_mut().enumerate() {
                let moved = self.point[coordinate] + by * line[coordinate];
                *candidate = moved.clamp(body.lower[coordinate], body.upper[coordinate]);
            }
            let rejected = self.oracle.filter(|_| by != 0.0).and_then(|oracle| oracle.cut(&self.candidate));
            let Some(row) = rejected else { break };
            (low, high) = self.learn(row, |row| product(&row.normal, &line), by, low, high);
            by = low + rng.uniform() * (high - low);
        }
        for (slack, rate) in self.slacks.iter_mut().zip(&self.rates) {
            *slack += by * rate;
        }
        for (row, slack) in &mut self.cuts[..known] {
            *slack += by * product(&row.normal, &line);
        }
        self.line = line;
        std::mem::swap(&mut self.point, &mut self.candidate);
        self.renew(known);
        self.squared_norm = product(&self.point, &self.point);
    }

    /// What is left of a chord when its point at `by` was rejected because of a constraint.
    fn learn(&mut self, row: LinearRow, rate: impl Fn(&LinearRow) -> f64, by: f64, low: f64, high: f64) -> (f64, f64) {
        let slack = row.slack(&self.point).max(0.0);
        let (low, high) = narrowed(low, high, rate(&row), slack);
        // The set is convex: nothing beyond a rejected point is in it, even if rounding hides this from the constraint.
        let (low, high) = if by < 0.0 { (low.max(by), high) } else { (low, high.min(by)) };
        if row.normal.len() == self.point.len() && self.cuts.iter().all(|(known, _)| *known != row) {
            self.cuts.push((row, slack));
        }
        (low.min(0.0), high.max(0.0))
    }

    /// Distances to constraints that are new in this step.
    fn renew(&mut self, known: usize) {
        for (row, slack) in &mut self.cuts[known..] {
            *slack = row.slack(&self.point);
        }
    }
}

impl std::fmt::Debug for HitAndRun<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HitAndRun")
            .field("direction", &self.direction)
            .field("point", &self.point)
            .field("cuts", &self.cuts.len())
            .finish_non_exhaustive()
    }
}

/// How far one may go until a distance that changes at a rate is 0.
fn narrowed(low: f64, high: f64, rate: f64, slack: f64) -> (f64, f64) {
    let limit = -slack / rate;
    (if rate > 0.0 && limit > low { limit } else { low }, if rate < 0.0 && limit < high { limit } else { high })
}

/// How far one may go in both directions until one of many distances is 0.
fn chord(rates: &[f64], slacks: &[f64]) -> (f64, f64) {
    let (mut lows, mut highs) = ([f64::NEG_INFINITY; LANES], [f64::INFINITY; LANES]);
    let (rate_lanes, rates) = rates.as_chunks::<LANES>();
    let (slack_lanes, slacks) = slacks.as_chunks::<LANES>();
    for (rates, slacks) in rate_lanes.iter().zip(slack_lanes) {
        for lane in 0..LANES {
            (lows[lane], highs[lane]) = narrowed(lows[lane], highs[lane], rates[lane], slacks[lane]);
        }
    }
    for (lane, (rate, slack)) in rates.iter().zip(slacks).enumerate() {
        (lows[lane], highs[lane]) = narrowed(lows[lane], highs[lane], *rate, *slack);
    }
    (lows.into_iter().fold(f64::NEG_INFINITY, f64::max), highs.into_iter().fold(f64::INFINITY, f64::min))
}
