//! Runs that differ in one variable, in the order of its values.

use dunamis_experiment::{Run, SweepRun, differences};
use dunamis_mdp::Number;
use dunamis_plot::{Label, Slider};

use crate::{FigureError, caption};

/// Runs that differ in one variable, or a single run.
#[derive(Clone, Debug)]
pub struct Sequence<'a> {
    /// The runs, in the order of the values.
    pub runs: Vec<&'a Run>,
    /// What differs, in the markup of [`dunamis_plot::label`]; empty for a single run.
    pub symbol: String,
    /// Its value in every run, as written.
    pub names: Vec<String>,
    /// Its value in every run, if these are numbers in ascending order.
    pub numbers: Option<Vec<f64>>,
}

impl<'a> Sequence<'a> {
    /// A single run.
    pub fn single(run: &'a Run) -> Self {
        Sequence { runs: vec![run], symbol: String::new(), names: vec![String::new()], numbers: None }
    }

    /// The runs of a sweep over one variable.
    ///
    /// # Errors
    ///
    /// [`FigureError::Variables`] for a sweep over several.
    pub fn of_sweep(sweep: &'a SweepRun) -> Result<Self, FigureError> {
        match &sweep.sweep.axes[..] {
            [] => sweep.runs.first().map(Sequence::single).ok_or(FigureError::NoRuns),
            [axis] => {
                let key = axis.keys.first().map_or("", |swept| swept.key.as_str());
                Self::new(&sweep.runs.iter().collect::<Vec<_>>(), key, &axis.names, axis.numbers())
            }
            axes => {
                let keys = axes.iter().filter_map(|axis| Some(axis.keys.first()?.key.clone())).collect();
                Err(FigureError::Variables { keys })
            }
        }
    }

    /// Runs that differ in one key of their configs.
    ///
    /// # Errors
    ///
    /// [`FigureError::Variables`] where they differ in several keys or in none, [`FigureError::NoRuns`].
    pub fn of_runs(runs: &'a [Run]) -> Result<Self, FigureError> {
        if let [run] = runs {
            return Ok(Self::single(run));
        }
        let found = differences(runs.iter().map(|run| &run.experiment));
        let [difference] = &found[..] else {
            return Err(FigureError::Variables { keys: found.into_iter().map(|difference| difference.key).collect() });
        };
        let names: Vec<String> =
            difference.values.iter().map(|value| value.clone().unwrap_or_else(|| "default".to_owned())).collect();
        let numbers = names.iter().map(|name| Some(name.parse::<Number>().ok()?.value())).collect();
        Self::new(&runs.iter().collect::<Vec<_>>(), &difference.key, &names, numbers)
    }

    /// Runs with the values in which they differ, sorted by these if they are numbers.
    ///
    /// # Errors
    ///
    /// [`FigureError::NoRuns`].
    pub fn new(runs: &[&'a Run], key: &str, names: &[String], numbers: Option<Vec<f64>>) -> Result<Self, FigureError> {
        if runs.is_empty() {
            return Err(FigureError::NoRuns);
        }
        let mut order: Vec<usize> = (0..runs.len()).collect();
        if let Some(numbers) = &numbers {
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        }
        Ok(Sequence {
            runs: order.iter().map(|&i| runs[i]).collect(),
            symbol: symbol(key),
            names: order.iter().map(|&i| names[i].clone()).collect(),
            numbers: numbers.map(|numbers| order.iter().map(|&i| numbers[i]).collect()),
        })
    }

    /// The only run, where there is one.
    pub fn only(&self) -> Option<&'a Run> {
        if let [run] = self.runs[..] { Some(run) } else { None }
    }

    /// `_γ_ = 0.35`, in markup; empty for a single run.
    pub fn label(&self, index: usize) -> String {
        if self.symbol.is_empty() {
            String::new()
        } else {
            format!("{}\u{a0}=\u{a0}{}", self.symbol, self.names[index])
        }
    }

    /// The setting of the runs in one or two sentences, in markup.
    pub fn setting(&self) -> String {
        caption::of_sequence(self)
    }

    /// The label without markup, with what belongs to it.
    pub(crate) fn entry(&self, index: usize, state: &str) -> String {
        let label = Label::parse(&self.label(index)).plain_text().replace('\u{a0}', " ");
        match (label.is_empty(), state.is_empty()) {
            (true, _) => state.to_owned(),
            (_, true) => label,
            _ => format!("{label}: {state}"),
        }
    }

    /// Places along an axis: the numbers, or positions.
    pub(crate) fn places(&self) -> Vec<f64> {
        self.numbers.clone().unwrap_or_else(|| (0..self.runs.len()).map(|index| index as f64).collect())
    }

    /// The slider of a frame.
    pub(crate) fn slider(&self, at: usize) -> Result<Slider, FigureError> {
        let labels = (0..self.runs.len()).map(|index| self.label(index));
        Ok(Slider::new(self.places().into_iter().zip(labels), at)?)
    }

    /// At most `most` positions spread over all, the first and the last among them.
    pub(crate) fn spread(&self, most: usize) -> Vec<usize> {
        let (last, most) = (self.runs.len() - 1, most.max(2));
        if last < most {
            return (0..=last).collect();
        }
        (0..most).map(|step| (step * last + (most - 1) / 2) / (most - 1)).collect()
    }
}

/// How a key of a config is written in a picture.
fn symbol(key: &str) -> String {
    match key {
        "power.discount" => "_γ_".to_owned(),
        "power.discount-a" => "_γ_{_A_}".to_owned(),
        "power.correlation" => "_β_".to_owned(),
        _ => key.rsplit('.').next().unwrap_or(key).replace('-', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_symbols() {
        assert_eq!(symbol("power.correlation"), "_β_");
        assert_eq!(symbol("environment.noise"), "noise");
        assert_eq!(symbol("power.seed-policy"), "seed policy");
    }
}
