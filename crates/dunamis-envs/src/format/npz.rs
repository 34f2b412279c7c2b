//! The own binary form: arrays of `NumPy` in one `.npz` file.
//!
//! | array | shape | holds |
//! |---|---|---|
//! | `schema` | 1 | the number 1 |
//! | `state_starts`, `actions` | \|S\| + 1, \|SA\| | the pairs of each state and the action of each pair |
//! | `row_starts`, `successors`, `probabilities` | \|SA\| + 1, nnz, nnz | the transitions of each pair |
//! | `leaks` | \|SA\| | lost mass, where there is any |
//! | `state_rewards` or `pair_rewards` | \|S\| or \|SA\| | the reward, if there is one |
//! | `state_names`, `action_names`, `label_names` | bytes | UTF-8 texts one after the other, with `…_name_starts` |
//! | `label_starts`, `label_states` | labels + 1, | the states of each label |
//! | `discount` | 1 | the discount, if there is one |
//!
//! Numbers are doubles, all others 64-bit unsigned integers: a model with exact numbers that no double denotes is refused.

mod arrays;

use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use arrays::{Arrays, Writer, wrong};
use dunamis_mdp::{Discount, Labels, ModelError, Number, Reward, RewardKind, StateId, TransitionModel};

pub(super) const FORMAT: Registration = Registration {
    format: Format::Npz,
    name: "NPZ",
    summary: "the own binary format, arrays of doubles for NumPy",
    extensions: &["npz"],
    siblings: false,
    holds: &[
        Content::StateNames,
        Content::ActionNames,
        Content::PartialActions,
        Content::Labels,
        Content::Discount,
        Content::Leaks,
        Content::Rewardless,
    ],
    recognizes: |files| Arrays::open(files.only()).is_ok_and(|mut arrays| arrays.has("schema")),
    read: Some(read),
    write: Some(write),
};

fn read(files: &Files) -> Result<Contents, FormatError> {
    let mut arrays = Arrays::open(files.only())?;
    let schema = arrays.counts("schema")?;
    if schema != [1] {
        return Err(wrong("schema", format!("{schema:?}"), "[1]"));
    }
    let (states, actions) = (arrays.texts("state")?, arrays.texts("action")?);
    let (of_pair, successors) = (arrays.counts("actions")?, arrays.counts("successors")?);
    let state_starts = arrays.starts("state_starts", states.len(), of_pair.len())?;
    let row_starts = arrays.starts("row_starts", of_pair.len(), successors.len())?;
    let probabilities = arrays.numbers("probabilities", successors.len())?;
    let leaks = if arrays.has("leaks") { Some(arrays.numbers("leaks", of_pair.len())?) } else { None };
    let mut builder = TransitionModel::builder();
    for name in &states {
        builder.state(name)?;
    }
    // The state that an action was last seen at: each has it once.
    let mut seen = vec![usize::MAX; actions.len()];
    for s in 0..states.len() {
        let from = StateId::new(s);
        for pair in state_starts[s]..state_starts[s + 1] {
            let place = format!("actions[{pair}]");
            let fresh = seen.get_mut(of_pair[pair]).is_some_and(|last| std::mem::replace(last, s) != s);
            let action = actions.get(of_pair[pair]).filter(|_| fresh);
            let expected = format!("an action below {} that the state has not yet", actions.len());
            let action = action.ok_or_else(|| wrong(place, of_pair[pair].to_string(), expected))?;
            if row_starts[pair] == row_starts[pair + 1] && leaks.is_none() {
                return Err(ModelError::RowSum { state: states[s].clone(), action: action.clone(), sum: 0.0 }.into());
            }
            for k in row_starts[pair]..row_starts[pair + 1] {
                if successors[k] >= states.len() {
                    let expected = format!("a state below {}", states.len());
                    return Err(wrong(format!("successors[{k}]"), successors[k].to_string(), expected));
                }
                builder.transition(from, action, StateId::new(successors[k]), probabilities[k])?;
            }
            if let Some(leaks) = &leaks {
                builder.leak(from, action, leaks[pair])?;
            }
        }
    }
    let model = builder.build()?;
    let mut rewards = Vec::new();
    if arrays.has("state_rewards") {
        rewards.push(("state".into(), Reward::state(&model, arrays.numbers("state_rewards", states.len())?)?));
    }
    if arrays.has("pair_rewards") {
        rewards.push(("pair".into(), Reward::state_action(&model, arrays.numbers("pair_rewards", of_pair.len())?)?));
    }
    let mut labels = Labels::default();
    let (names, members) = (arrays.texts("label")?, arrays.counts("label_states")?);
    let label_starts = arrays.starts("label_starts", names.len(), members.len())?;
    for (k, name) in names.iter().enumerate() {
        let members = &members[label_starts[k]..label_starts[k + 1]];
        if let Some(outside) = members.iter().find(|&&state| state >= states.len()) {
            return Err(wrong("label_states", outside.to_string(), format!("states below {}", states.len())));
        }
        labels.add(name, members.iter().map(|&state| StateId::new(state)));
    }
    let discount = if arrays.has("discount") { Some(arrays.numbers("discount", 1)?[0]) } else { None };
    let discount = discount.map(Discount::new).transpose().map_err(ModelError::from)?;
    Ok(Contents { model, rewards, labels, discount })
}

fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let (available, matrix) = (model.available(), model.matrix());
    let mut writer = Writer::default();
    writer.counts("schema", [1]);
    writer.counts("state_starts", available.starts().iter().map(|&start| start as usize));
    writer.counts("actions", (0..available.len()).map(|pair| available.action(pair).index()));
    writer.counts("row_starts", matrix.indptr().raw_storage().iter().copied());
    writer.counts("successors", matrix.indices().iter().map(|&next| next as usize));
    writer.numbers("probabilities", matrix.data().iter().copied());
    if model.leaks() {
        writer.numbers("leaks", (0..available.len()).map(|pair| model.leak(pair)));
    }
    if let Some(reward) = environment.reward() {
        let name = if reward.kind() == RewardKind::State { "state_rewards" } else { "pair_rewards" };
        writer.numbers(name, reward.values().iter().copied());
    }
    writer.texts("state", model.states().iter());
    writer.texts("action", model.actions().iter());
    let labels = environment.labels();
    writer.texts("label", labels.names());
    let ends = labels.iter().scan(0, |end, (_, members)| {
        *end += members.len();
        Some(*end)
    });
    writer.counts("label_starts", std::iter::once(0).chain(ends));
    writer.counts("label_states", labels.iter().flat_map(|(_, members)| members).map(|state| state.index()));
    if let Some(discount) = environment.discount().map(Discount::number).map(Number::value) {
        writer.numbers("discount", [discount]);
    }
    Ok(Files::of("npz", writer.finish()?))
}
