//! Visits, their optima and thresholds against brute force over policies, and the published table.

mod random_model;

use dunamis_goals::{GoalError, NotRevisited, Recurrence, Strictness, VisitCount, VisitThreshold};
use dunamis_mdp::{Discount, Rational, StateId, TransitionModel};
use dunamis_solve::{AlgebraicNumber, ModelClasses};
use num_traits::{One, Zero};
use proptest::prelude::*;
use random_model::{Lists, build, models, policies};

fn discounts() -> Vec<Discount> {
    ["0", "1/5", "1/2", "4/5", "19/20"].map(|text| text.parse().unwrap()).to_vec()
}

/// Steps to the state from `from`, at least one.
fn steps(model: &TransitionModel, from: StateId, to: StateId) -> Option<usize> {
    let mut front = vec![from.index()];
    for steps in 1..=model.states().len() {
        let successors = |&state: &usize| {
            let pairs = model.available().pairs(StateId::new(state));
            pairs.flat_map(|pair| model.row(pair).0.iter().map(|&next| next as usize)).collect::<Vec<_>>()
        };
        front = front.iter().flat_map(successors).collect();
        front.sort_unstable();
        front.dedup();
        if front.contains(&to.index()) {
            return Some(steps);
        }
    }
    None
}

/// A path of `h` steps to a cycle of `p`, where every step may fail for good.
fn lasso(h: usize, p: usize) -> TransitionModel {
    let mut lists: Lists = (0..h + p).map(|s| vec![(vec![(s + 1, 1)], 0)]).collect();
    lists[h + p - 1][0].0[0].0 = h;
    for pairs in &mut lists {
        pairs.push((Vec::new(), 1));
    }
    build(&lists)
}

#[test]
fn published_table() {
    // Decimals of the paper's thresholds, in millionths.
    let table = [
        (2, [500_000, 618_034, 682_328, 724_492, 754_878]),
        (3, [618_034, 707_107, 754_878, 786_151, 808_731]),
        (4, [682_328, 754_878, 793_701, 819_173, 837_620]),
    ];
    for (h, row) in table {
        for (p, expected) in (1..).zip(row) {
            let fast = VisitThreshold::of_cycle(h, Some(p));
            let root = fast.number().unwrap();
            assert!((root.to_f64() * 1e6 - f64::from(expected)).abs() < 0.5, "{h} {p}");
            // The isolating interval is as narrow as asked, and holds a root of the trinomial.
            let (low, high) = root.isolating_interval();
            let excess =
                |x: &Rational| num_traits::pow(x.clone(), h - 1) + num_traits::pow(x.clone(), p) - Rational::one();
            assert!(high - low < Rational::new(1.into(), num_traits::pow(10.into(), 15)));
            assert!(excess(low) <= Rational::zero() && excess(high) >= Rational::zero());
            let model = lasso(h, p);
            let visits = VisitCount::new(&model, StateId::new(0), StateId::new(h)).unwrap();
            assert_eq!(visits.threshold().unwrap(), fast, "{h} {p}");
        }
    }
    for p in 1..6 {
        assert_eq!(VisitThreshold::of_cycle(1, Some(p)).number(), Some(&Rational::zero().into()));
    }
    assert_eq!(VisitThreshold::of_cycle(2, Some(5)), VisitThreshold::of_cycle(4, Some(2)));
}

/// new → a → b, which stays: V = γ/(1 - γ) is 2/3, 1 and 3/2 at 2/5, 1/2 and 3/5.
#[test]
fn chain_of_two() {
    let model = build(&vec![vec![(vec![(1, 1)], 0)], vec![(vec![(2, 1)], 0)], vec![(vec![(2, 1)], 0)]]);
    let visits = VisitCount::new(&model, StateId::new(0), StateId::new(2)).unwrap();
    let at = |discount: &str| visits.optimum(&discount.parse().unwrap()).unwrap().visits.to_string();
    assert_eq!([at("2/5"), at("1/2"), at("3/5")], ["2/3", "1", "3/2"]);
    let threshold = visits.threshold().unwrap();
    assert_eq!(threshold.number().and_then(AlgebraicNumber::to_rational), Some(&Rational::new(1.into(), 2.into())));
    let half: Discount = "1/2".parse().unwrap();
    assert!(threshold.admits(&half, Strictness::AtLeastOnce) && !threshold.admits(&half, Strictness::MoreThanOnce));
}

/// Luck: a state that is entered with probability 2/3 and never left. No policy revisits it surely, and yet
/// V = 2/3 / (1 - γ) exceeds 1 above 1/3; one that is visited once exactly, and one never for sure.
#[test]
fn luck_and_single_visits() {
    let model = build(&vec![
        vec![(vec![(1, 2), (2, 1)], 0), (vec![(2, 1)], 0)],
        vec![(vec![(1, 1)], 0)],
        vec![(vec![(3, 1)], 0)],
        vec![(vec![], 1)],
    ]);
    let threshold = |state| VisitCount::new(&model, StateId::new(0), StateId::new(state)).unwrap().threshold().unwrap();
    assert_eq!(threshold(1).to_string(), "1/3");
    assert_eq!((threshold(2), threshold(3)), (VisitThreshold::Once, VisitThreshold::Never));
    assert_eq!(threshold(0), VisitThreshold::Never);
    let recurrence = Recurrence::new(&model, StateId::new(0)).unwrap();
    let refused = recurrence.reach_and_revisit(StateId::new(1)).unwrap_err();
    assert!(
        matches!(refused, GoalError::NotRevisited(NotRevisited::Luck { at_most, .. }) if (at_most - 2.0 / 3.0).abs() < 1e-6)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    /// The optimum is the best of all policies, grows with the discount, and its evidence is accepted for what it is worth.
    #[test]
    fn optimum_is_the_best_policy(lists in models(2..=4, true), state in 0..4_usize) {
        let model = build(&lists);
        let state = StateId::new(state % lists.len());
        let new = StateId::new(0);
        let visits = VisitCount::new(&model, new, state).unwrap();
        let functions: Vec<_> = policies(&model).iter().map(|policy| visits.function(policy).unwrap()).collect();
        let threshold = visits.threshold().unwrap();
        let mut last = Rational::zero();
        for discount in discounts() {
            let best = functions.iter().filter_map(|function| function.at(&discount)).max().unwrap();
            let optimum = visits.optimum(&discount).unwrap();
            prop_assert_eq!(&optimum.visits, &best);
            prop_assert_eq!(&visits.under(&optimum.policy, &discount).unwrap(), &best);
            prop_assert!(best >= last);
            for strictness in [Strictness::MoreThanOnce, Strictness::AtLeastOnce] {
                prop_assert_eq!(threshold.admits(&discount, strictness), strictness.admits(&best));
                if let Some(witness) = &optimum.witness {
                    prop_assert_eq!(witness.check(&model, new, &discount, strictness).is_ok(), strictness.admits(&best));
                }
            }
            last = best;
        }
        // The threshold is the least of the thresholds of policies.
        let single = policies(&model).iter().map(|policy| visits.threshold_of(policy).unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(threshold.number(), single.iter().filter_map(VisitThreshold::number).min());
    }

    /// Without chance, paths and cycles are all that matters.
    #[test]
    fn without_chance(lists in models(2..=6, false), state in 0..6_usize) {
        let model = build(&lists);
        let (new, state) = (StateId::new(0), StateId::new(state % lists.len()));
        let visits = VisitCount::new(&model, new, state).unwrap();
        let expected = match steps(&model, new, state) {
            None => VisitThreshold::Never,
            Some(path) => VisitThreshold::of_cycle(path, steps(&model, state, state)),
        };
        prop_assert_eq!(visits.threshold().unwrap(), expected.clone());
        // The policy of Proposition 1 walks by shortest ways, too.
        let recurrence = Recurrence::new(&model, new).unwrap();
        if let Ok(revisit) = recurrence.reach_and_revisit(state) {
            prop_assert_eq!(revisit.probabilities(&model).unwrap(), (Rational::one(), Rational::one()));
            prop_assert!(visits.threshold_of(revisit.policy()).unwrap().number() >= expected.number());
        } else {
            prop_assert!(steps(&model, state, state).is_none() || (steps(&model, new, state).is_none() && new != state));
        }
    }

    /// Recurrence and Proposition 1 against all policies, and the refusals for what they are.
    #[test]
    fn reach_and_revisit(lists in models(2..=4, true), state in 0..4_usize) {
        let model = build(&lists);
        let (new, state) = (StateId::new(0), StateId::new(state % lists.len()));
        let recurrence = Recurrence::new(&model, new).unwrap();
        let chains: Vec<_> = policies(&model).iter().map(|p| dunamis_solve::ExactChain::deterministic(&model, p).unwrap()).collect();
        let revisits = |chain: &dunamis_solve::ExactChain| {
            let classes = chain.classes();
            classes.is_recurrent(classes.class_of(state))
        };
        let surely = |chain: &dunamis_solve::ExactChain| {
            let classes = chain.classes();
            chain.absorption(&classes, classes.class_of(state)).is_some_and(|reached| reached[new.index()].is_one())
        };
        prop_assert_eq!(recurrence.is_recurrent(state), chains.iter().any(revisits));
        let possible = ModelClasses::new(&model).reachable_from(new)[state.index()];
        let revisited = recurrence.revisited().unwrap().contains(&state);
        match recurrence.reach_and_revisit(state) {
            Ok(revisit) => {
                prop_assert_eq!(revisit.probabilities(&model).unwrap(), (Rational::one(), Rational::one()));
                prop_assert!(revisited && chains.iter().any(surely));
                // Proposition 2: visits without bound.
                let visits = VisitCount::new(&model, new, state).unwrap();
                let close: Discount = "99999/100000".parse().unwrap();
                prop_assert!(visits.under(revisit.policy(), &close).unwrap() > Rational::from_integer(9.into()));
                let (own, best) = (visits.threshold_of(revisit.policy()).unwrap(), visits.threshold().unwrap());
                prop_assert!(own.number().is_some() && own.number() >= best.number());
            }
            Err(GoalError::NotRevisited(refusal)) => {
                prop_assert!(!revisited && !chains.iter().any(surely));
                match refusal {
                    NotRevisited::Unreachable { .. } => prop_assert!(!possible),
                    NotRevisited::NotRecurrent { .. } => prop_assert!(possible && !chains.iter().any(revisits)),
                    NotRevisited::Luck { .. } => prop_assert!(possible && chains.iter().any(revisits)),
                    _ => prop_assert!(false),
                }
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
