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

use super::arrays::{Arrays, Writer, wrong};
use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use dunamis_mdp::{Discount, Labels, Names, Number, Reward, RewardKind, Rows, StateId, TransitionModel};

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
        Content::Rewards,
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
    let (states, actions) = (Names::new(arrays.texts("state")?)?, Names::new(arrays.texts("action")?)?);
    let (of_pair, successors) = (arrays.counts("actions")?, arrays.counts("successors")?);
    let pairs = arrays.starts("state_starts", states.len(), of_pair.len())?;
    let starts = arrays.starts("row_starts", of_pair.len(), successors.len())?;
    let probability = arrays.numbers("probabilities", successors.len())?;
    let leaks = if arrays.has("leaks") { arrays.numbers("leaks", of_pair.len())? } else { Vec::new() };
    let leaks = leaks.into_iter().enumerate().filter(|&(_, leak)| leak != 0.0).map(|(pair, leak)| (pair, leak.into()));
    let narrow = |name, numbers: Vec<usize>| -> Result<Vec<u32>, FormatError> {
        let numbers = numbers.into_iter().map(u32::try_from).collect::<Result<_, _>>();
        numbers.map_err(|error| wrong(name, error.to_string(), "numbers below 2^32"))
    };
    let rows = Rows {
        pairs: narrow("state_starts", pairs)?,
        actions: narrow("actions", of_pair)?,
        starts,
        next: narrow("successors", successors)?,
        probability,
        leaks: leaks.collect(),
        ..Rows::default()
    };
    let model = TransitionModel::from_rows(states, actions, rows)?;
    let (states, pairs) = (model.states().len(), model.available().len());
    let mut rewards = Vec::new();
    if arrays.has("state_rewards") {
        rewards.push(("state".into(), Reward::state(&model, arrays.numbers("state_rewards", states)?)?));
    }
    if arrays.has("pair_rewards") {
        rewards.push(("pair".into(), Reward::state_action(&model, arrays.numbers("pair_rewards", pairs)?)?));
    }
    let mut labels = Labels::default();
    let (names, members) = (arrays.texts("label")?, arrays.counts("label_states")?);
    let label_starts = arrays.starts("label_starts", names.len(), members.len())?;
    for (k, name) in names.iter().enumerate() {
        let members = &members[label_starts[k]..label_starts[k + 1]];
        if let Some(outside) = members.iter().find(|&&state| state >= states) {
            return Err(wrong("label_states", outside.to_string(), format!("states below {states}")));
        }
        labels.add(name, members.iter().map(|&state| StateId::new(state)));
    }
    let discount = arrays.discount("discount")?;
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
