//! POWER averaged over states.

use dunamis_experiment::{AgentSamples, Estimates, Run, Samples};
use dunamis_mdp::Agent;

use crate::FigureError;

/// Fewest kept samples whose spread is trusted.
const FEWEST: usize = 100;

/// The mean over states of POWER, with its standard error.
///
/// States share samples, so that errors of states do not tell the error of their mean. Where samples were kept it is estimated
/// from their means over states, if all samples are independent; else it is the mean of the errors, which is too large rather than too small: it is right
/// where all states move together.
pub(crate) fn mean_power(power: &Estimates, kept: Option<&AgentSamples>, samples: Option<u64>) -> (f64, f64) {
    let value = mean(&power.mean);
    let bound = mean(&power.std_error);
    let estimated =
        kept.zip(samples).filter(|(kept, _)| kept.len() >= FEWEST && kept.states > 0).map(|(kept, samples)| {
            let means: Vec<f64> = kept.power.chunks(kept.states).map(mean).collect();
            let middle = mean(&means);
            let squares: f64 = means.iter().map(|m| (m - middle).powi(2)).sum();
            (squares / (means.len() - 1) as f64 / samples as f64).sqrt()
        });
    (value, estimated.map_or(bound, |estimated| estimated.min(bound)))
}

/// Number of samples of a run, where they are independent.
pub(crate) fn independent(run: &Run, power: &Estimates) -> Option<u64> {
    run.variance(power).and(run.manifest.samples)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The samples that a run kept of an agent, if it kept any.
pub(crate) fn kept(run: &Run, agent: Option<Agent>) -> Result<Option<AgentSamples>, FigureError> {
    Ok(match (run.samples()?, agent) {
        (Some(Samples::SingleAgent(samples)), None) => Some(samples),
        (Some(Samples::MultiAgent { h, .. }), Some(Agent::H)) => Some(h),
        (Some(Samples::MultiAgent { a, .. }), Some(Agent::A)) => Some(a),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states, in 200 samples that are opposite in both.
    fn opposite() -> AgentSamples {
        let power = (0..200).flat_map(|i| if i % 2 == 0 { [0.0, 1.0] } else { [1.0, 0.0] }).collect();
        AgentSamples { states: 2, rewards: vec![0.0; 400], power }
    }

    #[test]
    fn opposite_states_cancel_where_samples_tell() {
        let power = Estimates { mean: vec![0.5, 0.5], std_error: vec![0.03, 0.05] };
        assert_eq!(mean_power(&power, None, Some(200)), (0.5, 0.04));
        assert_eq!(mean_power(&power, Some(&opposite()), Some(200)), (0.5, 0.0));
        let few = AgentSamples { states: 2, rewards: vec![0.0; 4], power: vec![0.0, 1.0, 1.0, 0.0] };
        assert_eq!(mean_power(&power, Some(&few), Some(200)), (0.5, 0.04));
    }
}
