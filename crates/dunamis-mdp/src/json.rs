//! The JSON forms of models and policies.
//!
//! A model is
//! ```json
//! {"schema": 1,
//!  "states": ["dry", "wet"],
//!  "transitions": [
//!    {"from": "dry", "action": "wait", "to": "dry", "probability": "2/3"},
//!    {"from": "dry", "action": "wait", "to": "wet", "probability": "1/3"},
//!    {"from": "wet", "action": "wait", "to": "wet", "probability": 1}],
//!  "rewards": {"dry": 1, "wet": "1/10"},
//!  "labels": {"init": ["dry"], "goal": ["wet"]},
//!  "discount": "9/10"}
//! ```
//! Numbers are read from their text, hence exactly, whether they are JSON numbers or strings. `"to": null` declares mass
//! that leaks. `rewards`, `labels` and `discount` may be left out. `rewards` is an object from states to numbers (missing
//! states get 0), or a list of `{"state": …, "reward": …}` with an optional `action` and `to`, whose entries add up; entries
//! with `to` are transition rewards and fold into expected state-action rewards. The label `init` has the states in which a
//! run may start.
//!
//! What is written is read as exactly the same numbers: fractions become strings, and a double whose shortest text would
//! mean something else is written in full, as 0.1000000000000000055511151231257827021181583404541015625 for the one nearest
//! to a tenth.
//!
//! A joint model of two agents has pairs of moves instead of actions:
//! ```json
//! {"schema": 1,
//!  "shortfall": "leak",
//!  "states": ["l_H^l_A", "l_H^r_A"],
//!  "transitions": [
//!    {"from": "l_H^l_A", "action_h": "stay", "action_a": "stay", "to": "l_H^l_A", "probability": 1},
//!    {"from": "l_H^l_A", "action_h": "stay", "action_a": "right", "to": "l_H^r_A", "probability": 1},
//!    {"from": "l_H^r_A", "action_h": "stay", "action_a": "stay", "to": "l_H^r_A", "probability": 1},
//!    {"from": "l_H^r_A", "action_h": "stay", "action_a": "left", "to": null, "probability": 1}]}
//! ```
//! What a row lacks to 1 is lost under `"shortfall": "leak"`, the default, and drawn again under `"renormalize"`; `"to": null`
//! names such mass, and a pair of moves of which nothing is left is not available. So is a pair that is not mentioned,
//! though each agent has all the moves that its pairs mention. The rules that made a model may stand beside (`collision`,
//! `swaps`); they are not read.
//!
//! A policy is `{"schema": 1, "policy": {STATE: {ACTION: PROBABILITY}}}`; actions left out get 0.

use crate::{
    Agent, AvailableActions, Discount, JointModel, Labels, ModelError, Names, Number, Rational, Reward, RewardKind,
    StateId, StochasticPolicy, TransitionModel,
};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

mod joint;

pub use joint::{is_joint, place, read_draft, read_joint, write_joint};

/// The schema number this version reads and writes.
pub const SCHEMA: u64 = 1;

/// Everything that a model file says.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelDocument {
    /// The transition model.
    pub model: TransitionModel,
    /// Its reward, if it has one.
    pub reward: Option<Reward>,
    /// Its labels.
    pub labels: Labels,
    /// The discount it is meant to be solved with, if it names one.
    pub discount: Option<Discount>,
}

/// A string that is borrowed unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile<'a> {
    schema: u64,
    #[serde(borrow)]
    states: Vec<Text<'a>>,
    transitions: Vec<TransitionEntry<'a>>,
    #[serde(default)]
    rewards: Option<&'a RawValue>,
    #[serde(default = "Entries::empty")]
    labels: Entries<Vec<Text<'a>>>,
    #[serde(default)]
    discount: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransitionEntry<'a> {
    #[serde(borrow)]
    from: Cow<'a, str>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    to: Option<Text<'a>>,
    probability: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RewardEntry<'a> {
    #[serde(borrow)]
    state: Cow<'a, str>,
    #[serde(default, borrow)]
    action: Option<Text<'a>>,
    #[serde(default, borrow)]
    to: Option<Text<'a>>,
    reward: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    schema: u64,
    policy: Entries<Entries<Box<RawValue>>>,
}

/// The entries of a JSON object in their order, duplicates included (a map would silently keep one of them).
pub(crate) struct Entries<T>(pub(crate) Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries<T>, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

impl<T> Entries<T> {
    fn empty() -> Self {
        Entries(Vec::new())
    }

    pub(crate) fn distinct(&self, place: &str) -> Result<(), ModelError> {
        let mut keys: Vec<&str> = self.0.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        match keys.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(ModelError::DuplicateKey { place: place.into(), key: pair[0].into() }),
            None => Ok(()),
        }
    }
}

/// Reads the text of a JSON number or of a string, so that decimals stay exact.
pub(crate) fn number(raw: &RawValue, place: impl FnOnce() -> String) -> Result<Number, ModelError> {
    let text = raw.get();
    let unquoted = if text.starts_with('"') { serde_json::from_str::<Text<'_>>(text).ok() } else { None };
    unquoted
        .as_ref()
        .map_or(text, |text| &text.0)
        .parse()
        .map_err(|source| ModelError::Number { place: place(), source })
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str, what: &'static str) -> Result<T, ModelError> {
    serde_json::from_str(text).map_err(|source| ModelError::Json { what, source })
}

/// What a policy says, whatever model it belongs to: states, actions and probabilities.
///
/// # Errors
///
/// [`ModelError::Json`], [`ModelError::Schema`] or [`ModelError::Number`].
pub fn policy_entries(text: &str) -> Result<crate::edit::PolicyEntries, ModelError> {
    let file: PolicyFile = parse(text, "policy")?;
    check_schema(file.schema)?;
    file.policy.distinct("policy")?;
    let mut entries = Vec::new();
    for (state, choices) in &file.policy.0 {
        choices.distinct(&format!("policy.{state}"))?;
        for (action, raw) in &choices.0 {
            let value = number(raw, || format!("policy.{state}.{action}"))?.value();
            entries.push((state.clone(), action.clone(), value));
        }
    }
    Ok(entries)
}

fn check_schema(schema: u64) -> Result<(), ModelError> {
    if schema == SCHEMA { Ok(()) } else { Err(ModelError::Schema { schema }) }
}

/// Reads a model with all that its file says.
///
/// # Errors
///
/// Whatever is wrong, with the place in the file.
pub fn read(text: &str) -> Result<ModelDocument, ModelError> {
    let file: ModelFile<'_> = parse(text, "model")?;
    check_schema(file.schema)?;
    let mut builder = TransitionModel::builder();
    for (i, Text(state)) in file.states.iter().enumerate() {
        builder.state(state).map_err(|e| e.at(format!("states[{i}]")))?;
    }
    for (i, entry) in file.transitions.iter().enumerate() {
        let place = || format!("transitions[{i}]");
        let add = |builder: &mut crate::TransitionModelBuilder| {
            let from = builder.find_state(&entry.from)?;
            let probability = number(entry.probability, || "probability".into())?;
            match &entry.to {
                Some(Text(to)) => builder.transition(from, &entry.action, builder.find_state(to)?, probability),
                None => builder.leak(from, &entry.action, probability),
            }
        };
        add(&mut builder).map_err(|e| e.at(place()))?;
    }
    let model = builder.build()?;
    let reward = file.rewards.map(|raw| read_rewards(&model, raw)).transpose()?;
    file.labels.distinct("labels")?;
    let mut labels = Labels::default();
    for (label, states) in &file.labels.0 {
        let states: Result<Vec<StateId>, ModelError> = states.iter().map(|Text(state)| model.state(state)).collect();
        labels.add(label, states.map_err(|e| e.at(format!("labels.{label}")))?);
    }
    let discount = file.discount.map(|raw| {
        let number = number(raw, || "discount".into())?;
        Discount::new(number).map_err(|e| ModelError::from(e).at("discount"))
    });
    Ok(ModelDocument { model, reward, labels, discount: discount.transpose()? })
}

/// A number in its exact form: a JSON number for doubles, else a string.
struct Exact(Number);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.exact_text();
        let mantissa = text.split('e').next().unwrap_or_default();
        if !self.0.is_double() {
            serializer.serialize_str(&text)
        } else if mantissa.bytes().filter(u8::is_ascii_digit).count() <= f64::DIGITS as usize {
            // So few digits are the shortest text of a double as well.
            serializer.serialize_f64(self.0.value())
        } else {
            RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
        }
    }
}

/// Writes a model with a reward, labels and a discount, where it has them; [`read`] returns all of it, number for number.
pub fn write(model: &TransitionModel, reward: Option<&Reward>, labels: &Labels, discount: Option<&Discount>) -> String {
    #[derive(Serialize)]
    struct Transition<'a> {
        from: &'a str,
        action: &'a str,
        to: Option<&'a str>,
        probability: Exact,
    }
    #[derive(Serialize)]
    struct Entry<'a> {
        state: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<&'a str>,
        reward: Exact,
    }
    #[derive(Serialize)]
    struct File<'a> {
        schema: u64,
        states: Vec<&'a str>,
        transitions: Vec<Transition<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rewards: Option<Vec<Entry<'a>>>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        labels: BTreeMap<&'a str, Vec<&'a str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        discount: Option<Exact>,
    }
    let (states, actions, available) = (model.states(), model.actions(), model.available());
    let mut transitions = Vec::new();
    for s in model.state_ids() {
        for pair in available.pairs(s) {
            let (from, action) = (&states[s.index()], &actions[available.action(pair).index()]);
            transitions.extend(model.number_row(pair).map(|(next, probability)| Transition {
                from,
                action,
                to: Some(&states[next]),
                probability: Exact(probability),
            }));
            let lost = model.leak_number(pair).map(Exact);
            transitions.extend(lost.map(|probability| Transition { from, action, to: None, probability }));
        }
    }
    let rewards = reward.map(|reward| {
        let by_state = reward.kind() == RewardKind::State;
        let entry = |state: usize, pair: usize| Entry {
            state: &states[state],
            action: (!by_state).then(|| &actions[available.action(pair).index()]),
            reward: Exact(reward.number(if by_state { state } else { pair })),
        };
        let pairs = |s: StateId| available.pairs(s).take(if by_state { 1 } else { usize::MAX });
        model.state_ids().flat_map(|s| pairs(s).map(move |pair| entry(s.index(), pair))).collect()
    });
    let named = |members: &[StateId]| members.iter().map(|s| &states[s.index()]).collect();
    let labels = labels.iter().map(|(label, members)| (label, named(members))).collect();
    let discount = discount.map(|discount| Exact(discount.number().clone()));
    let file = File { schema: SCHEMA, states: states.iter().collect(), transitions, rewards, labels, discount };
    serde_json::to_string_pretty(&file).expect("strings and numbers always serialize")
}

impl TransitionModel {
    /// Reads a model, and its reward if it has one, from the JSON form of [this module](crate::json); [`read`] returns the
    /// labels and the discount of the file as well.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, with the place in the file.
    pub fn from_json(text: &str) -> Result<(TransitionModel, Option<Reward>), ModelError> {
        read(text).map(|document| (document.model, document.reward))
    }

    /// Writes the model, and a reward if given, in the JSON form of [this module](crate::json), exact numbers included.
    pub fn to_json(&self, reward: Option<&Reward>) -> String {
        write(self, reward, &Labels::default(), None)
    }

    /// Reads a policy of this model from the JSON form of [this module](crate::json).
    ///
    /// # Errors
    ///
    /// Whatever is wrong, with the place in the file.
    pub fn policy_from_json(&self, text: &str) -> Result<StochasticPolicy, ModelError> {
        read_policy(self.states(), self.actions(), self.available(), text)
    }

    /// Writes a policy of this model in the JSON form of [this module](crate::json); actions of probability 0 are left out.
    pub fn policy_to_json(&self, policy: &StochasticPolicy) -> String {
        write_policy(self.states(), self.actions(), self.available(), policy)
    }
}

impl JointModel {
    /// Reads a policy of one agent over joint states.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, with the place in the file.
    pub fn policy_from_json(&self, agent: Agent, text: &str) -> Result<StochasticPolicy, ModelError> {
        read_policy(self.states(), self.actions(agent), self.available(agent), text)
    }

    /// Writes a policy of one agent over joint states.
    pub fn policy_to_json(&self, agent: Agent, policy: &StochasticPolicy) -> String {
        write_policy(self.states(), self.actions(agent), self.available(agent), policy)
    }
}

fn read_rewards(model: &TransitionModel, raw: &RawValue) -> Result<Reward, ModelError> {
    if raw.get().trim_start().starts_with('{') {
        let entries: Entries<&RawValue> = parse(raw.get(), "model").map_err(|e| e.at("rewards"))?;
        entries.distinct("rewards")?;
        let mut values = vec![Number::from(0.0); model.states().len()];
        for (state, reward) in &entries.0 {
            let place = || format!("rewards.{state}");
            let s = model.state(state).map_err(|e| e.at(place()))?;
            values[s.index()] = number(reward, place)?;
        }
        return Reward::state(model, values);
    }
    let entries: Vec<RewardEntry<'_>> = parse(raw.get(), "model").map_err(|e| e.at("rewards"))?;
    let by_state = entries.iter().all(|entry| entry.action.is_none() && entry.to.is_none());
    let folded = entries.iter().any(|entry| entry.to.is_some());
    let zero = Rational::from_integer(0.into());
    let mut on_state = vec![zero.clone(); model.states().len()];
    let mut on_pair = vec![zero; model.available().len()];
    // Sparse: most transitions have no reward of their own.
    let mut on_transition = BTreeMap::<(usize, usize), Rational>::new();
    for (i, entry) in entries.iter().enumerate() {
        let place = || format!("rewards[{i}]");
        let mut add = || {
            let s = model.state(&entry.state)?;
            let reward = number(entry.reward, || "reward".into())?.exact();
            let pairs = match &entry.action {
                None => model.available().pairs(s),
                Some(Text(action)) => {
                    let pair = find_pair(model.states(), model.actions(), model.available(), s, action)?;
                    pair..pair + 1
                }
            };
            match &entry.to {
                Some(Text(to)) => {
                    let next = model.state(to)?.index();
                    for pair in pairs {
                        *on_transition.entry((pair, next)).or_default() += &reward;
                    }
                }
                None if entry.action.is_none() => on_state[s.index()] += reward,
                None => on_pair[pairs.start] += reward,
            }
            Ok(())
        };
        add().map_err(|e: ModelError| e.at(place()))?;
    }
    let to_number = |exact: Rational| Number::from_rational(exact).unwrap_or(Number::from(f64::INFINITY));
    if by_state {
        return Reward::state(model, on_state.into_iter().map(to_number));
    }
    for s in model.state_ids() {
        for pair in model.available().pairs(s) {
            on_pair[pair] += &on_state[s.index()];
        }
    }
    if folded {
        return Reward::from_transitions(model, |pair, next| {
            to_number(on_transition.get(&(pair, next)).map_or_else(|| on_pair[pair].clone(), |r| r + &on_pair[pair]))
        });
    }
    Reward::state_action(model, on_pair.into_iter().map(to_number))
}

pub(crate) fn find_pair(
    states: &Names,
    actions: &Names,
    available: &AvailableActions,
    s: StateId,
    action: &str,
) -> Result<usize, ModelError> {
    let id = actions.get(action).ok_or_else(|| ModelError::unknown_action(action, actions))?;
    available.find(s, crate::ActionId::new(id)).ok_or_else(|| ModelError::UnavailableAction {
        state: states[s.index()].into(),
        action: action.into(),
        available: available.at(s).iter().map(|a| actions[a.index()].to_owned()).collect(),
    })
}

fn read_policy(
    states: &Names,
    actions: &Names,
    available: &AvailableActions,
    text: &str,
) -> Result<StochasticPolicy, ModelError> {
    let file: PolicyFile = parse(text, "policy")?;
    check_schema(file.schema)?;
    file.policy.distinct("policy")?;
    let mut probability = vec![0.0; available.len()];
    let mut covered = vec![false; states.len()];
    for (state, choices) in &file.policy.0 {
        let place = || format!("policy.{state}");
        let s = states.get(state).map(StateId::new);
        let s = s.ok_or_else(|| ModelError::unknown_state(state, states).at("policy"))?;
        covered[s.index()] = true;
        choices.distinct(&place())?;
        for (action, raw) in &choices.0 {
            let pair = find_pair(states, actions, available, s, action).map_err(|e| e.at(place()))?;
            probability[pair] = number(raw, || format!("policy.{state}.{action}"))?.value();
        }
    }
    if let Some(s) = covered.iter().position(|&covered| !covered) {
        return Err(ModelError::PolicyIncomplete { state: states[s].into() });
    }
    StochasticPolicy::new(available, states, actions, probability)
}

fn write_policy(states: &Names, actions: &Names, available: &AvailableActions, policy: &StochasticPolicy) -> String {
    let choices = (0..states.len()).map(|s| {
        let chosen = available.pairs(StateId::new(s)).filter(|&pair| policy.probabilities()[pair] > 0.0);
        let chosen = chosen.map(|pair| {
            let action = &actions[available.action(pair).index()];
            (action.to_owned(), serde_json::Value::from(policy.probabilities()[pair]))
        });
        (states[s].to_owned(), serde_json::Value::Object(chosen.collect()))
    });
    let policy = serde_json::Value::Object(choices.collect());
    let file = serde_json::json!({ "schema": SCHEMA, "policy": policy });
    serde_json::to_string_pretty(&file).expect("strings and numbers always serialize")
}
