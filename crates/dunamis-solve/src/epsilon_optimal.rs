//! What is optimal up to a given loss, certified by bounds of the optimal value.
//!
//! From $`L \le V^* \le U`$ come bounds of what an action loses when it is taken once, $`\ell(s,a) = V^*(s) - Q^*(s,a) \ge 0`$:
//!
//! ```math
//! \max_b Q_L(s,b) - Q_U(s,a) \;\le\; \ell(s,a) \;\le\; \max_b Q_U(s,b) - Q_L(s,a),
//! \qquad Q_X(s,a) = r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, X(s') .
//! ```
//!
//! **Theorem** (compare `[Singh & Yee 1994]`). Let $`m`$ be the largest row mass (1 unless every row leaks).
//!
//! 1. The loss of a policy is $`V^* - V^\pi = \sum_t \gamma^t P_\pi^t \ell_\pi`$ with $`\ell_\pi(s) = \sum_a \pi(a|s)\,\ell(s,a)`$. So
//!    if every action that a policy may take has $`\ell \le \varepsilon (1 - \gamma m)`$, it is $`\varepsilon`$-optimal in every state,
//!    also if it is randomized or depends on history.
//! 2. $`V^* - V^\pi \ge \ell_\pi`$. So a deterministic stationary policy with an action of $`\ell(s,a) > \varepsilon`$ is not
//!    $`\varepsilon`$-optimal at $`s`$.
//!
//! Between the two lie actions on which it depends what else the policy does. All roundings are outwards. $`O(\mathrm{nnz})`$.

use crate::bellman::Bellman;
use crate::bounds::{UNIT, contraction, enclose_discount};
use crate::enclosed_bellman::EnclosedBellman;
use crate::{SolveError, ValueBounds};
use dunamis_mdp::{Discount, Mdp, StochasticPolicy};

/// Bounds of the loss of every action, $`V^*(s) - Q^*(s,a)`$, the negative of its optimal advantage.
///
/// ```
/// use dunamis_mdp::{Discount, Mdp, Reward, TransitionModel};
/// use dunamis_solve::{AdvantageBounds, PolicyIteration, Solver};
/// let mut builder = TransitionModel::builder();
/// let (work, rest) = (builder.state("work")?, builder.state("rest")?);
/// builder.transition(work, "stay", work, 1.0)?;
/// builder.transition(work, "leave", rest, 1.0)?;
/// builder.transition(rest, "stay", rest, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state(&model, [0.0, 1.0])?;
/// let mdp = Mdp::new(model, reward)?;
/// let discount = Discount::new(0.5)?;
/// let solution = PolicyIteration::default().solve(&mdp, &discount.clone().into())?;
/// let losses = AdvantageBounds::new(&mdp, &discount, &solution.bounds)?;
/// // Staying one step longer costs 1/2, staying for ever costs 1.
/// assert!(losses.lower[0] <= 0.5 && 0.5 <= losses.upper[0]);
/// assert_eq!(losses.epsilon_optimal(0.9).certified, [false, true, true]);
/// assert_eq!(losses.epsilon_optimal(1.1).certified, [true, true, true]);
/// assert_eq!(losses.epsilon_optimal(0.4).possible, [false, true, true]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AdvantageBounds {
    /// No action loses less, shape |SA|; at least 0.
    pub lower: Vec<f64>,
    /// No action loses more, shape |SA|.
    pub upper: Vec<f64>,
    /// First pair of each state, and one past the last.
    starts: Vec<u32>,
    /// $`1 - \gamma m`$, rounded down.
    complement: f64,
}

/// Actions that are sure to be good enough, and those that may be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EpsilonOptimal {
    /// Every policy that only takes these pairs is $`\varepsilon`$-optimal in every state; shape |SA|.
    pub certified: Vec<bool>,
    /// No deterministic stationary policy with another pair is $`\varepsilon`$-optimal in every state; shape |SA|.
    pub possible: Vec<bool>,
}

impl EpsilonOptimal {
    /// Whether some action is certified in every state of the model, so that certified policies exist. If not, the bounds are
    /// too wide for the loss that was asked for.
    pub fn is_complete(&self, mdp: &Mdp) -> bool {
        let available = mdp.model().available();
        mdp.model()
            .state_ids()
            .all(|state| self.certified.get(available.pairs(state)).is_some_and(|own| own.contains(&true)))
    }
}

impl AdvantageBounds {
    /// Bounds of every action's loss under a discount, from true bounds of the optimal value such as
    /// [`Solution::bounds`](crate::Solution::bounds).
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`].
    pub fn new(mdp: &Mdp, discount: &Discount, bounds: &ValueBounds) -> Result<Self, SolveError> {
        let bellman = Bellman::new(mdp, discount);
        let expected = bellman.states();
        for (what, bound) in [("the lower bound", &bounds.lower), ("the upper bound", &bounds.upper)] {
            if bound.len() != expected {
                return Err(SolveError::Length { what, expected, actual: bound.len() });
            }
        }
        let own = |state: usize| bellman.pairs(state).map(move |pair| (state, pair));
        let operator = EnclosedBellman::at(&bellman, discount, &bounds.lower);
        let low: Vec<f64> = (0..expected)
            .flat_map(own)
            .map(|(state, pair)| operator.action_value(state, pair, &bounds.lower).low)
            // Infinite bounds of the value may make a NaN; then nothing is known.
            .map(|q| if q.is_nan() { f64::NEG_INFINITY } else { q })
            .collect();
        let operator = EnclosedBellman::at(&bellman, discount, &bounds.upper);
        let high: Vec<f64> = (0..expected)
            .flat_map(own)
            .map(|(state, pair)| operator.action_value(state, pair, &bounds.upper).high)
            .map(|q| if q.is_nan() { f64::INFINITY } else { q })
            .collect();
        let (mut lower, mut upper) = (vec![0.0; low.len()], vec![0.0; low.len()]);
        for state in 0..expected {
            let largest = |q: &[f64]| q.iter().fold(f64::NEG_INFINITY, |largest: f64, &q| largest.max(q));
            let pairs = bellman.pairs(state);
            let best_low = largest(&low[pairs.clone()]).max(bounds.lower[state]);
            let best_high = largest(&high[pairs.clone()]).min(bounds.upper[state]);
            for pair in pairs {
                let (least, most) = (best_low - high[pair], best_high - low[pair]);
                lower[pair] = if least > 0.0 { least.next_down() } else { 0.0 };
                upper[pair] = if most.is_nan() { f64::INFINITY } else { most.next_up().max(0.0) };
            }
        }
        let complement = (1.0 - contraction(&bellman, enclose_discount(discount)).high).next_down();
        let starts = mdp.model().available().starts().to_vec();
        Ok(AdvantageBounds { lower, upper, starts, complement })
    }

    /// Actions that are sure to be $`\varepsilon`$-optimal whenever they are taken, and those that may be taken by an
    /// $`\varepsilon`$-optimal policy; `epsilon` is in the units of the value. See the theorem in this module's documentation.
    pub fn epsilon_optimal(&self, epsilon: f64) -> EpsilonOptimal {
        let allowed = (epsilon * self.complement).next_down();
        EpsilonOptimal {
            certified: self.upper.iter().map(|&loss| self.complement > 0.0 && loss <= allowed).collect(),
            possible: self.lower.iter().map(|&loss| loss <= epsilon).collect(),
        }
    }

    /// An upper bound of $`\max_s V^*(s) - V^\pi(s)`$ for a stationary policy, its probabilities divided by their sum in each
    /// state; infinite for a policy that does nothing somewhere.
    ///
    /// # Errors
    ///
    /// [`SolveError::Length`] for a policy of another model.
    pub fn policy_loss(&self, policy: &StochasticPolicy) -> Result<f64, SolveError> {
        let (probability, expected) = (policy.probabilities(), self.upper.len());
        if probability.len() != expected {
            return Err(SolveError::Length { what: "the policy", expected, actual: probability.len() });
        }
        let mut worst: f64 = 0.0;
        for state in self.starts.windows(2) {
            let pairs = state[0] as usize..state[1] as usize;
            let (mut loss, mut sum) = (0.0, 0.0);
            for pair in pairs.clone().filter(|&pair| probability[pair] > 0.0) {
                loss += probability[pair] * self.upper[pair];
                sum += probability[pair];
            }
            // Sums of terms of one sign, a quotient, and underflow.
            let slack = 1.0 + (2.0 * pairs.len() as f64 + 8.0) * UNIT;
            let expected = slack * (loss / sum) + if loss > 0.0 { f64::MIN_POSITIVE } else { 0.0 };
            worst = if expected.is_nan() { f64::INFINITY } else { worst.max(expected) };
        }
        let bound = (worst / self.complement).next_up();
        Ok(if worst == 0.0 {
            0.0
        } else if self.complement > 0.0 {
            bound
        } else {
            f64::INFINITY
        })
    }
}
