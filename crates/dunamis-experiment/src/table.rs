//! `power.csv`: one row per state.

use crate::layout::{Cell, CellPair};
use crate::{Estimates, GridLayout, RunPower};
use dunamis_power::Alignment;

const SINGLE: &[&str] = &["state", "row", "col", "mean", "std_error"];
const MULTI: &[&str] = &[
    "state",
    "h_row",
    "h_col",
    "a_row",
    "a_col",
    "power_h",
    "power_h_se",
    "power_a",
    "power_a_se",
    "power_h_seed",
    "power_h_seed_se",
    "power_a_seed",
    "power_a_seed_se",
];

/// Columns of [`MULTI`] without A's seed policy.
const WITHOUT_A_SEED: usize = 11;

/// What is wrong with a table of POWER.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Not CSV.
    #[error("{message}")]
    Csv {
        /// The reader's message.
        message: String,
    },
    /// Other columns than expected.
    #[error("the columns are `{found}`")]
    Columns {
        /// The columns.
        found: String,
    },
    /// A field that cannot be read.
    #[error("line {line}, column `{column}`: `{found}` is not {expected}")]
    Field {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// Some states have cells and some have none.
    #[error("line {line}: either all states have cells or none has")]
    Cells {
        /// The first line that differs, from 1.
        line: u64,
    },
    /// No state.
    #[error("there is no state")]
    Empty,
}

/// The columns of numbers, by name.
pub(crate) fn columns(power: &RunPower) -> Vec<(&'static str, &[f64])> {
    let estimates: Vec<&Estimates> = match power {
        RunPower::SingleAgent(power) => vec![power],
        RunPower::MultiAgent { h, a, h_seed, a_seed, .. } => [h, a, h_seed].into_iter().chain(a_seed).collect(),
    };
    let values = estimates.into_iter().flat_map(|estimates| [&estimates.mean[..], &estimates.std_error[..]]);
    let names = match power {
        RunPower::SingleAgent(_) => &SINGLE[3..],
        RunPower::MultiAgent { .. } => &MULTI[5..],
    };
    names.iter().copied().zip(values).collect()
}

/// The columns of cells, by name: empty without a grid.
pub(crate) fn cell_columns(power: &RunPower, layout: Option<&GridLayout>) -> Vec<(&'static str, Vec<usize>)> {
    let split = |cells: &mut dyn Iterator<Item = Cell>| -> [Vec<usize>; 2] {
        let (rows, columns) = cells.unzip();
        [rows, columns]
    };
    match power {
        RunPower::SingleAgent(_) => {
            let values = layout.map(|layout| split(&mut layout.cells.iter().copied()));
            SINGLE[1..3].iter().copied().zip(values.into_iter().flatten()).collect()
        }
        RunPower::MultiAgent { positions, .. } => {
            let positions = positions.as_deref().unwrap_or_default();
            let h = split(&mut positions.iter().map(|&(h, _)| h));
            let a = split(&mut positions.iter().map(|&(_, a)| a));
            let columns = MULTI[1..5].iter().copied().zip(h.into_iter().chain(a));
            columns.filter(|(_, values)| !values.is_empty()).collect()
        }
    }
}

/// Writes the table. Numbers have the fewest digits that read back as the same `f64`.
pub(crate) fn to_csv(states: &[String], layout: Option<&GridLayout>, power: &RunPower) -> Vec<u8> {
    let (cells, numbers) = (cell_columns(power, layout), columns(power));
    let header: &[&str] = match power {
        RunPower::SingleAgent(_) => SINGLE,
        RunPower::MultiAgent { .. } => &MULTI[..5 + numbers.len()],
    };
    let no_cells = header.len() - 1 - numbers.len() - cells.len();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: Vec<String>| writer.write_record(&record).expect("records of one length, in memory");
    write(header.iter().map(|&name| name.to_owned()).collect());
    for (s, state) in states.iter().enumerate() {
        let cells = cells.iter().map(|(_, values)| values[s].to_string());
        let numbers = numbers.iter().map(|(_, values)| format!("{:?}", values[s]));
        let empty = std::iter::repeat_n(String::new(), no_cells);
        write([state.clone()].into_iter().chain(cells).chain(empty).chain(numbers).collect());
    }
    writer.into_inner().expect("a vector takes everything")
}

impl RunPower {
    /// Reads `power.csv`: state names and POWER. Alignment is not in the table: it is passed through.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn from_csv(text: &[u8], alignment: Alignment) -> Result<(Vec<String>, RunPower), TableError> {
        let csv_error = |error: csv::Error| TableError::Csv { message: error.to_string() };
        let mut reader = csv::Reader::from_reader(text);
        let header: Vec<String> = reader.headers().map_err(csv_error)?.iter().map(Into::into).collect();
        let columns = match header.len() {
            n if n == SINGLE.len() => SINGLE,
            n if n == MULTI.len() || n == WITHOUT_A_SEED => &MULTI[..n],
            _ => &[],
        };
        if columns.is_empty() || header != columns {
            return Err(TableError::Columns { found: header.join(",") });
        }
        let cells = if columns == SINGLE { 2 } else { 4 };
        let mut states = Vec::new();
        let mut positions: Vec<Vec<usize>> = Vec::new();
        let mut numbers = vec![Vec::new(); columns.len() - 1 - cells];
        for record in reader.records() {
            let record = record.map_err(csv_error)?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |column: usize, expected| TableError::Field {
                line,
                column: columns[column],
                found: record[column].into(),
                expected,
            };
            states.push(record[0].to_owned());
            if record.iter().skip(1).take(cells).any(|text| !text.is_empty()) {
                let parse = |column: usize| record[column].parse().map_err(|_| field(column, "a whole number"));
                positions.push((1..=cells).map(parse).collect::<Result<_, _>>()?);
            }
            if !positions.is_empty() && positions.len() != states.len() {
                return Err(TableError::Cells { line });
            }
            for (i, values) in numbers.iter_mut().enumerate() {
                let column = 1 + cells + i;
                values.push(record[column].parse().map_err(|_| field(column, "a number"))?);
            }
        }
        if states.is_empty() {
            return Err(TableError::Empty);
        }
        let mut numbers = numbers.into_iter();
        let mut next = || Some(Estimates { mean: numbers.next()?, std_error: numbers.next()? });
        let power = match (next(), next(), next()) {
            (Some(h), Some(a), Some(h_seed)) => {
                let pair = |cells: &Vec<usize>| -> CellPair { ((cells[0], cells[1]), (cells[2], cells[3])) };
                let positions = (!positions.is_empty()).then(|| positions.iter().map(pair).collect());
                RunPower::MultiAgent { h, a, h_seed, a_seed: next(), positions, alignment }
            }
            (power, ..) => RunPower::SingleAgent(power.unwrap_or_default()),
        };
        Ok((states, power))
    }
}
