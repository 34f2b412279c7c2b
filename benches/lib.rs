//! Benchmarks of dunamis: families of models with fixed seeds, and the yardstick that solvers are measured by.
//!
//! The benchmarks stand beside this file, one per noun: `batch`, `copies`, `goal_sampler`, `hit_and_run`, `likelihood`, `multi_agent`, `power`,
//! `retargetable`, `solvers`, and `ratios`, the table of solvers against the yardstick. `cargo xtask bench` runs them. [`compare`] takes any solver.

mod comparison;

pub use comparison::{Comparison, Entry, best_of, compare};

use dunamis_envs::{EnvError, Forest, Garnet, Grid, Move};
use dunamis_mdp::{Discount, Mdp, ModelError, Names, Reward, Rows, TransitionModel};
use dunamis_sampling::Seed;
use std::error::Error;

/// Garnet: 4 to 10 actions, 4 to 10 uniform successors, Dirichlet(1) probabilities, standard normal rewards.
///
/// # Errors
///
/// [`EnvError`] when there are fewer states than successors.
pub fn garnet(states: usize) -> Result<Mdp, EnvError> {
    let garnet = Garnet { states, actions: 4..=10, branching: 4..=10, seed: 7 };
    Ok(garnet.environment()?.mdp().expect("it has a reward"))
}

/// Forest management with r1 = 4, r2 = 2 and p = 0.1.
///
/// # Errors
///
/// [`EnvError`] for fewer than two states.
pub fn forest(states: usize) -> Result<Mdp, EnvError> {
    Ok(Forest::new(states).environment()?.mdp().expect("it has a reward"))
}

/// A noisy gridworld of `side`² cells, a tenth of them walls: four moves, of which 20 % go astray to either side; a move
/// against a wall stays. The goal in the last corner pays 1 and teleports to the first one. Cells cut off by walls are
/// states like all others.
///
/// # Errors
///
/// None, for sides above 0.
pub fn grid(side: usize) -> Result<Mdp, ModelError> {
    let mut rng = Seed::new(7).derive("grid").stream(0);
    let mut open: Vec<bool> = (0..side * side).map(|_| rng.uniform() >= 0.1).collect();
    (open[0], open[side * side - 1]) = (true, true);
    let mut number = vec![u32::MAX; side * side];
    let cells: Vec<usize> = (0..side * side).filter(|&cell| open[cell]).collect();
    for (state, &cell) in cells.iter().enumerate() {
        number[cell] = state as u32;
    }
    let target = |cell: usize, direction: usize| {
        let (row, column) = (cell / side, cell % side);
        let (row, column) = match direction {
            0 => (row.wrapping_sub(1), column),
            1 => (row, column + 1),
            2 => (row + 1, column),
            _ => (row, column.wrapping_sub(1)),
        };
        let free = row < side && column < side && open[row * side + column];
        number[if free { row * side + column } else { cell }]
    };
    let goal = cells.len() - 1;
    let mut rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
    for (state, &cell) in cells.iter().enumerate() {
        for direction in 0..4 {
            let mut outcomes: Vec<(u32, f64)> = Vec::with_capacity(3);
            for (turn, probability) in [(0, 0.75), (1, 0.125), (3, 0.125)] {
                let next = if state == goal { 0 } else { target(cell, (direction + turn) % 4) };
                match outcomes.iter_mut().find(|(known, _)| *known == next) {
                    Some((_, sum)) => *sum += probability,
                    None => outcomes.push((next, probability)),
                }
            }
            outcomes.sort_by_key(|&(next, _)| next);
            rows.next.extend(outcomes.iter().map(|&(next, _)| next));
            rows.probability.extend(outcomes.iter().map(|&(_, p)| p));
            rows.starts.push(rows.next.len());
            rows.actions.push(direction as u32);
        }
        rows.pairs.push(rows.actions.len() as u32);
    }
    let names = Names::new(["up", "right", "down", "left"])?;
    let model = TransitionModel::from_rows(Names::numbered("c", cells.len()), names, rows)?;
    let reward = Reward::state(&model, (0..cells.len()).map(|state| if state == goal { 1.0 } else { 0.0 }))?;
    Mdp::new(model, reward)
}

/// Two agents on one open grid of `side`² cells, moved by one hand: up to 25 joint moves without chance, and a uniform
/// reward for every joint state.
///
/// # Errors
///
/// [`EnvError`] or [`ModelError`] for sides of 0.
pub fn joint(side: usize) -> Result<Mdp, Box<dyn Error>> {
    let grid = Grid::new(side, side)?;
    let cells = side * side;
    let ids: Vec<_> = grid.model(&dunamis_envs::Noise::default())?.state_ids().collect();
    let moves: Vec<Vec<(u32, u32)>> = ids
        .iter()
        .map(|&cell| {
            let all = Move::ALL.iter().enumerate();
            all.filter_map(|(m, &to)| Some((m as u32, grid.target(cell, to)?.index() as u32))).collect()
        })
        .collect();
    let mut rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
    for (h, a) in (0..cells).flat_map(|h| (0..cells).map(move |a| (h, a))) {
        for &(i, x) in &moves[h] {
            for &(j, y) in &moves[a] {
                rows.next.push(x * cells as u32 + y);
                rows.probability.push(1.0);
                rows.starts.push(rows.next.len());
                rows.actions.push(5 * i + j);
            }
        }
        rows.pairs.push(rows.actions.len() as u32);
    }
    let model = TransitionModel::from_rows(Names::numbered("j", cells * cells), Names::numbered("m", 25), rows)?;
    let mut rng = Seed::new(7).derive("joint").stream(0);
    let reward = Reward::state(&model, (0..cells * cells).map(|_| rng.uniform()))?;
    Ok(Mdp::new(model, reward)?)
}

/// Two agents moved by one hand: the product of a model with itself, joint states in row-major order.
///
/// # Errors
///
/// None, for models without a leak.
pub fn one_hand(model: &TransitionModel) -> Result<TransitionModel, ModelError> {
    let n = model.states().len();
    let mut rows = Rows { pairs: vec![0], starts: vec![0], ..Rows::default() };
    let pairs = |s: usize| model.available().pairs(dunamis_mdp::StateId::new(s));
    let most = (0..n).map(|s| pairs(s).len()).max().unwrap_or(0);
    for (h, a) in (0..n).flat_map(|h| (0..n).map(move |a| (h, a))) {
        for (i, x) in pairs(h).enumerate() {
            for (j, y) in pairs(a).enumerate() {
                let ((next_h, p_h), (next_a, p_a)) = (model.row(x), model.row(y));
                for (&to_h, p) in next_h.iter().zip(p_h) {
                    rows.next.extend(next_a.iter().map(|to_a| to_h * n as u32 + to_a));
                    rows.probability.extend(p_a.iter().map(|q| p * q));
                }
                rows.starts.push(rows.next.len());
                rows.actions.push((i * most + j) as u32);
            }
        }
        rows.pairs.push(rows.actions.len() as u32);
    }
    TransitionModel::from_rows(Names::numbered("j", n * n), Names::numbered("m", most * most), rows)
}

/// Plain Jacobi value iteration for one uniform reward vector after the other, each until the error bound is at most
/// `tolerance`, with mean and variance of the values of every state.
pub fn reward_yardstick(
    model: &TransitionModel,
    discount: &Discount,
    seed: Seed,
    samples: u64,
    tolerance: f64,
) -> (Vec<f64>, Vec<f64>) {
    let (n, gamma) = (model.states().len(), discount.value());
    let matrix = model.matrix();
    let (starts, next, probability) = (matrix.indptr(), matrix.indices(), matrix.data());
    let starts = starts.raw_storage();
    let pairs = model.available().starts();
    let (mut reward, mut value, mut backed_up) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    let (mut sum, mut squares) = (vec![0.0; n], vec![0.0; n]);
    for sample in 0..samples {
        seed.stream(sample).fill_uniform(&mut reward);
        value.fill(0.0);
        loop {
            let mut change = 0.0_f64;
            for state in 0..n {
                let mut best = f64::NEG_INFINITY;
                for pair in pairs[state] as usize..pairs[state + 1] as usize {
                    let mut ahead = 0.0;
                    for entry in starts[pair]..starts[pair + 1] {
                        ahead += probability[entry] * value[next[entry] as usize];
                    }
                    best = best.max(ahead);
                }
                let backup = reward[state] + gamma * best;
                change = change.max((backup - value[state]).abs());
                backed_up[state] = backup;
            }
            std::mem::swap(&mut value, &mut backed_up);
            if gamma / (1.0 - gamma) * change <= tolerance {
                break;
            }
        }
        for state in 0..n {
            sum[state] += value[state];
            squares[state] += value[state] * value[state];
        }
    }
    let count = samples as f64;
    let mean: Vec<f64> = sum.iter().map(|sum| sum / count).collect();
    let variance = squares.iter().zip(&mean).map(|(squares, mean)| squares / count - mean * mean).collect();
    (mean, variance)
}

/// What plain value iteration took, or would have taken.
#[derive(Clone, Debug)]
pub struct Yardstick {
    /// The last values.
    pub value: Vec<f64>,
    /// Sweeps needed until the error bound is met.
    pub sweeps: u64,
    /// Sweeps done: fewer where the rest was foreseen.
    pub done: u64,
}

/// Plain Jacobi value iteration until the error bound $`\frac{\gamma}{1-\gamma} \lVert V' - V \rVert_\infty`$ is at most
/// `tolerance`. After `limit` sweeps the number of those that are left is foreseen: from then on, the change shrinks by
/// $`\gamma`$ at least approximately (it cannot shrink faster for ever while any optimal play recurs).
pub fn yardstick(mdp: &Mdp, discount: &Discount, tolerance: f64, limit: u64) -> Yardstick {
    let (model, reward, gamma) = (mdp.model(), mdp.reward(), discount.value());
    let matrix = model.matrix();
    let (starts, next, probability) = (matrix.indptr(), matrix.indices(), matrix.data());
    let starts = starts.raw_storage();
    let pairs = model.available().starts();
    let mut value = vec![0.0; model.states().len()];
    let mut backed_up = value.clone();
    let mut done = 0;
    loop {
        let mut change = 0.0_f64;
        for state in 0..value.len() {
            let mut best = f64::NEG_INFINITY;
            for pair in pairs[state] as usize..pairs[state + 1] as usize {
                let mut sum = 0.0;
                for entry in starts[pair]..starts[pair + 1] {
                    sum += probability[entry] * value[next[entry] as usize];
                }
                best = best.max(reward.at(state, pair) + gamma * sum);
            }
            change = change.max((best - value[state]).abs());
            backed_up[state] = best;
        }
        std::mem::swap(&mut value, &mut backed_up);
        done += 1;
        let bound = gamma / (1.0 - gamma) * change;
        if bound <= tolerance || done >= limit {
            let left = if bound <= tolerance { 0.0 } else { ((tolerance / bound).ln() / gamma.ln()).ceil() };
            return Yardstick { value, sweeps: done + left as u64, done };
        }
    }
}

/// The largest amount of memory that this process has had, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(1024 * line.split_whitespace().nth(1)?.parse::<u64>().ok()?)
}
