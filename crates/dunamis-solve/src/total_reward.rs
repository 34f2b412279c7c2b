//! Total reward: the largest expected sum of all rewards, without discount `[Puterman 1994, ch. 7]`.
//!
//! Whatever the policy, play ends up in an end component or leaks away, so the sum is decided by the maximal end components
//! (of pairs that do not leak). The value of a policy is the limit of its expected sums over $`n`$ steps.
//!
//! | rewards of a component's actions | what staying for ever is worth |
//! |---|---|
//! | none negative, some positive | $`+\infty`$: it *pays* |
//! | of both signs, gain above 0 | $`+\infty`$: it *pays* |
//! | of both signs, gain below 0 | $`-\infty`$ |
//! | none positive | 0 inside the end components of its actions with reward exactly 0, else $`-\infty`$ |
//! | of both signs, gain not to be told from 0 | [`SolveError::IndefiniteTotal`] |
//!
//! The gain is enclosed as for [`AverageReward`](crate::AverageReward); signs are those of the rewards as written. Then a
//! state has the value
//!
//! - $`-\infty`$ if every policy risks $`-\infty`$, that is unless some policy surely leaks away, comes to a component that
//!   pays, or to one where staying is worth 0; a state that could still come to one that pays is refused
//!   ([`SolveError::UndefinedTotal`]);
//! - $`+\infty`$ if it can come to a component that pays without that risk;
//! - a finite value otherwise: with the components worth 0 collapsed, a stochastic shortest path problem, whose bounds include
//!   all rounding. Rewards may have any sign outside of end components.
//!
//! Mass that leaks is worth 0. Rows are understood as divided by their sum, since over an infinite time not even
//! $`10^{-16}`$ of mass may appear or vanish.
//!
//! **Stopping rule.** Both bounds of every finite value as close as asked. **Complexity.** A few policies, each with one
//! sparse linear system (its fill-in limits models with long chance cycles to some thousands of states), then sweeps.

use crate::average_reward::component::{self, Component, Rules};
use crate::average_reward::policy_iteration;
use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE};
use crate::observer::Budget;
use crate::qualitative::{Predecessors, almost_sure};
use crate::shortest_path::ShortestPath;
use crate::solution::first_marked;
use crate::tolerance::value_scale;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Discount, Mdp, Rational, RewardKind};
use num_traits::Zero;
use serde::{Deserialize, Serialize};

/// Settings of the total-reward solver. Bounds of states with an infinite value are that infinity on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TotalReward {
    /// Largest allowed distance of the bounds of a finite value.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied. A policy that picks among tied actions loses
    /// at most this much at every step; actions between which play could go on losing for ever are not marked.
    pub tie_tolerance: Tolerance,
    /// Largest number of policies, and of sweeps.
    pub max_iterations: usize,
}

impl Default for TotalReward {
    fn default() -> Self {
        TotalReward {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 100_000,
        }
    }
}

impl Solver for TotalReward {
    fn name(&self) -> &'static str {
        "total-reward"
    }

    /// # Errors
    ///
    /// As for every solver, and [`SolveError::IndefiniteTotal`], [`SolveError::UndefinedTotal`] or
    /// [`SolveError::Factorization`].
    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        if *criterion != Criterion::Total {
            return Err(SolveError::UnsupportedCriterion { solver: self.name(), criterion: criterion.clone() });
        }
        self.tolerance.check("tolerance")?;
        self.tie_tolerance.check("tie_tolerance")?;
        let budget = Budget { limit: self.max_iterations, observer };
        let rules = Rules { target: 0.0, scale: value_scale(mdp, criterion)?, budget };
        let model = mdp.model();
        // The operator's discount is never used: every backup below is undiscounted.
        let bellman = Bellman::new(mdp, &Discount::new(0.0).expect("0 is a discount"));
        let signs = Signs::new(mdp, &bellman);
        let Some(parts) = Decomposition::new(mdp, &bellman, &signs, &rules)? else {
            return Ok(self.unknown(&bellman));
        };
        let fixed = |state: usize| (parts.kind[state] != Kind::Finite).then(|| parts.kind[state].value());
        let problem = ShortestPath::new(&bellman, model, &parts.idle, true, fixed, |pair| parts.safe[pair]);
        let unknown = (f64::NEG_INFINITY, f64::INFINITY);
        let enclosure = problem.solve(unknown, self.tolerance, budget)?;
        let (lower, upper) = (problem.by_state(&enclosure.lower), problem.by_state(&enclosure.upper));
        let bounds = ValueBounds { lower, upper };
        let tie_tolerance = self.tie_tolerance.absolute(enclosure.scale).max(2.0 * bounds.gap());
        let value = bounds.midpoint();
        let middle = ValueBounds { lower: enclosure.lower.clone(), upper: enclosure.upper.clone() }.midpoint();
        let mut optimal = parts.optimal;
        problem.mark_optimal(&middle, &enclosure, tie_tolerance, &mut optimal);
        let statistics = Statistics {
            solver: self.name(),
            iterations: enclosure.policies + enclosure.sweeps,
            sweeps: 2 * enclosure.policies + enclosure.sweeps + 1,
            ..Statistics::default()
        };
        let best = first_marked(&bellman, &optimal);
        Ok(Solution { value, bounds, optimal, best, tie_tolerance, status: enclosure.status, statistics })
    }
}

impl TotalReward {
    /// What is known before anything is.
    fn unknown(&self, bellman: &Bellman<'_>) -> Solution {
        let states = bellman.states();
        Solution {
            value: vec![0.0; states],
            bounds: ValueBounds { lower: vec![f64::NEG_INFINITY; states], upper: vec![f64::INFINITY; states] },
            optimal: vec![true; bellman.pair_count()],
            best: (0..states).map(|state| bellman.pairs(state).start as u32).collect(),
            tie_tolerance: f64::INFINITY,
            status: Termination::Interrupted,
            statistics: Statistics::new(self.name()),
        }
    }
}

/// The sign of every pair's reward, as written.
struct Signs(Vec<i8>);

impl Signs {
    fn new(mdp: &Mdp, bellman: &Bellman<'_>) -> Self {
        let reward = mdp.reward();
        let mut signs = vec![0; bellman.pair_count()];
        for state in 0..bellman.states() {
            for pair in bellman.pairs(state) {
                let r = bellman.reward(state, pair);
                let index = if reward.kind() == RewardKind::State { state } else { pair };
                // A zero may have been written as a number too small for an `f64`.
                let sign = match r.partial_cmp(&0.0) {
                    Some(sign) if sign.is_ne() => sign,
                    _ => reward.exact(index).cmp(&Rational::zero()),
                };
                signs[pair] = sign as i8;
            }
        }
        Signs(signs)
    }
}

/// What the value of a state is, up to numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Gains,
    Loses,
    Finite,
}

impl Kind {
    fn value(self) -> f64 {
        match self {
            Kind::Gains => f64::INFINITY,
            Kind::Loses => f64::NEG_INFINITY,
            Kind::Finite => 0.0,
        }
    }
}

/// The decomposition by what play can come to.
struct Decomposition {
    kind: Vec<Kind>,
    /// Pairs of states that do not lose which lead to none that does.
    safe: Vec<bool>,
    /// End components of pairs with reward 0 in states of finite value.
    idle: EndComponents,
    /// Optimal actions of the states of infinite value, shape |SA|.
    optimal: Vec<bool>,
}

impl Decomposition {
    /// `None` if it was interrupted.
    fn new(mdp: &Mdp, bellman: &Bellman<'_>, signs: &Signs, rules: &Rules<'_>) -> Result<Option<Self>, SolveError> {
        let model = mdp.model();
        let (states, pairs) = (bellman.states(), bellman.pair_count());
        let name = |state: usize| model.states()[state].to_owned();
        let mut optimal = vec![false; pairs];
        let components = EndComponents::new(bellman, |pair| model.leak(pair) > 0.0);
        let mut pays = vec![false; states];
        for (index, members) in components.members.iter().enumerate() {
            let inside = members.iter().flat_map(|&state| bellman.pairs(state as usize));
            let (least, most) = inside
                .filter(|&pair| components.inside[pair])
                .fold((1, -1), |(least, most), pair| (signs.0[pair].min(least), signs.0[pair].max(most)));
            if most <= 0 {
                continue;
            }
            let gain = policy_iteration::solve(&Component::new(bellman, &components, index), rules)?;
            if least < 0 && gain.lower <= 0.0 {
                if gain.upper < 0.0 {
                    continue;
                }
                if gain.status == Termination::Interrupted {
                    return Ok(None);
                }
                return Err(SolveError::IndefiniteTotal { state: name(members[0] as usize) });
            }
            // Whoever stays by actions that lose less than half of the gain still gains without bound.
            component::mark_optimal(bellman, &components, index, &gain, 0.5 * gain.lower.max(0.0), &mut optimal);
            for &state in members {
                pays[state as usize] = true;
            }
        }
        let rests = EndComponents::new(bellman, |pair| model.leak(pair) > 0.0 || signs.0[pair] != 0);
        let ends: Vec<bool> = (0..states).map(|state| pays[state] || rests.of[state] != NONE).collect();
        let predecessors = Predecessors::new(bellman);
        let ending = almost_sure(bellman, &predecessors, &ends, |_| true, |pair| model.leak(pair) > 0.0);
        let saved: Vec<bool> = ending.iter().map(|&steps| steps != NONE).collect();
        let safe: Vec<bool> =
            (0..pairs).map(|pair| bellman.row(pair).0.iter().all(|&next| saved[next as usize])).collect();
        let possible = predecessors.distance(&pays, |_, _| true);
        if let Some(state) = (0..states).find(|&state| !saved[state] && possible[state] != NONE) {
            return Err(SolveError::UndefinedTotal { state: name(state) });
        }
        let nearer = predecessors.distance(&pays, |_, pair| safe[pair]);
        let mut kind = vec![Kind::Finite; states];
        let mut finite_pair = vec![false; pairs];
        for state in 0..states {
            let own = bellman.pairs(state);
            if !saved[state] {
                kind[state] = Kind::Loses;
                optimal[own].fill(true);
            } else if nearer[state] != NONE {
                kind[state] = Kind::Gains;
                for pair in own.filter(|&pair| nearer[state] > 0 && safe[pair]) {
                    optimal[pair] = bellman.row(pair).0.iter().any(|&next| nearer[next as usize] < nearer[state]);
                }
            } else {
                finite_pair[own].fill(true);
            }
        }
        let idle =
            EndComponents::new(bellman, |pair| !finite_pair[pair] || model.leak(pair) > 0.0 || signs.0[pair] != 0);
        Ok(Some(Decomposition { kind, safe, idle, optimal }))
    }
}
