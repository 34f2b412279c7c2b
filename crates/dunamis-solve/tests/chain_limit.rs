//! The long run of chains: exact against powers of the matrix, numerical against exact.

mod models;

use dunamis_mdp::{Number, Rational, StateId, TransitionModel};
use dunamis_solve::{ChainClasses, ChainLimit, ExactChain, ModelClasses, SolveError};
use models::{any_draft, hand_made};
use num_traits::{FromPrimitive, One, Signed, Zero};
use proptest::prelude::*;

type Matrix = Vec<Vec<Rational>>;

fn exact(x: f64) -> Rational {
    Rational::from_float(x).unwrap()
}

fn dense(chain: &ExactChain) -> Matrix {
    let mut matrix = vec![vec![Rational::zero(); chain.states()]; chain.states()];
    for (state, row) in matrix.iter_mut().enumerate() {
        for (next, p) in chain.row(state) {
            row[*next] = p.clone();
        }
    }
    matrix
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let column = |row: &Vec<Rational>, j: usize| row.iter().zip(b).map(|(x, other)| x * &other[j]).sum();
    a.iter().map(|row| (0..b.len()).map(|j| column(row, j)).collect()).collect()
}

/// Which states reach which, in any number of steps, also none.
fn closure(matrix: &Matrix) -> Vec<Vec<bool>> {
    let n = matrix.len();
    let mut reaches: Vec<Vec<bool>> =
        (0..n).map(|i| (0..n).map(|j| i == j || matrix[i][j].is_positive()).collect()).collect();
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                reaches[i][j] |= reaches[i][k] && reaches[k][j];
            }
        }
    }
    reaches
}

/// The classes by their definitions: mutual reachability, and return with certainty.
fn check_classes(what: &str, chain: &ExactChain, classes: &ChainClasses) {
    let matrix = dense(chain);
    let reaches = closure(&matrix);
    let leaves = |i: usize| (0..matrix.len()).any(|j| reaches[i][j] && chain.leak(j).is_positive());
    for i in 0..matrix.len() {
        let class = classes.class_of(StateId::new(i));
        let members: Vec<u32> =
            (0..matrix.len()).filter(|&j| reaches[i][j] && reaches[j][i]).map(|j| j as u32).collect();
        assert_eq!(classes.members(class), members, "{what}");
        let recurrent = (0..matrix.len()).all(|j| !reaches[i][j] || reaches[j][i]) && !leaves(i);
        assert_eq!(classes.is_recurrent(class), recurrent, "{what}, state {i}");
        // The period by its definition: gcd of the return times, which cycles of at most n states generate.
        let mut power = matrix.clone();
        let mut period = 0_usize;
        for steps in 1..=2 * matrix.len() {
            if power[i][i].is_positive() {
                let (mut a, mut b) = (period, steps);
                while b > 0 {
                    (a, b) = (b, a % b);
                }
                period = a;
            }
            power = product(&power, &matrix);
        }
        assert_eq!(classes.period(class).unwrap_or(0) as usize, period, "{what}, state {i}");
    }
}

/// The Cesàro limit is the only matrix with L = LP = PL = LL and the right start: (I - P + L) is regular and L 1 is the
/// probability to stay, which iteration confirms.
fn check_limit(what: &str, model: &TransitionModel, policy: &dunamis_mdp::StochasticPolicy) {
    let chain = ExactChain::new(model, policy).unwrap();
    let classes = chain.classes();
    check_classes(what, &chain, &classes);
    assert_eq!(classes, ChainClasses::of_policy(model, policy), "{what}");
    let (matrix, limit) = (dense(&chain), chain.limit());
    assert_eq!(product(&limit, &matrix), limit, "{what}");
    assert_eq!(product(&matrix, &limit), limit, "{what}");
    assert_eq!(product(&limit, &limit), limit, "{what}");
    // The mean of P^t over a long stretch comes near: by doubling, sum_{t < 2T} P^t = (I + P^T) sum_{t < T} P^t, in f64.
    let n = matrix.len();
    let float = |m: &Matrix| -> Vec<Vec<f64>> {
        m.iter().map(|row| row.iter().map(|x| num_traits::ToPrimitive::to_f64(x).unwrap()).collect()).collect()
    };
    let times = |a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>| -> Vec<Vec<f64>> {
        a.iter().map(|row| (0..n).map(|j| (0..n).map(|k| row[k] * b[k][j]).sum()).collect()).collect()
    };
    let mut power = float(&matrix);
    let mut sum: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(i == j)).collect()).collect();
    for _ in 0..26 {
        let next = times(&power, &sum);
        sum = sum.iter().zip(&next).map(|(a, b)| a.iter().zip(b).map(|(x, y)| 0.5 * (x + y)).collect()).collect();
        power = times(&power, &power);
    }
    for (row, truth) in sum.iter().zip(float(&limit)) {
        for (x, y) in row.iter().zip(truth) {
            assert!((x - y).abs() < 1e-3, "{what}: {sum:?} {limit:?}");
        }
    }
    // Numbers of double precision keep within their bounds, and the bounds are useful.
    let numerical = ChainLimit::of_policy(model, policy).unwrap();
    for class in 0..classes.count() {
        let (law, absorbed) = (chain.stationary(&classes, class), chain.absorption(&classes, class));
        assert_eq!(law.is_some(), classes.is_recurrent(class));
        let absorption = numerical.absorption(class).unwrap();
        for (x, truth) in absorption.probability.iter().zip(absorbed.unwrap_or_else(|| vec![Rational::zero(); n])) {
            assert!((exact(*x) - truth).abs() <= exact(absorption.error), "{what}");
        }
        assert!(absorption.error < 1e-6, "{what}: {}", absorption.error);
        match (law, numerical.stationary(class)) {
            (None, None) => {}
            (Some(law), Some(measure)) => {
                assert!(law.iter().sum::<Rational>().is_one());
                check_measure(what, measure, &law);
            }
            _ => panic!("{what}: one of the two has no law"),
        }
    }
    for (measure, truth) in numerical.matrix().unwrap().iter().zip(&limit) {
        check_measure(what, measure, truth);
    }
}

fn check_measure(what: &str, measure: &dunamis_solve::StateMeasure, truth: &[Rational]) {
    let distance: Rational = measure.mass.iter().zip(truth).map(|(&x, y)| (exact(x) - y).abs()).sum();
    assert!(distance <= exact(measure.error), "{what}: {measure:?} {truth:?}");
    assert!(measure.error < 1e-6 && measure.mass.iter().all(|&x| x >= 0.0), "{what}: {measure:?}");
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        let mdp = draft.build();
        check_limit(name, mdp.model(), &mdp.model().uniform_policy());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 2, true)) {
        let mdp = draft.build();
        check_limit("uniform", mdp.model(), &mdp.model().uniform_policy());
    }

    /// Reachability and possible recurrence by trying all deterministic policies.
    #[test]
    fn models_over_all_policies(draft in any_draft(4, 3, true)) {
        let mdp = draft.build();
        let model = mdp.model();
        let n = model.states().len();
        let (mut reaches, mut recurrent) = (vec![vec![false; n]; n], vec![false; n]);
        let mut policies = vec![Vec::new()];
        for state in model.state_ids() {
            policies = policies.iter().flat_map(|policy: &Vec<u32>| {
                model.available().pairs(state).map(move |pair| [&policy[..], &[pair as u32]].concat())
            }).collect();
        }
        for policy in policies {
            let policy = dunamis_mdp::DeterministicPolicy::new(model.available(), policy).unwrap();
            let chain = ExactChain::deterministic(model, &policy).unwrap();
            for (all, here) in reaches.iter_mut().flatten().zip(closure(&dense(&chain)).into_iter().flatten()) {
                *all |= here;
            }
            let classes = chain.classes();
            for state in model.state_ids() {
                recurrent[state.index()] |= classes.is_recurrent(classes.class_of(state));
            }
        }
        let classes = ModelClasses::new(model);
        for state in model.state_ids() {
            prop_assert_eq!(&classes.reachable_from(state), &reaches[state.index()]);
            prop_assert_eq!(classes.may_be_recurrent(state), recurrent[state.index()]);
            prop_assert_eq!(classes.end_component_of(state).is_some(), recurrent[state.index()]);
            for &other in classes.members(classes.class_of(state)) {
                prop_assert!(reaches[state.index()][other as usize] && reaches[other as usize][state.index()]);
            }
        }
    }
}

/// Gambler's ruin: from fortune i of n with fair bets, ruin has probability 1 - i/n. `[Feller 1968, §XIV.2]`
#[test]
fn gamblers_ruin() {
    let n = 400;
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..=n).map(|i| builder.state(&format!("{i}")).unwrap()).collect();
    builder.transition(states[0], "stay", states[0], 1.0).unwrap();
    builder.transition(states[n], "stay", states[n], 1.0).unwrap();
    for i in 1..n {
        builder.transition(states[i], "bet", states[i - 1], 0.5).unwrap();
        builder.transition(states[i], "bet", states[i + 1], 0.5).unwrap();
    }
    let model = builder.build().unwrap();
    let limit = ChainLimit::new(&model.chain(&model.uniform_policy())).unwrap();
    let ruin = limit.absorption(limit.classes().class_of(states[0])).unwrap();
    for (i, &probability) in ruin.probability.iter().enumerate() {
        let truth = 1.0 - i as f64 / n as f64;
        assert!((probability - truth).abs() <= ruin.error + f64::EPSILON, "{i}: {probability}");
    }
    assert!(ruin.error < 1e-6, "{}", ruin.error);
    let row = limit.row_of(states[100]).unwrap();
    assert!((row.mass[n] - 0.25).abs() <= row.error + f64::EPSILON && row.error < 1e-3, "{}", row.error);
    assert!(row.mass[1..n].iter().all(|&x| x == 0.0));
}

/// The Ehrenfest urn: a chain of period 2 whose stationary law is binomial `[Feller 1968, §XV.2]`.
#[test]
fn ehrenfest_urn() {
    let n = 12_usize;
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..=n).map(|i| builder.state(&format!("{i}")).unwrap()).collect();
    for i in 0..=n {
        let share = |k: usize| format!("{k}/{n}").parse::<Number>().unwrap();
        if i > 0 {
            builder.transition(states[i], "move", states[i - 1], share(i)).unwrap();
        }
        if i < n {
            builder.transition(states[i], "move", states[i + 1], share(n - i)).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let policy = model.uniform_policy();
    let chain = ExactChain::new(&model, &policy).unwrap();
    let classes = chain.classes();
    assert_eq!((classes.count(), classes.period(0)), (1, Some(2)));
    let mut binomial = Rational::new(1.into(), 4096.into());
    let law = chain.stationary(&classes, 0).unwrap();
    for (i, mass) in law.iter().enumerate() {
        assert_eq!(*mass, binomial);
        binomial *= Rational::from_usize(n - i).unwrap() / Rational::from_usize(i + 1).unwrap();
    }
    let numerical = ChainLimit::of_policy(&model, &policy).unwrap();
    check_measure("urn", numerical.stationary(0).unwrap(), &law);
}

#[test]
fn tiny_leaks_are_leaks_where_the_model_says_so() {
    let mut builder = TransitionModel::builder();
    let here = builder.state("here").unwrap();
    builder.transition(here, "stay", here, 1.0).unwrap();
    builder.leak(here, "drip", 1e-12).unwrap();
    builder.transition(here, "drip", here, 1.0 - 1e-12).unwrap();
    let model = builder.build().unwrap();
    let drip = dunamis_mdp::StochasticPolicy::unchecked(vec![0.0, 1.0]);
    assert!(!ChainClasses::of_policy(&model, &drip).is_recurrent(0));
    assert!(ChainClasses::of_policy(&model, &dunamis_mdp::StochasticPolicy::unchecked(vec![1.0, 0.0])).is_recurrent(0));
    let row = ChainLimit::of_policy(&model, &drip).unwrap().row_of(here).unwrap();
    assert_eq!(row.mass, [0.0]);
}

#[test]
fn refusals_name_the_place() {
    let mut builder = TransitionModel::builder();
    let here = builder.state("here").unwrap();
    let there = builder.state("there").unwrap();
    builder.transition(here, "go", here, 0.1).unwrap();
    builder.transition(here, "go", there, 0.9).unwrap();
    builder.transition(there, "stay", there, 1.0).unwrap();
    builder.transition(there, "go", here, 1.0).unwrap();
    let model = builder.build().unwrap();
    let refused = ExactChain::new(&model, &model.uniform_policy()).unwrap_err();
    assert_eq!(refused, SolveError::InexactRow { pair: 0 });
    insta::assert_snapshot!(refused, @"the row of state-action pair 0 does not sum to exactly 1: write its probabilities as fractions");
    let weights = [exact(0.5), Rational::one(), Rational::zero()];
    insta::assert_snapshot!(ExactChain::mixed(&model, &weights[..]).unwrap_err(), @"the policy's probabilities at state 0 must be at least 0 and sum to exactly 1");
    insta::assert_snapshot!(ExactChain::mixed(&model, &weights[..2]).unwrap_err(), @"the policy has 2 entries, but 3 are needed");
}
