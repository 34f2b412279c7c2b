//! What differs between runs, as axes of sliders.

use dunamis_experiment::Run;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Keys of a config that say what a run is called rather than what it is.
const NAMES: &[&str] = &["name", "description"];

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
    pub(crate) fn of(runs: &[Run]) -> Self {
        let configs: Vec<_> = runs.iter().map(|run| scalars(&run.experiment.to_toml())).collect();
        Self::of_configs(&configs)
    }

    fn of_configs(configs: &[BTreeMap<String, String>]) -> Self {
        if configs.len() < 2 {
            return Axes { axes: Vec::new(), places: vec![Vec::new(); configs.len()] };
        }
        let groups = together(differences(configs));
        let axes: Vec<Axis> = groups.iter().map(|(keys, column)| Axis::new(keys, column)).collect();
        let place = |run: usize| axes.iter().zip(&groups).map(|(axis, (_, column))| axis.find(&column[run])).collect();
        let places: Vec<Vec<usize>> = (0..configs.len()).map(place).collect();
        let distinct = places.iter().collect::<BTreeSet<_>>().len() == places.len();
        let size = axes.iter().map(|axis| axis.values.len()).product::<usize>();
        if distinct && size == places.len() && !axes.is_empty() {
            return Axes { axes, places };
        }
        // Runs that are no grid are a list: a slider without holes over what is different.
        Self::list(&groups, configs.len())
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

/// The scalars of a config, and its lists and rewards as texts, by the path of their keys.
fn scalars(config: &str) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &toml::Value, found: &mut BTreeMap<String, String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    walk(&path, value, found);
                }
            }
            toml::Value::String(text) => {
                found.insert(path.to_owned(), text.clone());
            }
            other => {
                found.insert(path.to_owned(), other.to_string());
            }
        }
    }
    let mut found = BTreeMap::new();
    if let Ok(table) = config.parse::<toml::Table>() {
        walk("", &toml::Value::Table(table), &mut found);
    }
    found
}

/// The columns that are not the same for all runs; names only where nothing else is different.
fn differences(configs: &[BTreeMap<String, String>]) -> Vec<(String, Column)> {
    let keys: BTreeSet<&String> = configs.iter().flat_map(BTreeMap::keys).collect();
    let column = |key: &String| -> Column {
        configs.iter().map(|config| config.get(key).map_or(ABSENT, String::as_str).to_owned()).collect()
    };
    let columns = keys.into_iter().map(|key| (key.clone(), column(key)));
    let different: Vec<_> = columns.filter(|(_, column)| column.iter().any(|value| *value != column[0])).collect();
    let (names, rest): (Vec<_>, Vec<_>) = different.into_iter().partition(|(key, _)| NAMES.contains(&key.as_str()));
    if rest.is_empty() { names } else { rest }
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
        "power.discount" => "γ",
        "power.discount-a" => "γ of A",
        "power.correlation" => "β",
        _ => key.rsplit('.').next().unwrap_or(key),
    }
}

fn label(keys: &[String]) -> String {
    let both = keys.iter().any(|key| key == "power.discount");
    let named = keys.iter().filter(|key| !(both && *key == "power.discount-a"));
    named.map(|key| symbol(key)).collect::<Vec<_>>().join(" and ")
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

    fn axes(configs: &[&str]) -> Axes {
        Axes::of_configs(&configs.iter().map(|config| scalars(config)).collect::<Vec<_>>())
    }

    fn shape(axes: &Axes) -> String {
        let axis = |axis: &Axis| format!("{} {:?}", axis.label, axis.values);
        format!("{} at {:?}", axes.axes.iter().map(axis).collect::<Vec<_>>().join("; "), axes.places)
    }

    #[test]
    fn a_single_run_has_no_axis() {
        assert_eq!(axes(&["name = 'a'"]), Axes { axes: vec![], places: vec![vec![]] });
    }

    #[test]
    fn numbers_ascend_and_fractions_are_numbers() {
        let found = axes(&["power.discount = 0.9", "power.discount = '1/3'", "power.discount = 0.1"]);
        insta::assert_snapshot!(shape(&found), @r#"γ ["0.1", "1/3", "0.9"] at [[2], [1], [0]]"#);
        assert_eq!(found.axes[0].numbers, Some(vec![0.1, 1.0 / 3.0, 0.9]));
    }

    #[test]
    fn keys_that_change_together_are_one_axis_and_names_are_none() {
        let config = |name, discount| format!("name = '{name}'\npower.discount = {discount}\npower.discount-a = {discount}");
        let found = axes(&[&config("near", 0.1), &config("far", 0.9)]);
        insta::assert_snapshot!(shape(&found), @r#"γ ["0.1", "0.9"] at [[0], [1]]"#);
        assert_eq!(found.axes[0].keys, ["power.discount", "power.discount-a"]);
    }

    #[test]
    fn a_grid_has_an_axis_for_each_variable() {
        let config = |collision, beta| format!("environment.collision = '{collision}'\npower.correlation = {beta}");
        let configs = [config("none", 1.0), config("leak", 0.0), config("none", 0.0), config("leak", 1.0)];
        let found = axes(&configs.each_ref().map(String::as_str));
        insta::assert_snapshot!(shape(&found), @r#"collision ["none", "leak"]; β ["0.0", "1.0"] at [[0, 1], [1, 0], [0, 0], [1, 1]]"#);
    }

    #[test]
    fn runs_that_are_no_grid_are_a_list() {
        let found = axes(&["a = 1\nb = 1", "a = 2\nb = 1", "a = 2\nb = 2"]);
        insta::assert_snapshot!(shape(&found), @r#"run ["a 1, b 1", "a 2, b 1", "a 2, b 2"] at [[0], [1], [2]]"#);
        // Runs of one config but of different models have different keys.
        insta::assert_snapshot!(shape(&axes(&["a = 1", "a = 1"])), @r#"run ["1", "2"] at [[0], [1]]"#);
        insta::assert_snapshot!(shape(&axes(&["name = 'x'", "name = 'y'"])), @r#"name ["x", "y"] at [[0], [1]]"#);
        insta::assert_snapshot!(shape(&axes(&["a = 1", "a = 2", "a = 2"])), @r#"run ["1: a 1", "2: a 2", "3: a 2"] at [[0], [1], [2]]"#);
    }

    #[test]
    fn absent_keys_are_values() {
        insta::assert_snapshot!(shape(&axes(&["a = 1", "b = 1"])), @r#"a and b ["1", "–"] at [[0], [1]]"#);
    }
}
