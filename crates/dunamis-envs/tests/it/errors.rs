//! Every error message.

use dunamis_envs::{
    Collision, EnvError, Environment, Forest, Garnet, Grid, JointEnvironment, JointRules, Move, Noise, Rectangle,
    Swaps, load,
};
use std::error::Error;
use std::fmt::{Display, Write};

/// The message with its causes, one a line.
fn chain(error: &dyn Error) -> String {
    let mut lines = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(lines, "\n    because {error}").unwrap();
        cause = error.source();
    }
    lines
}

fn report<T: Display, V>(attempts: impl IntoIterator<Item = (T, Result<V, EnvError>)>) -> String {
    let lines = attempts.into_iter().map(|(what, result)| match result {
        Ok(_) => format!("{what}\n  worked\n"),
        Err(error) => format!("{what}\n  {}\n", chain(&error)),
    });
    lines.collect()
}

#[test]
fn maps() {
    let texts =
        ["", "\n\n", "...\n..\n...", "..\n...\n", "..\n\n..", "..\n.x\n", "..\t\n", "###\n###", "\u{feff}...", "…"];
    insta::assert_snapshot!(report(texts.map(|text| (format!("{text:?}"), text.parse::<Grid>()))));
}

#[test]
fn grids() {
    let three = Grid::new(3, 3).unwrap();
    insta::assert_snapshot!(report([
        ("no rows", Grid::new(0, 3)),
        ("no columns", Grid::new(3, 0)),
        ("huge", Grid::new(usize::MAX, usize::MAX)),
        ("large", Grid::new(70_000, 70_000)),
        ("outside", three.cut(Rectangle::new((0, 0), (1, 3)))),
        ("outside first", three.cut(Rectangle::new((3, 0), (1, 1)))),
        ("all", three.cut(Rectangle::new((2, 0), (0, 2)))),
    ]));
}

#[test]
fn noises() {
    let noise = |level: f64| Noise::new(level);
    let above = "1.00000000000000000001".parse::<dunamis_mdp::Number>().unwrap();
    insta::assert_snapshot!(report([
        ("negative", noise(-0.1)),
        ("NaN", noise(f64::NAN)),
        ("infinite", noise(f64::INFINITY)),
        ("just above 1", Noise::new(above)),
        ("bias NaN", noise(0.5).and_then(|noise| noise.biased(Move::Up, f64::NAN))),
        ("bias sum", noise(0.5).and_then(|noise| noise.biased(Move::Up, 0.3)?.biased(Move::Down, 0.3))),
    ]));
}

#[test]
fn generators() {
    let garnet = |states, actions, branching| Garnet { states, actions, branching, seed: 0 }.environment();
    let huge = usize::MAX;
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is tested")]
    let reversed = garnet(3, 4..=2, 1..=1);
    insta::assert_snapshot!(report([
        ("no state", garnet(0, 1..=1, 1..=1)),
        ("no action", garnet(3, 0..=1, 1..=1)),
        ("no successor", garnet(3, 1..=1, 0..=1)),
        ("reversed", reversed),
        ("branching", garnet(3, 1..=1, 1..=4)),
        ("states", garnet(huge, 1..=1, 1..=1)),
        ("transitions", garnet(1_000_000, 1..=huge, 1..=1_000_000)),
        ("forest of one class", Forest::new(1).environment()),
        ("forest of too many", Forest::new(huge).environment()),
        ("fire", Forest { fire: 1.5.into(), ..Forest::new(3) }.environment()),
        ("reward", Forest { reward_cut: f64::NAN.into(), ..Forest::new(3) }.environment()),
    ]));
}

#[test]
fn joint_environments() {
    let joint = |base: &str, collision, swaps| {
        JointEnvironment::new(load(base).unwrap(), JointRules { collision, swaps }).map(drop)
    };
    let lossy = r#"{"schema":1,"states":["x"],"transitions":[{"from":"x","action":"go","to":null,"probability":1}]}"#;
    let ambiguous = r#"{"schema":1,"states":["x","x_H^x_A","x_A_H^x"],"transitions":[
        {"from":"x","action":"go","to":"x","probability":1},{"from":"x_H^x_A","action":"go","to":"x","probability":1},
        {"from":"x_A_H^x","action":"go","to":"x","probability":1}]}"#;
    let from_json = |text: &str, rule: Collision| {
        JointEnvironment::new(Environment::from_json("model", text).unwrap(), rule).map(drop)
    };
    insta::assert_snapshot!(report([
        ("swaps without rule", joint("grid-3x3", Collision::None, Swaps::Forbidden)),
        ("no room", joint("grid:rows=1,columns=1", Collision::Block, Swaps::Allowed)),
        ("lossy base", from_json(lossy, Collision::Renormalize)),
        ("ambiguous names", from_json(ambiguous, Collision::None)),
        ("too many states", joint("forest:states=5000", Collision::None, Swaps::Allowed)),
        ("too many transitions", joint("garnet:states=200,actions=9,branching=100", Collision::Leak, Swaps::Allowed)),
        ("rule", "lek".parse::<Collision>().map(drop)),
        ("swaps", "never".parse::<Swaps>().map(drop)),
    ]));
}

#[test]
fn specifications() {
    let texts = [
        "",
        "maze-9x9",
        "case_study",
        "maze7",
        "robot",
        "gridworld",
        "nothing at all",
        "candy:rows=3",
        "grid:row=3",
        "grid:depth=3",
        "grid:rows",
        "grid:",
        "grid:rows=3,,columns=3",
        "grid:rows=3,rows=4",
        "grid:rows=-3",
        "grid:rows=0",
        "grid:rows=99999999999999999999999",
        "grid:noise=a lot",
        "maze-7x7:noise=1.5",
        "maze-7x7:noise=0.1,bias-up=0.2",
        "garnet:actions=4-",
        "garnet:seed=-1",
        "garnet:states=3",
        "forest:p=2",
        "shutdown-setting:recurrent=0",
        "shutdown-setting:training=0",
        "shutdown-setting:distance=1+0+1",
        "shutdown-setting:recurrent=2,distance=1+2+3",
        "shutdown-setting:return=1+x",
        "shutdown-setting:recurrent=99999999999",
        "shutdown-setting:recurrent=1000000,distance=1000000",
        "shutdown-setting:reach=1.00000000000000000001",
        "shutdown-setting:reach=-1/2",
        "shutdown-setting:leave-training=maybe",
        "coin-run:training=5+1",
        "coin-run:rows=0",
        "coin-run:coin=4",
        "coin-run:rows=2,coin=5",
        "coin-run:start=5",
        "coin-run:columns=99999999",
        "coin-run:columns=9999999,training=9999999+2",
        "cheese-maze:size=8",
        "cheese-maze:size=5",
        "cheese-maze:corner=0",
        "cheese-maze:mazes=0",
        "cheese-maze:size=99999",
        "no/such/map.txt",
        "no/such/model.json",
        "no/such/model.json:noise=0.1",
        "no/such/map.txt:nosie=0.1",
        "no/such/thing",
        "Cargo.toml",
    ];
    insta::assert_snapshot!(report(texts.map(|text| (format!("{text:?}"), load(text)))));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 7] = [
        ("ragged.txt", b"...\n..\n"),
        ("walls.txt", b"##"),
        ("binary.txt", &[0xff, 0xfe, b'.']),
        ("syntax.json", b"{\"schema\": 1,"),
        ("sum.json", br#"{"schema":1,"states":["x"],"transitions":[{"from":"x","action":"go","to":"x","probability":0.9}]}"#),
        ("good.json", br#"{"schema":1,"states":["x"],"transitions":[{"from":"x","action":"go","to":"x","probability":1}],"rewards":{"x":"1/3"}}"#),
        ("good.TXT", b"..\n.#\n"),
    ];
    let mut results = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        results.push((name, load(path.to_str().unwrap())));
    }
    let directory = folder.path().join("folder.txt");
    std::fs::create_dir(&directory).unwrap();
    results.push(("folder.txt", load(directory.to_str().unwrap())));
    let folder_name = folder.path().to_str().unwrap();
    insta::assert_snapshot!(report(results).replace(folder_name, "FOLDER"));

    let map = load(&format!("{folder_name}/good.TXT:noise=1/4")).unwrap();
    assert_eq!(map.name(), format!("{folder_name}/good.TXT:noise=1/4"));
    assert_eq!(map.grid().unwrap().to_string(), "..\n.#\n");
    assert!(!map.model().is_deterministic());
    let model = load(&format!("{folder_name}/good.json")).unwrap();
    assert_eq!(model.mdp().unwrap().reward().values(), [1.0 / 3.0]);
}
