//! Reading the files.

use super::super::choices::{ChoiceNames, RewardParts, expectation};
use super::super::text::{Line, Word, lines, locate, unfinished, utf8};
use super::super::{Contents, Files, FormatError};
use super::DEADLOCK;
use dunamis_mdp::{Labels, Number, StateId, TransitionModel, TransitionModelBuilder};
use std::collections::HashMap;

const END: &str = "the end of the line";

pub(super) fn read(files: &Files) -> Result<Contents, FormatError> {
    let what = "the transitions";
    let bytes = files.get("tra").ok_or(FormatError::MissingFile { part: "tra", what })?;
    let (model, is_chain) = transitions(utf8("tra", bytes)?)?;
    let labels = files.get("lab").map_or(Ok(Labels::default()), |bytes| labels(utf8("lab", bytes)?, &model))?;
    let mut parts = RewardParts::default();
    if let Some(bytes) = files.get("srew") {
        parts.states = Some(state_rewards(utf8("srew", bytes)?, &model)?);
    }
    if let Some(bytes) = files.get("trew") {
        parts.expected = Some(transition_rewards(utf8("trew", bytes)?, &model, is_chain)?);
    }
    let rewards = parts.reward(&model)?.map(|reward| ("reward".into(), reward)).into_iter().collect();
    Ok(Contents { model, rewards, labels, discount: None })
}

/// The choice whose transitions are being read.
struct Choice<'a> {
    state: usize,
    number: usize,
    action: Option<&'a str>,
    branches: Vec<(Word<'a>, usize, Number)>,
}

fn transitions(text: &str) -> Result<(TransitionModel, bool), FormatError> {
    let mut lines = lines("tra", text, Some("#"));
    let expected = "the numbers of states, choices and transitions";
    let mut head = lines.next().ok_or_else(|| unfinished("tra", text, expected))?;
    let (states, second, third) = (head.word(expected)?, head.word(expected)?, head.next());
    head.end(END)?;
    let is_chain = third.is_none();
    let n = states.count("the number of states")?;
    let transition_count = third.unwrap_or(second).count("the number of transitions")?;
    let found = lines.clone().count();
    if transition_count != found {
        return Err(third.unwrap_or(second).error(format!("{found}, the number of transitions that follow")));
    }
    // Every state has a transition, which bounds what a header can ask for.
    if n == 0 || n > found {
        return Err(states.error(format!("from 1 to {found} states, because every state has a transition")));
    }
    let mut builder = TransitionModel::builder();
    for s in 0..n {
        builder.state(&s.to_string())?;
    }
    let (mut names, mut current, mut choices) = (ChoiceNames::default(), None::<Choice<'_>>, 0);
    for mut line in lines.clone() {
        let from = line.word("a state")?;
        let s = from.below(n, "a state")?;
        let (k, place) = if is_chain {
            (0, from)
        } else {
            let word = line.word("a choice")?;
            (word.count("a choice")?, word)
        };
        let next_word = line.word("the next state")?;
        let next = next_word.below(n, "the next state")?;
        let probability = line.word("a probability")?.number("a probability")?;
        let action = line.next();
        line.end(END)?;
        match &mut current {
            Some(choice) if (choice.state, choice.number) == (s, k) => {
                if action.map(|word| word.text) != choice.action {
                    let expected =
                        choice.action.map_or(END.into(), |action| format!("`{action}`, the action of the choice"));
                    return Err(action.unwrap_or(next_word).error(expected));
                }
                choice.branches.push((next_word, next, probability));
            }
            _ => {
                let last = current.take();
                let after = last.as_ref().map_or((0, 0), |choice| (choice.state, choice.number + 1));
                let fresh = last.as_ref().map_or((0, 0), |choice| (choice.state + 1, 0));
                if (s, k) != fresh && (is_chain || (s, k) != after) {
                    let (wrong, expected) = match (is_chain, s == after.0 || s == fresh.0) {
                        (false, true) => (place, format!("choice {}", if s == fresh.0 { fresh.1 } else { after.1 })),
                        _ => (from, format!("state {}, because states come in order and each has a choice", fresh.0)),
                    };
                    return Err(wrong.error(expected));
                }
                if let Some(last) = last {
                    add(&mut builder, &mut names, last)?;
                }
                if (s, k) == fresh {
                    names.clear();
                }
                choices += 1;
                let action = action.map(|word| word.text);
                current = Some(Choice { state: s, number: k, action, branches: vec![(next_word, next, probability)] });
            }
        }
    }
    let last = current.as_ref().map_or(0, |choice| choice.state);
    if last + 1 < n {
        return Err(unfinished("tra", text, format!("the transitions of state {}", last + 1)));
    }
    if let Some(choice) = current {
        add(&mut builder, &mut names, choice)?;
    }
    if !is_chain && second.count("the number of choices")? != choices {
        return Err(second.error(format!("{choices}, the number of choices that follow")));
    }
    let model = builder.build().map_err(|source| locate(lines, None, source))?;
    Ok((model, is_chain))
}

fn add(builder: &mut TransitionModelBuilder, names: &mut ChoiceNames, choice: Choice<'_>) -> Result<(), FormatError> {
    let name = names.name(choice.action, choice.number);
    for (word, next, probability) in choice.branches {
        let added = builder.transition(StateId::new(choice.state), &name, StateId::new(next), probability);
        added.map_err(|source| word.meaning(source))?;
    }
    Ok(())
}

fn labels(text: &str, model: &TransitionModel) -> Result<Labels, FormatError> {
    let mut lines = lines("lab", text, None);
    let mut names = HashMap::new();
    let mut labels = Labels::default();
    let mut head = lines.next().ok_or_else(|| unfinished("lab", text, "labels such as `0=\"init\"`"))?;
    while let Some((number, name)) = declaration(&mut head)? {
        if name != Labels::INITIAL && name != DEADLOCK {
            labels.add(name, []);
        }
        names.insert(number, (name, Vec::new()));
    }
    for mut line in lines {
        let word = line.word("a state")?;
        let state = word.text.strip_suffix(':').and_then(|state| state.parse().ok());
        let state = state.filter(|&state| state < model.states().len());
        let expected = || word.error(format!("a state below {} and a colon", model.states().len()));
        let state = StateId::new(state.ok_or_else(expected)?);
        while let Some(word) = line.next() {
            let label = word.text.parse().ok().and_then(|number: usize| names.get_mut(&number));
            let (_, members) = label.ok_or_else(|| word.error("the number of a label of the first line"))?;
            members.push(state);
        }
    }
    for (name, members) in names.into_values().filter(|(_, members)| !members.is_empty()) {
        labels.add(name, members);
    }
    Ok(labels)
}

/// The next `0="init"` of a line.
fn declaration<'a>(line: &mut Line<'a>) -> Result<Option<(usize, &'a str)>, FormatError> {
    let rest = line.rest();
    if rest.is_empty() {
        return Ok(None);
    }
    let declared = rest.split_once("=\"").and_then(|(number, rest)| {
        let number = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())??;
        Some((number, rest.split_once('"')?.0))
    });
    let Some((number, name)) = declared else { return Err(line.word(END)?.error("a label such as `0=\"init\"`")) };
    let length = rest.find("=\"").unwrap_or(0) + 2 + name.len() + 1;
    line.skip_blanks();
    line.take(length);
    Ok(Some((number, name)))
}

/// The lines after a header of so many states and entries.
fn entries<'a>(
    part: &'static str,
    text: &'a str,
    model: &TransitionModel,
) -> Result<impl Iterator<Item = Line<'a>> + Clone, FormatError> {
    let mut lines = lines(part, text, Some("#"));
    let expected = "the numbers of states and rewards";
    let mut head = lines.next().ok_or_else(|| unfinished(part, text, expected))?;
    let states = head.word(expected)?;
    let mut count = head.word(expected)?;
    while let Some(word) = head.next() {
        count = word;
    }
    let (n, found) = (model.states().len(), lines.clone().count());
    if states.count("the number of states")? != n {
        return Err(states.error(format!("{n}, the number of states of the `.tra` file")));
    }
    if count.count("the number of rewards")? != found {
        return Err(count.error(format!("{found}, the number of rewards that follow")));
    }
    Ok(lines)
}

fn state_rewards(text: &str, model: &TransitionModel) -> Result<Vec<Number>, FormatError> {
    let n = model.states().len();
    let mut rewards = vec![None; n];
    for mut line in entries("srew", text, model)? {
        let state = line.word("a state")?;
        let reward = line.word("a reward")?.number("a reward")?;
        line.end(END)?;
        if rewards[state.below(n, "a state")?].replace(reward).is_some() {
            return Err(state.error("a state that has no reward yet"));
        }
    }
    Ok(rewards.into_iter().map(|reward| reward.unwrap_or(Number::from(0.0))).collect())
}

/// The expected rewards of pairs.
fn transition_rewards(text: &str, model: &TransitionModel, is_chain: bool) -> Result<Vec<Number>, FormatError> {
    let n = model.states().len();
    let mut given = vec![Vec::new(); model.available().len()];
    for mut line in entries("trew", text, model)? {
        let s = StateId::new(line.word("a state")?.below(n, "a state")?);
        let pairs = model.available().pairs(s);
        let k = if is_chain { 0 } else { line.word("a choice")?.below(pairs.len(), "a choice of the state")? };
        let next = line.word("the next state")?;
        let reward = line.word("a reward")?.number("a reward")?;
        // Newer versions repeat the action.
        line.next();
        line.end(END)?;
        let (successors, pair) = (model.row(pairs.start + k).0, pairs.start + k);
        let position = u32::try_from(next.below(n, "the next state")?).ok();
        let position = position.and_then(|next| successors.binary_search(&next).ok());
        let position = position.ok_or_else(|| next.error("a state that the choice leads to"))?;
        given[pair].push((position, reward, next));
    }
    let mut expected = Vec::with_capacity(given.len());
    for (pair, mut given) in given.into_iter().enumerate() {
        given.sort_by_key(|&(position, ..)| position);
        if let Some(twice) = given.windows(2).find(|two| two[0].0 == two[1].0) {
            return Err(twice[1].2.error("a transition that has no reward yet"));
        }
        let row: Vec<Number> = model.number_row(pair).map(|(_, probability)| probability).collect();
        let mut rewards = vec![Number::from(0.0); row.len()];
        for (position, reward, _) in given {
            rewards[position] = reward;
        }
        expected.push(expectation(row.iter().zip(&rewards)));
    }
    Ok(expected)
}
