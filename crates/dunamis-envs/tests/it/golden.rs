//! Everything observable of the small environments, and counts of the large ones.

use dunamis_envs::{Collision, Environment, JointEnvironment, REGISTRY, find, load};
use dunamis_mdp::{Agent, StateId, UNAVAILABLE};
use std::collections::BTreeSet;
use std::fmt::Write;

#[test]
fn every_environment_has_its_golden_dump() {
    for entry in REGISTRY {
        let environment = entry.build(None).unwrap();
        assert_eq!(environment.name(), entry.name);
        let dump = environment.to_string();
        let head = format!("source: {}\naliases: {}\n\n", entry.source, entry.aliases.join(", "));
        // Large ones are cut: their maps and counts say enough, and the laws of gridworlds hold for them too.
        let lines: Vec<&str> = dump.lines().take(150).collect();
        insta::assert_snapshot!(entry.name, format!("{head}{}\n", lines.join("\n")));
    }
}

#[test]
fn parameters_show_in_the_dump() {
    let mut dumps = String::new();
    for specification in [
        "grid:rows=2,columns=3",
        "corridor-3:noise=0.1",
        "corridor-3:noise=1/2,bias-right=1/3",
        "garnet:states=3,actions=1-2,branching=1-3,seed=7",
        "forest:states=4,r1=7.5,p=1/3",
    ] {
        writeln!(dumps, "{}", load(specification).unwrap()).unwrap();
    }
    insta::assert_snapshot!(dumps);
}

#[test]
fn rewards_and_lost_mass_show_in_the_dump() {
    let text = r#"{"schema":1,"states":["x","y"],"transitions":[
        {"from":"x","action":"go","to":"y","probability":"2/3"},{"from":"x","action":"go","to":null,"probability":"1/3"},
        {"from":"x","action":"stop","to":null,"probability":1},
        {"from":"y","action":"go","to":"y","probability":1}],"rewards":{"x":"1/3","y":-2}}"#;
    insta::assert_snapshot!(Environment::from_json("lossy", text).unwrap());
}

#[test]
fn names_and_aliases_are_distinct_and_lead_to_their_entry() {
    let mut seen = BTreeSet::new();
    for entry in REGISTRY {
        for name in std::iter::once(&entry.name).chain(entry.aliases) {
            assert!(seen.insert(name), "{name}");
            assert_eq!(find(name).unwrap().name, entry.name);
        }
    }
    assert_eq!(load("optsp1").unwrap().name(), "case-study");
    assert_eq!(load("mdp_from_paper").unwrap().model(), load("case-study").unwrap().model());
    assert_eq!(load("scale-candy").unwrap().name(), "candy");
}

#[test]
fn joint_corridor_dump() {
    let mut dump = String::new();
    for collision in Collision::ALL {
        let joint = JointEnvironment::new(load("corridor-3").unwrap(), collision).unwrap();
        let model = joint.model();
        writeln!(dump, "{collision}").unwrap();
        for s in (0..model.states().len()).map(StateId::new) {
            writeln!(dump, "  {}", &model.states()[s.index()]).unwrap();
            for (i, h) in model.available(Agent::H).at(s).iter().enumerate() {
                for (j, a) in model.available(Agent::A).at(s).iter().enumerate() {
                    let next = model.row(s, i, j).0.first();
                    let next = next.map_or("not available", |&next| &model.states()[next as usize]);
                    let (h, a) = (&model.actions(Agent::H)[h.index()], &model.actions(Agent::A)[a.index()]);
                    writeln!(dump, "    {h}_H^{a}_A → {next}").unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(dump);
}

/// States, pairs of moves, and pairs of moves that are available.
fn counts(name: &str, collision: Collision) -> (usize, usize, usize) {
    let joint = JointEnvironment::new(load(name).unwrap(), collision).unwrap();
    let table = joint.model().successor_table().unwrap();
    let available = table.successor.iter().filter(|&&next| next != UNAVAILABLE).count();
    (joint.model().states().len(), joint.model().pairs(), available)
}

#[test]
fn joint_mazes_have_the_published_counts() {
    let maze = load("maze-7x7").unwrap();
    assert_eq!((maze.model().states().len(), maze.model().available().len()), (31, 97));
    assert_eq!(counts("maze-7x7", Collision::None), (961, 9_409, 9_409));
    let (states, pairs, available) = counts("maze-7x7", Collision::Leak);
    assert_eq!((states, available), (930, 8_884));
    assert_eq!(counts("maze-7x7", Collision::Renormalize), (states, pairs, available));
    assert_eq!(counts("maze-7x7", Collision::Block), (states, pairs, pairs));
    assert_eq!(counts("grid-3x3", Collision::None).0, 81);
}

#[test]
fn adjacent_agents_in_the_maze_keep_their_swaps() {
    let joint = JointEnvironment::new(load("maze-7x7").unwrap(), Collision::Leak).unwrap();
    let model = joint.model();
    let mut swaps = 0;
    for (s, &(h, a)) in joint.positions().unwrap().iter().enumerate() {
        let swapped = joint.state(a, h).unwrap().index() as u32;
        let moves = |agent| model.available(agent).at(StateId::new(s)).len();
        let leads_there = |i, j| model.row(StateId::new(s), i, j).0 == [swapped];
        swaps += usize::from((0..moves(Agent::H)).any(|i| (0..moves(Agent::A)).any(|j| leads_there(i, j))));
    }
    assert_eq!(swaps, 66);
}

#[test]
fn two_agents_fit_into_the_robot_face() {
    let face = load("robot-face-20x20").unwrap();
    assert_eq!(face.model().states().len(), 220);
    let pairs = face.model().available().len();
    assert_eq!(counts("robot-face-20x20", Collision::None), (48_400, pairs * pairs, pairs * pairs));
    assert_eq!(counts("robot-face-20x20", Collision::Leak).0, 220 * 219);
}

/// The graphs about empowerment show what they are for: equally many states after any number of steps, up to parity.
#[test]
fn steps_reach_as_many_states_as_the_descriptions_say() {
    let reached = |name: &str, start: &str, steps: usize| {
        let environment = load(name).unwrap();
        let model = environment.model();
        let mut states = BTreeSet::from([model.state(start).unwrap()]);
        for _ in 0..steps {
            let pairs = states.iter().flat_map(|&state| model.available().pairs(state));
            states = pairs.flat_map(|pair| model.exact_row(pair)).map(|(next, _)| next).collect();
        }
        states.len()
    };
    for steps in 1..6 {
        let (more, less) = if steps % 2 == 1 { ("hub", "left") } else { ("left", "hub") };
        assert_eq!((reached("optsp-fig9a", more, steps), reached("optsp-fig9a", less, steps)), (2, 1));
        assert_eq!((reached("optsp-fig9b", "s3", steps), reached("optsp-fig9b", "s4", steps)), (2, 2));
        assert_eq!(reached("aima", "2", steps), 1);
    }
    assert_eq!((reached("aima", "1", 6), reached("aima", "11", 6)), (11, 11));
}
