//! Sweeps: every combination of the values of a config.

use crate::errors::chain;
use crate::strategies::experiment;
use dunamis_experiment::{Experiment, Point, Setting, Sweep, differences, run_sweep};
use proptest::prelude::*;
use std::fmt::Write;

const CONFIG: &str = "\
name = 'x'
samples = [10, 20]
environment.name = { values = ['grid-3x3', 'candy'], names = ['grid', 'sweets'] }
power.discount = { from = 0, to = '1/2', step = '1/4' }
reward = { distribution = 'beta', alpha = [1, 2], beta = [3, 4] }
sweep.zip = [['reward.beta', 'reward.alpha']]
";

fn settings(texts: &[&str]) -> Vec<Setting> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// The axes in one line each, then the names of the first and last point.
fn summary(text: &str, set: &[&str]) -> String {
    let sweep = match Sweep::with_settings(text, "", &settings(set)) {
        Ok(sweep) => sweep,
        Err(error) => return format!("{}\n", chain(&error)),
    };
    let mut lines = String::new();
    for axis in &sweep.axes {
        let keys = axis.keys.iter().map(|key| format!("{} = {}", key.key, key.values.join(" ")));
        writeln!(lines, "{} ({})", keys.collect::<Vec<_>>().join("; "), axis.names.join(" ")).unwrap();
    }
    let ends = [sweep.points.first(), sweep.points.last()].map(|point| point.unwrap().experiment.name.clone());
    lines + &format!("{} points, from `{}` to `{}`\n", sweep.points.len(), ends[0], ends[1])
}

#[test]
fn axes() {
    insta::assert_snapshot!(summary(CONFIG, &[]), @"
samples = 10 20 (10 20)
environment.name = grid-3x3 candy (grid sweets)
power.discount = 0 0.25 0.5 (0 0.25 0.5)
reward.alpha = 1 2; reward.beta = 3 4 (1 2)
24 points, from `x, samples = 10, name = grid, discount = 0, alpha = 1` to `x, samples = 20, name = sweets, discount = 0.5, alpha = 2`
");
    insta::assert_snapshot!(summary("name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5", &[]), @"1 points, from `x` to `x`");
}

#[test]
fn set_keys_come_before_those_of_the_config() {
    insta::assert_snapshot!(summary(CONFIG, &["samples=5", "environment.name=candy", "power.discount=[0.1, 0.2]"]), @"
reward.alpha = 1 2; reward.beta = 3 4 (1 2)
power.discount = 0.1 0.2 (0.1 0.2)
4 points, from `x, alpha = 1, discount = 0.1` to `x, alpha = 2, discount = 0.2`
");
    insta::assert_snapshot!(summary(CONFIG, &["power.limit=one", "power.discount=0"]), @"`power.discount=0`: `power.discount`: this key does not apply: `power.limit` replaces it: remove one of them");
    insta::assert_snapshot!(summary(CONFIG, &["power.discuont=0"]), @"`power.discuont=0`: `power.discuont`: there is no such key: did you mean `discount`?");
    insta::assert_snapshot!(summary(CONFIG, &["power.discount=[0, 2]"]), @"`power.discount=[0, 2]`: `power.discount[1]`: the discount is 2, but must be at least 0 and below 1");
    let errors =
        ["samples", "=3", "samples=", "a b=3", "a.\"b=3"].map(|text| text.parse::<Setting>().unwrap_err().to_string());
    insta::assert_snapshot!(errors.join("\n"), @r#"
`samples` sets no key: write KEY=VALUE, for example `power.discount=0.9`
`` is no key: write for example `power.discount` or `reward.states."(0, 0)".value`
`samples=` sets no key: write KEY=VALUE, for example `power.discount=0.9`
`a b` is no key: write for example `power.discount` or `reward.states."(0, 0)".value`
`a."b=3` sets no key: write KEY=VALUE, for example `power.discount=0.9`
"#);
}

#[test]
fn every_point_is_the_experiment_with_its_values_written_in() {
    let sweep: Sweep = CONFIG.parse().unwrap();
    let mut expected = Vec::new();
    for samples in ["10", "20"] {
        for environment in ["grid-3x3", "candy"] {
            for discount in ["0", "0.25", "0.5"] {
                for (alpha, beta) in [("1", "3"), ("2", "4")] {
                    let text = format!(
                        "name = 'x'\nsamples = {samples}\nenvironment.name = '{environment}'\npower.discount = {discount}\n\
                         reward = {{ distribution = 'beta', alpha = {alpha}, beta = {beta} }}"
                    );
                    expected.push(text.parse::<Experiment>().unwrap());
                }
            }
        }
    }
    assert_eq!(sweep.points.len(), expected.len());
    for (point, mut expected) in sweep.points.iter().zip(expected) {
        expected.name.clone_from(&point.experiment.name);
        assert_eq!(point.experiment, expected);
    }
    let keys: Vec<String> =
        differences(sweep.points.iter().map(|p| &p.experiment)).into_iter().map(|d| d.key).collect();
    // Alpha stands for both keys that are zipped, as long as their values are not the same: so both are listed.
    assert_eq!(keys, ["environment.name", "power.discount", "reward.alpha", "reward.beta", "samples"]);
}

#[test]
fn errors() {
    let start = "name = 'x'\nenvironment.name = 'candy'\n";
    let texts = [
        "power.discount = []",
        "power.discount = [0.1, 1.5]",
        "power.discount = [0.1, 'high']",
        "power.discount = { values = [0.1, 0.2], names = ['low'] }",
        "power.discount = { values = 0.1 }",
        "power.discount = { values = [0.1], nmaes = [] }",
        "power.discount = { from = 0, to = 0.9 }",
        "power.discount = { from = 0, to = 0.9, count = 1 }",
        "power.discount = { from = 0, step = 0.1 }",
        "power.discount = { from = 0, to = 0.9, step = -0.1 }",
        "power.discount = { from = 0, to = 0.9, step = 1e-9 }",
        "power.discount = { from = 0, to = 2, step = 1 }",
        "power.discount = [0.1, 0.2]\nsweep.zip = [['power.discount', 'samples']]",
        "power.discount = [0.1, 0.2]\nsamples = [1, 2, 3]\nsweep.zip = [['power.discount', 'samples']]",
        "power.discount = [0.1, 0.2]\nsweep.zip = [['power.discount', 'power.discount']]",
        "power.discount = [0.1, 0.2]\nsweep.zpi = []",
        "power.discount = [0.1, 0.2]\nsweep = 3",
    ];
    let report: String = texts.iter().map(|text| summary(&format!("{start}{text}"), &[]) + "\n").collect();
    insta::assert_snapshot!(report);
}

#[test]
fn runs_are_those_of_the_points() {
    let runs = tempfile::tempdir().unwrap();
    let sweep: Sweep =
        "name = 'x'\nsamples = 10\nenvironment.name = 'candy'\npower.discount = [0.1, 0.2]".parse().unwrap();
    let mut begun = Vec::new();
    let mut ended = Vec::new();
    let begin = |number, point: &Point| begun.push((number, point.experiment.name.clone()));
    let done = run_sweep(sweep, runs.path(), begin, |run| ended.push(run.key)).unwrap();
    assert_eq!(begun, [(0, "x, discount = 0.1".to_owned()), (1, "x, discount = 0.2".to_owned())]);
    assert_eq!(ended, done.runs.iter().map(|run| run.key).collect::<Vec<_>>());
    for (point, run) in done.sweep.points.iter().zip(&done.runs) {
        assert!(!run.reused);
        let again = dunamis_experiment::run(&point.experiment, runs.path(), &()).unwrap();
        assert!(again.reused && again.power == run.power);
    }
}

proptest! {
    #[test]
    fn a_config_without_lists_is_a_sweep_of_one_point(experiment in experiment()) {
        let sweep = Sweep::from_toml(&experiment.to_toml(), "").unwrap();
        prop_assert!(sweep.axes.is_empty());
        prop_assert_eq!(&sweep.points.iter().map(|point| &point.experiment).collect::<Vec<_>>(), &[&experiment]);
        prop_assert!(differences([&experiment, &experiment]).is_empty());
    }

    #[test]
    fn ranges_are_exactly_spaced(from in 0..50_u32, steps in 0..40_u32, denominator in 1..60_u32) {
        let step = format!("'1/{denominator}'");
        let top = from + steps;
        let text = format!(
            "name = 'x'\nenvironment.name = 'candy'\nsamples = {{ from = {from}, to = {top}, step = 1 }}\n\
             power.discount = {{ from = 0, to = '99/100', step = {step} }}"
        );
        let sweep = Sweep::from_toml(&text, "");
        if from == 0 {
            prop_assert!(sweep.is_err(), "0 samples");
            return Ok(());
        }
        let sweep = sweep.unwrap();
        let discounts = (0..).map(|i| (i, denominator)).take_while(|&(i, d)| 100 * i <= 99 * d);
        let expected: Vec<f64> = discounts.map(|(i, d)| f64::from(i) / f64::from(d)).collect();
        for point in &sweep.points {
            let dunamis_experiment::PowerSettings::SingleAgent(settings) = &point.experiment.power else { unreachable!() };
            let dunamis_experiment::Horizon::Discounted(discount) = &settings.horizon else { unreachable!() };
            prop_assert!(expected.contains(&discount.value()));
        }
        prop_assert_eq!(sweep.points.len(), expected.len() * (steps as usize + 1));
    }
}
