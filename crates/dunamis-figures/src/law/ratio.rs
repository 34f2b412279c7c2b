//! What both laws guarantee as the ratio of options grows, and the truth.

use dunamis_plot::{Color, Curve, Dash, LinePlot, OKABE_ITO, Plot};

use super::{Case, cases};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::figure::About;
use crate::{Config, FigureError, Fraction, Table};

/// Bounds against the ratio of options.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: About {
        id: "law-ratio",
        title: "Two laws and the worst orbit",
        source: "own",
        experiments: &[],
        published: &[],
    },
    analyses: &[Config { name: "law-ratio", toml: include_str!("ratio.toml") }],
    caption,
    draw,
    table,
};

/// Where a case has a number.
type Value = fn(&Case) -> &Fraction;

/// What is drawn: its name, and where a case has it.
const CURVES: [(&str, Value); 3] = [
    ("worst orbit", |case| &case.weak),
    ("fractional law", |case| &case.fractional),
    ("floor law", |case| &case.floor),
];

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let cases = cases(runs)?;
    let exact = cases.iter().filter(|case| case.weak == case.fractional).count();
    let floor = cases.iter().filter(|case| case.weak == case.floor).count();
    Ok(format!(
        "_m_\u{a0}=\u{a0}{} outcomes against _n_ others: the fraction of an orbit on which optimal decisions among the _n_ are guaranteed. Counting \
         whole copies gives _k_/(_k_\u{a0}+\u{a0}1) for _k_\u{a0}=\u{a0}⌊_n_/_m_⌋, which is the truth in {floor} of {} cases; the fractional law \
         _n_/(_n_\u{a0}+\u{a0}_m_) is the truth in {exact}. The worst orbit is that of all order types of rewards.",
        cases.first().map_or(0, |case| case.m),
        cases.len()
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let cases = cases(runs)?;
    let style: [(Color, Dash); 3] =
        [(Color::INK, Dash::Solid), (OKABE_ITO[4], Dash::Dashed), (OKABE_ITO[5], Dash::Solid)];
    let curves = CURVES.iter().zip(style).map(|((name, value), (color, dash))| {
        let points = cases.iter().map(|case| (case.n as f64 / case.m as f64, value(case).value()));
        let curve = Curve::new(points.collect()).label(*name).color(color).dashed(dash);
        if dash == Dash::Solid { curve.with_points() } else { curve }
    });
    // The law is drawn over the truth that it attains.
    let mut curves: Vec<Curve> = curves.collect();
    curves.rotate_left(2);
    Ok(LinePlot::new(curves).axis_titles("ratio of options _n_/_m_", "guaranteed fraction of every orbit").figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for case in cases(runs)? {
        let state = format!("{} against {}", case.m, case.n);
        for (name, value) in CURVES {
            table.push_exact(name, &state, value(&case));
        }
    }
    Ok(table)
}
