//! Prioritized sweeping: asynchronous value iteration where the Bellman error is largest,
//! `[Moore & Atkeson 1993; Wingate & Seppi 2005]`.
//!
//! A full sweep measures the Bellman error of every state and shifts all values by the same amount to their lower bound, as in
//! [`crate::ValueIteration`]. Then single states are backed up, the largest error first. When a value changes by $`\delta`$, the
//! error of a predecessor $`s`$ grows by no more than $`\gamma \max_a T(s'|s,a)\, |\delta|`$; the sum of these since its last backup bounds
//! its error and is its priority. So nothing is backed up that cannot have changed, and when no priority is above an
//! eighth of the first largest one, neither is any error. That, or as many backups as eight sweeps have, ends a round; the next full
//! sweep measures the errors anew, since only it can see (and remove) what all values have in common.
//!
//! Priorities are kept in buckets, one for each power of 2, first come first served within a bucket: the order is the same on
//! every machine, and a change of priority costs $`O(1)`$.
//!
//! **Stopping rule.** The gap of the MacQueen–Porteus bounds of the full sweeps; then a certificate.
//! **Complexity.** A backup of a state costs its transitions and its predecessors; $`O(\mathrm{nnz})`$ memory for the latter.
//! The gain is large where value spreads from few states, as from a goal, and none where all states change all the time.

use crate::bellman::Bellman;
use crate::discounted::{Discounted, Next};
use crate::value_iteration::jacobi;
use crate::{Observer, Solution, SolveError, Solver, Statistics, Termination, Tolerance};
use dunamis_mdp::{Criterion, Mdp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A round ends when no error is above this part of the first largest one, a power of 2,
const ROUND_SHRINKS_TO: f64 = 0.125;
/// or after as many backups as this number of sweeps has.
const SWEEPS_PER_ROUND: usize = 8;
/// Number of buckets. Errors grow within a round, as far as many predecessors add up.
const LEVELS: usize = 32;
/// The bucket of a state that is in none.
const OUT: u8 = u8::MAX;

/// Settings of prioritized sweeping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrioritizedSweeping {
    /// Largest allowed distance of the bounds.
    pub tolerance: Tolerance,
    /// Distance from the best action value within which actions count as tied.
    pub tie_tolerance: Tolerance,
    /// Largest number of iterations: full sweeps, and as many backups of single states as a sweep has.
    pub max_iterations: usize,
}

impl Default for PrioritizedSweeping {
    fn default() -> Self {
        PrioritizedSweeping {
            tolerance: Tolerance::Relative(1e-9),
            tie_tolerance: Tolerance::Relative(1e-9),
            max_iterations: 1_000_000,
        }
    }
}

impl Solver for PrioritizedSweeping {
    fn name(&self) -> &'static str {
        "prioritized-sweeping"
    }

    fn solve_observed(
        &self,
        mdp: &Mdp,
        criterion: &Criterion,
        observer: &dyn Observer,
    ) -> Result<Solution, SolveError> {
        let tolerances = (self.tolerance, self.tie_tolerance);
        let problem = Discounted::new(self.name(), mdp, criterion, tolerances, observer)?;
        let bellman = &problem.bellman;
        let predecessors = Predecessors::new(bellman);
        let mut queue = BucketQueue::new(bellman.states());
        let mut watch = problem.watch();
        let mut statistics = Statistics::new(self.name());
        let mut value = vec![0.0; bellman.states()];
        let mut backed_up = value.clone();
        loop {
            let residual = jacobi(bellman, &value, &mut backed_up);
            statistics.iterations += 1;
            statistics.sweeps += 1;
            let (low, high) = problem.rule.shifts(residual);
            let gap = high - low;
            let next = problem.check(&mut watch, gap, &backed_up, self.max_iterations, &mut statistics);
            if let Next::Stop(status, bounds) = next {
                return Ok(problem.finish(bounds, status, statistics));
            }
            queue.restart(ROUND_SHRINKS_TO * residual.width());
            for state in 0..value.len() {
                // The shift of a backup is `low`, that of the vector itself is larger by the residual.
                queue.add(state, backed_up[state] - value[state] - residual.min);
                value[state] += residual.min + low;
            }
            let (mut done, mut sweeps) = (0, 0);
            while let Some(state) = queue.pop() {
                let new = bellman.best(state, &value);
                let change = (new - value[state]).abs();
                value[state] = new;
                if change > 0.0 {
                    for (predecessor, weight) in predecessors.of(state) {
                        queue.add(predecessor, weight * change);
                    }
                }
                done += bellman.pairs(state).len();
                if done < bellman.pair_count() {
                    continue;
                }
                statistics.backups += done;
                statistics.iterations += 1;
                (done, sweeps) = (0, sweeps + 1);
                if problem.interrupted(statistics.iterations, gap) {
                    let bounds = problem.bounds(&value);
                    return Ok(problem.finish(bounds, Termination::Interrupted, statistics));
                }
                if sweeps == SWEEPS_PER_ROUND || statistics.iterations + 1 >= self.max_iterations {
                    break;
                }
            }
            statistics.backups += done;
        }
    }
}

/// Who can reach a state in one step.
struct Predecessors {
    starts: Vec<usize>,
    /// States, with $`\gamma`$ times their largest probability of the step.
    entries: Vec<(u32, f64)>,
}

impl Predecessors {
    fn new(bellman: &Bellman<'_>) -> Self {
        let states = bellman.states();
        // Largest probability of a step from the state at hand, and the states that have one.
        let mut largest = vec![0.0; states];
        let mut edges: Vec<(u32, u32, f64)> = Vec::new();
        let mut starts = vec![0; states + 1];
        for state in 0..states {
            let first = edges.len();
            for pair in bellman.pairs(state) {
                let (next, probability) = bellman.row(pair);
                for (&next, &p) in next.iter().zip(probability) {
                    let most: &mut f64 = &mut largest[next as usize];
                    if *most == 0.0 && p > 0.0 {
                        edges.push((next, state as u32, 0.0));
                    }
                    *most = most.max(p);
                }
            }
            for (next, _, weight) in &mut edges[first..] {
                *weight = bellman.discount * std::mem::take(&mut largest[*next as usize]);
                starts[*next as usize + 1] += 1;
            }
        }
        for state in 0..states {
            starts[state + 1] += starts[state];
        }
        let mut free = starts.clone();
        let mut entries = vec![(0, 0.0); edges.len()];
        for (next, state, weight) in edges {
            let place = &mut free[next as usize];
            entries[*place] = (state, weight);
            *place += 1;
        }
        Predecessors { starts, entries }
    }

    fn of(&self, state: usize) -> impl Iterator<Item = (usize, f64)> {
        let entries = &self.entries[self.starts[state]..self.starts[state + 1]];
        entries.iter().map(|&(predecessor, weight)| (predecessor as usize, weight))
    }
}

/// States by the size of their priority; those below a floor are in no bucket.
struct BucketQueue {
    floor: f64,
    priority: Vec<f64>,
    /// Bucket of each state. It may stand in lower ones as well, which no longer counts.
    level: Vec<u8>,
    buckets: Vec<VecDeque<u32>>,
}

impl BucketQueue {
    fn new(states: usize) -> Self {
        let buckets = vec![VecDeque::new(); LEVELS];
        BucketQueue { floor: 0.0, priority: vec![0.0; states], level: vec![OUT; states], buckets }
    }

    /// Forgets everything.
    fn restart(&mut self, floor: f64) {
        self.floor = floor;
        self.priority.fill(0.0);
        self.level.fill(OUT);
        self.buckets.iter_mut().for_each(VecDeque::clear);
    }

    /// Raises the priority of a state.
    fn add(&mut self, state: usize, amount: f64) {
        let priority = &mut self.priority[state];
        *priority += amount;
        let ratio = *priority / self.floor;
        if ratio.is_nan() || ratio < 1.0 {
            return;
        }
        // The exponent of a double is the integer part of its logarithm, on every machine.
        let exponent = (ratio.to_bits() >> 52) as usize - 1023;
        let level = exponent.min(LEVELS - 1) as u8;
        if self.level[state] == OUT || self.level[state] < level {
            self.level[state] = level;
            self.buckets[usize::from(level)].push_back(state as u32);
        }
    }

    /// Takes a state of the highest bucket; its priority is 0 from then on.
    fn pop(&mut self) -> Option<usize> {
        for level in (0..LEVELS).rev() {
            while let Some(state) = self.buckets[level].pop_front() {
                let state = state as usize;
                if usize::from(self.level[state]) == level {
                    self.level[state] = OUT;
                    self.priority[state] = 0.0;
                    return Some(state);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ValueIteration;
    use dunamis_mdp::{Discount, Reward, TransitionModel};

    /// A square of rooms with a goal in the first corner that pays once and for all.
    fn square(side: usize) -> Mdp {
        let mut builder = TransitionModel::builder();
        let ids: Vec<_> = (0..side * side).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        let end = builder.state("end").unwrap();
        builder.transition(end, "stay", end, 1.0).unwrap();
        for s in 0..ids.len() {
            let (row, column) = (s / side, s % side);
            if s == 0 {
                builder.transition(ids[s], "leave", end, 1.0).unwrap();
                continue;
            }
            let moves = [
                ("north", (row.saturating_sub(1), column)),
                ("south", ((row + 1).min(side - 1), column)),
                ("west", (row, column.saturating_sub(1))),
                ("east", (row, (column + 1).min(side - 1))),
            ];
            for (action, (row, column)) in moves {
                builder.transition(ids[s], action, ids[row * side + column], 1.0).unwrap();
            }
        }
        let model = builder.build().unwrap();
        let reward = Reward::state(&model, (0..=ids.len()).map(|s| f64::from(s == 0))).unwrap();
        Mdp::new(model, reward).unwrap()
    }

    #[test]
    fn value_spreads_from_a_goal_with_few_backups() {
        let mdp = square(30);
        let criterion: Criterion = "0.99".parse::<Discount>().unwrap().into();
        let plain = ValueIteration::default().solve(&mdp, &criterion).unwrap();
        let prioritized = PrioritizedSweeping::default().solve(&mdp, &criterion).unwrap();
        assert_eq!((plain.status, prioritized.status), (Termination::Converged, Termination::Converged));
        let (few, many) = (prioritized.statistics.backups, plain.statistics.backups);
        assert!(5 * few < many, "{few} and {many} backups");
        for (state, &value) in prioritized.value.iter().enumerate().take(900) {
            let truth = 0.99_f64.powi((state / 30 + state % 30) as i32);
            assert!((value - truth).abs() < 1e-6);
        }
        assert_eq!(plain.optimal, prioritized.optimal);
    }

    #[test]
    fn the_largest_priority_comes_first() {
        let mut queue = BucketQueue::new(5);
        queue.restart(0.5);
        for (state, priority) in [(0, 0.4), (1, 1.0), (2, 4.0), (3, 1.1), (1, 0.1)] {
            queue.add(state, priority);
        }
        // State 1 rises above all others, state 0 above the floor, behind its equal.
        queue.add(1, 1e30);
        queue.add(0, 0.7);
        assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [1, 2, 3, 0]);
        assert_eq!((queue.pop(), queue.priority), (None, vec![0.0; 5]));
    }

    #[test]
    fn predecessors_carry_their_largest_probability() {
        let mdp = square(2);
        let bellman = Bellman::new(&mdp, &"1/2".parse().unwrap());
        let predecessors = Predecessors::new(&bellman);
        let of = |state| predecessors.of(state).collect::<Vec<_>>();
        assert_eq!(of(0), [(1, 0.5), (2, 0.5)]);
        assert_eq!(of(3), [(1, 0.5), (2, 0.5), (3, 0.5)]);
        assert_eq!(of(4), [(0, 0.5), (4, 0.5)]);
    }
}
