//! A goal that a swap of two rewards never seen in training makes incompatible with it.

use crate::{Exchangeable, GoalError, GoalSet, ShutdownSetting};
use dunamis_mdp::{Rational, StateId};
use serde::{Serialize, Serializer};

/// A compatible goal, the swap of two of its rewards, and the action of training that becomes better than what was learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SwapCounterexample {
    /// The goal, by state.
    #[serde(serialize_with = "as_texts")]
    pub goal: Vec<Rational>,
    /// The state whose reward changes places with that of the terminal state.
    pub state: String,
    /// Where the action is taken.
    pub at: String,
    /// What was learned there.
    pub learned: String,
    /// The action.
    pub action: String,
    /// What the learned action and the other one are worth before the swap.
    #[serde(serialize_with = "as_texts")]
    pub before: [Rational; 2],
    /// And after it.
    #[serde(serialize_with = "as_texts")]
    pub after: [Rational; 2],
}

fn as_texts<S: Serializer>(numbers: impl AsRef<[Rational]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.as_ref().iter().map(ToString::to_string))
}

impl SwapCounterexample {
    /// Looks for a state of the future whose swap makes a compatible goal incompatible; the first in the order of states. Exact.
    ///
    /// # Errors
    ///
    /// As for [`GoalSet::worths`] and [`Exchangeable::retargeting`].
    pub fn find(setting: &ShutdownSetting, goals: &GoalSet, goal: &[Rational]) -> Result<Option<Self>, GoalError> {
        if !goals.contains(goal)? {
            return Ok(None);
        }
        let (model, observed) = (goals.model(), goals.training().observed());
        let before = goals.worths(goal)?;
        let matters = Exchangeable::new(setting, goals);
        let future = crate::Recurrence::new(setting.model(), setting.new_state())?;
        let moves = |state: &StateId| {
            *state != setting.terminal()
                && future.reachable()[state.index()]
                && (matters.terminal.is_some() || matters.excluded.contains(state))
        };
        for state in model.state_ids().filter(moves) {
            let mut swapped = goal.to_vec();
            swapped.swap(state.index(), setting.terminal().index());
            let after = goals.worths(&swapped)?;
            for (k, (pair, worth)) in after.iter().enumerate().filter(|(_, (pair, _))| !observed[*pair]) {
                let at = model.available().state(*pair);
                let own = after.iter().position(|(other, _)| observed[*other] && model.available().state(*other) == at);
                let Some(own) = own.filter(|&own| *worth > after[own].1) else { continue };
                let action = |pair: usize| model.actions()[model.available().action(pair).index()].to_owned();
                let worths = |of: &[(usize, Rational)]| [of[own].1.clone(), of[k].1.clone()];
                return Ok(Some(SwapCounterexample {
                    goal: goal.to_vec(),
                    state: model.states()[state.index()].to_owned(),
                    at: model.states()[at.index()].to_owned(),
                    learned: action(after[own].0),
                    action: action(*pair),
                    before: worths(&before),
                    after: worths(&after),
                }));
            }
        }
        Ok(None)
    }
}

impl std::fmt::Display for SwapCounterexample {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { state, at, learned, action, before, after, .. } = self;
        write!(
            f,
            "at `{at}`, `{learned}` is worth {} and `{action}` {}; after the swap of the terminal reward with that of `{state}`, \
             {} and {}",
            before[0], before[1], after[0], after[1]
        )
    }
}
