//! Finite horizon: backward induction `[Puterman 1994, §4.5]`.
//!
//! With $`n`$ decisions left the optimal value is
//!
//! ```math
//! V_0 = 0, \qquad V_n(s) = \max_a \Bigl( r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, V_{n-1}(s') \Bigr),
//! ```
//!
//! so that a problem of $`N`$ steps begins with $`V_N`$, and at time $`t`$ continues as the problem of $`N - t`$ steps. An
//! optimal policy depends on the time: every stage has a value and optimal actions of its own.
//!
//! **Bounds.** If $`|V_{n-1} - \hat V_{n-1}| \le e_{n-1}`$, the computed $`\hat V_n`$ is off by at most
//!
//! ```math
//! e_n = \gamma m\, e_{n-1} + \varepsilon \bigl( \lVert r \rVert_\infty + \gamma m \lVert \hat V_{n-1} \rVert_\infty \bigr),
//! ```
//!
//! with $`m`$ the largest row mass and $`\varepsilon`$ the rounding of one backup (see [`crate::bellman_bounds`]), every number
//! rounded up. So the error grows at most linearly in the number of steps, and by about one unit of rounding at each.
//!
//! **Complexity.** $`N`$ sweeps of $`O(\mathrm{nnz})`$; two vectors of values for the first stage alone, $`N (|S| + |SA|)`$
//! for all stages.

use crate::bellman::Bellman;
use crate::bounds::{Enclosure, allowance, contraction, enclose_discount};
use crate::observer::Budget;
use crate::solution::first_marked;
use crate::tolerance::{reward_scale, value_scale};
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp};
use serde::{Deserialize, Serialize};

/// Settings of backward induction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FiniteHorizon {
    /// Largest distance of the bounds that counts as converged.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps. A longer horizon is cut off there: what comes later is bounded by the largest reward.
    pub max_iterations: usize,
}

impl Default for FiniteHorizon {
    fn default() -> Self {
        FiniteHorizon {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl FiniteHorizon {
    /// Every stage of the optimal time-dependent policy: `stages[t]` is the solution at time `t`, with `steps - t` decisions
    /// left, and its [`policy`](Solution::policy) is how to act then. There are as many stages as steps, or
    /// [`FiniteHorizon::max_iterations`] where those are fewer.
    ///
    /// ```
    /// use dunamis_mdp::{Criterion, Mdp, Reward, TransitionModel};
    /// use dunamis_solve::FiniteHorizon;
    /// let mut builder = TransitionModel::builder();
    /// let (shop, bank) = (builder.state("shop")?, builder.state("bank")?);
    /// builder.transition(shop, "sell", shop, 1.0)?;
    /// builder.transition(shop, "walk", bank, 1.0)?;
    /// builder.transition(bank, "save", bank, 1.0)?;
    /// let model = builder.build()?;
    /// let reward = Reward::state_action(&model, [1.0, 0.0, 3.0])?;
    /// let mdp = Mdp::new(model, reward)?;
    /// let stages = FiniteHorizon::default().stages(&mdp, &Criterion::FiniteHorizon { steps: 3, discount: None })?;
    /// assert_eq!(stages.iter().map(|stage| stage.value[0]).collect::<Vec<_>>(), [6.0, 3.0, 1.0]);
    /// assert_eq!(stages[0].optimal, [false, true, true]);
    /// assert_eq!(stages[2].optimal, [true, false, true]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Solver::solve`].
    pub fn stages(&self, mdp: &Mdp, criterion: &Criterion) -> Result<Vec<Solution>, SolveError> {
        let mut stages = Vec::new();
        self.induct(mdp, criterion, &(), |induction| stages.push(induction.solution()))?;
        stages.reverse();
        Ok(stages)
    }

    /// Runs the induction and shows it at every stage, the last stage first. Returns it at the first stage.
    fn induct<'a>(
        &self,
        mdp: &'a Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
        mut stage: impl FnMut(&Induction<'a>),
    ) -> Result<Induction<'a>, SolveError> {
        let Criterion::FiniteHorizon { steps, discount } = criterion else {
            return Err(SolveError::UnsupportedCriterion { solver: self.name(), criterion: criterion.clone() });
        };
        self.tolerance.check("tolerance")?;
        self.tie_tolerance.check("tie_tolerance")?;
        let scale = value_scale(mdp, criterion)?;
        let sweeps = (*steps).min(self.max_iterations);
        let mut induction = Induction::new(mdp, discount.as_ref(), *steps - sweeps);
        induction.target = self.tolerance.absolute(scale);
        induction.tie_tolerance = self.tie_tolerance.absolute(scale);
        let budget = Budget { limit: sweeps, observer };
        while induction.sweeps < sweeps {
            induction.back_up();
            stage(&induction);
            let left = sweeps - induction.sweeps;
            if left > 0 && budget.spent(induction.sweeps, f64::INFINITY, induction.target).is_some() {
                induction.stop_short(left);
                break;
            }
        }
        Ok(induction)
    }
}

impl Solver for FiniteHorizon {
    fn name(&self) -> &'static str {
        "finite-horizon"
    }

    /// The first stage: its value, and the actions that are optimal with all decisions left. With no decision left every
    /// value is 0 and every action is optimal.
    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        Ok(self.induct(mdp, criterion, observer, |_| ())?.solution())
    }
}

/// Backward induction after some backups.
struct Induction<'a> {
    bellman: Bellman<'a>,
    /// $`\gamma m`$ with the largest row mass, rounded up.
    rate: f64,
    /// $`\lVert r \rVert_\infty`$ by exact form, rounded up.
    reward: f64,
    /// Relative rounding of one backup.
    rounding: f64,
    /// Values after the latest backup and before it.
    value: Vec<f64>,
    before: Vec<f64>,
    /// Largest error of the latest action values, hence of the latest values.
    error: f64,
    sweeps: usize,
    interrupted: bool,
    /// Steps beyond the iteration limit.
    cut_off: usize,
    target: f64,
    tie_tolerance: f64,
}

impl<'a> Induction<'a> {
    fn new(mdp: &'a Mdp, discount: Option<&Discount>, cut_off: usize) -> Self {
        // Backups are undiscounted where there is no discount, which is not a `Discount`.
        let mut bellman = Bellman::new(mdp, discount.unwrap_or(&Discount::new(0.0).expect("0 is a discount")));
        let enclosed = discount.map_or(Enclosure { low: 1.0, high: 1.0 }, enclose_discount);
        bellman.discount = discount.map_or(1.0, Discount::value);
        let rate = contraction(&bellman, enclosed).high;
        let largest = reward_scale(mdp.reward().values());
        let reward = if bellman.is_zero_reward() { 0.0 } else { largest.next_up() };
        // The width of the enclosed discount is at most two units of rounding.
        let rounding = allowance(bellman.longest_row()) + 4.0 * f64::EPSILON;
        let value = vec![0.0; bellman.states()];
        let mut induction = Induction {
            rate,
            reward,
            rounding,
            before: value.clone(),
            value,
            error: 0.0,
            interrupted: false,
            sweeps: 0,
            cut_off,
            target: 0.0,
            tie_tolerance: 0.0,
            bellman,
        };
        induction.error = induction.tail(cut_off);
        induction
    }

    /// What may come of `steps` more steps at the end, after the sweeps so far.
    fn tail(&self, steps: usize) -> f64 {
        let steps = steps as f64;
        let geometric = if self.rate < 1.0 { (1.0 / (1.0 - self.rate)).min(steps) } else { steps };
        let growth = self.rate.max(1.0).powf(steps) * self.rate.powf(self.sweeps as f64);
        1.000_001 * self.reward * geometric * growth
    }

    /// Ends before the horizon is reached: the values so far are those of the first steps.
    fn stop_short(&mut self, left: usize) {
        self.error = (self.error + self.tail(left)).next_up();
        self.interrupted = true;
    }

    fn back_up(&mut self) {
        std::mem::swap(&mut self.value, &mut self.before);
        let largest = reward_scale(&self.before);
        for (state, value) in self.value.iter_mut().enumerate() {
            *value = self.bellman.best(state, &self.before);
        }
        // Each operation below rounds by half a unit, less than the slack of the allowance.
        let fresh = self.rounding * (self.reward + self.rate * largest);
        let underflow = (self.bellman.longest_row() as f64 + 4.0) * f64::MIN_POSITIVE;
        let nothing = self.reward == 0.0 && self.error == 0.0;
        self.error = if nothing { 0.0 } else { (self.rate * self.error + fresh).next_up().next_up() + underflow };
        self.sweeps += 1;
    }

    fn bounds(&self) -> ValueBounds {
        let around = |direction: f64, round: fn(f64) -> f64| {
            let bound = |&value: &f64| {
                if self.error == 0.0 { value } else { round(value + direction * self.error) }
            };
            self.value.iter().map(bound).collect()
        };
        ValueBounds { lower: around(-1.0, f64::next_down), upper: around(1.0, f64::next_up) }
    }

    fn solution(&self) -> Solution {
        let bellman = &self.bellman;
        let bounds = self.bounds();
        let tie_tolerance = self.tie_tolerance.max(2.001 * self.error);
        let mut optimal = vec![self.sweeps == 0; bellman.pair_count()];
        if self.sweeps > 0 {
            for (state, &value) in self.value.iter().enumerate() {
                for pair in bellman.pairs(state) {
                    optimal[pair] = bellman.action_value(state, pair, &self.before) >= value - tie_tolerance;
                }
            }
        }
        let status = match (bounds.gap() <= self.target, self.cut_off) {
            (true, _) => Termination::Converged,
            (false, _) if self.interrupted => Termination::Interrupted,
            (false, 0) => Termination::PrecisionLimit,
            (false, _) => Termination::IterationLimit,
        };
        let statistics = Statistics {
            solver: "finite-horizon",
            iterations: self.sweeps,
            sweeps: self.sweeps + 1,
            ..Statistics::default()
        };
        let best = first_marked(bellman, &optimal);
        Solution { value: self.value.clone(), bounds, optimal, best, tie_tolerance, status, statistics }
    }
}
