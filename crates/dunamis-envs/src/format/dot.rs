//! Drawings by Graphviz, in its language DOT; only written.
//!
//! States are circles with their names, rewards and labels, those labeled `init` with a double border. An action that leads to
//! one state is an arrow with the action's name and its reward; any other leads to a point, from which an arrow with its
//! probability goes to each next state. Exact numbers stay exact.

use super::{Content, Files, Format, FormatError, Registration};
use crate::Environment;
use dunamis_mdp::{Labels, Number, RewardKind};
use std::fmt::Write;

pub(super) const FORMAT: Registration = Registration {
    format: Format::Dot,
    name: "DOT",
    summary: "a drawing in the language of Graphviz, with probabilities and rewards",
    extensions: &["dot"],
    siblings: false,
    holds: &Content::ALL,
    recognizes: |_| false,
    read: None,
    write: Some(write),
};

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

#[expect(clippy::unnecessary_wraps, reason = "other formats refuse models")]
fn write(environment: &Environment) -> Result<Files, FormatError> {
    let model = environment.model();
    let reward = environment.reward();
    let by_state = reward.filter(|reward| reward.kind() == RewardKind::State);
    let by_pair = reward.filter(|reward| reward.kind() != RewardKind::State);
    let zero = Number::from(0.0);
    let mut text = String::from("digraph model {\n");
    if let Some(discount) = environment.discount() {
        writeln!(text, "  label=\"γ = {discount}\";").expect(WRITTEN);
    }
    text.push_str("  node [shape=circle];\n");
    let labels = environment.labels().by_state();
    for s in model.state_ids() {
        let labels = labels.get(&s).map_or(&[][..], Vec::as_slice);
        let mut lines = vec![escape(&model.states()[s.index()])];
        lines.extend(by_state.map(|reward| reward.number(s.index()).to_string()));
        lines.extend(
            labels.iter().filter(|&&label| label != Labels::INITIAL).map(|label| format!("{{{}}}", escape(label))),
        );
        let border = if labels.contains(&Labels::INITIAL) { ", peripheries=2" } else { "" };
        writeln!(text, "  s{s} [label=\"{}\"{border}];", lines.join("\\n")).expect(WRITTEN);
    }
    if model.leaks() {
        text.push_str("  lost [shape=none];\n");
    }
    for s in model.state_ids() {
        for pair in model.available().pairs(s) {
            let mut label = escape(&model.actions()[model.available().action(pair).index()]);
            if let Some(number) = by_pair.map(|reward| reward.number(pair)).filter(|number| *number != zero) {
                write!(label, " / {number}").expect(WRITTEN);
            }
            let branches = model.number_row(pair).map(|(next, probability)| (format!("s{next}"), probability));
            let lost = model.leak_number(pair).map(|lost| ("lost".to_owned(), lost));
            let branches: Vec<(String, Number)> = branches.chain(lost).collect();
            if let [(next, _)] = branches.as_slice() {
                writeln!(text, "  s{s} -> {next} [label=\"{label}\"];").expect(WRITTEN);
                continue;
            }
            writeln!(text, "  c{pair} [shape=point];\n  s{s} -> c{pair} [label=\"{label}\", arrowhead=none];")
                .expect(WRITTEN);
            for (next, probability) in branches {
                writeln!(text, "  c{pair} -> {next} [label=\"{probability}\"];").expect(WRITTEN);
            }
        }
    }
    text.push_str("}\n");
    Ok(Files::of("dot", text))
}

/// A text between quotation marks.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ")
}
