//! Figure 5: a Gaussian reward distribution and its image under the exchange of two states.

use std::f64::consts::TAU;

use dunamis_plot::{Curve, Dash, Extent, LinePlot, OKABE_ITO, Plot};

use super::about;
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::{Config, FigureError, Fraction, Table};

/// Figure 5.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig5",
        "A reward distribution and its image under the exchange of two states",
        "Turner et al. (2021), optimal policies tend to seek power, figure 5",
        &[],
    ),
    analyses: &[Config { name: "optsp-gaussian", toml: include_str!("gaussian.toml") }],
    caption,
    draw,
    table,
};

/// Standard deviations of both rewards before the exchange.
const DEVIATIONS: (f64, f64) = (1.0, 0.5);

/// The means of both distributions: the elements of an orbit, the larger first coordinate first.
fn means(runs: Analyses<'_>) -> Result<Vec<(f64, f64)>, FigureError> {
    let orbits = &runs.comparison("means")?.orbits;
    let elements = orbits.iter().flat_map(|orbit| &orbit.rearrangements).map(|element| {
        let entry = |index: usize| element.reward.get(index).map_or("", String::as_str).parse::<Fraction>();
        Ok((entry(0)?.value(), entry(1)?.value()))
    });
    let mut means = elements.collect::<Result<Vec<_>, FigureError>>()?;
    means.reverse();
    Ok(means)
}

/// The deviations of the distribution with this number: each exchange of states exchanges them.
fn deviations(number: usize) -> (f64, f64) {
    if number == 0 { DEVIATIONS } else { (DEVIATIONS.1, DEVIATIONS.0) }
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let [own, image] = &means(runs)?[..] else { return Err(absent(runs.at(0)?, "orbit of two means")) };
    Ok(format!(
        "Level sets of the densities of independent normal rewards at one, two and three standard deviations, {} and {}: _D_ \
         of mean ({}, {}), and its image under the exchange _φ_ of both states, of mean ({}, {}). What is likely of one \
         state under _D_ is as likely of the other under _φ_ · _D_.",
        DEVIATIONS.0, DEVIATIONS.1, own.0, own.1, image.0, image.1,
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut curves = Vec::new();
    let mut marks = Vec::new();
    for (number, mean) in means(runs)?.into_iter().enumerate() {
        let (color, label) = if number == 0 { (OKABE_ITO[4], "_D_") } else { (OKABE_ITO[5], "_φ_ · _D_") };
        let (x, y) = deviations(number);
        for (level, dash) in [(1.0, Dash::Solid), (2.0, Dash::Dashed), (3.0, Dash::Dotted)] {
            let angle = |step: u32| TAU * f64::from(step) / 96.0;
            let point = |step| (mean.0 + level * x * angle(step).cos(), mean.1 + level * y * angle(step).sin());
            curves.push(Curve::new((0..=96).map(point).collect()).color(color).dashed(dash));
        }
        marks.push((mean, color, label));
    }
    let range = Extent::new(-2.5, 5.5)?;
    let mut plot = LinePlot::new(curves)
        .axis_titles("reward of _s_{1}", "reward of _s_{2}")
        .ranges(range, range)
        .frame_size(330.0, 330.0);
    for (mean, color, label) in marks {
        plot = plot.colored_mark(mean, color, label);
    }
    Ok(plot.figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (number, mean) in means(runs)?.into_iter().enumerate() {
        let name = if number == 0 { "D" } else { "φ·D" };
        let (x, y) = deviations(number);
        for (quantity, value) in [("mean 1", mean.0), ("mean 2", mean.1), ("deviation 1", x), ("deviation 2", y)] {
            table.push(quantity, name, value, 0.0);
        }
    }
    Ok(table)
}
