//! The orbit that favors a set least.

use super::results::WorstRecord;
use crate::ExperimentError;
use dunamis_orbit::{Choice, Decision, DecisionFunction, WorstOrbit, WorstOrbitSettings};

/// Searches for it; the record says whether the answer is exact.
pub(super) fn worst(choice: &Choice, rule: &Decision) -> Result<WorstRecord, ExperimentError> {
    let worst = WorstOrbit::find(choice, rule, &WorstOrbitSettings::default())?;
    Ok(WorstRecord {
        rule: rule.name(),
        weak: worst.weak.value.to_string(),
        ratio: worst.ratio.map(|ratio| ratio.value.to_string()),
        reward: worst.weak.reward.iter().map(ToString::to_string).collect(),
        exact: worst.warrant.is_exact(),
    })
}
