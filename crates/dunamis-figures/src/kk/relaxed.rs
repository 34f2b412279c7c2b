//! What becomes of the bound when one assumption is relaxed.

use dunamis_experiment::GoalsAtDiscount;
use dunamis_plot::{Color, Curve, Dash, Extent, LinePlot, OKABE_ITO, Panels, Plot};

use super::avoid::{avoidance, gamma, prediction};
use super::{about, goals, middle, missing, push_chance};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::caption::grouped;
use crate::{Config, FigureError, Fraction, Published, Table};

/// Probabilities and bounds under nine sets of assumptions.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-relaxed",
        "One assumption relaxed at a time",
        "own; the assumptions are those of Krakovna & Kramár (2023), theorem 2",
        &[Published::exact("shutdown at 1/2", "as the theorem asks", (1, 32))],
    ),
    analyses: &[
        Config { name: "kk-relaxed-theorem", toml: include_str!("relaxed-theorem.toml") },
        Config { name: "kk-relaxed-negative", toml: include_str!("relaxed-negative.toml") },
        Config { name: "kk-relaxed-costly", toml: include_str!("relaxed-costly.toml") },
        Config { name: "kk-relaxed-leave", toml: include_str!("relaxed-leave.toml") },
        Config { name: "kk-relaxed-partial", toml: include_str!("relaxed-partial.toml") },
        Config { name: "kk-relaxed-optimal", toml: include_str!("relaxed-optimal.toml") },
        Config { name: "kk-relaxed-return", toml: include_str!("relaxed-return.toml") },
        Config { name: "kk-relaxed-luck", toml: include_str!("relaxed-luck.toml") },
        Config { name: "kk-relaxed-uneven", toml: include_str!("relaxed-uneven.toml") },
    ],
    caption,
    draw,
    table,
};

/// What is relaxed, by analysis.
const CASES: [&str; 9] = [
    "as the theorem asks",
    "rewards from −1 to 1",
    "rewards from −3 to 1",
    "training can be left",
    "left, partly observed",
    "left, loss of 1/2 allowed",
    "back into training",
    "cycles reached by luck",
    "shutdown worth up to 4",
];

const CERTIFIED: Color = OKABE_ITO[2];
const MEASURED: Color = OKABE_ITO[5];

/// The bound $`n/(n+1)`$ of the states that count, and whether it is certified.
fn claimed(at: &GoalsAtDiscount) -> Result<(Fraction, bool), FigureError> {
    let counts = at.counts.as_ref().ok_or_else(|| missing("numbers of states"))?;
    let verdict = at.verdict.as_ref().ok_or_else(|| missing("a verdict"))?;
    let n = counts.at_least_once.len();
    match &verdict.bound {
        Some(certified) => Ok((certified.parse()?, true)),
        None => Ok((format!("{n}/{}", n + 1).parse()?, false)),
    }
}

/// The cases for which something holds at some discount.
fn cases(runs: Analyses<'_>, holds: fn(&GoalsAtDiscount) -> Result<bool, FigureError>) -> Result<String, FigureError> {
    let mut found = Vec::new();
    for (analysis, name) in CASES.into_iter().enumerate() {
        for at in &goals(runs, analysis)?.discounts {
            if holds(at)? && found.last() != Some(&name) {
                found.push(name);
            }
        }
    }
    let quoted = found.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>();
    Ok(if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") })
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let refused = cases(runs, |at| Ok(!claimed(at)?.1))?;
    let below = cases(runs, |at| Ok(avoidance(at)?.high < claimed(at)?.0.value()))?;
    let mut samples = 0;
    for analysis in 0..CASES.len() {
        for at in &goals(runs, analysis)?.discounts {
            samples = samples.max(prediction(at)?.samples.unwrap_or(0));
        }
    }
    Ok(format!(
        "How likely a uniform compatible goal avoids shutdown where three loops are at hand (points, with 99 % intervals from {} \
         goals where there is no exact answer), and the bound _n_/(_n_ + 1), solid where it is certified. It is refused (dashed) in \
         {refused}. Intervals are below it in {below}.",
        grouped(samples)
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let unit = Extent::new(0.0, 1.0)?;
    let mut panels = Vec::new();
    for (analysis, title) in CASES.into_iter().enumerate() {
        let (mut curves, mut measured, mut certified, mut refused) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for at in &goals(runs, analysis)?.discounts {
            let (x, chance) = (gamma(at)?, avoidance(at)?);
            let (bound, holds) = claimed(at)?;
            if holds { &mut certified } else { &mut refused }.push((x, bound.value()));
            measured.push((x, middle(chance)));
            curves.push(Curve::new(vec![(x, chance.low), (x, chance.high)]).color(MEASURED));
        }
        for (points, color, dash) in [(certified, CERTIFIED, Dash::Solid), (refused, OKABE_ITO[7], Dash::Dashed)] {
            if !points.is_empty() {
                curves.push(Curve::new(points).color(color).dashed(dash));
            }
        }
        curves.push(Curve::new(measured).color(MEASURED).with_points());
        let plot = LinePlot::new(curves).axis_titles("discount _γ_", "avoided").frame_size(190.0, 150.0);
        panels.push(plot.ranges(unit, unit).figure().title(title));
    }
    Ok(Panels::new(panels).columns(3).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (analysis, name) in CASES.into_iter().enumerate() {
        for at in &goals(runs, analysis)?.discounts {
            let (bound, certified) = claimed(at)?;
            table.push_exact(format!("n/(n + 1) at {}", at.discount), name, &bound);
            let certified = u8::from(certified).to_string();
            table.push_exact(format!("certified at {}", at.discount), name, &certified.parse()?);
            push_chance(&mut table, &format!("avoidance at {}", at.discount), name, avoidance(at)?)?;
            if let Some(exact) = &avoidance(at)?.exact {
                let shutdown = super::complement(&exact.parse()?)?;
                table.push_exact(format!("shutdown at {}", at.discount), name, &shutdown);
            }
        }
    }
    Ok(table)
}
