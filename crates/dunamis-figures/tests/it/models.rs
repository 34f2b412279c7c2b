//! Models drawn without a run.

use dunamis_envs::{Environment, JointRules, load, load_joint};
use dunamis_figures::{ModelDrawing, ModelForm};
use dunamis_mdp::{StateId, StochasticPolicy};
use dunamis_plot::Plot;

/// A ring with a way back, a loop and a gamble.
fn ring() -> Environment {
    let text = r#"{"schema": 1, "states": ["north", "east", "south", "west"], "transitions": [
        {"from": "north", "action": "on", "to": "east", "probability": 1},
        {"from": "north", "action": "wait", "to": "north", "probability": 1},
        {"from": "north", "action": "rest", "to": "north", "probability": 1},
        {"from": "east", "action": "on", "to": "south", "probability": 1},
        {"from": "east", "action": "north", "to": "north", "probability": 1},
        {"from": "south", "action": "gamble", "to": "west", "probability": "1/3"},
        {"from": "south", "action": "gamble", "to": "east", "probability": "2/3"},
        {"from": "west", "action": "on", "to": "north", "probability": 1}]}"#;
    Environment::from_json("ring", text).unwrap()
}

fn svg(drawing: &ModelDrawing<'_>, environment: &Environment) -> String {
    drawing.figure(environment).unwrap().scene().unwrap().to_svg()
}

/// The texts of a picture, in order.
fn texts(svg: &str) -> Vec<&str> {
    svg.split("<text").skip(1).filter_map(|text| text.split('>').nth(1)?.split('<').next()).collect()
}

#[test]
fn pictures() {
    let ring = ring();
    insta::assert_snapshot!("model-ring", svg(&ModelDrawing::default(), &ring));
    let uniform = StochasticPolicy::uniform(ring.model().available());
    insta::assert_snapshot!(
        "model-ring-policy",
        svg(&ModelDrawing { policy: Some(&uniform), ..ModelDrawing::default() }, &ring)
    );
    let corridor = load("corridor-3").unwrap();
    let uniform = StochasticPolicy::uniform(corridor.model().available());
    insta::assert_snapshot!(
        "model-corridor-policy",
        svg(&ModelDrawing { policy: Some(&uniform), ..ModelDrawing::default() }, &corridor)
    );
}

#[test]
fn every_branch_of_chance_has_its_probability() {
    for (name, expected) in [
        ("stochastic-4", vec!["1/2", "1/2", "1/5", "4/5", "3/10", "7/10", "2/5", "3/5", "9/10", "1/10"]),
        ("candy", vec![]),
    ] {
        let environment = load(name).unwrap();
        let drawn = svg(&ModelDrawing { form: ModelForm::Graph, ..ModelDrawing::default() }, &environment);
        let mut found: Vec<&str> = texts(&drawn).into_iter().filter(|text| text.contains('/')).collect();
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn every_shipped_model_that_can_be_read_is_drawn() {
    for entry in dunamis_envs::REGISTRY {
        let Ok(environment) = load(entry.name) else { continue };
        let states = environment.model().states().len();
        let graph = ModelDrawing { form: ModelForm::Graph, ..ModelDrawing::default() }.figure(&environment);
        assert_eq!(graph.is_ok(), states <= 200, "{}", entry.name);
        let Ok(graph) = graph else { continue };
        let drawn = graph.scene().unwrap().to_svg();
        assert!(!drawn.contains("NaN"), "{}", entry.name);
        let circles = drawn.matches("<circle").count();
        assert!(circles >= states, "{}: {circles} circles for {states} states", entry.name);
        ModelDrawing::default().figure(&environment).unwrap().scene().unwrap().to_png(0.25).unwrap();
    }
}

#[test]
fn a_part_is_what_can_be_reached() {
    let maze = load("maze-7x7").unwrap();
    let from = maze.model().states().get("(0, 0)").map(StateId::new).unwrap();
    let part = |steps| svg(&ModelDrawing { around: Some((vec![from], steps)), ..ModelDrawing::default() }, &maze);
    let cells =
        |svg: &str| texts(svg).into_iter().filter(|text| text.starts_with('(')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(cells(&part(0)), ["(0, 0)"]);
    assert_eq!(cells(&part(1)), ["(0, 0)", "(0, 1)", "(1, 0)"]);
    assert_eq!(cells(&part(2)), ["(0, 0)", "(0, 1)", "(0, 2)", "(1, 0)", "(2, 0)"]);
}

#[test]
fn joint_models_are_graphs_of_joint_moves() {
    let joint = load_joint("corridor-3", JointRules::default()).unwrap();
    let drawn = ModelDrawing::default().joint_figure(&joint).unwrap().scene().unwrap().to_svg();
    assert_eq!(drawn.matches("<circle").count(), 9);
    assert!(texts(&drawn).contains(&"stay|stay"), "{:?}", texts(&drawn));
}

#[test]
fn what_cannot_be_drawn_is_named() {
    let grid = ModelDrawing { form: ModelForm::Grid, ..ModelDrawing::default() };
    insta::assert_snapshot!(grid.figure(&ring()).err().unwrap(), @"`ring` is no gridworld of one agent, so it has no plan; draw it as a graph");
    let graph = ModelDrawing { form: ModelForm::Graph, ..ModelDrawing::default() };
    insta::assert_snapshot!(graph.figure(&load("taxi").unwrap()).err().unwrap(), @"a graph of the 500 states of `taxi` could not be read; at most 200 are drawn");
}
