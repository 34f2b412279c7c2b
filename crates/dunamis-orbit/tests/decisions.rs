//! Decision functions: their published values, and the laws they promise.

use dunamis_mdp::Rational;
use dunamis_orbit::{
    Choice, Combination, DECISIONS, Decision, DecisionFunction, ExponentialRatio, OptionSet, Orbit, Permutation,
    Permute, Tendency, Utilities,
};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator.into(), denominator.into())
}

fn utilities(values: &[i64]) -> Utilities {
    Utilities::new(&values.iter().map(|&value| rational(value, 1)).collect::<Vec<_>>())
}

fn decision(text: &str) -> Decision {
    text.parse().unwrap()
}

/// One of each kind, and combinations of them.
fn decisions() -> Vec<Arc<dyn DecisionFunction>> {
    let names = [
        "optimal",
        "fraction-optimal",
        "anti-optimal",
        "boltzmann:temperature=1/2",
        "best-of-k:k=3",
        "satisficing:threshold=3",
        "quantilizing:fraction=3/8",
        "epsilon-greedy:epsilon=1/10,steps=20",
        "uniform",
        "epsilon-optimal:epsilon=3/4",
        "fraction-epsilon-optimal:epsilon=1",
        "epsilon-optimal:epsilon=0",
    ];
    assert!(DECISIONS.iter().all(|info| names.iter().any(|name| name.split(':').next() == Some(info.name))));
    let mut all: Vec<Arc<dyn DecisionFunction>> =
        names.iter().map(|name| Arc::new(decision(name)) as Arc<dyn DecisionFunction>).collect();
    let half = || rational(1, 2);
    all.push(Arc::new(Combination::mixture([(half(), all[3].clone()), (half(), all[5].clone())]).unwrap()));
    let product = vec![all[3].clone(), all[5].clone()];
    all.push(Arc::new(Combination::new([(rational(1, 1), product), (rational(1, 1), vec![all[0].clone()])]).unwrap()));
    all
}

/// RDSP, Table 2: {ghost, apple} against {cherry} on the six rearrangements of (10, 5, 0), as printed.
#[test]
fn published_rows() {
    let rewards = [[10, 5, 0], [5, 10, 0], [10, 0, 5], [0, 10, 5], [5, 0, 10], [0, 5, 10]];
    let row = |name: &str| {
        let f = decision(name);
        rewards.map(|reward| format!("{:.3}", f.value(&utilities(&reward), &[0, 1]).approximate())).join(" ")
    };
    let sorted = |name: &str| {
        let mut values: Vec<String> = row(name).split(' ').map(str::to_owned).collect();
        values.sort();
        values.join(" ")
    };
    insta::assert_snapshot!(row("optimal"), @"1.000 1.000 1.000 1.000 0.000 0.000");
    assert_eq!(sorted("anti-optimal"), "0.000 0.000 1.000 1.000 1.000 1.000");
    insta::assert_snapshot!(row("boltzmann:temperature=1"), @"1.000 1.000 0.993 0.993 0.007 0.007");
    insta::assert_snapshot!(row("satisficing:threshold=3"), @"1.000 1.000 0.500 0.500 0.500 0.500");
    assert_eq!(sorted("fraction-optimal"), "0.000 0.000 1.000 1.000 1.000 1.000");
}

/// A learner with three arms, one of which pays, after a hundred steps.
#[test]
fn published_bandit() {
    let epsilon = rational(1, 10);
    let learner = decision("epsilon-greedy:epsilon=1/10,steps=100");
    let stuck = (rational(1, 1) - epsilon / rational(2, 1)).pow(99);
    let arms = utilities(&[1, 0, 0]);
    assert_eq!(learner.value(&arms, &[0]), (rational(1, 1) - rational(2, 3) * &stuck).into());
    assert_eq!(learner.value(&arms, &[2]), (rational(1, 3) * stuck).into());
}

/// The Markov chain over the arm that is kept, one step at a time.
#[test]
fn bandits_are_markov_chains() {
    for rewards in [vec![0, 1, 2, 3], vec![1, 1, 0, 2, 2], vec![5], vec![3, 3, 3]] {
        let arms = rewards.len();
        let mut kept = vec![rational(1, arms as i64); arms];
        let epsilon = rational(2, 7);
        for steps in 1..8 {
            let learner = decision(&format!("epsilon-greedy:epsilon=2/7,steps={steps}"));
            for arm in 0..arms {
                assert_eq!(
                    learner.value(&utilities(&rewards), &[arm]),
                    kept[arm].clone().into(),
                    "{rewards:?} {steps} {arm}"
                );
            }
            let mut next = kept.clone();
            for (from, to) in (0..arms).flat_map(|from| (0..arms).map(move |to| (from, to))) {
                if rewards[to] > rewards[from] {
                    let moved = &kept[from] * &epsilon * rational(1, arms as i64 - 1);
                    next[to] += &moved;
                    next[from] -= moved;
                }
            }
            kept = next;
        }
    }
}

/// Every sequence of draws, one by one.
#[test]
fn best_of_k_draws() {
    for rewards in [[0, 1, 2, 3], [1, 1, 0, 2], [2, 2, 1, 2], [0, 0, 0, 0]] {
        for k in 1..=4_u32 {
            let mut expected = [0; 4].map(|_| rational(0, 1));
            for sequence in 0..4_u32.pow(k) {
                let mut drawn: Vec<usize> = (0..k).map(|i| (sequence / 4_u32.pow(i) % 4) as usize).collect();
                drawn.sort_unstable();
                drawn.dedup();
                let best = drawn.iter().map(|&arm| rewards[arm]).max().unwrap();
                let ties: Vec<usize> = drawn.into_iter().filter(|&arm| rewards[arm] == best).collect();
                for &arm in &ties {
                    expected[arm] += rational(1, 4_i64.pow(k) * ties.len() as i64);
                }
            }
            let f = decision(&format!("best-of-k:k={k}"));
            for arm in 0..4 {
                assert_eq!(f.value(&utilities(&rewards), &[arm]), expected[arm].clone().into());
            }
        }
    }
}

/// Quantilizers by their definition, with the quantile found by trying every utility.
#[test]
fn quantilizers_by_definition() {
    for rewards in [[0, 1, 2, 3], [1, 1, 0, 2], [2, 2, 1, 2], [0, 0, 0, 0]] {
        for (p, q) in [(1, 1), (1, 4), (3, 8), (1, 2), (5, 7)] {
            let mass = |holds: &dyn Fn(i64) -> bool| rational(rewards.iter().filter(|&&u| holds(u)).count() as i64, 4);
            let quantile = rational(p, q);
            let border = *rewards.iter().filter(|&&m| mass(&|u| u > m) <= quantile).min().unwrap();
            let f = decision(&format!("quantilizing:fraction={p}/{q}"));
            for arm in 0..4 {
                let each = rational(1, 4) / &quantile;
                let expected = match rewards[arm].cmp(&border) {
                    Ordering::Less => rational(0, 1),
                    Ordering::Greater => each,
                    Ordering::Equal => {
                        let left = &quantile - mass(&|u| u > border);
                        each * left.min(mass(&|u| u == border)) / mass(&|u| u == border)
                    }
                };
                assert_eq!(f.value(&utilities(&rewards), &[arm]), expected.into(), "{rewards:?} {p}/{q} {arm}");
            }
        }
    }
}

/// Acceptable is what lies at most the tolerance below the best, whatever integers the utilities are written with.
#[test]
fn tolerances_by_definition() {
    let huge = rational(1, 1) * rational(10, 1).pow(45);
    let wide = rational(i64::MAX, 1).pow(2) * rational(2, 1) - rational(1, 1);
    let rewards = [
        [rational(0, 1), rational(1, 3), rational(1, 2), rational(5, 6)],
        [-&huge, &huge / rational(3, 1), huge.clone(), huge],
        [-&wide, rational(0, 1), wide.clone(), wide],
    ];
    for reward in &rewards {
        let best = reward.iter().max().unwrap();
        let mut tolerances: Vec<Rational> = reward.iter().map(|u| best - u).collect();
        tolerances.extend(reward.iter().map(|u| (best - u) / rational(2, 1)));
        for epsilon in tolerances {
            let near: Vec<bool> = reward.iter().map(|u| u >= &(best - &epsilon)).collect();
            let count = near.iter().filter(|near| **near).count() as i64;
            let utilities = Utilities::new(reward);
            for (arm, near) in near.into_iter().enumerate() {
                let one = rational(i64::from(near), 1);
                let value = |name: &str| decision(&format!("{name}:epsilon={epsilon}")).value(&utilities, &[arm]);
                assert_eq!(value("epsilon-optimal"), one.clone().into(), "{reward:?} {epsilon} {arm}");
                assert_eq!(value("fraction-epsilon-optimal"), (one / rational(count, 1)).into());
            }
        }
    }
}

/// Three options against one on an orbit of four values at distance 1, and against two on one of five: what the tolerance leaves of
/// the strict preference and of its opposite.
#[test]
fn guarantees_decay_with_the_tolerance() {
    for (b, a) in [(3, 1), (3, 2)] {
        let d = b + a;
        let set = |states| OptionSet::basis(d, states).unwrap();
        let choice = Choice::between(&set(a..d), &set(0..a)).unwrap();
        let values: Vec<usize> = (0..d).collect();
        let orbit = Orbit::new(values.iter().map(|&v| rational(v as i64, 1)).collect::<Vec<_>>());
        let mut strict = Vec::new();
        for twice in 0..=2 * d {
            let f = decision(&format!("epsilon-optimal:epsilon={twice}/2"));
            let tendency = Tendency::enumerate(&choice, &f, &orbit).unwrap();
            // Which values A has decides: their sets are equally probable.
            let (mut greater, mut less, mut all) = (0, 0, 0);
            for mask in (0_u32..1 << d).filter(|mask| mask.count_ones() as usize == a) {
                let acceptable =
                    |inside| values.iter().any(|&v| (mask >> v & 1 == 1) == inside && 2 * (d - 1 - v) <= twice);
                all += 1;
                greater += i64::from(acceptable(false) && !acceptable(true));
                less += i64::from(!acceptable(false) && acceptable(true));
            }
            assert_eq!((tendency.greater(), tendency.less()), (&rational(greater, all), &rational(less, all)));
            assert!(tendency.holds(&rational(b as i64, a as i64)), "{twice} {tendency:?}");
            strict.push(tendency.greater().clone());
        }
        assert!(strict.is_sorted_by(|now, next| next <= now) && strict[0] >= rational(3, 5));
        assert_eq!(strict.last(), Some(&rational(0, 1)));
    }
}

#[test]
fn names() {
    for function in decisions().iter().take(DECISIONS.len()) {
        assert_eq!(decision(&function.name()).to_string(), function.name());
    }
    let message = |text: &str| text.parse::<Decision>().unwrap_err().to_string();
    insta::assert_snapshot!(message("optimall"), @"there is no decision function `optimall`: did you mean `optimal`?");
    insta::assert_snapshot!(message("boltzmann"), @"`boltzmann` needs a `temperature`: write `boltzmann:temperature=…`");
    insta::assert_snapshot!(message("boltzmann:temp=1"), @"`boltzmann` takes no `temp=1` here: write `boltzmann:temperature=…`");
    insta::assert_snapshot!(message("boltzmann:temperature=0"), @"the `temperature` of `boltzmann` is `0`: it must be above 0");
    insta::assert_snapshot!(message("boltzmann:temperature=x"), @"the `temperature` of `boltzmann` is not a number");
    insta::assert_snapshot!(message("uniform:x=1"), @"`uniform` takes no `x=1` here: write `uniform`");
    insta::assert_snapshot!(message("epsilon-greedy:epsilon=1/2,steps=1/2"), @"the `steps` of `epsilon-greedy` is `1/2`: it must be an integer from 1 to 100000");
    insta::assert_snapshot!(message("epsilon-greedy:steps=1,steps=2"), @"`epsilon-greedy` takes no `steps=2` here: write `epsilon-greedy:epsilon=…,steps=…`");
    insta::assert_snapshot!(message("greedy"), @"there is no decision function `greedy`: there are `optimal`, `fraction-optimal`, `anti-optimal`, `epsilon-optimal`, `fraction-epsilon-optimal`, `boltzmann`, `best-of-k`, `satisficing`, `quantilizing`, `epsilon-greedy`, `uniform`");
    for text in [
        "quantilizing:fraction=0",
        "quantilizing:fraction=3/2",
        "best-of-k:k=0",
        "epsilon-greedy:epsilon=2,steps=1",
        "epsilon-optimal:epsilon=-1",
    ] {
        assert!(text.parse::<Decision>().is_err(), "{text}");
    }
    assert!(Combination::mixture([(rational(-1, 2), decisions()[0].clone())]).is_err());
    insta::assert_snapshot!(decisions()[12].name(), @"1/2 * boltzmann:temperature=1/2 + 1/2 * satisficing:threshold=3");
}

fn vector(dimension: usize) -> impl Strategy<Value = Vec<Rational>> {
    prop::collection::vec((-2_i64..4).prop_map(|x| rational(x, 2)), dimension)
}

prop_compose! {
    /// Distinct options in four dimensions, with a subset of them and a reward.
    fn questions()(
        options in prop::collection::btree_set(vector(4), 1..6),
        mask in any::<u32>(),
        inner in any::<u32>(),
        reward in vector(4),
        images in Just((0..4).collect::<Vec<u32>>()).prop_shuffle(),
    ) -> (Vec<Vec<Rational>>, Vec<usize>, Vec<usize>, Vec<Rational>, Permutation) {
        let subset: Vec<usize> = (0..options.len()).filter(|i| mask >> i & 1 == 1).collect();
        let smaller = subset.iter().copied().filter(|i| inner >> i & 1 == 1).collect();
        (options.into_iter().collect(), subset, smaller, reward, Permutation::new(images).unwrap())
    }
}

fn of(options: &[Vec<Rational>], reward: &[Rational]) -> Utilities {
    let dot = |option: &Vec<Rational>| option.iter().zip(reward).map(|(x, r)| x * r).sum::<Rational>();
    Utilities::new(&options.iter().map(dot).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn promises_are_kept((options, subset, smaller, reward, permutation) in questions()) {
        let utilities = of(&options, &reward);
        // The options of the permuted set stand in another order, as options of sets may.
        let mut permuted: Vec<(Vec<Rational>, usize)> =
            options.iter().enumerate().map(|(i, option)| (option.permuted(&permutation), i)).collect();
        permuted.sort();
        let places: Vec<usize> = (0..permuted.len()).filter(|&p| subset.contains(&permuted[p].1)).collect();
        let vectors: Vec<Vec<Rational>> = permuted.into_iter().map(|(option, _)| option).collect();
        let moved = of(&vectors, &reward.permuted(&permutation));
        let scaled: Vec<Rational> = (0..options.len()).map(|i| utilities.get(i)).map(|u| u.pow(3) + u * rational(7, 3)).collect();
        let scaled = Utilities::new(&scaled);
        let everything: Vec<usize> = (0..options.len()).collect();
        for f in decisions() {
            let value = f.value(&utilities, &subset);
            let promised = f.properties();
            prop_assert!(promised.jointly_invariant && promised.monotone && promised.nonnegative);
            prop_assert_eq!(&f.value(&moved, &places), &value, "{}", f.name());
            prop_assert!(f.value(&utilities, &smaller) <= value, "{}", f.name());
            prop_assert!(value.is_nonnegative());
            prop_assert_eq!(&f.value(&utilities, &[]), &ExponentialRatio::from(rational(0, 1)));
            if promised.ordinal {
                prop_assert_eq!(&f.value(&scaled, &subset), &value, "{}", f.name());
            }
            let whole = f.value(&utilities, &everything);
            if !f.name().contains("satisficing") {
                prop_assert_eq!(whole.to_rational(), Some(rational(1, 1)), "{}", f.name());
            }
        }
    }

    #[test]
    fn comparators_compare_values((options, b, _, reward, _) in questions(), mask in any::<u32>()) {
        let a: Vec<usize> = (0..options.len()).filter(|i| mask >> i & 1 == 1).collect();
        prop_assume!(!a.is_empty() && !b.is_empty());
        let set = |places: &[usize]| OptionSet::new(places.iter().map(|&i| options[i].clone()).collect()).unwrap();
        let choice = Choice::new(&set(&b), &set(&a), &OptionSet::new(options.clone()).unwrap()).unwrap();
        let utilities = of(&options, &reward);
        for f in decisions() {
            let expected = f.value(&utilities, &b).cmp(&f.value(&utilities, &a));
            prop_assert_eq!(f.comparator(&choice, utilities.unit())(&utilities), expected, "{}", f.name());
        }
    }
}
