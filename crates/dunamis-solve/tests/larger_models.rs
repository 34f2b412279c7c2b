//! Models too large for the exact oracle: all solvers and evaluation methods must agree within their own bounds.

use dunamis_mdp::{Criterion, Discount, Mdp, Reward, TransitionModel};
use dunamis_solve::{
    AverageReward, EvaluationMethod, Extremum, FiniteHorizon, PolicyEvaluation, PolicyIteration, Reachability, SOLVERS,
    Solver, SolverConfig, Sweep, Termination, TotalReward, ValueBounds, ValueIteration,
};

/// Numbers in [0, 1) from a linear congruential generator: any fixed sequence will do.
fn numbers() -> impl FnMut() -> f64 {
    let mut state = 20_u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A noisy walk on a square grid with one rewarding corner: slow mixing.
fn grid(side: usize) -> Mdp {
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..side * side).map(|s| builder.state(&format!("{s}")).unwrap()).collect();
    let step = |s: usize, direction: usize| {
        let (row, column) = (s / side, s % side);
        match direction {
            0 if row > 0 => s - side,
            1 if row + 1 < side => s + side,
            2 if column > 0 => s - 1,
            3 if column + 1 < side => s + 1,
            _ => s,
        }
    };
    for s in 0..states.len() {
        for (a, action) in ["north", "south", "west", "east"].into_iter().enumerate() {
            let mut row = std::collections::BTreeMap::new();
            for direction in 0..4 {
                *row.entry(step(s, direction)).or_insert(0.0) += if direction == a { 0.7 } else { 0.1 };
            }
            for (next, p) in row {
                builder.transition(states[s], action, states[next], p).unwrap();
            }
        }
    }
    let model = builder.build().unwrap();
    let goal = side * side - 1;
    let reward = Reward::state(&model, (0..=goal).map(|s| if s == goal { 1.0 } else { -0.01 })).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// A Garnet model: random successors and rewards on pairs; some rows leak.
fn garnet(states: usize, leaking: bool) -> Mdp {
    let mut draw = numbers();
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("{s}")).unwrap()).collect();
    for &state in &ids {
        for action in ["a", "b", "c", "d"] {
            let mut row = std::collections::BTreeMap::new();
            for _ in 0..5 {
                *row.entry((draw() * states as f64) as usize).or_insert(0.0) += draw() + 0.01;
            }
            let lost = if leaking && draw() < 0.3 { draw() } else { 0.0 };
            let total = row.values().sum::<f64>() + lost;
            for (next, weight) in row {
                builder.transition(state, action, ids[next], weight / total).unwrap();
            }
            builder.leak(state, action, lost / total).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward = Reward::state_action(&model, (0..4 * states).map(|_| draw() - 0.5)).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// The same model with one state turned into an end, and one reward before it and one there.
fn ending_at(mdp: &Mdp, end: usize, before: f64, after: f64) -> Mdp {
    let old = mdp.model();
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = old.states().iter().map(|name| builder.state(name).unwrap()).collect();
    for state in old.state_ids() {
        if state.index() == end {
            builder.transition(state, "stay", state, 1.0).unwrap();
            continue;
        }
        for pair in old.available().pairs(state) {
            let action = &old.actions()[old.available().action(pair).index()];
            let (next, probability) = old.row(pair);
            for (&next, &p) in next.iter().zip(probability) {
                builder.transition(state, action, states[next as usize], p).unwrap();
            }
            builder.leak(state, action, old.leak(pair)).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward = (0..states.len()).map(|state| if state == end { after } else { before });
    let reward = Reward::state(&model, reward).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// The time to the corner of a noisy grid: no finite horizon can cost more, and long ones cost as much.
#[test]
fn total_reward_is_the_limit_of_long_horizons() {
    let side = 30;
    let mdp = ending_at(&grid(side), side * side - 1, -1.0, 0.0);
    let total = TotalReward::default().solve(&mdp, &Criterion::Total).unwrap();
    assert_eq!(total.status, Termination::Converged);
    let horizon = Criterion::FiniteHorizon { steps: 1500, discount: None };
    let finite = FiniteHorizon::default().solve(&mdp, &horizon).unwrap();
    for state in 0..total.value.len() {
        assert!(total.bounds.lower[state] <= finite.bounds.upper[state]);
        assert!((total.value[state] - finite.value[state]).abs() < 1e-6, "state {state}");
    }
}

/// The largest probability of reaching a state is the largest gain where that state pays 1 for ever, and nothing else pays.
#[test]
fn reachability_is_the_gain_of_a_paying_end() {
    for leaking in [false, true] {
        let mdp = ending_at(&garnet(2000, leaking), 7, 0.0, 1.0);
        let target: Vec<bool> = (0..2000).map(|state| state == 7).collect();
        let most = Reachability::default().solve(mdp.model(), &target, Extremum::Maximum).unwrap();
        let gain = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
        assert_eq!((most.status, gain.status), (Termination::Converged, Termination::Converged));
        assert_overlap("reachability and gain", &most.bounds, &gain.bounds);
        // The smallest probability is no larger; without leaks nobody has to arrive.
        let least = Reachability::default().solve(mdp.model(), &target, Extremum::Minimum).unwrap();
        assert_eq!(least.status, Termination::Converged);
        for state in 0..2000 {
            assert!(least.bounds.lower[state] <= most.bounds.upper[state]);
        }
    }
}

/// Every registered solver of the discounted criterion, with its variants.
fn solvers() -> Vec<SolverConfig> {
    let discounted = SOLVERS.iter().filter(|info| info.criteria.contains(&"discounted"));
    let mut all: Vec<_> = discounted.map(|info| SolverConfig::from_name(info.name).expect("registered")).collect();
    for action_elimination in [false, true] {
        let sweep = Sweep::GaussSeidel;
        all.push(SolverConfig::ValueIteration(ValueIteration { sweep, action_elimination, ..Default::default() }));
    }
    for evaluation in [EvaluationMethod::Krylov, EvaluationMethod::SparseDirect, EvaluationMethod::Iterative] {
        all.push(SolverConfig::PolicyIteration(PolicyIteration { evaluation, ..Default::default() }));
    }
    all
}

fn assert_overlap(what: &str, a: &ValueBounds, b: &ValueBounds) {
    for state in 0..a.lower.len() {
        assert!(a.lower[state] <= b.upper[state] && b.lower[state] <= a.upper[state], "{what}, state {state}");
    }
}

#[test]
fn all_solvers_agree() {
    for (name, mdp) in [("grid", grid(16)), ("garnet", garnet(300, false)), ("leaking garnet", garnet(300, true))] {
        for discount in ["0.9", "0.99"] {
            let criterion: Criterion = discount.parse::<Discount>().unwrap().into();
            let mut first: Option<ValueBounds> = None;
            for solver in solvers() {
                let what = format!("{name}, discount {discount}, {solver:?}");
                let solution = solver.solve(&mdp, &criterion).unwrap();
                assert_eq!(solution.status, Termination::Converged, "{what}: gap {}", solution.gap());
                assert_overlap(&what, first.get_or_insert_with(|| solution.bounds.clone()), &solution.bounds);
            }
        }
    }
}

#[test]
fn all_evaluation_methods_agree() {
    for mdp in [grid(16), garnet(300, true)] {
        let chain = mdp.model().chain(&mdp.model().uniform_policy());
        let reward: Vec<f64> = (0..chain.states()).map(|s| (s % 7) as f64 - 3.0).collect();
        let discount: Discount = "0.999".parse().unwrap();
        let evaluate = |method| {
            let settings = PolicyEvaluation { method, ..PolicyEvaluation::default() };
            settings.evaluate(&chain, &reward, &discount).unwrap()
        };
        let reference = evaluate(EvaluationMethod::Dense);
        for method in [EvaluationMethod::Krylov, EvaluationMethod::SparseDirect, EvaluationMethod::Iterative] {
            let evaluation = evaluate(method);
            assert_eq!(evaluation.status, Termination::Converged, "{method:?}");
            assert_overlap(&format!("{method:?}"), &reference.bounds, &evaluation.bounds);
        }
    }
}

/// Average reward by sparse factorization, checked by the normalized values at a discount near 1.
#[test]
fn average_reward_of_larger_models() {
    for (name, mdp) in [("grid", grid(18)), ("garnet", garnet(400, false)), ("leaking garnet", garnet(300, true))] {
        let gain = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
        assert_eq!(gain.status, Termination::Converged, "{name}: gap {}", gain.gap());
        let criterion: Criterion = "0.999999".parse::<Discount>().unwrap().into();
        let solution = PolicyIteration::default().solve(&mdp, &criterion).unwrap();
        for (gain, value) in gain.value.iter().zip(&solution.value) {
            assert!((gain - 1e-6 * value).abs() < 1e-3, "{name}: {gain} and {}", 1e-6 * value);
        }
    }
}
