//! Iterated best response.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Iterated best response.
pub(crate) const FIGURE: Finding = Finding {
    about: about("finding-replies", "When H may reply, too", "own"),
    sweeps: &[
        Config { name: "finding-replies", toml: include_str!("replies.toml") },
        Config { name: "finding-replies-maze", toml: include_str!("replies-maze.toml") },
    ],
    panels: &[
        Panel {
            title: "Alignment, 3 × 3 cells",
            sweep: 0,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "Alignment, maze",
            sweep: 1,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "POWER of _H_, 3 × 3 cells",
            sweep: 0,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::MeanH,
            y: "mean POWER_{_H_}",
        },
        Panel {
            title: "POWER of _A_, 3 × 3 cells",
            sweep: 0,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::MeanA,
            y: "mean POWER_{_A_}",
        },
        Panel {
            title: "Going round in a circle, 3 × 3 cells",
            sweep: 0,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Cycles,
            y: "fraction of samples",
        },
        Panel {
            title: "Going round in a circle, maze",
            sweep: 1,
            x: ("power.rounds", Some("rounds")),
            series: Some(("power.discount", "_γ_ = ")),
            only: None,
            statistic: Statistic::Cycles,
            y: "fraction of samples",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    format!(
        "Iterated best response. At _γ_ = 0.6 on 3 × 3 cells alignment is {} after one round, as published, {} after two and {} \
         after twenty; mean POWER of _H_ goes from {} over {} to {}. By then replies go round in a circle in a fraction {} of the \
         samples, {} at _γ_ = 0.1 and {} at _γ_ = 0.9. {}",
        found.text(0, "0.6", "1"),
        found.text(0, "0.6", "2"),
        found.text(0, "0.6", "20"),
        found.text(2, "0.6", "1"),
        found.text(2, "0.6", "2"),
        found.text(2, "0.6", "20"),
        found.text(4, "0.6", "20"),
        found.text(4, "0.1", "20"),
        found.text(4, "0.9", "20"),
        found.sampling()
    )
}
