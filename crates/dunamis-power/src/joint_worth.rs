//! Linear functions of shared uniform rewards: which is largest, and how large.

use crate::PowerError;
use crate::piecewise_polynomial::PiecewisePolynomial;
use dunamis_mdp::Rational;
use dunamis_solve::Polynomial;
use dunamis_solve::polytope::{FaceBudget, HalfSpace, PolytopeError, unit_cube, vertex_values, volume};
use num_traits::{One, Zero};

/// What options are worth: the product of a vector with the reward.
#[derive(Clone, Debug)]
pub(crate) struct Worth {
    /// The options that attain it.
    pub(crate) options: Vec<usize>,
    /// Shape |S|; `None` where the law is known in another way.
    pub(crate) vector: Option<Vec<Rational>>,
}

impl Worth {
    fn weights(&self) -> &[Rational] {
        self.vector.as_deref().unwrap_or_default()
    }

    /// Groups of worths that depend on common rewards, in the order of their first members.
    pub(crate) fn sharing_rewards(worths: Vec<Worth>) -> Vec<Vec<Worth>> {
        let mut groups: Vec<(Vec<bool>, Vec<Worth>)> = Vec::new();
        for worth in worths {
            let mut support: Vec<bool> = worth.weights().iter().map(|x| !x.is_zero()).collect();
            let shares = |group: &(Vec<bool>, Vec<Worth>)| group.0.iter().zip(&support).any(|(x, y)| *x && *y);
            let (sharing, mut rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(shares);
            let mut members = Vec::new();
            for (other, own) in sharing {
                support.iter_mut().zip(other).for_each(|(x, y)| *x |= y);
                members.extend(own);
            }
            members.push(worth);
            rest.push((support, members));
            groups = rest;
        }
        groups.into_iter().map(|(_, members)| members).collect()
    }
}

/// Worths that share uniform rewards; each of them is the largest for some rewards.
#[derive(Clone, Debug)]
pub(crate) struct JointWorth {
    worths: Vec<Worth>,
    /// Their vectors without coordinates that none depends on.
    vectors: Vec<Vec<Rational>>,
}

/// Most rewards that a distribution function by slices of polytopes may depend on.
const MAX_SLICED: usize = 6;

fn too_many_faces(_: PolytopeError) -> PowerError {
    PowerError::Intractable { what: "numbers for the faces of polytopes of rewards", limit: FaceBudget::LIMIT }
}

impl JointWorth {
    pub(crate) fn new(worths: Vec<Worth>) -> Self {
        let dimension = worths.first().map_or(0, |worth| worth.weights().len());
        let used: Vec<usize> =
            (0..dimension).filter(|&i| worths.iter().any(|worth| !worth.weights()[i].is_zero())).collect();
        let vectors = worths.iter().map(|worth| used.iter().map(|&i| worth.weights()[i].clone()).collect()).collect();
        JointWorth { worths, vectors }
    }

    pub(crate) fn worths(&self) -> &[Worth] {
        &self.worths
    }

    fn dimension(&self) -> usize {
        self.vectors[0].len()
    }

    /// Whether they are few enough for [`JointWorth::law`].
    pub(crate) fn has_law(&self) -> bool {
        self.dimension() <= MAX_SLICED
    }

    /// The rewards for which one is the largest.
    fn cell(&self, index: usize) -> impl Iterator<Item = HalfSpace> {
        let own = &self.vectors[index];
        let others = self.vectors.iter().enumerate().filter(move |(other, _)| *other != index);
        others.map(move |(_, other)| HalfSpace {
            normal: other.iter().zip(own).map(|(x, own)| x - own).collect(),
            bound: Rational::zero(),
        })
    }

    /// How likely one is the largest.
    pub(crate) fn probability(&self, index: usize, budget: &FaceBudget) -> Result<Rational, PowerError> {
        share_of_rewards(&self.cell(index).collect::<Vec<_>>(), budget)
    }

    /// How likely each is the largest and at most $`t`$, as functions of $`t`$.
    pub(crate) fn laws(&self, budget: &FaceBudget) -> Result<Vec<PiecewisePolynomial>, PowerError> {
        (0..self.worths.len()).map(|index| self.sliced(index, budget)).collect()
    }

    /// How likely all are at most $`t`$.
    pub(crate) fn law(&self, budget: &FaceBudget) -> Result<PiecewisePolynomial, PowerError> {
        let laws = self.laws(budget)?;
        Ok(laws[1..].iter().fold(laws[0].clone(), |sum, law| sum.sum(law)))
    }

    /// The volume of the part of a cell where its worth is at most $`t`$: between the values at vertices a polynomial, found
    /// by interpolation.
    fn sliced(&self, index: usize, budget: &FaceBudget) -> Result<PiecewisePolynomial, PowerError> {
        let dimension = self.dimension();
        if !self.has_law() {
            return Err(PowerError::Intractable {
                what: "rewards that one distribution depends on",
                limit: MAX_SLICED,
            });
        }
        let cell: Vec<HalfSpace> = self.cell(index).chain(unit_cube(dimension)).collect();
        let ends = vertex_values(&cell, &self.vectors[index], budget).map_err(too_many_faces)?;
        let ends: Vec<Rational> = ends.into_iter().collect();
        let below = |t: Rational| {
            let limit = HalfSpace { normal: self.vectors[index].clone(), bound: t };
            let part: Vec<HalfSpace> = cell.iter().cloned().chain([limit]).collect();
            volume(dimension, &part, budget).map_err(too_many_faces)
        };
        let (mut pieces, mut value) = (Vec::new(), Rational::zero());
        for piece in ends.windows(2) {
            let step = (&piece[1] - &piece[0]) / Rational::from_integer(dimension.into());
            let mut values = vec![value];
            for k in 1..=dimension {
                values.push(below(&piece[0] + &step * Rational::from_integer(k.into()))?);
            }
            value = values[dimension].clone();
            pieces.push((piece[0].clone(), interpolated(values, &step)));
        }
        pieces.push((ends.last().cloned().unwrap_or_default(), Polynomial::new(vec![value])));
        Ok(PiecewisePolynomial::new(pieces))
    }

    /// The expected largest worth, for worths between 0 and 1: what lies below the graph of the maximum.
    pub(crate) fn mean(&self, budget: &FaceBudget) -> Result<Rational, PowerError> {
        let dimension = self.dimension();
        let mut above = unit_cube(dimension + 1);
        for vector in &self.vectors {
            let normal = vector.iter().cloned().chain([-Rational::one()]).collect();
            above.push(HalfSpace { normal, bound: Rational::zero() });
        }
        Ok(Rational::one() - volume(dimension + 1, &above, budget).map_err(too_many_faces)?)
    }
}

/// The share of all reward vectors in $`[0, 1]^{|S|}`$ that satisfy constraints. Coordinates in no constraint do not matter.
pub(crate) fn share_of_rewards(constraints: &[HalfSpace], budget: &FaceBudget) -> Result<Rational, PowerError> {
    let dimension = constraints.first().map_or(0, |half| half.normal.len());
    let used: Vec<usize> =
        (0..dimension).filter(|&i| constraints.iter().any(|half| !half.normal[i].is_zero())).collect();
    let reduced = constraints.iter().map(|half| HalfSpace {
        normal: used.iter().map(|&i| half.normal[i].clone()).collect(),
        bound: half.bound.clone(),
    });
    let all: Vec<HalfSpace> = reduced.chain(unit_cube(used.len())).collect();
    volume(used.len(), &all, budget).map_err(too_many_faces)
}

/// The polynomial with the given values at $`0, h, 2h, \dots`$, by Newton's divided differences.
fn interpolated(mut values: Vec<Rational>, step: &Rational) -> Polynomial {
    let at = |k: usize| step * Rational::from_integer(k.into());
    for order in 1..values.len() {
        for k in (order..values.len()).rev() {
            values[k] = (&values[k] - &values[k - 1]) / at(order);
        }
    }
    let last = values.len() - 1;
    (0..last).rev().fold(Polynomial::new(vec![values[last].clone()]), |polynomial, k| {
        let factor = Polynomial::new(vec![-at(k), Rational::one()]);
        &(&polynomial * &factor) + &Polynomial::new(vec![values[k].clone()])
    })
}
