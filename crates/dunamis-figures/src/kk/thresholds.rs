//! From which discount on a state counts, by its distance and the length of its cycle.

use dunamis_plot::{Cell, Plot, Tabular, fixed};

use super::{about, goals};
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::published::PublishedError;
use crate::{Config, FigureError, Published, Quantity, Table};

/// The table of thresholds.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-thresholds",
        "From which discount on a state is visited more than once",
        "own; the numbers _γ_^{∗} of Krakovna & Kramár (2023), proposition 3",
        &[
            Published::exact("threshold", "h = 1, p = 1", (0, 1)),
            Published::exact("threshold", "h = 1, p = 2", (0, 1)),
            Published::exact("threshold", "h = 1, p = 3", (0, 1)),
            Published::exact("threshold", "h = 1, p = 4", (0, 1)),
            Published::exact("threshold", "h = 1, p = 5", (0, 1)),
            Published::exact("threshold", "h = 2, p = 1", (1, 2)),
            known("h = 2, p = 2", 618_034),
            known("h = 2, p = 3", 682_328),
            known("h = 2, p = 4", 724_492),
            known("h = 2, p = 5", 754_878),
            known("h = 3, p = 1", 618_034),
            known("h = 3, p = 2", 707_107),
            known("h = 3, p = 3", 754_878),
            known("h = 3, p = 4", 786_151),
            known("h = 3, p = 5", 808_731),
            known("h = 4, p = 1", 682_328),
            known("h = 4, p = 2", 754_878),
            known("h = 4, p = 3", 793_701),
            known("h = 4, p = 4", 819_173),
            known("h = 4, p = 5", 837_620),
        ],
    ),
    analyses: &[
        Config { name: "kk-thresholds-1", toml: include_str!("thresholds-1.toml") },
        Config { name: "kk-thresholds-2", toml: include_str!("thresholds-2.toml") },
        Config { name: "kk-thresholds-3", toml: include_str!("thresholds-3.toml") },
        Config { name: "kk-thresholds-4", toml: include_str!("thresholds-4.toml") },
    ],
    caption,
    draw,
    table,
};

/// Lengths of cycles in each analysis.
const LENGTHS: usize = 5;

/// A root of the polynomial, in millionths.
const fn known(state: &'static str, millionths: u32) -> Published {
    let quantity = Quantity::Entry { quantity: "threshold", state };
    Published::new(quantity, millionths as f64 / 1e6, 6, 0, PublishedError::Known(0.0))
}

/// Thresholds by distance and length.
fn thresholds(runs: Analyses<'_>) -> Result<Vec<Vec<f64>>, FigureError> {
    let row = |analysis: usize| {
        let known = &goals(runs, analysis)?.thresholds;
        let at = |length: usize| {
            let name = format!("r{length}");
            let found = known.iter().find(|threshold| threshold.state == name).and_then(|threshold| threshold.value);
            found.ok_or(absent(runs.at(analysis)?, &format!("threshold of state `{name}`")))
        };
        (1..=LENGTHS).map(at).collect()
    };
    (0..FIGURE.analyses.len()).map(row).collect()
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let rows = thresholds(runs)?;
    let largest = rows.iter().flatten().copied().fold(0.0, f64::max);
    Ok(format!(
        "The threshold _γ_^{{∗}} of a state that is _h_ steps away and can be revisited after _p_ steps, the root of \
         _γ_^{{_h_ − 1}}\u{a0}+\u{a0}_γ_^{{_p_}}\u{a0}=\u{a0}1: what is at hand counts at every discount, what is far and seldom \
         only for patient agents, up to {} here.",
        fixed(largest, 4)
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let header = std::iter::once(String::new()).chain((1..=LENGTHS).map(|p| format!("_p_ = {p}")));
    let rows = thresholds(runs)?.into_iter().enumerate().map(|(index, row)| {
        let numbers = row.into_iter().map(|value| if value == 0.0 { "0".to_owned() } else { fixed(value, 6) });
        std::iter::once(format!("_h_ = {}", index + 1)).chain(numbers).map(Cell::new).collect()
    });
    Ok(Tabular::new(header.map(Cell::new).collect(), rows.collect())?.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (distance, row) in thresholds(runs)?.into_iter().enumerate() {
        for (length, value) in row.into_iter().enumerate() {
            table.push("threshold", format!("h = {}, p = {}", distance + 1, length + 1), value, 0.0);
        }
    }
    Ok(table)
}
