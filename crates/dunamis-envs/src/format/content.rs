//! What model files hold, beyond what every format holds.

use super::FormatError;
use crate::{EnvError, Environment};
use dunamis_mdp::{Discount, Labels, Number, Reward, RewardKind, TransitionModel};
use std::fmt;

/// What a file says.
pub(super) struct Contents {
    pub(super) model: TransitionModel,
    /// Rewards with their names, in the order of the file.
    pub(super) rewards: Vec<(String, Reward)>,
    pub(super) labels: Labels,
    pub(super) discount: Option<Discount>,
}

impl Contents {
    /// The environment with the only reward, or with the one of a name.
    pub(super) fn environment(mut self, reward: Option<&str>) -> Result<Environment, EnvError> {
        let names = || self.rewards.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let chosen = match (reward, self.rewards.len()) {
            (None, 0) => None,
            (None, 1) => Some(0),
            (None, _) => return Err(FormatError::SeveralRewards { names: names() }.into()),
            (Some(name), _) => match self.rewards.iter().position(|(known, _)| known == name) {
                Some(k) => Some(k),
                None => return Err(FormatError::UnknownReward { name: name.into(), names: names() }.into()),
            },
        };
        let environment = Environment::new("model", self.model).with_labels(self.labels)?.with_discount(self.discount);
        let environment = environment.recognized();
        match chosen {
            Some(k) => environment.with_reward(self.rewards.swap_remove(k).1),
            None => Ok(environment),
        }
    }
}

/// Something that a model file may hold, and that not every format can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Content {
    /// States with other names than their numbers 0, 1, ….
    StateNames,
    /// Actions with other names than numbers.
    ActionNames,
    /// Actions that some state has and another has not.
    PartialActions,
    /// Labels of states.
    Labels,
    /// A discount.
    Discount,
    /// Rows that lose mass for ever.
    Leaks,
    /// Probabilities, rewards or discounts that no double denotes.
    ExactNumbers,
    /// A reward.
    Rewards,
    /// No reward at all.
    Rewardless,
}

impl Content {
    /// All of them.
    pub const ALL: [Content; 9] = [
        Content::StateNames,
        Content::ActionNames,
        Content::PartialActions,
        Content::Labels,
        Content::Discount,
        Content::Leaks,
        Content::ExactNumbers,
        Content::Rewards,
        Content::Rewardless,
    ];

    /// Its name in arguments: in lower case, with hyphens.
    pub fn name(self) -> &'static str {
        match self {
            Content::StateNames => "state-names",
            Content::ActionNames => "action-names",
            Content::PartialActions => "partial-actions",
            Content::Labels => "labels",
            Content::Discount => "discount",
            Content::Leaks => "leaks",
            Content::ExactNumbers => "exact-numbers",
            Content::Rewards => "rewards",
            Content::Rewardless => "rewardless",
        }
    }

    /// The first place where an environment has it. $`O(\mathrm{nnz})`$.
    pub fn find(self, environment: &Environment) -> Option<String> {
        let model = environment.model();
        let (states, actions) = (model.states(), model.actions());
        match self {
            Content::StateNames => {
                let named = |&(s, name): &(usize, &str)| !is_number(name, s);
                states.iter().enumerate().find(named).map(|(_, name)| format!("the state `{name}`"))
            }
            Content::ActionNames => {
                let named = |name: &&str| !name.parse().is_ok_and(|number| is_number(name, number));
                actions.iter().find(named).map(|name| format!("the action `{name}`"))
            }
            Content::PartialActions => {
                let s = model.state_ids().find(|&s| model.available().at(s).len() < actions.len())?;
                let missing = (0..actions.len()).find(|a| model.available().at(s).iter().all(|b| b.index() != *a))?;
                Some(format!(
                    "the action `{}`, which is not available at state `{}`",
                    &actions[missing],
                    &states[s.index()]
                ))
            }
            Content::Labels => environment.labels().names().next().map(|label| format!("the label `{label}`")),
            Content::Discount => environment.discount().map(|discount| format!("the discount {discount}")),
            Content::Leaks => {
                let s = model.state_ids().find(|&s| model.available().pairs(s).any(|pair| model.leak(pair) > 0.0))?;
                Some(format!("the mass lost at state `{}`", &states[s.index()]))
            }
            Content::ExactNumbers => exact_number(environment).map(|number| format!("the number {number}")),
            Content::Rewards => environment.reward().map(|reward| match reward.kind() {
                RewardKind::State => "a reward of states".into(),
                _ => "a reward of actions".into(),
            }),
            Content::Rewardless => environment.reward().is_none().then(|| "no reward".into()),
        }
    }
}

/// The first number that no double denotes.
fn exact_number(environment: &Environment) -> Option<Number> {
    let model = environment.model();
    let rows = (0..model.available().len())
        .flat_map(|pair| model.number_row(pair).map(|(_, probability)| probability).chain(model.leak_number(pair)));
    let rewards = environment.reward().into_iter().flat_map(|r| (0..r.values().len()).map(|k| r.number(k)));
    let discount = environment.discount().map(|discount| discount.number().clone());
    rows.chain(rewards).chain(discount).find(|number| !number.is_double())
}

/// Whether a name is this number in its usual form.
pub(super) fn is_number(name: &str, number: usize) -> bool {
    let mut digits = [0_u8; 20];
    let (mut start, mut rest) = (digits.len(), number);
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return name.as_bytes() == &digits[start..];
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Content::StateNames => "names of states",
            Content::ActionNames => "names of actions",
            Content::PartialActions => "actions that are available in some states only",
            Content::Labels => "labels",
            Content::Discount => "a discount",
            Content::Leaks => "mass that is lost",
            Content::ExactNumbers => "exact numbers",
            Content::Rewards => "rewards",
            Content::Rewardless => "a model without reward",
        })
    }
}
