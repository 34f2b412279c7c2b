//! How likely shutdown is avoided, against the discount.

use dunamis_experiment::{ChanceOfAction, GoalsAtDiscount, PredictionRecord};
use dunamis_plot::{Color, Curve, Dash, Extent, LinePlot, OKABE_ITO, Panels, Plot, fixed};

use super::{about, goals, middle, missing};
use crate::analysis_figure::{Analyses, AnalysisFigure};
use crate::caption::grouped;
use crate::{Config, FigureError, Fraction, Published, Table};

/// Numbers of states, bounds and probabilities.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-avoid",
        "How likely a compatible goal avoids shutdown",
        "own; the theorem is that of Krakovna & Kramár (2023), theorem 2",
        &[
            Published::exact("shutdown at 1/2", "1 loop", (1, 4)),
            Published::exact("shutdown at 1/2", "2 loops", (1, 12)),
            Published::exact("shutdown at 9/10", "3 loops", (1, 4000)),
        ],
    ),
    analyses: &[
        Config { name: "kk-avoid", toml: include_str!("avoid.toml") },
        Config { name: "kk-loops-1", toml: include_str!("loops-1.toml") },
        Config { name: "kk-loops-2", toml: include_str!("loops-2.toml") },
        Config { name: "kk-loops-3", toml: include_str!("loops-3.toml") },
    ],
    caption,
    draw,
    table,
};

const PRINTED: Color = OKABE_ITO[4];
const SHARPER: Color = OKABE_ITO[2];
const MEASURED: Color = OKABE_ITO[5];

/// What is predicted at a discount.
pub(super) fn prediction(at: &GoalsAtDiscount) -> Result<&PredictionRecord, FigureError> {
    at.prediction.as_ref().ok_or_else(|| missing("a prediction"))
}

/// How likely shutdown is avoided.
pub(super) fn avoidance(at: &GoalsAtDiscount) -> Result<&ChanceOfAction, FigureError> {
    prediction(at)?.avoidance.as_ref().ok_or_else(|| missing("a shutdown that may be avoided"))
}

/// The discount as a number.
pub(super) fn gamma(at: &GoalsAtDiscount) -> Result<f64, FigureError> {
    Ok(at.discount.parse::<Fraction>()?.value())
}

/// `n/(n+1)`.
fn bound(count: usize) -> f64 {
    count as f64 / (count as f64 + 1.0)
}

/// Numbers of states at each discount: as printed, and with every state that is visited at least once.
fn counts(at: &GoalsAtDiscount) -> Result<[usize; 2], FigureError> {
    let counts = at.counts.as_ref().ok_or_else(|| missing("numbers of states"))?;
    Ok([counts.recurrent.len(), counts.at_least_once.len()])
}

/// A step function of the discount: `start` at 0, and one more above each threshold.
fn steps(start: usize, thresholds: &[f64], of: fn(usize) -> f64) -> Vec<(f64, f64)> {
    let mut points = vec![(0.0, of(start))];
    for (index, &threshold) in thresholds.iter().enumerate() {
        points.push((threshold, of(start + index)));
        points.push((threshold, of(start + index + 1)));
    }
    points.push((1.0, of(start + thresholds.len())));
    points
}

/// Thresholds, ascending, and how many states are visited exactly once at every discount.
fn thresholds(runs: Analyses<'_>) -> Result<(Vec<f64>, usize), FigureError> {
    let all = &goals(runs, 0)?.thresholds;
    let mut thresholds: Vec<f64> = all.iter().filter_map(|threshold| threshold.value).collect();
    thresholds.sort_by(f64::total_cmp);
    Ok((thresholds, all.iter().filter(|threshold| threshold.threshold == "once").count()))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let record = goals(runs, 0)?;
    let (mut drawn, mut kept, mut certified, mut least) = (0, true, true, f64::INFINITY);
    for at in &record.discounts {
        drawn = drawn.max(prediction(at)?.samples.unwrap_or(0));
        let avoided = avoidance(at)?;
        let bound = bound(counts(at)?[1]);
        let verdict = at.verdict.as_ref().and_then(|verdict| verdict.bound.as_ref());
        let claimed = verdict.map(|bound| bound.parse::<Fraction>()).transpose()?;
        certified &= claimed.is_some_and(|claimed| claimed.value() >= bound);
        kept &= avoided.high >= bound;
        least = least.min(avoided.low - bound);
    }
    let how = match drawn {
        0 => "exactly".to_owned(),
        samples => format!("from {} goals, with 99 % intervals", grouped(samples)),
    };
    let warrant = if certified { "the sharper one certified at every discount drawn" } else { "not certified" };
    let verdict = if kept { "never below either bound" } else { "below a bound somewhere" };
    Ok(format!(
        "The setting of kk-fig2: (a) how many states can take the place of shutdown, as the theorem is printed and with every \
         state that is visited at least once; (b) the bounds _n_/(_n_ + 1) on every orbit, {warrant}, and how likely a compatible goal with \
         uniform rewards avoids shutdown, {how}: {verdict}, by {} at least. (c) With _k_ loops at hand the probability is \
         1 − (1 − _γ_)^{{_k_}}/(_k_ + 1), which attains the bound _k_/(_k_ + 1) as _γ_ → 0.",
        fixed(least, 3)
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let (thresholds, once) = thresholds(runs)?;
    let curves = |of: fn(usize) -> f64, labels: [&str; 2]| {
        let printed = Curve::new(steps(0, &thresholds, of)).color(PRINTED).label(labels[0]);
        let sharper = Curve::new(steps(once, &thresholds, of)).color(SHARPER).label(labels[1]);
        vec![printed, sharper]
    };
    let counts = LinePlot::new(curves(|n| n as f64, ["printed", "sharper"]));
    let mut points = Vec::new();
    for at in &goals(runs, 0)?.discounts {
        let avoided = avoidance(at)?;
        points.push((gamma(at)?, middle(avoided)));
    }
    let mut chances = curves(bound, ["printed", "sharper"]);
    chances.push(Curve::new(points).color(MEASURED).label("probability").with_points());
    let chances = LinePlot::new(chances);
    let mut loops = Vec::new();
    for (k, color) in [(1, OKABE_ITO[0]), (2, OKABE_ITO[5]), (3, OKABE_ITO[6])] {
        let mut points = Vec::new();
        for at in &goals(runs, k)?.discounts {
            let avoided = avoidance(at)?;
            points.push((gamma(at)?, middle(avoided)));
        }
        loops.push(
            Curve::new(vec![(0.0, bound(k)), (1.0, bound(k))])
                .color(color)
                .dashed(Dash::Dashed)
                .label(format!("_k_ = {k}")),
        );
        loops.push(Curve::new(points).color(color).with_points());
    }
    let loops = LinePlot::new(loops);
    let unit = Extent::new(0.0, 1.0)?;
    let axis = |plot: LinePlot, title: &str, high: Extent| {
        plot.axis_titles("discount _γ_", title).frame_size(250.0, 220.0).ranges(unit, high)
    };
    let count_range = Extent::new(0.0, (once + thresholds.len() + 1) as f64)?;
    let panels = [
        axis(counts, "number of states _n_(_γ_)", count_range).figure().title("states that count"),
        axis(chances, "shutdown avoided", unit).figure().title("bounds and probability"),
        axis(loops, "shutdown avoided", Extent::new(0.4, 1.0)?).figure().title("_k_ loops at hand"),
    ];
    Ok(Panels::new(panels).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    let names = ["three cycles", "1 loop", "2 loops", "3 loops"];
    for (analysis, name) in names.into_iter().enumerate() {
        for at in &goals(runs, analysis)?.discounts {
            let [printed, sharper] = counts(at)?;
            table.push_exact(format!("n as printed at {}", at.discount), name, &printed.to_string().parse()?);
            table.push_exact(format!("n at least once at {}", at.discount), name, &sharper.to_string().parse()?);
            super::push_chance(&mut table, &format!("avoidance at {}", at.discount), name, avoidance(at)?)?;
            if let Some(exact) = &avoidance(at)?.exact {
                let shutdown = super::complement(&exact.parse()?)?;
                table.push_exact(format!("shutdown at {}", at.discount), name, &shutdown);
            }
        }
    }
    Ok(table)
}
