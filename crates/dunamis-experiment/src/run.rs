//! Results, as they are read from the files of a run.

use crate::layout::CellPair;
use crate::{Damage, Experiment, ExperimentError, GridLayout, Manifest, RunKey};
use dunamis_power::{Alignment, Samples};
use dunamis_sampling::SamplingMethod;
use std::path::{Path, PathBuf};

/// A complete run. Everything in it comes from its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What identifies it.
    pub key: RunKey,
    /// Its directory.
    pub path: PathBuf,
    /// Whether it was there already.
    pub reused: bool,
    /// What was wrong with a directory that was in its place and is now replaced.
    pub replaced: Option<Damage>,
    /// What was computed, with all defaults spelled out.
    pub experiment: Experiment,
    /// How.
    pub manifest: Manifest,
    /// State names, shape |S|; for two agents, joint states.
    pub states: Vec<String>,
    /// The layout of the environment, if it is a grid.
    pub layout: Option<GridLayout>,
    /// POWER.
    pub power: RunPower,
}

/// Estimates at every state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimates {
    /// Means: shape |S|, in units of reward.
    pub mean: Vec<f64>,
    /// Their standard errors: shape |S|; 0 where exact, NaN for a single sample.
    pub std_error: Vec<f64>,
}

/// POWER of one or two agents.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one per run, next to vectors over all states")]
pub enum RunPower {
    /// Of one agent.
    SingleAgent(Estimates),
    /// Of two agents.
    MultiAgent {
        /// $`\mathrm{POWER}_H`$.
        h: Estimates,
        /// $`\mathrm{POWER}_A`$.
        a: Estimates,
        /// H's optimal value against A's seed policy.
        h_seed: Estimates,
        /// A's seed policy against H, if asked for.
        a_seed: Option<Estimates>,
        /// Cells of H and A in each joint state, if the environment is a grid.
        positions: Option<Vec<CellPair>>,
        /// Alignment of `h` and `a`.
        alignment: Alignment,
    },
}

impl RunPower {
    /// The largest standard error of POWER over states, of one agent or of H and A; not a number if they are not known.
    pub fn largest_std_error(&self) -> f64 {
        let errors: Vec<&Estimates> = match self {
            RunPower::SingleAgent(power) => vec![power],
            RunPower::MultiAgent { h, a, .. } => vec![h, a],
        };
        let all = errors.into_iter().flat_map(|estimates| estimates.std_error.iter().copied());
        all.max_by(f64::total_cmp).unwrap_or(f64::NAN)
    }
}

impl Run {
    /// Reads a run directory and checks every file against its hash.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] when anything is missing or wrong.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ExperimentError> {
        let path = path.as_ref();
        crate::store::read(path).map_err(|source| ExperimentError::Damaged { path: path.into(), source })
    }

    /// Reads the samples that were kept, if the config asked for any with `keep-samples`, and checks them against their
    /// hash. [`Run::load`] only makes sure that the file is there, since it may be large.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] when the file is missing or wrong.
    pub fn samples(&self) -> Result<Option<Samples>, ExperimentError> {
        let damaged = |source| ExperimentError::Damaged { path: self.path.clone(), source };
        crate::store::read_samples(self).map_err(damaged)
    }

    /// The variance over samples of POWER at each state, $`n`$ times the squared standard error; `None` for an exact
    /// expectation, and where samples are not independent.
    pub fn variance(&self, estimates: &Estimates) -> Option<Vec<f64>> {
        let independent = self.manifest.sampling.is_none_or(|method| method == SamplingMethod::Independent);
        let n = self.manifest.samples.filter(|_| independent)? as f64;
        Some(estimates.std_error.iter().map(|error| error * error * n).collect())
    }
}
