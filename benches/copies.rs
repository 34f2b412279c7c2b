//! Copies of option sets in others: many vectors, made in ways that make the search easy and hard.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use dunamis_orbit::{CopySearch, OptionSet, Permutation, Permute};
use dunamis_sampling::{Seed, StreamRng, uniform_permutation};
use std::collections::BTreeSet;
use std::hint::black_box;

type Vector = Vec<u8>;

fn below(rng: &mut StreamRng, count: usize) -> usize {
    (rng.uniform() * count as f64) as usize
}

/// `count` distinct vectors with values 1 to `values` at `support` of the given places.
fn sparse(
    rng: &mut StreamRng,
    dimension: usize,
    places: &[usize],
    count: usize,
    support: usize,
    values: u8,
) -> Vec<Vector> {
    let mut vectors = BTreeSet::new();
    while vectors.len() < count {
        let mut vector = vec![0; dimension];
        let mut left = places.to_vec();
        for _ in 0..support {
            vector[left.swap_remove(below(rng, left.len()))] = 1 + below(rng, values.into()) as u8;
        }
        vectors.insert(vector);
    }
    vectors.into_iter().collect()
}

/// A and B, of `a` and `b` vectors.
fn sets(family: &str, dimension: usize, a: usize, b: usize) -> (OptionSet<u8>, OptionSet<u8>) {
    let mut rng = Seed::new(7).derive(family).stream(0);
    let all: Vec<usize> = (0..dimension).collect();
    let copies = b / a;
    let width = dimension / (copies + 1);
    let (mut own, mut others) = match family {
        // Pairs of places: images are found by counting.
        "apart" => {
            let pair = |k: usize| (0..dimension).map(|j| u8::from(j / 2 == k)).collect();
            ((0..a).map(pair).collect::<Vec<Vector>>(), (a..dimension / 2).map(pair).collect())
        }
        // Overlapping lotteries over one block of places, and over the other blocks the same.
        "blocks" => {
            let own = sparse(&mut rng, dimension, &all[..width], a, 3, 1);
            let image = |k: usize, vector: &Vector| {
                let mut image = vector.clone();
                image.rotate_right(k * width);
                image
            };
            let others = (1..=copies).flat_map(|k| own.iter().map(move |vector| image(k, vector))).collect();
            (own, others)
        }
        // Sparse vectors anywhere, without any plan.
        "sparse" => (sparse(&mut rng, dimension, &all, a, 3, 2), sparse(&mut rng, dimension, &all, b, 3, 2)),
        // Edges of random graphs on few vertices: many partial embeddings, hardly any that are whole.
        "graphs" => {
            let (first, rest) = all.split_at(dimension / 5);
            (sparse(&mut rng, dimension, first, a, 2, 1), sparse(&mut rng, dimension, rest, b, 2, 1))
        }
        // A dense vector for every option, with many equal values.
        _ => (
            sparse(&mut rng, dimension, &all, a, dimension / 2, 3),
            sparse(&mut rng, dimension, &all, b, dimension / 2, 3),
        ),
    };
    others.truncate(b);
    let shuffle = uniform_permutation(dimension, &mut rng).into_iter().map(|image| image as u32).collect();
    let shuffle = Permutation::new(shuffle).expect("a permutation");
    for vector in own.iter_mut().chain(&mut others) {
        *vector = vector.permuted(&shuffle);
    }
    others.retain(|vector| !own.contains(vector));
    (OptionSet::new(own).expect("distinct"), OptionSet::new(others).expect("distinct"))
}

fn copies(c: &mut Criterion) {
    for family in ["apart", "blocks", "sparse", "graphs", "dense"] {
        let mut group = c.benchmark_group(format!("copies/{family}"));
        group.sample_size(10);
        for (dimension, a, b) in [(40, 4, 20), (100, 12, 60), (200, 20, 120)] {
            let (own, others) =
                sets(family, dimension, a, if family == "apart" { b.min(dimension / 2 - a) } else { b });
            let size = format!("{a}x{b}x{dimension}");
            group.bench_function(BenchmarkId::new("copies", &size), |bencher| {
                bencher.iter(|| CopySearch::new(black_box(&own), &others).copies().ok());
            });
            group.bench_function(BenchmarkId::new("slots", &size), |bencher| {
                bencher.iter(|| CopySearch::new(black_box(&own), &others).slots().ok());
            });
        }
    }
}

criterion_group!(benches, copies);
criterion_main!(benches);
