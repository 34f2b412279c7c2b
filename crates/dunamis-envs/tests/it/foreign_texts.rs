//! Gymnasium's tables, Cassandra's files, drawings.

use crate::foreign_files::{error, path};
use dunamis_envs::format::{Files, read};
use dunamis_envs::{Environment, Format, load};
use std::fmt::Write as _;

/// What `json.dump` wrote of the table of Gymnasium's FrozenLake-v1.
#[test]
fn gymnasium() {
    let environment = read(path("frozen-lake.json")).unwrap().with_name("frozen-lake").with_description("");
    assert_eq!(environment.model().states().len(), 16, "holes and the goal are absorbing already");
    insta::assert_snapshot!(environment);
}

/// The worlds from their rules are those of Gymnasium, which rounds a third in two ways, wherever a ride or a walk can go.
#[test]
fn worlds_are_those_of_gymnasium() {
    for (file, name) in [("frozen-lake.json", "frozen-lake"), ("cliff-walking.json", "cliff-walking")] {
        let (table, world) = (read(path(file)).unwrap(), load(name).unwrap());
        let (foreign, own) = (table.model(), world.model());
        let goal = world.labels().get("goal").unwrap()[0].index();
        // A goal that the table lets the walk leave is replaced by one more state there.
        let end = (foreign.states().len() > own.states().len()).then_some(own.states().len());
        for s in own.state_ids().filter(|&s| end.is_none() || s.index() != goal) {
            for (pair, other) in own.available().pairs(s).zip(foreign.available().pairs(s)) {
                let close = |a: f64, b: f64| (a - b).abs() < 1e-15;
                let (next, probability) = own.row(pair);
                let next: Vec<usize> = next
                    .iter()
                    .map(|&next| if next as usize == goal { end.unwrap_or(goal) } else { next as usize })
                    .collect();
                let (other_next, other_probability) = foreign.row(other);
                assert!(next.iter().copied().eq(other_next.iter().map(|&next| next as usize)), "{name}: {pair}");
                assert!(probability.iter().zip(other_probability).all(|(&a, &b)| close(a, b)), "{name}: {pair}");
                let [a, b] =
                    [(&world, pair), (&table, other)].map(|(world, pair)| world.reward().unwrap().values()[pair]);
                assert!(close(a, b), "{name}: {a} {b}");
            }
        }
    }
}

/// A step that ends the episode earns nothing after it, whatever the table says about the state where it leads.
#[test]
fn episodes_end() {
    let table = |text: &str| Format::Gymnasium.decode(&Files::of("json", text), None).unwrap();
    let lists = table(
        r"[[[[1, 1, 3, true]], [[0.25, 0, 1, false], [0.5, 0, 2, false], [0.25, 1, 4, true]]],
                         [[[1, 0, 9, false]], [[1, 1, 5, false]]]]",
    );
    insta::assert_snapshot!(lists);
    let objects = table(
        r#"{"1": {"1": [[1, 1, 5, false]], "0": [[1, 0, 9, false]]},
            "0": {"1": [[0.25, 0, 1, false], [0.5, 0, 2, false], [0.25, 1, 4, true]], "0": [[1, 1, 3, true]]}}"#,
    );
    assert_eq!(objects.to_string(), lists.to_string());
}

#[test]
fn malformed_gymnasium_files() {
    let mut report = String::new();
    for text in [
        "",
        "[]",
        "[[]]",
        "{\"0\": {}}",
        "{\"0\":\n  {\"go\": []}}",
        "{\"0\": {\"0\": [[1.0, 0, 0.0, true]]}, \"2\": {}}",
        "{\"0\": {\"0\": [[1.0, 0, 0.0, true]]}, \"0\": {}}",
        "{\"00\": {}}",
        "[[[[1.0, 0, 0.0]]]]",
        "[[[[1.0, 0, 0.0, 1]]]]",
        "[[[[1.0, -1, 0.0, true]]]]",
        "[[[[1.0, 1, 0.0, true]]]]",
        "[[[[0.5, 0, 0.0, true]]]]",
        "[[[[2.0, 0, 0.0, true]]]]",
        "[[[[1.0, 0, NaN, true]]]]",
        "[[[[1.0, 0, 1e999, true]]]]",
        "[[[[1.0, 0, 0.0, true]]]",
        "[[[[1.0, 0, 0.0, true]]]] x",
        "[3]",
    ] {
        write!(report, "{text:?}\n  {}", error(Format::Gymnasium, &Files::of("json", text))).unwrap();
    }
    insta::assert_snapshot!(report);
}

/// Names and numbers, wildcards, all forms of matrices, costs, comments, statements that take the place of others.
#[test]
fn cassandra() {
    let text = "# A machine that wears out.
discount: 0.9
values: cost
states: new worn broken
actions: run repair
start include: new worn   # not broken
T: run uniform
T: run : new 1/2 1/2 0
T:run:worn:new 0
T:run:worn
0 0.25
0.75
T: run : 2 : * 0
T: run : broken : broken 1
T: repair
1 0 0
1 0 0
0.5 0 0.5
R: * : * : * 1
R: run : new 0 1 2
R: run : worn : broken : * 8
R: repair
3 3 3
3 3 3
4 4 6
";
    let environment = Format::Cassandra.decode(&Files::of("mdp", text), None).unwrap();
    insta::assert_snapshot!(environment);
    assert_eq!(environment.discount().unwrap().to_string(), "9/10");
    let stay = "discount: 1 states: 2 actions: 1 T: 0 identity start: 0.5 0.5";
    let environment = Format::Cassandra.decode(&Files::of("mdp", stay), None).unwrap();
    assert!(environment.reward().is_none() && environment.discount().is_none());
    assert_eq!(environment.labels().get("init").unwrap().len(), 2);
    for (start, count) in [("start: uniform", 2), ("start: 1", 1), ("start exclude: 0", 1), ("start: 0 1.0", 1)] {
        let text = stay.replace("start: 0.5 0.5", start);
        let environment = Format::Cassandra.decode(&Files::of("mdp", text), None).unwrap();
        assert_eq!(environment.labels().get("init").unwrap().len(), count, "{start}");
    }
}

#[test]
fn malformed_cassandra_files() {
    let head = "discount: 0.5\nstates: a b\nactions: go\n";
    let mut report = String::new();
    for text in [
        "",
        "discount 0.5",
        "discount: 2",
        "discount: x",
        "values: gain",
        "state: 2",
        "observations: 2",
        "states:",
        "states: 0",
        "states: actions: 2",
        "states: a a",
        "states: 1a",
        "states: 2 T: 0 identity",
        "actions: 1\nT: 0 identity",
        "states: 99999999999999999999",
        "states: 999999999\nactions: 3",
        "states: 4000\nactions: 4000\nT: * uniform",
        "start: 0",
        "states: 2\nstart: x",
        "states: 2\nstart: 0.5 0.25 0.25",
        "states: 3\nstart: 0.5 0.5",
    ] {
        write!(report, "{text:?}\n  {}", error(Format::Cassandra, &Files::of("mdp", text))).unwrap();
    }
    for text in [
        "",
        "T: go : a : b 1",
        "T: go identity\nstates: 3",
        "T: go : a : b",
        "T go",
        "T: come identity",
        "T: ga identity",
        "T: go : c : b 1",
        "T: go : a 1",
        "T: go : a 1 x",
        "T: go 1 0 0 1 1",
        "T: go identity\nT: go : a : a 0.5",
        "T: go identity\nT: go : a : a 2",
        "T: go identity\nR: go : a : a : o 5",
        "T: go identity\nR: go : a : a 1e999",
        "T: go identity\nR: go : a 1",
        "O: go : a : b 1",
    ] {
        write!(report, "{text:?}\n  {}", error(Format::Cassandra, &Files::of("mdp", format!("{head}{text}\n"))))
            .unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn drawings() {
    let text = r#"{"schema":1,"states":["a \"b\"","c"],"transitions":[
        {"from":"a \"b\"","action":"x","to":"c","probability":"1/3"},
        {"from":"a \"b\"","action":"x","to":"a \"b\"","probability":"1/3"},
        {"from":"a \"b\"","action":"x","to":null,"probability":"1/3"},{"from":"c","action":"y","to":"c","probability":1}],
        "rewards":[{"state":"c","action":"y","reward":"1/10"}],"labels":{"init":["c"],"goal":["c"]},"discount":0.5}"#;
    let draw = |environment: &Environment| {
        let files = Format::Dot.encode(environment).unwrap();
        String::from_utf8(files.get("dot").unwrap().to_vec()).unwrap()
    };
    let pictures = [draw(&Environment::from_json("lossy", text).unwrap()), draw(&load("stochastic-4").unwrap())];
    insta::assert_snapshot!(pictures.join("\n"));
    let error = read("x.dot").unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("written, not read"), "{error}");
}
