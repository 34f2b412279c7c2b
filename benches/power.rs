//! Samples of POWER per second: one agent and two, patient and impatient, certain and slippery.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dunamis_envs::{Collision, JointEnvironment, load};
use dunamis_power::{MultiAgentSettings, Sampling, estimate, estimate_multi_agent};
use dunamis_sampling::{CorrelatedRewards, Correlation, IndependentRewards, Marginal, Seed};
use std::hint::black_box;
use std::sync::Arc;

const SEED: Seed = Seed::new(1);

fn single_agent(c: &mut Criterion) {
    let mut group = c.benchmark_group("power/single-agent");
    let samples = 4_096;
    group.throughput(Throughput::Elements(samples)).sample_size(10);
    for environment in ["grid-3x3", "maze-7x7", "maze-7x7:noise=0.2", "robot-face-20x20"] {
        for discount in ["0.1", "0.9", "0.99"] {
            let model = Arc::clone(load(environment).expect("registered").model());
            let law = IndependentRewards::identical(model.states().len(), Marginal::UNIT).expect("valid");
            let discount = discount.parse().expect("valid");
            let id = BenchmarkId::new(environment, &discount);
            group.bench_function(id, |b| {
                b.iter(|| {
                    estimate(&model, &law, &discount, &Sampling::new(black_box(samples), SEED), &()).expect("solved")
                });
            });
        }
    }
}

fn two_agents(c: &mut Criterion) {
    let mut group = c.benchmark_group("power/two-agents");
    let samples = 512;
    group.throughput(Throughput::Elements(samples)).sample_size(10);
    for environment in ["grid-3x3", "maze-7x7"] {
        for collision in Collision::ALL {
            for discount in ["0.1", "0.99"] {
                let joint = JointEnvironment::new(load(environment).expect("registered"), collision).expect("valid");
                let law = IndependentRewards::identical(joint.model().states().len(), Marginal::UNIT).expect("valid");
                let law = CorrelatedRewards::new(Arc::new(law), Correlation::INDEPENDENT).expect("valid");
                let settings = MultiAgentSettings {
                    seed_baseline: false,
                    ..MultiAgentSettings::new(discount.parse().expect("valid"))
                };
                let id = BenchmarkId::new(format!("{environment}/{collision}"), discount);
                group.bench_function(id, |b| {
                    b.iter(|| {
                        estimate_multi_agent(
                            joint.model(),
                            &law,
                            &settings,
                            &Sampling::new(black_box(samples), SEED),
                            &(),
                        )
                        .expect("solved")
                    });
                });
            }
        }
    }
}

criterion_group!(benches, single_agent, two_agents);
criterion_main!(benches);
