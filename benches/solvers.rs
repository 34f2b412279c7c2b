//! Every discounted solver on families of models, next to a yardstick: Jacobi value iteration without any refinement.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dunamis_envs::{Forest, Garnet, load};
use dunamis_mdp::{Criterion as Optimality, Mdp, Reward};
use dunamis_solve::{SOLVERS, Solver, SolverConfig, Tolerance};
use std::hint::black_box;
use std::sync::Arc;

/// The gap between bounds that every solver is asked for.
const TOLERANCE: f64 = 1e-6;

/// Value iteration until the plain error bound γ/(1 − γ)·‖change‖ is met.
fn yardstick(mdp: &Mdp, discount: f64) -> Vec<f64> {
    let (model, reward) = (mdp.model(), mdp.reward());
    let mut value = vec![0.0; model.states().len()];
    loop {
        let mut change = 0.0_f64;
        let next: Vec<f64> = model
            .state_ids()
            .map(|s| {
                let best = model.available().pairs(s).map(|pair| {
                    let (next, p) = model.row(pair);
                    let ahead: f64 = next.iter().zip(p).map(|(&next, p)| p * value[next as usize]).sum();
                    reward.at(s.index(), pair) + discount * ahead
                });
                let best = best.fold(f64::NEG_INFINITY, f64::max);
                change = change.max((best - value[s.index()]).abs());
                best
            })
            .collect();
        value = next;
        if discount / (1.0 - discount) * change <= TOLERANCE / 2.0 {
            return value;
        }
    }
}

fn solvers(c: &mut Criterion) {
    let grid = |name: &str| {
        let model = Arc::clone(load(name).expect("registered").model());
        // A goal in the first cell.
        let reward = Reward::state(&model, model.state_ids().map(|s| if s.index() == 0 { 1.0 } else { 0.0 }));
        Mdp::new(model, reward.expect("finite")).expect("same size")
    };
    let garnet = |states| {
        let garnet = Garnet { states, actions: 4..=10, branching: 4..=10, seed: 7 };
        garnet.environment().expect("valid").mdp().expect("has a reward")
    };
    let forest = |states| Forest::new(states).environment().expect("valid").mdp().expect("has a reward");
    let models = [
        ("garnet-100", garnet(100)),
        ("garnet-1000", garnet(1_000)),
        ("grid-32x32", grid("grid:rows=32,columns=32,noise=0.2")),
        ("forest-1000", forest(1_000)),
    ];
    for (name, mdp) in &models {
        for gamma in [0.9, 0.99] {
            let mut group = c.benchmark_group(format!("solvers/{name}/{gamma}"));
            group.sample_size(10);
            group.bench_function("yardstick", |b| b.iter(|| yardstick(black_box(mdp), gamma)));
            let criterion = Optimality::Discounted(dunamis_mdp::Discount::new(gamma).expect("valid"));
            for info in SOLVERS.iter().filter(|info| info.supports(&criterion)) {
                let config = SolverConfig::from_name(info.name).expect("registered");
                let config = config.with_tolerances(Some(Tolerance::Absolute(TOLERANCE)), None);
                group.bench_function(BenchmarkId::from_parameter(info.name), |b| {
                    b.iter(|| config.solve(black_box(mdp), &criterion).expect("solved"));
                });
            }
        }
    }
}

criterion_group!(benches, solvers);
criterion_main!(benches);
