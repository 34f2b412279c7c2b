//! Every error message.

use dunamis_experiment::{Damage, Experiment, ExperimentError, MultiAgent, RunPower, SeedPolicySource, SingleAgent};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

/// The message with its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut lines = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(lines, "\nbecause {error}").unwrap();
        cause = error.source();
    }
    lines
}

fn report(configs: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.toml");
    let attempts = configs.iter().map(|text| {
        std::fs::write(&path, text).unwrap();
        match Experiment::load(&path) {
            Ok(_) => format!("worked: {text}\n\n"),
            Err(error) => format!("{}\n\n", chain(&error)),
        }
    });
    let attempts = attempts.collect::<String>();
    attempts.replace(&format!("{}/", directory.path().display()), "")
}

#[test]
fn syntax() {
    let report = report(&[
        "name = ",
        "name = 'x'\nname = 'y'",
        "[power\n",
        "é = 'x",
        "name = 'x'\n\n[environment]\nname = 'candy'\ncollision = ",
    ]);
    insta::assert_snapshot!(report);
}

#[test]
fn keys() {
    let report = report(&[
        "",
        "name = 'x'\nsampels = 10",
        "name = 'x'\n[powr]\ndiscount = 0.5",
        "name = 'x'\n[environment]\nname = 'candy'\ncolision = 'leak'",
        "name = 'x'\n[environment]\nname = 'candy'\nx = 'leak'",
        "name = 'x'\n[environment]\nnoise-bias.upp = 1",
        "name = 'x'\n[power]\ndiscount = 0.5",
        "name = 'x'\n[environment]\nname = 'candy'\n[power]\nagents = 1",
        "name = 'x'\n[environment]\nname = 'candy'\n[power]\nagents = 2",
        "name = 'x'\nenvironment = { name = 'candy', collision = 'leak' }\npower = { discount = 0.5 }",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = 0.5\ncorrelation = 1.0",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = 0.5\nlimit = 'one'",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nagents = 2\ndiscount = 0.5\nlimit = 'one'",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nlimit = 'one'\nas-published = true",
        "name = 'x'\nseed = 3\nenvironment.name = 'candy'\npower.discount = 0.5\nreward = { vectors = [[1, 2, 3, 4]], exact = true }",
        "name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5\nreward.exact = true",
        "name = 'x'\nenvironment.name = 'candy'\npower = { discount = 0.5, as-published = true }\nreward = { vectors = [[1, 2, 3, 4]], exact = true }",
        "name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5\n[reward]\ndistribution = 'beta'\nvectors = [[1, 2, 3, 4]]",
        "name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5\n[reward]\nlow = 1\nvectors = [[1, 2, 3, 4]]",
    ]);
    insta::assert_snapshot!(report);
}

#[test]
fn values() {
    let report = report(&[
        "name = 3",
        "name = 'x'\nsamples = 0",
        "name = 'x'\nsamples = -1",
        "name = 'x'\nsamples = 1.5",
        "name = 'x'\nsamples = 100000000000000000000",
        "name = 'x'\nsampling = 'sobel'",
        "name = 'x'\nsampling = 'antithetic'\nsamples = 99",
        "name = 'x'\nuntil-se = 0",
        "name = 'x'\nkeep-samples = -1",
        "name = 'x'\npower = 3",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nagents = 3\ndiscount = 0.5",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\n\tdiscount = 1.5",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = '1/0'",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = nan",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = [0.5]",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nlimit = 'zero'",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\ndiscount = 0\nas-published = true",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nagents = 2\ndiscount = 0.5\ndiscount-a = 0\nas-published = true",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nagents = 2\ndiscount = 0.5\ncorrelation = 1.5",
        "name = 'x'\nenvironment.name = 'candy'\n[power]\nagents = 2\ndiscount = 0.5\nseed-baseline = 'yes'",
        "name = 'x'\nenvironment = { name = 'candy', collision = 'bounce' }\npower = { agents = 2, discount = 0.5 }",
        "name = 'x'\nenvironment = { name = 'candy', swaps = false }\npower = { agents = 2, discount = 0.5 }",
        "name = 'x'\nenvironment = { name = 'maze-7x7', noise = 2 }\npower.discount = 0.5",
        "name = 'x'\npower.discount = 0.5\n[environment]\nname = 'maze-7x7'\nnoise = 0.1\nnoise-bias.up = 0.1\nnoise-bias.left = 0.2",
    ]);
    insta::assert_snapshot!(report);
}

#[test]
fn rewards() {
    let report_rewards = |rewards: &[&str]| {
        let texts = rewards
            .iter()
            .map(|reward| format!("name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5\n[reward]\n{reward}"));
        report(&texts.collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>())
    };
    let report = report_rewards(&[
        "distribution = 'gamma'",
        "distributon = 'beta'\nalpha = 1\nbeta = 1",
        "distribution = 'beta'\nalpha = 1",
        "distribution = 'beta'\nalpha = 1\nbeta = 1\ngamma = 1",
        "distribution = 'beta'\nalpha = 1\nbta = 1",
        "distribution = 'beta'\nalpha = 0\nbeta = 1",
        "distribution = 'beta'\nalpha = 'one'\nbeta = 1",
        "distribution = 'beta'\nalpha = true\nbeta = 1",
        "low = 2",
        "[reward.states.wiat]\nhigh = 2",
        "[reward.states.nowhere]\nhigh = 2",
        "[reward.states.Wait]\ndistribution = 'normal'\nmean = 0",
        "states = 3",
        "same = [['start', 'strt']]",
        "same = [['start']]",
        "same = [['start', 3]]",
        "same = ['start']",
        "same = 'start'",
        "distribution = 'point-mass'\nvalue = 1\nreject-constant = true",
        "vectors = []",
        "vectors = [[]]",
        "vectors = [[1, 2], [1]]",
        "vectors = [[1, 2], [1, 'x']]",
        "vectors = [[1, 2]]",
        "vectors = [[1, 1], [2, 2]]\nreject-constant = true",
    ]);
    insta::assert_snapshot!(report);
}

#[test]
fn environments_and_seed_policies() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    file("ragged.txt", "...\n..");
    file(
        "model.json",
        r#"{"schema": 1, "states": ["a"], "transitions": [{"from": "a", "action": "b", "to": "a", "probability": 0.9}]}"#,
    );
    file("policy.json", r#"{"schema": 1, "policy": {"start_H^start_A": {"wait": 1}}}"#);
    let origin = directory.path().join("x.toml");
    let texts = [
        "environment.name = 'cande'\npower.discount = 0.5",
        "environment.name = 'missing.txt'\npower.discount = 0.5",
        "environment.name = 'ragged.txt'\npower.discount = 0.5",
        "environment.name = 'model.json'\npower.discount = 0.5",
        "environment = { name = 'candy', noise = 0.1 }\npower.discount = 0.5",
        "environment.name = 'candy'\npower = { agents = 2, discount = 0.5, seed-policy = 'stay' }",
        "environment.name = 'candy'\npower = { agents = 2, discount = 0.5, seed-policy = 'stya' }",
        "environment.name = 'candy'\npower = { agents = 2, discount = 0.5, seed-policy = 'policy.json' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy = 'unifrom' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy = 'toward:(0,6)' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy = '0.5 stay + uniform' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy = '0.5 stay + 0.4 uniform' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.toward = 'north' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy = {} }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.to = 'north' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.mix = 'stay' }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.mix = { stay = 'most' } }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.mix = { stay = 1.5, uniform = 'rest' } }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, seed-policy.mix = { stay = 'rest', uniform = 'rest' } }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, rounds = 0 }",
        "environment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.5, rounds = 2, as-published = true }",
        "environment.name = 'maze-7x7'\npower = { discount = 0.5, rounds = 2 }",
        "environment.name = 'candy'\npower = { agents = 2, discount = 0.5, correlation = -1 }\nreward = { distribution = 'exponential', rate = 1 }",
    ];
    let messages = texts.map(|text| {
        std::fs::write(&origin, format!("name = 'x'\n{text}")).unwrap();
        format!("{}\n\n", chain(&Experiment::load(&origin).unwrap_err()))
    });
    let report = messages.concat().replace(directory.path().to_str().unwrap(), "DIR");
    insta::assert_snapshot!(report);
}

#[test]
fn unreadable_configs() {
    let error = Experiment::load(Path::new("no/such.toml")).unwrap_err();
    insta::assert_snapshot!(chain(&error));
}

#[test]
fn experiments_without_text_have_keys_but_no_lines() {
    let discount: dunamis_mdp::Discount = "0.5".parse().unwrap();
    let unknown = Experiment::new("x", "cande", SingleAgent::new(discount.clone()));
    let mut policy = MultiAgent::new(discount);
    policy.seed_policy = SeedPolicySource::File("no/such.json".into());
    let policy = Experiment::new("x", "candy", policy);
    let messages: Vec<String> = [unknown, policy].iter().map(|e| chain(&e.check().unwrap_err())).collect();
    insta::assert_snapshot!(messages.join("\n\n"));
}

#[test]
fn tables() {
    let texts = [
        "",
        "state,mean\n",
        "state,row,col,mean,std_error\n",
        "state,row,col,mean,std_error\na,,,1\n",
        "state,row,col,mean,std_error\na,,,x,0\n",
        "state,row,col,mean,std_error\na,-1,0,1,0\n",
        "state,row,col,mean,std_error\na,0,,1,0\n",
        "state,row,col,mean,std_error\na,0,0,1,0\nb,,,1,0\n",
        "state,row,col,mean,std_error\na,,,1,0\nb,0,0,1,0\n",
    ];
    let messages = texts.map(|text| {
        let error = RunPower::from_csv(text.as_bytes(), dunamis_experiment::Alignment::default()).unwrap_err();
        format!("{text:?}\n  {}\n", Damage::Table(error))
    });
    insta::assert_snapshot!(messages.concat());
}

#[test]
fn directories() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    std::fs::create_dir_all(directory.path().join("locked/.lock")).unwrap();
    let experiment = Experiment::new("x", "candy", SingleAgent::new("0.5".parse().unwrap()));
    let attempts = ["file", "file/runs", "locked"].map(|runs| {
        let error = dunamis_experiment::run(&experiment, directory.path().join(runs), &()).unwrap_err();
        assert!(matches!(error, ExperimentError::RunsDirectory { .. }));
        chain(&error)
    });
    let missing = chain(&dunamis_experiment::Run::load(directory.path()).unwrap_err());
    let report = format!("{}\n{missing}", attempts.join("\n")).replace(directory.path().to_str().unwrap(), "DIR");
    insta::assert_snapshot!(report);
}
