//! Stochastic shortest paths: the largest expected reward until play stops, enclosed from both sides.
//!
//! The states of a model are gathered into *nodes*; a node may stop and be paid, or move on by a pair that leaves it:
//!
//! ```math
//! V(x) = \max \Bigl( q(x),\; \max_a \frac{r(a) + \sum_{y \ne x} p(y|a) V(y)}{\sum_{y \ne x} p(y|a) + \mathrm{leak}(a)} \Bigr),
//! ```
//!
//! where dividing by the mass that leaves solves the loop and normalizes the row. The caller gathers so that play which never
//! stops is worth $`-\infty`$ or impossible, and that from every node some *proper* policy stops with probability one. Then
//! $`V`$ is the only fixed point `[Bertsekas & Tsitsiklis 1991]`, and
//!
//! - $`Tu \le u`$ proves $`V \le u`$: along a proper policy $`u`$ only falls, and others are worth $`-\infty`$;
//! - $`l \le T_\pi l`$ for a proper $`\pi`$ proves $`l \le V_\pi \le V`$.
//!
//! Policy iteration finds a $`v`$ close to $`V`$; the candidates are $`u = v + \varepsilon w`$ and $`l = v - \varepsilon w_\pi`$
//! with $`w`$ the longest expected duration of play by nearly best moves, checked with every rounding counted. From true
//! bounds every backup makes true bounds again, which is interval iteration `[Haddad & Monmege 2018]`.

mod certificate;
mod proper_policy;

use crate::average_reward::component::mark_ways_out;
use crate::bellman::Bellman;
use crate::end_components::{EndComponents, NONE, strongly_connected};
use crate::linear::LinearSystem;
use crate::observer::Budget;
use crate::tolerance::reward_scale;
use crate::{SolveError, Termination, Tolerance};
use dunamis_mdp::TransitionModel;

/// Sweeps of interval iteration before policy iteration is tried, where first bounds are known.
const WARM_SWEEPS: usize = 200;
/// A move of a node: a state and one of its pairs, or stopping.
type Move = Option<(u32, u32)>;

/// A stochastic shortest path problem.
pub(crate) struct ShortestPath<'a> {
    bellman: &'a Bellman<'a>,
    model: &'a TransitionModel,
    components: &'a EndComponents,
    /// Whether moves are paid; otherwise only stopping is.
    paid: bool,
    /// Node of each state: components first, then all other states.
    node: Vec<u32>,
    /// What stopping pays; $`-\infty`$ where play must go on.
    stop: Vec<f64>,
    exits: Vec<Vec<(u32, u32)>>,
    /// Nodes so that successors come first wherever there is no cycle.
    order: Vec<u32>,
}

/// Bounds by node, and how they were found.
pub(crate) struct Enclosure {
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    /// The largest absolute value, or 1 where moves are not paid: what relative tolerances refer to.
    pub(crate) scale: f64,
    pub(crate) policies: usize,
    pub(crate) sweeps: usize,
    pub(crate) status: Termination,
    /// A proper policy close to the optimum, where policy iteration found one.
    policy: Option<Vec<Move>>,
}

/// The best policy found, with its value.
struct Incumbent {
    value: Vec<f64>,
    policy: Vec<Move>,
    policies: usize,
}

/// Which side of the truth a rounded number must lie on.
#[derive(Clone, Copy)]
enum Side {
    Lower,
    Upper,
}

impl<'a> ShortestPath<'a> {
    /// Gathers the components into nodes that may stop for 0. `fixed` gives the value of states where play is over; the moves
    /// of all other states are the pairs that `usable` accepts and that leave their node.
    pub(crate) fn new(
        bellman: &'a Bellman<'a>,
        model: &'a TransitionModel,
        components: &'a EndComponents,
        paid: bool,
        fixed: impl Fn(usize) -> Option<f64>,
        usable: impl Fn(usize) -> bool,
    ) -> Self {
        let count = components.members.len();
        let mut stop = vec![0.0; count];
        let node: Vec<u32> = (0..bellman.states())
            .map(|state| {
                if components.of[state] == NONE {
                    stop.push(fixed(state).unwrap_or(f64::NEG_INFINITY));
                    stop.len() as u32 - 1
                } else {
                    components.of[state]
                }
            })
            .collect();
        let mut exits = vec![Vec::new(); stop.len()];
        for state in (0..bellman.states()).filter(|&state| fixed(state).is_none()) {
            let own = node[state];
            for pair in bellman.pairs(state).filter(|&pair| usable(pair) && !components.inside[pair]) {
                let leaves = bellman.row(pair).0.iter().any(|&next| node[next as usize] != own);
                if leaves || model.leak(pair) > 0.0 {
                    exits[own as usize].push((state as u32, pair as u32));
                }
            }
        }
        let rank = strongly_connected(bellman.states(), |state| {
            bellman.pairs(state).flat_map(|pair| bellman.row(pair).0.iter().map(|&next| next as usize))
        });
        let mut by_node = vec![0; stop.len()];
        for (state, &node) in node.iter().enumerate() {
            by_node[node as usize] = rank[state];
        }
        let mut order: Vec<u32> = (0..stop.len() as u32).collect();
        order.sort_by_key(|&node| by_node[node as usize]);
        ShortestPath { bellman, model, components, paid, node, stop, exits, order }
    }

    /// A vector over nodes as one over states.
    pub(crate) fn by_state(&self, by_node: &[f64]) -> Vec<f64> {
        self.node.iter().map(|&node| by_node[node as usize]).collect()
    }

    /// Reward, successors in other nodes with probabilities, and the mass that leaves the node.
    fn parts(&self, node: usize, (state, pair): (u32, u32)) -> (f64, impl Iterator<Item = (usize, f64)>, f64) {
        let (next, probability) = self.bellman.row(pair as usize);
        let others = move || {
            let entries = next.iter().zip(probability).map(|(&next, &p)| (self.node[next as usize] as usize, p));
            entries.filter(move |&(to, _)| to != node)
        };
        let reward = if self.paid { self.bellman.reward(state as usize, pair as usize) } else { 0.0 };
        let mass = others().fold(self.model.leak(pair as usize), |mass, (_, p)| mass + p);
        (reward, others(), mass)
    }

    /// The value of a move and the rounding of that number.
    fn after(&self, node: usize, exit: (u32, u32), value: &[f64]) -> (f64, f64) {
        let (reward, others, mass) = self.parts(node, exit);
        let (mut sum, mut magnitude) = (reward, reward.abs());
        let entries = self.bellman.row(exit.1 as usize).0.len();
        for (to, p) in others {
            // One successor, nothing paid: no arithmetic, no rounding. (A reward written as 1e-400 is no zero.)
            if entries == 1 && !self.paid && p == mass {
                return (value[to], 0.0);
            }
            let term = p * value[to];
            sum += term;
            magnitude += term.abs();
        }
        let error = allowance(entries) * magnitude / mass + (entries as f64 + 4.0) * f64::MIN_POSITIVE / mass;
        (sum / mass, if magnitude == 0.0 && !self.paid { 0.0 } else { error })
    }

    fn after_rounded(&self, node: usize, exit: (u32, u32), value: &[f64], side: Side) -> f64 {
        let (expected, error) = self.after(node, exit, value);
        match side {
            _ if error == 0.0 => expected,
            Side::Lower => (expected - error).next_down(),
            Side::Upper => (expected + error).next_up(),
        }
    }

    fn backup(&self, node: usize, value: &[f64], side: Side) -> f64 {
        let exits = self.exits[node].iter();
        exits.fold(self.stop[node], |best: f64, &exit| best.max(self.after_rounded(node, exit, value, side)))
    }

    /// True bounds of every node, starting from `first` where nothing better is known: infinite numbers for moves that are
    /// paid, the range of payments otherwise.
    pub(crate) fn solve(
        &self,
        first: (f64, f64),
        tolerance: Tolerance,
        budget: Budget<'_>,
    ) -> Result<Enclosure, SolveError> {
        let over = |node: usize| self.exits[node].is_empty();
        let begin = |bound: f64| (0..self.stop.len()).map(|x| if over(x) { self.stop[x] } else { bound }).collect();
        let mut enclosure = Enclosure {
            lower: begin(first.0),
            upper: begin(first.1),
            scale: 1.0,
            policies: 0,
            sweeps: 0,
            status: Termination::Converged,
            policy: None,
        };
        if !self.paid {
            self.iterate(
                &mut enclosure,
                tolerance.absolute(1.0),
                Budget { limit: WARM_SWEEPS.min(budget.limit), ..budget },
            );
            if enclosure.status != Termination::IterationLimit || enclosure.sweeps >= budget.limit {
                return Ok(enclosure);
            }
        }
        match self.policy_iteration(budget) {
            Ok(incumbent) => {
                if self.paid {
                    enclosure.scale = finite_scale(&incumbent.value).max(self.largest_reward());
                }
                self.certify(&incumbent, &mut enclosure);
                enclosure.policies = incumbent.policies;
                enclosure.policy = Some(incumbent.policy);
            }
            // Sweeps alone lead to the answer where first bounds are known, if slowly.
            Err(error) if self.paid => return Err(error),
            Err(_) => {}
        }
        let target = tolerance.absolute(enclosure.scale);
        self.iterate(&mut enclosure, target, budget);
        Ok(enclosure)
    }

    fn largest_reward(&self) -> f64 {
        let exits = self.exits.iter().flatten();
        exits.fold(0.0, |most: f64, &(state, pair)| most.max(self.bellman.reward(state as usize, pair as usize).abs()))
    }

    /// Interval iteration from true bounds, up to `limit` sweeps in all.
    fn iterate(&self, enclosure: &mut Enclosure, target: f64, budget: Budget<'_>) {
        enclosure.status = loop {
            let (mut gap, mut moved) = (0.0_f64, false);
            for step in 0..self.order.len() {
                // Every other sweep backwards, so that cycles of either direction are followed quickly.
                let backwards = enclosure.sweeps % 2 == 1;
                let node = self.order[if backwards { self.order.len() - 1 - step } else { step }] as usize;
                if self.exits[node].is_empty() {
                    continue;
                }
                let low = self.backup(node, &enclosure.lower, Side::Lower).max(enclosure.lower[node]);
                let high = self.backup(node, &enclosure.upper, Side::Upper).min(enclosure.upper[node]);
                moved |= low != enclosure.lower[node] || high != enclosure.upper[node];
                (enclosure.lower[node], enclosure.upper[node]) = (low, high);
                gap = gap.max(high - low);
            }
            enclosure.sweeps += 1;
            if gap <= target {
                break Termination::Converged;
            }
            if !moved {
                break Termination::PrecisionLimit;
            }
            if let Some(status) = budget.spent(enclosure.sweeps, gap, target) {
                break status;
            }
        };
    }

    /// Howard's policy iteration from a proper policy.
    fn policy_iteration(&self, budget: Budget<'_>) -> Result<Incumbent, SolveError> {
        let mut policy = self.proper_policy();
        let mut value = self.evaluate(&policy, |reward, _| reward, &self.stop)?;
        let mut policies = 1;
        while budget.spent(policies, f64::INFINITY, 0.0).is_none() {
            let mut next = policy.clone();
            let mut changed = false;
            for (node, choice) in next.iter_mut().enumerate() {
                // What is within the rounding of a backup is a tie, and ties keep the current move.
                let mut best = match *choice {
                    None => self.stop[node],
                    Some(exit) => {
                        let (now, error) = self.after(node, exit, &value);
                        now + 4.0 * error
                    }
                };
                if self.stop[node] > best {
                    (best, *choice, changed) = (self.stop[node], None, true);
                }
                for &exit in &self.exits[node] {
                    let (q, error) = self.after(node, exit, &value);
                    if q - 4.0 * error > best {
                        (best, *choice, changed) = (q, Some(exit), true);
                    }
                }
            }
            // An improper policy can only come from rounding.
            if !changed || !self.is_proper(&next) {
                break;
            }
            let improved = self.evaluate(&next, |reward, _| reward, &self.stop)?;
            policies += 1;
            // In exact arithmetic no value falls; when none rises any more, rounding rules.
            let rises = improved.iter().zip(&value).any(|(new, old)| new > old);
            if !rises {
                break;
            }
            (policy, value) = (next, improved);
        }
        Ok(Incumbent { value, policy, policies })
    }

    /// Solves $`\text{mass} \cdot v - \sum p\,v = c`$ for a proper policy, where `cost` makes $`c`$ of reward and mass and
    /// `stop` holds the values of nodes that stop.
    fn evaluate(&self, policy: &[Move], cost: impl Fn(f64, f64) -> f64, stop: &[f64]) -> Result<Vec<f64>, SolveError> {
        let mut value = stop.to_vec();
        let mut position = vec![usize::MAX; policy.len()];
        let moving: Vec<usize> = (0..policy.len()).filter(|&node| policy[node].is_some()).collect();
        for (row, &node) in moving.iter().enumerate() {
            position[node] = row;
        }
        let (mut entries, mut right) = (Vec::new(), Vec::new());
        for (row, &node) in moving.iter().enumerate() {
            let Some(exit) = policy[node] else { continue };
            let (reward, others, mass) = self.parts(node, exit);
            let mut constant = cost(reward, mass);
            entries.push((row, row, mass));
            for (to, p) in others {
                if position[to] == usize::MAX {
                    constant += p * value[to];
                } else {
                    entries.push((row, position[to], -p));
                }
            }
            right.push(constant);
        }
        if !right.is_empty() {
            for (&node, v) in moving.iter().zip((LinearSystem { entries, right }).solve()?) {
                value[node] = v;
            }
        }
        Ok(value)
    }

    /// Marks, at every node where play is not over, moves such that every policy which picks among them is optimal up to
    /// `tie_tolerance` per step, and stops with probability one.
    pub(crate) fn mark_optimal(&self, value: &[f64], enclosure: &Enclosure, tie_tolerance: f64, optimal: &mut [bool]) {
        let mut ties: Vec<Vec<(u32, u32)>> = self
            .exits
            .iter()
            .enumerate()
            .map(|(node, exits)| {
                let after = |exit| self.after(node, exit, value).0;
                let least = exits.iter().fold(self.stop[node], |best, &exit| after(exit).max(best)) - tie_tolerance;
                if self.stop[node] > f64::NEG_INFINITY && self.stop[node] >= least {
                    return Vec::new();
                }
                exits.iter().copied().filter(|&exit| after(exit) >= least).collect()
            })
            .collect();
        if let Some(policy) = &enclosure.policy {
            // Moves that lose less than the tolerance may still lose it for ever: there only the proper policy remains.
            for node in self.endless(&ties) {
                ties[node] = policy[node].into_iter().collect();
            }
        }
        for (node, ties) in ties.iter().enumerate() {
            for &(_, pair) in ties {
                optimal[pair as usize] = true;
            }
            if let Some(members) = self.components.members.get(node) {
                if ties.is_empty() {
                    for pair in members.iter().flat_map(|&state| self.bellman.pairs(state as usize)) {
                        optimal[pair] |= self.components.inside[pair];
                    }
                } else {
                    mark_ways_out(self.bellman, self.components, node, optimal);
                }
            }
        }
    }

    /// The nodes that can go on for ever by the given moves.
    fn endless(&self, moves: &[Vec<(u32, u32)>]) -> Vec<usize> {
        let mut endless: Vec<bool> = moves.iter().map(|moves| !moves.is_empty()).collect();
        loop {
            let stays = |node: usize, exit: (u32, u32), endless: &[bool]| {
                self.model.leak(exit.1 as usize) == 0.0 && self.parts(node, exit).1.all(|(to, _)| endless[to])
            };
            let before = endless.clone();
            for node in self.order.iter().map(|&node| node as usize) {
                endless[node] = endless[node] && moves[node].iter().any(|&exit| stays(node, exit, &endless));
            }
            if endless == before {
                return (0..endless.len()).filter(|&node| endless[node]).collect();
            }
        }
    }
}

/// Rounding of the value of a move with `k` successors, relative to the sum of its absolute terms: $`k + 2`$ units for the
/// products and sums, $`k + 2`$ for the mass and the division, and $`k + 1`$ for the distance of the row's sum from 1.
fn allowance(entries: usize) -> f64 {
    (1.502 * entries as f64 + 4.0) * f64::EPSILON
}

/// The largest finite absolute value.
fn finite_scale(value: &[f64]) -> f64 {
    reward_scale(&value.iter().copied().filter(|v| v.is_finite()).collect::<Vec<_>>())
}
