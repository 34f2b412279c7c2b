//! POWER averaged over states.

use dunamis_experiment::Estimates;

/// The mean over states of POWER, with a standard error that is too large rather than too small: the mean of those of the
/// states, which it is where all states move together.
pub(crate) fn mean_power(power: &Estimates) -> (f64, f64) {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    (mean(&power.mean), mean(&power.std_error))
}
