//! Tendencies where only some coordinates are permuted.

use super::{MeasureSettings, MeasuredTendency, Tendency};
use crate::{Choice, DecisionFunction, ExactMethod, OptionSet, Orbit, OrbitError, Utilities};
use dunamis_mdp::Rational;
use num_bigint::BigUint;
use num_traits::Zero;

impl Tendency {
    /// The tendency on the orbit of a reward of which only some coordinates are permuted and the others keep their values.
    /// Where these do not matter, [`Tendency::measure`] is asked about the rest; elsewhere every element is compared.
    ///
    /// # Errors
    ///
    /// [`OrbitError::RewardDimension`], [`OrbitError::OutOfRange`], [`OrbitError::NoSamples`]; [`OrbitError::TooManyElements`] where
    /// other coordinates matter and there are too many elements to compare each.
    pub fn measure_permuting(
        choice: &Choice,
        decision: &dyn DecisionFunction,
        reward: &[Rational],
        permuted: &[usize],
        settings: &MeasureSettings,
    ) -> Result<MeasuredTendency, OrbitError> {
        choice.check_dimension(reward.len())?;
        let size = reward.len();
        if let Some(&number) = permuted.iter().find(|&&k| k >= size) {
            return Err(OrbitError::OutOfRange { number, size });
        }
        let mut permuted = permuted.to_vec();
        permuted.sort_unstable();
        permuted.dedup();
        let options = choice.options().options();
        let orbit = Orbit::new(permuted.iter().map(|&k| reward[k].clone()).collect::<Vec<_>>());
        let others = (0..size).filter(|k| permuted.binary_search(k).is_err());
        let counts = |k: &usize| !reward[*k].is_zero() && options.iter().any(|option| !option[*k].is_zero());
        if others.clone().all(|k| !counts(&k)) {
            let rest = |option: &Vec<Rational>| permuted.iter().map(|&k| option[k].clone()).collect::<Vec<_>>();
            // Options that differ elsewhere alone would become one.
            if let Ok(options) = OptionSet::new(options.iter().map(rest).collect()) {
                let pick = |places: &[usize]| {
                    OptionSet::new(places.iter().map(|&place| options.options()[place].clone()).collect())
                };
                let rest = Choice::new(&pick(choice.preferred())?, &pick(choice.other())?, &options)?;
                return Tendency::measure(&rest, decision, &orbit, settings);
            }
        }
        if orbit.size_within(&BigUint::from(settings.max_elements)).is_none() {
            return Err(OrbitError::TooManyElements { limit: settings.max_elements });
        }
        let mut arranged = reward.to_vec();
        let comparisons = orbit.iter().map(|element| {
            for (&place, entry) in permuted.iter().zip(element) {
                arranged[place] = entry;
            }
            let utility = |option: &Vec<Rational>| option.iter().zip(&arranged).map(|(x, r)| x * r).sum();
            let utilities = Utilities::new(&options.iter().map(utility).collect::<Vec<Rational>>());
            decision.value(&utilities, choice.preferred()).cmp(&decision.value(&utilities, choice.other()))
        });
        let tendency = Tendency::of(comparisons).ok_or(OrbitError::NoSamples)?;
        Ok(MeasuredTendency::Exact { tendency, method: ExactMethod::Enumeration })
    }
}
