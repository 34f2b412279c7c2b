//! Cases in which published solvers return wrong answers, or none: every registered solver must be right.

mod models;

use dunamis_mdp::{Criterion, DeterministicPolicy, Discount, Mdp, Rational, Reward, TransitionModel};
use dunamis_solve::{LaurentExpansion, SOLVERS, Solution, Solver, SolverConfig, Termination, Tolerance, solve_exact};
use models::{Draft, policies};

fn exact(x: f64) -> Rational {
    Rational::from_float(x).expect("a finite number")
}

fn solvers(criterion: &Criterion) -> impl Iterator<Item = SolverConfig> {
    let names = SOLVERS.iter().filter(|info| info.supports(criterion)).map(|info| info.name);
    names.map(|name| SolverConfig::from_name(name).unwrap()).collect::<Vec<_>>().into_iter()
}

/// The bounds contain the truth and are no farther apart than `gap`.
fn assert_within(what: &str, solution: &Solution, truth: &[Rational], gap: f64) {
    let what = format!("{what}, {}", solution.statistics.solver);
    assert_eq!(solution.status, Termination::Converged, "{what}");
    for (state, value) in truth.iter().enumerate() {
        let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
        assert!(exact(lower) <= *value && *value <= exact(upper), "{what}, state {state}: {lower}..{upper}");
        assert!(upper - lower <= gap, "{what}, state {state}: {lower}..{upper}");
    }
}

fn discounted(text: &str) -> Criterion {
    text.parse::<Discount>().unwrap().into()
}

/// Every state goes to every state with its own weights, so that differences of values are known after a few sweeps and only
/// their common part takes long.
fn mixing(states: usize, reward: impl Fn(usize) -> i32) -> Mdp {
    let row = |s: usize, a: usize| (0..states).map(|t| (t, 1 + ((3 * s + 5 * t + 7 * a) % 11) as u32)).collect();
    let pairs = (0..states).map(|s| (0..3).map(|a| (row(s, a), 0)).collect()).collect();
    Draft { pairs, reward: (0..3 * states).map(|pair| reward(pair).to_string()).collect() }.build()
}

/// PRISM takes negative rewards for 0 when it bounds values from below.
#[test]
fn negative_rewards() {
    let mdp = mixing(6, |pair| (7 * pair as i32) % 13 - 9);
    assert!(mdp.reward().values().iter().any(|&r| r < 0.0) && mdp.reward().values().iter().any(|&r| r > 0.0));
    for discount in ["0.5", "0.99"] {
        let criterion = discounted(discount);
        let truth = solve_exact(&mdp, &criterion).unwrap().value;
        for solver in solvers(&criterion) {
            assert_within(discount, &solver.solve(&mdp, &criterion).unwrap(), &truth, 2e-6);
        }
    }
}

/// pymdptoolbox and mdpax stop when the span of the last change is small, and return the values of that sweep without the
/// constant that is still missing.
#[test]
fn constants_behind_a_small_span() {
    let mdp = mixing(6, |pair| 30 + (5 * pair as i32) % 7);
    let criterion = discounted("0.99");
    let truth = solve_exact(&mdp, &criterion).unwrap().value;
    // After the 20th sweep changes differ by less than a millionth, but values are nowhere near.
    let row = |pair: usize, v: &[f64]| -> f64 {
        let (next, p) = mdp.model().row(pair);
        next.iter().zip(p).map(|(&next, p)| p * v[next as usize]).sum()
    };
    let (mut value, mut span) = (vec![0.0; 6], f64::INFINITY);
    for _ in 0..20 {
        let backup = |s: usize| {
            let q = (3 * s..3 * s + 3).map(|pair| mdp.reward().values()[pair] + 0.99 * row(pair, &value));
            q.fold(f64::NEG_INFINITY, f64::max)
        };
        let next: Vec<f64> = (0..6).map(backup).collect();
        let change: Vec<f64> = next.iter().zip(&value).map(|(a, b)| a - b).collect();
        span = change.iter().fold(f64::NEG_INFINITY, |m, &x| m.max(x))
            - change.iter().fold(f64::INFINITY, |m, &x| m.min(x));
        value = next;
    }
    assert!(span < 1e-6 && truth[0] > exact(value[0] + 1000.0), "{span}, {value:?}");
    for solver in solvers(&criterion) {
        assert_within("span", &solver.solve(&mdp, &criterion).unwrap(), &truth, 1e-5);
    }
}

/// Two recurrent classes of gains 3 and 1/2, a state that must choose, one that only chance leads from, and one that has no
/// choice but the worse class.
fn multichain() -> Mdp {
    let mut builder = TransitionModel::builder();
    let [choice, chance, rich, poor, flip] =
        ["choice", "chance", "rich", "poor", "flip"].map(|name| builder.state(name).unwrap());
    builder.transition(choice, "gamble", chance, 1.0).unwrap();
    builder.transition(choice, "settle", poor, 1.0).unwrap();
    builder.transition(chance, "wait", rich, 0.25).unwrap();
    builder.transition(chance, "wait", poor, 0.25).unwrap();
    builder.transition(chance, "wait", chance, 0.5).unwrap();
    builder.transition(rich, "stay", rich, 1.0).unwrap();
    builder.transition(poor, "go", flip, 1.0).unwrap();
    builder.transition(flip, "go", poor, 1.0).unwrap();
    let model = builder.build().unwrap();
    let reward = Reward::state_action(&model, [-100.0, 7.0, 0.0, 3.0, 1.0, 0.0]).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// mdpsolver hangs on a multichain model of five states, and pymdptoolbox's relative value iteration returns 4e-16.
#[test]
fn multichain_average_reward() {
    let mdp = multichain();
    let gains = [7, 7, 12, 2, 2].map(|quarters| Rational::new(quarters.into(), 4.into()));
    // Independently: the best gain of any of the policies.
    let best = policies(&mdp).into_iter().map(|policy| {
        let pairs = policy.into_iter().map(|pair| pair as u32).collect();
        let policy = DeterministicPolicy::new(mdp.model().available(), pairs).unwrap();
        LaurentExpansion::of_policy(&mdp, &policy, 0).unwrap().gain
    });
    assert_eq!(best.reduce(|a, b| a.into_iter().zip(b).map(|(a, b)| a.max(b)).collect()).unwrap(), gains);
    let mut seen = Vec::new();
    for solver in solvers(&Criterion::Average) {
        let solution = solver.solve(&mdp, &Criterion::Average).unwrap();
        assert_within("multichain", &solution, &gains, 1e-6);
        assert_eq!(solution.optimal[..2], [true, false], "{}: gamble", solver.name());
        seen.push(solver.name());
    }
    assert!(
        ["average-reward", "relative-value-iteration", "linear-programming"].iter().all(|name| seen.contains(name))
    );
}

/// AI-Toolbox takes tolerances below 1e-6 for 0.
#[test]
fn small_tolerances() {
    let mdp = mixing(5, |pair| (11 * pair as i32) % 17 - 8);
    let criterion = discounted("0.9");
    let truth = solve_exact(&mdp, &criterion).unwrap().value;
    let gains = truth_of_average(&mdp);
    for tolerance in [1e-5, 1e-7, 1e-9, 1e-11] {
        for (criterion, truth) in [(&criterion, &truth), (&Criterion::Average, &gains)] {
            for solver in solvers(criterion) {
                let solver = solver.with_tolerances(Some(Tolerance::Absolute(tolerance)), None);
                let solution = solver.solve(&mdp, criterion).unwrap();
                assert_within(&format!("{criterion}, {tolerance}"), &solution, truth, tolerance);
            }
        }
    }
}

fn truth_of_average(mdp: &Mdp) -> Vec<Rational> {
    dunamis_solve::solve_sensitive(mdp, dunamis_solve::Sensitivity::Average).unwrap().expansion.gain
}
