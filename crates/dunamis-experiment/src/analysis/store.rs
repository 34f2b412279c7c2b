//! Computing an analysis, writing its run, and reading it back.

use super::Analysis;
use super::compute::Inputs;
use super::results::{AnalysisManifest, AnalysisResults, AnalysisRun};
use crate::manifest::utc;
use crate::partial::{Claim, Partial};
use crate::store::{bytes, malformed, text, write_error, write_file};
use crate::{Damage, ExperimentError, MANIFEST_SCHEMA, NUMERICS_VERSION, Observer, RunKey};
use dunamis_mdp::TransitionModel;
use dunamis_power::PowerError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

const CONFIG: &str = "config.toml";
const MANIFEST: &str = "manifest.json";
const MODEL: &str = "model.json";
const OPTIONS: &str = "options.json";
const PROBABILITY: &str = "probability.json";
const EMPOWERMENT: &str = "empowerment.json";
const EMBEDDINGS: &str = "embeddings.json";
const LEMMAS: &str = "lemmas.json";
const COMPARISONS: &str = "comparisons.json";
const GOALS: &str = "goals.json";
const LIKELIHOODS: &str = "likelihoods.json";
const TRANSITIONS: &str = "transitions.json";

/// Runs an analysis, or reuses its run if `runs` has a complete one: as [`run`](crate::run) does for an experiment.
///
/// # Errors
///
/// [`ExperimentError`], for the first thing that fails.
pub fn analyze(
    analysis: &Analysis,
    runs: impl AsRef<Path>,
    observer: &dyn Observer,
) -> Result<AnalysisRun, ExperimentError> {
    let runs = runs.as_ref();
    let inputs = Inputs::read(analysis)?;
    let key = inputs.key(analysis);
    let place = runs.join(key.to_string());
    let mut replaced = match reuse(analysis, key, &place) {
        Ok(run) => return Ok(run),
        Err(damage) => damage,
    };
    let partial = loop {
        let claim = Partial::claim(runs, key, observer);
        match claim.map_err(|source| ExperimentError::RunsDirectory { path: runs.into(), source })? {
            Claim::Granted(partial) => break partial,
            Claim::Ended => match reuse(analysis, key, &place) {
                Ok(run) => return Ok(run),
                Err(damage) => replaced = damage,
            },
            Claim::Cancelled => return Err(PowerError::Cancelled.into()),
        }
    };
    let (started, clock) = (SystemTime::now(), Instant::now());
    let results = inputs.compute(analysis, observer)?;
    let manifest = AnalysisManifest {
        schema: MANIFEST_SCHEMA,
        key,
        dunamis_version: env!("CARGO_PKG_VERSION").into(),
        numerics_version: NUMERICS_VERSION,
        started: utc(started),
        seconds: clock.elapsed().as_secs_f64(),
        files: BTreeMap::new(),
    };
    write(&partial.path(), analysis, &results, manifest)?;
    let published = partial.publish(|place| check(place, key).is_ok());
    let path = published.map_err(|source| ExperimentError::Write { path: place, source })?;
    let run = check(&path, key).map_err(|source| ExperimentError::Damaged { path, source })?;
    Ok(AnalysisRun { replaced, ..run })
}

/// The run at its place, under the analysis' own name; what is wrong with it, `None` if there is nothing.
fn reuse(analysis: &Analysis, key: RunKey, place: &Path) -> Result<AnalysisRun, Option<Damage>> {
    if !place.try_exists().unwrap_or(true) {
        return Err(None);
    }
    let mut run = check(place, key)?;
    run.reused = true;
    run.analysis.name.clone_from(&analysis.name);
    run.analysis.description.clone_from(&analysis.description);
    Ok(run)
}

fn check(place: &Path, key: RunKey) -> Result<AnalysisRun, Damage> {
    let run = read(place)?;
    if run.key == key { Ok(run) } else { Err(Damage::Key { found: run.key }) }
}

impl AnalysisRun {
    /// Reads a run directory and checks every file against its hash.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] when anything is missing or wrong.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ExperimentError> {
        let path = path.as_ref();
        read(path).map_err(|source| ExperimentError::Damaged { path: path.into(), source })
    }
}

/// Writes all files of a run, the manifest last.
fn write(
    directory: &Path,
    analysis: &Analysis,
    results: &AnalysisResults,
    mut manifest: AnalysisManifest,
) -> Result<(), ExperimentError> {
    let mut files = vec![(CONFIG, analysis.to_toml().into_bytes())];
    files.extend(results.model.as_ref().map(|model| (MODEL, model.to_json(None).into_bytes())));
    let lists = [
        (OPTIONS, json(&results.options)),
        (PROBABILITY, json(&results.probability)),
        (EMPOWERMENT, json(&results.empowerment)),
        (EMBEDDINGS, json(&results.embeddings)),
        (LEMMAS, json(&results.lemmas)),
        (COMPARISONS, json(&results.comparisons)),
        (GOALS, json(&results.goals)),
        (LIKELIHOODS, json(&results.likelihoods)),
        (TRANSITIONS, json(&results.transitions)),
    ];
    files.extend(lists.into_iter().filter_map(|(name, content)| Some((name, content?))));
    for (name, content) in &files {
        manifest.files.insert((*name).into(), blake3::hash(content).to_string());
    }
    files.push((MANIFEST, pretty(&manifest)));
    for (name, content) in files {
        let path = directory.join(name);
        write_file(&path, &content).map_err(|source| write_error(path, source))?;
    }
    Ok(())
}

/// A list as JSON; nothing for an empty one.
fn json<T: Serialize>(records: &[T]) -> Option<Vec<u8>> {
    (!records.is_empty()).then(|| pretty(&records))
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("numbers, strings and maps of strings");
    text.push(b'\n');
    text
}

/// Reads a run and checks it.
fn read(directory: &Path) -> Result<AnalysisRun, Damage> {
    let manifest: AnalysisManifest =
        serde_json::from_slice(&bytes(directory, MANIFEST)?).map_err(|error| malformed(MANIFEST, &error))?;
    if manifest.schema != MANIFEST_SCHEMA {
        return Err(Damage::Schema { schema: manifest.schema });
    }
    let mut files = BTreeMap::new();
    for (name, hash) in &manifest.files {
        // Names come from a file: only plain ones are ours.
        let content = match name.as_str() {
            CONFIG | MODEL | OPTIONS | PROBABILITY | EMPOWERMENT | EMBEDDINGS | LEMMAS | COMPARISONS | GOALS
            | LIKELIHOODS | TRANSITIONS => bytes(directory, name)?,
            _ => return Err(malformed(MANIFEST, &format_args!("it lists `{name}`"))),
        };
        if blake3::hash(&content).to_string() != *hash {
            return Err(Damage::Hash { file: name.clone() });
        }
        files.insert(name.as_str(), content);
    }
    let config = files.remove(CONFIG).ok_or_else(|| Damage::Unlisted { file: CONFIG.into() })?;
    let analysis = Analysis::from_toml(&text(CONFIG, config)?, directory.join(CONFIG));
    let analysis = analysis.map_err(|error| malformed(CONFIG, &error))?;
    let model = files.remove(MODEL).map(|content| {
        let model = TransitionModel::from_json(&text(MODEL, content)?);
        model.map(|(model, _)| Arc::new(model)).map_err(|error| malformed(MODEL, &error))
    });
    let results = AnalysisResults {
        model: model.transpose()?,
        options: list(&mut files, OPTIONS)?,
        probability: list(&mut files, PROBABILITY)?,
        empowerment: list(&mut files, EMPOWERMENT)?,
        embeddings: list(&mut files, EMBEDDINGS)?,
        lemmas: list(&mut files, LEMMAS)?,
        comparisons: list(&mut files, COMPARISONS)?,
        goals: list(&mut files, GOALS)?,
        likelihoods: list(&mut files, LIKELIHOODS)?,
        transitions: list(&mut files, TRANSITIONS)?,
    };
    for (what, asked, found) in [
        ("the models", analysis.environment.is_some(), results.model.is_some()),
        ("the options", analysis.options.is_some(), !results.options.is_empty()),
        ("the probabilities", analysis.probability.is_some(), !results.probability.is_empty()),
        ("the empowerments", analysis.empowerment.is_some(), !results.empowerment.is_empty()),
        ("the embeddings", true, analysis.embeddings.len() == results.embeddings.len()),
        ("the lemmas", true, analysis.lemmas.len() == results.lemmas.len()),
        ("the comparisons", true, analysis.comparisons.len() == results.comparisons.len()),
        ("the goals", true, analysis.goals.len() == results.goals.len()),
        ("the likelihoods", true, analysis.likelihoods.len() == results.likelihoods.len()),
        ("the transitions", true, analysis.transitions.len() == results.transitions.len()),
    ] {
        if asked != found {
            return Err(Damage::Mismatch { what });
        }
    }
    let (key, path) = (manifest.key, directory.to_owned());
    Ok(AnalysisRun { key, path, reused: false, replaced: None, analysis, manifest, results })
}

/// The records of a file; none where there is no file.
fn list<T: DeserializeOwned>(files: &mut BTreeMap<&str, Vec<u8>>, name: &str) -> Result<Vec<T>, Damage> {
    let Some(content) = files.remove(name) else { return Ok(Vec::new()) };
    serde_json::from_slice(&content).map_err(|error| malformed(name, &error))
}
