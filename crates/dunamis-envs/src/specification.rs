//! How a name or path becomes an environment.

use crate::registry::{Entry, REGISTRY, WALK, find, noise};
use crate::{
    Collision, EnvError, Environment, Format, Grid, JointEnvironment, JointRules, Parameter, Parameters, Swaps, format,
};
use dunamis_mdp::{Shortfall, nearest};
use std::path::Path;

const REWARD: Parameter =
    Parameter { key: "reward", default: None, description: "name of the reward, for a file that has several" };

/// The environment of a specification.
///
/// A specification is a name or alias from [`REGISTRY`], or a path to a map (`.txt`, see [`Grid`]) or to a model in any
/// [`Format`]. Parameters may follow a colon: `garnet:states=100,seed=7`, `maze-7x7:noise=0.1`,
/// `my/map.txt:noise=1/10,bias-up=1/20`, `my/model.umb:reward=steps`.
///
/// # Errors
///
/// [`EnvError::UnknownEnvironment`], [`EnvError::Read`], [`EnvError::FileType`], [`EnvError::File`], or what is wrong with
/// the parameters.
pub fn load(specification: &str) -> Result<Environment, EnvError> {
    let (name, parameters) = split(specification);
    if let Some(entry) = find(name) {
        return entry.build(parameters);
    }
    let path = Path::new(name);
    let is_map = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("txt"));
    match Format::from_path(path) {
        _ if is_map => {
            let parameters = Parameters::parse(name, WALK, parameters)?;
            let noise = noise(&parameters)?;
            let grid = read(name, str::parse::<Grid>)?;
            let environment = Environment::gridworld(parameters.specification(), grid, &noise)?;
            Ok(environment.with_description(format!("map read from `{name}`")))
        }
        Some(_) => {
            let parameters = Parameters::parse(name, &[REWARD], parameters)?;
            let environment = format::read_reward(path, parameters.text(REWARD.key))?;
            Ok(environment.with_name(parameters.specification()))
        }
        _ if name.contains(['/', '\\']) || Path::new(name).is_file() => Err(EnvError::FileType { path: name.into() }),
        _ => Err(EnvError::UnknownEnvironment { name: name.into(), nearest: resembling(name) }),
    }
}

/// The joint environment of a specification: a model of two agents in a file, or two agents in what [`load`] makes of it.
///
/// A file is given as it is; of the rules it takes only what becomes of missing mass: what the file says under
/// [`Collision::None`], the default, or else [`Collision::Leak`] or [`Collision::Renormalize`].
///
/// # Errors
///
/// As for [`load`] and [`JointEnvironment::new`], or [`EnvError::GivenRules`].
pub fn load_joint(specification: &str, rules: JointRules) -> Result<JointEnvironment, EnvError> {
    match load_given(specification, rules)? {
        Some(given) => Ok(given),
        None => JointEnvironment::new(load(specification)?, rules),
    }
}

/// The joint environment of a specification that is a model of two agents in a file; `None` if it is anything else.
///
/// # Errors
///
/// As for [`load_joint`].
pub fn load_given(specification: &str, rules: JointRules) -> Result<Option<JointEnvironment>, EnvError> {
    let (name, parameters) = split(specification);
    if find(name).is_some() {
        return Ok(None);
    }
    let Some(model) = format::read_joint(name)? else { return Ok(None) };
    Parameters::parse(name, &[], parameters)?;
    let model = match rules.collision {
        Collision::Block => return Err(EnvError::GivenRules { path: name.into(), rule: "block" }),
        _ if rules.swaps == Swaps::Forbidden => {
            return Err(EnvError::GivenRules { path: name.into(), rule: "swaps forbidden" });
        }
        Collision::Leak if model.shortfall() != Shortfall::Leak => model.with_shortfall(Shortfall::Leak),
        Collision::Renormalize if model.shortfall() != Shortfall::Renormalize => {
            model.with_shortfall(Shortfall::Renormalize)
        }
        _ => model,
    };
    Ok(Some(JointEnvironment::given(name, model)))
}

/// What a file says, with its path in every error.
fn read<T>(path: &str, parse: impl Fn(&str) -> Result<T, EnvError>) -> Result<T, EnvError> {
    let text = std::fs::read_to_string(path).map_err(|source| EnvError::Read { path: path.into(), source })?;
    parse(&text).map_err(|source| EnvError::File { path: path.into(), source: Box::new(source) })
}

/// Cuts a specification at the colon before its parameters; a colon inside a path is none.
fn split(specification: &str) -> (&str, Option<&str>) {
    match specification.rsplit_once(':') {
        Some((name, parameters)) if !parameters.contains(['/', '\\']) || parameters.contains('=') => {
            (name, Some(parameters))
        }
        _ => (specification, None),
    }
}

/// Registered names for an unknown one: the nearest by spelling, or else those that contain it or begin like it.
fn resembling(name: &str) -> Vec<String> {
    let names = || REGISTRY.iter().flat_map(|entry| std::iter::once(&entry.name).chain(entry.aliases).copied());
    if let Some(name) = nearest(names(), name) {
        return vec![name.into()];
    }
    let stem = |name: &str| name.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
    let alike = |entry: &&Entry| {
        let same_stem = !stem(name).is_empty() && stem(entry.name) == stem(name);
        same_stem || name.contains(entry.name) || (name.len() > 2 && entry.name.contains(&name.to_ascii_lowercase()))
    };
    REGISTRY.iter().filter(alike).map(|entry| entry.name.to_owned()).collect()
}
