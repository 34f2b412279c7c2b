//! Small models for the tests: hand-made ones and generated ones.

#![allow(dead_code, reason = "each test file uses its own part")]

use dunamis_mdp::{Mdp, Number, Rational, Reward, StateId, TransitionModel};
use num_traits::{One, Zero};
use proptest::prelude::*;

/// Solvers without a shortcut for the constant part of the error, or for slow mixing: discounts near 1 take too many sweeps.
pub(crate) const SLOW: &[&str] =
    &["value-iteration", "interval-iteration", "optimistic-value-iteration", "prioritized-sweeping"];

/// Successors with weights.
type Row = Vec<(usize, u32)>;

/// A model as lists: for every state its pairs, each with successors and weights (normalized) and a leaking weight.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) pairs: Vec<Vec<(Row, u32)>>,
    /// One reward per state, or one per pair.
    pub(crate) reward: Vec<String>,
}

impl Draft {
    pub(crate) fn build(&self) -> Mdp {
        let mut builder = TransitionModel::builder();
        let states: Vec<_> = (0..self.pairs.len()).map(|s| builder.state(&format!("s{s}")).unwrap()).collect();
        for (s, pairs) in self.pairs.iter().enumerate() {
            for (a, (row, leak)) in pairs.iter().enumerate() {
                let action = format!("a{a}");
                let total = row.iter().map(|&(_, weight)| weight).sum::<u32>() + leak;
                let share = |weight: u32| format!("{weight}/{total}").parse::<Number>().unwrap();
                for next in 0..states.len() {
                    let weight = row.iter().filter(|&&(to, _)| to == next).map(|&(_, weight)| weight).sum::<u32>();
                    if weight > 0 {
                        builder.transition(states[s], &action, states[next], share(weight)).unwrap();
                    }
                }
                if *leak > 0 {
                    builder.leak(states[s], &action, share(*leak)).unwrap();
                }
            }
        }
        let model = builder.build().unwrap();
        let numbers: Vec<Number> = self.reward.iter().map(|text| text.parse().unwrap()).collect();
        let reward = if numbers.len() == model.states().len() {
            Reward::state(&model, numbers)
        } else {
            Reward::state_action(&model, numbers)
        };
        Mdp::new(model, reward.unwrap()).unwrap()
    }
}

fn draft(pairs: &[&[&[(usize, u32)]]], reward: &[&str]) -> Draft {
    let pairs = pairs.iter().map(|state| state.iter().map(|row| (row.to_vec(), 0)).collect()).collect();
    Draft { pairs, reward: reward.iter().map(|&r| r.into()).collect() }
}

/// Hand-made models, each with what it is about.
pub(crate) fn hand_made() -> Vec<(&'static str, Draft)> {
    let mut models = vec![
        ("one terminal state", draft(&[&[&[(0, 1)]]], &["-7/3"])),
        ("zero reward", draft(&[&[&[(1, 1)], &[(0, 1)]], &[&[(0, 1)]]], &["0", "0"])),
        (
            "candy",
            draft(
                &[&[&[(1, 1)], &[(2, 1)]], &[&[(1, 1)]], &[&[(3, 1)], &[(4, 1)]], &[&[(3, 1)]], &[&[(4, 1)]]],
                &["0", "1", "0", "1", "-1"],
            ),
        ),
        (
            "negative rewards",
            draft(&[&[&[(0, 1)], &[(1, 9), (0, 1)]], &[&[(1, 1)], &[(0, 1), (1, 1)]]], &["-3", "-0.1"]),
        ),
        ("large constant", draft(&[&[&[(1, 1), (0, 1)]], &[&[(0, 1)], &[(1, 1)]]], &["1000000.1", "1000000.2"])),
        (
            "cycle of five",
            draft(
                &[&[&[(1, 1)]], &[&[(2, 1)]], &[&[(3, 1)]], &[&[(4, 1)]], &[&[(0, 1)]]],
                &["1", "0", "-2", "0", "1/7"],
            ),
        ),
        (
            "two recurrent classes",
            draft(
                &[&[&[(0, 1)]], &[&[(0, 1), (2, 1)], &[(2, 1)]], &[&[(2, 1)], &[(2, 1), (0, 3)]]],
                &["5", "0", "4.9"],
            ),
        ),
        (
            "all rewards equal",
            draft(&[&[&[(0, 1)], &[(1, 1)], &[(0, 1), (1, 2)]], &[&[(1, 1)], &[(0, 1)]]], &["0.1", "0.1"]),
        ),
        ("slow mixing", draft(&[&[&[(0, 9999), (1, 1)]], &[&[(1, 9999), (0, 1)]]], &["1", "-1"])),
        ("tiny and huge rewards", draft(&[&[&[(1, 1)], &[(0, 1)]], &[&[(0, 1)]]], &["1e-12", "1e6"])),
        ("tiny rewards", draft(&[&[&[(1, 1)], &[(0, 1)]], &[&[(0, 1)]]], &["1e-200", "-1e-200"])),
        (
            "action rewards",
            draft(&[&[&[(0, 1)], &[(1, 1)]], &[&[(0, 1)], &[(1, 1), (0, 2)]]], &["1", "-1", "3", "0.7"]),
        ),
    ];
    for reward in ["1", "-1"] {
        let mut leaking = draft(&[&[&[(0, 1)], &[(1, 1)]], &[&[(0, 1), (1, 1)]]], &[reward, "0.25"]);
        leaking.pairs[0][0].1 = 1;
        leaking.pairs[1][0].1 = 1;
        models.push(("leaking", leaking));
    }
    let mut lost = draft(&[&[&[]], &[&[(0, 1)], &[(1, 1)]]], &["-2", "-1"]);
    lost.pairs[0][0].1 = 1;
    models.push(("everything leaks", lost));
    models
}

/// Generated models of up to `states` states and `actions` actions: deterministic or stochastic, some leaking, with rewards
/// that often coincide (so that ties are common) on states or on pairs.
pub(crate) fn any_draft(states: usize, actions: usize, leaks: bool) -> impl Strategy<Value = Draft> {
    let reward = prop_oneof![
        3 => (-2_i32..=2).prop_map(|r| r.to_string()),
        2 => (-1000_i32..=1000).prop_map(|r| format!("{r}/37")),
        1 => (-1000_i32..=1000).prop_map(|r| format!("{r}.3e5")),
    ];
    (1..=states, any::<bool>(), any::<bool>(), 0..4_u8).prop_flat_map(move |(n, deterministic, on_pairs, leaky)| {
        let most = if deterministic { 1 } else { 3 };
        let leak =
            if leaks && leaky == 0 { prop_oneof![3 => Just(0_u32), 1 => 1..3_u32].boxed() } else { Just(0).boxed() };
        let row = proptest::collection::vec((0..n, 1..5_u32), 1..=most);
        let state = proptest::collection::vec((row, leak), 1..=actions);
        let rewards = if on_pairs { n * actions } else { n };
        (proptest::collection::vec(state, n), proptest::collection::vec(reward.clone(), rewards)).prop_map(
            move |(pairs, mut reward)| {
                reward.truncate(if on_pairs { pairs.iter().map(Vec::len).sum() } else { n });
                Draft { pairs, reward }
            },
        )
    })
}

/// Whether a solver is to reach its tolerance for average rewards: relative values may take as many sweeps as rewards differ,
/// and then only their bounds count.
pub(crate) fn reaches_average(solver: &str, mdp: &Mdp) -> bool {
    solver != "relative-value-iteration" || mdp.reward().values().iter().all(|r| r.abs() < 1e4)
}

/// The expected reward of a pair of a state.
pub(crate) fn reward(mdp: &Mdp, state: usize, pair: usize) -> Rational {
    mdp.reward().exact(if mdp.reward().values().len() == mdp.model().states().len() { state } else { pair })
}

/// The expectation of `x` after a pair.
pub(crate) fn moved(mdp: &Mdp, pair: usize, x: &[Rational]) -> Rational {
    mdp.model().exact_row(pair).into_iter().map(|(next, p)| p * &x[next.index()]).sum()
}

/// All deterministic policies, each as one pair per state.
pub(crate) fn policies(mdp: &Mdp) -> Vec<Vec<usize>> {
    let available = mdp.model().available();
    (0..available.states()).fold(vec![Vec::new()], |all, state| {
        let extend = |policy: &Vec<usize>| {
            let policy = policy.clone();
            available.pairs(StateId::new(state)).map(move |pair| [&policy[..], &[pair]].concat())
        };
        all.iter().flat_map(extend).collect()
    })
}

/// The first or the last marked action of every state.
pub(crate) fn marked_policy(mdp: &Mdp, marks: &[bool], last: bool) -> Vec<usize> {
    let available = mdp.model().available();
    let pick = |state| {
        let mut marked = available.pairs(StateId::new(state)).filter(|&pair| marks[pair]);
        if last { marked.next_back() } else { marked.next() }.expect("an optimal action")
    };
    (0..available.states()).map(pick).collect()
}

/// Solves a square system, given with its right sides, by Gauss–Jordan elimination.
pub(crate) fn solve_linear(mut rows: Vec<Vec<Rational>>) -> Vec<Rational> {
    let n = rows.len();
    for pivot in 0..n {
        let row = (pivot..n).find(|&row| !rows[row][pivot].is_zero()).expect("a regular system");
        rows.swap(pivot, row);
        let inverse = rows[pivot][pivot].recip();
        rows[pivot].iter_mut().for_each(|x| *x *= &inverse);
        let pivot_row = rows[pivot].clone();
        for (row, target) in rows.iter_mut().enumerate() {
            if row != pivot && !target[pivot].is_zero() {
                let factor = target[pivot].clone();
                target.iter_mut().zip(&pivot_row).for_each(|(x, y)| *x -= &factor * y);
            }
        }
    }
    rows.into_iter().map(|row| row[n].clone()).collect()
}

/// Expected reward before absorption plus the expected payment on it, for a policy. States with a payment absorb, mass that
/// leaks is worth 0, and so is every state from which neither can happen.
pub(crate) fn absorption(
    mdp: &Mdp,
    policy: &[usize],
    payment: &[Option<Rational>],
    reward: impl Fn(usize) -> Rational,
) -> Vec<Rational> {
    let model = mdp.model();
    let n = policy.len();
    let rows: Vec<Vec<(usize, Rational)>> = policy
        .iter()
        .map(|&pair| model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p)).collect())
        .collect();
    let mut moves: Vec<bool> = (0..n).map(|s| payment[s].is_some() || !model.exact_leak(policy[s]).is_zero()).collect();
    for _ in 0..n {
        for s in 0..n {
            moves[s] |= rows[s].iter().any(|&(next, _)| moves[next]);
        }
    }
    let unknown: Vec<usize> = (0..n).filter(|&s| payment[s].is_none() && moves[s]).collect();
    let paid = |s: usize| payment[s].clone().unwrap_or_default();
    let equations = unknown.iter().map(|&s| {
        let mut equation = vec![Rational::zero(); unknown.len() + 1];
        let mut right = reward(s);
        for (next, p) in &rows[s] {
            match unknown.iter().position(|other| other == next) {
                Some(column) => equation[column] -= p,
                None => right += p * paid(*next),
            }
        }
        equation[unknown.iter().position(|&other| other == s).expect("listed")] += Rational::one();
        equation[unknown.len()] = right;
        equation
    });
    let mut value: Vec<Rational> = (0..n).map(paid).collect();
    for (&s, v) in unknown.iter().zip(solve_linear(equations.collect())) {
        value[s] = v;
    }
    value
}
