//! Tendencies: the published numbers, and the definition over all permutations.

use dunamis_mdp::Rational;
use dunamis_orbit::{
    BasisChoice, Choice, Confidence, Counts, Decision, DecisionFunction, ExactMethod, Extremal, MeasureSettings,
    MeasuredTendency, OptionSet, Orbit, OrbitError, Tendency, Utilities,
};
use dunamis_sampling::Seed;
use num_bigint::BigUint;
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
            "quantilizing:fraction=2/5", "epsilon-greedy:epsilon=1/3,steps=3", "uniform", "epsilon-optimal:epsilon=1/2",
            "fraction-epsilon-optimal:epsilon=1",
        ] {
            let expected = brute_force(&choice, &decision(name), &reward);
            prop_assert_eq!(enumerated(&choice, name, &reward), expected, "{}", name);
            let tables = Tendency::count_tables(&choice, &decision(name), &Orbit::new(reward.clone())).unwrap().unwrap();
            prop_assert_eq!(counts(&tables), expected, "{}", name);
        }
    }

    #[test]
    fn closed_forms_are_enumerations(
        multiplicities in prop::collection::vec(1_usize..4, 1..4),
        (b, a, shared, rest) in (0_usize..4, 0_usize..4, 0_usize..3, 0_usize..3),
    ) {
        let dimension: usize = multiplicities.iter().sum();
        let numbers = BasisChoice { dimension, preferred: b, other: a, shared, rest };
        let options = b + a + shared + rest;
        prop_assume!(b + shared > 0 && a + shared > 0 && options <= dimension);
        let prefers = (0..b).chain(b + a..b + a + shared);
        let choice = Choice::new(&basis(dimension, prefers), &basis(dimension, b..b + a + shared), &basis(dimension, 0..options)).unwrap();
        prop_assert_eq!(BasisChoice::from_choice(&choice), Some(numbers));
        let value = |(value, &times): (usize, &usize)| vec![rational(value as i64, 3); times];
        let reward: Vec<Rational> = multiplicities.iter().enumerate().flat_map(value).collect();
        for (name, rule) in [("optimal", Extremal::Largest), ("anti-optimal", Extremal::Smallest), ("fraction-optimal", Extremal::LargestFraction)] {
            let closed_form = numbers.tendency(rule, &multiplicities).unwrap();
            prop_assert_eq!(counts(&closed_form), enumerated(&choice, name, &reward), "{}", name);
            let measured = Tendency::measure(&choice, &decision(name), &Orbit::new(reward.clone()), &MeasureSettings::default()).unwrap();
            prop_assert_eq!(measured, MeasuredTendency::Exact { tendency: closed_form, method: ExactMethod::ClosedForm });
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

fn choose(n: u64, k: u64) -> Rational {
    (1..=k).map(|i| rational((n + 1 - i) as i64, i as i64)).product()
}

/// C(n, k) : C(m, k) for k ties at the top of m + n slots.
#[test]
fn ties_at_the_top() {
    for (m, n, k) in [(1, 2, 1), (2, 3, 1), (2, 5, 2), (3, 4, 3), (40, 60, 25)] {
        let slots = BasisChoice { dimension: 100, preferred: n, other: m, shared: 0, rest: 0 };
        let slots = BasisChoice { dimension: m + n, ..slots };
        let tendency = slots.tendency(Extremal::Largest, &[m + n - k, k]).unwrap();
        let (m, n, k) = (m as u64, n as u64, k as u64);
        assert_eq!(tendency.ratio(), Some(choose(n, k) / choose(m, k)), "{m} {n} {k}");
        assert_eq!(tendency.weak(), rational(1, 1) - choose(m, k) / choose(m + n, k));
        assert!(tendency.holds(&rational(n as i64, m as i64)));
    }
}

/// A million coordinates: fractions where integers would have millions of digits.
#[test]
fn a_million_coordinates() {
    let dimension = 1_000_000;
    let living = BasisChoice { dimension, preferred: 51, other: 2, shared: 0, rest: 0 };
    let tendency = living.tendency(Extremal::Largest, &vec![1; dimension]).unwrap();
    assert_eq!((tendency.weak(), tendency.size()), (rational(51, 53), None));
    assert_eq!(tendency.equal(), rational(0, 1));
    // Half of the rewards are 1: the options miss them all together with probability C(d/2, 53) / C(d, 53) at the top.
    let halves = living.tendency(Extremal::Largest, &[dimension / 2, dimension / 2]).unwrap();
    let miss =
        |options: u64| -> Rational { (0..options as i64).map(|i| rational(500_000 - i, 1_000_000 - i)).product() };
    assert_eq!(*halves.less(), miss(51) - miss(53));
    // One rewarded state: integers are small, whatever the dimension.
    let one = living.tendency(Extremal::Largest, &[dimension - 1, 1]).unwrap();
    let count = |n: u32| BigUint::from(n);
    assert_eq!(one.counts().unwrap(), Counts { greater: count(51), less: count(2), equal: count(999_947) });
    let everything = BasisChoice { dimension, preferred: 600_000, other: 300_000, shared: 0, rest: 100_000 };
    assert_eq!(*everything.tendency(Extremal::LargestFraction, &vec![1; dimension]).unwrap().greater(), rational(3, 5));
    assert!(everything.tendency(Extremal::Largest, &[dimension / 2, dimension / 2]).is_none());
    for wrong in [BasisChoice { preferred: dimension, ..living }, BasisChoice { preferred: usize::MAX, ..living }] {
        assert_eq!(wrong.tendency(Extremal::Largest, &[dimension]), None);
    }
    assert_eq!(living.tendency(Extremal::Largest, &[dimension, 0]), None);
}

/// Lotteries over four of three hundred states, counted by tables.
#[test]
fn tables_in_many_dimensions() {
    let dimension = 300;
    let lottery = |entries: &[(usize, i64)]| {
        let mut option = vec![rational(0, 1); dimension];
        for &(j, weight) in entries {
            option[j] = rational(weight, 6);
        }
        option
    };
    let a = OptionSet::new(vec![lottery(&[(0, 3), (1, 3)])]).unwrap();
    let b = OptionSet::new(vec![lottery(&[(2, 3), (3, 3)]), lottery(&[(4, 6)])]).unwrap();
    let choice = Choice::between(&b, &a).unwrap();
    // 100 states each of reward 0, 1 and 3: the same fractions by weighing the values of the five states that matter.
    let values: Vec<i64> = (0..300).map(|j| [0, 1, 3][j % 3]).collect();
    let (mut greater, mut less) = (rational(0, 1), rational(0, 1));
    for code in 0..3_usize.pow(5) {
        let digits: Vec<usize> = (0..5).map(|j| code / 3_usize.pow(j) % 3).collect();
        let (mut left, mut probability) = ([100; 3], rational(1, 1));
        for (drawn, &digit) in digits.iter().enumerate() {
            probability *= rational(left[digit], 300 - drawn as i64);
            left[digit] -= 1;
        }
        let r = |j: usize| [0, 1, 3][digits[j]];
        match (r(2) + r(3)).max(2 * r(4)).cmp(&(r(0) + r(1))) {
            Ordering::Greater => greater += probability,
            Ordering::Less => less += probability,
            Ordering::Equal => {}
        }
    }
    let orbit = Orbit::new(integers(&values));
    let measured = Tendency::measure(&choice, &decision("optimal"), &orbit, &MeasureSettings::default()).unwrap();
    let MeasuredTendency::Exact { tendency, method: ExactMethod::Tables } = &measured else { panic!("{measured:?}") };
    assert_eq!((tendency.greater(), tendency.less()), (&greater, &less));
    assert_eq!(tendency.size(), Some(&orbit.size()));
    // The samples agree, with any number of threads.
    let sample = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let sample =
            || Tendency::sample(&choice, &decision("optimal"), &orbit, 20_000, Seed::new(1), Confidence::DEFAULT);
        pool.install(sample).unwrap()
    };
    let sampled = sample(1);
    assert_eq!(sampled, sample(3));
    assert_eq!(sampled.greater + sampled.less + sampled.equal, 20_000);
    let double = |x: &Rational| num_traits::ToPrimitive::to_f64(x).unwrap();
    assert!(sampled.greater_interval.contains(double(&greater)) && sampled.less_interval.contains(double(&less)));
    assert!(sampled.weak_interval.contains(double(&tendency.weak())));
    assert!(sampled.weak_interval.high - sampled.weak_interval.low < 0.02);
}

#[test]
fn distinct_rewards_of_many_states_are_sampled() {
    let lottery = |i: usize| (0..40).map(|j| rational(i64::from(j / 5 == i) * (1 + j as i64 % 5), 15)).collect();
    let set = |range: std::ops::Range<usize>| OptionSet::new(range.map(lottery).collect()).unwrap();
    let choice = Choice::between(&set(2..6), &set(0..2)).unwrap();
    let orbit = Orbit::new((0..40).map(|j| rational(j * j, 7)).collect::<Vec<_>>());
    let settings = MeasureSettings { samples: 5_000, ..MeasureSettings::default() };
    let MeasuredTendency::Sampled(sampled) =
        Tendency::measure(&choice, &decision("optimal"), &orbit, &settings).unwrap()
    else {
        panic!("nothing exact suits");
    };
    // Six exchangeable options, four of them preferred.
    assert!(sampled.weak_interval.contains(2.0 / 3.0) && sampled.greater_interval.contains(2.0 / 3.0), "{sampled:?}");
    let refused =
        Tendency::sample(&choice, &decision("optimal"), &orbit, 0, Seed::new(0), Confidence::DEFAULT).unwrap_err();
    insta::assert_snapshot!(refused, @"a tendency cannot be estimated from no samples: draw at least 1");
}

/// The case study's eight states: the weak fraction for not staying at the empty state, over the cycles that the start can reach.
#[test]
fn case_study() {
    let (one, half) = (rational(1, 1), rational(1, 2));
    let cycle = |states: &[usize]| {
        let mut option = vec![rational(0, 1); 8];
        for &state in states {
            option[state] = if states.len() == 1 { one.clone() } else { half.clone() };
        }
        option
    };
    let cycles: [&[usize]; 5] = [&[4], &[3, 4], &[6], &[7], &[6, 7]];
    let avoid = OptionSet::new(cycles.iter().map(|states| cycle(states)).collect()).unwrap();
    let choice = Choice::between(&avoid, &basis(8, [1])).unwrap();
    let weak = |reward: &[i64]| {
        let orbit = Orbit::new(integers(reward));
        let tendency = Tendency::enumerate(&choice, &decision("optimal"), &orbit).unwrap();
        let measured = Tendency::measure(&choice, &decision("optimal"), &orbit, &MeasureSettings::default()).unwrap();
        assert_eq!(measured.exact(), Some(&tendency));
        tendency.weak()
    };
    assert_eq!(weak(&[0, 1, 2, 3, 4, 5, 6, 7]), rational(515, 672));
    assert_eq!(weak(&[0, 0, 0, 0, 0, 0, 0, 1]), rational(7, 8));
    assert!(weak(&[0, 0, 0, 0, 0, 0, 1, 2]) >= rational(3, 4));
    assert!(weak(&[0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]) >= rational(3, 4));
}

/// Any comparison can be counted: POWER of the case study's lower left and lower right state, for degenerate laws of rewards.
#[test]
fn power_of_two_states() {
    let power = |reward: &[Rational], discount: &Rational| {
        let [up_left, left, up_right, right] = reward else { unreachable!("four states") };
        let alternate = (up_left + discount * left) / (rational(1, 1) + discount);
        (left.clone().max(alternate), up_right.clone().max(right.clone()))
    };
    let tendency = |reward: &[i64], discount: Rational| {
        let compare = |reward: Vec<Rational>| {
            let (left, right) = power(&reward, &discount);
            right.cmp(&left)
        };
        counts(&Tendency::of(Orbit::new(integers(reward)).iter().map(compare)).unwrap())
    };
    assert_eq!(tendency(&[3, 2, 1, 0], rational(0, 1)), [12, 12, 0]);
    assert_eq!(tendency(&[1, 1, 0, 0], rational(1, 2)), [3, 1, 2]);
    for discount in [rational(1, 2), rational(1, 1)] {
        let [greater, less, _] = tendency(&[3, 2, 1, 0], discount);
        assert!(greater > less);
    }
}
