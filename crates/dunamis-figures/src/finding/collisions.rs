//! Alignment under every rule.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Alignment under every rule.
pub(crate) const FIGURE: Finding = Finding {
    about: about("finding-collisions", "Which conclusions survive the rule for collisions", "own"),
    sweeps: &[
        Config { name: "finding-collisions-near", toml: include_str!("collisions-near.toml") },
        Config { name: "finding-collisions-far", toml: include_str!("collisions-far.toml") },
    ],
    panels: &[
        Panel {
            title: "_γ_ = 0.1",
            sweep: 0,
            x: ("environment.collision", None),
            series: None,
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "_γ_ = 0.1, by ranks",
            sweep: 0,
            x: ("environment.collision", None),
            series: None,
            only: None,
            statistic: Statistic::Rank,
            y: "rank correlation",
        },
        Panel {
            title: "_γ_ = 0.99",
            sweep: 1,
            x: ("environment.collision", None),
            series: None,
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "_γ_ = 0.99, by ranks",
            sweep: 1,
            x: ("environment.collision", None),
            series: None,
            only: None,
            statistic: Statistic::Rank,
            y: "rank correlation",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    let difference = |panel: usize, rule: &str| {
        let (with, without) = (found.at(panel, "", rule), found.at(panel, "", "overlap"));
        let difference = with.zip(without).and_then(|(with, without)| with.minus(without));
        difference.map_or("not defined".to_owned(), |difference| super::text(&difference.estimate()))
    };
    format!(
        "Alignment in the maze, noise-corrected and by ranks. Forbidding overlap changes _α_ at _γ_ = 0.1 by {} where collisions \
         leak, as published, by {} where moves are drawn again, and by {} where both stay; at _γ_ = 0.99 by {}, {} and {}, and the \
         rank correlation by {}, {} and {}. {}",
        difference(0, "leak"),
        difference(0, "renormalize"),
        difference(0, "block"),
        difference(2, "leak"),
        difference(2, "renormalize"),
        difference(2, "block"),
        difference(3, "leak"),
        difference(3, "renormalize"),
        difference(3, "block"),
        found.sampling()
    )
}
