//! Models of two agents that are given as files, and an A whose policy is fixed.

use dunamis_envs::{Collision, Grid, JointEnvironment, JointRules, Noise, format, load_joint};
use dunamis_experiment::{Experiment, Run, RunPower, run};
use dunamis_mdp::{Agent, Number, StochasticPolicy};
use std::path::Path;

fn compute(config: &str, directory: &Path) -> Run {
    let experiment = Experiment::from_toml(config, directory.join("x.toml")).unwrap();
    run(&experiment, directory.join("runs"), &()).unwrap()
}

fn two(name: &str, collision: &str) -> String {
    format!(
        "name = 'x'\nsamples = 60\nenvironment = {{ name = '{name}'{collision} }}\n\
         power = {{ agents = 2, discount = 0.6, correlation = 0.3, seed-policy = 'uniform' }}"
    )
}

/// A file has the numbers of the product that it was written from, places included, and what its rows lack counts as said.
#[test]
fn files_have_the_numbers_of_what_they_were_written_from() {
    let directory = tempfile::tempdir().unwrap();
    let map = directory.path().join("bend.txt");
    std::fs::write(&map, "..\n#.\n").unwrap();
    let grid: Grid = "..\n#.\n".parse().unwrap();
    let noise = Noise::new("1/10".parse::<Number>().unwrap()).unwrap();
    let base = dunamis_envs::Environment::gridworld("bend", grid, &noise).unwrap();
    let joint = JointEnvironment::new(base, Collision::Leak).unwrap();
    for file in ["bend.gv", "bend.json"] {
        format::write_joint(joint.model(), directory.path().join(file)).unwrap();
        for (rule, given) in
            [("leak", ""), ("leak", ", collision = 'leak'"), ("renormalize", ", collision = 'renormalize'")]
        {
            let product = compute(&two("bend.txt", &format!(", noise = 0.1, collision = '{rule}'")), directory.path());
            let read = compute(&two(file, given), directory.path());
            assert_ne!(read.key, product.key);
            assert_eq!(read.layout, product.layout);
            assert_eq!((&read.states, &read.power), (&product.states, &product.power), "{file} {rule}");
        }
        let config = two(file, ", collision = 'block'");
        let error = Experiment::from_toml(&config, directory.path().join("x.toml")).unwrap().check().unwrap_err();
        assert_eq!(error.key(), "environment.collision");
        assert!(error.to_string().contains("as it is"), "{error}");
        let error = Experiment::from_toml(
            &format!("name = 'x'\nenvironment.name = '{file}'\npower.discount = 0.5"),
            directory.path().join("x.toml"),
        );
        let error = error.unwrap().check().unwrap_err();
        assert!(
            std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("two agents")),
            "{error:?}"
        );
    }
}

/// H's POWER against a fixed policy is what two agents have while that is A's seed policy.
#[test]
fn fixed_policies_are_seed_policies_without_a_reply() {
    let directory = tempfile::tempdir().unwrap();
    let rules = JointRules::from(Collision::Leak);
    let joint = load_joint("corridor-3", rules).unwrap();
    let model = joint.model();
    let marked: Vec<bool> = (0..model.available(Agent::A).len()).map(|pair| pair % 3 == 0).collect();
    let policy = StochasticPolicy::uniform_over(model.available(Agent::A), &marked);
    for file in ["policy.gv", "policy.json"] {
        let text = format::joint_policy_text(file, model, Agent::A, &policy).unwrap();
        std::fs::write(directory.path().join(file), text).unwrap();
        let head = "name = 'x'\nsamples = 200\nenvironment = { name = 'corridor-3', collision = 'leak' }";
        let both = compute(
            &format!("{head}\npower = {{ agents = 2, discount = 0.7, seed-policy = '{file}' }}"),
            directory.path(),
        );
        let alone = compute(&format!("{head}\npower = {{ discount = 0.7, against = '{file}' }}"), directory.path());
        let (RunPower::MultiAgent { h_seed, .. }, RunPower::SingleAgent(h)) = (&both.power, &alone.power) else {
            panic!("two agents, and one")
        };
        assert_eq!(both.states, alone.states);
        for (a, b) in h_seed.mean.iter().zip(&h.mean) {
            assert!((a - b).abs() < 1e-7, "{a} {b}");
        }
        let again = Experiment::from_toml(&alone.experiment.to_toml(), "resolved.toml").unwrap();
        assert_eq!(again.key().unwrap(), alone.key);
        let uniform = compute(&format!("{head}\npower = {{ discount = 0.7, against = 'uniform' }}"), directory.path());
        assert_ne!(uniform.key, alone.key);
    }
    std::fs::write(directory.path().join("wrong.gv"), "digraph {\n\"[x]\" -> \"[stay]__[x]\" [weight=1]}").unwrap();
    let config = "name = 'x'\nenvironment.name = 'corridor-3'\npower = { discount = 0.7, against = 'wrong.gv' }";
    let error = Experiment::from_toml(config, directory.path().join("x.toml")).unwrap().check().unwrap_err();
    assert_eq!(error.key(), "power.against");
}
