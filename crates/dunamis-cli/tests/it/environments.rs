//! What commands print about small environments.

use crate::Workplace;
use dunamis_mdp::TransitionModel;
use std::fmt::Write;

/// One now, or three a step later, which is better from γ = 1/3 on.
const TORTOISE: &str = r#"{
    "schema": 1,
    "states": ["start", "wait", "end"],
    "transitions": [
        {"from": "start", "action": "one now", "to": "end", "probability": 1},
        {"from": "start", "action": "three later", "to": "wait", "probability": 1},
        {"from": "wait", "action": "go", "to": "end", "probability": 1},
        {"from": "end", "action": "stay", "to": "end", "probability": 1}
    ],
    "rewards": [
        {"state": "start", "action": "one now", "reward": 1},
        {"state": "wait", "action": "go", "reward": 3}
    ]
}"#;

/// Snapshots of what the binary answers.
macro_rules! answers {
    ($($name:ident: $arguments:expr;)*) => {$(
        #[test]
        fn $name() {
            let place = Workplace::new();
            place.file("ring.txt", "...\n.#.\n...\n");
            place.file("wide.txt", &format!("{}\n", ".".repeat(21)));
            place.file("tortoise.json", TORTOISE);
            let answer = place.answer($arguments);
            assert_eq!(answer.code, Some(0), "{answer}");
            for line in answer.stdout.lines() {
                assert!(line.chars().count() <= 100, "{line}");
            }
            let mut settings = insta::Settings::clone_current();
            // Work and bounds change with every improvement of a solver.
            settings.add_filter(r"after \d+ iterations? and \d+ sweeps?", "after WORK");
            settings.add_filter("loses at most [^ \n]+", "loses at most LOSS");
            settings.add_filter("off by more than [^ \n]+", "off by more than GAP");
            settings.bind(|| insta::assert_snapshot!(answer));
        }
    )*};
}

answers! {
    env_show_case_study: "env show case-study";
    env_show_map: "env show ring.txt:noise=1/10";
    env_show_outline: "env show robot-face-20x20";
    env_show_joint: "env show corridor-3 --agents 2 --collision renormalise --swaps forbidden";
    env_show_joint_outline: "env show grid-3x3 --agents 2";
    env_formats: "env formats";
    env_convert: "env convert forest:p=1/3 forest.npz --without exact-numbers,state-names";
    solve_list: "solve --list";
    solve_total: "solve forest --total";
    solve_exact: "solve forest --discount 9/10 --exact";
    solve_exact_average: "solve forest --average --exact";
    solve_exact_long: "solve garnet:states=20 --discount 0.9 --exact --states s3";
    solve_verified: "solve forest --discount 0.5 --verify";
    solve_verified_average: "solve forest --average --verify";
    solve_cut: "solve garnet:states=41 --steps 2 --solver finite-horizon";
    solve_computed_grid: "solve implicit-grid:rows=3,columns=20,noise=1/10 --discount 0.9 --quiet";
    solve_computed_garnet: "solve implicit-garnet:states=1000,seed=7 --discount 0.99 --states s7,s0 --set evaluation_sweeps=0 --quiet";
    solve_chosen_states: "solve forest --steps 2 --states 2,0";
    solve_iteration_limit: "solve forest --discount 0.9 --max-iterations 1 --solver value-iteration --set sweep=gauss-seidel";
    discounts: "discounts forest";
    discounts_rational: "discounts tortoise.json";
    solve_forest: "solve forest --discount 0.9";
    solve_average: "solve forest --average";
    solve_steps: "solve forest --steps 3";
    power_map: "power ring.txt --discount 0.9 --samples 200";
    power_wide_map: "power wide.txt --discount 0.5 --samples 10";
    power_model: "power case-study --discount 0.9 --samples 200 --seed 7";
    power_one_sample: "power ring.txt --discount 0.9 --samples 1";
    power_until: "power ring.txt --discount 0.9 --sampling sobol --until-se 0.001";
    power_exact: "power case-study --discount 1/2 --reward one-hot";
    power_limit_one: "power case-study --limit-one --reward one-hot";
    power_as_published: "power ring.txt --discount 0.9 --samples 50 --as-published";
    power_too_few_samples: "power corridor-3 --agents 2 --correlation 0.5 --discount 0.1 --samples 64 --seed 3";
    power_two_agents: "power ring.txt --agents 2 --collision leak --discount 0.6 --samples 200";
    power_two_discounts:
        "power case-study --agents 2 --discount 0.6 --discount-a 0.9 --correlation -0.5 --samples 100 --no-seed-baseline";
    power_without_preferences: "power ring.txt --agents 2 --discount 0.6 --samples 5 --reward point-mass:value=1";
}

/// Files that are used where they lie say what they hold, and solving them is solving what they were written from.
#[test]
fn models_that_stay_in_their_files() {
    let place = Workplace::new();
    let mut answers = String::new();
    for command in [
        "env convert implicit-grid:rows=60,columns=50,noise=1/10 grid.dmdp --quiet",
        "env convert implicit-garnet:states=2000,seed=7 garnet.dmdp --quiet",
        "env convert forest forest.dmdp --without exact-numbers",
        "env convert grid.dmdp copy.dmdp --quiet",
        "env convert forest.dmdp forest.json",
        "env show grid.dmdp",
        "env show garnet.dmdp",
        "env show forest.dmdp --all",
        "env check grid.dmdp",
        "solve grid.dmdp --discount 0.9 --states 2999,0 --quiet",
    ] {
        let answer = place.answer(command);
        assert_eq!(answer.code, Some(0), "{answer}");
        write!(answers, "{answer}\n\n").unwrap();
    }
    assert_eq!(place.answer("solve forest.dmdp --average").code, Some(0));
    let bytes = |name: &str| std::fs::read(place.path().join(name)).expect("a file");
    assert!(bytes("copy.dmdp") == bytes("grid.dmdp"));
    for (computed, file) in [
        ("implicit-grid:rows=60,columns=50,noise=1/10", "grid.dmdp"),
        ("implicit-garnet:states=2000,seed=7", "garnet.dmdp"),
    ] {
        let solve = |model: &str, threads: usize| {
            let mut document =
                place.document(&format!("solve {model} --discount 0.95 --json --all --quiet --threads {threads}"));
            for value in document["values"].as_array_mut().expect("values") {
                value["state"] = "states of files have numbers for names".into();
            }
            document["environment"] = "the same".into();
            document
        };
        let expected = solve(computed, 1);
        assert!(expected["values"].as_array().is_some_and(|values| values.len() >= 2000));
        assert_eq!(solve(file, 1), expected);
        assert_eq!(solve(file, 3), expected);
    }
    let mut damaged = bytes("forest.dmdp");
    damaged.pop();
    std::fs::write(place.path().join("short.dmdp"), &damaged).expect("a writable directory");
    damaged.push(1);
    std::fs::write(place.path().join("damaged.dmdp"), &damaged).expect("a writable directory");
    for command in [
        "solve short.dmdp --discount 0.9",
        "env check damaged.dmdp",
        "solve missing.dmdp --discount 0.9",
        "env convert implicit-grid grid.json",
        "env convert implicit-grid implicit.dmdp --agents 2",
        "env convert forest forest.dmdp",
    ] {
        let answer = place.answer(command);
        assert_ne!(answer.code, Some(0), "{answer}");
        write!(answers, "{answer}\n\n").unwrap();
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn all_registered_environments_are_listed() {
    let list = Workplace::new().answer("env list").stdout;
    for entry in dunamis_envs::REGISTRY {
        for name in entry.aliases.iter().chain([&entry.name]) {
            assert!(list.contains(name), "{name}");
        }
        for parameter in entry.parameters {
            assert!(list.contains(parameter.key), "{}: {}", entry.name, parameter.key);
        }
    }
    for entry in dunamis_envs::IMPLICIT_REGISTRY {
        assert!(list.contains(entry.name));
        assert!(entry.parameters.iter().all(|parameter| list.contains(parameter.key)));
    }
    for line in list.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn all_solvers_are_listed() {
    let list = Workplace::new().answer("solve --list").stdout;
    for solver in dunamis_solve::SOLVERS {
        assert!(list.lines().any(|line| line.split_whitespace().next() == Some(solver.name)), "{}", solver.name);
    }
}

#[test]
fn printed_models_are_read_back() {
    let place = Workplace::new();
    for entry in dunamis_envs::REGISTRY {
        let printed = place.answer(&format!("env show {} --json", entry.name)).stdout;
        place.file("copy.json", &printed);
        let copy = place.answer("env show copy.json --json").stdout;
        let read = |text: &str| TransitionModel::from_json(text).expect(entry.name);
        let ((model, reward), (copied, copied_reward)) = (read(&printed), read(&copy));
        assert_eq!((model, reward), (copied, copied_reward), "{}", entry.name);
    }
    let power =
        |name: &str| place.document(&format!("power {name} --discount 0.9 --samples 30 --json"))["power"].clone();
    place.file("copy.json", &place.answer("env show maze-7x7:noise=0.1 --json").stdout);
    assert_eq!(power("copy.json"), power("maze-7x7:noise=0.1"));
}

const PATCH: &str = r#"{"schema": 1, "edits": [
    {"edit": "forbid", "at": {"A": "(0, 2)"}, "agent": "H", "action": "stay"},
    {"edit": "delete", "state": "(0, 0)_H^(0, 0)_A", "arriving": "renormalize"}]}"#;

/// Models of two agents in files, edited, checked, shown, and their policies.
#[test]
fn models_of_two_agents() {
    let place = Workplace::new();
    place.file("patch.json", PATCH);
    place.file(
        "left.json",
        r#"{"schema": 1, "edits": [{"edit": "set", "at": {"A": "(0, 1)"}, "distribution": {"left": 1}}]}"#,
    );
    place.file(
        "wrong.json",
        r#"{"schema": 1, "edits": [{"edit": "forbid", "action": "stay"}, {"edit": "forbid", "action": "right"}]}"#,
    );
    place.file("bad.gv", "digraph {\"[a]\" -> \"[x]__[a]\"\n\"[x]__[a]\" -> \"[b]__[x]__[a]\" [weight=0.5]\n\"[c]\"}");
    let mut report = String::new();
    for arguments in [
        "env convert corridor-3 corridor.gv --agents 2 --collision leak",
        "env show corridor.gv",
        "env check corridor.gv",
        "env edit corridor-3 patch.json edited.gv --agents 2",
        "env check edited.gv",
        "env convert edited.gv edited.json",
        "power edited.json --agents 2 --discount 0.5 --reward one-hot",
        "policy edit edited.gv policy.gv --patch left.json",
        "policy edit edited.gv stay.json --from stay --agent H",
        "power edited.gv --agents 2 --discount 0.5 --samples 50 --seed-policy policy.gv --no-seed-baseline",
        "env edit corridor-3 wrong.json never.json",
        "env check bad.gv",
        "env check bad.gv --json",
        "env check no-such.gv",
        "env show edited.gv --agents 2 --collision block",
        "env show edited.gv --agents 2 --swaps forbidden",
        "solve edited.gv --discount 0.5",
    ] {
        let answer = place.answer(arguments);
        write!(report, "$ dunamis {arguments}\n{answer}\n\n").unwrap();
    }
    insta::assert_snapshot!(report);
}

/// Configs of another program.
#[test]
fn imports() {
    let place = Workplace::new();
    let config = include_str!("../../../dunamis-experiment/tests/it/files/powerplay/my_first_sweep.yaml");
    place.file("sweep.yaml", &config.replace("20000", "20"));
    place.file("wrong.yaml", "name: x\nparameters:\n  mdp_grahp: {value: x}\n");
    let mut report = String::new();
    for arguments in [
        "import powerplay sweep.yaml --out imported",
        "import powerplay sweep.yaml --as-published --json",
        "import powerplay wrong.yaml",
        "import powerplay no-such.yaml",
    ] {
        let answer = place.answer(arguments);
        write!(report, "$ dunamis {arguments}\n{answer}\n\n").unwrap();
    }
    insta::assert_snapshot!(report);
    assert_eq!(place.answer("run imported/my_first_sweep.toml").code, Some(0));
}
