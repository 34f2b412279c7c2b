//! Figure 4: every reward that prefers candy has two rearrangements that prefer waiting.

use dunamis_orbit::{Permutation, Permute};
use dunamis_plot::{Cell, Plot, Tabular};

use super::{TINT_A, about, bounds, table_of};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::{Config, FigureError, Published};

/// Figure 4.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "scale-fig4-proof",
        "Why the scaling law holds: exchanging candy for chocolate or for a hug",
        "Turner (2022), a scaling law for instrumental convergence, figure 4",
        &[
            Published::exact("A better", "orbit of (2, 1, 0)", (2, 1)),
            Published::exact("B better", "orbit of (2, 1, 0)", (4, 1)),
        ],
    ),
    analyses: &[Config { name: "scale-proof", toml: include_str!("proof.toml") }],
    caption,
    draw,
    table: |runs| table_of(runs, "wait"),
};

const ENDS: [&str; 3] = ["candy", "choc", "hug"];

/// The involutions of the copies, with the ends that each exchanges.
fn involutions(runs: Analyses<'_>) -> Result<Vec<(Permutation, String)>, FigureError> {
    let found =
        runs.comparison("wait")?.copies.as_ref().map(|copies| copies.involutions.as_slice()).unwrap_or_default();
    let read = |text: &String| {
        let permutation: Permutation = text.parse().map_err(|_| FigureError::NotAFraction { text: text.clone() })?;
        let swaps = permutation.cycles().into_iter().map(|cycle| {
            cycle.into_iter().map(|end| ENDS.get(end).copied().unwrap_or("?")).collect::<Vec<_>>().join(" ↔ ")
        });
        Ok((permutation.clone(), swaps.collect::<Vec<_>>().join(", ")))
    };
    found.iter().map(read).collect()
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let comparison = runs.comparison("wait")?;
    let (count, bound, _) = bounds(comparison)?;
    let orbit = comparison.orbits.first();
    let counts = orbit.and_then(|orbit| orbit.greater.clone().zip(orbit.less.clone())).unwrap_or_default();
    Ok(format!(
        "Rewards of (candy, chocolate, hug). Whenever candy is best (colored), {count} other elements of the orbit make waiting \
         best, one for each exchange, and no two rewards share any of them: waiting is optimal at least {count} times as often \
         as candy, {} against {} times here, hence on at least {} of every orbit.",
        counts.0,
        counts.1,
        bound.label()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let involutions = involutions(runs)?;
    let header =
        ["reward".to_owned(), "best".to_owned()].into_iter().chain(involutions.iter().map(|(_, swap)| swap.clone()));
    let mut rows = Vec::new();
    let orbit = runs.comparison("wait")?.orbits.first();
    for element in orbit.into_iter().flat_map(|orbit| &orbit.rearrangements) {
        let written = |reward: &[String]| format!("({})", reward.join(", "));
        let candy = element.a.value > element.b.value;
        let mut row = vec![Cell::new(written(&element.reward)), Cell::new(if candy { "candy" } else { "wait" })];
        row.extend(
            involutions.iter().map(|(swap, _)| {
                Cell::new(if candy { written(&element.reward.permuted(swap)) } else { String::new() })
            }),
        );
        rows.push(if candy { row.into_iter().map(|cell| cell.fill(TINT_A)).collect() } else { row });
    }
    Ok(Tabular::new(header.map(Cell::new).collect(), rows)?.figure())
}
