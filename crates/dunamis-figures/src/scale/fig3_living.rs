//! Figure 3: one way of dying against 10⁵³ ways of living.

use dunamis_plot::{Digraph, Edge, Plot, Region, Vertex};

use super::{COLOR_A, COLOR_B, about};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::{Config, FigureError, Fraction, Published, Table};

/// Figure 3.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig3-living",
        "One way of dying, 10^{53} ways of living",
        "Turner (2022), a scaling law for instrumental convergence, figure 3",
        &[
            Published::exact("floor bound", "two against fifty-one", (25, 26)),
            Published::exact("fractional bound", "two against fifty-one", (51, 53)),
        ],
    ),
    analyses: &[Config { name: "scale-living", toml: include_str!("living.toml") }],
    caption,
    draw,
    table,
};

/// A number of options with its zeros in a power of ten.
fn power_of_ten(digits: &str) -> String {
    let rest = digits.trim_start_matches('1');
    let short = digits.len() <= 6 || rest.len() + 1 != digits.len() || rest.bytes().any(|digit| digit != b'0');
    if short { digits.to_owned() } else { format!("10^{{{}}}", rest.len()) }
}

/// Both bounds of a comparison of numbers.
fn bounds(runs: Analyses<'_>, name: &str) -> Result<(Fraction, Fraction), FigureError> {
    let comparison = runs.comparison(name)?;
    let read = |bound: &Option<String>| {
        let none = || FigureError::NoRecord { run: name.to_owned(), what: "bounds".into() };
        bound.as_ref().ok_or_else(none)?.parse::<Fraction>()
    };
    Ok((read(&comparison.floor_bound)?, read(&comparison.fractional_bound)?))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let living = runs.comparison("living")?;
    let (a, b) = (power_of_ten(&living.size_a), power_of_ten(&living.size_b));
    let (floor, fractional) = bounds(runs, "two against fifty-one")?;
    let other = runs.comparison("two against fifty-one")?;
    Ok(format!(
        "With {a} way of dying and {b} ways of living, staying alive is optimal for average reward on at least {b}/({b}\u{a0}+\u{a0}{a}) \
         of every orbit. With {} ways of dying and {} of living, counting whole copies gives {}, the fractional law {}.",
        other.size_a,
        other.size_b,
        floor.label(),
        fractional.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let living = runs.comparison("living")?;
    let count = power_of_ten(&living.size_b);
    let mut vertices = vec![Vertex::new(0.0, 0.0, "now").marked(), Vertex::new(1.4, -1.0, "die")];
    let rows = [1.55, 0.85, 0.15];
    vertices.extend(
        rows.iter().flat_map(|&y| [2.0, 2.7, 3.4, 4.1].map(|x| Vertex::new(x, y, if x > 4.0 { "⋯" } else { "" }))),
    );
    vertices.push(Vertex::new(1.1, 0.85, "live"));
    let last = vertices.len() - 1;
    let graph = Digraph::new(vertices)?.unit(92.0).edges([(0, 1), (0, last), (last, 2), (last, 6), (last, 10)])?;
    let graph = graph.edge(Edge::new(1, 1).toward(0.0))?;
    let graph = graph.region(Region::new([1], COLOR_A).label(format!("{} end", living.size_a)).below())?;
    let graph = graph.region(Region::new(2..last, COLOR_B).label(format!("{count} ends")))?;
    Ok(graph.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for name in ["living", "two against fifty-one"] {
        let (comparison, (floor, fractional)) = (runs.comparison(name)?, bounds(runs, name)?);
        table.push_exact("options of A", name, &comparison.size_a.parse()?);
        table.push_exact("options of B", name, &comparison.size_b.parse()?);
        table.push_exact("floor bound", name, &floor);
        table.push_exact("fractional bound", name, &fractional);
    }
    Ok(table)
}
