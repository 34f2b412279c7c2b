//! Figure 9: empowerment is not POWER.

use std::collections::BTreeSet;

use dunamis_experiment::AnalysisRun;
use dunamis_plot::{Cell, Panels, Plot, Tabular, fixed};

use super::about;
use crate::analysis_figure::{Analyses, AnalysisFigure, absent};
use crate::model_diagram::{ModelDiagram, place};
use crate::{Config, FigureError, Fraction, Table};

/// Figure 9.
pub(crate) const FIGURE: AnalysisFigure = AnalysisFigure {
    about: about(
        "optsp-fig9",
        "Empowerment is not POWER",
        "Turner et al. (2021), optimal policies tend to seek power, figure 9; graphs of our own that show the same",
        &[],
    ),
    analyses: &[
        Config { name: "optsp-empowerment-a", toml: include_str!("empowerment-a.toml") },
        Config { name: "optsp-empowerment-b", toml: include_str!("empowerment-b.toml") },
        Config { name: "optsp-empowerment-c", toml: include_str!("empowerment-c.toml") },
    ],
    caption,
    draw,
    table,
};

const DIAGRAMS: [ModelDiagram; 3] = [
    ModelDiagram {
        places: &[place("hub", 0.0, 0.0, "hub"), place("left", -1.3, 0.0, "left"), place("right", 1.3, 0.0, "right")],
        groups: &[],
        unit: 95.0,
    },
    ModelDiagram {
        places: &[
            place("s3", 0.0, 0.0, "_s_{3}").marked(),
            place("s4", 2.2, 0.0, "_s_{4}").marked(),
            place("a", -0.5, -1.0, "_a_"),
            place("b", 0.5, -1.0, "_b_"),
            place("c", 1.7, -1.0, "_c_"),
            place("d", 2.7, -1.0, "_d_"),
            place("e", -0.5, -2.0, "_e_").with_loop(270.0),
            place("f", 0.5, -2.0, "_f_").with_loop(270.0),
            place("g", 1.7, -2.0, "_g_").with_loop(270.0),
            place("h", 2.7, -2.0, "_h_").with_loop(270.0),
        ],
        groups: &[],
        unit: 88.0,
    },
    ModelDiagram {
        places: &[
            place("s3", 1.8, 0.0, "_s_{3}").marked(),
            place("s4", 1.8, -3.2, "_s_{4}").marked(),
            place("a", 0.0, -1.4, "_a_"),
            place("b", 1.2, -1.4, "_b_"),
            place("c", 2.4, -1.4, "_c_"),
            place("d", 3.6, -1.4, "_d_"),
        ],
        groups: &[],
        unit: 92.0,
    },
];

/// `1.000`, or the range of bounds that differ in the digits drawn.
fn bits(lower: f64, upper: f64) -> String {
    let (lower, upper) = (fixed(lower, 3), fixed(upper, 3));
    if lower == upper { lower } else { format!("{lower} to {upper}") }
}

/// The states of a run, in the order asked for.
fn states(run: &AnalysisRun) -> Vec<&str> {
    run.analysis.empowerment.iter().flat_map(|section| &section.states).map(String::as_str).collect()
}

fn power<'a>(run: &'a AnalysisRun, state: &str, discount: &str) -> Result<&'a str, FigureError> {
    let found = run.results.probability.iter().find(|record| record.state == state && record.discount == discount);
    Ok(&found.ok_or_else(|| absent(run, &format!("POWER of `{state}`")))?.power)
}

fn caption(runs: Analyses<'_>) -> Result<String, FigureError> {
    let mut parts = Vec::new();
    for (number, letter) in ["(a)", "(b)", "(c)"].into_iter().enumerate() {
        let run = runs.at(number)?;
        let [first, second] = states(run)[..] else { return Err(absent(run, "two states")) };
        let of = |state| {
            let bound =
                |record: &dunamis_experiment::EmpowermentRecord| (record.steps, bits(record.lower, record.upper));
            let records = run.results.empowerment.iter().filter(|record| record.state == state);
            records.map(bound).collect::<Vec<_>>()
        };
        let same = of(first) == of(second);
        let (one, other): (Fraction, Fraction) =
            (power(run, first, "1/2")?.parse()?, power(run, second, "1/2")?.parse()?);
        let empowered = if same {
            "have the same empowerment for each number of steps drawn"
        } else {
            "take turns in having more empowerment"
        };
        let sign = match one.exact().cmp(&other.exact()) {
            std::cmp::Ordering::Less => "less than",
            std::cmp::Ordering::Equal => "the same as",
            std::cmp::Ordering::Greater => "more than",
        };
        parts.push(format!(
            "{letter} {first} and {second} {empowered}; at _γ_ = 1/2, POWER of {first} is {}, {sign} {} of {second}.",
            one.label(),
            other.label()
        ));
    }
    Ok(format!("_n_-step empowerment _E_{{_n_}} in bits and POWER for rewards uniform on [0, 1]. {}", parts.join(" ")))
}

fn draw(runs: Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError> {
    let mut panels = Vec::new();
    for (number, diagram) in DIAGRAMS.iter().enumerate() {
        let run = runs.at(number)?;
        let model = run.results.model.as_deref().ok_or_else(|| absent(run, "model"))?;
        panels.push(diagram.digraph(model, &BTreeSet::new())?.figure());
    }
    let mut tables = Vec::new();
    for number in 0..DIAGRAMS.len() {
        let run = runs.at(number)?;
        let steps = run.analysis.empowerment.as_ref().map_or(0, |section| section.steps);
        let header = std::iter::once(String::new()).chain((1..=steps).map(|n| format!("_E_{{{n}}}")));
        let header = header.chain(["POWER, _γ_ = ½".to_owned(), "_γ_ → 1".to_owned()]).map(Cell::new).collect();
        let mut rows = Vec::new();
        for state in states(run) {
            let mut row = vec![Cell::new(symbol(state))];
            let records = run.results.empowerment.iter().filter(|record| record.state == state);
            row.extend(records.map(|record| Cell::new(bits(record.lower, record.upper))));
            for discount in ["1/2", "1"] {
                row.push(Cell::new(power(run, state, discount)?.parse::<Fraction>()?.label()));
            }
            rows.push(row);
        }
        tables.push(Tabular::new(header, rows)?.figure());
    }
    let columns = panels
        .into_iter()
        .zip(tables)
        .map(|(panel, table)| Panels::new([panel, table]).columns(1).without_letters().figure());
    Ok(Panels::new(columns).columns(1).figure())
}

/// `s3` as a symbol, words as they are.
fn symbol(state: &str) -> String {
    match state.strip_prefix('s').filter(|rest| rest.bytes().all(|digit| digit.is_ascii_digit())) {
        Some(number) => format!("_s_{{{number}}}"),
        None => state.to_owned(),
    }
}

fn table(runs: Analyses<'_>) -> Result<Table, FigureError> {
    let mut table = Table::default();
    for (number, letter) in ["a", "b", "c"].into_iter().enumerate() {
        let run = runs.at(number)?;
        for record in &run.results.empowerment {
            let state = format!("{letter}: {}", record.state);
            table.push(format!("empowerment, {} steps, lower bound", record.steps), &state, record.lower, 0.0);
            table.push(format!("empowerment, {} steps, upper bound", record.steps), &state, record.upper, 0.0);
        }
        for record in &run.results.probability {
            table.push_exact(
                format!("POWER at {}", record.discount),
                format!("{letter}: {}", record.state),
                &record.power.parse()?,
            );
        }
    }
    Ok(table)
}
