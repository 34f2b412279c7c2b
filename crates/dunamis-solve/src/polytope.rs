//! Exact volumes of bounded polyhedra `[Lasserre 1983]`.
//!
//! The volume of $`\{x \in \mathbb R^d : a_i^\top x \le b_i\}`$ is homogeneous of degree $`d`$ in $`b`$, so by Euler
//!
//! ```math
//! \operatorname{vol}_d = \frac 1 d \sum_i \frac{b_i}{|a_{ij}|} \operatorname{vol}_{d-1}(\text{face } i \text{ without coordinate } j) .
//! ```
//!
//! Faces are met many times on the way down and computed once `[Büeler, Enge & Fukuda 2000]`: the coordinate that goes is
//! always the first one possible, so that what is left depends on the face alone. Constraints through the origin cost nothing.
//!
//! ```
//! use dunamis_mdp::Rational;
//! use dunamis_solve::polytope::{FaceBudget, HalfSpace, unit_cube, volume};
//! let integer = |x: i64| Rational::from_integer(x.into());
//! let mut triangle = unit_cube(2);
//! triangle.push(HalfSpace::at_least(&[integer(-1), integer(1)], &integer(0)));
//! assert_eq!(volume(2, &triangle, &FaceBudget::new())?, Rational::new(1.into(), 2.into()));
//! # Ok::<(), dunamis_solve::polytope::PolytopeError>(())
//! ```

use crate::conic_combination::{ConicCombination, combine};
use dunamis_mdp::Rational;
use num_traits::{One, Signed, Zero};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// $`a^\top x \le b`$.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HalfSpace {
    /// $`a`$, one entry for each coordinate.
    pub normal: Vec<Rational>,
    /// $`b`$.
    pub bound: Rational,
}

impl HalfSpace {
    /// $`a^\top x \ge b`$, as constraints on rewards are mostly written.
    pub fn at_least(normal: &[Rational], bound: &Rational) -> Self {
        HalfSpace { normal: normal.iter().map(|a| -a).collect(), bound: -bound }
    }
}

/// Most constraints of a polytope.
pub const MAX_CONSTRAINTS: usize = 128;

/// Why there is no volume.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolytopeError {
    /// A constraint of another dimension.
    #[error("constraint {constraint} has {actual} coefficients, but the space has {expected} dimensions")]
    Length {
        /// Its number, or the number of constraints for a linear function.
        constraint: usize,
        /// Dimensions.
        expected: usize,
        /// Coefficients.
        actual: usize,
    },
    /// The normals of the constraints leave a direction free.
    #[error(
        "the constraints leave direction ({}) free, so the volume is not finite: add bounds such as a box",
        list(direction)
    )]
    Unbounded {
        /// A direction $`d`$ with $`a^\top d \le 0`$ for every constraint.
        direction: Vec<Rational>,
    },
    /// More constraints than [`MAX_CONSTRAINTS`].
    #[error("there are {constraints} constraints, but at most {MAX_CONSTRAINTS} are supported: sample instead")]
    TooManyConstraints {
        /// How many.
        constraints: usize,
    },
    /// The budget was spent.
    #[error("the faces of the polytope have more than {limit} numbers: sample instead")]
    OutOfBudget {
        /// What there was to spend at most.
        limit: usize,
    },
}

fn list(vector: &[Rational]) -> String {
    vector.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What may still be spent on faces, in numbers that are computed for them: it keeps one question to some seconds.
#[derive(Debug)]
pub struct FaceBudget(Cell<usize>);

impl FaceBudget {
    /// Numbers that may be computed for one question.
    pub const LIMIT: usize = 20_000_000;

    /// All of it.
    pub fn new() -> Self {
        FaceBudget(Cell::new(Self::LIMIT))
    }

    /// Pays for the constraints of a face, unless too little is left.
    fn pay(&self, rows: &[Row]) -> Option<()> {
        let cost = rows.iter().map(|row| row.normal.len() + 1).sum();
        self.0.set(self.0.get().checked_sub(cost)?);
        Some(())
    }
}

impl Default for FaceBudget {
    fn default() -> Self {
        Self::new()
    }
}

/// The unit cube of a dimension: twice as many constraints.
pub fn unit_cube(dimension: usize) -> Vec<HalfSpace> {
    cuboid(&vec![Rational::zero(); dimension], &vec![Rational::one(); dimension])
}

/// The points between two corners in every coordinate; coordinates that only one of them has do not count.
pub fn cuboid(low: &[Rational], high: &[Rational]) -> Vec<HalfSpace> {
    let dimension = low.len().min(high.len());
    let side = |axis: usize, sign: i8, bound: Rational| {
        let mut normal = vec![Rational::zero(); dimension];
        normal[axis] = Rational::from_integer(sign.into());
        HalfSpace { normal, bound }
    };
    let sides = |axis: usize| [side(axis, -1, -&low[axis]), side(axis, 1, high[axis].clone())];
    (0..dimension).flat_map(sides).collect()
}

/// The volume of a bounded polyhedron, exactly. With $`m`$ constraints there may be $`\binom m d`$ faces, each of which takes
/// $`O(md)`$ rational operations; the budget is charged for them.
///
/// # Errors
///
/// All of [`PolytopeError`]. Boundedness is a matter of the normals alone: an empty polyhedron is refused as well if another one
/// with the same normals is unbounded.
pub fn volume(dimension: usize, constraints: &[HalfSpace], budget: &FaceBudget) -> Result<Rational, PolytopeError> {
    let rows = checked(dimension, constraints)?;
    let volume = Faces { budget, known: HashMap::new() }.volume(dimension, rows, 0);
    volume.ok_or(PolytopeError::OutOfBudget { limit: FaceBudget::LIMIT })
}

/// The constraints with their numbers, if they bound something of this dimension.
fn checked(dimension: usize, constraints: &[HalfSpace]) -> Result<Vec<Row>, PolytopeError> {
    if constraints.len() > MAX_CONSTRAINTS {
        return Err(PolytopeError::TooManyConstraints { constraints: constraints.len() });
    }
    if let Some((constraint, half)) = constraints.iter().enumerate().find(|(_, half)| half.normal.len() != dimension) {
        return Err(PolytopeError::Length { constraint, expected: dimension, actual: half.normal.len() });
    }
    if let Some(direction) = free_direction(dimension, constraints) {
        return Err(PolytopeError::Unbounded { direction });
    }
    let rows = constraints.iter().enumerate();
    Ok(rows.map(|(id, half)| Row { id, normal: half.normal.clone(), bound: half.bound.clone() }).collect())
}

/// A direction other than 0 that no constraint ends: there is none exactly when every direction of an axis is a combination of
/// normals with nonnegative weights, which for coordinates between two bounds is seen without a linear program.
fn free_direction(dimension: usize, constraints: &[HalfSpace]) -> Option<Vec<Rational>> {
    let ends_axis = |axis: usize, positive: bool| {
        constraints.iter().any(|half| {
            let along = &half.normal[axis];
            !along.is_zero()
                && along.is_positive() == positive
                && half.normal.iter().enumerate().all(|(other, a)| other == axis || a.is_zero())
        })
    };
    let directions = (0..dimension).flat_map(|axis| [(axis, true), (axis, false)]);
    let mut open = directions.filter(|&(axis, positive)| !ends_axis(axis, positive)).peekable();
    open.peek()?;
    let normals: Vec<Vec<Rational>> = constraints.iter().map(|half| half.normal.clone()).collect();
    open.find_map(|(axis, positive)| {
        let mut target = vec![Rational::zero(); dimension];
        target[axis] = if positive { Rational::one() } else { -Rational::one() };
        match combine(&normals, &target) {
            ConicCombination::Weights(_) => None,
            ConicCombination::Separator(direction) => Some(direction),
        }
    })
}

#[derive(Clone)]
struct Row {
    id: usize,
    normal: Vec<Rational>,
    bound: Rational,
}

/// The volumes of faces by the constraints that are equalities there.
struct Faces<'a> {
    budget: &'a FaceBudget,
    known: HashMap<u128, Rational>,
}

impl Faces<'_> {
    fn volume(&mut self, dimension: usize, rows: Vec<Row>, tight: u128) -> Option<Rational> {
        let Some(Tightest { rows, tight, flat: false }) = Tightest::of(rows, tight) else {
            return Some(Rational::zero());
        };
        if dimension == 0 {
            return Some(Rational::one());
        }
        if let Some(known) = self.known.get(&tight) {
            return Some(known.clone());
        }
        let mut sum = Rational::zero();
        for row in rows.iter().filter(|row| !row.bound.is_zero()) {
            self.budget.pay(&rows)?;
            sum += &row.bound * self.volume(dimension - 1, face(&rows, row), tight | 1 << row.id)?;
        }
        let volume = sum / Rational::from_integer(dimension.into());
        self.known.insert(tight, volume.clone());
        Some(volume)
    }
}

/// The constraints of a face without those that others imply at sight.
struct Tightest {
    rows: Vec<Row>,
    /// Constraints that are equalities on the whole face.
    tight: u128,
    /// Whether two opposite constraints leave no room.
    flat: bool,
}

impl Tightest {
    /// Of parallel constraints only the tightest counts. `None` when nothing satisfies all.
    fn of(rows: Vec<Row>, mut tight: u128) -> Option<Self> {
        let mut tightest: BTreeMap<Vec<Rational>, Row> = BTreeMap::new();
        for mut row in rows {
            let Some(pivot) = row.normal.iter().find(|a| !a.is_zero()) else {
                if row.bound.is_negative() {
                    return None;
                }
                if row.bound.is_zero() {
                    tight |= 1 << row.id;
                }
                continue;
            };
            let scale = pivot.abs().recip();
            if !scale.is_one() {
                for x in row.normal.iter_mut().chain([&mut row.bound]) {
                    *x *= &scale;
                }
            }
            match tightest.get(&row.normal) {
                Some(other) if other.bound <= row.bound => {}
                _ => drop(tightest.insert(row.normal.clone(), row)),
            }
        }
        let mut flat = false;
        for row in tightest.values() {
            let opposite: Vec<Rational> = row.normal.iter().map(|a| -a).collect();
            let room = tightest.get(&opposite).map(|other| &other.bound + &row.bound);
            if room.as_ref().is_some_and(Signed::is_negative) {
                return None;
            }
            flat |= room.is_some_and(|room| room.is_zero());
        }
        Some(Tightest { rows: tightest.into_values().collect(), tight, flat })
    }
}

/// The values that a linear function takes at the vertices of a bounded polyhedron, exactly and in order.
///
/// # Errors
///
/// As for [`volume`]; the function, which is given by its coefficients, counts as a constraint.
pub fn vertex_values(
    constraints: &[HalfSpace],
    function: &[Rational],
    budget: &FaceBudget,
) -> Result<BTreeSet<Rational>, PolytopeError> {
    if constraints.len() >= MAX_CONSTRAINTS {
        return Err(PolytopeError::TooManyConstraints { constraints: constraints.len() + 1 });
    }
    let rows = checked(function.len(), constraints)?;
    let mut vertices = Vertices { budget, values: BTreeSet::new(), seen: HashSet::new() };
    // As an equality the function is `normal` x = value + `bound`, with the bound growing as coordinates go.
    let function = Row { id: constraints.len(), normal: function.to_vec(), bound: Rational::zero() };
    vertices.collect(rows, 0, &function).ok_or(PolytopeError::OutOfBudget { limit: FaceBudget::LIMIT })?;
    Ok(vertices.values)
}

/// The vertices found so far, and the faces they were looked for on.
struct Vertices<'a> {
    budget: &'a FaceBudget,
    values: BTreeSet<Rational>,
    seen: HashSet<u128>,
}

impl Vertices<'_> {
    fn collect(&mut self, rows: Vec<Row>, tight: u128, function: &Row) -> Option<()> {
        let Some(Tightest { rows, tight, .. }) = Tightest::of(rows, tight) else { return Some(()) };
        if !self.seen.insert(tight) {
            return Some(());
        }
        if function.normal.is_empty() {
            self.values.insert(-&function.bound);
            return Some(());
        }
        for row in &rows {
            self.budget.pay(&rows)?;
            let function = eliminated(function, row, pivot(row));
            self.collect(face(&rows, row), tight | 1 << row.id, &function)?;
        }
        Some(())
    }
}

/// The column of the first entry that is not 0: after scaling it is 1 or -1.
fn pivot(row: &Row) -> usize {
    row.normal.iter().position(|a| !a.is_zero()).unwrap_or_default()
}

/// The constraints on the face where one of them is an equality, without a coordinate.
fn face(rows: &[Row], equation: &Row) -> Vec<Row> {
    let others = rows.iter().filter(|other| other.id != equation.id);
    others.map(|other| eliminated(other, equation, pivot(equation))).collect()
}

/// A constraint on the face where `equation` is an equality, without a coordinate.
fn eliminated(row: &Row, equation: &Row, column: usize) -> Row {
    let factor = &row.normal[column] * &equation.normal[column];
    let entries = row.normal.iter().zip(&equation.normal).enumerate().filter(|(k, _)| *k != column);
    if factor.is_zero() {
        let normal = entries.map(|(_, (a, _))| a.clone()).collect();
        return Row { id: row.id, normal, bound: row.bound.clone() };
    }
    let less = |a: &Rational, e: &Rational| if e.is_zero() { a.clone() } else { a - e * &factor };
    let normal = entries.map(|(_, (a, e))| less(a, e)).collect();
    Row { id: row.id, normal, bound: less(&row.bound, &equation.bound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integer(x: i64) -> Rational {
        Rational::from_integer(x.into())
    }

    fn half_space(normal: &[i64], bound: i64) -> HalfSpace {
        HalfSpace { normal: normal.iter().map(|&a| integer(a)).collect(), bound: integer(bound) }
    }

    /// The volume of the part of the cube below one hyperplane, by inclusion and exclusion of corners.
    fn slice(normal: &[i64], bound: i64) -> Rational {
        let (d, mut sum) = (normal.iter().filter(|a| **a != 0).count(), Rational::zero());
        // Turning an axis around makes its entry positive.
        let bound = normal.iter().filter(|a| **a < 0).fold(bound, |bound, a| bound - a);
        let factors: Vec<i64> = normal.iter().filter(|a| **a != 0).map(Signed::abs).collect();
        for corner in 0_u32..1 << d {
            let rest = (0..d).filter(|i| corner >> i & 1 == 1).fold(bound, |rest, i| rest - factors[i]);
            let sign = if corner.count_ones() % 2 == 0 { 1 } else { -1 };
            sum += integer(sign * rest.max(0).pow(d as u32));
        }
        if d == 0 {
            return integer(i64::from(bound >= 0));
        }
        factors.iter().zip(1..).fold(sum, |sum, (&a, k)| sum / integer(a * k))
    }

    #[test]
    fn orders_are_equally_likely() {
        for d in 1..7 {
            let mut constraints = unit_cube(d);
            for i in 1..d {
                let mut normal = vec![0; d];
                (normal[i - 1], normal[i]) = (1, -1);
                constraints.push(half_space(&normal, 0));
            }
            assert_eq!(
                volume(d, &constraints, &FaceBudget::new()).unwrap().recip(),
                (1..=d as i64).map(integer).product()
            );
        }
    }

    #[test]
    fn flat_and_empty_polytopes_have_no_volume() {
        let cube = || unit_cube(3);
        assert_eq!(volume(3, &cube(), &FaceBudget::new()).unwrap(), integer(1));
        let with = |extra: &[HalfSpace]| volume(3, &[cube(), extra.to_vec()].concat(), &FaceBudget::new()).unwrap();
        assert_eq!(with(&[half_space(&[1, 1, 1], -1)]), integer(0));
        assert_eq!(with(&[half_space(&[1, 1, 0], 0)]), integer(0));
        assert_eq!(with(&[half_space(&[1, -1, 0], 0), half_space(&[-1, 1, 0], 0)]), integer(0));
        assert_eq!(with(&[half_space(&[2, -2, 0], 0), half_space(&[1, -1, 0], 0)]), Rational::new(1.into(), 2.into()));
        assert_eq!(with(&[half_space(&[1, 1, 1], 3), half_space(&[0, 0, 0], 0)]), integer(1));
    }

    #[test]
    fn values_at_vertices() {
        let mut constraints = unit_cube(2);
        constraints.push(half_space(&[2, 2], 3));
        let values = vertex_values(&constraints, &[integer(1), integer(3)], &FaceBudget::new()).unwrap();
        let expected =
            [(0, 1), (1, 1), (3, 1), (5, 2), (7, 2)].map(|(n, d): (i64, i64)| Rational::new(n.into(), d.into()));
        assert_eq!(values, BTreeSet::from(expected));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn slices_of_the_cube(normal in proptest::collection::vec(-4_i64..5, 1..6), bound in -6_i64..12) {
            let mut constraints = unit_cube(normal.len());
            constraints.push(half_space(&normal, bound));
            prop_assert_eq!(volume(normal.len(), &constraints, &FaceBudget::new()).unwrap(), slice(&normal, bound));
        }

        /// Hyperplanes cut a cube into parts that add up to it.
        #[test]
        fn parts_add_up(normals in proptest::collection::vec((proptest::collection::vec(-3_i64..4, 4), -2_i64..4), 1..4)) {
            let mut total = Rational::zero();
            for signs in 0_u32..1 << normals.len() {
                let mut constraints = unit_cube(4);
                for (k, (normal, bound)) in normals.iter().enumerate() {
                    let sign = if signs >> k & 1 == 1 { -1 } else { 1 };
                    let normal: Vec<i64> = normal.iter().map(|a| sign * a).collect();
                    constraints.push(half_space(&normal, sign * bound));
                }
                total += volume(4, &constraints, &FaceBudget::new()).unwrap();
            }
            // Where a normal is 0 and its bound too, both parts are everything.
            let twice = normals.iter().filter(|(normal, bound)| normal.iter().all(|a| *a == 0) && *bound == 0).count();
            prop_assert_eq!(total, integer(1 << twice));
        }
    }
}
