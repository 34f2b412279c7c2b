//! Writing a file.

use super::super::content::is_number;
use super::super::{Files, Format, FormatError};
use crate::Environment;
use dunamis_mdp::{Names, Number, RewardKind};
use std::fmt::Write;

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

pub(super) fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let states = list("state", model.states())?;
    let actions = list("action", model.actions())?;
    let mut text = String::from("# Written by dunamis\n");
    if let Some(discount) = environment.discount() {
        writeln!(text, "discount: {}", discount.number().exact_text()).expect(WRITTEN);
    }
    writeln!(text, "values: reward\nstates: {states}\nactions: {actions}\n").expect(WRITTEN);
    let pairs = || {
        model.state_ids().flat_map(|s| {
            let action = |pair| &model.actions()[model.available().action(pair).index()];
            model.available().pairs(s).map(move |pair| (s.index(), &model.states()[s.index()], pair, action(pair)))
        })
    };
    for (_, state, pair, action) in pairs() {
        for (next, probability) in model.number_row(pair) {
            let (next, probability) = (&model.states()[next], probability.exact_text());
            writeln!(text, "T: {action} : {state} : {next} {probability}").expect(WRITTEN);
        }
    }
    if let Some(reward) = environment.reward() {
        text.push_str("\nR: * : * : * 0\n");
        for (s, state, pair, action) in pairs() {
            let number = reward.number(if reward.kind() == RewardKind::State { s } else { pair });
            if number != Number::from(0.0) {
                writeln!(text, "R: {action} : {state} : * {}", number.exact_text()).expect(WRITTEN);
            }
        }
    }
    Ok(Files::of("mdp", text))
}

/// The names, or their number where that is what they are.
fn list(what: &'static str, names: &Names) -> Result<String, FormatError> {
    if names.iter().enumerate().all(|(k, name)| is_number(name, k)) {
        return Ok(names.len().to_string());
    }
    if let Some(name) = names.iter().find(|name| !super::is_name(name)) {
        let rule = "names begin with a letter, have letters, digits, `_` and `-`, and are no words of the format";
        return Err(FormatError::CannotName { format: Format::Cassandra, what, name: name.into(), rule });
    }
    Ok(names.iter().collect::<Vec<_>>().join(" "))
}
