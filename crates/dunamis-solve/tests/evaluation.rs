//! Every evaluation method on every small chain, against the exact solution; settings as text; limits and errors.

mod models;

use dunamis_mdp::{Criterion, Discount, Mdp, Rational, Reward, StochasticPolicy, TransitionModel};
use dunamis_solve::{
    Evaluation, EvaluationMethod, ModifiedPolicyIteration, PolicyEvaluation, PolicyIteration, SOLVERS, SolveError,
    Solver, SolverConfig, Termination, Tolerance, ValueIteration, bellman_bounds, solve_exact,
};
use models::{any_draft, hand_made};
use proptest::prelude::*;

const METHODS: [EvaluationMethod; 5] = [
    EvaluationMethod::Auto,
    EvaluationMethod::Iterative,
    EvaluationMethod::Dense,
    EvaluationMethod::SparseDirect,
    EvaluationMethod::Krylov,
];

fn exact(x: f64) -> Rational {
    Rational::from_float(x).unwrap()
}

/// The uniform policy of a model as a model with one action: its exact solution is the chain's exact value.
fn check(mdp: &Mdp, discount: &str) {
    let discount: Discount = discount.parse().unwrap();
    let model = mdp.model();
    let chain = model.chain(&StochasticPolicy::uniform(model.available()));
    let on_states = mdp.reward().values().len() == chain.states();
    let reward: Vec<f64> = (0..chain.states()).map(|s| mdp.reward().values()[if on_states { s } else { 0 }]).collect();
    // The chain as it is stored in f64 is what the bounds speak about.
    let n = chain.states();
    let gamma = discount.exact();
    let rows: Vec<Vec<Rational>> = (0..n)
        .map(|s| {
            let mut row = vec![exact(0.0); n];
            let (next, probability) = chain.row(s);
            for (&next, &p) in next.iter().zip(probability) {
                row[next as usize] = exact(p);
            }
            row
        })
        .collect();
    for method in METHODS {
        let settings = PolicyEvaluation { method, ..PolicyEvaluation::default() };
        let evaluation = settings.evaluate(&chain, &reward, &discount).unwrap();
        assert_eq!(evaluation.status, Termination::Converged, "{method:?}: {evaluation:?}");
        assert_ne!(evaluation.method, EvaluationMethod::Auto);
        assert_certified(&evaluation, &rows, &reward, &gamma);
    }
}

/// Solves the chain exactly by Gauss–Jordan elimination and compares.
fn assert_certified(evaluation: &Evaluation, rows: &[Vec<Rational>], reward: &[f64], gamma: &Rational) {
    let n = rows.len();
    let mut system: Vec<Vec<Rational>> = (0..n)
        .map(|s| {
            let mut row: Vec<Rational> =
                (0..n).map(|t| exact(f64::from(u8::from(s == t))) - gamma * &rows[s][t]).collect();
            row.push(exact(reward[s]));
            row
        })
        .collect();
    for pivot in 0..n {
        let inverse = system[pivot][pivot].recip();
        system[pivot].iter_mut().for_each(|x| *x *= &inverse);
        let pivot_row = system[pivot].clone();
        for (_, row) in system.iter_mut().enumerate().filter(|&(s, _)| s != pivot) {
            let factor = row[pivot].clone();
            row.iter_mut().zip(&pivot_row).for_each(|(x, y)| *x -= &factor * y);
        }
    }
    for (s, row) in system.iter().enumerate() {
        let value = &row[n];
        let (lower, upper) = (evaluation.bounds.lower[s], evaluation.bounds.upper[s]);
        assert!(
            exact(lower) <= *value && *value <= exact(upper),
            "{:?}: {value} not in {lower}..{upper}",
            evaluation.method
        );
        assert!(lower <= evaluation.value[s] && evaluation.value[s] <= upper);
    }
}

#[test]
fn hand_made_chains() {
    for (name, draft) in hand_made() {
        for discount in ["0", "1/2", "0.99", "0.9999"] {
            if !(name == "slow mixing" && discount == "0.9999") {
                check(&draft.build(), discount);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_chains(draft in any_draft(6, 3, true), discount in proptest::sample::select(&["0", "0.3", "0.99"][..])) {
        check(&draft.build(), discount);
    }
}

/// A chain without chance: 0 -> 1 -> 2 -> 1, 3 -> nowhere.
fn deterministic_chain() -> (dunamis_mdp::MarkovChain, TransitionModel) {
    let mut builder = TransitionModel::builder();
    let s: Vec<_> = (0..4).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    for (from, to) in [(0, 1), (1, 2), (2, 1)] {
        builder.transition(s[from], "go", s[to], 1.0).unwrap();
    }
    builder.leak(s[3], "vanish", 1.0).unwrap();
    let model = builder.build().unwrap();
    (model.chain(&model.uniform_policy()), model)
}

#[test]
fn cycles_are_exact_up_to_rounding() {
    let (chain, _) = deterministic_chain();
    let discount: Discount = "1/2".parse().unwrap();
    let settings = PolicyEvaluation { method: EvaluationMethod::Cycles, ..PolicyEvaluation::default() };
    let evaluation = settings.evaluate(&chain, &[1.0, 3.0, 6.0, -5.0], &discount).unwrap();
    // V(1) = (3 + 6/2) / (1 - 1/4) = 8, V(2) = 6 + 8/2 = 10, V(0) = 1 + 8/2 = 5.
    for (value, truth) in evaluation.value.iter().zip([5.0, 8.0, 10.0, -5.0]) {
        assert!((value - truth).abs() < 1e-13);
    }
    assert!(evaluation.bounds.gap() < 1e-13);
    assert_eq!(evaluation.sweeps, 1, "only the certificate");
    let auto = PolicyEvaluation::default().evaluate(&chain, &[1.0; 4], &discount).unwrap();
    assert_eq!(auto.method, EvaluationMethod::Cycles);
}

#[test]
fn chance_needs_another_method() {
    let mdp = hand_made().into_iter().find(|(name, _)| *name == "slow mixing").unwrap().1.build();
    let chain = mdp.model().chain(&mdp.model().uniform_policy());
    let discount: Discount = "0.9".parse().unwrap();
    let settings = PolicyEvaluation { method: EvaluationMethod::Cycles, ..PolicyEvaluation::default() };
    assert_eq!(settings.evaluate(&chain, &[0.0, 1.0], &discount), Err(SolveError::NotDeterministic));
    let wrong = PolicyEvaluation::default().evaluate(&chain, &[0.0], &discount);
    insta::assert_snapshot!(wrong.unwrap_err(), @"the reward has 1 entries, but 2 are needed");
    let huge = PolicyEvaluation::default().evaluate(&chain, &[1e308, 0.0], &discount);
    insta::assert_snapshot!(huge.unwrap_err(), @"rewards up to 1e308 under the criterion `discounted (γ = 9/10)` exceed double precision: scale the rewards down");
    let settings = PolicyEvaluation { tolerance: Tolerance::Absolute(0.0), ..PolicyEvaluation::default() };
    insta::assert_snapshot!(settings.evaluate(&chain, &[0.0, 1.0], &discount).unwrap_err(), @"`tolerance` is 0, but must be positive and finite");
}

#[test]
fn limits_are_reported_and_the_bounds_stay_true() {
    let mdp = hand_made().into_iter().find(|(name, _)| *name == "slow mixing").unwrap().1.build();
    let criterion: Criterion = "0.9999".parse::<Discount>().unwrap().into();
    let truth = solve_exact(&mdp, &criterion).unwrap();
    let few = SolverConfig::ValueIteration(ValueIteration::default()).with_max_iterations(10);
    let fine = SolverConfig::PolicyIteration(PolicyIteration::default())
        .with_tolerances(Some(Tolerance::Absolute(1e-30)), None);
    let finest = SolverConfig::ModifiedPolicyIteration(ModifiedPolicyIteration::default())
        .with_tolerances(Some(Tolerance::Absolute(1e-30)), None);
    for (solver, status) in
        [(few, Termination::IterationLimit), (fine, Termination::PrecisionLimit), (finest, Termination::PrecisionLimit)]
    {
        let solution = solver.solve(&mdp, &criterion).unwrap();
        assert_eq!(solution.status, status, "{solver:?}");
        for (state, value) in truth.value.iter().enumerate() {
            assert!(exact(solution.bounds.lower[state]) <= *value && *value <= exact(solution.bounds.upper[state]));
        }
    }
}

/// Published solvers clip negative rewards to 0: their certified answer for such a model is above every true value.
#[test]
fn negative_rewards_are_not_clipped() {
    let (_, model) = deterministic_chain();
    let reward = Reward::state(&model, [10.0, -1.0, 1.0, -3.0]).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
    for solver in SOLVERS.iter().filter(|solver| solver.supports(&criterion)) {
        let config = SolverConfig::from_name(solver.name).unwrap();
        let solution = config.with_tolerances(Some(Tolerance::Absolute(1e-9)), None).solve(&mdp, &criterion).unwrap();
        // V(1) = (-1 + 0.9) / (1 - 0.81), with the clipped reward it would be 0.9 / 0.19 > 0.
        assert!((solution.value[1] + 0.1 / 0.19).abs() < 1e-8, "{}", solver.name);
        assert!((solution.value[3] + 3.0).abs() < 1e-7, "{}", solver.name);
    }
}

/// Stopping on the span leaves an unknown constant in the value; published solvers return it (an error of 31 and more).
#[test]
fn span_stopping_leaves_no_constant() {
    let mut builder = TransitionModel::builder();
    let (a, b) = (builder.state("a").unwrap(), builder.state("b").unwrap());
    for (from, action, stay) in [(a, "x", 0.5), (a, "y", 0.25), (b, "x", 0.5), (b, "y", 0.75)] {
        builder.transition(from, action, a, stay).unwrap();
        builder.transition(from, action, b, 1.0 - stay).unwrap();
    }
    let model = builder.build().unwrap();
    let reward = Reward::state(&model, [0.31, 0.32]).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    let criterion: Criterion = "0.99".parse::<Discount>().unwrap().into();
    let truth = solve_exact(&mdp, &criterion).unwrap();
    let solution = ValueIteration::default().solve(&mdp, &criterion).unwrap();
    // So few sweeps that the value itself is still far away; the bounds put the constant back.
    assert!(solution.statistics.iterations < 40, "{:?}", solution.statistics);
    for (value, truth) in solution.value.iter().zip(&truth.value) {
        assert!(exact((value - 31.5).abs()) < exact(1.0));
        assert!((exact(*value) - truth) < exact(1e-7) && (truth - exact(*value)) < exact(1e-7));
    }
}

/// Tolerances below 1e-6 mean what they say.
#[test]
fn small_tolerances_are_met() {
    let mdp = hand_made().into_iter().find(|(name, _)| *name == "negative rewards").unwrap().1.build();
    let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
    for solver in SOLVERS.iter().filter(|solver| solver.supports(&criterion)) {
        let config = SolverConfig::from_name(solver.name).unwrap();
        let solution = config.with_tolerances(Some(Tolerance::Absolute(1e-11)), None).solve(&mdp, &criterion).unwrap();
        assert_eq!(solution.status, Termination::Converged, "{}", solver.name);
        assert!(solution.gap() <= 1e-11);
    }
}

#[test]
fn zero_reward_has_exact_bounds() {
    let (_, model) = deterministic_chain();
    let mdp = Mdp::new(model.clone(), Reward::state(&model, [0.0; 4]).unwrap()).unwrap();
    let bounds = bellman_bounds(&mdp, &"0.99".parse().unwrap(), &[0.0; 4]).unwrap();
    assert_eq!((bounds.lower, bounds.upper), (vec![0.0; 4], vec![0.0; 4]));
}

#[test]
fn tied_actions_share_the_policy() {
    let mdp = hand_made().into_iter().find(|(name, _)| *name == "all rewards equal").unwrap().1.build();
    let criterion: Criterion = "0.9".parse::<Discount>().unwrap().into();
    let solution = PolicyIteration::default().solve(&mdp, &criterion).unwrap();
    assert_eq!(solution.policy(&mdp), mdp.model().uniform_policy());
    assert_eq!(solution.greedy(&mdp).pairs(), [0, 3]);
}

#[test]
fn settings_round_trip_and_refuse_unknown_keys() {
    for solver in SOLVERS {
        let config = SolverConfig::from_name(solver.name).unwrap();
        assert_eq!(config.name(), solver.name);
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<SolverConfig>(&text).unwrap(), config);
        let bare = format!(r#"{{"solver":"{}"}}"#, solver.name);
        assert_eq!(serde_json::from_str::<SolverConfig>(&bare).unwrap(), config);
        let misspelt = format!(r#"{{"solver":"{}","tolerence":{{"absolute":1.0}}}}"#, solver.name);
        assert!(serde_json::from_str::<SolverConfig>(&misspelt).unwrap_err().to_string().contains("tolerence"));
    }
    assert_eq!(SolverConfig::from_name("magic"), None);
    insta::assert_snapshot!(serde_json::to_string(&SolverConfig::ValueIteration(ValueIteration::default())).unwrap(), @r#"{"solver":"value-iteration","sweep":"jacobi","action_elimination":false,"tolerance":{"relative":1e-9},"tie_tolerance":{"relative":1e-9},"max_iterations":1000000}"#);
}
