//! Actions of trained agents in a new maze predicted by policies of each kind, in policies per second.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dunamis_envs::load;
use dunamis_goals::{
    Features, GoalBounds, GoalSet, GoalSettings, Policies, Rationality, SamplerSettings, Training, agent_kinds,
};
use dunamis_mdp::Rational;
use dunamis_sampling::Seed;
use std::hint::black_box;
use std::sync::Arc;

fn believe(c: &mut Criterion) {
    let maze = load("cheese-maze").expect("registered");
    let (model, labels, discount) = (Arc::clone(maze.model()), maze.labels(), maze.discount().expect("given"));
    let states = |label: &str| labels.get(label).expect("labeled").to_vec();
    let goal = maze.reward().expect("given").clone();
    let training = Training::optimal(Arc::clone(&model), &states("train"), goal, discount).expect("valid");
    let goals = GoalSet::new(training, discount, GoalSettings::default()).expect("valid");
    let targets = ["cheese", "corner"].map(|label| (label.to_owned(), states(label)));
    let features = Features::proximity(&model, &targets).expect("valid");
    let one = Rational::from_integer(1.into());
    let weights = GoalBounds::uniform(2, -one.clone(), one).expect("room");
    let corner = states("corner");
    let regions = model.state_ids().map(|state| usize::from(corner.contains(&state))).collect();
    let kinds = agent_kinds(&goals, &features, &weights, regions, &SamplerSettings::default()).expect("room");
    let rationality = Rationality::tremble(0.1).expect("valid");
    let mut group = c.benchmark_group("likelihood/believe");
    let policies = 2_048;
    for (name, kind) in &kinds[1..] {
        let kind = Policies::new(&model, states("new")[0], discount, kind, rationality).expect("valid");
        let seen = kind.trajectories(30, 100, Seed::new(1), &()).expect("drawn");
        group.throughput(Throughput::Elements(policies)).sample_size(10);
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| kind.believe(&seen, black_box(policies), Seed::new(2), &()).expect("drawn").policies());
        });
    }
}

criterion_group!(benches, believe);
criterion_main!(benches);
