//! What enters the key of a run, and what does not.

use dunamis_experiment::{Experiment, RunKey};

fn key(text: &str) -> RunKey {
    text.parse::<Experiment>().unwrap().key().unwrap()
}

const ONE: &str = "name = 'x'\nenvironment.name = 'grid-3x3'\npower.discount = 0.1";
const TWO: &str = "name = 'x'\nenvironment.name = 'grid-3x3'\n[power]\nagents = 2\ndiscount = 0.1";

#[test]
fn names_and_spelling_do_not_count() {
    let same = [
        ONE.to_owned(),
        ONE.replace("'x'", "'y'\ndescription = 'z'"),
        ONE.replace("0.1", "'1/10'"),
        ONE.replace("grid-3x3", "grid:rows=3,columns=3"),
        format!(
            "samples = 10_000\nseed = 0\nsampling = 'independent'\nkeep-samples = 0\n{ONE}\nreward = {{ distribution = 'uniform', low = 0, high = 1 }}"
        ),
        ONE.replace("'grid-3x3'", "'grid-3x3'\nenvironment.noise = 0"),
    ];
    for text in &same {
        assert_eq!(key(text), key(ONE), "{text}");
    }
    let mixtures = [
        "'0.75 stay + 0.25 toward:(0, 1)'",
        "{ mix = { stay = 'rest', 'toward:(0, 1)' = '1/4' } }",
        "{ mix = { stay = 0.75, 'toward:(0, 1)' = 'rest' } }",
    ];
    for text in mixtures.map(|policy| format!("{TWO}\nseed-policy = {policy}")) {
        assert_eq!(key(&text), key(&format!("{TWO}\nseed-policy = {}", mixtures[0])), "{text}");
    }
    assert_eq!(
        key(TWO),
        key(&format!("{TWO}\ndiscount-a = '1/10'\ncorrelation = 0\nseed-policy = 'uniform'\nrounds = 1"))
    );
}

#[test]
fn everything_else_does() {
    let others = [
        ONE.to_owned(),
        TWO.to_owned(),
        ONE.replace("0.1", "0.2"),
        ONE.replace("discount = 0.1", "limit = 'one'"),
        ONE.replace("grid-3x3", "maze-7x7"),
        ONE.replace("'grid-3x3'", "'grid-3x3'\nenvironment.noise = 0.1"),
        format!("seed = 1\n{ONE}"),
        format!("samples = 1\n{ONE}"),
        format!("keep-samples = 1\n{ONE}"),
        format!("sampling = 'antithetic'\n{ONE}"),
        format!("sampling = 'sobol'\n{ONE}"),
        format!("until-se = 0.001\n{ONE}"),
        format!("until-se = 0.002\n{ONE}"),
        format!("{ONE}\npower.as-published = true"),
        format!("{ONE}\nreward.high = 2"),
        format!("{ONE}\nreward.reject-constant = true"),
        format!("{ONE}\nreward.same = [['(0, 0)', '(0, 1)']]"),
        format!("{ONE}\nreward.states.'(0, 0)'.high = 2"),
        format!("{TWO}\ndiscount-a = 0.2"),
        format!("{TWO}\ncorrelation = 0.5"),
        format!("{TWO}\nseed-policy = 'stay'"),
        format!("{TWO}\nseed-policy.toward = '(0, 0)'"),
        format!("{TWO}\nseed-policy.toward = '(0, 1)'"),
        format!("{TWO}\nseed-policy = '0.5 stay + 0.5 uniform'"),
        format!("{TWO}\nrounds = 2"),
        format!("{TWO}\nseed-baseline = false"),
        TWO.replace("'grid-3x3'", "'grid-3x3'\nenvironment.collision = 'leak'"),
        TWO.replace("'grid-3x3'", "'grid-3x3'\nenvironment.collision = 'block'"),
        TWO.replace("'grid-3x3'", "'grid-3x3'\nenvironment.collision = 'leak'\nenvironment.swaps = false"),
    ];
    let mut keys: Vec<RunKey> = others.iter().map(|text| key(text)).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), others.len());
}

#[test]
fn files_count_by_what_they_say() {
    let directory = tempfile::tempdir().unwrap();
    let (map, policy) = (directory.path().join("map.txt"), directory.path().join("policy.json"));
    std::fs::write(&map, "...\n...\n...\n").unwrap();
    std::fs::write(&policy, "1").unwrap();
    let text = TWO.replace("grid-3x3", map.to_str().unwrap());
    assert_eq!(key(&text), key(TWO));
    let with_policy = format!("{text}\nseed-policy = '{}'", policy.display());
    let before = key(&with_policy);
    std::fs::write(&policy, "2").unwrap();
    assert_ne!(key(&with_policy), before);
    std::fs::write(&map, "...\n...\n...\n###\n").unwrap();
    assert_ne!(key(&text), key(TWO), "same model, another layout");
}

/// A discount that was made from an `f64` is that dyadic number, not the decimals that are nearest.
#[test]
fn exact_numbers_count() {
    let mut experiment: Experiment = ONE.parse().unwrap();
    let tenth = experiment.key().unwrap();
    experiment.power = dunamis_experiment::SingleAgent::new(dunamis_mdp::Discount::new(0.1).unwrap()).into();
    assert_ne!(experiment.key().unwrap(), tenth);
    assert_eq!(experiment.to_toml().parse::<Experiment>().unwrap(), experiment);
}

#[test]
fn keys_are_read_back() {
    let key = key(ONE);
    assert_eq!(key.to_string().parse(), Ok(key));
    for text in ["", "0", "+0000000000000000000000000000000", &key.to_string().to_uppercase()] {
        assert!(text.parse::<RunKey>().is_err(), "{text}");
    }
}
