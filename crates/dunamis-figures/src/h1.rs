//! *Instrumental convergence in single-agent systems* `[Harris & Suo 2022, part 1]`.
//!
//! One agent walks an open grid, a maze and a robot's face. All rewards are independent and uniform on [0, 1].

use crate::Config;

pub(crate) mod fig1;
pub(crate) mod fig2;
pub(crate) mod fig3;
pub(crate) mod fig4;
pub(crate) mod fig5;
pub(crate) mod fig6;
pub(crate) mod histograms;
pub(crate) mod pairs;
pub(crate) mod variance;

/// The experiment of figure 1 and of those of its samples.
const GRID: Config = Config { name: "h1-grid", toml: include_str!("h1/grid.toml") };
/// The experiment of figure 3.
const FAR_SIGHTED: Config = Config { name: "h1-far-sighted", toml: include_str!("h1/far-sighted.toml") };
/// The sweep of figure 4.
const PATIENCE: Config = Config { name: "h1-patience", toml: include_str!("h1/patience.toml") };
/// The experiment of figure 5.
const ROBOT_FACE_SHORT_SIGHTED: Config =
    Config { name: "h1-robot-face-short-sighted", toml: include_str!("h1/robot-face-short-sighted.toml") };
/// The experiment of figure 6.
const ROBOT_FACE_FAR_SIGHTED: Config =
    Config { name: "h1-robot-face-far-sighted", toml: include_str!("h1/robot-face-far-sighted.toml") };
