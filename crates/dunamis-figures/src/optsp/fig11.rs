//! Figure 11: better decision-makers have more POWER.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::about;
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::model_diagram::{ModelDiagram, place};
use crate::published::Published;
use crate::{Config, FigureError, Fraction, Table};

/// Figure 11.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig11",
        "POWER of three decision-makers",
        "Turner et al. (2021), optimal policies tend to seek power, figure 11",
        &[
            Published::exact("POWER of pol_1", "s0", (1, 2)),
            Published::exact("POWER of pol_2", "s0", (3, 4)),
            Published::exact("POWER of pol_3", "s0", (5, 6)),
        ],
    ),
    analyses: &[Config { name: "optsp-suboptimal", toml: include_str!("suboptimal.toml") }],
    caption,
    draw,
    table,
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("s0", 0.0, 0.0, "_s_{0}").marked(),
        place("s_ℓ", -1.4, -0.9, "_s_{ℓ}"),
        place("s_r", 1.4, -0.9, "_s_{_r_}"),
        place("s1", -1.9, -2.05, "_s_{1}").with_loop(270.0),
        place("s2", -0.9, -2.05, "_s_{2}").with_loop(270.0),
        place("s3", 0.4, -2.05, "_s_{3}").with_loop(270.0),
        place("s4", 1.4, -2.05, "_s_{4}").with_loop(270.0),
        place("s5", 2.4, -2.05, "_s_{5}").with_loop(270.0),
    ],
    groups: &[],
    unit: 100.0,
};

/// POWER at `s0` of who ends in one state whatever the rewards, of who chooses well once on the right, and of who chooses well
/// throughout: POWER of an end, of the right half and of the start.
fn powers(runs: Analyses<'_>) -> Result<[Fraction; 3], FigureError> {
    let power = |state| runs.chances(state)?[0].power.parse::<Fraction>();
    Ok([power("s3")?, power("s_r")?, power("s0")?])
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let [first, second, third] = powers(runs)?.map(|power| power.label());
    Ok(format!(
        "POWER at _s_{{0}} as _γ_ → 1, rewards independent and uniform on [0, 1]: {first} for pol_{{1}}, which ends in one state whatever \
         the rewards are, {second} for pol_{{2}}, which goes right and takes the best end there, {third} for pol_{{3}}, which takes \
         the best end of all."
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (number, power) in powers(runs)?.iter().enumerate() {
        table.push_exact(format!("POWER of pol_{}", number + 1), "s0", power);
    }
    Ok(table)
}
