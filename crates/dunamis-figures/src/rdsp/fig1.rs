//! Figure 1: three outcomes, and all orders in which an agent may like them.

use dunamis_plot::{Cell, Digraph, Panels, Plot, Region, Tabular, Vertex};

use super::{NAMES, OUTCOMES, about, orbit, reward};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::published::Published;
use crate::scale::{COLOR_A, COLOR_B, TINT_A, TINT_B, bounds, bounds_table};

/// Figure 1.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "rdsp-fig1",
        "Three outcomes, one of them the end of the game",
        "Turner & Tadepalli (2022), parametrically retargetable decision-makers, figure 1",
        &[Published::exact("bound", "as defined", (2, 3))],
    ),
    analyses: &[OUTCOMES],
    caption,
    draw,
    table: |runs| bounds_table(runs.comparison("as defined")?),
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let (_, bound, _) = bounds(runs.comparison("as defined")?)?;
    let orbit = orbit(runs, "as defined", "optimal")?;
    let (Some(greater), Some(less)) = (&orbit.greater, &orbit.less) else { return Ok(String::new()) };
    Ok(format!(
        "Letting the ghost eat the agent gives one outcome (_A_), staying alive two (_B_). Of the rearrangements of the utility {}, \
         {greater} make _B_ best and {less} make _A_ best; on every orbit _B_ is optimal on at least {}.",
        reward(&orbit.reward),
        bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut vertices = vec![Vertex::new(0.0, 0.0, "start").marked()];
    let places = [(-1.3, -1.2), (0.3, -1.2), (1.5, -1.2)];
    vertices.extend(NAMES.iter().zip(places).map(|(name, (x, y))| Vertex::new(x, y, *name)));
    let graph = Digraph::new(vertices)?.unit(95.0).edges([(0, 1), (0, 2), (0, 3)])?;
    let graph = graph.region(Region::new([1], COLOR_A).label("_A_").below())?;
    let graph = graph.region(Region::new([2, 3], COLOR_B).label("_B_").below())?;
    let header = NAMES.iter().copied().chain(["best"]).map(Cell::new).collect();
    let orbit = orbit(runs, "as defined", "optimal")?;
    let rows = orbit.rearrangements.iter().rev().map(|element| {
        let better = element.b.value > element.a.value;
        let best = Cell::new(if better { "_B_" } else { "_A_" }).fill(if better { TINT_B } else { TINT_A });
        element.reward.iter().map(|entry| Cell::new(entry.as_str())).chain([best]).collect()
    });
    let table = Tabular::new(header, rows.collect())?;
    Ok(Panels::new([graph.figure().title("outcomes"), table.figure().title("utilities")]).figure())
}
