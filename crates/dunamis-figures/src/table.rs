//! The numbers that a figure draws.

use crate::{FigureError, Fraction};
use dunamis_experiment::{Alignment, Estimates};

/// One number that a figure draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is: `POWER_H`, `alpha` and so on.
    pub quantity: String,
    /// The state it belongs to, or nothing where it belongs to the whole run.
    pub state: String,
    /// The number; `None` where it is not defined.
    pub value: Option<f64>,
    /// Its standard error; `None` where there is none.
    pub std_error: Option<f64>,
    /// The exact number where it is known, such as `2/3`.
    pub exact: Option<String>,
}

/// The numbers that a figure draws, one a row, each with its standard error.
///
/// Every figure has the same five columns, `quantity,state,value,std_error,exact`, so that one script reads them all. Floats are
/// written with the fewest digits that read back as the same float.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The rows, in the order of the states of the run.
    pub entries: Vec<Entry>,
}

impl Table {
    /// Adds a number that belongs to a state.
    pub fn push(&mut self, quantity: impl Into<String>, state: impl Into<String>, value: f64, std_error: f64) {
        let std_error = Some(std_error).filter(|e| e.is_finite());
        self.entries.push(Entry {
            quantity: quantity.into(),
            state: state.into(),
            value: Some(value),
            std_error,
            exact: None,
        });
    }

    /// Adds POWER at every state.
    pub(crate) fn push_power(&mut self, quantity: &str, states: &[String], power: &Estimates) {
        for ((state, &mean), &std_error) in states.iter().zip(&power.mean).zip(&power.std_error) {
            self.push(quantity, state, mean, std_error);
        }
    }

    /// Adds a number that belongs to the whole run.
    pub fn push_total(&mut self, quantity: impl Into<String>, value: Option<f64>, std_error: Option<f64>) {
        self.entries.push(Entry { quantity: quantity.into(), state: String::new(), value, std_error, exact: None });
    }

    /// Adds an exact number, written as a run has it.
    pub(crate) fn push_exact(&mut self, quantity: impl Into<String>, state: impl Into<String>, exact: &Fraction) {
        let (value, text) = (Some(exact.value()), exact.to_string());
        let (quantity, state) = (quantity.into(), state.into());
        self.entries.push(Entry { quantity, state, value, std_error: Some(0.0), exact: Some(text) });
    }

    /// Adds alignment and its regression line.
    pub(crate) fn push_alignment(&mut self, alignment: &Alignment) {
        self.push_total("alpha", alignment.alpha, alignment.std_error);
        self.push_total("alpha noise-corrected", alignment.noise_corrected, alignment.noise_corrected_std_error);
        self.push_total("alpha by ranks", alignment.rank, None);
        self.push_total("slope", alignment.slope, None);
        self.push_total("intercept", alignment.intercept, None);
    }

    /// The table as CSV.
    ///
    /// # Errors
    ///
    /// [`FigureError::Csv`].
    pub fn to_csv(&self) -> Result<Vec<u8>, FigureError> {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let rows = self.entries.iter().map(|e| {
            let exact = e.exact.clone().unwrap_or_default();
            [e.quantity.clone(), e.state.clone(), number(e.value), number(e.std_error), exact]
        });
        csv(&["quantity", "state", "value", "std_error", "exact"], rows)
    }
}

/// CSV of a header and rows of as many fields.
pub(crate) fn csv<const N: usize>(
    header: &[&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Vec<u8>, FigureError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let result =
        writer.write_record(header).and_then(|()| rows.into_iter().try_for_each(|row| writer.write_record(row)));
    result.map_err(FigureError::Csv)?;
    writer.into_inner().map_err(|error| FigureError::Csv(error.into_error().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_quoted_and_what_is_undefined_is_empty() {
        let mut table = Table::default();
        table.push("POWER_H", "(0, 3)_H^(0, 2)_A", 0.1 + 0.2, 0.0025);
        table.push_total("alpha", None, None);
        table.push_exact("P", "wait", &"2/3".parse().unwrap());
        insta::assert_snapshot!(String::from_utf8(table.to_csv().unwrap()).unwrap(), @r#"
        quantity,state,value,std_error,exact
        POWER_H,"(0, 3)_H^(0, 2)_A",0.30000000000000004,0.0025,
        alpha,,,,
        P,wait,0.6666666666666666,0,2/3
        "#);
    }
}
