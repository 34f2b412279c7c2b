//! Verification: every solver passes, and no false solution does.

mod models;

use dunamis_mdp::{Criterion, Discount, Mdp, Number, Rational, Reward, TransitionModel};
use dunamis_solve::{
    AverageReward, EXACT_STATES, Evidence, FiniteHorizon, LaurentExpansion, ModifiedPolicyIteration, PolicyIteration,
    SOLVERS, Solution, SolveError, Solver, SolverConfig, TotalReward, ValueIteration, Verification, VerifyError,
    solve_exact, verify,
};
use models::{SLOW, any_draft, hand_made, moved, policies, reward};
use num_traits::Zero;
use proptest::prelude::*;

fn discounted(text: &str) -> Criterion {
    text.parse::<Discount>().unwrap().into()
}

fn exact(value: f64) -> Rational {
    Rational::from_float(value).unwrap()
}

/// Solves with every registered solver that takes the criterion, and verifies.
fn check_all(what: &str, mdp: &Mdp, criterion: &Criterion, skip: &[&str]) -> Option<Verification> {
    let mut last = None;
    for info in SOLVERS.iter().filter(|info| info.supports(criterion) && !skip.contains(&info.name)) {
        let solver = SolverConfig::from_name(info.name).unwrap();
        let solution = match solver.solve(mdp, criterion) {
            Ok(solution) => solution,
            Err(SolveError::IndefiniteTotal { .. } | SolveError::UndefinedTotal { .. }) => continue,
            Err(error) => panic!("{what}, {}: {error}", info.name),
        };
        match verify(mdp, criterion, &solution) {
            Ok(verification) => {
                for state in 0..mdp.model().states().len() {
                    let (proved, claimed) = (&verification.bounds, &solution.bounds);
                    assert!(proved.lower[state] >= claimed.lower[state], "{what}, {}", info.name);
                    assert!(proved.upper[state] <= claimed.upper[state], "{what}, {}", info.name);
                }
                last = Some(verification);
            }
            // The one case that a small model may leave open.
            Err(VerifyError::Uncovered { what: case }) => {
                assert_eq!(
                    (criterion, case),
                    (&Criterion::Total, "total reward where the optimal gain is not 0 everywhere")
                );
            }
            Err(error) => panic!("{what}, {criterion}, {}: {error}\n{solution:?}", info.name),
        }
    }
    last
}

const DISCOUNTS: [&str; 4] = ["0", "1/2", "0.99", "0.9999"];

fn check_criteria(what: &str, mdp: &Mdp, slow: &[&str]) {
    for discount in DISCOUNTS {
        let criterion = discounted(discount);
        let skip = if discount == "0.9999" { slow } else { &[] };
        let verification = check_all(what, mdp, &criterion, skip).expect("some solver");
        let truth = solve_exact(mdp, &criterion).unwrap();
        for (state, value) in truth.value.iter().enumerate() {
            let bounds = &verification.bounds;
            assert!(exact(bounds.lower[state]) <= *value && *value <= exact(bounds.upper[state]), "{what}");
        }
    }
    for (steps, discount) in [(0, None), (1, None), (7, None), (7, Some("0.9")), (40, Some("1/3"))] {
        let discount = discount.map(|text| text.parse().unwrap());
        check_all(what, mdp, &Criterion::FiniteHorizon { steps, discount }, &[]).expect("finite horizon");
    }
    check_all(what, mdp, &Criterion::Average, &[]).expect("average reward");
    check_all(what, mdp, &Criterion::Total, &[]);
}

#[test]
fn hand_made_models() {
    for (name, draft) in hand_made() {
        check_criteria(name, &draft.build(), SLOW);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(6, 3, true)) {
        check_criteria("generated", &draft.build(), SLOW);
    }

    /// A bound that is moved past the optimal value, an optimal action without its mark, and a mark on an action that loses
    /// are all found, under every criterion with an exact answer.
    #[test]
    fn false_solutions(draft in any_draft(5, 3, true), state in any::<prop::sample::Index>(), pair in any::<prop::sample::Index>()) {
        let mdp = draft.build();
        let (state, pair) = (state.index(mdp.model().states().len()), pair.index(mdp.model().available().len()));
        let criterion = discounted("9/10");
        let truth = solve_exact(&mdp, &criterion).unwrap();
        let solution = PolicyIteration::default().solve(&mdp, &criterion).unwrap();
        let reject = |change: &dyn Fn(&mut Solution)| {
            let mut changed = solution.clone();
            change(&mut changed);
            verify(&mdp, &criterion, &changed).unwrap_err()
        };
        let step = solution.bounds.upper[state].abs().max(1.0) * 1e-9;
        let high = solution.bounds.upper[state] + step;
        let error = reject(&|s: &mut Solution| {
            (s.bounds.lower[state], s.value[state], s.bounds.upper[state]) = (high, high, high);
        });
        let is_lower = matches!(error, VerifyError::Bound { side: "lower", .. });
        prop_assert!(is_lower, "{}", error);
        let low = solution.bounds.lower[state] - step;
        let error = reject(&|s: &mut Solution| {
            (s.bounds.lower[state], s.value[state], s.bounds.upper[state]) = (low, low, low);
        });
        let is_upper = matches!(error, VerifyError::Bound { side: "upper", .. });
        prop_assert!(is_upper, "{}", error);
        let error = reject(&|s: &mut Solution| s.value[state] = high);
        let is_order = matches!(error, VerifyError::Order { .. });
        prop_assert!(is_order, "{}", error);
        if truth.optimal[pair] {
            let error = reject(&|s: &mut Solution| s.optimal[pair] = false);
            let is_found = matches!(error, VerifyError::MissingAction { .. } | VerifyError::NoAction { .. });
            prop_assert!(is_found, "{}", error);
        } else {
            let owner = mdp.model().available().state(pair).index();
            let gamma: Rational = "9/10".parse::<Discount>().unwrap().exact();
            let loss = &truth.value[owner] - reward(&mdp, owner, pair) - gamma * moved(&mdp, pair, &truth.value);
            let mut changed = solution.clone();
            changed.optimal[pair] = true;
            let verified = verify(&mdp, &criterion, &changed);
            if loss > exact(2.0 * solution.tie_tolerance) {
                let is_found = matches!(verified, Err(VerifyError::FalseAction { .. }));
                prop_assert!(is_found, "{:?}", verified);
            } else {
                prop_assert!(verified.is_ok(), "{:?}", verified);
            }
        }
        let error = reject(&|s: &mut Solution| s.value[state] = f64::NAN);
        let is_order = matches!(error, VerifyError::Order { .. });
        prop_assert!(is_order, "{}", error);
    }

    /// The loss of the worst marked policy, against brute force.
    #[test]
    fn policy_loss(draft in any_draft(4, 2, true), marks in proptest::collection::vec(any::<bool>(), 8)) {
        let mdp = draft.build();
        let available = mdp.model().available();
        let mut solution = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
        // Any marks, with a tolerance that allows them.
        for (mark, wanted) in solution.optimal.iter_mut().zip(marks) {
            *mark |= wanted;
        }
        solution.tie_tolerance = 1e300;
        let verification = verify(&mdp, &Criterion::Average, &solution).unwrap();
        let gain = |policy: &[usize]| {
            let chosen = policy.iter().map(|&pair| pair as u32).collect();
            let policy = dunamis_mdp::DeterministicPolicy::new(available, chosen).unwrap();
            LaurentExpansion::of_policy(&mdp, &policy, 0).unwrap().gain
        };
        let all = policies(&mdp);
        let best = |state: usize| all.iter().map(|policy| gain(policy)[state].clone()).max().unwrap();
        let mut worst = Rational::zero();
        for policy in all.iter().filter(|policy| policy.iter().all(|&pair| solution.optimal[pair])) {
            for (state, gain) in gain(policy).into_iter().enumerate() {
                worst = worst.max(best(state) - gain);
            }
        }
        prop_assert!(exact(verification.policy_loss) >= worst);
        prop_assert!(exact(verification.policy_loss.next_down().next_down().max(0.0)) <= worst);
        prop_assert_eq!(verification.evidence, Evidence::Exact);
    }
}

/// A ring of states in which play may rest or go on, by chance.
fn ring(states: usize) -> Mdp {
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = (0..states).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
    let third = |text: &str| text.parse::<Number>().unwrap();
    for s in 0..states {
        builder.transition(ids[s], "rest", ids[s], 1.0).unwrap();
        builder.transition(ids[s], "go", ids[(s + 1) % states], third("2/3")).unwrap();
        builder.transition(ids[s], "go", ids[(s + 2 + s % 5) % states], third("1/3")).unwrap();
    }
    let model = builder.build().unwrap();
    let reward: Vec<f64> = (0..states).map(|s| ((s * 37) % 101) as f64 - 50.0).collect();
    let reward = Reward::state(&model, reward).unwrap();
    Mdp::new(model, reward).unwrap()
}

/// Larger models are verified by enclosures alone, and false bounds are still refuted.
#[test]
fn larger_models() {
    let mdp = ring(400);
    assert!(mdp.model().states().len() > EXACT_STATES);
    for discount in ["0.9", "0.999"] {
        let criterion = discounted(discount);
        let solvers: [&dyn Solver; 3] =
            [&PolicyIteration::default(), &ModifiedPolicyIteration::default(), &ValueIteration::default()];
        for solver in solvers {
            let mut solution = solver.solve(&mdp, &criterion).unwrap();
            let verification = verify(&mdp, &criterion, &solution).unwrap();
            assert_eq!(verification.evidence, Evidence::Enclosure);
            assert!(verification.policy_loss <= 2.0 * solution.tie_tolerance / (1.0 - 0.999) * 1.01);
            let wrong = solution.bounds.upper[399].next_up() + 1.0;
            (solution.bounds.lower[399], solution.value[399], solution.bounds.upper[399]) = (wrong, wrong, wrong);
            assert!(verify(&mdp, &criterion, &solution).is_err());
        }
    }
    let criterion = Criterion::FiniteHorizon { steps: 25, discount: None };
    let solution = FiniteHorizon::default().solve(&mdp, &criterion).unwrap();
    verify(&mdp, &criterion, &solution).unwrap();
    let solution = AverageReward::default().solve(&mdp, &Criterion::Average).unwrap();
    let error = verify(&mdp, &Criterion::Average, &solution).unwrap_err();
    insta::assert_snapshot!(error, @"no proof is known here for an undiscounted criterion on a model of this size");
}

#[test]
fn messages() {
    let named = |wanted: &str| hand_made().into_iter().find(|(name, _)| *name == wanted).unwrap().1.build();
    let reject = |mdp: &Mdp, change: &dyn Fn(&mut Solution)| {
        let mut solution = PolicyIteration::default().solve(mdp, &discounted("1/2")).unwrap();
        change(&mut solution);
        verify(mdp, &discounted("1/2"), &solution).unwrap_err().to_string()
    };
    let (candy, tied) = (named("candy"), named("all rewards equal"));
    let pretend = |s: &mut Solution| (s.bounds.lower[1], s.value[1], s.bounds.upper[1]) = (1.0, 1.0, 1.0);
    let invert = |s: &mut Solution| (s.bounds.lower[1], s.value[1], s.bounds.upper[1]) = (2.5, 2.0, 1.5);
    insta::assert_snapshot!(reject(&candy, &|s| s.value.push(0.0)), @"the solution's value has 6 entries, but 5 are needed");
    insta::assert_snapshot!(reject(&candy, &invert), @"at state `s1` the value 2 is not between its bounds 2.5 and 1.5");
    insta::assert_snapshot!(reject(&candy, &pretend), @"at state `s1` the upper bound 1 is false: the optimal value is in [2, 2]");
    insta::assert_snapshot!(reject(&candy, &|s| s.optimal.fill(false)), @"at state `s0` no action is marked as optimal");
    insta::assert_snapshot!(reject(&candy, &|s| s.optimal[4] = true), @"action `a1` at state `s2` is marked as optimal but loses at least 2e0, more than twice the tie tolerance");
    insta::assert_snapshot!(reject(&tied, &|s| s.optimal[1] = false), @"action `a1` at state `s0` is optimal but not marked");
    insta::assert_snapshot!(reject(&candy, &|s| s.tie_tolerance = f64::NAN), @"no proof is known here for a tie tolerance that is negative or not finite");
}

/// Total reward of a walk to an exit, where every step costs: known by hand, with a detour that costs the same.
#[test]
fn total_reward() {
    let mut builder = TransitionModel::builder();
    let [a, b, exit] = ["a", "b", "exit"].map(|name| builder.state(name).unwrap());
    builder.transition(a, "direct", exit, 1.0).unwrap();
    builder.transition(a, "over b", b, 1.0).unwrap();
    builder.transition(b, "leave", exit, "1/3".parse::<Number>().unwrap()).unwrap();
    builder.transition(b, "leave", b, "2/3".parse::<Number>().unwrap()).unwrap();
    builder.transition(b, "wait", b, 1.0).unwrap();
    builder.transition(exit, "stay", exit, 1.0).unwrap();
    let model = builder.build().unwrap();
    // Leaving b takes three attempts; a to exit costs 4 either way.
    let reward = Reward::state_action(&model, [-4.0, -1.0, -1.0, -1.0, 0.0]).unwrap();
    let mdp = Mdp::new(model, reward).unwrap();
    let solution = TotalReward::default().solve(&mdp, &Criterion::Total).unwrap();
    assert_eq!(solution.optimal, [true, true, true, false, true]);
    let verification = verify(&mdp, &Criterion::Total, &solution).unwrap();
    assert_eq!(verification.bounds.lower, [-4.0, -3.0, 0.0]);
    assert_eq!((verification.evidence, verification.policy_loss), (Evidence::Exact, 0.0));
    let mut wrong = solution.clone();
    wrong.optimal[3] = true;
    assert!(matches!(verify(&mdp, &Criterion::Total, &wrong), Err(VerifyError::FalseAction { .. })));
    // A tolerance that allows waiting for ever does not hide what it costs.
    wrong.tie_tolerance = 10.0;
    assert_eq!(verify(&mdp, &Criterion::Total, &wrong).unwrap().policy_loss, f64::INFINITY);
    let mut wrong = solution;
    (wrong.bounds.lower[0], wrong.value[0], wrong.bounds.upper[0]) = (-3.9, -3.9, -3.9);
    assert!(matches!(verify(&mdp, &Criterion::Total, &wrong), Err(VerifyError::Bound { side: "lower", .. })));
}
