//! Boltzmann policies: actions drawn with probabilities that grow exponentially with their values.
//!
//! ```math
//! \pi(a|s) = \frac{e^{Q(s,a)/\tau}}{\sum_{b} e^{Q(s,b)/\tau}}
//! ```
//!
//! at a temperature $`\tau`$ in the units of the reward. As $`\tau \to 0`$ with $`Q`$ fixed, this tends to the uniform
//! distribution over the actions of largest $`Q`$, which is what temperature 0 stands for. (A soft-optimal policy, whose
//! $`Q`$ depends on the temperature, has another limit: see [`crate::SoftValueIteration`].)

use crate::SolveError;
use crate::bellman::Bellman;
use dunamis_mdp::{Discount, Mdp, StateId, StochasticPolicy, TransitionModel};

/// A temperature: finite and at least 0, in the units of the reward.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Temperature(f64);

impl Temperature {
    /// A temperature.
    ///
    /// # Errors
    ///
    /// [`SolveError::Temperature`] for a number that is negative, infinite or NaN.
    pub fn new(value: f64) -> Result<Self, SolveError> {
        if (0.0..f64::INFINITY).contains(&value) {
            Ok(Temperature(value))
        } else {
            Err(SolveError::Temperature { value, positive: false })
        }
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// $`Q(s,a) = r(s,a) + \gamma \sum_{s'} T(s'|s,a)\, V(s')`$ for any vector $`V`$ of shape |S|, up to rounding; shape |SA|.
///
/// # Errors
///
/// [`SolveError::Length`].
pub fn action_values(mdp: &Mdp, discount: &Discount, value: &[f64]) -> Result<Vec<f64>, SolveError> {
    let bellman = Bellman::new(mdp, discount);
    if value.len() != bellman.states() {
        return Err(SolveError::Length { what: "the value", expected: bellman.states(), actual: value.len() });
    }
    let own = |state: usize| bellman.pairs(state).map(move |pair| (state, pair));
    let pairs = (0..bellman.states()).flat_map(own);
    Ok(pairs.map(|(state, pair)| bellman.action_value(state, pair, value)).collect())
}

/// The Boltzmann policy of given action values, shape |SA|. Differences are taken before exponentials, so that nothing
/// overflows; at temperature 0 it is uniform over the actions whose value is exactly the largest. Probabilities are off by at
/// most a few units of rounding for each action of the state.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_solve::{Temperature, boltzmann_policy};
/// let mut builder = TransitionModel::builder();
/// let hub = builder.state("hub")?;
/// for action in ["a", "b", "c"] {
///     builder.transition(hub, action, hub, 1.0)?;
/// }
/// let model = builder.build()?;
/// let policy = boltzmann_policy(&model, &[1e300, 1e300, 0.0], Temperature::new(0.0)?)?;
/// assert_eq!(policy.probabilities(), [0.5, 0.5, 0.0]);
/// let policy = boltzmann_policy(&model, &[2_f64.ln(), 0.0, 0.0], Temperature::new(1.0)?)?;
/// assert!((policy.probabilities()[0] - 0.5).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`SolveError::Length`], [`SolveError::NotFinite`].
pub fn boltzmann_policy(
    model: &TransitionModel,
    action_values: &[f64],
    temperature: Temperature,
) -> Result<StochasticPolicy, SolveError> {
    let available = model.available();
    let (expected, actual) = (available.len(), action_values.len());
    if expected != actual {
        return Err(SolveError::Length { what: "the action values", expected, actual });
    }
    if let Some(index) = action_values.iter().position(|q| !q.is_finite()) {
        return Err(SolveError::NotFinite { what: "the action values", index, value: action_values[index] });
    }
    let mut probability = action_values.to_vec();
    for state in 0..available.states() {
        softmax(&mut probability[available.pairs(StateId::new(state))], temperature.0);
    }
    Ok(StochasticPolicy::unchecked(probability))
}

/// Turns action values into probabilities and returns $`\tau \ln \sum e^{Q/\tau}`$, the largest of them at temperature 0.
pub(crate) fn softmax(values: &mut [f64], temperature: f64) -> f64 {
    let largest = values.iter().fold(f64::NEG_INFINITY, |largest: f64, &q| largest.max(q));
    let mut sum = 0.0;
    for q in &mut *values {
        *q = if *q == largest { 1.0 } else { libm::exp((*q - largest) / temperature) };
        sum += *q;
    }
    for q in &mut *values {
        *q /= sum;
    }
    largest + temperature * libm::log(sum)
}
