//! Visit distributions: published sets, the identities of their definition, and numerical against exact.

mod case_study;
mod models;

use case_study::{candy, case_study, detour, state};
use dunamis_mdp::{
    Criterion, DeterministicPolicy, Discount, Mdp, Number, Rational, Reward, StateId, StochasticPolicy, TransitionModel,
};
use dunamis_solve::{
    ChainLimit, ExactChain, Polynomial, SolveError, VisitDistribution, VisitDistributionSet, discounted_visits,
    solve_exact,
};
use models::{any_draft, hand_made};
use num_traits::{FromPrimitive, One, Signed, Zero};
use proptest::prelude::*;
use std::collections::BTreeSet;

const LIMIT: usize = VisitDistributionSet::DEFAULT_LIMIT;

fn exact(x: f64) -> Rational {
    Rational::from_float(x).unwrap()
}

fn polynomial(coefficients: &[i64]) -> Polynomial {
    Polynomial::new(coefficients.iter().map(|&c| Rational::from_i64(c).unwrap()).collect())
}

fn discount(text: &str) -> Discount {
    text.parse().unwrap()
}

fn all_policies(model: &TransitionModel) -> Vec<DeterministicPolicy> {
    let extend = |all: Vec<Vec<u32>>, state| {
        let pairs = |policy: &Vec<u32>| {
            let policy = policy.clone();
            model.available().pairs(state).map(move |pair| [&policy[..], &[pair as u32]].concat())
        };
        all.iter().flat_map(pairs).collect()
    };
    let all = model.state_ids().fold(vec![Vec::new()], extend);
    all.into_iter().map(|policy| DeterministicPolicy::new(model.available(), policy).unwrap()).collect()
}

/// `[Turner et al. 2021, §3]`: at the lower left of the case study one may stay or go back and forth.
#[test]
fn case_study_lower_left() {
    let model = case_study();
    let (low, high) = (state(&model, "l_low"), state(&model, "l_high"));
    let set = VisitDistributionSet::new(&model, low, LIMIT).unwrap();
    assert_eq!(set.functions().len(), 2);
    let find = |denominator: &Polynomial| set.functions().iter().find(|f| f.denominator() == denominator).unwrap();
    let stay = find(&polynomial(&[1, -1]));
    assert_eq!((stay.numerator(low), stay.numerator(high)), (&polynomial(&[1]), &polynomial(&[])));
    let alternate = find(&polynomial(&[1, 0, -1]));
    assert_eq!((alternate.numerator(low), alternate.numerator(high)), (&polynomial(&[1]), &polynomial(&[0, 1])));
    for other in model.state_ids().filter(|&s| s != low && s != high) {
        assert!(set.functions().iter().all(|f| f.numerator(other).degree().is_none()));
    }
}

/// The limits from the start of the case study: stay nowhere, at two places on either side, or alternate there.
#[test]
fn case_study_recurrent_distributions() {
    let model = case_study();
    let set = VisitDistributionSet::new(&model, state(&model, "start"), LIMIT).unwrap();
    let half = |a: &str, b: &str| {
        let mut limit = vec![Rational::zero(); model.states().len()];
        for name in [a, b] {
            limit[state(&model, name).index()] += exact(0.5);
        }
        limit
    };
    let expected: BTreeSet<_> = [
        half("nothing", "nothing"),
        half("l_low", "l_low"),
        half("l_low", "l_high"),
        half("r_high", "r_high"),
        half("r_low", "r_low"),
        half("r_low", "r_high"),
    ]
    .into();
    assert_eq!(set.recurrent_distributions().into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(set.recurrent_distributions().len(), 6);
}

#[test]
fn other_case_studies() {
    let model = candy();
    let set = VisitDistributionSet::new(&model, state(&model, "start"), LIMIT).unwrap();
    assert_eq!((set.functions().len(), set.policy_count(), set.recurrent_distributions().len()), (3, 3, 3));
    // Waiting first: e_start + γ e_wait + γ²/(1-γ) e_hug.
    let hug = set.functions().iter().find(|f| f.numerator(state(&model, "hug")).degree().is_some()).unwrap();
    assert_eq!(hug.denominator(), &polynomial(&[1, -1]));
    assert_eq!(hug.numerator(state(&model, "start")), &polynomial(&[1, -1]));
    assert_eq!(hug.numerator(state(&model, "wait")), &polynomial(&[0, 1, -1]));
    assert_eq!(hug.numerator(state(&model, "hug")), &polynomial(&[0, 0, 1]));

    let model = detour();
    // From s1: s2 and stay; over s2 to t1, t2; directly to t1, t2.
    let set = VisitDistributionSet::new(&model, state(&model, "s1"), LIMIT).unwrap();
    assert_eq!((set.functions().len(), set.recurrent_distributions().len()), (5, 3));
    let north = model.available().pairs(state(&model, "s1")).start;
    let over = VisitDistributionSet::with_choice(&model, state(&model, "s1"), north, LIMIT).unwrap();
    assert_eq!(over.functions().len(), 3);
    assert!(over.functions().iter().all(|f| set.functions().contains(f)));
    assert!(over.policies().iter().all(|policy| policy.pairs()[state(&model, "s1").index()] as usize == north));
}

/// Definition, identities and limits of one policy's visit distribution.
fn check(what: &str, model: &TransitionModel, policy: &StochasticPolicy) {
    let chain = ExactChain::new(model, policy).unwrap();
    let limit = chain.limit();
    let leaks = model.leaks();
    for start in model.state_ids() {
        let visits = VisitDistribution::new(&chain, start).unwrap();
        let n = model.states().len();
        assert!(visits.denominator().degree() <= Some(n) && visits.denominator().coefficients()[0].is_one());
        assert_eq!(visits.recurrent_distribution(), limit[start.index()], "{what}");
        let mut before: Option<Vec<Rational>> = None;
        for gamma in ["0", "1/10", "1/2", "0.9", "0.999"] {
            let discount = discount(gamma);
            let f = visits.at(&discount);
            // f = e_s + γ f P.
            let mut right = vec![Rational::zero(); n];
            right[start.index()] = Rational::one();
            for (from, x) in f.iter().enumerate() {
                for (to, p) in chain.row(from) {
                    right[*to] += discount.exact() * p * x;
                }
            }
            assert_eq!(f, right, "{what}");
            let total: Rational = f.iter().sum();
            let full = (Rational::one() - discount.exact()).recip();
            assert!(if leaks { total <= full } else { total == full }, "{what}");
            if let Some(before) = &before {
                assert!(f.iter().zip(before).all(|(x, y)| x >= y), "{what}: falls with the discount");
            }
            let numerical = discounted_visits(&model.chain(policy), start, &discount).unwrap();
            let distance: Rational = numerical.mass.iter().zip(&f).map(|(&x, y)| (exact(x) - y).abs()).sum();
            assert!(distance <= exact(numerical.error), "{what}, γ = {gamma}: {numerical:?}");
            assert!(numerical.error < 1e-7 && numerical.mass.iter().all(|&x| x >= 0.0), "{what}: {}", numerical.error);
            before = Some(f);
        }
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        let mdp = draft.build();
        let model = mdp.model();
        check(name, model, &model.uniform_policy());
        for policy in all_policies(model) {
            check(name, model, &policy.to_stochastic(model.available()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 2, true)) {
        let mdp = draft.build();
        check("generated", mdp.model(), &mdp.model().uniform_policy());
    }

    /// Enumerating only choices that matter finds exactly what enumerating all policies finds.
    #[test]
    fn sets_are_complete(draft in any_draft(4, 3, true)) {
        let mdp = draft.build();
        let model = mdp.model();
        let policies = all_policies(model);
        for start in model.state_ids() {
            let set = VisitDistributionSet::new(model, start, LIMIT).unwrap();
            let all: BTreeSet<_> = policies.iter().map(|policy| {
                VisitDistribution::new(&ExactChain::deterministic(model, policy).unwrap(), start).unwrap()
            }).collect();
            prop_assert_eq!(set.functions().len(), all.len());
            prop_assert!(set.functions().iter().all(|f| all.contains(f)));
            prop_assert!(set.policy_count() <= policies.len());
            for (policy, function) in set.policies().iter().zip(set.functions()) {
                let chain = ExactChain::deterministic(model, policy).unwrap();
                prop_assert_eq!(&VisitDistribution::new(&chain, start).unwrap(), function);
            }
            // By definition 3.4, over all choices at all states.
            for pair in 0..model.available().len() {
                let fixed = VisitDistributionSet::with_choice(model, start, pair, LIMIT).unwrap();
                let some: BTreeSet<_> = policies.iter().filter(|policy| policy.pairs().contains(&(pair as u32)))
                    .map(|policy| {
                        let chain = ExactChain::deterministic(model, policy).unwrap();
                        VisitDistribution::new(&chain, start).unwrap()
                    }).collect();
                prop_assert_eq!(fixed.functions().iter().cloned().collect::<BTreeSet<_>>(), some);
                prop_assert!(fixed.policies().iter().all(|policy| policy.pairs().contains(&(pair as u32))));
            }
        }
    }

    /// The optimal value is the largest product of the reward with a visit distribution `[Turner et al. 2021, Def. 3.5]`.
    #[test]
    fn optimal_values_are_maxima_over_the_set(draft in any_draft(4, 3, true), gamma in 0..10_u8) {
        let mdp = draft.build();
        let model = mdp.model();
        let reward: Vec<Number> = (0..model.states().len()).map(|s| mdp.reward().values()[s].into()).collect();
        let reward = Reward::state(model, reward).unwrap();
        let r: Vec<Rational> = (0..model.states().len()).map(|s| reward.exact(s)).collect();
        let discount = discount(&format!("{gamma}/10"));
        let mdp = Mdp::new(model.clone(), reward).unwrap();
        let truth = solve_exact(&mdp, &Criterion::Discounted(discount.clone())).unwrap();
        for start in model.state_ids() {
            let set = VisitDistributionSet::new(model, start, LIMIT).unwrap();
            let value = |f: &VisitDistribution| f.at(&discount).iter().zip(&r).map(|(x, r)| x * r).sum::<Rational>();
            prop_assert_eq!(&set.functions().iter().map(value).max().unwrap(), &truth.value[start.index()]);
        }
    }
}

/// A walk that may end at each of thirty states has thirty-one ways to go, not 2^30.
#[test]
fn only_choices_that_matter_are_enumerated() {
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..=30).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for s in 0..30 {
        builder.transition(states[s], "stop", states[s], 1.0).unwrap();
        builder.transition(states[s], "on", states[s + 1], 1.0).unwrap();
        builder.transition(states[s], "also on", states[s + 1], 1.0).unwrap();
    }
    builder.transition(states[30], "stop", states[30], 1.0).unwrap();
    let model = builder.build().unwrap();
    let set = VisitDistributionSet::new(&model, states[0], 31).unwrap();
    assert_eq!((set.functions().len(), set.policy_count()), (31, 31));
    let refused = VisitDistributionSet::new(&model, states[0], 30).unwrap_err();
    assert_eq!(refused, SolveError::TooManyPolicies { limit: 30 });
    insta::assert_snapshot!(refused, @"more than 30 policies go different ways: raise the limit or start where fewer states are reachable");
    insta::assert_snapshot!(VisitDistributionSet::new(&model, StateId::new(31), 1).unwrap_err(), @"there is no state 31: the states are numbered below 31");
    insta::assert_snapshot!(VisitDistributionSet::with_choice(&model, states[0], 99, 1).unwrap_err(), @"there is no state-action pair 99: the pairs are numbered below 91");
}

/// A chain large enough for the sparse solver, against its long run.
#[test]
fn visits_of_large_chains_tend_to_the_long_run() {
    let n = 600;
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..n).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for s in 0..n {
        builder.transition(states[s], "walk", states[(7 * s + 2) % n], 0.25).unwrap();
        builder.transition(states[s], "walk", states[(s + 1) % n], 0.75).unwrap();
    }
    let model = builder.build().unwrap();
    let chain = model.chain(&model.uniform_policy());
    let row = ChainLimit::new(&chain).unwrap().row_of(states[0]).unwrap();
    assert!((row.total() - 1.0).abs() < 1e-9 && row.error < 1e-6, "{}", row.error);
    let gamma = 1.0 - 1e-7;
    let visits = discounted_visits(&chain, states[0], &Discount::new(gamma).unwrap()).unwrap();
    assert!((visits.total() * (1.0 - gamma) - 1.0).abs() < 1e-6 && visits.error * 1e-7 < 1e-6, "{}", visits.error);
    let distance: f64 = visits.mass.iter().zip(&row.mass).map(|(f, d)| ((1.0 - gamma) * f - d).abs()).sum();
    assert!(distance < 1e-4, "{distance}");
}
