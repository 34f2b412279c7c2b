//! How closely an agent follows its goal.

use crate::GoalError;
use serde::Serialize;

/// What a goal-directed agent does with the values of its actions. All agents of a comparison share one.
///
/// Both kinds give every action a positive probability, so that no behavior is impossible and every log-likelihood finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rationality(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Tremble(f64),
    Boltzmann(f64),
}

/// Actions whose values differ by less than this part of the goal's spread tie.
const TIE: f64 = 1e-9;

impl Rationality {
    /// With probability `epsilon` any action, all alike; otherwise an optimal one, all of those alike.
    ///
    /// # Errors
    ///
    /// [`GoalError::Rationality`] unless $`10^{-9} \le \varepsilon \le 1`$.
    pub fn tremble(epsilon: f64) -> Result<Self, GoalError> {
        within("the probability of a tremble", epsilon, 1e-9, 1.0).map(|epsilon| Rationality(Kind::Tremble(epsilon)))
    }

    /// An action with probability proportional to $`e^{Q^*(s,a)/\tau}`$, for goals scaled to a spread of 1 between their
    /// smallest and their largest reward.
    ///
    /// # Errors
    ///
    /// [`GoalError::Rationality`] unless $`10^{-6} \le \tau \le 10^6`$.
    pub fn boltzmann(temperature: f64) -> Result<Self, GoalError> {
        // Below this temperature quotients may overflow, and above it differences vanish.
        within("the temperature", temperature, 1e-6, 1e6).map(|temperature| Rationality(Kind::Boltzmann(temperature)))
    }

    /// Turns the values of the actions of one state into probabilities. `spread` is the goal's, at least 0; with 0 there is
    /// nothing to choose.
    pub(crate) fn choose(self, values: &mut [f64], spread: f64) {
        let count = values.len() as f64;
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match self.0 {
            _ if spread == 0.0 => values.fill(1.0 / count),
            Kind::Tremble(epsilon) => {
                let optimal = |value: f64| value >= largest - TIE * spread;
                let best = values.iter().filter(|value| optimal(**value)).count() as f64;
                for value in values {
                    *value = epsilon / count + if optimal(*value) { (1.0 - epsilon) / best } else { 0.0 };
                }
            }
            Kind::Boltzmann(temperature) => {
                for value in values.iter_mut() {
                    // Far below, probabilities are as good as 0, but must not be 0.
                    *value = libm::exp(((*value - largest) / (spread * temperature)).max(-600.0));
                }
                let sum: f64 = values.iter().sum();
                for value in values {
                    *value /= sum;
                }
            }
        }
    }
}

fn within(what: &'static str, value: f64, least: f64, most: f64) -> Result<f64, GoalError> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(GoalError::Rationality { what, value, least, most }) }
}
