//! Reachability against closed forms, published values and the exact probabilities of every deterministic policy.

mod models;

use dunamis_mdp::{Mdp, Number, Rational, TransitionModel};
use dunamis_solve::{Extremum, Reachability, SolveError, Termination};
use models::{absorption, any_draft};
use num_bigint::BigInt;
use num_traits::{One, Zero};
use proptest::prelude::*;

fn exact(value: f64) -> Rational {
    Rational::from_float(value).expect("a finite number")
}

fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::new(BigInt::from(numerator), BigInt::from(denominator))
}

fn assert_encloses(what: &str, solution: &dunamis_solve::Solution, state: usize, truth: &Rational) {
    let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
    assert!(exact(lower) <= *truth && *truth <= exact(upper), "{what}, state {state}: {truth} not in {lower}..{upper}");
    assert!(lower <= solution.value[state] && solution.value[state] <= upper);
}

/// The probability of ever reaching the target under a policy: absorption into the target of the chain in which only states
/// that can reach it move on.
fn probability_of(mdp: &Mdp, policy: &[usize], target: &[bool]) -> Vec<Rational> {
    let payment: Vec<Option<Rational>> = target.iter().map(|&target| target.then(Rational::one)).collect();
    absorption(mdp, policy, &payment, |_| Rational::zero())
}

fn check(what: &str, mdp: &Mdp, target: &[bool]) {
    let model = mdp.model();
    for extremum in [Extremum::Minimum, Extremum::Maximum] {
        let what = format!("{what}, {extremum:?} of {target:?}");
        let better = |a: &Rational, b: &Rational| if extremum == Extremum::Maximum { a > b } else { a < b };
        let mut best: Vec<Rational> = Vec::new();
        for policy in models::policies(mdp) {
            let attained = probability_of(mdp, &policy, target);
            if best.is_empty() {
                best.clone_from(&attained);
            }
            for (best, attained) in best.iter_mut().zip(attained) {
                if better(&attained, best) {
                    *best = attained;
                }
            }
        }
        let solution = Reachability::default().solve(model, target, extremum).unwrap();
        assert_eq!(solution.status, Termination::Converged, "{what}: {solution:?}");
        for (state, best) in best.iter().enumerate() {
            assert_encloses(&what, &solution, state, best);
            // Certainties are exact.
            if best.is_zero() || best.is_one() {
                assert_eq!(exact(solution.bounds.lower[state]), exact(solution.bounds.upper[state]), "{what}");
            }
        }
        // Any choice among the marked actions is optimal.
        for last in [false, true] {
            let policy = models::marked_policy(mdp, &solution.optimal, last);
            for (state, attained) in probability_of(mdp, &policy, target).into_iter().enumerate() {
                let loss = &best[state] - attained;
                let allowed = ratio(1, 10_000_000);
                assert!(loss <= allowed && -loss <= allowed, "{what}: {policy:?} fails at state {state}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 3, true), target in proptest::collection::vec(0..4_u8, 5)) {
        let mdp = draft.build();
        let target: Vec<bool> = target[..mdp.model().states().len()].iter().map(|&t| t == 0).collect();
        check("generated", &mdp, &target);
    }
}

/// Gambler's ruin `[Feller 1968, ch. XIV]`: from $`k`$ of $`n`$ with winning probability $`p`$ and $`\rho = (1-p)/p`$ the
/// probability of reaching $`n`$ is $`(1-\rho^k)/(1-\rho^n)`$, or $`k/n`$ for a fair game.
fn gambler(n: usize, win: &str) -> TransitionModel {
    let win: Number = win.parse().unwrap();
    let lose = Number::from_rational(Rational::one() - win.exact()).unwrap();
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..=n).map(|k| builder.state(&k.to_string()).unwrap()).collect();
    for k in 0..=n {
        if k == 0 || k == n {
            builder.transition(states[k], "stop", states[k], 1.0).unwrap();
        } else {
            builder.transition(states[k], "bet", states[k + 1], win.clone()).unwrap();
            builder.transition(states[k], "bet", states[k - 1], lose.clone()).unwrap();
        }
    }
    builder.build().unwrap()
}

#[test]
fn gamblers_ruin() {
    for (n, win) in [(10, "1/2"), (10, "1/3"), (40, "0.6"), (300, "1/2"), (500, "1/2")] {
        let model = gambler(n, win);
        let target: Vec<bool> = (0..=n).map(|k| k == n).collect();
        let p = win.parse::<Number>().unwrap().exact();
        let rho = (Rational::one() - &p) / &p;
        for extremum in [Extremum::Minimum, Extremum::Maximum] {
            let solution = Reachability::default().solve(&model, &target, extremum).unwrap();
            assert_eq!(solution.status, Termination::Converged, "n = {n}: gap {}", solution.gap());
            // Policy iteration, not patience: sweeps alone would need n² of them.
            assert!(n < 300 || solution.statistics.iterations < 1000, "{:?}", solution.statistics);
            for k in (0..=n).step_by((n / 10).max(1)) {
                let truth = if rho.is_one() {
                    ratio(k as i64, n as i64)
                } else {
                    (Rational::one() - num_traits::pow(rho.clone(), k))
                        / (Rational::one() - num_traits::pow(rho.clone(), n))
                };
                assert_encloses("gambler's ruin", &solution, k, &truth);
            }
        }
    }
}

/// Waiting costs nothing but reaches nothing: iteration from below alone would stop at any number `[Haddad & Monmege 2018]`.
#[test]
fn loops_do_not_deceive() {
    let mut builder = TransitionModel::builder();
    let [a, b, goal, sink] = ["a", "b", "goal", "sink"].map(|name| builder.state(name).unwrap());
    for (from, to) in [(a, b), (b, a)] {
        builder.transition(from, "wait", to, 1.0).unwrap();
    }
    builder.transition(a, "try", goal, 0.5).unwrap();
    builder.transition(a, "try", sink, 0.5).unwrap();
    builder.transition(b, "try", goal, 0.25).unwrap();
    builder.transition(b, "try", sink, 0.75).unwrap();
    builder.transition(goal, "stay", goal, 1.0).unwrap();
    builder.transition(sink, "stay", sink, 1.0).unwrap();
    let model = builder.build().unwrap();
    let target = [false, false, true, false];
    let most = Reachability::default().solve(&model, &target, Extremum::Maximum).unwrap();
    assert_eq!(most.value, [0.5, 0.5, 1.0, 0.0]);
    assert_eq!(most.optimal, [false, true, true, false, true, true]);
    let least = Reachability::default().solve(&model, &target, Extremum::Minimum).unwrap();
    assert_eq!(least.value, [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(least.optimal, [true, false, true, false, true, true]);
}

#[test]
fn a_target_of_another_model_is_refused() {
    let refused = Reachability::default().solve(&gambler(3, "1/2"), &[true], Extremum::Maximum).unwrap_err();
    assert!(matches!(refused, SolveError::Length { expected: 4, actual: 1, .. }));
    insta::assert_snapshot!(refused, @"the target has 1 entries, but 4 are needed");
}
