//! Writing a file.

use super::super::{Files, Format, FormatError};
use super::NO_LABEL;
use crate::Environment;
use dunamis_mdp::{Number, RewardKind};
use std::fmt::Write;

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

pub(super) fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let refuse =
        |what, name: &str, rule| Err(FormatError::CannotName { format: Format::Drn, what, name: name.into(), rule });
    let blank = |name: &str| name.is_empty() || name.chars().any(char::is_whitespace);
    if let Some(name) = model.actions().iter().find(|name| blank(name) || *name == NO_LABEL) {
        return refuse("action", name, "names have no blanks, are not empty and not `__NOLABEL__`");
    }
    let special = |name: &&str| name.starts_with(['"', '[', '{', '!']) || blank(name);
    if let Some(name) = environment.labels().names().find(special) {
        return refuse("label", name, "names have no blanks and begin with none of `\"`, `[`, `{` and `!`");
    }
    if let Some((name, _)) = environment.labels().iter().find(|(_, members)| members.is_empty()) {
        return refuse("label", name, "labels that no state has leave no trace");
    }
    let reward = environment.reward();
    let by_state = reward.is_some_and(|reward| reward.kind() == RewardKind::State);
    let exact = model.matrix().nnz() > 0 && super::super::Content::ExactNumbers.find(environment).is_some();
    let mut text = format!(
        "// Written by dunamis\n@type: MDP\n@value_type: {}\n@parameters\n\n@reward_models\n{}\n@nr_states\n{}\n@nr_choices\n{}\n@model\n",
        if exact { "rational" } else { "double" },
        if reward.is_some() { "reward" } else { "" },
        model.states().len(),
        model.available().len()
    );
    let bracket =
        |number: Option<Number>| number.map_or_else(String::new, |number| format!(" [{}]", number.exact_text()));
    let labels = environment.labels().by_state();
    for s in model.state_ids() {
        let zero = Number::from(0.0);
        let on_state = reward.map(|reward| if by_state { reward.number(s.index()) } else { zero.clone() });
        write!(text, "state {s}{}", bracket(on_state)).expect(WRITTEN);
        for label in labels.get(&s).into_iter().flatten() {
            write!(text, " {label}").expect(WRITTEN);
        }
        text.push('\n');
        for pair in model.available().pairs(s) {
            let action = &model.actions()[model.available().action(pair).index()];
            let on_pair = reward.map(|reward| if by_state { zero.clone() } else { reward.number(pair) });
            writeln!(text, "\taction {action}{}", bracket(on_pair)).expect(WRITTEN);
            for (next, probability) in model.number_row(pair) {
                writeln!(text, "\t\t{next} : {}", probability.exact_text()).expect(WRITTEN);
            }
        }
    }
    Ok(Files::of("drn", text))
}
