//! The policies of a kept sample are those whose POWER was kept with it.

use dunamis_experiment::{Experiment, ExperimentError, Plan, RolloutSettings, Run, Samples, run};

fn compute(environment: &str, power: &str) -> (tempfile::TempDir, Run) {
    let runs = tempfile::tempdir().unwrap();
    let text = format!(
        "name = 'rollouts'\nsamples = 24\nkeep-samples = 24\nenvironment.{environment}\npower = {{ {power} }}\n"
    );
    let experiment: Experiment = text.parse().unwrap();
    let run = run(&experiment, runs.path(), &()).unwrap();
    (runs, run)
}

/// POWER of the plan's policy at every state, by iterating its values.
fn power(plan: &Plan, discount: f64) -> Vec<f64> {
    let mut value = vec![0.0; plan.rewards.len()];
    let ahead = |value: &[f64], state: usize| -> f64 {
        let of = |next: &[(usize, f64)]| next.iter().map(|&(next, p)| p * value[next]).sum::<f64>();
        plan.moves[state].iter().map(|planned| planned.probability * of(&planned.next)).sum()
    };
    for _ in 0..300 {
        value = (0..value.len()).map(|state| plan.rewards[state] + discount * ahead(&value, state)).collect();
    }
    (0..value.len()).map(|state| (1.0 - discount) * ahead(&value, state)).collect()
}

#[test]
fn policies_have_the_power_that_was_kept() {
    for (environment, settings) in [
        ("name = 'maze-7x7'", "discount = 0.9"),
        ("name = 'candy'", "discount = 0.5"),
        ("name = 'corridor-3'", "agents = 2, discount = 0.6"),
        ("name = 'corridor-3'\nenvironment.collision = 'leak'", "agents = 2, discount = 0.8, discount-a = 0.4"),
        ("name = 'corridor-3'\nenvironment.collision = 'renormalize'", "agents = 2, discount = 0.6, correlation = 0.5"),
        ("name = 'corridor-3'\nenvironment.collision = 'block'\nenvironment.noise = 0.2", "agents = 2, discount = 0.6"),
        ("name = 'grid-3x3'", "agents = 2, discount = 0.9, seed-policy = 'stay'"),
    ] {
        let (_runs, run) = compute(environment, settings);
        let discounts = match settings {
            text if text.contains("discount-a") => [0.8, 0.4],
            text if text.contains("0.9") => [0.9; 2],
            text if text.contains("0.6") => [0.6; 2],
            _ => [0.5; 2],
        };
        let samples = run.samples().unwrap().unwrap();
        for sample in [0, 7, 23] {
            let rollout = run.rollout(&RolloutSettings { sample, ..RolloutSettings::default() }).unwrap();
            let kept = match &samples {
                Samples::SingleAgent(only) => vec![only],
                Samples::MultiAgent { h, a } => vec![h, a],
            };
            assert_eq!(kept.len(), rollout.plans.len());
            for ((plan, kept), discount) in rollout.plans.iter().zip(kept).zip(discounts) {
                let from = sample * kept.states;
                assert_eq!(plan.rewards, kept.rewards[from..from + kept.states]);
                for (state, (found, expected)) in power(plan, discount).iter().zip(&kept.power[from..]).enumerate() {
                    let place = format!("{environment} {settings}: sample {sample}, {}", run.states[state]);
                    assert!((found - expected).abs() < 1e-6, "{place}: {found} against {expected}");
                }
            }
        }
    }
}

#[test]
fn walks_follow_the_policies_and_repeat() {
    let (_runs, run) = compute("name = 'grid-3x3'\nenvironment.noise = 0.3", "agents = 2, discount = 0.6");
    let settings = RolloutSettings { sample: 5, start: Some("(1, 1)_H^(0, 2)_A".into()), steps: 40 };
    let rollout = run.rollout(&settings).unwrap();
    assert_eq!(rollout, run.rollout(&settings).unwrap());
    assert_eq!((rollout.path.len(), run.states[rollout.path[0]].as_str()), (41, "(1, 1)_H^(0, 2)_A"));
    for step in rollout.path.windows(2) {
        for plan in &rollout.plans {
            let next = plan.moves[step[0]].iter().flat_map(|planned| &planned.next);
            assert!(next.into_iter().any(|&(next, p)| next == step[1] && p > 0.0));
        }
    }
    let other = run.rollout(&RolloutSettings { sample: 6, ..settings }).unwrap();
    assert_ne!(other.path, rollout.path);
}

#[test]
fn walks_say_whether_collisions_ended_them() {
    let environment =
        |rule: &str| format!("name = 'corridor-3'\nenvironment.noise = 0.3\nenvironment.collision = '{rule}'");
    let ends = |rule: &str| -> Vec<(usize, bool)> {
        let (_runs, run) = compute(&environment(rule), "agents = 2, discount = 0.6");
        let rollout =
            |sample| run.rollout(&RolloutSettings { sample, steps: 10, ..RolloutSettings::default() }).unwrap();
        (0..24).map(rollout).map(|rollout| (rollout.path.len(), rollout.leaves)).collect()
    };
    let leak = ends("leak");
    assert!(
        leak.iter().all(|&(length, leaves)| if leaves { (1..=11).contains(&length) } else { length == 11 }),
        "{leak:?}"
    );
    assert!(leak.iter().any(|&(_, leaves)| leaves) && leak.iter().any(|&(length, _)| length > 1), "{leak:?}");
    assert_eq!(ends("block"), [(11, false); 24]);
}

#[test]
fn errors_name_the_fix() {
    let (_runs, run) = compute("name = 'corridor-3'", "discount = 0.5");
    let error = |settings: RolloutSettings| run.rollout(&settings).unwrap_err().to_string();
    insta::assert_snapshot!(error(RolloutSettings { sample: 24, ..RolloutSettings::default() }), @"run `rollouts` kept 24 samples, counted from 0, and sample 24 is none of them");
    let start = RolloutSettings { start: Some("(0, 3)".into()), ..RolloutSettings::default() };
    insta::assert_snapshot!(error(start), @"no state of run `rollouts` is called `(0, 3)` (did you mean `(0, 0)`?)");
    let (_runs, published) = compute("name = 'corridor-3'", "discount = 0.5, as-published = true");
    let refused = published.rollout(&RolloutSettings::default());
    assert!(matches!(refused, Err(ExperimentError::NoPolicies { .. })), "{refused:?}");
}
