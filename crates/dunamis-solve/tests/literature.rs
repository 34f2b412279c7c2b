//! Worked examples from the literature: published values, and the same by brute force over all policies in rationals.

mod models;

use dunamis_mdp::{Criterion, DeterministicPolicy, Discount, Mdp, Number, Rational, Reward, TransitionModel};
use dunamis_solve::{
    FiniteHorizon, LaurentExpansion, SOLVERS, Sensitivity, Solver, SolverConfig, Termination, solve_exact,
    solve_sensitive,
};
use models::policies;
use num_traits::ToPrimitive;

/// State, action, successors with probabilities, expected reward.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn rational(text: &str) -> Rational {
    text.parse().unwrap()
}

fn mdp(states: &[&str], rows: &[Row<'_>]) -> Mdp {
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = states.iter().map(|name| builder.state(name).unwrap()).collect();
    let id = |name: &str| ids[states.iter().position(|&state| state == name).unwrap()];
    for (state, action, successors, _) in rows {
        for (next, probability) in *successors {
            builder.transition(id(state), action, id(next), number(probability)).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward = Reward::state_action(&model, rows.iter().map(|row| number(row.3))).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// Every registered solver of the criterion proves the value, and the greedy policy takes these pairs.
fn check(mdp: &Mdp, criterion: &Criterion, value: &[Rational], pairs: &[u32]) {
    for info in SOLVERS.iter().filter(|info| info.supports(criterion)) {
        let solution = SolverConfig::from_name(info.name).unwrap().solve(mdp, criterion).unwrap();
        assert_eq!(solution.status, Termination::Converged, "{}", info.name);
        for (state, value) in value.iter().enumerate() {
            let bound = |x: f64| Rational::from_float(x).unwrap();
            let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
            assert!(bound(lower) <= *value && *value <= bound(upper), "{}: {lower}..{upper}, not {value}", info.name);
        }
        assert_eq!(solution.greedy(mdp).pairs(), pairs, "{}", info.name);
    }
}

/// The largest exact gain of any deterministic policy.
fn best_gain(mdp: &Mdp) -> Vec<Rational> {
    let gain = |policy: Vec<usize>| {
        let pairs = policy.into_iter().map(|pair| pair as u32).collect();
        let policy = DeterministicPolicy::new(mdp.model().available(), pairs).unwrap();
        LaurentExpansion::of_policy(mdp, &policy, 0).unwrap().gain
    };
    let best = |a: Vec<Rational>, b: Vec<Rational>| a.into_iter().zip(b).map(|(a, b)| a.max(b)).collect();
    policies(mdp).into_iter().map(gain).reduce(best).unwrap()
}

/// The taxicab operation `[Howard 1960, ch. 4]`: cruise, go to a stand, or wait for a radio call in three cities. Waiting at
/// the stands earns 13.34 a trip.
#[test]
fn howards_taxicab() {
    let mdp = mdp(
        &["A", "B", "C"],
        // Rewards: the expected fare of each row, such as 10/2 + 4/4 + 8/4 = 8.
        &[
            ("A", "cruise", &[("A", "1/2"), ("B", "1/4"), ("C", "1/4")], "8"),
            ("A", "stand", &[("A", "1/16"), ("B", "3/4"), ("C", "3/16")], "2.75"),
            ("A", "radio", &[("A", "1/4"), ("B", "1/8"), ("C", "5/8")], "4.25"),
            ("B", "cruise", &[("A", "1/2"), ("C", "1/2")], "16"),
            ("B", "stand", &[("A", "1/16"), ("B", "7/8"), ("C", "1/16")], "15"),
            ("C", "cruise", &[("A", "1/4"), ("B", "1/4"), ("C", "1/2")], "7"),
            ("C", "stand", &[("A", "1/8"), ("B", "3/4"), ("C", "1/8")], "4"),
            ("C", "radio", &[("A", "3/4"), ("B", "1/16"), ("C", "3/16")], "4.5"),
        ],
    );
    // The stationary law of the stands is (8, 102, 9)/119.
    let gain = vec![rational("1588/119"); 3];
    assert_eq!(best_gain(&mdp), gain);
    assert!((gain[0].to_f64().unwrap() - 13.34).abs() < 0.005, "as published");
    check(&mdp, &Criterion::Average, &gain, &[1, 4, 6]);
    // Greed for the next fare alone cruises everywhere, Howard's first policy.
    let myopic: Criterion = "0".parse::<Discount>().unwrap().into();
    check(&mdp, &myopic, &["8", "16", "7"].map(rational), &[0, 3, 5]);
}

/// The two-state example of `[Puterman 1994, §3.1, §6]`: with a discount of 0.95 the values are -60/7 and -20, and the optimal
/// action of the first state changes at 10/11.
#[test]
fn putermans_two_states() {
    let mdp = mdp(
        &["s1", "s2"],
        &[
            ("s1", "a11", &[("s1", "1/2"), ("s2", "1/2")], "5"),
            ("s1", "a12", &[("s2", "1")], "10"),
            ("s2", "a21", &[("s2", "1")], "-1"),
        ],
    );
    let discounted = |text: &str| Criterion::from(text.parse::<Discount>().unwrap());
    check(&mdp, &discounted("0.95"), &["-60/7", "-20"].map(rational), &[0, 2]);
    check(&mdp, &discounted("0.9"), &["1", "-10"].map(rational), &[1, 2]);
    let tied = solve_exact(&mdp, &discounted("10/11")).unwrap();
    assert_eq!((tied.value, tied.optimal), (["0", "-11"].map(rational).to_vec(), vec![true; 3]));
    // The gain is -1 from everywhere; the bias prefers to stay in the first state, 12 against 11 ahead of the second.
    check(&mdp, &Criterion::Average, &["-1", "-1"].map(rational), &[0, 2]);
    let bias = solve_sensitive(&mdp, Sensitivity::Bias).unwrap();
    assert_eq!(bias.expansion.terms[0], ["12", "0"].map(rational));
    assert_eq!(bias.policy.pairs(), [0, 2]);
}

/// Forest management with three ages, fire with probability 1/10, and rewards 4 for the oldest forest or 2 for cutting it.
fn forest() -> Mdp {
    let cut: &[(&str, &str)] = &[("young", "1")];
    mdp(
        &["young", "grown", "old"],
        &[
            ("young", "wait", &[("young", "0.1"), ("grown", "0.9")], "0"),
            ("young", "cut", cut, "0"),
            ("grown", "wait", &[("young", "0.1"), ("old", "0.9")], "0"),
            ("grown", "cut", cut, "1"),
            ("old", "wait", &[("young", "0.1"), ("old", "0.9")], "4"),
            ("old", "cut", cut, "2"),
        ],
    )
}

/// The values that the documentation of pymdptoolbox gives for policy iteration, average reward and a finite horizon.
#[test]
fn forest_management() {
    let mdp = forest();
    let discounted = Criterion::from("0.9".parse::<Discount>().unwrap());
    check(&mdp, &discounted, &["26.244", "29.484", "33.484"].map(|text| number(text).exact()), &[0, 2, 4]);
    let gain = vec![number("3.24").exact(); 3];
    assert_eq!(best_gain(&mdp), gain);
    check(&mdp, &Criterion::Average, &gain, &[0, 2, 4]);
    let discount = "0.9".parse::<Discount>().unwrap();
    for (steps, value) in [(1, [0.0, 1.0, 4.0]), (2, [0.81, 3.24, 7.24]), (3, [2.6973, 5.9373, 9.9373])] {
        let criterion = Criterion::FiniteHorizon { steps, discount: Some(discount.clone()) };
        let solution = FiniteHorizon::default().solve(&mdp, &criterion).unwrap();
        for (computed, published) in solution.value.iter().zip(value) {
            assert!((computed - published).abs() < 1e-12, "{steps} steps: {:?}", solution.value);
        }
    }
}

/// The documented values of a span-stopped value iteration at 0.96 differ from the truth by one large constant.
#[test]
fn forest_management_without_a_constant() {
    let mdp = forest();
    let criterion = Criterion::from("0.96".parse::<Discount>().unwrap());
    let truth = solve_exact(&mdp, &criterion).unwrap();
    check(&mdp, &criterion, &truth.value, &[0, 2, 4]);
    let published = [5.932_154_88, 9.388_154_88, 13.388_154_88];
    let missing: Vec<f64> = truth.value.iter().zip(published).map(|(v, p)| v.to_f64().unwrap() - p).collect();
    assert!(missing.iter().all(|m| (m - missing[0]).abs() < 1e-7 && *m > 60.0), "{missing:?}");
}
