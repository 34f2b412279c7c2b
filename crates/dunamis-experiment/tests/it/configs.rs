//! Reading and writing configs.

use crate::strategies::experiment;
use dunamis_envs::{Collision, JointRules, Move, Swaps};
use dunamis_experiment::{Expectation, Experiment, Horizon, PowerSettings, RewardLaw, SeedPolicySource, SingleAgent};
use dunamis_mdp::Rational;
use dunamis_sampling::{Marginal, Normal, PointMass, Seed};
use proptest::prelude::*;
use std::path::PathBuf;

/// Every key.
pub(crate) const FULL: &str = r#"
name = "full"
description = "every key"
samples = 1_234
seed = 0xff

[environment]
name = "maps/ring.txt"
collision = "renormalise"
swaps = false
noise = 0.3
[environment.noise-bias]
up = "1/10"
stay = 0.05

[power]
agents = 2
discount = 0.1
discount-a = "1/3"
correlation = -0.25
seed-policy = "policies/a.json"
seed-baseline = false
as-published = true

[reward]
distribution = "normal"
mean = 0
std_dev = 1.5
reject-constant = true
same = [["a", "b"], ["c", "d"]]
[reward.states."(0, 3)"]
distribution = "point-mass"
value = "1/4"
[reward.states.e]
high = 2
"#;

#[test]
fn every_key_is_read() {
    let experiment = Experiment::from_toml(FULL, "configs/full.toml").unwrap();
    assert_eq!((experiment.name.as_str(), experiment.description.as_deref()), ("full", Some("every key")));
    let Expectation::Sampled { samples, seed, .. } = experiment.expectation else { panic!("sampled") };
    assert_eq!((samples.get(), seed), (1_234, Seed::new(255)));
    assert_eq!(experiment.environment.name, "configs/maps/ring.txt");
    let noise = &experiment.environment.noise;
    assert_eq!(noise.level().exact(), Rational::new(3.into(), 10.into()));
    assert_eq!(noise.bias(Move::Up).unwrap().exact(), Rational::new(1.into(), 10.into()));
    assert!(noise.bias(Move::Left).is_none());
    let PowerSettings::MultiAgent(power) = &experiment.power else { panic!("two agents") };
    assert_eq!(power.discount_h.exact(), Rational::new(1.into(), 10.into()), "0.1 is 1/10");
    assert_eq!(power.discount_a.exact(), Rational::new(1.into(), 3.into()));
    assert_eq!(power.rules, JointRules { collision: Collision::Renormalize, swaps: Swaps::Forbidden });
    assert_eq!(power.correlation.get(), -0.25);
    assert_eq!(power.seed_policy, SeedPolicySource::File(PathBuf::from("configs/policies/a.json")));
    assert!(power.as_published && !power.seed_baseline);
    let RewardLaw::Independent { marginal, states, same, reject_constant: true } = &experiment.reward else {
        panic!("independent rewards")
    };
    assert_eq!(*marginal, Marginal::Normal(Normal::new(0.0, 1.5).unwrap()));
    assert_eq!(states["(0, 3)"], Marginal::PointMass(PointMass::new(0.25).unwrap()));
    assert_eq!(
        states["e"],
        "distribution = 'uniform'\nlow = 0\nhigh = 2".parse::<toml::Table>().unwrap().try_into().unwrap()
    );
    assert_eq!(same, &[["a", "b"], ["c", "d"]]);
}

#[test]
fn the_shortest_config_has_the_documented_defaults() {
    let text = "name = 'x'\nenvironment.name = 'candy'\npower.discount = 0.5";
    let experiment: Experiment = text.parse().unwrap();
    let expected = Experiment::new("x", "candy", SingleAgent::new("1/2".parse().unwrap()));
    assert_eq!(experiment, expected);
    assert_eq!(expected.reward, RewardLaw::from(Marginal::UNIT));
    insta::assert_snapshot!(expected.to_toml());
}

#[test]
fn two_agents_resolved() {
    let text = "name = 'x'\nenvironment.name = 'maze-7x7'\npower = { agents = 2, discount = 0.99 }";
    insta::assert_snapshot!(text.parse::<Experiment>().unwrap().to_toml());
}

#[test]
fn the_limit_has_no_discount() {
    let text = "name = 'x'\nenvironment.name = 'candy'\npower.limit = 'one'";
    let experiment: Experiment = text.parse().unwrap();
    let PowerSettings::SingleAgent(power) = experiment.power else { panic!("one agent") };
    assert_eq!(power.horizon, Horizon::LimitOne);
}

#[test]
fn registered_names_are_no_paths() {
    for name in ["maze-7x7", "maze-7x7:noise=1/10", "maze_7x7", "maze-7x6"] {
        let text = format!("name = 'x'\nenvironment.name = '{name}'\npower.discount = 0.5");
        assert_eq!(Experiment::from_toml(&text, "configs/x.toml").unwrap().environment.name, name);
    }
}

#[test]
fn configs_are_checked_against_their_environment_when_loaded() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("pair.txt"), "..").unwrap();
    let path = directory.path().join("x.toml");
    let text = "name = 'x'\nenvironment.name = 'pair.txt'\npower.discount = 0.5\nreward.states.'(0, 1)'.value = 1";
    std::fs::write(&path, text.replace(".value = 1", ".high = 2")).unwrap();
    assert!(Experiment::load(&path).is_ok());
    std::fs::write(&path, text.replace("(0, 1)'.value = 1", "(0, 7)'.high = 2")).unwrap();
    let error = Experiment::load(&path).unwrap_err();
    assert_eq!((error.line(), error.key().as_str()), (Some(4), "reward.states.\"(0, 7)\""));
}

proptest! {
    #[test]
    fn resolved_configs_round_trip(experiment in experiment()) {
        let text = experiment.to_toml();
        let back = Experiment::from_toml(&text, "anywhere/else.toml");
        prop_assert!(back.is_ok(), "{}\n{}", text, back.unwrap_err());
        let back = back.unwrap();
        prop_assert_eq!(&back, &experiment, "{}", text);
        prop_assert_eq!(back.to_toml(), text);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = text.parse::<Experiment>().map_err(|error| error.to_string());
    }

    /// Cuts, doubles and swaps pieces of a config, so that most of the reader is reached.
    #[test]
    fn no_mangled_config_panics(cuts in prop::collection::vec((0..FULL.len(), 0..30_usize, 0..FULL.len()), 1..4)) {
        let mut text = FULL.as_bytes().to_vec();
        for (from, length, to) in cuts {
            let from = from.min(text.len());
            let piece: Vec<u8> = text[from..(from + length).min(text.len())].to_vec();
            let to = to.min(text.len());
            let end = (to + length).min(text.len());
            text.splice(to..end, piece);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        if let Err(error) = Experiment::from_toml(&text, "mangled.toml") {
            prop_assert!(error.to_string().starts_with("`mangled.toml`"));
        }
    }
}
