//! Edits of models and policies, as calls and as a small patch format.
//!
//! A patch is a JSON document with a list of edits, which are carried out in order:
//! ```json
//! {"schema": 1,
//!  "edits": [
//!    {"edit": "forbid", "at": {"A": "(0, 2)"}, "agent": "H", "action": "stay"},
//!    {"edit": "redirect", "state": "wet", "action": "wait", "to": {"dry": "1/3", "wet": "2/3"}},
//!    {"edit": "add", "state": ["dry", "wet"], "action": "leave", "to": "dry"},
//!    {"edit": "delete", "state": "mud", "arriving": {"redirect": "wet"}}]}
//! ```
//! The states of an edit are those that `state` names, one or a list; or those of a joint model where the agents are `at`
//! these places, for states called like `(0, 0)_H^(0, 1)_A`; or all of them. The action of a joint model is one agent's, with
//! `agent`, or the pair of `action_h` and `action_a`.
//!
//! | edit | does |
//! |---|---|
//! | `forbid` | the states no longer have the action |
//! | `redirect` | the action leads somewhere else: to a state, or to several with probabilities |
//! | `add` | the states get a new action |
//! | `delete` | the states are removed; `arriving` says what becomes of what leads there |
//!
//! `arriving` is `"forbid"`: actions that may lead there are forbidden; `"lose"`: the probability is lost for ever;
//! `"renormalize"`: the other successors get it, and actions without any are forbidden; or `{"redirect": STATE}`. Without it
//! nothing may lead there.
//!
//! The patch of a policy has the edits `set`, with a `distribution` over the actions of the states; `mix`, with another
//! `policy` that gets a `weight`; and `lift`, with a `policy` of one agent over its places, which is followed wherever the
//! other agent is.

mod document;
mod policy;
mod selection;

pub use policy::{PolicyEdit, PolicyEntries, PolicyLayout, PolicyPatch};
pub use selection::{Choice, Selection};

use crate::draft::action_name;
use crate::{Draft, DraftTransition, ModelError, Number, Rational};
use selection::Chosen;
use std::collections::{HashMap, HashSet};

/// A list of edits of a model; see the [module](crate::edit).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

/// One edit of a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Takes an action away.
    Forbid {
        /// Where.
        states: Selection,
        /// Which.
        action: Choice,
    },
    /// Lets an action lead somewhere else.
    Redirect {
        /// Where.
        states: Selection,
        /// Which.
        action: Choice,
        /// Its new successors with their probabilities.
        to: Vec<(String, Number)>,
    },
    /// Adds an action.
    Add {
        /// Where.
        states: Selection,
        /// Which.
        action: Choice,
        /// Its successors with their probabilities.
        to: Vec<(String, Number)>,
    },
    /// Removes states.
    Delete {
        /// Which.
        states: Selection,
        /// What becomes of what leads there; `None` if nothing does.
        arriving: Option<Arriving>,
    },
}

/// What becomes of what leads to a state that is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arriving {
    /// Actions that may lead there are forbidden.
    Forbid,
    /// The probability is lost for ever, worth 0.
    Lose,
    /// The other successors of the action get the probability; without any it is forbidden.
    Renormalize,
    /// It leads to another state instead.
    Redirect(String),
}

/// Why an edit cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[error("in `edits[{edit}]`")]
pub struct EditError {
    /// The number of the edit, from 0.
    pub edit: usize,
    /// What is wrong with it.
    #[source]
    pub problem: EditProblem,
}

/// What is wrong with an edit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditProblem {
    /// An edit of another name.
    #[error("there is no edit `{name}`{}: choose {known}", .nearest.as_ref().map_or_else(String::new, |name| format!(" (`{name}`, perhaps?)")))]
    UnknownEdit {
        /// The name.
        name: String,
        /// The nearest one.
        nearest: Option<String>,
        /// All of them.
        known: &'static str,
    },
    /// A key that the edit needs.
    #[error("the edit `{edit}` needs {key}")]
    Missing {
        /// The edit.
        edit: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A key that the edit does not have.
    #[error("the edit `{edit}` has no {key}: remove it")]
    Surplus {
        /// The edit.
        edit: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A value that is none of a few.
    #[error("`{found}` is unknown: choose {choices}")]
    Unknown {
        /// What is there.
        found: String,
        /// What could be.
        choices: &'static str,
    },
    /// Nothing to edit.
    #[error("no state is meant: {hint}")]
    Nowhere {
        /// What to look at.
        hint: &'static str,
    },
    /// No state has the action.
    #[error("no such state has the action `{action}`")]
    NoAction {
        /// The action.
        action: String,
    },
    /// An action that is there already.
    #[error("state `{state}` has the action `{action}` already: redirect it")]
    Exists {
        /// The state.
        state: String,
        /// The action.
        action: String,
    },
    /// An action for one agent in a model of two, or the other way round.
    #[error("the action is of {found}, but the model has {agents} agent(s)")]
    Agents {
        /// Of what the action is.
        found: &'static str,
        /// Agents of the model.
        agents: usize,
    },
    /// A state that is still led to.
    #[error("`{from}` --{action}--> `{state}` still leads there: say with `arriving` what becomes of it")]
    StillReached {
        /// Where it starts.
        from: String,
        /// The action.
        action: String,
        /// The state to delete.
        state: String,
    },
    /// A weight out of range.
    #[error("the weight is {found}, but must be from 0 to 1")]
    Weight {
        /// The weight.
        found: String,
    },
    /// Something of the model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

type Parsed<T> = Result<T, EditProblem>;

impl Patch {
    /// Carries the edits out, in order. The draft may be wrong afterwards, which [`Draft::errors`] tells.
    ///
    /// # Errors
    ///
    /// The first edit that cannot be carried out; the draft is then as the edits before it left it.
    pub fn apply(&self, draft: &mut Draft) -> Result<(), EditError> {
        for (i, edit) in self.edits.iter().enumerate() {
            edit.apply(draft).map_err(|problem| EditError { edit: i, problem })?;
        }
        Ok(())
    }
}

impl Edit {
    /// Carries the edit out.
    ///
    /// # Errors
    ///
    /// Why it cannot be; the draft is then as it was.
    pub fn apply(&self, draft: &mut Draft) -> Result<(), EditProblem> {
        let agents = draft.agents();
        match self {
            Edit::Forbid { states, action } => {
                let (states, named) = states.find(draft.states())?;
                action.check(agents)?;
                let hit = action.find(draft, &states, named)?;
                draft.transitions.retain(|t| !(states.contains(t.from.as_str()) && action.is(&t.moves)));
                debug_assert!(!hit.is_empty());
                Ok(())
            }
            Edit::Redirect { states, action, to } => {
                let (states, named) = states.find(draft.states())?;
                action.check(agents)?;
                let hit = action.find(draft, &states, named)?;
                check_states(draft, to)?;
                let place = draft.transitions.len();
                let mut done = HashSet::new();
                let mut transitions = Vec::with_capacity(place);
                for transition in std::mem::take(&mut draft.transitions) {
                    let row = (transition.from.clone(), transition.moves.clone());
                    if !hit.contains(&row) {
                        transitions.push(transition);
                    } else if done.insert(row) {
                        let DraftTransition { from, moves, .. } = transition;
                        transitions.extend(successors(&from, &moves, to, place));
                    }
                }
                draft.transitions = transitions;
                Ok(())
            }
            Edit::Add { states, action, to } => {
                let (states, _) = states.find(draft.states())?;
                action.check(agents)?;
                check_states(draft, to)?;
                let place = draft.transitions.len();
                let mut new = Vec::new();
                for state in states.iter() {
                    for moves in action.new_moves(draft, state) {
                        if draft.transitions.iter().any(|t| t.from == *state && t.moves == moves && t.to.is_some()) {
                            let action = action_name(&moves);
                            return Err(EditProblem::Exists { state: state.clone(), action });
                        }
                        new.extend(successors(state, &moves, to, place));
                    }
                }
                // A pair of moves may have been known, but not available.
                draft.transitions.retain(|old| !new.iter().any(|t| t.from == old.from && t.moves == old.moves));
                draft.transitions.extend(new);
                Ok(())
            }
            Edit::Delete { states, arriving } => {
                let (states, _) = states.find(draft.states())?;
                delete(draft, &states, arriving.as_ref())
            }
        }
    }
}

/// The transitions of a row.
fn successors<'a>(
    from: &'a str,
    moves: &'a [String],
    to: &'a [(String, Number)],
    place: usize,
) -> impl Iterator<Item = DraftTransition> + 'a {
    to.iter().map(move |(next, probability)| DraftTransition {
        from: from.to_owned(),
        moves: moves.to_vec(),
        to: Some(next.clone()),
        probability: probability.clone(),
        place,
    })
}

fn check_states(draft: &Draft, to: &[(String, Number)]) -> Parsed<()> {
    for (state, _) in to {
        known(draft, state)?;
    }
    Ok(())
}

fn known(draft: &Draft, state: &str) -> Parsed<()> {
    if draft.states().any(|known| known == state) {
        return Ok(());
    }
    let nearest = crate::nearest(draft.states(), state).map(Into::into);
    Err(ModelError::UnknownState { name: state.into(), nearest }.into())
}

fn delete(draft: &mut Draft, states: &Chosen, arriving: Option<&Arriving>) -> Parsed<()> {
    let gone = |transition: &DraftTransition| transition.to.as_ref().is_some_and(|to| states.contains(to));
    let staying: Vec<DraftTransition> =
        draft.transitions.iter().filter(|transition| !states.contains(&transition.from)).cloned().collect();
    let row = |transition: &DraftTransition| (transition.from.clone(), transition.moves.clone());
    let transitions = match arriving {
        None => match staying.iter().find(|transition| gone(transition)) {
            Some(DraftTransition { from, moves, to, .. }) => {
                let (from, action, state) = (from.clone(), action_name(moves), to.clone().unwrap_or_default());
                return Err(EditProblem::StillReached { from, action, state });
            }
            None => staying,
        },
        Some(Arriving::Forbid) => {
            let forbidden: HashSet<_> = staying.iter().filter(|t| gone(t)).map(row).collect();
            staying.into_iter().filter(|transition| !forbidden.contains(&row(transition))).collect()
        }
        Some(Arriving::Lose) => {
            merged(staying, |transition| if gone(transition) { None } else { transition.to.clone() })
        }
        Some(Arriving::Redirect(state)) => {
            known(draft, state)?;
            if states.contains(state) {
                return Err(ModelError::UnknownState { name: state.clone(), nearest: None }.into());
            }
            merged(staying, |t| if gone(t) { Some(state.clone()) } else { t.to.clone() })
        }
        Some(Arriving::Renormalize) => {
            let touched: HashSet<_> = staying.iter().filter(|t| gone(t)).map(row).collect();
            let mut left: HashMap<_, Rational> = HashMap::new();
            for transition in staying.iter().filter(|t| !gone(t) && touched.contains(&row(t))) {
                *left.entry(row(transition)).or_default() += transition.probability.exact();
            }
            let mut transitions = Vec::with_capacity(staying.len());
            for mut transition in staying {
                if gone(&transition) {
                    continue;
                }
                if let Some(sum) = left.get(&row(&transition)).filter(|sum| **sum > Rational::default()) {
                    let share = Number::from_rational(transition.probability.exact() / sum);
                    transition.probability = share.map_err(|source| ModelError::Number {
                        place: format!("the probability of `{}`", transition.from),
                        source,
                    })?;
                }
                transitions.push(transition);
            }
            transitions
        }
    };
    draft.states.retain(|(name, _)| !states.contains(name));
    draft.transitions = transitions;
    Ok(())
}

/// The transitions with other successors; those that become the same add up.
fn merged(transitions: Vec<DraftTransition>, to: impl Fn(&DraftTransition) -> Option<String>) -> Vec<DraftTransition> {
    let mut merged: Vec<DraftTransition> = Vec::with_capacity(transitions.len());
    let mut index = HashMap::new();
    for transition in transitions {
        let to = to(&transition);
        let number =
            *index.entry((transition.from.clone(), transition.moves.clone(), to.clone())).or_insert(merged.len());
        if number == merged.len() {
            merged.push(DraftTransition { to, ..transition });
        } else {
            let sum = merged[number].probability.exact() + transition.probability.exact();
            merged[number].probability =
                Number::from_rational(sum).unwrap_or_else(|_| transition.probability.value().into());
        }
    }
    merged
}
