//! Many reward vectors on one stochastic model: value iteration on tiles of [`LANES`] samples.
//!
//! The samples are the contiguous inner dimension, so that one pass over the model's rows serves [`LANES`] reward vectors
//! and every operation is a vector operation of the machine. Alternating Gauss–Seidel sweeps are interrupted by Jacobi
//! sweeps whose residual $`d = TV - V`$ gives MacQueen–Porteus bounds
//!
//! ```math
//! TV + \tfrac{g_-}{1-g_-}\min d \;\le\; V^* \;\le\; TV + \tfrac{g_+}{1-g_+}\max d ,
//! ```
//!
//! where $`g_\pm`$ is $`\gamma`$ times the largest row mass for a shift away from zero (down for the lower, up for the upper
//! bound) and the smallest one otherwise, so that rows which leak mass are covered. A lane is finished, and kept as it is,
//! at the first check where its bounds are close enough: what a sample gets does not depend on the other samples of its
//! tile. The kernels multiply and add separately and in a fixed order, so that every instruction set gives the same bytes.
//!
//! # Shared rows, and shifts by class
//!
//! Where pairs share rows (see [`crate::distinct_rows`]), the expectation of each row is computed once, right after the sweep
//! has passed the last state that it depends on, and a state only takes a maximum.
//!
//! After every check the values move on by what the bounds suggest. With one class of states that is the middle of the two
//! shifts above. With several, each class $`c`$ has its own middle $`d_c`$ of the residual, and the values of class $`c`$
//! move by $`\bigl(\sum_{k\ge1} (\gamma C)^k d\bigr)_c`$, where $`C`$ is the chain of classes. Where decisions do not
//! influence the class (one agent decides, the other moves by itself), functions of the class are invariant under every
//! policy, so this removes all of the slow, undecidable part of the error at once, and what is left to sweeps is how long it
//! takes to make up for another start within a class. For all other models it is a guess, and the bounds judge it.

use crate::chain_elimination::{Chain, ChainElimination, EliminationWorkspace};
use crate::distinct_rows::DistinctRows;
use crate::functional_graph::TIE_TOLERANCE;
use crate::state_classes::Classes;
use crate::tile::{GAP, LANES, Lanes, TileSolution, largest_reward};
use dunamis_mdp::TransitionModel;
use multiversion::multiversion;

/// Sweeps after which the bounds cannot improve any more at any discount that a double can hold.
const SWEEP_LIMIT: u32 = 1_000_000;

/// With more sweeps than this to go, policies are evaluated by elimination instead.
const MOST_SWEEPS: f64 = 32.0;

/// Multiplications for each state beyond which elimination is given up.
const MOST_MULTIPLICATIONS: usize = 512;

/// A stochastic model prepared for tiles at one discount.
#[derive(Clone, Debug)]
pub(crate) struct TiledValueIteration {
    discount: f64,
    /// The smallest and the largest sum of a row.
    masses: (f64, f64),
    /// Entries of the longest row.
    longest: usize,
    distinct: DistinctRows,
    classes: Classes,
    elimination: Option<ChainElimination>,
}

/// One way to sweep over the states of a model.
#[derive(Clone, Copy)]
struct Sweep<'a> {
    distinct: &'a DistinctRows,
    choice: Choice<'a>,
    /// Whether expectations of distinct rows are kept, or computed anew for each pair.
    keep: bool,
}

/// Which row a state goes on with.
#[derive(Clone, Copy)]
enum Choice<'a> {
    /// The best of its pairs: first pair of each state, and one past the last.
    Best(&'a [u32]),
    /// The given row of each lane.
    Given(&'a [[u32; LANES]]),
}

impl TiledValueIteration {
    /// $`O(\mathrm{nnz} \log)`$, and cubic in the number of classes.
    pub(crate) fn new(model: &TransitionModel, discount: f64) -> Self {
        let distinct = DistinctRows::new(model);
        let longest = (0..model.available().len()).map(|pair| model.row(pair).0.len()).max().unwrap_or(0);
        let classes = Classes::new(model, &distinct, discount);
        let elimination = ChainElimination::new(&distinct, model.available().starts());
        TiledValueIteration { discount, masses: row_masses(model), longest, distinct, classes, elimination }
    }

    /// Solves one tile of state rewards (shape |S|) until the gap between the bounds is at most [`GAP`] of the largest
    /// reward; where rounding does not allow that, to a multiple of the rounding error.
    pub(crate) fn solve(&self, model: &TransitionModel, reward: &[Lanes], solution: &mut TileSolution) {
        let pairs = model.available().starts();
        let keep = self.distinct.are_shared();
        let sweep = Sweep { distinct: &self.distinct, choice: Choice::Best(pairs), keep };
        let tie_tolerance = self.iterate(sweep, reward, solution);
        let TileSolution { value, rows, ahead, choice, tied, .. } = solution;
        row_values(&self.distinct, value, rows);
        greedy(pairs, &self.distinct.of_pair, rows, &tie_tolerance, ahead, choice, tied);
    }

    /// The values of the policies that `choice` gives, lane by lane, as pairs counted from each state's first: shape |S|.
    pub(crate) fn evaluate(
        &self,
        model: &TransitionModel,
        choice: &[[u32; LANES]],
        reward: &[Lanes],
        solution: &mut TileSolution,
    ) {
        let pairs = model.available().starts();
        let mut chosen = std::mem::take(&mut solution.chosen);
        chosen.clear();
        chosen.extend(
            choice.iter().zip(pairs).map(|(choice, first)| choice.map(|k| self.distinct.of_pair[(first + k) as usize])),
        );
        let sweep = Sweep { distinct: &self.distinct, choice: Choice::Given(&chosen), keep: true };
        self.iterate(sweep, reward, solution);
        row_values(&self.distinct, &solution.value, &mut solution.rows);
        for (ahead, rows) in solution.ahead.iter_mut().zip(&chosen) {
            *ahead = std::array::from_fn(|l| solution.rows[rows[l] as usize][l]);
        }
        solution.chosen = chosen;
    }

    /// Values of all lanes with their errors; returns by how much values of equally good actions may differ.
    fn iterate(&self, sweep: Sweep<'_>, reward: &[Lanes], solution: &mut TileSolution) -> Lanes {
        let n = reward.len();
        solution.reset(n);
        let TileSolution { work, backup, rows, shift, eliminated, .. } = solution;
        work.clear();
        work.extend_from_slice(reward);
        for (buffer, length) in [(&mut *backup, n), (rows, self.distinct.len()), (shift, self.classes.count)] {
            buffer.clear();
            buffer.resize(length, [0.0; LANES]);
        }
        let rewards = largest_reward(reward);
        let mut lanes = [Lane::default(); LANES];
        let mut tie_tolerance = [0.0; LANES];
        let mut between_checks = 2;
        // The larger the model, the more sweeps for a good policy one elimination is worth; a given policy is as good as it gets.
        let first = match sweep.choice {
            Choice::Best(_) => (16 + n / 16).min(64) as u32,
            Choice::Given(_) => 0,
        };
        while !lanes.iter().all(|lane| lane.finished) {
            if sweep.keep {
                row_values(&self.distinct, work, rows);
            }
            for k in 0..between_checks {
                gauss_seidel(sweep, reward, self.discount, work, rows, k % 2 == 1);
            }
            row_values(&self.distinct, work, rows);
            // The values of rows are new, whether or not sweeps keep them.
            let residual = jacobi(Sweep { keep: true, ..sweep }, reward, self.discount, work, rows, backup);
            solution.sweeps += between_checks + 1;
            self.classes.shifts(work, backup, shift);
            for (l, lane) in lanes.iter_mut().enumerate().filter(|(_, lane)| !lane.finished) {
                let bounds = self.bounds(&residual, rewards[l], l);
                let enough = (GAP * rewards[l]).max(4.0 * bounds.rounding);
                lane.finished = bounds.gap <= enough || solution.sweeps > SWEEP_LIMIT;
                if lane.finished {
                    solution.error[l] = bounds.gap;
                    tie_tolerance[l] = TIE_TOLERANCE * rewards[l] + 2.0 * bounds.gap;
                    for (value, backup) in solution.value.iter_mut().zip(&*backup) {
                        value[l] = backup[l] + bounds.middle;
                    }
                }
                lane.look(bounds.gap, enough, between_checks + 1, solution.sweeps >= first);
                if self.classes.count == 1 {
                    shift[0][l] = bounds.middle;
                }
                if !lane.shifts {
                    for shift in &mut *shift {
                        shift[l] = 0.0;
                    }
                }
            }
            self.classes.apply(shift, backup, work);
            for (l, lane) in lanes.iter_mut().enumerate().filter(|(_, lane)| !lane.finished) {
                if lane.elimination == Elimination::InUse {
                    solution.eliminations += 1;
                    if !self.eliminate(sweep, rows, reward, l, work, eliminated) {
                        lane.elimination = Elimination::TooLong;
                    }
                }
            }
            // The same for every lane, so that none depends on its neighbors.
            between_checks = (between_checks * 2).min(if self.elimination.is_some() { 8 } else { 16 });
        }
        tie_tolerance
    }

    /// Replaces the values of one lane by those of a policy that is greedy for them; `false` if that took too long.
    fn eliminate(
        &self,
        sweep: Sweep<'_>,
        rows: &[Lanes],
        reward: &[Lanes],
        lane: usize,
        value: &mut [Lanes],
        scratch: &mut Eliminated,
    ) -> bool {
        let Some(elimination) = &self.elimination else { return false };
        scratch.row.clear();
        scratch.row.extend((0..reward.len()).map(|s| match sweep.choice {
            Choice::Given(chosen) => chosen[s][lane],
            Choice::Best(pairs) => {
                let here = &self.distinct.of_pair[pairs[s] as usize..pairs[s + 1] as usize];
                let better =
                    |best: u32, row: u32| if rows[row as usize][lane] > rows[best as usize][lane] { row } else { best };
                here[1..].iter().fold(here[0], |best, &row| better(best, row))
            }
        }));
        scratch.reward.clear();
        scratch.reward.extend(reward.iter().map(|reward| reward[lane]));
        scratch.value.resize(reward.len(), 0.0);
        let Eliminated { row, reward, value: found, workspace } = scratch;
        let chain = Chain { distinct: &self.distinct, row, reward, discount: self.discount };
        let solved = elimination.solve(chain, MOST_MULTIPLICATIONS * row.len(), found, workspace);
        if solved {
            for (value, &found) in value.iter_mut().zip(&*found) {
                value[lane] = found;
            }
        }
        solved
    }

    fn bounds(&self, residual: &Residual, rewards: f64, lane: usize) -> ShiftBounds {
        let (discount, (smallest, largest)) = (self.discount, self.masses);
        // A dot product of k terms, one product and one sum err by at most (k + 2)·u·(|r| + |V|); doubled for the rest.
        let rounding = (self.longest + 4) as f64 * f64::EPSILON * (rewards + 2.0 * residual.scale[lane]);
        let shift = |d: f64, mass: f64| discount * mass * d / (1.0 - discount * mass);
        let (low, high) = (residual.low[lane] - rounding, residual.high[lane] + rounding);
        let down = shift(low, if low < 0.0 { largest } else { smallest });
        let up = shift(high, if high > 0.0 { largest } else { smallest });
        let rounding = 2.0 * rounding / (1.0 - discount);
        ShiftBounds { middle: 0.5 * (down + up), gap: up - down + rounding, rounding }
    }
}

/// How far one lane of a tile is.
#[derive(Clone, Copy)]
struct Lane {
    gap: f64,
    finished: bool,
    /// Whether the values move on by shifts: that speeds up what mixes, but where rows leak it may throw them back.
    shifts: bool,
    elimination: Elimination,
}

/// Whether a lane's policies are evaluated by elimination.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elimination {
    /// Sweeps are not known to take long.
    NotNeeded,
    /// At every check from now on.
    InUse,
    /// Never again, as it took longer than sweeps.
    TooLong,
}

impl Default for Lane {
    fn default() -> Self {
        Lane { gap: f64::INFINITY, finished: false, shifts: true, elimination: Elimination::NotNeeded }
    }
}

impl Lane {
    /// Decides how to go on after bounds with some gap were found by some sweeps.
    fn look(&mut self, gap: f64, enough: f64, sweeps: u32, may_eliminate: bool) {
        self.shifts &= gap <= 0.9 * self.gap;
        // Sweeps still needed at the rate of the last ones.
        let left = f64::from(sweeps) * (enough / gap).ln() / (gap / self.gap).ln();
        let long = self.gap.is_finite() && !(0.0..=MOST_SWEEPS).contains(&left);
        if may_eliminate && long && self.elimination == Elimination::NotNeeded {
            self.elimination = Elimination::InUse;
        }
        self.gap = gap;
    }
}

/// Scratch space for one lane's elimination.
#[derive(Clone, Debug, Default)]
pub(crate) struct Eliminated {
    row: Vec<u32>,
    reward: Vec<f64>,
    value: Vec<f64>,
    workspace: EliminationWorkspace,
}

/// The smallest and the largest sum of a row.
fn row_masses(model: &TransitionModel) -> (f64, f64) {
    if !model.leaks() {
        return (1.0, 1.0);
    }
    (0..model.available().len())
        .map(|pair| 1.0 - model.leak(pair))
        .fold((1.0, 0.0), |(low, high), mass| (mass.min(low), mass.max(high)))
}

/// MacQueen–Porteus bounds of one lane as shifts of the backup.
struct ShiftBounds {
    middle: f64,
    gap: f64,
    rounding: f64,
}

/// The smallest and the largest residual $`TV - V`$ over states, and the largest value.
struct Residual {
    low: Lanes,
    high: Lanes,
    scale: Lanes,
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "each version of a kernel needs its own copy, compiled for its instruction set"
)]
fn best_of_state(sweep: Sweep<'_>, s: usize, value: &[Lanes], rows: &[Lanes]) -> Lanes {
    match sweep.choice {
        Choice::Best(pairs) => {
            let mut best = [f64::NEG_INFINITY; LANES];
            for &row in &sweep.distinct.of_pair[pairs[s] as usize..pairs[s + 1] as usize] {
                let ahead = if sweep.keep { rows[row as usize] } else { expectation(sweep.distinct, row, value) };
                for l in 0..LANES {
                    best[l] = if ahead[l] > best[l] { ahead[l] } else { best[l] };
                }
            }
            best
        }
        Choice::Given(chosen) => std::array::from_fn(|l| rows[chosen[s][l] as usize][l]),
    }
}

/// The expected value of what follows after a row.
#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn expectation(distinct: &DistinctRows, row: u32, value: &[Lanes]) -> Lanes {
    let entries = distinct.starts[row as usize] as usize..distinct.starts[row as usize + 1] as usize;
    let mut sum = [0.0; LANES];
    for (&next, &p) in distinct.next[entries.clone()].iter().zip(&distinct.probability[entries]) {
        let v = &value[next as usize];
        for l in 0..LANES {
            sum[l] += p * v[l];
        }
    }
    sum
}

/// The expectations of all distinct rows.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn row_values(distinct: &DistinctRows, value: &[Lanes], rows: &mut [Lanes]) {
    row_values_portable(distinct, value, rows);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn row_values_portable(distinct: &DistinctRows, value: &[Lanes], rows: &mut [Lanes]) {
    for (row, values) in rows.iter_mut().enumerate() {
        *values = expectation(distinct, row as u32, value);
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn gauss_seidel(
    sweep: Sweep<'_>,
    reward: &[Lanes],
    discount: f64,
    value: &mut [Lanes],
    rows: &mut [Lanes],
    backward: bool,
) {
    gauss_seidel_portable(sweep, reward, discount, value, rows, backward);
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn gauss_seidel_portable(
    sweep: Sweep<'_>,
    reward: &[Lanes],
    discount: f64,
    value: &mut [Lanes],
    rows: &mut [Lanes],
    backward: bool,
) {
    let n = reward.len();
    let ready = if backward { &sweep.distinct.backward } else { &sweep.distinct.forward };
    for i in 0..n {
        let s = if backward { n - 1 - i } else { i };
        let best = best_of_state(sweep, s, value, rows);
        for l in 0..LANES {
            value[s][l] = reward[s][l] + discount * best[l];
        }
        if sweep.keep {
            for &row in ready.at(s) {
                rows[row as usize] = expectation(sweep.distinct, row, value);
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn jacobi(
    sweep: Sweep<'_>,
    reward: &[Lanes],
    discount: f64,
    value: &[Lanes],
    rows: &[Lanes],
    backup: &mut [Lanes],
) -> Residual {
    jacobi_portable(sweep, reward, discount, value, rows, backup)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "see `best_of_state`")]
fn jacobi_portable(
    sweep: Sweep<'_>,
    reward: &[Lanes],
    discount: f64,
    value: &[Lanes],
    rows: &[Lanes],
    backup: &mut [Lanes],
) -> Residual {
    let mut residual = Residual { low: [f64::INFINITY; LANES], high: [f64::NEG_INFINITY; LANES], scale: [0.0; LANES] };
    for s in 0..reward.len() {
        let best = best_of_state(sweep, s, value, rows);
        for l in 0..LANES {
            let v = value[s][l];
            let backed_up = reward[s][l] + discount * best[l];
            backup[s][l] = backed_up;
            let (d, size) = (backed_up - v, v.abs());
            residual.low[l] = if d < residual.low[l] { d } else { residual.low[l] };
            residual.high[l] = if d > residual.high[l] { d } else { residual.high[l] };
            residual.scale[l] = if size > residual.scale[l] { size } else { residual.scale[l] };
        }
    }
    residual
}

/// The values ahead, the first best action, and whether another one comes within the tie tolerance.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn greedy(
    pairs: &[u32],
    row_of_pair: &[u32],
    rows: &[Lanes],
    tie_tolerance: &Lanes,
    ahead: &mut [Lanes],
    choice: &mut [[u32; LANES]],
    tied: &mut [bool; LANES],
) {
    for s in 0..ahead.len() {
        let (mut best, mut second) = ([f64::NEG_INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let mut chosen = [0; LANES];
        for (k, &row) in row_of_pair[pairs[s] as usize..pairs[s + 1] as usize].iter().enumerate() {
            let product = &rows[row as usize];
            for l in 0..LANES {
                let better = product[l] > best[l];
                let other = if better { best[l] } else { product[l] };
                second[l] = if other > second[l] { other } else { second[l] };
                best[l] = if better { product[l] } else { best[l] };
                chosen[l] = if better { k as u32 } else { chosen[l] };
            }
        }
        for l in 0..LANES {
            tied[l] |= second[l] >= best[l] - tie_tolerance[l];
        }
        (ahead[s], choice[s]) = (best, chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dunamis_mdp::StateId;
    use proptest::prelude::*;

    const STEPS: [f64; 3] = [0.5, 0.3, 0.2];

    /// One agent decides, the other moves by itself: the product of two chains of moves.
    fn product(own: usize, other: usize, steps: [f64; 3]) -> TransitionModel {
        let mut builder = TransitionModel::builder();
        for (h, a) in (0..own).flat_map(|h| (0..other).map(move |a| (h, a))) {
            builder.state(&format!("{h} {a}")).unwrap();
        }
        for (h, a) in (0..own).flat_map(|h| (0..other).map(move |a| (h, a))) {
            for (name, to) in [("stay", h), ("left", h.saturating_sub(1)), ("right", (h + 1).min(own - 1))] {
                for (step, p) in steps.into_iter().enumerate() {
                    let next = StateId::new(to * other + (a + step) % other);
                    builder.transition(StateId::new(h * other + a), name, next, p).unwrap();
                }
            }
        }
        builder.build().unwrap()
    }

    #[test]
    fn places_of_the_other_agent_are_classes() {
        let model = product(7, 5, STEPS);
        let kernel = TiledValueIteration::new(&model, 0.9);
        assert!(kernel.distinct.are_shared());
        assert_eq!(kernel.distinct.len(), 35, "where one goes, and where the other was");
        assert_eq!(kernel.classes.count, 5);
        assert!((0..35).all(|s| kernel.classes.of[s] == s as u32 % 5));
        // A function of the class moves on as the chain of classes says: sums of (γC)^k.
        for c in 0..5 {
            let row: f64 = kernel.classes.response[5 * c..5 * c + 5].iter().sum();
            assert!((row - 9.0).abs() < 1e-12);
        }
    }

    /// Where the other agent is slow, what it does is found by shifts of classes, and not by waiting for it.
    #[test]
    fn shifts_by_class_save_sweeps() {
        let model = product(12, 10, [0.98, 0.015, 0.005]);
        let reward: Vec<Lanes> = (0..120).map(|s| std::array::from_fn(|l| ((s * 7 + l * 3) % 11) as f64)).collect();
        let mut by_class = TiledValueIteration::new(&model, 0.999);
        by_class.elimination = None;
        let mut by_middle = by_class.clone();
        by_middle.classes = Classes { of: vec![0; 120], count: 1, response: Vec::new() };
        let [first, second] = [by_class, by_middle].map(|kernel| {
            let mut solution = TileSolution::default();
            kernel.solve(&model, &reward, &mut solution);
            solution
        });
        assert!(5 * first.sweeps < second.sweeps, "{} {}", first.sweeps, second.sweeps);
        for l in 0..LANES {
            for s in 0..120 {
                assert!((first.value[s][l] - second.value[s][l]).abs() <= first.error[l] + second.error[l]);
            }
        }
    }

    proptest! {
        /// What the machine's best instruction set computes has the bits of the code compiled for any machine.
        #[test]
        fn every_instruction_set_gives_the_same_bits(
            numbers in proptest::collection::vec(-1.0..1.0_f64, LANES * 30),
            discount in 0.0..1.0_f64,
            keep in any::<bool>(),
        ) {
            let model = product(3, 5, STEPS);
            let distinct = DistinctRows::new(&model);
            let pairs = model.available().starts();
            let sweep = Sweep { distinct: &distinct, choice: Choice::Best(pairs), keep };
            let (lanes, _) = numbers.as_chunks::<LANES>();
            let (reward, start) = lanes.split_at(15);
            let (mut fast, mut portable) = (start.to_vec(), start.to_vec());
            let (mut fast_backup, mut portable_backup) = (start.to_vec(), start.to_vec());
            let (mut fast_rows, mut portable_rows) = (vec![[0.0; LANES]; distinct.len()], vec![[0.0; LANES]; distinct.len()]);
            for backward in [false, true, false] {
                row_values(&distinct, &fast, &mut fast_rows);
                row_values_portable(&distinct, &portable, &mut portable_rows);
                gauss_seidel(sweep, reward, discount, &mut fast, &mut fast_rows, backward);
                gauss_seidel_portable(sweep, reward, discount, &mut portable, &mut portable_rows, backward);
                let residual = jacobi(sweep, reward, discount, &fast, &fast_rows, &mut fast_backup);
                let other = jacobi_portable(sweep, reward, discount, &portable, &portable_rows, &mut portable_backup);
                prop_assert_eq!([residual.low, residual.high], [other.low, other.high]);
            }
            let bits = |lanes: &[Lanes]| lanes.iter().flatten().map(|x| x.to_bits()).collect::<Vec<u64>>();
            prop_assert_eq!(bits(&fast), bits(&portable));
            prop_assert_eq!(bits(&fast_backup), bits(&portable_backup));
        }

        /// Values that are kept where rows are shared are those computed anew.
        #[test]
        fn shared_rows_change_no_solution(
            numbers in proptest::collection::vec(-1.0..1.0_f64, LANES * 24),
            discount in prop_oneof![Just(0.3), Just(0.9), Just(0.99)],
        ) {
            let model = product(6, 4, STEPS);
            let (reward, _) = numbers.as_chunks::<LANES>();
            let shared = TiledValueIteration::new(&model, discount);
            let mut direct = shared.clone();
            // Neither shared rows, nor classes, nor elimination: plain sweeps with one shift.
            direct.distinct = shared.distinct.clone();
            direct.classes = Classes { of: vec![0; 24], count: 1, response: Vec::new() };
            direct.elimination = None;
            let (mut first, mut second) = (TileSolution::default(), TileSolution::default());
            shared.solve(&model, reward, &mut first);
            direct.solve(&model, reward, &mut second);
            for l in 0..LANES {
                for s in 0..24 {
                    let difference = (first.value[s][l] - second.value[s][l]).abs();
                    prop_assert!(difference <= first.error[l] + second.error[l], "{difference:e}");
                }
            }
        }
    }
}
