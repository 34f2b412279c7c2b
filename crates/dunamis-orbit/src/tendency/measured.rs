//! Tendencies by whatever method suits.

use super::{BasisChoice, Confidence, SampledTendency, Tendency};
use crate::{Choice, DecisionFunction, Orbit, OrbitError};
use dunamis_mdp::Rational;
use dunamis_sampling::Seed;
use num_bigint::BigUint;
use num_traits::ToPrimitive;

/// How a tendency was found exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExactMethod {
    /// A formula for basis vectors: [`BasisChoice`].
    ClosedForm,
    /// Contingency tables: [`Tendency::count_tables`].
    Tables,
    /// Every element of the orbit: [`Tendency::enumerate`].
    Enumeration,
}

/// A tendency, and how it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum MeasuredTendency {
    /// Exactly.
    Exact {
        /// The tendency.
        tendency: Tendency,
        /// How it was found.
        method: ExactMethod,
    },
    /// From uniformly random permutations.
    Sampled(SampledTendency),
}

impl MeasuredTendency {
    /// The tendency, if it is known exactly.
    pub fn exact(&self) -> Option<&Tendency> {
        match self {
            MeasuredTendency::Exact { tendency, .. } => Some(tendency),
            MeasuredTendency::Sampled(_) => None,
        }
    }
}

/// What to do where no exact method suits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureSettings {
    /// The most elements of an orbit to enumerate.
    pub max_elements: u64,
    /// How many permutations to draw beyond.
    pub samples: u64,
    /// What to draw them with.
    pub seed: Seed,
    /// How often each interval contains what it is about.
    pub confidence: Confidence,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        MeasureSettings {
            max_elements: 50_000_000,
            samples: 1_000_000,
            seed: Seed::new(0),
            confidence: Confidence::DEFAULT,
        }
    }
}

impl Tendency {
    /// The tendency on the orbit of a reward: exactly by a closed form, by tables or by enumeration, the first of these that suits,
    /// otherwise from samples.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`], [`OrbitError::NoSamples`].
    pub fn measure(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        orbit: &Orbit<Rational>,
        settings: &MeasureSettings,
    ) -> Result<MeasuredTendency, OrbitError> {
        choice.check_dimension(orbit.dimension())?;
        let exact = |method| move |tendency| MeasuredTendency::Exact { tendency, method };
        let closed_form = decision
            .extremal()
            .and_then(|rule| BasisChoice::from_choice(choice)?.tendency(rule, orbit.multiplicities()));
        if let Some(tendency) = closed_form {
            return Ok(exact(ExactMethod::ClosedForm)(tendency));
        }
        // A table costs more than an element of an orbit.
        let elements = orbit.size_within(&BigUint::from(settings.max_elements)).and_then(|size| size.to_f64());
        let limit = elements.map_or(Tendency::MAX_TABLES, |elements| elements / 16.0);
        if let Some(tendency) = Tendency::count_tables_within(choice, decision, orbit, limit)? {
            return Ok(exact(ExactMethod::Tables)(tendency));
        }
        if elements.is_some() {
            return Tendency::enumerate(choice, decision, orbit).map(exact(ExactMethod::Enumeration));
        }
        let MeasureSettings { samples, seed, confidence, .. } = *settings;
        Tendency::sample(choice, decision, orbit, samples, seed, confidence).map(MeasuredTendency::Sampled)
    }
}
