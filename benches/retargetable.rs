//! The number of states that can take the place of shutdown, n(γ), in models with chance and without.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dunamis_benches::{garnet, grid};
use dunamis_envs::{Garnet, Grid, Noise};
use dunamis_goals::{Retargeting, Strictness};
use dunamis_mdp::{StateId, TransitionModel};
use std::hint::black_box;
use std::sync::Arc;

/// One cycle through all states, each of which may also return to the first.
fn ring(states: usize) -> Arc<TransitionModel> {
    let mut builder = TransitionModel::builder();
    let ids: Vec<StateId> = (0..states).map(|s| builder.state(&format!("s{s}")).expect("a new name")).collect();
    for s in 0..states {
        builder.transition(ids[s], "on", ids[(s + 1) % states], 1.0).expect("a probability");
        builder.transition(ids[s], "back", ids[0], 1.0).expect("a probability");
    }
    Arc::new(builder.build().expect("a model"))
}

fn family(name: &str, states: usize) -> Arc<TransitionModel> {
    let side = states.isqrt();
    match name {
        "ring" => ring(states),
        "maze" => {
            let grid = Grid::new(side, side).expect("a grid");
            Arc::new(grid.model(&Noise::default()).expect("a model"))
        }
        "deterministic" => {
            let garnet = Garnet { states, actions: 2..=4, branching: 1..=1, seed: 7 };
            garnet.environment().expect("a model").model().clone()
        }
        "sparse" => {
            let garnet = Garnet { states, actions: 1..=2, branching: 1..=2, seed: 7 };
            garnet.environment().expect("a model").model().clone()
        }
        "windy" => grid(side).expect("a model").model().clone(),
        _ => garnet(states).expect("a model").model().clone(),
    }
}

fn retargetable(c: &mut Criterion) {
    for name in ["ring", "maze", "deterministic", "windy", "sparse", "garnet"] {
        let mut group = c.benchmark_group(format!("retargetable/{name}"));
        group.sample_size(10);
        for states in [100, 1_000, 10_000] {
            let model = family(name, states);
            for discount in ["0.9", "0.99"] {
                let gamma = discount.parse().expect("a discount");
                group.bench_function(BenchmarkId::new(discount, states), |bencher| {
                    bencher.iter(|| {
                        let retargeting = Retargeting::new(black_box(&model), StateId::new(0), &[]).expect("a state");
                        retargeting.effective(&gamma, Strictness::MoreThanOnce).expect("exact rows").count()
                    });
                });
            }
            group.bench_function(BenchmarkId::new("steps", states), |bencher| {
                bencher.iter(|| {
                    let retargeting = Retargeting::new(black_box(&model), StateId::new(0), &[]).expect("a state");
                    retargeting.cycle_steps().map(|steps| steps.thresholds.len())
                });
            });
        }
    }
}

criterion_group!(benches, retargetable);
criterion_main!(benches);
