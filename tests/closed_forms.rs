//! Closed forms of small models (independent uniform rewards on [0, 1] unless stated).

use dunamis_envs::load;
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_power::{PowerEstimate, Sampling, estimate, estimate_average};
use dunamis_sampling::{IndependentRewards, Marginal, RewardDistribution, Seed};
use dunamis_solve::{Walk, evaluate_functional_graph, solve_batch};
use std::collections::BTreeSet;
use std::sync::Arc;

const SEED: Seed = Seed::new(191_201_683);
const SAMPLES: u64 = 60_000;

fn model(name: &str) -> Arc<TransitionModel> {
    Arc::clone(load(name).unwrap().model())
}

fn law(model: &TransitionModel) -> IndependentRewards {
    IndependentRewards::identical(model.states().len(), Marginal::UNIT).unwrap()
}

fn discount(value: f64) -> Discount {
    Discount::new(value).unwrap()
}

/// POWER at a discount, or in the limit for 1.
fn power(model: &Arc<TransitionModel>, gamma: f64) -> PowerEstimate {
    let law = law(model);
    if gamma == 1.0 {
        estimate_average(model, &law, &Sampling::new(SAMPLES, SEED), &()).unwrap()
    } else {
        estimate(model, &law, &discount(gamma), &Sampling::new(SAMPLES, SEED), &()).unwrap()
    }
}

/// An estimate within 4.5 standard errors of the truth, and the standard error small enough to mean something.
fn check(estimate: f64, std_error: f64, truth: f64) {
    assert!(std_error < 0.003, "{std_error}");
    assert!((estimate - truth).abs() < 4.5 * std_error, "{estimate} ± {std_error}, but the truth is {truth}");
}

fn check_state(model: &TransitionModel, power: &PowerEstimate, state: &str, truth: f64) {
    let s = model.state(state).unwrap().index();
    check(power.mean[s], power.std_error[s], truth);
}

const GAMMAS: [f64; 6] = [0.0, 0.25, 0.5, 0.75, 0.9, 1.0];

/// Every deterministic policy, as one successor per state.
fn policies(model: &TransitionModel) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::new()];
    for s in model.state_ids() {
        let next: Vec<u32> = model.available().pairs(s).map(|pair| model.row(pair).0[0]).collect();
        all = all.iter().flat_map(|p| next.iter().map(move |&to| [p.as_slice(), &[to]].concat())).collect();
    }
    all
}

/// Visit distribution f(γ) of a policy from a state, by its definition: values for the indicator rewards.
fn visits(next: &[u32], from: StateId, gamma: f64) -> Vec<f64> {
    (0..next.len())
        .map(|target| {
            let mut indicator = vec![0.0; next.len()];
            indicator[target] = 1.0;
            let mut value = vec![0.0; next.len()];
            evaluate_functional_graph(next, &indicator, gamma, &mut value, &mut Walk::default());
            value[from.index()]
        })
        .collect()
}

/// Distinct vectors up to rounding.
fn distinct(vectors: impl IntoIterator<Item = Vec<f64>>) -> BTreeSet<Vec<i64>> {
    vectors.into_iter().map(|v| v.iter().map(|x| (x * 1e9).round() as i64).collect()).collect()
}

#[test]
fn a1_visit_distributions_of_the_case_study() {
    let model = model("case-study");
    let (corner, other) = (model.state("ℓ↙").unwrap(), model.state("ℓ↖").unwrap());
    for gamma in [0.0, 0.3, 0.5, 0.9, 0.99] {
        let found = distinct(policies(&model).iter().map(|next| visits(next, corner, gamma)));
        let vector = |on_corner: f64, on_other: f64| {
            let mut v = vec![0.0; model.states().len()];
            v[corner.index()] = on_corner;
            v[other.index()] = on_other;
            v
        };
        let cycle = 1.0 / (1.0 - gamma * gamma);
        assert_eq!(found, distinct([vector(1.0 / (1.0 - gamma), 0.0), vector(cycle, gamma * cycle)]), "γ = {gamma}");
    }
}

#[test]
fn a2_recurrent_state_distributions_of_the_case_study() {
    let model = model("case-study");
    let star = model.state("★").unwrap();
    let distributions: BTreeSet<Vec<i64>> = distinct(policies(&model).into_iter().map(|next| {
        // After more steps than there are states the walk is on its cycle.
        let mut s = (0..next.len()).fold(star.index(), |s, _| next[s] as usize);
        let (start, mut visits, mut length) = (s, vec![0.0; next.len()], 0.0);
        loop {
            visits[s] += 1.0;
            length += 1.0;
            s = next[s] as usize;
            if s == start {
                return visits.into_iter().map(|v| v / length).collect();
            }
        }
    }));
    assert_eq!(distributions.len(), 6);
    // A cycle of two states is a mixture of other distributions exactly if both are 1-cycles.
    let dominated = |d: &&Vec<i64>| {
        let support: Vec<usize> = (0..d.len()).filter(|&s| d[s] > 0).collect();
        let single = |&s: &usize| distributions.iter().any(|other| other[s] == 1_000_000_000);
        support.len() > 1 && support.iter().all(single)
    };
    assert_eq!(distributions.iter().filter(|d| !dominated(d)).count(), 5);
}

#[test]
fn a3_power_in_the_case_study() {
    let model = model("case-study");
    for gamma in GAMMAS {
        let power = power(&model, gamma);
        check_state(&model, &power, "∅", 0.5);
        check_state(&model, &power, "ℓ↙", (2.0 / 3.0 + gamma / 2.0) / (1.0 + gamma));
        check_state(&model, &power, "r↘", 2.0 / 3.0);
    }
}

#[test]
fn a4_average_optimal_values_in_the_case_study() {
    let model = model("case-study");
    let n = model.states().len();
    let law = law(&model);
    let mut rewards = vec![0.0; n * SAMPLES as usize];
    for (i, rewards) in rewards.chunks_mut(n).enumerate() {
        law.sample(&mut SEED.stream(i as u64), rewards).unwrap();
    }
    for gamma in [0.25, 0.5, 0.75] {
        let batch = solve_batch(&model, &rewards, &discount(gamma));
        for (state, truth) in [
            ("ℓ↙", 0.5 + gamma / (1.0 - gamma * gamma) * (2.0 / 3.0 + gamma / 2.0)),
            ("r↘", 0.5 + gamma / (1.0 - gamma) * 2.0 / 3.0),
        ] {
            let s = model.state(state).unwrap().index();
            let values: Vec<f64> = (0..batch.len()).map(|b| batch.value(b)[s]).collect();
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
            assert!((mean - truth).abs() < 4.5 * (variance / count).sqrt(), "{state} {gamma}: {mean}, {truth}");
        }
    }
}

#[test]
fn a9_power_of_candy() {
    let model = model("candy");
    for gamma in GAMMAS {
        let power = power(&model, gamma);
        check_state(&model, &power, "start", 2.0 / 3.0 + gamma * gamma / 12.0);
        check_state(&model, &power, "wait", 2.0 / 3.0);
        check_state(&model, &power, "candy", 0.5);
    }
}

/// P(Wait) = 1/2 + γ/6, with its limits 1/2 (greedy for the next reward) and 2/3 (average reward).
#[test]
fn a10_probability_that_waiting_is_optimal() {
    let model = model("candy");
    let n = model.states().len();
    let law = law(&model);
    let (start, wait, candy) = (
        model.state("start").unwrap().index(),
        model.state("wait").unwrap().index(),
        model.state("candy").unwrap().index(),
    );
    let mut rewards = vec![0.0; n * SAMPLES as usize];
    for (i, rewards) in rewards.chunks_mut(n).enumerate() {
        law.sample(&mut SEED.stream(i as u64), rewards).unwrap();
    }
    for gamma in [0.0, 1e-6, 0.25, 0.5, 0.75, 1.0 - 1e-6] {
        let batch = solve_batch(&model, &rewards, &discount(gamma));
        let waits = (0..batch.len()).filter(|&b| batch.value(b)[wait] > batch.value(b)[candy]).count();
        let share = waits as f64 / SAMPLES as f64;
        check(share, (share * (1.0 - share) / SAMPLES as f64).sqrt(), 0.5 + gamma / 6.0);
        for b in 0..100 {
            let v = batch.value(b);
            let backup = rewards[b * n + start] + gamma * v[wait].max(v[candy]);
            assert!((v[start] - backup).abs() < 1e-9 / (1.0 - gamma));
        }
    }
}

#[test]
fn a11_the_detour_has_more_power_but_is_less_probable() {
    let model = model("detour");
    let power = power(&model, 1.0);
    check_state(&model, &power, "s2", 0.75);
    check_state(&model, &power, "s3", 2.0 / 3.0);
}

#[test]
fn a14_the_3x3_grid() {
    let model = model("grid-3x3");
    let power = power(&model, 0.6);
    for (cell, truth) in
        [("(0, 0)", 0.805), ("(2, 2)", 0.805), ("(0, 1)", 0.8355), ("(2, 1)", 0.8355), ("(1, 1)", 0.861)]
    {
        let s = model.state(cell).unwrap().index();
        // The reference is itself sampled, with a standard error of 0.0007.
        let error = (power.std_error[s].powi(2) + 0.0007_f64.powi(2)).sqrt();
        assert!((power.mean[s] - truth).abs() < 4.5 * error, "{cell}: {}", power.mean[s]);
    }
}

/// In a deterministic model POWER in the limit γ → 0 is the expected best of the next rewards: k/(k + 1) for k successors.
#[test]
fn short_sighted_power_counts_successors() {
    let model = model("maze-7x7");
    let power = power(&model, 0.0);
    for s in model.state_ids() {
        let k = model.available().at(s).len() as f64;
        check(power.mean[s.index()], power.std_error[s.index()], k / (k + 1.0));
    }
}
