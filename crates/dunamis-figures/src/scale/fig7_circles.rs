//! Figure 7: putting the same set of options into every circle keeps the law.

use dunamis_plot::{Panels, Plot};

use super::{COLOR_A, COLOR_B, about, bounds, copies};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::option_diagram::option_diagram;
use crate::{Config, FigureError, Published, Table};

/// Figure 7.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig7-circles",
        "The same set of options in every circle",
        "Turner (2022), a scaling law for instrumental convergence, figure 7",
        &[Published::exact("bound", "one end each", (2, 3)), Published::exact("bound", "one set each", (2, 3))],
    ),
    analyses: &[Config { name: "scale-circles", toml: include_str!("circles.toml") }],
    caption,
    draw,
    table,
};

const NAMES: [&str; 2] = ["one end each", "one set each"];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let [(ends, ends_bound, _), (sets, sets_bound, _)] =
        [bounds(runs.comparison(NAMES[0])?)?, bounds(runs.comparison(NAMES[1])?)?];
    Ok(format!(
        "(a) An end against two: {}, a bound of {}. (b) In place of every end the same set, an end and a pair of linked ends: \
         {}, a bound of {}. Copies move as a whole, so that what is inside them does not matter.",
        copies(ends),
        ends_bound.label(),
        copies(sets),
        sets_bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let panel = |name: &str, places: &[(f64, f64)], each: usize| {
        let comparison = runs.comparison(name)?;
        let group = |number: usize| (number * each..(number + 1) * each).collect::<Vec<_>>();
        let groups = [
            (group(0), COLOR_A, "_A_".to_owned()),
            (group(1), COLOR_B, "_B_{1}".to_owned()),
            (group(2), COLOR_B, "_B_{2}".to_owned()),
        ];
        let graph = option_diagram(places, comparison.a.iter().chain(&comparison.b), &groups, 84.0)?;
        Ok::<_, FigureError>(graph.figure().title(name))
    };
    let ends = panel(NAMES[0], &[(0.0, 0.0), (1.6, 0.0), (2.9, 0.0)], 1)?;
    let shape = [(0.0, 0.0), (-0.55, -1.0), (0.55, -1.0)];
    let places: Vec<_> = [0.0, 2.7, 5.0].into_iter().flat_map(|x| shape.map(|(a, b)| (x + a, b))).collect();
    let sets = panel(NAMES[1], &places, 3)?;
    Ok(Panels::new([ends, sets]).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for name in NAMES {
        table.entries.extend(super::table_of(runs, name)?.entries);
    }
    Ok(table)
}
