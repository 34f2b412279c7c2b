//! The shutdown setting: a state never seen, in which the agent may be shut down `[Krakovna & Kramár 2023, Def. 7]`.
//!
//! The reward of the terminal state is collected once and nothing afterwards: in the models of this crate a terminal state leaks
//! all its mass, and mass that leaks is worth 0. Many models have a *sink* instead, which holds the agent for ever without a
//! reward; [`without_sinks`] makes one of the other. Either way every state that is left has a reward that may be permuted.

use crate::GoalError;
use crate::restriction::Restriction;
use dunamis_mdp::{StateId, TransitionModel};
use std::sync::Arc;

/// The model without its sinks: mass that enters one leaks, and the states behind those that are left, ascending.
///
/// # Errors
///
/// [`GoalError::LivingSink`] for a sink that can be left, [`GoalError::StateOutOfRange`], [`GoalError::Model`] when nothing is
/// left.
pub fn without_sinks(
    model: &TransitionModel,
    sinks: &[StateId],
) -> Result<(Arc<TransitionModel>, Vec<StateId>), GoalError> {
    let is_sink = marks(model, sinks)?;
    for &sink in sinks {
        for pair in model.available().pairs(sink) {
            if let Some(&next) = model.row(pair).0.iter().find(|&&next| !is_sink[next as usize]) {
                let name = |state: usize| model.states()[state].to_owned();
                return Err(GoalError::LivingSink { sink: name(sink.index()), next: name(next as usize) });
            }
        }
    }
    let rest = Restriction::new(model, |state| !is_sink[state.index()], |_| true)?;
    Ok((rest.model, rest.states))
}

/// One mark for each state.
pub(crate) fn marks(model: &TransitionModel, states: &[StateId]) -> Result<Vec<bool>, GoalError> {
    let mut marks = vec![false; model.states().len()];
    for state in states {
        let (state, states) = (state.index(), marks.len());
        *marks.get_mut(state).ok_or(GoalError::StateOutOfRange { state, states })? = true;
    }
    Ok(marks)
}

/// States that are reached from some on, with the pair and state that each was first reached by.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    by: Vec<Option<(usize, u32)>>,
    marks: Vec<bool>,
}

impl Reached {
    /// In $`O(\mathrm{nnz})`$, breadth first, so that ways are shortest; by pairs that are `usable`.
    pub(crate) fn new(model: &TransitionModel, from: &[StateId], usable: impl Fn(usize) -> bool) -> Self {
        let mut reached = Reached { by: vec![None; model.states().len()], marks: vec![false; model.states().len()] };
        let mut front: Vec<u32> = from.iter().map(|state| state.index() as u32).collect();
        for &state in &front {
            reached.marks[state as usize] = true;
        }
        let mut head = 0;
        while head < front.len() {
            let state = front[head];
            head += 1;
            for pair in model.available().pairs(StateId::new(state as usize)).filter(|&pair| usable(pair)) {
                for &next in model.row(pair).0 {
                    if !std::mem::replace(&mut reached.marks[next as usize], true) {
                        reached.by[next as usize] = Some((pair, state));
                        front.push(next);
                    }
                }
            }
        }
        reached
    }

    pub(crate) fn marks(&self) -> &[bool] {
        &self.marks
    }

    /// A shortest way to a state that is reached.
    pub(crate) fn way(&self, model: &TransitionModel, to: StateId) -> Way {
        let (mut state, mut steps) = (to.index(), Vec::new());
        while let Some((pair, from)) = self.by[state] {
            steps.push((pair, state));
            state = from as usize;
        }
        let name = |state: usize| model.states()[state].to_owned();
        let action = |pair: usize| model.actions()[model.available().action(pair).index()].to_owned();
        let steps = steps.into_iter().rev().map(|(pair, next)| (action(pair), name(next))).collect();
        Way { from: name(state), steps }
    }
}

/// A way that play may take, by names: how something that must not happen can happen.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Way {
    /// Where it starts.
    pub from: String,
    /// Each action and a state it may lead to.
    pub steps: Vec<(String, String)>,
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.from)?;
        self.steps.iter().try_for_each(|(action, next)| write!(f, " --{action}--> {next}"))
    }
}

/// A new state in which some actions shut the agent down and others do not.
///
/// ```
/// use dunamis_goals::ShutdownSetting;
/// use dunamis_mdp::TransitionModel;
/// let mut builder = TransitionModel::builder();
/// let (new, term, rest) = (builder.state("new")?, builder.state("term")?, builder.state("rest")?);
/// builder.transition(new, "shutdown", term, 1.0)?;
/// builder.transition(new, "refuse", rest, 1.0)?;
/// builder.leak(term, "end", 1.0)?;
/// builder.transition(rest, "stay", rest, 1.0)?;
/// let setting = ShutdownSetting::new(builder.build()?, new, term)?;
/// assert_eq!((setting.shutdown(), setting.others()), (&[0][..], &[1][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ShutdownSetting {
    model: Arc<TransitionModel>,
    new: StateId,
    terminal: StateId,
    shutdown: Vec<usize>,
    others: Vec<usize>,
}

impl ShutdownSetting {
    /// A setting in a model without sinks: the terminal state leaks all its mass.
    ///
    /// # Errors
    ///
    /// [`GoalError::LivingTerminal`] when the terminal state leads somewhere, [`GoalError::NoShutdown`] when no action of the new
    /// state leads there with certainty, [`GoalError::OnlyShutdown`] when all do, [`GoalError::StateOutOfRange`].
    pub fn new(model: impl Into<Arc<TransitionModel>>, new: StateId, terminal: StateId) -> Result<Self, GoalError> {
        let model = model.into();
        marks(&model, &[new, terminal])?;
        let name = |state: usize| model.states()[state].to_owned();
        for pair in model.available().pairs(terminal) {
            if let Some(&next) = model.row(pair).0.first() {
                return Err(GoalError::LivingTerminal { terminal: name(terminal.index()), next: name(next as usize) });
            }
        }
        let is_shutdown = |pair: &usize| model.row(*pair).0 == [terminal.index() as u32] && model.leak(*pair) == 0.0;
        let (shutdown, others): (Vec<usize>, Vec<usize>) = model.available().pairs(new).partition(is_shutdown);
        if shutdown.is_empty() {
            return Err(GoalError::NoShutdown { new: name(new.index()), terminal: name(terminal.index()) });
        }
        if others.is_empty() {
            return Err(GoalError::OnlyShutdown { new: name(new.index()) });
        }
        Ok(ShutdownSetting { model, new, terminal, shutdown, others })
    }

    /// The model, without sinks.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// The new state $`s_{new}`$.
    pub fn new_state(&self) -> StateId {
        self.new
    }

    /// The terminal state $`s_{term}`$.
    pub fn terminal(&self) -> StateId {
        self.terminal
    }

    /// The pairs $`A_0`$ of the new state that lead to the terminal state with certainty.
    pub fn shutdown(&self) -> &[usize] {
        &self.shutdown
    }

    /// The pairs $`A_1`$ of the new state that do anything else.
    pub fn others(&self) -> &[usize] {
        &self.others
    }
}
