//! `[Turner & Tadepalli 2022, Prop. A.11]` and the fractional law for every monotone and jointly invariant rule.

use crate::brute_force::{Count, each_permutation};
use crate::random_options::random_options;
use dunamis_orbit::Rule;
use proptest::prelude::*;
use std::cell::Cell;
use std::cmp::Ordering;

/// Rules on the utilities of A, B and C, written out: how f(B) compares with f(A), all in whole numbers.
type NaiveRule = fn(&[i128], &[i128], &[i128]) -> Ordering;

fn optimal(a: &[i128], b: &[i128], c: &[i128]) -> Ordering {
    let top = c.iter().max();
    (b.iter().max() == top).cmp(&(a.iter().max() == top))
}

fn anti_optimal(a: &[i128], b: &[i128], c: &[i128]) -> Ordering {
    let least = c.iter().min();
    (b.iter().min() == least).cmp(&(a.iter().min() == least))
}

fn fraction_optimal(a: &[i128], b: &[i128], c: &[i128]) -> Ordering {
    let top = c.iter().max().expect("an option");
    let share = |set: &[i128]| set.iter().filter(|x| *x == top).count();
    share(b).cmp(&share(a))
}

fn satisficing(a: &[i128], b: &[i128], _: &[i128]) -> Ordering {
    let enough = |set: &[i128]| set.iter().filter(|&&x| x >= 4).count();
    enough(b).cmp(&enough(a))
}

/// Boltzmann choice with the base 2: whole utilities are never negative here.
fn boltzmann(a: &[i128], b: &[i128], _: &[i128]) -> Ordering {
    let weight = |set: &[i128]| set.iter().map(|&x| 1_i128 << x).sum::<i128>();
    weight(b).cmp(&weight(a))
}

fn uniform(a: &[i128], b: &[i128], _: &[i128]) -> Ordering {
    b.len().cmp(&a.len())
}

const RULES: [NaiveRule; 6] = [optimal, anti_optimal, fraction_optimal, satisficing, boltzmann, uniform];

/// What is certified holds for every rule on the orbit of every reward that is tried.
#[test]
fn certified_bounds_hold() {
    let certified = [const { Cell::new(0_u32) }; 3];
    let cases = ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |(options in random_options())| {
        let Some((n, m)) = options.certified(Rule::Invariant, &certified) else { return Ok(()) };
        let sets = options.scaled();
        let places: Vec<usize> = (0..options.a.dimension()).collect();
        for reward in options.rewards.iter().take(3) {
            let mut counts = [Count::default(); RULES.len()];
            each_permutation(reward, &places, &mut |reward| {
                let utilities = |set: &Vec<Vec<i128>>| -> Vec<i128> {
                    set.iter().map(|x| x.iter().zip(reward).map(|(x, r)| x * r).sum()).collect()
                };
                let [a, b, c] = [0, 1, 2].map(|k| utilities(&sets[k]));
                for (rule, count) in RULES.iter().zip(&mut counts) {
                    match rule(&a, &b, &c) {
                        Ordering::Greater => count.greater += 1,
                        Ordering::Less => count.less += 1,
                        Ordering::Equal => count.equal += 1,
                    }
                }
            });
            for (rule, count) in counts.iter().enumerate() {
                prop_assert!(count.satisfies(n, m), "rule {}, {:?}, orbit of {:?}: {:?}", rule, (n, m), reward, count);
            }
        }
    });
    let certified = certified.map(|count| count.get());
    assert!(certified[0] > 1000 && certified[1] > 50 && certified[2] > 20, "{certified:?}");
}
