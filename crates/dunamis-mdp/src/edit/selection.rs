//! The states and actions that an edit is about.

use super::{EditProblem, Parsed};
use crate::draft::action_name;
use crate::{Agent, Draft, DraftTransition, ModelError};
use std::collections::HashSet;

/// The states of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All.
    Everywhere,
    /// Those of these names.
    Named(Vec<String>),
    /// Those of a joint model where the agents are at these places.
    At {
        /// Where H is, if it matters.
        h: Option<String>,
        /// Where A is, if it matters.
        a: Option<String>,
    },
}

/// The action of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The action of the only agent.
    Action(String),
    /// The action of one of two agents, whatever the other does.
    Of(Agent, String),
    /// A pair of moves: H's and A's.
    Pair(String, String),
}

/// States that are chosen, in the order of the model.
pub(super) struct Chosen(Vec<String>, HashSet<String>);

impl Chosen {
    pub(super) fn contains(&self, state: &str) -> bool {
        self.1.contains(state)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }
}

/// The places of H and A in a joint state of this name.
pub(super) fn places(state: &str) -> Option<(&str, &str)> {
    state.strip_suffix("_A")?.split_once("_H^")
}

impl Selection {
    /// The states that are meant, and whether each was named.
    pub(super) fn find<'a>(&self, states: impl Iterator<Item = &'a str>) -> Parsed<(Chosen, bool)> {
        let all: Vec<&str> = states.collect();
        let chosen: Vec<String> = match self {
            Selection::Everywhere => all.iter().map(|&state| state.to_owned()).collect(),
            Selection::Named(names) => {
                for name in names {
                    if !all.contains(&name.as_str()) {
                        let nearest = crate::nearest(all.iter().copied(), name).map(Into::into);
                        return Err(ModelError::UnknownState { name: name.clone(), nearest }.into());
                    }
                }
                all.iter()
                    .filter(|state| names.iter().any(|name| name == *state))
                    .map(|&state| state.to_owned())
                    .collect()
            }
            Selection::At { h, a } => {
                let meant = |state: &&&str| {
                    places(state).is_some_and(|(at_h, at_a)| {
                        h.as_ref().is_none_or(|h| h == at_h) && a.as_ref().is_none_or(|a| a == at_a)
                    })
                };
                all.iter().filter(meant).map(|&state| state.to_owned()).collect()
            }
        };
        if chosen.is_empty() {
            let hint = "`state` names states, and `at` places of the agents as in `{\"A\": \"(0, 2)\"}`";
            return Err(EditProblem::Nowhere { hint });
        }
        let set = chosen.iter().cloned().collect();
        Ok((Chosen(chosen, set), matches!(self, Selection::Named(_))))
    }
}

impl Choice {
    pub(super) fn check(&self, agents: usize) -> Parsed<()> {
        match (self, agents) {
            (Choice::Action(_), 2) => Err(EditProblem::Agents { found: "one agent", agents }),
            (Choice::Of(..) | Choice::Pair(..), 1) => Err(EditProblem::Agents { found: "two agents", agents }),
            _ => Ok(()),
        }
    }

    pub(super) fn is(&self, moves: &[String]) -> bool {
        match (self, moves) {
            (Choice::Action(action), [only]) => action == only,
            (Choice::Of(Agent::H, action), [h, _]) => action == h,
            (Choice::Of(Agent::A, action), [_, a]) => action == a,
            (Choice::Pair(h, a), [own_h, own_a]) => h == own_h && a == own_a,
            _ => false,
        }
    }

    fn name(&self) -> String {
        match self {
            Choice::Action(action) | Choice::Of(_, action) => action.clone(),
            Choice::Pair(h, a) => action_name(&[h.clone(), a.clone()]),
        }
    }

    /// The rows that are meant. Where states are named, each must have the action; elsewhere one of them must.
    pub(super) fn find(&self, draft: &Draft, states: &Chosen, named: bool) -> Parsed<HashSet<(String, Vec<String>)>> {
        let meant = |t: &&DraftTransition| states.contains(&t.from) && self.is(&t.moves);
        let rows: HashSet<(String, Vec<String>)> =
            draft.transitions.iter().filter(meant).map(|t| (t.from.clone(), t.moves.clone())).collect();
        let without = states.iter().find(|state| !rows.iter().any(|(from, _)| from == *state));
        match without {
            Some(state) if named => {
                let here = draft.transitions.iter().filter(|t| t.from == *state).map(|t| action_name(&t.moves));
                let mut available: Vec<String> = Vec::new();
                for action in here {
                    if !available.contains(&action) {
                        available.push(action);
                    }
                }
                Err(ModelError::UnavailableAction { state: state.clone(), action: self.name(), available }.into())
            }
            _ if rows.is_empty() => Err(EditProblem::NoAction { action: self.name() }),
            _ => Ok(rows),
        }
    }

    /// The rows that a new action means at a state: a new move of one agent is paired with every move of the other.
    pub(super) fn new_moves(&self, draft: &Draft, state: &str) -> Vec<Vec<String>> {
        match self {
            Choice::Action(action) => vec![vec![action.clone()]],
            Choice::Pair(h, a) => vec![vec![h.clone(), a.clone()]],
            Choice::Of(agent, action) => {
                let mut others: Vec<&String> = Vec::new();
                for transition in draft.transitions.iter().filter(|t| t.from == state) {
                    let other = &transition.moves[agent.other() as usize];
                    if !others.contains(&other) {
                        others.push(other);
                    }
                }
                let pair = |other: &String| match agent {
                    Agent::H => vec![action.clone(), other.clone()],
                    Agent::A => vec![other.clone(), action.clone()],
                };
                others.into_iter().map(pair).collect()
            }
        }
    }
}
