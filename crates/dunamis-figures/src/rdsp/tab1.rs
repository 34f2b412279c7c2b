//! Table 1: the rearrangements of one utility function.

use dunamis_plot::{Cell, Plot, Tabular};

use super::{NAMES, OUTCOMES, about, orbit, reward};
use crate::FigureError;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::published::Published;
use crate::scale::{TINT_A, TINT_B, bounds_table};

/// Table 1.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "rdsp-tab1",
        "The orbit of a utility function over three outcomes",
        "Turner & Tadepalli (2022), parametrically retargetable decision-makers, table 1",
        &[
            Published::exact("B better", "orbit of (10, 5, 0)", (4, 1)),
            Published::exact("A better", "orbit of (10, 5, 0)", (2, 1)),
        ],
    ),
    analyses: &[OUTCOMES],
    caption,
    draw,
    table: |runs| {
        let mut comparison = runs.comparison("as defined")?.clone();
        comparison.orbits.truncate(1);
        bounds_table(&comparison)
    },
};

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let orbit = orbit(runs, "as defined", "optimal")?;
    Ok(format!(
        "All {} rearrangements of the utility {}. Blue where an outcome of _B_\u{a0}=\u{a0}{{apple, cherry}} is best, orange where the \
         ghost, _A_, is.",
        orbit.rearrangements.len(),
        reward(&orbit.reward)
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let elements: Vec<_> = orbit(runs, "as defined", "optimal")?.rearrangements.iter().rev().collect();
    let header =
        std::iter::once("outcome".to_owned()).chain((1..=elements.len()).map(|number| format!("_φ_{{{number}}}")));
    let row = |(outcome, name): (usize, &&str)| {
        let cells = elements.iter().map(|element| {
            let best = element.reward.iter().all(|other| number(other) <= number(&element.reward[outcome]));
            let cell = Cell::new(element.reward[outcome].as_str());
            match best {
                true if outcome == 0 => cell.fill(TINT_A),
                true => cell.fill(TINT_B),
                false => cell,
            }
        });
        std::iter::once(Cell::new(*name)).chain(cells).collect()
    };
    let rows = NAMES.iter().enumerate().map(row).collect();
    Ok(Tabular::new(header.map(Cell::new).collect(), rows)?.figure())
}

fn number(text: &str) -> f64 {
    text.parse::<crate::Fraction>().map_or(f64::NAN, |number| number.value())
}
