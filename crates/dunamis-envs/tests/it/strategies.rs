//! Random maps, noises and models.

use dunamis_envs::{Environment, Garnet, Grid, Move, Noise};
use dunamis_mdp::{Discount, Labels, Number, Rational, Reward, StateId, TransitionModel};
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

/// Small environments with everything a file may have to hold: gridworlds and random models with names, lost mass, exact
/// numbers, rewards of states or pairs, labels and discounts, or without some of them.
pub(crate) fn described() -> impl Strategy<Value = Environment> {
    let number = prop_oneof![
        (-9..9_i64, 1..9_i64).prop_map(|(n, d)| Number::from_rational(Rational::new(n.into(), d.into())).unwrap()),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Number::from),
        Just(Number::from(0.0)),
    ];
    let rewards = proptest::option::of((any::<bool>(), proptest::collection::vec(number, 32)));
    let labels =
        proptest::collection::btree_map("init|[a-z]{1,3}", proptest::collection::vec(any::<usize>(), 1..4), 0..3);
    let discount = proptest::option::of(prop_oneof![
        (0.0..1.0_f64).prop_map(|value| Discount::new(value).unwrap()),
        (0..9_i64).prop_map(|n| format!("{n}/9").parse().unwrap()),
    ]);
    (prop_oneof![base(), leaky()], rewards, labels, discount).prop_map(|(base, rewards, labels, discount)| {
        let model = base.model().clone();
        let n = model.states().len();
        let mut named = Labels::default();
        for (label, states) in labels {
            named.add(&label, states.into_iter().map(|s| StateId::new(s % n)));
        }
        let environment = base.with_labels(named).unwrap().with_discount(discount);
        let Some((by_state, numbers)) = rewards else { return environment };
        let numbers = numbers.into_iter().cycle();
        let reward = if by_state {
            Reward::state(&model, numbers.take(n))
        } else {
            Reward::state_action(&model, numbers.take(model.available().len()))
        };
        environment.with_reward(reward.unwrap()).unwrap()
    })
}

/// Models whose rows are thirds of successors and of mass that is lost.
fn leaky() -> impl Strategy<Value = Environment> {
    proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(0..5_usize, 3), 1..3), 1..5).prop_map(
        |states| {
            let mut builder = TransitionModel::builder();
            let ids: Vec<StateId> = (0..states.len()).map(|s| builder.state(&s.to_string()).unwrap()).collect();
            for (&s, rows) in ids.iter().zip(&states) {
                for (a, targets) in rows.iter().enumerate() {
                    let mut mass = vec![0; ids.len() + 1];
                    for &to in targets {
                        mass[to.min(ids.len())] += 1;
                    }
                    let third = |n: i64| Number::from_rational(Rational::new(n.into(), 3.into())).unwrap();
                    for (&to, &n) in ids.iter().zip(&mass).filter(|&(_, &n)| n > 0) {
                        builder.transition(s, &a.to_string(), to, third(n)).unwrap();
                    }
                    if mass[ids.len()] > 0 {
                        builder.leak(s, &a.to_string(), third(mass[ids.len()])).unwrap();
                    }
                }
            }
            Environment::new("leaky", builder.build().unwrap())
        },
    )
}
