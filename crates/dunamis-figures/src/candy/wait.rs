//! The probability that waiting is optimal, against the discount.

use dunamis_plot::{Curve, Extent, LinePlot, OKABE_ITO, Plot};

use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::figure::About;
use crate::published::Published;
use crate::{Config, FigureError, Fraction, Table};

/// The probability that waiting is optimal.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: About {
        id: "candy-wait",
        title: "How likely it is that waiting is optimal",
        source: "Turner (2022), further posts: P(Wait) against _γ_",
        experiments: &[],
        published: &[
            Published::exact("P optimal at 0", "wait", (1, 2)),
            Published::exact("P optimal at 1", "wait", (2, 3)),
            Published::exact("P optimal at 0", "candy", (1, 2)),
            Published::exact("P optimal at 1", "candy", (1, 3)),
        ],
    },
    analyses: &[Config { name: "candy-wait", toml: include_str!("wait.toml") }],
    caption,
    draw,
    table,
};

/// The probability that an action is optimal, by discount.
fn probabilities(runs: Analyses<'_>, action: &str) -> Result<Vec<(Fraction, Fraction)>, FigureError> {
    let read = |record: &dunamis_experiment::ChanceRecord| {
        let probability = match record.optimal.get(action) {
            Some(probability) => probability.parse()?,
            None => return Err(absent(runs.at(0)?, &format!("probability of `{action}`"))),
        };
        Ok((record.discount.parse()?, probability))
    };
    runs.chances("start")?.into_iter().map(read).collect()
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let waiting = probabilities(runs, "wait")?;
    let ends: Vec<String> = [waiting.first(), waiting.last()].into_iter().flatten().map(|(_, p)| p.label()).collect();
    Ok(format!(
        "Candy now, or wait and then choose between chocolate and a hug; rewards independent and uniform on [0, 1]. The \
         probability that waiting is optimal rises from {} as _γ_ goes from 0 to 1; all values are exact.",
        ends.join(" to ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut curves = Vec::new();
    for (action, label, color) in [("wait", "_P_(wait)", OKABE_ITO[4]), ("candy", "_P_(candy)", OKABE_ITO[5])] {
        let points = probabilities(runs, action)?.iter().map(|(x, y)| (x.value(), y.value())).collect();
        curves.push(Curve::new(points).label(label).color(color));
    }
    let mut plot = LinePlot::new(curves).axis_titles("discount _γ_", "probability of being optimal");
    plot = plot.ranges(None, Extent::new(0.28, 0.72)?);
    for (action, color) in [("wait", OKABE_ITO[4]), ("candy", OKABE_ITO[5])] {
        let all = probabilities(runs, action)?;
        if let Some((discount, probability)) = all.last() {
            plot = plot.colored_mark((discount.value(), probability.value()), color, probability.label());
        }
    }
    Ok(plot.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for action in ["wait", "candy"] {
        for (discount, probability) in probabilities(runs, action)? {
            table.push_exact(format!("P optimal at {discount}"), action, &probability);
        }
    }
    Ok(table)
}
