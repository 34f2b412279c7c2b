//! Retargetability of arbitrary functions over one orbit.

use dunamis_orbit::{LemmaValues, NotRetargetable, Orbit, Permutation, Retargetability};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

fn permutations(texts: &[&str]) -> Vec<Permutation> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Optimal choice between the first of three fruits and the others.
fn optimal(reward: &[i32]) -> Ordering {
    reward[1].max(reward[2]).cmp(&reward[0])
}

#[test]
fn one_of_three() {
    let orbit = Orbit::new(vec![10, 5, 0]);
    let both = permutations(&["(0 1)", "(0 2)"]);
    let proven = Retargetability::multiple(&orbit, |_| true, optimal, &both).unwrap();
    assert_eq!((proven.n, proven.opposed), (2, vec![vec![10, 0, 5], vec![10, 5, 0]]));
    assert!(proven.tendency.unwrap().holds(&dunamis_mdp::Rational::from_integer(2.into())));
    assert_eq!(Retargetability::simple(&orbit, |_| true, optimal, &both[0]).unwrap().n, 1);
    let parameters = |reward: &[i32]| reward[2] != 10;
    let within = Retargetability::multiple(&orbit, parameters, optimal, &both[..1]).unwrap();
    assert_eq!(within.tendency.unwrap().counts().unwrap().greater, 2_u32.into());
}

/// Numbers one to six, of which the first choice wants one: no permutation takes a die to another number, but cycles of an
/// indicator do.
#[test]
fn numerical_parameters() {
    let orbit = Orbit::new(vec![1, 0, 0, 0, 0, 0]);
    let first = |face: &[i32]| if face[0] == 1 { Ordering::Less } else { Ordering::Greater };
    let swaps = permutations(&["(0 1)", "(0 2)", "(0 3)", "(0 4)", "(0 5)"]);
    let proven = Retargetability::multiple(&orbit, |_| true, first, &swaps).unwrap();
    assert_eq!(proven.tendency.unwrap().ratio(), Some(dunamis_mdp::Rational::from_integer(5.into())));
}

#[test]
fn refusals() {
    let orbit = Orbit::new(vec![10, 5, 0]);
    let refused = |parameters: fn(&[i32]) -> bool, compare: fn(&[i32]) -> Ordering, texts: &[&str]| {
        Retargetability::multiple(&orbit, parameters, compare, &permutations(texts)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused(|_| true, optimal, &["(1 2)"]), @"condition 1: permutation 0 takes (10, 0, 5) to (10, 5, 0), where B is not favored");
    insta::assert_snapshot!(refused(|r| r[2] != 10, optimal, &["(0 1)", "(0 2)"]), @"condition 2: permutation 1 takes (10, 0, 5) out of the parameters, to (5, 0, 10)");
    insta::assert_snapshot!(refused(|_| true, optimal, &["(0 1)", "(0 1)"]), @"condition 3: permutation 0 takes (10, 0, 5) to the same as permutation 1 takes (10, 0, 5)");
    insta::assert_snapshot!(refused(|_| true, |_| Ordering::Less, &["(0 1)"]), @"condition 1: permutation 0 takes (0, 5, 10) to (5, 0, 10), where B is not favored");
    insta::assert_snapshot!(refused(|_| true, optimal, &["(0 3)"]), @"permutation 0 moves coordinates that are not there");
}

/// Whether a rearrangement of 0, 1, 2 is even.
fn even(element: &[i32]) -> bool {
    let inversions = (0..3).flat_map(|j| (0..j).map(move |i| (i, j))).filter(|&(i, j)| element[i] > element[j]).count();
    inversions % 2 == 0
}

/// A function that favors A on even rearrangements and B on odd ones, and copies of B that do likewise: the first three conditions
/// of the orbit lemma hold for two swaps, and yet the ratio is 1 rather than 2, as in Table 3 of the paper.
#[test]
fn three_conditions_are_not_enough() {
    let orbit = Orbit::new(vec![0, 1, 2]);
    let values = |element: &[i32]| {
        let b = i32::from(!even(element));
        LemmaValues { a: 1 - b, b, copies: vec![b, b] }
    };
    let swaps = permutations(&["(0 2)", "(1 2)"]);
    let refused = Retargetability::by_orbit_lemma(&orbit, |_| true, values, &swaps).unwrap_err();
    insta::assert_snapshot!(refused, @"condition 4 of the orbit lemma fails for copy 1 under permutation 0 at (0, 2, 1)");
    let compare = |element: &[i32]| {
        let values = values(element);
        values.b.cmp(&values.a)
    };
    let refused = Retargetability::multiple(&orbit, |_| true, compare, &swaps).unwrap_err();
    assert!(matches!(refused, NotRetargetable::ImagesMeet { .. }));
    insta::assert_snapshot!(refused, @"condition 3: permutation 1 takes (0, 1, 2) to the same as permutation 0 takes (1, 2, 0)");
    let one = Retargetability::multiple(&orbit, |_| true, compare, &swaps[..1]).unwrap();
    assert_eq!(one.tendency.unwrap().ratio(), Some(dunamis_mdp::Rational::from_integer(1.into())));
}

#[test]
fn the_orbit_lemma() {
    let orbit = Orbit::new(vec![10, 5, 0]);
    // Optimal choice of a fruit: copies of {0} are {1} and {2}.
    let values = |reward: &[i32]| {
        let best = reward.iter().max().copied();
        let wins = |set: &[usize]| set.iter().any(|&x| Some(reward[x]) == best);
        LemmaValues { a: wins(&[0]), b: wins(&[1, 2]), copies: vec![wins(&[1]), wins(&[2])] }
    };
    let swaps = permutations(&["(0 1)", "(0 2)"]);
    let proven = Retargetability::by_orbit_lemma(&orbit, |_| true, values, &swaps).unwrap();
    assert_eq!((proven.n, proven.opposed.len()), (2, 2));
    let message = |copies: fn(bool) -> bool, texts: &[&str]| {
        let values = |reward: &[i32]| {
            let mut values = values(reward);
            values.copies = values.copies.into_iter().map(copies).collect();
            values
        };
        Retargetability::by_orbit_lemma(&orbit, |_| true, values, &permutations(texts)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(|_| false, &["(0 1)", "(0 2)"]), @"condition 1 of the orbit lemma fails for copy 0 under permutation 0 at (10, 0, 5)");
    insta::assert_snapshot!(message(|_| true, &["(0 1)", "(0 2)"]), @"condition 3 of the orbit lemma fails for copy 0 under permutation 0 at (10, 0, 5)");
    insta::assert_snapshot!(message(|x| x, &["(0 1 2)", "(0 2)"]), @"permutation 0 is not an involution, which the orbit lemma needs");
}

proptest! {
    /// Whatever function and permutations: what is proven is true of the orbit.
    #[test]
    fn proofs_are_sound(
        table in prop::collection::vec(-1_i32..2, 24),
        images in prop::collection::vec(Just((0..4).collect::<Vec<u32>>()).prop_shuffle(), 1..4),
        vector in prop::collection::vec(0..4, 4),
    ) {
        let orbit = Orbit::new(vector);
        // Few elements favor A, so that proofs are not rare.
        let mut favors: BTreeMap<Vec<i32>, Ordering> = orbit.iter().zip(&table).map(|(x, t)| (x, t.cmp(&0))).collect();
        let mut left = table[0] + 2;
        for order in favors.values_mut() {
            if order.is_lt() {
                left -= 1;
                if left < 0 {
                    *order = Ordering::Greater;
                }
            }
        }
        let permutations: Vec<Permutation> = images.into_iter().map(|images| Permutation::new(images).unwrap()).collect();
        let n = permutations.len();
        match Retargetability::multiple(&orbit, |_| true, |x| favors[x], &permutations) {
            Ok(proven) => {
                prop_assert_eq!(proven.n, n);
                let n = dunamis_mdp::Rational::from_integer(n.into());
                prop_assert!(proven.tendency.unwrap().holds(&n));
            }
            Err(NotRetargetable::NotFavored { permutation, element, image }) => {
                prop_assert!(favors[&element].is_lt() && !favors[&image].is_gt());
                prop_assert_eq!(dunamis_orbit::Permute::permuted(&element, &permutations[permutation]), image);
            }
            Err(NotRetargetable::ImagesMeet { first, element, second, other }) => {
                let image = |element: &Vec<i32>, by: usize| dunamis_orbit::Permute::permuted(element, &permutations[by]);
                prop_assert!(first != second && favors[&element].is_lt() && favors[&other].is_lt());
                prop_assert_eq!(image(&element, first), image(&other, second));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
