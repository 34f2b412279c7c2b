//! Goals compatible with training per second: models whose training is a few small blocks, and all of whose other states are free.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dunamis_goals::{GoalSampler, GoalSet, GoalSettings, SamplerSettings, Training};
use dunamis_mdp::{StateId, TransitionModel};
use dunamis_sampling::{RewardDistribution, Seed};
use rayon::prelude::*;
use std::hint::black_box;

/// Chains of three states in which going on was observed, and new states in a ring with shortcuts.
fn goals(states: usize, chains: usize) -> GoalSet {
    let mut builder = TransitionModel::builder();
    let ids: Vec<StateId> = (0..states).map(|s| builder.state(&format!("s{s}")).expect("new")).collect();
    let mut add = |from: usize, action: &str, to: usize| {
        builder.transition(ids[from], action, ids[to], 1.0).expect("valid");
    };
    for s in 0..3 * chains {
        if s % 3 < 2 {
            add(s, "go", s + 1);
        }
        add(s, "stay", s);
    }
    let new = states - 3 * chains;
    for s in 0..new {
        add(3 * chains + s, "go", 3 * chains + (s + 1) % new);
        add(3 * chains + s, "jump", 3 * chains + (7 * s + 3) % new);
    }
    let model = builder.build().expect("valid");
    let trained = &ids[..3 * chains];
    let observed: Vec<usize> = trained.iter().map(|&s| model.available().pairs(s).start).collect();
    let training = Training::new(model, trained, &observed).expect("valid");
    GoalSet::new(training, &"0.9".parse().expect("valid"), GoalSettings::default()).expect("valid")
}

fn decoupled(c: &mut Criterion) {
    let mut group = c.benchmark_group("goal-sampler/decoupled");
    for (states, samples) in [(100, 100_000), (1_000, 100_000), (10_000, 10_000)] {
        let sampler = GoalSampler::new(&goals(states, 3), &SamplerSettings::default()).expect("room");
        assert!(sampler.is_exact());
        group.throughput(Throughput::Elements(samples)).sample_size(10);
        group.bench_function(BenchmarkId::from_parameter(states), |b| {
            b.iter(|| {
                let draw = |goal: &mut Vec<f64>, index: u64| {
                    sampler.sample(&mut Seed::new(1).stream(index), goal).expect("drawn");
                    goal[states - 1]
                };
                (0..black_box(samples)).into_par_iter().map_init(|| vec![0.0; states], draw).sum::<f64>()
            });
        });
    }
}

/// One block, with rejection and with walks.
fn coupled(c: &mut Criterion) {
    let mut group = c.benchmark_group("goal-sampler/coupled");
    let goals = goals(9, 1);
    for (method, smallest_acceptance) in [("rejection", 0.0), ("hit-and-run", 2.0)] {
        let settings = SamplerSettings { smallest_acceptance, ..SamplerSettings::default() };
        let sampler = GoalSampler::new(&goals, &settings).expect("room");
        let samples = 10_000;
        group.throughput(Throughput::Elements(samples)).sample_size(10);
        group.bench_function(BenchmarkId::new(method, 9), |b| {
            let mut goal = vec![0.0; 9];
            b.iter(|| {
                for index in 0..black_box(samples) {
                    sampler.sample(&mut Seed::new(1).stream(index), &mut goal).expect("drawn");
                }
                goal[0]
            });
        });
    }
}

criterion_group!(benches, decoupled, coupled);
criterion_main!(benches);
