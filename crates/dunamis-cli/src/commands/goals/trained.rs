//! The agent that was trained: where, what it was seen to do, and which goals explain that.

use crate::argument::names;
use crate::failure::Failure;
use clap::{Args, ValueEnum};
use dunamis_envs::{Environment, load};
use dunamis_goals::{
    GoalBounds, GoalError, GoalSet, GoalSettings, NEW, Reading, SHUTDOWN, SINK, Situation, TRAIN, Training,
};
use dunamis_mdp::{Discount, Labels, Number, Rational, TransitionModel};
use std::str::FromStr;

/// The agent that was trained.
#[derive(Debug, Args)]
pub(super) struct Trained {
    /// A shipped name (with parameters), or the path of a model (see dunamis env formats)
    #[arg(value_name = "MODEL")]
    model: String,

    /// The discount γ, as a fraction or decimal [default: that of the model]
    #[arg(long, value_name = "G")]
    discount: Option<Discount>,

    /// States visited in training, separated by commas [default: those with the label train]
    #[arg(long, value_name = "STATES")]
    train: Option<String>,

    /// What was seen in training, as STATE=ACTION; may be repeated [default: optimal actions for the model's own reward]
    #[arg(long, value_name = "STATE=ACTION")]
    observe: Vec<String>,

    /// The new state [default: the one with the label new]
    #[arg(long, value_name = "STATE")]
    new: Option<String>,

    /// The state in which the agent is shut down [default: the one with the label shutdown, if any]
    #[arg(long, value_name = "STATE")]
    shutdown: Option<String>,

    /// States that hold the agent for ever without a reward, separated by commas [default: the label sink]
    #[arg(long, value_name = "STATES")]
    sink: Option<String>,

    /// Which actions count when it is asked what is optimal in training
    #[arg(long, value_enum, value_name = "READING", default_value = "all-actions")]
    reading: ReadingChoice,

    /// By how much observed actions are better than others; negative where training stopped short of optimality
    #[arg(long, value_name = "E", default_value = "0", allow_hyphen_values = true)]
    margin: Number,

    /// How large rewards may be: unit ([0, 1]), sphere, none, or LOW,HIGH
    #[arg(long, value_name = "BOUNDS", default_value = "unit", allow_hyphen_values = true)]
    bounds: Bounds,
}

/// Which actions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReadingChoice {
    /// All of them, wherever they lead.
    AllActions,
    /// Those that stay among the states of training.
    WithinTraining,
}

/// How large rewards may be.
#[derive(Clone, Debug)]
enum Bounds {
    Unit,
    Sphere,
    None,
    Between(Number, Number),
}

/// A text that names no bounds.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` are no bounds: write `unit`, `sphere`, `none`, or two numbers such as `-1,1`")]
struct BoundsError {
    text: String,
}

impl FromStr for Bounds {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "unit" => Bounds::Unit,
            "sphere" => Bounds::Sphere,
            "none" => Bounds::None,
            _ => match text.split_once(',') {
                Some((low, high)) => Bounds::Between(low.trim().parse()?, high.trim().parse()?),
                None => return Err(BoundsError { text: text.into() }.into()),
            },
        })
    }
}

/// The goals that explain what was seen, and the situation they are asked about.
pub(super) struct Explained {
    pub(super) environment: Environment,
    pub(super) situation: Situation,
    pub(super) goals: GoalSet,
    /// The goal of the model's own reward, if it has one.
    pub(super) goal: Option<Vec<Rational>>,
}

impl Trained {
    pub(super) fn read(&self) -> Result<Explained, Failure> {
        let environment = load(&self.model)?;
        let model = environment.model();
        let is_state = |name: &str| model.state(name).is_ok();
        let mut labels = Labels::default();
        for (label, given) in [(TRAIN, &self.train), (NEW, &self.new), (SHUTDOWN, &self.shutdown), (SINK, &self.sink)] {
            match given {
                Some(text) => {
                    for name in names(text, is_state) {
                        labels.add(label, [model.state(&name)?]);
                    }
                }
                None => labels.add(label, environment.labels().get(label).unwrap_or_default().iter().copied()),
            }
        }
        let situation = Situation::new(model, &labels)?;
        let discount = self.discount.clone().or_else(|| environment.discount().cloned());
        let discount = discount.ok_or_else(|| Failure::NoDiscount { environment: environment.name().into() })?;
        let goal = environment.reward().map(|reward| situation.goal(reward)).transpose()?;
        let training = if self.observe.is_empty() {
            let no_reward = || Failure::NothingObserved { environment: environment.name().into() };
            situation.training(goal.as_ref().ok_or_else(no_reward)?, &discount)?
        } else {
            let model = situation.model();
            let pairs = self.observe.iter().map(|text| pair(model, text)).collect::<Result<Vec<_>, _>>()?;
            Training::new(model.clone(), situation.trained(), &pairs)?
        };
        let dimension = situation.model().states().len();
        let bounds = match &self.bounds {
            Bounds::Unit => GoalBounds::unit(dimension),
            Bounds::Sphere => GoalBounds::Sphere,
            Bounds::None => GoalBounds::Unbounded,
            Bounds::Between(low, high) => GoalBounds::uniform(dimension, low.exact(), high.exact())?,
        };
        let reading = match self.reading {
            ReadingChoice::AllActions => Reading::AllActions,
            ReadingChoice::WithinTraining => Reading::WithinTraining,
        };
        let settings = GoalSettings { reading, margin: self.margin.exact(), bounds: Some(bounds) };
        let goals = GoalSet::new(training, &discount, settings)?;
        Ok(Explained { environment, situation, goals, goal })
    }

    /// The bounds as they were written.
    pub(super) fn bounds(&self) -> String {
        match &self.bounds {
            Bounds::Unit => "between 0 and 1".into(),
            Bounds::Sphere => "on the unit sphere".into(),
            Bounds::None => "without bounds".into(),
            Bounds::Between(low, high) => format!("between {low} and {high}"),
        }
    }
}

/// The pair that `STATE=ACTION` names.
fn pair(model: &TransitionModel, text: &str) -> Result<usize, Failure> {
    let wrong = || Failure::Observation { text: text.into() };
    let (state, action) = text.rsplit_once('=').ok_or_else(wrong)?;
    let state = model.state(state.trim())?;
    let action = model.action(action.trim())?;
    let unavailable = || Failure::UnavailableAction {
        state: model.states()[state.index()].into(),
        action: model.actions()[action.index()].into(),
    };
    model.available().find(state, action).ok_or_else(unavailable)
}

impl Explained {
    pub(super) fn state(&self, state: dunamis_mdp::StateId) -> &str {
        &self.goals.model().states()[state.index()]
    }

    pub(super) fn action(&self, pair: usize) -> &str {
        let model = self.goals.model();
        &model.actions()[model.available().action(pair).index()]
    }
}

impl From<GoalError> for Failure {
    fn from(error: GoalError) -> Self {
        match error {
            GoalError::Model(error) => error.into(),
            GoalError::Solve(error) => error.into(),
            GoalError::Power(error) => error.into(),
            error => Failure::Goals(Box::new(error)),
        }
    }
}
