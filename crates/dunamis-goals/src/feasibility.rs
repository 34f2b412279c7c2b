//! Whether any goal is compatible with training at all, with a proof either way.
//!
//! Compatible goals can be drawn uniformly only where there is room: a goal that satisfies every inequality strictly. Either there
//! is one, or some of the inequalities contradict each other, strictly taken: with weights $`\lambda \ge 0`$, not all 0, they sum to
//! $`0 \ge c`$ for a $`c \ge 0`$ `[Farkas 1902]`. Then $`c > 0`$ shows that no goal is compatible, and $`c = 0`$ that all compatible ones
//! make some other action as good as what was observed. Bounds are inequalities too.
//!
//! Rewards fall into [blocks](Block) that no row connects; each is decided by one exact linear program, or two.

use crate::{GoalBounds, GoalError, GoalRow, GoalSet};
use dunamis_mdp::Rational;
use dunamis_solve::ConicCombination;
use num_traits::{One, Signed, Zero};
use serde::Serialize;

/// Rewards that rows connect, and these rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Numbers of the rewards, ascending.
    pub coordinates: Vec<usize>,
    /// Numbers of the rows, ascending.
    pub rows: Vec<usize>,
}

/// The blocks of a system of rows over `dimension` rewards that have at least one row, in the order of their first reward. A row of
/// zeros is a block without rewards.
pub fn blocks(rows: &[GoalRow], dimension: usize) -> Vec<Block> {
    let mut parent: Vec<usize> = (0..dimension).collect();
    let support = |row: &GoalRow| {
        let nonzero = row.coefficients.iter().enumerate().filter(|(_, a)| !a.is_zero());
        nonzero.map(|(k, _)| k).collect::<Vec<_>>()
    };
    for row in rows {
        for pair in support(row).windows(2) {
            let (a, b) = (root(&mut parent, pair[0]), root(&mut parent, pair[1]));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut members = vec![(Vec::new(), Vec::new()); dimension];
    for k in 0..dimension {
        members[root(&mut parent, k)].0.push(k);
    }
    let mut empty = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        match support(row).first() {
            Some(&k) => members[root(&mut parent, k)].1.push(number),
            None => empty.push(number),
        }
    }
    let of_members = |(coordinates, rows)| Block { coordinates, rows };
    let zeros = empty.into_iter().map(|row| Block { coordinates: Vec::new(), rows: vec![row] });
    zeros.chain(members.into_iter().filter(|(_, rows): &(_, Vec<usize>)| !rows.is_empty()).map(of_members)).collect()
}

/// The representative of a set of rewards that rows connect.
fn root(parent: &mut [usize], mut k: usize) -> usize {
    while parent[k] != k {
        parent[k] = parent[parent[k]];
        k = parent[k];
    }
    k
}

/// An inequality that takes part in a contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inequality {
    /// $`a^\top\theta \ge b`$ of a row with this number.
    Row(usize),
    /// $`-a^\top\theta \ge -b`$ of an equality with this number.
    Opposite(usize),
    /// The reward with this number is at least its lower bound.
    AtLeast(usize),
    /// The reward with this number is at most its upper bound.
    AtMost(usize),
}

/// Inequalities that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Inequalities with positive weights: the weighted sum of their left sides is 0 for every goal.
    pub weights: Vec<(Inequality, Rational)>,
    /// The weighted sum of their right sides: positive where nothing satisfies all, 0 where only equality does.
    pub bound: Rational,
}

impl Contradiction {
    /// Whether the weights prove what they claim, by exact sums alone.
    pub fn holds(&self, rows: &[GoalRow], bounds: &GoalBounds) -> bool {
        let dimension = rows.first().map_or(0, |row| row.coefficients.len());
        let dimension = match bounds {
            GoalBounds::Box { low, .. } => low.len(),
            _ => dimension,
        };
        let (mut left, mut right) = (vec![Rational::zero(); dimension], Rational::zero());
        for (inequality, weight) in &self.weights {
            if !weight.is_positive() {
                return false;
            }
            match (*inequality, bounds) {
                (Inequality::Row(k) | Inequality::Opposite(k), _) => {
                    let Some(row) = rows.get(k) else { return false };
                    let opposite = matches!(inequality, Inequality::Opposite(_));
                    if opposite && !row.equality {
                        return false;
                    }
                    let signed = if opposite { -weight } else { weight.clone() };
                    left.iter_mut().zip(&row.coefficients).for_each(|(x, a)| *x += &signed * a);
                    right += &signed * &row.bound;
                }
                (Inequality::AtLeast(k), GoalBounds::Box { low, .. }) if k < dimension => {
                    left[k] += weight;
                    right += weight * &low[k];
                }
                (Inequality::AtMost(k), GoalBounds::Box { high, .. }) if k < dimension => {
                    left[k] -= weight;
                    right -= weight * &high[k];
                }
                _ => return false,
            }
        }
        !self.weights.is_empty() && left.iter().all(Zero::is_zero) && right == self.bound && !right.is_negative()
    }

    /// The contradiction in words.
    pub fn describe(&self, set: &GoalSet, rows: &[GoalRow]) -> String {
        let model = set.model();
        let one = |(inequality, weight): &(Inequality, Rational)| {
            let text = match *inequality {
                Inequality::Row(k) | Inequality::Opposite(k) => rows[k].describe(set.training()),
                Inequality::AtLeast(k) => format!("the reward of `{}` is not below its bound", &model.states()[k]),
                Inequality::AtMost(k) => format!("the reward of `{}` is not above its bound", &model.states()[k]),
            };
            if weight.is_one() { text } else { format!("{text} (times {weight})") }
        };
        let all: Vec<String> = self.weights.iter().map(one).collect();
        let sum = if self.bound.is_positive() {
            format!("sum to 0 ≥ {}, so that no goal satisfies all of them", self.bound)
        } else {
            "sum to 0 ≥ 0, so that each of them holds with equality only".into()
        };
        format!("{}: these {sum}", all.join("; "))
    }
}

/// Whether there are compatible goals, and room among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feasibility {
    /// A goal that satisfies every inequality strictly, the bounds included.
    Room(Vec<Rational>),
    /// There are compatible goals, but no room: the weights have bound 0.
    Thin(Contradiction),
    /// There is no compatible goal: the weights have a positive bound.
    Empty(Contradiction),
}

impl GoalSet {
    /// Whether there are compatible goals and room among them, with a proof. For every form but a union; on the sphere and without
    /// bounds, of rewards of any size. One exact linear program for each block, as many for an implicit polyhedron as it takes to
    /// find the rows that matter.
    ///
    /// # Errors
    ///
    /// [`GoalError::NotConvex`], [`GoalError::Solve`].
    pub fn feasibility(&self) -> Result<(Feasibility, Vec<GoalRow>), GoalError> {
        let mut rows = self.rows().to_vec();
        if self.form() == crate::Form::Union {
            return Err(GoalError::NotConvex);
        }
        loop {
            let answer = decide(&rows, self.bounds(), self.dimension())?;
            let Feasibility::Room(goal) = &answer else { return Ok((answer, rows)) };
            // The goal is strictly inside of the rows so far; new rows must be strict as well, or room is left undecided.
            let known = rows.len();
            if self.form() == crate::Form::Implicit {
                rows.extend(self.binding(goal)?.into_iter().filter(|row| !rows.contains(row)).collect::<Vec<_>>());
            }
            if rows.len() == known {
                return Ok((answer, rows));
            }
        }
    }
}

pub(crate) fn decide(rows: &[GoalRow], bounds: &GoalBounds, dimension: usize) -> Result<Feasibility, GoalError> {
    let half = Rational::new(1.into(), 2.into());
    let mut goal: Vec<Rational> = match bounds {
        GoalBounds::Box { low, high } => low.iter().zip(high).map(|(low, high)| (low + high) * &half).collect(),
        GoalBounds::Unbounded | GoalBounds::Sphere => vec![Rational::zero(); dimension],
    };
    let mut thin = None;
    for block in blocks(rows, dimension) {
        match decide_block(&block, rows, bounds)? {
            Feasibility::Room(own) => {
                block.coordinates.iter().zip(own).for_each(|(&k, x)| goal[k] = x);
            }
            Feasibility::Thin(contradiction) => drop(thin.get_or_insert(contradiction)),
            empty @ Feasibility::Empty(_) => return Ok(empty),
        }
    }
    Ok(thin.map_or(Feasibility::Room(goal), Feasibility::Thin))
}

/// With $`\theta = x / z`$ all inequalities are homogeneous: $`g^\top (x, z) > 0`$, with $`z > 0`$.
fn decide_block(block: &Block, rows: &[GoalRow], bounds: &GoalBounds) -> Result<Feasibility, GoalError> {
    let size = block.coordinates.len();
    let mut inequalities: Vec<(Inequality, Vec<Rational>, bool)> = Vec::new();
    for &number in &block.rows {
        let row = &rows[number];
        let mut g: Vec<Rational> = block.coordinates.iter().map(|&k| row.coefficients[k].clone()).collect();
        g.push(-&row.bound);
        if row.equality {
            inequalities.push((Inequality::Opposite(number), g.iter().map(|x| -x).collect(), true));
        }
        inequalities.push((Inequality::Row(number), g, row.equality));
    }
    if let GoalBounds::Box { low, high } = bounds {
        for (place, &k) in block.coordinates.iter().enumerate() {
            let side = |sign: i32, bound: &Rational| {
                let mut g = vec![Rational::zero(); size + 1];
                g[place] = Rational::from_integer(sign.into());
                g[size] = bound.clone();
                g
            };
            inequalities.push((Inequality::AtLeast(k), side(1, &-&low[k]), false));
            inequalities.push((Inequality::AtMost(k), side(-1, &high[k]), false));
        }
    }
    let mut scale = vec![Rational::zero(); size + 1];
    scale[size] = Rational::one();
    let contradiction = |weights: Vec<(usize, Rational)>| {
        let weights: Vec<_> = weights.into_iter().filter(|(k, _)| *k < inequalities.len()).collect();
        let bound = weights.iter().map(|(k, weight)| -weight * &inequalities[*k].1[size]).sum();
        Contradiction { weights: weights.into_iter().map(|(k, weight)| (inequalities[k].0, weight)).collect(), bound }
    };
    // Nothing satisfies all exactly when they sum to 0 ≥ 1.
    let plain: Vec<Vec<Rational>> = inequalities.iter().map(|(_, g, _)| g.clone()).collect();
    let opposite: Vec<Rational> = scale.iter().map(|x| -x).collect();
    if let ConicCombination::Weights(weights) = ConicCombination::find(&plain, &opposite)? {
        return Ok(Feasibility::Empty(contradiction(weights)));
    }
    // Room is left exactly when no weights of sum 1, of the inequalities and of z > 0, cancel.
    let with_sum = |g: &[Rational]| g.iter().cloned().chain([Rational::one()]).collect::<Vec<_>>();
    let columns: Vec<Vec<Rational>> = plain.iter().map(|g| with_sum(g)).chain([with_sum(&scale)]).collect();
    let target = with_sum(&vec![Rational::zero(); size + 1]);
    Ok(match ConicCombination::find(&columns, &target)? {
        ConicCombination::Weights(weights) => Feasibility::Thin(contradiction(weights)),
        ConicCombination::Separator(separator) => {
            let goal = separator[..size].iter().map(|x| x / &separator[size]).collect();
            Feasibility::Room(goal)
        }
    })
}
