//! From the text of a config to an analysis.

use super::{
    Analysis, AtOne, Comparison, Embedding, Empowerment, Goals, Likelihood, OptionSets, OrbitLemma, Probability, Start,
    States, transition,
};
use crate::config_error::KeyPath;
use crate::parse::environment_settings;
use crate::section::{Parsed, Section, number, type_problem};
use crate::{ConfigError, ConfigProblem};
use dunamis_goals::Reading;
use dunamis_mdp::{Discount, Number, Rational};
use dunamis_orbit::Decision;
use std::path::Path;
use toml::de::{DeTable, DeValue};

const ROOT: &[&str] = &[
    "name",
    "description",
    "environment",
    "options",
    "probability",
    "empowerment",
    "embedding",
    "orbit-lemma",
    "comparison",
    "goals",
    "likelihood",
    "transition",
];
const ENVIRONMENT: &[&str] = &["name", "noise", "noise-bias"];
const GOALS: &[&str] = &[
    "name",
    "discounts",
    "reading",
    "margin",
    "low",
    "high",
    "highest",
    "unobserved",
    "labels",
    "rewards",
    "orbits",
    "samples",
    "seed",
];
const LIKELIHOOD: &[&str] =
    &["name", "places", "features", "context", "tremble", "horizon", "trajectories", "policies", "seed"];
const COMPARISON: &[&str] =
    &["name", "a", "b", "c", "state", "discount", "rules", "rewards", "list", "worst", "copies"];

/// The most steps of empowerment.
const STEPS: u64 = 64;

pub(super) fn analysis(text: &str, origin: &Path) -> Parsed<Analysis> {
    let root = DeTable::parse(text).map_err(|error| ConfigError::syntax(&error, text, origin))?;
    let directory = origin.parent().unwrap_or(Path::new(""));
    read(root.get_ref(), directory).map_err(|error| error.located(text, origin))
}

fn read(root: &DeTable<'_>, directory: &Path) -> Parsed<Analysis> {
    let root = Section { path: KeyPath::new(), table: Some(root) };
    root.allow(ROOT)?;
    let name = root.required("name", "a name such as `name = \"case study\"`")?.to_owned();
    let description = root.text("description")?.map(Into::into);
    let environment = root.section("environment")?;
    environment.allow(ENVIRONMENT)?;
    let environment = root.has("environment").then(|| environment_settings(&environment, directory)).transpose()?;
    let of = |key: &str, known: &[&str]| -> Parsed<Option<Section<'_, '_>>> {
        let section = root.section(key)?;
        section.allow(known)?;
        if root.has(key) && environment.is_none() {
            let fix = "`environment.name`, since it is about the states of a model";
            return Err(root.missing("environment", fix));
        }
        Ok(root.has(key).then_some(section))
    };
    let options = of("options", &["states"])?.map(|section| Ok(States { states: section.names("states")? }));
    let probability = of("probability", &["states", "discounts", "at-one"])?.map(|section| probability(&section));
    let empowerment = of("empowerment", &["states", "steps"])?.map(|section| empowerment(&section));
    let (options, probability, empowerment) =
        (options.transpose()?, probability.transpose()?, empowerment.transpose()?);
    let embeddings = root.tables("embedding")?.iter().map(embedding).collect::<Parsed<Vec<_>>>()?;
    if !embeddings.is_empty() && environment.is_none() {
        return Err(root.missing("environment", "`environment.name`, since it is about the states of a model"));
    }
    let lemmas = root.tables("orbit-lemma")?.iter().map(orbit_lemma).collect::<Parsed<Vec<_>>>()?;
    let mut comparisons = Vec::new();
    for section in root.tables("comparison")? {
        let comparison = comparison(&section)?;
        if matches!(comparison.sets, OptionSets::Actions { .. }) && environment.is_none() {
            return Err(root.missing("environment", "`environment.name`, since sets of actions belong to a model"));
        }
        comparisons.push(comparison);
    }
    let goals = root.tables("goals")?.iter().map(goals).collect::<Parsed<Vec<_>>>()?;
    if !goals.is_empty() && environment.is_none() {
        return Err(root.missing("environment", "`environment.name`, since training takes place in an environment"));
    }
    let likelihoods = root.tables("likelihood")?.iter().map(likelihood).collect::<Parsed<Vec<_>>>()?;
    if !likelihoods.is_empty() && environment.is_none() {
        return Err(root.missing("environment", "`environment.name`, since agents are watched in an environment"));
    }
    let transitions = root.tables("transition")?;
    let transitions =
        transitions.iter().map(|section| transition::read(section, directory)).collect::<Parsed<Vec<_>>>()?;
    if !transitions.is_empty() && environment.is_none() {
        return Err(root.missing("environment", "`environment.name`, since agents have POWER in an environment"));
    }
    let nothing = options.is_none() && probability.is_none() && empowerment.is_none();
    if nothing
        && embeddings.is_empty()
        && lemmas.is_empty()
        && comparisons.is_empty()
        && goals.is_empty()
        && likelihoods.is_empty()
        && transitions.is_empty()
    {
        let fix = "at least one of `[options]`, `[probability]`, `[empowerment]`, `[[embedding]]`, `[[orbit-lemma]]`, `[[comparison]]`, `[[goals]]`, `[[likelihood]]` and `[[transition]]`";
        return Err(root.missing("options", fix));
    }
    Ok(Analysis {
        name,
        description,
        environment,
        options,
        probability,
        empowerment,
        embeddings,
        lemmas,
        comparisons,
        goals,
        likelihoods,
        transitions,
    })
}

fn probability(section: &Section<'_, '_>) -> Parsed<Probability> {
    let discounts = section.numbers("discounts")?.unwrap_or_default();
    if discounts.is_empty() {
        return Err(section.missing("discounts", "discounts such as `discounts = [0, 0.5, 1]`"));
    }
    for (index, discount) in discounts.iter().enumerate() {
        unit_interval(section, &["discounts", &index.to_string()], discount)?;
    }
    let at_one = match section.text("at-one")? {
        None | Some("average") => AtOne::Average,
        Some("blackwell") => AtOne::Blackwell,
        Some(found) => {
            let problem = ConfigProblem::Choice { found: found.into(), choices: "`average` or `blackwell`" };
            return Err(section.wrong("at-one", problem));
        }
    };
    Ok(Probability { states: section.names("states")?, discounts, at_one })
}

/// Refuses numbers that are no discount; 1 stands for average rewards.
fn unit_interval(section: &Section<'_, '_>, key: &[&str], discount: &Number) -> Parsed<()> {
    if (0.0..=1.0).contains(&discount.value()) {
        return Ok(());
    }
    let path = section.path.iter().cloned().chain(key.iter().map(|&key| key.to_owned()));
    Err(ConfigProblem::DiscountOrOne { found: discount.to_string() }.at(path.collect::<KeyPath>()))
}

fn empowerment(section: &Section<'_, '_>) -> Parsed<Empowerment> {
    let states = section.names("states")?;
    match section.count("steps")? {
        None => Err(section.missing("steps", "a number of steps such as `steps = 3`")),
        Some(steps @ 1..=STEPS) => Ok(Empowerment { states, steps }),
        Some(found) => {
            Err(section.wrong("steps", ConfigProblem::Choice { found: found.to_string(), choices: "1 to 64 steps" }))
        }
    }
}

fn comparison(section: &Section<'_, '_>) -> Parsed<Comparison> {
    section.allow(COMPARISON)?;
    let name = section.required("name", "a name such as `name = \"waiting\"`")?.to_owned();
    let sets = sets(section)?;
    let mut rules = section.names("rules")?;
    if rules.is_empty() {
        rules.push("optimal".into());
    }
    for (index, rule) in rules.iter().enumerate() {
        if let Err(error) = rule.parse::<Decision>() {
            let problem = ConfigProblem::Orbit(error.into());
            return Err(problem.at(section.path_to("rules").into_iter().chain([index.to_string()])));
        }
    }
    let rewards = section.number_lists("rewards")?.unwrap_or_default();
    let flag = |key| Ok(section.boolean(key)?.unwrap_or(false));
    let (list, worst, copies) = (flag("list")?, flag("worst")?, flag("copies")?);
    if list && rewards.is_empty() {
        return Err(section.missing("rewards", "rewards such as `rewards = [[10, 5, 0]]`, which `list` is about"));
    }
    Ok(Comparison { name, sets, rules, rewards, list, worst, copies })
}

fn embedding(section: &Section<'_, '_>) -> Parsed<Embedding> {
    section.allow(&["name", "from", "from-action", "into", "into-action"])?;
    let name = section.required("name", "a name such as `name = \"left into right\"`")?.to_owned();
    let start = |state: &str, action: &str| {
        let name = section.required(state, "the name of a state")?.to_owned();
        Ok(Start { state: name, action: section.text(action)?.map(Into::into) })
    };
    Ok(Embedding { name, from: start("from", "from-action")?, into: start("into", "into-action")? })
}

fn orbit_lemma(section: &Section<'_, '_>) -> Parsed<OrbitLemma> {
    section.allow(&["name", "involutions", "rows"])?;
    let name = section.required("name", "a name such as `name = \"parity\"`")?.to_owned();
    let rows = section.number_lists("rows")?.unwrap_or_default();
    if rows.is_empty() {
        return Err(section.missing("rows", "rows such as `rows = [[1, 2, 0, 1], [2, 1, 1, 0]]`"));
    }
    Ok(OrbitLemma { name, involutions: section.names("involutions")?, rows })
}

fn goals(section: &Section<'_, '_>) -> Parsed<Goals> {
    section.allow(GOALS)?;
    let name = section.required("name", "a name such as `name = \"as trained\"`")?.to_owned();
    let reading = match section.text("reading")? {
        None | Some("all-actions") => Reading::AllActions,
        Some("within-training") => Reading::WithinTraining,
        Some(found) => {
            let problem = ConfigProblem::Choice { found: found.into(), choices: "`all-actions` or `within-training`" };
            return Err(section.wrong("reading", problem));
        }
    };
    let discounts = section.numbers("discounts")?.unwrap_or_default().into_iter().enumerate().map(|(index, number)| {
        let path = section.path_to("discounts").into_iter().chain([index.to_string()]);
        Discount::new(number).map_err(|error| ConfigProblem::Discount(error).at(path))
    });
    let number = |key, default: f64| Ok(section.number(key)?.unwrap_or(Number::from(default)));
    let states = section.section("highest")?;
    let names = states.table.into_iter().flat_map(|table| table.keys());
    let largest = |name: &str| Ok(states.number(name)?.map(|number| (name.to_owned(), number)));
    Ok(Goals {
        name,
        discounts: discounts.collect::<Parsed<_>>()?,
        reading,
        margin: number("margin", 0.0)?,
        low: number("low", 0.0)?,
        high: number("high", 1.0)?,
        highest: names.filter_map(|name| largest(name.get_ref()).transpose()).collect::<Parsed<_>>()?,
        unobserved: section.names("unobserved")?,
        labels: section.names("labels")?,
        rewards: section.number_lists("rewards")?.unwrap_or_default(),
        orbits: section.boolean("orbits")?.unwrap_or(false),
        samples: section.count("samples")?.unwrap_or(0),
        seed: section.count("seed")?.unwrap_or(0),
    })
}

fn likelihood(section: &Section<'_, '_>) -> Parsed<Likelihood> {
    section.allow(LIKELIHOOD)?;
    let count = |key, default: u64| Ok(section.count(key)?.unwrap_or(default));
    let features = section.names("features")?;
    if features.is_empty() {
        return Err(section.missing("features", "labels such as `features = [\"cheese\", \"corner\"]`"));
    }
    Ok(Likelihood {
        name: section.required("name", "a name such as `name = \"maze\"`")?.to_owned(),
        places: section.names("places")?,
        features,
        context: section.required("context", "a label such as `context = \"corner\"`")?.to_owned(),
        tremble: section
            .number("tremble")?
            .unwrap_or(Number::from_rational(Rational::new(1.into(), 10.into())).unwrap_or(Number::ONE)),
        horizon: count("horizon", 20)?,
        trajectories: count("trajectories", 50)?,
        policies: count("policies", 500)?,
        seed: count("seed", 0)?,
    })
}

fn sets(section: &Section<'_, '_>) -> Parsed<OptionSets> {
    let fix =
        "a set: vectors `[[1, 0], [0, 1]]`, a number of outcomes such as `2`, or actions `[\"wait\"]` of a `state`";
    for key in ["a", "b"] {
        if !section.has(key) {
            return Err(section.missing(key, fix));
        }
    }
    if section.has("state") {
        section.refuse(&["c"], "the set of all choices is that of `state`: remove one of them")?;
        let state = section.text("state")?.unwrap_or_default().to_owned();
        let discount = section.number("discount")?;
        if let Some(discount) = &discount {
            unit_interval(section, &["discount"], discount)?;
        }
        return Ok(OptionSets::Actions { state, a: section.names("a")?, b: section.names("b")?, discount });
    }
    section.refuse(&["discount"], "only sets of actions are discounted: give `state`, or remove it")?;
    let is_list = |key| matches!(section.value(key), Some(DeValue::Array(_)));
    if is_list("a") || is_list("b") {
        let vectors = |key| Ok(section.number_lists(key)?.unwrap_or_default());
        let c = section.number_lists("c")?;
        return Ok(OptionSets::Vectors { a: vectors("a")?, b: vectors("b")?, c });
    }
    section.refuse(&["c", "rewards"], "outcomes that are only counted have no vectors: give those or remove it")?;
    let digits = |key: &str| match section.value(key) {
        Some(DeValue::Integer(integer)) if integer.radix() == 10 => Ok(integer.as_str().to_owned()),
        Some(DeValue::String(text)) => Ok(text.as_ref().to_owned()),
        Some(other) => Err(section.wrong(key, type_problem("a number of outcomes", other))),
        None => Err(section.missing(key, fix)),
    };
    let count = |key: &str| {
        let text = digits(key)?;
        let whole = !text.is_empty() && text.len() <= 1_000 && text.bytes().all(|digit| digit.is_ascii_digit());
        if whole && text.bytes().any(|digit| digit != b'0') {
            return Ok(text.trim_start_matches('0').to_owned());
        }
        let found = format!("`{}`", text.chars().take(40).collect::<String>());
        Err(section.wrong(key, ConfigProblem::Type { expected: "a whole number of outcomes from 1 on", found }))
    };
    Ok(OptionSets::Counts { a: count("a")?, b: count("b")? })
}

impl Section<'_, '_> {
    pub(super) fn numbers(&self, key: &str) -> Parsed<Option<Vec<Number>>> {
        let Some(place) = self.array(key)? else { return Ok(None) };
        let entry = |(index, value): (usize, &toml::Spanned<DeValue<'_>>)| {
            number(value.get_ref()).map_err(|problem| place.wrong(&index.to_string(), problem))
        };
        self.value(key)
            .and_then(DeValue::as_array)
            .into_iter()
            .flatten()
            .enumerate()
            .map(entry)
            .collect::<Parsed<_>>()
            .map(Some)
    }

    fn number_lists(&self, key: &str) -> Parsed<Option<Vec<Vec<Number>>>> {
        self.lists(key, "an array of numbers", number)
    }
}
