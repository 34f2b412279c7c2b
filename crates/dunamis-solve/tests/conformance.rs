//! Every solver on small models: the conformance suite, the optimality equation of every criterion, and bounds where rounding
//! is all there is. A thousand models more are in the workspace's tests; exact oracles of the criteria are in the tests named
//! after them.

mod models;

use dunamis_mdp::{Criterion, Discount, Mdp, Rational, Reward, TransitionModel};
use dunamis_solve::conformance::{Conformance, Report};
use dunamis_solve::{
    EvaluationMethod, ExactSolution, LinearProgramming, ModifiedPolicyIteration, PolicyIteration, ProgramForm, SOLVERS,
    Solver, SolverConfig, Sweep, ValueBounds, ValueIteration, bellman_bounds, solve_exact,
};
use models::{Draft, SLOW, any_draft, hand_made, reaches_average};
use num_traits::ToPrimitive;
use proptest::prelude::*;

const DISCOUNTS: [&str; 6] = ["0", "0.1", "1/2", "0.9", "0.99", "0.9999"];

fn discounted(text: &str) -> Criterion {
    text.parse::<Discount>().unwrap().into()
}

fn exact(value: f64) -> Rational {
    Rational::from_float(value).expect("a finite number")
}

/// Every registered solver that takes the criterion, with its variants.
fn solvers(criterion: &Criterion, slow: bool) -> Vec<SolverConfig> {
    let mut all: Vec<_> = SOLVERS
        .iter()
        .filter(|solver| solver.supports(criterion))
        .map(|solver| SolverConfig::from_name(solver.name).expect("registered"))
        .collect();
    all.push(SolverConfig::LinearProgramming(LinearProgramming { form: ProgramForm::Dual, ..Default::default() }));
    all.push(SolverConfig::ValueIteration(ValueIteration { sweep: Sweep::GaussSeidel, ..Default::default() }));
    for sweep in [Sweep::Jacobi, Sweep::GaussSeidel] {
        let action_elimination = true;
        all.push(SolverConfig::ValueIteration(ValueIteration { sweep, action_elimination, ..Default::default() }));
    }
    for evaluation in
        [EvaluationMethod::Dense, EvaluationMethod::SparseDirect, EvaluationMethod::Krylov, EvaluationMethod::Gmres]
    {
        all.push(SolverConfig::PolicyIteration(PolicyIteration { evaluation, ..Default::default() }));
    }
    if slow {
        let evaluation = EvaluationMethod::Iterative;
        all.push(SolverConfig::PolicyIteration(PolicyIteration { evaluation, ..Default::default() }));
        all.push(SolverConfig::ModifiedPolicyIteration(ModifiedPolicyIteration {
            evaluation_sweeps: 3,
            ..Default::default()
        }));
    } else {
        // Sweeping is hopeless where chains mix slowly and the discount is near 1.
        all.retain(|solver| !matches!(solver, SolverConfig::ValueIteration(_)));
    }
    // Without a shortcut for the constant part of the error the number of sweeps is inverse to 1 - γ.
    if !matches!(criterion, Criterion::Discounted(discount) if discount.value() <= 0.99) {
        all.retain(|solver| solver.name() == "value-iteration" || !SLOW.contains(&solver.name()));
    }
    all
}

fn assert_bounds(what: &str, bounds: &ValueBounds, truth: &[Rational]) {
    for (state, value) in truth.iter().enumerate() {
        let (lower, upper) = (bounds.lower[state], bounds.upper[state]);
        assert!(lower == f64::NEG_INFINITY || exact(lower) <= *value, "{what}, state {state}: {lower} > {value}");
        assert!(upper == f64::INFINITY || exact(upper) >= *value, "{what}, state {state}: {upper} < {value}");
    }
}

/// Smallest amount by which a suboptimal action is worse, over all states.
fn smallest_loss(mdp: &Mdp, discount: &Discount, truth: &ExactSolution) -> Rational {
    let model = mdp.model();
    let mut smallest = exact(f64::MAX);
    for state in model.state_ids() {
        for pair in model.available().pairs(state) {
            if !truth.optimal[pair] {
                let next = model.exact_row(pair).into_iter().map(|(next, p)| p * &truth.value[next.index()]);
                let index = if mdp.reward().values().len() == model.states().len() { state.index() } else { pair };
                let q = mdp.reward().exact(index) + discount.exact() * next.sum::<Rational>();
                smallest = smallest.min(&truth.value[state.index()] - q);
            }
        }
    }
    smallest
}

fn check(what: &str, mdp: &Mdp, discount: &str, slow: bool) {
    let criterion = discounted(discount);
    let truth = solve_exact(mdp, &criterion).unwrap();
    let loss = smallest_loss(mdp, &discount.parse().unwrap(), &truth);
    for solver in solvers(&criterion, slow) {
        let suite = Conformance::new(&solver).criteria([criterion.clone()]).converging();
        let suite = suite.interruptions(1).threads([]);
        suite.check(what, mdp).unwrap_or_else(|error| panic!("{error}, {solver:?}"));
        // With clear gaps nothing but the optimal actions is marked.
        let solution = solver.solve(mdp, &criterion).unwrap();
        if loss > exact(solution.tie_tolerance) * exact(2.0) {
            assert_eq!(solution.optimal, truth.optimal, "{what}, discount {discount}, {solver:?}");
        }
        assert!(solution.statistics.iterations > 0 && solution.statistics.sweeps > 0, "{what}");
    }
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        let mdp = draft.build();
        for discount in DISCOUNTS {
            check(name, &mdp, discount, !(name == "slow mixing" && discount == "0.9999"));
        }
    }
}

/// A row of a thousand tiny terms behind a large one: each is lost when it is added, so that the computed residual is 0 and
/// only the allowance for rounding makes the bounds true.
#[test]
fn bounds_allow_for_lost_terms() {
    const TERMS: usize = 1000;
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..TERMS + 2).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    let tiny = 2.0_f64.powi(-40);
    builder.transition(states[0], "go", states[1], 1.0 - TERMS as f64 * tiny).unwrap();
    for s in 1..states.len() {
        if s > 1 {
            builder.transition(states[0], "go", states[s], tiny).unwrap();
        }
        builder.transition(states[s], "stay", states[s], 1.0).unwrap();
    }
    let model = builder.build().unwrap();
    let small = 2.0_f64.powi(-15);
    let reward = (0..states.len()).map(|s| [0.0, 0.5, small][s.min(2)]);
    let reward = Reward::state(&model, reward).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    let discount: Discount = "1/2".parse().unwrap();
    let truth = solve_exact(&mdp, &discount.clone().into()).unwrap();
    let rounded: Vec<f64> = truth.value.iter().map(|v| v.to_f64().unwrap()).collect();
    let bounds = bellman_bounds(&mdp, &discount, &rounded).unwrap();
    assert_bounds("lost terms", &bounds, &truth.value);
    // And they are not vacuous.
    assert!(bounds.gap() < 20.0 * TERMS as f64 * f64::EPSILON);
}

/// One criterion of each kind.
fn criteria() -> Vec<Criterion> {
    let discount: Discount = "0.9".parse().unwrap();
    vec![
        Criterion::Discounted(discount.clone()),
        Criterion::Average,
        Criterion::Total,
        Criterion::FiniteHorizon { steps: 6, discount: None },
        Criterion::FiniteHorizon { steps: 6, discount: Some(discount) },
    ]
}

/// Exact bounds of the expected value after a pair.
fn after(mdp: &Mdp, pair: usize, bounds: &ValueBounds) -> (Rational, Rational) {
    let row = mdp.model().exact_row(pair);
    let expected = |bound: &[f64]| row.iter().map(|(next, p)| p * exact(bound[next.index()])).sum();
    (expected(&bounds.lower), expected(&bounds.upper))
}

/// Every registered solver with every criterion: the conformance suite, and bounds that satisfy the optimality equation.
fn check_all(name: &str, mdp: &Mdp) -> Report {
    let mut report = Report::default();
    for info in SOLVERS {
        let solver = SolverConfig::from_name(info.name).expect("registered");
        let own = criteria().into_iter().filter(|criterion| info.supports(criterion));
        let suite = Conformance::new(&solver).criteria(own).threads([]);
        let suite = if reaches_average(info.name, mdp) { suite.converging() } else { suite };
        report += suite.check(name, mdp).unwrap_or_else(|error| panic!("{error}"));
        for criterion in criteria().into_iter().filter(|criterion| info.supports(criterion)) {
            check_optimality_equation(&format!("{name}, {}, {criterion}", info.name), mdp, &solver, &criterion);
        }
    }
    report
}

/// No action promises more than the upper bounds, and some action of each state promises the lower one.
fn check_optimality_equation(what: &str, mdp: &Mdp, solver: &SolverConfig, criterion: &Criterion) {
    let model = mdp.model();
    let by_state = mdp.reward().values().len() == model.states().len();
    let Ok(solution) = solver.solve(mdp, criterion) else { return };
    let bounds = &solution.bounds;
    // What follows a decision is the same problem, or the one with a step less.
    let (discount, next) = match criterion {
        Criterion::Discounted(discount) => (discount.exact(), bounds.clone()),
        Criterion::FiniteHorizon { steps, discount } => {
            let criterion = Criterion::FiniteHorizon { steps: steps - 1, discount: discount.clone() };
            let exact = discount.as_ref().map_or(exact(1.0), Discount::exact);
            (exact, solver.solve(mdp, &criterion).unwrap().bounds)
        }
        _ => (exact(1.0), bounds.clone()),
    };
    for state in model.state_ids() {
        let (lower, upper) = (bounds.lower[state.index()], bounds.upper[state.index()]);
        let pairs = model.available().pairs(state);
        if !lower.is_finite() || !upper.is_finite() {
            assert!(lower == upper && *criterion == Criterion::Total, "{what}: {lower}..{upper}");
            continue;
        }
        // No action may promise more than the upper bound, and some action must promise the lower one.
        let mut promised = None;
        for pair in pairs {
            let successors = model.exact_row(pair);
            if successors.iter().any(|(next_state, _)| next.lower[next_state.index()] == f64::NEG_INFINITY) {
                continue;
            }
            let reward = match criterion {
                Criterion::Average => exact(0.0),
                _ => mdp.reward().exact(if by_state { state.index() } else { pair }),
            };
            let (low, high) = after(mdp, pair, &next);
            let (low, high) = (&reward + &discount * low, reward + &discount * high);
            assert!(low <= exact(upper), "{what}: pair {pair} promises more than the bounds at {state:?}");
            promised = promised.max(Some(high));
        }
        assert!(promised.is_some_and(|most| most >= exact(lower)), "{what}: nothing promises {lower} at {state:?}");
    }
}

#[test]
fn every_solver_takes_or_refuses_every_criterion() {
    for criterion in criteria() {
        let default = SolverConfig::for_criterion(&criterion).expect("some solver takes every criterion");
        assert!(SOLVERS.iter().any(|info| info.name == default.name() && info.supports(&criterion)));
    }
    let mut report = Report::default();
    for (name, draft) in hand_made() {
        report += check_all(name, &draft.build());
    }
    assert!(report.interrupted > 50 && report.refused > 50, "{report:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(6, 3, true), discount in proptest::sample::select(&DISCOUNTS[..5])) {
        check("generated", &draft.build(), discount, true);
    }

    #[test]
    fn generated_models_under_every_criterion(draft in any_draft(5, 3, true)) {
        check_all("generated", &draft.build());
    }

    #[test]
    fn generated_models_at_a_discount_near_one(draft in any_draft(6, 3, true)) {
        check("generated", &draft.build(), "0.9999", false);
    }

    /// Bounds from vectors that are no solution of anything must hold too, with masses below 1 and either sign of shift.
    #[test]
    fn bounds_hold_for_any_vector(
        draft in any_draft(5, 3, true),
        discount in proptest::sample::select(&DISCOUNTS[..]),
        vector in proptest::collection::vec(-1e3..1e3_f64, 5),
    ) {
        let mdp = draft.build();
        let discount: Discount = discount.parse().unwrap();
        let truth = solve_exact(&mdp, &discount.clone().into()).unwrap();
        for scale in [0.0, 1e-9, 1.0, 1e12] {
            let vector: Vec<f64> = vector.iter().take(truth.value.len()).map(|v| v * scale).collect();
            let bounds = bellman_bounds(&mdp, &discount, &vector).unwrap();
            assert_bounds("any vector", &bounds, &truth.value);
        }
    }

    /// Around the rounded solution the residual is nothing but rounding: bounds without allowance for it would be false,
    /// most of all where large values of either sign cancel.
    #[test]
    fn bounds_allow_for_rounding(
        rewards in proptest::collection::vec(-1_000_000_000..1_000_000_000_i32, 8),
        weights in proptest::collection::vec(1..100_u32, 8),
        discount in proptest::sample::select(&["0.01", "0.1", "1/3"][..]),
    ) {
        let mut pairs = vec![vec![(weights.iter().copied().enumerate().map(|(s, w)| (s + 1, w)).collect(), 0)]];
        pairs.extend((1..=8).map(|s| vec![(vec![(s, 1)], 0)]));
        // The first reward cancels what follows, up to a remainder.
        let total = i64::from(weights.iter().sum::<u32>());
        let sum: i64 = rewards.iter().zip(&weights).map(|(&r, &w)| i64::from(r) * i64::from(w)).sum();
        let discount_value: Discount = discount.parse().unwrap();
        let follow = discount_value.value() / (1.0 - discount_value.value()) * sum as f64 / (7.0 * total as f64);
        let mut reward = vec![format!("{:e}", -follow)];
        reward.extend(rewards.iter().map(|r| format!("{r}/7")));
        let mdp = Draft { pairs, reward }.build();
        let truth = solve_exact(&mdp, &discount_value.clone().into()).unwrap();
        let rounded: Vec<f64> = truth.value.iter().map(|v| v.to_f64().unwrap()).collect();
        let bounds = bellman_bounds(&mdp, &discount_value, &rounded).unwrap();
        assert_bounds("rounded solution", &bounds, &truth.value);
        // And they are not vacuous: some hundred units of rounding.
        let largest = rounded.iter().chain(mdp.reward().values()).fold(0.0, |largest: f64, v| largest.max(v.abs()));
        prop_assert!(bounds.gap() <= 300.0 * f64::EPSILON * largest);
    }
}
