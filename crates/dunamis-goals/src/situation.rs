//! Training and a new state, as the labels of a model tell them.

use crate::exact_reward::exact_reward;
use crate::setting::marks;
use crate::{GoalError, ShutdownSetting, Training, without_sinks};
use dunamis_mdp::{Discount, Labels, Rational, Reward, RewardKind, StateId, TransitionModel};
use num_traits::Zero;
use std::sync::Arc;

/// The label of the states that were visited in training.
pub const TRAIN: &str = "train";
/// The label of the new state.
pub const NEW: &str = "new";
/// The label of the terminal state, in which the agent is shut down.
pub const SHUTDOWN: &str = "shutdown";
/// The label of states that are never left and have no reward.
pub const SINK: &str = "sink";

/// The states that were trained on, the new state and the terminal one, in the model without its sinks.
///
/// ```
/// use dunamis_goals::Situation;
/// let environment = dunamis_envs::load("shutdown-setting:recurrent=2")?;
/// let situation = Situation::new(environment.model(), environment.labels())?;
/// let goal = situation.goal(environment.reward().ok_or("no reward")?)?;
/// let discount = "9/10".parse()?;
/// let training = situation.training(&goal, &discount)?;
/// let setting = situation.shutdown_setting()?;
/// assert!(training.closure().under_actions.is_none() && !training.is_trained(setting.new_state()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Situation {
    model: Arc<TransitionModel>,
    /// The state of the whole model behind each state.
    states: Vec<StateId>,
    trained: Vec<StateId>,
    new: StateId,
    terminal: Option<StateId>,
}

impl Situation {
    /// What the labels [`TRAIN`], [`NEW`], [`SHUTDOWN`] (if there is such a state) and [`SINK`] (if any) describe.
    ///
    /// # Errors
    ///
    /// [`GoalError::Label`] unless one state is new and at most one the terminal one, [`GoalError::NoTraining`],
    /// [`GoalError::TrainedAndNew`], and as for [`without_sinks`].
    pub fn new(model: &TransitionModel, labels: &Labels) -> Result<Self, GoalError> {
        let members = |label: &str| labels.get(label).unwrap_or_default();
        for label in [TRAIN, NEW, SHUTDOWN, SINK] {
            marks(model, members(label))?;
        }
        let (rest, states) = without_sinks(model, members(SINK))?;
        let own = |state: &StateId| states.binary_search(state).ok().map(StateId::new);
        let one = |label: &'static str| match members(label) {
            [state] => own(state).map(Some).ok_or(GoalError::Label { label, states: 0 }),
            [] => Ok(None),
            others => Err(GoalError::Label { label, states: others.len() }),
        };
        let new = one(NEW)?.ok_or(GoalError::Label { label: NEW, states: 0 })?;
        let trained: Vec<StateId> = members(TRAIN).iter().filter_map(own).collect();
        if trained.is_empty() {
            return Err(GoalError::NoTraining);
        }
        if trained.contains(&new) {
            return Err(GoalError::TrainedAndNew { state: rest.states()[new.index()].to_owned() });
        }
        Ok(Situation { model: rest, terminal: one(SHUTDOWN)?, states, trained, new })
    }

    /// The model without its sinks.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// The state of the whole model behind each state, ascending.
    pub fn states(&self) -> &[StateId] {
        &self.states
    }

    /// The states of training, ascending.
    pub fn trained(&self) -> &[StateId] {
        &self.trained
    }

    /// The new state.
    pub fn new_state(&self) -> StateId {
        self.new
    }

    /// A reward of the whole model as a goal: its rewards without those of sinks, which must be 0.
    ///
    /// # Errors
    ///
    /// [`GoalError::NotOnStates`] for rewards of actions, [`GoalError::Dimension`], [`GoalError::RewardedSink`].
    pub fn goal(&self, reward: &Reward) -> Result<Vec<Rational>, GoalError> {
        if reward.kind() != RewardKind::State {
            return Err(GoalError::NotOnStates);
        }
        let (least, actual) = (self.states.last().map_or(0, |state| state.index() + 1), reward.values().len());
        if actual < least {
            return Err(GoalError::Dimension { expected: least, actual });
        }
        let is_sink = |state: &usize| self.states.binary_search(&StateId::new(*state)).is_err();
        if let Some(state) = (0..actual).filter(is_sink).find(|&state| !reward.exact(state).is_zero()) {
            return Err(GoalError::RewardedSink { state });
        }
        Ok(self.states.iter().map(|state| reward.exact(state.index())).collect())
    }

    /// Training that ends in an optimal policy for a goal: see [`Training::optimal`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn training(&self, goal: &[Rational], discount: &Discount) -> Result<Training, GoalError> {
        let goal = exact_reward(&self.model, goal)?;
        Training::optimal(Arc::clone(&self.model), &self.trained, goal, discount)
    }

    /// The shutdown setting.
    ///
    /// # Errors
    ///
    /// [`GoalError::Label`] without a terminal state, and as for [`ShutdownSetting::new`].
    pub fn shutdown_setting(&self) -> Result<ShutdownSetting, GoalError> {
        let terminal = self.terminal.ok_or(GoalError::Label { label: SHUTDOWN, states: 0 })?;
        ShutdownSetting::new(Arc::clone(&self.model), self.new, terminal)
    }
}
