//! Streams follow their written contract, and nothing but seed and index decides what is drawn.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::num::NonZeroU64;

use dunamis_sampling::{
    Marginal, Normal, STREAM_VERSION, SamplingMethod, Seed, StreamRng, Univariate, uniform_permutation,
};
use proptest::prelude::*;
use rand::Rng;

/// `ChaCha` with 8 rounds, written from its definition: the words of one block.
fn chacha8_block(key: [u64; 4], counter: u64, nonce: u64) -> [u32; 16] {
    let mut state = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (position, word) in key.into_iter().chain([counter, nonce]).enumerate() {
        state[4 + 2 * position] = word as u32;
        state[5 + 2 * position] = (word >> 32) as u32;
    }
    let start = state;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (x, y, z, shift) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            state[x] = u32::wrapping_add(state[x], state[y]);
            state[z] = (state[z] ^ state[x]).rotate_left(shift);
        }
    };
    for _ in 0..4 {
        (0..4).for_each(|i| quarter(i, 4 + i, 8 + i, 12 + i));
        (0..4).for_each(|i| quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4));
    }
    std::array::from_fn(|i| u32::wrapping_add(state[i], start[i]))
}

fn key(seed: u64, label: u64, purpose: [u8; 8]) -> [u64; 4] {
    [seed, label, u64::from_le_bytes(purpose), u64::from(STREAM_VERSION)]
}

/// The 64-bit word at `position` of a stream, by the documented derivation.
fn word(key: [u64; 4], nonce: u64, position: u64) -> u64 {
    let block = chacha8_block(key, position / 8, nonce);
    let low = 2 * (position % 8) as usize;
    u64::from(block[low]) | u64::from(block[low + 1]) << 32
}

proptest! {
    #[test]
    fn streams_follow_the_documented_derivation(seed: u64, index: u64, position in 0_u64..500) {
        let mut rng = Seed::new(seed).stream(index);
        rng.skip(position);
        let expected = word(key(seed, 0, *b"samples\0"), index, position);
        prop_assert_eq!(rng.clone().next_u64(), expected);
        prop_assert_eq!(rng.uniform(), (expected >> 11) as f64 / 2_f64.powi(53));
    }

    #[test]
    fn derived_seeds_follow_the_documented_derivation(seed: u64, label in "[a-zà-ÿ -]{0,12}") {
        let mut hash: u64 = 14_695_981_039_346_656_037;
        for byte in label.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
        }
        let expected = word(key(seed, hash, *b"derives\0"), 0, 0);
        prop_assert_eq!(Seed::new(seed).derive(&label).get(), expected);
    }

    #[test]
    fn filling_equals_drawing_one_by_one(seed: u64, index: u64, before in 0_u64..40, length in 0_usize..300) {
        let mut filling = Seed::new(seed).stream(index);
        filling.skip(before);
        let mut drawing = filling.clone();
        let mut numbers = vec![0.0; length];
        filling.fill_uniform(&mut numbers);
        prop_assert!(numbers.iter().all(|&number| number == drawing.uniform() && (0.0..1.0).contains(&number)));
        prop_assert_eq!(filling.next_u64(), drawing.next_u64());
    }

    #[test]
    fn skipping_equals_throwing_away(seed: u64, before in 0_u64..40, words in 0_u64..200) {
        let mut skipping = Seed::new(seed).stream(1);
        let mut drawing = skipping.clone();
        (0..before).for_each(|_| { skipping.next_u64(); });
        skipping.skip(words);
        (0..before + words).for_each(|_| { drawing.next_u64(); });
        prop_assert_eq!(skipping.next_u64(), drawing.next_u64());
    }

    #[test]
    fn streams_do_not_depend_on_the_order_of_their_use(seed: u64, order in Just((0..20_u64).collect::<Vec<_>>()).prop_shuffle()) {
        let seed = Seed::new(seed);
        let in_order: Vec<f64> = (0..20).map(|index| seed.stream(index).uniform()).collect();
        for index in order {
            prop_assert_eq!(seed.stream(index).uniform(), in_order[index as usize]);
        }
    }

    #[test]
    fn permutations_are_permutations(seed: u64, size in 0_usize..50) {
        let mut images = uniform_permutation(size, &mut Seed::new(seed).stream(0));
        images.sort_unstable();
        prop_assert!(images.into_iter().eq(0..size));
    }

    #[test]
    fn integers_lie_below_their_bound(seed: u64, bound in 1_u64..) {
        let mut rng = Seed::new(seed).stream(0);
        prop_assert!(rng.below(NonZeroU64::new(bound).unwrap()) < bound);
    }
}

/// Pearson's statistic of `counts` against equal frequencies, standardized by its mean and variance.
fn chi_square_z(counts: &[u32]) -> f64 {
    let expected = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    let statistic: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
    let freedom = (counts.len() - 1) as f64;
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn all_permutations_of_four_are_equally_frequent() {
    let mut counts = [0; 256];
    for index in 0..48_000 {
        let images = uniform_permutation(4, &mut Seed::new(1).stream(index));
        counts[images.iter().fold(0, |code, image| 4 * code + image)] += 1;
    }
    let seen: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
    assert_eq!(seen.len(), 24);
    assert!(chi_square_z(&seen).abs() < 5.0);
}

/// With this bound a plain remainder or product would draw the lower third twice as often.
#[test]
fn large_bounds_are_without_bias() {
    let bound = NonZeroU64::new(3 << 62).unwrap();
    let mut rng = Seed::new(2).stream(0);
    let mut counts = [0; 3];
    (0..30_000).for_each(|_| counts[(rng.below(bound) >> 62) as usize] += 1);
    assert!(chi_square_z(&counts).abs() < 5.0, "{counts:?}");
}

#[test]
fn neighboring_streams_are_uncorrelated() {
    let count = 100_000;
    let first = |index| Seed::new(3).stream(index).uniform() - 0.5;
    let products: f64 = (0..count).map(|index| first(index) * first(index + 1)).sum();
    // Each product has mean 0 and variance 1/144.
    assert!((12.0 * products / (count as f64).sqrt()).abs() < 5.0);
}

#[test]
fn any_library_that_takes_a_generator_takes_a_stream() {
    fn draw(rng: &mut impl Rng) -> f64 {
        rand_distr::Distribution::sample(&rand_distr::StandardUniform, rng)
    }
    assert_eq!(draw(&mut Seed::new(4).stream(0)), Seed::new(4).stream(0).uniform());
}

/// Changing any of these numbers breaks the comparability of results: raise `STREAM_VERSION` if it must be.
#[test]
fn first_numbers_are_golden() {
    let show = |mut rng: StreamRng| format!("{:?}", [rng.uniform(), rng.uniform(), rng.uniform()]);
    let rows = [
        format!("version {STREAM_VERSION}"),
        format!("seed 0 stream 0: {}", show(Seed::new(0).stream(0))),
        format!("seed 0 stream 1: {}", show(Seed::new(0).stream(1))),
        format!("seed 1 stream 0: {}", show(Seed::new(1).stream(0))),
        format!("last seed, last stream: {}", show(Seed::new(u64::MAX).stream(u64::MAX))),
        format!("seed 0 derived for `models`: {}", Seed::new(0).derive("models").get()),
        format!("permutation of 8: {:?}", uniform_permutation(8, &mut Seed::new(0).stream(0))),
    ];
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn swaps_are_uniform_and_independent() {
    // All 60 ways to draw three of five items in order: the statistic exceeds 99.6 once in a thousand seeds.
    let mut counts = [0.0_f64; 60];
    let (samples, mut swaps) = (60_000, [0; 3]);
    for sample in 0..samples {
        Seed::new(11).stream(sample).fill_swaps(5, &mut swaps);
        let [i, j, k] = swaps.map(|swap| swap as usize);
        assert!(i < 5 && (1..5).contains(&j) && (2..5).contains(&k));
        counts[(i * 4 + j - 1) * 3 + k - 2] += 1.0;
    }
    let statistic: f64 = counts.iter().map(|count| (count - 1_000.0).powi(2) / 1_000.0).sum();
    assert!(statistic < 99.6, "{statistic}");
}

#[test]
fn swaps_of_many_items_stay_in_range() {
    let mut swaps = vec![0; 1_000];
    Seed::new(12).stream(0).fill_swaps(u32::MAX, &mut swaps);
    assert!(swaps.iter().enumerate().all(|(i, &swap)| swap as usize >= i));
    assert!(swaps.iter().any(|&swap| swap > u32::MAX / 2) && swaps.iter().any(|&swap| swap < u32::MAX / 2));
    let mut swaps = vec![0; 300];
    Seed::new(12).stream(1).fill_swaps(300, &mut swaps);
    assert!(swaps.iter().enumerate().all(|(i, &swap)| (i..300).contains(&(swap as usize))));
    assert_eq!(swaps[299], 299);
}

/// Draws of sample `index` under a method.
fn numbers<const N: usize>(method: SamplingMethod, seed: u64, index: u64) -> [f64; N] {
    let mut numbers = [0.0; N];
    method.stream(Seed::new(seed), index).fill_uniform(&mut numbers);
    numbers
}

fn method() -> impl Strategy<Value = SamplingMethod> {
    proptest::sample::select(&SamplingMethod::ALL[..])
}

proptest! {
    #[test]
    fn methods_fill_and_skip_as_they_draw(method in method(), seed: u64, index: u64, skipped in 0_u64..600) {
        let mut stream = method.stream(Seed::new(seed), index);
        let one_by_one: Vec<f64> = (0..700).map(|_| stream.uniform()).collect();
        prop_assert_eq!(&numbers::<700>(method, seed, index)[..], &one_by_one[..]);
        let mut stream = method.stream(Seed::new(seed), index);
        stream.skip(skipped);
        prop_assert_eq!(stream.uniform(), one_by_one[skipped as usize]);
        prop_assert!(one_by_one.iter().all(|u| (0.0..1.0).contains(u)));
    }

    #[test]
    fn antithetic_samples_come_in_mirrored_pairs(seed: u64, pair in 0..u64::MAX / 2) {
        let [even, odd] = [0, 1].map(|i| numbers::<9>(SamplingMethod::Antithetic, seed, 2 * pair + i));
        for (u, v) in even.into_iter().zip(odd) {
            prop_assert_eq!(u + v, 1.0 - f64::EPSILON / 2.0);
        }
        prop_assert_eq!(even, numbers(SamplingMethod::Independent, seed, 2 * pair));
        let normal = Marginal::Normal(Normal::new(3.0, 2.0).unwrap());
        let [x, y] = [0, 1].map(|i| normal.sample(&mut SamplingMethod::Antithetic.stream(Seed::new(seed), 2 * pair + i)));
        prop_assert!((x + y - 6.0).abs() < 1e-9);
    }

    /// Of 2^m points of a replicate, every interval of length 2^-m has one in every coordinate, and the first two coordinates have
    /// one in every elementary rectangle.
    #[test]
    fn sobol_points_are_evenly_spread(seed: u64, replicate in 0_u64..32, power in 0_u32..8, part in 0_u64..4) {
        let count = 1_usize << power;
        let points: Vec<[f64; 515]> = (part * count as u64..(part + 1) * count as u64)
            .map(|point| {
                let block = point / SamplingMethod::BLOCK * SamplingMethod::REPLICATES + replicate;
                numbers(SamplingMethod::Sobol, seed, block * SamplingMethod::BLOCK + point % SamplingMethod::BLOCK)
            })
            .collect();
        for coordinate in [0, 1, 2, 100, 255, 256, 400, 512, 514] {
            let cells: BTreeSet<usize> = points.iter().map(|point| (point[coordinate] * count as f64) as usize).collect();
            prop_assert_eq!(cells.len(), count);
        }
        for wide in 0..=power {
            let (columns, rows) = (f64::from(1 << wide), f64::from(1 << (power - wide)));
            let cell = |point: &[f64; 515]| ((point[0] * columns) as usize, (point[1] * rows) as usize);
            let cells: BTreeSet<(usize, usize)> = points.iter().map(cell).collect();
            prop_assert_eq!(cells.len(), count);
        }
    }
}

/// Over seeds every coordinate of every point is uniform, and coordinates and points of different replicates know nothing of
/// each other.
#[test]
fn every_sobol_point_is_uniform() {
    let seeds = 20_000;
    let (mut cells, mut products) = ([[0_u32; 16]; 3], [0.0; 4]);
    for seed in 0..seeds {
        // Points 0 and 1 of replicate 0, and point 0 of replicate 1.
        let [point, next, other] = [0, 1, 16].map(|index| numbers::<300>(SamplingMethod::Sobol, seed, index));
        for (cells, u) in cells.iter_mut().zip([point[0], point[257], next[1]]) {
            cells[(u * 16.0) as usize] += 1;
        }
        let pairs = [(point[0], point[1]), (point[0], point[256]), (point[3], other[3]), (next[2], point[258])];
        for (product, (u, v)) in products.iter_mut().zip(pairs) {
            *product += 12.0 * (u - 0.5) * (v - 0.5);
        }
    }
    let expected = seeds as f64 / 16.0;
    for cells in cells {
        let chi_square: f64 = cells.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        assert!(chi_square < 45.0, "15 degrees of freedom: {chi_square}");
    }
    for product in products {
        assert!((product / (seeds as f64).sqrt()).abs() < 4.5, "{products:?}");
    }
}

/// Sequences end after 65,536 points, and the replicate goes on with another one.
#[test]
fn sobol_replicates_do_not_end() {
    let last = ((1 << 16) - 16) * SamplingMethod::REPLICATES + 15;
    let [before, after] = [last, last + 16 * (SamplingMethod::REPLICATES - 1) + 1]
        .map(|index| numbers::<3>(SamplingMethod::Sobol, 1, index));
    assert_ne!(before, after);
    assert_ne!(numbers::<3>(SamplingMethod::Sobol, 1, 0), after);
}

#[test]
fn names_of_methods_are_read_back() {
    for method in SamplingMethod::ALL {
        assert_eq!(method.to_string().parse(), Ok(method));
    }
    insta::assert_snapshot!("sobel".parse::<SamplingMethod>().unwrap_err(), @"`sobel` is no sampling method: choose `independent`, `antithetic` or `sobol`");
}

/// The first numbers of every method: they change only with `STREAM_VERSION`.
#[test]
fn first_numbers_of_methods_are_golden() {
    let mut text = String::new();
    for method in SamplingMethod::ALL {
        for index in [0, 1, 16, 512] {
            let [u, .., v] = numbers::<300>(method, 2022, index);
            writeln!(text, "{method} {index}: {u} … {v}").unwrap();
        }
    }
    insta::assert_snapshot!(text, @"
independent 0: 0.9488624642697271 … 0.17621761014573634
independent 1: 0.4785592522306821 … 0.41747551239493774
independent 16: 0.7280487634960672 … 0.5309563226594872
independent 512: 0.06464053858926266 … 0.7616376106249424
antithetic 0: 0.9488624642697271 … 0.17621761014573634
antithetic 1: 0.0511375357302728 … 0.8237823898542636
antithetic 16: 0.7280487634960672 … 0.5309563226594872
antithetic 512: 0.06464053858926266 … 0.7616376106249424
sobol 0: 0.1631096475982149 … 0.8274727527923873
sobol 1: 0.5335923307799776 … 0.10375267909243613
sobol 16: 0.04382693808369886 … 0.8317167197606651
sobol 512: 0.8863761299514253 … 0.5653713409729293
");
}
