//! The experiments that figures need.

use std::num::NonZeroU64;

use dunamis_experiment::{Analysis, Expectation, Experiment, PowerSettings, Sweep};

use crate::FigureError;

/// The config of an experiment or of an analysis, shipped with the crate; several figures may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its name, as in the text.
    pub name: &'static str,
    /// The TOML text.
    pub toml: &'static str,
}

impl Config {
    /// The experiment as published.
    ///
    /// # Errors
    ///
    /// [`FigureError::Config`].
    pub fn experiment(&self) -> Result<Experiment, FigureError> {
        Ok(Experiment::from_toml(self.toml, format!("{}.toml", self.name))?)
    }

    /// The analysis.
    ///
    /// # Errors
    ///
    /// [`FigureError::Config`].
    pub fn analysis(&self) -> Result<Analysis, FigureError> {
        Ok(Analysis::from_toml(self.toml, format!("{}.toml", self.name))?)
    }

    /// The sweep.
    ///
    /// # Errors
    ///
    /// [`FigureError::Config`].
    pub fn sweep(&self) -> Result<Sweep, FigureError> {
        Ok(Sweep::from_toml(self.toml, format!("{}.toml", self.name))?)
    }

    /// The experiment with another number of samples.
    pub(crate) fn with_samples(&self, number: NonZeroU64) -> Result<Experiment, FigureError> {
        Ok(resampled(self.experiment()?, number))
    }

    /// The analysis with another number of samples in every search.
    pub(crate) fn analysis_with_samples(&self, number: NonZeroU64) -> Result<Analysis, FigureError> {
        let mut analysis = self.analysis()?;
        for transition in &mut analysis.transitions {
            transition.samples = number;
        }
        Ok(analysis)
    }

    /// The sweep with another number of samples in every experiment; where seeds are an axis, with two of them, of another
    /// number of samples each.
    pub(crate) fn sweep_with_samples(&self, number: NonZeroU64, replicates: NonZeroU64) -> Result<Sweep, FigureError> {
        let mut sweep = self.sweep()?;
        let seeds = sweep.axes.iter().position(|axis| axis.keys[0].key == "seed");
        if let Some(seeds) = seeds {
            sweep.points.retain(|point| point.at[seeds] < 2);
        }
        let number = if seeds.is_some() { replicates } else { number };
        for point in &mut sweep.points {
            point.experiment = resampled(point.experiment.clone(), number);
        }
        Ok(sweep)
    }

    /// The experiment with another number of samples and the incumbent's arithmetic.
    pub(crate) fn as_published(&self, samples: NonZeroU64) -> Result<Experiment, FigureError> {
        let mut experiment = self.with_samples(samples)?;
        experiment.name.push_str("-as-published");
        match &mut experiment.power {
            PowerSettings::SingleAgent(settings) => settings.as_published = true,
            PowerSettings::MultiAgent(settings) => settings.as_published = true,
        }
        Ok(experiment)
    }
}

fn resampled(mut experiment: Experiment, number: NonZeroU64) -> Experiment {
    if let Expectation::Sampled { samples, .. } = &mut experiment.expectation {
        *samples = number;
    }
    experiment
}
