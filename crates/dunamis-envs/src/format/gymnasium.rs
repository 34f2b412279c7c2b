//! The tables of Gymnasium's tabular environments, `P[s][a] = [[p, next, r, terminated], …]`, as JSON.
//!
//! ```text
//! {"0": {"0": [[0.5, 0, 0.0, false], [0.5, 1, 1.0, true]], "1": [[1.0, 0, -1.0, false]]},
//!  "1": {"0": [[1.0, 1, 0.0, true]], "1": [[1.0, 1, 0.0, true]]}}
//! ```
//! is what Python's `json.dump` writes of the dictionary `env.unwrapped.P`; lists instead of dictionaries are read too.
//! Numbers are the doubles that Python reads from them.
//!
//! A step that terminates ends the episode: it collects its reward and nothing after. It leads to its `next` state where that
//! state stays where it is without reward in any case, and else to one more state, numbered after all others, which does;
//! what the table says about `next` holds for episodes that begin there. Rewards of branches fold into expectations. Written
//! are as `terminated` those steps that lead to a state which is never left and has no reward.

use super::choices::{RewardParts, expectation};
use super::table::Table;
use super::text::utf8;
use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use dunamis_mdp::{Labels, ModelError, Names, Number, RewardKind, StateId};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt::{self, Write};
use std::marker::PhantomData;

pub(super) const FORMAT: Registration = Registration {
    format: Format::Gymnasium,
    name: "Gymnasium",
    summary: "the table `P[s][a]` of Gymnasium's tabular environments as JSON",
    extensions: &["json"],
    siblings: false,
    holds: &[Content::PartialActions, Content::Rewards],
    recognizes,
    read: Some(read),
    write: Some(write),
};

/// Whether the text begins with a list, or with an object whose first key is a number.
fn recognizes(files: &Files) -> bool {
    match files.only().trim_ascii_start() {
        [b'[', ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"', b'0'..=b'9', ..]),
        _ => false,
    }
}

/// Probability, next state, reward, whether the episode ends.
type Branch = (f64, usize, f64, bool);

/// Entries by number: a list, or an object whose keys are numbers.
struct Numbered<T>(Vec<(usize, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Numbered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberedVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for NumberedVisitor<T> {
            type Value = Numbered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or an object whose keys are numbers")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Numbered<T>, M::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    let number = key.parse().ok().filter(|number: &usize| number.to_string() == key);
                    let number =
                        number.ok_or_else(|| M::Error::custom(format!("found the key `{key}`, expected a number")))?;
                    entries.push((number, map.next_value()?));
                }
                entries.sort_by_key(|&(number, _)| number);
                match entries.windows(2).find(|two| two[0].0 == two[1].0) {
                    Some(two) => Err(M::Error::custom(format!("found the key `{}` twice, expected it once", two[0].0))),
                    None => Ok(Numbered(entries)),
                }
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Numbered<T>, S::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = list.next_element()? {
                    entries.push((entries.len(), entry));
                }
                Ok(Numbered(entries))
            }
        }
        deserializer.deserialize_any(NumberedVisitor(PhantomData))
    }
}

fn wrong(place: String, found: String, expected: impl Into<String>) -> FormatError {
    FormatError::Binary { place, found, expected: expected.into() }
}

fn read(files: &Files) -> Result<Contents, FormatError> {
    let parsed = serde_json::from_str::<Numbered<Numbered<Vec<Branch>>>>(utf8("json", files.only())?);
    let Numbered(states) = parsed.map_err(|source| ModelError::Json { what: "Gymnasium", source })?;
    let n = states.len();
    for (s, (number, _)) in states.iter().enumerate() {
        if *number != s {
            let expected = format!("the state {s}, because states are numbered from 0 without a gap");
            return Err(wrong("P".into(), format!("the state {number}"), expected));
        }
    }
    let stays = |(s, actions): &(usize, Numbered<Vec<Branch>>)| {
        actions.0.iter().flat_map(|(_, branches)| branches).all(|&(_, next, reward, _)| next == *s && reward == 0.0)
    };
    let absorbing: Vec<bool> = states.iter().map(stays).collect();
    let mut table = Table::default();
    let (mut rewards, mut ended) = (Vec::new(), false);
    for (s, Numbered(actions)) in &states {
        for (a, branches) in actions {
            let mut numbers = Vec::with_capacity(branches.len());
            for (k, &(probability, next, reward, terminated)) in branches.iter().enumerate() {
                if next >= n {
                    let place = format!("P[{s}][{a}][{k}]");
                    return Err(wrong(place, format!("the state {next}"), format!("a state below {n}")));
                }
                // Branches to one state add up, but none makes up for another.
                if probability < 0.0 {
                    let place = format!("P[{s}][{a}][{k}]");
                    return Err(wrong(place, format!("the probability {probability}"), "a number of at least 0"));
                }
                let ends = terminated && !absorbing[next];
                ended |= ends;
                table.branch(if ends { n } else { next }, probability.into());
                numbers.push((Number::from(probability), Number::from(reward)));
            }
            rewards.push(expectation(numbers.iter().map(|(probability, reward)| (probability, reward))));
            table.choice(&a.to_string());
        }
        table.state()?;
    }
    if ended {
        // Actions that all states have are left so.
        for (a, _) in &states[0].1.0 {
            table.branch(n, Number::ONE);
            table.choice(&a.to_string());
            rewards.push(Number::from(0.0));
        }
        table.state()?;
    }
    let model = table.model(Names::numbered("", n + usize::from(ended)))?;
    let reward = RewardParts { expected: Some(rewards), ..RewardParts::default() }.reward(&model)?;
    let rewards = reward.map(|reward| ("reward".into(), reward)).into_iter().collect();
    Ok(Contents { model, rewards, labels: Labels::default(), discount: None })
}

#[expect(clippy::unnecessary_wraps, reason = "other formats refuse models")]
fn write(environment: &Environment) -> Result<Files, FormatError> {
    const WRITTEN: &str = "writing to a string succeeds";
    let model = environment.model();
    let reward = |s: StateId, pair| {
        environment.reward().map_or(0.0, |reward| match reward.kind() {
            RewardKind::State => reward.values()[s.index()],
            _ => reward.values()[pair],
        })
    };
    let stays = |s: StateId| {
        model.available().pairs(s).all(|pair| model.row(pair).0 == [s.index() as u32] && reward(s, pair) == 0.0)
    };
    let absorbing: Vec<bool> = model.state_ids().map(stays).collect();
    let mut text = String::from("{");
    for s in model.state_ids() {
        write!(text, "{}\n\"{s}\": {{", if s.index() == 0 { "" } else { "," }).expect(WRITTEN);
        for (k, pair) in model.available().pairs(s).enumerate() {
            let action = &model.actions()[model.available().action(pair).index()];
            write!(text, "{}\"{action}\": ", if k == 0 { "" } else { ", " }).expect(WRITTEN);
            let (next, probability) = model.row(pair);
            let branch = |(&next, &p): (&u32, &f64)| (p, next as usize, reward(s, pair), absorbing[next as usize]);
            let branches: Vec<Branch> = next.iter().zip(probability).map(branch).collect();
            text += &serde_json::to_string(&branches).expect("numbers always serialize");
        }
        text.push('}');
    }
    text.push_str("\n}\n");
    Ok(Files::of("json", text))
}
