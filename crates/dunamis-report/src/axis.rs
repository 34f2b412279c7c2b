//! What differs between runs, as axes of sliders.

use crate::report::Shown;
use dunamis_experiment::differences;
use serde::Serialize;
use std::collections::BTreeSet;

/// What stands for a key that a config does not have.
const ABSENT: &str = "–";

/// Something to slide over: keys whose values change together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Axis {
    /// What it is called.
    label: String,
    /// The keys of the config.
    keys: Vec<String>,
    /// The values, ascending where all are numbers, else in the order of the runs.
    values: Vec<String>,
    /// The values as numbers, if all are.
    numbers: Option<Vec<f64>>,
}

/// The axes, and where each run stands on them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axes {
    /// None for a single run.
    pub(crate) axes: Vec<Axis>,
    /// For each run, an index into the values of every axis; no two runs share a place.
    pub(crate) places: Vec<Vec<usize>>,
}

/// One value per run.
type Column = Vec<String>;

impl Axes {
    /// The axes of some runs with different keys.
    pub(crate) fn of(runs: &[Shown]) -> Self {
        let mut columns: Vec<(String, Column)> = differences(runs.iter().map(|shown| &shown.run.experiment))
            .into_iter()
            .map(|difference| {
                let text = |value: Option<String>| value.unwrap_or_else(|| ABSENT.to_owned());
                (difference.key, difference.values.into_iter().map(text).collect())
            })
            .collect();
        // Names stand in where nothing else is different.
        if columns.is_empty() {
            let names: Column = runs.iter().map(|shown| shown.run.experiment.name.clone()).collect();
            if names.windows(2).any(|pair| pair[0] != pair[1]) {
                columns.push(("name".to_owned(), names));
            }
        }
        Self::of_columns(runs.len(), columns)
    }

    fn of_columns(runs: usize, columns: Vec<(String, Column)>) -> Self {
        if runs < 2 {
            return Axes { axes: Vec::new(), places: vec![Vec::new(); runs] };
        }
        let groups = together(columns);
        let axes: Vec<Axis> = groups.iter().map(|(keys, column)| Axis::new(keys, column)).collect();
        let place = |run: usize| axes.iter().zip(&groups).map(|(axis, (_, column))| axis.find(&column[run])).collect();
        let places: Vec<Vec<usize>> = (0..runs).map(place).collect();
        let distinct = places.iter().collect::<BTreeSet<_>>().len() == places.len();
        let size = axes.iter().map(|axis| axis.values.len()).product::<usize>();
        if distinct && size == places.len() && !axes.is_empty() {
            return Axes { axes, places };
        }
        // Runs that are no grid are a list: a slider without holes over what is different.
        Self::list(&groups, runs)
    }

    fn list(groups: &[(Vec<String>, Column)], runs: usize) -> Self {
        let keys: Vec<String> = groups.iter().flat_map(|(keys, _)| keys.clone()).collect();
        let value = |run: usize| {
            let parts: Vec<String> =
                groups.iter().map(|(keys, column)| format!("{} {}", symbol(&keys[0]), column[run])).collect();
            if parts.is_empty() { (run + 1).to_string() } else { parts.join(", ") }
        };
        let mut values: Vec<String> = (0..runs).map(value).collect();
        let distinct = values.iter().collect::<BTreeSet<_>>().len() == runs;
        if !distinct {
            values = values.iter().enumerate().map(|(run, value)| format!("{}: {value}", run + 1)).collect();
        }
        let axis = Axis { label: "run".to_owned(), keys, values, numbers: None };
        Axes { axes: vec![axis], places: (0..runs).map(|run| vec![run]).collect() }
    }
}

impl Axis {
    fn new(keys: &[String], column: &Column) -> Self {
        let mut values: Vec<String> = Vec::new();
        for value in column {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        let mut numbers: Option<Vec<f64>> = values.iter().map(|value| number(value)).collect();
        if let Some(numbers) = &mut numbers {
            values.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal));
            numbers.sort_by(f64::total_cmp);
        }
        Axis { label: label(keys), keys: keys.to_vec(), values, numbers }
    }

    fn find(&self, value: &str) -> usize {
        self.values.iter().position(|known| known == value).unwrap_or_default()
    }
}

/// Joins columns that tell the same runs apart: they were changed together.
fn together(columns: Vec<(String, Column)>) -> Vec<(Vec<String>, Column)> {
    let pattern = |column: &Column| -> Vec<usize> {
        column.iter().map(|value| column.iter().position(|other| other == value).unwrap_or_default()).collect()
    };
    let mut groups: Vec<(Vec<String>, Column)> = Vec::new();
    for (key, column) in columns {
        match groups.iter_mut().find(|(_, known)| pattern(known) == pattern(&column)) {
            Some((keys, _)) => keys.push(key),
            None => groups.push((vec![key], column)),
        }
    }
    groups
}

/// How the field writes a key.
fn symbol(key: &str) -> &str {
    match key {
        "power.discount" => "discount γ",
        "power.discount-a" => "discount of A",
        "power.correlation" => "reward correlation β",
        _ => key.rsplit('.').next().unwrap_or(key),
    }
}

fn label(keys: &[String]) -> String {
    let symbols: Vec<&str> = keys.iter().map(|key| symbol(key)).collect();
    match symbols.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => symbols.concat(),
    }
}

/// A number, or a fraction of two.
fn number(text: &str) -> Option<f64> {
    let value = match text.split_once('/') {
        Some((above, below)) => above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?,
        None => text.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Axes of runs with these values, one list for each key.
    fn axes(columns: &[(&str, &[&str])]) -> Axes {
        let column = |(key, values): &(&str, &[&str])| {
            ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect::<Column>())
        };
        let runs = columns.first().map_or(2, |(_, values)| values.len());
        Axes::of_columns(runs, columns.iter().map(column).collect())
    }

    fn shape(axes: &Axes) -> String {
        let axis = |axis: &Axis| format!("{} {:?}", axis.label, axis.values);
        format!("{} at {:?}", axes.axes.iter().map(axis).collect::<Vec<_>>().join("; "), axes.places)
    }

    #[test]
    fn a_single_run_has_no_axis() {
        assert_eq!(Axes::of_columns(1, vec![]), Axes { axes: vec![], places: vec![vec![]] });
    }

    #[test]
    fn numbers_ascend_and_fractions_are_numbers() {
        let found = axes(&[("power.discount", &["0.9", "1/3", "0.1"])]);
        insta::assert_snapshot!(shape(&found), @r#"discount γ ["0.1", "1/3", "0.9"] at [[2], [1], [0]]"#);
        assert_eq!(found.axes[0].numbers, Some(vec![0.1, 1.0 / 3.0, 0.9]));
    }

    #[test]
    fn keys_that_change_together_are_one_axis() {
        let found =
            axes(&[("power.discount", &["0.1", "0.9"]), ("power.discount-a", &["0.2", "0.8"]), ("seed", &["1", "2"])]);
        insta::assert_snapshot!(shape(&found), @r#"discount γ, discount of A and seed ["0.1", "0.9"] at [[0], [1]]"#);
        assert_eq!(found.axes[0].keys, ["power.discount", "power.discount-a", "seed"]);
    }

    #[test]
    fn a_grid_has_an_axis_for_each_variable() {
        let collisions: &[&str] = &["none", "leak", "none", "leak"];
        let found =
            axes(&[("environment.collision", collisions), ("power.correlation", &["1.0", "0.0", "0.0", "1.0"])]);
        insta::assert_snapshot!(shape(&found), @r#"collision ["none", "leak"]; reward correlation β ["0.0", "1.0"] at [[0, 1], [1, 0], [0, 0], [1, 1]]"#);
    }

    #[test]
    fn runs_that_are_no_grid_are_a_list() {
        insta::assert_snapshot!(shape(&axes(&[("a", &["1", "2", "2"]), ("b", &["1", "1", "2"])])), @r#"run ["a 1, b 1", "a 2, b 1", "a 2, b 2"] at [[0], [1], [2]]"#);
        // Runs of one config but of different models have different keys.
        insta::assert_snapshot!(shape(&axes(&[])), @r#"run ["1", "2"] at [[0], [1]]"#);
        insta::assert_snapshot!(shape(&axes(&[("a", &["1", "2", "2"])])), @r#"run ["1: a 1", "2: a 2", "3: a 2"] at [[0], [1], [2]]"#);
    }
}
