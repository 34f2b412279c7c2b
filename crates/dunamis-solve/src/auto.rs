//! The solver that chooses a solver, from the criterion, the model's shape and the discount.
//!
//! | problem | chosen | because |
//! |---|---|---|
//! | discounted, no chance | policy iteration | a policy is evaluated exactly in one pass over its cycles, at every discount |
//! | discounted, up to 128 states | policy iteration | dense elimination is cheaper than sweeping |
//! | discounted, $`1/(1-\gamma)`$ above 50 steps, slow mixing | policy iteration | Krylov evaluation feels the discount less than sweeps do |
//! | discounted, all others | modified policy iteration | its sweeps cost least, and it adapts their order to the mixing |
//! | average, total, finite horizon | the solver of that criterion | it takes models of every structure |
//!
//! Mixing is measured: it is slow unless the last of nine Jacobi sweeps shrinks the span of the residual to less than
//! $`0.8\,\gamma`$ of what it was. They begin with a slope over the states, and those after the first keep its policy.
//!
//! What was chosen and why is in [`Statistics::choice`](crate::Statistics::choice).

use crate::bellman::{Bellman, PolicyRows};
use crate::tolerance::reward_scale;
use crate::value_iteration::jacobi;
use crate::{
    AverageReward, FiniteHorizon, ModifiedPolicyIteration, Observer, PolicyIteration, Solution, SolveError, Solver,
    Tolerance, TotalReward,
};
use dunamis_mdp::{Criterion, Discount, Mdp};
use serde::{Deserialize, Serialize};

/// Largest model whose policies are evaluated by dense elimination.
const SMALL: usize = 128;

/// Steps of $`1/(1-\gamma)`$ from which on sweeping is slow.
const LONG: f64 = 50.0;

/// Sweeps by which mixing is measured.
const PROBE: usize = 9;

/// Part of the discount above which a sweep does not mix.
const SLOW: f64 = 0.8;

/// Settings of the solver that chooses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auto {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of iterations of the chosen solver.
    pub max_iterations: usize,
}

impl Default for Auto {
    fn default() -> Self {
        Auto {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Auto {
    /// The chosen solver and why. A look at every probability, and a sweep and eight of one policy where the discount is close to 1.
    fn choose(&self, mdp: &Mdp, criterion: &Criterion) -> (Box<dyn Solver>, String) {
        let Auto { tolerance, tie_tolerance, max_iterations } = *self;
        let (model, states) = (mdp.model(), mdp.model().states().len());
        let policy_iteration =
            || Box::new(PolicyIteration { tolerance, tie_tolerance, max_iterations, ..PolicyIteration::default() });
        match criterion {
            Criterion::Average => (
                Box::new(AverageReward { tolerance, tie_tolerance, max_iterations }),
                "the criterion is average reward".into(),
            ),
            Criterion::Total => (
                Box::new(TotalReward { tolerance, tie_tolerance, max_iterations }),
                "the criterion is total reward".into(),
            ),
            Criterion::FiniteHorizon { .. } => {
                (Box::new(FiniteHorizon { tolerance, tie_tolerance, max_iterations }), "the horizon is finite".into())
            }
            _ if model.is_deterministic() => (policy_iteration(), "the model moves without chance".into()),
            _ if states <= SMALL => (policy_iteration(), format!("there are only {states} states")),
            Criterion::Discounted(discount) if 1.0 / (1.0 - discount.value()) > LONG && !mixes(mdp, discount) => {
                (policy_iteration(), format!("the discount {} is close to 1 and play mixes slowly", discount.value()))
            }
            _ => (
                Box::new(ModifiedPolicyIteration {
                    tolerance,
                    tie_tolerance,
                    max_iterations,
                    ..ModifiedPolicyIteration::default()
                }),
                format!("there are {states} states and chance"),
            ),
        }
    }
}

/// Whether sweeps shrink the span of the residual faster than the discount alone. The first is over all pairs, the others
/// are those of the policy that it found, at a part of the cost.
fn mixes(mdp: &Mdp, discount: &Discount) -> bool {
    let bellman = Bellman::new(mdp, discount);
    // A slope over the states, about as high as values can be: local moves keep it, mixing flattens it.
    let states = bellman.states();
    let height = 2.0 * reward_scale(mdp.reward().values()) / (1.0 - discount.value());
    let mut value: Vec<f64> = (0..states).map(|state| height * (state as f64 / states as f64)).collect();
    let mut backed_up = value.clone();
    let mut packed = PolicyRows::default();
    packed.clear();
    bellman.sweep(&value, |state, best, pair| {
        backed_up[state] = best;
        packed.push(&bellman, state, pair);
    });
    let policy = packed.bellman(discount.value());
    let mut widths = [0.0; PROBE - 1];
    for width in &mut widths {
        std::mem::swap(&mut value, &mut backed_up);
        *width = jacobi(&policy, &value, &mut backed_up).width();
    }
    widths[PROBE - 2] < SLOW * bellman.discount * widths[PROBE - 3]
}

impl Solver for Auto {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let (solver, reason) = self.choose(mdp, criterion);
        let mut solution = solver.solve_observed(mdp, criterion, observer)?;
        solution.statistics.solver = self.name();
        solution.statistics.choice = format!("{}, because {reason}", solver.name());
        Ok(solution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::{Names, Reward, Rows, TransitionModel};

    /// A ring where every step may stay.
    fn ring(states: u32, chance: bool) -> Mdp {
        let mut rows = Rows { pairs: (0..=states).collect(), actions: vec![0; states as usize], ..Rows::default() };
        rows.starts.push(0);
        for state in 0..states {
            let mut row = vec![(state + 1) % states];
            if chance {
                row.push(state);
            }
            row.sort_unstable();
            rows.probability.extend(row.iter().map(|_| 1.0 / row.len() as f64));
            rows.next.extend(row);
            rows.starts.push(rows.next.len());
        }
        let names = Names::new(["go"]).unwrap();
        let model = TransitionModel::from_rows(Names::numbered("s", states as usize), names, rows).unwrap();
        let reward = Reward::state(&model, (0..states).map(f64::from)).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    #[test]
    fn it_says_what_it_chose_and_why() {
        let discounted = |text: &str| Criterion::Discounted(text.parse::<Discount>().unwrap());
        let choices = [
            (ring(300, false), discounted("0.9")),
            (ring(100, true), discounted("0.9")),
            (ring(300, true), discounted("0.9")),
            (ring(300, true), discounted("0.9999")),
            (ring(30, true), Criterion::Average),
            (ring(30, true), Criterion::FiniteHorizon { steps: 3, discount: None }),
        ]
        .map(|(mdp, criterion)| Auto::default().solve(&mdp, &criterion).unwrap().statistics.choice);
        insta::assert_snapshot!(choices.join("\n"), @r"
        policy-iteration, because the model moves without chance
        policy-iteration, because there are only 100 states
        modified-policy-iteration, because there are 300 states and chance
        policy-iteration, because the discount 0.9999 is close to 1 and play mixes slowly
        average-reward, because the criterion is average reward
        finite-horizon, because the horizon is finite
        ");
    }

    #[test]
    fn criteria_that_nobody_takes_are_refused_by_name() {
        let solver = Auto { tolerance: Tolerance::Absolute(f64::NAN), ..Auto::default() };
        let refused = solver.solve(&ring(3, true), &Criterion::Average).unwrap_err();
        assert!(matches!(refused, SolveError::Tolerance { name: "tolerance", .. }));
    }
}
