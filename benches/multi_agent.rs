//! The four runs of *scale and physical interactions*: two agents in the 7 × 7 maze, with and without overlap, at γ = 0.1 and
//! 0.99, all three steps and both baselines; and how fast each step is.
//!
//! `cargo bench -p dunamis-benches --bench multi_agent -- [SAMPLES]`, by default the published 10,000.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table is what this program makes")]

use dunamis_benches::{best_of, peak_memory};
use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_mdp::{Agent, Discount};
use dunamis_power::{MultiAgentSettings, Sampling, SeedPolicy, estimate_multi_agent};
use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, STREAMS, Seed};
use dunamis_solve::{BatchSolver, BatchWorkspace, TileSolution};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

const SEED: Seed = Seed::new(1);

fn main() -> Result<(), Box<dyn Error>> {
    let samples = std::env::args().skip(1).find_map(|text| text.parse().ok()).unwrap_or(10_000);
    println!(
        "| collisions | γ | seconds for {samples} samples | H's step, samples/s | sweeps, eliminations | seed of A, samples/s | replies and H's value, samples/s | share of the traffic limit |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut total = 0.0;
    for collision in [Collision::None, Collision::Leak] {
        for text in ["0.1", "0.99"] {
            let discount: Discount = text.parse()?;
            let joint = JointEnvironment::new(load("maze-7x7")?, collision)?;
            let model = joint.model();
            let states = model.states().len();
            let law = IndependentRewards::identical(states, Marginal::UNIT)?;
            let law = CorrelatedRewards::new(Arc::new(law), Correlation::INDEPENDENT)?;
            let settings = MultiAgentSettings::new(discount.clone());
            let begin = Instant::now();
            estimate_multi_agent(model, &law, &settings, &Sampling::new(samples, SEED), &())?;
            let seconds = begin.elapsed().as_secs_f64();
            total += seconds;
            // The steps alone, on one thread.
            let seed = SeedPolicy::Uniform.resolve(model)?;
            let solver = BatchSolver::new(Arc::new(model.induced(Agent::H, &seed)), &discount);
            let (mut solved, mut evaluated) = (TileSolution::default(), TileSolution::default());
            let mut workspace = BatchWorkspace::default();
            let mut columns = vec![[0.0; STREAMS]; states];
            let tiles = 4;
            let (mut sweeps, mut eliminations, mut h_step, mut a_seed) = (0, 0, 0.0, 0.0);
            for tile in 0..tiles {
                SEED.fill_uniform_streams(tile * STREAMS as u64, &mut columns);
                h_step += best_of(|| solver.solve_tile(&columns, &mut solved, &mut workspace)).0;
                a_seed += best_of(|| solver.evaluate_tile(&solved.choice, &columns, &mut evaluated, &mut workspace)).0;
                sweeps += solved.sweeps;
                eliminations += solved.eliminations;
            }
            let count = tiles as f64 * STREAMS as f64;
            let without = MultiAgentSettings { seed_baseline: false, ..settings };
            let few = Sampling::new(256, SEED);
            let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
            let (rest, power) = best_of(|| one.install(|| estimate_multi_agent(model, &law, &without, &few, &())));
            power?;
            let rest = 1.0 / (rest / 256.0 - h_step / count).max(1e-9);
            // One pass over what is drawn for both agents and the four values that are summed.
            let traffic = flat() / (6.0 * 8.0 * states as f64);
            println!(
                "| {collision} | {text} | {seconds:.2} | {:.0} | {:.1}, {:.2} | {:.0} | {rest:.0} | {:.4} |",
                count / h_step,
                f64::from(sweeps) / tiles as f64,
                f64::from(eliminations) / count,
                count / a_seed,
                samples as f64 / seconds / traffic
            );
        }
    }
    println!("\ntotal: {total:.1} s on {} threads", rayon::current_num_threads());
    if let Some(peak) = peak_memory() {
        println!("peak memory: {:.0} MiB", peak as f64 / 1_048_576.0);
    }
    Ok(())
}

/// Bytes per second when memory is read.
fn flat() -> f64 {
    let numbers = vec![1.0_f64; 16 << 20];
    let (seconds, _) = best_of(|| std::hint::black_box(numbers.iter().sum::<f64>()));
    (numbers.len() * 8) as f64 / seconds
}
