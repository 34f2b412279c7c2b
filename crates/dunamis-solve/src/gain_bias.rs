//! Gain and bias of a policy in `f64`, with true bounds: for chains too large for [`LaurentExpansion`](crate::LaurentExpansion).
//!
//! With stationary distributions $`\mu_C`$ of the recurrent classes, the gain is $`\mu_C r`$ on a class and its expectation over
//! the classes elsewhere. The bias satisfies $`g + h = r + P h`$ and $`\mu_C h = 0`$ `[Puterman 1994, §8.2.3, App. A.5]`. On a
//! class it is found with $`h = 0`$ at one state, whose removal leaves the others to be left with certainty, and then centered;
//! transient states follow from the classes. All of these are systems whose inverse is nonnegative and bounded (`m_matrix`), so
//! that every error can be bounded from residuals alone and carried on; nothing of a linear solver is believed.
//!
//! Rows are understood as divided by their mass, leaks included; mass that leaks is worth 0. **Complexity.** Two sparse linear
//! systems for every recurrent class and two for the transient states; the bounds grow with the time that play takes to come
//! back or to be absorbed, and are infinite where nothing can be proved.

use crate::m_matrix::{MMatrix, slack};
use crate::{ChainLimit, SolveError};
use dunamis_mdp::{DeterministicPolicy, Mdp};

/// Gain and bias of a Markov chain with rewards, each with a true bound.
///
/// ```
/// use dunamis_mdp::{Criterion, Mdp, Reward, TransitionModel};
/// use dunamis_solve::{AverageReward, GainBias, Solver};
/// let mut builder = TransitionModel::builder();
/// let (day, night) = (builder.state("day")?, builder.state("night")?);
/// builder.transition(day, "wait", night, 1.0)?;
/// builder.transition(night, "wait", day, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state(&model, [1.0, 0.0])?;
/// let mdp = Mdp::new(model, reward)?;
/// let solution = AverageReward::default().solve(&mdp, &Criterion::Average)?;
/// let found = GainBias::of_policy(&mdp, &solution.greedy(&mdp))?;
/// assert!((found.gain[0] - 0.5).abs() <= found.gain_error && found.gain_error < 1e-12);
/// assert!((found.bias[0] - 0.25).abs() <= found.bias_error && found.bias_error < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GainBias {
    /// $`g`$, the long-run reward per step from every state, shape |S|.
    pub gain: Vec<f64>,
    /// No gain is farther than this from the exact one.
    pub gain_error: f64,
    /// $`h`$, what a start is worth beyond its gain, shape |S|.
    pub bias: Vec<f64>,
    /// No bias is farther than this from the exact one.
    pub bias_error: f64,
}

impl GainBias {
    /// Gain and bias of a policy, such as the greedy policy of an average-reward [`Solution`](crate::Solution).
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model, and [`SolveError::Factorization`] when a sparse system of more
    /// than 256 states does not fit into memory.
    pub fn of_policy(mdp: &Mdp, policy: &DeterministicPolicy) -> Result<Self, SolveError> {
        let (model, pairs) = (mdp.model(), policy.pairs());
        let expected = model.states().len();
        if pairs.len() != expected {
            return Err(SolveError::Length { what: "the policy", expected, actual: pairs.len() });
        }
        let limit = ChainLimit::of_policy(model, &policy.to_stochastic(model.available()))?;
        let reward: Vec<f64> =
            pairs.iter().enumerate().map(|(state, &pair)| mdp.reward().at(state, pair as usize)).collect();
        Self::of_chain(&limit, &reward)
    }

    /// Gain and bias of a chain with one reward per state, shape |S|.
    ///
    /// # Errors
    ///
    /// As for [`GainBias::of_policy`].
    pub fn of_chain(limit: &ChainLimit, reward: &[f64]) -> Result<Self, SolveError> {
        let (classes, states) = (limit.classes(), limit.position.len());
        if reward.len() != states {
            return Err(SolveError::Length { what: "the reward", expected: states, actual: reward.len() });
        }
        let largest = |x: &[f64]| x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let reward_scale = largest(reward);
        let (mut gain, mut gain_error) = (vec![0.0; states], 0.0_f64);
        let (mut bias, mut bias_error) = (vec![0.0; states], 0.0_f64);
        for class in classes.recurrent() {
            let Some(stationary) = limit.stationary(class) else { continue };
            let members = classes.members(class);
            let mean = |x: &dyn Fn(usize) -> f64| -> (f64, f64) {
                let terms = members.iter().map(|&state| stationary.mass[state as usize] * x(state as usize));
                terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
            };
            let (own, size) = mean(&|state| reward[state]);
            let own_error = stationary.error * reward_scale + slack(members.len()) * size;
            let (first, rest) = (members[0] as usize, &members[1..]);
            let mut position = vec![None; states];
            for (number, &state) in rest.iter().enumerate() {
                position[state as usize] = Some(number);
            }
            let rows = rest.iter().map(|&state| limit.restricted(state as usize, &position)).collect();
            let matrix = MMatrix::new(rows, limit.longest_row)?;
            let right: Vec<f64> = rest.iter().map(|&state| reward[state as usize] - own).collect();
            let (relative, solved) = matrix.solve(&right)?;
            let wrong = own_error + slack(2) * (reward_scale + own.abs());
            let error = if rest.is_empty() { 0.0 } else { solved + matrix.longest_time() * wrong };
            gain[first] = own;
            for (&state, h) in rest.iter().zip(relative) {
                gain[state as usize] = own;
                bias[state as usize] = h;
            }
            let (center, size) = mean(&|state| bias[state]);
            let furthest = members.iter().fold(0.0, |most: f64, &state| most.max(bias[state as usize].abs()));
            let center_error = error + stationary.error * furthest + slack(members.len()) * size;
            for &state in members {
                bias[state as usize] -= center;
            }
            gain_error = worse(gain_error, own_error);
            bias_error = worse(bias_error, error + center_error + slack(2) * (furthest + center.abs()));
        }
        let transient: Vec<usize> = classes.transient_states().collect();
        if !transient.is_empty() {
            // What enters the classes is averaged with weights of at most 1, so that errors there pass unchanged.
            let enters = |state: usize, x: &[f64]| -> f64 {
                limit.row(state).filter(|&(next, _)| limit.position[next].is_none()).map(|(next, p)| p * x[next]).sum()
            };
            let time = limit.transient.longest_time();
            let rounding = slack(limit.longest_row);
            let right: Vec<f64> = transient.iter().map(|&state| enters(state, &gain)).collect();
            let (solution, solved) = limit.transient.solve(&right)?;
            gain_error = worse(gain_error, gain_error + solved + time * rounding * largest(&gain));
            for (&state, g) in transient.iter().zip(solution) {
                gain[state] = g;
            }
            let right: Vec<f64> =
                transient.iter().map(|&state| reward[state] - gain[state] + enters(state, &bias)).collect();
            let (solution, solved) = limit.transient.solve(&right)?;
            let wrong = gain_error + rounding * (reward_scale + largest(&gain) + largest(&bias));
            bias_error = worse(bias_error, bias_error + solved + time * wrong);
            for (&state, h) in transient.iter().zip(solution) {
                bias[state] = h;
            }
        }
        let widen = |error: f64| if error == 0.0 { 0.0 } else { (error * (1.0 + slack(16))).next_up() };
        Ok(GainBias { gain, gain_error: widen(gain_error), bias, bias_error: widen(bias_error) })
    }
}

/// The larger error; what is not a number bounds nothing.
fn worse(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) }
}
