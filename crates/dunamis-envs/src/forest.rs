//! Forest management: wait for old trees or cut them, while fires may start everything anew.

use crate::{EnvError, Environment, MAX_STATES};
use dunamis_mdp::{Number, Rational, Reward, TransitionModel};
use num_traits::One;

/// Forest management `[Chadès et al. 2014, MDPtoolbox, example forest]`.
///
/// State $`s \in \{0, \dots, n-1\}`$ is the age class of a forest. `wait` lets it grow into the next class (the oldest stays
/// the oldest), unless a fire of probability p takes it back to class 0; `cut` always leads to class 0. Waiting is
/// rewarded in the oldest class only, cutting with 1, but in the oldest class with its own reward and in class 0 with none.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    /// Number of age classes, at least 2.
    pub states: usize,
    /// Reward of waiting in the oldest class.
    pub reward_wait: Number,
    /// Reward of cutting in the oldest class.
    pub reward_cut: Number,
    /// Probability of a fire.
    pub fire: Number,
}

impl Forest {
    /// The forest of the usual example, r1 = 4, r2 = 2, p = 0.1, with a number of age classes.
    pub fn new(states: usize) -> Self {
        let fire = Rational::new(1.into(), 10.into());
        Forest {
            states,
            reward_wait: Number::from(4.0),
            reward_cut: Number::from(2.0),
            fire: Number::from_rational(fire).expect("one tenth is in range"),
        }
    }

    /// The environment, with its reward.
    ///
    /// # Errors
    ///
    /// [`EnvError::TooSmall`], [`EnvError::TooLarge`], [`EnvError::Probability`], or [`EnvError::Model`] for a reward that is
    /// not finite.
    pub fn environment(&self) -> Result<Environment, EnvError> {
        let value = self.states;
        if value < 2 {
            return Err(EnvError::TooSmall { what: "the number of age classes", value, least: 2 });
        }
        if value as u64 > MAX_STATES {
            return Err(EnvError::TooLarge { what: "states", count: value as u128, limit: MAX_STATES });
        }
        let fire = self.fire.value();
        let growth = if (0.0..=1.0).contains(&fire) {
            Number::from_rational(Rational::one() - self.fire.exact()).ok().filter(|growth| growth.value() >= 0.0)
        } else {
            None
        };
        let growth = growth.ok_or(EnvError::Probability { what: "the probability of a fire", value: fire })?;
        let mut builder = TransitionModel::builder();
        let ages = (0..self.states).map(|age| builder.state(&age.to_string())).collect::<Result<Vec<_>, _>>()?;
        let oldest = self.states - 1;
        let mut rewards = Vec::with_capacity(2 * self.states);
        for (age, &state) in ages.iter().enumerate() {
            builder.transition(state, "wait", ages[0], self.fire.clone())?;
            builder.transition(state, "wait", ages[oldest.min(age + 1)], growth.clone())?;
            builder.transition(state, "cut", ages[0], 1.0)?;
            rewards.push(if age == oldest { self.reward_wait.clone() } else { Number::from(0.0) });
            rewards.push(match age {
                0 => Number::from(0.0),
                _ if age == oldest => self.reward_cut.clone(),
                _ => Number::ONE,
            });
        }
        let model = builder.build()?;
        let reward = Reward::state_action(&model, rewards)?;
        Environment::new("forest", model).with_reward(reward)
    }
}
