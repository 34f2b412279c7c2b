//! Steps of hit-and-run per second on one core, by dimension and number of constraints.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dunamis_sampling::{ConvexBody, Direction, HitAndRun, LinearRow, Seed, standard_normal};
use std::hint::black_box;

/// A cube cut by dense constraints that leave room around its center.
fn body(dimension: usize, rows: usize) -> ConvexBody {
    let mut rng = Seed::new(1).derive("body").stream(0);
    let mut row = || {
        let normal: Vec<f64> = (0..dimension).map(|_| standard_normal(&mut rng)).collect();
        let bound = normal.iter().sum::<f64>() / 2.0 - 0.3 * (dimension as f64).sqrt() * (1.0 + rng.uniform());
        LinearRow { normal, bound }
    };
    let rows: Vec<LinearRow> = (0..rows).map(|_| row()).collect();
    ConvexBody::new(vec![0.0; dimension], vec![1.0; dimension], &rows).expect("valid")
}

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("hit-and-run");
    for (dimension, rows) in [(10, 30), (100, 300), (100, 1_000), (300, 1_000)] {
        let body = body(dimension, rows);
        for (direction, steps) in [(Direction::Coordinate, 10_000), (Direction::Random, 200)] {
            let mut walk = HitAndRun::new(&body, &vec![0.5; dimension], direction).expect("inside");
            let mut rng = Seed::new(1).stream(0);
            group.throughput(Throughput::Elements(steps)).sample_size(10);
            group.bench_function(BenchmarkId::new(format!("{direction:?}"), format!("{dimension}x{rows}")), |b| {
                b.iter(|| {
                    walk.steps(black_box(steps), &mut rng);
                    walk.point()[0]
                });
            });
        }
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
