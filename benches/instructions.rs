//! Work for counting instructions, which unlike times do not depend on the machine's mood: `cargo xtask bench --instructions`
//! runs this program under callgrind.
//!
//! `instructions list` prints the names; `instructions NAME N` does the work of one of them N times.

#![allow(clippy::print_stdout, reason = "names are what this program makes")]

use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_mdp::{Agent, Discount};
use dunamis_power::{Sampling, SeedPolicy, estimate};
use dunamis_sampling::{IndependentRewards, Marginal, STREAMS, Seed};
use dunamis_solve::{BatchSolver, BatchWorkspace, TileSolution};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

const SEED: Seed = Seed::new(1);

type Work = fn(u64) -> Result<(), Box<dyn Error>>;

const WORK: &[(&str, Work)] = &[
    ("uniform-streams", |times| {
        let mut numbers = [[0.0; STREAMS]; 31];
        (0..times).for_each(|tile| SEED.fill_uniform_streams(tile * STREAMS as u64, black_box(&mut numbers)));
        Ok(())
    }),
    ("stay-initialized-sweeps", |times| single("maze-7x7", "0.99", times)),
    ("tiled-value-iteration", |times| single("maze-7x7:noise=0.2", "0.5", times)),
    ("elimination", |times| single("maze-7x7:noise=0.2", "0.99", times)),
    ("shared-rows", |times| joint("0.1", times)),
    ("shared-rows-and-elimination", |times| joint("0.99", times)),
    ("estimate", |times| {
        let environment = load("maze-7x7")?;
        let law = IndependentRewards::identical(environment.model().states().len(), Marginal::UNIT)?;
        let sampling = Sampling::new(times * STREAMS as u64, SEED);
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        let discount = "0.9".parse()?;
        one.install(|| estimate(environment.model(), &law, &discount, &sampling, &()))?;
        Ok(())
    }),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [name, times] = &arguments[..] {
        let (_, work) = WORK.iter().find(|(known, _)| known == name).ok_or_else(|| format!("no work `{name}`"))?;
        return work(times.parse()?);
    }
    for (name, _) in WORK {
        println!("{name}");
    }
    Ok(())
}

/// Tiles of optimal values for one agent.
fn single(environment: &str, discount: &str, tiles: u64) -> Result<(), Box<dyn Error>> {
    let environment = load(environment)?;
    solve(&BatchSolver::new(Arc::clone(environment.model()), &discount.parse::<Discount>()?), tiles);
    Ok(())
}

/// Tiles of H's step against the random seed policy.
fn joint(discount: &str, tiles: u64) -> Result<(), Box<dyn Error>> {
    let joint = JointEnvironment::new(load("maze-7x7")?, Collision::Leak)?;
    let seed = SeedPolicy::Uniform.resolve(joint.model())?;
    solve(&BatchSolver::new(Arc::new(joint.model().induced(Agent::H, &seed)), &discount.parse::<Discount>()?), tiles);
    Ok(())
}

fn solve(solver: &BatchSolver, tiles: u64) {
    let mut columns = vec![[0.0; STREAMS]; solver.model().states().len()];
    let (mut solution, mut workspace) = (TileSolution::default(), BatchWorkspace::default());
    for tile in 0..tiles {
        SEED.fill_uniform_streams(tile * STREAMS as u64, &mut columns);
        solver.solve_tile(black_box(&columns), &mut solution, &mut workspace);
    }
    black_box(&solution);
}
