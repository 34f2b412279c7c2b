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
            known("h = 2, p = 2", 0.618034),
            known("h = 2, p = 3", 0.682328),
            known("h = 2, p = 4", 0.724492),
            known("h = 2, p = 5", 0.754878),
            known("h = 3, p = 1", 0.618034),
            known("h = 3, p = 2", 0.707107),
            known("h = 3, p = 3", 0.754878),
            known("h = 3, p = 4", 0.786151),
            known("h = 3, p = 5", 0.808731),
            known("h = 4, p = 1", 0.682328),
            known("h = 4, p = 2", 0.754878),
            known("h = 4, p = 3", 0.793701),
            known("h = 4, p = 4", 0.819173),
            known("h = 4, p = 5", 0.837620),
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

/// A root of the polynomial, to six decimals.
const fn known(state: &'static str, value: f64) -> Published {
    let quantity = Quantity::Entry { quantity: "threshold", state };
    Published::new(quantity, value, 6, 0, PublishedError::Known(0.0))
}

/// Thresholds by distance and length.
fn thresholds(runs: Analyses<'_>) -> Result<Vec<Vec<f64>>, FigureError> {
    let row = |analysis: usize| {
        let known = &goals(runs, analysis)?.thresholds;
        let at = |length: usize| {
            let name = format!("r{length}");
            let found = known.iter().find(|threshold| threshold.state == name).and_then(|threshold| threshold.value);
            Ok(found.ok_or(absent(runs.at(analysis)?, &format!("threshold of state `{name}`")))?)
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
    let header = std::iter::once("".to_owned()).chain((1..=LENGTHS).map(|p| format!("_p_ = {p}")));
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
