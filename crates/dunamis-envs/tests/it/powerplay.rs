//! Graphs of `POWERplay`: its own files, models of two agents, policies, and what is wrong with a file.

use crate::strategies::base;
use dunamis_envs::format::{self, Files};
use dunamis_envs::{
    Collision, EnvError, Environment, Format, Grid, JointEnvironment, JointRules, Swaps, load, load_given, load_joint,
};
use dunamis_mdp::{Agent, JointModel, Number, Remark, StateId, json};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

const FORBIDDEN: &str = "joint_1x3_gridworld_with_agent_H_forbidden_from_staying_when_agent_A_is_at_far_right.gv";
const MOVE_LEFT: &str = "joint_1x3_gridworld_agent_A_move_left.gv";

fn path(name: &str) -> String {
    format!("{}/tests/it/files/powerplay/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Every row by the names of its state and action.
fn by_name(environment: &Environment) -> BTreeMap<(&str, &str), BTreeMap<&str, Number>> {
    let model = environment.model();
    let mut rows = BTreeMap::new();
    for s in model.state_ids() {
        for pair in model.available().pairs(s) {
            let action = &model.actions()[model.available().action(pair).index()];
            let row = model.number_row(pair).map(|(next, p)| (&model.states()[next], p)).collect();
            rows.insert((&model.states()[s.index()], action), row);
        }
    }
    rows
}

#[test]
fn shipped_models_of_one_agent() {
    for (file, name) in [("3x3_gridworld.gv", "grid-3x3"), ("stochastic_graph_4_states.gv", "stochastic-4")] {
        let (read, own) = (load(&path(file)).unwrap(), load(name).unwrap());
        assert_eq!(by_name(&read), by_name(&own), "{file}");
        let shape = |environment: &Environment| environment.grid().map(Grid::to_string);
        assert_eq!(shape(&read), shape(&own), "{file}");
        if let Some(grid) = read.grid() {
            for s in read.model().state_ids() {
                let (row, column) = grid.cell(s);
                assert_eq!(&read.model().states()[s.index()], format!("({row}, {column})"));
                assert_eq!(grid.state_at((row, column)), Some(s));
            }
        }
    }
}

#[test]
fn shipped_model_of_two_agents() {
    let file = path(FORBIDDEN);
    assert!(load(&file).unwrap_err().source().unwrap().to_string().contains("two agents"));
    let joint = load_joint(&file, JointRules::default()).unwrap();
    assert_eq!(joint.grid().unwrap().to_string(), "...\n");
    let model = joint.model();
    assert_eq!((model.states().len(), joint.places().len()), (9, 3));
    let positions = joint.positions().unwrap();
    for (s, &(h, a)) in positions.iter().enumerate() {
        let name = format!("{}_H^{}_A", &joint.places()[h.index()], &joint.places()[a.index()]);
        assert_eq!(&model.states()[s], name);
        assert_eq!(joint.state(h, a), Some(StateId::new(s)));
        let stays =
            model.available(Agent::H).at(StateId::new(s)).iter().any(|m| &model.actions(Agent::H)[m.index()] == "stay");
        assert_eq!(stays, &joint.places()[a.index()] != "(0, 2)", "{name}");
    }
    let text = std::fs::read_to_string(path(MOVE_LEFT)).unwrap();
    let policy = format::joint_policy(path(MOVE_LEFT), &text, model, Agent::A).unwrap();
    for s in (0..9).map(StateId::new) {
        for pair in model.available(Agent::A).pairs(s) {
            let action = &model.actions(Agent::A)[model.available(Agent::A).action(pair).index()];
            let leftmost = &joint.places()[positions[s.index()].1.index()] == "(0, 0)";
            let expected = if leftmost { "stay" } else { "left" };
            assert_eq!(policy.probabilities()[pair], f64::from(u8::from(action == expected)));
        }
    }
    // What is written is read, in both formats.
    for format in [Format::Powerplay, Format::Json] {
        let again = format.decode_joint(&format.encode_joint(model).unwrap()).unwrap().unwrap();
        assert_eq!(&again, &**model);
    }
    for extension in ["gv", "json"] {
        let text = format::joint_policy_text(format!("x.{extension}"), model, Agent::A, &policy).unwrap();
        assert_eq!(format::joint_policy(format!("x.{extension}"), &text, model, Agent::A).unwrap(), policy);
    }
}

/// A model without chance, whose nodes may be called anything.
#[test]
fn plain_graphs_have_actions_named_after_states() {
    let text = "strict digraph \"\" {\n\t★ -> ∅;\n\t★ -> \"ℓ \\\"1\\\"\" [weight=3];\n∅ -> ∅; # no comment\n}";
    assert!(Format::Powerplay.decode(&Files::of("gv", text), None).is_err());
    let text = text.replace("; # no comment", "\n# a comment\n\"ℓ \\\"1\\\"\" -> ★ -> ∅ /* drawn twice */");
    let environment = Format::Powerplay.decode(&Files::of("gv", text), None).unwrap();
    insta::assert_snapshot!(environment, @r#"
model: 3 states, 4 state-action pairs

★
  ∅ → ∅
  ℓ "1" → ℓ "1"

∅
  ∅ → ∅

ℓ "1"
  ★ → ★
"#);
}

/// Rows of noisy joint models may lack what the no-overlap rule took away, and models of one agent may not.
#[test]
fn missing_mass() {
    let grid: Grid = "...\n".parse().unwrap();
    let noisy = Environment::gridworld(
        "noisy",
        grid,
        &"1/10".parse().map(|n: Number| dunamis_envs::Noise::new(n).unwrap()).unwrap(),
    );
    let joint = JointEnvironment::new(noisy.unwrap(), Collision::Leak).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noisy.gv");
    format::write_joint(joint.model(), &file).unwrap();
    let file = file.to_str().unwrap();
    let given = load_joint(file, JointRules::default()).unwrap();
    assert_eq!(given.model(), joint.model());
    assert_eq!(given.positions(), joint.positions());
    let lost = format::read_draft(file).unwrap().unwrap().draft.remarks();
    assert!(lost.iter().any(|remark| matches!(remark, Remark::Lost { .. })), "{lost:?}");
    let scaled = load_joint(file, Collision::Renormalize.into()).unwrap();
    let renormalized = JointEnvironment::new(joint.base().unwrap().clone(), Collision::Renormalize).unwrap();
    assert_eq!(scaled.model(), renormalized.model());
    for (collision, swaps) in [(Collision::Block, Swaps::Allowed), (Collision::Leak, Swaps::Forbidden)] {
        let error = load_given(file, JointRules { collision, swaps }).unwrap_err();
        assert!(matches!(error, EnvError::GivenRules { .. }), "{error}");
    }
    // The incumbent's tolerance.
    let third = |p: &str| {
        let text = format!(
            "digraph {{\"[s]\" -> \"[a]__[s]\"; \"[a]__[s]\" -> \"[s]__[a]__[s]\" [weight={p}]\n\
             \"[a]__[s]\" -> \"[t]__[a]__[s]\" [weight=0.3333]; \"[t]\"; \"[t]\" -> \"[b]__[t]\" -> \"[t]__[b]__[t]\" [weight=1]}}"
        );
        Format::Powerplay.decode(&Files::of("gv", text), None)
    };
    assert_eq!(third("0.66665").unwrap().model().row(0).1.iter().sum::<f64>(), 1.0);
    assert!(third("0.6").is_err());
}

#[test]
fn what_is_wrong_is_located() {
    let mut report = String::new();
    for text in [
        "",
        "graph {}",
        "digraph {",
        "digraph {a -- b}",
        "digraph {\"a",
        "digraph {subgraph x {}}",
        "digraph {\"[s]\" -> \"[a]__[t]\"}",
        "digraph {\"[s]\"; t}",
        "digraph {\n\"[s]\" -> \"[a]__[s]\" -> \"[s]__[a]__[s]\"}",
        "digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[s]__[a]__[s]\" [weight=much]}",
        "digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[t]__[a]__[s]\" [weight=1]}",
        "digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[s]__[a]__[s]\" [weight=0.4]}",
        "digraph {\n\"[s]\" -> \"[a]__[s]\" [weight=1]}",
        "digraph {x -> y}",
        "digraph {x -> x} y",
        "digraph {x [weight=1 -> x}",
    ] {
        let error = Format::Powerplay.decode(&Files::of("gv", text), None).unwrap_err();
        let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
        writeln!(report, "{text:?}\n  {error}{cause}").unwrap();
    }
    let model = load_joint(&path(FORBIDDEN), JointRules::default()).unwrap();
    let right = std::fs::read_to_string(path(MOVE_LEFT)).unwrap();
    for text in [
        right.replace("\"[(0, 0)_H^(0, 0)_A]\" -> \"[stay]__", "\"[(0, 0)_H^(0, 0)_A]\" -> \"[up]__"),
        right.replacen("weight=1", "weight=0.9", 1),
        right.replacen("weight=1", "weight=-1", 1),
        right.replace("(0, 2)_A", "(0, 9)_A"),
        "digraph {}".into(),
        std::fs::read_to_string(path(FORBIDDEN)).unwrap(),
    ] {
        let error = format::joint_policy("x.gv", &text, model.model(), Agent::A).unwrap_err();
        let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
        writeln!(report, "policy\n  {error}{cause}").unwrap();
    }
    insta::assert_snapshot!(report, @r#"
""
  line 1, column 1: found the end of the file, expected `strict digraph {` or `digraph {`
"graph {}"
  line 1, column 1: found `graph`, expected `strict digraph {` or `digraph {`
"digraph {"
  line 1, column 10: found the end of the file, expected a node such as `"[state]"`, an arrow or `}`
"digraph {a -- b}"
  line 1, column 12: found `--`, expected `->`
"digraph {\"a"
  line 1, column 10: found a quotation mark without its partner, expected `"` at the end of the name
"digraph {subgraph x {}}"
  line 1, column 10: found `subgraph`, expected nodes and arrows without subgraphs
"digraph {\"[s]\" -> \"[a]__[t]\"}"
  line 1, column 16: found an arrow to `[a]__[t]`, expected `[ACTION]__[s]`
"digraph {\"[s]\"; t}"
  line 1, column 17: found `t`, expected `[state]`, `[action]__[state]` or `[next state]__[action]__[state]`
"digraph {\n\"[s]\" -> \"[a]__[s]\" -> \"[s]__[a]__[s]\"}"
  line 2, column 21: found an arrow from `[a]__[s]` to `[s]__[a]__[s]` without weight, expected `[weight=PROBABILITY]` behind it
"digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[s]__[a]__[s]\" [weight=much]}"
  line 3, column 39: in `weight`
"digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[t]__[a]__[s]\" [weight=1]}"
  line 3, column 12: there is no state `t`
"digraph {\n\"[s]\" -> \"[a]__[s]\"\n\"[a]__[s]\" -> \"[s]__[a]__[s]\" [weight=0.4]}"
  line 3, column 12: the probabilities of action `a` at state `s` sum to 0.4, not 1
"digraph {\n\"[s]\" -> \"[a]__[s]\" [weight=1]}"
  the file describes a policy, which is no Markov decision process: convert it first
"digraph {x -> y}"
  line 1, column 15: state `y` has no action: give it at least one (a terminal state stays where it is)
"digraph {x -> x} y"
  line 1, column 18: found `y`, expected the end of the file
"digraph {x [weight=1 -> x}"
  line 1, column 22: found `->`, expected an attribute such as `weight=1` or `]`
policy
  line 33, column 23: there is no action `up`
policy
  line 32, column 23: the policy's probabilities at state `(0, 0)_H^(0, 0)_A` sum to 0.9, not 1
policy
  line 33, column 23: the policy's probability of action `stay` at state `(0, 0)_H^(0, 0)_A` is -1, but must lie in [0, 1]
policy
  line 37, column 23: there is no state `(0, 0)_H^(0, 9)_A`: did you mean `(0, 0)_H^(0, 0)_A`?
policy
  the file is no policy: nothing has a weight between a state and its actions
policy
  the file is no policy: nothing has a weight between a state and its actions
"#);
}

/// Joint models of all kinds: of random models, with noise, under every rule.
fn joint() -> impl Strategy<Value = JointEnvironment> {
    let rules = (0..4_usize, any::<bool>()).prop_map(|(rule, swaps)| JointRules {
        collision: Collision::ALL[rule],
        swaps: if swaps || rule == 0 { Swaps::Allowed } else { Swaps::Forbidden },
    });
    (base(), rules).prop_filter_map("rules fit", |(base, rules)| JointEnvironment::new(base, rules).ok())
}

fn read_again(format: Format, model: &JointModel) -> JointModel {
    format.decode_joint(&format.encode_joint(model).unwrap()).unwrap().unwrap()
}

proptest! {
    #[test]
    fn joint_models_are_read_as_they_were_written(joint in joint()) {
        let model = joint.model();
        prop_assert!(read_again(Format::Json, model) == **model);
        let graph = read_again(Format::Powerplay, model);
        // A graph says nothing of what missing mass means; where nothing is missing it does not matter.
        prop_assert!(graph.with_shortfall(model.shortfall()) == **model);
        let given = JointEnvironment::given("given", graph);
        let named = |joint: &JointEnvironment| -> Vec<(String, String)> {
            let places = joint.places();
            joint.positions().unwrap().iter().map(|(h, a)| (places[h.index()].into(), places[a.index()].into())).collect()
        };
        prop_assert_eq!(named(&given), named(&joint));
    }

    #[test]
    fn policies_are_read_as_they_were_written(joint in joint(), seed in any::<u64>()) {
        let (model, agent) = (joint.model(), if seed % 2 == 0 { Agent::H } else { Agent::A });
        let marked: Vec<bool> = (0..model.available(agent).len()).map(|k| (seed >> (k % 60)) % 2 == 0).collect();
        let policy = dunamis_mdp::StochasticPolicy::uniform_over(model.available(agent), &marked);
        for path in ["x.gv", "x.json"] {
            let text = format::joint_policy_text(path, model, agent, &policy).unwrap();
            prop_assert_eq!(format::joint_policy(path, &text, model, agent).unwrap(), policy.clone());
        }
    }

    /// Texts that look like graphs.
    #[test]
    fn no_text_makes_the_reader_panic(
        text in "(strict )?digraph ?\\{((\"?\\[?[a-b(0, )]{1,6}\\]?(__\\[s\\])?\"?( -> |; ?|\n|\\[weight=\"?[0-9./e-]{1,4}\"?\\]|_H\\^|_A))|//|/\\*|\\\\){0,20}\\}?"
    ) {
        for extension in ["gv", "json"] {
            let files = Files::of(extension, text.clone());
            let _ = Format::Powerplay.decode(&files, None);
            let _ = Format::Powerplay.decode_joint(&files);
            let _ = Format::Powerplay.decode_draft(&files);
            let _ = format::policy("x.gv", &text, load("grid-3x3").unwrap().model());
        }
    }
}

#[test]
fn joint_json_is_told_apart() {
    let corridor = JointEnvironment::new(load("corridor-3").unwrap(), Collision::Leak).unwrap();
    let text = json::write_joint(corridor.model());
    assert!(json::is_joint(&text));
    let error = Format::Json.decode(&Files::of("json", text.clone()), None).unwrap_err();
    assert!(error.to_string().contains("two agents"), "{error}");
    let single = load("corridor-3").unwrap().model().to_json(None);
    assert_eq!(Format::Json.decode_joint(&Files::of("json", single)).unwrap(), None);
    let error = json::read_joint(&text.replacen("\"probability\": 1.0", "\"probability\": 1.5", 1)).unwrap_err();
    let cause = error.source().unwrap();
    insta::assert_snapshot!(format!("{error}: {cause}"), @"in `transitions[0]`: the probability of `(0, 0)_H^(0, 1)_A` --right_H^left_A--> `(0, 1)_H^(0, 0)_A` is 1.5, but must lie in [0, 1]");
}
