//! Average reward against brute force: the exact gain of every deterministic policy.

mod models;

use dunamis_mdp::{Criterion, Discount, Mdp, Rational};
use dunamis_solve::{
    AverageReward, LinearProgramming, PolicyIteration, ProgramForm, SOLVERS, SolveError, Solver, SolverConfig,
    Termination, ValueIteration, solve_exact,
};
use models::{any_draft, hand_made, marked_policy, policies, reaches_average, solve_linear};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;

fn integer(n: i64) -> Rational {
    Rational::from_integer(BigInt::from(n))
}

/// Exact gain of a policy: stationary law of each closed class, absorption into the classes. The last state is the place
/// where leaked mass stays, with reward 0.
fn gain_of(mdp: &Mdp, policy: &[usize]) -> Vec<Rational> {
    let (model, reward) = (mdp.model(), mdp.reward());
    let n = policy.len() + 1;
    let mut p = vec![vec![Rational::zero(); n]; n];
    let mut r = vec![Rational::zero(); n];
    p[n - 1][n - 1] = Rational::one();
    for (s, &pair) in policy.iter().enumerate() {
        for (next, probability) in model.exact_row(pair) {
            p[s][next.index()] += probability;
        }
        p[s][n - 1] += model.exact_leak(pair);
        r[s] = reward.exact(if reward.values().len() == model.states().len() { s } else { pair });
    }
    let mut reaches: Vec<Vec<bool>> = p.iter().map(|row| row.iter().map(Signed::is_positive).collect()).collect();
    for s in 0..n {
        reaches[s][s] = true;
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                reaches[i][j] |= reaches[i][k] && reaches[k][j];
            }
        }
    }
    let recurrent: Vec<bool> = (0..n).map(|i| (0..n).all(|j| !reaches[i][j] || reaches[j][i])).collect();
    let mut gain = vec![Rational::zero(); n];
    for i in (0..n).filter(|&i| recurrent[i]) {
        let class: Vec<usize> = (0..n).filter(|&j| reaches[i][j]).collect();
        // mu P = mu with the first equation replaced by sum mu = 1.
        let rows = (0..class.len()).map(|row| {
            let mut equation: Vec<Rational> = (0..class.len())
                .map(|column| {
                    let own = integer(i64::from(row == column));
                    if row == 0 { Rational::one() } else { p[class[column]][class[row]].clone() - own }
                })
                .collect();
            equation.push(integer(i64::from(row == 0)));
            equation
        });
        let law = solve_linear(rows.collect());
        gain[i] = law.iter().zip(&class).map(|(mu, &s)| mu * &r[s]).sum();
    }
    let transient: Vec<usize> = (0..n).filter(|&i| !recurrent[i]).collect();
    let rows = transient.iter().map(|&i| {
        let mut equation: Vec<Rational> = transient.iter().map(|&j| integer(i64::from(i == j)) - &p[i][j]).collect();
        equation.push((0..n).filter(|&j| recurrent[j]).map(|j| &p[i][j] * &gain[j]).sum());
        equation
    });
    for (&i, g) in transient.iter().zip(solve_linear(rows.collect())) {
        gain[i] = g;
    }
    gain.truncate(n - 1);
    gain
}

fn check(what: &str, mdp: &Mdp) {
    let mut best = vec![integer(i64::MIN); mdp.model().states().len()];
    for policy in policies(mdp) {
        for (best, gain) in best.iter_mut().zip(gain_of(mdp, &policy)) {
            *best = gain.max(best.clone());
        }
    }
    for info in SOLVERS.iter().filter(|info| info.supports(&Criterion::Average)) {
        check_solver(&format!("{what}, {}", info.name), mdp, &SolverConfig::from_name(info.name).unwrap(), &best);
    }
    let dual = LinearProgramming { form: ProgramForm::Dual, ..LinearProgramming::default() };
    check_solver(&format!("{what}, dual program"), mdp, &SolverConfig::LinearProgramming(dual), &best);
}

fn check_solver(what: &str, mdp: &Mdp, solver: &SolverConfig, best: &[Rational]) {
    let solution = solver.solve(mdp, &Criterion::Average).unwrap();
    let is_done = solution.status == Termination::Converged;
    assert!(is_done || !reaches_average(solver.name(), mdp), "{what}: {solution:?}");
    let exact = |x: f64| Rational::from_float(x).unwrap();
    for (state, gain) in best.iter().enumerate() {
        let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
        assert!(
            exact(lower) <= *gain && *gain <= exact(upper),
            "{what}, state {state}: {gain} not in {lower}..{upper}"
        );
    }
    if !is_done {
        return;
    }
    // Both the first and the last of the marked actions make an optimal policy.
    let scale = mdp.reward().values().iter().fold(0.0_f64, |scale, r| scale.max(r.abs()));
    for last in [false, true] {
        let policy = marked_policy(mdp, &solution.optimal, last);
        for (state, gain) in gain_of(mdp, &policy).into_iter().enumerate() {
            let loss = &best[state] - gain;
            assert!(loss <= exact(1e-7 * scale), "{what}: policy {policy:?} loses {loss} at state {state}");
        }
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        check(name, &draft.build());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 3, true)) {
        check("generated", &draft.build());
    }

    /// The normalized discounted value tends to the gain.
    #[test]
    fn gain_is_the_limit_of_discounted_values(draft in any_draft(5, 3, true)) {
        let mdp = draft.build();
        let discount: Discount = "0.99999999".parse().unwrap();
        let truth = solve_exact(&mdp, &discount.clone().into()).unwrap();
        let gain = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
        let scale = mdp.reward().values().iter().fold(0.0_f64, |scale, r| scale.max(r.abs()));
        for (value, gain) in truth.value.iter().zip(&gain.value) {
            let normalized = (Rational::one() - discount.exact()) * value;
            let difference = normalized - Rational::from_float(*gain).unwrap();
            prop_assert!(difference.abs() <= Rational::from_float(1e-4 * scale).unwrap());
        }
    }
}

/// Two cycles of different mean behind a choice, far apart: the answer of every state, and where it comes from.
#[test]
fn large_deterministic_models_need_no_linear_algebra() {
    let n = 20_000;
    let mut builder = dunamis_mdp::TransitionModel::builder();
    let states: Vec<_> = (0..n).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for s in 0..n {
        builder.transition(states[s], "on", states[(s + 1) % n], 1.0).unwrap();
        if s % 5_000 == 7 {
            builder.transition(states[s], "back", states[s - 7], 1.0).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward =
        dunamis_mdp::Reward::state(&model, (0..n).map(|s| if s < 10_000 { 0.25 } else { f64::from(s % 8 == 0) }));
    let mdp = Mdp::new(model, reward.unwrap()).unwrap();
    let solution = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
    assert_eq!(solution.status, Termination::Converged);
    // Cycles of 8 states: mean 1/4 before state 10000, 1/8 behind; the round trip of all lies between.
    for state in 0..n {
        assert!(solution.bounds.lower[state] <= 0.25 && 0.25 <= solution.bounds.upper[state]);
        assert!((solution.value[state] - 0.25).abs() < 1e-9);
    }
}

#[test]
fn criteria_of_other_solvers_are_refused() {
    let mdp = hand_made()[0].1.build();
    let discounted: Criterion = "0.9".parse::<Discount>().unwrap().into();
    let refused = AverageReward::default().solve(&mdp, &discounted).unwrap_err();
    assert!(matches!(refused, SolveError::UnsupportedCriterion { solver: "average-reward", .. }));
    insta::assert_snapshot!(refused, @"solver `average-reward` does not support the criterion `discounted (γ = 9/10)`: use `auto`, `value-iteration`, `policy-iteration`, `modified-policy-iteration`, `topological-value-iteration`, `anderson-acceleration`, `prioritized-sweeping`, `interval-iteration`, `optimistic-value-iteration`, `linear-programming`");
    insta::assert_snapshot!(PolicyIteration::default().solve(&mdp, &Criterion::Average).unwrap_err(), @"solver `policy-iteration` does not support the criterion `average reward`: use `auto`, `average-reward`, `relative-value-iteration`, `linear-programming`");
    insta::assert_snapshot!(ValueIteration::default().solve(&mdp, &Criterion::Total).unwrap_err(), @"solver `value-iteration` does not support the criterion `total reward`: use `auto`, `total-reward`");
    assert_eq!(SolverConfig::for_criterion(&Criterion::Average).unwrap().name(), "auto");
    assert_eq!(SolverConfig::for_criterion(&Criterion::Total).unwrap().name(), "auto");
}
