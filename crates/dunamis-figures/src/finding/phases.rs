//! From which discount on A does best where H is locked in.

use dunamis_experiment::{ContrastRecord, TransitionRecord};
use dunamis_plot::{Color, Curve, Dash, LinePlot, OKABE_ITO, Panels, Plot, fixed};

use super::{INTERVAL, about, text};
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::caption::grouped;
use crate::contrast::Estimate;
use crate::{Config, FigureError, Table};

/// The best state with H in the upper-right corridor against the best of all others.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about("finding-phases", "From which discount on A does best where H is locked in", "own"),
    analyses: &[Config { name: "finding-phases", toml: include_str!("phases.toml") }],
    caption,
    draw,
    table,
};

const COLORS: [Color; 4] = [OKABE_ITO[5], OKABE_ITO[4], OKABE_ITO[2], OKABE_ITO[7]];

fn searches(runs: Analyses<'_>) -> Result<&[TransitionRecord], FigureError> {
    let run = runs.at(0)?;
    let found = &run.results.transitions;
    if found.is_empty() { Err(absent(run, "transitions")) } else { Ok(found) }
}

/// The discount from which on the difference is above 0 beyond its 95 % interval, among those that were looked at.
fn onset(search: &TransitionRecord) -> Option<f64> {
    let clear = |at: &&ContrastRecord| at.difference > INTERVAL * at.std_error;
    search.contrasts.iter().rev().take_while(clear).last().map(|at| at.discount)
}

/// Where alignment under one rule falls below that under another, from independent standard errors.
fn falls_below(rule: &TransitionRecord, other: &TransitionRecord) -> Option<Estimate> {
    let alpha = |at: &ContrastRecord| at.noise_corrected.zip(at.noise_corrected_std_error);
    let common = rule.contrasts.iter().filter_map(|at| {
        let same = other.contrasts.iter().find(|known| known.discount == at.discount)?;
        let ((a, error_a), (b, error_b)) = alpha(at).zip(alpha(same))?;
        Some((at.discount, a - b, error_a.hypot(error_b)))
    });
    let common: Vec<(f64, f64, f64)> = common.collect();
    let k = (1..common.len()).rev().find(|&k| common[k - 1].1 > 0.0 && common[k].1 <= 0.0)?;
    let ((x, d, error), (next_x, next_d, next_error)) = (common[k - 1], common[k]);
    let part = d / (d - next_d);
    let noise = error + part * (next_error - error);
    Some(Estimate::new(x + part * (next_x - x), noise * (next_x - x) / (d - next_d)))
}

fn named<'a>(runs: Analyses<'a>, name: &str) -> Result<&'a TransitionRecord, FigureError> {
    let found = searches(runs)?.iter().find(|search| search.name == name);
    found.ok_or(absent(runs.at(0)?, &format!("transition `{name}`")))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let searches = searches(runs)?;
    let sentence = |search: &TransitionRecord| match onset(search) {
        Some(onset) => format!("“{}” from {} on", search.name, fixed(onset, 2)),
        None => format!("“{}” nowhere", search.name),
    };
    let below = match falls_below(named(runs, "leak")?, named(runs, "overlap")?) {
        Some(critical) => format!("at _γ_ = {}", text(&critical)),
        None => "nowhere".to_owned(),
    };
    Ok(format!(
        "(a) POWER_{{_A_}} at the best state with H in the corridor (0, 4) to (0, 6) less that at the best of all others, in the \
         maze, under four rules for collisions; 95\u{a0}% intervals from {} samples, the same at all discounts. It is clearly above 0 \
         under {}. (b) Mean POWER_{{_H_}} with H in the corridor less that elsewhere. (c) Noise-corrected alignment: that of “leak” \
         falls below that of “overlap” {below}.",
        grouped(searches[0].samples),
        searches.iter().map(sentence).collect::<Vec<_>>().join(", ")
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    type Read = fn(&ContrastRecord) -> Option<(f64, f64)>;
    let panels: [(&str, &str, Read); 3] = [
        ("What A gains from H in the corridor", "POWER_{_A_}, best less best", |at| {
            Some((at.difference, at.std_error))
        }),
        ("What H loses there", "mean POWER_{_H_}, in less out", |at| {
            Some((at.mean_of_other[0] - at.mean_of_other[1], 0.0))
        }),
        ("Alignment", "alignment _α_", |at| at.noise_corrected.zip(at.noise_corrected_std_error)),
    ];
    let searches = searches(runs)?;
    let figures = panels.into_iter().map(|(title, y, read)| {
        let mut curves = Vec::new();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for (search, color) in searches.iter().zip(COLORS) {
            let points = search.contrasts.iter().filter_map(|at| Some((at.discount, read(at)?)));
            let points: Vec<(f64, (f64, f64))> = points.collect();
            for &(x, (value, error)) in &points {
                let reach = if error.is_finite() { INTERVAL * error } else { 0.0 };
                curves.push(Curve::new(vec![(x, value - reach), (x, value + reach)]).color(color));
                (low, high) = (low.min(x), high.max(x));
            }
            let points = points.into_iter().map(|(x, (value, _))| (x, value)).collect();
            curves.push(Curve::new(points).color(color).with_points().label(search.name.as_str()));
        }
        curves.push(Curve::new(vec![(low, 0.0), (high, 0.0)]).color(Color::GRAY).dashed(Dash::Dashed));
        let plot = LinePlot::new(curves).axis_titles("discount _γ_", y).frame_size(230.0, 230.0);
        plot.figure().title(title)
    });
    Ok(Panels::new(figures).columns(3).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    if let Some(critical) = falls_below(named(runs, "leak")?, named(runs, "overlap")?) {
        table.push("alignment falls below", "leak, overlap", critical.value, critical.std_error);
    }
    for search in searches(runs)? {
        for transition in &search.transitions {
            let (critical, error) = (transition.critical, transition.std_error.unwrap_or(f64::NAN));
            let quantity = if transition.rising { "corridor overtakes" } else { "corridor falls behind" };
            table.push(quantity, &search.name, critical, error);
        }
        for at in &search.contrasts {
            let name = |best: &str| format!("{}, {best} at {}", search.name, at.discount);
            table.push(
                "difference of POWER_A",
                format!("{}, {}", search.name, at.discount),
                at.difference,
                at.std_error,
            );
            for k in 0..2 {
                table.push(["POWER_A in", "POWER_A out"][k], name(&at.best[k]), at.power[k], at.power_std_error[k]);
            }
            let alpha = at.noise_corrected.zip(at.noise_corrected_std_error);
            if let Some((alpha, error)) = alpha {
                table.push("alpha noise-corrected", format!("{}, {}", search.name, at.discount), alpha, error);
            }
        }
    }
    Ok(table)
}
