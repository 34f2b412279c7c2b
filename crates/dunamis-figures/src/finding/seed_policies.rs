//! Alignment against the seed policy.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Alignment against the seed policy.
pub(crate) const FIGURE: Finding = Finding {
    about: about(
        "finding-seed-policies",
        "What A does while H learns decides whether their interests are opposed",
        "own",
    ),
    sweeps: &[
        Config { name: "finding-seed-stay", toml: include_str!("seed-stay.toml") },
        Config { name: "finding-seed-corner", toml: include_str!("seed-corner.toml") },
        Config { name: "finding-seed-stay-maze", toml: include_str!("seed-stay-maze.toml") },
        Config { name: "finding-seed-corner-maze", toml: include_str!("seed-corner-maze.toml") },
    ],
    panels: &[
        Panel {
            title: "3 × 3 cells, A often stays",
            sweep: 0,
            x: ("power.seed-policy", Some("probability to stay")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "3 × 3 cells, A goes to a corner",
            sweep: 1,
            x: ("power.seed-policy", Some("probability to go there")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "Maze, A often stays",
            sweep: 2,
            x: ("power.seed-policy", Some("probability to stay")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "Maze, A goes to a dead end",
            sweep: 3,
            x: ("power.seed-policy", Some("probability to go there")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    let zero = |panel: usize| match found.zero(panel, "0.9") {
        Some(zero) => format!("at a probability of {}", super::text(&zero)),
        None => "nowhere".to_owned(),
    };
    format!(
        "Noise-corrected alignment where A follows a mixture of the uniform policy and another one while H learns. At _γ_ = 0.9 it \
         changes its sign, where A often stays, {} on 3 × 3 cells and {} in the maze; where A goes to one place, {} and {}. {}",
        zero(0),
        zero(2),
        zero(1),
        zero(3),
        found.sampling()
    )
}
