//! Which belief about trained agents predicts what they do in new mazes.

use dunamis_experiment::{EstimateRecord, LikelihoodCellRecord, LikelihoodRecord};
use dunamis_plot::{Color, Curve, Extent, Grid, HeatMap, LinePlot, OKABE_ITO, Panels, Plot};

use super::{about, missing};
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::caption::with_error;
use crate::{Config, FigureError, Table};

/// Log-likelihoods and calibration.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "kk-maze",
        "Which belief about agents predicts what they do in new mazes",
        "own; the question is that of the discussion of Krakovna & Kramár (2023), the mazes are after Langosco et al. (2022)",
        &[],
    ),
    analyses: &[Config { name: "kk-maze", toml: include_str!("maze.toml") }],
    caption,
    draw,
    table,
};

/// The agents whose predictions are checked for calibration: those that do what trained networks were seen to do.
const WATCHED: &str = "seeks corner";
/// The beliefs that are checked.
const BELIEVED: [(&str, Color); 4] = [
    ("random", OKABE_ITO[7]),
    ("uniform goals", OKABE_ITO[5]),
    ("featurized goals", OKABE_ITO[4]),
    ("goals by context", OKABE_ITO[2]),
];

fn likelihood(runs: Analyses<'_>) -> Result<&LikelihoodRecord, FigureError> {
    let run = runs.at(0)?;
    run.results.likelihoods.first().ok_or_else(|| absent(run, "likelihoods"))
}

/// The cell of two kinds.
fn cell<'a>(
    record: &'a LikelihoodRecord,
    watched: &str,
    believed: &str,
) -> Result<&'a LikelihoodCellRecord, FigureError> {
    let number = |name: &str| record.kinds.iter().position(|kind| kind == name);
    let numbers = (number(watched), number(believed));
    let found = record.cells.iter().find(|cell| (Some(cell.watched), Some(cell.believed)) == numbers);
    found.ok_or_else(|| missing(&format!("agents `{watched}` predicted by `{believed}`")))
}

/// Predicted probabilities of the agents that are checked, with the shares that came true and their standard errors; without bins
/// of a single maze, in which there is no telling.
fn bins(record: &LikelihoodRecord, believed: &str) -> Result<Vec<(f64, f64, f64)>, FigureError> {
    let bins = &cell(record, WATCHED, believed)?.bins;
    Ok(bins.iter().filter_map(|bin| Some((bin.predicted, bin.observed.mean, bin.observed.std_error?))).collect())
}

fn written(estimate: EstimateRecord) -> String {
    with_error(estimate.mean, estimate.std_error.unwrap_or(f64::NAN))
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let record = likelihood(runs)?;
    let against = |watched: &str, believed: &str| Ok::<_, FigureError>(cell(record, watched, believed)?.against_own);
    let lost: Vec<&str> = record
        .kinds
        .iter()
        .filter(|kind| {
            let beats = |belief: &str| cell(record, kind, belief).map(|cell| cell.log_likelihood.mean);
            matches!((beats("uniform goals"), beats("featurized goals")), (Ok(uniform), Ok(featurized)) if featurized > uniform)
        })
        .map(String::as_str)
        .collect();
    let random = cell(record, WATCHED, "uniform goals")?.against_random;
    Ok(format!(
        "Agents trained in mazes with cheese in the corner, in {} new mazes with cheese elsewhere. (a) Mean log-likelihood in nats for \
         each trajectory of about {:.0} moves, by the kind of agent that was watched and the belief that predicts it; outlined: the true \
         belief. Uniform goals predict worse than featurized ones where agents are {}. Compared with the true belief they change the \
         log-likelihood by {} (featurized goals: {}) for agents that seek the cheese and by {} ({}) for agents that seek the corner, for \
         which they are still better than random moves by {}; where goals are uniform, featurized goals change it by {}. Standard errors \
         are over mazes. (b) Predictions of agents that seek the corner: the share that came true against the predicted probability.",
        record.places,
        record.steps.iter().sum::<f64>() / record.steps.len() as f64,
        lost.iter().map(|kind| format!("“{kind}”")).collect::<Vec<_>>().join(", "),
        written(against("seeks cheese", "uniform goals")?),
        written(against("seeks cheese", "featurized goals")?),
        written(against(WATCHED, "uniform goals")?),
        written(against(WATCHED, "featurized goals")?),
        written(random),
        written(against("uniform goals", "featurized goals")?),
    ))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let record = likelihood(runs)?;
    let count = record.kinds.len();
    let value = |row: usize, column: usize| {
        let found = record.cells.iter().find(|cell| (cell.watched, cell.believed) == (row, column));
        found.map(|cell| cell.log_likelihood.mean)
    };
    let grid = Grid::from_fn(count, count, value)?;
    let numbered = record.kinds.iter().enumerate().map(|(index, kind)| format!("{kind}  {}", index + 1));
    let map = HeatMap::new(grid)
        .decimals(1)
        .color_title("log-likelihood")
        .row_labels(numbered)
        .column_labels((1..=count).map(|number| number.to_string()))
        .axis_titles("watched", "believed")
        .outlined((0..count).map(|kind| (kind, kind)))
        .cell_side(46.0);
    let mut curves = vec![Curve::new(vec![(0.0, 0.0), (1.0, 1.0)]).color(Color::GRAY)];
    let mut marks = Vec::new();
    for (believed, color) in BELIEVED {
        let bins = bins(record, believed)?;
        for &(x, y, error) in &bins {
            marks.push(((x, y), color));
            curves.push(Curve::new(vec![(x, (y - error).max(0.0)), (x, (y + error).min(1.0))]).color(color));
        }
        let last = bins.last().map(|&(x, y, _)| (x, y));
        curves.extend(last.map(|last| Curve::new(vec![last]).color(color).label(believed)));
    }
    let unit = Extent::new(0.0, 1.0)?;
    let plot = LinePlot::new(curves).axis_titles("predicted probability", "share that came true");
    let plot = marks.into_iter().fold(plot, |plot, (at, color)| plot.colored_mark(at, color, ""));
    let plot = plot.frame_size(300.0, 300.0).ranges(unit, unit);
    let panels = [map.figure().title("log-likelihood"), plot.figure().title("agents that seek the corner")];
    Ok(Panels::new(panels).figure())
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let record = likelihood(runs)?;
    let mut table = Table::default();
    for cell in &record.cells {
        let state = format!("{} believed {}", record.kinds[cell.watched], record.kinds[cell.believed]);
        for (quantity, estimate) in [
            ("log-likelihood", cell.log_likelihood),
            ("against the truth", cell.against_own),
            ("against random", cell.against_random),
            ("Brier score", cell.brier),
            ("calibration error", cell.expected_error),
        ] {
            table.push(quantity, &state, estimate.mean, estimate.std_error.unwrap_or(f64::NAN));
        }
    }
    for (believed, _) in BELIEVED {
        for (x, y, error) in bins(record, believed)? {
            table.push(format!("came true at {x:.3}"), format!("{WATCHED} believed {believed}"), y, error);
        }
    }
    Ok(table)
}
