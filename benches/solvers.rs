//! Every discounted solver on families of models, next to a yardstick: Jacobi value iteration without any refinement.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dunamis_benches::{forest, garnet, grid, joint, yardstick};
use dunamis_mdp::{Criterion as Optimality, Discount};
use dunamis_solve::{SOLVERS, Solver, SolverConfig, Tolerance};
use std::hint::black_box;

/// The gap between bounds that every solver is asked for.
const TOLERANCE: f64 = 1e-6;

/// Solvers that round every backup outwards, or solve a program, and are not made for speed.
const SLOW: [&str; 3] = ["interval-iteration", "optimistic-value-iteration", "linear-programming"];

fn solvers(c: &mut Criterion) {
    let models = [
        ("garnet-100", garnet(100).expect("valid")),
        ("garnet-1000", garnet(1_000).expect("valid")),
        ("grid-32x32", grid(32).expect("valid")),
        ("joint-625", joint(5).expect("valid")),
        ("forest-1000", forest(1_000).expect("valid")),
    ];
    for (name, mdp) in &models {
        for gamma in [0.9, 0.99] {
            let mut group = c.benchmark_group(format!("solvers/{name}/{gamma}"));
            group.sample_size(10);
            let discount = Discount::new(gamma).expect("valid");
            let plain = || yardstick(black_box(mdp), &discount, TOLERANCE, u64::MAX);
            group.bench_function("yardstick", |b| b.iter(plain));
            let criterion = Optimality::Discounted(discount.clone());
            let fast = SOLVERS.iter().filter(|info| info.supports(&criterion) && !SLOW.contains(&info.name));
            for info in fast {
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
