//! Statements that fail: each is refused for the right reason, and fails on the orbit that shows it.

use crate::brute_force::{average, count_optimal, ratio, scaled};
use dunamis_mdp::Rational;
use dunamis_orbit::{Comparison, NoCopies, OptionSet, Refusal, Rule};

fn options(vectors: &[Vec<Rational>]) -> OptionSet {
    OptionSet::new(vectors.to_vec()).unwrap()
}

fn refusal(a: &OptionSet, b: &OptionSet, c: &OptionSet, rule: Rule) -> Refusal {
    let comparison = Comparison::new(a.clone(), b.clone()).unwrap().among(c).unwrap().rule(rule);
    comparison.certify().expect_err("a counterexample")
}

/// Permutations of the reward that favor B, favor A, or neither.
fn counts(a: &OptionSet, b: &OptionSet, c: &OptionSet, reward: &[i128]) -> [u64; 3] {
    let sets = scaled(&[a.options(), b.options(), c.options()]);
    let places: Vec<usize> = (0..a.dimension()).collect();
    let count = count_optimal(&sets, reward, &places);
    [count.greater, count.less, count.equal]
}

/// Without a condition on C the conjecture of `[Turner & Tadepalli 2022, D.13]` is false.
#[test]
fn options_that_are_moved() {
    let (a, b) = (OptionSet::basis(2, [0]).unwrap(), OptionSet::basis(2, [1]).unwrap());
    let c = options(&[average(2, &[0]), average(2, &[1]), vec![ratio(0, 1), ratio(2, 1)]]);
    for rule in [Rule::Optimal, Rule::Invariant] {
        let refused = refusal(&a, &b, &c, rule);
        assert!(matches!(refused, Refusal::MovesOption { .. }), "{refused:?}");
    }
    assert_eq!(counts(&a, &b, &c, &[1, 2]), [0, 1, 1]);
    // The same with lotteries.
    let (a, b) = (options(&[average(4, &[0, 1])]), options(&[average(4, &[2, 3])]));
    let c = options(&[average(4, &[2])]);
    let refused = refusal(&a, &b, &c, Rule::Optimal);
    assert!(matches!(refused, Refusal::MovesOption { .. }), "{refused:?}");
}

#[test]
fn fewer_copies_than_parts() {
    let (a, b) = (OptionSet::basis(3, [0, 1]).unwrap(), OptionSet::basis(3, [2]).unwrap());
    let c = a.union(&b).unwrap();
    let refused = refusal(&a, &b, &c, Rule::Invariant);
    insta::assert_snapshot!(refused, @"A consists of 2 parts and B contains 1 such: at least as many copies as parts are needed");
    // The strict ratio is 0, not 1/2.
    assert_eq!(counts(&a, &b, &c, &[0, 1, 1]), [0, 2, 4]);
}

/// Two options against one are not twice as many unless they are alike.
#[test]
fn options_that_are_not_alike() {
    let a = OptionSet::basis(5, [0]).unwrap();
    let b = options(&[average(5, &[1, 2]), average(5, &[3, 4])]);
    let c = a.union(&b).unwrap();
    let refused = refusal(&a, &b, &c, Rule::Invariant);
    insta::assert_snapshot!(refused, @"no permutation of states takes option 0 of A to an option of B");
    let [greater, less, equal] = counts(&a, &b, &c, &[0, 0, 5, 6, 6]);
    assert_eq!(ratio((greater + equal) as i64, (greater + less + equal) as i64), ratio(7, 15));
}

#[test]
fn copies_that_move_each_other() {
    let a = options(&[average(5, &[0, 1])]);
    let b = options(&[average(5, &[2, 3]), average(5, &[2, 4]), average(5, &[3, 4])]);
    let c = a.union(&b).unwrap();
    let refused = refusal(&a, &b, &c, Rule::Invariant);
    insta::assert_snapshot!(refused, @"the permutation `(0 2)(1 3)` takes A into B, but moves option 2 of C, (0, 0, 1/2, 0, 1/2), to (1/2, 0, 0, 0, 1/2), which is not in C");
    let [greater, less, equal] = counts(&a, &b, &c, &[0, 1, 1, 1, 10]);
    assert_eq!(ratio((greater + equal) as i64, (greater + less + equal) as i64), ratio(3, 5));
    // For optimality one copy is certified, and three are refused because they move each other.
    let comparison = Comparison::new(a, b).unwrap().rule(Rule::Optimal);
    let certificate = comparison.certify().unwrap();
    assert_eq!((certificate.n.as_str(), certificate.bound.as_str()), ("1", "1/2"));
}

#[test]
fn overlapping_vertices() {
    let a = options(&[average(7, &[0, 1]), average(7, &[2, 3])]);
    let b = options(&[average(7, &[4, 5]), average(7, &[4, 6]), average(7, &[5, 6])]);
    let c = a.union(&b).unwrap();
    for rule in [Rule::Optimal, Rule::Invariant] {
        let refused = refusal(&a, &b, &c, rule);
        assert!(matches!(refused, Refusal::Copies(_) | Refusal::MovesOption { .. }), "{refused:?}");
    }
    let least = [[0, 0, 0, 1, 0, 0, 1], [0, 0, 1, 1, 0, 0, 0], [0, 0, 1, 2, 3, 0, 0]].map(|reward| {
        let [greater, less, equal] = counts(&a, &b, &c, &reward);
        ratio((greater + equal) as i64, (greater + less + equal) as i64)
    });
    assert!(least.iter().any(|fraction| *fraction < ratio(3, 5)), "{least:?}");
}

#[test]
fn dominated_options_do_not_count() {
    let a = OptionSet::basis(4, [0, 1]).unwrap();
    let b = options(&[average(4, &[2]), average(4, &[3]), average(4, &[2, 3])]);
    let c = a.union(&b).unwrap();
    let refused = refusal(&a, &b, &c, Rule::Invariant);
    insta::assert_snapshot!(refused, @"the permutation `(0 2)` takes A into B, but moves option 4 of C, (0, 0, 1/2, 1/2), to (1/2, 0, 0, 1/2), which is not in C");
    // For optimality only the two that matter are counted.
    let certificate = Comparison::new(a.clone(), b.clone()).unwrap().rule(Rule::Optimal).certify().unwrap();
    assert_eq!(certificate.bound, "1/2");
    assert_eq!(counts(&a, &b, &c, &[0, 0, 0, 1]), [12, 12, 0]);
}

/// Copies of oneself would prove anything.
#[test]
fn shared_options() {
    let (a, b) = (OptionSet::basis(2, [0]).unwrap(), OptionSet::basis(2, [0, 1]).unwrap());
    for rule in [Rule::Optimal, Rule::Invariant] {
        let refused = refusal(&a, &b, &b, rule);
        assert!(matches!(refused, Refusal::Copies(NoCopies::Shared { a: 0, b: 0 })), "{refused:?}");
    }
}
