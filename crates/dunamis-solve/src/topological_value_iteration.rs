//! Topological value iteration: one strongly connected component after the other, `[Dai & Goldsmith 2007]`.
//!
//! Components of the graph of possible transitions are solved in reverse topological order, so that what lies behind a
//! component is known when it is solved: each state is swept only as long as its own component needs it. Sweeps are those of
//! Jacobi, so that errors which all states of a component have in common do not count.
//!
//! **Bounds by component.** Let $`C`$ be a component and $`l \le V^* \le u`$ known on the states behind it. Of a pair let
//! $`m(s,a) = \sum_{s' \in C} T(s'|s,a)`$ be the mass that stays in $`C`$, and for any $`v`$ on $`C`$ let
//!
//! ```math
//! q_u(s,a) = r(s,a) + \gamma \sum_{s' \notin C} T(s'|s,a)\, u(s') + \gamma \sum_{s' \in C} T(s'|s,a)\, v(s'), \qquad
//! c_u = \max_{s \in C} \max_a \frac{q_u(s,a) - v(s)}{1 - \gamma\, m(s,a)}.
//! ```
//!
//! Then $`q_u(s,a) + \gamma m(s,a) c_u \le v(s) + c_u`$ for every pair, whatever the sign of $`c_u`$: on $`C`$, the vector
//! $`v + c_u`$ is not below its own backup with $`u`$ behind. Backups are monotone and contract, hence $`V^* \le v + c_u`$ and, by one
//! more backup, $`V^*(s) \le \max_a \bigl(q_u(s,a) + \gamma m(s,a) c_u\bigr)`$. The mirror image with $`l`$ and
//! $`c_l = \min_s \max_a (q_l - v)/(1 - \gamma m)`$ bounds from below. Every operation is rounded outwards.
//!
//! - *No component widens another.* With $`h`$ the distance of the bounds behind $`C`$, they add at most
//!   $`\gamma (1 - m) h / (1 - \gamma m) \le \gamma h`$ to what $`C`$ itself is off; isolated components add nothing.
//! - *Never wider than the bounds of [`crate::bellman_bounds`] for the same vector.* Those are $`Tv + \gamma M c`$ with
//!   $`c \ge (q - v)/(1 - \gamma M(s,a))`$ for all pairs, $`M = m + m'`$ the whole mass and $`m'`$ the part that leaves $`C`$. By
//!   induction $`u \le v + c`$ behind $`C`$, so $`q_u - v \le q - v + \gamma m' c \le (1 - \gamma m) c`$: thus $`c_u \le c`$, and
//!   $`q_u + \gamma m c_u \le q + \gamma M c`$.
//!
//! **Stopping rule.** A component is done when its own part of the distance is $`1/d`$ of half the tolerance, with $`d`$ the
//! largest number of components with more than one state on any path, or $`1/(1-\gamma)`$ if that is less: by the first property the
//! parts add up to no more than half the tolerance. Single states are solved by one backup.
//! **Complexity.** $`O(\mathrm{nnz})`$ for the components `[Tarjan 1972]`; then value iteration in each. A strongly
//! connected model is one component, and nothing is gained.

use crate::bellman::{Bellman, Span};
use crate::bounds::{Enclosure, GapWatch, discounted_up, lift_up, rate, sum_up};
use crate::discounted::Discounted;
use crate::enclosed_bellman::EnclosedBellman;
use crate::end_components::strongly_connected;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance, ValueBounds};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};

/// Settings of topological value iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopologicalValueIteration {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of iterations: as many backups as a sweep over all states has.
    pub max_iterations: usize,
}

impl Default for TopologicalValueIteration {
    fn default() -> Self {
        TopologicalValueIteration {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for TopologicalValueIteration {
    fn name(&self) -> &'static str {
        "topological-value-iteration"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let order = TopologicalOrder::new(&problem.bellman);
        let mut run = Run::new(&problem, &order, Statistics::new(self.name()), self.max_iterations);
        let mut status = Termination::PrecisionLimit;
        let mut solved = 0;
        for component in 0..order.components() {
            if let Some(reason) = run.solve(component) {
                status = reason;
                break;
            }
            solved = component + 1;
        }
        let Run { value, lower, upper, mut statistics, .. } = run;
        let mut bounds = ValueBounds { lower, upper };
        if solved < order.components() {
            // Components that were not reached get the bounds that the whole vector proves.
            let all = problem.bounds(&value);
            statistics.sweeps += 1;
            for &state in (solved..order.components()).flat_map(|component| order.members(component)) {
                let state = state as usize;
                (bounds.lower[state], bounds.upper[state]) = (all.lower[state], all.upper[state]);
            }
        }
        Ok(problem.finish(bounds, status, statistics))
    }
}

/// Strongly connected components so that every transition leads to the same or an earlier one.
struct TopologicalOrder {
    /// Component of each state.
    of: Vec<u32>,
    /// First member of each component, and one past the last.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// Most components of more than one state on any path.
    depth: u32,
}

impl TopologicalOrder {
    fn new(bellman: &Bellman<'_>) -> Self {
        let successors = |state| bellman.pairs(state).flat_map(|pair| bellman.row(pair).0.iter().map(|&s| s as usize));
        let of = strongly_connected(bellman.states(), successors);
        let count = of.iter().fold(0, |count, &component| count.max(component as usize + 1));
        let mut starts = vec![0_u32; count + 1];
        for &component in &of {
            starts[component as usize + 1] += 1;
        }
        for component in 0..count {
            starts[component + 1] += starts[component];
        }
        let mut free = starts.clone();
        let mut members = vec![0; of.len()];
        for (state, &component) in of.iter().enumerate() {
            members[free[component as usize] as usize] = state as u32;
            free[component as usize] += 1;
        }
        let mut order = TopologicalOrder { of, starts, members, depth: 0 };
        let mut depth = vec![0; count];
        for component in 0..count {
            let members = order.members(component);
            let behind =
                members.iter().flat_map(|&state| successors(state as usize)).map(|next| order.of[next] as usize);
            let deepest = behind.filter(|&next| next != component).map(|next| depth[next]).max().unwrap_or(0);
            depth[component] = deepest + u32::from(members.len() > 1);
        }
        order.depth = depth.into_iter().max().unwrap_or(0);
        order
    }

    fn components(&self) -> usize {
        self.starts.len() - 1
    }

    /// States of a component, ascending.
    fn members(&self, component: usize) -> &[u32] {
        &self.members[self.starts[component] as usize..self.starts[component + 1] as usize]
    }
}

/// A run over the components.
struct Run<'p, 'a> {
    problem: &'p Discounted<'a>,
    order: &'p TopologicalOrder,
    operator: EnclosedBellman<'p, 'a>,
    /// True bounds of the components that are solved.
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// Approximate values: the middles of the bounds where they are known.
    value: Vec<f64>,
    backed_up: Vec<f64>,
    /// Of every pair of a component: bounds of its action value, and the discounted mass that stays.
    backups_of_pairs: Vec<(f64, f64, Enclosure)>,
    statistics: Statistics,
    max_iterations: usize,
}

impl<'p, 'a> Run<'p, 'a> {
    fn new(
        problem: &'p Discounted<'a>,
        order: &'p TopologicalOrder,
        statistics: Statistics,
        max_iterations: usize,
    ) -> Self {
        let states = problem.bellman.states();
        Run {
            problem,
            order,
            operator: EnclosedBellman::new(&problem.bellman, problem.discount),
            lower: vec![0.0; states],
            upper: vec![0.0; states],
            value: vec![0.0; states],
            backed_up: vec![0.0; states],
            backups_of_pairs: Vec::new(),
            statistics,
            max_iterations,
        }
    }

    /// Finds bounds of a component from those behind it; returns a reason to stop before that if there is one.
    fn solve(&mut self, component: usize) -> Option<Termination> {
        let order = self.order;
        let members = order.members(component);
        let pairs = members.iter().map(|&state| self.problem.bellman.pairs(state as usize).len()).sum();
        let parts = f64::from(order.depth.max(1)).min(1.0 / self.problem.rule.complement());
        let rule = self.problem.rule.with_target(self.problem.rule.target / parts);
        let mut watch = GapWatch::new(&rule);
        loop {
            let shift = self.jacobi(component, members);
            if let Some(status) = self.count(pairs) {
                return Some(status);
            }
            if watch.arrived(self.problem.bellman.discount * shift.width(), &rule) {
                let middle = 0.5 * (shift.min + shift.max);
                for &state in members {
                    self.value[state as usize] += middle;
                }
                break;
            }
            for &state in members {
                self.value[state as usize] = self.backed_up[state as usize];
            }
        }
        self.bound(component, members);
        self.count(2 * pairs)
    }

    /// Counts backups of pairs; a reason to stop, once as many as a sweep over all states has were done since it was asked.
    fn count(&mut self, pairs: usize) -> Option<Termination> {
        self.statistics.backups += pairs;
        let iterations = self.statistics.backups / self.problem.bellman.pair_count();
        if iterations == self.statistics.iterations {
            return None;
        }
        self.statistics.iterations = iterations;
        if self.problem.interrupted(iterations, f64::INFINITY) {
            Some(Termination::Interrupted)
        } else {
            (iterations >= self.max_iterations).then_some(Termination::IterationLimit)
        }
    }

    /// Backs up a component and estimates the range of $`(q - v)/(1 - \gamma m)`$.
    fn jacobi(&mut self, component: usize, members: &[u32]) -> Span {
        let bellman = &self.problem.bellman;
        let mut shift = Span::EMPTY;
        for &state in members {
            let state = state as usize;
            let (mut best, mut best_shift) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for pair in bellman.pairs(state) {
                let q = bellman.action_value(state, pair, &self.value);
                let staying = bellman.discount * self.staying(component, pair).0;
                best = best.max(q);
                best_shift = best_shift.max((q - self.value[state]) / (1.0 - staying));
            }
            self.backed_up[state] = best;
            shift.add(best_shift);
        }
        shift
    }

    /// Mass of a pair that stays in a component, and the number of its entries.
    fn staying(&self, component: usize, pair: usize) -> (f64, usize) {
        let (next, probability) = self.problem.bellman.row(pair);
        let entries = next.iter().zip(probability);
        let staying = entries.filter(|&(&next, _)| self.order.of[next as usize] as usize == component);
        staying.fold((0.0, 0), |(mass, entries), (_, &p)| (mass + p, entries + 1))
    }

    /// Proves bounds of a component from its value, see the module's documentation.
    fn bound(&mut self, component: usize, members: &[u32]) {
        for &state in members {
            let state = state as usize;
            (self.lower[state], self.upper[state]) = (self.value[state], self.value[state]);
        }
        let bellman = &self.problem.bellman;
        self.backups_of_pairs.clear();
        // Shifts below and above which no state is.
        let (mut down, mut up) = (f64::INFINITY, f64::NEG_INFINITY);
        for &state in members {
            let state = state as usize;
            let own = self.value[state];
            let mut state_down = f64::NEG_INFINITY;
            for pair in bellman.pairs(state) {
                let low = self.operator.action_value(state, pair, &self.lower).low;
                let high = self.operator.action_value(state, pair, &self.upper).high;
                let (mass, entries) = self.staying(component, pair);
                let rate = rate(mass, entries, self.operator.discount);
                state_down = state_down.max(-lift_up(sum_up(own, -low), rate));
                up = up.max(lift_up(sum_up(high, -own), rate));
                self.backups_of_pairs.push((low, high, rate));
            }
            down = down.min(state_down);
        }
        let mut backups = self.backups_of_pairs.iter();
        for &state in members {
            let state = state as usize;
            let (mut lower, mut upper) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for &(low, high, rate) in backups.by_ref().take(bellman.pairs(state).len()) {
                lower = lower.max(-sum_up(-low, discounted_up(-down, rate)));
                upper = upper.max(sum_up(high, discounted_up(up, rate)));
            }
            (self.lower[state], self.upper[state]) = (lower, upper);
            let middle = 0.5 * lower + 0.5 * upper;
            self.value[state] = if middle.is_finite() { middle } else { self.value[state] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModifiedPolicyIteration, ValueIteration, bellman_bounds, solve_exact};
    use dunamis_mdp::{Discount, Rational, Reward, TransitionModel};

    /// A loop that mixes slowly, and beside it a corridor with two ends that are never left.
    fn islands() -> Mdp {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..40).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for s in 0..2 {
            builder.transition(ids[s], "stay", ids[s], 0.999).unwrap();
            builder.transition(ids[s], "stay", ids[1 - s], 0.001).unwrap();
        }
        for s in 2..38 {
            builder.transition(ids[s], "on", ids[s + 1], 1.0).unwrap();
            builder.transition(ids[s], "jump", ids[s], 0.25).unwrap();
            builder.transition(ids[s], "jump", ids[s + 1], 0.5).unwrap();
            builder.transition(ids[s], "jump", ids[s + 2], 0.25).unwrap();
        }
        for s in [38, 39] {
            builder.transition(ids[s], "stay", ids[s], 1.0).unwrap();
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..40).map(|s| f64::from(s * s % 11) - 3.0)).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    fn discounted(text: &str) -> (Discount, Criterion) {
        let discount: Discount = text.parse().unwrap();
        (discount.clone(), discount.into())
    }

    #[test]
    fn slow_components_keep_no_other_busy() {
        let mdp = islands();
        let (_, criterion) = discounted("0.99");
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        let topological = TopologicalValueIteration::default().solve(&mdp, &criterion).unwrap();
        let policies = ModifiedPolicyIteration::default().solve(&mdp, &criterion).unwrap();
        for solution in [&plain, &topological, &policies] {
            assert_eq!(solution.status, Termination::Converged);
        }
        for state in 0..40 {
            assert!(topological.bounds.lower[state] <= policies.bounds.upper[state]);
            assert!(policies.bounds.lower[state] <= topological.bounds.upper[state]);
        }
        let (few, many) = (topological.statistics.backups, plain.statistics.backups);
        assert!(10 * few < many, "{few} and {many} backups");
    }

    #[test]
    fn components_are_bounded_apart() {
        let mdp = islands();
        let (discount, criterion) = discounted("0.99");
        let truth = solve_exact(&mdp, &criterion).unwrap().value;
        let solver = TopologicalValueIteration { tolerance: Tolerance::Absolute(1.0), ..Default::default() };
        let solution = solver.solve(&mdp, &criterion).unwrap();
        for (state, value) in truth.iter().enumerate() {
            let exact = |x: f64| Rational::from_float(x).unwrap();
            assert!(exact(solution.bounds.lower[state]) <= *value && *value <= exact(solution.bounds.upper[state]));
        }
        // The slow island is as wide as it may be; the corridor is exact up to rounding, and yet no global residual says so.
        let distance = |bounds: &ValueBounds, state: usize| bounds.upper[state] - bounds.lower[state];
        assert!(distance(&solution.bounds, 0) > 1e-3, "{}", distance(&solution.bounds, 0));
        let all = bellman_bounds(&mdp, &discount, &solution.value).unwrap();
        for state in 2..40 {
            assert!(distance(&solution.bounds, state) < 1e-10 && distance(&all, state) > 1e-3, "state {state}");
        }
    }

    /// The second property of the module's documentation, for vectors that are no solution of anything.
    #[test]
    fn bounds_by_component_lie_within_those_of_the_whole_residual() {
        let mdp = islands();
        let (discount, criterion) = discounted("0.9");
        let tolerance = Tolerance::Relative(1e-9);
        let problem = Discounted::new("test", &mdp, &criterion, (tolerance, tolerance), &()).unwrap();
        let order = TopologicalOrder::new(&problem.bellman);
        for factor in 1..50 {
            let value: Vec<f64> = (0..40).map(|s| f64::from(s * s * factor % 101) - 50.0).collect();
            let all = bellman_bounds(&mdp, &discount, &value).unwrap();
            let mut run = Run::new(&problem, &order, Statistics::new("test"), 1);
            run.value = value;
            for component in 0..order.components() {
                run.bound(component, order.members(component));
            }
            let mut narrower = 0;
            for state in 0..40 {
                assert!(run.lower[state] >= all.lower[state] - 1e-10 && run.upper[state] <= all.upper[state] + 1e-10);
                narrower += u32::from(run.upper[state] - run.lower[state] < all.upper[state] - all.lower[state] - 1.0);
            }
            assert!(narrower > 0);
        }
    }
}
