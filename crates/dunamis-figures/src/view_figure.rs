//! A figure that is a view of runs.

use dunamis_plot::{Animation, Figure as Drawn};

use crate::figure::{About, Figure, Runs, run_at};
use crate::power_map::Shown;
use crate::sequence::Sequence;
use crate::view::{Picture, Selection, View};
use crate::{Config, FigureError, Table, caption};

/// A [`View`] of the first sweep of a figure, or else of its first experiment; a sweep moves.
#[derive(Clone, Copy, Debug)]
pub struct ViewFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// The sweep over the variable, if there is one.
    pub sweeps: &'static [Config],
    /// What is drawn.
    pub view: View,
    /// States by name; empty for all, or for those that the view finds most telling.
    pub states: &'static [&'static str],
    /// What there is to see.
    pub remark: &'static str,
}

impl ViewFigure {
    fn sequence<'a>(&self, runs: &'a Runs) -> Result<Sequence<'a>, FigureError> {
        match runs.sweeps.first().filter(|_| !self.sweeps.is_empty()) {
            Some(sweep) => Sequence::of_sweep(sweep),
            None => Ok(Sequence::single(run_at(&self.about, runs, 0)?)),
        }
    }

    fn picture(&self, runs: &Runs) -> Result<Picture, FigureError> {
        let states = self.states.iter().map(|&state| state.to_owned()).collect();
        self.view.draw(&self.sequence(runs)?, &Selection { agent: None, states })
    }
}

impl Figure for ViewFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn sweeps(&self) -> &'static [Config] {
        self.sweeps
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let sequence = self.sequence(runs)?;
        let table = self.picture(runs)?.table;
        let errors = table.entries.iter().filter_map(|entry| entry.std_error);
        let errors = match self.view {
            View::Rewards | View::Histogram { .. } | View::Map(Shown::Variance) => String::new(),
            _ => caption::std_errors(errors),
        };
        let text = format!("{} {} {errors}", self.remark, caption::of_sequence(&sequence));
        Ok(text.trim_end().to_owned())
    }

    fn draw(&self, runs: &Runs) -> Result<Drawn, FigureError> {
        Ok(self.picture(runs)?.figure.title(self.about.title).caption(self.caption(runs)?))
    }

    fn animation(&self, runs: &Runs) -> Result<Option<Animation>, FigureError> {
        self.picture(runs)?.animation(self.about.title)
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        Ok(self.picture(runs)?.table)
    }
}
