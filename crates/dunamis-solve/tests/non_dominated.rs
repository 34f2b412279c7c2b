//! Non-domination: published answers, certificates, and brute force.

mod case_study;
mod models;

use case_study::{candy, case_study, detour, state};
use dunamis_mdp::{Discount, Rational};
use dunamis_solve::{DominanceCertificate, NonDominated, SolveError, VisitDistributionSet};
use models::any_draft;
use num_traits::{FromPrimitive, One, Zero};
use proptest::prelude::*;

const LIMIT: usize = VisitDistributionSet::DEFAULT_LIMIT;

fn integer(n: i64) -> Rational {
    Rational::from_i64(n).unwrap()
}

fn vector(entries: &[i64]) -> Vec<Rational> {
    entries.iter().map(|&n| integer(n)).collect()
}

fn value(point: &[Rational], reward: &[Rational]) -> Rational {
    point.iter().zip(reward).map(|(x, r)| x * r).sum()
}

/// Six recurrent state distributions, of which alternating on the right is the mean of staying at either place there
/// `[Turner et al. 2021, §6]`.
#[test]
fn case_study_recurrent_distributions() {
    let model = case_study();
    let set = VisitDistributionSet::new(&model, state(&model, "start"), LIMIT).unwrap();
    let limits = set.non_dominated_recurrent_distributions();
    assert!(limits.verify());
    assert_eq!((limits.points().len(), limits.indices().count()), (6, 5));
    let dominated = (0..6).find(|&index| !limits.contains(index)).unwrap();
    let (high, low) = (state(&model, "r_high").index(), state(&model, "r_low").index());
    let half = Rational::new(1.into(), 2.into());
    assert_eq!((&limits.points()[dominated][high], &limits.points()[dominated][low]), (&half, &half));
    let DominanceCertificate::Dominated { weights } = &limits.certificates()[dominated] else { panic!("dominated") };
    assert_eq!(weights.len(), 2);
    for (other, weight) in weights {
        assert_eq!(*weight, half);
        assert!(limits.points()[*other][high].is_one() || limits.points()[*other][low].is_one());
    }
    // Of the functions, those remain that go straight to where they stay, and the one that alternates on the left: whoever
    // would leave the upper place on the right for the lower one had better gone there at once.
    let functions = set.non_dominated();
    assert!(functions.verify());
    assert_eq!((functions.points().len(), functions.indices().count()), (11, 5));
    for index in functions.indices() {
        assert!(limits.points().contains(&set.functions()[index].recurrent_distribution()));
    }
}

/// In the detour, going over s2 is (1 - γ) times staying there plus γ times going directly, so two of five are dominated.
#[test]
fn other_case_studies() {
    for (model, start, functions, limits) in [(candy(), "start", 3, 3), (detour(), "s1", 3, 3), (detour(), "s3", 2, 2)]
    {
        let set = VisitDistributionSet::new(&model, state(&model, start), LIMIT).unwrap();
        let (by_function, by_limit) = (set.non_dominated(), set.non_dominated_recurrent_distributions());
        assert!(by_function.verify() && by_limit.verify());
        assert_eq!((by_function.indices().count(), by_limit.indices().count()), (functions, limits));
    }
}

#[test]
fn false_certificates_prove_nothing() {
    let points = [vector(&[0, 0]), vector(&[2, 0]), vector(&[1, 0])];
    let half = Rational::new(1.into(), 2.into());
    let combination = |weights: &[(usize, &Rational)]| DominanceCertificate::Dominated {
        weights: weights.iter().map(|&(index, weight)| (index, weight.clone())).collect(),
    };
    assert!(combination(&[(0, &half), (1, &half)]).proves(&points, 2));
    for weights in [
        vec![(0, &half)],
        vec![(2, &integer(1))],
        vec![(0, &integer(1))],
        vec![(7, &half), (1, &half)],
        vec![(0, &integer(2)), (1, &integer(-1))],
        vec![],
    ] {
        assert!(!combination(&weights).proves(&points, 2), "{weights:?}");
    }
    assert!(!combination(&[(0, &half), (1, &half)]).proves(&points, 3));
    let best = |entries: &[i64]| DominanceCertificate::NonDominated { reward: vector(entries) };
    assert!(best(&[1, 0]).proves(&points, 1));
    assert!(!best(&[-1, 0]).proves(&points, 1) && !best(&[0, 0]).proves(&points, 1) && !best(&[1]).proves(&points, 1));
}

#[test]
fn odd_lists() {
    assert!(NonDominated::new(Vec::new()).unwrap().verify());
    let one = NonDominated::new(vec![vector(&[3])]).unwrap();
    assert!(one.verify() && one.contains(0));
    let twins = NonDominated::new(vec![vector(&[1, 2]), vector(&[1, 2]), vector(&[0, 0])]).unwrap();
    assert!(twins.verify());
    assert_eq!(twins.indices().collect::<Vec<_>>(), [2]);
    insta::assert_snapshot!(NonDominated::new(vec![vector(&[1]), vector(&[])]).unwrap_err(), @"a vector has 0 entries, but 1 are needed");
    let model = candy();
    let set = VisitDistributionSet::new(&model, state(&model, "start"), LIMIT).unwrap();
    let refused = set.non_dominated_at(&Discount::new(0.0).unwrap()).unwrap_err();
    assert_eq!(refused, SolveError::ZeroDiscount);
    insta::assert_snapshot!(refused, @"the discount is 0, but must be positive here: without a future all policies are alike");
}

/// Whether a point of the plane is a vertex of the hull: the other points lie within less than a half turn around it.
fn is_vertex(points: &[[i64; 2]], index: usize) -> bool {
    let [x, y] = points[index];
    let others: Vec<[i64; 2]> =
        points.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, p)| [p[0] - x, p[1] - y]).collect();
    let cross = |a: &[i64; 2], b: &[i64; 2]| a[0] * b[1] - a[1] * b[0];
    let dot = |a: &[i64; 2], b: &[i64; 2]| a[0] * b[0] + a[1] * b[1];
    others.is_empty()
        || others.iter().any(|edge| {
            // All others turn to the left of this edge, or lie on it in the same direction.
            others.iter().all(|other| cross(edge, other) > 0 || (cross(edge, other) == 0 && dot(edge, other) > 0))
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    /// In the plane there is an oracle of another kind.
    #[test]
    fn vertices_in_the_plane(points in proptest::collection::btree_set([-4..5_i64, -4..5_i64], 1..12)) {
        let points: Vec<[i64; 2]> = points.into_iter().collect();
        let decided = NonDominated::new(points.iter().map(|point| vector(point)).collect()).unwrap();
        prop_assert!(decided.verify());
        for index in 0..points.len() {
            prop_assert_eq!(decided.contains(index), is_vertex(&points, index), "{:?} of {:?}", points[index], points);
        }
    }

    /// On small models: certificates hold, the discount does not matter, and rewards see only what is non-dominated.
    #[test]
    fn generated_models(
        draft in any_draft(4, 3, true),
        rewards in proptest::collection::vec(proptest::collection::vec(-50..50_i64, 4), 40),
    ) {
        let mdp = draft.build();
        let model = mdp.model();
        for start in model.state_ids() {
            let set = VisitDistributionSet::new(model, start, LIMIT).unwrap();
            let functions = set.non_dominated();
            prop_assert!(functions.verify());
            for discount in ["1/10", "0.97"] {
                let other = set.non_dominated_at(&discount.parse().unwrap()).unwrap();
                prop_assert!(other.verify());
                prop_assert!(functions.indices().eq(other.indices()), "depends on the discount");
            }
            let limits = set.non_dominated_recurrent_distributions();
            prop_assert!(limits.verify());
            // Every non-dominated limit is the limit of a non-dominated function [Turner et al. 2021, Prop. E.44], and a
            // state where one may stay for ever is never dominated [Prop. E.53].
            let of_functions: Vec<_> =
                functions.indices().map(|index| set.functions()[index].recurrent_distribution()).collect();
            for (index, limit) in limits.points().iter().enumerate() {
                prop_assert!(!limits.contains(index) || of_functions.contains(limit));
                let is_unit = limit.iter().filter(|x| !x.is_zero()).count() == 1 && limit.iter().any(One::is_one);
                prop_assert!(limits.contains(index) || !is_unit);
            }
            for decided in [&functions, &limits] {
                let mut all: Vec<Vec<Rational>> = rewards.iter().map(|reward| vector(reward)).collect();
                for reward in &mut all {
                    reward.truncate(model.states().len());
                }
                for reward in &all {
                    let values: Vec<_> = decided.points().iter().map(|point| value(point, reward)).collect();
                    let best = values.iter().max().unwrap();
                    prop_assert_eq!(decided.indices().map(|index| &values[index]).max().unwrap(), best);
                    if values.iter().filter(|&value| value == best).count() == 1 {
                        let winner = values.iter().position(|value| value == best).unwrap();
                        prop_assert!(decided.contains(winner), "a dominated vector is strictly best");
                    }
                }
            }
        }
    }
}
