//! Fast bounds on the most visits to a state, rounding included.
//!
//! Let $`g(x)`$ be the largest $`\mathbb E_x[\gamma^\tau]`$, where $`\tau`$ is the time at which $`s`$ is first reached:
//! $`g(s) = 1`$ and $`g(x) = \gamma \max_a \sum_y T(y \mid x, a)\, g(y)`$ elsewhere. With $`H = \max_a \sum_y T(y \mid s_{new}, a)\, g(y)`$
//! and $`R = \gamma \max_a \sum_y T(y \mid s, a)\, g(y)`$ the most visits are $`V^* = H / (1 - R)`$, because every return starts
//! the same problem again. So $`V^* > 1`$ exactly when $`H + R > 1`$: without chance, when $`\gamma^{h-1} + \gamma^p > 1`$.
//!
//! Gauss–Seidel sweeps from below and from above keep $`g_- \le g \le g_+`$ and stop as soon as one of them decides. They are confined
//! to the states within some steps of $`s`$, since beyond $`k`$ steps $`0 \le g \le \gamma^{k+1}`$; the radius grows as needed. For a
//! state $`m`$ among them, $`H \ge H_m\, g(m)`$ with the same number $`H_m`$ for visits to $`m`$: first reach that, then $`s`$. With
//! bounds on $`H_m`$ for states nearer to the new one, a small radius often suffices, however far the new state is.
//!
//! **Rounding.** Every update is moved outwards by more than its rounding errors can be, those of the numbers of the model
//! included: a sum of $`k`$ products has a relative error of at most $`\gamma_{k+3}`$ `[Higham 2002, §3.1]`. So
//! $`g_-(x) \le \gamma \sum_y T(y \mid x, \pi(x))\, g_-(y)`$ holds exactly for the pair that was taken last, which makes a
//! multiple of $`g_-`$ evidence that [`VisitWitness::check`](crate::VisitWitness::check) accepts.

use crate::certain_moves::NONE;
use dunamis_mdp::{Rational, StateId, TransitionModel};
use dunamis_orbit::{VisitBound, VisitEvidence, VisitWitness};

/// Sums this close to 1 are left to exact arithmetic.
const MARGIN: f64 = 1e-12;

/// Sweeps at one radius.
const SWEEPS: usize = 100;

/// Among so many states, bounds are made better than the decision needs.
const FEW_STATES: usize = 500;

/// Sweeps of everything.
const MOST_SWEEPS: usize = 10_000;

/// What bounds say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// $`V^* > 1`$.
    More,
    /// $`V^* < 1`$.
    Less,
    /// Too close to 1, or too slow.
    Open,
}

/// A model seen backwards, at a discount.
pub(crate) struct VisitBounds<'a> {
    model: &'a TransitionModel,
    new: StateId,
    discount: f64,
    starts: Vec<u32>,
    before: Vec<u32>,
}

/// Scratch space for one target at a time.
pub(crate) struct Sweeps {
    number: u32,
    /// Nearest to the target first.
    order: Vec<u32>,
    cells: Vec<Cell>,
}

/// What is known of a state.
#[derive(Clone, Copy)]
struct Cell {
    /// Number of the search that set the cell.
    number: u32,
    /// Steps to the target.
    steps: u32,
    /// The pair of the last update from below.
    pair: u32,
    low: f64,
    high: f64,
}

impl Sweeps {
    pub(crate) fn new(states: usize) -> Self {
        let cell = Cell { number: 0, steps: 0, pair: NONE, low: 0.0, high: 0.0 };
        Sweeps { number: 0, order: Vec::new(), cells: vec![cell; states] }
    }
}

/// The two sides of a number.
#[derive(Clone, Copy)]
struct Bounds {
    low: f64,
    high: f64,
    /// The pair behind the lower side.
    pair: u32,
}

impl<'a> VisitBounds<'a> {
    /// Edges come from the states that are marked.
    pub(crate) fn new(model: &'a TransitionModel, new: StateId, discount: f64, among: &[bool]) -> Self {
        let mut edges: Vec<(u32, u32)> = Vec::new();
        for state in model.state_ids().filter(|state| among[state.index()]) {
            let pairs = model.available().pairs(state);
            let from = edges.len();
            edges.extend(pairs.flat_map(|pair| model.row(pair).0.iter().map(|&next| (next, state.index() as u32))));
            edges[from..].sort_unstable();
        }
        edges.dedup();
        let mut starts = vec![0_u32; model.states().len() + 1];
        for &(to, _) in &edges {
            starts[to as usize + 1] += 1;
        }
        for state in 1..starts.len() {
            starts[state] += starts[state - 1];
        }
        let (mut free, mut before) = (starts.clone(), vec![0; edges.len()]);
        for (to, from) in edges {
            before[free[to as usize] as usize] = from;
            free[to as usize] += 1;
        }
        VisitBounds { model, new, discount, starts, before }
    }

    /// Decides on one target, over all policies or for the one whose pairs are given. `nearer` are lower bounds $`H_m`$ by state, 0
    /// where none is known; without them the sweeps are evidence. Also returns a lower bound on the target's own $`H`$.
    pub(crate) fn decide(
        &self,
        target: StateId,
        policy: Option<&[u32]>,
        nearer: Option<&[f64]>,
        sweeps: &mut Sweeps,
    ) -> (Verdict, f64) {
        let mut radius = 3;
        loop {
            let whole = self.surround(target, radius, sweeps);
            let beyond = if whole { 0.0 } else { up(self.power(radius + 1), radius as usize + 1) };
            let (mut last, mut before) = (f64::INFINITY, 0.0);
            for sweep in 0..if whole { MOST_SWEEPS } else { SWEEPS } {
                let first = self.after(self.new, policy, beyond, sweeps);
                let back = self.after(target, policy, beyond, sweeps);
                let by_way = |nearer: &[f64]| {
                    let way = |&state: &u32| down(nearer[state as usize] * sweeps.cells[state as usize].low, 1);
                    sweeps.order.iter().map(way).fold(0.0, f64::max)
                };
                let least = nearer.map_or(first.low, |nearer| first.low.max(by_way(nearer)));
                if down(least + down(self.discount * back.low, 1), 1) > 1.0 + MARGIN {
                    // States behind this one build on its bound, so that it should be a good one where that costs little.
                    if nearer.is_none() || least < before * 1.005 || sweeps.order.len() > FEW_STATES {
                        return (Verdict::More, least);
                    }
                    before = least;
                    self.sweep(target, policy, beyond, sweeps);
                    continue;
                }
                let most = up(first.high + up(self.discount * back.high, 1), 1);
                if most < 1.0 - MARGIN {
                    return (Verdict::Less, least);
                }
                let gap = most - (least + self.discount * back.low);
                if whole && (gap < 1e-13 || sweep + 1 == MOST_SWEEPS) {
                    return (Verdict::Open, least);
                }
                // When sweeps hardly help, a larger radius may.
                if !whole && sweep > 0 && last - gap < 0.05 * gap {
                    break;
                }
                last = gap;
                self.sweep(target, policy, beyond, sweeps);
            }
            radius *= 2;
        }
    }

    /// Evidence from the sweeps that decided on the target with [`Verdict::More`].
    pub(crate) fn witness(&self, target: StateId, policy: Option<&[u32]>, sweeps: &mut Sweeps) -> VisitWitness {
        let first = self.after(self.new, policy, 0.0, sweeps);
        let back = self.after(target, policy, 0.0, sweeps);
        // u = g / (1 - R), with R a little smaller than it is, to leave room for the rounding of the products.
        let scale = down(1.0 / (1.0 - down(self.discount * back.low, 8)), 4);
        let model = self.model;
        let action = |pair: u32| model.actions()[model.available().action(pair as usize).index()].to_owned();
        let name = |state: u32| model.states()[state as usize].to_owned();
        let bound = |&state: &u32| {
            let (g, pair) = if state as usize == target.index() {
                (1.0, back.pair)
            } else {
                (sweeps.cells[state as usize].low, sweeps.cells[state as usize].pair)
            };
            let visits = Rational::from_float(down(scale * g, 0)).filter(|_| g > 0.0)?;
            Some(VisitBound { at: name(state), action: action(pair), visits })
        };
        let bounds = sweeps.order.iter().filter_map(bound).collect();
        let evidence = VisitEvidence::Bounds { first: action(first.pair), bounds };
        VisitWitness { state: name(target.index() as u32), evidence }
    }

    /// A lower bound on $`H`$ for a state at the end of so many certain moves.
    pub(crate) fn certain(&self, path: u32) -> f64 {
        down(self.power(path - 1), path as usize)
    }

    fn power(&self, exponent: u32) -> f64 {
        (0..exponent).fold(1.0, |power, _| power * self.discount)
    }

    /// Finds the states within so many steps of the target, nearest first, and sets their first bounds; whether these are all
    /// from which it can be reached.
    fn surround(&self, target: StateId, radius: u32, sweeps: &mut Sweeps) -> bool {
        sweeps.number += 1;
        sweeps.order.clear();
        let (number, start) = (sweeps.number, target.index());
        sweeps.order.push(start as u32);
        sweeps.cells[start] = Cell { number, steps: 0, pair: NONE, low: 1.0, high: 1.0 };
        let mut head = 0;
        while head < sweeps.order.len() {
            let state = sweeps.order[head] as usize;
            head += 1;
            let Cell { steps, high, .. } = sweeps.cells[state];
            for &from in &self.before[self.starts[state] as usize..self.starts[state + 1] as usize] {
                let cell = &mut sweeps.cells[from as usize];
                if cell.number == number {
                    continue;
                }
                if steps == radius {
                    return false;
                }
                *cell = Cell { number, steps: steps + 1, pair: NONE, low: 0.0, high: up(high * self.discount, 1) };
                sweeps.order.push(from);
            }
        }
        true
    }

    /// $`\max_a \sum_y T(y \mid x, a)\, g(y)`$.
    fn after(&self, state: StateId, policy: Option<&[u32]>, beyond: f64, sweeps: &Sweeps) -> Bounds {
        let all = self.model.available().pairs(state);
        let pairs = policy.map_or(all, |policy| policy[state.index()] as usize..policy[state.index()] as usize + 1);
        let mut best = Bounds { low: 0.0, high: 0.0, pair: pairs.start as u32 };
        for pair in pairs {
            let (next, probability) = self.model.row(pair);
            let (mut low, mut high) = (0.0, 0.0);
            for (&next, &p) in next.iter().zip(probability) {
                let cell = &sweeps.cells[next as usize];
                if cell.number == sweeps.number {
                    low += p * cell.low;
                    high += p * cell.high;
                } else {
                    high += p * beyond;
                }
            }
            let (low, high) = (down(low, next.len()), up(high, next.len()));
            if low > best.low {
                (best.low, best.pair) = (low, pair as u32);
            }
            best.high = best.high.max(high);
        }
        best
    }

    fn sweep(&self, target: StateId, policy: Option<&[u32]>, beyond: f64, sweeps: &mut Sweeps) {
        for k in 0..sweeps.order.len() {
            let state = sweeps.order[k] as usize;
            if state == target.index() {
                continue;
            }
            let after = self.after(StateId::new(state), policy, beyond, sweeps);
            let (low, high) = (down(self.discount * after.low, 1), up(self.discount * after.high, 1));
            let cell = &mut sweeps.cells[state];
            if low > cell.low {
                (cell.low, cell.pair) = (low, after.pair);
            }
            cell.high = cell.high.min(high);
        }
    }
}

/// Below any number that a sum of so many products may stand for.
fn down(x: f64, terms: usize) -> f64 {
    x * (1.0 - (terms as f64 + 6.0) * f64::EPSILON)
}

/// Above any number that a sum of so many products may stand for.
fn up(x: f64, terms: usize) -> f64 {
    x * (1.0 + (terms as f64 + 6.0) * f64::EPSILON)
}
