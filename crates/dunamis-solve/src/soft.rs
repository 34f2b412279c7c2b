//! Soft value iteration: entropy-regularized optimal values and policies, with true bounds.
//!
//! A policy is paid $`r + \tau H(\pi(\cdot|s))`$ at each step, with the entropy $`H`$ in nats and a temperature $`\tau > 0`$
//! `[Geist, Scherrer & Pietquin 2019]`. The largest discounted sum is the fixed point of the soft Bellman operator, and one
//! policy attains it:
//!
//! ```math
//! (T_\tau V)(s) = \tau \ln \sum_a e^{Q_V(s,a)/\tau}, \qquad
//! Q_V(s,a) = r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, V(s'), \qquad
//! \pi_\tau(a|s) = e^{(Q_{V_\tau}(s,a) - V_\tau(s))/\tau} .
//! ```
//!
//! $`V^* \le V_\tau \le V^* + \tau \ln |A| / (1 - \gamma)`$. As $`\tau \to 0`$ the policy tends to the optimal policy of largest
//! discounted entropy, which is *not* the uniform one over ties: an action that leads to more ties weighs more.
//!
//! **Bounds.** $`T_\tau`$ is monotone, and $`T_\tau(V + c) = T_\tau V + \gamma m c`$ up to the row masses $`m`$, like the Bellman
//! operator; so one residual proves bounds of $`V_\tau`$ in the same way (see [`crate::bellman_bounds`]).
//!
//! **Rounding.** A computed soft maximum of $`k \ge 2`$ numbers $`Q`$ is off by at most $`u\,(14 k \tau + 2 \max |Q|)`$,
//! $`u = 2^{-53}`$; applied to lower and to upper ends of action values it gives both ends of its own. Exponentials and
//! logarithm are taken to be within two units in the last
//! place (`libm` promises one), the argument $`x = (Q - \max Q)/\tau`$ has a relative error of $`2u`$, and $`|x| e^x \le 1/e`$;
//! so a term is off by $`5u`$, their sum $`S \ge 1`$ relatively by $`6.1 k u`$, its logarithm by $`6.2 k u + 4 u \ln k`$, and the last
//! product and sum add $`u \tau \ln k`$ and $`u`$ times the result. The soft maximum of one value is that value.
//!
//! **Stopping rule.** Both bounds of every state as close as asked, or no progress for a hundred sweeps, when rounding rules.
//! **Complexity.** As value iteration: $`O(\mathrm{nnz})`$ and |SA| exponentials per sweep, each of which closes the bounds at least
//! by the factor $`\gamma`$.

use crate::bellman::Bellman;
use crate::boltzmann::softmax;
use crate::bounds::{Enclosure, UNIT, contraction, enclose_discount, outward, shifted_bounds};
use crate::enclosed_bellman::EnclosedBellman;
use crate::tolerance::{reward_scale, value_scale};
use crate::{SolveError, Statistics, Temperature, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp, StochasticPolicy};

/// Sweeps without progress after which rounding is taken to rule.
const PATIENCE: usize = 100;

/// Settings of soft value iteration.
///
/// ```
/// use dunamis_mdp::{Discount, Mdp, Reward, TransitionModel};
/// use dunamis_solve::{SoftValueIteration, Temperature};
/// let mut builder = TransitionModel::builder();
/// let hub = builder.state("hub")?;
/// builder.transition(hub, "left", hub, 1.0)?;
/// builder.transition(hub, "right", hub, 1.0)?;
/// let model = builder.build()?;
/// let reward = Reward::state(&model, [0.0])?;
/// let mdp = Mdp::new(model, reward)?;
/// let solution = SoftValueIteration::new(Temperature::new(1.0)?).solve(&mdp, &Discount::new(0.5)?)?;
/// // One nat times ln 2 at each step.
/// assert!((solution.value[0] - 2.0 * 2_f64.ln()).abs() < 1e-8);
/// assert_eq!(solution.policy.probabilities(), [0.5, 0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SoftValueIteration {
    /// What a nat of entropy is worth, in the units of the reward; positive.
    pub temperature: Temperature,
    /// Largest allowed distance of the bounds; the value scale is $`(\lVert R \rVert_\infty + \tau \ln |A|) / (1 - \gamma)`$.
    pub tolerance: Tolerance,
    /// Largest number of sweeps.
    pub max_iterations: usize,
}

/// An entropy-regularized value function with its policy and their warrants.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SoftSolution {
    /// $`V_\tau`$ of every state, shape |S|: inside the bounds.
    pub value: Vec<f64>,
    /// True bounds of $`V_\tau`$.
    pub bounds: ValueBounds,
    /// The soft-optimal policy.
    pub policy: StochasticPolicy,
    /// No probability of the policy is farther than this from that of the exact soft-optimal policy; at most 1.
    pub policy_error: f64,
    /// Why the iteration stopped.
    pub status: Termination,
    /// What was done.
    pub statistics: Statistics,
}

impl SoftValueIteration {
    /// The default settings at a temperature.
    pub fn new(temperature: Temperature) -> Self {
        SoftValueIteration { temperature, tolerance: Tolerance::Relative(1e-9), max_iterations: 1_000_000 }
    }

    /// Finds the soft-optimal value and policy.
    ///
    /// # Errors
    ///
    /// [`SolveError::Temperature`] at temperature 0, where any solver of the discounted criterion is right;
    /// [`SolveError::Tolerance`], [`SolveError::Overflow`].
    pub fn solve(&self, mdp: &Mdp, discount: &Discount) -> Result<SoftSolution, SolveError> {
        self.tolerance.check("tolerance")?;
        let temperature = self.temperature.value();
        if temperature == 0.0 {
            return Err(SolveError::Temperature { value: temperature, positive: true });
        }
        let operator = SoftBellman::new(mdp, discount, temperature);
        let target = self.tolerance.absolute(operator.value_scale(mdp)?);
        let (mut best, mut value) = operator.apply(&vec![0.0; operator.bellman.states()]);
        let mut statistics = Statistics::new("soft-value-iteration");
        (statistics.iterations, statistics.sweeps) = (1, 1);
        let mut idle = 0;
        let status = loop {
            if best.gap() <= target {
                break Termination::Converged;
            }
            if statistics.iterations >= self.max_iterations {
                break Termination::IterationLimit;
            }
            if idle >= PATIENCE {
                break Termination::PrecisionLimit;
            }
            let before = best.gap();
            let newest;
            (newest, value) = operator.apply(&value);
            // Both are true, so what both allow is, too.
            for (low, &new) in best.lower.iter_mut().zip(&newest.lower) {
                *low = low.max(new);
            }
            for (high, &new) in best.upper.iter_mut().zip(&newest.upper) {
                *high = high.min(new);
            }
            idle = if best.gap() < before { 0 } else { idle + 1 };
            statistics.iterations += 1;
            statistics.sweeps += 1;
        };
        statistics.sweeps += 1;
        let value = best.midpoint();
        let (policy, policy_error) = operator.policy(&value, best.gap());
        Ok(SoftSolution { value, bounds: best, policy, policy_error, status, statistics })
    }
}

/// The operator $`T_\tau`$.
struct SoftBellman<'a> {
    bellman: Bellman<'a>,
    discount: &'a Discount,
    rate: Enclosure,
    temperature: f64,
}

impl<'a> SoftBellman<'a> {
    fn new(mdp: &'a Mdp, discount: &'a Discount, temperature: f64) -> Self {
        let bellman = Bellman::new(mdp, discount);
        let rate = contraction(&bellman, enclose_discount(discount));
        SoftBellman { bellman, discount, rate, temperature }
    }

    /// No value is larger, up to rounding.
    fn value_scale(&self, mdp: &Mdp) -> Result<f64, SolveError> {
        let criterion = Criterion::Discounted(self.discount.clone());
        let scale = value_scale(mdp, &criterion)?;
        let most = (0..self.bellman.states()).map(|state| self.bellman.pairs(state).len()).max().unwrap_or(1);
        let entropy = self.temperature * libm::log(most as f64) / (1.0 - self.discount.value());
        if (scale + entropy).max(self.temperature * most as f64) < f64::MAX / 1024.0 {
            Ok(scale + entropy)
        } else {
            let reward = reward_scale(mdp.reward().values()).max(self.temperature);
            Err(SolveError::Overflow { reward, criterion })
        }
    }

    /// Bounds of the fixed point from any value, and the operator applied to that value. One sweep.
    fn apply(&self, value: &[f64]) -> (ValueBounds, Vec<f64>) {
        let operator = EnclosedBellman::at(&self.bellman, self.discount, value);
        let mut applied =
            ValueBounds { lower: Vec::with_capacity(value.len()), upper: Vec::with_capacity(value.len()) };
        let (mut low, mut high) = (Vec::new(), Vec::new());
        for state in 0..value.len() {
            low.clear();
            high.clear();
            for pair in self.bellman.pairs(state) {
                let q = operator.action_value(state, pair, value);
                low.push(q.low);
                high.push(q.high);
            }
            applied.lower.push(self.soft_maximum(&mut low, -1.0, f64::next_down));
            applied.upper.push(self.soft_maximum(&mut high, 1.0, f64::next_up));
        }
        let backed_up = applied.midpoint();
        (shifted_bounds(value, applied, self.rate), backed_up)
    }

    /// The soft maximum of action values, which are lost, rounded in a direction.
    fn soft_maximum(&self, values: &mut [f64], direction: f64, round: fn(f64) -> f64) -> f64 {
        let magnitude = reward_scale(values);
        let soft = softmax(values, self.temperature);
        let rounding = match values.len() {
            1 => 0.0,
            k => UNIT * (14.0 * k as f64 * self.temperature + 2.0 * magnitude).next_up(),
        };
        outward(soft + direction * rounding, rounding, round)
    }

    /// The policy of a value that is within `gap` of the fixed point, and how far its probabilities may be off.
    fn policy(&self, value: &[f64], gap: f64) -> (StochasticPolicy, f64) {
        let operator = EnclosedBellman::at(&self.bellman, self.discount, value);
        let mut probability = Vec::with_capacity(self.bellman.pair_count());
        let mut worst: f64 = 0.0;
        for state in 0..value.len() {
            let pairs = self.bellman.pairs(state);
            let (start, mut error) = (probability.len(), 0.0_f64);
            for pair in pairs.clone() {
                let q = operator.action_value(state, pair, value);
                probability.push(0.5 * q.low + 0.5 * q.high);
                error = error.max(q.high - q.low);
            }
            softmax(&mut probability[start..], self.temperature);
            if pairs.len() > 1 {
                // Action values that are off by e change every probability by a factor of at most exp(2e/τ).
                let exponent = 2.0 * (self.rate.high * gap + error) / self.temperature;
                let rounding = 16.0 * pairs.len() as f64 * UNIT;
                worst = worst.max(1.000_001 * libm::expm1(exponent) + rounding);
            }
        }
        (StochasticPolicy::unchecked(probability), if worst < 1.0 { worst } else { 1.0 })
    }
}
