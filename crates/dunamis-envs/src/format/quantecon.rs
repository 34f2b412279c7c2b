//! State-action pairs of `QuantEcon`'s `DiscreteDP`, as arrays of `NumPy` in one `.npz` file.
//!
//! | array | shape | holds |
//! |---|---|---|
//! | `s_indices`, `a_indices` | L | the state and the action of each pair |
//! | `R` | L | the reward of each pair |
//! | `Q` | L × n | the probabilities of each pair, or instead of it |
//! | `Q_data`, `Q_indices`, `Q_indptr` | nnz, nnz, L + 1 | the same in compressed rows, as `SciPy` has them |
//! | `beta` | 1 | the discount, if there is one |
//!
//! Pairs come in any order. Written are compressed rows, and `Q_shape`, for
//! `scipy.sparse.csr_matrix((Q_data, Q_indices, Q_indptr), Q_shape)`.

use super::arrays::{Arrays, Writer, shape, wrong};
use super::table::Table;
use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::Environment;
use dunamis_mdp::{Discount, Labels, Names, Number, Reward, RewardKind};
use std::collections::BTreeSet;

pub(super) const FORMAT: Registration = Registration {
    format: Format::QuantEcon,
    name: "QuantEcon",
    summary: "the state-action pairs of QuantEcon's `DiscreteDP` as arrays for NumPy",
    extensions: &["npz"],
    siblings: false,
    holds: &[Content::PartialActions, Content::Discount, Content::Rewards],
    recognizes: |files| Arrays::open(files.only()).is_ok_and(|mut arrays| arrays.has("s_indices")),
    read: Some(read),
    write: Some(write),
};

fn read(files: &Files) -> Result<Contents, FormatError> {
    let mut arrays = Arrays::open(files.only())?;
    let (of_pair, actions) = (arrays.counts("s_indices")?, arrays.counts("a_indices")?);
    let pairs = of_pair.len();
    if actions.len() != pairs {
        return Err(wrong("a_indices", format!("{} numbers", actions.len()), format!("{pairs}, as in `s_indices`")));
    }
    let rewards = arrays.numbers("R", pairs)?;
    // Every state has a pair.
    let n = of_pair.iter().max().map_or(0, |&last| last.saturating_add(1));
    if n > pairs {
        let expected = format!("states below {pairs}, because every state has a pair");
        return Err(wrong("s_indices", (n - 1).to_string(), expected));
    }
    let rows = Probabilities::read(&mut arrays, pairs, n)?;
    let mut order: Vec<usize> = (0..pairs).collect();
    order.sort_by_key(|&pair| (of_pair[pair], actions[pair]));
    if let Some(two) =
        order.windows(2).find(|two| (of_pair[two[0]], actions[two[0]]) == (of_pair[two[1]], actions[two[1]]))
    {
        let found = format!("the action {} of state {} again", actions[two[1]], of_pair[two[1]]);
        return Err(wrong(format!("a_indices[{}]", two[1]), found, "every pair once"));
    }
    let numbers: Vec<usize> = actions.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut table = Table::with_actions(Names::new(numbers.iter().map(ToString::to_string))?);
    for (k, &pair) in order.iter().enumerate() {
        while table.states() < of_pair[pair] {
            table.state()?;
        }
        rows.row(pair, &mut table)?;
        table.numbered_choice(numbers.partition_point(|&number| number < actions[pair]));
        if k + 1 == pairs {
            table.state()?;
        }
    }
    let model = table.model(Names::numbered("", n))?;
    let reward = Reward::state_action(&model, order.iter().map(|&pair| rewards[pair]))?;
    let discount = arrays.discount("beta")?;
    Ok(Contents { model, rewards: vec![("R".into(), reward)], labels: Labels::default(), discount })
}

/// The array `Q`.
enum Probabilities {
    Dense { columns: usize, data: Vec<f64> },
    Sparse { columns: usize, starts: Vec<usize>, next: Vec<usize>, data: Vec<f64> },
}

impl Probabilities {
    fn read(arrays: &mut Arrays<'_>, rows: usize, columns: usize) -> Result<Self, FormatError> {
        if arrays.has("Q") {
            let dense = arrays.doubles("Q")?;
            if dense.shape() != [rows, columns] {
                let expected = format!("{rows} × {columns}, the numbers of pairs and states");
                return Err(wrong("Q", format!("{} numbers", shape(&dense)), expected));
            }
            return Ok(Probabilities::Dense { columns, data: dense.iter().copied().collect() });
        }
        let next = arrays.counts("Q_indices")?;
        let data = arrays.numbers("Q_data", next.len())?;
        Ok(Probabilities::Sparse { columns, starts: arrays.starts("Q_indptr", rows, next.len())?, next, data })
    }

    fn row(&self, pair: usize, table: &mut Table) -> Result<(), FormatError> {
        match self {
            Probabilities::Dense { columns, data } => {
                let row = data[pair * columns..(pair + 1) * columns].iter().enumerate();
                for (next, &p) in row.filter(|(_, p)| **p != 0.0) {
                    table.branch(next, p.into());
                }
            }
            Probabilities::Sparse { columns, starts, next, data } => {
                for k in starts[pair]..starts[pair + 1] {
                    if next[k] >= *columns {
                        let expected = format!("a state below {columns}");
                        return Err(wrong(format!("Q_indices[{k}]"), next[k].to_string(), expected));
                    }
                    table.branch(next[k], data[k].into());
                }
            }
        }
        Ok(())
    }
}

fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let (available, matrix) = (model.available(), model.matrix());
    let mut writer = Writer::default();
    let state = |s: dunamis_mdp::StateId| available.pairs(s).map(move |_| s.index());
    writer.counts("s_indices", model.state_ids().flat_map(state));
    let number = |pair| model.actions()[available.action(pair).index()].parse::<usize>();
    let numbers = (0..available.len()).map(number).collect::<Result<Vec<_>, _>>();
    // Names of actions are numbers here, which may still be too long.
    let numbers = numbers.map_err(|error| wrong("a_indices", error.to_string(), "numbers of this machine's size"))?;
    writer.counts("a_indices", numbers);
    if let Some(reward) = environment.reward() {
        let by_state = reward.kind() == RewardKind::State;
        let on_pair = |s: dunamis_mdp::StateId| {
            available.pairs(s).map(move |pair| reward.values()[if by_state { s.index() } else { pair }])
        };
        writer.numbers("R", model.state_ids().flat_map(on_pair));
    }
    writer.numbers("Q_data", matrix.data().iter().copied());
    writer.counts("Q_indices", matrix.indices().iter().map(|&next| next as usize));
    writer.counts("Q_indptr", matrix.indptr().raw_storage().iter().copied());
    writer.counts("Q_shape", [available.len(), model.states().len()]);
    if let Some(discount) = environment.discount().map(Discount::number).map(Number::value) {
        writer.numbers("beta", [discount]);
    }
    Ok(Files::of("npz", writer.finish()?))
}
