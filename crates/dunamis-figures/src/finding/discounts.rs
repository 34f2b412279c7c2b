//! Alignment and POWER for unequal discounts.

use super::{Finding, Found, Panel, about};
use crate::Config;
use crate::jackknife::Statistic;

/// Alignment and POWER for unequal discounts.
pub(crate) const FIGURE: Finding = Finding {
    about: about("finding-discounts", "When the agents look differently far ahead", "own"),
    sweeps: &[Config { name: "finding-discounts", toml: include_str!("discounts.toml") }],
    panels: &[
        Panel {
            title: "Alignment",
            sweep: 0,
            x: ("power.discount-a", Some("discount of _A_")),
            series: Some(("power.discount", "_H_: ")),
            only: None,
            statistic: Statistic::Alpha,
            y: "alignment _α_",
        },
        Panel {
            title: "POWER of _H_",
            sweep: 0,
            x: ("power.discount-a", Some("discount of _A_")),
            series: Some(("power.discount", "_H_: ")),
            only: None,
            statistic: Statistic::MeanH,
            y: "mean POWER_{_H_}",
        },
    ],
    columns: 2,
    caption,
};

fn caption(found: &Found) -> String {
    format!(
        "Noise-corrected alignment and mean POWER of _H_ on 3 × 3 cells, by the discounts of both. Alignment of an impatient H \
         (0.1) and a patient A (0.97) is {}, that of a patient H and an impatient A {}; with equal discounts it is {} at 0.1 \
         and {} at 0.97. {}",
        found.text(0, "0.1", "0.97"),
        found.text(0, "0.97", "0.1"),
        found.text(0, "0.1", "0.1"),
        found.text(0, "0.97", "0.97"),
        found.sampling()
    )
}
