//! From sweep configs to configs of ours.

use super::config::{Config, Kind, Swept};
use super::graphs::{Graphs, Model, missing_mass};
use super::law::Law;
use super::{Change, Import, ImportError, ImportOptions, ImportProblem, ImportedFile, ImportedKind};
use dunamis_envs::Collision;
use dunamis_mdp::{Number, Rational, nearest};
use std::fmt::Write;
use std::path::Path;

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

pub(super) fn import(
    config: &Config,
    graphs: &Graphs,
    origin: &Path,
    options: &ImportOptions,
) -> Result<Import, ImportError> {
    let graph = |(name, place): &(String, _)| graphs.model(name, *place, config.kind);
    let models = config.graph.values.iter().map(graph).collect::<Result<Vec<Model>, ImportError>>()?;
    let mut policies = Vec::new();
    for (name, place) in config.policy.iter().flat_map(|policy| &policy.values) {
        policies.push(graphs.policy(name, *place, &models)?);
    }
    let several = config.law.values.len() > 1;
    let mut files = Vec::new();
    for (k, law) in config.law.iter().enumerate() {
        let part = config.law.names.as_ref().filter(|_| several).map(|names| names[k].as_str());
        let name = part.map_or_else(|| config.name.clone(), |part| format!("{}-{part}", config.name));
        let policies: Vec<&str> = policies.iter().map(|policy| policy.policy.as_str()).collect();
        let parts = Parts { config, models: &models, policies: &policies, law, options };
        let text = parts.text(&name, origin)?;
        files.push(ImportedFile { kind: ImportedKind::Config, name: format!("{}.toml", file_name(&name)), text });
    }
    let needed = models.iter().filter_map(|m| m.file.clone()).chain(policies.iter().filter_map(|p| p.file.clone()));
    for file in needed {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    Ok(Import { files, changes: changes(config, &models, options) })
}

/// A name without what file systems do not like.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c };
    let name: String = name.chars().map(plain).take(120).collect();
    let trimmed = name.trim_matches(['.', ' ']);
    if trimmed.is_empty() { "imported".into() } else { trimmed.into() }
}

/// What one config is made from.
struct Parts<'a> {
    config: &'a Config,
    models: &'a [Model],
    policies: &'a [&'a str],
    law: &'a Law,
    options: &'a ImportOptions,
}

impl Parts<'_> {
    fn text(&self, name: &str, origin: &Path) -> Result<String, ImportError> {
        let Parts { config, models, policies, law, options } = self;
        let mut text = String::new();
        let from = origin.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if !from.is_empty() && !from.contains(char::is_control) {
            writeln!(text, "# From `{from}` of POWERplay.").expect(WRITTEN);
        }
        let mut line = |key: &str, value: String| writeln!(text, "{key} = {value}").expect(WRITTEN);
        line("name", quoted(name));
        if let Some(description) = &config.description {
            line("description", quoted(description));
        }
        line("samples", swept(&config.samples, ToString::to_string));
        line("seed", swept(&config.seed, |seed| seed.unwrap_or(0).to_string()));

        line(
            "\n[environment]\nname",
            values(models.iter().map(|m| quoted(&m.environment)), config.graph.names.as_deref()),
        );
        let collision = |model: &Model| match model.lacks_mass {
            true if options.as_published => Collision::Leak,
            true => Collision::Renormalize,
            false => model.collision,
        };
        let collisions: Vec<Collision> = models.iter().map(collision).collect();
        let alike = collisions.iter().all(|rule| *rule == collisions[0]);
        if !alike {
            line("collision", values(collisions.iter().map(|rule| quoted(rule.name())), None));
        } else if collisions[0] != Collision::None {
            line("collision", quoted(collisions[0].name()));
        }

        let one = Number::from(1.0);
        let limit = config.discount.iter().any(|discount| *discount == one);
        line("\n[power]\nagents", if config.kind == Kind::WithReward { "2" } else { "1" }.into());
        if limit && config.discount.values.len() > 1 {
            let place =
                config.discount.values.iter().find(|(discount, _)| *discount == one).map_or((1, 1), |(_, p)| *p);
            let (what, found) = ("a discount of several", "1".into());
            return Err(ImportProblem::Range { what, found, expected: "below 1: import it on its own" }.at(place));
        }
        if limit {
            line("limit", quoted("one"));
        } else {
            line("discount", swept(&config.discount, number));
        }
        if let Some(discount) = &config.discount_a {
            line("discount-a", swept(discount, number));
        }
        if let Some(correlation) = &config.correlation {
            line("correlation", swept(correlation, number));
        }
        if let Some(policy) = &config.policy {
            let key = if config.kind == Kind::WithReward { "seed-policy" } else { "against" };
            line(key, values(policies.iter().map(|policy| quoted(policy)), policy.names.as_deref()));
        }
        if options.as_published {
            line("as-published", "true".into());
        }

        line("\n[reward]\nreject-constant", law.reject_constant.to_string());
        text.push_str(&toml::to_string(&law.default).expect("tables of numbers"));
        let state = |name: &str, place| {
            let found: Vec<Option<&str>> = models.iter().map(|model| model.state(name)).collect();
            match found.as_slice() {
                [Some(first), rest @ ..] if rest.iter().all(|other| other == &Some(*first)) => Ok(quoted(first)),
                _ => {
                    let states = models.iter().flat_map(|model| model.states.iter());
                    let nearest = nearest(states, name).map(Into::into);
                    Err(ImportProblem::UnknownState { name: name.into(), nearest }.at(place))
                }
            }
        };
        if !law.same.is_empty() {
            let group = |group: &Vec<(String, _)>| {
                let names = group.iter().map(|(name, place)| state(name, *place));
                Ok(format!("[{}]", names.collect::<Result<Vec<_>, ImportError>>()?.join(", ")))
            };
            let groups = law.same.iter().map(group).collect::<Result<Vec<_>, ImportError>>()?;
            writeln!(text, "same = [{}]", groups.join(", ")).expect(WRITTEN);
        }
        for (name, place, marginal) in &law.states {
            let table = toml::Value::try_from(marginal).expect("tables of numbers");
            writeln!(text, "states.{} = {table}", state(name, *place)?).expect(WRITTEN);
        }
        if !alike {
            text.push_str("\n[sweep]\nzip = [[\"environment.name\", \"environment.collision\"]]\n");
        }
        Ok(text)
    }
}

/// A text as TOML spells it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A number as TOML spells it: decimals where they are the whole truth, else a fraction.
fn number(number: &Number) -> String {
    let decimals = format!("{:?}", number.value());
    let exact: Rational = number.exact();
    match decimals.parse::<Number>() {
        Ok(read) if read.exact() == exact => decimals,
        _ => quoted(&exact.to_string()),
    }
}

fn swept<T>(swept: &Swept<T>, text: impl Fn(&T) -> String) -> String {
    values(swept.iter().map(text), swept.names.as_deref())
}

/// One value, or a list with names.
fn values(values: impl ExactSizeIterator<Item = String>, names: Option<&[String]>) -> String {
    let values: Vec<String> = values.collect();
    match (values.as_slice(), names) {
        ([only], _) => only.clone(),
        (_, Some(names)) => {
            let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
            format!("{{ values = [{}], names = [{}] }}", values.join(", "), names.join(", "))
        }
        (_, None) => format!("[{}]", values.join(", ")),
    }
}

/// What differs from the original.
fn changes(config: &Config, models: &[Model], options: &ImportOptions) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut say = |subject, original: &str, here: &str, original_again: &str| {
        let text = |text: &str| text.to_owned();
        changes.push(Change {
            subject,
            original: text(original),
            here: text(here),
            original_again: text(original_again),
        });
    };
    let done = "nothing to do: it was imported with `--as-published`";
    let again = if options.as_published {
        done
    } else {
        "import with `--as-published`, which sets `power.as-published = true`"
    };
    let kept = "the same, in single precision (`power.as-published = true`)";
    let threshold = config.threshold.as_ref().map_or(1e-4, Number::value);
    say(
        "stopping",
        &format!(
            "value iteration stops when no value changes by more than {threshold} of itself, which leaves values too low by \
             up to γ/(1-γ) times that"
        ),
        if options.as_published { kept } else { "values are exact up to a bound that every run states" },
        again,
    );
    if options.as_published && threshold != 1e-4 {
        say(
            "threshold",
            &format!("the threshold is {threshold}"),
            "the published arithmetic has the published threshold, 1e-4",
            "there is no way",
        );
    }
    if config.law.iter().any(Law::may_be_negative) {
        say(
            "unavailable-actions",
            "an action that a state does not have counts as one of value 0, which is wrong where values are negative",
            if options.as_published { kept } else { "only actions that a state has are compared" },
            again,
        );
    }
    if models.iter().any(|model| model.lacks_mass) {
        let change = missing_mass(!options.as_published);
        let again = if options.as_published { done } else { &change.original_again };
        say(change.subject, &change.original, &change.here, again);
    }
    let between = |correlation: &Number| correlation.value() != 0.0 && correlation.value().abs() < 1.0;
    if config.correlation.as_ref().is_some_and(|all| all.iter().any(between))
        && config.law.iter().any(|law| !law.same.is_empty())
    {
        say(
            "identical-rewards",
            "at correlations between 0 and 1 the states of a group no longer share A's reward, because each copies on its own",
            "a group copies as a whole: its states share the reward of each agent",
            "there is no way: the groups would not be what the config says",
        );
    }
    if config.correlation.is_some() && config.law.iter().any(|law| !law.states.is_empty()) {
        say(
            "state-laws",
            "laws of single states are refused together with a correlation",
            "they are allowed: the correlation holds at every state",
            "remove `reward.states`",
        );
    }
    say(
        "sample-count",
        "the number of samples is cut to a multiple of the number of workers, and a run with as many samples as states fails",
        "all samples are computed, with any number of threads",
        "set `samples` to the smaller number",
    );
    say(
        "random-numbers",
        if config.seed.iter().any(Option::is_none) {
            "without a seed every run draws other samples"
        } else {
            "samples come from PyTorch's generator"
        },
        "sample i is stream i of the seed, 0 if there is none: the same on every machine, but other draws than the original's",
        "there is no way; means agree within their standard errors",
    );
    if config.idle.contains(&"value_initializations") {
        say(
            "value-initializations",
            "`value_initializations` is accepted and never used",
            "it is left out: results do not depend on where solvers start",
            "nothing to do",
        );
    }
    changes
}
