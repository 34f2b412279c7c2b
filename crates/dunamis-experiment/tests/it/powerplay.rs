//! Experiments of `POWERplay`: what they become, what they give, and what is wrong with them.

use dunamis_envs::{Collision, JointEnvironment, JointRules, format, load, load_joint};
use dunamis_experiment::powerplay::{Import, ImportOptions, ImportedKind, import, import_config};
use dunamis_experiment::{Estimates, PowerSettings, Run, RunPower, Sweep, run};
use dunamis_mdp::{Agent, StochasticPolicy};
use proptest::prelude::*;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

fn path(name: &str) -> String {
    format!("{}/tests/it/files/powerplay/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn published() -> ImportOptions {
    ImportOptions { as_published: true, ..ImportOptions::default() }
}

/// Files and changes, as one text.
fn shown(import: &Import) -> String {
    let mut text = String::new();
    for file in &import.files {
        match file.kind {
            ImportedKind::Config => writeln!(text, "=== {}\n{}", file.name, file.text).unwrap(),
            kind => writeln!(text, "=== {} ({kind:?})", file.name).unwrap(),
        }
    }
    for change in &import.changes {
        let (subject, here) = (change.subject, &change.here);
        writeln!(text, "{subject}: {}\n  here: {here}\n  back: {}", change.original, change.original_again).unwrap();
    }
    text
}

/// The runs of an imported config of one file, with so many samples.
fn compute(import: &Import, samples: u64) -> Vec<Run> {
    let directory = tempfile::tempdir().unwrap();
    let configs = import.write(directory.path()).unwrap();
    assert_eq!(configs.len(), 1);
    let settings = [format!("samples={samples}").parse().unwrap()];
    let sweep = Sweep::load(&configs[0], &settings).unwrap();
    let runs = directory.path().join("runs");
    sweep.points.iter().map(|point| run(&point.experiment, &runs, &()).unwrap()).collect()
}

#[test]
fn shipped_configs() {
    for (name, options) in [
        ("my_first_sweep", ImportOptions::default()),
        ("test_stochastic", published()),
        ("test_multiagent_actual", ImportOptions::default()),
        ("test_reward_correlation", ImportOptions::default()),
    ] {
        let import = import(path(&format!("{name}.yaml")), &options).unwrap();
        insta::assert_snapshot!(name, shown(&import));
        let directory = tempfile::tempdir().unwrap();
        let sweep = Sweep::load(&import.write(directory.path()).unwrap()[0], &[]).unwrap();
        assert_eq!(sweep.name, name);
    }
}

fn one(run: &Run) -> &Estimates {
    match &run.power {
        RunPower::SingleAgent(power) => power,
        RunPower::MultiAgent { .. } => panic!("one agent"),
    }
}

/// H in the corridor against an A that moves to the left, simulated by a model of one agent and actual.
#[test]
fn simulated_and_actual_agree() {
    let actual = compute(&import(path("test_multiagent_actual.yaml"), &ImportOptions::default()).unwrap(), 400);
    let file = path("joint_1x3_gridworld_with_agent_H_forbidden_from_staying_when_agent_A_is_at_far_right.gv");
    let joint = load_joint(&file, JointRules::default()).unwrap();
    let text = std::fs::read_to_string(path("joint_1x3_gridworld_agent_A_move_left.gv")).unwrap();
    let policy = format::joint_policy("x.gv", &text, joint.model(), Agent::A).unwrap();
    let simulated = dunamis_envs::Environment::new("simulated", joint.model().induced(Agent::H, &policy));
    let models = tempfile::tempdir().unwrap();
    format::write(&simulated, models.path().join("simulated.gv")).unwrap();
    let text = std::fs::read_to_string(path("test_multiagent_actual.yaml")).unwrap();
    let (before, after) = text.split_once("  joint_mdp_graph:").unwrap();
    let (_, after) = after.split_once("  discount_rate:").unwrap();
    let text = format!("{before}  mdp_graph:\n    value: simulated\n  discount_rate:{after}");
    let options = ImportOptions { models: vec![models.path().into()], ..ImportOptions::default() };
    let simulated = compute(&import_config(&text, "simulated.yaml", &options).unwrap(), 400);
    assert_eq!(actual[0].states, simulated[0].states);
    assert_eq!(one(&actual[0]).mean, one(&simulated[0]).mean);
    // Near-sighted, and not in the cell where A stays: 1 of 2 or 3 cells, at γ = 0 the largest of their rewards.
    for (state, mean) in actual[0].states.iter().zip(&one(&actual[0]).mean) {
        let options =
            if state.contains("(0, 1)_H") { 3.0 } else { 2.0 } - f64::from(u8::from(state.ends_with("(0, 2)_A")));
        let near: f64 = options / (options + 1.0);
        assert!((mean - near).abs() < 0.08, "{state}: {mean} {near}");
    }
}

/// The number of options says what POWER is for an agent that looks one step ahead, and the original's arithmetic agrees
/// with ours where it converges.
#[test]
fn numbers_are_those_of_the_definition() {
    let own = compute(&import(path("test_stochastic.yaml"), &ImportOptions::default()).unwrap(), 300);
    let theirs = compute(&import(path("test_stochastic.yaml"), &published()).unwrap(), 300);
    assert_eq!(own.len(), 2);
    for (own, theirs) in own.iter().zip(&theirs) {
        assert_ne!(own.key, theirs.key);
        for (a, b) in one(own).mean.iter().zip(&one(theirs).mean) {
            assert!((a - b).abs() < 2e-3, "{a} {b}");
        }
    }
    let registered = load("stochastic-4").unwrap();
    assert_eq!(own[0].states, registered.model().states().iter().collect::<Vec<_>>());
    // Opposite goals and equal ones, as published: means of H at β = 1 and -1 are in order.
    let correlated = compute(&import(path("test_reward_correlation.yaml"), &ImportOptions::default()).unwrap(), 150);
    let means: Vec<f64> = correlated
        .iter()
        .map(|run| {
            let RunPower::MultiAgent { h, .. } = &run.power else { panic!("two agents") };
            h.mean.iter().sum::<f64>() / h.mean.len() as f64
        })
        .collect();
    assert!(means[0] > means[1] + 0.05 && means[1] > means[2], "{means:?}");
}

const HEAD: &str = "name: x\nprogram: sweep.py\nparameters:\n";

fn config(parameters: &str) -> String {
    let mut text = HEAD.to_owned();
    for (key, value) in [
        ("discount_rate", "0.5"),
        ("num_reward_samples", "20"),
        ("random_seed", "null"),
        ("convergence_threshold", "0.0001"),
        ("reward_distribution", "{default_dist: {dist_name: uniform, params: [0, 1]}, allow_all_equal_rewards: True}"),
    ] {
        if !parameters.contains(&format!("{key}:")) {
            writeln!(text, "  {key}: {{value: {value}}}").unwrap();
        }
    }
    text + parameters
}

fn imported(parameters: &str, options: &ImportOptions) -> Import {
    let import = import_config(&config(parameters), "/nowhere/x.yaml", options).unwrap();
    import.write(tempfile::tempdir().unwrap().path()).unwrap();
    import
}

/// All distributions, sweeps over what is no number, collisions, groups, states of shipped models under their shipped names.
#[test]
fn everything_that_a_config_may_say() {
    let law = |name: &str, parameters: &str| format!("{{default_dist: {{dist_name: {name}, params: [{parameters}]}}}}");
    let laws = [
        law("uniform_0_1_manual", ""),
        law("jaynes_prior", ""),
        law("beta", "2, .5"),
        law("pareto", "1, 3"),
        law("bernoulli", "0.25"),
    ];
    let parameters = format!(
        "  mdp_graph: {{values: [3x3_gridworld, 7x7_gridworld_maze], names: [\"small\", \"large\"]}}\n  \
         reward_distribution: {{values: [{}], names: [flat, jaynes, beta, pareto, coin]}}\n  value_initializations: {{value: null}}\n  \
         discount_rate: {{values: [0, 1/3], names: [\"0\", third]}}",
        laws.join(", ")
    );
    let mut report = shown(&imported(&parameters, &ImportOptions::default()));
    let paper = "  mdp_graph: {value: mdp_from_paper}\n  discount_rate: {value: 1}\n  reward_distribution:\n    value:\n      \
                 default_dist: {dist_name: uniform, params: [0, 1]}\n      allow_all_equal_rewards: False\n      \
                 states_with_identical_rewards: [[ℓ_↖, ℓ_↙], [★]]\n      state_dists:\n        ∅: {dist_name: uniform, params: [-1, 1]}";
    report += &shown(&imported(paper, &ImportOptions::default()));
    let joint = "  joint_mdp_graph: {values: [joint_7x7_gridworld_maze, joint_7x7_gridworld_maze_no_overlaps], names: [free, apart]}\n  \
                 seed_policy_graph_agent_A: {value: joint_7x7_gridworld_maze_no_overlaps_agent_A_uniform_random}\n  \
                 discount_rate_agent_A: {value: 0.9}\n  reward_correlation: {value: 0.5}\n  reward_distribution:\n    value:\n      \
                 default_dist: {dist_name: beta, params: [3, 3]}\n      \
                 states_with_identical_rewards: [['(0, 0)_H^(0, 1)_A', '(0, 1)_H^(0, 0)_A']]";
    report += &shown(&imported(joint, &ImportOptions::default()));
    report += &shown(&imported(joint, &published()));
    insta::assert_snapshot!(report);
}

/// Files count more than shipped names if they say something else, and uniform policies are known whatever they are called.
#[test]
fn graphs_are_found_and_compared() {
    let place = tempfile::tempdir().unwrap();
    let (mdps, policies) = (place.path().join("mdps"), place.path().join("policies"));
    std::fs::create_dir(&mdps).unwrap();
    std::fs::create_dir(&policies).unwrap();
    let configs = place.path().join("configs").join("test");
    std::fs::create_dir_all(&configs).unwrap();
    let apart = JointEnvironment::new(load("maze-7x7").unwrap(), Collision::Leak).unwrap();
    format::write_joint(apart.model(), mdps.join("joint_7x7_gridworld_maze_no_overlaps.gv")).unwrap();
    let noisy = JointEnvironment::new(load("corridor-3:noise=0.5").unwrap(), Collision::Leak).unwrap();
    format::write_joint(noisy.model(), mdps.join("joint_3x3_gridworld.gv")).unwrap();
    let even = StochasticPolicy::uniform(noisy.model().available(Agent::A));
    let text = format::joint_policy_text("x.gv", noisy.model(), Agent::A, &even).unwrap();
    std::fs::write(policies.join("even.gv"), text).unwrap();
    let import = |graph: &str, policy: &str, options: &ImportOptions| {
        let text =
            config(&format!("  joint_mdp_graph: {{value: {graph}}}\n  policy_graph_agent_A: {{value: {policy}}}"));
        let import = import_config(&text, configs.join("x.yaml"), options).unwrap();
        import.write(configs.join("out")).unwrap();
        import
    };
    let known = import(
        "joint_7x7_gridworld_maze_no_overlaps",
        "joint_7x7_gridworld_maze_no_overlaps_agent_A_uniform_random",
        &published(),
    );
    assert_eq!(known.files.len(), 1);
    assert!(known.files[0].text.contains("name = \"maze-7x7\"\ncollision = \"leak\""), "{}", known.files[0].text);
    let other = import("joint_3x3_gridworld", "even", &ImportOptions::default());
    assert_eq!(other.files.len(), 2);
    let text = &other.files[0].text;
    assert!(text.contains("name = \"joint_3x3_gridworld.gv\"\ncollision = \"renormalize\""), "{text}");
    assert!(text.contains("against = \"uniform\""), "{text}");
    assert!(other.changes.iter().any(|change| change.subject == "missing-mass"));
    let sweep = Sweep::load(configs.join("out/x.toml"), &[]).unwrap();
    assert!(
        matches!(&sweep.points[0].experiment.power, PowerSettings::SingleAgent(settings) if settings.against.is_some())
    );
}

#[test]
fn graphs_become_json() {
    for (file, two) in [
        ("3x3_gridworld", false),
        ("stochastic_graph_4_states", false),
        ("joint_1x3_gridworld_with_agent_H_forbidden_from_staying_when_agent_A_is_at_far_right", true),
    ] {
        let import = import(path(&format!("{file}.gv")), &ImportOptions::default()).unwrap();
        let place = tempfile::tempdir().unwrap();
        import.write(place.path()).unwrap();
        let written = place.path().join(format!("{file}.json"));
        if two {
            let read = |path: &Path| format::read_joint(path).unwrap().unwrap();
            assert_eq!(read(&written), read(Path::new(&path(&format!("{file}.gv")))));
        } else {
            let read = |path: &Path| format::read(path).unwrap().model().clone();
            assert_eq!(read(&written), read(Path::new(&path(&format!("{file}.gv")))));
        }
    }
    let import = import(path("joint_1x3_gridworld_agent_A_move_left.gv"), &ImportOptions::default()).unwrap();
    let corridor = JointEnvironment::new(load("corridor-3").unwrap(), Collision::None).unwrap();
    let own = format::joint_policy("x.json", &import.files[0].text, corridor.model(), Agent::A).unwrap();
    let text = std::fs::read_to_string(path("joint_1x3_gridworld_agent_A_move_left.gv")).unwrap();
    assert_eq!(own, format::joint_policy("x.gv", &text, corridor.model(), Agent::A).unwrap());
}

#[test]
fn what_is_wrong_is_located() {
    let grid = "  mdp_graph: {value: 3x3_gridworld}";
    let two = "  joint_mdp_graph: {value: joint_3x3_gridworld}\n  seed_policy_graph_agent_A: \
               {value: joint_3x3_gridworld_agent_A_uniform_random}\n  discount_rate_agent_A: {value: 0.5}\n  reward_correlation: ";
    let law = |law: &str| format!("{grid}\n  reward_distribution:\n    value: {law}");
    let mut report = String::new();
    for text in [
        String::new(),
        "name: x\nparameters: [".into(),
        "- a\n- b".into(),
        "name: x".into(),
        "name: &a x\nparameters: *a".into(),
        "name: x\n---\nname: y".into(),
        "nmae: x".into(),
        "name: x\nname: y".into(),
        "[".repeat(60),
        config(""),
        config("  mdp_grahp: {value: 3x3_gridworld}"),
        config("  mdp_graph: 3x3_gridworld"),
        config("  mdp_graph: {values: [3x3_gridworld], names: [a, b]}"),
        config("  mdp_graph: {value: 3x3_gridwrold}"),
        config("  mdp_graph: {value: {}}"),
        config(&format!("{grid}\n  reward_correlation: {{value: 0}}")),
        config(&format!("{grid}\n  discount_rate: {{value: 1.5}}")),
        config(&format!("{grid}\n  discount_rate: {{value: high}}")),
        config(&format!("{grid}\n  num_reward_samples: {{value: 0}}")),
        config(&format!("{grid}\n  num_reward_samples: {{value: 1e4}}")),
        config(&format!("{grid}\n  random_seed: {{value: -1}}")),
        config(&format!("{grid}\n  discount_rate: {{values: [0.5, 1], names: [a, b]}}")),
        config(&law("{}")),
        config(&law("{default_dist: {dist_name: unifrom, params: [0, 1]}}")),
        config(&law("{default_dist: {dist_name: uniform, params: [1]}}")),
        config(&law("{default_dist: {dist_name: uniform, params: [1, 0]}}")),
        config(&law("{default_dist: {dist_name: beta, params: [a, b]}}")),
        config(&law("{default_dist: {dist_name: uniform, params: [0, 1]}, allow_all_equal_rewards: maybe}")),
        config(&law(
            "{default_dist: {dist_name: uniform, params: [0, 1]}, states_with_identical_rewards: [['(0, 0)', '(0, 7)']]}",
        )),
        config(&format!("{two}{{value: 2}}")),
        config("  joint_mdp_graph: {value: joint_3x3_gridworld}\n  policy_graph_agent_A: {value: always_left}"),
    ] {
        let last = text.lines().last().unwrap_or_default().trim();
        match import_config(&text, "/nowhere/x.yaml", &ImportOptions::default()) {
            Ok(import) => writeln!(report, "{last}\n  is fine: {:?}", import.files[0].text).unwrap(),
            Err(error) => {
                let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
                writeln!(report, "{last}\n  {error}{cause}").unwrap();
            }
        }
    }
    // A law that needs symmetry is found out when the config is checked.
    let text = config(&format!(
        "{two}{{value: -1}}\n  reward_distribution: {{value: {{default_dist: {{dist_name: pareto, params: [1, 3]}}}}}}"
    ));
    let opposite = import_config(&text, "/nowhere/x.yaml", &ImportOptions::default()).unwrap();
    let place = tempfile::tempdir().unwrap();
    let error = opposite.write(place.path()).unwrap_err();
    writeln!(report, "pareto, opposite\n  {error}").unwrap();
    let file = place.path().join("no-such.yaml");
    assert!(import(&file, &ImportOptions::default()).unwrap_err().to_string().contains("no-such.yaml"));
    insta::assert_snapshot!(report);
}

proptest! {
    /// Texts that look like configs.
    #[test]
    fn no_text_makes_the_importer_panic(
        lines in proptest::collection::vec("( {0,6})(- |\\? |: |[a-z_]{1,5}: ?|parameters:|mdp_graph:|value:|values: \\[|reward_distribution:|[\\[{}\\],&*!|>'\"%@#-]{1,3}|[0-9.e-]{1,5}|3x3_gridworld|null|\t)", 0..14)
    ) {
        let text = lines.join("\n");
        let _ = import_config(&text, "/nowhere/x.yaml", &ImportOptions::default());
        let _ = import_config(&config(&text), "/nowhere/x.yaml", &ImportOptions::default());
    }
}
