//! From models and policies to graphs.

use super::{NAMES, Result, pair_of_moves};
use crate::Environment;
use crate::format::{Files, Format, FormatError};
use dunamis_mdp::{AvailableActions, JointModel, Names, Number, StateId, StochasticPolicy};
use std::fmt::Write;

/// Writing to a string cannot fail.
const WRITTEN: &str = "writing to a string succeeds";

/// The lines of a graph: nodes first, as graph libraries write them.
#[derive(Default)]
struct Lines {
    nodes: String,
    arrows: String,
}

impl Lines {
    fn node(&mut self, node: &str, lost: Option<Number>) {
        match lost {
            None => writeln!(self.nodes, "{node};").expect(WRITTEN),
            Some(lost) => writeln!(self.nodes, "{node}  [lost=\"{}\"];", lost.exact_text()).expect(WRITTEN),
        }
    }

    fn arrow(&mut self, from: &str, to: &str, weight: Option<&Number>) {
        match weight {
            None => writeln!(self.arrows, "{from} -> {to};").expect(WRITTEN),
            Some(weight) => {
                writeln!(self.arrows, "{from} -> {to}  [weight=\"{}\"];", weight.exact_text()).expect(WRITTEN);
            }
        }
    }

    fn files(self) -> Files {
        Files::of("gv", format!("strict digraph  {{\n{}{}}}\n", self.nodes, self.arrows))
    }
}

fn check<'a>(what: &'static str, names: impl Iterator<Item = &'a str>, pairs: bool) -> Result<()> {
    let bad = |name: &&str| name.contains(['[', ']']) || name.contains("__") || (pairs && name.contains("_H^"));
    match names.into_iter().find(bad) {
        None => Ok(()),
        Some(name) => Err(FormatError::CannotName { format: Format::Powerplay, what, name: name.into(), rule: NAMES }),
    }
}

/// A node, in quotation marks.
fn quoted(parts: &[&str]) -> String {
    let name = parts.iter().map(|part| format!("[{part}]")).collect::<Vec<_>>().join("__");
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn write(environment: &Environment) -> Result<Files> {
    let model = environment.model();
    let (states, actions, available) = (model.states(), model.actions(), model.available());
    check("state", states.iter(), false)?;
    check("action", actions.iter(), false)?;
    if actions.iter().all(|action| pair_of_moves(action).is_some()) {
        let (format, name) = (Format::Powerplay, actions[0].to_owned());
        return Err(FormatError::CannotName { format, what: "action", name, rule: NAMES });
    }
    let mut lines = Lines::default();
    for s in model.state_ids() {
        let state = &states[s.index()];
        let from = quoted(&[state]);
        lines.node(&from, None);
        for pair in available.pairs(s) {
            let action = &actions[available.action(pair).index()];
            let choice = quoted(&[action, state]);
            lines.node(&choice, model.leak_number(pair));
            lines.arrow(&from, &choice, None);
            for (next, probability) in model.number_row(pair) {
                let next = quoted(&[&states[next], action, state]);
                lines.node(&next, None);
                lines.arrow(&choice, &next, Some(&probability));
            }
        }
    }
    Ok(lines.files())
}

/// Writes the model of two agents; pairs of moves that are not available are nodes without arrows.
pub(in crate::format) fn encode_joint(model: &JointModel) -> Result<Files> {
    let states = model.states();
    check("state", states.iter(), false)?;
    for agent in dunamis_mdp::Agent::BOTH {
        check("action", model.actions(agent).iter(), true)?;
    }
    let mut lines = Lines::default();
    let mut last = None;
    for (s, [i, j], [h, a]) in model.moves() {
        let state = &states[s.index()];
        let from = quoted(&[state]);
        if last.replace(s) != Some(s) {
            lines.node(&from, None);
        }
        let action = format!("{h}_H^{a}_A");
        let choice = quoted(&[&action, state]);
        lines.node(&choice, None);
        lines.arrow(&from, &choice, None);
        let (next, probability) = model.row(s, i, j);
        for (&next, &probability) in next.iter().zip(probability) {
            let next = quoted(&[&states[next as usize], &action, state]);
            lines.node(&next, None);
            lines.arrow(&choice, &next, Some(&probability.into()));
        }
    }
    Ok(lines.files())
}

/// Writes a policy, with all actions of every state.
pub(in crate::format) fn encode_policy(
    states: &Names,
    actions: &Names,
    available: &AvailableActions,
    policy: &StochasticPolicy,
) -> Result<Files> {
    check("state", states.iter(), false)?;
    check("action", actions.iter(), false)?;
    let mut lines = Lines::default();
    for (s, state) in states.iter().enumerate() {
        let from = quoted(&[state]);
        lines.node(&from, None);
        for pair in available.pairs(StateId::new(s)) {
            let choice = quoted(&[&actions[available.action(pair).index()], state]);
            lines.node(&choice, None);
            lines.arrow(&from, &choice, Some(&policy.probabilities()[pair].into()));
        }
    }
    Ok(lines.files())
}
