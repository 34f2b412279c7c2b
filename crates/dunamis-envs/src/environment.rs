//! An environment: a model with a name, and with a reward and a layout where it has them.

use crate::{EnvError, Grid, Noise};
use dunamis_mdp::{Discount, Labels, Mdp, Number, Reward, RewardKind, StateId, TransitionModel, json};
use std::fmt;
use std::sync::Arc;

/// A named transition model, with its reward, labels, discount and layout as a gridworld if it has any.
///
/// Its [`Display`](fmt::Display) form says everything there is to observe: the map, and every state with its reward and
/// where each action leads, with exact probabilities.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    description: String,
    model: Arc<TransitionModel>,
    reward: Option<Reward>,
    grid: Option<Grid>,
    labels: Labels,
    discount: Option<Discount>,
}

impl Environment {
    /// An environment without reward, labels, discount and layout.
    pub fn new(name: impl Into<String>, model: impl Into<Arc<TransitionModel>>) -> Self {
        Environment {
            name: name.into(),
            description: String::new(),
            model: model.into(),
            reward: None,
            grid: None,
            labels: Labels::default(),
            discount: None,
        }
    }

    /// The gridworld of one agent; see [`Grid::model`].
    ///
    /// # Errors
    ///
    /// As for [`Grid::model`].
    pub fn gridworld(name: impl Into<String>, grid: Grid, noise: &Noise) -> Result<Self, EnvError> {
        let model = grid.model(noise)?;
        Environment::new(name, model).with_grid(grid)
    }

    /// Reads a model, and its reward, labels and discount if it has them, from the JSON form of [`dunamis_mdp::json`].
    ///
    /// # Errors
    ///
    /// [`EnvError::Model`].
    pub fn from_json(name: impl Into<String>, text: &str) -> Result<Self, EnvError> {
        let document = json::read(text)?;
        let environment = Environment::new(name, document.model);
        let environment = environment.with_labels(document.labels)?.with_discount(document.discount);
        match document.reward {
            Some(reward) => environment.with_reward(reward),
            None => Ok(environment),
        }
    }

    /// The same with another name.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Environment { name: name.into(), ..self }
    }

    /// The same with a description: one line without a full stop.
    pub fn with_description(self, description: impl Into<String>) -> Self {
        Environment { description: description.into(), ..self }
    }

    /// The same with a reward of its own.
    ///
    /// # Errors
    ///
    /// [`EnvError::Model`] when the reward was made for a model of another size.
    pub fn with_reward(self, reward: Reward) -> Result<Self, EnvError> {
        let mdp = Mdp::new(Arc::clone(&self.model), reward)?;
        Ok(Environment { reward: Some(mdp.reward().clone()), ..self })
    }

    /// The same laid out on a grid, whose open cells are the states in order.
    ///
    /// # Errors
    ///
    /// [`EnvError::Layout`] unless there is one open cell for each state.
    pub fn with_grid(self, grid: Grid) -> Result<Self, EnvError> {
        let (cells, states) = (grid.cells().len(), self.model.states().len());
        if cells != states {
            return Err(EnvError::Layout { cells, states });
        }
        Ok(Environment { grid: Some(grid), ..self })
    }

    /// The same with these labels instead of its own.
    ///
    /// # Errors
    ///
    /// [`EnvError::LabeledState`] when a label has a state that the model does not have.
    pub fn with_labels(self, labels: Labels) -> Result<Self, EnvError> {
        let states = self.model.states().len();
        let outside = |(label, members): (&str, &[StateId])| {
            let state = members.last().map(|state| state.index()).filter(|&state| state >= states)?;
            Some(EnvError::LabeledState { label: label.into(), state, states })
        };
        let error = labels.iter().find_map(outside);
        error.map_or(Ok(Environment { labels, ..self }), Err)
    }

    /// The same with the discount that it is meant to be solved with, or without one.
    pub fn with_discount(self, discount: Option<Discount>) -> Self {
        Environment { discount, ..self }
    }

    /// The same with the layout of a gridworld, if the names of its states are cells such as `(0, 3)`.
    pub fn recognized(self) -> Self {
        let grid = Grid::of_names(self.model.states().iter());
        Environment { grid, ..self }
    }

    /// The same without reward.
    pub fn without_reward(self) -> Self {
        Environment { reward: None, ..self }
    }

    /// The name; with parameters, it is the specification under which [`load`](crate::load) finds it again.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in one line.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The transition model, shared.
    pub fn model(&self) -> &Arc<TransitionModel> {
        &self.model
    }

    /// Its own reward, if it has one.
    pub fn reward(&self) -> Option<&Reward> {
        self.reward.as_ref()
    }

    /// Its layout, if it is a gridworld.
    pub fn grid(&self) -> Option<&Grid> {
        self.grid.as_ref()
    }

    /// Its labels: named sets of states.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The discount it is meant to be solved with, if it names one.
    pub fn discount(&self) -> Option<&Discount> {
        self.discount.as_ref()
    }

    /// The model with its own reward, if it has one.
    pub fn mdp(&self) -> Option<Mdp> {
        let reward = self.reward.clone()?;
        Some(Mdp::new(Arc::clone(&self.model), reward).expect("a reward of this model, as checked when it was set"))
    }

    fn write_row(&self, f: &mut fmt::Formatter<'_>, pair: usize) -> fmt::Result {
        let mut separator = "";
        for (next, probability) in self.model.exact_row(pair) {
            write!(f, "{separator}{}", &self.model.states()[next.index()])?;
            separator = ", ";
            if self.model.row(pair).1 != [1.0] {
                write!(f, " [{}]", Number::from_rational(probability).map_err(|_| fmt::Error)?)?;
            }
        }
        if self.model.leak(pair) > 0.0 {
            let leak = Number::from_rational(self.model.exact_leak(pair)).map_err(|_| fmt::Error)?;
            write!(f, "{separator}lost [{leak}]")?;
        }
        Ok(())
    }

    fn write_reward(&self, f: &mut fmt::Formatter<'_>, on_state: bool, index: usize) -> fmt::Result {
        match &self.reward {
            Some(reward) if (reward.kind() == RewardKind::State) == on_state => {
                let exact = Number::from_rational(reward.exact(index)).map_err(|_| fmt::Error)?;
                write!(f, "  [reward {exact}]")
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = &self.model;
        writeln!(f, "{}: {} states, {} state-action pairs", self.name, model.states().len(), model.available().len())?;
        if !self.description.is_empty() {
            writeln!(f, "{}", self.description)?;
        }
        if let Some(grid) = &self.grid {
            write!(f, "\n{} × {} cells\n{grid}", grid.rows(), grid.columns())?;
        }
        if let Some(discount) = &self.discount {
            writeln!(f, "discount {discount}")?;
        }
        let labels = self.labels.by_state();
        for s in model.state_ids() {
            write!(f, "\n{}", &model.states()[s.index()])?;
            for label in labels.get(&s).into_iter().flatten() {
                write!(f, "  [{label}]")?;
            }
            self.write_reward(f, true, s.index())?;
            writeln!(f)?;
            for pair in model.available().pairs(s) {
                write!(f, "  {} → ", &model.actions()[model.available().action(pair).index()])?;
                self.write_row(f, pair)?;
                self.write_reward(f, false, pair)?;
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
