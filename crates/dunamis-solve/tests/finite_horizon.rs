//! Backward induction against exact rationals, brute force over time-dependent policies, and the discounted limit.

mod models;

use dunamis_mdp::{Criterion, Discount, Mdp, Rational, StateId};
use dunamis_solve::{FiniteHorizon, SolveError, Solver, SolverConfig, Termination, solve_exact};
use models::{any_draft, hand_made};
use num_traits::{One, Zero};
use proptest::prelude::*;

const DISCOUNTS: [Option<&str>; 5] = [None, Some("0"), Some("1/3"), Some("0.9"), Some("0.99999")];

fn criterion(steps: usize, discount: Option<&str>) -> Criterion {
    Criterion::FiniteHorizon { steps, discount: discount.map(|text| text.parse().unwrap()) }
}

fn exact(value: f64) -> Rational {
    Rational::from_float(value).expect("a finite number")
}

fn factor(discount: Option<&str>) -> Rational {
    discount.map_or_else(Rational::one, |text| text.parse::<Discount>().unwrap().exact())
}

/// Exact action value when play goes on with `value`.
fn action_value(mdp: &Mdp, state: usize, pair: usize, discount: &Rational, value: &[Rational]) -> Rational {
    let by_state = mdp.reward().values().len() == mdp.model().states().len();
    let next = mdp.model().exact_row(pair).into_iter().map(|(next, p)| p * &value[next.index()]);
    mdp.reward().exact(if by_state { state } else { pair }) + discount * next.sum::<Rational>()
}

/// Checks every stage against exact backward induction.
fn check(what: &str, mdp: &Mdp, steps: usize, discount: Option<&str>) {
    let gamma = factor(discount);
    let solver = FiniteHorizon::default();
    let stages = solver.stages(mdp, &criterion(steps, discount)).unwrap();
    assert_eq!(stages.len(), steps);
    let states = mdp.model().states().len();
    let mut value = vec![Rational::zero(); states];
    for (t, stage) in stages.iter().enumerate().rev() {
        let what = format!("{what}, {steps} steps, discount {discount:?}, time {t}");
        assert_eq!(stage.status, Termination::Converged, "{what}");
        let mut next = Vec::new();
        for state in 0..states {
            let pairs = mdp.model().available().pairs(StateId::new(state));
            let q: Vec<_> = pairs.clone().map(|pair| action_value(mdp, state, pair, &gamma, &value)).collect();
            let best = q.iter().max().unwrap().clone();
            assert!(exact(stage.bounds.lower[state]) <= best && best <= exact(stage.bounds.upper[state]), "{what}");
            assert!(stage.bounds.lower[state] <= stage.value[state] && stage.value[state] <= stage.bounds.upper[state]);
            for (pair, q) in pairs.zip(q) {
                assert!(q < best || stage.optimal[pair], "{what}: optimal pair {pair} is not marked");
                let allowed = exact(stage.tie_tolerance) * exact(2.0);
                assert!(&best - &q <= allowed || !stage.optimal[pair], "{what}: bad pair {pair} is marked");
            }
            next.push(best);
        }
        value = next;
    }
    // The lean form is the first stage, to the last bit.
    let first = solver.solve(mdp, &criterion(steps, discount)).unwrap();
    match stages.first() {
        Some(stage) => assert_eq!(*stage, first),
        None => assert!(first.bounds.gap() == 0.0 && first.value.iter().all(|&v| v == 0.0)),
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        let mdp = draft.build();
        for discount in DISCOUNTS {
            for steps in [0, 1, 2, 7] {
                check(name, &mdp, steps, discount);
            }
        }
    }
}

/// Largest value of any time-dependent deterministic policy, by recursion over all of them: no backup takes a maximum over
/// anything but whole policies.
fn brute_force(mdp: &Mdp, steps: usize, discount: &Rational) -> Vec<Rational> {
    let available = mdp.model().available();
    let states = available.states();
    let decision_rules = (0..states).fold(vec![Vec::new()], |all: Vec<Vec<usize>>, state| {
        all.iter()
            .flat_map(|rule| available.pairs(StateId::new(state)).map(move |pair| [&rule[..], &[pair]].concat()))
            .collect()
    });
    let mut values = vec![vec![Rational::zero(); states]];
    for _ in 0..steps {
        values = values
            .iter()
            .flat_map(|value| {
                decision_rules.iter().map(move |rule| {
                    (0..states).map(|state| action_value(mdp, state, rule[state], discount, value)).collect()
                })
            })
            .collect();
    }
    (0..states).map(|state| values.iter().map(|value| value[state].clone()).max().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(
        draft in any_draft(6, 3, true),
        discount in proptest::sample::select(&DISCOUNTS[..]),
        steps in 0..12_usize,
    ) {
        check("generated", &draft.build(), steps, discount);
    }

    #[test]
    fn no_policy_is_better(draft in any_draft(3, 2, true), discount in proptest::sample::select(&DISCOUNTS[..])) {
        let mdp = draft.build();
        let best = brute_force(&mdp, 3, &factor(discount));
        let solution = FiniteHorizon::default().solve(&mdp, &criterion(3, discount)).unwrap();
        for (state, best) in best.iter().enumerate() {
            prop_assert!(exact(solution.bounds.lower[state]) <= *best && *best <= exact(solution.bounds.upper[state]));
        }
    }

    /// Many steps are as good as all of them, up to the discounted tail.
    #[test]
    fn the_limit_is_the_discounted_value(draft in any_draft(6, 3, true)) {
        let mdp = draft.build();
        let discount: Discount = "1/2".parse().unwrap();
        let truth = solve_exact(&mdp, &discount.into()).unwrap();
        let scale = 2.0 * mdp.reward().values().iter().fold(0.0_f64, |scale, r| scale.max(r.abs()));
        for (steps, tail) in [(5, 2.0_f64.powi(-5)), (60, 2.0_f64.powi(-60))] {
            let solution = FiniteHorizon::default().solve(&mdp, &criterion(steps, Some("1/2"))).unwrap();
            for (state, value) in truth.value.iter().enumerate() {
                let slack = exact(scale * tail * 1.01);
                prop_assert!(exact(solution.bounds.lower[state]) - &slack <= *value);
                prop_assert!(exact(solution.bounds.upper[state]) + &slack >= *value);
            }
        }
    }

    /// A cut-off horizon keeps true bounds and says so.
    #[test]
    fn cut_off_horizons_keep_true_bounds(
        draft in any_draft(5, 3, true),
        discount in proptest::sample::select(&DISCOUNTS[..]),
        limit in 0..6_usize,
    ) {
        let mdp = draft.build();
        let full = FiniteHorizon::default().solve(&mdp, &criterion(9, discount)).unwrap();
        let cut = FiniteHorizon { max_iterations: limit, ..FiniteHorizon::default() };
        let cut = cut.solve(&mdp, &criterion(9, discount)).unwrap();
        for state in 0..full.value.len() {
            prop_assert!(cut.bounds.lower[state] <= full.bounds.upper[state]);
            prop_assert!(full.bounds.lower[state] <= cut.bounds.upper[state]);
        }
        for pair in 0..full.optimal.len() {
            // What is optimal is marked, also when little is known; marks of the full solution include near ties.
            prop_assert!(cut.optimal[pair] || !full.optimal[pair] || full.tie_tolerance > cut.tie_tolerance);
        }
        let zero = mdp.reward().values().iter().all(|&r| r == 0.0);
        if discount != Some("0") && !zero {
            prop_assert_eq!(cut.status, Termination::IterationLimit);
        }
    }
}

/// A million backups: the error still grows by no more than one rounding each.
#[test]
fn long_horizons_stay_certified() {
    let mut builder = dunamis_mdp::TransitionModel::builder();
    let state = builder.state("s").unwrap();
    builder.transition(state, "stay", state, 1.0).unwrap();
    let model = builder.build().unwrap();
    let reward = dunamis_mdp::Reward::state(&model, ["0.1".parse::<dunamis_mdp::Number>().unwrap()]).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    let solution = FiniteHorizon::default().solve(&mdp, &criterion(1_000_000, None)).unwrap();
    assert!(solution.bounds.lower[0] <= 100_000.0 && 100_000.0 <= solution.bounds.upper[0]);
    assert!(solution.gap() <= 1e-3);
}

#[test]
fn other_criteria_and_overflow_are_refused() {
    let mdp = hand_made()[0].1.build();
    let refused = FiniteHorizon::default().solve(&mdp, &Criterion::Average).unwrap_err();
    assert!(matches!(refused, SolveError::UnsupportedCriterion { solver: "finite-horizon", .. }));
    assert_eq!(SolverConfig::for_criterion(&criterion(3, None)).unwrap().name(), "auto");
    let reward = dunamis_mdp::Reward::state(mdp.model(), [1e303]).unwrap();
    let mdp = mdp.with_reward(reward).unwrap();
    let refused = FiniteHorizon::default().solve(&mdp, &criterion(1_000_000, None)).unwrap_err();
    insta::assert_snapshot!(refused, @"rewards up to 1e303 under the criterion `1000000 steps` exceed double precision: scale the rewards down");
}
