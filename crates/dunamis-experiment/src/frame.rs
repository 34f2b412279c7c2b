//! Tables over several runs: one row per run, or one per run and state.

use crate::{Estimates, Run, RunPower, differences};
use dunamis_mdp::Number;
use std::borrow::Cow;

/// A table with named columns of equal length, for CSV and Parquet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Names and values, in order.
    pub columns: Vec<(String, Column)>,
}

/// The values of a column; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Numbers; never NaN.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Count(Vec<Option<u64>>),
}

impl Column {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Text(values) => values.len(),
            Column::Number(values) => values.len(),
            Column::Count(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value in a row as a text: numbers with the fewest digits that read back as the same; nothing where there is none.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        let nothing = || Cow::Borrowed("");
        match self {
            Column::Text(values) => values.get(row).and_then(|v| v.as_deref()).map_or_else(nothing, Cow::Borrowed),
            Column::Number(values) => {
                values.get(row).copied().flatten().map_or_else(nothing, |value| value.to_string().into())
            }
            Column::Count(values) => {
                values.get(row).copied().flatten().map_or_else(nothing, |value| value.to_string().into())
            }
        }
    }

    /// Numbers where all texts are, else texts.
    fn parsed(texts: Vec<Option<String>>) -> Self {
        let number = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => text.parse::<Number>().ok().map(|number| Some(number.value())),
        };
        texts.iter().map(number).collect::<Option<Vec<_>>>().map_or(Column::Text(texts), Column::Number)
    }

    /// NaN has no place in a table: it says that there is no value.
    fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        Column::Number(values.into_iter().map(|value| value.filter(|value| value.is_finite())).collect())
    }
}

impl Frame {
    /// One row per run: its key and name, the keys in which the configs [differ](differences), how much was computed, POWER over
    /// all states, and the alignment of two agents.
    ///
    /// | column | is |
    /// |---|---|
    /// | `power`, `power_h`, `power_a`, `power_h_seed`, `power_a_seed` | the mean of POWER over all states |
    /// | the same with `_se` | an upper bound on its standard error: the mean of those of the states |
    /// | the same with `_lowest`, `_highest` | the least and the greatest POWER of a state |
    /// | `alpha`, `alpha_corrected`, `alpha_rank` | [`Alignment`](crate::Alignment): raw, without sampling noise, of ranks |
    pub fn of_runs(runs: &[Run]) -> Self {
        let mut frame = Frame::default();
        frame.push("run", Column::Text(runs.iter().map(|run| Some(run.key.to_string())).collect()));
        frame.push("name", Column::Text(runs.iter().map(|run| Some(run.experiment.name.clone())).collect()));
        frame.push_differences(runs, |values| values);
        frame.push("states", Column::Count(runs.iter().map(|run| Some(run.states.len() as u64)).collect()));
        if !frame.has("samples") {
            frame.push("samples", Column::Count(runs.iter().map(|run| run.manifest.samples).collect()));
        }
        for (name, estimates) in quantities(runs) {
            let of = |value: fn(&Estimates) -> f64| Column::numbers(estimates.iter().map(|e| e.map(value)));
            frame.push(name, of(|e| mean(&e.mean)));
            frame.push(format!("{name}_se"), of(|e| mean(&e.std_error)));
            frame.push(format!("{name}_lowest"), of(|e| e.mean.iter().copied().fold(f64::INFINITY, f64::min)));
            frame.push(format!("{name}_highest"), of(|e| e.mean.iter().copied().fold(f64::NEG_INFINITY, f64::max)));
        }
        if runs.iter().any(|run| run.manifest.alignment.is_some()) {
            let of = |value: fn(&crate::Alignment) -> Option<f64>| {
                Column::numbers(runs.iter().map(|run| run.manifest.alignment.as_ref().and_then(value)))
            };
            frame.push("alpha", of(|alignment| alignment.alpha));
            frame.push("alpha_se", of(|alignment| alignment.std_error));
            frame.push("alpha_corrected", of(|alignment| alignment.noise_corrected));
            frame.push("alpha_corrected_se", of(|alignment| alignment.noise_corrected_std_error));
            frame.push("alpha_rank", of(|alignment| alignment.rank));
        }
        frame.push("solver_error", Column::numbers(runs.iter().map(|run| run.manifest.solver_error)));
        frame.push("seconds", Column::numbers(runs.iter().map(|run| Some(run.manifest.seconds))));
        frame
    }

    /// One row per run and state: the run, the keys in which the configs differ, the state and its POWER with standard errors.
    pub fn of_states(runs: &[Run]) -> Self {
        let repeat = |values: Vec<Option<String>>| {
            let rows = values.into_iter().zip(runs);
            rows.flat_map(|(value, run)| std::iter::repeat_n(value, run.states.len())).collect()
        };
        let mut frame = Frame::default();
        frame.push("run", Column::Text(repeat(runs.iter().map(|run| Some(run.key.to_string())).collect())));
        frame.push_differences(runs, repeat);
        frame.push("state", Column::Text(runs.iter().flat_map(|run| run.states.iter().cloned().map(Some)).collect()));
        for (name, estimates) in quantities(runs) {
            let rows = |values: fn(&Estimates) -> &[f64]| {
                let row = |(estimates, run): (Option<&Estimates>, &Run)| -> Vec<Option<f64>> {
                    let all = |estimates: &Estimates| values(estimates).iter().copied().map(Some).collect();
                    estimates.map_or_else(|| vec![None; run.states.len()], all)
                };
                Column::numbers(estimates.iter().copied().zip(runs).flat_map(row))
            };
            let (mean, std_error) = (rows(|e| &e.mean), rows(|e| &e.std_error));
            frame.push(name, mean);
            frame.push(format!("{name}_se"), std_error);
        }
        frame
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The table as CSV, with a line of names.
    ///
    /// # Errors
    ///
    /// The writer's message; a table in memory has no reason to fail.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|(_, column)| column.text(row).into_owned()))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }

    fn push(&mut self, name: impl Into<String>, column: Column) {
        self.columns.push((name.into(), column));
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(column, _)| column == name)
    }

    fn push_differences(&mut self, runs: &[Run], spread: impl Fn(Vec<Option<String>>) -> Vec<Option<String>>) {
        let differences = differences(runs.iter().map(|run| &run.experiment));
        for difference in &differences {
            let short = difference.name();
            let unique = differences.iter().filter(|other| other.name() == short).count() == 1 && !self.has(short);
            let name = if unique { short } else { &difference.key };
            self.push(name, Column::parsed(spread(difference.values.clone())));
        }
    }
}

/// The estimates of each quantity that some run has, by its name.
fn quantities(runs: &[Run]) -> Vec<(&'static str, Vec<Option<&Estimates>>)> {
    let of = |pick: fn(&RunPower) -> Option<&Estimates>| runs.iter().map(|run| pick(&run.power)).collect::<Vec<_>>();
    let all = [
        ("power", of(|power| if let RunPower::SingleAgent(power) = power { Some(power) } else { None })),
        ("power_h", of(|power| if let RunPower::MultiAgent { h, .. } = power { Some(h) } else { None })),
        ("power_a", of(|power| if let RunPower::MultiAgent { a, .. } = power { Some(a) } else { None })),
        ("power_h_seed", of(|power| if let RunPower::MultiAgent { h_seed, .. } = power { Some(h_seed) } else { None })),
        (
            "power_a_seed",
            of(|power| if let RunPower::MultiAgent { a_seed, .. } = power { a_seed.as_ref() } else { None }),
        ),
    ];
    all.into_iter().filter(|(_, estimates)| estimates.iter().any(Option::is_some)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(feature = "parquet")]
impl Frame {
    /// The table as a Parquet file, without compression; every column may lack values.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Parquet`].
    pub fn to_parquet(&self) -> Result<Vec<u8>, crate::ExperimentError> {
        crate::parquet::write(self).map_err(|error| crate::ExperimentError::Parquet { message: error.to_string() })
    }
}
