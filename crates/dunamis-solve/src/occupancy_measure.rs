//! Occupancy measures: how often play takes every action, discounted, from an initial distribution.
//!
//! ```math
//! x(s,a) = \sum_{t \ge 0} \gamma^t \Pr(s_t = s, a_t = a) , \qquad s_0 \sim \alpha .
//! ```
//!
//! The occupancy measures of all policies are exactly the solutions $`x \ge 0`$ of the flow equations
//!
//! ```math
//! \sum_a x(s',a) = \alpha_{s'} + \gamma \sum_{s,a} T(s'|s,a)\, x(s,a) ,
//! ```
//!
//! the policy of a solution is $`\pi(a|s) = x(s,a) / \sum_b x(s,b)`$ wherever play comes, and its expected discounted reward is
//! $`\sum r x`$ `[Puterman 1994, §6.9.2]`. They are the feasible points of the dual linear program (see
//! [`crate::LinearProgramming`]).
//!
//! **Error.** Let $`\rho`$ be by how much a vector $`x \ge 0`$ violates the flow equations. Its states' masses
//! $`u(s) = \sum_a x(s,a)`$ satisfy $`(I - \gamma P_\pi^\top)(u - u_\pi) = -\rho`$ for its own policy $`\pi`$, so that
//!
//! ```math
//! \lVert x - x_\pi \rVert_1 = \lVert u - u_\pi \rVert_1 \le \lVert \rho \rVert_1 / (1 - \gamma) .
//! ```
//!
//! The bound needs nothing but the vector, so that measures from anywhere can be checked; $`O(\mathrm{nnz})`$.

use crate::bounds::enclose_discount;
use crate::linear::LinearSystem;
use crate::m_matrix::slack;
use crate::{SolveError, StateMeasure};
use dunamis_mdp::{Discount, Mdp, RewardKind, StateId, StochasticPolicy, TransitionModel};

/// A measure on the state-action pairs with a true bound of its distance from the occupancy measure of its own policy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OccupancyMeasure {
    /// Mass of every state-action pair, shape |SA|, never negative.
    pub mass: Vec<f64>,
    /// $`\lVert x - x_\pi \rVert_1`$ is at most this, rounding included, where $`x_\pi`$ is the exact occupancy measure of
    /// [`OccupancyMeasure::policy`].
    pub error: f64,
}

/// The expected discounted reward of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExpectedReward {
    /// $`\sum r x`$, in the units of the reward.
    pub value: f64,
    /// The exact expectation under the measure's policy is no farther away than this.
    pub error: f64,
}

impl OccupancyMeasure {
    /// The occupancy measure of a policy. `initial` has a mass of at least 0 for every state; its total need not be 1. One
    /// sparse linear solve.
    ///
    /// ```
    /// use dunamis_mdp::{Discount, TransitionModel};
    /// use dunamis_solve::OccupancyMeasure;
    /// let mut builder = TransitionModel::builder();
    /// let (tick, tock) = (builder.state("tick")?, builder.state("tock")?);
    /// builder.transition(tick, "go", tock, 1.0)?;
    /// builder.transition(tock, "go", tick, 1.0)?;
    /// let model = builder.build()?;
    /// let half = Discount::new(0.5)?;
    /// let measure = OccupancyMeasure::of_policy(&model, &model.uniform_policy(), &half, &[1.0, 0.0])?;
    /// assert!((measure.mass[0] - 4.0 / 3.0).abs() <= measure.error && measure.error < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`], [`SolveError::Mass`], and [`SolveError::Factorization`] when a system of more than 256 states
    /// does not fit into memory.
    ///
    /// # Panics
    ///
    /// If the policy was made for a model of another layout.
    pub fn of_policy(
        model: &TransitionModel,
        policy: &StochasticPolicy,
        discount: &Discount,
        initial: &[f64],
    ) -> Result<Self, SolveError> {
        Self::check_initial(model, initial)?;
        let chain = model.chain(policy);
        let mut entries: Vec<_> = (0..initial.len()).map(|state| (state, state, 1.0)).collect();
        for state in 0..initial.len() {
            let (next, probability) = chain.row(state);
            let moves = next.iter().zip(probability);
            entries.extend(moves.map(|(&next, &p)| (next as usize, state, -discount.value() * p)));
        }
        let visits = LinearSystem { entries, right: initial.to_vec() }.solve()?;
        let mut mass = vec![0.0; model.available().len()];
        for state in model.state_ids() {
            for pair in model.available().pairs(state) {
                // The exact number of visits is not negative, so this only brings it nearer.
                mass[pair] = visits[state.index()].max(0.0) * policy.probabilities()[pair];
            }
        }
        Self::new(model, discount, initial, mass)
    }

    /// Any vector of shape |SA| with entries of at least 0, with the error that its violation of the flow equations proves.
    /// $`O(\mathrm{nnz})`$.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] or [`SolveError::Mass`].
    pub fn new(
        model: &TransitionModel,
        discount: &Discount,
        initial: &[f64],
        mass: Vec<f64>,
    ) -> Result<Self, SolveError> {
        Self::check_initial(model, initial)?;
        check("the occupancy measure", &mass, model.available().len())?;
        let discount = enclose_discount(discount);
        // Positive and negative terms of every equation, and their number.
        let mut inflow = initial.to_vec();
        let mut outflow = vec![0.0; initial.len()];
        let mut terms = vec![2; initial.len()];
        let mut actions = 0;
        for state in model.state_ids() {
            let pairs = model.available().pairs(state);
            actions = pairs.len().max(actions);
            for pair in pairs {
                outflow[state.index()] += mass[pair];
                terms[state.index()] += 1;
                let (next, probability) = model.row(pair);
                for (&next, &p) in next.iter().zip(probability) {
                    inflow[next as usize] += discount.high * p * mass[pair];
                    terms[next as usize] += 1;
                }
            }
        }
        let mut violation = 0.0;
        for ((inflow, outflow), &terms) in inflow.iter().zip(&outflow).zip(&terms) {
            violation += (inflow - outflow).abs() + slack(terms) * (inflow + outflow);
        }
        // Dividing masses for the policy's probabilities moves them by their rounding.
        let total: f64 = outflow.iter().sum();
        let rounded = slack(actions) * total;
        let left = (1.0 - discount.high).next_down();
        let error = ((violation + rounded) / left + rounded) * (1.0 + slack(initial.len())) + f64::MIN_POSITIVE;
        let error = if left > 0.0 && !error.is_nan() { error } else { f64::INFINITY };
        Ok(OccupancyMeasure { mass, error })
    }

    pub(crate) fn check_initial(model: &TransitionModel, initial: &[f64]) -> Result<(), SolveError> {
        check("the initial distribution", initial, model.states().len())
    }

    /// The mass of every state, with the same error.
    ///
    /// # Panics
    ///
    /// If the measure was made for a model of another layout.
    pub fn visits(&self, model: &TransitionModel) -> StateMeasure {
        let total = |state: StateId| self.mass[model.available().pairs(state)].iter().sum();
        let mass: Vec<f64> = model.state_ids().map(total).collect();
        let rounding = slack(model.available().len()) * mass.iter().sum::<f64>();
        StateMeasure { mass, error: (self.error + rounding).next_up() }
    }

    /// The policy that the measure belongs to; uniform in states without mass.
    ///
    /// # Panics
    ///
    /// If the measure was made for a model of another layout.
    pub fn policy(&self, model: &TransitionModel) -> StochasticPolicy {
        let mut probability = vec![0.0; self.mass.len()];
        for state in model.state_ids() {
            let pairs = model.available().pairs(state);
            // Dividing by the largest first keeps the sum finite and away from underflow.
            let largest = self.mass[pairs.clone()].iter().fold(0.0, |most: f64, &x| most.max(x));
            let share = |pair: usize| if largest > 0.0 { self.mass[pair] / largest } else { 1.0 };
            let total: f64 = pairs.clone().map(share).sum();
            for pair in pairs {
                probability[pair] = share(pair) / total;
            }
        }
        StochasticPolicy::unchecked(probability)
    }

    /// The expected discounted reward from the initial distribution.
    ///
    /// # Panics
    ///
    /// If the measure was made for a model of another layout.
    pub fn expected_reward(&self, mdp: &Mdp) -> ExpectedReward {
        let (mut value, mut magnitude, mut largest) = (0.0, 0.0, 0.0_f64);
        for state in mdp.model().state_ids() {
            for pair in mdp.model().available().pairs(state) {
                let index = if mdp.reward().kind() == RewardKind::State { state.index() } else { pair };
                let reward = mdp.reward().values()[index];
                value += self.mass[pair] * reward;
                magnitude += (self.mass[pair] * reward).abs();
                largest = largest.max(reward.abs());
            }
        }
        let distance = if largest > 0.0 { self.error * largest * (1.0 + slack(1)) } else { 0.0 };
        let error = distance + slack(self.mass.len()) * magnitude + f64::MIN_POSITIVE;
        ExpectedReward { value, error: if error.is_nan() { f64::INFINITY } else { error.next_up() } }
    }
}

fn check(what: &'static str, mass: &[f64], expected: usize) -> Result<(), SolveError> {
    if mass.len() != expected {
        return Err(SolveError::Length { what, expected, actual: mass.len() });
    }
    match mass.iter().position(|x| !(0.0..f64::INFINITY).contains(x)) {
        Some(index) => Err(SolveError::Mass { what, index, value: mass[index] }),
        None => Ok(()),
    }
}
