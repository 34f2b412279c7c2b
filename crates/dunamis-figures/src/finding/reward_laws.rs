//! Concentration of POWER and alignment under eight laws.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Concentration of POWER and alignment under eight laws.
pub(crate) const FIGURE: Finding = Finding {
    about: about("finding-reward-laws", "How the law of rewards matters", "own"),
    sweeps: &[
        Config { name: "finding-reward-laws-alone", toml: include_str!("reward-laws-alone.toml") },
        Config { name: "finding-reward-laws", toml: include_str!("reward-laws.toml") },
    ],
    panels: &[
        Panel {
            title: "Concentration, one agent in the maze",
            sweep: 0,
            x: ("power.discount", Some("discount _γ_")),
            series: Some(("reward", "")),
            only: None,
            statistic: Statistic::Concentration,
            y: "concentration of POWER",
        },
        Panel {
            title: "Alignment, two agents on 3 × 3 cells",
            sweep: 1,
            x: ("power.discount", Some("discount _γ_")),
            series: Some(("reward", "")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    format!(
        "Concentration is the standard deviation of POWER over states divided by how far mean POWER exceeds the mean reward. At \
         _γ_ = 0.9 it is {} for uniform rewards, {} for exponential ones and {} for a reward in one state of fifty. Alignment of \
         two agents at _γ_ = 0.6 is {} for uniform and {} for Pareto rewards. {}",
        found.text(0, "uniform", "0.9"),
        found.text(0, "exponential", "0.9"),
        found.text(0, "coin 1/50", "0.9"),
        found.text(1, "uniform", "0.6"),
        found.text(1, "Pareto(3)", "0.6"),
        found.sampling()
    )
}
