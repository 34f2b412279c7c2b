//! How far bounds on rewards may be relaxed before the theorem's bound breaks.

use dunamis_experiment::Goals;
use dunamis_plot::{Color, Curve, Dash, Extent, LinePlot, OKABE_ITO, Panels, Plot};

use super::avoid::avoidance;
use super::{about, discount, middle, missing, push_chance};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::{Config, FigureError, Fraction, Published, Table};

/// Probabilities against the smallest reward, and against the largest reward of shutdown.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-breaking",
        "How fast the bound breaks",
        "own; the assumptions are those of Krakovna & Kramár (2023), theorem 2",
        &[
            Published::exact("avoidance at 1/2", "smallest reward 0", (31, 32)),
            Published::exact("avoidance at 9/10", "largest reward of shutdown 1", (3999, 4000)),
        ],
    ),
    analyses: &[
        Config { name: "kk-negative", toml: include_str!("negative.toml") },
        Config { name: "kk-uneven", toml: include_str!("uneven.toml") },
    ],
    caption,
    draw,
    table,
};

/// What is relaxed in each analysis.
const RELAXED: [&str; 2] = ["smallest reward", "largest reward of shutdown"];

const COLORS: [Color; 2] = [OKABE_ITO[4], OKABE_ITO[5]];

/// The number that is relaxed.
fn degree(analysis: usize, goals: &Goals) -> Result<Fraction, FigureError> {
    let number = if analysis == 0 { Some(&goals.low) } else { goals.highest.get("off") };
    number.ok_or_else(|| missing("a bound on shutdown's reward"))?.to_string().parse()
}

/// What is known at one degree of relaxation under one discount.
struct Degree {
    number: Fraction,
    discount: String,
    certified: Option<Fraction>,
    chance: dunamis_experiment::ChanceOfAction,
}

/// Everything in an analysis, by degree and then by discount.
fn degrees(runs: Analyses<'_>, analysis: usize) -> Result<Vec<Degree>, FigureError> {
    let run = runs.at(analysis)?;
    let mut all = Vec::new();
    for (goals, record) in run.analysis.goals.iter().zip(&run.results.goals) {
        for at in &record.discounts {
            let bound = at.verdict.as_ref().and_then(|verdict| verdict.bound.as_ref());
            all.push(Degree {
                number: degree(analysis, goals)?,
                discount: at.discount.clone(),
                certified: bound.map(|bound| bound.parse()).transpose()?,
                chance: avoidance(at)?.clone(),
            });
        }
    }
    Ok(all)
}

/// The discounts, and the bound where nothing is relaxed.
fn common(degrees: &[Degree]) -> Result<(Vec<&str>, &Fraction), FigureError> {
    let mut discounts: Vec<&str> = degrees.iter().map(|degree| degree.discount.as_str()).collect();
    discounts.dedup();
    let first = discounts.first().copied();
    let round =
        discounts.iter().skip(1).position(|&discount| Some(discount) == first).map_or(discounts.len(), |k| k + 1);
    discounts.truncate(round);
    let bound = degrees.iter().find_map(|degree| degree.certified.as_ref());
    Ok((discounts, bound.ok_or_else(|| missing("a certified bound"))?))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let mut parts = Vec::new();
    let mut least = None;
    for (analysis, letter) in ["(a)", "(b)"].into_iter().enumerate() {
        let degrees = degrees(runs, analysis)?;
        let (discounts, bound) = common(&degrees)?;
        least = Some(bound.label());
        let mut certified: Vec<String> =
            degrees.iter().filter(|degree| degree.certified.is_some()).map(|degree| degree.number.label()).collect();
        certified.dedup();
        let mut broken = Vec::new();
        for name in discounts {
            let below = |degree: &&Degree| degree.discount == name && degree.chance.high < bound.value();
            let first = degrees.iter().find(below).map_or("no number drawn".to_owned(), |degree| degree.number.label());
            broken.push(format!("{first} at {}", discount(name)?));
        }
        let (relaxed, certified, broken) = (RELAXED[analysis], certified.join(", "), broken.join(" and "));
        parts.push(format!(
            "{letter} {relaxed}: certified at {certified}; 99 % intervals are below it from {broken} on"
        ));
    }
    Ok(format!(
        "Three loops at hand, rewards from 0 to 1 but for the one bound that is relaxed: how likely a uniform compatible goal avoids \
         shutdown. Dashed: {}, the bound that is certified where nothing is relaxed. {}.",
        least.unwrap_or_default(),
        parts.join(". ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let unit = Extent::new(0.0, 1.0)?;
    let mut panels = Vec::new();
    for (analysis, title) in RELAXED.into_iter().enumerate() {
        let degrees = degrees(runs, analysis)?;
        let (discounts, bound) = common(&degrees)?;
        let mut curves = Vec::new();
        for (name, color) in discounts.into_iter().zip(COLORS) {
            let mut points = Vec::new();
            for degree in degrees.iter().filter(|degree| degree.discount == name) {
                let (x, chance) = (degree.number.value(), &degree.chance);
                curves.push(Curve::new(vec![(x, chance.low), (x, chance.high)]).color(color));
                points.push((x, middle(chance)));
            }
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            curves.push(Curve::new(points).color(color).label(discount(name)?).with_points());
        }
        let numbers = Extent::of(degrees.iter().map(|degree| degree.number.value()))?;
        let ends = degrees
            .iter()
            .map(|degree| degree.number.value())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, x| (ends.0.min(x), ends.1.max(x)));
        let line = vec![(ends.0, bound.value()), (ends.1, bound.value())];
        curves.push(Curve::new(line).color(OKABE_ITO[7]).dashed(Dash::Dashed));
        let plot = LinePlot::new(curves).axis_titles(title, "shutdown avoided").ranges(numbers, unit);
        panels.push(plot.frame_size(300.0, 240.0).figure());
    }
    Ok(Panels::new(panels).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (analysis, name) in RELAXED.into_iter().enumerate() {
        for degree in degrees(runs, analysis)? {
            let state = format!("{name} {}", degree.number);
            push_chance(&mut table, &format!("avoidance at {}", degree.discount), &state, &degree.chance)?;
            if let Some(bound) = &degree.certified {
                table.push_exact(format!("certified bound at {}", degree.discount), &state, bound);
            }
        }
    }
    Ok(table)
}
