//! Figure 10: an action may lead to more POWER and be optimal less often.

use std::collections::BTreeSet;

use dunamis_plot::Plot;

use super::about;
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::model_diagram::{ModelDiagram, place};
use crate::published::Published;
use crate::{Config, FigureError, Fraction, Table};

/// Figure 10.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig10",
        "More POWER, but optimal less often",
        "Turner et al. (2021), optimal policies tend to seek power, figure 10",
        &[
            Published::exact("POWER", "s2", (3, 4)),
            Published::exact("POWER", "s3", (2, 3)),
            Published::exact("P optimal", "N", (1, 3)),
            Published::exact("P optimal", "NE", (2, 3)),
        ],
    ),
    analyses: &[Config { name: "optsp-detour", toml: include_str!("detour.toml") }],
    caption,
    draw,
    table,
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("s1", 0.0, 0.0, "_s_{1}").marked(),
        place("s2", 0.0, 1.3, "_s_{2}").with_loop(90.0),
        place("s3", 1.5, 0.65, "_s_{3}"),
        place("t1", 2.8, 1.25, "_t_{1}").with_loop(0.0),
        place("t2", 2.8, 0.05, "_t_{2}").with_loop(0.0),
    ],
    groups: &[],
    unit: 105.0,
};

/// POWER of both states and the probabilities of both actions.
fn numbers(runs: Analyses<'_>) -> Result<[(&'static str, &'static str, Fraction); 4], FigureError> {
    let power = |state| runs.chances(state)?[0].power.parse::<Fraction>();
    let probability = |action: &str| {
        let found = runs.chances("s1")?[0].optimal.get(action);
        found.ok_or(absent(runs.at(0)?, &format!("probability of `{action}`")))?.parse::<Fraction>()
    };
    Ok([
        ("POWER", "s2", power("s2")?),
        ("POWER", "s3", power("s3")?),
        ("P optimal", "N", probability("N")?),
        ("P optimal", "NE", probability("NE")?),
    ])
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let [north, east, p_north, p_east] = numbers(runs)?.map(|(.., value)| value.label());
    Ok(format!(
        "Rewards independent and uniform on [0, 1], _γ_ → 1. Going north leads to _s_{{2}} with POWER {north}, going north-east to \
         _s_{{3}} with POWER {east}; yet north is optimal with probability {p_north} only, north-east with {p_east}. Topology \
         reconstructed from the published values."
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    Ok(DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (quantity, state, value) in numbers(runs)? {
        table.push_exact(quantity, state, &value);
    }
    Ok(table)
}
