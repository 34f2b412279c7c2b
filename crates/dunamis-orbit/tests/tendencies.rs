//! Tendencies: the published numbers, and the definition over all permutations.

use dunamis_mdp::Rational;
use dunamis_orbit::{Choice, Counts, Decision, DecisionFunction, OptionSet, Orbit, OrbitError, Tendency, Utilities};
use proptest::prelude::*;
use std::cmp::Ordering;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn integers(values: &[i64]) -> Vec<Rational> {
    values.iter().map(|&value| rational(value, 1)).collect()
}

fn decision(text: &str) -> Decision {
    text.parse().unwrap()
}

fn basis(dimension: usize, states: impl IntoIterator<Item = usize>) -> OptionSet {
    OptionSet::basis(dimension, states).unwrap()
}

/// Greater, less and equal.
fn counts(tendency: &Tendency) -> [u64; 3] {
    let Counts { greater, less, equal } = tendency.counts().unwrap();
    [greater, less, equal].map(|count| count.try_into().unwrap())
}

fn enumerated(choice: &Choice, name: &str, reward: &[Rational]) -> [u64; 3] {
    counts(&Tendency::enumerate(choice, &decision(name), &Orbit::new(reward)).unwrap())
}

/// All permutations of the reward, counted one by one with rational values of the decision function.
fn brute_force(choice: &Choice, f: &dyn DecisionFunction, reward: &[Rational]) -> [u64; 3] {
    fn visit(reward: &mut Vec<Rational>, fixed: usize, seen: &mut std::collections::BTreeSet<Vec<Rational>>) {
        if fixed == reward.len() {
            seen.insert(reward.clone());
        }
        for j in fixed..reward.len() {
            reward.swap(fixed, j);
            visit(reward, fixed + 1, seen);
            reward.swap(fixed, j);
        }
    }
    let mut orbit = std::collections::BTreeSet::new();
    visit(&mut reward.to_vec(), 0, &mut orbit);
    let mut counts = [0; 3];
    for element in orbit {
        let dot = |option: &Vec<Rational>| option.iter().zip(&element).map(|(x, r)| x * r).sum::<Rational>();
        let utilities = Utilities::new(&choice.options().options().iter().map(dot).collect::<Vec<_>>());
        counts[match f.value(&utilities, choice.preferred()).cmp(&f.value(&utilities, choice.other())) {
            Ordering::Greater => 0,
            Ordering::Less => 1,
            Ordering::Equal => 2,
        }] += 1;
    }
    counts
}

/// RDSP, Table 2: a ghost against an apple and a cherry.
#[test]
fn fruit_against_ghost() {
    let choice = Choice::between(&basis(3, [1, 2]), &basis(3, [0])).unwrap();
    for name in [
        "optimal",
        "anti-optimal",
        "fraction-optimal",
        "boltzmann:temperature=1",
        "best-of-k:k=2",
        "quantilizing:fraction=1/2",
    ] {
        assert_eq!(enumerated(&choice, name, &integers(&[10, 5, 0])), [4, 2, 0], "{name}");
    }
    assert_eq!(enumerated(&choice, "satisficing:threshold=3", &integers(&[10, 5, 0])), [2, 0, 4]);
    assert_eq!(enumerated(&choice, "uniform", &integers(&[10, 5, 0])), [6, 0, 0]);
}

/// `candy`: candy, wait, chocolate and hug as states.
fn candy(discount: &Rational) -> Choice {
    let one = rational(1, 1);
    let start = &one - discount;
    let wait = |then: usize| {
        let mut option = vec![rational(0, 1); 4];
        option[1] = start.clone();
        option[then] = discount.clone();
        option
    };
    Choice::between(&OptionSet::new(vec![wait(2), wait(3)]).unwrap(), &basis(4, [0])).unwrap()
}

#[test]
fn candy_at_every_discount() {
    assert_eq!(enumerated(&candy(&rational(1, 1)), "optimal", &integers(&[0, 0, 1, 1])), [3, 1, 2]);
    assert_eq!(enumerated(&candy(&rational(99, 100)), "optimal", &integers(&[0, 0, 1, 1])), [3, 3, 0]);
    let reward = [rational(0, 1), rational(3, 4), rational(1, 1), rational(1, 1)];
    assert_eq!(enumerated(&candy(&rational(1, 2)), "optimal", &reward), [5, 7, 0]);
}

#[test]
fn slots() {
    let choice = Choice::between(&basis(5, [2, 3, 4]), &basis(5, [0, 1])).unwrap();
    assert_eq!(enumerated(&choice, "optimal", &integers(&[1, 0, 0, 0, 0])), [3, 2, 0]);
}

/// What fails of naive scaling laws.
#[test]
fn counterexamples() {
    let half = |pairs: &[(usize, usize)], dimension| {
        let option = |&(i, j): &(usize, usize)| {
            let mut option = vec![rational(0, 1); dimension];
            option[i] = rational(1, 2);
            option[j] = rational(1, 2);
            option
        };
        OptionSet::new(pairs.iter().map(option).collect()).unwrap()
    };
    let tendency = |b: &OptionSet, a: &OptionSet, c: &OptionSet, reward: &[i64]| {
        let choice = Choice::new(b, a, c).unwrap();
        Tendency::enumerate(&choice, &decision("optimal"), &Orbit::new(integers(reward))).unwrap()
    };
    let c = OptionSet::new(vec![integers(&[1, 0]), integers(&[0, 1]), integers(&[0, 2])]).unwrap();
    assert_eq!(counts(&tendency(&basis(2, [1]), &basis(2, [0]), &c, &[1, 2]))[..2], [0, 1]);
    let (a, b) = (half(&[(0, 1)], 4), half(&[(2, 3)], 4));
    let c = a.union(&b).unwrap().union(&basis(4, [2])).unwrap();
    let lotteries = [[0, 0, 1, 1], [0, 1, 2, 3], [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 2], [0, 0, 1, 2], [0, 1, 2, 2]];
    assert!(lotteries.iter().any(|r| {
        let t = tendency(&b, &a, &c, r);
        t.greater() * rational(2, 1) == *t.less()
    }));
    let (a, b) = (basis(3, [0, 1]), basis(3, [2]));
    let c = a.union(&b).unwrap();
    assert_eq!(tendency(&b, &a, &c, &[0, 1, 1]).ratio(), Some(rational(0, 1)));
    let (a, b) = (basis(5, [0]), half(&[(1, 2), (3, 4)], 5));
    assert_eq!(tendency(&b, &a, &a.union(&b).unwrap(), &[0, 0, 5, 6, 6]).weak(), rational(7, 15));
    let (a, b) = (half(&[(0, 1)], 5), half(&[(2, 3), (2, 4), (3, 4)], 5));
    assert_eq!(tendency(&b, &a, &a.union(&b).unwrap(), &[0, 1, 1, 1, 10]).weak(), rational(3, 5));
}

prop_compose! {
    fn questions()(
        options in prop::collection::btree_set(prop::collection::vec((-1_i64..3).prop_map(|x| rational(x, 3)), 4), 2..6),
        masks in any::<(u32, u32)>(),
        reward in prop::collection::vec((-2_i64..3).prop_map(|x| rational(x, 2)), 4),
        large in any::<bool>(),
    ) -> (Option<Choice>, Vec<Rational>) {
        let options: Vec<Vec<Rational>> = options.into_iter().collect();
        let set = |mask: u32| {
            let chosen = options.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, x)| x.clone());
            OptionSet::new(chosen.collect())
        };
        let all = OptionSet::new(options.clone()).unwrap();
        let choice = set(masks.0).and_then(|b| Choice::new(&b, &set(masks.1)?, &all)).ok();
        // Numbers that need big integers.
        let scale = if large { rational(3, 7).pow(60) } else { rational(1, 1) };
        (choice, reward.into_iter().map(|r| r * &scale).collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn enumeration_is_brute_force((choice, reward) in questions()) {
        let Some(choice) = choice else { return Ok(()) };
        for name in [
            "optimal", "anti-optimal", "fraction-optimal", "boltzmann:temperature=2", "best-of-k:k=2", "satisficing:threshold=1/2",
            "quantilizing:fraction=2/5", "epsilon-greedy:epsilon=1/3,steps=3", "uniform",
        ] {
            prop_assert_eq!(enumerated(&choice, name, &reward), brute_force(&choice, &decision(name), &reward), "{}", name);
        }
    }
}

#[test]
fn every_permutation_of_seven() {
    let choice = Choice::between(&basis(7, [3, 4, 5, 6]), &basis(7, [0, 1, 2])).unwrap();
    assert_eq!(enumerated(&choice, "optimal", &integers(&[6, 1, 2, 3, 4, 5, 0])), [2_880, 2_160, 0]);
    let limit = Orbit::new((0..20).map(|i| rational(i, 1)).collect::<Vec<_>>());
    let choice = Choice::between(&basis(20, [0]), &basis(20, [1])).unwrap();
    let refused = Tendency::enumerate(&choice, &decision("optimal"), &limit).unwrap_err();
    assert!(matches!(refused, OrbitError::OrbitTooLarge { .. }));
    insta::assert_snapshot!(refused, @"the orbit has more than 100000000000 elements: count or sample instead of enumerating");
    let refused = Tendency::enumerate(&choice, &decision("optimal"), &Orbit::new(integers(&[1]))).unwrap_err();
    insta::assert_snapshot!(refused, @"the reward has 1 entries where the options have 20 coordinates");
    let refused = Choice::new(&basis(2, [0]), &basis(2, [1]), &basis(2, [0])).unwrap_err();
    insta::assert_snapshot!(refused, @"option 0 of the set A cannot be chosen: C must contain every option of A and of B");
}
