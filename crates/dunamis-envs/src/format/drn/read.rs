//! Reading a file.

use super::super::choices::{ChoiceNames, RewardParts};
use super::super::text::{Line, Word, lines, locate, unfinished, utf8};
use super::super::{Contents, Files, FormatError};
use super::NO_LABEL;
use dunamis_mdp::{Labels, Number, StateId, TransitionModel, TransitionModelBuilder};
use std::collections::BTreeMap;

const END: &str = "the end of the line";

/// The name of a reward model without one.
const UNNAMED: &str = "default";

pub(super) fn read(files: &Files) -> Result<Contents, FormatError> {
    let text = utf8("drn", files.only())?;
    let mut lines = lines("drn", text, Some("//"));
    let header = Header::read(text, &mut lines)?;
    let (word, n) = header.states.ok_or_else(|| unfinished("drn", text, "`@nr_states` before `@model`"))?;
    let found = lines.clone().filter(|line| line.clone().next().is_some_and(|word| word.text == "state")).count();
    // The lines that there are bound what a header can ask for.
    if n != found || n == 0 {
        return Err(word.error(format!("{}, the number of states that follow", found.max(1))));
    }
    let mut body = Body::new(n, header.rewards)?;
    for line in lines.clone() {
        body.line(line)?;
    }
    if let Some((word, choices)) = header.choices
        && choices != body.rewards_of_choices.len()
    {
        return Err(word.error(format!("{}, the number of actions that follow", body.rewards_of_choices.len())));
    }
    body.finish(lines)
}

/// What stands before `@model`.
#[derive(Default)]
struct Header<'a> {
    rewards: Vec<&'a str>,
    states: Option<(Word<'a>, usize)>,
    choices: Option<(Word<'a>, usize)>,
}

impl<'a> Header<'a> {
    fn read(text: &'a str, lines: &mut (impl Iterator<Item = Line<'a>> + Clone)) -> Result<Self, FormatError> {
        let mut header = Header::default();
        let mut section = "";
        for mut line in lines.by_ref() {
            let Some(word) = line.next() else { continue };
            match (word.text, section) {
                ("@type:", _) => match line.word("the type of the model")?.text {
                    "MDP" | "DTMC" => {}
                    other => return Err(FormatError::OtherModel { found: format!("a model of type {other}") }),
                },
                ("@value_type:", _) => match line.word("the type of values")? {
                    word if ["double", "rational"].contains(&word.text) => {}
                    word => return Err(word.error("`double` or `rational`")),
                },
                ("@model", _) => return Ok(header),
                ("@parameters" | "@reward_models" | "@nr_states" | "@nr_choices", _) => section = word.text,
                (_, "@parameters") => {
                    return Err(FormatError::OtherModel { found: format!("a model with the parameter {}", word.text) });
                }
                (_, "@reward_models") => {
                    header.rewards.push(word.text);
                    header.rewards.extend(std::iter::from_fn(|| line.next()).map(|word| word.text));
                }
                (_, "@nr_states") => header.states = Some((word, word.count("the number of states")?)),
                (_, "@nr_choices") => header.choices = Some((word, word.count("the number of choices")?)),
                _ => return Err(word.error("`@type:`, `@parameters`, `@reward_models`, `@nr_states`, … or `@model`")),
            }
        }
        Err(unfinished("drn", text, "`@model`"))
    }
}

/// States, actions and transitions, read line by line.
struct Body<'a> {
    builder: TransitionModelBuilder,
    states: usize,
    /// States begun so far.
    begun: usize,
    names: ChoiceNames,
    /// Actions of the state so far, and the name of the last.
    actions: usize,
    action: Option<String>,
    reward_names: Vec<&'a str>,
    /// Whether there were rewards already.
    bracketed: bool,
    /// One number for each reward model; none at all stands for zeros.
    rewards_of_states: Vec<Vec<Number>>,
    rewards_of_choices: Vec<Vec<Number>>,
    labels: BTreeMap<String, Vec<StateId>>,
}

impl<'a> Body<'a> {
    fn new(states: usize, reward_names: Vec<&'a str>) -> Result<Self, FormatError> {
        let mut builder = TransitionModel::builder();
        for s in 0..states {
            builder.state(&s.to_string())?;
        }
        Ok(Body {
            builder,
            states,
            begun: 0,
            names: ChoiceNames::default(),
            actions: 0,
            action: None,
            reward_names,
            bracketed: false,
            rewards_of_states: Vec::with_capacity(states),
            rewards_of_choices: Vec::new(),
            labels: BTreeMap::new(),
        })
    }

    fn line(&mut self, mut line: Line<'a>) -> Result<(), FormatError> {
        let word = line.word("a state, an action or a transition")?;
        match word.text {
            "state" => {
                let number = line.word("the number of the state")?;
                if number.below(self.states, "the number of the state")? != self.begun {
                    return Err(number.error(format!("{}, because states come in order", self.begun)));
                }
                let rewards = self.rewards(&mut line)?;
                self.rewards_of_states.push(rewards);
                while let Some(label) = label(&mut line)? {
                    self.labels.entry(label.into()).or_default().push(StateId::new(self.begun));
                }
                self.begun += 1;
                (self.actions, self.action) = (0, None);
                self.names.clear();
            }
            "action" if self.begun > 0 => {
                let name = Some(line.word("the name of the action")?.text).filter(|&name| name != NO_LABEL);
                self.action = Some(self.names.name(name, self.actions));
                self.actions += 1;
                let rewards = self.rewards(&mut line)?;
                self.rewards_of_choices.push(rewards);
                line.end(END)?;
            }
            _ => {
                let Some(action) = &self.action else {
                    return Err(word.error(if self.begun == 0 { "`state 0`" } else { "`action` and its name" }));
                };
                let expected = "`state`, `action`, or the number of the next state";
                let next = word.text.parse().ok().filter(|&next: &usize| next < self.states);
                let next = StateId::new(next.ok_or_else(|| word.error(format!("{expected} below {}", self.states)))?);
                match line.word("a colon")? {
                    colon if colon.text == ":" => {}
                    other => return Err(other.error("a colon between blanks")),
                }
                let probability = line.word("a probability")?.number("a probability")?;
                line.end(END)?;
                let from = StateId::new(self.begun - 1);
                self.builder.transition(from, action, next, probability).map_err(|source| word.meaning(source))?;
            }
        }
        Ok(())
    }

    /// Rewards in brackets, if there are any.
    fn rewards(&mut self, line: &mut Line<'a>) -> Result<Vec<Number>, FormatError> {
        if !line.rest().starts_with('[') {
            return Ok(Vec::new());
        }
        let mut rewards = Vec::new();
        line.skip_blanks();
        let whole = *line;
        line.take(1);
        loop {
            line.skip_blanks();
            let rest = line.rest();
            let Some(length) = rest.find([',', ']']) else { return Err(line.word("`]`")?.error("a reward and `]`")) };
            let number = line.take(length);
            rewards.push(number.trimmed().number("a reward")?);
            if line.take(1).text == "]" {
                break;
            }
        }
        // A reward model without a name leaves no trace in the list of names, and is the first.
        let named = self.reward_names.len();
        let first = !std::mem::replace(&mut self.bracketed, true);
        if first && rewards.len() == named + 1 {
            self.reward_names.insert(0, UNNAMED);
        }
        if rewards.len() != self.reward_names.len() {
            let expected = format!("{} rewards in brackets, as `@reward_models` says", self.reward_names.len());
            return Err(whole.clone().word(&expected)?.error(expected));
        }
        Ok(rewards)
    }

    fn finish(self, lines: impl Iterator<Item = Line<'a>>) -> Result<Contents, FormatError> {
        let model = self.builder.build().map_err(|source| locate(lines, Some("state"), source))?;
        let column = |rows: &[Vec<Number>], k: usize| {
            let given = rows.iter().any(|row| !row.is_empty());
            let number = |row: &Vec<Number>| row.get(k).cloned().unwrap_or(Number::from(0.0));
            given.then(|| rows.iter().map(number).collect::<Vec<_>>())
        };
        let zero = Number::from(0.0);
        let mut rewards = Vec::new();
        for (k, name) in self.reward_names.iter().enumerate() {
            let states = column(&self.rewards_of_states, k);
            // A column of zeros says that the reward is one of states.
            let pairs = column(&self.rewards_of_choices, k);
            let pairs = pairs.filter(|pairs| states.is_none() || pairs.iter().any(|reward| *reward != zero));
            let reward = RewardParts { states, pairs, expected: None }.reward(&model)?;
            rewards.extend(reward.map(|reward| ((*name).to_owned(), reward)));
        }
        let mut labels = Labels::default();
        for (label, members) in self.labels {
            labels.add(&label, members);
        }
        Ok(Contents { model, rewards, labels, discount: None })
    }
}

/// The next label of a line: a word, or anything between quotation marks.
fn label<'a>(line: &mut Line<'a>) -> Result<Option<&'a str>, FormatError> {
    line.skip_blanks();
    if line.rest().starts_with('"') {
        let mut start = *line;
        line.take(1);
        let Some(length) = line.rest().find('"') else { return Err(start.word(END)?.error("a label and `\"`")) };
        let label = line.take(length).text;
        line.take(1);
        return Ok(Some(label));
    }
    Ok(line.next().map(|word| word.text))
}
