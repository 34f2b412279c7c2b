//! Entropy-regularized values against closed forms, policy evaluation and hard values; Boltzmann policies.

mod models;

use dunamis_mdp::{Discount, Mdp, Rational, Reward, StateId, TransitionModel};
use dunamis_solve::{
    SoftSolution, SoftValueIteration, SolveError, Temperature, Termination, Tolerance, action_values, boltzmann_policy,
    solve_exact,
};
use models::{any_draft, hand_made};
use num_traits::ToPrimitive;
use proptest::prelude::*;

fn discount(text: &str) -> Discount {
    text.parse().unwrap()
}

fn solve(mdp: &Mdp, temperature: f64, gamma: &str) -> SoftSolution {
    SoftValueIteration::new(Temperature::new(temperature).unwrap()).solve(mdp, &discount(gamma)).unwrap()
}

/// The value of a policy that is paid for its entropy, by Gaussian elimination.
fn regularized_value(mdp: &Mdp, gamma: f64, temperature: f64, probability: &[f64]) -> Vec<f64> {
    let model = mdp.model();
    let n = model.states().len();
    let mut rows = vec![vec![0.0; n + 1]; n];
    for (s, row) in rows.iter_mut().enumerate() {
        row[s] += 1.0;
        for pair in model.available().pairs(StateId::new(s)) {
            let p = probability[pair];
            let entropy = if p > 0.0 { -p * p.ln() } else { 0.0 };
            row[n] += p * mdp.reward().at(s, pair) + temperature * entropy;
            let (next, weights) = model.row(pair);
            for (&next, &weight) in next.iter().zip(weights) {
                row[next as usize] -= gamma * p * weight;
            }
        }
    }
    // Strictly diagonally dominant, so that no rows need to be exchanged.
    for pivot in 0..n {
        let pivot_row = rows[pivot].clone();
        for (other, row) in rows.iter_mut().enumerate().filter(|&(other, _)| other != pivot) {
            let factor = row[pivot] / pivot_row[pivot];
            assert!(other < n);
            row.iter_mut().zip(&pivot_row).for_each(|(x, y)| *x -= factor * y);
        }
    }
    (0..n).map(|s| rows[s][n] / rows[s][s]).collect()
}

fn check(what: &str, mdp: &Mdp, temperature: f64, gamma: &str, other: &[f64]) {
    let solution = solve(mdp, temperature, gamma);
    let gamma_value = discount(gamma).value();
    let most = mdp.model().state_ids().map(|s| mdp.model().available().pairs(s).len()).max().unwrap();
    let entropy = temperature * (most as f64).ln() / (1.0 - gamma_value);
    let largest = mdp.reward().values().iter().fold(0.0, |most: f64, r| most.max(r.abs()));
    let scale = largest / (1.0 - gamma_value) + entropy + 1e-200;
    assert_eq!(solution.status, Termination::Converged, "{what}: {:e}", solution.bounds.gap() / scale);
    assert!(solution.bounds.gap() <= 1e-9 * scale);
    let own = regularized_value(mdp, gamma_value, temperature, solution.policy.probabilities());
    let foreign = regularized_value(mdp, gamma_value, temperature, other);
    let hard = solve_exact(mdp, &discount(gamma).into()).unwrap().value;
    for s in 0..own.len() {
        let (lower, value, upper) = (solution.bounds.lower[s], solution.value[s], solution.bounds.upper[s]);
        assert!(lower <= value && value <= upper, "{what}");
        assert!((own[s] - value).abs() <= 1e-7 * scale, "{what}: the policy is worth {}, not {value}", own[s]);
        assert!(foreign[s] <= upper + 1e-9 * scale, "{what}: {} > {upper}", foreign[s]);
        assert!(Rational::from_float(upper).unwrap() >= hard[s], "{what}");
        assert!(lower <= hard[s].to_f64().unwrap() + entropy + 1e-12 * scale, "{what}");
    }
    assert!(solution.policy_error >= 0.0 && solution.policy_error <= 1.0);
    // However early it stops, the bounds are true; so those of all stops overlap.
    for max_iterations in [1, 2, 5] {
        let temperature = Temperature::new(temperature).unwrap();
        let solver = SoftValueIteration { max_iterations, ..SoftValueIteration::new(temperature) };
        let early = solver.solve(mdp, &discount(gamma)).unwrap();
        for s in 0..own.len() {
            assert!(early.bounds.lower[s] <= solution.bounds.upper[s], "{what}");
            assert!(early.bounds.upper[s] >= solution.bounds.lower[s], "{what}");
        }
        assert!(early.bounds.gap() >= solution.bounds.gap());
        let values = early.policy.probabilities().iter().zip(solution.policy.probabilities());
        let farthest = values.fold(0.0, |most: f64, (p, q)| most.max((p - q).abs()));
        assert!(farthest <= early.policy_error + solution.policy_error, "{what}");
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        let mdp = draft.build();
        let uniform = mdp.model().uniform_policy();
        for (temperature, gamma) in [(1.0, "0"), (0.01, "1/2"), (3.0, "0.9")] {
            check(name, &mdp, temperature, gamma, uniform.probabilities());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(
        draft in any_draft(5, 3, true),
        weights in proptest::collection::vec(0.01_f64..1.0, 15),
        temperature in prop_oneof![Just(0.01), Just(1.0), Just(50.0)],
        gamma in prop_oneof![Just("0"), Just("1/3"), Just("0.95")],
    ) {
        let mdp = draft.build();
        let mut other = weights[..mdp.model().available().len()].to_vec();
        for state in mdp.model().state_ids() {
            let own = &mut other[mdp.model().available().pairs(state)];
            let sum: f64 = own.iter().sum();
            for p in own {
                *p /= sum;
            }
        }
        check("generated", &mdp, temperature, gamma, &other);
    }

    /// Distributions that do not change when all values are shifted, are ordered as the values are, and become uniform over
    /// the largest values as the temperature falls.
    #[test]
    fn boltzmann_policies(
        draft in any_draft(3, 3, false),
        values in proptest::collection::vec(-4_i8..5, 9),
        shift in -100_i8..100,
        temperature in 0.1_f64..10.0,
    ) {
        let mdp = draft.build();
        let model = mdp.model();
        let values: Vec<f64> = values[..model.available().len()].iter().map(|&q| f64::from(q)).collect();
        let policy = |values: &[f64], temperature: f64| {
            boltzmann_policy(model, values, Temperature::new(temperature).unwrap()).unwrap()
        };
        let warm = policy(&values, temperature);
        let shifted: Vec<f64> = values.iter().map(|q| q + f64::from(shift)).collect();
        prop_assert_eq!(&warm, &policy(&shifted, temperature));
        let (cold, frozen) = (policy(&values, 1e-3), policy(&values, 0.0));
        for state in model.state_ids() {
            let pairs = model.available().pairs(state);
            let sum: f64 = warm.probabilities()[pairs.clone()].iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-14);
            let largest = values[pairs.clone()].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let ties = values[pairs.clone()].iter().filter(|&&q| q == largest).count();
            for pair in pairs.clone() {
                let expected = if values[pair] == largest { 1.0 / ties as f64 } else { 0.0 };
                prop_assert_eq!(frozen.probabilities()[pair], expected);
                prop_assert!((cold.probabilities()[pair] - expected).abs() < 1e-15);
                for other in pairs.clone() {
                    let ratio = warm.probabilities()[pair] / warm.probabilities()[other];
                    let exact = ((values[pair] - values[other]) / temperature).exp();
                    prop_assert!((ratio / exact - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}

/// ln 2 to more digits than a double has, so that the bounds are tested to the last bit.
#[test]
fn closed_forms() {
    let mut builder = TransitionModel::builder();
    let [one, two] = ["one", "two"].map(|name| builder.state(name).unwrap());
    builder.transition(one, "stay", one, 1.0).unwrap();
    builder.transition(two, "left", two, 1.0).unwrap();
    builder.transition(two, "right", two, 1.0).unwrap();
    let model = builder.build().unwrap();
    let mdp = Mdp::new(model.clone(), Reward::state(&model, [1.0, 0.0]).unwrap()).unwrap();
    let temperature = Temperature::new(1.0).unwrap();
    let solver = SoftValueIteration { tolerance: Tolerance::Absolute(1e-14), ..SoftValueIteration::new(temperature) };
    let solution = solver.solve(&mdp, &discount("1/2")).unwrap();
    assert!((solution.value[0] - 2.0).abs() < 1e-14);
    // 2 ln 2 = 1.38629436111989061883446424...
    let exact = Rational::new(138_629_436_111_989_061_883_i128.into(), 100_000_000_000_000_000_000_i128.into());
    assert!(Rational::from_float(solution.bounds.lower[1]).unwrap() < exact);
    assert!(Rational::from_float(solution.bounds.upper[1]).unwrap() > exact);
    assert!(solution.bounds.gap() < 3e-14, "{:e}", solution.bounds.gap());
    // What no sweep can give is said to be out of reach.
    let solver = SoftValueIteration { tolerance: Tolerance::Absolute(1e-30), ..solver };
    let solution = solver.solve(&mdp, &discount("9/10")).unwrap();
    assert_eq!(solution.status, Termination::PrecisionLimit);
    assert!(solution.bounds.gap() < 1e-12);
}

/// Ties are not all alike to a soft-optimal policy: the action that leads to a choice between two more weighs
/// $`2^\gamma`$ times as much, at every temperature. The Boltzmann policy of the hard values is uniform.
#[test]
fn soft_ties_are_not_uniform() {
    let mut builder = TransitionModel::builder();
    let [hub, choice, corridor, end] = ["hub", "choice", "corridor", "end"].map(|name| builder.state(name).unwrap());
    builder.transition(hub, "a", choice, 1.0).unwrap();
    builder.transition(hub, "b", corridor, 1.0).unwrap();
    builder.transition(choice, "left", end, 1.0).unwrap();
    builder.transition(choice, "right", end, 1.0).unwrap();
    builder.transition(corridor, "on", end, 1.0).unwrap();
    builder.transition(end, "stay", end, 1.0).unwrap();
    let model = builder.build().unwrap();
    let mdp = Mdp::new(model.clone(), Reward::state(&model, [0.0; 4]).unwrap()).unwrap();
    let exact = 2_f64.powf(0.75) / (1.0 + 2_f64.powf(0.75));
    for temperature in [1e-6, 1.0, 1e6] {
        let solution = solve(&mdp, temperature, "3/4");
        let error = (solution.policy.probabilities()[0] - exact).abs();
        assert!(
            error <= solution.policy_error && solution.policy_error < 1e-7,
            "{error:e}, {:e}",
            solution.policy_error
        );
    }
    let hard = action_values(&mdp, &discount("3/4"), &[0.0; 4]).unwrap();
    let uniform = boltzmann_policy(&model, &hard, Temperature::new(0.0).unwrap()).unwrap();
    assert_eq!(uniform.probabilities()[..2], [0.5, 0.5]);
}

#[test]
fn refusals() {
    let mdp = hand_made()[1].1.build();
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(Temperature::new(bad), Err(SolveError::Temperature { positive: false, .. })));
    }
    insta::assert_snapshot!(Temperature::new(-1.0).unwrap_err(), @"the temperature is -1, but must be at least 0 and finite");
    let frozen = Temperature::new(0.0).unwrap();
    let refused = SoftValueIteration::new(frozen).solve(&mdp, &discount("1/2")).unwrap_err();
    insta::assert_snapshot!(refused, @"the temperature is 0, but must be positive and finite");
    let refused = boltzmann_policy(mdp.model(), &[0.0, f64::INFINITY, 1.0], frozen).unwrap_err();
    insta::assert_snapshot!(refused, @"entry 1 of the action values is inf, but must be finite");
    assert!(matches!(boltzmann_policy(mdp.model(), &[0.0], frozen), Err(SolveError::Length { expected: 3, .. })));
    assert!(matches!(action_values(&mdp, &discount("0"), &[0.0]), Err(SolveError::Length { expected: 2, .. })));
    let hot = SoftValueIteration::new(Temperature::new(1e308).unwrap()).solve(&mdp, &discount("1/2"));
    assert!(matches!(hot, Err(SolveError::Overflow { .. })));
    let tolerance = Tolerance::Absolute(0.0);
    let none = SoftValueIteration { tolerance, ..SoftValueIteration::new(Temperature::new(1.0).unwrap()) };
    assert!(matches!(none.solve(&mdp, &discount("1/2")), Err(SolveError::Tolerance { .. })));
}
