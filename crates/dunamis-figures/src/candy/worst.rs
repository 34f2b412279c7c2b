//! The worst orbit for waiting, against the discount: a jump at 1.

use dunamis_plot::{Color, Curve, LinePlot, OKABE_ITO, Plot};

use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::figure::About;
use crate::{Config, FigureError, Fraction, Table};

/// The least fraction against the discount.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: About {
        id: "candy-worst",
        title: "No tendency below _γ_ = 1",
        source: "own",
        experiments: &[],
        published: &[],
    },
    analyses: &[Config { name: "candy-worst", toml: include_str!("worst.toml") }],
    caption,
    draw,
    table,
};

/// The discount, the fraction of the worst orbit on which waiting is optimal, and a reward of that orbit.
type Worst = (Fraction, Fraction, String);

/// The worst orbits by ascending discount.
fn worst_orbits(runs: Analyses<'_>) -> Result<Vec<Worst>, FigureError> {
    let run = runs.at(0)?;
    let mut all = Vec::new();
    for comparison in &run.results.comparisons {
        let worst =
            comparison.worst.first().filter(|worst| worst.exact).ok_or_else(|| absent(run, "exact worst orbits"))?;
        all.push((comparison.name.parse()?, worst.weak.parse()?, worst.reward.join(", ")));
    }
    all.sort_by(|a: &Worst, b: &Worst| a.0.value().total_cmp(&b.0.value()));
    Ok(all)
}

/// All but the first and the last, which are the limits.
fn between(all: &[Worst]) -> &[Worst] {
    all.get(1..all.len().saturating_sub(1)).unwrap_or_default()
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let all = worst_orbits(runs)?;
    let at = |end: Option<&Worst>| end.map_or_else(String::new, |(_, weak, _)| weak.label());
    let mut inner: Vec<String> = between(&all).iter().map(|(_, weak, _)| weak.label()).collect();
    inner.dedup();
    let example = between(&all).last().map_or_else(String::new, |(discount, weak, reward)| {
        format!(" At _γ_\u{a0}=\u{a0}{} the orbit of ({reward}) has {}.", discount.label(), weak.label())
    });
    Ok(format!(
        "Candy now, or wait and then choose between chocolate and a hug: the least fraction of an orbit on which waiting is optimal. \
         It is {} at _γ_\u{a0}=\u{a0}0 and {} for average reward, but {} at every discount drawn between.{example}",
        at(all.first()),
        at(all.last()),
        inner.join(", ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let all = worst_orbits(runs)?;
    let inner: Vec<_> = between(&all).iter().map(|(x, y, _)| (x.value(), y.value())).collect();
    let color = OKABE_ITO[4];
    let half = Curve::new(vec![(0.0, 0.5), (1.0, 0.5)]).color(Color::GRAY);
    // Both ends are approached, not attained.
    let ends = [inner.first().map(|&(_, y)| (0.0, y)), inner.last().map(|&(_, y)| (1.0, y))];
    let line = ends[0].into_iter().chain(inner.iter().copied()).chain(ends[1]).collect();
    let mut plot = LinePlot::new(vec![half, Curve::new(line).color(color)])
        .axis_titles("discount _γ_", "fraction of the worst orbit");
    for &(x, y) in &inner {
        plot = plot.colored_mark((x, y), color, "");
    }
    for end in ends.into_iter().flatten() {
        plot = plot.open_mark(end, color, "");
    }
    for (x, y, _) in all.first().into_iter().chain(all.get(all.len() / 2)).chain(all.last()) {
        plot = plot.colored_mark((x.value(), y.value()), color, y.label());
    }
    Ok(plot.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (discount, weak, _) in worst_orbits(runs)? {
        table.push_exact("worst orbit", format!("discount {discount}"), &weak);
    }
    Ok(table)
}
