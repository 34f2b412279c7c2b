//! Models without what a format has no room for.

use super::Content;
use crate::{EnvError, Environment};
use dunamis_mdp::{Number, Reward, RewardKind, StateId, TransitionModel};

impl Environment {
    /// The same problem without some content, for formats that cannot hold it.
    ///
    /// Every optimal value that is defined with and without it stays the same:
    ///
    /// | content | becomes |
    /// |---|---|
    /// | names of states or actions | their numbers |
    /// | actions of some states only | actions of all; where one was missing it does what the state's first action does |
    /// | labels, a discount | nothing |
    /// | lost mass | a step into a new state, which has no reward and is never left |
    /// | exact numbers | the nearest doubles: values change by rounding |
    /// | rewards | nothing: there is no value left |
    /// | no reward | a reward of 0 |
    ///
    /// # Errors
    ///
    /// [`EnvError::Model`] where the number of a state or action is the name of the state of lost mass, or a double is not
    /// finite.
    pub fn without(self, content: Content) -> Result<Self, EnvError> {
        if content.find(&self).is_none() {
            return Ok(self);
        }
        match content {
            Content::Labels => self.with_labels(dunamis_mdp::Labels::default()),
            Content::Discount => Ok(self.with_discount(None)),
            Content::Rewards => Ok(self.without_reward()),
            Content::Rewardless => {
                let reward = Reward::state(self.model(), vec![0.0; self.model().states().len()])?;
                self.with_reward(reward)
            }
            _ => rebuild(&self, content),
        }
    }
}

/// The environment with another model, state by state and pair by pair.
fn rebuild(environment: &Environment, content: Content) -> Result<Environment, EnvError> {
    let model = environment.model();
    let (states, actions, available) = (model.states(), model.actions(), model.available());
    let number = |number: Number| if content == Content::ExactNumbers { number.value().into() } else { number };
    let rename = |content_of_name: Content, name: &str, number: usize| {
        if content == content_of_name { number.to_string() } else { name.to_owned() }
    };
    let reward = environment.reward();
    let by_state = reward.is_some_and(|reward| reward.kind() == RewardKind::State);
    let mut rewards = Vec::new();
    let mut builder = TransitionModel::builder();
    for s in model.state_ids() {
        builder.state(&rename(Content::StateNames, &states[s.index()], s.index()))?;
        rewards.extend(reward.filter(|_| by_state).map(|reward| number(reward.number(s.index()))));
    }
    let sink = (content == Content::Leaks).then(|| builder.state(&states.len().to_string())).transpose()?;
    for s in model.state_ids() {
        let here = available.pairs(s).map(|pair| (available.action(pair).index(), pair));
        let mut here: Vec<(usize, usize)> = here.collect();
        if content == Content::PartialActions {
            let missing = (0..actions.len()).filter(|a| here.iter().all(|(b, _)| a != b));
            let missing: Vec<(usize, usize)> = missing.map(|a| (a, available.pairs(s).start)).collect();
            here.extend(missing);
        }
        for (action, pair) in here {
            let action = rename(Content::ActionNames, &actions[action], action);
            for (next, probability) in model.number_row(pair) {
                builder.transition(s, &action, StateId::new(next), number(probability))?;
            }
            match (model.leak_number(pair), sink) {
                (Some(lost), Some(sink)) => builder.transition(s, &action, sink, lost)?,
                (Some(lost), None) => builder.leak(s, &action, number(lost))?,
                (None, _) => {}
            }
            rewards.extend(reward.filter(|_| !by_state).map(|reward| number(reward.number(pair))));
        }
    }
    if let Some(sink) = sink {
        // Where all states have all actions, that stays so.
        let partial = Content::PartialActions.find(environment).is_some();
        for action in actions.iter().take(if partial { 1 } else { actions.len() }) {
            builder.transition(sink, action, sink, 1.0)?;
            rewards.extend(reward.filter(|_| !by_state).map(|_| Number::from(0.0)));
        }
        rewards.extend(reward.filter(|_| by_state).map(|_| Number::from(0.0)));
    }
    let model = builder.build()?;
    let reward = match reward {
        None => None,
        Some(_) if by_state => Some(Reward::state(&model, rewards)?),
        Some(_) => Some(Reward::state_action(&model, rewards)?),
    };
    let discount = match environment.discount() {
        Some(discount) => {
            Some(dunamis_mdp::Discount::new(number(discount.number().clone())).map_err(dunamis_mdp::ModelError::from)?)
        }
        None => None,
    };
    let rebuilt = Environment::new(environment.name(), model).with_description(environment.description());
    let rebuilt = rebuilt.with_labels(environment.labels().clone())?.with_discount(discount);
    match reward {
        Some(reward) => rebuilt.with_reward(reward),
        None => Ok(rebuilt),
    }
}
