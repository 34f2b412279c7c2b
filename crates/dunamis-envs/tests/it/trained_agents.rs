//! Environments of agents that were trained: what is where, and how they look.

use dunamis_envs::{Environment, Format, Grid, Move, load};
use dunamis_mdp::StateId;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;

fn labeled(environment: &Environment, label: &str) -> Vec<StateId> {
    environment.labels().get(label).unwrap_or_default().to_vec()
}

/// States by the number of the part of the grid that they are in, from the left.
fn parts(grid: &Grid) -> Vec<BTreeSet<StateId>> {
    let mut parts: Vec<BTreeSet<StateId>> = Vec::new();
    let mut columns: Vec<StateId> = (0..grid.cells().len()).map(StateId::new).collect();
    columns.sort_by_key(|&state| grid.cell(state).1);
    for start in columns {
        if parts.iter().any(|part| part.contains(&start)) {
            continue;
        }
        let (mut part, mut open) = (BTreeSet::from([start]), vec![start]);
        while let Some(state) = open.pop() {
            open.extend(
                Move::ALL.into_iter().filter_map(|to| grid.target(state, to)).filter(|&next| part.insert(next)),
            );
        }
        parts.push(part);
    }
    parts
}

#[test]
fn parameters_show_in_the_dump() {
    let mut dumps = String::new();
    for specification in [
        "shutdown-setting:recurrent=1,training=1",
        "shutdown-setting:recurrent=2,distance=1+3,return=1+2,reach=1/2,leave-training=true,return-to-training=true",
        "shutdown-setting:recurrent=1,reach=0",
        "coin-run:training=2+3,columns=3,rows=2,start=0,coin=1",
        "cheese-maze:size=3,corner=1,mazes=1",
        "cheese-maze:size=3,corner=2,mazes=2,seed=1,held-out=1,noise=1/10",
    ] {
        writeln!(dumps, "{}", load(specification).unwrap()).unwrap();
    }
    insta::assert_snapshot!(dumps);
}

proptest! {
    /// Mazes are trees side by side; cheese, corner and start are where they should be.
    #[test]
    fn mazes_are_trees_with_cheese(half in 1..=5usize, inner in 0..=9usize, mazes in 1..=3usize, seed: u64, held_out: u64) {
        let size = 2 * half + 1;
        let corner = 1 + inner % (size - 1);
        let specification = format!("cheese-maze:size={size},corner={corner},mazes={mazes},seed={seed},held-out={held_out}");
        let environment = load(&specification).unwrap();
        let grid = environment.grid().unwrap();
        prop_assert_eq!((grid.rows(), grid.columns()), (size, (mazes + 1) * (size + 1) - 1));
        let parts = parts(grid);
        prop_assert_eq!(parts.len(), mazes + 1);
        let train: BTreeSet<StateId> = labeled(&environment, "train").into_iter().collect();
        for (number, part) in parts.iter().enumerate() {
            let trained = number < mazes;
            prop_assert!(part.iter().all(|state| train.contains(state) == trained));
            prop_assert_eq!(part.len(), 2 * (half + 1) * (half + 1) - 1);
            let joints = part.iter().flat_map(|&s| [Move::Down, Move::Right].map(|to| grid.target(s, to))).flatten();
            prop_assert_eq!(joints.count(), part.len() - 1);
            let cell = |label: &str| {
                let found: Vec<_> = labeled(&environment, label).into_iter().filter(|s| part.contains(s)).collect();
                let (row, column) = grid.cell(found[0]);
                assert_eq!(found.len(), 1, "{label}");
                (row, column - number * (size + 1))
            };
            let in_corner = |(row, column): (usize, usize)| row < corner && column >= size - corner;
            prop_assert_eq!(cell(if trained { "init" } else { "new" }), (size - 1, 0));
            prop_assert_eq!(cell("top-right"), (0, size - 1));
            prop_assert_eq!(in_corner(cell("cheese")), trained);
            if !trained {
                let ends = ["new", "top-right", "cheese"].map(|label| labeled(&environment, label)[usize::from(label != "new") * mazes]);
                let decision = labeled(&environment, "decision")[0];
                let away = |from: StateId, to: StateId| reaches(grid, from, to, decision);
                prop_assert!(!ends[1..].contains(&decision), "{decision}");
                // Without the decision the three ends fall apart, but for one that is the decision itself.
                for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                    let either = ends[one] == decision || ends[other] == decision;
                    prop_assert!(either || !away(ends[one], ends[other]));
                }
            }
            let open_corner = labeled(&environment, "corner").into_iter().filter(|s| part.contains(s)).count();
            let within = part.iter().map(|&s| grid.cell(s)).map(|(r, c)| (r, c - number * (size + 1)));
            prop_assert_eq!(open_corner, within.filter(|&cell| in_corner(cell)).count());
        }
        let other = specification.replace(&format!("held-out={held_out}"), &format!("held-out={}", held_out ^ 1));
        let training = |environment: &Environment| {
            labeled(environment, "train").into_iter().map(|s| environment.grid().unwrap().cell(s)).collect::<Vec<_>>()
        };
        prop_assert_eq!(training(&environment), training(&load(&other).unwrap()), "training does not know what is new");
    }
}

/// Whether a state is reached from another without passing through a third.
fn reaches(grid: &Grid, from: StateId, to: StateId, without: StateId) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from, without]), vec![from]);
    while let Some(state) = open.pop() {
        open.extend(Move::ALL.into_iter().filter_map(|to| grid.target(state, to)).filter(|&next| seen.insert(next)));
    }
    seen.contains(&to)
}

#[test]
fn all_can_be_drawn() {
    for name in ["shutdown-setting", "closure-gap", "coin-run", "cheese-maze", "corrigibility-button"] {
        let environment = load(name).unwrap();
        let files = Format::Dot.encode(&environment).unwrap();
        let drawing = String::from_utf8(files.get("dot").unwrap().to_vec()).unwrap();
        let states =
            drawing.lines().filter(|line| line.starts_with("  s") && line.contains("[label=") && !line.contains("->"));
        assert_eq!(states.count(), environment.model().states().len(), "{name}");
        for label in ["train", "new"] {
            assert!(drawing.contains(&format!("{{{label}}}")), "{name}: {label}");
        }
    }
}

/// The first row of the counterexample: 10 for staying, 101/20 for leaving, and 83/2 after the swap.
#[test]
fn the_closure_gap_has_its_numbers() {
    let environment = load("closure-gap").unwrap();
    let discount = environment.discount().unwrap().exact();
    let reward = environment.reward().unwrap();
    let model = environment.model();
    let value = |shut: &str, go: &str| {
        let at = |name: &str| reward.exact(model.state(name).unwrap().index());
        let forever = &discount / (dunamis_mdp::Rational::from_integer(1.into()) - &discount);
        let (down, on) = (&discount * at(shut), forever * at(go));
        let new = at("n") + if down > on { down } else { on };
        (at("t") / (dunamis_mdp::Rational::from_integer(1.into()) - &discount), at("t") + &discount * new)
    };
    let (stay, leave) = value("T", "b");
    assert_eq!((stay.to_string(), leave.to_string()), ("10".into(), "101/20".into()));
    assert_eq!(value("b", "T").1.to_string(), "83/2");
}
