//! Several runs as one table on the terminal.

use crate::table::{Align, Table, decimals};
use dunamis_experiment::{Column, Frame, Run};

/// Digits of a run key that say which run is meant.
const KEY_DIGITS: usize = 8;

/// What differs between the runs, their POWER over all states, and the alignment of two agents; the start of their keys.
pub(crate) fn run_table(runs: &[Run]) -> String {
    format!("{}\nPOWER: means over all states; their ± are upper bounds of the standard errors\n", table(runs))
}

fn table(runs: &[Run]) -> Table {
    let frame = Frame::of_runs(runs);
    let column = |name: &str| frame.columns.iter().find(|(column, _)| column == name).map(|(_, column)| column);
    let names: Vec<&str> =
        frame.columns.iter().map(|(name, _)| name.as_str()).filter(|name| !is_detail(name)).collect();
    let align = |name: &str| match column(name) {
        Some(Column::Text(_)) | None => Align::Left,
        Some(_) => Align::Right,
    };
    let headings = names.iter().map(|&name| (heading(name), align(name))).chain([("run", Align::Left)]);
    let mut table = Table::new(headings);
    for (row, run) in runs.iter().enumerate() {
        let cell = |name: &&str| {
            let Some(values) = column(name) else { return String::new() };
            match column(&format!("{name}_se")) {
                None => values.text(row).into_owned(),
                Some(_) if values.text(row).is_empty() => "undefined".into(),
                Some(errors) => [values, errors].map(|column| estimate(column, row)).join(" ± "),
            }
        };
        let key: String = run.key.to_string().chars().take(KEY_DIGITS).collect();
        table.row(names.iter().map(cell).chain([key]));
    }
    table
}

/// Columns that a narrow table leaves out.
fn is_detail(name: &str) -> bool {
    let ends = ["_se", "_lowest", "_highest", "_seed"];
    ["run", "name", "states", "seconds", "solver_error", "alpha_rank"].contains(&name)
        || ends.iter().any(|end| name.ends_with(end))
}

fn heading(name: &str) -> &str {
    match name {
        "power" => "POWER",
        "power_h" => "POWER of H",
        "power_a" => "POWER of A",
        "alpha" => "α",
        "alpha_corrected" => "α without noise",
        other => other,
    }
}

/// An estimate or its error, to four decimals.
fn estimate(column: &Column, row: usize) -> String {
    match column {
        Column::Number(values) => match values.get(row).copied().flatten() {
            Some(value) => decimals(value, 4),
            None => "unknown".into(),
        },
        _ => column.text(row).into_owned(),
    }
}
