//! What a published figure is.

use dunamis_experiment::{AnalysisRun, Run, SweepRun};
use dunamis_plot::Animation;

use crate::{Config, Contrast, FigureError, Published, Table};

/// The runs that a figure draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// Those of [`experiments`](About::experiments), in that order.
    pub experiments: Vec<Run>,
    /// Those of [`analyses`](Figure::analyses), in that order.
    pub analyses: Vec<AnalysisRun>,
    /// Those of [`sweeps`](Figure::sweeps), in that order.
    pub sweeps: Vec<SweepRun>,
}

impl From<Vec<Run>> for Runs {
    fn from(experiments: Vec<Run>) -> Self {
        Runs { experiments, ..Runs::default() }
    }
}

impl From<Vec<AnalysisRun>> for Runs {
    fn from(analyses: Vec<AnalysisRun>) -> Self {
        Runs { analyses, ..Runs::default() }
    }
}

impl Runs {
    /// Number of samples of the first run that has any.
    pub(crate) fn samples(&self) -> Option<u64> {
        let swept = self.sweeps.iter().flat_map(|sweep| &sweep.runs);
        self.experiments.iter().chain(swept).find_map(|run| run.manifest.samples)
    }
}

/// What is known of a figure before anything has run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct About {
    /// Its name on the command line and in file names.
    pub id: &'static str,
    /// Its title, in the markup of [`dunamis_plot::label`].
    pub title: &'static str,
    /// The publication and the number it has there.
    pub source: &'static str,
    /// The experiments it needs, the one its published values belong to first.
    pub experiments: &'static [Config],
    /// The values that the publication prints in it or about it.
    pub published: &'static [Published],
}

/// A published figure, drawn from the files of runs.
///
/// The methods that take `runs` ask for those of all its experiments and analyses.
pub trait Figure: Send + Sync {
    /// Its name, source, experiments and published values.
    fn about(&self) -> &About;

    /// The analyses it needs.
    fn analyses(&self) -> &'static [Config] {
        &[]
    }

    /// The sweeps it needs.
    fn sweeps(&self) -> &'static [Config] {
        &[]
    }

    /// What is drawn and under which setting, with every number read from the runs; in the markup of
    /// [`dunamis_plot::label`].
    ///
    /// # Errors
    ///
    /// [`FigureError`] where a run is not of the kind that the figure draws.
    fn caption(&self, runs: &Runs) -> Result<String, FigureError>;

    /// Draws the figure, with its title and caption.
    ///
    /// # Errors
    ///
    /// As for [`caption`](Self::caption), and [`FigureError::Plot`].
    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError>;

    /// The numbers drawn, with standard errors.
    ///
    /// # Errors
    ///
    /// As for [`caption`](Self::caption).
    fn table(&self, runs: &Runs) -> Result<Table, FigureError>;

    /// The figure in motion; most stand still.
    ///
    /// # Errors
    ///
    /// As for [`draw`](Self::draw).
    fn animation(&self, runs: &Runs) -> Result<Option<Animation>, FigureError> {
        let _ = runs;
        Ok(None)
    }

    /// The published contrast that the figure is part of, as these runs have it; most are part of none.
    ///
    /// # Errors
    ///
    /// As for [`caption`](Self::caption).
    fn contrast(&self, runs: &Runs) -> Result<Option<Contrast>, FigureError> {
        let _ = runs;
        Ok(None)
    }
}

/// The run at `index`, where the caller gave that many.
pub(crate) fn run_at<'a>(about: &About, runs: &'a Runs, index: usize) -> Result<&'a Run, FigureError> {
    let expected = about.experiments.len();
    let found = runs.experiments.len();
    runs.experiments.get(index).ok_or(FigureError::MissingRun { figure: about.id, expected, found })
}
