//! The shipped environments.

use crate::cheese_maze::CheeseMaze;
use crate::cliff_walking::cliff_walking;
use crate::coin_run::CoinRun;
use crate::shutdown_setting::ShutdownSetting;
use crate::taxi::taxi;
use crate::{EnvError, Environment, Forest, FrozenLake, Garnet, Grid, Move, Noise, Parameter, Parameters};
use dunamis_mdp::Number;

/// A shipped environment.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Other names it is known under.
    pub aliases: &'static [&'static str],
    /// What it is, in one line.
    pub description: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The parameters it takes.
    pub parameters: &'static [Parameter],
    build: fn(&Parameters<'_>) -> Result<Environment, EnvError>,
}

impl Entry {
    /// Builds the environment with parameters such as `states=100,seed=7`; `None` takes the defaults.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the parameters.
    pub fn build(&self, parameters: Option<&str>) -> Result<Environment, EnvError> {
        let parameters = Parameters::parse(self.name, self.parameters, parameters)?;
        let environment = (self.build)(&parameters)?;
        Ok(environment.with_name(parameters.specification()).with_description(self.description))
    }
}

const fn parameter(key: &'static str, default: Option<&'static str>, description: &'static str) -> Parameter {
    Parameter { key, default, description }
}

pub(crate) const NOISE: Parameter = parameter("noise", Some("0"), "probability ν that a move is drawn at random");
const UP: Parameter = parameter("bias-up", None, "share of the noise that goes up");
const DOWN: Parameter = parameter("bias-down", None, "share of the noise that goes down");
const LEFT: Parameter = parameter("bias-left", None, "share of the noise that goes left");
const RIGHT: Parameter = parameter("bias-right", None, "share of the noise that goes right");
const STAY: Parameter = parameter("bias-stay", None, "share of the noise that stays");

/// Parameters of gridworlds.
pub(crate) const WALK: &[Parameter] = &[NOISE, UP, DOWN, LEFT, RIGHT, STAY];

/// All shipped environments.
pub const REGISTRY: &[Entry] = &[
    Entry {
        name: "grid-3x3",
        aliases: &["grid_3x3", "3x3_gridworld"],
        description: "open gridworld of 3 × 3 cells",
        source: "[Harris & Suo 2022, part 1]",
        parameters: WALK,
        build: |parameters| map(parameters, include_str!("../maps/grid-3x3.txt")),
    },
    Entry {
        name: "maze-7x7",
        aliases: &["maze_7x7", "7x7_gridworld_maze", "maze"],
        description: "maze of 31 cells with dead ends, corridors and junctions",
        source: "[Harris & Suo 2022, parts 1 and 3]",
        parameters: WALK,
        build: |parameters| map(parameters, include_str!("../maps/maze-7x7.txt")),
    },
    Entry {
        name: "robot-face-20x20",
        aliases: &["robot_face_20x20", "20x20_gridworld_robot_face", "robot-face"],
        description: "gridworld of 220 cells in the shape of a robot's face",
        source: "[Harris & Suo 2022, part 1]",
        parameters: WALK,
        build: |parameters| map(parameters, include_str!("../maps/robot-face-20x20.txt")),
    },
    Entry {
        name: "corridor-3",
        aliases: &["corridor"],
        description: "corridor of 3 cells, small enough for exact answers with two agents",
        source: "own; cf. the 1 × 3 gridworld of [Harris & Suo 2022, part 2]",
        parameters: WALK,
        build: |parameters| map(parameters, include_str!("../maps/corridor-3.txt")),
    },
    Entry {
        name: "grid",
        aliases: &[],
        description: "open gridworld of any size",
        source: "[Harris & Suo 2022, part 1]",
        parameters: &[
            parameter("rows", Some("3"), "number of rows"),
            parameter("columns", Some("3"), "number of columns"),
            NOISE,
            UP,
            DOWN,
            LEFT,
            RIGHT,
            STAY,
        ],
        build: |parameters| {
            let grid = Grid::new(parameters.count("rows")?, parameters.count("columns")?)?;
            Environment::gridworld("grid", grid, &noise(parameters)?)
        },
    },
    Entry {
        name: "case-study",
        aliases: &["optsp1", "mdp_from_paper"],
        description: "the running example of power-seeking theory: the right half offers more than the left",
        source: "[Turner et al. 2021, Fig. 1]",
        parameters: &[],
        build: |_| Environment::from_json("case-study", include_str!("../models/case-study.json")),
    },
    Entry {
        name: "candy",
        aliases: &["scale-candy"],
        description: "candy now, or wait and then choose between chocolate and a hug",
        source: "[Turner 2022, scaling laws for instrumental convergence, Fig. 1]",
        parameters: &[],
        build: |_| Environment::from_json("candy", include_str!("../models/candy.json")),
    },
    Entry {
        name: "detour",
        aliases: &[],
        description: "most reward functions prefer the state of less POWER as γ → 1; topology inferred from published values",
        source: "[Turner et al. 2021, Fig. 10]",
        parameters: &[],
        build: |_| Environment::from_json("detour", include_str!("../models/detour.json")),
    },
    Entry {
        name: "scale-double",
        aliases: &[],
        description: "two ends at hand, or wait and then choose among four: 2 against 4 is as good as 1 against 2",
        source: "[Turner 2022, a scaling law for instrumental convergence]",
        parameters: &[],
        build: |_| Environment::from_json("scale-double", include_str!("../models/scale-double.json")),
    },
    Entry {
        name: "scale-cycle",
        aliases: &[],
        description: "two ends at hand, or wait and then choose among four, one of which is a cycle",
        source: "[Turner 2022, a scaling law for instrumental convergence]",
        parameters: &[],
        build: |_| Environment::from_json("scale-cycle", include_str!("../models/scale-cycle.json")),
    },
    Entry {
        name: "scale-embed",
        aliases: &[],
        description: "a vertex, a pair and a triangle, or three disjoint copies of them and something left over",
        source: "[Turner 2022, a scaling law for instrumental convergence]",
        parameters: &[],
        build: |_| Environment::from_json("scale-embed", include_str!("../models/scale-embed.json")),
    },
    Entry {
        name: "aima",
        aliases: &[],
        description: "textbook gridworld of 11 cells: start `1` beside `2`, the only cell that cannot be left",
        source: "[Turner 2022, further posts]; the grid is that of [Russell & Norvig 2021, Fig. 17.1]",
        parameters: &[],
        build: |_| Environment::from_json("aima", include_str!("../models/aima.json")),
    },
    Entry {
        name: "subopt",
        aliases: &[],
        description: "two outcomes on the left, three on the right: more POWER whenever a decision-maker is better than random",
        source: "[Turner et al. 2021, Fig. 11]",
        parameters: &[],
        build: |_| Environment::from_json("subopt", include_str!("../models/subopt.json")),
    },
    Entry {
        name: "quad",
        aliases: &[],
        description: "an end at hand, or a detour to a choice of two: what is likely optimal depends on the reward distribution",
        source: "[Turner 2022, further posts]",
        parameters: &[],
        build: |_| Environment::from_json("quad", include_str!("../models/quad.json")),
    },
    Entry {
        name: "burn-money",
        aliases: &[],
        description: "state `2` leads to more than `3`, which is the end: burning money seldom pays",
        source: "[Turner 2022, further posts]",
        parameters: &[],
        build: |_| Environment::from_json("burn-money", include_str!("../models/burn-money.json")),
    },
    Entry {
        name: "ice-cream",
        aliases: &[],
        description: "stay, walk to a shop with three flavors, or to a nearer one with two",
        source: "[Turner 2022, further posts]",
        parameters: &[],
        build: |_| Environment::from_json("ice-cream", include_str!("../models/ice-cream.json")),
    },
    Entry {
        name: "optsp-fig9a",
        aliases: &[],
        description: "whether the hub or its neighbors have more empowerment depends on the parity of the steps",
        source: "own; shows the point of [Turner et al. 2021, Fig. 9]",
        parameters: &[],
        build: |_| Environment::from_json("optsp-fig9a", include_str!("../models/optsp-fig9a.json")),
    },
    Entry {
        name: "optsp-fig9b",
        aliases: &[],
        description: "`s3` and `s4` have the same empowerment for any number of steps, but only `s4` chooses twice",
        source: "own; shows the point of [Turner et al. 2021, Fig. 9]",
        parameters: &[],
        build: |_| Environment::from_json("optsp-fig9b", include_str!("../models/optsp-fig9b.json")),
    },
    Entry {
        name: "optsp-fig9c",
        aliases: &[],
        description: "`s3` and `s4` have the same empowerment, but `s4` has one lottery more",
        source: "own; shows the point of [Turner et al. 2021, Fig. 9]",
        parameters: &[],
        build: |_| Environment::from_json("optsp-fig9c", include_str!("../models/optsp-fig9c.json")),
    },
    Entry {
        name: "stochastic-4",
        aliases: &["stochastic_graph_4_states", "test_stochastic"],
        description: "chain of 4 states with noisy moves to the left and right",
        source: "[POWERplay 2022, test_stochastic]",
        parameters: &[],
        build: |_| Environment::from_json("stochastic-4", include_str!("../models/stochastic-4.json")),
    },
    Entry {
        name: "garnet",
        aliases: &[],
        description: "random model: uniform successors, Dirichlet(1) probabilities, normal rewards",
        source: "[Archibald, McKinnon & Thomas 1995]",
        parameters: &[
            parameter("states", Some("100"), "number of states"),
            parameter("actions", Some("4"), "actions of each state, or a range such as 4-10"),
            parameter("branching", Some("4"), "successors of each pair, or a range such as 4-10"),
            parameter("seed", Some("0"), "seed of the random streams"),
        ],
        build: |parameters| {
            let garnet = Garnet {
                states: parameters.count("states")?,
                actions: parameters.range("actions")?,
                branching: parameters.range("branching")?,
                seed: parameters.count("seed")?,
            };
            garnet.environment()
        },
    },
    Entry {
        name: "forest",
        aliases: &[],
        description: "forest management: wait for old trees or cut them, while fires start everything anew",
        source: "[Chadès et al. 2014, MDPtoolbox]",
        parameters: &[
            parameter("states", Some("3"), "number of age classes"),
            parameter("r1", Some("4"), "reward of waiting in the oldest class"),
            parameter("r2", Some("2"), "reward of cutting in the oldest class"),
            parameter("p", Some("0.1"), "probability of a fire"),
        ],
        build: |parameters| {
            let number = |key| Ok::<Number, EnvError>(parameters.number(key)?.unwrap_or(Number::from(0.0)));
            let states = parameters.count("states")?;
            Forest { states, reward_wait: number("r1")?, reward_cut: number("r2")?, fire: number("p")? }.environment()
        },
    },
    Entry {
        name: "frozen-lake",
        aliases: &["FrozenLake-v1"],
        description: "across slippery ice to the goal without falling into a hole",
        source: "[Gymnasium, FrozenLake-v1]",
        parameters: &[
            parameter("map", Some("4x4"), "`4x4` or `8x8`"),
            parameter("slippery", Some("true"), "whether moves slip, `true` or `false`"),
        ],
        build: |parameters| {
            let large = parameters.choice("map", &["4x4", "8x8"])? == 1;
            let slippery = parameters.choice("slippery", &["false", "true"])? == 1;
            FrozenLake { large, slippery }.environment()
        },
    },
    Entry {
        name: "taxi",
        aliases: &["Taxi-v3"],
        description: "fetch a passenger and take them where they want to go",
        source: "[Dietterich 2000; Gymnasium, Taxi-v3]",
        parameters: &[],
        build: |_| taxi(),
    },
    Entry {
        name: "cliff-walking",
        aliases: &["CliffWalking-v1"],
        description: "along the edge of a cliff, or safely around it",
        source: "[Sutton & Barto 2018, Example 6.6; Gymnasium, CliffWalking-v1]",
        parameters: &[],
        build: |_| cliff_walking(),
    },
    Entry {
        name: "shutdown-setting",
        aliases: &["kk-shutdown"],
        description: "an agent trained elsewhere can be shut down in a new state, or go on into one of several cycles",
        source: "[Krakovna & Kramár 2023, Def. 7]",
        parameters: &[
            parameter("recurrent", Some("3"), "number of cycles that the new state leads to"),
            parameter("distance", Some("1"), "steps to each cycle: one number, or such as 1+2+3"),
            parameter("return", Some("1"), "length of each cycle: one number, or such as 1+2+3"),
            parameter("training", Some("2"), "options in training"),
            parameter("reach", Some("1"), "probability that the way into a cycle succeeds"),
            parameter("leave-training", Some("false"), "whether training can be left for the new state"),
            parameter("return-to-training", Some("false"), "whether the new state leads back to training"),
        ],
        build: |parameters| {
            let cycles: usize = parameters.count("recurrent")?;
            let distances = parameters.counts_of("distance", cycles)?;
            let setting = ShutdownSetting {
                training: parameters.count("training")?,
                cycles: distances.into_iter().zip(parameters.counts_of("return", cycles)?).collect(),
                reach: parameters.number("reach")?.unwrap_or(Number::ONE),
                leave_training: parameters.choice("leave-training", &["false", "true"])? == 1,
                return_to_training: parameters.choice("return-to-training", &["false", "true"])? == 1,
            };
            setting.environment()
        },
    },
    Entry {
        name: "closure-gap",
        aliases: &[],
        description: "training can be left by an action that is never taken: a swap of new rewards undoes what was learned",
        source: "own; a counterexample to condition 2 in [Krakovna & Kramár 2023, Thm. 2] without closed training",
        parameters: &[],
        build: |_| Environment::from_json("closure-gap", include_str!("../models/closure-gap.json")),
    },
    Entry {
        name: "coin-run",
        aliases: &[],
        description: "the coin is at the end of every level in training, and elsewhere in a new one",
        source: "after [Langosco et al. 2022] and [Krakovna & Kramár 2023, Ex. 1]",
        parameters: &[
            parameter("training", Some("5"), "columns of each level in training, such as 4+5+6"),
            parameter("columns", Some("5"), "columns of the new level"),
            parameter("rows", Some("1"), "rows of every level"),
            parameter("start", Some("2"), "column of the start in the new level, in the last row"),
            parameter("coin", Some("0"), "column of the coin in the new level, in the first row"),
            NOISE,
        ],
        build: |parameters| {
            let run = CoinRun {
                training: parameters.counts("training")?,
                columns: parameters.count("columns")?,
                rows: parameters.count("rows")?,
                start: parameters.count("start")?,
                coin: parameters.count("coin")?,
                noise: noise(parameters)?,
            };
            run.environment()
        },
    },
    Entry {
        name: "cheese-maze",
        aliases: &[],
        description: "cheese lies in the top right corner of every maze in training, and elsewhere in a new one",
        source: "after [Langosco et al. 2022]",
        parameters: &[
            parameter("size", Some("9"), "cells on each side of a maze, odd"),
            parameter("corner", Some("5"), "cells on each side of the corner"),
            parameter("mazes", Some("2"), "number of mazes in training"),
            parameter("seed", Some("0"), "seed of the random streams"),
            parameter("held-out", Some("0"), "which of the new mazes"),
            NOISE,
        ],
        build: |parameters| {
            let maze = CheeseMaze {
                size: parameters.count("size")?,
                corner: parameters.count("corner")?,
                mazes: parameters.count("mazes")?,
                seed: parameters.count("seed")?,
                held_out: parameters.count("held-out")?,
                noise: noise(parameters)?,
            };
            maze.environment()
        },
    },
    Entry {
        name: "corrigibility-button",
        aliases: &["button"],
        description: "an agent at work, whose button is pressed for the first time, can comply, ignore it or disable it",
        source: "own; cf. [Soares et al. 2015]",
        parameters: &[],
        build: |_| Environment::from_json("corrigibility-button", include_str!("../models/corrigibility-button.json")),
    },
];

/// The noise that the parameters of a gridworld ask for.
pub(crate) fn noise(parameters: &Parameters<'_>) -> Result<Noise, EnvError> {
    let mut noise = Noise::new(parameters.number("noise")?.unwrap_or(Number::from(0.0)))?;
    for direction in Move::ALL {
        if let Some(bias) = parameters.number(&format!("bias-{direction}"))? {
            noise = noise.biased(direction, bias)?;
        }
    }
    Ok(noise)
}

fn map(parameters: &Parameters<'_>, text: &str) -> Result<Environment, EnvError> {
    Environment::gridworld(parameters.specification(), text.parse()?, &noise(parameters)?)
}

/// The entry of a name or alias.
pub fn find(name: &str) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.name == name || entry.aliases.contains(&name))
}
