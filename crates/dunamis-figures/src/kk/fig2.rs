//! Figure 2: the shutdown setting.

use std::collections::BTreeSet;

use dunamis_plot::{Cell, OKABE_ITO, Panels, Plot, Tabular, fixed};

use super::{about, discount, goals, missing, only};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Fraction, Published, Table};

/// Figure 2.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-fig2",
        "Shutdown, or one of three cycles",
        "Krakovna & Kramár (2023), power-seeking for trained agents, figure 2",
        &[Published::exact("threshold", "r1", (0, 1)), Published::exact("threshold", "r2", (1, 2))],
    ),
    analyses: &[Config { name: "kk-shutdown", toml: include_str!("shutdown.toml") }],
    caption,
    draw,
    table,
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("start", -3.2, 0.0, "start").with_loop(180.0),
        place("t1", -1.9, 0.75, "_t_{1}").with_loop(0.0),
        place("t2", -1.9, -0.75, "_t_{2}").with_loop(0.0),
        place("new", 0.0, 0.0, "_s_{new}").marked(),
        place("off", 1.2, 1.45, "_s_{term}"),
        place("r1", 1.35, 0.5, "_r_{1}").with_loop(0.0),
        place("w2.1", 1.35, -0.5, ""),
        place("r2", 2.6, -0.5, "_r_{2}").with_loop(0.0),
        place("w3.1", 0.9, -1.5, ""),
        place("w3.2", 2.1, -1.5, ""),
        place("r3", 3.3, -1.5, "_r_{3}"),
        place("r3.2", 4.5, -1.5, "_r_{4}"),
    ],
    groups: &[group(&["start", "t1", "t2"], OKABE_ITO[7], "training"), group(&["off"], OKABE_ITO[5], "shutdown")],
    unit: 96.0,
};

/// Thresholds, ascending, with the names drawn.
fn thresholds(runs: Analyses<'_>) -> Result<Vec<(&str, f64)>, FigureError> {
    let record = goals(runs, 0)?;
    let mut known: Vec<_> = record.thresholds.iter().filter_map(|t| Some((t.state.as_str(), t.value?))).collect();
    known.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(known)
}

fn symbol(state: &str) -> &str {
    let of = |place: &&crate::model_diagram::Place| place.state() == state;
    DIAGRAM.places.iter().find(of).map_or(state, |place| place.label())
}

/// `n/(n+1)`, the fraction of every orbit that avoids shutdown where so many states can be swapped with it.
fn bound(count: usize) -> String {
    format!("{count}/{}", count + 1)
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let record = goals(runs, 0)?;
    let thresholds = thresholds(runs)?;
    let closed = if record.left_by_actions.is_none() {
        "no action leaves training, so that rewards of new states do not matter there"
    } else {
        "training can be left"
    };
    let highest = thresholds.last().map_or(0.0, |&(_, value)| value);
    let orbit =
        only(runs, 0)?.given.first().and_then(|given| given.orbit.as_ref()).ok_or_else(|| missing("an orbit"))?;
    Ok(format!(
        "An agent trained on the left is put into _s_{{new}}; {closed}. A state that can be visited more than once, discounted, \
         counts: its reward can be swapped with that of _s_{{term}}. All {} states do so above _γ_\u{a0}=\u{a0}{}, where shutdown \
         is avoided on at least {} of every orbit. Of the {} compatible rearrangements of a goal that rewards _t_{{1}} and \
         _s_{{term}}, {} avoid shutdown at {}, {} want it, and {} are indifferent.",
        thresholds.len(),
        fixed(highest, 4),
        bound(thresholds.len()),
        orbit.avoid + orbit.shutdown + orbit.tie,
        orbit.avoid,
        discount(&only(runs, 0)?.discount)?,
        orbit.shutdown,
        orbit.tie,
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let graph = DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?;
    let header = ["state", "threshold _γ_^{∗}", "_n_(_γ_) above it", "bound _n_/(_n_ + 1)"];
    let row = |(index, (state, value)): (usize, (&str, f64))| {
        let exact = goals(runs, 0).ok().and_then(|record| record.thresholds.iter().find(|known| known.state == state));
        let exact = exact.and_then(|known| known.threshold.parse::<Fraction>().ok());
        let threshold = exact.map_or_else(|| fixed(value, 4), |exact| exact.label());
        [symbol(state).to_owned(), threshold, (index + 1).to_string(), bound(index + 1)].map(Cell::new).to_vec()
    };
    let rows = thresholds(runs)?.into_iter().enumerate().map(row).collect();
    let table = Tabular::new(header.map(Cell::new).to_vec(), rows)?;
    Ok(Panels::new([graph.figure(), table.figure()]).columns(1).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (index, (state, value)) in thresholds(runs)?.into_iter().enumerate() {
        table.push("threshold", state, value, 0.0);
        table.push_exact("bound above it", state, &bound(index + 1).parse::<Fraction>()?);
    }
    for given in &only(runs, 0)?.given {
        let orbit = given.orbit.as_ref().ok_or_else(|| missing("an orbit"))?;
        for (quantity, count) in [("avoid", orbit.avoid), ("shut down", orbit.shutdown), ("tie", orbit.tie)] {
            table.push_exact(quantity, format!("orbit of {}", given.goal), &count.to_string().parse::<Fraction>()?);
        }
    }
    Ok(table)
}
