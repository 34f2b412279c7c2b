//! Orbits against all permutations.

use dunamis_orbit::{Orbit, OrbitError, Permutation, Permute};
use dunamis_sampling::Seed;
use num_bigint::BigUint;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// All permutations of some numbers, by inserting the last number everywhere.
fn permutations(size: u32) -> Vec<Permutation> {
    let mut lists = vec![vec![]];
    for number in 0..size {
        lists = lists
            .iter()
            .flat_map(|list: &Vec<u32>| {
                (0..=list.len()).map(|place| {
                    let mut longer = list.clone();
                    longer.insert(place, number);
                    longer
                })
            })
            .collect();
    }
    lists.into_iter().map(|images| Permutation::new(images).unwrap()).collect()
}

fn vectors() -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(0..4, 0..7)
}

#[test]
fn published_sizes() {
    let size = |vector: &[i32]| Orbit::new(vector).size();
    assert_eq!(size(&[1, 1, 0, 0]), 6_u32.into());
    assert_eq!(size(&[5, 3, 3, 0]), 12_u32.into());
    assert_eq!(size(&[2; 9]), 1_u32.into());
    assert_eq!(size(&[7, 7, 1, 2]), 12_u32.into());
    assert_eq!(size(&[]), 1_u32.into());
    let distinct: Vec<i32> = (0..30).collect();
    let factorial: BigUint = (1_u32..=30).product();
    assert_eq!(size(&distinct), factorial);
    assert_eq!(Orbit::new(distinct.clone()).size_within(&(&factorial - 1_u32)), None);
    assert_eq!(Orbit::new(distinct).size_within(&factorial), Some(factorial));
}

proptest! {
    #[test]
    fn the_set_of_images(vector in vectors()) {
        let orbit = Orbit::new(vector.clone());
        let mut images = BTreeMap::new();
        for permutation in permutations(vector.len() as u32) {
            *images.entry(vector.permuted(&permutation)).or_insert(0_u32) += 1;
        }
        prop_assert_eq!(BigUint::from(images.len()), orbit.size());
        prop_assert!(images.values().all(|&times| orbit.stabilizer_order() == times.into()));
        let elements: Vec<Vec<i32>> = orbit.iter().collect();
        prop_assert!(elements.iter().eq(images.keys()));
        for (rank, element) in elements.iter().enumerate() {
            prop_assert_eq!(orbit.rank(element).unwrap(), rank.into());
            let element_of_rank = orbit.unrank(&rank.into());
            prop_assert_eq!(element_of_rank.as_ref(), Some(element));
            prop_assert_eq!(&vector.permuted(&orbit.permutation_to(element).unwrap()), element);
        }
        prop_assert_eq!(orbit.unrank(&elements.len().into()), None);
        let middle = elements.len() / 2;
        prop_assert!(orbit.iter_from(&middle.into()).eq(elements[middle..].iter().cloned()));
        let increasing = |element: &[i32]| element.is_sorted();
        prop_assert!(orbit.restricted(increasing).eq(elements.first().cloned()));
    }

    #[test]
    fn the_stabilizer_is_generated(vector in vectors()) {
        let orbit = Orbit::new(vector.clone());
        let generators = orbit.stabilizer_generators();
        let mut group = BTreeSet::from([Permutation::identity(vector.len())]);
        let mut new: Vec<Permutation> = group.iter().cloned().collect();
        while let Some(element) = new.pop() {
            for generator in &generators {
                let product = generator.after(&element);
                if group.insert(product.clone()) {
                    new.push(product);
                }
            }
        }
        let stabilizer: BTreeSet<Permutation> =
            permutations(vector.len() as u32).into_iter().filter(|p| vector.permuted(p) == vector).collect();
        prop_assert_eq!(group, stabilizer);
    }

    #[test]
    fn ranks_of_large_orbits(vector in prop::collection::vec(0..9, 30..60), number in any::<u64>()) {
        let orbit = Orbit::new(vector);
        let rank = (orbit.size() * number) >> 64;
        let element = orbit.unrank(&rank).unwrap();
        prop_assert_eq!(orbit.rank(&element).unwrap(), rank);
    }
}

#[test]
fn samples_are_uniform() {
    let orbit = Orbit::new(vec![1, 0, 0, 2]);
    let mut counts: BTreeMap<Vec<i32>, f64> = orbit.iter().map(|element| (element, 0.0)).collect();
    for sample in 0..12_000 {
        *counts.get_mut(&orbit.sample(&mut Seed::new(4).stream(sample))).unwrap() += 1.0;
    }
    // Twelve counts of mean 1,000: the statistic exceeds 31 once in a thousand seeds.
    let statistic: f64 = counts.values().map(|count| (count - 1_000.0).powi(2) / 1_000.0).sum();
    assert!(statistic < 31.0, "{statistic}");
}

#[test]
fn refused() {
    let orbit = Orbit::new(vec![1, 1, 0]);
    let message = |vector: &[i32]| orbit.rank(vector).unwrap_err().to_string();
    insta::assert_snapshot!(message(&[1, 0, 0]), @"the vector is not in the orbit: its entry 2 does not occur there, or too often");
    insta::assert_snapshot!(message(&[1, 2, 0]), @"the vector is not in the orbit: its entry 1 does not occur there, or too often");
    assert!(matches!(orbit.permutation_to(&[1, 1]), Err(OrbitError::NotInOrbit { entry: 2 })));
    assert!(!orbit.contains(&[0, 0, 1]));
}
