//! The arrays of `MDPtoolbox`, in one `.npz` file of `NumPy`.
//!
//! | array | shape | holds |
//! |---|---|---|
//! | `P` | A × S × S | the probability of each next state, by action and state |
//! | `R` | S, S × A or A × S × S | the reward of states, of pairs or of transitions |
//! | `discount` | 1 | the discount, if there is one |
//!
//! Rewards of transitions fold into expectations. All states have all actions, whose names are their numbers.

use super::arrays::{Arrays, Writer, shape, wrong};
use super::choices::expectation;
use super::table::Table;
use super::{Content, Contents, Files, Format, FormatError, Registration};
use crate::{Environment, MAX_TRANSITIONS};
use dunamis_mdp::{Discount, Labels, Names, Number, Reward, RewardKind, TransitionModel};
use ndarray::{Array1, Array2, Array3, ArrayD};

pub(super) const FORMAT: Registration = Registration {
    format: Format::MdpToolbox,
    name: "MDPtoolbox",
    summary: "the arrays P and R of MDPtoolbox for NumPy, dense",
    extensions: &["npz"],
    siblings: false,
    holds: &[Content::Discount, Content::Rewards],
    recognizes: |files| Arrays::open(files.only()).is_ok_and(|mut arrays| arrays.has("P") && !arrays.has("schema")),
    read: Some(read),
    write: Some(write),
};

fn read(files: &Files) -> Result<Contents, FormatError> {
    let mut arrays = Arrays::open(files.only())?;
    let probabilities = arrays.doubles("P")?;
    let (actions, states) = match *probabilities.shape() {
        [actions, states, again] if states == again && actions > 0 && states > 0 => (actions, states),
        _ => return Err(wrong("P", format!("{} numbers", shape(&probabilities)), "A × S × S, neither of them 0")),
    };
    let mut table = Table::with_actions(Names::numbered("", actions));
    for s in 0..states {
        for a in 0..actions {
            for next in 0..states {
                let probability = probabilities[[a, s, next]];
                if probability != 0.0 {
                    table.branch(next, probability.into());
                }
            }
            table.numbered_choice(a);
        }
        table.state()?;
    }
    let model = table.model(Names::numbered("", states))?;
    let reward = reward(&model, &arrays.doubles("R")?, actions)?;
    let discount = arrays.discount("discount")?;
    Ok(Contents { model, rewards: vec![("R".into(), reward)], labels: Labels::default(), discount })
}

fn reward(model: &TransitionModel, rewards: &ArrayD<f64>, actions: usize) -> Result<Reward, FormatError> {
    let n = model.states().len();
    // Pairs are numbered state by state.
    let place = |pair: usize| (pair / actions, pair % actions);
    let pairs = 0..model.available().len();
    match rewards.shape() {
        [states] if *states == n => Ok(Reward::state(model, rewards.iter().copied())?),
        [states, columns] if *states == n && *columns == actions => {
            Ok(Reward::state_action(model, pairs.map(|pair| rewards[[place(pair).0, place(pair).1]]))?)
        }
        [slabs, states, columns] if *slabs == actions && *states == n && *columns == n => {
            let expected = pairs.map(|pair| {
                let (s, a) = place(pair);
                let branches = model.number_row(pair).map(|(next, p)| (p, Number::from(rewards[[a, s, next]])));
                let branches: Vec<(Number, Number)> = branches.collect();
                expectation(branches.iter().map(|(probability, reward)| (probability, reward)))
            });
            Ok(Reward::expected(model, expected)?)
        }
        _ => {
            let expected = format!("{n}, {n} × {actions} or {actions} × {n} × {n}, as `P` says");
            Err(wrong("R", format!("{} numbers", shape(rewards)), expected))
        }
    }
}

fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let (states, actions) = (model.states().len(), model.actions().len());
    let format = Format::MdpToolbox;
    let count = actions as u128 * (states as u128).pow(2);
    if count > u128::from(MAX_TRANSITIONS) {
        return Err(FormatError::TooLarge { format, count, limit: MAX_TRANSITIONS });
    }
    let number = |name: &str| {
        let number = name.parse().ok().filter(|&number: &usize| number < actions);
        let rule = "actions are numbered from 0 without a gap";
        number.ok_or_else(|| FormatError::CannotName { format, what: "action", name: name.into(), rule })
    };
    let numbers = model.actions().iter().map(number).collect::<Result<Vec<_>, _>>()?;
    let mut probabilities = Array3::zeros((actions, states, states));
    let mut by_pair = Array2::zeros((states, actions));
    for s in model.state_ids() {
        for pair in model.available().pairs(s) {
            let action = numbers[model.available().action(pair).index()];
            let (next, row) = model.row(pair);
            for (&next, &probability) in next.iter().zip(row) {
                probabilities[[action, s.index(), next as usize]] = probability;
            }
            if let Some(reward) = environment.reward().filter(|reward| reward.kind() != RewardKind::State) {
                by_pair[[s.index(), action]] = reward.values()[pair];
            }
        }
    }
    let mut writer = Writer::default();
    writer.array("P", &probabilities);
    match environment.reward() {
        Some(reward) if reward.kind() == RewardKind::State => {
            writer.array("R", &Array1::from_vec(reward.values().to_vec()));
        }
        _ => writer.array("R", &by_pair),
    }
    if let Some(discount) = environment.discount().map(Discount::number).map(Number::value) {
        writer.numbers("discount", [discount]);
    }
    Ok(Files::of("npz", writer.finish()?))
}
