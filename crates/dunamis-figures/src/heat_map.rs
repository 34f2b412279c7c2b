//! POWER of one agent as a heat map.

use dunamis_plot::Plot;

use crate::caption;
use crate::figure::{About, Figure, Runs, run_at};
use crate::record::SingleAgentRecord;
use crate::{FigureError, Table, power_map};

/// POWER of one agent at every cell of a gridworld; the standard errors are in the caption and in the table.
#[derive(Clone, Copy, Debug)]
pub struct HeatMapFigure {
    /// What is known of it before anything has run.
    pub about: About,
    /// What there is to see.
    pub remark: &'static str,
}

impl HeatMapFigure {
    fn record<'a>(&self, runs: &'a Runs) -> Result<SingleAgentRecord<'a>, FigureError> {
        SingleAgentRecord::read(run_at(&self.about, runs, 0)?)
    }
}

impl Figure for HeatMapFigure {
    fn about(&self) -> &About {
        &self.about
    }

    fn caption(&self, runs: &Runs) -> Result<String, FigureError> {
        let record = self.record(runs)?;
        let errors = caption::std_errors(record.power.std_error.iter().copied());
        Ok(format!("{} {} {errors}", self.remark, caption::setting(&record.setting)))
    }

    fn draw(&self, runs: &Runs) -> Result<dunamis_plot::Figure, FigureError> {
        let record = self.record(runs)?;
        let map = power_map::heat_map(&record, &record.power.mean)?.color_title("POWER");
        Ok(map.figure().title(self.about.title).caption(self.caption(runs)?))
    }

    fn table(&self, runs: &Runs) -> Result<Table, FigureError> {
        let record = self.record(runs)?;
        let mut table = Table::default();
        table.push_power("POWER", record.states, record.power);
        Ok(table)
    }
}
