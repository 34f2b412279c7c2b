//! Bad input: one clear error each, which names the place and the fix, and nothing left behind.

use crate::Workplace;
use dunamis_envs::format::Content;

const CONFIG: &str =
    "name = \"corridor\"\nsamples = 10\n\n[environment]\nname = \"corridor-3\"\n\n[power]\ndiscount = 0.5\n";

fn workplace() -> Workplace {
    let place = Workplace::new();
    place.file("ragged.txt", "...\n..\n...\n");
    place.file("unknown.txt", "..\n.x\n");
    place.file("walls.txt", "##\n##\n");
    let row = |from: &str, to: &str, probability: f64| {
        format!(r#"{{"from": "{from}", "action": "go", "to": "{to}", "probability": {probability}}}"#)
    };
    let model = |rows: [String; 2]| {
        format!(r#"{{"schema": 1, "states": ["here", "there"], "transitions": [{}]}}"#, rows.join(", "))
    };
    place.file("row-sum.json", &model([row("here", "there", 0.9), row("there", "there", 1.0)]));
    place.file("excess.json", &model([row("here", "there", 0.9), row("here", "here", 0.2)]));
    let rewarded = |rows| model(rows).replace("\"states\"", "\"rewards\": {\"here\": 1}, \"states\"");
    place.file("here.json", &rewarded([row("here", "there", 1.0), row("there", "there", 1.0)]));
    let rounded = dunamis_envs::load("forest").and_then(|forest| forest.without(Content::ExactNumbers));
    let rounded = rounded.expect("a model in doubles");
    dunamis_envs::format::write(&rounded, place.path().join("inexact.npz")).expect("a writable directory");
    place.file("no-json.json", "{\"schema\": 1,\n\"states\": [\"a\"]");
    place.file("policy.json", r#"{"schema": 1, "policy": {"(0, 0)_H^(0, 0)_A": {"stay": 1}}}"#);
    place.file("good.toml", CONFIG);
    place.file("misspelt.toml", &CONFIG.replace("samples", "sampels"));
    place.file("discount.toml", &CONFIG.replace("0.5", "1.0"));
    place.file("no-samples.toml", &CONFIG.replace("10", "0"));
    place.file("correlation.toml", &CONFIG.replace("discount", "agents = 2\ncorrelation = 2.0\ndiscount"));
    place.file("environment.toml", &CONFIG.replace("corridor-3", "coridor-3"));
    place.file("no-toml.toml", "name = \n");
    place
}

/// Snapshots of errors, all with exit code 2 and nothing on stdout.
macro_rules! errors {
    ($($name:ident: $arguments:expr;)*) => {$(
        #[test]
        fn $name() {
            let place = workplace();
            let files = || std::fs::read_dir(place.path()).expect("a directory").count();
            let before = files();
            let answer = place.answer($arguments);
            assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""), "{answer}");
            assert_eq!(files(), before, "nothing is left behind");
            insta::assert_snapshot!(answer);
        }
    )*};
}

errors! {
    ragged_map: "power ragged.txt --discount 0.9";
    unknown_character: "env show unknown.txt";
    no_open_cell: "power walls.txt --discount 0.9";
    missing_file: "power nowhere.txt --discount 0.9";
    unknown_environment: "power maze-8x8 --discount 0.9";
    unknown_parameter: "env show garnet:stats=3";
    discount_of_one: "power grid-3x3 --discount 1";
    negative_discount: "solve forest --discount -0.1";
    discount_in_words: "solve forest --discount high";
    discount_of_a: "power grid-3x3 --agents 2 --discount 0.5 --discount-a 1.5";
    no_samples: "power grid-3x3 --discount 0.9 --samples 0";
    negative_samples: "power grid-3x3 --discount 0.9 --samples -5";
    half_a_pair: "power grid-3x3 --discount 0.9 --samples 99 --sampling antithetic";
    unknown_sampling: "power grid-3x3 --discount 0.9 --sampling sobel";
    unreachable_std_error: "power grid-3x3 --discount 0.9 --until-se 0";
    correlation_above_one: "power grid-3x3 --agents 2 --discount 0.9 --correlation 1.01";
    correlation_below_minus_one: "power grid-3x3 --agents 2 --discount 0.9 --correlation -2";
    asymmetric_law: "power grid-3x3 --agents 2 --discount 0.9 --correlation -1 --reward exponential:rate=1";
    unknown_law: "power grid-3x3 --discount 0.9 --reward unifrom";
    law_out_of_range: "power grid-3x3 --discount 0.9 --reward beta:alpha=0,beta=1";
    too_many_goals: "power robot-face-20x20 --agents 2 --discount 0.1 --reward one-hot";
    row_sum: "solve row-sum.json --discount 0.9";
    row_sum_above_one: "power excess.json --discount 0.9";
    no_json: "power no-json.json --discount 0.9";
    no_reward: "solve case-study --discount 0.9";
    unknown_solver: "solve forest --discount 0.9 --solver policy-iterations";
    tolerance_of_zero: "solve forest --discount 0.9 --tolerance 0";
    wrong_criterion: "solve forest --discount 0.9 --solver average-reward";
    no_criterion: "solve forest";
    computed_rows_exactly: "solve implicit-grid --discount 0.9 --exact";
    computed_state: "solve implicit-grid:rows=3,columns=4 --discount 0.9 --states (0,3),(3,0)";
    computed_size: "solve implicit-garnet:states=99999999999999999 --discount 0.9";
    two_criteria: "solve forest --average --total";
    no_setting: "solve forest --discount 0.9 --set sweep";
    unknown_setting: "solve forest --discount 0.9 --solver value-iteration --set swep=jacobi";
    wrong_setting: "solve forest --discount 0.9 --solver value-iteration --set sweep=sideways";
    unknown_state: "solve here.json --average --states heer";
    unwritable_values: "solve forest --discount 0.9 --output good.toml/values.csv";
    inexact_model: "solve inexact.npz --discount 0.9 --exact";
    inexact_discounts: "discounts inexact.npz";
    exact_steps: "solve forest --steps 3 --exact";
    exact_by_a_solver: "solve forest --discount 0.9 --exact --solver value-iteration";
    discounts_without_reward: "discounts case-study";
    unwritable_format: "env convert case-study case-study.tra";
    unknown_content: "env convert forest forest.npz --without lables";
    unknown_format: "env convert forest forest.json --format stormdrn";
    unknown_extension: "env convert forest forest.txt";
    unknown_collision: "power grid-3x3 --agents 2 --discount 0.9 --collision leek";
    swaps_without_rule: "power grid-3x3 --agents 2 --discount 0.9 --swaps forbidden";
    one_agent_with_correlation: "power grid-3x3 --discount 0.9 --correlation 0.5";
    one_agent_with_collision: "env show grid-3x3 --collision leak";
    two_agents_at_the_limit: "power grid-3x3 --limit-one --agents 2";
    seed_policy_without_stay: "power case-study --agents 2 --discount 0.9 --seed-policy stay";
    seed_policy_incomplete: "power corridor-3 --agents 2 --discount 0.9 --seed-policy policy.json";
    seed_policy_missing: "power corridor-3 --agents 2 --discount 0.9 --seed-policy nowhere.json";
    no_threads: "env list --threads 0";
    misspelt_key: "run misspelt.toml";
    config_discount: "run discount.toml";
    config_without_samples: "run no-samples.toml";
    config_correlation: "run correlation.toml";
    config_environment: "run environment.toml";
    config_missing: "run nowhere.toml";
    config_is_no_toml: "run no-toml.toml";
    runs_below_a_file: "run good.toml --runs good.toml/runs";
    runs_are_a_file: "run good.toml --runs no-json.json";
    unknown_figure: "figure run h3-fig12";
    figures_below_a_file: "figure run h3-s1 --quick --out good.toml/figures";
    quick_and_precise: "figure run --all --quick --precise";
}
