//! Certified and possible actions against the exact losses of all policies.

mod models;

use dunamis_mdp::{DeterministicPolicy, Discount, Mdp, Rational, StateId, StochasticPolicy};
use dunamis_solve::{
    AdvantageBounds, PolicyIteration, SolveError, Solver, Tolerance, ValueBounds, ValueIteration, solve_exact,
};
use models::{any_draft, hand_made, policies, solve_linear};
use num_traits::{One, ToPrimitive, Zero};
use proptest::prelude::*;

fn exact(x: f64) -> Rational {
    Rational::from_float(x).unwrap()
}

/// The exact value of a stochastic policy with rational weights that sum to 1.
fn policy_value(mdp: &Mdp, gamma: &Rational, weights: &[Rational]) -> Vec<Rational> {
    let model = mdp.model();
    let n = model.states().len();
    let by_state = mdp.reward().values().len() == n;
    let rows = (0..n).map(|s| {
        let mut row = vec![Rational::zero(); n + 1];
        row[s] += Rational::one();
        for pair in model.available().pairs(StateId::new(s)) {
            for (next, p) in model.exact_row(pair) {
                row[next.index()] -= gamma * p * &weights[pair];
            }
            row[n] += mdp.reward().exact(if by_state { s } else { pair }) * &weights[pair];
        }
        row
    });
    solve_linear(rows.collect())
}

fn check(what: &str, mdp: &Mdp, gamma: &str, epsilon: f64, weights: &[u8]) {
    let discount: Discount = gamma.parse().unwrap();
    let model = mdp.model();
    let truth = solve_exact(mdp, &discount.clone().into()).unwrap();
    let by_state = mdp.reward().values().len() == model.states().len();
    let tight = PolicyIteration::default().solve(mdp, &discount.clone().into()).unwrap().bounds;
    let loose = ValueIteration { tolerance: Tolerance::Relative(0.02), ..ValueIteration::default() };
    let loose = loose.solve(mdp, &discount.clone().into()).unwrap().bounds;
    for bounds in [tight, loose] {
        let losses = AdvantageBounds::new(mdp, &discount, &bounds).unwrap();
        for s in model.state_ids() {
            for pair in model.available().pairs(s) {
                let next = model.exact_row(pair).into_iter().map(|(next, p)| p * &truth.value[next.index()]);
                let paid = mdp.reward().exact(if by_state { s.index() } else { pair });
                let loss = &truth.value[s.index()] - paid - discount.exact() * next.sum::<Rational>();
                assert!(exact(losses.lower[pair]) <= loss && loss <= exact(losses.upper[pair]), "{what}");
            }
        }
        let scale = mdp.reward().values().iter().fold(0.0, |most: f64, r| most.max(r.abs())) / (1.0 - discount.value());
        let epsilon = epsilon * scale;
        let good = losses.epsilon_optimal(epsilon);
        assert!(good.certified.iter().zip(&good.possible).all(|(certified, possible)| certified <= possible), "{what}");
        let worst = |weights: &[Rational]| {
            let value = policy_value(mdp, &discount.exact(), weights);
            truth.value.iter().zip(value).map(|(best, own)| best - own).max().unwrap()
        };
        for policy in policies(mdp).into_iter().take(200) {
            let mut weights = vec![Rational::zero(); model.available().len()];
            for &pair in &policy {
                weights[pair] = Rational::one();
            }
            let loss = worst(&weights);
            let all = |marks: &[bool]| policy.iter().all(|&pair| marks[pair]);
            assert!(!all(&good.certified) || loss <= exact(epsilon), "{what}: certified, but loses {loss}");
            assert!(all(&good.possible) || loss > exact(epsilon), "{what}: excluded, but loses {loss} only");
            let chosen = policy.iter().map(|&pair| pair as u32).collect();
            let own = DeterministicPolicy::new(model.available(), chosen).unwrap().to_stochastic(model.available());
            assert!(exact(losses.policy_loss(&own).unwrap()) >= loss, "{what}");
        }
        // A stochastic policy, here with weights that are far from summing to 1.
        let mut shares: Vec<Rational> =
            weights[..model.available().len()].iter().map(|&w| Rational::from_integer(w.into())).collect();
        let floats = shares.iter().map(|w| w.to_f64().unwrap()).collect();
        for s in model.state_ids() {
            let own = &mut shares[model.available().pairs(s)];
            let sum: Rational = own.iter().sum();
            for w in own {
                *w /= &sum;
            }
        }
        let bound = losses.policy_loss(&StochasticPolicy::unchecked(floats)).unwrap();
        assert!(bound == f64::INFINITY || exact(bound) >= worst(&shares), "{what}");
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        for (gamma, epsilon) in [("0", 0.1), ("1/2", 0.3), ("0.9", 0.01)] {
            check(name, &draft.build(), gamma, epsilon, &[1; 12]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(
        draft in any_draft(4, 3, true),
        gamma in prop_oneof![Just("0"), Just("1/3"), Just("0.9")],
        epsilon in 0.0_f64..0.5,
        weights in proptest::collection::vec(1_u8..9, 12),
    ) {
        check("generated", &draft.build(), gamma, epsilon, &weights);
    }
}

#[test]
fn what_nothing_is_known_about() {
    let mdp = hand_made()[2].1.build();
    let discount: Discount = "1/2".parse().unwrap();
    let unknown = ValueBounds { lower: vec![f64::NEG_INFINITY; 5], upper: vec![f64::INFINITY; 5] };
    let losses = AdvantageBounds::new(&mdp, &discount, &unknown).unwrap();
    assert!(losses.lower.iter().all(|&loss| loss == 0.0) && losses.upper.iter().all(|&loss| loss == f64::INFINITY));
    let none = losses.epsilon_optimal(1e300);
    assert!(!none.is_complete(&mdp) && none.possible.iter().all(|&possible| possible));
    assert_eq!(losses.policy_loss(&mdp.model().uniform_policy()).unwrap(), f64::INFINITY);
    let solution = PolicyIteration::default().solve(&mdp, &discount.clone().into()).unwrap();
    let losses = AdvantageBounds::new(&mdp, &discount, &solution.bounds).unwrap();
    assert!(losses.epsilon_optimal(1e-9).is_complete(&mdp));
    assert!(losses.policy_loss(&solution.policy(&mdp)).unwrap() < 1e-9);
    assert_eq!(losses.policy_loss(&StochasticPolicy::unchecked(vec![0.0; 7])).unwrap(), f64::INFINITY);
    assert!(matches!(
        losses.policy_loss(&StochasticPolicy::unchecked(vec![])),
        Err(SolveError::Length { expected: 7, actual: 0, .. })
    ));
    let short = ValueBounds { lower: vec![0.0; 5], upper: vec![] };
    let refused = AdvantageBounds::new(&mdp, &discount, &short).unwrap_err();
    insta::assert_snapshot!(refused, @"the upper bound has 0 entries, but 5 are needed");
}
