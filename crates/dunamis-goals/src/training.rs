//! Training: the states that were visited, and what was learned there `[Krakovna & Kramár 2023, Defs. 5 and 6]`.

use crate::GoalError;
use crate::setting::{Reached, Way, marks};
use dunamis_mdp::{Criterion, Discount, Mdp, Reward, StateId, TransitionModel};
use dunamis_solve::solve_exact;
use std::sync::Arc;

/// Which states were visited in training, and what the trained agent was seen to do there.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    model: Arc<TransitionModel>,
    trained: Vec<bool>,
    observed: Vec<bool>,
}

/// How the states of training are left, if they are.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Closure {
    /// By what was observed, or by any action of a trained state where nothing was.
    pub under_policy: Option<Way>,
    /// By any action at all.
    pub under_actions: Option<Way>,
}

impl Training {
    /// Training in some states, with the pairs that were observed there; states without any are seen, but not what is done.
    ///
    /// # Errors
    ///
    /// [`GoalError::StateOutOfRange`], [`GoalError::PairOutOfRange`], [`GoalError::NoTraining`] without any state,
    /// [`GoalError::UntrainedObservation`] for a pair of another state.
    pub fn new(
        model: impl Into<Arc<TransitionModel>>,
        trained: &[StateId],
        observed: &[usize],
    ) -> Result<Self, GoalError> {
        let model = model.into();
        if trained.is_empty() {
            return Err(GoalError::NoTraining);
        }
        let trained = marks(&model, trained)?;
        let pairs = model.available().len();
        let mut seen = vec![false; pairs];
        for &pair in observed {
            *seen.get_mut(pair).ok_or(GoalError::PairOutOfRange { pair, pairs })? = true;
            let state = model.available().state(pair).index();
            if !trained[state] {
                let action = model.actions()[model.available().action(pair).index()].to_owned();
                return Err(GoalError::UntrainedObservation { state: model.states()[state].to_owned(), action });
            }
        }
        Ok(Training { model, trained, observed: seen })
    }

    /// Training that ends in an optimal policy for a goal: at every trained state its first optimal action is observed. Exact.
    ///
    /// # Errors
    ///
    /// As for [`Training::new`], and [`GoalError::Solve`].
    pub fn optimal(
        model: impl Into<Arc<TransitionModel>>,
        trained: &[StateId],
        goal: Reward,
        discount: &Discount,
    ) -> Result<Self, GoalError> {
        let model = model.into();
        let mdp = Mdp::new(Arc::clone(&model), goal)?;
        let solution = solve_exact(&mdp, &Criterion::Discounted(discount.clone()))?;
        marks(&model, trained)?;
        let first = |state: &StateId| model.available().pairs(*state).find(|&pair| solution.optimal[pair]);
        let observed: Vec<usize> = trained.iter().filter_map(first).collect();
        Training::new(model, trained, &observed)
    }

    /// The model.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// Whether a state was visited in training.
    ///
    /// # Panics
    ///
    /// If the model has no such state.
    pub fn is_trained(&self, state: StateId) -> bool {
        self.trained[state.index()]
    }

    /// The states visited in training, $`S_{train}`$, ascending.
    pub fn trained(&self) -> Vec<StateId> {
        self.model.state_ids().filter(|state| self.trained[state.index()]).collect()
    }

    /// Whether the agent was seen to take each pair, shape |SA|.
    pub fn observed(&self) -> &[bool] {
        &self.observed
    }

    /// Whether anything was observed at a state.
    pub(crate) fn is_observed(&self, state: StateId) -> bool {
        self.model.available().pairs(state).any(|pair| self.observed[pair])
    }

    /// The same with a part of the observations.
    ///
    /// # Errors
    ///
    /// As for [`Training::new`].
    pub fn with_observed(&self, observed: &[usize]) -> Result<Self, GoalError> {
        Training::new(Arc::clone(&self.model), &self.trained(), observed)
    }

    /// States that are reached from training by any action.
    pub(crate) fn reach(&self) -> Reached {
        Reached::new(&self.model, &self.trained(), |_| true)
    }

    /// Whether training stays among its states, with a shortest way out where it does not. $`O(\mathrm{nnz})`$.
    pub fn closure(&self) -> Closure {
        let model = &self.model;
        let by_policy = |pair: usize| self.observed[pair] || !self.is_observed(model.available().state(pair));
        let exit = |usable: &dyn Fn(usize) -> bool| {
            let reached = Reached::new(model, &self.trained(), usable);
            let outside = model.state_ids().filter(|state| !self.trained[state.index()]);
            let ways = outside.filter(|state| reached.marks()[state.index()]).map(|state| reached.way(model, state));
            ways.min_by_key(|way| way.steps.len())
        };
        Closure { under_policy: exit(&by_policy), under_actions: exit(&|_| true) }
    }
}
