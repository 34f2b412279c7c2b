//! Reading an archive.

use super::super::choices::{ChoiceNames, RewardParts, add_row, expectation};
use super::super::{Contents, Files, FormatError, text};
use super::archive::Archive;
use super::index::{Annotation, Index, TransitionSystem, VERSION};
use super::numbers::{at, numbers, set_bits, starts, strings, u32s, u64s};
use super::{DISCOUNT, STATE_NAMES};
use dunamis_mdp::{Discount, Labels, ModelError, Number, Reward, StateId, TransitionModel};
use std::collections::BTreeMap;

/// States, their choices and the branches of those, in compressed rows.
struct Rows {
    state_to_choices: Vec<usize>,
    choice_to_branches: Vec<usize>,
    probabilities: Vec<Number>,
}

pub(super) fn read(files: &Files) -> Result<Contents, FormatError> {
    let archive = Archive::unpack(files.only())?;
    let index: Index = serde_json::from_str(text::utf8("umb", archive.require("index.json")?)?).map_err(|error| {
        let (place, expected) = ("index.json".into(), "the index of UMB 1".into());
        FormatError::Binary { place, found: error.to_string(), expected }
    })?;
    let system = &index.transition_system;
    check(&index)?;
    let (model, rows) = read_model(&archive, system)?;
    let mut labels = Labels::default();
    let ids = |bits: Vec<usize>| bits.into_iter().map(StateId::new);
    if system.initial_states > 0 {
        labels.add(Labels::INITIAL, ids(set_bits(&archive, "state-is-initial.bin", system.states)?));
    }
    for (key, annotation) in annotations(&index, "aps") {
        let name = annotation.alias.as_deref().unwrap_or(key);
        let place = format!("annotations/aps/{key}/states/values.bin");
        if annotation.applies_to != ["states"] || annotation.number_type.name != "bool" {
            let what = format!("the proposition `{name}` on {}", annotation.applies_to.join(" and "));
            return Err(FormatError::Unsupported { place, what, instead: "give propositions to states" });
        }
        labels.add(name, ids(set_bits(&archive, &place, system.states)?));
    }
    let rewards = annotations(&index, "rewards").map(|(key, annotation)| {
        let reward = read_reward(&archive, system, (&model, &rows), key, annotation)?;
        Ok(reward.map(|reward| (annotation.alias.as_deref().unwrap_or(key).to_owned(), reward)))
    });
    let rewards = rewards.filter_map(Result::transpose).collect::<Result<_, FormatError>>()?;
    let discount = archive.get(DISCOUNT).map(|bytes| {
        let discount = text::utf8("umb", bytes)?.parse::<Discount>();
        discount.map_err(|error| FormatError::Binary {
            place: DISCOUNT.into(),
            found: error.to_string(),
            expected: "a discount".into(),
        })
    });
    Ok(Contents { model, rewards, labels, discount: discount.transpose()? })
}

/// The annotations of a category.
fn annotations<'a>(index: &'a Index, category: &str) -> impl Iterator<Item = (&'a str, &'a Annotation)> {
    index.annotations.get(category).into_iter().flatten().map(|(key, annotation)| (key.as_str(), annotation))
}

/// Whether the file describes a Markov decision process, or a Markov chain, which is one of a single action.
fn check(index: &Index) -> Result<(), FormatError> {
    let system = &index.transition_system;
    let other = |found: String| Err(FormatError::OtherModel { found });
    if index.format_version > VERSION {
        let instead = "convert it to version 1";
        let what = format!("version {} of the format", index.format_version);
        return Err(FormatError::Unsupported { place: "index.json".into(), what, instead });
    }
    if system.time != "discrete" {
        return other(format!("a system in {} time", system.time));
    }
    if system.players > 1 {
        return other(format!("a game of {} players", system.players));
    }
    if system.observations > 0 {
        return other("a partially observable system".into());
    }
    Ok(())
}

fn read_model(archive: &Archive, system: &TransitionSystem) -> Result<(TransitionModel, Rows), FormatError> {
    // Targets come first: their bytes bound every other count.
    let targets = u64s(archive, "branch-to-target.bin", system.branches)?;
    let choice_to_branches = starts(archive, "choice-to-branches.bin", system.choices, system.branches)?;
    let state_to_choices = starts(archive, "state-to-choices.bin", system.states, system.choices)?;
    let probabilities = match &system.branch_probability_type {
        Some(number_type) => numbers(archive, "branch-to-probability.bin", number_type, system.branches)?,
        None => vec![Number::ONE; targets.len()],
    };
    let names = if archive.get(&format!("{STATE_NAMES}/string-mapping.bin")).is_some() {
        Some(strings(archive, STATE_NAMES, system.states)?)
    } else {
        None
    };
    let states = state_to_choices.len() - 1;
    let mut builder = TransitionModel::builder();
    for s in 0..states {
        match &names {
            Some(names) => builder.state(&names[s])?,
            None => builder.state(&s.to_string())?,
        };
    }
    let actions = read_actions(archive, system)?;
    let (mut choice_names, mut branches) = (ChoiceNames::default(), Vec::new());
    for s in 0..states {
        choice_names.clear();
        let first = state_to_choices[s];
        for choice in first..state_to_choices[s + 1] {
            let name = choice_names.name(actions.name(choice), choice - first);
            branches.clear();
            for branch in choice_to_branches[choice]..choice_to_branches[choice + 1] {
                let next = usize::try_from(targets[branch]).ok().filter(|&next| next < states).ok_or_else(|| {
                    at("branch-to-target.bin", branch, targets[branch].to_string(), format!("a state below {states}"))
                })?;
                branches.push((next, probabilities[branch].clone()));
            }
            if branches.is_empty() {
                return Err(ModelError::RowSum { state: s.to_string(), action: name, sum: 0.0 }.into());
            }
            add_row(&mut builder, s, &name, &mut branches)?;
        }
    }
    Ok((builder.build()?, Rows { state_to_choices, choice_to_branches, probabilities }))
}

/// The actions of choices.
struct Actions {
    of_choice: Vec<u32>,
    names: Option<Vec<String>>,
}

impl Actions {
    fn name(&self, choice: usize) -> Option<&str> {
        let action = *self.of_choice.get(choice)? as usize;
        self.names.as_ref().map(|names| names[action].as_str()).filter(|name| !name.is_empty())
    }
}

fn read_actions(archive: &Archive, system: &TransitionSystem) -> Result<Actions, FormatError> {
    let (values, folder) = ("actions/choices/values.bin", "actions/choices");
    if system.choice_actions == 0 {
        return Ok(Actions { of_choice: Vec::new(), names: None });
    }
    let of_choice = if archive.get(values).is_some() { u32s(archive, values, system.choices)? } else { Vec::new() };
    if let Some(k) = of_choice.iter().position(|&action| action >= system.choice_actions) {
        return Err(at(values, k, of_choice[k].to_string(), format!("an action below {}", system.choice_actions)));
    }
    let named = archive.get(&format!("{folder}/string-mapping.bin")).is_some();
    let names = named.then(|| strings(archive, folder, system.choice_actions.into())).transpose()?;
    Ok(Actions { of_choice, names })
}

fn read_reward(
    archive: &Archive,
    system: &TransitionSystem,
    (model, rows): (&TransitionModel, &Rows),
    key: &str,
    annotation: &Annotation,
) -> Result<Option<Reward>, FormatError> {
    let mut parts = RewardParts::default();
    let counts =
        BTreeMap::from([("states", system.states), ("choices", system.choices), ("branches", system.branches)]);
    for part in &annotation.applies_to {
        let place = format!("annotations/rewards/{key}/{part}/values.bin");
        let Some(&count) = counts.get(part.as_str()) else {
            let what = format!("a reward of {part}");
            return Err(FormatError::Unsupported {
                place,
                what,
                instead: "give rewards to states, choices or branches",
            });
        };
        let values = numbers(archive, &place, &annotation.number_type, count)?;
        match part.as_str() {
            "states" => parts.states = Some(values),
            "choices" => parts.pairs = Some(values),
            _ => {
                let branches = rows.choice_to_branches.windows(2).map(|range| range[0]..range[1]);
                let expected = branches.map(|range| expectation(range.map(|b| (&rows.probabilities[b], &values[b]))));
                parts.expected = Some(expected.collect());
            }
        }
    }
    // Choices are the pairs of the model in the same order, because every choice became an action of its own.
    debug_assert_eq!(rows.state_to_choices.last(), Some(&model.available().len()));
    parts.reward(model)
}
