//! Random maps, noises and models.

use dunamis_envs::{Environment, Garnet, Grid, Move, Noise};
use dunamis_mdp::{Number, Rational};
use proptest::prelude::*;

/// Maps of up to 6 × 6 cells with at least one open cell.
pub(crate) fn grid() -> impl Strategy<Value = Grid> {
    (1..=6usize, 1..=6usize)
        .prop_flat_map(|(rows, columns)| {
            let cells = proptest::collection::vec(proptest::bool::weighted(0.7), rows * columns);
            (Just(columns), cells, 0..rows * columns)
        })
        .prop_map(|(columns, mut cells, open)| {
            cells[open] = true;
            let row =
                |row: &[bool]| row.iter().map(|&open| if open { '.' } else { '#' }).chain(['\n']).collect::<String>();
            cells.chunks(columns).map(row).collect::<String>().parse().unwrap()
        })
}

/// Noise levels and biases in hundredths.
pub(crate) fn noise() -> impl Strategy<Value = Noise> {
    let biases = proptest::collection::vec(proptest::option::of(0..=20i64), 5);
    (0..=100i64, biases).prop_map(|(level, biases)| {
        let mut left = level;
        let hundredths = |n: i64| Number::from_rational(Rational::new(n.into(), 100.into())).unwrap();
        let mut noise = Noise::new(hundredths(level)).unwrap();
        for (direction, bias) in Move::ALL.into_iter().zip(biases) {
            if let Some(bias) = bias.filter(|&bias| bias <= left) {
                left -= bias;
                noise = noise.biased(direction, hundredths(bias)).unwrap();
            }
        }
        noise
    })
}

/// Small models of every kind: noisy gridworlds and random models.
pub(crate) fn base() -> impl Strategy<Value = Environment> {
    let small = grid().prop_filter("few cells", |grid| (2..=9).contains(&grid.cells().len()));
    let gridworld = (small, noise()).prop_map(|(grid, noise)| Environment::gridworld("noisy", grid, &noise).unwrap());
    let random = (2..=6usize, any::<u64>()).prop_map(|(states, seed)| {
        Garnet { states, actions: 1..=3, branching: 1..=states.min(3), seed }.environment().unwrap()
    });
    prop_oneof![gridworld, random]
}
