//! Copies against all involutions, and the counterexamples to weaker hypotheses.

use dunamis_orbit::{Copies, CopySearch, NoCopies, OptionSet, Permutation, Permute, Slots};
use proptest::prelude::*;
use std::collections::BTreeSet;

type Vector = Vec<u8>;
type Vectors = BTreeSet<Vector>;

fn set(options: impl IntoIterator<Item = Vector>) -> OptionSet<u8> {
    OptionSet::new(options.into_iter().collect()).unwrap()
}

fn moved(vectors: &Vectors, by: &Permutation) -> Vectors {
    vectors.iter().map(|vector| vector.permuted(by)).collect()
}

fn chosen(options: &OptionSet<u8>, places: &[usize]) -> Vectors {
    places.iter().map(|&place| options.options()[place].clone()).collect()
}

fn involutions(size: usize) -> Vec<Permutation> {
    fn extend(free: &[usize], pairs: &[(usize, usize)], size: usize, all: &mut Vec<Permutation>) {
        let Some((&first, rest)) = free.split_first() else {
            all.push(Permutation::swaps(size, pairs.iter().copied()).unwrap());
            return;
        };
        extend(rest, pairs, size, all);
        for (place, &other) in rest.iter().enumerate() {
            let mut left = rest.to_vec();
            left.remove(place);
            extend(&left, &[pairs, &[(first, other)]].concat(), size, all);
        }
    }
    let mut all = Vec::new();
    extend(&(0..size).collect::<Vec<_>>(), &[], size, &mut all);
    all
}

/// Every condition of the definitions, one by one.
fn check(slots: &Slots, a: &OptionSet<u8>, b: &OptionSet<u8>, fixed: &[Vectors]) {
    let parts: Vec<Vectors> = slots.parts().iter().map(|part| chosen(a, part)).collect();
    let images: Vec<Vectors> = slots.images().iter().map(|image| chosen(b, image)).collect();
    assert_eq!(slots.parts().iter().map(Vec::len).sum::<usize>(), a.len());
    assert_eq!(parts.iter().flatten().collect::<BTreeSet<_>>().len(), a.len());
    assert_eq!(images.iter().flatten().collect::<BTreeSet<_>>().len(), images.iter().map(BTreeSet::len).sum::<usize>());
    for (j, part) in parts.iter().enumerate() {
        for (i, image) in images.iter().enumerate() {
            let involution = slots.involution(j, i);
            assert!(involution.is_involution());
            assert_eq!(involution.size(), a.dimension());
            assert_eq!(&moved(part, &involution), image);
            let parts = parts.iter().enumerate().filter(|&(other, _)| other != j).map(|(_, part)| part);
            let images = images.iter().enumerate().filter(|&(other, _)| other != i).map(|(_, image)| image);
            for kept in parts.chain(images).chain(fixed) {
                assert_eq!(&moved(kept, &involution), kept, "{involution}");
            }
        }
    }
}

/// The size of the largest family that extends one by disjoint images.
fn grow<'v>(family: &mut Vec<&'v Vectors>, from: &[&'v Vectors], valid: &dyn Fn(&[&Vectors]) -> bool) -> usize {
    let mut best = family.len();
    for (place, image) in from.iter().enumerate() {
        if family.iter().all(|other| other.is_disjoint(image)) {
            family.push(image);
            if valid(family) {
                best = best.max(grow(family, &from[place + 1..], valid));
            }
            family.pop();
        }
    }
    best
}

/// The largest number of images for given parts, from all involutions.
fn largest(parts: &[Vectors], b: &Vectors, fixed: &[Vectors], all: &[Permutation]) -> usize {
    let suits = |j: usize, i: usize, images: &[&Vectors]| {
        let parts_kept = parts.iter().enumerate().filter(|&(other, _)| other != j).map(|(_, part)| part);
        let images_kept = images.iter().enumerate().filter(|&(other, _)| other != i).map(|(_, image)| *image);
        let kept: Vec<&Vectors> = parts_kept.chain(images_kept).chain(fixed).collect();
        let fits =
            |by: &&Permutation| &moved(&parts[j], by) == images[i] && kept.iter().all(|set| &moved(set, by) == *set);
        all.iter().any(|by| fits(&by))
    };
    let valid = |images: &[&Vectors]| (0..parts.len()).all(|j| (0..images.len()).all(|i| suits(j, i, images)));
    let candidates: BTreeSet<Vectors> =
        all.iter().map(|by| moved(&parts[0], by)).filter(|image| image.is_subset(b)).collect();
    let candidates: Vec<&Vectors> = candidates.iter().filter(|image| valid(&[image])).collect();
    grow(&mut Vec::new(), &candidates, &valid)
}

/// The largest number of copies for which the involutions keep $`Z \setminus B_\text{extra}`$, as printed: $`B_\text{extra}`$ is
/// what the copies leave of B.
fn largest_beside(a: &Vectors, b: &Vectors, z: &Vectors, all: &[Permutation]) -> usize {
    let valid = |images: &[&Vectors]| {
        let covers = |option: &&Vector| !b.contains(*option) || images.iter().any(|image| image.contains(*option));
        let rest: Vectors = z.iter().filter(covers).cloned().collect();
        images.iter().enumerate().all(|(i, image)| {
            let keeps = |by: &Permutation, set: &Vectors| &moved(set, by) == set;
            all.iter().any(|by| {
                let others = images.iter().enumerate().filter(|&(j, _)| j != i);
                &moved(a, by) == *image && keeps(by, &rest) && others.into_iter().all(|(_, other)| keeps(by, other))
            })
        })
    };
    let images: BTreeSet<Vectors> = all.iter().map(|by| moved(a, by)).filter(|image| image.is_subset(b)).collect();
    let images: Vec<&Vectors> = images.iter().filter(|image| valid(&[image])).collect();
    grow(&mut Vec::new(), &images, &valid)
}

/// The smallest sets that contain the images and that all other involutions map onto themselves.
fn supersets(a: &Vectors, family: &[&Permutation]) -> Vec<Vectors> {
    let closed = |own: usize| {
        let mut set = moved(a, family[own]);
        loop {
            let others = family.iter().enumerate().filter(|&(other, _)| other != own);
            let more: Vectors = others.flat_map(|(_, by)| moved(&set, by)).collect();
            if more.is_subset(&set) {
                return set;
            }
            set.extend(more);
        }
    };
    (0..family.len()).map(closed).collect()
}

fn largest_superset<'p>(
    a: &Vectors,
    b: &Vectors,
    able: &[&'p Permutation],
    family: &mut Vec<&'p Permutation>,
) -> usize {
    let mut best = family.len();
    for (place, by) in able.iter().enumerate() {
        family.push(by);
        if supersets(a, family).iter().all(|set| set.is_subset(b)) {
            best = best.max(largest_superset(a, b, &able[place + 1..], family));
        }
        family.pop();
    }
    best
}

/// All divisions into `m` equal parts.
fn divisions(options: &[Vector], m: usize) -> Vec<Vec<Vectors>> {
    let mut all: Vec<Vec<Vectors>> = vec![vec![]];
    for option in options {
        let mut next = Vec::new();
        for division in &all {
            for part in 0..=division.len().min(m - 1) {
                let mut division = division.clone();
                if part == division.len() {
                    division.push(Vectors::new());
                }
                division[part].insert(option.clone());
                next.push(division);
            }
        }
        all = next;
    }
    all.retain(|division| division.iter().all(|part| part.len() * m == options.len()));
    all
}

/// Small sets in which copies are not rare: B is made of permuted options of A, and others.
fn any_sets() -> impl Strategy<Value = (Vectors, Vectors, Vectors)> {
    (3..=6_usize, 2..=3_u8).prop_flat_map(|(size, values)| {
        let vector = prop::collection::vec(0..values, size);
        let permutation = Just((0..size as u32).collect::<Vec<_>>()).prop_shuffle();
        let a = prop::collection::btree_set(vector.clone(), 1..=4);
        let permutations = prop::collection::vec(permutation, 1..=3);
        (
            a,
            permutations,
            prop::collection::btree_set(vector.clone(), 0..=2),
            prop::collection::btree_set(vector, 0..=3),
        )
            .prop_filter_map("B is not empty", |(a, permutations, more, c)| {
                let by = permutations.into_iter().map(|images| Permutation::new(images).unwrap());
                let images = by.flat_map(|by| moved(&a, &by));
                let b: Vectors = images.chain(more).filter(|option| !a.contains(option)).take(7).collect();
                (!b.is_empty()).then_some((a, b, c))
            })
    })
}

/// Sets of sparse vectors that are all permutations of one or two, so that divisions of A matter.
fn sets_of_few_kinds() -> impl Strategy<Value = (Vectors, Vectors, Vectors)> {
    (5..=7_usize, 1..=2_usize).prop_flat_map(|(size, kinds)| {
        let place = move || Just((0..size).collect::<Vec<_>>()).prop_shuffle();
        let vector = (place(), 0..kinds).prop_map(move |(places, kind)| {
            let mut vector = vec![0; size];
            (vector[places[0]], vector[places[1]]) = ([1, 2][kind], [0, 1][kind]);
            vector
        });
        let vectors = prop::collection::btree_set(vector, 3..=9);
        (vectors, 1..=4_usize).prop_filter_map("B is not empty", |(vectors, count)| {
            let (a, b): (Vec<_>, Vec<_>) = vectors.into_iter().enumerate().partition(|&(place, _)| place < count);
            let without =
                |places: Vec<(usize, Vector)>| places.into_iter().map(|(_, vector)| vector).collect::<Vectors>();
            (!b.is_empty()).then(|| (without(a), without(b), Vectors::new()))
        })
    })
}

fn sets() -> impl Strategy<Value = (Vectors, Vectors, Vectors)> {
    prop_oneof![any_sets(), sets_of_few_kinds()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn as_many_copies_as_all_involutions_give((a, b, c) in sets(), hide in 0..3) {
        let all = involutions(a.first().unwrap().len());
        let (set_a, set_b) = (set(a.clone()), set(b.clone()));
        // Without hidden arguments, with all options, and with some others.
        let fixed = match hide {
            0 => vec![],
            1 => vec![a.union(&b).cloned().collect()],
            _ if c.is_empty() => vec![],
            _ => vec![a.iter().chain(&b).chain(&c).cloned().collect::<Vectors>()],
        };
        let sets: Vec<_> = fixed.iter().map(|vectors| set(vectors.clone())).collect();
        let search = sets.iter().fold(CopySearch::new(&set_a, &set_b), CopySearch::fixing).limit(1_000_000);
        let expected = largest(std::slice::from_ref(&a), &b, &fixed, &all);
        match search.copies() {
            Ok(copies) => {
                prop_assert!(copies.exhaustive());
                prop_assert_eq!(copies.count(), expected);
                check(&copies.into_slots(), &set_a, &set_b, &fixed);
            }
            Err(refusal) => {
                prop_assert_eq!(expected, 0, "{}", refusal);
                let gave_up = matches!(refusal, NoCopies::Limit { .. });
                prop_assert!(!gave_up);
            }
        }
        let divisors = (1..=a.len()).filter(|m| a.len().is_multiple_of(*m));
        let options: Vec<Vector> = a.iter().cloned().collect();
        let ratio = divisors
            .flat_map(|m| divisions(&options, m).into_iter().map(move |parts| (m, parts)))
            .map(|(m, parts)| (largest(&parts, &b, &fixed, &all), m))
            .filter(|(n, m)| n >= m)
            .max_by(|p, q| (p.0 * q.1).cmp(&(q.0 * p.1)).then(q.1.cmp(&p.1)));
        match search.slots() {
            Ok(slots) => {
                prop_assert!(slots.exhaustive());
                prop_assert_eq!(Some((slots.n(), slots.m())), ratio);
                check(&slots, &set_a, &set_b, &fixed);
            }
            Err(refusal) => {
                prop_assert_eq!(ratio, None, "{}", refusal);
                let gave_up = matches!(refusal, NoCopies::Limit { .. });
                prop_assert!(!gave_up);
            }
        }
    }

    #[test]
    fn what_lies_beside_is_what_the_extra_options_leave((a, b, c) in sets(), with_copies in any::<bool>()) {
        let all = involutions(a.first().unwrap().len());
        let (set_a, set_b) = (set(a.clone()), set(b.clone()));
        let z: Vectors = if with_copies || c.is_empty() { a.union(&b).chain(&c).cloned().collect() } else { c };
        let set_z = set(z.clone());
        let count = CopySearch::new(&set_a, &set_b).fixing_beside(&set_z).copies().map_or(0, |copies| copies.count());
        let whole: Vectors = z.iter().chain(&a).chain(&b).cloned().collect();
        prop_assert_eq!(count, largest_beside(&a, &b, &whole, &all));
        // No other set between the two permits more.
        prop_assert!(count >= largest_beside(&a, &b, &z, &all));
    }

    #[test]
    fn superset_copies_stay_inside((a, b, c) in sets(), hide in any::<bool>()) {
        let all: Vec<Permutation> = involutions(a.first().unwrap().len());
        let (set_a, set_b) = (set(a.clone()), set(b.clone()));
        let fixed: Vec<Vectors> = if hide && !c.is_empty() { vec![c] } else { vec![] };
        let sets: Vec<_> = fixed.iter().map(|vectors| set(vectors.clone())).collect();
        let search = sets.iter().fold(CopySearch::new(&set_a, &set_b), CopySearch::fixing);
        let keeps = |by: &&Permutation| moved(&a, by).is_subset(&b) && fixed.iter().all(|set| &moved(set, by) == set);
        let able: Vec<&Permutation> = all.iter().filter(keeps).collect();
        // All families of involutions are too many when there are many of these.
        prop_assume!(able.len() <= 14);
        let expected = largest_superset(&a, &b, &able, &mut Vec::new());
        if let Ok(copies) = search.superset_copies() {
            prop_assert!(copies.count() <= expected);
            prop_assert!(copies.count() == expected || !copies.exhaustive());
            let supersets: Vec<Vectors> = copies.supersets().iter().map(|places| chosen(&set_b, places)).collect();
            for (i, by) in copies.involutions().iter().enumerate() {
                prop_assert!(moved(&a, by).is_subset(&supersets[i]));
                prop_assert!(fixed.iter().all(|set| &moved(set, by) == set));
                for (j, superset) in supersets.iter().enumerate() {
                    prop_assert!(i == j || &moved(superset, by) == superset);
                }
            }
        } else {
            prop_assert_eq!(expected, 0);
        }
    }

    #[test]
    fn only_permitted_coordinates_move((a, b, _) in sets(), frozen in 0..7_usize) {
        let size = a.first().unwrap().len();
        let frozen = frozen % size;
        let all: Vec<_> = involutions(size).into_iter().filter(|by| by.image(frozen) == frozen).collect();
        let (set_a, set_b) = (set(a.clone()), set(b.clone()));
        let search = CopySearch::new(&set_a, &set_b).permuting((0..size).filter(|&j| j != frozen));
        let found = search.copies();
        prop_assert_eq!(found.as_ref().map_or(0, Copies::count), largest(&[a], &b, &[], &all));
        if let Ok(copies) = found {
            prop_assert!(copies.embeddings().all(|copy| copy.involution.image(frozen) == frozen));
        }
    }
}

/// A refusal and what it follows from.
fn chain(refusal: &NoCopies) -> String {
    let because = std::error::Error::source(refusal).map(|source| format!("; {source}"));
    format!("{refusal}{}", because.unwrap_or_default())
}

/// Uniform vectors over some of `size` states, in halves where there are two.
fn lottery(size: usize, states: &[usize]) -> Vector {
    let mut vector = vec![0; size];
    for &state in states {
        vector[state] = 12 / states.len() as u8;
    }
    vector
}

fn lotteries(size: usize, options: &[&[usize]]) -> OptionSet<u8> {
    set(options.iter().map(|states| lottery(size, states)))
}

#[test]
fn copies_that_move_hidden_arguments() {
    let (a, b) = (lotteries(2, &[&[0]]), lotteries(2, &[&[1]]));
    let c = set([vec![12, 0], vec![0, 12], vec![0, 24]]);
    let refused = CopySearch::new(&a, &b).fixing(&c).slots().unwrap_err();
    insta::assert_snapshot!(chain(&refused), @"`(0 1)` takes A into B, but takes option 2 of fixed set 0 out of that set");
    let (a, b) = (lotteries(4, &[&[0, 1]]), lotteries(4, &[&[2, 3]]));
    let c = lotteries(4, &[&[0, 1], &[2, 3], &[2]]);
    let refused = CopySearch::new(&a, &b).fixing(&c).slots().unwrap_err();
    insta::assert_snapshot!(chain(&refused), @"`(0 2)(1 3)` takes A into B, but takes option 2 of fixed set 0 out of that set");
    // What lies beside A and B is enough for optimality, but that is moved too.
    assert!(matches!(
        CopySearch::new(&a, &b).fixing_beside(&c).slots(),
        Err(NoCopies::MovesConstraint { option: 2, .. })
    ));
    assert_eq!(serde_json::to_value(&refused).unwrap()["condition"], "moves-constraint");
}

#[test]
fn hidden_arguments_that_permit_one_copy_of_two() {
    let (a, b, c) = (lotteries(3, &[&[0]]), lotteries(3, &[&[1], &[2]]), lotteries(3, &[&[0], &[1]]));
    let copies = CopySearch::new(&a, &b).fixing(&c).copies().unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (1, true));
    insta::assert_snapshot!(chain(&copies.at_least(2).unwrap_err()), @"only 1 of the 2 copies wanted exist together; `(0 2)` takes A into B, but takes option 0 of fixed set 0 out of that set");
}

#[test]
fn fewer_copies_than_parts() {
    let refused = CopySearch::new(&lotteries(3, &[&[0], &[1]]), &lotteries(3, &[&[2]])).slots().unwrap_err();
    insta::assert_snapshot!(chain(&refused), @"A consists of 2 parts and B contains 1 such: at least as many copies as parts are needed; permutations of states take option 0 of A to 1 options of B, and copies need 2");
}

#[test]
fn more_options_that_are_not_alike() {
    let refused = Copies::find(&lotteries(5, &[&[0]]), &lotteries(5, &[&[1, 2], &[3, 4]])).unwrap_err();
    insta::assert_snapshot!(chain(&refused), @"no permutation of states takes option 0 of A to an option of B");
}

#[test]
fn copies_that_move_each_other() {
    let (a, b) = (lotteries(5, &[&[0, 1]]), lotteries(5, &[&[2, 3], &[2, 4], &[3, 4]]));
    let copies = Copies::find(&a, &b).unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (1, true));
    insta::assert_snapshot!(chain(&copies.at_least(3).unwrap_err()), @"only 1 of the 3 copies wanted exist together; `(0 2)(1 3)` makes the copy [0], but takes option 1 of the copy [1] out of that copy");
    let a = lotteries(7, &[&[0, 1], &[2, 3]]);
    let b = lotteries(7, &[&[4, 5], &[4, 6], &[5, 6]]);
    insta::assert_snapshot!(chain(&CopySearch::new(&a, &b).slots().unwrap_err()), @"A consists of 2 parts and B contains 1 such: at least as many copies as parts are needed; `(0 4)(1 5)` makes the copy [0], but takes option 1 of the copy [1] out of that copy");
}

#[test]
fn dominated_options_do_not_count() {
    let (a, b) = (lotteries(4, &[&[0], &[1]]), lotteries(4, &[&[2], &[3], &[2, 3]]));
    let slots = CopySearch::new(&a, &b).slots().unwrap();
    assert_eq!((slots.n(), slots.m()), (1, 1));
    insta::assert_snapshot!(chain(&slots.at_least(2).unwrap_err()), @"only 1 of the 2 copies wanted exist together; permutations of states take option 0 of A to 2 options of B, and copies need 4");
}

#[test]
fn bad_input() {
    let (a, b) = (lotteries(3, &[&[0], &[1]]), lotteries(3, &[&[2], &[1]]));
    insta::assert_snapshot!(chain(&Copies::find(&a, &b).unwrap_err()), @"option 1 of A is option 1 of B: the two sets must not share any");
    insta::assert_snapshot!(chain(&Copies::find(&a, &lotteries(4, &[&[2]])).unwrap_err()), @"the vectors of one set have 3 coordinates, those of another 4: all must be of one space");
    let b = lotteries(3, &[&[2]]);
    insta::assert_snapshot!(chain(&CopySearch::new(&a, &b).permuting([3]).copies().unwrap_err()), @"there is no coordinate 3 to permute: there are 3, counted from 0");
    let a = lotteries(3, &[&[0]]);
    insta::assert_snapshot!(chain(&CopySearch::new(&a, &b).permuting([0, 1]).copies().unwrap_err()), @"`(0 2)` takes A into B, but moves coordinate 2, which may not be permuted");
    let (a, b) = (lotteries(5, &[&[0, 1]]), lotteries(5, &[&[1, 2], &[2, 3]]));
    insta::assert_snapshot!(chain(&CopySearch::new(&a, &b).limit(0).copies().unwrap_err()), @"no copy was found in 0 steps, and the search was not exhausted: raise the limit");
}

/// A vertex, a linked pair and a triangle that is walked in circles or stood still in, and three copies with leftovers.
#[test]
fn three_copies_of_a_vertex_a_pair_and_a_triangle() {
    let figure = |first: usize| {
        let at = |states: &[usize]| states.iter().map(|state| first + state).collect::<Vec<_>>();
        let inside = [
            at(&[0]),
            at(&[1, 2]),
            at(&[3]),
            at(&[4]),
            at(&[5]),
            at(&[3, 4]),
            at(&[4, 5]),
            at(&[3, 5]),
            at(&[3, 4, 5]),
        ];
        inside.map(|states| lottery(28, &states))
    };
    let a = set(figure(0));
    let leftovers = [lottery(28, &[24]), lottery(28, &[25, 26]), lottery(28, &[26, 27])];
    let b = set([18, 6, 12].into_iter().flat_map(figure).chain(leftovers));
    let copies = Copies::find(&a, &b).unwrap();
    assert_eq!((copies.count(), copies.exhaustive()), (3, true));
    check(&copies.into_slots(), &a, &b, &[]);
}

#[test]
fn two_ways_of_dying_and_many_of_living() {
    let (a, b) = (OptionSet::basis(53, [0, 1]).unwrap(), OptionSet::basis(53, 2..53).unwrap());
    assert_eq!(Copies::find(&a, &b).unwrap().count(), 25);
    let slots = CopySearch::new(&a, &b).slots().unwrap();
    assert_eq!((slots.n(), slots.m(), slots.fraction().to_string()), (51, 2, "51/53".into()));
    assert_eq!(slots.involution(1, 50).to_string(), "(1 52)");
    let (a, b) = (OptionSet::basis(1_000, 0..7).unwrap(), OptionSet::basis(1_000, 7..1_000).unwrap());
    let slots = CopySearch::new(&a, &b).slots().unwrap();
    assert_eq!((slots.n(), slots.m()), (993, 7));
}
