//! Figures of theory: each draws the files of exact analyses in its own way.

use dunamis_experiment::{AnalysisRun, ChanceRecord, ComparisonRecord, StateOptions};
use dunamis_mdp::TransitionModel;

use crate::figure::{About, Figure, Runs};
use crate::{Config, FigureError, Table};

/// A figure drawn from exact analyses.
#[derive(Clone, Copy, Debug)]
pub struct AnalysisFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// The analyses it needs.
    pub analyses: &'static [Config],
    /// What is drawn, with every number read from the runs.
    pub caption: fn(Analyses<'_>) -> Result<String, FigureError>,
    /// Draws it, without title and caption.
    pub draw: fn(Analyses<'_>) -> Result<dunamis_plot::Figure, FigureError>,
    /// The numbers drawn.
    pub table: fn(Analyses<'_>) -> Result<Table, FigureError>,
}

/// The runs of a figure's analyses.
#[derive(Clone, Copy, Debug)]
pub struct Analyses<'a> {
    figure: &'static str,
    runs: &'a [AnalysisRun],
}

impl<'a> Analyses<'a> {
    /// The run of the analysis with this number.
    pub(crate) fn at(self, index: usize) -> Result<&'a AnalysisRun, FigureError> {
        self.runs.get(index).ok_or(FigureError::MissingAnalysis { figure: self.figure, index })
    }

    /// The model of the first analysis.
    pub(crate) fn model(self) -> Result<&'a TransitionModel, FigureError> {
        let run = self.at(0)?;
        run.results.model.as_deref().ok_or_else(|| absent(run, "model"))
    }

    /// The options of a state in the first analysis.
    pub(crate) fn options(self, state: &str) -> Result<&'a StateOptions, FigureError> {
        let run = self.at(0)?;
        let found = run.results.options.iter().find(|options| options.state == state);
        found.ok_or_else(|| absent(run, &format!("options of state `{state}`")))
    }

    /// POWER and optimality probabilities of a state in the first analysis, by ascending discount.
    pub(crate) fn chances(self, state: &str) -> Result<Vec<&'a ChanceRecord>, FigureError> {
        let run = self.at(0)?;
        let found: Vec<_> = run.results.probability.iter().filter(|record| record.state == state).collect();
        if found.is_empty() { Err(absent(run, &format!("probabilities of state `{state}`"))) } else { Ok(found) }
    }

    /// A comparison of the first analysis.
    pub(crate) fn comparison(self, name: &str) -> Result<&'a ComparisonRecord, FigureError> {
        let run = self.at(0)?;
        let found = run.results.comparisons.iter().find(|comparison| comparison.name == name);
        found.ok_or_else(|| absent(run, &format!("comparison `{name}`")))
    }
}

/// The error of a run that lacks something.
pub(crate) fn absent(run: &AnalysisRun, what: &str) -> FigureError {
    FigureError::NoRecord { run: run.analysis.name.clone(), what: what.to_owned() }
}

impl AnalysisFigure {
    fn runs<'a>(&self, runs: &'a Runs) -> Analyses<'a> {
        Analyses { figure: self.about.id, runs: &runs.analyses }
    }
}

impl Figure for AnalysisFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn analyses(&self) -> &'static [Config] {
        self.analyses
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        (self.caption)(self.runs(runs))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        Ok((self.draw)(self.runs(runs))?.title(self.about.title).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        (self.table)(self.runs(runs))
    }
}
