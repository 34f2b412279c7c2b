//! Experiments that differ in some keys of one config.

use crate::config_error::{ConfigError, ConfigProblem, KeyPath, key_text};
use crate::document::decimals_or_fraction;
use crate::parse::{LISTS, read};
use crate::section::{Parsed, Section};
use crate::setting::{plain, value};
use crate::{Experiment, ExperimentError, Observer, Run, Setting, run};
use dunamis_mdp::{Number, Rational};
use num_bigint::BigInt;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most points of a sweep.
pub const MAX_POINTS: usize = 100_000;

/// Keys of a range or of a list with names, in the place of a single value.
const RANGE: &[&str] = &["from", "to", "step", "count"];
const NAMED: &[&str] = &["values", "names"];

/// Experiments that differ in some keys of one config. A config that varies nothing is a sweep of one point.
///
/// Wherever a config has a single value it may have several: a list, a range, or a list with names. Every combination is
/// a [`Point`]; keys that `sweep.zip` names together take their values side by side instead.
///
/// ```
/// use dunamis_experiment::Sweep;
/// let sweep: Sweep = r#"
///     name = "far-sightedness"
///     samples = 1_000
///     [environment]
///     name = ["grid-3x3", "maze-7x7"]
///     [power]
///     agents = 2
///     discount = { from = 0.1, to = 0.9, step = 0.4 }
///     discount-a = [0.1, 0.5, 0.99]
///     [sweep]
///     zip = [["power.discount", "power.discount-a"]]
/// "#.parse()?;
/// assert_eq!(sweep.axes.len(), 2);
/// assert_eq!(sweep.points.len(), 2 * 3);
/// assert_eq!(sweep.axes[1].keys[1].values, ["0.1", "0.5", "0.99"]);
/// # Ok::<(), dunamis_experiment::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// What its results are called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What varies, in the order of the text.
    pub axes: Vec<Axis>,
    /// All combinations, the last axis fastest; one point if nothing varies.
    pub points: Vec<Point>,
}

/// One key that varies, or several that vary side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The keys, the one that comes first in the text first; never empty.
    pub keys: Vec<SweptKey>,
    /// What its positions are called: the names that the config gives, else the first key's values.
    pub names: Vec<String>,
}

/// A key of a config with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptKey {
    /// The key, for example `power.discount`.
    pub key: String,
    /// The values as texts: as many as the axis has positions.
    pub values: Vec<String>,
}

/// One experiment of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its position on each axis.
    pub at: Vec<usize>,
    /// The experiment, under the name of the sweep and of its positions.
    pub experiment: Experiment,
}

/// A sweep with the runs of its points.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRun {
    /// What was asked for.
    pub sweep: Sweep,
    /// The runs of its points, in their order.
    pub runs: Vec<Run>,
}

impl Axis {
    /// The number of positions.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no position; configs have none of these.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The values of the first key as numbers, if they all are.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let number = |text: &String| text.parse::<Number>().ok().map(|number| number.value());
        self.keys.first()?.values.iter().map(number).collect()
    }
}

impl Sweep {
    /// Reads the text of a config, as [`Experiment::from_toml`] does, where single values may be several.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn from_toml(text: &str, origin: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::with_settings(text, origin, &[])
    }

    /// The same, with some keys set to other values before anything is read.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn with_settings(text: &str, origin: impl AsRef<Path>, settings: &[Setting]) -> Result<Self, ConfigError> {
        let origin = origin.as_ref();
        let root = DeTable::parse(text).map_err(|error| ConfigError::syntax(&error, text, origin))?.into_inner();
        let directory = origin.parent().unwrap_or(Path::new(""));
        combine(root, text, settings, directory).map_err(|error| match settings.iter().find(|s| s.is_about(&error)) {
            Some(setting) => error.set_by(setting),
            None => error.located(text, origin),
        })
    }

    /// Reads a config file, sets some keys, and checks every point against its environment.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn load(path: impl AsRef<Path>, settings: &[Setting]) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, source))?;
        let sweep = Sweep::with_settings(&text, path, settings)?;
        for point in &sweep.points {
            point.experiment.check().map_err(|error| match settings.iter().find(|s| s.is_about(&error)) {
                Some(setting) => error.set_by(setting),
                None => error.located(&text, path),
            })?;
        }
        Ok(sweep)
    }

    /// What a point is called: the names of its positions on axes of more than one.
    pub fn label(&self, point: &Point) -> String {
        let parts = self.axes.iter().zip(&point.at).filter(|(axis, _)| axis.len() > 1);
        let part = |(axis, &at): (&Axis, &usize)| {
            let key = &axis.keys[0].key;
            format!("{} = {}", key.rsplit('.').next().unwrap_or(key), axis.names[at])
        };
        parts.map(part).collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for Sweep {
    type Err = ConfigError;

    /// As [`Sweep::from_toml`], with relative paths starting from the working directory.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Sweep::from_toml(text, "")
    }
}

/// Runs all points of a sweep, or reuses their runs, one after the other. `begin` is told of each point, by its number, before it
/// starts, and says who observes it; `end` is shown its run.
///
/// All points draw from the same streams if they have the same seed: sample *i* of one point has the random numbers of sample
/// *i* of another. Differences between points are known better than the points themselves.
///
/// # Errors
///
/// As for [`run`], for the first point that fails. What was complete before is kept, and reused the next time.
pub fn run_sweep<O: Observer>(
    sweep: Sweep,
    runs: impl AsRef<Path>,
    mut begin: impl FnMut(usize, &Point) -> O,
    mut end: impl FnMut(&Run),
) -> Result<SweepRun, ExperimentError> {
    let mut done = Vec::with_capacity(sweep.points.len());
    for (number, point) in sweep.points.iter().enumerate() {
        // The observer is gone before the run is shown.
        let run = run(&point.experiment, runs.as_ref(), &begin(number, point))?;
        end(&run);
        done.push(run);
    }
    Ok(SweepRun { sweep, runs: done })
}

/// A key that varies, as it is found: values are texts of TOML.
struct Found {
    path: KeyPath,
    texts: Vec<String>,
    names: Option<Vec<String>>,
    /// The way from the key to a value in the text; `None` where values are not written one by one.
    inside: Option<&'static [&'static str]>,
    /// Where it stands in the text.
    place: usize,
}

fn combine(mut root: DeTable<'_>, text: &str, settings: &[Setting], directory: &Path) -> Parsed<Sweep> {
    for setting in settings {
        take(&mut root, setting.path());
    }
    let zips = root.remove("sweep");
    let mut found = Vec::new();
    search(&root, text, &mut KeyPath::new(), &mut found)?;
    found.sort_by_key(|found| found.place);
    for setting in settings {
        let value = setting.value();
        let (path, mut own) = (setting.path().clone(), Vec::new());
        if !inspect(&value, setting.text(), &path, &mut own)? {
            own.push(Found { path, texts: vec![setting.text().into()], names: None, inside: None, place: 0 });
        }
        found.extend(own);
    }
    let groups = groups(zips.as_ref(), &found)?;
    for found in &found {
        take(&mut root, &found.path);
    }
    let count = groups.iter().try_fold(1_usize, |count, group| count.checked_mul(found[group[0]].texts.len()));
    let count = count.filter(|&count| count <= MAX_POINTS).ok_or_else(|| {
        let problem = ConfigProblem::TooManyPoints { limit: MAX_POINTS };
        problem.at(found[0].path.clone())
    })?;
    let lengths: Vec<usize> = groups.iter().map(|group| found[group[0]].texts.len()).collect();
    let mut points = Vec::with_capacity(count);
    for number in 0..count {
        let at = position(number, &lengths);
        let mut table = root.clone();
        for (group, &i) in groups.iter().zip(&at) {
            for &k in group {
                put(&mut table, &found[k].path, value(&found[k].texts[i]));
            }
        }
        let experiment = read(&table, directory).map_err(|error| {
            let here = groups.iter().zip(&at).flat_map(|(group, &i)| group.iter().map(move |&k| (k, i)));
            here.fold(error, |error, (k, i)| match found[k].inside {
                Some(inside) => error.inside(&found[k].path, inside, i),
                None => error,
            })
        })?;
        points.push(Point { at, experiment });
    }
    let axes: Vec<Axis> = groups.iter().map(|group| axis(group, &found)).collect();
    let (name, description) = (points[0].experiment.name.clone(), points[0].experiment.description.clone());
    let mut sweep = Sweep { name, description, axes, points };
    // Keys that were set to one value are no axes: they vary nothing.
    let varied: Vec<bool> = sweep.axes.iter().map(|axis| axis.len() > 1).collect();
    let keep = |at: &mut Vec<usize>| {
        let mut varied = varied.iter();
        at.retain(|_| *varied.next().unwrap_or(&true));
    };
    sweep.points.iter_mut().for_each(|point| keep(&mut point.at));
    sweep.axes.retain(|axis| axis.len() > 1);
    let names: Vec<String> = sweep.points.iter().map(|point| sweep.label(point)).collect();
    for (point, label) in sweep.points.iter_mut().zip(names) {
        if !label.is_empty() {
            point.experiment.name = format!("{}, {label}", point.experiment.name);
        }
    }
    Ok(sweep)
}

/// The position on each axis of a point, the last axis fastest.
fn position(mut number: usize, lengths: &[usize]) -> Vec<usize> {
    let mut at = vec![0; lengths.len()];
    for (at, &length) in at.iter_mut().zip(lengths).rev() {
        (*at, number) = (number % length, number / length);
    }
    at
}

fn axis(group: &[usize], found: &[Found]) -> Axis {
    let key = |&k: &usize| {
        let Found { path, texts, .. } = &found[k];
        SweptKey { key: key_text(path), values: texts.iter().map(|text| plain(text)).collect() }
    };
    let keys: Vec<SweptKey> = group.iter().map(key).collect();
    let names = group.iter().find_map(|&k| found[k].names.clone()).unwrap_or_else(|| keys[0].values.clone());
    Axis { keys, names }
}

/// Finds all keys of a table that vary.
fn search(table: &DeTable<'_>, text: &str, path: &mut KeyPath, found: &mut Vec<Found>) -> Parsed<()> {
    for (key, value) in table {
        path.push(key.get_ref().as_ref().to_owned());
        let is_list = value.get_ref().is_array() && LISTS.contains(&key.get_ref().as_ref());
        if !is_list
            && !inspect(value, text, path, found)?
            && let DeValue::Table(inner) = value.get_ref()
        {
            search(inner, text, path, found)?;
        }
        path.pop();
    }
    Ok(())
}

/// Whether a value is several; if so, they are found.
fn inspect(value: &Spanned<DeValue<'_>>, text: &str, path: &KeyPath, found: &mut Vec<Found>) -> Parsed<bool> {
    let place = value.span().start;
    let place = |texts, names, inside| Found { path: path.clone(), texts, names, inside, place };
    match value.get_ref() {
        DeValue::Array(entries) => {
            let texts = entries.iter().map(|entry| slice(text, entry.span())).collect();
            found.push(not_empty(place(texts, None, Some(&[])))?);
        }
        DeValue::Table(table) if table.contains_key("values") => {
            let section = Section { path: path.clone(), table: Some(table) };
            section.allow(NAMED)?;
            let Some(DeValue::Array(entries)) = section.value("values") else {
                let value = section.value("values").unwrap_or(value.get_ref());
                return Err(section.type_error("values", "a list", value));
            };
            let texts: Vec<String> = entries.iter().map(|entry| slice(text, entry.span())).collect();
            let names = section.names("names")?;
            if section.has("names") && names.len() != texts.len() {
                let problem = ConfigProblem::NamesOfValues { names: names.len(), values: texts.len() };
                return Err(section.wrong("names", problem));
            }
            found.push(not_empty(place(texts, section.has("names").then_some(names), Some(&["values"])))?);
        }
        DeValue::Table(table) if table.contains_key("from") => {
            let section = Section { path: path.clone(), table: Some(table) };
            section.allow(RANGE)?;
            found.push(place(range(&section)?, None, None));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn not_empty(found: Found) -> Parsed<Found> {
    if found.texts.is_empty() { Err(ConfigProblem::NoValue.at(found.path)) } else { Ok(found) }
}

fn slice(text: &str, span: Range<usize>) -> String {
    text.get(span).unwrap_or_default().to_owned()
}

/// The numbers of a range, both ends included: exactly spaced.
fn range(section: &Section<'_, '_>) -> Parsed<Vec<String>> {
    let end = |key| Ok(section.number(key)?.ok_or_else(|| section.missing(key, "`from` and `to`"))?.exact());
    let (from, to): (Rational, Rational) = (end("from")?, end("to")?);
    let too_many = || section.wrong("to", ConfigProblem::TooManyPoints { limit: MAX_POINTS });
    let zero = Rational::from(BigInt::ZERO);
    let (count, step) = match (section.number("step")?, section.count("count")?) {
        (Some(step), None) => {
            let step = step.exact();
            let length = to.clone() - from.clone();
            if step == zero || length.clone() / step.clone() < zero {
                return Err(section.wrong("step", ConfigProblem::Step));
            }
            let steps: BigInt = (length / step.clone()).floor().to_integer();
            (usize::try_from(steps).map_err(|_| too_many())?.saturating_add(1), step)
        }
        (None, Some(count)) if count >= 2 => {
            let count = usize::try_from(count).map_err(|_| too_many())?;
            (count, (to - from.clone()) / Rational::from(BigInt::from(count - 1)))
        }
        _ => return Err(section.missing("step", "either `step` or a `count` of at least 2")),
    };
    if count > MAX_POINTS {
        return Err(too_many());
    }
    let number = |i: usize| from.clone() + step.clone() * Rational::from(BigInt::from(i));
    let text = |i| {
        let exact: Rational = number(i);
        if exact.is_integer() {
            return Ok(exact.to_integer().to_string());
        }
        let number = Number::from_rational(exact).map_err(|error| section.wrong("to", ConfigProblem::Number(error)))?;
        let text = decimals_or_fraction(&number);
        Ok(if text.contains('/') { format!("\"{text}\"") } else { text })
    };
    (0..count).map(text).collect()
}

/// Which of the keys vary together, in the order of the first of each group.
fn groups(zips: Option<&Spanned<DeValue<'_>>>, found: &[Found]) -> Parsed<Vec<Vec<usize>>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let root = KeyPath::from(["sweep".to_owned()]);
    let table = match zips.map(Spanned::get_ref) {
        None => None,
        Some(DeValue::Table(table)) => Some(table),
        Some(other) => {
            let section = Section { path: KeyPath::new(), table: None };
            return Err(section.type_error("sweep", "a table", other));
        }
    };
    let section = Section { path: root, table };
    section.allow(&["zip"])?;
    for (i, zip) in section.groups("zip")?.into_iter().enumerate() {
        let wrong =
            |j: usize, problem: ConfigProblem| problem.at(["sweep".into(), "zip".into(), i.to_string(), j.to_string()]);
        let mut group: Vec<usize> = Vec::new();
        for (j, key) in zip.iter().enumerate() {
            let known: Vec<String> = found.iter().map(|found| key_text(&found.path)).collect();
            let Some(k) = known.iter().position(|known| known == key) else {
                return Err(wrong(j, ConfigProblem::NotSwept { key: key.clone(), known: known.join("`, `") }));
            };
            if group.contains(&k) || groups.iter().flatten().any(|&other| other == k) {
                return Err(wrong(j, ConfigProblem::ZippedTwice { key: key.clone() }));
            }
            let length = found[k].texts.len();
            if let Some(&first) = group.first()
                && found[first].texts.len() != length
            {
                let (first, other) = (found[first].texts.len(), length);
                return Err(wrong(j, ConfigProblem::ZippedLengths { key: key.clone(), first, other }));
            }
            group.push(k);
        }
        groups.push(group);
    }
    groups.retain(|group| !group.is_empty());
    for k in 0..found.len() {
        if groups.iter().flatten().all(|&other| other != k) {
            groups.push(vec![k]);
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort();
    Ok(groups)
}

/// Takes a key out of a table.
fn take(table: &mut DeTable<'_>, path: &[String]) {
    match path {
        [] => {}
        [key] => drop(table.remove(key.as_str())),
        [key, rest @ ..] => {
            if let Some(DeValue::Table(inner)) = table.get_mut(key.as_str()).map(Spanned::get_mut) {
                take(inner, rest);
            }
        }
    }
}

/// Puts a value into a table, with all tables on the way.
fn put<'t>(table: &mut DeTable<'t>, path: &[String], value: Spanned<DeValue<'t>>) {
    let (Some(key), rest) = (path.first(), path.get(1..).unwrap_or_default()) else { return };
    let key = Spanned::new(0..0, std::borrow::Cow::Owned(key.clone()));
    if rest.is_empty() {
        table.insert(key, value);
        return;
    }
    let empty = || Spanned::new(0..0, DeValue::Table(DeTable::new()));
    let inner = table.entry(key).or_insert_with(empty);
    if !inner.get_ref().is_table() {
        *inner = empty();
    }
    if let DeValue::Table(inner) = inner.get_mut() {
        put(inner, rest, value);
    }
}
