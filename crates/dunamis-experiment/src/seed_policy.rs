//! A's policy while H learns, as configs and the command line write it.
//!
//! | text | table | A |
//! |---|---|---|
//! | `uniform` | | takes any of its actions |
//! | `stay` | | never moves |
//! | `toward:(0, 6)` | `{ toward = "(0, 6)" }` | goes to a state of the environment by shortest paths, and stays there |
//! | `0.8 stay + 0.2 uniform` | `{ mix = { stay = 0.8, uniform = "rest" } }` | follows each with its probability, at every step anew |
//! | a path | | follows a policy file |

use crate::ConfigProblem;
use crate::section::{Parsed, Section};
use dunamis_envs::{EnvError, JointEnvironment, format};
use dunamis_mdp::{Agent, Number, StateId, nearest};
use dunamis_power::{PowerError, SeedPolicy, check_weights, policy_toward};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml::de::DeValue;

/// Where A's seed policy comes from. It is read from a text such as `uniform`, `toward:(0, 6)` or `0.8 stay + 0.2 uniform`,
/// and written as one:
///
/// ```
/// use dunamis_experiment::SeedPolicySource;
/// let source: SeedPolicySource = "0.75 toward:(0, 6) + 0.25 uniform".parse()?;
/// assert_eq!(source.to_string(), "0.75 toward:(0, 6) + 0.25 uniform");
/// # Ok::<(), dunamis_experiment::SeedPolicyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SeedPolicySource {
    /// Uniform over A's actions: the published choice.
    #[default]
    Uniform,
    /// Always `stay`.
    Stay,
    /// To a state of the environment of a single agent, see [`policy_toward`].
    Toward(String),
    /// A policy file in the JSON form of [`dunamis_mdp::json`].
    File(PathBuf),
    /// Each with its probability; these sum to 1.
    Mixture(Vec<(f64, SeedPolicySource)>),
}

/// What can be wrong with a seed policy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedPolicyError {
    /// Neither a name nor a file.
    #[error("cannot read the seed policy `{}`: {}", .path.display(), unreadable(.nearest.as_deref()))]
    Read {
        /// Its path.
        path: PathBuf,
        /// The nearest name.
        nearest: Option<String>,
        /// Why not.
        source: io::Error,
    },
    /// A file that is no policy of A.
    #[error("`{}` is no policy of A", .path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<EnvError>,
    },
    /// A place that the environment does not have.
    #[error("A cannot go to `{name}`, which the environment does not have: {}", place_hint(.nearest.as_deref(), .example))]
    Place {
        /// The unknown name.
        name: String,
        /// The nearest state.
        nearest: Option<String>,
        /// The first state.
        example: String,
    },
    /// A place to go to, in a model of two agents that does not say how one of them moves alone.
    #[error("A cannot go to `{name}`: the model says what two agents do, and not how one of them gets anywhere alone")]
    Alone {
        /// The place.
        name: String,
    },
    /// A mixture that cannot be read.
    #[error("`{found}` is no part of a mixture: write a weight and a policy, as in `0.8 stay + 0.2 uniform`")]
    Part {
        /// The part.
        found: String,
    },
    /// A policy that the model cannot follow, or a mixture of wrong weights.
    #[error(transparent)]
    Power(#[from] PowerError),
}

const NAMES: [&str; 3] = ["uniform", "stay", "toward:"];

fn unreadable(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            "write `uniform`, `stay`, `toward:STATE`, a mixture such as `0.8 stay + 0.2 uniform`, or the path to a \
                 policy file"
                .into()
        }
    }
}

fn place_hint(nearest: Option<&str>, example: &str) -> String {
    match nearest {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("its states are named like `{example}`"),
    }
}

/// The contents of policy files by path.
pub(crate) type PolicyTexts = BTreeMap<PathBuf, String>;

impl SeedPolicySource {
    /// The policy for a joint environment; reads the files it needs.
    ///
    /// # Errors
    ///
    /// [`SeedPolicyError`].
    pub fn resolve(&self, joint: &JointEnvironment) -> Result<SeedPolicy, SeedPolicyError> {
        self.resolve_with(&self.read()?, joint)
    }

    /// Reads all policy files.
    pub(crate) fn read(&self) -> Result<PolicyTexts, SeedPolicyError> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path).map_err(|source| SeedPolicyError::Read {
                path: path.into(),
                nearest: path.file_name().and_then(|name| nearest(NAMES, name.to_str()?)).map(Into::into),
                source,
            })?;
            Ok((path.to_owned(), text))
        };
        self.parts().into_iter().filter_map(|(_, part)| part.file()).map(read).collect()
    }

    pub(crate) fn resolve_with(
        &self,
        texts: &PolicyTexts,
        joint: &JointEnvironment,
    ) -> Result<SeedPolicy, SeedPolicyError> {
        let policy = match self {
            SeedPolicySource::Uniform => SeedPolicy::Uniform,
            SeedPolicySource::Stay => SeedPolicy::Stay,
            SeedPolicySource::Toward(name) => {
                let alone = || SeedPolicyError::Alone { name: name.clone() };
                let model = joint.base().ok_or_else(alone)?.model();
                let goal = model.states().get(name).map(StateId::new).ok_or_else(|| SeedPolicyError::Place {
                    name: name.clone(),
                    nearest: model.states().nearest(name).map(Into::into),
                    example: model.states()[0].into(),
                })?;
                SeedPolicy::Given(joint.lift(Agent::A, &policy_toward(model, goal)?).ok_or_else(alone)?)
            }
            SeedPolicySource::File(path) => {
                let text = texts.get(path).map(String::as_str).unwrap_or_default();
                let policy = format::joint_policy(path, text, joint.model(), Agent::A);
                SeedPolicy::Given(
                    policy.map_err(|source| SeedPolicyError::File { path: path.clone(), source: Box::new(source) })?,
                )
            }
            SeedPolicySource::Mixture(parts) => {
                let part = |(weight, part): &(f64, SeedPolicySource)| Ok((*weight, part.resolve_with(texts, joint)?));
                SeedPolicy::Mixture(parts.iter().map(part).collect::<Result<_, SeedPolicyError>>()?)
            }
        };
        policy.resolve(joint.model())?;
        Ok(policy)
    }

    /// The texts of its files, in the order in which it names them.
    pub(crate) fn texts<'a>(&self, texts: &'a PolicyTexts) -> Vec<&'a str> {
        let text = |(_, part): (f64, &SeedPolicySource)| texts.get(part.file()?).map(String::as_str);
        self.parts().into_iter().filter_map(text).collect()
    }

    /// Changes the paths of policy files.
    pub(crate) fn map_files(self, change: &impl Fn(&Path) -> PathBuf) -> Self {
        match self {
            SeedPolicySource::File(path) => SeedPolicySource::File(change(&path)),
            SeedPolicySource::Mixture(parts) => SeedPolicySource::Mixture(
                parts.into_iter().map(|(weight, part)| (weight, part.map_files(change))).collect(),
            ),
            other => other,
        }
    }

    fn file(&self) -> Option<&Path> {
        match self {
            SeedPolicySource::File(path) => Some(path),
            _ => None,
        }
    }

    /// The policies that are mixed, mixtures of mixtures taken apart.
    fn parts(&self) -> Vec<(f64, &SeedPolicySource)> {
        match self {
            SeedPolicySource::Mixture(parts) => parts
                .iter()
                .flat_map(|(weight, part)| part.parts().into_iter().map(move |(inner, part)| (weight * inner, part)))
                .collect(),
            single => vec![(1.0, single)],
        }
    }
}

impl FromStr for SeedPolicySource {
    type Err = SeedPolicyError;

    /// # Errors
    ///
    /// For mixtures only: all that is no name and no mixture is the path of a file.
    fn from_str(text: &str) -> Result<Self, SeedPolicyError> {
        let weight = |part: &str| {
            let (weight, policy) = part.trim().split_once(char::is_whitespace)?;
            Some((weight.parse::<Number>().ok()?.value(), policy.trim().to_owned()))
        };
        if weight(text.split(" + ").next().unwrap_or_default()).is_none() {
            return Ok(single(text));
        }
        let part = |part: &str| {
            let (weight, policy) = weight(part).ok_or_else(|| SeedPolicyError::Part { found: part.trim().into() })?;
            Ok((weight, single(&policy)))
        };
        mixture(text.split(" + ").map(part).collect::<Result<_, SeedPolicyError>>()?)
    }
}

fn single(text: &str) -> SeedPolicySource {
    match text {
        "uniform" => SeedPolicySource::Uniform,
        "stay" => SeedPolicySource::Stay,
        _ => match text.strip_prefix("toward:") {
            Some(place) => SeedPolicySource::Toward(place.trim().into()),
            None => SeedPolicySource::File(text.into()),
        },
    }
}

fn mixture(parts: Vec<(f64, SeedPolicySource)>) -> Result<SeedPolicySource, SeedPolicyError> {
    check_weights(&parts.iter().map(|&(weight, _)| weight).collect::<Vec<_>>())?;
    Ok(SeedPolicySource::Mixture(parts))
}

impl fmt::Display for SeedPolicySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SeedPolicySource::Uniform => f.write_str("uniform"),
            SeedPolicySource::Stay => f.write_str("stay"),
            SeedPolicySource::Toward(place) => write!(f, "toward:{place}"),
            SeedPolicySource::File(path) => path.display().fmt(f),
            SeedPolicySource::Mixture(_) => {
                for (k, (weight, part)) in self.parts().into_iter().enumerate() {
                    write!(f, "{}{weight} {part}", if k == 0 { "" } else { " + " })?;
                }
                Ok(())
            }
        }
    }
}

/// The form of configs: a text, or a table for what has parameters.
impl Serialize for SeedPolicySource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SeedPolicySource::Toward(place) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("toward", place)?;
                map.end()
            }
            SeedPolicySource::Mixture(_) => {
                let mut weights: BTreeMap<String, f64> = BTreeMap::new();
                for (weight, part) in self.parts() {
                    *weights.entry(part.to_string()).or_default() += weight;
                }
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("mix", &weights)?;
                map.end()
            }
            text => serializer.collect_str(text),
        }
    }
}

/// Reads the key of a config.
pub(crate) fn read(power: &Section<'_, '_>, key: &str) -> Parsed<SeedPolicySource> {
    let wrong = |at: &Section<'_, '_>, key: &str, error| at.wrong(key, ConfigProblem::SeedPolicy(Box::new(error)));
    match power.value(key) {
        None => Ok(SeedPolicySource::Uniform),
        Some(DeValue::String(text)) => text.parse().map_err(|error| wrong(power, key, error)),
        Some(DeValue::Table(_)) => {
            let table = power.section(key)?;
            table.allow(&["toward", "mix"])?;
            let reason =
                "`mix` is a policy of its own: write `\"toward:STATE\" = WEIGHT` into it, or remove one of them";
            match (table.has("mix"), table.text("toward")?) {
                (false, Some(place)) => Ok(SeedPolicySource::Toward(place.into())),
                (true, Some(_)) => Err(table.wrong("toward", ConfigProblem::DoesNotApply { reason })),
                (false, None) => Err(table.missing("toward", "`toward = \"(0, 6)\"` or `mix = { ... }`")),
                (true, None) => mixture(parts(&table.section("mix")?)?).map_err(|error| wrong(&table, "mix", error)),
            }
        }
        Some(other) => Err(power.type_error(key, "a text or a table", other)),
    }
}

/// The entries of `mix`: policies with their weights, one of which may be the rest.
fn parts(mix: &Section<'_, '_>) -> Parsed<Vec<(f64, SeedPolicySource)>> {
    let (mut parts, mut rest) = (Vec::new(), None);
    for key in mix.table.into_iter().flatten().map(|(key, _)| key.get_ref().as_ref()) {
        if let Some(DeValue::String(text)) = mix.value(key)
            && text == "rest"
        {
            if rest.replace(parts.len()).is_some() {
                let reason = "only one part of a mixture can be the rest: give it a weight";
                return Err(mix.wrong(key, ConfigProblem::DoesNotApply { reason }));
            }
            parts.push((0.0, single(key)));
        } else {
            let weight = mix.number(key)?.map_or(0.0, |weight| weight.value());
            parts.push((weight, single(key)));
        }
    }
    if let Some(rest) = rest {
        let left = 1.0 - parts.iter().map(|(weight, _)| weight).sum::<f64>();
        // A rest of rounding errors is none.
        parts[rest].0 = if left.abs() < 1e-12 { 0.0 } else { left };
    }
    Ok(parts)
}
