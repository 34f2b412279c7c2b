//! Alignment against the correlation of rewards.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Alignment against the correlation of rewards.
pub(crate) const FIGURE: Finding = Finding {
    about: about("finding-correlation", "How much goals must have in common", "own"),
    sweeps: &[
        Config { name: "finding-correlation", toml: include_str!("correlation.toml") },
        Config { name: "finding-correlation-maze", toml: include_str!("correlation-maze.toml") },
    ],
    panels: &[
        Panel {
            title: "3 × 3 cells",
            sweep: 0,
            x: ("power.correlation", Some("correlation _β_ of rewards")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "Maze",
            sweep: 1,
            x: ("power.correlation", Some("correlation _β_ of rewards")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "3 × 3 cells, POWER of _H_",
            sweep: 0,
            x: ("power.correlation", Some("correlation _β_ of rewards")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::MeanH,
            y: "mean POWER_{_H_}",
        },
        Panel {
            title: "Maze, POWER of _H_",
            sweep: 1,
            x: ("power.correlation", Some("correlation _β_ of rewards")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::MeanH,
            y: "mean POWER_{_H_}",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    let zero = |panel: usize, discount: &str| match found.zero(panel, discount) {
        Some(zero) => super::text(&zero),
        None => "nowhere".to_owned(),
    };
    format!(
        "Noise-corrected alignment and mean POWER of _H_ against the correlation of rewards. On 3 × 3 cells alignment is 0 at \
         _β_ = {} for _γ_ = 0.1, {} for 0.6 and {} for 0.9; in the maze at {} for 0.1 and {} for 0.6. {}",
        zero(0, "0.1"),
        zero(0, "0.6"),
        zero(0, "0.9"),
        zero(1, "0.1"),
        zero(1, "0.6"),
        found.sampling()
    )
}
