//! Tendencies: every element of an orbit, a million samples, closed forms in a million dimensions.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dunamis_mdp::Rational;
use dunamis_orbit::{BasisChoice, Choice, Confidence, Decision, Extremal, OptionSet, Orbit, Tendency};
use dunamis_sampling::Seed;
use std::hint::black_box;
use std::ops::Range;

fn rational(numerator: usize, denominator: usize) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn decision(name: &str) -> Decision {
    name.parse().expect("registered")
}

/// Options that spread over `support` states each, without overlap.
fn lotteries(dimension: usize, support: usize, options: Range<usize>) -> OptionSet {
    let weight = |j: usize| 1 + j % 5;
    let lottery = |i: usize| {
        let entry = |j: usize| if j / support == i { rational(weight(j), 3 * support) } else { Rational::default() };
        (0..dimension).map(entry).collect()
    };
    OptionSet::new(options.map(lottery).collect()).expect("distinct")
}

fn enumeration(c: &mut Criterion) {
    let mut group = c.benchmark_group("orbits/enumeration");
    group.throughput(Throughput::Elements(3_628_800)).sample_size(10);
    let choice = Choice::between(&lotteries(10, 1, 4..10), &lotteries(10, 1, 0..4)).expect("one dimension");
    let orbit = Orbit::new((0..10).map(|j| rational(j * j, 7)).collect::<Vec<_>>());
    for name in ["optimal", "fraction-optimal", "satisficing:threshold=1", "best-of-k:k=3"] {
        let f = decision(name);
        group.bench_function(name, |b| {
            b.iter(|| Tendency::enumerate(&choice, black_box(&f), &orbit).expect("small"));
        });
    }
}

fn sampling(c: &mut Criterion) {
    let mut group = c.benchmark_group("orbits/sampling");
    let samples = 1_000_000;
    group.throughput(Throughput::Elements(samples)).sample_size(10);
    for (dimension, support) in [(1_000, 1), (1_000, 50)] {
        let choice = Choice::between(&lotteries(dimension, support, 5..20), &lotteries(dimension, support, 0..5));
        let choice = choice.expect("one dimension");
        let orbit = Orbit::new((0..dimension).map(|j| rational(j * j, 7)).collect::<Vec<_>>());
        let f = decision("optimal");
        group.bench_function(BenchmarkId::new(dimension.to_string(), 20 * support), |b| {
            b.iter(|| {
                Tendency::sample(&choice, &f, &orbit, black_box(samples), Seed::new(1), Confidence::DEFAULT)
                    .expect("drawn")
            });
        });
    }
}

fn closed_form(c: &mut Criterion) {
    let mut group = c.benchmark_group("orbits/closed-form");
    let dimension = 1_000_000;
    let few = BasisChoice { dimension, preferred: 51, other: 2, shared: 0, rest: 0 };
    let all = BasisChoice { dimension, preferred: 700_000, other: 300_000, shared: 0, rest: 0 };
    for (name, choice, multiplicities) in [
        ("distinct", few, vec![1; dimension]),
        ("a-thousand-values", few, vec![1_000; 1_000]),
        ("two-values", few, vec![dimension / 2; 2]),
        ("everything", all, vec![1; dimension]),
        ("everything-with-ties", all, vec![dimension - 1_000, 1_000]),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| choice.tendency(Extremal::Largest, black_box(&multiplicities)).expect("it fits"));
        });
    }
}

criterion_group!(benches, enumeration, sampling, closed_form);
criterion_main!(benches);
