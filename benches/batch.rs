//! POWER of one agent from many uniform reward vectors, beside a yardstick in the same run: scalar value iteration, one sample
//! after the other, to an error of 1e-8. Both draw rewards and gather mean and variance of every state. Larger is better.
//!
//! `cargo bench -p dunamis-benches --bench batch`

#![allow(clippy::print_stdout, reason = "a table is what this program makes")]

use dunamis_benches::{best_of, one_hand, reward_yardstick};
use dunamis_envs::load;
use dunamis_mdp::{Discount, TransitionModel};
use dunamis_power::{Sampling, estimate};
use dunamis_sampling::{IndependentRewards, Marginal, STREAMS, Seed};
use dunamis_solve::{BatchSolver, BatchWorkspace, TileSolution};
use multiversion::multiversion;
use rayon::prelude::*;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

const SEED: Seed = Seed::new(1);

/// Model, discount, and how many times the yardstick's rate the product is to reach.
const ROWS: &[(&str, &str, f64)] = &[
    ("maze-7x7", "0.1", 12.0),
    ("maze-7x7", "0.9", f64::NAN),
    ("maze-7x7", "0.99", 3_000.0),
    ("maze-7x7:noise=0.2", "0.1", f64::NAN),
    ("maze-7x7:noise=0.2", "0.9", f64::NAN),
    ("maze-7x7:noise=0.2", "0.99", 30.0),
    ("joint maze, one hand", "0.1", f64::NAN),
    ("joint maze, one hand", "0.9", f64::NAN),
    ("joint maze, one hand", "0.99", 3_500.0),
    ("robot-face-20x20", "0.99", f64::NAN),
];

fn main() -> Result<(), Box<dyn Error>> {
    let gigabytes = bandwidth();
    println!("All threads read {gigabytes:.1} GB/s, measured in this run.\n");
    println!(
        "| model | γ | kernel | samples/s / yardstick's | asked for | sweeps | 10⁹ terms of sweeps per second | \
         share of the traffic limit |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for &(name, text, target) in ROWS {
        let model = model(name)?;
        let discount: Discount = text.parse()?;
        let (states, law) =
            (model.states().len(), IndependentRewards::identical(model.states().len(), Marginal::UNIT)?);
        let solver = BatchSolver::new(Arc::clone(&model), &discount).values_only();
        let mut columns = vec![[0.0; STREAMS]; states];
        SEED.fill_uniform_streams(0, &mut columns);
        let mut solution = TileSolution::default();
        solver.solve_tile(&columns, &mut solution, &mut BatchWorkspace::default());
        let slow = if discount.value() > 0.95 && states > 100 { 8 } else { 400 };
        let (yardstick, _) = best_of(|| reward_yardstick(&model, &discount, SEED, slow, 1e-8));
        let yardstick = slow as f64 / yardstick;
        let samples = (yardstick * target.max(100.0) * 0.1) as u64 / 1_024 * 1_024 + 1_024;
        let sampling = Sampling::new(black_box(samples), SEED);
        let (time, power) = best_of(|| estimate(&model, &law, &discount, &sampling, &()));
        black_box(power?);
        let rate = samples as f64 / time;
        // A reward is read and a value written; a sweep looks at all that may follow.
        let traffic = gigabytes * 1e9 / (16.0 * states as f64);
        let terms = rate * f64::from(solution.sweeps) * model.matrix().indices().len() as f64;
        let asked = if target.is_nan() { String::new() } else { format!("{target}") };
        println!(
            "| {name} | {text} | {} | {:.0} | {asked} | {} | {:.1} | {:.2} |",
            solver.kernel(),
            rate / yardstick,
            solution.sweeps,
            terms / 1e9,
            rate / traffic
        );
    }
    Ok(())
}

fn model(name: &str) -> Result<Arc<TransitionModel>, Box<dyn Error>> {
    if name == "joint maze, one hand" {
        let maze = load("maze-7x7")?;
        return Ok(Arc::new(one_hand(maze.model())?));
    }
    Ok(Arc::clone(load(name)?.model()))
}

/// How fast all threads together read memory, in GB/s.
fn bandwidth() -> f64 {
    let numbers = vec![1.0_f64; 32 << 20];
    let share = numbers.len() / rayon::current_num_threads();
    let (seconds, _) = best_of(|| numbers.par_chunks(share).map(sum).sum::<f64>());
    (numbers.len() * 8) as f64 / seconds / 1e9
}

/// The sum of numbers, in lanes.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
fn sum(numbers: &[f64]) -> f64 {
    let mut sums = [0.0; 32];
    for chunk in numbers.as_chunks::<32>().0 {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x;
        }
    }
    sums.iter().sum()
}
