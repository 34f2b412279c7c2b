//! Relative value iteration `[White 1963]` for average reward, sound in every multichain model.
//!
//! The gain is found for each maximal end component by itself, where one gain $`g`$ belongs to all states, and carried to the
//! others through the quotient, as for [`AverageReward`](crate::AverageReward); without that decomposition the differences of
//! successive values have no common limit. Within a component, with $`0 < \tau \le 1`$ and any state $`s_0`$,
//!
//! ```math
//! d(s) = \max_a \Bigl( r(s,a) + \sum_{s'} p\,(h(s') - h(s)) \Bigr), \qquad
//! h(s) \leftarrow h(s) + \tau\,(d(s) - d(s_0)).
//! ```
//!
//! This is value iteration of the model that moves only with probability $`\tau`$ and is paid $`\tau r`$, whose bias is the same
//! and which has no periods for $`\tau < 1`$ `[Schweitzer 1971; Puterman 1994, §8.5.4]`, so that the span of $`d`$ tends to 0
//! `[Puterman 1994, Thm 9.4.5]`. At every sweep
//!
//! ```math
//! \min_s d(s) \;\le\; g \;\le\; \max_s d(s)
//! ```
//!
//! `[Odoni 1969]`, whatever $`h`$ is: the bounds are those of the model as it was written, rounding included.
//!
//! Differences of biases that are large beside the rewards would take as many sweeps as they are times larger, so steps are
//! doubled for as long as the span of $`d`$ does not grow, and taken back when it does; the sweeps in between are plain ones.
//!
//! **Stopping rule.** Both bounds of every state as close as asked. **Complexity.** $`O(\mathrm{nnz})`$ per sweep and no linear
//! system, hence also for components of a million states; sweeps grow with the time that play takes to mix, and with the
//! square of the lengths of optimal cycles.

use crate::average_reward::component::{Component, ComponentGain, Rules};
use crate::average_reward::solve_by_components;
use crate::observer::Budget;
use crate::{Observer, Solution, SolveError, Solver, Termination, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Largest number of plain sweeps between two attempts to leap.
const LONGEST_WAIT: u32 = 64;

/// Settings of relative value iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelativeValueIteration {
    /// $`\tau`$, the probability of moving after the aperiodicity transformation: above 0 and at most 1. With 1 there is no
    /// transformation, and iteration may never end where optimal play is periodic.
    pub aperiodicity: f64,
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best within which actions count as tied; see
    /// [`AverageReward::tie_tolerance`](crate::AverageReward::tie_tolerance).
    pub tie_tolerance: Tolerance,
    /// Largest number of sweeps per end component, and of sweeps of the quotient.
    pub max_iterations: usize,
}

impl Default for RelativeValueIteration {
    fn default() -> Self {
        RelativeValueIteration {
            aperiodicity: 0.75,
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for RelativeValueIteration {
    fn name(&self) -> &'static str {
        "relative-value-iteration"
    }

    /// # Errors
    ///
    /// As for every solver, and [`SolveError::Aperiodicity`].
    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let step = self.aperiodicity;
        if !(step > 0.0 && step <= 1.0) {
            return Err(SolveError::Aperiodicity { value: step });
        }
        let tolerances = (self.tolerance, self.tie_tolerance);
        let budget = Budget { limit: self.max_iterations, observer };
        solve_by_components(self.name(), mdp, criterion, tolerances, budget, |component, rules| {
            Ok(iterate(component, rules, step))
        })
    }
}

/// Sweeps over one component until its gain is known.
fn iterate(component: &Component<'_>, rules: &Rules<'_>, step: f64) -> ComponentGain {
    let mut bias = vec![0.0; component.members.len()];
    let (mut best, mut residual) = (bias.clone(), bias.clone());
    // The last accepted bias with its residual and span, and how many steps from there led to `bias`.
    let (mut base, mut base_residual, mut span, mut leap) = (bias.clone(), bias.clone(), f64::INFINITY, 1.0);
    let (mut wait, mut patience) = (1, 1);
    let (mut lower, mut upper) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut sweeps = 0;
    let status = loop {
        let sweep = sweep(component, &bias, &mut residual);
        sweeps += 1;
        let (low, high) = rules.within_rewards((sweep.lower, sweep.upper));
        if low > lower {
            // Every member has an action that keeps this promise, which makes optimal actions recognizable.
            lower = low;
            best.clone_from(&bias);
        }
        upper = high.min(upper);
        let gap = upper - lower;
        if gap <= rules.target {
            break Termination::Converged;
        }
        if leap > 1.0 && sweep.span > span {
            // Too far: one step from the base, and more of them before the next leap if leaps are of no use.
            patience = if leap > 2.0 { 1 } else { (2 * patience).min(LONGEST_WAIT) };
            (leap, wait) = (1.0, patience);
        } else {
            // Once the residuals differ by no more than their rounding, further sweeps tell nothing.
            if !sweep.resolved() {
                break Termination::PrecisionLimit;
            }
            span = sweep.span;
            base.clone_from(&bias);
            base_residual.clone_from(&residual);
            leap = if wait == 0 { 2.0 * leap } else { 1.0 };
            wait = wait.saturating_sub(1);
        }
        if let Some(status) = rules.budget.spent(sweeps, gap, rules.target) {
            break status;
        }
        let reference = base_residual[0];
        for ((h, from), d) in bias.iter_mut().zip(&base).zip(&base_residual) {
            *h = from + leap * step * (d - reference);
        }
    };
    ComponentGain { lower, upper, bias: best, iterations: sweeps, sweeps, status }
}

/// What one sweep tells of the gain.
struct Bounds {
    lower: f64,
    upper: f64,
    /// Distance of the extreme residuals, without rounding.
    span: f64,
}

impl Bounds {
    /// Whether the residuals differ by more than their rounding.
    fn resolved(&self) -> bool {
        self.span > 0.5 * (self.upper - self.lower)
    }
}

/// Computes the residual $`d`$ of every member.
fn sweep(component: &Component<'_>, bias: &[f64], residual: &mut [f64]) -> Bounds {
    let (mut lower, mut upper) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for (member, best) in residual.iter_mut().enumerate() {
        *best = f64::NEG_INFINITY;
        let mut certain = f64::NEG_INFINITY;
        for pair in component.pairs(member) {
            let (value, low, high) = component.enclose(member, pair, bias);
            *best = best.max(value);
            certain = certain.max(low);
            upper = upper.max(high);
        }
        lower = lower.min(certain);
        (least, most) = (least.min(*best), most.max(*best));
    }
    Bounds { lower, upper, span: most - least }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{Reward, TransitionModel};

    fn alternating() -> Mdp {
        let mut builder = TransitionModel::builder();
        let (tick, tock) = (builder.state("tick").unwrap(), builder.state("tock").unwrap());
        builder.transition(tick, "go", tock, 1.0).unwrap();
        builder.transition(tock, "go", tick, 1.0).unwrap();
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, [1.0, 0.0]).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    /// Without the transformation the residuals of a periodic model swap places for ever; the bounds stay true.
    #[test]
    fn the_transformation_removes_periods() {
        let mdp = alternating();
        let plain = RelativeValueIteration { aperiodicity: 1.0, max_iterations: 1000, ..Default::default() };
        let solution = plain.solve(&mdp, &Criterion::Average).unwrap();
        assert_eq!(solution.status, Termination::IterationLimit);
        assert!(solution.bounds.lower[0] <= 0.5 && solution.bounds.upper[0] >= 0.5 && solution.gap() > 0.9);
        let solution = RelativeValueIteration::default().solve(&mdp, &Criterion::Average).unwrap();
        assert_eq!(solution.status, Termination::Converged);
        assert!(solution.value.iter().all(|gain| (gain - 0.5).abs() <= 1e-9), "{:?}", solution.value);
    }

    /// The better loop lies behind a loss of a million times its gain: as many plain sweeps would pass before it counts.
    #[test]
    fn leaps_cross_barriers() {
        let mut builder = TransitionModel::builder();
        let [here, barrier, there] = ["here", "barrier", "there"].map(|name| builder.state(name).unwrap());
        for (from, action, to) in [
            (here, "stay", here),
            (here, "cross", barrier),
            (barrier, "on", there),
            (there, "stay", there),
            (there, "back", here),
        ] {
            builder.transition(from, action, to, 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, [0.0, -2e6, 1.0]).unwrap();
        let solver = RelativeValueIteration { max_iterations: 2000, ..Default::default() };
        let solver = RelativeValueIteration { tolerance: Tolerance::Absolute(1e-6), ..solver };
        let solution = solver.solve(&Mdp::new(model, reward).unwrap(), &Criterion::Average).unwrap();
        assert_eq!(solution.status, Termination::Converged, "{solution:?}");
        assert!(solution.value.iter().all(|gain| (gain - 1.0).abs() <= 1e-6), "{:?}", solution.value);
    }

    #[test]
    fn steps_outside_of_their_range_are_refused() {
        for aperiodicity in [0.0, -0.5, 1.5, f64::NAN] {
            let solver = RelativeValueIteration { aperiodicity, ..Default::default() };
            let error = solver.solve(&alternating(), &Criterion::Average).unwrap_err();
            assert!(matches!(error, SolveError::Aperiodicity { .. }), "{error}");
        }
        let error = SolveError::Aperiodicity { value: 1.5 };
        assert_eq!(error.to_string(), "`aperiodicity` is 1.5, but must be above 0 and at most 1");
    }
}
