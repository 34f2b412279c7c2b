//! Writing the files.

use super::super::{Files, Format, FormatError};
use super::DEADLOCK;
use crate::Environment;
use dunamis_mdp::{Labels, Number, RewardKind};
use std::fmt::Write;

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

pub(super) fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let refuse = |what, name: &str, rule| {
        Err(FormatError::CannotName { format: Format::PrismExplicit, what, name: name.into(), rule })
    };
    let blank = |name: &&str| name.is_empty() || name.chars().any(char::is_whitespace);
    if let Some(name) = model.actions().iter().find(blank) {
        return refuse("action", name, "names have no blanks and are not empty");
    }
    if let Some(name) = environment.labels().names().find(|name| name.contains(['"', '\n', '\r'])) {
        return refuse("label", name, "names have no quotation marks and are on one line");
    }
    let (n, pairs, transitions) = (model.states().len(), model.available().len(), model.matrix().nnz());
    let mut tra = format!("{n} {pairs} {transitions}\n");
    for s in model.state_ids() {
        for (k, pair) in model.available().pairs(s).enumerate() {
            let action = &model.actions()[model.available().action(pair).index()];
            for (next, probability) in model.number_row(pair) {
                writeln!(tra, "{s} {k} {next} {} {action}", probability.exact_text()).expect(WRITTEN);
            }
        }
    }
    let mut files = Files::of("tra", tra);
    if !environment.labels().is_empty() {
        files = files.with("lab", labels(environment.labels()));
    }
    let Some(reward) = environment.reward() else { return Ok(files) };
    let zero = |number: &Number| number.is_double() && number.value() == 0.0;
    let mut lines = String::new();
    let mut count = 0;
    if reward.kind() == RewardKind::State {
        for s in 0..n {
            let number = reward.number(s);
            if !zero(&number) {
                writeln!(lines, "{s} {}", number.exact_text()).expect(WRITTEN);
                count += 1;
            }
        }
        return Ok(files.with("srew", format!("{n} {count}\n{lines}")));
    }
    for s in model.state_ids() {
        for (k, pair) in model.available().pairs(s).enumerate() {
            let number = reward.number(pair);
            if !zero(&number) {
                let text = number.exact_text();
                for &next in model.row(pair).0 {
                    writeln!(lines, "{s} {k} {next} {text}").expect(WRITTEN);
                    count += 1;
                }
            }
        }
    }
    Ok(files.with("trew", format!("{n} {pairs} {count}\n{lines}")))
}

fn labels(labels: &Labels) -> String {
    // PRISM expects these two, in this order.
    let usual = [Labels::INITIAL, DEADLOCK];
    let names: Vec<&str> = usual.into_iter().chain(labels.names().filter(|name| !usual.contains(name))).collect();
    let declared: Vec<String> = names.iter().enumerate().map(|(k, name)| format!("{k}=\"{name}\"")).collect();
    let mut text = declared.join(" ");
    text.push('\n');
    let number: std::collections::HashMap<&str, usize> = names.iter().enumerate().map(|(k, &name)| (name, k)).collect();
    for (state, labels) in labels.by_state() {
        let mut numbers: Vec<usize> = labels.iter().filter_map(|label| number.get(label).copied()).collect();
        numbers.sort_unstable();
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        writeln!(text, "{state}: {}", numbers.join(" ")).expect(WRITTEN);
    }
    text
}
