//! POWER and optimality probabilities, for rewards that are independent and uniform on [0, 1].

use super::AtOne;
use super::results::ChanceRecord;
use dunamis_mdp::{Discount, Number, Rational, StateId, TransitionModel};
use dunamis_power::{
    Observer, Optimality, PowerError, ProbabilityMethod, ProbabilitySettings, exact_power, optimality_probability,
};
use num_traits::One;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Everything about a state under one discount, exactly.
pub(super) fn chances(
    model: &Arc<TransitionModel>,
    state: StateId,
    discount: &Number,
    at_one: AtOne,
    observer: &dyn Observer,
) -> Result<ChanceRecord, PowerError> {
    let optimality = match Discount::new(discount.clone()) {
        Ok(discount) => Optimality::Discounted(discount),
        // The only other number that a config may have is 1.
        Err(_) if at_one == AtOne::Average => Optimality::Average,
        Err(_) => Optimality::Blackwell,
    };
    let settings = ProbabilitySettings { method: ProbabilityMethod::Exact, ..ProbabilitySettings::default() };
    let probability = optimality_probability(model, state, &optimality, &settings, observer)?;
    let optimal = model.available().pairs(state).filter_map(|pair| {
        let action = &model.actions()[model.available().action(pair).index()];
        Some((action.to_owned(), probability.of_pair(pair)?.probability.as_ref()?.to_string()))
    });
    let power = exact_power(model, state, &optimality, NonZeroU32::MIN)?;
    // From the definition of POWER, with a mean reward of 1/2.
    let average_value = matches!(optimality, Optimality::Discounted(_)).then(|| {
        let gamma = discount.exact();
        let weight = &gamma / (Rational::one() - &gamma);
        (weight * &power + Rational::new(1.into(), 2.into())).to_string()
    });
    Ok(ChanceRecord {
        state: model.states()[state.index()].to_owned(),
        discount: discount.exact().to_string(),
        optimal: optimal.collect(),
        power: power.to_string(),
        average_value,
    })
}
