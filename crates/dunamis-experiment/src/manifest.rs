//! What is known about how a run was made.

use crate::RunKey;
use dunamis_power::{Alignment, Endings};
use dunamis_sampling::SamplingMethod;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// The schema number of manifests that this version reads and writes.
pub const MANIFEST_SCHEMA: u32 = 1;

/// How a run was made, and the hashes of its files; `manifest.json` in a run directory, written last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: u32,
    /// The run's key.
    pub key: RunKey,
    /// The version of dunamis that computed it.
    pub dunamis_version: String,
    /// [`NUMERICS_VERSION`](crate::NUMERICS_VERSION) of that version.
    pub numerics_version: u32,
    /// [`STREAM_VERSION`](dunamis_sampling::STREAM_VERSION) of that version.
    pub stream_version: u32,
    /// Number of agents.
    pub agents: u8,
    /// Number of states, or of joint states.
    pub states: usize,
    /// Number of samples that were drawn; `None` for exact expectations.
    pub samples: Option<u64>,
    /// The seed of the samples; `None` for exact expectations.
    pub seed: Option<u64>,
    /// How the samples were spread; `None` for exact expectations, and where manifests did not say yet: independently.
    #[serde(default)]
    pub sampling: Option<SamplingMethod>,
    /// The standard error at which to stop, if one was asked for.
    #[serde(default)]
    pub until_se: Option<f64>,
    /// Whether it was reached.
    #[serde(default)]
    pub until_se_reached: Option<bool>,
    /// How the problem of the single agent, or of H, was solved.
    pub kernel: String,
    /// Two agents: samples for which A's problem was solved on functional graphs.
    pub graph_samples: Option<u64>,
    /// Two agents: samples for which it needed general solvers.
    pub general_samples: Option<u64>,
    /// Two agents who reply to each other more than once: how that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endings: Option<Endings>,
    /// Bound on what solver tolerance and rounding may have changed in any sample's POWER of the single agent, or of H;
    /// `None` for the incumbent's arithmetic, which has none.
    pub solver_error: Option<f64>,
    /// The same for A.
    pub solver_error_a: Option<f64>,
    /// Two agents: their alignment.
    pub alignment: Option<Alignment>,
    /// Number of threads; for a run that shards computed, of the one with most.
    pub threads: usize,
    /// When the computation began, or the first process of a shard: UTC as `YYYY-MM-DDThh:mm:ssZ`.
    pub started: String,
    /// Wall time of the computation in seconds; of all processes together, for a run that shards computed.
    pub seconds: f64,
    /// BLAKE3 hashes of all other files of the run, in hexadecimal digits.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the JSON.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Writes it.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("numbers, strings and maps of strings");
        text.push('\n');
        text
    }
}

/// A time as UTC, in whole seconds; times before 1970 count as 1970.
pub(crate) fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years from March to February put the leap day last, so that months have a regular pattern [Hinnant 2021].
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + 400 * era + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_of_known_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
