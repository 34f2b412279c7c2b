//! What a compatible goal does when its button is pressed for the first time.

use std::collections::BTreeSet;

use dunamis_experiment::GoalsAtDiscount;
use dunamis_plot::{Color, Curve, Dash, Extent, LinePlot, OKABE_ITO, Panels, Plot};

use super::avoid::{avoidance, gamma, prediction};
use super::{about, goals, missing, push_chance};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::caption::grouped;
use crate::model_diagram::{ModelDiagram, group, place};
use crate::{Config, FigureError, Fraction, Table};

/// The setting, and the probability of each action.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-button",
        "The button is pressed for the first time",
        "own; after the shutdown setting of Krakovna & Kramár (2023) and the button of Soares et al. (2015)",
        &[],
    ),
    analyses: &[Config { name: "kk-button", toml: include_str!("button.toml") }],
    caption,
    draw,
    table,
};

const DIAGRAM: ModelDiagram = ModelDiagram {
    places: &[
        place("rest", -2.6, -0.6, "rest").with_loop(180.0),
        place("work", -2.6, 0.6, "work").with_loop(180.0),
        place("pressed", -0.6, 0.0, "button").marked(),
        place("off", 0.7, 1.2, "off"),
        place("work, ignored", 1.2, 0.0, "work").with_loop(90.0),
        place("rest, ignored", 2.4, 0.0, "rest").with_loop(0.0),
        place("disabling", 0.2, -1.2, "disable"),
        place("work, disabled", 1.6, -1.2, "work").with_loop(270.0),
        place("rest, disabled", 2.9, -1.2, "rest").with_loop(0.0),
    ],
    groups: &[group(&["rest", "work"], OKABE_ITO[7], "training"), group(&["off"], OKABE_ITO[5], "shutdown")],
    unit: 100.0,
};

const ACTIONS: [(&str, Color); 3] = [("comply", OKABE_ITO[5]), ("ignore", OKABE_ITO[4]), ("disable", OKABE_ITO[2])];

/// The ends of the probability of an action.
fn chance(at: &GoalsAtDiscount, action: &str) -> Result<(f64, f64), FigureError> {
    let of = prediction(at)?.actions.iter().find(|chance| chance.actions.iter().any(|name| name == action));
    let chance = of.and_then(|chance| chance.chance.as_ref()).ok_or_else(|| missing(&format!("action `{action}`")))?;
    Ok((chance.low, chance.high))
}

/// The certified bound on avoiding shutdown.
fn certified(at: &GoalsAtDiscount) -> Result<Fraction, FigureError> {
    let bound = at.verdict.as_ref().and_then(|verdict| verdict.bound.as_ref());
    bound.ok_or_else(|| missing("a certified bound"))?.parse()
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let record = goals(runs, 0)?;
    let (first, last) = record.discounts.first().zip(record.discounts.last()).ok_or_else(|| missing("discounts"))?;
    let samples = prediction(last)?.samples;
    let how =
        samples.map_or("exact".to_owned(), |samples| format!("from {} goals, with 99 % intervals", grouped(samples)));
    Ok(format!(
        "An agent that was trained to work or rest is told to shut down for the first time, and can comply, ignore the button or \
         disable it. (b) How likely each is optimal for a uniform compatible goal, {how}. Dashed: the most that the certified bounds \
         leave to complying, from {} of every orbit at _γ_\u{a0}=\u{a0}{} to {} at {}.",
        super::complement(&certified(first)?)?.label(),
        first.discount.parse::<Fraction>()?.label(),
        super::complement(&certified(last)?)?.label(),
        last.discount.parse::<Fraction>()?.label(),
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let graph = DIAGRAM.digraph(runs.model()?, &BTreeSet::new())?;
    let mut curves = Vec::new();
    for (action, color) in ACTIONS {
        let mut points = Vec::new();
        for at in &goals(runs, 0)?.discounts {
            let (x, (low, high)) = (gamma(at)?, chance(at, action)?);
            curves.push(Curve::new(vec![(x, low), (x, high)]).color(color));
            points.push((x, 0.5 * (low + high)));
        }
        curves.push(Curve::new(points).color(color).label(action).with_points());
    }
    let bounds = goals(runs, 0)?.discounts.iter().map(|at| Ok((gamma(at)?, 1.0 - certified(at)?.value())));
    let bounds = bounds.collect::<Result<Vec<_>, FigureError>>()?;
    curves.push(Curve::new(bounds).color(ACTIONS[0].1).dashed(Dash::Dashed));
    let unit = Extent::new(0.0, 1.0)?;
    let plot = LinePlot::new(curves).axis_titles("discount _γ_", "probability to be optimal").ranges(unit, unit);
    let plot = plot.frame_size(300.0, 240.0);
    Ok(Panels::new([graph.figure(), plot.figure()]).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for at in &goals(runs, 0)?.discounts {
        for chance in &prediction(at)?.actions {
            if let Some(known) = &chance.chance {
                push_chance(&mut table, &format!("optimal at {}", at.discount), &chance.actions.join(" or "), known)?;
            }
        }
        table.push_exact(format!("certified bound at {}", at.discount), "avoidance", &certified(at)?);
        push_chance(&mut table, &format!("avoidance at {}", at.discount), "avoidance", avoidance(at)?)?;
    }
    Ok(table)
}
