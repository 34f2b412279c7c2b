//! Random sets of options, made so that copies are common and not certain.

use crate::brute_force::scaled;
use dunamis_mdp::Rational;
use dunamis_orbit::{Comparison, OptionSet, Rule, verify};
use proptest::prelude::*;
use std::cell::Cell;

/// Options and rewards to try them on.
#[derive(Clone, Debug)]
pub(crate) struct RandomOptions {
    pub(crate) a: OptionSet,
    pub(crate) b: OptionSet,
    pub(crate) c: OptionSet,
    pub(crate) rewards: Vec<Vec<i128>>,
}

impl RandomOptions {
    /// $`n`$ and $`m`$ of the certificate under a rule, if there is one: checked, and counted in `certified` by whether
    /// there is one, one with $`n > 1`$, and one with $`m > 1`$.
    pub(crate) fn certified(&self, rule: Rule, certified: &[Cell<u32>; 3]) -> Option<(u64, u64)> {
        let comparison = Comparison::new(self.a.clone(), self.b.clone()).unwrap().among(&self.c).unwrap();
        let certificate = comparison.rule(rule).certify().ok()?;
        verify(&certificate).unwrap();
        let (n, m): (u64, u64) = (certificate.n.parse().unwrap(), certificate.m.parse().unwrap());
        for (count, is_so) in certified.iter().zip([true, n > 1, m > 1]) {
            count.set(count.get() + u32::from(is_so));
        }
        Some((n, m))
    }

    /// A, B and C in whole numbers.
    pub(crate) fn scaled(&self) -> Vec<Vec<Vec<i128>>> {
        scaled(&[self.a.options(), self.b.options(), self.c.options()])
    }
}

fn distinct(vectors: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    let mut kept: Vec<Vec<i64>> = Vec::new();
    for vector in vectors {
        if !kept.contains(&vector) {
            kept.push(vector);
        }
    }
    kept
}

fn set(vectors: &[Vec<i64>]) -> OptionSet {
    let exact = |vector: &Vec<i64>| vector.iter().map(|&x| Rational::new(x.into(), 2.into())).collect();
    OptionSet::new(vectors.iter().map(exact).collect()).expect("distinct vectors of one length")
}

/// Sets in four to six dimensions: A at random, B of rearrangements of A and of others, C with a little more; or as many equal
/// slots as fit, of which A has fewer than B.
pub(crate) fn random_options() -> impl Strategy<Value = RandomOptions> {
    prop_oneof![5 => rearranged_options(), 1 => slotted_options()]
}

/// Multiples of basis vectors on top of one common vector, two of them in A and three or four in B.
fn slotted_options() -> impl Strategy<Value = RandomOptions> {
    (5_usize..=6, 0_usize..3, 1_i64..3, any::<bool>()).prop_flat_map(|(d, spare, height, more)| {
        let rewards = proptest::collection::vec(proptest::collection::vec(0_i128..5, d), 6);
        (Just((0..d).collect::<Vec<_>>()).prop_shuffle(), rewards).prop_map(move |(places, rewards)| {
            let slot = |&place: &usize| -> Vec<i64> { (0..d).map(|k| if k == place { height } else { 0 }).collect() };
            let (a, b): (Vec<_>, Vec<_>) =
                (places[..2].iter().map(slot).collect(), places[2..5].iter().map(slot).collect());
            let mut c: Vec<Vec<i64>> = a.iter().chain(&b).cloned().collect();
            if more {
                // Alike on all slots, so that no involution of slots moves it.
                c.push((0..d).map(|k| if places[..5].contains(&k) { 1 } else { spare as i64 }).collect());
            }
            RandomOptions { a: set(&a), b: set(&b), c: set(&distinct(c)), rewards }
        })
    })
}

fn rearranged_options() -> impl Strategy<Value = RandomOptions> {
    (4_usize..=6).prop_flat_map(|d| {
        let vector = proptest::collection::vec(prop_oneof![4 => Just(0_i64), 2 => Just(1), 1 => Just(2)], d);
        let rewards = proptest::collection::vec(proptest::collection::vec(0_i128..5, d), 6);
        let shuffles = proptest::collection::vec(Just((0..d).collect::<Vec<_>>()).prop_shuffle(), 1..5);
        let more = proptest::collection::vec(vector.clone(), 0..3);
        let more_c = prop_oneof![2 => Just(Vec::new()), 1 => proptest::collection::vec(vector.clone(), 1..3)];
        (proptest::collection::vec(vector, 1..4), shuffles, more, more_c, rewards).prop_filter_map(
            "A and B share an option",
            |(a, shuffles, more_b, more_c, rewards)| {
                let a = distinct(a);
                let rearranged = |shuffle: &Vec<usize>| {
                    a.iter().map(|x| shuffle.iter().map(|&k| x[k]).collect()).collect::<Vec<_>>()
                };
                let b = shuffles.iter().flat_map(rearranged).chain(more_b).collect::<Vec<Vec<i64>>>();
                let b = distinct(b.into_iter().filter(|x| !a.contains(x)).collect());
                if b.is_empty() {
                    return None;
                }
                let c = distinct(a.iter().chain(&b).chain(&more_c).cloned().collect());
                Some(RandomOptions { a: set(&a), b: set(&b), c: set(&c), rewards })
            },
        )
    })
}
