//! Total reward against closed forms, published values and the exact value of every deterministic policy.

mod models;

use dunamis_mdp::{Criterion, Mdp, Number, Rational, Reward, StateId, TransitionModel};
use dunamis_solve::{Extremum, Reachability, Solution, SolveError, Solver, Termination, TotalReward};
use models::{absorption, any_draft, marked_policy, policies};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::prelude::*;

fn exact(value: f64) -> Rational {
    Rational::from_float(value).expect("a finite number")
}

fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::new(BigInt::from(numerator), BigInt::from(denominator))
}

fn solve(mdp: &Mdp) -> Solution {
    TotalReward::default().solve(mdp, &Criterion::Total).unwrap()
}

fn assert_encloses(solution: &Solution, state: usize, truth: &Rational) {
    let (lower, upper) = (solution.bounds.lower[state], solution.bounds.upper[state]);
    assert!(exact(lower) <= *truth && *truth <= exact(upper), "state {state}: {truth} not in {lower}..{upper}");
    assert!(upper - lower <= 1e-9 * truth.to_f64().unwrap().abs().max(1.0));
}

/// The chain of `n` dice of `[Knuth & Yao 1976]`, thrown one after the other with a fair coin: reward 1 per toss. States
/// are the number of the die, its node and the sum so far.
fn dice(n: usize) -> (Mdp, Vec<(usize, usize, usize)>) {
    // Nodes 0..=6 of the tree: successors by the two sides of the coin; `Err` is a face.
    let tree: [[Result<usize, usize>; 2]; 7] = [
        [Ok(1), Ok(2)],
        [Ok(3), Ok(4)],
        [Ok(5), Ok(6)],
        [Ok(1), Err(1)],
        [Err(2), Err(3)],
        [Err(4), Err(5)],
        [Err(6), Ok(2)],
    ];
    let mut states = vec![(0, 0, 0)];
    let mut edges: Vec<Vec<usize>> = Vec::new();
    while edges.len() < states.len() {
        let (die, node, sum) = states[edges.len()];
        let successors: Vec<_> = if die == n {
            vec![(die, node, sum)]
        } else {
            tree[node]
                .iter()
                .map(|side| match *side {
                    Ok(next) => (die, next, sum),
                    Err(face) => (die + 1, 0, sum + face),
                })
                .collect()
        };
        edges.push(
            successors
                .into_iter()
                .map(|next| {
                    states.iter().position(|&known| known == next).unwrap_or_else(|| {
                        states.push(next);
                        states.len() - 1
                    })
                })
                .collect(),
        );
    }
    let mut builder = TransitionModel::builder();
    let ids: Vec<_> = states.iter().map(|state| builder.state(&format!("{state:?}")).unwrap()).collect();
    for (s, successors) in edges.iter().enumerate() {
        for &next in successors {
            builder.transition(ids[s], "toss", ids[next], 1.0 / successors.len() as f64).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward = Reward::state(&model, states.iter().map(|&(die, ..)| f64::from(die < n))).unwrap();
    (Mdp::new(model, reward).unwrap(), states)
}

/// The published answers: 11/3 tosses for one die, 22/3 for two, and 1/36, 1/18, 1/12 for the sums 2, 3, 4
/// `[Knuth & Yao 1976]`.
#[test]
fn dice_made_of_coins() {
    for (n, tosses) in [(1, ratio(11, 3)), (2, ratio(22, 3))] {
        let (mdp, _) = dice(n);
        let solution = solve(&mdp);
        assert_eq!(solution.status, Termination::Converged);
        assert_encloses(&solution, 0, &tosses);
        let losing = mdp.reward().values().iter().map(|r| -r);
        let losing = solve(&mdp.with_reward(Reward::state(mdp.model(), losing).unwrap()).unwrap());
        assert_encloses(&losing, 0, &-tosses);
    }
    let (mdp, states) = dice(2);
    for (sum, ways) in [(2, 1), (3, 2), (4, 3), (7, 6), (12, 1)] {
        let target: Vec<bool> = states.iter().map(|&(die, _, total)| die == 2 && total == sum).collect();
        for extremum in [Extremum::Minimum, Extremum::Maximum] {
            let solution = Reachability::default().solve(mdp.model(), &target, extremum).unwrap();
            assert_encloses(&solution, 0, &ratio(ways, 36));
        }
    }
}

/// Expected length of gambler's ruin `[Feller 1968, ch. XIV]`: $`k(n-k)`$ for a fair game.
#[test]
fn length_of_gamblers_ruin() {
    let n = 60;
    let mut builder = TransitionModel::builder();
    let states: Vec<_> = (0..=n).map(|k| builder.state(&k.to_string()).unwrap()).collect();
    for k in 0..=n {
        if k == 0 || k == n {
            builder.transition(states[k], "stop", states[k], 1.0).unwrap();
        } else {
            builder.transition(states[k], "bet", states[k + 1], 0.5).unwrap();
            builder.transition(states[k], "bet", states[k - 1], 0.5).unwrap();
        }
    }
    let model = builder.build().unwrap();
    let reward = Reward::state(&model, (0..=n).map(|k| f64::from(k > 0 && k < n))).unwrap();
    let solution = solve(&Mdp::new(model, reward).unwrap());
    for k in 0..=n {
        assert_encloses(&solution, k, &ratio((k * (n - k)) as i64, 1));
    }
}

/// One state with a loop of the given rewards, and a way out that pays.
fn looping(rewards: &[&str], way_out: Option<&str>) -> Mdp {
    let mut builder = TransitionModel::builder();
    let [there, back, end] = ["there", "back", "end"].map(|name| builder.state(name).unwrap());
    builder.transition(there, "round", back, 1.0).unwrap();
    if way_out.is_some() {
        builder.transition(there, "leave", end, 1.0).unwrap();
    }
    builder.transition(back, "round", there, 1.0).unwrap();
    builder.transition(end, "stay", end, 1.0).unwrap();
    let model = builder.build().unwrap();
    let mut numbers = vec![rewards[0]];
    numbers.extend(way_out);
    numbers.extend([rewards[1], "0"]);
    let reward = Reward::state_action(&model, numbers.iter().map(|text| text.parse::<Number>().unwrap())).unwrap();
    Mdp::new(model, reward).unwrap()
}

#[test]
fn endless_play_is_worth_what_the_table_says() {
    let infinite = f64::INFINITY;
    for (rewards, way_out, value) in [
        (["0", "1"], None, [infinite, infinite]),
        (["2", "-1"], None, [infinite, infinite]),
        (["1", "-2"], None, [-infinite, -infinite]),
        (["0", "-1"], None, [-infinite, -infinite]),
        (["0", "0"], None, [0.0, 0.0]),
        (["0", "0"], Some("-1"), [0.0, 0.0]),
        (["0", "0"], Some("3"), [3.0, 3.0]),
        (["0", "-1"], Some("-5"), [-5.0, -6.0]),
        (["1", "-2"], Some("-5"), [-5.0, -7.0]),
        (["1", "-1/3"], Some("-5"), [infinite, infinite]),
        // Too small for a double, and a gain all the same.
        (["0", "1e-400"], Some("7"), [infinite, infinite]),
    ] {
        let solution = solve(&looping(&rewards, way_out));
        let what = format!("{rewards:?} {way_out:?}: {solution:?}");
        assert_eq!(solution.status, Termination::Converged, "{what}");
        for (got, expected) in solution.value.iter().zip(value) {
            assert!(*got == expected || (got - expected).abs() < 1e-12, "{what}");
        }
        // Nobody walks in circles for ever without gain, nor leaves when circling pays.
        if way_out.is_some() {
            let circles = value[0] == infinite || way_out == Some("-1");
            assert_eq!(solution.optimal[..2], [circles, !circles], "{what}");
        }
    }
}

/// A loss too small for a double: every numeral is 0, so that nothing above the way out can be excluded.
#[test]
fn invisible_losses_leave_true_bounds() {
    let solution = solve(&looping(&["0", "-1e-400"], Some("-7")));
    assert_eq!(solution.status, Termination::PrecisionLimit);
    assert!(solution.bounds.lower[0] <= -7.0 && -7.0 <= solution.bounds.upper[0]);
    assert!(solution.bounds.lower[0] > -7.1);
}

#[test]
fn undecided_and_undefined_totals_are_refused() {
    let refused = TotalReward::default().solve(&looping(&["1", "-1"], Some("0")), &Criterion::Total).unwrap_err();
    assert!(matches!(&refused, SolveError::IndefiniteTotal { state } if state == "there"));
    insta::assert_snapshot!(refused, @"play may stay for ever around state `there` and collect rewards of both signs that neither add up nor run out for certain: use average reward or a discount");
    let mut builder = TransitionModel::builder();
    let [start, good, bad] = ["start", "good", "bad"].map(|name| builder.state(name).unwrap());
    builder.transition(start, "go", good, 0.5).unwrap();
    builder.transition(start, "go", bad, 0.5).unwrap();
    builder.transition(good, "stay", good, 1.0).unwrap();
    builder.transition(bad, "stay", bad, 1.0).unwrap();
    let model = builder.build().unwrap();
    let reward = Reward::state(&model, [0.0, 1.0, -1.0]).unwrap();
    let refused = TotalReward::default().solve(&Mdp::new(model, reward).unwrap(), &Criterion::Total).unwrap_err();
    insta::assert_snapshot!(refused, @"from state `start` a gain without bound is possible but never without the risk of a loss without bound, so its total reward is undefined: use average reward or a discount");
    let discounted = Criterion::Discounted("0.9".parse().unwrap());
    let refused = TotalReward::default().solve(&looping(&["0", "0"], None), &discounted).unwrap_err();
    assert!(matches!(refused, SolveError::UnsupportedCriterion { solver: "total-reward", .. }));
}

/// A number or an infinity; `None` where both infinities have positive probability, or gains cancel.
#[derive(Clone, Debug, PartialEq)]
enum Total {
    Finite(Rational),
    Gain,
    Loss,
}

/// The exact total reward of a policy from every state; `None` where it does not exist.
fn total_of(mdp: &Mdp, policy: &[usize]) -> Vec<Option<Total>> {
    let (model, n) = (mdp.model(), policy.len());
    let by_state = mdp.reward().values().len() == model.states().len();
    let reward = |s: usize| mdp.reward().exact(if by_state { s } else { policy[s] });
    let next = |s: usize| model.exact_row(policy[s]).into_iter().map(|(next, p)| (next.index(), p)).collect::<Vec<_>>();
    let mut reaches: Vec<Vec<bool>> =
        (0..n).map(|s| (0..n).map(|t| s == t || next(s).iter().any(|&(to, _)| to == t)).collect()).collect();
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                reaches[i][j] |= reaches[i][k] && reaches[k][j];
            }
        }
    }
    // A closed class without leaks, with its stationary mean reward.
    let mut class = vec![None; n];
    for i in 0..n {
        let members: Vec<usize> = (0..n).filter(|&j| reaches[i][j]).collect();
        if members.iter().all(|&j| reaches[j][i] && model.exact_leak(policy[j]).is_zero()) {
            let rows = (0..members.len()).map(|row| {
                let mut equation: Vec<Rational> = members
                    .iter()
                    .enumerate()
                    .map(|(column, &from)| {
                        let p = next(from).into_iter().find(|&(to, _)| to == members[row]).map(|(_, p)| p);
                        let one = ratio(1, 1);
                        if row == 0 { one } else { p.unwrap_or_default() - ratio(i64::from(row == column), 1) }
                    })
                    .collect();
                equation.push(ratio(i64::from(row == 0), 1));
                equation
            });
            let law = models::solve_linear(rows.collect());
            let mean: Rational = law.iter().zip(&members).map(|(mu, &s)| mu * reward(s)).sum();
            let all_zero = members.iter().all(|&s| reward(s).is_zero());
            class[i] = Some((mean, all_zero));
        }
    }
    let payment: Vec<Option<Rational>> = class.iter().map(|class| class.as_ref().map(|_| Rational::zero())).collect();
    let value = absorption(mdp, policy, &payment, reward);
    (0..n)
        .map(|s| {
            let classes = (0..n).filter(|&j| reaches[s][j]).filter_map(|j| class[j].as_ref());
            let (mut gain, mut loss) = (false, false);
            for (mean, all_zero) in classes {
                if mean.is_zero() && !all_zero {
                    return None;
                }
                gain |= mean.is_positive();
                loss |= mean.is_negative();
            }
            match (gain, loss) {
                (true, true) => None,
                (true, false) => Some(Total::Gain),
                (false, true) => Some(Total::Loss),
                (false, false) => Some(Total::Finite(value[s].clone())),
            }
        })
        .collect()
}

fn larger(a: &Total, b: &Total) -> bool {
    match (a, b) {
        (Total::Gain, other) | (other, Total::Loss) => other != a || (*a != Total::Loss && *b == Total::Loss),
        (Total::Finite(a), Total::Finite(b)) => a > b,
        _ => false,
    }
}

/// Compares with the best deterministic policy; returns whether the model was accepted.
fn check(mdp: &Mdp) -> bool {
    let all: Vec<_> = policies(mdp).into_iter().map(|policy| total_of(mdp, &policy)).collect();
    let states = mdp.model().states().len();
    let solution = match TotalReward::default().solve(mdp, &Criterion::Total) {
        Ok(solution) => solution,
        Err(SolveError::IndefiniteTotal { .. }) => {
            // Some policy goes round with both signs, else refusing would be idle.
            let values = mdp.reward().values();
            assert!(values.iter().any(|&r| r > 0.0) && values.iter().any(|&r| r < 0.0));
            return false;
        }
        Err(SolveError::UndefinedTotal { state }) => {
            // Every policy with a gain from there risks a loss, and none avoids the loss.
            let s = mdp.model().state(&state).unwrap().index();
            assert!(all.iter().all(|totals| matches!(totals[s], None | Some(Total::Loss))));
            assert!(all.iter().any(|totals| totals[s].is_none()));
            return false;
        }
        Err(error) => panic!("{error}"),
    };
    assert_eq!(solution.status, Termination::Converged, "{solution:?}");
    let best: Vec<Total> = (0..states)
        .map(|s| {
            let defined = all.iter().filter_map(|totals| totals[s].clone());
            defined.fold(Total::Loss, |best, total| if larger(&total, &best) { total } else { best })
        })
        .collect();
    for (s, best) in best.iter().enumerate() {
        let (lower, upper) = (solution.bounds.lower[s], solution.bounds.upper[s]);
        match best {
            Total::Gain => assert_eq!((lower, upper), (f64::INFINITY, f64::INFINITY), "state {s} of {mdp:?}"),
            Total::Loss => assert_eq!((lower, upper), (f64::NEG_INFINITY, f64::NEG_INFINITY), "state {s} of {mdp:?}"),
            Total::Finite(truth) => {
                assert!(lower.is_finite() && upper.is_finite(), "state {s}: {lower}..{upper} for {truth}");
                assert!(exact(lower) <= *truth && *truth <= exact(upper), "state {s}: {truth} not in {lower}..{upper}");
            }
        }
    }
    // Any choice among the marked actions is optimal.
    let scale = mdp.reward().values().iter().chain(solution.value.iter().filter(|v| v.is_finite()));
    let scale = scale.fold(0.0_f64, |scale, r| scale.max(r.abs()));
    for last in [false, true] {
        let attained = total_of(mdp, &marked_policy(mdp, &solution.optimal, last));
        for (s, (attained, best)) in attained.into_iter().zip(&best).enumerate() {
            match (attained, best) {
                (Some(Total::Finite(attained)), Total::Finite(best)) => {
                    assert!(best - attained <= exact(1e-6 * scale), "state {s} of {mdp:?}");
                }
                (attained, best) => {
                    assert!(attained.as_ref() == Some(best) || *best == Total::Loss, "state {s} of {mdp:?}");
                }
            }
        }
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_models(draft in any_draft(5, 3, true)) {
        check(&draft.build());
    }

    /// One sign only: nothing is ever refused, and zeros make plenty of end components.
    #[test]
    fn rewards_of_one_sign(draft in any_draft(5, 3, true), negative in any::<bool>(), keep in 1..4_i32) {
        let mut draft = draft;
        for (index, reward) in draft.reward.iter_mut().enumerate() {
            let magnitude = reward.trim_start_matches('-').to_owned();
            *reward = match (index as i32 % 4 < keep, negative) {
                (false, _) => "0".into(),
                (true, true) => format!("-{magnitude}"),
                (true, false) => magnitude,
            };
        }
        prop_assert!(check(&draft.build()));
    }

    /// Models in which play ends from every state, with rewards of any sign.
    #[test]
    fn rewards_of_any_sign_before_the_end(draft in any_draft(4, 3, false)) {
        let mut draft = draft;
        for (row, _) in draft.pairs.iter_mut().flatten() {
            row.push((usize::MAX, 1));
        }
        let n = draft.pairs.len();
        let on_states = draft.reward.len() == n;
        for (row, _) in draft.pairs.iter_mut().flatten() {
            row.iter_mut().filter(|entry| entry.0 == usize::MAX).for_each(|entry| entry.0 = n);
        }
        draft.pairs.push(vec![(vec![(n, 1)], 0)]);
        draft.reward.truncate(if on_states { n } else { draft.reward.len() });
        draft.reward.push("0".into());
        let mdp = draft.build();
        prop_assert_eq!(mdp.model().available().pairs(StateId::new(n)).len(), 1);
        prop_assert!(check(&mdp));
    }
}
