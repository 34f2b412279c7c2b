//! Bounded convex bodies given by linear constraints, and oracles that tell constraints when they are needed.

use crate::BodyError;

/// $`a^\top x \ge b`$ in doubles.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearRow {
    /// $`a`$, one entry for each coordinate.
    pub normal: Vec<f64>,
    /// $`b`$.
    pub bound: f64,
}

impl LinearRow {
    /// $`a^\top x - b`$, at least 0 where the constraint holds.
    pub fn slack(&self, point: &[f64]) -> f64 {
        product(&self.normal, point) - self.bound
    }
}

/// A convex set that knows its points, and what is wrong with others.
pub trait CuttingPlane: Sync {
    /// `None` for a point of the set; otherwise a constraint that the point violates and all points of the set satisfy.
    ///
    /// The answer depends on the point alone.
    fn cut(&self, point: &[f64]) -> Option<LinearRow>;
}

/// A box, cut by linear constraints and perhaps by a ball around the origin.
///
/// Constraints are moved inwards by [`tolerance`](Self::tolerance), some $`10^{-12}`$ of the size of their terms, which is more
/// than what rounding changes in [`MAX_DRIFT`](Self::MAX_DRIFT) steps of a walk: points that are drawn satisfy every constraint
/// exactly, even when its coefficients were rounded to doubles.
///
/// ```
/// use dunamis_sampling::{ConvexBody, LinearRow};
///
/// let ordered = LinearRow { normal: vec![-1.0, 1.0], bound: 0.0 };
/// let body = ConvexBody::new(vec![0.0; 2], vec![1.0; 2], &[ordered])?;
/// assert!(body.contains(&[0.2, 0.7]) && !body.contains(&[0.7, 0.2]));
/// assert!(ConvexBody::new(vec![0.0], vec![f64::INFINITY], &[]).is_err());
/// # Ok::<(), dunamis_sampling::BodyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConvexBody {
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    pub(crate) radius: Option<f64>,
    /// All coefficients of a coordinate stand together, for walks along axes.
    columns: Vec<f64>,
    /// What the products must be at least, moved inwards.
    pub(crate) bounds: Vec<f64>,
    tolerances: Vec<f64>,
}

impl ConvexBody {
    /// Rounding errors, in units of $`2^{-53}`$ of the size of a constraint's terms, that a walk may collect before it computes
    /// its distances afresh.
    pub const MAX_DRIFT: u32 = 4_096;

    /// The points between `lower` and `upper` that satisfy `rows`. Takes $`dm`$ numbers for $`m`$ rows.
    ///
    /// # Errors
    ///
    /// [`BodyError::NoCoordinates`], [`BodyError::Length`], [`BodyError::Unbounded`] for an infinite side,
    /// [`BodyError::EmptySide`] and [`BodyError::NotFinite`].
    pub fn new(lower: Vec<f64>, upper: Vec<f64>, rows: &[LinearRow]) -> Result<Self, BodyError> {
        let dimension = lower.len();
        if dimension == 0 {
            return Err(BodyError::NoCoordinates);
        }
        if upper.len() != dimension {
            return Err(BodyError::Length { what: "the upper corner", expected: dimension, found: upper.len() });
        }
        for (coordinate, (&low, &high)) in lower.iter().zip(&upper).enumerate() {
            if low == f64::NEG_INFINITY || high == f64::INFINITY {
                return Err(BodyError::Unbounded { coordinate });
            }
            if !low.is_finite() || !high.is_finite() || low >= high {
                return Err(BodyError::EmptySide { coordinate, low, high });
            }
        }
        let body = Self { lower, upper, radius: None, columns: Vec::new(), bounds: Vec::new(), tolerances: Vec::new() };
        body.with_rows(rows)
    }

    /// The same body cut by further constraints. $`O(dm)`$.
    ///
    /// # Errors
    ///
    /// [`BodyError::Length`] and [`BodyError::NotFinite`].
    pub fn with_rows(&self, rows: &[LinearRow]) -> Result<Self, BodyError> {
        let (dimension, old) = (self.dimension(), self.rows());
        let mut body = self.clone();
        for (index, row) in rows.iter().enumerate() {
            if row.normal.len() != dimension {
                return Err(BodyError::Length { what: "a row", expected: dimension, found: row.normal.len() });
            }
            let sides = self.lower.iter().zip(&self.upper).map(|(low, high)| low.abs().max(high.abs()));
            let size = row.normal.iter().zip(sides).fold(row.bound.abs(), |sum, (a, side)| sum + a.abs() * side);
            if !size.is_finite() {
                return Err(BodyError::NotFinite { row: old + index });
            }
            let used = row.normal.iter().filter(|a| **a != 0.0).count();
            let units = (2 * used + 16) as f64 + f64::from(Self::MAX_DRIFT);
            let tolerance = size * units * (f64::EPSILON / 2.0);
            body.bounds.push(row.bound + tolerance);
            body.tolerances.push(tolerance);
        }
        body.columns = Vec::with_capacity(dimension * body.bounds.len());
        for coordinate in 0..dimension {
            body.columns.extend_from_slice(self.column(coordinate));
            body.columns.extend(rows.iter().map(|row| row.normal[coordinate]));
        }
        Ok(body)
    }

    /// The same body cut by a ball around the origin.
    ///
    /// # Errors
    ///
    /// [`BodyError::Radius`] unless the radius is positive and finite.
    pub fn with_radius(mut self, radius: f64) -> Result<Self, BodyError> {
        if !(radius > 0.0 && radius.is_finite()) {
            return Err(BodyError::Radius { radius });
        }
        self.radius = Some(self.radius.map_or(radius, |old| old.min(radius)));
        Ok(self)
    }

    /// The number $`d`$ of coordinates, at least 1.
    pub fn dimension(&self) -> usize {
        self.lower.len()
    }

    /// The number $`m`$ of linear constraints besides the box.
    pub fn rows(&self) -> usize {
        self.bounds.len()
    }

    /// By how much constraints are moved inwards, one number for each.
    pub fn tolerance(&self) -> &[f64] {
        &self.tolerances
    }

    pub(crate) fn column(&self, coordinate: usize) -> &[f64] {
        let rows = self.columns.len() / self.dimension();
        &self.columns[coordinate * rows..(coordinate + 1) * rows]
    }

    /// $`a_i^\top x - b_i`$ for all constraints as they are used.
    pub(crate) fn fill_slacks(&self, point: &[f64], slacks: &mut [f64]) {
        for (slack, bound) in slacks.iter_mut().zip(&self.bounds) {
            *slack = -bound;
        }
        self.add_products(point, slacks);
    }

    /// Adds $`a_i^\top v`$ for all constraints.
    pub(crate) fn add_products(&self, vector: &[f64], sums: &mut [f64]) {
        for (coordinate, &entry) in vector.iter().enumerate() {
            for (sum, a) in sums.iter_mut().zip(self.column(coordinate)) {
                *sum += entry * a;
            }
        }
    }

    /// Whether a point satisfies all constraints, moved inwards as they are. $`O(dm)`$.
    pub fn contains(&self, point: &[f64]) -> bool {
        self.violation(point).is_none()
    }

    /// The first constraint that a point does not satisfy.
    pub(crate) fn violation(&self, point: &[f64]) -> Option<BodyError> {
        if point.len() != self.dimension() {
            return Some(BodyError::Length { what: "the point", expected: self.dimension(), found: point.len() });
        }
        let sides = self.lower.iter().zip(&self.upper);
        // Negated, so that what is not a number is outside.
        let outside = |(x, (low, high)): (&f64, (&f64, &f64))| !(low <= x && x <= high);
        if let Some(coordinate) = point.iter().zip(sides).position(outside) {
            return Some(BodyError::OutsideSide { coordinate, value: point[coordinate] });
        }
        let mut slacks = vec![0.0; self.rows()];
        self.fill_slacks(point, &mut slacks);
        if let Some(row) = slacks.iter().position(|slack| *slack < 0.0) {
            return Some(BodyError::OutsideRow { row, slack: slacks[row] });
        }
        let radius = self.radius.filter(|radius| product(point, point) > radius * radius);
        radius.map(|radius| BodyError::OutsideBall { radius })
    }
}

/// The product of two vectors, summed in their order.
pub(crate) fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
