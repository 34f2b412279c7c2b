//! Inverse: all rewards for which a policy is optimal `[Ng & Russell 2000]`.
//!
//! With the values $`V^\pi = (I - \gamma P_\pi)^{-1} r_\pi`$ linear in the reward, a policy is optimal exactly when in every
//! state no action is better than its own,
//!
//! ```math
//! V^\pi(s) - r(s,a) - \gamma \sum_{s'} T(s'|s,a)\, V^\pi(s') \ge 0 \quad\text{for all } s, a ,
//! ```
//!
//! a polyhedral cone of rewards. For rewards on states its rows are $`\gamma\,(P_\pi - P_a)(s, \cdot)\,(I - \gamma P_\pi)^{-1}`$
//! `[Ng & Russell 2000, Thm 3]`, here with the factor $`\gamma`$, so that a row times a reward is by how much the action falls
//! short, in the units of the reward. For a set of actions in each state (the support of a stochastic policy), every policy that
//! picks among them is optimal exactly when one of them is and the others attain equality.
//!
//! Rows are exact; which of them follow from others is decided by exact linear programs, with a certificate for each. Mass that
//! leaks is worth 0. **Complexity.** $`O(|S|^3 + |SA|\,|S|\,d)`$ rational operations for rewards of dimension $`d`$, and one
//! linear program with $`d`$ equations and |SA| unknowns for each row that is tested for redundancy.

use crate::conic_combination::{ConicCombination, combine};
use crate::exact_chain::exact_row;
use crate::{SolveError, rational_system, rounding};
use dunamis_mdp::{DeterministicPolicy, Discount, Rational, RewardKind, StateId, TransitionModel};
use num_traits::{One, Signed, Zero};

/// What a constraint asks of its product with a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintRelation {
    /// At least 0: the action is not among the policy's own.
    Nonnegative,
    /// Exactly 0: the action is another one of the policy's own.
    Zero,
}

/// One row of a [`RewardPolyhedron`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RewardConstraint {
    /// The state-action pair that the row is about.
    pub pair: usize,
    /// What is asked of the product.
    pub relation: ConstraintRelation,
    /// The product of these with a reward is what taking the pair once loses against the policy.
    pub coefficients: Vec<Rational>,
}

impl RewardConstraint {
    fn product(&self, reward: &[Rational]) -> Rational {
        self.coefficients.iter().zip(reward).filter(|(c, _)| !c.is_zero()).map(|(c, r)| c * r).sum()
    }

    fn holds(&self, reward: &[Rational]) -> bool {
        let product = self.product(reward);
        product.is_zero() || (self.relation == ConstraintRelation::Nonnegative && product.is_positive())
    }
}

/// Why a constraint can or cannot be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintCertificate {
    /// The row is a combination of others, with positive weights of those that are inequalities.
    Redundant {
        /// Numbers of other constraints with their weights.
        weights: Vec<(usize, Rational)>,
        /// For an equality, weights that give the opposite row in the same way; otherwise empty.
        opposite: Vec<(usize, Rational)>,
    },
    /// A reward that violates this constraint and satisfies all others that are needed.
    Needed {
        /// The reward.
        reward: Vec<Rational>,
    },
}

/// The rewards for which a policy, or every policy that picks among given actions, is optimal under a discount.
///
/// ```
/// use dunamis_mdp::{DeterministicPolicy, Discount, Rational, RewardKind, TransitionModel};
/// use dunamis_solve::RewardPolyhedron;
/// let mut builder = TransitionModel::builder();
/// let (home, away) = (builder.state("home")?, builder.state("away")?);
/// builder.transition(home, "stay", home, 1.0)?;
/// builder.transition(home, "leave", away, 1.0)?;
/// builder.transition(away, "stay", away, 1.0)?;
/// let model = builder.build()?;
/// let policy = DeterministicPolicy::new(model.available(), vec![0, 2])?;
/// let polyhedron = RewardPolyhedron::of_policy(&model, &policy, &Discount::new(0.5)?, RewardKind::State)?;
/// // Staying is optimal if and only if home pays at least as much: r(home) - r(away) ≥ 0.
/// assert_eq!(polyhedron.rows(), [[1.0, -1.0]]);
/// let reward = |home: i64, away: i64| [home, away].map(|r| Rational::from_integer(r.into()));
/// assert!(polyhedron.contains(&reward(3, 2))? && !polyhedron.contains(&reward(1, 2))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewardPolyhedron {
    dimension: usize,
    constraints: Vec<RewardConstraint>,
}

impl RewardPolyhedron {
    /// The rewards for which a deterministic policy is optimal, with one inequality for every other state-action pair, in
    /// their order. Rewards are on states (shape |S|) or on state-action pairs (shape |SA|, for both other kinds).
    ///
    /// Under a discount of 0 and for rewards on states every policy is optimal: all rows are 0.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model, [`SolveError::InexactRow`] for a row that does not sum to
    /// exactly 1.
    pub fn of_policy(
        model: &TransitionModel,
        policy: &DeterministicPolicy,
        discount: &Discount,
        kind: RewardKind,
    ) -> Result<Self, SolveError> {
        let (expected, actual) = (model.states().len(), policy.pairs().len());
        let mut supported = vec![false; model.available().len()];
        for (state, &pair) in policy.pairs().iter().enumerate() {
            if actual != expected || !model.available().pairs(StateId::new(state)).contains(&(pair as usize)) {
                return Err(SolveError::Length { what: "the policy", expected, actual });
            }
            supported[pair as usize] = true;
        }
        Self::of_support(model, &supported, discount, kind)
    }

    /// The rewards for which all marked actions are optimal in every state, and with them every policy, stochastic or not,
    /// that picks among them. One equality for each marked pair beyond the first of its state, one inequality for each that
    /// is not marked, in their order.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] unless there is one mark for every pair, [`SolveError::PolicyWeights`] for a state without any,
    /// [`SolveError::InexactRow`].
    pub fn of_support(
        model: &TransitionModel,
        supported: &[bool],
        discount: &Discount,
        kind: RewardKind,
    ) -> Result<Self, SolveError> {
        let available = model.available();
        let (states, pairs) = (available.states(), available.len());
        if supported.len() != pairs {
            return Err(SolveError::Length { what: "the support", expected: pairs, actual: supported.len() });
        }
        let first = |state: StateId| available.pairs(state).find(|&pair| supported[pair]);
        let choice: Vec<usize> = model
            .state_ids()
            .map(|state| first(state).ok_or(SolveError::PolicyWeights { state: state.index() }))
            .collect::<Result<_, _>>()?;
        let gamma = discount.exact();
        let rows = (0..pairs).map(|pair| exact_row(model, pair)).collect::<Result<Vec<_>, _>>()?;
        let system = choice.iter().enumerate().map(|(state, &pair)| {
            let mut row = vec![Rational::zero(); states];
            row[state] += Rational::one();
            for (next, p) in &rows[pair] {
                row[*next] -= &gamma * p;
            }
            row
        });
        // Discounted rows sum to less than 1, so that the matrix is strictly diagonally dominant.
        let visits = rational_system::inverse(system.collect()).unwrap_or_default();
        let by_state = kind == RewardKind::State;
        let dimension = if by_state { states } else { pairs };
        let mut constraints = Vec::with_capacity(pairs - states);
        for state in 0..states {
            for pair in available.pairs(StateId::new(state)).filter(|&pair| pair != choice[state]) {
                let mut coefficients = vec![Rational::zero(); dimension];
                for (reached, &own) in choice.iter().enumerate() {
                    let later: Rational = rows[pair].iter().map(|(next, p)| p * &visits[*next][reached]).sum();
                    coefficients[if by_state { reached } else { own }] += &visits[state][reached] - &gamma * later;
                }
                coefficients[if by_state { state } else { pair }] -= Rational::one();
                let relation = if supported[pair] { ConstraintRelation::Zero } else { ConstraintRelation::Nonnegative };
                constraints.push(RewardConstraint { pair, relation, coefficients });
            }
        }
        Ok(RewardPolyhedron { dimension, constraints })
    }

    /// Number of entries of a reward: |S| or |SA|.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The constraints, exact.
    pub fn constraints(&self) -> &[RewardConstraint] {
        &self.constraints
    }

    /// The rows as the nearest doubles, one for each constraint, of shape [`RewardPolyhedron::dimension`].
    pub fn rows(&self) -> Vec<Vec<f64>> {
        self.constraints.iter().map(|row| row.coefficients.iter().map(rounding::nearest).collect()).collect()
    }

    /// What each constraint's action loses under a reward, exactly, in the units of the reward.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`].
    pub fn losses(&self, reward: &[Rational]) -> Result<Vec<Rational>, SolveError> {
        let (expected, actual) = (self.dimension, reward.len());
        if expected != actual {
            return Err(SolveError::Length { what: "the reward", expected, actual });
        }
        Ok(self.constraints.iter().map(|row| row.product(reward)).collect())
    }

    /// Whether a reward is in the polyhedron, that is whether all of the policy's actions are optimal. Exact.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`].
    pub fn contains(&self, reward: &[Rational]) -> Result<bool, SolveError> {
        self.contains_with_margin(reward, &Rational::zero())
    }

    /// Whether also every other action loses at least `margin`; with any positive one, exactly the policy's actions are
    /// optimal. Exact.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`].
    pub fn contains_with_margin(&self, reward: &[Rational], margin: &Rational) -> Result<bool, SolveError> {
        let losses = self.losses(reward)?;
        Ok(self.constraints.iter().zip(losses).all(|(row, loss)| match row.relation {
            ConstraintRelation::Nonnegative => loss >= *margin,
            ConstraintRelation::Zero => loss.is_zero(),
        }))
    }

    /// A reward under which every other action loses at least 1, so that exactly the policy's actions are optimal. `None` if
    /// there is no such reward, as when another action has the same successors. One exact linear program.
    pub fn strict_reward(&self) -> Option<Vec<Rational>> {
        // Either it exists, or inequalities of total weight 1 cancel, up to equalities.
        let with_margin = |row: &RewardConstraint, sign: i32| {
            let margin = i32::from(row.relation == ConstraintRelation::Nonnegative);
            let signed = |x: &Rational| if sign < 0 { -x } else { x.clone() };
            row.coefficients.iter().map(signed).chain([Rational::from_integer(margin.into())]).collect::<Vec<_>>()
        };
        let columns: Vec<Vec<Rational>> =
            self.signed_rows(|_| true).map(|(index, sign)| with_margin(&self.constraints[index], sign)).collect();
        let mut target = vec![Rational::zero(); self.dimension];
        target.push(Rational::one());
        match combine(&columns, &target) {
            ConicCombination::Weights(_) => None,
            ConicCombination::Separator(mut reward) => {
                let margin = reward.pop()?;
                Some(reward.into_iter().map(|x| -x / &margin).collect())
            }
        }
    }

    /// Which constraints follow from others, with a certificate for each constraint: those that are
    /// [`ConstraintCertificate::Needed`] describe the same polyhedron, and none of them can be left out.
    pub fn redundancy(&self) -> Vec<ConstraintCertificate> {
        let mut live = vec![true; self.constraints.len()];
        let mut certificates = Vec::with_capacity(live.len());
        for (index, row) in self.constraints.iter().enumerate() {
            let numbers: Vec<(usize, i32)> = self.signed_rows(|other| other != index && live[other]).collect();
            let columns: Vec<Vec<Rational>> =
                numbers.iter().map(|&(other, sign)| scaled(&self.constraints[other].coefficients, sign)).collect();
            let weigh = |sign: i32| match combine(&columns, &scaled(&row.coefficients, sign)) {
                ConicCombination::Separator(reward) => Err(scaled(&reward, -1)),
                ConicCombination::Weights(weights) => {
                    let weight = |(column, weight): (usize, Rational)| {
                        let (other, sign) = numbers[column];
                        (other, if sign < 0 { -weight } else { weight })
                    };
                    Ok(weights.into_iter().map(weight).collect())
                }
            };
            let opposite = || if row.relation == ConstraintRelation::Zero { weigh(-1) } else { Ok(Vec::new()) };
            let weights: Result<Vec<_>, _> = weigh(1);
            certificates.push(match weights.and_then(|weights| Ok((weights, opposite()?))) {
                Err(reward) => ConstraintCertificate::Needed { reward },
                Ok((weights, opposite)) => {
                    live[index] = false;
                    ConstraintCertificate::Redundant { weights, opposite }
                }
            });
        }
        certificates
    }

    /// The same polyhedron without redundant constraints.
    pub fn irredundant(&self) -> Self {
        let certificates = self.redundancy();
        let needed = |(row, certificate): (&RewardConstraint, &ConstraintCertificate)| {
            matches!(certificate, ConstraintCertificate::Needed { .. }).then(|| row.clone())
        };
        let constraints = self.constraints.iter().zip(&certificates).filter_map(needed).collect();
        RewardPolyhedron { dimension: self.dimension, constraints }
    }

    /// Whether every certificate of a list proves what it claims, by exact products alone: that each redundant row is a
    /// combination of rows that are needed or come later, and that each needed one is violated by a reward which
    /// satisfies all others that are needed.
    pub fn verify_redundancy(&self, certificates: &[ConstraintCertificate]) -> bool {
        let needed = |index: usize| matches!(certificates[index], ConstraintCertificate::Needed { .. });
        let combined = |weights: &[(usize, Rational)], index: usize, sign: i32| {
            let mut rest = scaled(&self.constraints[index].coefficients, sign);
            for (other, weight) in weights {
                let Some(row) = self.constraints.get(*other) else { return false };
                // An order in which rows are left out keeps two from vouching for each other.
                let allowed = *other != index && (needed(*other) || *other > index);
                if !allowed || (row.relation == ConstraintRelation::Nonnegative && weight.is_negative()) {
                    return false;
                }
                for (x, y) in rest.iter_mut().zip(&row.coefficients) {
                    *x -= weight * y;
                }
            }
            rest.iter().all(Zero::is_zero)
        };
        certificates.len() == self.constraints.len()
            && certificates.iter().enumerate().all(|(index, certificate)| match certificate {
                ConstraintCertificate::Redundant { weights, opposite } => {
                    combined(weights, index, 1)
                        && (self.constraints[index].relation == ConstraintRelation::Nonnegative
                            || combined(opposite, index, -1))
                }
                ConstraintCertificate::Needed { reward } => {
                    let others = (0..self.constraints.len()).filter(|&other| other != index && needed(other));
                    reward.len() == self.dimension
                        && !self.constraints[index].holds(reward)
                        && others.map(|other| &self.constraints[other]).all(|row| row.holds(reward))
                }
            })
    }

    /// Numbers of rows with the signs in which they are at least 0: both for equalities.
    fn signed_rows(&self, included: impl Fn(usize) -> bool) -> impl Iterator<Item = (usize, i32)> {
        let rows = self.constraints.iter().enumerate().filter(move |&(index, _)| included(index));
        rows.flat_map(|(index, row)| {
            let signs: &[i32] = if row.relation == ConstraintRelation::Zero { &[1, -1] } else { &[1] };
            signs.iter().map(move |&sign| (index, sign))
        })
    }
}

fn scaled(x: &[Rational], sign: i32) -> Vec<Rational> {
    x.iter().map(|x| if sign < 0 { -x } else { x.clone() }).collect()
}
