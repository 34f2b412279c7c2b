//! Goals that depend on the context.

use crate::belief::Mixture;
use crate::{Behavior, GoalError, GoalLaw, Policies, Rationality, Trajectory};
use dunamis_mdp::{Discount, StateId, TransitionModel};
use dunamis_power::Observer;
use dunamis_sampling::{Seed, StreamRng};
use std::sync::Arc;

/// Goals that depend on where the agent is: in every region it follows a goal of its own, by the policy that is optimal for
/// this goal if it were followed everywhere. For each region independently, a component is drawn by its weight and a goal from it.
#[derive(Clone, Debug)]
pub struct ContextMixture {
    regions: Vec<usize>,
    components: Vec<GoalLaw>,
    /// For each region, one weight for each component.
    weights: Vec<Vec<f64>>,
}

impl ContextMixture {
    /// A mixture with equal weights. `regions` has the number of each state's region; numbers that are skipped are regions
    /// without states.
    ///
    /// # Errors
    ///
    /// [`GoalError::NoComponents`] without components or regions.
    pub fn new(regions: Vec<usize>, components: Vec<GoalLaw>) -> Result<Self, GoalError> {
        let count = regions.iter().max().map_or(0, |last| last + 1);
        // Regions are numbered by states, so that there cannot be more of them.
        if components.is_empty() || count == 0 || count > regions.len() {
            return Err(GoalError::NoComponents);
        }
        let even = vec![1.0 / components.len() as f64; components.len()];
        Ok(ContextMixture { regions, components, weights: vec![even; count] })
    }

    /// The same with other weights: in every region one for each component, at least 0 and not all 0; they are scaled to sum to 1.
    ///
    /// # Errors
    ///
    /// [`GoalError::Weights`].
    pub fn with_weights(mut self, weights: Vec<Vec<f64>>) -> Result<Self, GoalError> {
        if weights.len() != self.weights.len() {
            return Err(GoalError::Weights { region: weights.len().min(self.weights.len()) });
        }
        for (region, weights) in weights.into_iter().enumerate() {
            let sum: f64 = weights.iter().sum();
            let valid = weights.iter().all(|w| *w >= 0.0) && sum > 0.0 && sum.is_finite();
            if weights.len() != self.components.len() || !valid {
                return Err(GoalError::Weights { region });
            }
            self.weights[region] = weights.iter().map(|w| w / sum).collect();
        }
        Ok(self)
    }

    /// The number of each state's region.
    pub fn regions(&self) -> &[usize] {
        &self.regions
    }

    /// The laws of goals.
    pub fn components(&self) -> &[GoalLaw] {
        &self.components
    }

    /// For each region the weight of each component.
    pub fn weights(&self) -> &[Vec<f64>] {
        &self.weights
    }

    /// The same with other laws.
    pub(crate) fn with_laws(&self, of: impl Fn(&GoalLaw) -> GoalLaw) -> Self {
        ContextMixture { components: self.components.iter().map(of).collect(), ..self.clone() }
    }

    /// Draws a goal for each region.
    pub(crate) fn draw(&self, rng: &mut StreamRng, goals: &mut [Vec<f64>]) -> Result<(), GoalError> {
        for (goal, weights) in goals.iter_mut().zip(&self.weights) {
            let mut left = rng.uniform();
            let chosen = weights.iter().position(|w| {
                left -= w;
                left < 0.0
            });
            // Rounding may leave a little of 1, which belongs to the last component that has weight.
            let last = || weights.iter().rposition(|w| *w > 0.0).unwrap_or_default();
            self.components[chosen.unwrap_or_else(last)].sample(rng, goal)?;
        }
        Ok(())
    }

    /// The same with weights of largest likelihood for what was done, found by expectation maximization
    /// `[Dempster, Laird & Rubin 1977]` from where they are; a component of weight 0 stays out. A region that no trajectory visits
    /// keeps its weights. What is predicted afterwards should be other trajectories than these.
    ///
    /// As goals of regions are independent, the likelihood is a product over regions of mixtures over components, each estimated
    /// from `policies` draws.
    ///
    /// # Errors
    ///
    /// As for [`Policies::believe`].
    #[expect(clippy::too_many_arguments, reason = "what was seen, and how to look at it")]
    pub fn fitted(
        mut self,
        model: &Arc<TransitionModel>,
        start: StateId,
        discount: &Discount,
        rationality: Rationality,
        trajectories: &[Trajectory],
        policies: u64,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Self, GoalError> {
        if self.regions.len() != model.states().len() {
            return Err(GoalError::Dimension { expected: model.states().len(), actual: self.regions.len() });
        }
        // For each component, region and trajectory the logarithm of the likelihood, `None` where the region is not visited.
        let mut logs: Vec<Vec<Vec<Option<f64>>>> = Vec::with_capacity(self.components.len());
        for (number, law) in self.components.iter().enumerate() {
            let behavior = Behavior::Goals(Arc::clone(law));
            let seed = seed.derive(&format!("component {number}"));
            let kind = Policies::new(model, start, discount, &behavior, rationality)?;
            let of_region = |region: usize| -> Result<Vec<Option<f64>>, GoalError> {
                let inside = |state: usize| self.regions[state] == region;
                let parts: Vec<Trajectory> = trajectories.iter().map(|trajectory| trajectory.within(inside)).collect();
                let belief = kind.believe(&parts, policies, seed, observer)?;
                let log =
                    |(part, mixture): (&Trajectory, &Mixture)| (!part.is_empty()).then(|| mixture.log_likelihood());
                Ok(parts.iter().zip(&belief.mixtures).map(log).collect())
            };
            logs.push((0..self.weights.len()).map(of_region).collect::<Result<_, _>>()?);
        }
        for (region, weights) in self.weights.iter_mut().enumerate() {
            let visits: Vec<Vec<f64>> = (0..trajectories.len())
                .filter_map(|trajectory| logs.iter().map(|component| component[region][trajectory]).collect())
                .collect();
            if !visits.is_empty() {
                maximize(weights, &visits);
            }
        }
        Ok(self)
    }
}

/// Rounds of expectation maximization, unless weights come to rest before.
const ROUNDS: usize = 1_000;

/// Moves weights towards the largest likelihood of observations, given by their log-likelihoods under each component.
fn maximize(weights: &mut [f64], observations: &[Vec<f64>]) {
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; weights.len()];
        for logs in observations {
            let supported = || logs.iter().zip(weights.iter()).filter(|(_, w)| **w > 0.0);
            let largest = supported().map(|(log, _)| *log).fold(f64::NEG_INFINITY, f64::max);
            let part = |(log, w): (&f64, &f64)| if *w > 0.0 { w * libm::exp(log - largest) } else { 0.0 };
            let parts: Vec<f64> = logs.iter().zip(weights.iter()).map(part).collect();
            let total: f64 = parts.iter().sum();
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum += part / total;
            }
        }
        let mut change = 0.0_f64;
        for (w, sum) in weights.iter_mut().zip(sums) {
            let new = sum / observations.len() as f64;
            change = change.max((new - *w).abs());
            *w = new;
        }
        if change < 1e-10 {
            return;
        }
    }
}
