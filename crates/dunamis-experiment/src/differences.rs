//! What differs between the configs of several runs.

use crate::Experiment;
use crate::setting::plain;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A key whose value is not the same in all of several configs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key, for example `power.discount`.
    pub key: String,
    /// Its value in each config as a text; `None` where it has none.
    pub values: Vec<Option<String>>,
}

/// The keys in which the resolved configs of some experiments differ, apart from name and description, in the order of a
/// config. A key that always changes together with an earlier one, and to the same values, is left out.
///
/// ```
/// use dunamis_experiment::{Sweep, differences};
/// let sweep: Sweep = "name = 'x'\nenvironment.name = 'candy'\npower.discount = [0.1, '1/3']".parse()?;
/// let differences = differences(sweep.points.iter().map(|point| &point.experiment));
/// assert_eq!(differences.len(), 1);
/// assert_eq!(differences[0].key, "power.discount");
/// assert_eq!(differences[0].values, [Some("0.1".into()), Some("1/3".into())]);
/// # Ok::<(), dunamis_experiment::ConfigError>(())
/// ```
pub fn differences<'a>(experiments: impl IntoIterator<Item = &'a Experiment>) -> Vec<Difference> {
    let flat: Vec<Vec<(String, String)>> = experiments.into_iter().map(flatten).collect();
    let mut order: Vec<&str> = Vec::new();
    for (key, _) in flat.iter().flatten() {
        if !order.contains(&key.as_str()) {
            order.push(key);
        }
    }
    let maps: Vec<BTreeMap<&str, &str>> =
        flat.iter().map(|keys| keys.iter().map(|(key, value)| (&**key, &**value)).collect()).collect();
    let mut found: Vec<Difference> = Vec::new();
    for key in order {
        let values: Vec<Option<String>> = maps.iter().map(|map| map.get(key).map(|&value| value.into())).collect();
        let varies = values.windows(2).any(|pair| pair[0] != pair[1]);
        if varies && found.iter().all(|earlier| earlier.values != values) {
            found.push(Difference { key: key.into(), values });
        }
    }
    found
}

impl Difference {
    /// The last part of the key, which says enough in the head of a column.
    pub fn name(&self) -> &str {
        self.key.rsplit('.').next().unwrap_or(&self.key)
    }
}

/// All keys of a resolved config with their values, apart from what it is called.
fn flatten(experiment: &Experiment) -> Vec<(String, String)> {
    let text = experiment.to_toml();
    let root = DeTable::parse(&text).expect("a config that was just written").into_inner();
    let mut keys = Vec::new();
    for key in ["environment", "power", "reward"] {
        if let Some(value) = root.get(key) {
            collect(key, value, &text, &mut keys);
        }
    }
    for (key, value) in &root {
        let key = key.get_ref().as_ref();
        if !value.get_ref().is_table() && !["name", "description"].contains(&key) {
            collect(key, value, &text, &mut keys);
        }
    }
    keys
}

/// Values are texts: some whole numbers are too large for other forms.
fn collect(key: &str, value: &Spanned<DeValue<'_>>, text: &str, keys: &mut Vec<(String, String)>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (name, value) in table {
                collect(&format!("{key}.{}", name.get_ref()), value, text, keys);
            }
        }
        _ => keys.push((key.into(), plain(text.get(value.span()).unwrap_or_default()))),
    }
}
