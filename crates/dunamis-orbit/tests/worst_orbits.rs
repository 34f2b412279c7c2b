//! The weakest tendencies over all rewards.

use dunamis_mdp::Rational;
use dunamis_orbit::{Choice, Decision, OptionSet, Orbit, Tendency, Warrant, Witness, WorstOrbit, WorstOrbitSettings};
use proptest::prelude::*;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn decision(text: &str) -> Decision {
    text.parse().unwrap()
}

fn basis(dimension: usize, states: impl IntoIterator<Item = usize>) -> OptionSet {
    OptionSet::basis(dimension, states).unwrap()
}

/// Options as lists of (coordinate, weight).
fn lotteries(dimension: usize, options: &[&[(usize, Rational)]]) -> OptionSet {
    let lottery = |entries: &&[(usize, Rational)]| {
        let mut option = vec![rational(0, 1); dimension];
        for (j, weight) in *entries {
            option[*j] = weight.clone();
        }
        option
    };
    OptionSet::new(options.iter().map(lottery).collect()).unwrap()
}

fn pairs(dimension: usize, pairs: &[(usize, usize)]) -> OptionSet {
    let half = rational(1, 2);
    let options: Vec<Vec<(usize, Rational)>> =
        pairs.iter().map(|&(i, j)| vec![(i, half.clone()), (j, half.clone())]).collect();
    lotteries(dimension, &options.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The exact worst orbit, whose witnesses have what they are said to have.
fn worst(choice: &Choice, name: &str) -> WorstOrbit {
    let worst = WorstOrbit::find(choice, &decision(name), &WorstOrbitSettings::default()).unwrap();
    assert!(worst.warrant.is_exact(), "{:?}", worst.warrant);
    check(choice, name, &worst);
    worst
}

fn check(choice: &Choice, name: &str, worst: &WorstOrbit) {
    let tendency =
        |witness: &Witness| Tendency::enumerate(choice, &decision(name), &Orbit::new(witness.reward.clone())).unwrap();
    assert_eq!(tendency(&worst.weak).weak(), worst.weak.value);
    if let Some(ratio) = &worst.ratio {
        assert_eq!(tendency(ratio).ratio().as_ref(), Some(&ratio.value));
    }
}

fn candy(discount: &Rational) -> Choice {
    let start = rational(1, 1) - discount;
    let wait: Vec<Vec<(usize, Rational)>> =
        [2, 3].map(|then| vec![(1, start.clone()), (then, discount.clone())]).into();
    let wait = lotteries(4, &wait.iter().map(Vec::as_slice).collect::<Vec<_>>());
    Choice::between(&wait, &basis(4, [0])).unwrap()
}

/// No tendency below a discount of 1: 5/12 at every discount between 0 and 1, and 2/3 at 1.
#[test]
fn candy_at_every_discount() {
    for discount in [rational(1, 10), rational(1, 2), rational(99, 100)] {
        let worst = worst(&candy(&discount), "optimal");
        assert_eq!(worst.weak.value, rational(5, 12), "{discount}");
        assert!(matches!(worst.warrant, Warrant::Cells { .. }));
    }
    assert_eq!(worst(&candy(&rational(1, 1)), "optimal").weak.value, rational(2, 3));
}

/// Almost symmetric sets: the worst orbit jumps.
#[test]
fn almost_symmetric() {
    for epsilon in [rational(1, 100), rational(1, 5)] {
        let rest = rational(1, 1) - &epsilon;
        let b = lotteries(4, &[&[(1, rest.clone()), (3, epsilon.clone())], &[(2, rest), (3, epsilon)]]);
        let choice = Choice::between(&b, &basis(4, [0])).unwrap();
        assert_eq!(worst(&choice, "optimal").weak.value, rational(5, 12));
    }
}

#[test]
fn counterexamples() {
    let between = |b: &OptionSet, a: &OptionSet| Choice::between(b, a).unwrap();
    let dissimilar = worst(&between(&pairs(5, &[(1, 2), (3, 4)]), &basis(5, [0])), "optimal");
    assert_eq!(dissimilar.weak.value, rational(7, 15));
    let entangled = worst(&between(&pairs(5, &[(2, 3), (2, 4), (3, 4)]), &pairs(5, &[(0, 1)])), "optimal");
    assert_eq!(entangled.weak.value, rational(3, 5));
    let dominated = basis(5, [2, 3]).union(&pairs(5, &[(2, 3)])).unwrap();
    let dominated = worst(&between(&dominated, &basis(5, [0, 1])), "optimal");
    assert_eq!(dominated.weak.value, rational(1, 2));
    let fewer = worst(&between(&basis(3, [2]), &basis(3, [0, 1])), "optimal");
    assert_eq!((fewer.weak.value, fewer.ratio.unwrap().value), (rational(1, 3), rational(0, 1)));
    let doubled = OptionSet::new(vec![
        vec![rational(1, 1), rational(0, 1)],
        vec![rational(0, 1), rational(1, 1)],
        vec![rational(0, 1), rational(2, 1)],
    ]);
    let dominating = worst(&Choice::new(&basis(2, [1]), &basis(2, [0]), &doubled.unwrap()).unwrap(), "optimal");
    assert_eq!(dominating.ratio.unwrap().value, rational(0, 1));
}

/// The scaling laws are tight between basis vectors, spare coordinates or not.
#[test]
fn slots() {
    for (m, n) in [(1, 1), (1, 2), (1, 5), (2, 3), (3, 4), (2, 51)] {
        for spare in [0, 1] {
            let dimension = m + n + spare;
            let choice = Choice::between(&basis(dimension, m..m + n), &basis(dimension, 0..m)).unwrap();
            for name in ["optimal", "anti-optimal", "fraction-optimal"] {
                let settings = WorstOrbitSettings::default();
                let worst = WorstOrbit::find(&choice, &decision(name), &settings).unwrap();
                assert_eq!(worst.warrant, Warrant::OrderTypes);
                assert_eq!(worst.weak.value, rational(n as i64, (m + n) as i64), "{name} {m} {n} {spare}");
                assert_eq!(worst.ratio.unwrap().value, rational(n as i64, m as i64), "{name} {m} {n} {spare}");
            }
        }
    }
}

/// Every order type, one by one.
fn all_order_types(choice: &Choice, name: &str) -> (Rational, Option<Rational>) {
    let dimension = choice.dimension();
    let (mut weak, mut ratio) = (rational(1, 1), None::<Rational>);
    for steps in 0..1_u32 << (dimension - 1) {
        let reward: Vec<Rational> =
            (0..dimension).map(|j| rational(i64::from((steps & ((1 << j) - 1)).count_ones()), 1)).collect();
        let tendency = Tendency::enumerate(choice, &decision(name), &Orbit::new(reward)).unwrap();
        weak = weak.min(tendency.weak());
        ratio = [ratio, tendency.ratio()].into_iter().flatten().min();
    }
    (weak, ratio)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_types((b, a, shared, rest, spare) in (0_usize..4, 0_usize..3, 0_usize..2, 0_usize..3, 0_usize..3)) {
        let dimension = b + a + shared + rest + spare;
        prop_assume!(b + shared > 0 && a + shared > 0 && dimension <= 7);
        let prefers = (0..b).chain(b + a..b + a + shared);
        let choice = Choice::new(&basis(dimension, prefers), &basis(dimension, b..b + a + shared), &basis(dimension, 0..dimension - spare)).unwrap();
        for name in ["optimal", "anti-optimal", "fraction-optimal", "best-of-k:k=2"] {
            let worst = worst(&choice, name);
            prop_assert_eq!((worst.weak.value, worst.ratio.map(|ratio| ratio.value)), all_order_types(&choice, name), "{}", name);
        }
    }

    /// No reward does worse than the worst, even where adding a constant to rewards changes choices.
    #[test]
    fn no_orbit_is_worse(
        options in prop::collection::btree_set(prop::collection::vec((-1_i64..3).prop_map(|x| rational(x, 2)), 3), 2..5),
        split in 1_usize..4,
        rewards in prop::collection::vec(prop::collection::vec(-9_i64..10, 3), 30),
    ) {
        let options: Vec<Vec<Rational>> = options.into_iter().collect();
        let split = split.min(options.len() - 1);
        let (a, b) = options.split_at(split);
        let choice = Choice::between(&OptionSet::new(b.to_vec()).unwrap(), &OptionSet::new(a.to_vec()).unwrap()).unwrap();
        for name in ["optimal", "fraction-optimal", "quantilizing:fraction=1/2"] {
            let worst = worst(&choice, name);
            for reward in &rewards {
                let reward: Vec<Rational> = reward.iter().map(|&r| rational(r, 1)).collect();
                let tendency = Tendency::enumerate(&choice, &decision(name), &Orbit::new(reward)).unwrap();
                prop_assert!(tendency.weak() >= worst.weak.value);
                if let Some(ratio) = tendency.ratio() {
                    prop_assert!(worst.ratio.as_ref().is_some_and(|worst| worst.value <= ratio));
                }
            }
        }
    }
}

/// Where cells are too many or do not decide, what is found is a bound, and says so.
#[test]
fn bounds() {
    let choice = candy(&rational(1, 2));
    let few = WorstOrbitSettings { max_cells: 10, tries: 300, ..WorstOrbitSettings::default() };
    let bound = WorstOrbit::find(&choice, &decision("optimal"), &few).unwrap();
    assert!(!bound.warrant.is_exact());
    check(&choice, "optimal", &bound);
    assert_eq!(bound.weak.value, rational(5, 12));
    assert_eq!(bound, WorstOrbit::find(&choice, &decision("optimal"), &few).unwrap());
    let tries = WorstOrbitSettings { tries: 100, ..few };
    let soft = WorstOrbit::find(&choice, &decision("boltzmann:temperature=1"), &tries).unwrap();
    assert!(matches!(soft.warrant, Warrant::Bound { tried: 1..=100 }));
    check(&choice, "boltzmann:temperature=1", &soft);
}
